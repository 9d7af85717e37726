//! An emulated CD-R/RW recorder and its media, to test burning software with.
//!
//! A [`Recorder`] is a [`Transport`](discwright_transport::Transport): burning code that speaks to one speaks to the
//! emulated drive as to a real one. A test of it is ten lines:
//!
//! ```
//! # use discwright_cd::Lba;
//! # use discwright_mmc::command::{CloseFunction, CloseTrackSession, SynchronizeCache, TestUnitReady, Write10};
//! # use discwright_transport::{CommandError, Transport, TransportExt};
//! # fn burn(drive: &mut impl Transport, image: &[u8]) -> Result<(), CommandError> {
//! #     while drive.ask(&TestUnitReady {}).is_err() {}
//! #     drive.send(&Write10 { start: Lba(0), sectors: 32, fua: false }, image)?;
//! #     drive.ask(&SynchronizeCache::default())?; // ends the track; it is padded to 300 blocks
//! #     drive.ask(&CloseTrackSession { function: CloseFunction::Session, ..Default::default() })
//! # }
//! # let image = [7; 32 * 2048];
//! use discwright_drive::{Disc, MediumKind, Recorder, derive::View, fault::FaultPlan};
//!
//! let mut drive = Recorder::with_disc(Disc::blank(MediumKind::CdR80));
//! burn(&mut drive, &image).unwrap(); // your code
//! let disc = drive.into_disc().unwrap();
//! assert_eq!(View::of(disc.medium()).sessions[0].lead_out, Lba(302)); // what is on the disc now
//!
//! let mut drive = Recorder::with_disc(Disc::blank(MediumKind::CdR80));
//! let plan = r#"{"faults": [{"when": [{"phase": "flush"}], "what": {"refuse": {"key": 3, "asc": 12, "ascq": 0}}}]}"#;
//! drive.set_faults(serde_json::from_str::<FaultPlan>(plan).unwrap()); // SYNCHRONIZE CACHE fails: 3/0C/00, write error
//! assert!(burn(&mut drive, &image).is_err()); // your code must not call that a burn
//! ```
//!
//! Inside, the [`medium`] is physical: which sectors the laser has marked, and to what. Sessions, tracks and the next
//! writable address are never stored; [`derive`](mod@derive) finds them by scanning, as a drive does when a disc is put in. The
//! [`Drive`] is a pure state machine with the time as an argument, the [`Recorder`] gives it a virtual clock.

mod command;
mod correction;
pub mod derive;
mod disc;
mod drive;
mod event;
pub mod fault;
pub mod image;
mod journal;
mod laser;
mod log;
pub mod medium;
mod motion;
mod nexus;
mod personality;
mod power;
mod readiness;
mod recorder;
mod recording;
mod sector;
mod sense;
mod speeds;
mod subcode;

pub use disc::{BurnError, Disc};
pub use drive::{Completion, Drive, Lost};
pub use journal::DiscFileError;
pub use medium::MediumKind;
pub use motion::Seek;
pub use personality::{BusyWords, Personality, Quirks, Times};
pub use recorder::{Observed, Recorder};
