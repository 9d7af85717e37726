//! WRITE AND VERIFY (10) and VERIFY (10) (SBC-3; MMC-6).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Be16, Bits, Flag, LbaAt};

/// WRITE AND VERIFY (10): write blocks, then read them back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteAndVerify10 {
    /// First block.
    pub start: Lba,
    /// Blocks to write.
    pub sectors: u16,
    /// Compare byte by byte.
    pub byte_check: bool,
}

command! {
    WriteAndVerify10 = 0x2E, "WRITE AND VERIFY (10)", [10] -> ();
    #[refuse] Bits<1, 0, 1>;
    start: LbaAt<2>;
    sectors: Be16<7>;
    byte_check: Flag<1, 1>;
    => |it| DataPhase::OutBlocks { blocks: u32::from(it.sectors) }
}

/// VERIFY (10): can these blocks be read?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verify10 {
    /// First block.
    pub start: Lba,
    /// Blocks to verify; zero is legal.
    pub sectors: u16,
    /// Disable page out: the blocks are not worth keeping in the cache.
    pub dpo: bool,
    /// Compare with blocks from the host; recorders refuse.
    pub byte_check: bool,
}

command! {
    Verify10 = 0x2F, "VERIFY (10)", [10] -> ();
    #[refuse] Bits<1, 0, 1>;
    start: LbaAt<2>;
    sectors: Be16<7>;
    dpo: Flag<1, 4>;
    byte_check: Flag<1, 1>;
    => |it| if it.byte_check { DataPhase::OutBlocks { blocks: u32::from(it.sectors) } } else { DataPhase::None }
}
