//! SET CD SPEED (MMC-6, SET CD SPEED).

use super::DataPhase;
use crate::field::{Be16, Code};

codes! {
    /// How the spindle keeps its speed.
    pub enum RotationControl: u8 {
        /// Constant linear velocity, or what the drive takes for best.
        Clv = 0,
        /// Constant angular velocity.
        Cav = 1,
    }
}

/// SET CD SPEED: the speeds to read and write at; the drive rounds to what it can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetCdSpeed {
    /// How the spindle keeps its speed.
    pub rotation: RotationControl,
    /// kB/s (1000 bytes of user data of audio sectors, 1 × = 176.4); [`FASTEST`](Self::FASTEST) for the highest.
    pub read_kb_s: u16,
    /// kB/s, as for reading.
    pub write_kb_s: u16,
}

impl SetCdSpeed {
    /// As fast as drive and medium can.
    pub const FASTEST: u16 = 0xFFFF;
}

command! {
    SetCdSpeed = 0xBB, "SET CD SPEED", [12] -> ();
    rotation: Code<RotationControl, 1, 0, 2>;
    read_kb_s: Be16<2>;
    write_kb_s: Be16<4>;
    => |_it| DataPhase::None
}
