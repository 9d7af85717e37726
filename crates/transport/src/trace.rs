//! A transport that tells what is said.

use core::time::Duration;

use crate::{Data, Instant, Outcome, Request, Status, Transport, TransportError, command_name};

/// Emits a `tracing` event per command: debug for GOOD, info for what a drive refuses, warn for what gets no answer.
///
/// Fields: `command`, `cdb`, `moved` (bytes), `ms` by the transport's clock, and `sense` or `error`.
#[derive(Debug)]
pub struct Trace<T> {
    inner: T,
}

impl<T> Trace<T> {
    /// Wraps a transport.
    pub const fn new(inner: T) -> Self {
        Self { inner }
    }

    /// The transport inside.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

impl<T: Transport> Transport for Trace<T> {
    fn execute(&mut self, request: Request<'_>) -> Result<Outcome, TransportError> {
        let cdb = *request.cdb;
        let asked = match &request.data {
            Data::None => 0,
            Data::In(buffer) => buffer.len(),
            Data::Out(bytes) => bytes.len(),
        };
        let begun = self.inner.now();
        let result = self.inner.execute(request);
        let took = self.inner.now().since(begun);
        report(&cdb, asked, took, &result);
        result
    }

    fn now(&mut self) -> Instant {
        self.inner.now()
    }

    fn wait(&mut self, pause: Duration) {
        tracing::trace!(ms = milliseconds(pause), "wait");
        self.inner.wait(pause);
    }

    fn max_transfer(&self) -> usize {
        self.inner.max_transfer()
    }
}

fn report(cdb: &discwright_mmc::Cdb, asked: usize, took: Duration, result: &Result<Outcome, TransportError>) {
    let command = command_name(cdb.opcode());
    let ms = milliseconds(took);
    match result {
        Ok(Outcome { status: Status::Good, transferred }) => {
            tracing::debug!(command, %cdb, asked, moved = transferred, ms, "good");
        }
        Ok(Outcome { status: Status::CheckCondition(sense), transferred }) => {
            tracing::info!(command, %cdb, asked, moved = transferred, ms, %sense, "check condition");
        }
        Ok(Outcome { status, .. }) => tracing::info!(command, %cdb, asked, ms, ?status, "status"),
        Err(error) => tracing::warn!(command, %cdb, asked, ms, %error, "no answer"),
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
