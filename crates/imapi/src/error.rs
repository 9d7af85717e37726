//! What the facade's calls fail with. Each error has one IMAPI code; some codes have several errors.

use discwright_burn::{BurnError, Cause, MaintainError, Phase, SurveyError};
use discwright_iso9660::image::SourceError;
use discwright_iso9660::layout::LayoutError;
use discwright_iso9660::names::joliet::JolietNameError;
use discwright_iso9660::tree::scan::ScanError;
use discwright_iso9660::tree::{MergeError, UnchangedError};
use discwright_plan::PlanError;
use discwright_transport::TransportError;
use thiserror::Error;

use crate::code::Code;
use crate::format::Format;

/// Why a call of the facade failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImapiError {
    /// The master is not open.
    #[error("the disc master is not open; call open first")]
    NotOpened,
    /// The recorder is not exclusively open.
    #[error("{drive} is not held; call open_exclusive first")]
    RecorderNotOpened {
        /// Path of the drive.
        drive: String,
    },
    /// The master is open already.
    #[error("the disc master is open already")]
    AlreadyOpen,
    /// Another call of this master runs, on another thread or around the event that made this one.
    #[error("another call of this disc master is still running")]
    Busy,
    /// No format is selected.
    #[error("no disc format is active; select one first")]
    NoActiveFormat,
    /// A call of one format while the other is active.
    #[error("the active disc format is not {0}")]
    WrongFormat(Format),
    /// The format exists in IMAPI and not here.
    #[error("{0} discs are not supported yet")]
    UnsupportedFormat(Format),
    /// No recorder is selected.
    #[error("no recorder is active; select one first")]
    NoActiveRecorder,
    /// The drive is empty.
    #[error("there is no disc in {drive}; put one in")]
    MediumNotPresent {
        /// Path of the drive.
        drive: String,
    },
    /// This program holds the recorder by `open_exclusive`, or another call of it runs.
    #[error("{drive} is in use by this program; wait, or close the recorder first")]
    DeviceNotAccessible {
        /// Path of the drive.
        drive: String,
    },
    /// Another program holds the drive.
    #[error("{drive} is in use by another program: {source}")]
    DeviceStillInUse {
        /// Path of the drive.
        drive: String,
        /// What the transport says.
        source: TransportError,
    },
    /// The drive does not answer any more, or cannot be opened.
    #[error("{drive}: {source}")]
    DeviceNotPresent {
        /// Path of the drive.
        drive: String,
        /// What the transport says.
        source: TransportError,
    },
    /// The medium is not of a kind for which that can be done.
    #[error("{drive}: {problem}")]
    InvalidMedium {
        /// Path of the drive.
        drive: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The recorder cannot do that.
    #[error("{drive}: the drive {problem}")]
    InvalidDevice {
        /// Path of the drive.
        drive: String,
        /// What it cannot.
        problem: &'static str,
    },
    /// What is on the disc, or the state it is in, could not be found out.
    #[error("{drive}: {source}")]
    Survey {
        /// Path of the drive.
        drive: String,
        /// What failed.
        source: SurveyError,
    },
    /// Erasing, ejecting or the like failed.
    #[error("{drive}: {source}")]
    Maintain {
        /// Path of the drive.
        drive: String,
        /// What failed.
        source: MaintainError,
    },
    /// The last session's volume cannot be read although it is there.
    #[error(
        "{drive}: the tree of the last session cannot be imported: {problem}; the disc can be read, but not added to"
    )]
    Import {
        /// Path of the drive.
        drive: String,
        /// What is wrong with it, and where.
        problem: String,
    },
    /// The stage, or another session at all, does not fit.
    #[error("the disc is full: {needed} sectors are needed, {free} are free, {} too many", needed.saturating_sub(*free))]
    DiscFull {
        /// Sectors that the session takes, file-system structures included.
        needed: u64,
        /// Sectors that a session may take on this disc.
        free: u64,
    },
    /// A name that Joliet does not allow.
    #[error("{path}: {source}; rename it")]
    BadJolietName {
        /// Path in the image.
        path: String,
        /// What is wrong with its last name.
        source: JolietNameError,
    },
    /// The tree cannot be laid out.
    #[error("{0}")]
    Layout(LayoutError),
    /// A name is taken.
    #[error("{0}")]
    FileExists(MergeError),
    /// Files cannot be staged.
    #[error("{0}")]
    Scan(ScanError),
    /// A file that may be unchanged cannot be compared with the one on the disc.
    #[error("{0}")]
    Compare(UnchangedError),
    /// A source changed since it was staged, vanished, or cannot be read.
    #[error("{0}; stage it again")]
    Source(SourceError),
    /// Nothing is staged, or what was staged has been burned.
    #[error("nothing is staged; add data first")]
    InvalidImage,
    /// Multi-session mode was set by another disc than the one that is in the drive now.
    #[error("{drive}: {found}; put the disc back that was selected, or select the recorder again")]
    WrongDisc {
        /// Path of the drive.
        drive: String,
        /// What is there instead.
        found: &'static str,
    },
    /// The disc in the drive cannot take a session in this mode.
    #[error("{drive}: {problem}")]
    CannotWriteToMedia {
        /// Path of the drive.
        drive: String,
        /// Why, and what would help.
        problem: String,
    },
    /// A boot image can only be in the first session.
    #[error("a boot image can only be put on a blank disc")]
    BootImageAndNonblankDisc,
    /// The burn failed.
    #[error("{0}")]
    Burn(Box<BurnError>),
    /// Cancelled while staging or erasing.
    #[error("cancelled")]
    Cancelled,
    /// A cookie that names no registration.
    #[error("no such registration of progress events")]
    UnknownCookie,
}

impl ImapiError {
    /// IMAPI's code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::NotOpened | Self::RecorderNotOpened { .. } => Code::NotOpened,
            Self::AlreadyOpen => Code::AlreadyOpen,
            Self::Busy | Self::UnknownCookie | Self::UnsupportedFormat(_) => Code::Generic,
            Self::NoActiveFormat => Code::NoActiveFormat,
            Self::WrongFormat(_) => Code::WrongFormat,
            Self::NoActiveRecorder => Code::NoActiveRecorder,
            Self::MediumNotPresent { .. } => Code::MediumNotPresent,
            Self::DeviceNotAccessible { .. } => Code::DeviceNotAccessible,
            Self::DeviceStillInUse { .. } => Code::DeviceStillInUse,
            Self::DeviceNotPresent { .. } => Code::DeviceNotPresent,
            Self::InvalidMedium { .. } => Code::MediumInvalidType,
            Self::InvalidDevice { .. } => Code::DeviceInvalidType,
            Self::Survey { .. } | Self::Import { .. } => Code::DiscInfo,
            Self::Maintain { .. } => Code::Generic,
            Self::DiscFull { .. } => Code::DiscFull,
            Self::BadJolietName { .. } => Code::BadJolietName,
            Self::Layout(_) => Code::InvalidImage,
            Self::FileExists(_) => Code::FileExists,
            Self::Scan(error) => match error {
                ScanError::Cancelled => Code::UserAbort,
                ScanError::Merge { .. } | ScanError::SameName { .. } => Code::FileExists,
                ScanError::NotUtf8 { .. } | ScanError::TargetNotUtf8 { .. } => Code::BadJolietName,
                _ => Code::FileAccess,
            },
            Self::Source(_) | Self::Compare(_) => Code::FileAccess,
            Self::InvalidImage => Code::InvalidImage,
            Self::WrongDisc { .. } => Code::WrongDisc,
            Self::CannotWriteToMedia { .. } => Code::CannotWriteToMedia,
            Self::BootImageAndNonblankDisc => Code::BootImageAndNonblankDisc,
            Self::Burn(error) => burn_code(error),
            Self::Cancelled => Code::UserAbort,
        }
    }

    /// The burn's own report, where a burn had begun.
    #[must_use]
    pub fn burn(&self) -> Option<&BurnError> {
        match self {
            Self::Burn(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the disc is as it was before the call.
    #[must_use]
    pub fn is_disc_untouched(&self) -> bool {
        self.burn().is_none_or(BurnError::is_disc_untouched)
    }

    /// Whether the application asked for it.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.code() == Code::UserAbort
    }

    /// A drive that cannot be opened, as a call of the facade says it.
    pub(crate) fn from_open(drive: &str, source: TransportError) -> Self {
        let drive = drive.to_owned();
        match source {
            TransportError::Io(error) if error.kind() == std::io::ErrorKind::ResourceBusy => {
                Self::DeviceStillInUse { drive, source: TransportError::Io(error) }
            }
            source => Self::DeviceNotPresent { drive, source },
        }
    }

    /// A plan that cannot be made, as a call of the facade says it.
    pub(crate) fn from_plan(drive: &str, error: PlanError) -> Self {
        match error {
            PlanError::DiscFull { needed, free, .. } => Self::DiscFull { needed, free: free.into() },
            PlanError::Nothing => Self::InvalidImage,
            other => Self::CannotWriteToMedia { drive: drive.to_owned(), problem: other.to_string() },
        }
    }
}

fn burn_code(error: &BurnError) -> Code {
    match (&error.cause, error.phase) {
        (Cause::Cancelled, _) => Code::UserAbort,
        (Cause::Transport(TransportError::Gone(_)), _) => Code::DeviceNotPresent,
        (Cause::Source(_), _) => Code::FileAccess,
        (Cause::StartMoved { .. }, _) => Code::WrongDisc,
        (Cause::NoRoom { .. }, _) => Code::DiscFull,
        (Cause::Survey(_) | Cause::Mismatch(_), _) => Code::DiscInfo,
        (Cause::Drive(sense), _) if is_underrun(sense.code.asc, sense.code.ascq) => Code::LossOfStreaming,
        (_, Phase::Preparing) => Code::InitializeWrite,
        (_, Phase::Closing) => Code::InitializeEndWrite,
        (_, Phase::Writing | Phase::Checking) => Code::Generic,
    }
}

/// 0C/09: loss of streaming; 21/02: drives say so when the host resumes behind where the laser went on (`wodim`'s list).
fn is_underrun(asc: u8, ascq: u8) -> bool {
    matches!((asc, ascq), (0x0C, 0x09) | (0x21, 0x02))
}
