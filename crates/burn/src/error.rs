//! Why a recording failed, and in what state that leaves the disc.

use core::fmt;
use core::time::Duration;

use discwright_cd::Lba;
use discwright_mmc::{Cdb, ResponseError, Sense, SenseKey};
use discwright_plan::Difference;
use discwright_transport::{CommandError, Status, TransportError, command_name};
use thiserror::Error;

use crate::source::SourceError;
use crate::survey::SurveyError;
use crate::verify::VerifyError;

/// Why a recording failed, where, and what became of the disc.
#[derive(Debug)]
pub struct BurnError {
    /// What went wrong first.
    pub cause: Cause,
    /// In which part of the recording.
    pub phase: Phase,
    /// The command that failed, where one did.
    pub command: Option<Cdb>,
    /// The first sector it was about, where it was about sectors.
    pub lba: Option<Lba>,
    /// What became of the disc.
    pub disc: DiscCondition,
    /// Whether the tray is unlocked.
    pub unlocked: bool,
    /// What else failed while stopping.
    pub also: Vec<String>,
}

/// What went wrong.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Cause {
    /// The caller asked for it.
    #[error("cancelled")]
    Cancelled,
    /// The drive refused or failed.
    #[error("{0}")]
    Drive(Sense),
    /// The drive answered with a status that says nothing more.
    #[error("the drive answered with status {0:?}")]
    Status(Status),
    /// The drive's answer makes no sense.
    #[error("the drive's answer makes no sense: {0}")]
    Answer(#[from] ResponseError),
    /// No answer was had.
    #[error("{0}")]
    Transport(#[from] TransportError),
    /// The drive was busy for too long.
    #[error("the drive was not done after {waited:?}{}", words(.last.as_ref()))]
    Patience {
        /// How long it was waited for.
        waited: Duration,
        /// What the drive said last.
        last: Option<Sense>,
    },
    /// The content could not be had.
    #[error("{0}")]
    Source(#[from] SourceError),
    /// The next writable address is not the one planned for: another disc, or one written to since.
    #[error("writing should begin at {planned}, and the drive says {}", address(*.found))]
    StartMoved {
        /// As planned.
        planned: Lba,
        /// As found.
        found: Option<Lba>,
    },
    /// The drive says that there is less room than planned for.
    #[error("{needed} sectors are to be written, and the drive says {free} are free")]
    NoRoom {
        /// User sectors.
        needed: u32,
        /// User sectors.
        free: u32,
    },
    /// The track to be written is damaged.
    #[error("the drive says that the track to be written is damaged")]
    TrackDamaged,
    /// The drive accepted the write parameters and did not take them.
    #[error("the drive accepted the write parameters and ignored the {what}")]
    ParametersIgnored {
        /// The parameter.
        what: &'static str,
    },
    /// The drive took fewer bytes than a command carried.
    #[error("the drive took {taken} of {sent} bytes")]
    ShortTransfer {
        /// Bytes sent.
        sent: usize,
        /// Bytes taken.
        taken: usize,
    },
    /// The disc could not be examined afterwards.
    #[error("the disc could not be examined afterwards: {0}")]
    Survey(#[from] Box<SurveyError>),
    /// The drive reported success, and the disc is not as planned.
    #[error("the drive reported success, but {}", list(.0))]
    Mismatch(Vec<Difference>),
    /// The drive reported success, and the content is not on the disc.
    #[error("the drive reported success, but {0}")]
    ReadBack(#[from] Box<VerifyError>),
    /// The drive reported success, and there is no disc in it.
    #[error("the disc was taken out before it could be examined")]
    DiscGone,
    /// The plan asks for something this engine does not do.
    #[error("the plan asks for {0}, which is not supported")]
    Unsupported(&'static str),
}

impl From<CommandError> for Cause {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Drive { sense, .. } => Self::Drive(sense),
            CommandError::Status { status, .. } => Self::Status(status),
            CommandError::Answer { source, .. } => Self::Answer(source),
            CommandError::Transport(error) => Self::Transport(error),
            other => Self::Transport(TransportError::Gone(other.to_string())),
        }
    }
}

/// A part of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Setting the drive up; the laser is off.
    Preparing,
    /// Sending sectors.
    Writing,
    /// Getting the last of them onto the disc, then lead-in and lead-out.
    Closing,
    /// Examining the disc afterwards.
    Checking,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Preparing => "preparing",
            Self::Writing => "writing",
            Self::Closing => "closing",
            Self::Checking => "checking the disc",
        })
    }
}

/// What a recording left on the disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscCondition {
    /// Nothing was written.
    Untouched,
    /// The session was begun and is not closed. Sessions closed earlier are intact.
    NotClosed {
        /// The last sector that the drive accepted, if any.
        last_accepted: Option<Lba>,
    },
    /// The session is closed, as far as the drive says.
    Closed,
}

impl fmt::Display for DiscCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untouched => f.write_str("nothing was written to the disc"),
            Self::NotClosed { last_accepted: Some(last) } => write!(
                f,
                "the session is written up to sector {last} at most and not closed; earlier sessions are intact"
            ),
            Self::NotClosed { last_accepted: None } => {
                f.write_str("the session may have been begun and is not closed; earlier sessions are intact")
            }
            Self::Closed => f.write_str("the drive says that the session is closed"),
        }
    }
}

impl BurnError {
    /// Whether the caller asked for it.
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        matches!(self.cause, Cause::Cancelled)
    }

    /// Whether the disc is as it was.
    #[must_use]
    pub fn is_disc_untouched(&self) -> bool {
        self.disc == DiscCondition::Untouched
    }

    /// What failed and where, in words; the state of the disc and what to do are told apart.
    #[must_use]
    pub fn what(&self) -> String {
        let at = self.lba.map_or_else(String::new, |lba| format!(" at LBA {lba}"));
        let command = self
            .command
            .map_or_else(String::new, |cdb| format!(" (command {}: {cdb})", command_name(cdb.opcode())));
        format!("{} failed{at}: {}{command}", self.phase, self.cause)
    }

    /// The drive's words, where it had any.
    #[must_use]
    pub const fn sense(&self) -> Option<&Sense> {
        match &self.cause {
            Cause::Drive(sense) | Cause::Patience { last: Some(sense), .. } => Some(sense),
            _ => None,
        }
    }

    /// What to do.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match (&self.cause, self.disc) {
            (Cause::Cancelled, DiscCondition::Untouched) => "the disc can be used as before",
            (Cause::StartMoved { .. } | Cause::NoRoom { .. }, DiscCondition::Untouched) => {
                "select the recorder again: the disc is another, or has changed"
            }
            (Cause::Drive(sense), DiscCondition::Untouched) => advice_before(sense),
            (Cause::Transport(_), DiscCondition::Untouched) => "check the connection, then try again",
            (Cause::Source(_), DiscCondition::Untouched) => "make the content readable, then try again",
            (Cause::ParametersIgnored { .. }, DiscCondition::Untouched) => {
                "this drive cannot do it; choose another write type, or do not simulate"
            }
            (_, DiscCondition::Untouched) => "try again, or with another drive",
            (_, DiscCondition::NotClosed { .. }) => {
                "close the session to go on using the disc (what was being written is lost), erase a CD-RW, or take another disc"
            }
            (Cause::Mismatch(_) | Cause::ReadBack(_), DiscCondition::Closed) => {
                "reload the disc and read it back before trusting it"
            }
            (_, DiscCondition::Closed) => "reload the disc and examine it",
        }
    }
}

/// What helps when a drive refuses before anything is written.
fn advice_before(sense: &Sense) -> &'static str {
    match (sense.key, sense.code.asc) {
        (SenseKey::MediumError, 0x73) => {
            "the laser could not be calibrated: choose a lower speed, or another make of disc"
        }
        (SenseKey::NotReady, 0x3A) => "put a disc in",
        (SenseKey::UnitAttention, 0x28) => "the disc was changed: select the recorder again",
        (SenseKey::UnitAttention, 0x29) => "the drive was reset: try again",
        (SenseKey::DataProtect, _) => "the disc is write protected: take another",
        _ => "try again, at a lower speed or with another disc",
    }
}

impl fmt::Display for BurnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what(), self.disc)?;
        if !self.unlocked {
            f.write_str("; the tray could not be unlocked")?;
        }
        for other in &self.also {
            write!(f, "; while stopping: {other}")?;
        }
        write!(f, "; {}", self.advice())
    }
}

impl core::error::Error for BurnError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.cause)
    }
}

fn words(sense: Option<&Sense>) -> String {
    sense.map_or_else(String::new, |sense| format!(", it says {sense}"))
}

fn address(at: Option<Lba>) -> String {
    at.map_or_else(|| "nowhere".to_owned(), |at| at.to_string())
}

fn list(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join(", and ")
}
