//! RESERVE TRACK (MMC-6, RESERVE TRACK).

use super::DataPhase;
use crate::field::{Be32, Flag};

/// RESERVE TRACK: room for a track that others may be written behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReserveTrack {
    /// `size` is the address of the track's end rather than its length (MMC-4 and later; not on CD).
    pub by_address: bool,
    /// Blocks to reserve.
    pub size: u32,
}

command! {
    ReserveTrack = 0x53, "RESERVE TRACK", [10] -> ();
    by_address: Flag<1, 0>;
    size: Be32<5>;
    => |_it| DataPhase::None
}
