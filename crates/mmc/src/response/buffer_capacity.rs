//! Answer to READ BUFFER CAPACITY (MMC-6, READ BUFFER CAPACITY).

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Be32, Flag, Place, padded};

/// How much the drive's buffer holds and how much of it is free, 12 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BufferCapacity {
    /// In bytes.
    Bytes {
        /// Size of the buffer.
        total: u32,
        /// Of it free: what may be written without waiting.
        free: u32,
    },
    /// In blocks (not on CD).
    Blocks {
        /// Blocks that may be written without waiting.
        free: u32,
    },
}

impl Response for BufferCapacity {
    fn encode(&self) -> Vec<u8> {
        let mut block = [0; 12];
        layout::Length::put(&mut block, 10);
        match *self {
            Self::Bytes { total, free } => {
                layout::Total::put(&mut block, total);
                layout::Free::put(&mut block, free);
            }
            Self::Blocks { free } => {
                layout::InBlocks::put(&mut block, true);
                layout::Free::put(&mut block, free);
            }
        }
        block.to_vec()
    }

    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let block = padded::<12>("buffer capacity", bytes, 12)?;
        let free = layout::Free::get(&block);
        Ok(if layout::InBlocks::get(&block) {
            Self::Blocks { free }
        } else {
            Self::Bytes { total: layout::Total::get(&block), free }
        })
    }
}

mod layout {
    use super::{Be16, Be32, Flag};

    pub(super) type Length = Be16<0>;
    pub(super) type InBlocks = Flag<3, 0>;
    pub(super) type Total = Be32<4>;
    pub(super) type Free = Be32<8>;
}
