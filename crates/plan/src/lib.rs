//! From the state of a disc and a wish to the list of steps that records it: a pure function.
//!
//! [`plan`] computes every address before the first command, predicts the table of contents that must result, and
//! refuses what cannot end well. It sees no drive and no file: a state comes from a survey of a drive, or from hand.
//!
//! Numbers: ECMA-394 (CD-R), the Multisession Compact Disc specification, MMC-6; the areas are named in
//! [`discwright_cd::area`].

mod content;
mod cost;
mod difference;
mod error;
mod options;
mod planning;
mod state;
mod step;

pub use content::{Content, TrackContent};
pub use cost::{ClosingCost, DOCUMENTED_FIRST_SESSION_MB, DOCUMENTED_LATER_SESSION_MB};
pub use difference::Difference;
pub use error::PlanError;
pub use options::{Closing, Options, WriteType};
pub use planning::{Plan, plan};
pub use state::{DiscState, DiscStatus, MediumKind, OpenSession, Session, Track, TrackMode};
pub use step::{CueSheet, CueTrack, Step, WriteParameters, WriteTrack};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
