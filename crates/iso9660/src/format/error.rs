//! Why bytes are not the structure they stand for, or a structure cannot be written.

use thiserror::Error;

/// Why bytes are not the structure they stand for, or a structure cannot be written.
///
/// Says which structure and which of its bytes; whoever read the bytes adds where on the disc they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FormatError {
    /// There are fewer bytes than the structure needs.
    #[error("{structure}: {needed} bytes needed, {available} there")]
    Short {
        /// What was read or written.
        structure: &'static str,
        /// Bytes that it takes.
        needed: usize,
        /// Bytes that there were.
        available: usize,
    },
    /// A field holds what the standard does not allow and no reading makes sense of.
    #[error("{structure}: invalid {field} at byte {offset}")]
    Invalid {
        /// What was read or written.
        structure: &'static str,
        /// Name of the field, as the standard has it.
        field: &'static str,
        /// Where the field begins in the structure, in bytes from zero.
        offset: usize,
    },
    /// What is to be written is longer than the structure can say.
    #[error("{structure}: {length} bytes are more than can be recorded")]
    TooLong {
        /// What was to be written.
        structure: &'static str,
        /// Its length in bytes.
        length: usize,
    },
}

impl FormatError {
    pub(super) const fn invalid(structure: &'static str, field: &'static str, offset: usize) -> Self {
        Self::Invalid { structure, field, offset }
    }

    pub(super) const fn too_long(structure: &'static str, length: usize) -> Self {
        Self::TooLong { structure, length }
    }
}
