//! MODE SENSE (10) (SPC-3, MODE SENSE (10)).

use super::DataPhase;
use crate::field::{Be16, Bits, Code, Flag};
use crate::mode::ModeData10;

codes! {
    /// Which values of a mode page are asked for (the PC field).
    pub enum PageControl: u8 {
        /// Those in force.
        Current = 0,
        /// A mask of the bits that may be changed.
        Changeable = 1,
        /// Those of the factory.
        Default = 2,
        /// Those that survive a power cycle; recorders have none and refuse with 5/39/00.
        Saved = 3,
    }
}

/// Page code that asks for all pages.
pub const ALL_PAGES: u8 = 0x3F;

/// MODE SENSE (10): a mode page, or all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModeSense10 {
    /// No block descriptors are wanted.
    pub disable_block_descriptors: bool,
    /// Which values.
    pub control: PageControl,
    /// Page code, 6 bits; [`ALL_PAGES`] for all.
    pub page: u8,
    /// Subpage code; zero on recorders.
    pub subpage: u8,
    /// Allocation length in bytes.
    pub allocation_bytes: u16,
}

impl ModeSense10 {
    /// Asks for the current values of one page, without block descriptors.
    #[must_use]
    pub const fn current(page: u8, allocation_bytes: u16) -> Self {
        Self {
            disable_block_descriptors: true,
            control: PageControl::Current,
            page,
            subpage: 0,
            allocation_bytes,
        }
    }
}

command! {
    ModeSense10 = 0x5A, "MODE SENSE (10)", [10] -> ModeData10;
    disable_block_descriptors: Flag<1, 3>;
    control: Code<PageControl, 2, 6, 2>;
    page: Bits<2, 0, 6>;
    subpage: Bits<3, 0, 8>;
    allocation_bytes: Be16<7>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
