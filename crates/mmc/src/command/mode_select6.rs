//! MODE SELECT (6) (SPC-3, MODE SELECT (6)).

use super::DataPhase;
use crate::field::{Bits, Flag};

/// MODE SELECT (6): as [`ModeSelect10`](super::ModeSelect10), with a short header
/// ([`ModeData6`](crate::mode::ModeData6)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModeSelect6 {
    /// The list is in page format; recorders know no other.
    pub page_format: bool,
    /// Keep the values over a power cycle; recorders refuse.
    pub save_pages: bool,
    /// Parameter list length in bytes; zero changes nothing.
    pub parameter_bytes: u8,
}

command! {
    ModeSelect6 = 0x15, "MODE SELECT (6)", [6] -> ();
    page_format: Flag<1, 4>;
    save_pages: Flag<1, 0>;
    parameter_bytes: Bits<4, 0, 8>;
    => |it| DataPhase::Out { bytes: u32::from(it.parameter_bytes) }
}
