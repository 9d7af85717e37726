//! Reading volumes: every view, every session, whatever exists, without ever hanging or lying.
//!
//! [`Volume::open`] reads the descriptors of a session; everything else is read when asked for. Whatever the bytes say,
//! each operation takes time and memory in proportion to the image. What is wrong is told by [`Finding`]s, and the rest
//! is still read.

mod boot;
pub mod check;
mod content;
mod directory;
mod entry;
#[cfg(unix)]
mod extract;
mod finding;
mod import;
mod pin;
mod sessions;
mod source;
mod system_use;
mod volume;
mod walk;
mod zisofs;

pub use check::check;
pub use content::FileReader;
pub use directory::{ListError, Listing, escaped};
pub use entry::{Directory, Entry, EntryKind, Posix, Section, Sections};
#[cfg(unix)]
pub use extract::{ExtractError, ExtractOptions, Extracted, Links, Problem, Progress, Reason, extract};
pub use finding::{Finding, Findings, Level, Place};
pub use import::{Imported, RenameReason, RenamedEntry, import, import_keeping_names};
pub use sessions::{find_sessions, stated_end};
#[cfg(unix)]
pub use source::FileSource;
pub use source::{OffsetSource, ReadSectors, SeekSource};
pub use volume::{OpenError, View, Volume};
pub use walk::{Limits, MAX_LEVELS, Seen, Visited, Walk};
pub use zisofs::InflatedReader;
