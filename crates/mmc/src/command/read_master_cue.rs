//! READ MASTER CUE (MMC-1; withdrawn).

use super::DataPhase;
use crate::field::{Be24, Bits};

/// READ MASTER CUE: a cue sheet that the drive keeps; no drive of today knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadMasterCue {
    /// Number of the sheet.
    pub sheet: u8,
    /// Allocation length in bytes, 24 bits.
    pub allocation_bytes: u32,
}

command! {
    ReadMasterCue = 0x59, "READ MASTER CUE", [10] -> Vec<u8>;
    sheet: Bits<4, 0, 8>;
    allocation_bytes: Be24<6>;
    => |it| DataPhase::In { bytes: it.allocation_bytes }
}
