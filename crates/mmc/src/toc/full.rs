//! Formats 2 and 3: the Q subchannel of lead-ins, and of the program memory area.

use discwright_cd::{Lba, Msf};

use super::{table, table_bytes};
use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Bits, MsfAt};

/// Format 2: what the lead-ins say, session by session. 4 bytes and 11 for each entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FullToc {
    /// First complete session.
    pub first_session: u8,
    /// Last complete session.
    pub last_session: u8,
    /// The entries in the order they came.
    pub entries: Vec<TocPoint>,
}

/// One Q frame of a lead-in, decoded from BCD by the drive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TocPoint {
    /// Session whose lead-in says this.
    pub session: u8,
    /// What is encoded: 1 positions, 5 pointers of hybrid and multi-session discs.
    pub adr: u8,
    /// Control nibble: 4 data, 2 copying allowed, 1 pre-emphasis, 8 four channels.
    pub control: u8,
    /// Track number field; zero in a lead-in.
    pub tno: u8,
    /// 1 to 99 a track, A0h first track, A1h last track, A2h lead-out, B0h next session, C0h first lead-in ...
    pub point: u8,
    /// Time fields (MIN, SEC, FRAME), unchecked: with B0h where the next program area may begin.
    pub time: Msf,
    /// Zero, or hours; with B0h the number of pointers of ADR 5.
    pub zero: u8,
    /// P time fields, unchecked: where a track or the lead-out starts; with A0h first track and disc type.
    pub p_time: Msf,
}

/// Points that are not track numbers.
impl TocPoint {
    /// First track (P minute) and disc type (P second).
    pub const FIRST_TRACK: u8 = 0xA0;
    /// Last track (P minute).
    pub const LAST_TRACK: u8 = 0xA1;
    /// Start of the lead-out.
    pub const LEAD_OUT: u8 = 0xA2;
    /// Start of the next possible program area, and outermost lead-out.
    pub const NEXT_SESSION: u8 = 0xB0;
    /// Start of the disc's first lead-in.
    pub const FIRST_LEAD_IN: u8 = 0xC0;

    /// P time as an address, if it is a disc time.
    #[must_use]
    pub fn start(&self) -> Option<Lba> {
        let Msf { minute, second, frame } = self.p_time;
        Msf::new(minute, second, frame).ok().map(Msf::to_lba)
    }

    /// The number, if this is the start of a track.
    #[must_use]
    pub const fn track(&self) -> Option<u8> {
        if self.adr == 1 && matches!(self.point, 1..=99) { Some(self.point) } else { None }
    }

    /// The track holds data, not audio.
    #[must_use]
    pub const fn is_data(&self) -> bool {
        self.control & 4 != 0
    }
}

block_codec!(TocPoint, [11],
    session: Bits<0, 0, 8>,
    adr: Bits<1, 4, 4>,
    control: Bits<1, 0, 4>,
    tno: Bits<2, 0, 8>,
    point: Bits<3, 0, 8>,
    time: MsfAt<4>,
    zero: Bits<7, 0, 8>,
    p_time: MsfAt<8>,
);

impl FullToc {
    /// Entries of one session.
    pub fn session(&self, number: u8) -> impl Iterator<Item = &TocPoint> {
        self.entries.iter().filter(move |entry| entry.session == number)
    }

    /// The entry of one session with this point.
    #[must_use]
    pub fn point(&self, session: u8, point: u8) -> Option<&TocPoint> {
        self.session(session).find(|entry| entry.point == point)
    }

    /// Start of a session's lead-out.
    #[must_use]
    pub fn lead_out(&self, session: u8) -> Option<Lba> {
        self.point(session, TocPoint::LEAD_OUT).and_then(TocPoint::start)
    }
}

impl Response for FullToc {
    fn encode(&self) -> Vec<u8> {
        table_bytes(self.first_session, self.last_session, self.entries.iter().map(TocPoint::encode_block))
    }

    /// Accepts answers from 4 bytes up; entries that were cut are left out.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let (first_session, last_session, entries) = table("full TOC", bytes)?;
        Ok(Self { first_session, last_session, entries: entries.iter().map(TocPoint::from_block).collect() })
    }
}

/// Format 3: the items of the program memory area. 4 bytes and 11 for each item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pma {
    /// The items in the order they came.
    pub entries: Vec<PmaEntry>,
}

/// One item of the program memory area, decoded from BCD by the drive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PmaEntry {
    /// What is encoded: 1 a track, 2 the disc's number, 3 and 4 tracks to skip, 5 and 6 stretches to skip.
    pub adr: u8,
    /// Control nibble.
    pub control: u8,
    /// Track number field; zero in the PMA.
    pub tno: u8,
    /// Track number, with ADR 1.
    pub point: u8,
    /// Time fields, unchecked: stop of the track, with ADR 1.
    pub time: Msf,
    /// Zero, or hours.
    pub zero: u8,
    /// P time fields, unchecked: start of the track, with ADR 1.
    pub p_time: Msf,
}

block_codec!(PmaEntry, [11],
    adr: Bits<1, 4, 4>,
    control: Bits<1, 0, 4>,
    tno: Bits<2, 0, 8>,
    point: Bits<3, 0, 8>,
    time: MsfAt<4>,
    zero: Bits<7, 0, 8>,
    p_time: MsfAt<8>,
);

impl Response for Pma {
    fn encode(&self) -> Vec<u8> {
        table_bytes(0, 0, self.entries.iter().map(PmaEntry::encode_block))
    }

    /// Accepts answers from 4 bytes up; items that were cut are left out.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let (_, _, entries) = table("PMA", bytes)?;
        Ok(Self { entries: entries.iter().map(PmaEntry::from_block).collect() })
    }
}
