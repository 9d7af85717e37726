//! READ CAPACITY (10) (SBC-3, READ CAPACITY (10); MMC-6, READ CAPACITY).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Flag, LbaAt};
use crate::response::Capacity;

/// READ CAPACITY (10): the last readable address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadCapacity10 {
    /// Zero, unless `pmi` is set.
    pub address: Lba,
    /// Partial medium indicator; not for recorders.
    pub pmi: bool,
}

command! {
    ReadCapacity10 = 0x25, "READ CAPACITY (10)", [10] -> Capacity;
    address: LbaAt<2>;
    pmi: Flag<8, 0>;
    => |_it| DataPhase::In { bytes: 8 }
}
