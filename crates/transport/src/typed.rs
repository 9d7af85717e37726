//! Typed commands over any transport.

use core::time::Duration;

use discwright_mmc::command::{Command, DataPhase, Response};
use discwright_mmc::{Cdb, ResponseError, Sense, SenseKey};
use thiserror::Error;

use crate::{Data, Request, Status, Transport, TransportError};

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

impl CommandError {
    /// The drive's sense data, where it gave any.
    #[must_use]
    pub const fn sense(&self) -> Option<&Sense> {
        if let Self::Drive { sense, .. } = self { Some(sense) } else { None }
    }
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

    /// Asks for bytes that are not parsed, such as blocks, and fills `buffer` with them; returns how many came.
    ///
    /// # Errors
    /// [`CommandError`]; nothing is retried here.
    fn fetch<C: Command>(&mut self, command: &C, buffer: &mut [u8]) -> Result<usize, CommandError>;

    /// Sends a command without data that may take its time.
    ///
    /// # Errors
    /// [`CommandError`]; nothing is retried here.
    fn order<C: Command<Response = ()>>(
        &mut self,
        command: &C,
        timeout: Duration,
    ) -> Result<(), CommandError>;
}

impl<T: Transport + ?Sized> TransportExt for T {
    fn ask<C: Command>(&mut self, command: &C) -> Result<C::Response, CommandError> {
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

    fn fetch<C: Command>(&mut self, command: &C, buffer: &mut [u8]) -> Result<usize, CommandError> {
        let cdb = command.encode();
        let length = buffer.len();
        let outcome =
            self.execute(Request { cdb: &cdb, data: Data::In(buffer), timeout: ORDINARY_TIMEOUT })?;
        good(&cdb, outcome.status)?;
        Ok(outcome.transferred.min(length))
    }

    fn order<C: Command<Response = ()>>(
        &mut self,
        command: &C,
        timeout: Duration,
    ) -> Result<(), CommandError> {
        let cdb = command.encode();
        let outcome = self.execute(Request { cdb: &cdb, data: Data::None, timeout })?;
        good(&cdb, outcome.status)
    }
}

/// GOOD, or done with help; else the error.
fn good(cdb: &Cdb, status: Status) -> Result<(), CommandError> {
    match status {
        Status::Good => Ok(()),
        Status::CheckCondition(sense) if sense.key == SenseKey::RecoveredError && !sense.deferred => Ok(()),
        Status::CheckCondition(sense) => Err(CommandError::Drive { sense, cdb: *cdb }),
        status => Err(CommandError::Status { status, cdb: *cdb }),
    }
}
