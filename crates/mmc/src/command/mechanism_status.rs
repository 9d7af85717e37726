//! MECHANISM STATUS (MMC-6, MECHANISM STATUS).

use super::DataPhase;
use crate::field::Be16;
use crate::response::MechanismState;

/// MECHANISM STATUS: tray, slots, and what the pickup is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MechanismStatus {
    /// Allocation length in bytes; 8 without slots.
    pub allocation_bytes: u16,
}

command! {
    MechanismStatus = 0xBD, "MECHANISM STATUS", [12] -> MechanismState;
    allocation_bytes: Be16<8>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
