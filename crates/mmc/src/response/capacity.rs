//! Answer to READ CAPACITY (10) (SBC-3, READ CAPACITY (10) parameter data).

use discwright_cd::Lba;

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be32, LbaAt, padded};

/// The last readable address and the block size, 8 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    /// Last block: lead-out of the last complete session − 1; zero for a blank disc.
    pub last: Lba,
    /// Bytes of a block, 2048 on recorders.
    pub block_bytes: u32,
}

block_codec!(Capacity, [8], last: LbaAt<0>, block_bytes: Be32<4>);

impl Response for Capacity {
    fn encode(&self) -> Vec<u8> {
        self.encode_block().to_vec()
    }

    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        Ok(Self::from_block(&padded("READ CAPACITY data", bytes, 8)?))
    }
}
