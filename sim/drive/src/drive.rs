//! The drive as a state machine: one command in, one answer out, time as an argument.

use core::time::Duration;
use std::collections::VecDeque;

use discwright_mmc::Cdb;
use discwright_mmc::command::{AnyCommand, DataPhase, RotationControl};
use discwright_mmc::mode::{
    Caching, CdAudioControl, CdParameters, ErrorRecovery, ModePage, MultiSession, PowerConditionPage,
    TimeoutProtect, VerifyErrorRecovery, WriteParameters,
};
use discwright_mmc::response::MediaEvent;
use discwright_mmc::{Sense, SenseKey, SenseSpecific};
use discwright_transport::{Data, Instant, Outcome, Status};

use crate::command::{self, Player, Reply};
use crate::derive::View;
use crate::disc::Disc;
use crate::fault::{Effect, FaultPlan, Faults};
use crate::medium::{Material, MediumKind};
use crate::personality::{Personality, kb_s, sector_time};
use crate::recording::{Deck, NextSession, Settings};
use crate::sense;

/// An emulated recorder: a pure state machine.
///
/// It reads no clock, starts no thread and rolls no dice: the same commands at the same moments give the same answers
/// and the same disc. [`Recorder`](crate::Recorder) puts a clock around it.
#[derive(Debug)]
pub struct Drive {
    pub(crate) personality: Personality,
    pub(crate) deck: Option<Deck>,
    pub(crate) tray_open: bool,
    /// The disc that lies in the open tray.
    on_tray: Option<Disc>,
    /// The host has locked the tray.
    pub(crate) locked: bool,
    /// The host has locked the tray until power off (persistent prevent).
    pub(crate) persistently_locked: bool,
    /// When the disc turns and its lead-in is read.
    pub(crate) ready_at: Instant,
    pub(crate) stopped: bool,
    pub(crate) attention: VecDeque<Sense>,
    pub(crate) events: VecDeque<MediaEvent>,
    pub(crate) pages: Pages,
    pub(crate) speeds: Speeds,
    pub(crate) player: Player,
    /// What WRITE BUFFER left for READ BUFFER.
    pub(crate) test_buffer: Vec<u8>,
    faults: Faults,
    /// A fault keeps the laser off.
    laser_off: bool,
    /// What a fault makes the drive say in answer to the command under way.
    pub(crate) lie: Option<Effect>,
    /// The power went away while a command was under way.
    lost: Option<Lost>,
    busy: Option<Busy>,
    deferred: Option<Sense>,
    /// What the last command failed with, for a host that asks.
    pub(crate) last_sense: Option<Sense>,
}

/// The mode pages that hosts can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pages {
    pub(crate) recovery: ErrorRecovery,
    pub(crate) write: WriteParameters,
    /// Pages that are kept and change nothing.
    pub(crate) kept: Vec<ModePage>,
}

/// Speeds that the host asked for, in kilobytes per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Speeds {
    pub(crate) read_kb_s: u16,
    pub(crate) write_kb_s: u16,
    pub(crate) rotation: RotationControl,
}

/// An operation that goes on after its command was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Busy {
    with: Operation,
    from: Instant,
    until: Instant,
}

/// What a drive can be busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Flushing,
    Closing,
    Blanking,
    Formatting,
}

/// How a command ended, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Status, sense, and bytes moved.
    pub outcome: Outcome,
    /// When the answer came.
    pub at: Instant,
    /// Why there is no answer, if there is none; the outcome means nothing then.
    pub lost: Option<Lost>,
}

/// Why a command has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lost {
    /// The drive never answers.
    Hang,
    /// The power was cut while the command was under way; it is back.
    PowerCut,
}

impl Drive {
    /// A drive that has just been switched on, with its tray closed and no disc in it.
    #[must_use]
    pub fn new(personality: Personality) -> Self {
        let speeds = Speeds {
            read_kb_s: kb_s(personality.read_speed_x),
            write_kb_s: u16::MAX,
            rotation: RotationControl::default(),
        };
        Self {
            personality,
            deck: None,
            tray_open: false,
            on_tray: None,
            locked: false,
            persistently_locked: false,
            ready_at: Instant::default(),
            stopped: false,
            attention: VecDeque::from([sense::POWER_ON]),
            events: VecDeque::new(),
            pages: Pages::default(),
            speeds,
            player: Player::default(),
            test_buffer: Vec::new(),
            faults: Faults::default(),
            laser_off: false,
            lie: None,
            lost: None,
            busy: None,
            deferred: None,
            last_sense: None,
        }
    }

    /// A drive that has just been switched on with a disc in it, already turning.
    #[must_use]
    pub fn with_disc(personality: Personality, disc: Disc) -> Self {
        let mut drive = Self::new(personality);
        drive.deck = Some(Deck::new(disc));
        drive
    }

    /// Its character.
    #[must_use]
    pub const fn personality(&self) -> &Personality {
        &self.personality
    }

    /// The disc in it.
    #[must_use]
    pub fn disc(&self) -> Option<&Disc> {
        self.deck.as_ref().map(Deck::disc)
    }

    /// What a scan of the disc in it tells; `None` without a disc.
    pub fn view(&mut self) -> Option<&View> {
        self.deck.as_mut().map(Deck::view)
    }

    /// Carries a command out.
    ///
    /// Nothing that the command starts is visible before `now`, and a command that waits for its own end has
    /// happened in full when this returns; [`Completion::at`] says when that is.
    pub fn execute(&mut self, now: Instant, cdb: &Cdb, data: Data<'_>) -> Completion {
        self.advance(now);
        let command = AnyCommand::decode(cdb);
        let result = match &command {
            Ok(command) => {
                self.permit(now, command).and_then(|()| self.carry_out_or_fail(now, command, &data))
            }
            Err(error) => self.pending_attention().map_or_else(|| Err((*error).into()), Err),
        };
        let lie = self.lie.take();
        let asks_for_sense = matches!(command, Ok(AnyCommand::RequestSense(_)));
        let mut reply = result.unwrap_or_else(Reply::refused);
        if !asks_for_sense {
            self.last_sense = reply.sense;
        }
        spoil(&mut reply, lie);
        let limit = command.map_or(0, |command| allocation(&command));
        let transferred = deliver(&reply, limit, data);
        let status = match (reply.sense, lie) {
            (None, Some(Effect::StatusBusy)) => Status::Busy,
            (sense, _) => sense.map_or(Status::Good, Status::CheckCondition),
        };
        let at = reply.at.unwrap_or(now).max(now).after(self.time_of(transferred));
        Completion { outcome: Outcome { status, transferred }, at, lost: self.lost.take() }
    }

    /// Makes things go wrong by plan from now on.
    pub fn set_faults(&mut self, plan: FaultPlan) {
        self.faults = Faults::new(plan);
    }

    /// Carries a command out, unless a fault has something else in mind.
    fn carry_out_or_fail(
        &mut self,
        now: Instant,
        command: &AnyCommand,
        data: &Data<'_>,
    ) -> Result<Reply, Sense> {
        let effect = self.faults.strike(now, command);
        self.lie = effect;
        match effect {
            Some(Effect::Refuse(code)) => return Err(code.into()),
            Some(Effect::StatusBusy) => return Ok(Reply::done()),
            Some(Effect::Hang) => {
                self.lost = Some(Lost::Hang);
                return Ok(Reply::done());
            }
            Some(Effect::PowerCut) => {
                self.power_cycle(now);
                self.lost = Some(Lost::PowerCut);
                return Ok(Reply::done());
            }
            Some(Effect::LaserOff) => self.laser_off = true,
            _ => {}
        }
        let reply = command::dispatch(self, now, command, data)?;
        match effect {
            Some(Effect::AnswerWith(code)) => Ok(Reply { sense: Some(code.into()), ..reply }),
            Some(Effect::Defer(code)) => {
                self.deferred = Some(Sense { deferred: true, ..code.into() });
                Ok(reply)
            }
            _ => Ok(reply),
        }
    }

    /// Lets the drive go on with what it has been told, until a moment.
    pub fn advance(&mut self, now: Instant) {
        while let Some(at) = self.faults.power_cut_by(now) {
            self.advance_to(at);
            self.power_cycle_at(at);
        }
        self.advance_to(now);
    }

    fn advance_to(&mut self, now: Instant) {
        if let Some(deck) = &mut self.deck
            && deck.advance(now).is_err()
        {
            self.busy = None;
            self.deferred = Some(Sense { deferred: true, ..sense::WRITE_ERROR });
        }
        if self.busy.is_some_and(|busy| busy.until <= now) {
            self.busy = None;
        }
        let survives = self.pages.write.buffer_underrun_free && self.personality.buffer_underrun_free;
        if let Some(deck) = &mut self.deck
            && deck.runs_empty(now)
            && !survives
        {
            deck.abandon();
            self.deferred = Some(Sense { deferred: true, ..sense::LOSS_OF_STREAMING });
        }
    }

    /// How often the buffer has run empty in the middle of writing on the disc in the drive.
    #[must_use]
    pub fn underruns(&self) -> u32 {
        self.deck.as_ref().map_or(0, Deck::underruns)
    }

    /// When the drive will be done with what it is busy with, or will have room in its buffer again; `None` when it
    /// is idle.
    #[must_use]
    pub fn busy_until(&self, now: Instant) -> Option<Instant> {
        let loading = (now < self.ready_at && self.deck.is_some()).then_some(self.ready_at);
        let writing = self.deck.as_ref().filter(|deck| !deck.laser().is_idle());
        let room = writing.map(|deck| deck.laser().ends().min(now.after(ROOM_AFTER)));
        loading.or_else(|| self.busy.map(|busy| busy.until)).or(room)
    }

    /// Puts a disc in, as a hand does: the tray opens if need be, and closes.
    ///
    /// # Errors
    /// Gives the disc back when there is one in the drive already.
    pub fn insert(&mut self, now: Instant, disc: Disc) -> Result<(), Disc> {
        if self.deck.is_some() || self.on_tray.is_some() {
            return Err(disc);
        }
        self.deck = Some(Deck::new(disc));
        self.tray_open = false;
        self.spin_up(now.after(self.personality.times.tray));
        self.attention.push_back(sense::MEDIUM_CHANGED);
        self.events.push_back(MediaEvent::NewMedia);
        Ok(())
    }

    /// Takes the disc out by force, as with a pin: what was not yet written is lost.
    pub fn remove(&mut self, now: Instant) -> Option<Disc> {
        self.advance(now);
        self.busy = None;
        self.tray_open = true;
        if let Some(disc) = self.on_tray.take() {
            return Some(disc);
        }
        self.player.stop();
        let deck = self.deck.take()?;
        self.events.push_back(MediaEvent::MediaRemoval);
        Some(deck.stop(now))
    }

    /// The tray goes out with the disc on it.
    pub(crate) fn put_on_tray(&mut self, now: Instant) {
        self.tray_open = true;
        self.player.stop();
        self.on_tray = self.deck.take().map(|deck| deck.stop(now));
    }

    /// The tray goes in; a disc on it is a new disc, whichever it is.
    pub(crate) fn take_from_tray(&mut self, now: Instant) {
        self.tray_open = false;
        if let Some(disc) = self.on_tray.take() {
            self.deck = Some(Deck::new(disc));
            self.spin_up(now);
            self.attention.push_back(sense::MEDIUM_CHANGED);
            self.events.push_back(MediaEvent::NewMedia);
        }
    }

    /// Cuts the power and restores it: what was not yet written is lost, and so is everything the host had set.
    pub fn power_cycle(&mut self, now: Instant) {
        self.advance(now);
        self.power_cycle_at(now);
    }

    fn power_cycle_at(&mut self, now: Instant) {
        let faults = core::mem::take(&mut self.faults);
        let (lie, lost) = (self.lie, self.lost);
        let disc = self.deck.take().map(|deck| deck.stop(now));
        let (tray_open, on_tray) = (self.tray_open, self.on_tray.take());
        *self = Self { tray_open, on_tray, faults, lie, lost, ..Self::new(self.personality.clone()) };
        if let Some(disc) = disc {
            self.deck = Some(Deck::new(disc));
            self.spin_up(now);
        }
    }

    /// Presses the eject button.
    pub fn press_eject(&mut self, now: Instant) -> Option<Disc> {
        if self.is_locked() {
            self.events.push_back(MediaEvent::EjectRequest);
            return None;
        }
        let disc = self.remove(now);
        self.tray_open = true;
        disc
    }

    /// Whether the disc in it can be erased.
    pub(crate) fn is_rewritable(&self) -> bool {
        self.disc().is_some_and(|disc| disc.kind().is_rewritable())
    }

    /// Refuses a rewritable disc whose speed class the drive cannot write (`spec/drive.md` 2.3 and 4.3, 3).
    ///
    /// # Errors
    /// The drive's words for it.
    pub(crate) fn check_speed_class(&self) -> Result<(), Sense> {
        match self.disc().map(|disc| disc.kind().spec().material) {
            Some(Material::Rewritable(class)) if !self.personality.rewrite_classes.contains(&class) => {
                Err(sense::WRONG_SPEED_CLASS)
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn is_locked(&self) -> bool {
        self.locked || self.persistently_locked
    }

    /// The tray is closed and the disc begins to turn.
    pub(crate) fn spin_up(&mut self, now: Instant) {
        self.stopped = false;
        self.ready_at = now.after(self.personality.times.spin_up);
    }

    /// Waits for the laser, or goes on without waiting.
    pub(crate) fn carry_out(&mut self, now: Instant, immed: bool, with: Operation) -> Result<Reply, Sense> {
        let Some(deck) = &mut self.deck else { return Ok(Reply::done()) };
        let until = deck.laser().ends().max(now);
        if immed {
            if until > now {
                self.busy = Some(Busy { with, from: now, until });
            }
            return Ok(Reply::done());
        }
        if let Some(at) = self.faults.power_cut_by(until) {
            self.advance_to(at);
            self.power_cycle_at(at);
            self.lost = Some(Lost::PowerCut);
            return Ok(Reply::done_at(at));
        }
        deck.advance(until).map_err(|_| sense::WRITE_ERROR)?;
        Ok(Reply::done_at(until))
    }

    /// How the drive writes now.
    pub(crate) fn settings(&self) -> Settings {
        let write = &self.pages.write;
        Settings {
            sector: sector_time(self.write_kb_s()),
            seek: self.personality.times.seek,
            buffer_bytes: usize::try_from(self.personality.buffer_bytes).unwrap_or(usize::MAX),
            overburn_sectors: self.personality.overburn_sectors,
            beyond_capacity: self.personality.beyond_capacity,
            disc_complete: self.personality.disc_complete,
            simulated: write.test_write || self.laser_off,
            next_session: match write.multi_session {
                MultiSession::Open => NextSession::Allowed,
                MultiSession::ClosedWithPointer => NextSession::Forbidden,
                MultiSession::Closed | MultiSession::Other(_) => NextSession::Absent,
            },
        }
    }

    /// Speeds at which the disc in the drive can be written, rising, in kilobytes per second; those of a CD-R
    /// without a disc.
    pub(crate) fn write_speeds_kb_s(&self) -> Vec<u16> {
        let kind = self.disc().map_or(MediumKind::CdR80, Disc::kind);
        let spec = kind.spec();
        let fastest = match spec.material {
            Material::Rewritable(_) => spec.fastest_x.min(self.personality.rewrite_speed_x),
            _ => spec.fastest_x,
        };
        let fits = |x: &u8| (spec.slowest_x..=fastest).contains(x);
        let speeds: Vec<u16> =
            self.personality.write_speeds_x.iter().copied().filter(fits).map(kb_s).collect();
        if speeds.is_empty() { vec![kb_s(spec.slowest_x)] } else { speeds }
    }

    /// The write speed in force.
    pub(crate) fn write_kb_s(&self) -> u16 {
        let speeds = self.write_speeds_kb_s();
        // Hosts count 176 or 177 kB/s to the single speed; drives know what is meant.
        let wanted = u32::from(self.speeds.write_kb_s) * 102 / 100;
        let below = speeds.iter().copied().filter(|speed| u32::from(*speed) <= wanted).max();
        below.or_else(|| speeds.first().copied()).unwrap_or_else(|| kb_s(1))
    }

    fn pending_attention(&mut self) -> Option<Sense> {
        self.attention.pop_front()
    }

    /// Whether a command may run now: unit attention, deferred errors, no disc, not ready, busy.
    fn permit(&mut self, now: Instant, command: &AnyCommand) -> Result<(), Sense> {
        use AnyCommand as C;
        if matches!(
            command,
            C::Inquiry(_) | C::RequestSense(_) | C::GetEventStatus(_) | C::GetConfiguration(_)
        ) {
            return Ok(());
        }
        if let Some(sense) = self.pending_attention() {
            return Err(sense);
        }
        if let Some(sense) = self.deferred.take() {
            return Err(sense);
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
            return Err(sense::BECOMING_READY);
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
        let sense = match busy.with {
            Operation::Flushing => sense::LONG_WRITE_IN_PROGRESS,
            Operation::Closing | Operation::Blanking => sense::OPERATION_IN_PROGRESS,
            Operation::Formatting => sense::FORMAT_IN_PROGRESS,
        };
        if !self.personality.reports_progress {
            return sense;
        }
        let (done, all) = (now.since(busy.from).as_nanos(), busy.until.since(busy.from).as_nanos().max(1));
        let progress = u16::try_from(done.saturating_mul(65_536) / all).unwrap_or(u16::MAX);
        sense.with(SenseSpecific::Progress(progress))
    }

    /// What REQUEST SENSE says.
    pub(crate) fn take_sense(&mut self, now: Instant) -> Sense {
        if let Some(busy) = self.busy {
            return self.busy_sense(now, busy);
        }
        let kept = self.last_sense.take().or_else(|| self.deferred.take());
        kept.or_else(|| self.attention.pop_front()).unwrap_or(Sense::new(SenseKey::NoSense, 0, 0))
    }

    /// Whether something goes on behind a command already answered.
    pub(crate) const fn is_busy(&self) -> bool {
        self.busy.is_some()
    }

    /// Time a command takes on the bus and in the drive's processor.
    fn time_of(&self, bytes: usize) -> Duration {
        let times = &self.personality.times;
        let micros = u64::try_from(bytes).unwrap_or(0) / u64::from(times.bus_bytes_per_us.max(1));
        times.command + Duration::from_micros(micros)
    }
}

impl Default for Pages {
    /// Track-at-once, mode 1, underruns survived, as drives come up (MMC-6, defaults of the write parameters page).
    fn default() -> Self {
        use discwright_mmc::mode::{DataBlockType, WriteType};
        let write = WriteParameters {
            buffer_underrun_free: true,
            write_type: WriteType::TrackAtOnce,
            track_mode: 4,
            data_block_type: DataBlockType::Mode1,
            audio_pause_sectors: 150,
            ..WriteParameters::default()
        };
        let recovery = ErrorRecovery { read_retries: 10, write_retries: 1, ..ErrorRecovery::default() };
        let timers =
            PowerConditionPage { idle_timer_100ms: 600, standby_timer_100ms: 9_000, ..Default::default() };
        let minutes = CdParameters { seconds_per_minute: 60, frames_per_second: 75, ..Default::default() };
        let kept = vec![
            VerifyErrorRecovery { retries: 10, ..Default::default() }.into(),
            Caching { write_cache: true, ..Default::default() }.into(),
            minutes.into(),
            CdAudioControl::default().into(),
            timers.into(),
            TimeoutProtect::default().into(),
        ];
        Self { recovery, write, kept }
    }
}

/// A wait after which a full buffer has room for another command at any speed above 4 times.
const ROOM_AFTER: Duration = Duration::from_millis(200);

/// Bytes that a command may return, by its CDB.
fn allocation(command: &AnyCommand) -> usize {
    match command.data_phase() {
        DataPhase::In { bytes } => usize::try_from(bytes).unwrap_or(usize::MAX),
        DataPhase::InBlocks { .. } => usize::MAX,
        DataPhase::None | DataPhase::Out { .. } | DataPhase::OutBlocks { .. } => 0,
    }
}

/// What a fault does to an answer on its way.
fn spoil(reply: &mut Reply, fault: Option<Effect>) {
    match fault {
        Some(Effect::Shorten { bytes }) => reply.bytes.truncate(usize::try_from(bytes).unwrap_or(usize::MAX)),
        Some(Effect::FlipBit { bit }) => {
            let last = reply.bytes.len().saturating_sub(1);
            let at = usize::try_from(bit / 8).unwrap_or(usize::MAX).min(last);
            if let Some(byte) = reply.bytes.get_mut(at) {
                *byte ^= 1 << (bit % 8);
            }
        }
        _ => {}
    }
}

/// Puts the answer into the host's buffer; bytes that moved.
fn deliver(reply: &Reply, limit: usize, data: Data<'_>) -> usize {
    match data {
        Data::In(buffer) => {
            let bytes = reply.bytes.get(..limit).unwrap_or(&reply.bytes);
            let moved = bytes.len().min(buffer.len());
            for (to, from) in buffer.iter_mut().zip(bytes) {
                *to = *from;
            }
            moved
        }
        Data::Out(sent) if reply.sense.is_none() => sent.len(),
        Data::Out(_) | Data::None => 0,
    }
}
