//! MODE SENSE (6) (SPC-3, MODE SENSE (6)).

use super::{DataPhase, PageControl};
use crate::field::{Bits, Code, Flag};
use crate::mode::ModeData6;

/// MODE SENSE (6): as [`ModeSense10`](super::ModeSense10), with a short header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModeSense6 {
    /// No block descriptors are wanted.
    pub disable_block_descriptors: bool,
    /// Which values.
    pub control: PageControl,
    /// Page code, 6 bits.
    pub page: u8,
    /// Subpage code; zero on recorders.
    pub subpage: u8,
    /// Allocation length in bytes.
    pub allocation_bytes: u8,
}

command! {
    ModeSense6 = 0x1A, "MODE SENSE (6)", [6] -> ModeData6;
    disable_block_descriptors: Flag<1, 3>;
    control: Code<PageControl, 2, 6, 2>;
    page: Bits<2, 0, 6>;
    subpage: Bits<3, 0, 8>;
    allocation_bytes: Bits<4, 0, 8>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
