//! Formats 0 and 1: tracks of complete sessions, and the last complete session.

use super::{AddressField, table, table_bytes};
use crate::command::Response;
use crate::cue_sheet::LEAD_OUT_TRACK;
use crate::error::ResponseError;
use crate::field::{Bits, Bytes, Place};

/// Format 0: the tracks of the complete sessions and the last lead-out. 4 bytes and 8 for each entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Toc {
    /// First track of the disc.
    pub first_track: u8,
    /// Last track of the last complete session.
    pub last_track: u8,
    /// The entries, from the track asked for on; the last is the lead-out.
    pub entries: Vec<TocEntry>,
}

impl Toc {
    /// The entry of a track; AAh is the lead-out.
    #[must_use]
    pub fn entry(&self, track: u8) -> Option<&TocEntry> {
        self.entries.iter().find(|entry| entry.track == track)
    }

    /// The entry of the lead-out of the last complete session.
    #[must_use]
    pub fn lead_out(&self) -> Option<&TocEntry> {
        self.entry(LEAD_OUT_TRACK)
    }
}

/// Start of one track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TocEntry {
    /// What the Q subchannel encodes there; 1 for position.
    pub adr: u8,
    /// Control nibble: 4 data, 2 copying allowed, 1 pre-emphasis, 8 four channels.
    pub control: u8,
    /// Track number; AAh for the lead-out.
    pub track: u8,
    /// First sector, in the form that the command's MSF bit asked for.
    pub start: AddressField,
}

impl TocEntry {
    /// The track holds data, not audio.
    #[must_use]
    pub const fn is_data(&self) -> bool {
        self.control & 4 != 0
    }

    fn encode(&self) -> [u8; 8] {
        let mut block = [0; 8];
        layout::Adr::put(&mut block, self.adr);
        layout::Control::put(&mut block, self.control);
        layout::Track::put(&mut block, self.track);
        layout::Start::put(&mut block, self.start.0);
        block
    }

    fn decode(block: &[u8; 8]) -> Self {
        Self {
            adr: layout::Adr::get(block),
            control: layout::Control::get(block),
            track: layout::Track::get(block),
            start: AddressField(layout::Start::get(block)),
        }
    }
}

impl Response for Toc {
    fn encode(&self) -> Vec<u8> {
        table_bytes(self.first_track, self.last_track, self.entries.iter().map(TocEntry::encode))
    }

    /// Accepts answers from 4 bytes up; entries that were cut are left out.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let (first_track, last_track, entries) = table("TOC", bytes)?;
        Ok(Self { first_track, last_track, entries: entries.iter().map(TocEntry::decode).collect() })
    }
}

/// Format 1: where the last complete session begins, 12 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionInfo {
    /// First complete session.
    pub first_session: u8,
    /// Last complete session.
    pub last_session: u8,
    /// First track of the last complete session; `None` when the answer was cut before it.
    pub first_track: Option<TocEntry>,
}

impl Response for SessionInfo {
    fn encode(&self) -> Vec<u8> {
        table_bytes(self.first_session, self.last_session, self.first_track.iter().map(TocEntry::encode))
    }

    /// Accepts answers from 4 bytes up.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let (first_session, last_session, entries) = table("session information", bytes)?;
        Ok(Self { first_session, last_session, first_track: entries.first().map(TocEntry::decode) })
    }
}

mod layout {
    use super::{Bits, Bytes};

    pub(super) type Adr = Bits<1, 4, 4>;
    pub(super) type Control = Bits<1, 0, 4>;
    pub(super) type Track = Bits<2, 0, 8>;
    pub(super) type Start = Bytes<4, 4>;
}
