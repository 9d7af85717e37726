//! Whether a command may run now: attentions, deferred errors, no disc, not ready, busy; and in which words.

use discwright_mmc::command::AnyCommand;
use discwright_mmc::{Sense, SenseKey, SenseSpecific};
use discwright_transport::Instant;

use crate::command;
use crate::drive::{Busy, Drive, Operation};
use crate::sense;

impl Drive {
    pub(crate) fn pending_attention(&mut self) -> Option<Sense> {
        self.nexuses.now.attention.pop_front()
    }

    /// Whether a command may run now: unit attention, deferred errors, no disc, not ready, busy.
    pub(crate) fn permit(&mut self, now: Instant, command: &AnyCommand) -> Result<(), Sense> {
        use AnyCommand as C;
        if matches!(
            command,
            C::Inquiry(_)
                | C::RequestSense(_)
                | C::GetEventStatus(_)
                | C::GetConfiguration(_)
                | C::ReportLuns(_)
        ) {
            return Ok(());
        }
        if let Some(sense) = self.pending_attention() {
            return Err(sense);
        }
        if let Some(sense) = self.nexuses.now.deferred.take() {
            return Err(sense);
        }
        if self.personality.refused_opcodes.contains(&command.opcode()) {
            return Err(sense::UNKNOWN_COMMAND);
        }
        if !command::needs_medium(command) {
            return Ok(());
        }
        if self.deck.is_none() {
            return Err(if self.tray_open {
                sense::NO_MEDIUM_TRAY_OPEN
            } else {
                sense::NO_MEDIUM_TRAY_CLOSED
            });
        }
        if now < self.ready_at {
            return Err(self.personality.busy.loading);
        }
        if command::writes(command) {
            self.check_speed_class()?;
        }
        match self.busy {
            Some(busy) if !self.answers_while(busy.with, command) => Err(self.busy_sense(now, busy)),
            _ => Ok(()),
        }
    }

    const fn answers_while(&self, with: Operation, command: &AnyCommand) -> bool {
        self.personality.ready_while_closing
            && matches!((with, command), (Operation::Closing, AnyCommand::TestUnitReady(_)))
    }

    fn busy_sense(&self, now: Instant, busy: Busy) -> Sense {
        let words = &self.personality.busy;
        let sense = match busy.with {
            Operation::Flushing => words.flushing,
            Operation::Closing => words.closing,
            Operation::Blanking => words.blanking,
            Operation::Formatting => words.formatting,
        };
        if !self.personality.reports_progress {
            return sense;
        }
        let (done, all) = (now.since(busy.from).as_nanos(), busy.until.since(busy.from).as_nanos().max(1));
        let progress = u16::try_from(done.saturating_mul(65_536) / all).unwrap_or(u16::MAX);
        sense.with(SenseSpecific::Progress(progress))
    }

    /// A full buffer in this drive's words.
    pub(crate) fn in_own_words(&self, sense: Sense) -> Sense {
        if sense == sense::LONG_WRITE_IN_PROGRESS { self.personality.busy.buffer_full } else { sense }
    }

    /// What REQUEST SENSE says.
    pub(crate) fn take_sense(&mut self, now: Instant) -> Sense {
        if let Some(busy) = self.busy {
            return self.busy_sense(now, busy);
        }
        let it = &mut self.nexuses.now;
        let kept = it.last_sense.take().or_else(|| it.deferred.take());
        kept.or_else(|| it.attention.pop_front()).unwrap_or(Sense::new(SenseKey::NoSense, 0, 0))
    }
}
