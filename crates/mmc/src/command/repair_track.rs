//! REPAIR TRACK (MMC-6, REPAIR TRACK).

use super::DataPhase;
use crate::field::{Be16, Flag};

/// REPAIR TRACK: makes a damaged track of packets readable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RepairTrack {
    /// GOOD at once.
    pub immed: bool,
    /// Track number.
    pub track: u16,
}

command! {
    RepairTrack = 0x58, "REPAIR TRACK", [10] -> ();
    immed: Flag<1, 0>;
    track: Be16<4>;
    => |_it| DataPhase::None
}
