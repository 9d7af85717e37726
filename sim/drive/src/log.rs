//! What the drive counts, as LOG SENSE tells it (SPC-3, Read Error Counter and Write Error Counter log pages).

/// Counters since the power came on, or since LOG SELECT reset them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorCounters {
    pub(crate) bytes_read: u64,
    pub(crate) bytes_written: u64,
    /// Sectors that came by the layered error correction alone.
    pub(crate) read_corrected: u32,
    /// Sectors that did not come.
    pub(crate) read_errors: u32,
    pub(crate) write_errors: u32,
}
