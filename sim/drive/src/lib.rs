//! An emulated CD-R/RW recorder and its media, to test burning software with.

pub mod derive;
mod disc;
mod journal;
pub mod medium;

pub use disc::{BurnError, Disc};
pub use journal::DiscFileError;
pub use medium::MediumKind;
