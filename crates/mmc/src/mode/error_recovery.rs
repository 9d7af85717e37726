//! Mode page 01h: read/write error recovery (MMC-6, Read/Write Error Recovery mode page).

use super::PageRest;
use crate::field::{Be24, Bits, Flag};

/// How hard the drive tries, and what it says of it: 12 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorRecovery {
    /// Automatic write reallocation enabled.
    pub awre: bool,
    /// Automatic read reallocation enabled.
    pub arre: bool,
    /// Transfer the block that could not be read.
    pub transfer_block: bool,
    /// Read continuous: rather wrong data than a delay.
    pub read_continuous: bool,
    /// Enable early recovery.
    pub enable_early_recovery: bool,
    /// Post error: report recovered errors.
    pub post_error: bool,
    /// Disable transfer on error: stop at a recovered error.
    pub disable_transfer_on_error: bool,
    /// Disable correction: no use of layered error correction.
    pub disable_correction: bool,
    /// Read retries.
    pub read_retries: u8,
    /// Enhanced media certification and defect reporting, 2 bits.
    pub emcdr: u8,
    /// Write retries.
    pub write_retries: u8,
    /// Blocks over which write errors are counted, 24 bits.
    pub reporting_window_blocks: u32,
    /// What has no name.
    pub rest: PageRest<12>,
}

mode_page! {
    ErrorRecovery = 0x01, [12];
    awre: Flag<2, 7>;
    arre: Flag<2, 6>;
    transfer_block: Flag<2, 5>;
    read_continuous: Flag<2, 4>;
    enable_early_recovery: Flag<2, 3>;
    post_error: Flag<2, 2>;
    disable_transfer_on_error: Flag<2, 1>;
    disable_correction: Flag<2, 0>;
    read_retries: Bits<3, 0, 8>;
    emcdr: Bits<7, 0, 2>;
    write_retries: Bits<8, 0, 8>;
    reporting_window_blocks: Be24<9>;
}
