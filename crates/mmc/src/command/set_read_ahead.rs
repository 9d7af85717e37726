//! SET READ AHEAD (MMC-6, SET READ AHEAD).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::LbaAt;

/// SET READ AHEAD: after reading one address, go on at another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetReadAhead {
    /// After this block is read,
    pub trigger: Lba,
    /// read ahead from this one.
    pub read_ahead: Lba,
}

command! {
    SetReadAhead = 0xA7, "SET READ AHEAD", [12] -> ();
    trigger: LbaAt<2>;
    read_ahead: LbaAt<6>;
    => |_it| DataPhase::None
}
