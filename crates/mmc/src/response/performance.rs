//! Answers to GET PERFORMANCE and parameter list of SET STREAMING (MMC-6).

use discwright_cd::Lba;

use crate::command::{Response, RotationControl};
use crate::error::{ParameterError, ResponseError};
use crate::field::{Be16, Be32, Code, Flag, LbaAt, Place, body, padded};

/// Nominal performance, or exceptions from it (type 00h): 8 bytes and the descriptors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performance {
    /// Of writing, not reading.
    pub write: bool,
    /// The descriptors.
    pub descriptors: PerformanceDescriptors,
}

/// Descriptors of performance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PerformanceDescriptors {
    /// How fast.
    Nominal(Vec<NominalPerformance>),
    /// Where it is slower.
    Exceptions(Vec<PerformanceException>),
}

/// How fast between two addresses, 16 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NominalPerformance {
    /// First block.
    pub start: Lba,
    /// Speed there, in kB/s.
    pub start_kb_s: u32,
    /// Last block.
    pub end: Lba,
    /// Speed there, in kB/s.
    pub end_kb_s: u32,
}

block_codec!(NominalPerformance, [16],
    start: LbaAt<0>,
    start_kb_s: Be32<4>,
    end: LbaAt<8>,
    end_kb_s: Be32<12>,
);

/// A place that costs more time, 6 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerformanceException {
    /// Block.
    pub address: Lba,
    /// Time it costs, in 10 ms.
    pub time_10ms: u16,
}

block_codec!(PerformanceException, [6], address: LbaAt<0>, time_10ms: Be16<4>);

impl Response for Performance {
    fn encode(&self) -> Vec<u8> {
        let (except, data): (bool, Vec<u8>) = match &self.descriptors {
            PerformanceDescriptors::Nominal(nominal) => {
                (false, nominal.iter().flat_map(NominalPerformance::encode_block).collect())
            }
            PerformanceDescriptors::Exceptions(exceptions) => {
                (true, exceptions.iter().flat_map(PerformanceException::encode_block).collect())
            }
        };
        with_header(self.write, except, &data)
    }

    /// Accepts answers from 8 bytes up; descriptors that were cut are left out.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let (header, data) = header_and_data(bytes)?;
        let descriptors = if header::Except::get(&header) {
            let (chunks, _) = data.as_chunks::<6>();
            PerformanceDescriptors::Exceptions(chunks.iter().map(PerformanceException::from_block).collect())
        } else {
            let (chunks, _) = data.as_chunks::<16>();
            PerformanceDescriptors::Nominal(chunks.iter().map(NominalPerformance::from_block).collect())
        };
        Ok(Self { write: header::Write::get(&header), descriptors })
    }
}

/// Write speeds for the medium now in the drive (type 03h): 8 bytes, and 16 for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteSpeeds {
    /// The speeds, fastest first.
    pub speeds: Vec<WriteSpeedDescriptor>,
}

/// One write speed, 16 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteSpeedDescriptor {
    /// How the spindle keeps its speed.
    pub rotation: RotationControl,
    /// Back to the drive's default (RDD); only for setting.
    pub restore_default: bool,
    /// The drive keeps exactly to it.
    pub exact: bool,
    /// Suited to a mix of reading and writing (MRW).
    pub mixed: bool,
    /// Last block of the medium.
    pub end: Lba,
    /// Read speed that goes with it, in kB/s.
    pub read_kb_s: u32,
    /// Write speed in kB/s.
    pub write_kb_s: u32,
}

block_codec!(WriteSpeedDescriptor, [16],
    rotation: Code<RotationControl, 0, 3, 2>,
    restore_default: Flag<0, 2>,
    exact: Flag<0, 1>,
    mixed: Flag<0, 0>,
    end: LbaAt<4>,
    read_kb_s: Be32<8>,
    write_kb_s: Be32<12>,
);

impl Response for WriteSpeeds {
    fn encode(&self) -> Vec<u8> {
        let data: Vec<u8> = self.speeds.iter().flat_map(WriteSpeedDescriptor::encode_block).collect();
        with_header(false, false, &data)
    }

    /// Accepts answers from 8 bytes up; descriptors that were cut are left out.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let (_, data) = header_and_data(bytes)?;
        let (chunks, _) = data.as_chunks::<16>();
        Ok(Self { speeds: chunks.iter().map(WriteSpeedDescriptor::from_block).collect() })
    }
}

/// An answer with its header; the length counts from its fifth byte on.
fn with_header(write: bool, except: bool, data: &[u8]) -> Vec<u8> {
    let mut block = [0; 8];
    header::Length::put(&mut block, u32::try_from(data.len() + 4).unwrap_or(u32::MAX));
    header::Write::put(&mut block, write);
    header::Except::put(&mut block, except);
    [&block, data].concat()
}

/// The header, and as much behind it as is claimed and came.
fn header_and_data(bytes: &[u8]) -> Result<([u8; 8], &[u8]), ResponseError> {
    let block = padded::<8>("performance header", bytes, 8)?;
    let claimed = usize::try_from(header::Length::get(&block)).unwrap_or(usize::MAX).saturating_add(4);
    Ok((block, body(bytes, 8, claimed)))
}

mod header {
    use super::{Be32, Flag};

    pub(super) type Length = Be32<0>;
    pub(super) type Write = Flag<4, 1>;
    pub(super) type Except = Flag<4, 0>;
}

/// Parameter list of SET STREAMING, type 0: 28 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamingDescriptor {
    /// How the spindle keeps its speed.
    pub rotation: RotationControl,
    /// Back to the drive's default; all else is ignored.
    pub restore_default: bool,
    /// Refuse what cannot be kept exactly.
    pub exact: bool,
    /// Any block may be next; otherwise they come in order.
    pub random_access: bool,
    /// First block concerned.
    pub start: Lba,
    /// Last block concerned.
    pub end: Lba,
    /// So much is read, in kB,
    pub read_kb: u32,
    /// in so many milliseconds.
    pub read_ms: u32,
    /// So much is written, in kB,
    pub write_kb: u32,
    /// in so many milliseconds.
    pub write_ms: u32,
}

block_codec!(StreamingDescriptor, [28],
    rotation: Code<RotationControl, 0, 3, 2>,
    restore_default: Flag<0, 2>,
    exact: Flag<0, 1>,
    random_access: Flag<0, 0>,
    start: LbaAt<4>,
    end: LbaAt<8>,
    read_kb: Be32<12>,
    read_ms: Be32<16>,
    write_kb: Be32<20>,
    write_ms: Be32<24>,
);

impl StreamingDescriptor {
    /// The list's bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; 28] {
        self.encode_block()
    }

    /// From a parameter list.
    ///
    /// # Errors
    /// [`ParameterError::Length`] when it is shorter than 28 bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParameterError> {
        bytes
            .first_chunk::<28>()
            .map(Self::from_block)
            .ok_or(ParameterError::Length { expected: 28, actual: bytes.len() })
    }
}
