//! SYNCHRONIZE CACHE (10) (SBC-3, SYNCHRONIZE CACHE (10); MMC-6, SYNCHRONIZE CACHE).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Be16, Bits, Flag, LbaAt};

/// SYNCHRONIZE CACHE: everything accepted goes onto the medium; ends an open track written track-at-once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SynchronizeCache {
    /// GOOD at once; the drive answers 2/04/08 or 2/04/07 until it is done.
    pub immed: bool,
    /// First block concerned; recorders take zero for all.
    pub start: Lba,
    /// Blocks concerned; zero for all.
    pub sectors: u16,
}

command! {
    SynchronizeCache = 0x35, "SYNCHRONIZE CACHE (10)", [10] -> ();
    #[refuse] Bits<1, 0, 1>;
    immed: Flag<1, 1>;
    start: LbaAt<2>;
    sectors: Be16<7>;
    => |_it| DataPhase::None
}
