//! An emulated CD-R/RW recorder and its media, to test burning software with.

mod command;
pub mod derive;
mod disc;
mod drive;
mod journal;
mod laser;
pub mod medium;
mod personality;
mod recorder;
mod recording;
mod sector;
mod sense;
mod subcode;

pub use disc::{BurnError, Disc};
pub use drive::{Completion, Drive};
pub use journal::DiscFileError;
pub use medium::MediumKind;
pub use personality::{Personality, Times};
pub use recorder::{Observed, Recorder};
