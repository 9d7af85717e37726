//! READ BUFFER and WRITE BUFFER (SPC-3): the buffer as a place for tests, and for firmware.

use super::DataPhase;
use crate::field::{Be24, Bits, Code};

codes! {
    /// What READ BUFFER and WRITE BUFFER move, five bits.
    pub enum BufferMode: u8 {
        /// 00h: a four-byte header and data.
        HeaderAndData = 0x00,
        /// 01h: vendor-specific.
        Vendor = 0x01,
        /// 02h: data.
        Data = 0x02,
        /// 03h: the buffer's descriptor (reading only).
        Descriptor = 0x03,
        /// 04h: microcode (writing only).
        DownloadMicrocode = 0x04,
        /// 05h: microcode to keep (writing only).
        DownloadMicrocodeAndSave = 0x05,
        /// 06h: microcode in pieces (writing only).
        DownloadMicrocodeAtOffset = 0x06,
        /// 07h: microcode in pieces, to keep (writing only).
        DownloadMicrocodeAtOffsetAndSave = 0x07,
        /// 0Ah: echo what was written.
        Echo = 0x0A,
        /// 0Bh: the echo buffer's descriptor (reading only).
        EchoDescriptor = 0x0B,
    }
}

/// READ BUFFER: part of the drive's buffer; burners measure the bus with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadBuffer {
    /// What is moved.
    pub mode: BufferMode,
    /// Which buffer.
    pub buffer: u8,
    /// Offset in bytes, 24 bits.
    pub offset: u32,
    /// Allocation length in bytes, 24 bits.
    pub allocation_bytes: u32,
}

command! {
    ReadBuffer = 0x3C, "READ BUFFER", [10] -> Vec<u8>;
    mode: Code<BufferMode, 1, 0, 5>;
    buffer: Bits<2, 0, 8>;
    offset: Be24<3>;
    allocation_bytes: Be24<6>;
    => |it| DataPhase::In { bytes: it.allocation_bytes }
}

/// WRITE BUFFER: into the drive's buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteBuffer {
    /// What is moved.
    pub mode: BufferMode,
    /// Which buffer.
    pub buffer: u8,
    /// Offset in bytes, 24 bits.
    pub offset: u32,
    /// Parameter list length in bytes, 24 bits.
    pub parameter_bytes: u32,
}

command! {
    WriteBuffer = 0x3B, "WRITE BUFFER", [10] -> ();
    mode: Code<BufferMode, 1, 0, 5>;
    buffer: Bits<2, 0, 8>;
    offset: Be24<3>;
    parameter_bytes: Be24<6>;
    => |it| DataPhase::Out { bytes: it.parameter_bytes }
}
