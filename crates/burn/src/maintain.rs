//! Everything else that is done to a drive: erase, finish closing, lock, load, eject.

use core::time::Duration;

use discwright_mmc::command::{
    Blank, BlankType, CloseFunction, CloseTrackSession, Command, ModeSense10, PreventAllow,
    ReadDiscInformation, RequestSense, SetCdSpeed, StartStopUnit, SynchronizeCache, TestUnitReady,
};
use discwright_mmc::response::{DiscState, SessionState};
use discwright_mmc::{Sense, SenseKey, SenseSpecific};
use discwright_transport::{CommandError, Transport, TransportExt};
use thiserror::Error;

use crate::decision::{Context, patience, timeout};
use crate::patient::{ask, ask_optional, patiently};

/// Why something was not done to a drive or disc.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MaintainError {
    /// A command failed.
    #[error("{doing} failed: {source}")]
    Command {
        /// What was done.
        doing: &'static str,
        /// Why it failed.
        source: CommandError,
    },
    /// It took too long.
    #[error("{doing} was not done after {waited:?}{}", .last.map(|sense| format!(", the drive says {sense}")).unwrap_or_default())]
    Patience {
        /// What was done.
        doing: &'static str,
        /// How long it was waited for.
        waited: Duration,
        /// What the drive said last.
        last: Option<Sense>,
    },
    /// The drive says that it is done, and it is not.
    #[error("the drive reported success, but {0}")]
    NotDone(&'static str),
    /// A CD-R cannot be erased.
    #[error("the disc is not rewritable and cannot be erased")]
    NotErasable,
}

impl MaintainError {
    /// The drive's words, where it had any.
    #[must_use]
    pub const fn sense(&self) -> Option<&Sense> {
        match self {
            Self::Command { source, .. } => source.sense(),
            Self::Patience { last, .. } => last.as_ref(),
            _ => None,
        }
    }
}

/// How much of a disc is erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blanking {
    /// Table of contents and first pregap: a minute or two; the rest can still be read by special means.
    #[default]
    Minimal,
    /// Everything.
    Full,
}

/// Erases a CD-RW and waits until it is done. `progress` hears the drive's own figure, in 65536ths, where it has one.
///
/// # Errors
/// [`MaintainError`]; the disc is blank only when there is none.
#[tracing::instrument(level = "debug", skip(transport, progress))]
pub fn blank(
    transport: &mut dyn Transport,
    what: Blanking,
    mut progress: impl FnMut(u16),
) -> Result<(), MaintainError> {
    const DOING: &str = "erasing the disc";
    let before = disc_information(transport, DOING, Context::Survey)?;
    if !before.0 {
        return Err(MaintainError::NotErasable);
    }
    let blank_type = match what {
        Blanking::Minimal => BlankType::Minimal,
        Blanking::Full => BlankType::Disc,
    };
    let command = Blank { immed: true, blank_type, ..Blank::default() };
    lock(transport)?;
    let result =
        order_in_background(transport, DOING, Context::Blank, &command, &Blank { immed: false, ..command })
            .and_then(|()| await_end(transport, DOING, Context::Blank, &mut progress));
    let unlocked = unlock(transport);
    result?;
    unlocked?;
    match disc_information(transport, DOING, Context::Survey)?.1 {
        DiscState::Empty => Ok(()),
        _ => Err(MaintainError::NotDone("the disc is not blank")),
    }
}

/// Finishes a session that was begun and not closed: ends its track, writes lead-in and lead-out. What is on the disc
/// decides whether another session can follow; a drive fresh from a reset allows none, so the caller's last write
/// parameters should still be in force or be set by recording again.
///
/// # Errors
/// [`MaintainError`]; the session is closed only when there is none.
#[tracing::instrument(level = "debug", skip(transport))]
pub fn close_session(transport: &mut dyn Transport, another_session: bool) -> Result<(), MaintainError> {
    const DOING: &str = "closing the session";
    let failed = |source| MaintainError::Command { doing: DOING, source };
    lock(transport)?;
    let result = (|| {
        // First what is still on its way: other write parameters would make a drive forget it.
        flush(transport).map_err(failed)?;
        set_closing(transport, another_session)?;
        let close = |function, immed| CloseTrackSession { immed, function, track: 0xFF };
        let session = CloseTrackSession { track: 0, ..close(CloseFunction::Session, true) };
        let closing = |transport: &mut dyn Transport| {
            order_in_background(
                transport,
                DOING,
                Context::Close,
                &session,
                &CloseTrackSession { immed: false, ..session },
            )
        };
        match closing(transport) {
            // A track that a power cut left open.
            Err(error)
                if error.sense().is_some_and(|sense| (sense.code.asc, sense.code.ascq) == (0x72, 0x03)) =>
            {
                patiently(transport, Context::Close, |transport| {
                    transport.order(&close(CloseFunction::Track, false), timeout(Context::Close))
                })
                .map_err(failed)?;
                closing(transport)?;
            }
            other => other?,
        }
        await_end(transport, DOING, Context::Close, &mut |_| {})
    })();
    let unlocked = unlock(transport);
    result?;
    unlocked?;
    let information = ask(transport, Context::Survey, &ReadDiscInformation::standard(34)).map_err(failed)?;
    match information.last_session {
        SessionState::Empty | SessionState::Complete => Ok(()),
        _ => Err(MaintainError::NotDone("the session is not closed")),
    }
}

/// Gets everything out of the drive's buffer.
fn flush(transport: &mut dyn Transport) -> Result<(), CommandError> {
    patiently(transport, Context::Flush, |transport| {
        transport.order(&SynchronizeCache::default(), timeout(Context::Flush))
    })
    .map(|_| ())
}

/// Brings a drive that did not end a session at once as it should back to where it reads; as far as it lets itself.
pub(crate) fn leave_session_at_once(transport: &mut dyn Transport) {
    let flushed = flush(transport);
    let left = set_closing(transport, true);
    tracing::debug!(?flushed, ?left, "left session at once");
}

/// Sets the write parameters that closing obeys.
fn set_closing(transport: &mut dyn Transport, another_session: bool) -> Result<(), MaintainError> {
    use discwright_mmc::command::ModeSelect10;
    use discwright_mmc::mode::{DataBlockType, ModeData10, MultiSession, WriteType};
    let doing = "setting the write parameters";
    let failed = |source| MaintainError::Command { doing, source };
    let current = ask_optional(transport, &ModeSense10::current(0x05, 76)).map_err(failed)?;
    let mut page = current.and_then(|mode| mode.write_parameters().cloned()).unwrap_or_default();
    page.test_write = false;
    page.write_type = WriteType::TrackAtOnce;
    page.multi_session = if another_session { MultiSession::Open } else { MultiSession::Closed };
    page.track_mode = 4;
    page.data_block_type = DataBlockType::Mode1;
    let list = ModeData10::of(page).encode_parameters();
    let command = ModeSelect10::of(u16::try_from(list.len()).unwrap_or(u16::MAX));
    patiently(transport, Context::Survey, |transport| transport.send(&command, &list)).map_err(failed)?;
    Ok(())
}

/// Keeps the tray shut; a drive that has no lock is no error.
///
/// # Errors
/// [`MaintainError`] when the drive fails.
pub fn lock(transport: &mut dyn Transport) -> Result<(), MaintainError> {
    tray(transport, "locking the tray", Context::Optional, &PreventAllow::PREVENT)
}

/// Lets the tray open.
///
/// # Errors
/// [`MaintainError`] when the drive fails.
pub fn unlock(transport: &mut dyn Transport) -> Result<(), MaintainError> {
    tray(transport, "unlocking the tray", Context::Optional, &PreventAllow::ALLOW)
}

/// Unlocks and opens the tray.
///
/// # Errors
/// [`MaintainError`] when the drive fails or another holds the lock.
pub fn eject(transport: &mut dyn Transport) -> Result<(), MaintainError> {
    unlock(transport)?;
    tray(transport, "ejecting the disc", Context::Tray, &StartStopUnit::EJECT)
}

/// Closes the tray and waits until the drive knows what is in it; an empty tray is no error.
///
/// # Errors
/// [`MaintainError`] when the drive fails.
pub fn load(transport: &mut dyn Transport) -> Result<(), MaintainError> {
    const DOING: &str = "loading the disc";
    let empty = |sense: &Sense| sense.key == SenseKey::NotReady && sense.code.asc == 0x3A;
    match tray(transport, DOING, Context::Tray, &StartStopUnit::LOAD) {
        Err(error) if error.sense().is_some_and(empty) => return Ok(()),
        other => other?,
    }
    match ask(transport, Context::Survey, &TestUnitReady {}) {
        Err(source) if !source.sense().is_some_and(empty) => {
            Err(MaintainError::Command { doing: DOING, source })
        }
        _ => Ok(()),
    }
}

/// Chooses the reading speed in kB/s (176 is single speed); `None` is the fastest. A drive that cannot is no error.
///
/// # Errors
/// [`MaintainError`] when the drive fails.
pub fn set_read_speed(transport: &mut dyn Transport, read_kb_s: Option<u16>) -> Result<(), MaintainError> {
    let command = SetCdSpeed {
        read_kb_s: read_kb_s.unwrap_or(SetCdSpeed::FASTEST),
        write_kb_s: SetCdSpeed::FASTEST,
        ..SetCdSpeed::default()
    };
    tray(transport, "setting the reading speed", Context::Optional, &command)
}

/// The reading speed in force, in kB/s, where the drive says so.
///
/// # Errors
/// [`MaintainError`] when the drive fails.
pub fn read_speed_kb_s(transport: &mut dyn Transport) -> Result<Option<u16>, MaintainError> {
    let mode = ask_optional(transport, &ModeSense10::current(0x2A, 272))
        .map_err(|source| MaintainError::Command { doing: "asking for the speed", source })?;
    Ok(mode
        .and_then(|mode| mode.capabilities().map(|page| page.current_read_kb_s))
        .filter(|speed| *speed > 0))
}

fn tray<C: Command<Response = ()>>(
    transport: &mut dyn Transport,
    doing: &'static str,
    context: Context,
    command: &C,
) -> Result<(), MaintainError> {
    patiently(transport, context, |transport| transport.order(command, timeout(context)))
        .map(|_| ())
        .map_err(|source| MaintainError::Command { doing, source })
}

/// Erasable, and what is on the disc.
fn disc_information(
    transport: &mut dyn Transport,
    doing: &'static str,
    context: Context,
) -> Result<(bool, DiscState), MaintainError> {
    let information = ask(transport, context, &ReadDiscInformation::standard(34))
        .map_err(|source| MaintainError::Command { doing, source })?;
    Ok((information.erasable, information.disc))
}

/// Starts something long, in the background where the drive can.
fn order_in_background<C: Command<Response = ()>>(
    transport: &mut dyn Transport,
    doing: &'static str,
    context: Context,
    background: &C,
    foreground: &C,
) -> Result<(), MaintainError> {
    let refused = |sense: &Sense| sense.key == SenseKey::IllegalRequest && sense.code.asc == 0x24;
    match patiently(transport, context, |transport| transport.order(background, timeout(context))) {
        Err(error) if error.sense().is_some_and(refused) => {
            let patience = patience(context).time;
            patiently(transport, context, |transport| transport.order(foreground, patience))
        }
        other => other,
    }
    .map(|_| ())
    .map_err(|source| MaintainError::Command { doing, source })
}

/// Waits until something long is done: the drive is ready and answers about the disc. Drives differ in which of the two
/// tells that they are busy.
fn await_end(
    transport: &mut dyn Transport,
    doing: &'static str,
    context: Context,
    progress: &mut dyn FnMut(u16),
) -> Result<(), MaintainError> {
    let begun = transport.now();
    let limit = patience(context);
    let mut last = None;
    for _ in 0..limit.tries {
        let waited = transport.now().since(begun);
        if waited > limit.time {
            return Err(MaintainError::Patience { doing, waited, last });
        }
        let ready = transport
            .ask(&TestUnitReady {})
            .and_then(|()| transport.ask(&ReadDiscInformation::standard(34)).map(|_| ()));
        let sense = match ready {
            Ok(()) => return Ok(()),
            Err(CommandError::Drive { sense, .. }) if is_busy(&sense) => sense,
            Err(source) => return Err(MaintainError::Command { doing, source }),
        };
        last = Some(sense);
        let told = match sense.specific {
            Some(SenseSpecific::Progress(part)) => Some(part),
            _ => asked_progress(transport),
        };
        if let Some(part) = told {
            progress(part);
        }
        transport.wait(Duration::from_millis(500));
    }
    Err(MaintainError::Patience { doing, waited: transport.now().since(begun), last })
}

fn is_busy(sense: &Sense) -> bool {
    !sense.deferred
        && matches!(crate::decision::decide(Context::Blank, sense), crate::decision::Decision::Again(_))
}

/// Progress by REQUEST SENSE, for drives that give it only there.
fn asked_progress(transport: &mut dyn Transport) -> Option<u16> {
    let sense = transport.ask(&RequestSense { descriptor: false, allocation_bytes: 18 }).ok()?;
    if let Some(SenseSpecific::Progress(part)) = sense.specific { Some(part) } else { None }
}
