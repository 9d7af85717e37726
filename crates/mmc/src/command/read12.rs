//! READ (12) (SBC-3, READ (12); MMC-6, READ (12)).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Be32, Bits, Flag, LbaAt};

/// READ (12): as [`Read10`](super::Read10), with a longer count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read12 {
    /// First block.
    pub start: Lba,
    /// Blocks to read.
    pub sectors: u32,
    /// Disable page out: the blocks are not worth keeping in the cache.
    pub dpo: bool,
    /// Force unit access: from the medium, not from the cache.
    pub fua: bool,
    /// Keep the rate up rather than retry.
    pub streaming: bool,
}

command! {
    Read12 = 0xA8, "READ (12)", [12] -> Vec<u8>;
    #[refuse] Bits<1, 0, 1>;
    start: LbaAt<2>;
    sectors: Be32<6>;
    dpo: Flag<1, 4>;
    fua: Flag<1, 3>;
    streaming: Flag<10, 7>;
    => |it| DataPhase::InBlocks { blocks: it.sectors }
}
