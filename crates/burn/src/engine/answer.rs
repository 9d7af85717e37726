//! What becomes of a drive's answers.

use core::time::Duration;

use discwright_cd::{Lba, area};
use discwright_mmc::command::Response;
use discwright_mmc::mode::{ModeData10, WriteParameters as Page};
use discwright_mmc::response::{BufferCapacity, TrackInformation};
use discwright_mmc::{Cdb, Sense};
use discwright_transport::{Instant, Status, command_name};

use super::task::{Completion, Payload, Purpose, Task};
use super::{Engine, wire};
use crate::decision::{Decision, RETRIES, decide, patience, pause};
use crate::error::{Cause, Phase};
use crate::observe::Warning;

/// WRITEs between two questions for the drive's buffer.
const WRITES_PER_BUFFER_QUESTION: u32 = 64;
/// Answers of a drive that speaks without sense: how long to wait.
const BUSY_PAUSE_MS: u64 = 100;
/// No recorder writes faster, in sectors per second: 64 times single speed.
const FASTEST_SECTORS_PER_SECOND: u64 = 64 * 75;

impl Engine {
    /// How the command of the last [`Action::Send`](crate::Action::Send) ended.
    pub fn handle(&mut self, now: Instant, completion: Completion) {
        let Some(task) = self.task.take() else { return };
        match completion.result {
            Ok(Status::Good) => self.good(now, task, &completion),
            Ok(Status::CheckCondition(sense)) => self.sense(now, task, &completion, sense),
            Ok(Status::Busy) => self.again(now, task, pause(BUSY_PAUSE_MS, 0), None),
            Ok(status) => self.failed(task, Cause::Status(status)),
            Err(error) => self.no_answer(task, error),
        }
    }

    /// The table decides.
    fn sense(&mut self, now: Instant, mut task: Task, completion: &Completion, sense: Sense) {
        let decision = decide(task.context, &sense);
        tracing::debug!(command = command_name(task.exchange.cdb.opcode()), %sense, ?decision, "sense");
        match decision {
            Decision::Accept => self.good(now, task, completion),
            Decision::Again(base) => {
                let pause = pause(base, task.tries);
                self.again(now, task, pause, Some(sense));
            }
            Decision::Retry(base) if task.retries < RETRIES => {
                task.retries += 1;
                self.again(now, task, Duration::from_millis(base), Some(sense));
            }
            Decision::AlmostFull => {
                self.warn(Warning::CalibrationAreaAlmostFull);
                self.good(now, task, completion);
            }
            Decision::SpinUp if task.retries < RETRIES => {
                task.retries += 1;
                self.parked = Some(task);
                self.queue.push_front(Purpose::SpinUp);
            }
            Decision::Skip => self.skipped(&task, sense),
            Decision::Fail | Decision::Retry(_) | Decision::SpinUp => self.refused(task, sense),
        }
    }

    /// Puts a command off, as long as patience lasts.
    fn again(&mut self, now: Instant, mut task: Task, pause: Duration, sense: Option<Sense>) {
        let since = *task.refused_since.get_or_insert(now);
        task.tries += 1;
        task.last_sense = sense.or(task.last_sense);
        let limit = patience(task.context);
        let waited = now.since(since);
        if waited > limit.time || task.tries > limit.tries {
            let last = task.last_sense;
            return self.failed(task, Cause::Patience { waited, last });
        }
        self.wait_until = Some(now.after(pause));
        self.task = Some(task);
    }

    /// An optional command that the drive does not know, or not like this.
    fn skipped(&mut self, task: &Task, sense: Sense) {
        match task.purpose {
            Purpose::BufferCapacity => self.buffer_questions = false,
            // Without the page's values as they are, the standard's defaults are sent.
            Purpose::SenseParameters => {}
            Purpose::CheckParameters if self.simulate => {
                self.stop(Cause::Drive(sense), Some(task.exchange.cdb), None);
            }
            _ => {
                let command = command_name(task.exchange.cdb.opcode());
                self.warn(Warning::Refused { command, sense });
            }
        }
    }

    /// A refusal that may have a way around.
    fn refused(&mut self, task: Task, sense: Sense) {
        use discwright_mmc::SenseKey::IllegalRequest;
        match task.purpose {
            Purpose::SelectParameters if sense.key == IllegalRequest && self.drop_underrun_protection() => {
                self.queue.push_front(Purpose::SelectParameters);
            }
            Purpose::Close
                if sense.key == IllegalRequest && sense.code.asc == 0x24 && self.close_in_background =>
            {
                self.close_in_background = false;
                self.queue.push_front(Purpose::Close);
            }
            _ => self.failed(task, Cause::Drive(sense)),
        }
    }

    /// Whether there was any to drop.
    fn drop_underrun_protection(&mut self) -> bool {
        let Some(wanted) = &mut self.parameters else { return false };
        if !core::mem::replace(&mut wanted.underrun_protection, false) {
            return false;
        }
        self.warn(Warning::NoUnderrunProtection);
        true
    }

    /// A command is done.
    fn good(&mut self, now: Instant, task: Task, completion: &Completion) {
        match task.purpose {
            Purpose::Lock => self.locked = true,
            Purpose::Unlock => self.locked = false,
            Purpose::SenseParameters => {
                self.page = parse_page(&completion.data);
            }
            Purpose::CheckParameters => self.check_parameters(&completion.data, task.exchange.cdb),
            Purpose::Confirm => self.check_start(&completion.data, task.exchange.cdb),
            Purpose::Write { start, sectors } => self.written(now, task, completion, start, sectors),
            Purpose::BufferCapacity => self.buffer_level(&completion.data),
            Purpose::Flush if self.error.is_none() && self.phase == Phase::Closing => {
                self.last_write = Some(now);
                self.check_plausibility();
                if self.session_at_once {
                    self.closed = true;
                }
            }
            Purpose::CloseReady => self.closed = true,
            _ => {}
        }
    }

    fn written(&mut self, now: Instant, task: Task, completion: &Completion, start: Lba, sectors: u32) {
        self.touched = true;
        if let Payload::Out(bytes) = &task.exchange.payload
            && completion.transferred != bytes.len()
        {
            let cause = Cause::ShortTransfer { sent: bytes.len(), taken: completion.transferred };
            return self.failed(task, cause);
        }
        self.first_write.get_or_insert(now);
        self.last_write = Some(now);
        self.last_accepted = Some(start.saturating_add(sectors.saturating_sub(1)));
        if let Some(cursor) = &mut self.cursor {
            cursor.advance(sectors);
        }
        self.progress.written += u64::from(sectors);
        self.writes += 1;
        if self.buffer_questions && self.writes.is_multiple_of(WRITES_PER_BUFFER_QUESTION) {
            self.queue.push_back(Purpose::BufferCapacity);
        }
        if let Payload::Out(bytes) = task.exchange.payload {
            self.spent = Some(bytes);
        }
        self.report(now, false);
    }

    fn check_parameters(&mut self, data: &[u8], cdb: Cdb) {
        let Some(sent) = self.page.take() else { return };
        let Some(found) = parse_page(data) else {
            if self.simulate {
                self.stop(Cause::ParametersIgnored { what: "question for them" }, Some(cdb), None);
            }
            return;
        };
        if let Some(what) = wire::ignored(&sent, &found) {
            self.stop(Cause::ParametersIgnored { what }, Some(cdb), None);
        } else if sent.buffer_underrun_free && !found.buffer_underrun_free {
            self.warn(Warning::NoUnderrunProtection);
        }
    }

    /// The drive must still be where the plan begins.
    fn check_start(&mut self, data: &[u8], cdb: Cdb) {
        let Some((planned, needed)) = self.confirm.take() else { return };
        let track = match TrackInformation::parse(data) {
            Ok(track) => track,
            Err(error) => return self.stop(Cause::Answer(error), Some(cdb), None),
        };
        let pregap = i32::try_from(area::PREGAP).unwrap_or(150);
        // With session at once, and on some drives before the first write, the pregap's start is named instead.
        let same = track.next_writable.is_some_and(|found| {
            found == planned
                || found.0.saturating_add(pregap) == planned.0 && (self.session_at_once || planned == Lba(0))
        });
        let spare = if self.session_at_once { area::RUN_OUT } else { 0 };
        let cause = if track.damage {
            Cause::TrackDamaged
        } else if !same {
            Cause::StartMoved { planned, found: track.next_writable }
        } else if needed > track.free_blocks.saturating_add(spare) {
            Cause::NoRoom { needed, free: track.free_blocks }
        } else {
            return;
        };
        self.stop(cause, Some(cdb), None);
    }

    fn buffer_level(&mut self, data: &[u8]) {
        self.progress.drive_buffer = match BufferCapacity::parse(data) {
            Ok(BufferCapacity::Bytes { total, free }) if total > 0 => {
                let used = u64::from(total.saturating_sub(free)) * 100 / u64::from(total);
                u8::try_from(used).ok()
            }
            _ => None,
        };
    }

    /// A drive that takes sectors faster than any laser has swallowed them.
    fn check_plausibility(&mut self) {
        let (Some(first), Some(last)) = (self.first_write, self.last_write) else { return };
        let (sectors, took) = (self.progress.written, last.since(first));
        let fastest =
            u64::try_from(took.as_millis()).unwrap_or(u64::MAX).saturating_mul(FASTEST_SECTORS_PER_SECOND);
        if sectors.saturating_mul(1000) > fastest {
            self.warn(Warning::ImplausiblyFast { sectors, took });
        }
    }
}

fn parse_page(data: &[u8]) -> Option<Page> {
    ModeData10::parse(data).ok()?.write_parameters().cloned()
}
