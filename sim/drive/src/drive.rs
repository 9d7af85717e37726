//! The drive as a state machine: one command in, one answer out, time as an argument.

use core::time::Duration;
use std::collections::BTreeMap;

use discwright_mmc::command::{AnyCommand, DataPhase, RotationControl};
use discwright_mmc::mode::{
    Caching, CdAudioControl, CdParameters, ErrorRecovery, InformationalExceptions, ModePage,
    PowerConditionPage, TimeoutProtect, VerifyErrorRecovery, WriteParameters,
};
use discwright_mmc::response::MediaEvent;
use discwright_mmc::{Cdb, CdbError, Sense};
use discwright_transport::{Data, Instant, Outcome, Status};

use crate::command::{self, Player, Reply};
use crate::derive::View;
use crate::disc::Disc;
use crate::event::Events;
use crate::fault::{Background, Conditions, Effect, FaultPlan, Faults, Moment, Phase};
use crate::log::ErrorCounters;
use crate::medium::Material;
use crate::motion::Pickup;
use crate::nexus::Nexuses;
use crate::personality::{Personality, kb_s};
use crate::power::{Power, PowerState};
use crate::recording::Deck;
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
    /// When the disc turns and its lead-in is read.
    pub(crate) ready_at: Instant,
    pub(crate) power: Power,
    /// What is kept for each host.
    pub(crate) nexuses: Nexuses,
    pub(crate) events: Events,
    /// How often a disc was put in, or the power cut.
    loads: u32,
    pub(crate) pickup: Pickup,
    pub(crate) log: ErrorCounters,
    pub(crate) pages: Pages,
    pub(crate) speeds: Speeds,
    pub(crate) player: Player,
    /// What WRITE BUFFER left for READ BUFFER.
    pub(crate) test_buffer: Vec<u8>,
    pub(crate) faults: Faults,
    /// Under what conditions by fault the command under way runs.
    pub(crate) conditions: Conditions,
    /// First answers about the disc since it was put in, by their CDBs.
    first_answers: BTreeMap<Vec<u8>, Vec<u8>>,
    /// A fault keeps the drive from ever answering.
    wedged: bool,
    /// A fault keeps the laser off.
    pub(crate) laser_off: bool,
    /// What a fault makes the drive say in answer to the command under way.
    pub(crate) lie: Option<Effect>,
    /// The power went away while a command was under way.
    lost: Option<Lost>,
    pub(crate) busy: Option<Busy>,
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
pub(crate) struct Busy {
    pub(crate) with: Operation,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
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
    /// The command was carried out, and its answer got lost on the wire.
    Wire,
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
            pages: Pages::of(&personality),
            personality,
            deck: None,
            tray_open: false,
            on_tray: None,
            ready_at: Instant::default(),
            power: Power::default(),
            nexuses: Nexuses::default(),
            events: Events::default(),
            loads: 0,
            pickup: Pickup::default(),
            log: ErrorCounters::default(),
            speeds,
            player: Player::default(),
            test_buffer: Vec::new(),
            faults: Faults::default(),
            conditions: Conditions::default(),
            first_answers: BTreeMap::new(),
            wedged: false,
            laser_off: false,
            lie: None,
            lost: None,
            busy: None,
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

    /// Carries a command of the first host out; see [`execute_from`](Self::execute_from).
    pub fn execute(&mut self, now: Instant, cdb: &Cdb, data: Data<'_>) -> Completion {
        self.execute_from(0, now, cdb, data)
    }

    /// Carries a command of one of several hosts out. Each has its own unit attentions, sense, and lock of the tray;
    /// one of them can reserve the drive.
    ///
    /// Nothing that the command starts is visible before `now`, and a command that waits for its own end has
    /// happened in full when this returns; [`Completion::at`] says when that is.
    pub fn execute_from(&mut self, initiator: u8, now: Instant, cdb: &Cdb, data: Data<'_>) -> Completion {
        self.advance(now);
        self.nexuses.serve(initiator);
        self.conditions = Conditions::default();
        if self.wedged {
            let outcome = Outcome { status: Status::Good, transferred: 0 };
            return Completion { outcome, at: now, lost: Some(Lost::Hang) };
        }
        let command = AnyCommand::decode(cdb);
        if let Ok(command) = &command
            && self.nexuses.conflicts()
            && !command::despite_reservation(command)
        {
            let outcome = Outcome { status: Status::ReservationConflict, transferred: 0 };
            return Completion { outcome, at: now.after(self.time_of(0)), lost: None };
        }
        let result = match &command {
            Ok(command) => self.serve(now, command, &data),
            Err(error) => self.pending_attention().map_or_else(|| Err((*error).into()), Err),
        };
        let lie = self.lie.take();
        let asks_for_sense = matches!(command, Ok(AnyCommand::RequestSense(_)));
        let mut reply = result.unwrap_or_else(Reply::refused);
        reply.sense = reply.sense.map(|sense| self.in_own_words(sense));
        if !asks_for_sense {
            self.nexuses.now.last_sense = reply.sense;
        }
        self.remember(cdb, &command, &mut reply, lie);
        spoil(&mut reply, lie);
        let limit = command.map_or(0, |command| allocation(&command));
        let told = deliver(&reply, limit, data);
        let transferred = match lie {
            Some(Effect::ShortenUntold { bytes }) if told.moved == usize_of(bytes) => told.could,
            _ => told.moved,
        };
        let status = match (reply.sense, lie) {
            (None, Some(Effect::StatusBusy)) => Status::Busy,
            (sense, _) => sense.map_or(Status::Good, Status::CheckCondition),
        };
        let slow = match lie {
            Some(Effect::Slow { ms }) => Duration::from_millis(u64::from(ms)),
            _ => Duration::ZERO,
        };
        let at = reply.at.unwrap_or(now).max(now).after(self.time_of(transferred)).after(slow);
        Completion { outcome: Outcome { status, transferred }, at, lost: self.lost.take() }
    }

    /// Makes things go wrong by plan from now on.
    pub fn set_faults(&mut self, plan: FaultPlan) {
        self.faults = Faults::new(plan, self.loads);
    }

    /// What the plan says to a command, then whether it may run, then the command.
    fn serve(&mut self, now: Instant, command: &AnyCommand, data: &Data<'_>) -> Result<Reply, Sense> {
        let moment = self.moment(now);
        let (first, conditions) = self.faults.strike_before(moment, command);
        self.conditions = conditions;
        if conditions.lose_attention {
            self.nexuses.now.attention.clear();
        }
        match first {
            Some(Effect::Reset) => self.reset(now),
            Some(Effect::EjectButton) => self.button(now),
            _ => {}
        }
        self.permit(now, command)?;
        let effect = self.faults.strike(self.moment(now), command);
        self.lie = effect;
        self.carry_out_or_fail(now, command, data, effect)
    }

    fn moment(&self, now: Instant) -> Moment {
        let background = self.busy.map(|busy| match busy.with {
            Operation::Flushing => Background::Flushing,
            Operation::Closing => Background::Closing,
            Operation::Blanking => Background::Blanking,
            Operation::Formatting => Background::Formatting,
        });
        let buffered_bytes = self.deck.as_ref().map_or(0, |deck| deck.laser().buffered_bytes());
        Moment { now, buffered_bytes, background, loads: self.loads }
    }

    /// Carries a command out, unless a fault has something else in mind.
    fn carry_out_or_fail(
        &mut self,
        now: Instant,
        command: &AnyCommand,
        data: &Data<'_>,
        effect: Option<Effect>,
    ) -> Result<Reply, Sense> {
        match effect {
            Some(Effect::Refuse(code)) => return Err(code.into()),
            Some(Effect::StatusBusy | Effect::Ignore) => return Ok(Reply::done()),
            Some(Effect::Hang | Effect::Wedge) => {
                self.wedged = matches!(effect, Some(Effect::Wedge));
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
        let now = self.wake(now, command);
        let reply = command::dispatch(self, now, command, data)?;
        match effect {
            Some(Effect::AnswerWith(code)) => Ok(Reply { sense: Some(code.into()), ..reply }),
            Some(Effect::Defer(code)) => {
                self.nexuses.now.deferred = Some(Sense { deferred: true, ..code.into() });
                Ok(reply)
            }
            Some(Effect::AnswerLost) => {
                self.lost = Some(Lost::Wire);
                Ok(reply)
            }
            _ => Ok(reply),
        }
    }

    /// Spins the disc up for a command that needs it to turn; when it does.
    fn wake(&mut self, now: Instant, command: &AnyCommand) -> Instant {
        if !command::touches_disc(command) || self.deck.is_none() {
            return now;
        }
        let stands = self.power.state().stands();
        let ready = if stands { now.after(self.personality.times.spin_up) } else { now };
        if stands {
            self.power.enter(PowerState::Active);
        }
        self.power.touch(ready);
        ready
    }

    /// Keeps the first answer about the disc, and gives it again when a fault wants it.
    fn remember(
        &mut self,
        cdb: &Cdb,
        command: &Result<AnyCommand, CdbError>,
        reply: &mut Reply,
        lie: Option<Effect>,
    ) {
        let Ok(command) = command else { return };
        if crate::fault::phase_of(command) != Some(Phase::Survey) {
            return;
        }
        let key = cdb.as_bytes().to_vec();
        if matches!(lie, Some(Effect::Stale))
            && let Some(first) = self.first_answers.get(&key)
        {
            *reply = Reply { bytes: first.clone(), ..Reply::default() };
        } else if reply.sense.is_none() && self.first_answers.len() < MOST_ANSWERS {
            self.first_answers.entry(key).or_insert_with(|| reply.bytes.clone());
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
            self.nexuses.now.deferred = Some(Sense { deferred: true, ..sense::WRITE_ERROR });
            self.log.write_errors += 1;
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
            self.nexuses.now.deferred = Some(Sense { deferred: true, ..sense::LOSS_OF_STREAMING });
        }
        let timers = self.pages.kept.iter().find_map(|page| match page {
            ModePage::PowerConditionPage(page) => Some(page),
            _ => None,
        });
        if let Some(timers) = timers {
            let works = self.busy.is_some() || self.deck.as_ref().is_some_and(|deck| !deck.laser().is_idle());
            self.power.settle(now, timers, works || self.player.is_playing());
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
        self.tray_open = false;
        self.mount(now.after(self.personality.times.tray), disc);
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
        self.events.media(MediaEvent::MediaRemoval);
        self.forget_disc();
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
            self.mount(now, disc);
        }
    }

    /// A disc is there that was not there before.
    fn mount(&mut self, now: Instant, disc: Disc) {
        self.forget_disc();
        self.deck = Some(Deck::new(disc));
        self.spin_up(now);
        self.nexuses.tell_all(sense::MEDIUM_CHANGED);
        self.events.media(MediaEvent::NewMedia);
    }

    /// What was known of the disc says nothing of the next.
    fn forget_disc(&mut self) {
        self.loads += 1;
        self.first_answers.clear();
        self.pickup = Pickup::default();
    }

    /// The bus is reset: what was being recorded is given up, and everything the hosts had set is gone; the disc turns
    /// on (SPC-3, 5.6, hard reset).
    pub fn reset(&mut self, now: Instant) {
        self.advance(now);
        if let Some(deck) = &mut self.deck {
            deck.abandon();
        }
        self.busy = None;
        self.player.stop();
        self.pages = Pages::of(&self.personality);
        self.speeds = Self::new(self.personality.clone()).speeds;
        self.nexuses.reset();
    }

    /// Cuts the power and restores it: what was not yet written is lost, and so is everything the host had set.
    pub fn power_cycle(&mut self, now: Instant) {
        self.advance(now);
        self.power_cycle_at(now);
    }

    fn power_cycle_at(&mut self, now: Instant) {
        let faults = core::mem::take(&mut self.faults);
        let (lie, lost, loads) = (self.lie, self.lost, self.loads + 1);
        let disc = self.deck.take().map(|deck| deck.stop(now));
        let (tray_open, on_tray) = (self.tray_open, self.on_tray.take());
        *self = Self { tray_open, on_tray, faults, lie, lost, loads, ..Self::new(self.personality.clone()) };
        if let Some(disc) = disc {
            self.deck = Some(Deck::new(disc));
            self.spin_up(now);
        }
    }

    /// Presses the eject button and takes the disc; the tray stays in, and hosts are told of the request, while a host
    /// has locked it or the drive closes, blanks, formats, or empties its buffer in the background. For pulling the disc
    /// out by force see [`remove`](Self::remove).
    pub fn press_eject(&mut self, now: Instant) -> Option<Disc> {
        self.advance(now);
        if self.is_locked() || self.is_busy() {
            self.events.media(MediaEvent::EjectRequest);
            return None;
        }
        let disc = self.remove(now);
        self.tray_open = true;
        disc
    }

    /// Somebody presses the eject button; a disc stays on the tray.
    fn button(&mut self, now: Instant) {
        if self.is_locked() || self.is_busy() {
            self.events.media(MediaEvent::EjectRequest);
            self.nexuses.tell_all(sense::REMOVAL_REQUEST);
            return;
        }
        if let Some(disc) = self.remove(now) {
            self.on_tray = Some(disc);
        }
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
        self.nexuses.is_locked()
    }

    /// The tray is closed and the disc begins to turn.
    pub(crate) fn spin_up(&mut self, now: Instant) {
        self.power.enter(PowerState::Active);
        self.power.touch(now);
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

impl Pages {
    /// Track-at-once, mode 1, underruns survived, as drives come up (MMC-6, defaults of the write parameters page); the
    /// pages that a drive of this character has.
    pub(crate) fn of(personality: &Personality) -> Self {
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
        let mut kept: Vec<ModePage> = vec![
            VerifyErrorRecovery { retries: 10, ..Default::default() }.into(),
            Caching { write_cache: true, ..Default::default() }.into(),
            minutes.into(),
            CdAudioControl::default().into(),
            timers.into(),
            InformationalExceptions::default().into(),
            TimeoutProtect::default().into(),
        ];
        kept.retain(|page| personality.mode_pages.contains(&page.code()));
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

/// First answers that are kept.
const MOST_ANSWERS: usize = 256;

/// What a fault does to an answer on its way.
fn spoil(reply: &mut Reply, fault: Option<Effect>) {
    match fault {
        Some(Effect::Shorten { bytes } | Effect::ShortenUntold { bytes }) => {
            reply.bytes.truncate(usize_of(bytes))
        }
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

fn usize_of(bytes: u32) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// Bytes that moved, and that could have.
struct Delivered {
    moved: usize,
    could: usize,
}

/// Puts the answer into the host's buffer.
fn deliver(reply: &Reply, limit: usize, data: Data<'_>) -> Delivered {
    match data {
        Data::In(buffer) => {
            let bytes = reply.bytes.get(..limit).unwrap_or(&reply.bytes);
            let moved = bytes.len().min(buffer.len());
            if let Some((to, from)) = buffer.get_mut(..moved).zip(bytes.get(..moved)) {
                to.copy_from_slice(from);
            }
            Delivered { moved, could: limit.min(buffer.len()) }
        }
        Data::Out(sent) if reply.sense.is_none() => Delivered { moved: sent.len(), could: sent.len() },
        Data::Out(_) | Data::None => Delivered { moved: 0, could: 0 },
    }
}
