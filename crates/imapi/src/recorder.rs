//! Recorders (IDiscRecorder).

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use discwright_burn::{self as burn, Blanking, DriveName, MaintainError, Survey, SurveyError};
use discwright_cd::Lba;
use discwright_plan::{DiscState, DiscStatus, MediumKind, TrackMode};
use discwright_transport::{CommandError, Transport, TransportError};

use crate::error::ImapiError;
use crate::events::Sinks;
use crate::properties::{Ignored, PropertySet, Value, apply};
use crate::sectors::DiscSectors;

/// Kilobytes (of 1000 bytes) per second at single speed, times ten: 75 sectors of 2352 bytes.
const SINGLE_SPEED_TENTHS_KB_S: u32 = 1764;
/// Blocks of silence between audio tracks, when nothing else is set.
const DEFAULT_AUDIO_GAP: u8 = 150;
/// The most that may be set.
const MAX_AUDIO_GAP: i32 = 225;

/// A CD recorder, bound to its drive.
///
/// Handles are cheap to clone and all denote one recorder. Any method works on a recorder that is not the active one.
#[derive(Clone)]
pub struct DiscRecorder {
    shared: Arc<Shared>,
}

/// What a recorder is doing (GetRecorderState).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecorderState {
    /// Nothing (0).
    Idle,
    /// Held by `open_exclusive` (1).
    Opened,
    /// Burning or erasing (2).
    Burning,
}

/// What a recorder can write (GetRecorderType); of the drive, not of the medium in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecorderType {
    /// CD-R (1).
    CdR,
    /// CD-R and CD-RW (2).
    CdRw,
}

/// The medium in the drive (QueryMediaType).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaType {
    /// What is on it; `None` when the drive is empty or the disc blank.
    pub content: Option<MediaContent>,
    /// Nothing has been recorded (0x1).
    pub blank: bool,
    /// It can be erased (0x2).
    pub rewritable: bool,
    /// It can take a session (0x4).
    pub writable: bool,
    /// It is of no use to this library (0x8).
    pub unusable: bool,
}

/// What a disc holds (MEDIA_TYPES); one value, not a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaContent {
    /// Audio or data of the usual kinds (1).
    CddaCdrom,
    /// CD-ROM XA (2).
    CdRomXa,
    /// CD-i (3).
    CdI,
    /// Audio in the first session, data in a later one (4).
    CdExtra,
    /// Anything else (5).
    Other,
}

/// Numbers of the disc in the drive (QueryMediaInfo).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaInfo {
    /// Sessions on the disc.
    pub sessions: u16,
    /// Last track of the last complete session; 0 where there is none.
    pub last_track: u8,
    /// First block of that track.
    pub start_address: Lba,
    /// Where writing will begin; 0 on a disc that takes nothing more.
    pub next_writable: Lba,
    /// Blocks that can be written there.
    pub free_blocks: u32,
}

pub(crate) struct Shared {
    path: String,
    name: DriveName,
    kind: RecorderType,
    state: AtomicU8,
    transport: Mutex<Box<dyn Transport + Send>>,
    properties: Mutex<Properties>,
    sinks: Weak<Mutex<Sinks>>,
}

/// Recorder properties, by IMAPI's names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Properties {
    /// Multiple of single speed; 0 when the drive does not say.
    write_speed: u16,
    max_write_speed: u16,
    audio_gap_size: u8,
    underrun_free_capable: bool,
    /// −1 default, 0 off, 1 on if supported.
    enable_underrun_free: i32,
}

impl Properties {
    fn new(survey: &Survey) -> Self {
        let mut properties = Self {
            write_speed: 0,
            max_write_speed: 0,
            audio_gap_size: DEFAULT_AUDIO_GAP,
            underrun_free_capable: survey.capabilities.underrun_protection,
            enable_underrun_free: -1,
        };
        properties.refresh(survey);
        properties
    }

    fn refresh(&mut self, survey: &Survey) {
        self.max_write_speed = survey.speeds.max_write_kb_s.map_or(0, times);
        self.write_speed = self.max_write_speed;
    }

    /// Speed to ask the drive for in kB/s; `None` for its fastest.
    pub(crate) fn write_kb_s(&self) -> Option<u16> {
        (self.write_speed < self.max_write_speed).then(|| kb_s(self.write_speed))
    }

    pub(crate) const fn underrun_protection(&self) -> bool {
        self.underrun_free_capable && self.enable_underrun_free != 0
    }
}

/// Multiple of single speed, rounded to the nearest.
fn times(kb_s: u16) -> u16 {
    let tenths = u32::from(kb_s) * 10 + SINGLE_SPEED_TENTHS_KB_S / 2;
    u16::try_from(tenths / SINGLE_SPEED_TENTHS_KB_S).unwrap_or(u16::MAX)
}

/// Kilobytes per second, rounded up so that a drive that rounds down gives the speed that was meant.
fn kb_s(times: u16) -> u16 {
    u16::try_from((u32::from(times) * SINGLE_SPEED_TENTHS_KB_S).div_ceil(10)).unwrap_or(u16::MAX)
}

impl DiscRecorder {
    /// Binds a recorder to an open drive: asks who it is and what it can write.
    pub(crate) fn bind(
        path: &str,
        mut transport: Box<dyn Transport + Send>,
        sinks: &Arc<Mutex<Sinks>>,
    ) -> Result<Self, ImapiError> {
        let survey =
            burn::survey_for_reading(&mut *transport).map_err(|source| survey_error(path, source))?;
        let shared = Shared {
            path: path.to_owned(),
            name: survey.drive.clone(),
            kind: if survey.capabilities.write_cd_rw { RecorderType::CdRw } else { RecorderType::CdR },
            state: AtomicU8::new(IDLE),
            properties: Mutex::new(Properties::new(&survey)),
            transport: Mutex::new(transport),
            sinks: Arc::downgrade(sinks),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Takes the recorder for this program alone, until [`close`](Self::close). A burn is refused while it is held.
    ///
    /// # Errors
    /// [`ImapiError::DeviceNotAccessible`] when it is held already.
    pub fn open_exclusive(&self) -> Result<(), ImapiError> {
        self.turn(IDLE, OPENED)
    }

    /// Gives the recorder back.
    ///
    /// # Errors
    /// [`ImapiError::RecorderNotOpened`] when it is not held.
    pub fn close(&self) -> Result<(), ImapiError> {
        self.turn(OPENED, IDLE).map_err(|_| self.not_opened())
    }

    /// What the recorder is doing. Needs no lock, so that a second thread can ask during a burn.
    #[must_use]
    pub fn state(&self) -> RecorderState {
        match self.shared.state.load(Ordering::Acquire) {
            IDLE => RecorderState::Idle,
            OPENED => RecorderState::Opened,
            _ => RecorderState::Burning,
        }
    }

    /// What it can write.
    #[must_use]
    pub fn recorder_type(&self) -> RecorderType {
        self.shared.kind
    }

    /// Vendor, product and revision, to show; not unique.
    #[must_use]
    pub fn display_names(&self) -> &DriveName {
        &self.shared.name
    }

    /// Vendor, product and revision in one: names the model, not the unit.
    #[must_use]
    pub fn base_pnp_id(&self) -> String {
        let DriveName { vendor, product, revision } = &self.shared.name;
        format!("{vendor}{product}{revision}")
    }

    /// Path of the drive, as its provider names it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.shared.path
    }

    /// The properties: `WriteSpeed`, `MaxWriteSpeed`, `AudioGapSize`, `BufferUnderrunFreeCapable`,
    /// `EnableBufferUnderrunFree`.
    #[must_use]
    pub fn properties(&self) -> PropertySet {
        let properties = *self.lock_properties();
        let mut set = PropertySet::new();
        set.set("WriteSpeed", Value::Integer(properties.write_speed.into()))
            .set("MaxWriteSpeed", Value::Integer(properties.max_write_speed.into()))
            .set("AudioGapSize", Value::Integer(properties.audio_gap_size.into()))
            .set("BufferUnderrunFreeCapable", Value::Integer(-i32::from(properties.underrun_free_capable)))
            .set("EnableBufferUnderrunFree", Value::Integer(properties.enable_underrun_free));
        set
    }

    /// Sets properties; gives the names of those that were ignored, being unknown, read-only, of another type or out of
    /// range. `WriteSpeed` is a multiple of single speed from 1 to `MaxWriteSpeed`.
    pub fn set_properties(&self, set: &PropertySet) -> Ignored {
        let mut properties = self.lock_properties();
        apply(set, |name, value| {
            let Value::Integer(value) = *value else { return false };
            match name {
                "writespeed" if (1..=i32::from(properties.max_write_speed)).contains(&value) => {
                    properties.write_speed = u16::try_from(value).unwrap_or(properties.max_write_speed);
                }
                "audiogapsize" if (0..=MAX_AUDIO_GAP).contains(&value) => {
                    properties.audio_gap_size = u8::try_from(value).unwrap_or(DEFAULT_AUDIO_GAP);
                }
                "enablebufferunderrunfree" if (-1..=1).contains(&value) => {
                    properties.enable_underrun_free = value;
                }
                _ => return false,
            }
            true
        })
    }

    /// The medium in the drive; an empty drive is no error.
    ///
    /// # Errors
    /// [`ImapiError::RecorderNotOpened`] unless held, [`ImapiError::Survey`].
    pub fn query_media_type(&self) -> Result<MediaType, ImapiError> {
        if self.state() != RecorderState::Opened {
            return Err(self.not_opened());
        }
        let survey = self.ask(burn::survey_for_reading)?;
        Ok(survey.disc.map_or_else(MediaType::default, |disc| media_type(&disc.state)))
    }

    /// Sessions, last track, where writing will begin and how much fits. Takes the recorder for the moment.
    ///
    /// # Errors
    /// [`ImapiError::MediumNotPresent`], [`ImapiError::DeviceNotAccessible`] during a burn, [`ImapiError::Survey`].
    pub fn query_media_info(&self) -> Result<MediaInfo, ImapiError> {
        let state = self.survey()?.disc.ok_or_else(|| self.no_medium())?.state;
        let last_track = state.sessions.last().and_then(|session| session.tracks.last());
        Ok(MediaInfo {
            sessions: u16::try_from(state.sessions.len()).unwrap_or(u16::MAX),
            last_track: last_track.map_or(0, |track| track.number),
            start_address: last_track.map_or(Lba(0), |track| track.start),
            next_writable: state.next_writable.unwrap_or(Lba(0)),
            free_blocks: state.free_blocks,
        })
    }

    /// Everything that can be known of drive and disc. Takes the recorder for the moment.
    ///
    /// # Errors
    /// [`ImapiError::DeviceNotAccessible`] during a burn, [`ImapiError::Survey`].
    pub fn survey(&self) -> Result<Survey, ImapiError> {
        if self.state() == RecorderState::Burning {
            return Err(self.not_accessible());
        }
        self.ask(burn::survey_for_reading)
    }

    /// The sectors of the disc in the drive.
    ///
    /// # Errors
    /// [`ImapiError::MediumNotPresent`], [`ImapiError::DeviceNotAccessible`] during a burn, [`ImapiError::Survey`].
    pub fn sectors(&self) -> Result<DiscSectors, ImapiError> {
        let disc = self.survey()?.disc.ok_or_else(|| self.no_medium())?;
        Ok(self.sectors_of(&disc.state))
    }

    pub(crate) fn sectors_of(&self, state: &DiscState) -> DiscSectors {
        let end = state.sessions.last().map_or(Lba(0), |session| session.lead_out);
        DiscSectors::new(Arc::clone(&self.shared), end)
    }

    /// Ejects the disc.
    ///
    /// # Errors
    /// [`ImapiError::RecorderNotOpened`] unless held, [`ImapiError::Maintain`].
    pub fn eject(&self) -> Result<(), ImapiError> {
        if self.state() != RecorderState::Opened {
            return Err(self.not_opened());
        }
        burn::eject(&mut **self.lock_transport()).map_err(|error| self.maintain_error(error))
    }

    /// Erases a CD-RW: with `full` the whole disc, which takes as long as writing it; else what makes the disc blank.
    ///
    /// The sinks of the master that gave this recorder out are told the result.
    ///
    /// # Errors
    /// [`ImapiError::RecorderNotOpened`] unless held, [`ImapiError::MediumNotPresent`], [`ImapiError::InvalidMedium`],
    /// [`ImapiError::InvalidDevice`], [`ImapiError::Maintain`].
    pub fn erase(&self, full: bool) -> Result<(), ImapiError> {
        self.turn(OPENED, BURNING).map_err(|_| self.not_opened())?;
        let result = self.erase_held(full);
        self.shared.state.store(OPENED, Ordering::Release);
        if let Some(sinks) = self.shared.sinks.upgrade() {
            lock_sinks(&sinks).each(|sink| sink.notify_erase_complete(result.as_ref().copied()));
        }
        result
    }

    fn erase_held(&self, full: bool) -> Result<(), ImapiError> {
        let survey = self.ask(burn::survey_for_reading)?;
        let disc = survey.disc.ok_or_else(|| self.no_medium())?;
        let drive = || self.shared.path.clone();
        if disc.state.kind != MediumKind::CdRw {
            let problem = "the disc is not rewritable and cannot be erased";
            return Err(ImapiError::InvalidMedium { drive: drive(), problem });
        }
        if self.shared.kind != RecorderType::CdRw {
            return Err(ImapiError::InvalidDevice { drive: drive(), problem: "cannot erase discs" });
        }
        let what = if full { Blanking::Full } else { Blanking::Minimal };
        burn::blank(&mut **self.lock_transport(), what, |_| {}).map_err(|error| self.maintain_error(error))
    }

    /// Asks the drive how fast it is with the disc that is in it, and makes the fastest speed the write speed.
    pub(crate) fn refresh_speed(&self, survey: &Survey) {
        self.lock_properties().refresh(survey);
    }

    pub(crate) fn settings(&self) -> Properties {
        *self.lock_properties()
    }

    /// The drive, for a burn or for reading the disc; not while it is held or burning.
    pub(crate) fn claim(&self) -> Result<Claim<'_>, ImapiError> {
        self.turn(IDLE, BURNING)?;
        Ok(Claim { recorder: self })
    }

    pub(crate) fn known(&self) -> Known {
        Known { path: self.shared.path.clone(), shared: Arc::downgrade(&self.shared) }
    }

    pub(crate) fn no_medium(&self) -> ImapiError {
        ImapiError::MediumNotPresent { drive: self.shared.path.clone() }
    }

    fn turn(&self, from: u8, to: u8) -> Result<(), ImapiError> {
        self.shared
            .state
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .map(drop)
            .map_err(|_| self.not_accessible())
    }

    fn not_accessible(&self) -> ImapiError {
        ImapiError::DeviceNotAccessible { drive: self.shared.path.clone() }
    }

    fn not_opened(&self) -> ImapiError {
        ImapiError::RecorderNotOpened { drive: self.shared.path.clone() }
    }

    fn ask(
        &self,
        question: impl FnOnce(&mut dyn Transport) -> Result<Survey, SurveyError>,
    ) -> Result<Survey, ImapiError> {
        question(&mut **self.lock_transport()).map_err(|source| survey_error(&self.shared.path, source))
    }

    pub(crate) fn maintain_error(&self, source: MaintainError) -> ImapiError {
        ImapiError::Maintain { drive: self.shared.path.clone(), source }
    }

    fn lock_transport(&self) -> MutexGuard<'_, Box<dyn Transport + Send>> {
        self.shared.lock_transport()
    }

    fn lock_properties(&self) -> MutexGuard<'_, Properties> {
        self.shared.properties.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for DiscRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiscRecorder")
            .field("path", &self.shared.path)
            .field("name", &self.shared.name)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn lock_transport(&self) -> MutexGuard<'_, Box<dyn Transport + Send>> {
        self.transport.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A recorder whose drive a call of the master has for itself.
pub(crate) struct Claim<'r> {
    recorder: &'r DiscRecorder,
}

impl Claim<'_> {
    pub(crate) fn transport(&self) -> MutexGuard<'_, Box<dyn Transport + Send>> {
        self.recorder.lock_transport()
    }

    pub(crate) fn survey(&self) -> Result<Survey, ImapiError> {
        self.recorder.ask(burn::survey)
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.recorder.shared.state.store(IDLE, Ordering::Release);
    }
}

/// A recorder that was given out, if somebody still has it.
pub(crate) struct Known {
    path: String,
    shared: Weak<Shared>,
}

impl Known {
    pub(crate) fn is_alive(&self) -> bool {
        self.shared.strong_count() > 0
    }

    pub(crate) fn at(&self, path: &str) -> Option<DiscRecorder> {
        let shared = if self.path == path { self.shared.upgrade()? } else { return None };
        Some(DiscRecorder { shared })
    }
}

/// Values of the state.
const IDLE: u8 = 0;
const OPENED: u8 = 1;
const BURNING: u8 = 2;

/// The sinks, a panic of one of them notwithstanding.
pub(crate) fn lock_sinks(sinks: &Mutex<Sinks>) -> MutexGuard<'_, Sinks> {
    sinks.lock().unwrap_or_else(PoisonError::into_inner)
}

fn survey_error(path: &str, source: SurveyError) -> ImapiError {
    let drive = path.to_owned();
    match source {
        SurveyError::Command {
            source: CommandError::Transport(source @ (TransportError::Gone(_) | TransportError::Io(_))),
            ..
        } => ImapiError::DeviceNotPresent { drive, source },
        source => ImapiError::Survey { drive, source },
    }
}

fn media_type(state: &DiscState) -> MediaType {
    let blank = state.status == DiscStatus::Blank;
    let audio = |session: &discwright_plan::Session| {
        session.tracks.iter().any(|track| track.mode == TrackMode::Audio)
    };
    let first_is_audio = state.sessions.first().is_some_and(audio);
    let content = if blank {
        None
    } else if first_is_audio && state.sessions.iter().skip(1).any(|session| !audio(session)) {
        Some(MediaContent::CdExtra)
    } else {
        Some(MediaContent::CddaCdrom)
    };
    let rewritable = state.kind == MediumKind::CdRw;
    let writable = state.recordable().is_ok();
    MediaType { content, blank, rewritable, writable, unusable: !writable && !rewritable }
}
