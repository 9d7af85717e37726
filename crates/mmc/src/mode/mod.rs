//! Mode pages and the lists that carry them (SPC-3, Mode parameters; MMC-6, Mode parameters for multi-media devices).

mod capabilities;
mod data;
mod data6;
mod error_recovery;
mod general;
mod legacy;
mod page;
mod rest;
mod write_parameters;

pub use capabilities::{Capabilities, WriteSpeed};
pub use data::{BlockDescriptor, ModeData10};
pub use data6::ModeData6;
pub use error_recovery::ErrorRecovery;
pub use general::{
    Caching, Control, InformationalExceptions, MrwPage, PowerConditionPage, TimeoutProtect,
    VerifyErrorRecovery,
};
pub use legacy::{CdAudioControl, CdParameters};
pub use page::{ModePage, PageEntry, RawPage};
pub use rest::PageRest;
pub use write_parameters::{DataBlockType, MultiSession, SessionFormat, WriteParameters, WriteType};
