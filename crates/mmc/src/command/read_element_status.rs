//! READ ELEMENT STATUS (SMC-2, READ ELEMENT STATUS): what lies where in a changer.

use super::DataPhase;
use crate::field::{Be16, Be24, Bits, Flag};
use crate::response::ElementStatus;

/// READ ELEMENT STATUS: the elements of a changer. A drive with one tray refuses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadElementStatus {
    /// Volume tag information too.
    pub volume_tags: bool,
    /// Element type: 0 all, 1 transport, 2 storage, 3 import and export, 4 data transfer.
    pub element_type: u8,
    /// First element.
    pub start: u16,
    /// Elements at most.
    pub elements: u16,
    /// Current data: nothing is moved to find out.
    pub current_data: bool,
    /// Device identifiers too.
    pub device_ids: bool,
    /// Allocation length in bytes, 24 bits.
    pub allocation_bytes: u32,
}

command! {
    ReadElementStatus = 0xB8, "READ ELEMENT STATUS", [12] -> ElementStatus;
    volume_tags: Flag<1, 4>;
    element_type: Bits<1, 0, 4>;
    start: Be16<2>;
    elements: Be16<4>;
    current_data: Flag<6, 1>;
    device_ids: Flag<6, 0>;
    allocation_bytes: Be24<7>;
    => |it| DataPhase::In { bytes: it.allocation_bytes }
}
