//! Worlds to tell stories in: an emulated drive that a program and a story both hold.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use discwright_drive::{Disc, Recorder};
use discwright_imapi::{DriveProvider, ImapiError, ProgressEvents};
use discwright_transport::{Instant, Outcome, Request, Transport, TransportError};

/// A recorder that a program drives while a story changes the disc under it.
#[derive(Clone, Debug)]
pub struct SharedRecorder(Arc<Mutex<Recorder>>);

impl SharedRecorder {
    /// A recorder with a disc in it.
    #[must_use]
    pub fn with_disc(disc: Disc) -> Self {
        Self(Arc::new(Mutex::new(Recorder::with_disc(disc))))
    }

    /// The recorder, for the story.
    ///
    /// Hold it no longer than a statement: the program waits for it.
    pub fn get(&self) -> MutexGuard<'_, Recorder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for SharedRecorder {
    fn execute(&mut self, request: Request<'_>) -> Result<Outcome, TransportError> {
        self.get().execute(request)
    }

    fn now(&mut self) -> Instant {
        self.get().now()
    }

    fn wait(&mut self, pause: Duration) {
        self.get().wait(pause);
    }

    fn max_transfer(&self) -> usize {
        self.get().max_transfer()
    }
}

/// A system with these drives, named `drive0`, `drive1` and so on.
#[derive(Clone, Debug)]
pub struct Drives(pub Vec<SharedRecorder>);

impl DriveProvider for Drives {
    fn paths(&mut self) -> Vec<String> {
        (0..self.0.len()).map(|number| format!("drive{number}")).collect()
    }

    fn open(&mut self, path: &str) -> Result<Box<dyn Transport + Send>, TransportError> {
        let number: Option<usize> = path.strip_prefix("drive").and_then(|number| number.parse().ok());
        let drive = number.and_then(|number| self.0.get(number)).cloned();
        drive.map(|drive| Box::new(drive) as _).ok_or_else(|| TransportError::Gone(path.to_owned()))
    }
}

/// What a sink heard, one word an event, progress without its middle.
#[derive(Clone, Debug, Default)]
pub struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    /// Everything so far.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn say(&self, word: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(word.into());
    }
}

impl ProgressEvents for Heard {
    fn notify_add_progress(&mut self, done: u64, total: u64) {
        if done == 0 || done == total {
            self.say(format!("add {done}/{total}"));
        }
    }

    fn notify_block_progress(&mut self, done: u64, total: u64) {
        if done == 0 || done == total {
            self.say(format!("block {done}/{total}"));
        }
    }

    fn notify_preparing_burn(&mut self, _: Duration) {
        self.say("preparing");
    }

    fn notify_closing_disc(&mut self, _: Duration) {
        self.say("closing");
    }

    fn notify_burn_complete(&mut self, result: Result<(), &ImapiError>) {
        self.say(format!("burn {}", word(result)));
    }

    fn notify_erase_complete(&mut self, result: Result<(), &ImapiError>) {
        self.say(format!("erase {}", word(result)));
    }
}

fn word(result: Result<(), &ImapiError>) -> String {
    result.map_or_else(|error| error.code().to_string(), |()| "ok".to_owned())
}
