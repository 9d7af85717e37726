//! The header of a data sector, and the subheader of CD-ROM XA.

use thiserror::Error;

use crate::{Lba, Msf, bcd};

/// Header of a data sector: where it is and how it is laid out (ECMA-130, 14.2; ECMA-394 for the block indicator).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Disc time of the sector.
    pub address: Msf,
    /// Bits 1-0 of the mode byte.
    pub mode: Mode,
    /// Bits 7-5 of the mode byte: what part of a packet the sector is.
    pub block: Block,
}

impl Header {
    /// Header of a sector with user data.
    ///
    /// # Errors
    /// [`HeaderError::BeyondDiscTime`] when `lba` has no disc time.
    pub fn user(lba: Lba, mode: Mode) -> Result<Self, HeaderError> {
        let address = lba.to_msf().map_err(|_| HeaderError::BeyondDiscTime(lba))?;
        Ok(Self { address, mode, block: Block::User })
    }

    /// The four bytes: minute, second and frame in BCD, mode.
    ///
    /// # Errors
    /// [`HeaderError::NotDecimal`] when a part of the address is above 99.
    pub fn encode(&self) -> Result<[u8; 4], HeaderError> {
        let Msf { minute, second, frame } = self.address;
        let digits = |part| bcd::encode(part).ok_or(HeaderError::NotDecimal([minute, second, frame]));
        Ok([digits(minute)?, digits(second)?, digits(frame)?, self.mode.bits() | self.block.bits() << 5])
    }

    /// Reads a header back.
    ///
    /// # Errors
    /// [`HeaderError::NotDecimal`] when the address is not a disc time in BCD,
    /// [`HeaderError::ReservedMode`] when bits 4-2 of the mode byte are set or the mode is 3.
    pub fn parse(bytes: [u8; 4]) -> Result<Self, HeaderError> {
        let [minute, second, frame, mode] = bytes;
        let address =
            Msf::from_bcd([minute, second, frame]).ok_or(HeaderError::NotDecimal([minute, second, frame]))?;
        let block = Block::from_bits(mode >> 5);
        let mode = Mode::from_bits(mode & 0x1F).ok_or(HeaderError::ReservedMode(mode))?;
        Ok(Self { address, mode, block })
    }
}

/// Layout of a data sector (ECMA-130, 14.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// All zeros behind the header; lead-in, pregap and lead-out of data discs.
    Zero,
    /// 2048 bytes of user data under EDC and ECC.
    One,
    /// 2336 bytes, which CD-ROM XA structures further.
    Two,
}

impl Mode {
    const fn bits(self) -> u8 {
        match self {
            Self::Zero => 0,
            Self::One => 1,
            Self::Two => 2,
        }
    }

    const fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            0 => Some(Self::Zero),
            1 => Some(Self::One),
            2 => Some(Self::Two),
            _ => None,
        }
    }
}

/// What part of a packet a sector is: bits 7-5 of the mode byte on recordable discs (ECMA-394, block indicator;
/// MMC-6, data block header).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Block {
    /// A sector with user data; the only kind on pressed discs.
    #[default]
    User,
    /// Fourth and last of the run-in blocks.
    RunIn4,
    /// Third run-in block.
    RunIn3,
    /// Second run-in block.
    RunIn2,
    /// First run-in block.
    RunIn1,
    /// The block in which one recording ends and the next begins.
    Link,
    /// Second and last of the run-out blocks.
    RunOut2,
    /// First run-out block.
    RunOut1,
}

impl Block {
    /// Indexed by the three bits.
    const ALL: [Self; 8] = [
        Self::User,
        Self::RunIn4,
        Self::RunIn3,
        Self::RunIn2,
        Self::RunIn1,
        Self::Link,
        Self::RunOut2,
        Self::RunOut1,
    ];

    /// The three bits, 0 ..= 7.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::User => 0,
            Self::RunIn4 => 1,
            Self::RunIn3 => 2,
            Self::RunIn2 => 3,
            Self::RunIn1 => 4,
            Self::Link => 5,
            Self::RunOut2 => 6,
            Self::RunOut1 => 7,
        }
    }

    fn from_bits(bits: u8) -> Self {
        Self::ALL.get(usize::from(bits)).copied().unwrap_or_default()
    }
}

/// Subheader of a CD-ROM XA sector; stands there twice (CD-ROM XA, 4.3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Subheader {
    /// File number; zero for a file that is not interleaved.
    pub file: u8,
    /// Channel number.
    pub channel: u8,
    /// Submode byte; see the constants here.
    pub submode: u8,
    /// Coding information for audio and video.
    pub coding: u8,
}

impl Subheader {
    /// Submode bit 0: last sector of a record.
    pub const END_OF_RECORD: u8 = 0x01;
    /// Submode bit 1: video.
    pub const VIDEO: u8 = 0x02;
    /// Submode bit 2: audio.
    pub const AUDIO: u8 = 0x04;
    /// Submode bit 3: data.
    pub const DATA: u8 = 0x08;
    /// Submode bit 4: trigger an interrupt.
    pub const TRIGGER: u8 = 0x10;
    /// Submode bit 5: Form 2, 2324 bytes without ECC.
    pub const FORM_2: u8 = 0x20;
    /// Submode bit 6: real time.
    pub const REAL_TIME: u8 = 0x40;
    /// Submode bit 7: last sector of a file.
    pub const END_OF_FILE: u8 = 0x80;

    /// Whether the sector is Form 2.
    #[must_use]
    pub const fn is_form_2(self) -> bool {
        self.submode & Self::FORM_2 != 0
    }

    /// The four bytes of one copy.
    #[must_use]
    pub const fn encode(self) -> [u8; 4] {
        [self.file, self.channel, self.submode, self.coding]
    }

    /// Reads one copy back.
    #[must_use]
    pub const fn parse(bytes: [u8; 4]) -> Self {
        let [file, channel, submode, coding] = bytes;
        Self { file, channel, submode, coding }
    }
}

/// Why four bytes are not a sector header, or a header has no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The address cannot stand in a header.
    #[error("LBA {0} has no disc time to stand in a sector header")]
    BeyondDiscTime(Lba),
    /// The address is not a time in BCD; the bytes, or the parts of the time that was to be written.
    #[error("sector header address {0:02x?} is not a disc time in BCD")]
    NotDecimal([u8; 3]),
    /// The mode byte is none that the standard defines.
    #[error("sector header mode byte {0:#04x} is reserved")]
    ReservedMode(u8),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ECMA-130, 14.2: LBA 0 is 00:02:00, Mode 1; the block indicator by `spec/drive.md` 2.2.
    #[test]
    fn golden_headers() {
        assert_eq!(Header::user(Lba(0), Mode::One).unwrap().encode(), Ok([0x00, 0x02, 0x00, 0x01]));
        assert_eq!(Header::user(Lba(12_345), Mode::Two).unwrap().encode(), Ok([0x02, 0x46, 0x45, 0x02]));
        let link = Header { block: Block::Link, ..Header::user(Lba(-8), Mode::One).unwrap() };
        assert_eq!(link.encode(), Ok([0x00, 0x01, 0x67, 0xA1]));
    }

    #[test]
    fn every_mode_byte_survives_or_is_refused() {
        for mode in 0..=255 {
            match Header::parse([0, 2, 0, mode]) {
                Ok(header) => assert_eq!(header.encode(), Ok([0, 2, 0, mode])),
                Err(error) => {
                    assert!(mode & 0x1F > 2);
                    assert_eq!(error, HeaderError::ReservedMode(mode));
                }
            }
        }
    }

    #[test]
    fn addresses_that_are_none() {
        assert_eq!(Header::parse([0x0A, 0, 0, 1]), Err(HeaderError::NotDecimal([0x0A, 0, 0])));
        assert_eq!(Header::parse([0, 0x60, 0, 1]), Err(HeaderError::NotDecimal([0, 0x60, 0])));
        assert_eq!(Header::parse([0, 0, 0x75, 1]), Err(HeaderError::NotDecimal([0, 0, 0x75])));
        let nonsense =
            Header { address: Msf { minute: 255, second: 0, frame: 0 }, mode: Mode::One, block: Block::User };
        assert!(nonsense.encode().is_err());
        assert_eq!(Header::user(Lba(404_850), Mode::One), Err(HeaderError::BeyondDiscTime(Lba(404_850))));
    }
}
