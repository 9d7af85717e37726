//! What passes between the engine and whoever drives it.

use core::time::Duration;

use bytes::Bytes;
use discwright_cd::Lba;
use discwright_mmc::command::{Command, DataPhase};
use discwright_mmc::{Cdb, Sense};
use discwright_transport::{Instant, Status, TransportError};

use crate::decision::{Context, timeout};

/// What the engine wants done next.
#[derive(Debug)]
pub enum Action {
    /// Carry this command out, then call [`Engine::handle`](super::Engine::handle).
    Send(Exchange),
    /// Get these sectors of the content, then call [`Engine::fill`](super::Engine::fill) or
    /// [`Engine::source_failed`](super::Engine::source_failed).
    Fill {
        /// First sector of the content.
        first: u32,
        /// Sectors, all in one track.
        sectors: u32,
    },
    /// Let this much time pass.
    Wait(Duration),
    /// It is over: [`Engine::finish`](super::Engine::finish) has the result.
    Done,
}

/// One command and what moves with it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The command.
    pub cdb: Cdb,
    /// What moves.
    pub payload: Payload,
    /// How long the drive may take.
    pub timeout: Duration,
}

/// Data of a command.
#[derive(Clone, Debug)]
pub enum Payload {
    /// None.
    None,
    /// From the drive, at most so many bytes.
    In(usize),
    /// To the drive.
    Out(Bytes),
}

/// How a command ended.
#[derive(Debug)]
pub struct Completion {
    /// The drive's status, or why there is none.
    pub result: Result<Status, TransportError>,
    /// Bytes that moved.
    pub transferred: usize,
    /// What came from the drive.
    pub data: Vec<u8>,
}

/// Why a command is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Ready,
    SpinUp,
    Lock,
    Speed,
    SenseParameters,
    SelectParameters,
    CheckParameters,
    Calibrate,
    Confirm,
    Cue,
    Write {
        start: Lba,
        sectors: u32,
    },
    BufferCapacity,
    Flush,
    LeaveSessionAtOnce,
    Close,
    /// Whether closing is done: drives differ in which of the two tells.
    CloseInformation,
    CloseReady,
    Unlock,
}

/// A command on its way, with the history of its repetitions.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) purpose: Purpose,
    pub(super) context: Context,
    pub(super) exchange: Exchange,
    /// Since when the drive has been putting it off.
    pub(super) refused_since: Option<Instant>,
    pub(super) tries: u32,
    pub(super) retries: u32,
    pub(super) last_sense: Option<Sense>,
}

impl Task {
    /// A command without data, or a question.
    pub(super) fn new<C: Command>(purpose: Purpose, context: Context, command: &C) -> Self {
        let payload = match command.data_phase() {
            DataPhase::In { bytes } => Payload::In(usize::try_from(bytes).unwrap_or(usize::MAX)),
            _ => Payload::None,
        };
        Self::of(purpose, context, command.encode(), payload)
    }

    /// A command with data to the drive.
    pub(super) fn with_data<C: Command>(
        purpose: Purpose,
        context: Context,
        command: &C,
        data: impl Into<Bytes>,
    ) -> Self {
        Self::of(purpose, context, command.encode(), Payload::Out(data.into()))
    }

    fn of(purpose: Purpose, context: Context, cdb: Cdb, payload: Payload) -> Self {
        let exchange = Exchange { cdb, payload, timeout: timeout(context) };
        Self { purpose, context, exchange, refused_since: None, tries: 0, retries: 0, last_sense: None }
    }

    /// The first sector it is about, where it is about sectors.
    pub(super) const fn lba(&self) -> Option<Lba> {
        if let Purpose::Write { start, .. } = self.purpose { Some(start) } else { None }
    }
}
