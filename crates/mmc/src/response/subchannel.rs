//! Answer to READ SUB-CHANNEL (MMC-6, READ SUB-CHANNEL).

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Bits, Bytes, Code, Flag, Place, length16, padded};
use crate::toc::AddressField;

codes! {
    /// What became of playing audio.
    pub enum AudioStatus: u8 {
        /// 00h: the status is not supported or not valid.
        NotValid = 0x00,
        /// 11h: playing.
        Playing = 0x11,
        /// 12h: paused.
        Paused = 0x12,
        /// 13h: played to the end.
        Completed = 0x13,
        /// 14h: stopped by an error.
        Failed = 0x14,
        /// 15h: nothing to say.
        None = 0x15,
    }
}

/// What plays and where, catalogue number, or ISRC: 4, 16 or 24 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subchannel {
    /// What became of playing audio.
    pub audio: AudioStatus,
    /// The data asked for; `None` when the header alone was asked for or came.
    pub data: Option<SubchannelData>,
}

/// Subchannel data by format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubchannelData {
    /// Format 1: where the pickup is.
    Position {
        /// What the Q subchannel encodes there.
        adr: u8,
        /// Control nibble.
        control: u8,
        /// Track.
        track: u8,
        /// Index.
        index: u8,
        /// Address on the disc, in the form that the command's MSF bit asked for.
        absolute: AddressField,
        /// Address from the start of the track, in that form.
        relative: AddressField,
    },
    /// Format 2: the media catalogue number.
    CatalogNumber {
        /// 13 ASCII digits; `None` when there is none.
        digits: Option<[u8; 13]>,
        /// Frame in which it was found.
        frame: u8,
    },
    /// Format 3: a track's ISRC.
    Isrc {
        /// What the Q subchannel encodes there.
        adr: u8,
        /// Control nibble.
        control: u8,
        /// Track.
        track: u8,
        /// 12 ASCII characters; `None` when there is none.
        characters: Option<[u8; 12]>,
        /// Frame in which it was found.
        frame: u8,
    },
}

impl SubchannelData {
    fn encode(&self) -> Vec<u8> {
        let mut block = [0; 20];
        match *self {
            Self::Position { adr, control, track, index, absolute, relative } => {
                layout::Format::put(&mut block, 1);
                layout::Adr::put(&mut block, adr);
                layout::Control::put(&mut block, control);
                layout::Track::put(&mut block, track);
                layout::Index::put(&mut block, index);
                layout::Absolute::put(&mut block, absolute.0);
                layout::Relative::put(&mut block, relative.0);
                return block.into_iter().take(12).collect();
            }
            Self::CatalogNumber { digits, frame } => {
                layout::Format::put(&mut block, 2);
                layout::Valid::put(&mut block, digits.is_some());
                layout::Digits::put(&mut block, digits.unwrap_or_default());
                layout::CatalogFrame::put(&mut block, frame);
            }
            Self::Isrc { adr, control, track, characters, frame } => {
                layout::Format::put(&mut block, 3);
                layout::Adr::put(&mut block, adr);
                layout::Control::put(&mut block, control);
                layout::Track::put(&mut block, track);
                layout::Valid::put(&mut block, characters.is_some());
                layout::Characters::put(&mut block, characters.unwrap_or_default());
                layout::IsrcFrame::put(&mut block, frame);
            }
        }
        block.to_vec()
    }

    /// The data behind the header, padded with zeros where it was cut.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let what = "subchannel data";
        let block = padded::<20>(what, bytes, 12)?;
        let (adr, control, track) =
            (layout::Adr::get(&block), layout::Control::get(&block), layout::Track::get(&block));
        let valid = layout::Valid::get(&block);
        match layout::Format::get(&block) {
            1 => Ok(Self::Position {
                adr,
                control,
                track,
                index: layout::Index::get(&block),
                absolute: AddressField(layout::Absolute::get(&block)),
                relative: AddressField(layout::Relative::get(&block)),
            }),
            2 => Ok(Self::CatalogNumber {
                digits: valid.then(|| layout::Digits::get(&block)),
                frame: layout::CatalogFrame::get(&block),
            }),
            3 => Ok(Self::Isrc {
                adr,
                control,
                track,
                characters: valid.then(|| layout::Characters::get(&block)),
                frame: layout::IsrcFrame::get(&block),
            }),
            _ => Err(ResponseError::Invalid { what, byte: 4, problem: "unknown format" }),
        }
    }
}

impl Response for Subchannel {
    fn encode(&self) -> Vec<u8> {
        let data = self.data.map(|data| data.encode()).unwrap_or_default();
        let mut header = [0; 4];
        layout::Audio::put(&mut header, self.audio);
        layout::Length::put(&mut header, length16(data.len()));
        [&header, data.as_slice()].concat()
    }

    /// Accepts answers from 4 bytes up, and with data from 16 up.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let header = padded::<4>("subchannel header", bytes, 4)?;
        let claimed = usize::from(layout::Length::get(&header)) + 4;
        let data = crate::field::body(bytes, 4, claimed);
        let data = if data.is_empty() { None } else { Some(SubchannelData::parse(data)?) };
        Ok(Self { audio: layout::Audio::get(&header), data })
    }
}

mod layout {
    use super::{AudioStatus, Be16, Bits, Bytes, Code, Flag};

    pub(super) type Audio = Code<AudioStatus, 1, 0, 8>;
    pub(super) type Length = Be16<2>;

    // From here on counted behind the header.
    pub(super) type Format = Bits<0, 0, 8>;
    pub(super) type Adr = Bits<1, 4, 4>;
    pub(super) type Control = Bits<1, 0, 4>;
    pub(super) type Track = Bits<2, 0, 8>;
    pub(super) type Index = Bits<3, 0, 8>;
    pub(super) type Absolute = Bytes<4, 4>;
    pub(super) type Relative = Bytes<8, 4>;
    pub(super) type Valid = Flag<4, 7>;
    pub(super) type Digits = Bytes<5, 13>;
    pub(super) type CatalogFrame = Bits<19, 0, 8>;
    pub(super) type Characters = Bytes<5, 12>;
    pub(super) type IsrcFrame = Bits<18, 0, 8>;
}
