//! PREVENT ALLOW MEDIUM REMOVAL (MMC-6, PREVENT ALLOW MEDIUM REMOVAL).

use super::DataPhase;
use crate::field::Flag;

/// PREVENT ALLOW MEDIUM REMOVAL: locks and unlocks the tray.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PreventAllow {
    /// The persistent lock: the eject button reports an event instead of ejecting.
    pub persistent: bool,
    /// Lock; otherwise unlock.
    pub prevent: bool,
}

impl PreventAllow {
    /// Locks the tray.
    pub const PREVENT: Self = Self { persistent: false, prevent: true };
    /// Unlocks it.
    pub const ALLOW: Self = Self { persistent: false, prevent: false };
}

command! {
    PreventAllow = 0x1E, "PREVENT ALLOW MEDIUM REMOVAL", [6] -> ();
    persistent: Flag<4, 1>;
    prevent: Flag<4, 0>;
    => |_it| DataPhase::None
}
