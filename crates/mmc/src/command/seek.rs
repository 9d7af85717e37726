//! SEEK (6) and SEEK (10) (SCSI-2; MMC-6, SEEK (10)).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Be24, LbaAt};

/// SEEK (6): bring the pickup to an address; withdrawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seek6 {
    /// Address, 21 bits; the upper three of the field were once a unit number.
    pub address: u32,
}

command! {
    Seek6 = 0x0B, "SEEK (6)", [6] -> ();
    address: Be24<1>;
    => |_it| DataPhase::None
}

/// SEEK (10): bring the pickup to an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seek10 {
    /// Address.
    pub address: Lba,
}

command! {
    Seek10 = 0x2B, "SEEK (10)", [10] -> ();
    address: LbaAt<2>;
    => |_it| DataPhase::None
}
