//! The cue sheet of SEND CUE SHEET: what a session at once will hold (MMC-6, SEND CUE SHEET).

use discwright_cd::Msf;

use crate::error::ParameterError;
use crate::field::{Bits, Bytes, Code, MsfAt, Place};

/// Track number of the lead-out, in cue sheets and tables of contents.
pub const LEAD_OUT_TRACK: u8 = 0xAA;

/// A cue sheet: eight bytes for each entry, in the order of the disc.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CueSheet {
    /// The entries: catalogue number first if any, then lead-in, tracks by index, lead-out.
    pub entries: Vec<CueEntry>,
}

/// One entry of a cue sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CueEntry {
    /// ADR 1: from this time on, this track and index.
    Position(CuePosition),
    /// ADR 2: half of the media catalogue number: digits 1 to 7, or digits 8 to 13 and a zero.
    CatalogNumber {
        /// Control nibble.
        control: u8,
        /// ASCII digits.
        digits: [u8; 7],
    },
    /// ADR 3: half of a track's ISRC: characters 1 to 6, or 7 to 12.
    Isrc {
        /// Control nibble.
        control: u8,
        /// Track.
        track: u8,
        /// ASCII characters.
        characters: [u8; 6],
    },
    /// Any other ADR, as it came.
    Other([u8; 8]),
}

/// Where a track's index begins, and what its blocks are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CuePosition {
    /// Control nibble of the Q subchannel: 4 data, 2 copying allowed, 1 pre-emphasis, 8 four channels.
    pub control: u8,
    /// Track number; 0 lead-in, [`LEAD_OUT_TRACK`] lead-out.
    pub track: u8,
    /// Index; 0 is the pregap.
    pub index: u8,
    /// What the host sends for each block.
    pub form: DataForm,
    /// Serial copy management byte; bit 7 alternates the copy bit.
    pub scms: u8,
    /// Disc time; relative to nothing.
    pub time: Msf,
}

/// What the host sends for each block, by the data form byte of a cue sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DataForm(pub u8);

codes! {
    /// Main-channel part of a [`DataForm`], six bits.
    pub enum MainData: u8 {
        /// 00h: audio, 2352 bytes from the host.
        Audio = 0x00,
        /// 01h: audio, nothing from the host: silence.
        AudioGenerated = 0x01,
        /// 10h: mode 1, 2048 bytes from the host.
        Mode1 = 0x10,
        /// 11h: mode 1, 2352 bytes from the host, of which the drive takes the user data.
        Mode1Raw = 0x11,
        /// 12h: mode 1, 2048 bytes from the host, which the drive ignores and writes as zeros.
        Mode1Ignored = 0x12,
        /// 13h: mode 1, 2352 bytes from the host, which the drive ignores and writes as zeros.
        Mode1RawIgnored = 0x13,
        /// 14h: mode 1, nothing from the host: zeros.
        Mode1Generated = 0x14,
        /// 20h: mode 2 form 1 or 2, 2336 bytes from the host.
        Mode2Xa = 0x20,
        /// 21h: mode 2 form 1 or 2, 2352 bytes from the host.
        Mode2XaRaw = 0x21,
        /// 22h: as 20h, ignored.
        Mode2XaIgnored = 0x22,
        /// 23h: as 21h, ignored.
        Mode2XaRawIgnored = 0x23,
        /// 24h: mode 2 form 2, nothing from the host.
        Mode2XaGenerated = 0x24,
        /// 30h: mode 2, 2336 bytes from the host.
        Mode2 = 0x30,
        /// 31h: mode 2, 2352 bytes from the host.
        Mode2Raw = 0x31,
        /// 32h: as 30h, ignored.
        Mode2Ignored = 0x32,
        /// 33h: as 31h, ignored.
        Mode2RawIgnored = 0x33,
        /// 34h: mode 2, nothing from the host.
        Mode2Generated = 0x34,
    }
}

impl DataForm {
    /// Mode 1 blocks of 2048 bytes.
    pub const MODE_1: Self = Self(0x10);
    /// Audio blocks of 2352 bytes.
    pub const AUDIO: Self = Self(0x00);
    /// Data lead-in and lead-out, which the drive makes itself.
    pub const MODE_1_GENERATED: Self = Self(0x14);
    /// Audio lead-in and lead-out, which the drive makes itself.
    pub const AUDIO_GENERATED: Self = Self(0x01);
    /// A lead-in that the host fills with CD-TEXT: 96 bytes of packed R-W a block, no main channel.
    pub const CD_TEXT_LEAD_IN: Self = Self(0x41);

    /// The main channel's part.
    #[must_use]
    pub fn main(self) -> MainData {
        MainData::from(self.0 & 0x3F)
    }

    /// Subchannel bytes the host sends with each block: none, or 96 (packed R-W, or raw).
    #[must_use]
    pub const fn subchannel_bytes(self) -> u16 {
        if self.0 & 0xC0 == 0 { 0 } else { 96 }
    }

    /// Main-channel bytes the host sends for each block; `None` for forms that are not known.
    #[must_use]
    pub fn main_bytes(self) -> Option<u16> {
        Some(match self.main() {
            MainData::Audio
            | MainData::Mode1Raw
            | MainData::Mode1RawIgnored
            | MainData::Mode2XaRaw
            | MainData::Mode2XaRawIgnored
            | MainData::Mode2Raw
            | MainData::Mode2RawIgnored => 2352,
            MainData::Mode1 | MainData::Mode1Ignored => 2048,
            MainData::Mode2Xa | MainData::Mode2XaIgnored | MainData::Mode2 | MainData::Mode2Ignored => 2336,
            MainData::AudioGenerated
            | MainData::Mode1Generated
            | MainData::Mode2XaGenerated
            | MainData::Mode2Generated => 0,
            MainData::Other(_) => return None,
        })
    }

    /// All bytes the host sends for each block; `None` for forms that are not known.
    #[must_use]
    pub fn block_bytes(self) -> Option<u16> {
        Some(self.main_bytes()? + self.subchannel_bytes())
    }
}

impl From<u8> for DataForm {
    fn from(byte: u8) -> Self {
        Self(byte)
    }
}

impl From<DataForm> for u8 {
    fn from(form: DataForm) -> Self {
        form.0
    }
}

impl CueSheet {
    /// The sheet as SEND CUE SHEET carries it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.entries.iter().flat_map(CueEntry::encode).collect()
    }

    /// The sheet from its bytes; whether it makes sense is for the drive to judge.
    ///
    /// # Errors
    /// [`ParameterError::Length`] when it ends inside an entry.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParameterError> {
        let (entries, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(ParameterError::Length {
                expected: bytes.len().next_multiple_of(8),
                actual: bytes.len(),
            });
        }
        Ok(Self { entries: entries.iter().map(CueEntry::decode).collect() })
    }

    /// The two entries of a media catalogue number of 13 ASCII digits.
    #[must_use]
    pub fn catalog_number(digits: &[u8; 13]) -> [CueEntry; 2] {
        let mut halves = digits.chunks(7).map(|half| {
            let mut block = [0; 7];
            for (to, from) in block.iter_mut().zip(half) {
                *to = *from;
            }
            CueEntry::CatalogNumber { control: 0, digits: block }
        });
        core::array::from_fn(|_| halves.next().unwrap_or(CueEntry::Other([0; 8])))
    }

    /// The two entries of a track's ISRC of 12 ASCII characters; `control` is the track's.
    #[must_use]
    pub fn isrc(control: u8, track: u8, characters: &[u8; 12]) -> [CueEntry; 2] {
        let (halves, _) = characters.as_chunks::<6>();
        let mut halves = halves.iter().map(|half| CueEntry::Isrc { control, track, characters: *half });
        core::array::from_fn(|_| halves.next().unwrap_or(CueEntry::Other([0; 8])))
    }
}

impl CueEntry {
    /// The entry's eight bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; 8] {
        let mut block = [0; 8];
        match *self {
            Self::Position(position) => {
                block = position.encode_block();
                layout::Adr::put(&mut block, 1);
            }
            Self::CatalogNumber { control, digits } => {
                layout::Adr::put(&mut block, 2);
                layout::Control::put(&mut block, control);
                layout::Digits::put(&mut block, digits);
            }
            Self::Isrc { control, track, characters } => {
                layout::Adr::put(&mut block, 3);
                layout::Control::put(&mut block, control);
                layout::Track::put(&mut block, track);
                layout::Characters::put(&mut block, characters);
            }
            Self::Other(bytes) => block = bytes,
        }
        block
    }

    /// The entry in eight bytes.
    #[must_use]
    pub fn decode(block: &[u8; 8]) -> Self {
        let control = layout::Control::get(block);
        match layout::Adr::get(block) {
            1 => Self::Position(CuePosition::from_block(block)),
            2 => Self::CatalogNumber { control, digits: layout::Digits::get(block) },
            3 => Self::Isrc {
                control,
                track: layout::Track::get(block),
                characters: layout::Characters::get(block),
            },
            _ => Self::Other(*block),
        }
    }
}

block_codec!(CuePosition, [8],
    control: Bits<0, 4, 4>,
    track: Bits<1, 0, 8>,
    index: Bits<2, 0, 8>,
    form: Code<DataForm, 3, 0, 8>,
    scms: Bits<4, 0, 8>,
    time: MsfAt<5>,
);

mod layout {
    use super::{Bits, Bytes};

    pub(super) type Control = Bits<0, 4, 4>;
    pub(super) type Adr = Bits<0, 0, 4>;
    pub(super) type Digits = Bytes<1, 7>;
    pub(super) type Track = Bits<1, 0, 8>;
    pub(super) type Characters = Bytes<2, 6>;
}
