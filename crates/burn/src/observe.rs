//! What is told while a recording goes on, and how it is stopped.

use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::Arc;

/// Hears what happens during a recording, on the thread that records.
pub trait Observer {
    /// Something happened.
    fn event(&mut self, event: &Event);

    /// Whether to stop; asked before every command while preparing and writing, never while closing.
    fn cancelled(&mut self) -> bool {
        false
    }
}

/// Hears nothing, cancels nothing.
impl Observer for () {
    fn event(&mut self, _: &Event) {}
}

impl<O: Observer + ?Sized> Observer for &mut O {
    fn event(&mut self, event: &Event) {
        (**self).event(event);
    }

    fn cancelled(&mut self) -> bool {
        (**self).cancelled()
    }
}

/// An observer made of a function and a [`CancelToken`].
#[derive(Debug)]
pub struct Watch<F> {
    on_event: F,
    cancel: CancelToken,
}

impl<F: FnMut(&Event)> Watch<F> {
    /// Calls `on_event`, and cancels when `cancel` is set.
    pub const fn new(cancel: CancelToken, on_event: F) -> Self {
        Self { on_event, cancel }
    }
}

impl<F: FnMut(&Event)> Observer for Watch<F> {
    fn event(&mut self, event: &Event) {
        (self.on_event)(event);
    }

    fn cancelled(&mut self) -> bool {
        self.cancel.is_cancelled()
    }
}

/// A flag that stops a recording, set from anywhere (a signal handler's thread, a button).
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A flag that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for an orderly stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether a stop is asked for.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Something that happens during a recording.
///
/// In this order: [`Preparing`](Self::Preparing) once, [`Progress`](Self::Progress) from zero to all,
/// [`Closing`](Self::Closing) once, [`Complete`](Self::Complete) once; [`Warning`](Self::Warning) at any time. A
/// recording that fails ends without `Complete`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The drive is being set up; nothing is written yet.
    Preparing {
        /// How long that may take.
        estimate: Duration,
    },
    /// Sectors went to the drive.
    Progress(Progress),
    /// The last data are on their way onto the disc, then lead-in and lead-out.
    Closing {
        /// How long that may take.
        estimate: Duration,
    },
    /// Something is not as it should be, and the recording goes on.
    Warning(Warning),
    /// Everything is on the disc and the drive says so.
    Complete,
}

/// How far a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The track being written, on the disc, from 1.
    pub track: u8,
    /// Sectors sent to the drive, pregaps and padding included.
    pub written: u64,
    /// Sectors to send in all.
    pub total: u64,
    /// Mean speed since the first sector, in kB/s at 2352 bytes to the sector (176 is single speed); zero at first.
    pub speed_kb_s: u32,
    /// How full the drive's buffer is, in percent, where it says so.
    pub drive_buffer: Option<u8>,
    /// How full the host's ring of chunks is, in percent.
    pub ring: u8,
}

/// What is not as it should be but no reason to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The drive does not know an optional command, or refuses it.
    Refused {
        /// The command's name.
        command: &'static str,
        /// The drive's words.
        sense: discwright_mmc::Sense,
    },
    /// The drive cannot bridge an empty buffer: a stall of the host spoils the disc.
    NoUnderrunProtection,
    /// Less than a tenth of the host's ring was full: the content comes slower than the drive writes.
    RingLow {
        /// How full, in percent.
        percent: u8,
    },
    /// The power calibration area is almost used up; few more sessions can be written.
    CalibrationAreaAlmostFull,
    /// The recording is done, and the tray could not be unlocked.
    StillLocked {
        /// Why.
        why: String,
    },
    /// Sectors cannot have been written in so short a time at any speed there is.
    ImplausiblyFast {
        /// Sectors.
        sectors: u64,
        /// Time they took.
        took: Duration,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { command, sense } => write!(f, "the drive refuses {command}: {sense}"),
            Self::NoUnderrunProtection => f.write_str(
                "the drive has no buffer underrun protection: if the content comes too slowly the disc is spoiled",
            ),
            Self::RingLow { percent } => {
                write!(f, "the buffer of this computer is down to {percent} %: the content comes too slowly")
            }
            Self::CalibrationAreaAlmostFull => {
                f.write_str("the disc's power calibration area is almost full: few more sessions can be written")
            }
            Self::StillLocked { why } => write!(f, "the tray could not be unlocked: {why}"),
            Self::ImplausiblyFast { sectors, took } => {
                write!(f, "{sectors} sectors in {took:?} is faster than any recorder: verify the disc")
            }
        }
    }
}
