//! Answer to READ BUFFER in descriptor mode (SPC-3, READ BUFFER).

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be24, Bits, padded};

/// Size of a buffer and where transfers may begin, 4 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BufferDescriptor {
    /// Offsets are multiples of two to this power; FFh for zero alone.
    pub offset_boundary: u8,
    /// Bytes, 24 bits.
    pub capacity: u32,
}

block_codec!(BufferDescriptor, [4], offset_boundary: Bits<0, 0, 8>, capacity: Be24<1>);

/// Also the header of mode 0, where the first byte is reserved.
impl Response for BufferDescriptor {
    fn encode(&self) -> Vec<u8> {
        self.encode_block().to_vec()
    }

    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        Ok(Self::from_block(&padded("buffer descriptor", bytes, 4)?))
    }
}
