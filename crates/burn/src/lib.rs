//! Survey a drive, carry out a recording plan, read the result back.
//!
//! [`survey`] turns a drive's answers into a [`discwright_plan::DiscState`]; [`discwright_plan::plan`] makes a plan of
//! it; [`record`] carries the plan out and compares the disc with the prediction. Below `record` are [`Engine`], the
//! plan as a state machine without I/O, and [`pump`], the loop that joins it to a transport and a source of sectors.
//!
//! Standards: MMC-6 (T10/1836-D), ECMA-394; what drives really answer is marked as observed where it matters.

mod decision;
mod engine;
mod error;
mod maintain;
mod observe;
mod patient;
mod pump;
mod read;
mod ring;
mod source;
mod survey;
mod verify;

pub use engine::{Action, Completion, Engine, Exchange, Finished, Payload};
pub use error::{BurnError, Cause, DiscCondition, Phase};
pub use maintain::{
    Blanking, MaintainError, blank, close_session, eject, load, lock, read_speed_kb_s, set_read_speed, unlock,
};
pub use observe::{CancelToken, Event, Observer, Progress, Warning, Watch};
pub use pump::{Recorded, pump, record};
pub use read::{DiscReader, ReadError};
pub use source::{SectorSource, SourceError};
pub use survey::{
    Capabilities, Disagreement, Disc, DiscIdentity, DriveName, Speeds, Survey, SurveyError, survey,
    survey_for_reading,
};
pub use verify::{VerifyError, verify};
