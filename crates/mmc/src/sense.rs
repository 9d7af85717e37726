//! Sense data: what went wrong, in the drive's words (SPC-3, 4.5).

use core::fmt;

use crate::command::Response;
use crate::error::{CdbError, FieldPointer, ParameterError, ResponseError};
use crate::field::{Be16, Be32, Bits, Flag, Place, padded};
use crate::sense_words::words;

/// Why a command did not end with GOOD, or what a drive says about its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sense {
    /// The error belongs to an earlier command that had already been answered with GOOD.
    pub deferred: bool,
    /// The class of the condition.
    pub key: SenseKey,
    /// The condition.
    pub code: AdditionalSense,
    /// The block concerned, where the drive says so.
    pub information: Option<u32>,
    /// What the key-specific bytes say.
    pub specific: Option<SenseSpecific>,
    /// A filemark or setmark was met; tapes have them.
    pub filemark: bool,
    /// The end of the medium or of a partition was met (EOM).
    pub end_of_medium: bool,
    /// The length asked for is not the block's (ILI).
    pub incorrect_length: bool,
    /// What the command's own standard puts into the command-specific information; zero for nothing.
    pub command_information: u32,
    /// The part of the drive to exchange, in the maker's numbers (field replaceable unit code); zero for none.
    pub replaceable_unit: u8,
}

impl Sense {
    /// Current sense of this key and code, with nothing else said.
    #[must_use]
    pub const fn new(key: SenseKey, asc: u8, ascq: u8) -> Self {
        Self {
            deferred: false,
            key,
            code: AdditionalSense { asc, ascq },
            information: None,
            specific: None,
            filemark: false,
            end_of_medium: false,
            incorrect_length: false,
            command_information: 0,
            replaceable_unit: 0,
        }
    }

    /// The same with a block address in the information field.
    #[must_use]
    pub const fn at(mut self, information: u32) -> Self {
        self.information = Some(information);
        self
    }

    /// The same with key-specific bytes.
    #[must_use]
    pub const fn with(mut self, specific: SenseSpecific) -> Self {
        self.specific = Some(specific);
        self
    }
}

/// Additional sense code and its qualifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AdditionalSense {
    /// Additional sense code.
    pub asc: u8,
    /// Additional sense code qualifier.
    pub ascq: u8,
}

impl AdditionalSense {
    /// The condition in the standard's words, in lower case; `None` for codes that are not known.
    #[must_use]
    pub fn words(self) -> Option<&'static str> {
        words(self.asc, self.ascq)
    }
}

impl fmt::Display for AdditionalSense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.words() {
            Some(words) => f.write_str(words),
            None if self.asc >= 0x80 || self.ascq >= 0x80 => f.write_str("vendor-specific condition"),
            None => f.write_str("unknown condition"),
        }
    }
}

codes! {
    /// Sense key (SPC-3, table 27), four bits.
    pub enum SenseKey: u8 {
        /// 0: nothing to report.
        NoSense = 0x0,
        /// 1: done, with help.
        RecoveredError = 0x1,
        /// 2: not ready, now or ever.
        NotReady = 0x2,
        /// 3: the medium failed.
        MediumError = 0x3,
        /// 4: the drive failed.
        HardwareError = 0x4,
        /// 5: the host asked for something that cannot be.
        IllegalRequest = 0x5,
        /// 6: something changed behind the host's back.
        UnitAttention = 0x6,
        /// 7: the medium is protected.
        DataProtect = 0x7,
        /// 8: blank where data was expected, or the reverse.
        BlankCheck = 0x8,
        /// 9: for vendors to define.
        VendorSpecific = 0x9,
        /// Ah: a copy command gave up.
        CopyAborted = 0xA,
        /// Bh: the drive gave the command up.
        AbortedCommand = 0xB,
        /// Dh: data is left that the medium has no room for.
        VolumeOverflow = 0xD,
        /// Eh: a comparison failed.
        Miscompare = 0xE,
    }
}

impl fmt::Display for SenseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSense => "no sense",
            Self::RecoveredError => "recovered error",
            Self::NotReady => "not ready",
            Self::MediumError => "medium error",
            Self::HardwareError => "hardware error",
            Self::IllegalRequest => "illegal request",
            Self::UnitAttention => "unit attention",
            Self::DataProtect => "data protect",
            Self::BlankCheck => "blank check",
            Self::VendorSpecific => "vendor-specific",
            Self::CopyAborted => "copy aborted",
            Self::AbortedCommand => "aborted command",
            Self::VolumeOverflow => "volume overflow",
            Self::Miscompare => "miscompare",
            Self::Other(_) => "reserved sense key",
        })
    }
}

/// The key-specific bytes of sense data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SenseSpecific {
    /// The field that was refused (with key 5).
    Field(FieldPointer),
    /// Progress of a long operation, in 65536ths (with keys 0 and 2).
    Progress(u16),
    /// How often the drive tried (with keys 1, 3 and 4).
    Retries(u16),
    /// With any other key, whose meaning of the bytes is not known here: the three bytes as they came, but for the
    /// valid bit, which is clear here.
    Other([u8; 3]),
}

impl SenseSpecific {
    /// The three key-specific bytes, valid bit set.
    fn encode_block(self) -> [u8; 3] {
        let mut block = if let Self::Other(bytes) = self { bytes } else { [0; 3] };
        layout::SpecificValid::put(&mut block, true);
        match self {
            Self::Other(_) => {}
            Self::Field(pointer) => {
                layout::InCdb::put(&mut block, pointer.in_cdb);
                layout::BitValid::put(&mut block, pointer.bit.is_some());
                layout::Bit::put(&mut block, pointer.bit.unwrap_or(0));
                layout::Value::put(&mut block, pointer.byte);
            }
            Self::Progress(value) | Self::Retries(value) => layout::Value::put(&mut block, value),
        }
        block
    }

    /// What the three bytes say under a key; `None` when they say nothing.
    fn from_block(key: SenseKey, block: &[u8; 3]) -> Option<Self> {
        if !layout::SpecificValid::get(block) {
            return None;
        }
        let value = layout::Value::get(block);
        match key {
            SenseKey::IllegalRequest => Some(Self::Field(FieldPointer {
                in_cdb: layout::InCdb::get(block),
                byte: value,
                bit: layout::BitValid::get(block).then(|| layout::Bit::get(block)),
            })),
            SenseKey::NoSense | SenseKey::NotReady => Some(Self::Progress(value)),
            SenseKey::RecoveredError | SenseKey::MediumError | SenseKey::HardwareError => {
                Some(Self::Retries(value))
            }
            _ => {
                let mut bytes = *block;
                layout::SpecificValid::put(&mut bytes, false);
                Some(Self::Other(bytes))
            }
        }
    }
}

/// How a drive words a CDB it cannot accept. Total.
impl From<CdbError> for Sense {
    fn from(error: CdbError) -> Self {
        match error {
            CdbError::UnknownOpcode(_) => Self::new(SenseKey::IllegalRequest, 0x20, 0x00),
            CdbError::InvalidField(pointer) => {
                Self::new(SenseKey::IllegalRequest, 0x24, 0x00).with(SenseSpecific::Field(pointer))
            }
            CdbError::Length { .. } => Self::new(SenseKey::IllegalRequest, 0x24, 0x00),
        }
    }
}

/// How a drive words a parameter list it cannot accept. Total.
impl From<ParameterError> for Sense {
    fn from(error: ParameterError) -> Self {
        match error {
            ParameterError::InvalidField(pointer) => {
                Self::new(SenseKey::IllegalRequest, 0x26, 0x00).with(SenseSpecific::Field(pointer))
            }
            ParameterError::Length { .. } => Self::new(SenseKey::IllegalRequest, 0x1A, 0x00),
        }
    }
}

impl fmt::Display for Sense {
    /// Words and codes, `medium error: write error (3/0C/00) at LBA 300`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.deferred {
            f.write_str("deferred ")?;
        }
        let AdditionalSense { asc, ascq } = self.code;
        write!(f, "{}: {} ({:X}/{asc:02X}/{ascq:02X})", self.key, self.code, u8::from(self.key))?;
        if let Some(information) = self.information {
            write!(f, " at LBA {}", information.cast_signed())?;
        }
        match self.specific {
            None => Ok(()),
            Some(SenseSpecific::Field(pointer)) => write!(f, ", {pointer}"),
            Some(SenseSpecific::Progress(progress)) => {
                write!(f, ", {} % done", u32::from(progress) * 100 / 0x1_0000)
            }
            Some(SenseSpecific::Retries(retries)) => write!(f, " after {retries} retries"),
            Some(SenseSpecific::Other([a, b, c])) => write!(f, ", key-specific {a:02X} {b:02X} {c:02X}"),
        }?;
        for (set, words) in [
            (self.filemark, ", at a filemark"),
            (self.end_of_medium, ", at the end of the medium"),
            (self.incorrect_length, ", the length is not the block's"),
        ] {
            f.write_str(if set { words } else { "" })?;
        }
        Ok(())
    }
}

impl Sense {
    /// Sense data in fixed form, 18 bytes (SPC-3, 4.5.3).
    #[must_use]
    pub fn encode_fixed(&self) -> [u8; 18] {
        let mut block = [0; 18];
        layout::FixedValid::put(&mut block, self.information.is_some());
        layout::ResponseCode::put(&mut block, if self.deferred { 0x71 } else { 0x70 });
        layout::FixedKey::put(&mut block, self.key.into());
        layout::FixedFilemark::put(&mut block, self.filemark);
        layout::FixedEndOfMedium::put(&mut block, self.end_of_medium);
        layout::FixedIncorrectLength::put(&mut block, self.incorrect_length);
        layout::FixedCommand::put(&mut block, self.command_information);
        layout::FixedUnit::put(&mut block, self.replaceable_unit);
        layout::FixedInformation::put(&mut block, self.information.unwrap_or(0));
        layout::AdditionalLength::put(&mut block, 10);
        layout::FixedAsc::put(&mut block, self.code.asc);
        layout::FixedAscq::put(&mut block, self.code.ascq);
        if let Some(specific) = self.specific {
            layout::FixedSpecific::put(&mut block, specific.encode_block());
        }
        block
    }

    /// Sense data in descriptor form, 8 bytes and a descriptor for each thing said (SPC-3, 4.5.2).
    #[must_use]
    pub fn encode_descriptor(&self) -> Vec<u8> {
        let mut header = [0; 8];
        layout::ResponseCode::put(&mut header, if self.deferred { 0x73 } else { 0x72 });
        layout::DescriptorKey::put(&mut header, self.key.into());
        layout::DescriptorAsc::put(&mut header, self.code.asc);
        layout::DescriptorAscq::put(&mut header, self.code.ascq);
        let mut bytes = header.to_vec();
        if let Some(information) = self.information {
            bytes.extend([INFORMATION, 0x0A, 0x80, 0, 0, 0, 0, 0]);
            bytes.extend(information.to_be_bytes());
        }
        if self.command_information != 0 {
            bytes.extend([COMMAND, 0x0A, 0, 0, 0, 0, 0, 0]);
            bytes.extend(self.command_information.to_be_bytes());
        }
        if let Some(specific) = self.specific {
            bytes.extend([SPECIFIC, 0x06, 0, 0]);
            bytes.extend(specific.encode_block());
            bytes.push(0);
        }
        if self.replaceable_unit != 0 {
            bytes.extend([UNIT, 0x02, 0, self.replaceable_unit]);
        }
        if self.filemark || self.end_of_medium || self.incorrect_length {
            let mut marks = [MARKS, 0x02, 0, 0];
            layout::Filemark::put(&mut marks, self.filemark);
            layout::EndOfMedium::put(&mut marks, self.end_of_medium);
            layout::IncorrectLength::put(&mut marks, self.incorrect_length);
            bytes.extend(marks);
        }
        let additional = bytes.len().saturating_sub(8);
        if let Some(length) = bytes.get_mut(7) {
            *length = crate::field::length8(additional);
        }
        bytes
    }

    /// Sense data of either form, as far as it came. Total: hostile bytes give an error or some sense, never a panic.
    ///
    /// # Errors
    /// [`ResponseError`] when the bytes are not sense data (response code 70h to 73h), or end before the key.
    pub fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let what = "sense data";
        let code = bytes.first().map_or(0, |first| first & 0x7F);
        match code {
            0x70 | 0x71 => Self::parse_fixed(bytes, code == 0x71),
            0x72 | 0x73 => Self::parse_descriptor(bytes, code == 0x73),
            _ if bytes.is_empty() => Err(ResponseError::Short { what, expected: 3, actual: 0 }),
            _ => Err(ResponseError::Invalid { what, byte: 0, problem: "unknown response code" }),
        }
    }

    /// Accepts from 3 bytes up; hosts keep 14, 16 or 18, and old drives send 8.
    fn parse_fixed(bytes: &[u8], deferred: bool) -> Result<Self, ResponseError> {
        let head = padded::<8>("sense data", bytes, 3)?;
        let length = usize::from(layout::AdditionalLength::get(&head)).saturating_add(8);
        // A drive that gives 18 bytes and claims none is believed: some bridges leave the length out.
        let length = if length == 8 { bytes.len() } else { length };
        let block = padded::<18>("sense data", bytes.get(..length).unwrap_or(bytes), 0)?;
        let key = SenseKey::from(layout::FixedKey::get(&block));
        Ok(Self {
            deferred,
            key,
            code: AdditionalSense {
                asc: layout::FixedAsc::get(&block),
                ascq: layout::FixedAscq::get(&block),
            },
            information: layout::FixedValid::get(&block).then(|| layout::FixedInformation::get(&block)),
            specific: SenseSpecific::from_block(key, &layout::FixedSpecific::get(&block)),
            filemark: layout::FixedFilemark::get(&block),
            end_of_medium: layout::FixedEndOfMedium::get(&block),
            incorrect_length: layout::FixedIncorrectLength::get(&block),
            command_information: layout::FixedCommand::get(&block),
            replaceable_unit: layout::FixedUnit::get(&block),
        })
    }

    /// Accepts from 4 bytes up; descriptors that are not known or were cut are passed over.
    fn parse_descriptor(bytes: &[u8], deferred: bool) -> Result<Self, ResponseError> {
        let header = padded::<8>("sense data", bytes, 4)?;
        let key = SenseKey::from(layout::DescriptorKey::get(&header));
        let code = AdditionalSense {
            asc: layout::DescriptorAsc::get(&header),
            ascq: layout::DescriptorAscq::get(&header),
        };
        let mut sense = Self { deferred, key, code, ..Self::new(key, 0, 0) };
        let length = usize::from(layout::AdditionalLength::get(&header)) + 8;
        let mut row = crate::field::body(bytes, 8, length);
        while let Some((&[kind, length], rest)) = row.split_first_chunk::<2>() {
            let Some((content, next)) = rest.split_at_checked(usize::from(length)) else { break };
            match (kind, content) {
                (INFORMATION, &[valid, _, 0, 0, 0, 0, a, b, c, d, ..]) if valid & 0x80 != 0 => {
                    sense.information = Some(u32::from_be_bytes([a, b, c, d]));
                }
                (SPECIFIC, &[_, _, a, b, c, ..]) => {
                    sense.specific = SenseSpecific::from_block(key, &[a, b, c]);
                }
                (COMMAND, &[_, _, 0, 0, 0, 0, a, b, c, d, ..]) => {
                    sense.command_information = u32::from_be_bytes([a, b, c, d]);
                }
                (UNIT, &[_, unit, ..]) => sense.replaceable_unit = unit,
                (MARKS, &[_, marks, ..]) => {
                    let marks = [0, 0, 0, marks];
                    sense.filemark = layout::Filemark::get(&marks);
                    sense.end_of_medium = layout::EndOfMedium::get(&marks);
                    sense.incorrect_length = layout::IncorrectLength::get(&marks);
                }
                (BLOCK, &[_, marks, ..]) => {
                    sense.incorrect_length = layout::IncorrectLength::get(&[0, 0, 0, marks]);
                }
                _ => {}
            }
            row = next;
        }
        Ok(sense)
    }
}

/// Descriptor type of the information field.
const INFORMATION: u8 = 0x00;
/// Descriptor type of the command-specific information.
const COMMAND: u8 = 0x01;
/// Descriptor type of the key-specific bytes.
const SPECIFIC: u8 = 0x02;
/// Descriptor type of the field replaceable unit code.
const UNIT: u8 = 0x03;
/// Descriptor type of stream commands: filemark, end of medium, incorrect length.
const MARKS: u8 = 0x04;
/// Descriptor type of block commands: incorrect length.
const BLOCK: u8 = 0x05;

/// The answer to REQUEST SENSE, in fixed form.
impl Response for Sense {
    fn encode(&self) -> Vec<u8> {
        self.encode_fixed().to_vec()
    }

    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        Self::parse(bytes)
    }
}

mod layout {
    use super::{Be16, Be32, Bits, Flag};
    use crate::field::Bytes;

    pub(super) type ResponseCode = Bits<0, 0, 7>;
    pub(super) type AdditionalLength = Bits<7, 0, 8>;

    pub(super) type FixedValid = Flag<0, 7>;
    pub(super) type FixedFilemark = Flag<2, 7>;
    pub(super) type FixedEndOfMedium = Flag<2, 6>;
    pub(super) type FixedIncorrectLength = Flag<2, 5>;
    pub(super) type FixedCommand = Be32<8>;
    pub(super) type FixedUnit = Bits<14, 0, 8>;
    pub(super) type FixedKey = Bits<2, 0, 4>;
    pub(super) type FixedInformation = Be32<3>;
    pub(super) type FixedAsc = Bits<12, 0, 8>;
    pub(super) type FixedAscq = Bits<13, 0, 8>;
    pub(super) type FixedSpecific = Bytes<15, 3>;

    pub(super) type DescriptorKey = Bits<1, 0, 4>;
    pub(super) type DescriptorAsc = Bits<2, 0, 8>;
    pub(super) type DescriptorAscq = Bits<3, 0, 8>;

    pub(super) type Filemark = Flag<3, 7>;
    pub(super) type EndOfMedium = Flag<3, 6>;
    pub(super) type IncorrectLength = Flag<3, 5>;

    pub(super) type SpecificValid = Flag<0, 7>;
    pub(super) type InCdb = Flag<0, 6>;
    pub(super) type BitValid = Flag<0, 3>;
    pub(super) type Bit = Bits<0, 0, 3>;
    pub(super) type Value = Be16<1>;
}
