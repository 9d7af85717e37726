//! Winding down: the first error is kept, what is written goes onto the disc, the tray is unlocked.

use discwright_cd::Lba;
use discwright_mmc::Cdb;
use discwright_mmc::SenseKey::{DataProtect, IllegalRequest, NotReady};
use discwright_transport::{TransportError, command_name};

use super::Engine;
use super::task::{Purpose, Task};
use crate::decision::RETRIES;
use crate::error::{BurnError, Cause, DiscCondition, Phase};
use crate::observe::Warning;

impl Engine {
    pub(super) fn no_answer(&mut self, task: Task, error: TransportError) {
        if matches!(task.purpose, Purpose::Write { .. }) {
            // It may have arrived.
            self.touched = true;
        }
        self.locked |= task.purpose == Purpose::Lock;
        let gone = matches!(error, TransportError::Gone(_));
        self.failed(task, Cause::Transport(error));
        if gone {
            // Nobody is there to wind down with.
            self.queue.clear();
        }
    }

    /// A command failed for good.
    pub(super) fn failed(&mut self, task: Task, cause: Cause) {
        if let (Purpose::Write { .. }, Cause::Drive(sense)) = (task.purpose, &cause) {
            // A drive that refuses has not written; one that fails may have.
            self.touched |= sense.deferred || !matches!(sense.key, IllegalRequest | DataProtect | NotReady);
        }
        if task.purpose == Purpose::Unlock && self.unlocking_failed(&task, &cause) {
            return;
        }
        if self.error.is_some() {
            let command = command_name(task.exchange.cdb.opcode());
            if let Some(error) = &mut self.error {
                error.also.push(format!("{command}: {cause}"));
            }
            return;
        }
        let lba = task.lba();
        self.stop(cause, Some(task.exchange.cdb), lba);
    }

    /// Whether that is all there is to it: the command is repeated, or the session is closed and merely the tray shut.
    fn unlocking_failed(&mut self, task: &Task, cause: &Cause) -> bool {
        let late = matches!(cause, Cause::Drive(sense) if sense.deferred);
        let gone = matches!(cause, Cause::Transport(TransportError::Gone(_)));
        if late && self.error.is_none() {
            // Something that was written is lost after all.
            return false;
        }
        if self.unlockings < RETRIES && !gone {
            self.unlockings += 1;
            self.queue.push_front(task.purpose);
            return true;
        }
        if self.error.is_none() && self.locked {
            self.warn(Warning::StillLocked { why: cause.to_string() });
        }
        self.error.is_none()
    }

    /// Keeps the first error and winds down: what is written goes onto the disc, the tray is unlocked.
    pub(super) fn stop(&mut self, cause: Cause, command: Option<Cdb>, lba: Option<Lba>) {
        if self.error.is_some() {
            return;
        }
        tracing::warn!(phase = %self.phase, %cause, ?lba, "stopping");
        let wrote = self.touched && self.phase == Phase::Writing;
        self.error = Some(BurnError {
            cause,
            phase: self.phase,
            command,
            lba,
            disc: DiscCondition::Untouched,
            unlocked: true,
            also: Vec::new(),
        });
        self.steps.clear();
        self.parked = None;
        self.queue.clear();
        self.cursor = None;
        self.wait_until = None;
        if wrote {
            self.queue.push_back(Purpose::Flush);
        }
        if self.cued {
            // A drive that was told of a session refuses to read until it has it, or is told otherwise.
            self.queue.push_back(Purpose::LeaveSessionAtOnce);
        }
        // Also when locking failed: an answer may have been lost.
        self.queue.push_back(Purpose::Unlock);
    }
}
