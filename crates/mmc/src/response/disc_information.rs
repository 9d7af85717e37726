//! Answers to READ DISC INFORMATION (MMC-6, READ DISC INFORMATION).

use discwright_cd::Msf;

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Be32, Bits, Bytes, Code, Flag, Place, body, length16, padded};

codes! {
    /// What has been recorded on the disc (disc status).
    pub enum DiscState: u8 {
        /// 0: nothing.
        Empty = 0,
        /// 1: something, and more can follow.
        Incomplete = 1,
        /// 2: finalised.
        Complete = 2,
    }
}

codes! {
    /// State of the last session.
    pub enum SessionState: u8 {
        /// 0: nothing recorded.
        Empty = 0,
        /// 1: begun, without lead-in and lead-out.
        Incomplete = 1,
        /// 2: reserved or damaged.
        Damaged = 2,
        /// 3: complete; only on finalised discs.
        Complete = 3,
    }
}

codes! {
    /// Background formatting (MRW and DVD+RW).
    pub enum BackgroundFormat: u8 {
        /// 0: neither formatted nor formatting.
        None = 0,
        /// 1: begun and stopped.
        Stopped = 1,
        /// 2: going on.
        Running = 2,
        /// 3: done.
        Complete = 3,
    }
}

codes! {
    /// Kind of disc, from the first session's lead-in (PSEC of point A0).
    pub enum DiscType: u8 {
        /// 00h: CD-DA or CD-ROM.
        CdDaOrCdRom = 0x00,
        /// 10h: CD-I.
        CdI = 0x10,
        /// 20h: CD-ROM XA.
        CdRomXa = 0x20,
        /// FFh: not yet known; the disc has no complete session.
        Undefined = 0xFF,
    }
}

/// Standard disc information: 34 bytes, and 8 for each OPC entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StandardDiscInformation {
    /// The medium is rewritable.
    pub erasable: bool,
    /// What has been recorded.
    pub disc: DiscState,
    /// State of the last session.
    pub last_session: SessionState,
    /// First track of the disc.
    pub first_track: u8,
    /// Sessions, counting an empty or incomplete last one; at least one.
    pub sessions: u16,
    /// First track of the last session.
    pub first_track_in_last_session: u16,
    /// Last track of the last session, counting an invisible or incomplete one.
    pub last_track_in_last_session: u16,
    /// Unrestricted use: no application code binds the disc.
    pub unrestricted_use: bool,
    /// The MRW defect tables on the disc may be behind.
    pub dirty: bool,
    /// Background formatting.
    pub background_format: BackgroundFormat,
    /// Kind of disc.
    pub disc_type: DiscType,
    /// Number that tells discs apart, from the PMA; `None` unless the drive read one.
    pub disc_id: Option<u32>,
    /// Start of the last session's lead-in; `None` on a complete disc, or where the drive gives no disc time.
    pub last_session_lead_in: Option<Msf>,
    /// Last time at which a lead-out may start; `None` on a complete disc, or where the drive gives no disc time.
    pub last_possible_lead_out: Option<Msf>,
    /// Bar code, eight bytes; `None` unless the drive read one.
    pub bar_code: Option<[u8; 8]>,
    /// Application code, where the drive says so.
    pub application_code: Option<u8>,
    /// Calibration values by speed.
    pub opc: Vec<OpcEntry>,
}

/// Values found by power calibration, for one speed; also the parameter list of SEND OPC INFORMATION.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpcEntry {
    /// Speed in kB/s.
    pub speed_kb_s: u16,
    /// Values that only drives understand.
    pub values: [u8; 6],
}

block_codec!(OpcEntry, [8], speed_kb_s: Be16<0>, values: Bytes<2, 6>);

impl OpcEntry {
    /// The entry in a parameter list or an answer.
    #[must_use]
    pub fn encode(&self) -> [u8; 8] {
        self.encode_block()
    }

    /// All whole entries in a row.
    #[must_use]
    pub fn parse_all(bytes: &[u8]) -> Vec<Self> {
        bytes.as_chunks::<8>().0.iter().map(Self::from_block).collect()
    }
}

impl Response for StandardDiscInformation {
    fn encode(&self) -> Vec<u8> {
        let mut block = [0; 34];
        let [sessions_high, sessions_low] = self.sessions.to_be_bytes();
        let [first_high, first_low] = self.first_track_in_last_session.to_be_bytes();
        let [last_high, last_low] = self.last_track_in_last_session.to_be_bytes();
        layout::Length::put(&mut block, length16(32 + 8 * self.opc.len()));
        layout::Erasable::put(&mut block, self.erasable);
        layout::LastSession::put(&mut block, self.last_session);
        layout::Disc::put(&mut block, self.disc);
        layout::FirstTrack::put(&mut block, self.first_track);
        layout::SessionsHigh::put(&mut block, sessions_high);
        layout::SessionsLow::put(&mut block, sessions_low);
        layout::FirstInLastHigh::put(&mut block, first_high);
        layout::FirstInLastLow::put(&mut block, first_low);
        layout::LastInLastHigh::put(&mut block, last_high);
        layout::LastInLastLow::put(&mut block, last_low);
        layout::HasDiscId::put(&mut block, self.disc_id.is_some());
        layout::HasBarCode::put(&mut block, self.bar_code.is_some());
        layout::UnrestrictedUse::put(&mut block, self.unrestricted_use);
        layout::HasApplicationCode::put(&mut block, self.application_code.is_some());
        layout::Dirty::put(&mut block, self.dirty);
        layout::Background::put(&mut block, self.background_format);
        layout::Type::put(&mut block, self.disc_type);
        layout::DiscId::put(&mut block, self.disc_id.unwrap_or(0));
        layout::LeadIn::put(&mut block, time_bytes(self.last_session_lead_in));
        layout::LeadOut::put(&mut block, time_bytes(self.last_possible_lead_out));
        layout::BarCode::put(&mut block, self.bar_code.unwrap_or_default());
        layout::ApplicationCode::put(&mut block, self.application_code.unwrap_or(0));
        layout::OpcEntries::put(&mut block, crate::field::length8(self.opc.len()));
        let mut bytes = block.to_vec();
        bytes.extend(self.opc.iter().flat_map(OpcEntry::encode));
        bytes
    }

    /// Accepts answers from 24 bytes up: drives of all generations give the lead-out limit.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let block = data_of_type::<34>(bytes, 0, 24)?;
        let claimed = usize::from(layout::Length::get(&block)) + 2;
        let pair = |high, low| u16::from_be_bytes([high, low]);
        let mut opc = OpcEntry::parse_all(body(bytes, 34, claimed));
        opc.truncate(usize::from(layout::OpcEntries::get(&block)));
        Ok(Self {
            erasable: layout::Erasable::get(&block),
            disc: layout::Disc::get(&block),
            last_session: layout::LastSession::get(&block),
            first_track: layout::FirstTrack::get(&block),
            sessions: pair(layout::SessionsHigh::get(&block), layout::SessionsLow::get(&block)),
            first_track_in_last_session: pair(
                layout::FirstInLastHigh::get(&block),
                layout::FirstInLastLow::get(&block),
            ),
            last_track_in_last_session: pair(
                layout::LastInLastHigh::get(&block),
                layout::LastInLastLow::get(&block),
            ),
            unrestricted_use: layout::UnrestrictedUse::get(&block),
            dirty: layout::Dirty::get(&block),
            background_format: layout::Background::get(&block),
            disc_type: layout::Type::get(&block),
            disc_id: layout::HasDiscId::get(&block).then(|| layout::DiscId::get(&block)),
            last_session_lead_in: time(layout::LeadIn::get(&block)),
            last_possible_lead_out: time(layout::LeadOut::get(&block)),
            bar_code: layout::HasBarCode::get(&block).then(|| layout::BarCode::get(&block)),
            application_code: layout::HasApplicationCode::get(&block)
                .then(|| layout::ApplicationCode::get(&block)),
            opc,
        })
    }
}

/// A time field of four bytes, the first being hours; all ones where there is none.
fn time_bytes(time: Option<Msf>) -> [u8; 4] {
    time.map_or([0xFF; 4], |it| [0, it.minute, it.second, it.frame])
}

/// The disc time in such a field, if it is one. Drives differ in the hours byte, so it does not count.
fn time([_, minute, second, frame]: [u8; 4]) -> Option<Msf> {
    Msf::new(minute, second, frame).ok()
}

/// The answer if its data type is the one asked for.
fn data_of_type<const N: usize>(
    bytes: &[u8],
    data_type: u8,
    minimum: usize,
) -> Result<[u8; N], ResponseError> {
    let block = padded::<N>(WHAT, bytes, minimum)?;
    if block.get(2).is_some_and(|byte| byte >> 5 == data_type) {
        return Ok(block);
    }
    Err(ResponseError::Invalid { what: WHAT, byte: 2, problem: "another data type than asked for" })
}

const WHAT: &str = "disc information";

mod layout {
    use super::{BackgroundFormat, Be16, Be32, Bits, Bytes, Code, DiscState, DiscType, Flag, SessionState};

    pub(super) type Length = Be16<0>;
    pub(super) type Erasable = Flag<2, 4>;
    pub(super) type LastSession = Code<SessionState, 2, 2, 2>;
    pub(super) type Disc = Code<DiscState, 2, 0, 2>;
    pub(super) type FirstTrack = Bits<3, 0, 8>;
    pub(super) type SessionsLow = Bits<4, 0, 8>;
    pub(super) type FirstInLastLow = Bits<5, 0, 8>;
    pub(super) type LastInLastLow = Bits<6, 0, 8>;
    pub(super) type HasDiscId = Flag<7, 7>;
    pub(super) type HasBarCode = Flag<7, 6>;
    pub(super) type UnrestrictedUse = Flag<7, 5>;
    pub(super) type HasApplicationCode = Flag<7, 4>;
    pub(super) type Dirty = Flag<7, 2>;
    pub(super) type Background = Code<BackgroundFormat, 7, 0, 2>;
    pub(super) type Type = Code<DiscType, 8, 0, 8>;
    pub(super) type SessionsHigh = Bits<9, 0, 8>;
    pub(super) type FirstInLastHigh = Bits<10, 0, 8>;
    pub(super) type LastInLastHigh = Bits<11, 0, 8>;
    pub(super) type DiscId = Be32<12>;
    pub(super) type LeadIn = Bytes<16, 4>;
    pub(super) type LeadOut = Bytes<20, 4>;
    pub(super) type BarCode = Bytes<24, 8>;
    pub(super) type ApplicationCode = Bits<32, 0, 8>;
    pub(super) type OpcEntries = Bits<33, 0, 8>;
}

/// Track resources information (data type 1), 12 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrackResources {
    /// Tracks the medium can have at most.
    pub tracks_limit: u16,
    /// Tracks it has.
    pub tracks: u16,
    /// Tracks that can be appendable at the same time, at most.
    pub appendable_limit: u16,
    /// Tracks that are appendable.
    pub appendable: u16,
}

block_codec!(TrackResources, [12],
    tracks_limit: Be16<4>,
    tracks: Be16<6>,
    appendable_limit: Be16<8>,
    appendable: Be16<10>,
);

impl Response for TrackResources {
    fn encode(&self) -> Vec<u8> {
        typed_block(self.encode_block(), 1)
    }

    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        data_of_type(bytes, 1, 12).map(|block| Self::from_block(&block))
    }
}

/// Pseudo-overwrite resources information (data type 2), 16 bytes; not for CD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PowResources {
    /// Remaining replacements.
    pub replacements: u32,
    /// Remaining entries of the reallocation map.
    pub map_entries: u32,
    /// Remaining updates of the map.
    pub updates: u32,
}

block_codec!(PowResources, [16], replacements: Be32<4>, map_entries: Be32<8>, updates: Be32<12>);

impl Response for PowResources {
    fn encode(&self) -> Vec<u8> {
        typed_block(self.encode_block(), 2)
    }

    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        data_of_type(bytes, 2, 16).map(|block| Self::from_block(&block))
    }
}

/// An answer with its length and data type filled in.
fn typed_block<const N: usize>(mut block: [u8; N], data_type: u8) -> Vec<u8> {
    const { assert!(N > 2) };
    Be16::<0>::put(&mut block, length16(N - 2));
    Bits::<2, 5, 3>::put(&mut block, data_type);
    block.to_vec()
}
