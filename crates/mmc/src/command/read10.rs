//! READ (10) (SBC-3, READ (10); MMC-6, READ (10)).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Be16, Bits, Flag, LbaAt};

/// READ (10): user data of `sectors` blocks from `start`, 2048 bytes each on a data disc.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read10 {
    /// First block.
    pub start: Lba,
    /// Blocks to read; zero is legal and moves no data.
    pub sectors: u16,
    /// Disable page out: the blocks are not worth keeping in the cache.
    pub dpo: bool,
    /// Force unit access: from the medium, not from the cache.
    pub fua: bool,
}

command! {
    Read10 = 0x28, "READ (10)", [10] -> Vec<u8>;
    #[refuse] Bits<1, 0, 1>;
    start: LbaAt<2>;
    sectors: Be16<7>;
    dpo: Flag<1, 4>;
    fua: Flag<1, 3>;
    => |it| DataPhase::InBlocks { blocks: u32::from(it.sectors) }
}
