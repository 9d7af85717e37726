//! What channel Q says in one sector.

use thiserror::Error;

use super::{CHANNEL_BYTES, Isrc, Mcn, crc16};
use crate::{Control, Msf, bcd, toc};

/// One frame of channel Q: 80 bits and their CRC (ECMA-130, 22.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Q {
    /// What kind of track this is.
    pub control: Control,
    /// What the frame tells.
    pub content: Content,
}

/// What a frame of channel Q tells, by its ADR field and track number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// ADR 1 in the program area or the lead-out: where we are.
    Position(Position),
    /// ADR 1 or 5 in the lead-in, or any ADR in the PMA: an entry of the TOC or the PMA.
    Entry(toc::Entry),
    /// ADR 2 in the program area: the number of the disc.
    Mcn {
        /// The number.
        mcn: Mcn,
        /// Frame of the absolute time, 0 ..= 74.
        frame: u8,
    },
    /// ADR 3 in the program area: the number of the recording.
    Isrc {
        /// The code.
        isrc: Isrc,
        /// Frame of the absolute time, 0 ..= 74.
        frame: u8,
    },
    /// Anything else, as it stands.
    Other {
        /// The ADR field, 0 ..= 15; the upper half is not written.
        adr: u8,
        /// The nine bytes behind the first.
        data: [u8; 9],
    },
}

/// Where a sector is, within its track and on the disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The track, or the lead-out.
    pub track: Track,
    /// Index within the track, 0 ..= 99; zero is the pause before it.
    pub index: u8,
    /// Time within the track; counts down to zero while the index is zero.
    pub relative: Msf,
    /// Time on the disc.
    pub absolute: Msf,
}

/// Track number field of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Track {
    /// A track, 1 ..= 99.
    Number(u8),
    /// The lead-out, AAh.
    LeadOut,
}

impl Q {
    /// The twelve bytes, CRC included.
    ///
    /// # Errors
    /// [`QError::NotDecimal`] when a number or time is above 99 and has no BCD.
    pub fn encode(&self) -> Result<[u8; CHANNEL_BYTES], QError> {
        let (adr, data) = match self.content {
            Content::Position(position) => (1, position.encode().ok_or(QError::NotDecimal)?),
            Content::Entry(entry) => (entry.adr, entry.encode().ok_or(QError::NotDecimal)?),
            Content::Mcn { mcn, frame } => (2, join(mcn.pack(), frame).ok_or(QError::NotDecimal)?),
            Content::Isrc { isrc, frame } => (3, join(isrc.pack(), frame).ok_or(QError::NotDecimal)?),
            Content::Other { adr, data } => (adr, data),
        };
        let [b1, b2, b3, b4, b5, b6, b7, b8, b9] = data;
        let head = [self.control.bits() << 4 | (adr & 0x0F), b1, b2, b3, b4, b5, b6, b7, b8, b9];
        Ok(with_crc(head))
    }

    /// Reads a frame of the lead-in, the program area or the lead-out.
    ///
    /// A track number of zero marks an entry of the TOC. Frames of the PMA, where that holds for every ADR, are for
    /// [`Self::parse_pma`].
    ///
    /// # Errors
    /// [`QError::Crc`] when the CRC does not hold, [`QError::NotDecimal`] when a number or a time is not BCD,
    /// [`QError::NotAnId`] when MCN or ISRC hold what cannot stand there.
    pub fn parse(bytes: &[u8; CHANNEL_BYTES]) -> Result<Self, QError> {
        let (control, adr, data) = open(bytes)?;
        let (number, frame) = split(data);
        let frame = || bcd::decode(frame).ok_or(QError::NotDecimal);
        let content = match (adr, data) {
            (1 | 5, [0, ..]) => Content::Entry(toc::Entry::parse(adr, data).ok_or(QError::NotDecimal)?),
            (1, _) => Content::Position(Position::parse(data).ok_or(QError::NotDecimal)?),
            (2, _) => Content::Mcn { mcn: Mcn::unpack(number).ok_or(QError::NotAnId)?, frame: frame()? },
            (3, _) => Content::Isrc { isrc: Isrc::unpack(number).ok_or(QError::NotAnId)?, frame: frame()? },
            _ => Content::Other { adr, data },
        };
        Ok(Self { control, content })
    }

    /// Reads a frame of the PMA.
    ///
    /// # Errors
    /// [`QError::Crc`] when the CRC does not hold, [`QError::NotDecimal`] when a number or a time is not BCD.
    pub fn parse_pma(bytes: &[u8; CHANNEL_BYTES]) -> Result<Self, QError> {
        let (control, adr, data) = open(bytes)?;
        let content = match data {
            [0, ..] => Content::Entry(toc::Entry::parse(adr, data).ok_or(QError::NotDecimal)?),
            _ => Content::Other { adr, data },
        };
        Ok(Self { control, content })
    }
}

/// The ten bytes and their CRC.
fn with_crc(head: [u8; 10]) -> [u8; CHANNEL_BYTES] {
    let [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9] = head;
    let [high, low] = crc16(&head).to_be_bytes();
    [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, high, low]
}

/// Control, ADR and the nine bytes behind them, once the CRC is seen to hold.
fn open(bytes: &[u8; CHANNEL_BYTES]) -> Result<(Control, u8, [u8; 9]), QError> {
    let [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, high, low] = *bytes;
    let stored = u16::from_be_bytes([high, low]);
    let computed = crc16(&[b0, b1, b2, b3, b4, b5, b6, b7, b8, b9]);
    if stored != computed {
        return Err(QError::Crc { stored, computed });
    }
    Ok((Control::from_upper_nibble(b0), b0 & 0x0F, [b1, b2, b3, b4, b5, b6, b7, b8, b9]))
}

/// A packed number and the frame of the absolute time.
fn join(number: [u8; 8], frame: u8) -> Option<[u8; 9]> {
    let [b1, b2, b3, b4, b5, b6, b7, b8] = number;
    Some([b1, b2, b3, b4, b5, b6, b7, b8, bcd::encode(frame)?])
}

fn split(data: [u8; 9]) -> ([u8; 8], u8) {
    let [b1, b2, b3, b4, b5, b6, b7, b8, frame] = data;
    ([b1, b2, b3, b4, b5, b6, b7, b8], frame)
}

impl Position {
    /// The nine bytes behind control and ADR.
    fn encode(&self) -> Option<[u8; 9]> {
        let track = match self.track {
            Track::Number(number) => bcd::encode(number)?,
            Track::LeadOut => LEAD_OUT,
        };
        let [minute, second, frame] = self.relative.to_bcd()?;
        let [absolute_minute, absolute_second, absolute_frame] = self.absolute.to_bcd()?;
        let index = bcd::encode(self.index)?;
        Some([track, index, minute, second, frame, 0, absolute_minute, absolute_second, absolute_frame])
    }

    fn parse(data: [u8; 9]) -> Option<Self> {
        let [track, index, minute, second, frame, _, absolute_minute, absolute_second, absolute_frame] = data;
        Some(Self {
            track: if track == LEAD_OUT { Track::LeadOut } else { Track::Number(bcd::decode(track)?) },
            index: bcd::decode(index)?,
            relative: Msf::from_bcd([minute, second, frame])?,
            absolute: Msf::from_bcd([absolute_minute, absolute_second, absolute_frame])?,
        })
    }
}

/// Track number of the lead-out.
const LEAD_OUT: u8 = 0xAA;

/// Why twelve bytes are not a frame of channel Q, or a frame has no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QError {
    /// The CRC does not hold.
    #[error("CRC of the Q frame is {stored:#06x}, its bytes give {computed:#06x}")]
    Crc {
        /// What stands in the frame.
        stored: u16,
        /// What it should be.
        computed: u16,
    },
    /// A number or time is not BCD, or too great for it.
    #[error("a number or time of the Q frame is not decimal")]
    NotDecimal,
    /// MCN or ISRC hold what cannot stand there.
    #[error("the Q frame holds no valid MCN or ISRC")]
    NotAnId,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn msf(minute: u8, second: u8, frame: u8) -> Msf {
        Msf::new(minute, second, frame).unwrap()
    }

    #[test]
    fn golden_position() {
        let position =
            Position { track: Track::Number(1), index: 1, relative: msf(0, 0, 0), absolute: msf(0, 2, 0) };
        let q = Q { control: Control::DATA, content: Content::Position(position) };
        let bytes = q.encode().unwrap();
        assert_eq!(bytes[..10], [0x41, 0x01, 0x01, 0, 0, 0, 0, 0, 0x02, 0]);
        // CRC of this very frame as every disc with a data track begins with it.
        assert_eq!(bytes[10..], [0x28, 0x32]);
        assert_eq!(Q::parse(&bytes), Ok(q));
    }

    #[test]
    fn golden_numbers() {
        let mcn = Content::Mcn { mcn: "1234567890123".parse().unwrap(), frame: 59 };
        let bytes = Q { control: Control::AUDIO, content: mcn }.encode().unwrap();
        assert_eq!(bytes[..10], [0x02, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x30, 0x00, 0x59]);

        // U=25h S=23h R=22h C=13h 1=01h: 100101 100011 100010 010011 000001 00.
        let isrc = Content::Isrc { isrc: "USRC17607839".parse().unwrap(), frame: 7 };
        let bytes = Q { control: Control::AUDIO, content: isrc }.encode().unwrap();
        assert_eq!(bytes[..10], [0x03, 0x96, 0x38, 0x93, 0x04, 0x76, 0x07, 0x83, 0x90, 0x07]);
    }

    #[test]
    fn a_wrong_crc_is_told() {
        let mut bytes = with_crc([0x41, 1, 1, 0, 0, 0, 0, 0, 2, 0]);
        bytes[3] ^= 1;
        assert!(matches!(Q::parse(&bytes), Err(QError::Crc { stored: 0x2832, .. })));
        assert_eq!(Q::parse(&with_crc([0x41, 1, 1, 0xF0, 0, 0, 0, 0, 2, 0])), Err(QError::NotDecimal));
        assert_eq!(Q::parse(&with_crc([0x02, 0xAB, 0, 0, 0, 0, 0, 0, 2, 0])), Err(QError::NotAnId));
    }
}
