//! LOAD/UNLOAD MEDIUM (MMC-6, LOAD/UNLOAD MEDIUM).

use super::DataPhase;
use crate::field::{Bits, Flag};

/// LOAD/UNLOAD MEDIUM: for changers; on others like START STOP UNIT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadUnload {
    /// GOOD at once.
    pub immed: bool,
    /// Load or unload.
    pub load_unload: bool,
    /// Load, with `load_unload`.
    pub start: bool,
    /// Slot.
    pub slot: u8,
}

command! {
    LoadUnload = 0xA6, "LOAD/UNLOAD MEDIUM", [12] -> ();
    immed: Flag<1, 0>;
    load_unload: Flag<4, 1>;
    start: Flag<4, 0>;
    slot: Bits<8, 0, 8>;
    => |_it| DataPhase::None
}
