//! READ FORMAT CAPACITIES (MMC-6, READ FORMAT CAPACITIES).

use super::DataPhase;
use crate::field::Be16;
use crate::response::FormatCapacities;

/// READ FORMAT CAPACITIES: the medium's capacity and how it could be formatted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadFormatCapacities {
    /// Allocation length in bytes.
    pub allocation_bytes: u16,
}

command! {
    ReadFormatCapacities = 0x23, "READ FORMAT CAPACITIES", [10] -> FormatCapacities;
    allocation_bytes: Be16<7>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
