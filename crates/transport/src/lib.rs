//! How a command reaches a drive: one trait, the same for a real drive and an emulated one, and wrappers around it.

//!
//! Wrappers are transports around a transport and stack in any order: [`Trace`] tells what is said, [`Record`] writes
//! it down, [`Replay`] plays a recording back without a drive, [`Fault`] makes things go wrong on purpose.

use core::time::Duration;

use discwright_mmc::{Cdb, Sense};
use thiserror::Error;

mod fault;
mod log;
mod trace;
mod typed;

pub use discwright_mmc::command::name as command_name;
pub use fault::{Effect, Fault, Repeat, Rule, When};
pub use log::{LogError, Record, Replay};
pub use trace::Trace;
pub use typed::{CommandError, ORDINARY_TIMEOUT, TransportExt};

/// A moment, counted from when the transport was opened. Real drives run by the wall clock; an emulated one may run
/// by a clock of its own, so nothing above a transport reads any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub Duration);

impl Instant {
    /// Time since `earlier`; zero if that is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The moment `pause` later.
    #[must_use]
    pub fn after(self, pause: Duration) -> Self {
        Self(self.0.saturating_add(pause))
    }
}

/// A way to one drive. Bytes go down and bytes come up: nothing here knows what they mean.
pub trait Transport {
    /// Carries one command out and waits for its end.
    ///
    /// # Errors
    /// [`TransportError`] when no answer of the drive was had; what the drive itself refuses is an [`Outcome`].
    fn execute(&mut self, request: Request<'_>) -> Result<Outcome, TransportError>;

    /// The time by this transport's clock.
    fn now(&mut self) -> Instant;

    /// Lets time pass.
    fn wait(&mut self, pause: Duration);

    /// The most data one command may move, in bytes.
    fn max_transfer(&self) -> usize;
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn execute(&mut self, request: Request<'_>) -> Result<Outcome, TransportError> {
        (**self).execute(request)
    }

    fn now(&mut self) -> Instant {
        (**self).now()
    }

    fn wait(&mut self, pause: Duration) {
        (**self).wait(pause);
    }

    fn max_transfer(&self) -> usize {
        (**self).max_transfer()
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn execute(&mut self, request: Request<'_>) -> Result<Outcome, TransportError> {
        (**self).execute(request)
    }

    fn now(&mut self) -> Instant {
        (**self).now()
    }

    fn wait(&mut self, pause: Duration) {
        (**self).wait(pause);
    }

    fn max_transfer(&self) -> usize {
        (**self).max_transfer()
    }
}

/// One command on its way to a drive.
#[derive(Debug)]
pub struct Request<'a> {
    /// The command descriptor block.
    pub cdb: &'a Cdb,
    /// What moves with it.
    pub data: Data<'a>,
    /// How long the drive may take before the transport gives up.
    pub timeout: Duration,
}

impl Request<'_> {
    /// The same request once more, for a wrapper to hand on.
    #[must_use]
    pub fn reborrow(&mut self) -> Request<'_> {
        let data = match &mut self.data {
            Data::None => Data::None,
            Data::In(buffer) => Data::In(buffer),
            Data::Out(bytes) => Data::Out(bytes),
        };
        Request { cdb: self.cdb, data, timeout: self.timeout }
    }
}

/// Data that moves with a command.
#[derive(Debug)]
pub enum Data<'a> {
    /// None.
    None,
    /// From the drive, into this buffer.
    In(&'a mut [u8]),
    /// To the drive.
    Out(&'a [u8]),
}

/// A drive's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How the command ended.
    pub status: Status,
    /// Bytes that moved.
    pub transferred: usize,
}

/// How a command ended (SAM-3, 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// 00h: done.
    Good,
    /// 02h: with sense data. The key may be "recovered error", and then the command is done.
    CheckCondition(Sense),
    /// 08h: try again later.
    Busy,
    /// 18h: another initiator has reserved the drive.
    ReservationConflict,
    /// Any other status byte.
    Other(u8),
}

/// Why no answer of the drive was had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The drive did not answer in time; its state is unknown.
    #[error("the drive did not answer within {0:?}")]
    Timeout(Duration),
    /// The drive is gone.
    #[error("the drive is gone: {0}")]
    Gone(String),
    /// The command moves more data than the transport carries.
    #[error("a transfer of {asked} bytes, where the transport carries {limit}")]
    TooLarge {
        /// Bytes asked for.
        asked: usize,
        /// Bytes carried at most.
        limit: usize,
    },
    /// A replayed recording does not go on with this command.
    #[error("line {line} of the recording: {problem}")]
    Diverged {
        /// Line of the recording, from 1.
        line: usize,
        /// What was said, what was recorded.
        problem: String,
    },
    /// The system below failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}
