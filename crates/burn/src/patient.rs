//! Single commands with the patience of the table; for everything but recording itself.

use core::time::Duration;

use discwright_mmc::Sense;
use discwright_mmc::command::{Command, StartStopUnit};
use discwright_transport::{CommandError, Instant, Status, Transport, TransportExt};

use crate::decision::{Context, Decision, RETRIES, decide, patience, pause};

/// Repeats a command as the table says, within its bounds. `None`: an optional command that the drive refuses.
pub(crate) fn patiently<T: Transport + ?Sized, R>(
    transport: &mut T,
    context: Context,
    mut command: impl FnMut(&mut T) -> Result<R, CommandError>,
) -> Result<Option<R>, CommandError> {
    let mut repetition = Repetition::new(context);
    loop {
        let error = match command(transport) {
            Ok(answer) => return Ok(Some(answer)),
            Err(error) => error,
        };
        let next = match &error {
            CommandError::Drive { sense, .. } => repetition.next(transport, sense),
            CommandError::Status { status: Status::Busy, .. } => repetition.after(transport, 100),
            _ => Next::Fail,
        };
        match next {
            Next::Again => {}
            Next::Skip => return Ok(None),
            Next::Fail => return Err(error),
        }
    }
}

/// Asks a question that must be answered.
pub(crate) fn ask<C: Command>(
    transport: &mut dyn Transport,
    context: Context,
    command: &C,
) -> Result<C::Response, CommandError> {
    let answer = patiently(transport, context, |transport| transport.ask(command))?;
    // No context that is used here skips.
    answer.ok_or_else(|| discwright_transport::TransportError::Gone("no answer".to_owned()).into())
}

/// Asks a question that a drive need not know; an answer that makes no sense is none either.
pub(crate) fn ask_optional<C: Command>(
    transport: &mut dyn Transport,
    command: &C,
) -> Result<Option<C::Response>, CommandError> {
    use discwright_mmc::SenseKey::{BlankCheck, IllegalRequest, MediumError};
    match patiently(transport, Context::Survey, |transport| transport.ask(command)) {
        Err(CommandError::Drive { sense, .. })
            if matches!(sense.key, IllegalRequest | MediumError | BlankCheck) && !sense.deferred =>
        {
            tracing::debug!(command = C::NAME, %sense, "not answered");
            Ok(None)
        }
        Err(CommandError::Answer { source, .. }) => {
            tracing::warn!(command = C::NAME, %source, "the answer makes no sense");
            Ok(None)
        }
        other => other,
    }
}

enum Next {
    Again,
    Skip,
    Fail,
}

struct Repetition {
    context: Context,
    since: Option<Instant>,
    tries: u32,
    retries: u32,
}

impl Repetition {
    const fn new(context: Context) -> Self {
        Self { context, since: None, tries: 0, retries: 0 }
    }

    fn next<T: Transport + ?Sized>(&mut self, transport: &mut T, sense: &Sense) -> Next {
        match decide(self.context, sense) {
            Decision::Again(base) => self.after(transport, base),
            Decision::Retry(base) if self.retries < RETRIES => {
                self.retries += 1;
                self.after(transport, base)
            }
            Decision::SpinUp if self.retries < RETRIES => {
                self.retries += 1;
                // Whether it helped shows when the command is repeated.
                let _ = transport.order(&StartStopUnit::START, crate::decision::timeout(self.context));
                Next::Again
            }
            Decision::Skip | Decision::AlmostFull => Next::Skip,
            Decision::Accept | Decision::Fail | Decision::Retry(_) | Decision::SpinUp => Next::Fail,
        }
    }

    fn after<T: Transport + ?Sized>(&mut self, transport: &mut T, base: u64) -> Next {
        let now = transport.now();
        let since = *self.since.get_or_insert(now);
        self.tries += 1;
        let limit = patience(self.context);
        if now.since(since) > limit.time || self.tries > limit.tries {
            return Next::Fail;
        }
        let pause = pause(base, self.tries);
        if pause > Duration::ZERO {
            transport.wait(pause);
        }
        Next::Again
    }
}
