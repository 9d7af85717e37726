//! LOG SELECT and LOG SENSE (SPC-3).

use super::{DataPhase, PageControl};
use crate::field::{Be16, Bits, Code, Flag};
use crate::response::LogPage;

/// LOG SELECT: sets or clears the drive's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogSelect {
    /// All back to their defaults (PCR).
    pub reset: bool,
    /// Keep the values over a power cycle.
    pub save_parameters: bool,
    /// Which values (the PC field, counted otherwise than a mode page's).
    pub control: PageControl,
    /// Parameter list length in bytes.
    pub parameter_bytes: u16,
}

command! {
    LogSelect = 0x4C, "LOG SELECT", [10] -> ();
    reset: Flag<1, 1>;
    save_parameters: Flag<1, 0>;
    control: Code<PageControl, 2, 6, 2>;
    parameter_bytes: Be16<7>;
    => |it| if it.parameter_bytes == 0 { DataPhase::None } else { DataPhase::Out { bytes: u32::from(it.parameter_bytes) } }
}

/// LOG SENSE: the drive's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogSense {
    /// Only parameters that changed (PPC).
    pub changed_only: bool,
    /// Keep the values over a power cycle.
    pub save_parameters: bool,
    /// Which values (the PC field, counted otherwise than a mode page's).
    pub control: PageControl,
    /// Page code, 6 bits; 0 lists the pages.
    pub page: u8,
    /// Subpage code.
    pub subpage: u8,
    /// First parameter code of interest.
    pub parameter_pointer: u16,
    /// Allocation length in bytes.
    pub allocation_bytes: u16,
}

command! {
    LogSense = 0x4D, "LOG SENSE", [10] -> LogPage;
    changed_only: Flag<1, 1>;
    save_parameters: Flag<1, 0>;
    control: Code<PageControl, 2, 6, 2>;
    page: Bits<2, 0, 6>;
    subpage: Bits<3, 0, 8>;
    parameter_pointer: Be16<5>;
    allocation_bytes: Be16<7>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
