//! The recording engine: a plan in, commands out, answers in; no I/O, no clock, no waiting.
//!
//! Whoever drives it asks [`Engine::poll`] what to do, does it, and tells the outcome; [`pump`](crate::pump) is one
//! such driver. Every decision about an answer comes from one table, and every repetition is bounded.

mod answer;
mod cursor;
mod stop;
mod task;
mod wire;

use core::time::Duration;
use std::collections::VecDeque;

use bytes::Bytes;
use discwright_cd::{Lba, area};
use discwright_mmc::command::{
    CloseFunction, CloseTrackSession, ModeSelect10, ModeSense10, PreventAllow, ReadBufferCapacity,
    ReadDiscInformation, ReadTrackInformation, SendCueSheet, SendOpc, SetCdSpeed, StartStopUnit,
    SynchronizeCache, TestUnitReady, Write10,
};
use discwright_mmc::mode::{ModeData10, WriteParameters as Page};
use discwright_plan::{Plan, Step, TrackMode, WriteParameters, WriteType};
use discwright_transport::Instant;

use crate::decision::Context;
use crate::error::{BurnError, Cause, DiscCondition, Phase};
use crate::observe::{Event, Progress, Warning};
use crate::source::SourceError;
use cursor::{Cursor, Piece};
use task::{Purpose, Task};

pub use task::{Action, Completion, Exchange, Payload};

/// Time between two reports of progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
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
        let told = self.warnings.iter().any(|warning| matches!(warning, Warning::RingLow { .. }));
        if percent < 10 && !told {
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
