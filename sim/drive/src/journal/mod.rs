//! Disc files: an append-only journal of what the laser did (`docs/disc-format.md`).
//!
//! A file that ends anywhere, even inside a record, is the disc as it was when the last whole record had been
//! written: a power cut needs no repair.

mod checksum;
mod file;
mod record;

pub use file::DiscFileError;
pub(crate) use file::Journal;
pub(crate) use record::Record;
