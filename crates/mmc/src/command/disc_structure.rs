//! READ DISC STRUCTURE and SEND DISC STRUCTURE (MMC-6): tables of DVD and BD; on CD hardly any.

use super::DataPhase;
use crate::field::{Be16, Be32, Bits};
use crate::response::DiscStructure;

/// READ DISC STRUCTURE: a table of the medium.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadDiscStructure {
    /// Media type, 4 bits: 0 DVD and HD DVD, 1 BD.
    pub media_type: u8,
    /// Address, where the format has one.
    pub address: u32,
    /// Layer.
    pub layer: u8,
    /// Format code; FFh lists the formats.
    pub format: u8,
    /// Allocation length in bytes.
    pub allocation_bytes: u16,
    /// Authentication grant, 2 bits.
    pub agid: u8,
}

command! {
    ReadDiscStructure = 0xAD, "READ DISC STRUCTURE", [12] -> DiscStructure;
    media_type: Bits<1, 0, 4>;
    address: Be32<2>;
    layer: Bits<6, 0, 8>;
    format: Bits<7, 0, 8>;
    allocation_bytes: Be16<8>;
    agid: Bits<10, 6, 2>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}

/// SEND DISC STRUCTURE: a table for the medium.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendDiscStructure {
    /// Media type, 4 bits.
    pub media_type: u8,
    /// Format code.
    pub format: u8,
    /// Structure data length in bytes.
    pub parameter_bytes: u16,
}

command! {
    SendDiscStructure = 0xBF, "SEND DISC STRUCTURE", [12] -> ();
    media_type: Bits<1, 0, 4>;
    format: Bits<7, 0, 8>;
    parameter_bytes: Be16<8>;
    => |it| DataPhase::Out { bytes: u32::from(it.parameter_bytes) }
}
