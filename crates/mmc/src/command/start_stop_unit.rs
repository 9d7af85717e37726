//! START STOP UNIT (MMC-6, START STOP UNIT).

use super::DataPhase;
use crate::field::{Bits, Code, Flag};

codes! {
    /// Power state that START STOP UNIT asks for.
    pub enum PowerCondition: u8 {
        /// 0: none; the start and load bits count.
        None = 0,
        /// 2: idle.
        Idle = 2,
        /// 3: standby.
        Standby = 3,
        /// 5: sleep; only a reset ends it.
        Sleep = 5,
    }
}

/// START STOP UNIT: spin up, spin down, eject, load, or change the power state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StartStopUnit {
    /// GOOD at once.
    pub immed: bool,
    /// Format layer, with `format_layer_selected`; not for CD.
    pub format_layer: u8,
    /// Power state; anything but none outranks the bits below.
    pub power: PowerCondition,
    /// Jump to a format layer; not for CD.
    pub format_layer_selected: bool,
    /// Move the tray: in with `start`, out without.
    pub load_eject: bool,
    /// Spin up, or load.
    pub start: bool,
}

impl StartStopUnit {
    /// Ejects the medium and waits for it.
    pub const EJECT: Self = Self::of(true, false);
    /// Loads the medium and waits for it.
    pub const LOAD: Self = Self::of(true, true);
    /// Spins up and waits for it.
    pub const START: Self = Self::of(false, true);
    /// Spins down and waits for it.
    pub const STOP: Self = Self::of(false, false);

    const fn of(load_eject: bool, start: bool) -> Self {
        Self {
            immed: false,
            format_layer: 0,
            power: PowerCondition::None,
            format_layer_selected: false,
            load_eject,
            start,
        }
    }
}

command! {
    StartStopUnit = 0x1B, "START STOP UNIT", [6] -> ();
    immed: Flag<1, 0>;
    format_layer: Bits<3, 0, 2>;
    power: Code<PowerCondition, 4, 4, 4>;
    format_layer_selected: Flag<4, 2>;
    load_eject: Flag<4, 1>;
    start: Flag<4, 0>;
    => |_it| DataPhase::None
}
