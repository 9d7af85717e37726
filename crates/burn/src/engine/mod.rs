//! The recording engine: a plan in, commands out, answers in; no I/O, no clock, no waiting.
//!
//! Whoever drives it asks [`Engine::poll`] what to do, does it, and tells the outcome; [`pump`](crate::pump) is one
//! such driver. Every decision about an answer comes from one table, and every repetition is bounded.

mod cursor;
mod task;
mod wire;

use core::time::Duration;
use std::collections::VecDeque;

use bytes::Bytes;
use discwright_cd::{Lba, area};
use discwright_mmc::command::{
    CloseFunction, CloseTrackSession, ModeSelect10, ModeSense10, PreventAllow, ReadBufferCapacity,
    ReadDiscInformation, ReadTrackInformation, Response, SendCueSheet, SendOpc, SetCdSpeed, StartStopUnit,
    SynchronizeCache, TestUnitReady, Write10,
};
use discwright_mmc::mode::{ModeData10, WriteParameters as Page};
use discwright_mmc::response::{BufferCapacity, TrackInformation};
use discwright_mmc::{Cdb, Sense};
use discwright_plan::{Plan, Step, TrackMode, WriteParameters, WriteType};
use discwright_transport::{Instant, Status, TransportError, command_name};

use crate::decision::{Context, Decision, RETRIES, decide, patience, pause};
use crate::error::{BurnError, Cause, DiscCondition, Phase};
use crate::observe::{Event, Progress, Warning};
use crate::source::SourceError;
use cursor::{Cursor, Piece};
use task::{Purpose, Task};

pub use task::{Action, Completion, Exchange, Payload};

/// WRITEs between two questions for the drive's buffer.
const WRITES_PER_BUFFER_QUESTION: u32 = 64;
/// Time between two reports of progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
/// Answers of a drive that speaks without sense: how long to wait.
const BUSY_PAUSE_MS: u64 = 100;
/// No recorder writes faster, in sectors per second: 64 times single speed.
const FASTEST_SECTORS_PER_SECOND: u64 = 64 * 75;
/// Bytes of the longest mode page 05h with its list around it.
const MODE_BYTES: u16 = 76;

/// A recording that was carried out, as far as the drive says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Sectors sent to the drive, pregaps and padding included.
    pub sectors: u64,
    /// From the first sector to the last.
    pub writing_time: Duration,
    /// Everything, setting up and closing included.
    pub total_time: Duration,
    /// What was not as it should be.
    pub warnings: Vec<Warning>,
}

/// Carries out a [`Plan`].
#[derive(Debug)]
pub struct Engine {
    steps: VecDeque<Step>,
    queue: VecDeque<Purpose>,
    task: Option<Task>,
    /// A command that waits for the disc to spin up.
    parked: Option<Task>,
    cursor: Option<Cursor>,
    wait_until: Option<Instant>,
    phase: Phase,
    events: VecDeque<Event>,
    simulate: bool,
    session_at_once: bool,
    closing_sectors: u32,
    speed_kb_s: Option<u16>,
    most_bytes: usize,
    zeros: Bytes,
    /// What the current step says.
    parameters: Option<WriteParameters>,
    cue_sheet: Option<discwright_plan::CueSheet>,
    confirm: Option<(Lba, u32)>,
    page: Option<Page>,
    close_in_background: bool,
    buffer_questions: bool,
    writes: u32,
    progress: Progress,
    content_base: u32,
    last_report: Option<Instant>,
    begun: Option<Instant>,
    ended: Option<Instant>,
    first_write: Option<Instant>,
    last_write: Option<Instant>,
    last_accepted: Option<Lba>,
    touched: bool,
    closed: bool,
    locked: bool,
    /// The drive was told of a session that it is to be given in one go.
    cued: bool,
    unlockings: u32,
    spent: Option<Bytes>,
    warnings: Vec<Warning>,
    error: Option<BurnError>,
    done: bool,
}

impl Engine {
    /// An engine for a plan, over a transport that moves at most `max_transfer` bytes per command.
    ///
    /// `speed_kb_s` is what the drive is expected to write at, for the estimates alone.
    #[must_use]
    pub fn new(plan: &Plan, max_transfer: usize, speed_kb_s: Option<u16>) -> Self {
        // 32 sectors of 2048 bytes: more does not save time and troubles USB bridges.
        let most_bytes = max_transfer.clamp(area::RAW_BYTES, 65_536);
        Self {
            steps: plan.steps.iter().cloned().collect(),
            queue: VecDeque::new(),
            task: None,
            parked: None,
            cursor: None,
            wait_until: None,
            phase: Phase::Preparing,
            events: VecDeque::from([Event::Preparing { estimate: Duration::from_secs(20) }]),
            simulate: plan.simulate,
            session_at_once: plan.write_type == WriteType::SessionAtOnce,
            closing_sectors: plan.cost.written_while_closing(),
            speed_kb_s,
            most_bytes,
            zeros: Bytes::from(vec![0; most_bytes]),
            parameters: None,
            cue_sheet: None,
            confirm: None,
            page: None,
            close_in_background: true,
            buffer_questions: true,
            writes: 0,
            progress: Progress {
                track: plan.tracks.first().map_or(1, |track| track.number),
                written: 0,
                total: plan.sectors,
                speed_kb_s: 0,
                drive_buffer: None,
                ring: 100,
            },
            content_base: 0,
            last_report: None,
            begun: None,
            ended: None,
            first_write: None,
            last_write: None,
            last_accepted: None,
            touched: false,
            closed: false,
            locked: false,
            cued: false,
            unlockings: 0,
            spent: None,
            warnings: Vec::new(),
            error: None,
            done: false,
        }
    }

    /// Sectors of this kind that one WRITE carries; the reader's chunks must be as large.
    #[must_use]
    pub fn sectors_per_write(&self, mode: TrackMode) -> u32 {
        u32::try_from(self.most_bytes / sector_bytes(mode)).unwrap_or(1).max(1)
    }

    /// In which part of the recording it is.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// What to do next.
    pub fn poll(&mut self, now: Instant) -> Action {
        self.begun.get_or_insert(now);
        loop {
            if self.done {
                self.ended.get_or_insert(now);
                return Action::Done;
            }
            if let Some(until) = self.wait_until {
                if now < until {
                    return Action::Wait(until.since(now));
                }
                self.wait_until = None;
            }
            if let Some(task) = &self.task {
                return Action::Send(task.exchange.clone());
            }
            if let Some(purpose) = self.queue.pop_front() {
                self.begin(purpose);
            } else if let Some(task) = self.parked.take() {
                self.task = Some(task);
            } else if let Some(cursor) = self.cursor {
                match cursor.piece() {
                    Some(Piece::Content { first, sectors }) => return Action::Fill { first, sectors },
                    Some(Piece::Zeros { sectors }) => self.write_zeros(&cursor, sectors),
                    None => self.end_track(&cursor, now),
                }
            } else if let Some(step) = self.steps.pop_front() {
                self.take_step(step, now);
            } else {
                self.done = true;
            }
        }
    }

    /// The sectors that [`Action::Fill`] asked for.
    pub fn fill(&mut self, chunk: Bytes) {
        let Some(cursor) = &self.cursor else { return };
        let Some(Piece::Content { sectors, .. }) = cursor.piece() else { return };
        let expected = usize::try_from(sectors).unwrap_or(usize::MAX) * sector_bytes(cursor.track.mode);
        if chunk.len() == expected {
            self.task = Some(write(cursor.position(), sectors, chunk));
        } else {
            let error = SourceError::new(self.content_base, "the source gives sectors of another size");
            self.source_failed(error);
        }
    }

    /// The sectors that [`Action::Fill`] asked for cannot be had.
    pub fn source_failed(&mut self, error: SourceError) {
        self.stop(Cause::Source(error), None, self.cursor.map(|cursor| cursor.position()));
    }

    /// Stops in an orderly way, unless the session is being closed or it is over: a session that is all written is
    /// closed in any case.
    pub fn cancel(&mut self) {
        if self.error.is_none() && matches!(self.phase, Phase::Preparing | Phase::Writing) {
            self.task = None;
            self.stop(Cause::Cancelled, None, None);
        }
    }

    /// How full the ring of chunks is, in percent; for the reports.
    pub fn set_ring_level(&mut self, percent: u8) {
        if percent < 10 && self.progress.ring >= 10 {
            self.warn(Warning::RingLow { percent });
        }
        self.progress.ring = percent;
    }

    /// The next thing to tell.
    pub fn take_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// A chunk that was written, to be filled again.
    pub fn take_spent(&mut self) -> Option<Bytes> {
        self.spent.take()
    }

    /// The result, once [`Action::Done`] came.
    ///
    /// # Errors
    /// [`BurnError`] that says what went wrong and what became of the disc.
    pub fn finish(mut self) -> Result<Finished, BurnError> {
        if let Some(error) = self.error.take() {
            return Err(BurnError { disc: self.condition(), unlocked: !self.locked, ..error });
        }
        let span = |from: Option<Instant>, to: Option<Instant>| {
            from.zip(to).map_or(Duration::ZERO, |(from, to)| to.since(from))
        };
        Ok(Finished {
            sectors: self.progress.written,
            writing_time: span(self.first_write, self.last_write),
            total_time: span(self.begun, self.ended),
            warnings: self.warnings,
        })
    }

    fn condition(&self) -> DiscCondition {
        if self.simulate || !self.touched {
            DiscCondition::Untouched
        } else if self.closed {
            DiscCondition::Closed
        } else {
            DiscCondition::NotClosed { last_accepted: self.last_accepted }
        }
    }

    /// The purposes of a step go into the queue.
    fn take_step(&mut self, step: Step, now: Instant) {
        tracing::debug!(?step, "step");
        match step {
            Step::AwaitReady => self.queue.push_back(Purpose::Ready),
            Step::Lock => self.queue.push_back(Purpose::Lock),
            Step::SetSpeed { write_kb_s } => {
                self.speed_kb_s = write_kb_s.or(self.speed_kb_s);
                self.task = Some(speed(write_kb_s));
            }
            Step::WriteParameters(parameters) => {
                self.parameters = Some(parameters);
                self.page = None;
                self.queue.extend([
                    Purpose::SenseParameters,
                    Purpose::SelectParameters,
                    Purpose::CheckParameters,
                ]);
            }
            // Finding the power costs a test area of the disc: not for a simulation.
            Step::Calibrate if self.simulate => {}
            Step::Calibrate => self.queue.push_back(Purpose::Calibrate),
            Step::ConfirmStart { next_writable, sectors } => {
                self.confirm = Some((next_writable, sectors));
                self.queue.push_back(Purpose::Confirm);
            }
            Step::CueSheet(sheet) => {
                self.cue_sheet = Some(sheet);
                self.queue.push_back(Purpose::Cue);
            }
            Step::WriteTrack(track) => {
                self.phase = Phase::Writing;
                self.progress.track = track.number;
                let most = self.sectors_per_write(track.mode);
                self.cursor = Some(Cursor::new(track, self.content_base, most));
                if self.first_write.is_none() {
                    self.report(now, true);
                }
            }
            Step::Synchronize => {
                let last = !self.steps.iter().any(|step| matches!(step, Step::WriteTrack(_)));
                if last {
                    self.begin_closing(now);
                }
                self.queue.push_back(Purpose::Flush);
            }
            Step::CloseSession => {
                self.queue.extend([Purpose::Close, Purpose::CloseInformation, Purpose::CloseReady]);
            }
            Step::Unlock => self.queue.push_back(Purpose::Unlock),
            _ => self.stop(Cause::Unsupported("a step of a newer kind"), None, None),
        }
    }

    /// The command of a purpose.
    fn begin(&mut self, purpose: Purpose) {
        let task = match purpose {
            Purpose::Ready => Task::new(purpose, Context::Ready, &TestUnitReady {}),
            Purpose::SpinUp => Task::new(purpose, Context::Ready, &StartStopUnit::START),
            Purpose::Lock => Task::new(purpose, Context::Optional, &PreventAllow::PREVENT),
            Purpose::Unlock => Task::new(purpose, Context::Tray, &PreventAllow::ALLOW),
            Purpose::SenseParameters | Purpose::CheckParameters => {
                Task::new(purpose, Context::Optional, &ModeSense10::current(0x05, MODE_BYTES))
            }
            Purpose::SelectParameters => return self.select_parameters(),
            Purpose::Calibrate => {
                Task::new(purpose, Context::Calibrate, &SendOpc { do_opc: true, parameter_bytes: 0 })
            }
            Purpose::Confirm => Task::new(purpose, Context::Prepare, &ReadTrackInformation::invisible()),
            Purpose::LeaveSessionAtOnce => return self.leave_session_at_once(),
            Purpose::Cue => return self.send_cue_sheet(),
            Purpose::BufferCapacity => Task::new(
                purpose,
                Context::Optional,
                &ReadBufferCapacity { blocks: false, allocation_bytes: 12 },
            ),
            Purpose::Flush => Task::new(purpose, Context::Flush, &SynchronizeCache::default()),
            Purpose::Close => {
                let close = CloseTrackSession {
                    immed: self.close_in_background,
                    function: CloseFunction::Session,
                    track: 0,
                };
                Task::new(purpose, Context::Close, &close)
            }
            Purpose::CloseInformation => {
                Task::new(purpose, Context::Close, &ReadDiscInformation::standard(34))
            }
            Purpose::CloseReady => Task::new(purpose, Context::Close, &TestUnitReady {}),
            // These two are never queued: the step and the cursor make them.
            Purpose::Speed | Purpose::Write { .. } => return,
        };
        self.task = Some(task);
    }

    fn select_parameters(&mut self) {
        let Some(wanted) = &self.parameters else { return };
        let page = wire::write_parameters(self.page.take().unwrap_or_default(), wanted);
        let list = ModeData10::of(page.clone()).encode_parameters();
        self.page = Some(page);
        let command = ModeSelect10::of(u16::try_from(list.len()).unwrap_or(u16::MAX));
        self.task = Some(Task::with_data(Purpose::SelectParameters, Context::Prepare, &command, list));
    }

    fn leave_session_at_once(&mut self) {
        let Some(parameters) = self.parameters else { return };
        let at_once = WriteParameters { write_type: WriteType::TrackAtOnce, simulate: false, ..parameters };
        let list = ModeData10::of(wire::write_parameters(Page::default(), &at_once)).encode_parameters();
        let command = ModeSelect10::of(u16::try_from(list.len()).unwrap_or(u16::MAX));
        self.task = Some(Task::with_data(Purpose::LeaveSessionAtOnce, Context::Optional, &command, list));
    }

    fn send_cue_sheet(&mut self) {
        let Some(sheet) = self.cue_sheet.take() else { return };
        let Ok(sheet) = wire::cue_sheet(&sheet) else {
            return self.stop(Cause::Unsupported("an address beyond disc time"), None, None);
        };
        let bytes = sheet.encode();
        // Also when no answer comes.
        self.cued = true;
        let command = SendCueSheet { sheet_bytes: u32::try_from(bytes.len()).unwrap_or(u32::MAX) };
        self.task = Some(Task::with_data(Purpose::Cue, Context::Prepare, &command, bytes));
    }

    fn write_zeros(&mut self, cursor: &Cursor, sectors: u32) {
        let bytes = usize::try_from(sectors).unwrap_or(usize::MAX) * sector_bytes(cursor.track.mode);
        let zeros = self.zeros.slice(..bytes.min(self.zeros.len()));
        self.task = Some(write(cursor.position(), sectors, zeros));
    }

    fn end_track(&mut self, cursor: &Cursor, now: Instant) {
        self.content_base = cursor.content_end();
        self.cursor = None;
        self.report(now, true);
    }

    fn begin_closing(&mut self, now: Instant) {
        self.phase = Phase::Closing;
        self.report(now, true);
        let speed = self.speed_kb_s.map_or(176, u64::from).max(1);
        let milliseconds = u64::from(self.closing_sectors) * 2352 / speed;
        self.events.push_back(Event::Closing { estimate: Duration::from_millis(milliseconds + 5_000) });
    }

    /// How the command of the last [`Action::Send`] ended.
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

    fn no_answer(&mut self, task: Task, error: TransportError) {
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
    fn failed(&mut self, task: Task, cause: Cause) {
        if let (Purpose::Write { .. }, Cause::Drive(sense)) = (task.purpose, &cause) {
            use discwright_mmc::SenseKey::{DataProtect, IllegalRequest, NotReady};
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
    fn stop(&mut self, cause: Cause, command: Option<Cdb>, lba: Option<Lba>) {
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

    fn warn(&mut self, warning: Warning) {
        tracing::warn!(%warning);
        self.warnings.push(warning.clone());
        self.events.push_back(Event::Warning(warning));
    }

    /// Tells how far it is, but not too often.
    fn report(&mut self, now: Instant, always: bool) {
        let due = self.last_report.is_none_or(|last| now.since(last) >= PROGRESS_INTERVAL);
        if !(due || always || self.writes.is_multiple_of(32)) {
            return;
        }
        self.last_report = Some(now);
        if let Some(first) = self.first_write {
            let milliseconds = u64::try_from(now.since(first).as_millis()).unwrap_or(u64::MAX);
            let kilobytes = self.progress.written.saturating_mul(2352);
            self.progress.speed_kb_s =
                u32::try_from(kilobytes.checked_div(milliseconds).unwrap_or(0)).unwrap_or(u32::MAX);
        }
        let report = Event::Progress(self.progress);
        if self.events.back() != Some(&report) {
            self.events.push_back(report);
        }
    }
}

fn parse_page(data: &[u8]) -> Option<Page> {
    ModeData10::parse(data).ok()?.write_parameters().cloned()
}

fn write(start: Lba, sectors: u32, bytes: Bytes) -> Task {
    let command = Write10 { start, sectors: u16::try_from(sectors).unwrap_or(u16::MAX), fua: false };
    Task::with_data(Purpose::Write { start, sectors }, Context::Write, &command, bytes)
}

fn speed(write_kb_s: Option<u16>) -> Task {
    let command = SetCdSpeed {
        read_kb_s: SetCdSpeed::FASTEST,
        write_kb_s: write_kb_s.unwrap_or(SetCdSpeed::FASTEST),
        ..SetCdSpeed::default()
    };
    Task::new(Purpose::Speed, Context::Optional, &command)
}

/// Bytes of a sector as the host sends it.
pub(crate) const fn sector_bytes(mode: TrackMode) -> usize {
    match mode {
        TrackMode::Audio => area::RAW_BYTES,
        _ => area::USER_BYTES,
    }
}
