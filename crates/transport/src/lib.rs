//! How a command reaches a drive: one trait, the same for a real drive and an emulated one, and wrappers around it.

use core::time::Duration;

use discwright_mmc::command::{Command, Response};
use discwright_mmc::{Cdb, ResponseError, Sense};
use thiserror::Error;

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
    /// The system below failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Why a typed command has no typed answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The drive refused or failed.
    #[error("{sense} (command {cdb})")]
    Drive {
        /// The drive's words.
        sense: Sense,
        /// The command.
        cdb: Cdb,
    },
    /// A status without sense: busy, reserved, or unknown.
    #[error("the drive answered {status:?} (command {cdb})")]
    Status {
        /// The status.
        status: Status,
        /// The command.
        cdb: Cdb,
    },
    /// The answer does not parse.
    #[error("the drive's answer makes no sense: {source} (command {cdb})")]
    Answer {
        /// What is wrong with it.
        source: ResponseError,
        /// The command.
        cdb: Cdb,
    },
    /// No answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// How long an ordinary command may take.
pub const ORDINARY_TIMEOUT: Duration = Duration::from_secs(60);

/// Typed commands over any transport.
pub trait TransportExt: Transport {
    /// Asks a question: encodes the command, carries it out once, parses the answer.
    ///
    /// # Errors
    /// [`CommandError`]; nothing is retried here.
    fn ask<C: Command>(&mut self, command: &C) -> Result<C::Response, CommandError>;

    /// Sends a command with a parameter list or blocks.
    ///
    /// # Errors
    /// [`CommandError`]; nothing is retried here.
    fn send<C: Command<Response = ()>>(&mut self, command: &C, data: &[u8]) -> Result<(), CommandError>;
}

impl<T: Transport + ?Sized> TransportExt for T {
    fn ask<C: Command>(&mut self, command: &C) -> Result<C::Response, CommandError> {
        use discwright_mmc::command::DataPhase;
        let cdb = command.encode();
        let bytes = match command.data_phase() {
            DataPhase::In { bytes } => bytes,
            // Blocks of unknown size are given the room of the largest: a raw sector with subchannels and C2.
            DataPhase::InBlocks { blocks } => blocks.saturating_mul(2744),
            _ => 0,
        };
        let mut buffer = vec![0; usize::try_from(bytes).unwrap_or(usize::MAX).min(self.max_transfer())];
        let data = if buffer.is_empty() { Data::None } else { Data::In(&mut buffer) };
        let outcome = self.execute(Request { cdb: &cdb, data, timeout: ORDINARY_TIMEOUT })?;
        good(&cdb, outcome.status)?;
        let answer = buffer.get(..outcome.transferred).unwrap_or(&buffer);
        C::Response::parse(answer).map_err(|source| CommandError::Answer { source, cdb })
    }

    fn send<C: Command<Response = ()>>(&mut self, command: &C, data: &[u8]) -> Result<(), CommandError> {
        let cdb = command.encode();
        let outcome =
            self.execute(Request { cdb: &cdb, data: Data::Out(data), timeout: ORDINARY_TIMEOUT })?;
        good(&cdb, outcome.status)
    }
}

/// GOOD, or done with help; else the error.
fn good(cdb: &Cdb, status: Status) -> Result<(), CommandError> {
    use discwright_mmc::SenseKey;
    match status {
        Status::Good => Ok(()),
        Status::CheckCondition(sense) if sense.key == SenseKey::RecoveredError && !sense.deferred => Ok(()),
        Status::CheckCondition(sense) => Err(CommandError::Drive { sense, cdb: *cdb }),
        status => Err(CommandError::Status { status, cdb: *cdb }),
    }
}
