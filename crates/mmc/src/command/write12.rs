//! WRITE (12) (SBC-3, WRITE (12); MMC-6, WRITE (12)).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Be32, Bits, Flag, LbaAt};

/// WRITE (12): as [`Write10`](super::Write10), with a longer count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Write12 {
    /// First block. Negative while writing a lead-in or pregap.
    pub start: Lba,
    /// Blocks to write.
    pub sectors: u32,
    /// Force unit access: GOOD only once the blocks are on the medium.
    pub fua: bool,
    /// Keep the rate up rather than retry; not for CD.
    pub streaming: bool,
}

command! {
    Write12 = 0xAA, "WRITE (12)", [12] -> ();
    #[refuse] Bits<1, 0, 1>;
    start: LbaAt<2>;
    sectors: Be32<6>;
    fua: Flag<1, 3>;
    streaming: Flag<10, 7>;
    => |it| DataPhase::OutBlocks { blocks: it.sectors }
}
