//! READ HEADER (MMC-2; withdrawn later, and still sent by burners).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Be16, Flag, LbaAt};
use crate::response::SectorHeader;

/// READ HEADER: the header of the sector at an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadHeader {
    /// Address as disc time rather than LBA in the answer.
    pub msf: bool,
    /// The sector.
    pub address: Lba,
    /// Allocation length in bytes; 8.
    pub allocation_bytes: u16,
}

command! {
    ReadHeader = 0x44, "READ HEADER", [10] -> SectorHeader;
    msf: Flag<1, 1>;
    address: LbaAt<2>;
    allocation_bytes: Be16<7>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
