//! A drive with a clock of its own: what a host program is given.

use core::time::Duration;
use std::path::Path;

use discwright_mmc::Cdb;
use discwright_transport::{Data, Instant, Outcome, Request, Status, Transport, TransportError};

use crate::disc::Disc;
use crate::drive::{Drive, Lost};
use crate::fault::FaultPlan;
use crate::journal::DiscFileError;
use crate::personality::Personality;

/// Most data one command may move: what common host adapters carry.
const MAX_TRANSFER: usize = 64 * 1024;

/// An emulated recorder behind a [`Transport`], in virtual time: a whole disc is written in the time that moving its
/// bytes takes, while the drive believes that it took an hour.
#[derive(Debug)]
pub struct Recorder {
    drive: Drive,
    clock: Instant,
    max_transfer: usize,
    initiator: u8,
    observer: Option<Observer>,
    /// Busy answers in a row after which time jumps to the end of what the drive is busy with.
    patience: Option<u32>,
    busy_answers: u32,
}

/// What a command was and how it ended.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// When it was sent.
    pub sent: Instant,
    /// When it was answered.
    pub answered: Instant,
    /// The command.
    pub cdb: &'a Cdb,
    /// How it ended.
    pub outcome: Outcome,
}

/// Called after every command.
struct Observer(Box<dyn FnMut(Observed<'_>) + Send>);

impl core::fmt::Debug for Observer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Observer")
    }
}

impl Recorder {
    /// A recorder of this character without a disc, just switched on.
    #[must_use]
    pub fn new(personality: Personality) -> Self {
        Self::around(Drive::new(personality))
    }

    /// A modern recorder with a disc in it, just switched on.
    #[must_use]
    pub fn with_disc(disc: Disc) -> Self {
        Self::around(Drive::with_disc(Personality::modern(), disc))
    }

    /// A modern recorder with the disc of a disc file in it, just switched on.
    ///
    /// # Errors
    /// [`DiscFileError`] when the file is no disc, damaged, or in another drive.
    pub fn with_disc_file(path: impl AsRef<Path>) -> Result<Self, DiscFileError> {
        Ok(Self::with_disc(Disc::open(path)?))
    }

    /// A recorder around a drive.
    #[must_use]
    pub const fn around(drive: Drive) -> Self {
        Self {
            drive,
            clock: Instant(Duration::ZERO),
            max_transfer: MAX_TRANSFER,
            initiator: 0,
            observer: None,
            patience: None,
            busy_answers: 0,
        }
    }

    /// Calls `observer` after every command.
    pub fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + 'static) {
        self.observer = Some(Observer(Box::new(observer)));
    }

    /// Changes how much data one command may move.
    pub const fn set_max_transfer(&mut self, bytes: usize) {
        self.max_transfer = bytes;
    }

    /// Speaks for another of the hosts on the drive's bus from now on; each has its own unit attentions, sense and lock
    /// of the tray ([`Drive::execute_from`]).
    pub const fn set_initiator(&mut self, initiator: u8) {
        self.initiator = initiator;
    }

    /// Makes things go wrong by plan from now on.
    pub fn set_faults(&mut self, plan: FaultPlan) {
        self.drive.set_faults(plan);
    }

    /// Bounds how often in a row the drive may answer that it is busy: then time jumps to the end of what it is busy
    /// with. For hosts that wait by another clock than this transport's, or poll without waiting at all.
    pub const fn set_patience(&mut self, busy_answers: u32) {
        self.patience = Some(busy_answers);
    }

    fn lose_patience(&mut self, outcome: Outcome) {
        use discwright_mmc::SenseKey;
        let busy = matches!(outcome.status, Status::CheckCondition(sense) if sense.key == SenseKey::NotReady && sense.code.asc == 4);
        self.busy_answers = if busy { self.busy_answers + 1 } else { 0 };
        if self.patience.is_some_and(|patience| self.busy_answers >= patience)
            && let Some(until) = self.drive.busy_until(self.clock)
        {
            self.clock = self.clock.max(until);
            self.busy_answers = 0;
        }
    }

    /// The drive.
    #[must_use]
    pub const fn drive(&self) -> &Drive {
        &self.drive
    }

    /// The drive, to be tampered with.
    pub const fn drive_mut(&mut self) -> &mut Drive {
        &mut self.drive
    }

    /// The disc in the drive.
    #[must_use]
    pub fn disc(&self) -> Option<&Disc> {
        self.drive.disc()
    }

    /// Puts a disc in and closes the tray; the drive spins up and reports the change.
    ///
    /// # Errors
    /// Gives the disc back when there is one in the drive.
    pub fn load(&mut self, disc: Disc) -> Result<(), Disc> {
        self.drive.insert(self.clock, disc)
    }

    /// Presses the eject button and takes the disc; `None` when there is none, the host has locked the tray, or the drive
    /// is busy in the background. [`swap`](Self::swap) takes it out by force.
    pub fn eject(&mut self) -> Option<Disc> {
        self.drive.press_eject(self.clock)
    }

    /// Takes the disc out whatever the drive is doing, and puts another in.
    pub fn swap(&mut self, disc: Disc) -> Option<Disc> {
        let old = self.drive.remove(self.clock);
        // The drive is empty now, so that it takes the disc.
        drop(self.drive.insert(self.clock, disc));
        old
    }

    /// Switches the power off and on: what the laser had not yet written is lost.
    pub fn power_cycle(&mut self) {
        self.drive.power_cycle(self.clock);
    }

    /// Switches the power off and takes the disc out: what the laser had not yet written is lost.
    #[must_use]
    pub fn into_disc(mut self) -> Option<Disc> {
        self.drive.remove(self.clock)
    }
}

impl Transport for Recorder {
    fn execute(&mut self, request: Request<'_>) -> Result<Outcome, TransportError> {
        let asked = match &request.data {
            Data::None => 0,
            Data::In(buffer) => buffer.len(),
            Data::Out(bytes) => bytes.len(),
        };
        if asked > self.max_transfer {
            return Err(TransportError::TooLarge { asked, limit: self.max_transfer });
        }
        let sent = self.clock;
        let completion = self.drive.execute_from(self.initiator, sent, request.cdb, request.data);
        match completion.lost {
            Some(Lost::PowerCut) => {
                self.clock = completion.at;
                return Err(TransportError::Gone("the power was cut".to_owned()));
            }
            Some(Lost::Hang) => {
                self.clock = sent.after(request.timeout);
                return Err(TransportError::Timeout(request.timeout));
            }
            Some(Lost::Wire) => {
                self.clock = completion.at;
                return Err(TransportError::Gone("the answer was lost on the wire".to_owned()));
            }
            None => {}
        }
        if completion.at.since(sent) > request.timeout {
            self.clock = sent.after(request.timeout);
            return Err(TransportError::Timeout(request.timeout));
        }
        self.clock = completion.at;
        self.lose_patience(completion.outcome);
        if let Some(Observer(observer)) = &mut self.observer {
            let (answered, cdb, outcome) = (completion.at, request.cdb, completion.outcome);
            observer(Observed { sent, answered, cdb, outcome });
        }
        Ok(completion.outcome)
    }

    fn now(&mut self) -> Instant {
        self.clock
    }

    fn wait(&mut self, pause: Duration) {
        self.clock = self.clock.after(pause);
        self.drive.advance(self.clock);
    }

    fn max_transfer(&self) -> usize {
        self.max_transfer
    }
}
