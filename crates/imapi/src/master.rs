//! The disc master (IDiscMaster).

use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use discwright_iso9660::names::joliet::Adapted;
use discwright_iso9660::tree::Tree;
use discwright_iso9660::tree::scan::Escaped;
use tracing::{debug, info_span};

use crate::environment::{Environment, SystemEnvironment};
use crate::error::ImapiError;
use crate::events::{Cookie, ProgressEvents, Sinks};
use crate::format::Format;
use crate::joliet::{JolietDiscMaster, JolietProperties};
use crate::provider::DriveProvider;
use crate::record;
use crate::recorder::{self, DiscRecorder};
use crate::select::{self, Selected};

/// Makes discs: holds a format, an active recorder, a stage, and the mode the disc in that recorder set.
///
/// Calls are synchronous. A call made while another one of the same master runs, on another thread or from inside an
/// event, is refused with [`ImapiError::Busy`].
#[derive(Clone, Debug)]
pub struct DiscMaster {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    state: Mutex<State>,
    pub(crate) sinks: Arc<Mutex<Sinks>>,
}

impl core::fmt::Debug for Shared {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// Everything that calls change.
pub(crate) struct State {
    provider: Box<dyn DriveProvider>,
    pub(crate) environment: Box<dyn Environment>,
    open: bool,
    format: Option<Format>,
    /// Recorders that were given out, so that a drive is opened once.
    known: Vec<recorder::Known>,
    pub(crate) active: Option<DiscRecorder>,
    pub(crate) stage: Stage,
}

/// What is to be burned, and what the selected disc has to do with it.
#[derive(Default)]
pub(crate) struct Stage {
    /// The disc of the active recorder as it was when that was selected; `None` before and after a burn.
    pub(crate) selected: Option<Selected>,
    /// The imported tree, if any, with what was staged laid over it.
    pub(crate) tree: Arc<Tree>,
    /// Whether anything was staged since the recorder was selected.
    pub(crate) filled: bool,
    /// Sectors the session will take; known when the tree was laid out last.
    pub(crate) used: Option<u32>,
    pub(crate) properties: JolietProperties,
    /// Names that were changed when they were staged.
    pub(crate) adapted: Vec<Adapted>,
    /// Host names that were escaped.
    pub(crate) escaped: Vec<Escaped>,
}

/// What kind of disc a burn needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionMode {
    /// A blank one.
    Single,
    /// The very disc that was there when the recorder was selected.
    Multi {
        /// Sessions on it.
        sessions: u16,
        /// Files of the imported tree.
        imported_files: u32,
    },
}

impl DiscMaster {
    /// A master over the drives that `provider` knows, with the system's clock; closed.
    #[must_use]
    pub fn new(provider: impl DriveProvider + 'static) -> Self {
        Self::with_environment(provider, SystemEnvironment)
    }

    /// The same, with time and session identifiers from elsewhere.
    #[must_use]
    pub fn with_environment(
        provider: impl DriveProvider + 'static,
        environment: impl Environment + 'static,
    ) -> Self {
        let state = State {
            provider: Box::new(provider),
            environment: Box::new(environment),
            open: false,
            format: None,
            known: Vec::new(),
            active: None,
            stage: Stage::default(),
        };
        let shared = Shared { state: Mutex::new(state), sinks: Arc::default() };
        Self { shared: Arc::new(shared) }
    }

    /// Opens the master. No format and no recorder are active afterwards.
    ///
    /// # Errors
    /// [`ImapiError::AlreadyOpen`].
    pub fn open(&self) -> Result<(), ImapiError> {
        let mut state = self.shared.lock()?;
        if state.open {
            return Err(ImapiError::AlreadyOpen);
        }
        state.open = true;
        Ok(())
    }

    /// Closes the master: what is staged, properties and registrations are gone. Recorders live on. Closing a closed master
    /// does nothing.
    ///
    /// # Errors
    /// [`ImapiError::Busy`].
    pub fn close(&self) -> Result<(), ImapiError> {
        let mut state = self.shared.lock()?;
        state.open = false;
        state.format = None;
        state.active = None;
        state.stage = Stage::default();
        self.shared.sinks().clear();
        Ok(())
    }

    /// The formats there are.
    ///
    /// Red Book audio exists in IMAPI and is not offered yet.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`].
    pub fn enum_disc_master_formats(&self) -> Result<Vec<Format>, ImapiError> {
        drop(self.shared.opened()?);
        Ok(vec![Format::Joliet])
    }

    /// The active format.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`], [`ImapiError::NoActiveFormat`].
    pub fn active_disc_master_format(&self) -> Result<Format, ImapiError> {
        self.shared.opened()?.format.ok_or(ImapiError::NoActiveFormat)
    }

    /// Makes a format active. Clears the stage and drops multi-session mode, even if it was active already; the
    /// recorder stays active and must be selected again before data are added.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`], [`ImapiError::UnsupportedFormat`].
    pub fn set_active_disc_master_format(&self, format: Format) -> Result<JolietDiscMaster, ImapiError> {
        let mut state = self.shared.opened()?;
        if format != Format::Joliet {
            return Err(ImapiError::UnsupportedFormat(format));
        }
        state.format = Some(format);
        state.stage = Stage::default();
        Ok(JolietDiscMaster { shared: Arc::clone(&self.shared) })
    }

    /// The recorders that can be used now; a snapshot. Refreshes their fastest speed and makes it the write speed.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`], [`ImapiError::NoActiveFormat`], and what opening a drive fails with.
    pub fn enum_disc_recorders(&self) -> Result<Vec<DiscRecorder>, ImapiError> {
        let mut state = self.shared.opened()?;
        state.format.ok_or(ImapiError::NoActiveFormat)?;
        let State { provider, known, .. } = &mut *state;
        known.retain(recorder::Known::is_alive);
        let mut recorders = Vec::new();
        for path in provider.paths() {
            if let Some(recorder) = known.iter().find_map(|known| known.at(&path)) {
                // One that burns, or whose drive is gone, keeps its speeds; calls on it say why.
                if let Ok(survey) = recorder.survey() {
                    recorder.refresh_speed(&survey);
                }
                recorders.push(recorder);
                continue;
            }
            let transport = provider.open(&path).map_err(|source| ImapiError::from_open(&path, source))?;
            let recorder = DiscRecorder::bind(&path, transport, &self.shared.sinks)?;
            known.push(recorder.known());
            recorders.push(recorder);
        }
        Ok(recorders)
    }

    /// The active recorder.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`], [`ImapiError::NoActiveFormat`], [`ImapiError::NoActiveRecorder`].
    pub fn active_disc_recorder(&self) -> Result<DiscRecorder, ImapiError> {
        let state = self.shared.opened()?;
        state.format.ok_or(ImapiError::NoActiveFormat)?;
        state.active.clone().ok_or(ImapiError::NoActiveRecorder)
    }

    /// Makes a recorder active, and reads the disc in it.
    ///
    /// A disc that can take another session and whose last session holds a Joliet tree sets multi-session mode, and
    /// its tree is imported; any other sets single-session mode. What was staged is cleared. On an error the active
    /// recorder and the stage stay as they were.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`], [`ImapiError::NoActiveFormat`], [`ImapiError::DeviceNotAccessible`] for a recorder
    /// that is exclusively open, [`ImapiError::MediumNotPresent`], [`ImapiError::DiscFull`] when there is no room for
    /// another session, [`ImapiError::Survey`] and [`ImapiError::Import`] when the disc cannot be read.
    pub fn set_active_disc_recorder(&self, recorder: &DiscRecorder) -> Result<SessionMode, ImapiError> {
        let mut state = self.shared.opened()?;
        state.format.ok_or(ImapiError::NoActiveFormat)?;
        let span = info_span!("select", drive = recorder.path());
        let _entered = span.enter();
        let (selected, tree) = select::select(recorder)?;
        let mode = selected.mode;
        debug!(?mode, "disc read");
        let properties = state.stage.properties.clone();
        state.active = Some(recorder.clone());
        state.stage =
            Stage { selected: Some(selected), tree: Arc::new(tree), properties, ..Stage::default() };
        Ok(mode)
    }

    /// Empties the stage, without asking. In multi-session mode this drops the imported tree and falls back to
    /// single-session mode, so that a burn needs a blank disc.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`].
    pub fn clear_format_content(&self) -> Result<(), ImapiError> {
        let mut state = self.shared.opened()?;
        let stage = &mut state.stage;
        stage.tree = Arc::default();
        stage.filled = false;
        stage.used = None;
        stage.adapted.clear();
        stage.escaped.clear();
        if let Some(selected) = &mut stage.selected {
            selected.mode = SessionMode::Single;
        }
        Ok(())
    }

    /// The mode that selecting the recorder set, or clearing the stage since.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`]; [`ImapiError::NoActiveRecorder`] before a recorder is selected, and after a burn
    /// until it is selected again.
    pub fn session_mode(&self) -> Result<SessionMode, ImapiError> {
        let state = self.shared.opened()?;
        state.stage.selected.as_ref().map(|selected| selected.mode).ok_or(ImapiError::NoActiveRecorder)
    }

    /// Registers for progress events.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`].
    pub fn progress_advise(&self, events: impl ProgressEvents + 'static) -> Result<Cookie, ImapiError> {
        drop(self.shared.opened()?);
        Ok(self.shared.sinks().advise(Box::new(events)))
    }

    /// Ends a registration and gives the sink back.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`], [`ImapiError::UnknownCookie`].
    pub fn progress_unadvise(&self, cookie: Cookie) -> Result<Box<dyn ProgressEvents>, ImapiError> {
        drop(self.shared.opened()?);
        self.shared.sinks().unadvise(cookie).ok_or(ImapiError::UnknownCookie)
    }

    /// Burns the stage as the next session of the disc, which stays open for another where there is room for one.
    ///
    /// With `simulate`, everything is done with the laser off, and disc, stage and mode stay as they were. With
    /// `eject_after_burn`, the disc is ejected after success. A real burn spends the stage and unsets the mode: the
    /// recorder must be selected again for the next session.
    ///
    /// # Errors
    /// In this order: [`ImapiError::NotOpened`], [`ImapiError::NoActiveFormat`], [`ImapiError::NoActiveRecorder`],
    /// [`ImapiError::InvalidImage`] with nothing staged, [`ImapiError::DeviceNotAccessible`] and
    /// [`ImapiError::DeviceNotPresent`], [`ImapiError::MediumNotPresent`] in single-session mode and
    /// [`ImapiError::WrongDisc`] in multi-session mode, [`ImapiError::BootImageAndNonblankDisc`],
    /// [`ImapiError::CannotWriteToMedia`], [`ImapiError::DiscFull`], [`ImapiError::Source`]; all before anything is
    /// written, with the stage kept. Then [`ImapiError::Burn`].
    pub fn record_disc(&self, simulate: bool, eject_after_burn: bool) -> Result<(), ImapiError> {
        let mut state = self.shared.opened()?;
        state.format.ok_or(ImapiError::NoActiveFormat)?;
        let recorder = state.active.clone().ok_or(ImapiError::NoActiveRecorder)?;
        let wish = record::Wish { simulate, eject: eject_after_burn };
        record::record(&self.shared, &mut state, &recorder, wish)
    }
}

impl Shared {
    /// The state, if no other call holds it.
    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, State>, ImapiError> {
        match self.state.try_lock() {
            Ok(state) => Ok(state),
            Err(TryLockError::WouldBlock) => Err(ImapiError::Busy),
            // A sink panicked. What it interrupted left the state whole: every call changes it last.
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        }
    }

    /// The state of an open master.
    pub(crate) fn opened(&self) -> Result<MutexGuard<'_, State>, ImapiError> {
        let state = self.lock()?;
        if state.open { Ok(state) } else { Err(ImapiError::NotOpened) }
    }

    /// The state of an open master with Joliet active.
    pub(crate) fn joliet(&self) -> Result<MutexGuard<'_, State>, ImapiError> {
        let state = self.opened()?;
        match state.format {
            Some(Format::Joliet) => Ok(state),
            Some(_) => Err(ImapiError::WrongFormat(Format::Joliet)),
            None => Err(ImapiError::NoActiveFormat),
        }
    }

    pub(crate) fn sinks(&self) -> MutexGuard<'_, Sinks> {
        recorder::lock_sinks(&self.sinks)
    }
}
