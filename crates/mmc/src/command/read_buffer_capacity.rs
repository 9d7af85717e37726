//! READ BUFFER CAPACITY (MMC-6, READ BUFFER CAPACITY).

use super::DataPhase;
use crate::field::{Be16, Flag};
use crate::response::BufferCapacity;

/// READ BUFFER CAPACITY: how much the drive's buffer holds and how much of it is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadBufferCapacity {
    /// Answer in blocks rather than bytes (MMC-4 and later; not on CD).
    pub blocks: bool,
    /// Allocation length in bytes; 12.
    pub allocation_bytes: u16,
}

command! {
    ReadBufferCapacity = 0x5C, "READ BUFFER CAPACITY", [10] -> BufferCapacity;
    blocks: Flag<1, 0>;
    allocation_bytes: Be16<7>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
