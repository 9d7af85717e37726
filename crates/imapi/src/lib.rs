//! Disc recording in the manner of the Image Mastering API (IMAPI v1), multi-session first.
//!
//! ```text
//! DiscMaster ── set_active_disc_master_format ─► JolietDiscMaster   stages data
//!     │
//!     ├── enum_disc_recorders ─► DiscRecorder                       drives of a DriveProvider
//!     ├── set_active_disc_recorder                                  reads the disc, decides the session mode
//!     └── record_disc                                               burns the stage as the next session
//! ```
//!
//! The canonical sequence: [`DiscMaster::open`], [`DiscMaster::set_active_disc_master_format`],
//! [`DiscMaster::enum_disc_recorders`], [`DiscMaster::progress_advise`], [`DiscMaster::set_active_disc_recorder`],
//! [`JolietDiscMaster::add_paths`], [`DiscMaster::record_disc`]; and from `set_active_disc_recorder` on again for the
//! next session.
//!
//! Method names are IMAPI's in snake case; where its documentation is silent or contradicts itself, the docs of a
//! method say what it does. Each error has the code IMAPI has for it ([`ImapiError::code`]).

mod code;
mod environment;
mod error;
mod events;
mod format;
mod joliet;
mod master;
mod properties;
mod provider;
mod record;
mod recorder;
mod sectors;
mod select;

pub use code::Code;
pub use discwright_burn::DiscCondition;
pub use environment::{Environment, FixedEnvironment, SystemEnvironment};
pub use error::ImapiError;
pub use events::{Cookie, ProgressEvents};
pub use format::Format;
pub use joliet::{JolietDiscMaster, VolumeNameError, image_options};
pub use master::{DiscMaster, SessionMode};
pub use properties::{Ignored, PropertySet, Value};
pub use provider::DriveProvider;
pub use recorder::{DiscRecorder, MediaContent, MediaInfo, MediaType, RecorderState, RecorderType};
pub use sectors::DiscSectors;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
