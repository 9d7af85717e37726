//! MODE SELECT (10) (SPC-3, MODE SELECT (10)).

use super::DataPhase;
use crate::field::{Be16, Flag};

/// MODE SELECT (10): change mode pages; the parameter list is [`ModeData10`](crate::mode::ModeData10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModeSelect10 {
    /// The list is in page format; recorders know no other.
    pub page_format: bool,
    /// Keep the values over a power cycle; recorders refuse.
    pub save_pages: bool,
    /// Parameter list length in bytes; zero changes nothing.
    pub parameter_bytes: u16,
}

impl ModeSelect10 {
    /// Sends a list of so many bytes, not to be saved.
    #[must_use]
    pub const fn of(parameter_bytes: u16) -> Self {
        Self { page_format: true, save_pages: false, parameter_bytes }
    }
}

command! {
    ModeSelect10 = 0x55, "MODE SELECT (10)", [10] -> ();
    page_format: Flag<1, 4>;
    save_pages: Flag<1, 0>;
    parameter_bytes: Be16<7>;
    => |it| DataPhase::Out { bytes: u32::from(it.parameter_bytes) }
}
