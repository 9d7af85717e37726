//! The drive as the kernel has it: opening and closing, commands on their way through, media changes.

use core::mem::MaybeUninit;
use core::time::Duration;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use discwright_mmc::command::{Command, PreventAllow, StartStopUnit, TestUnitReady};
use discwright_mmc::{Cdb, Sense, SenseKey};
use discwright_transport::{
    CommandError, Data, Request as DriveRequest, Status, Transport, TransportError, TransportExt as _,
};
use rustix::io::Errno;
use rustix::net::{self, RecvFlags};

use super::errno::{Error, Result};
use crate::wire::{Answer, Request};

/// The access mode in the flags of open(2): O_RDONLY, O_WRONLY, O_RDWR.
const O_ACCMODE: i64 = 3;
const O_EXCL: i64 = 0o200;
const O_NONBLOCK: i64 = 0o4000;
/// What F_SETFL changes: O_APPEND, O_NONBLOCK, O_DSYNC, O_ASYNC, O_NOATIME and O_SYNC; O_DIRECT differs by machine.
const SETTABLE: i64 =
    0o2000 | O_NONBLOCK | 0o10_000 | 0o20_000 | 0o1_000_000 | 0o4_000_000 | 0o40_000 | 0o200_000;
/// What open(2) acts on once, and F_GETFL does not return: O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC, O_CLOEXEC.
const NOT_KEPT: i64 = 0o100 | O_EXCL | 0o400 | 0o1000 | 0o2_000_000;

/// Unit attentions in a row that are taken for news; drives have no more than three or four things to report.
const MOST_ATTENTIONS: u32 = 10;

/// How long a drive may take to become ready, and how often it is asked.
const BECOMING_READY: (Duration, u32) = (Duration::from_millis(200), 300);

/// SG_IO's statuses of the host adapter (include/scsi/scsi_status.h).
const DID_TIME_OUT: u8 = 3;
const DID_ERROR: u8 = 7;

/// Bytes of the shortest command (SPC-3, 4.3).
const SHORTEST_CDB: usize = 6;
/// How long a command may take when its sender says nothing (BLK_DEFAULT_SG_TIMEOUT).
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// One drive.
pub(super) struct Unit {
    pub(super) drive: Box<dyn Transport + Send>,
    files: Vec<Held>,
    next_file: u64,
    /// A medium has come since CDROM_MEDIA_CHANGED was last asked.
    pub(super) changed: bool,
    /// CDROM_LOCKDOOR keeps the tray locked when the last file is closed.
    pub(super) keep_locked: bool,
    /// The options of CDROM_SET_OPTIONS (CDO_*).
    pub(super) options: u64,
    /// What SG_SET_TIMEOUT has set, in ticks; it is told and changes nothing, as in the kernel.
    pub(super) sg_timeout_ticks: i64,
    /// What SG_SET_RESERVED_SIZE has set, in bytes.
    pub(super) reserved_bytes: usize,
}

impl core::fmt::Debug for Unit {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Unit").field("files", &self.files).finish_non_exhaustive()
    }
}

/// An open file as the drive knows it.
#[derive(Debug)]
struct Held {
    file: u64,
    /// The server's end of the socket that stands for the file.
    socket: Arc<OwnedFd>,
    /// It has the drive for itself (O_EXCL).
    exclusive: bool,
    /// It was opened for the data of a disc, not for the drive (no O_NONBLOCK).
    for_data: bool,
}

impl Held {
    /// Whether a descriptor of it is left. A program that has closed its last one and goes on at once must not find the
    /// drive still in use, although the thread that serves the file has not noticed yet.
    fn is_open(&self) -> bool {
        let mut byte = [MaybeUninit::uninit(); 1];
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        !matches!(net::recv(&self.socket, &mut byte, flags), Ok(((_, _), 0)))
    }
}

/// One open file.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenFile {
    id: u64,
    /// As F_GETFL returns them.
    pub(super) flags: i64,
    /// Byte of the disc.
    pub(super) position: u64,
}

impl OpenFile {
    pub(super) const fn set_flags(&mut self, flags: i64) {
        self.flags = self.flags & !SETTABLE | flags & SETTABLE;
    }
}

/// What a drive does about an empty or audio disc that is opened for its data: CDO_AUTO_CLOSE, CDO_LOCK.
pub(super) const CDO_AUTO_CLOSE: u64 = 1;
/// Opening for data locks the tray.
pub(super) const CDO_LOCK: u64 = 8;
/// O_NONBLOCK opens the drive rather than the disc (CDO_USE_FFLAGS).
pub(super) const CDO_USE_FFLAGS: u64 = 4;

impl Unit {
    pub(super) fn new(drive: Box<dyn Transport + Send>) -> Self {
        let reserved_bytes = drive.max_transfer();
        Self {
            drive,
            files: Vec::new(),
            next_file: 0,
            changed: false,
            keep_locked: false,
            options: CDO_AUTO_CLOSE | CDO_USE_FFLAGS | CDO_LOCK,
            sg_timeout_ticks: 6000,
            reserved_bytes,
        }
    }

    pub(super) fn into_drive(self) -> Box<dyn Transport + Send> {
        self.drive
    }

    /// Asks until the drive has no more news; whether it is ready.
    ///
    /// The kernel does so when it finds a drive, and whenever the device is opened: programs never see that the drive
    /// was switched on, or that a disc was changed before they came.
    pub(super) fn settle(&mut self) -> core::result::Result<(), Sense> {
        let mut said = None;
        for _ in 0..MOST_ATTENTIONS {
            match self.drive.ask(&TestUnitReady {}) {
                Ok(()) => return Ok(()),
                Err(error) => match error.sense() {
                    Some(sense) if sense.key == SenseKey::UnitAttention => {
                        self.changed |= sense.code.asc == 0x28;
                        said = Some(*sense);
                    }
                    sense => return Err(sense.copied().or(said).unwrap_or(NO_SENSE)),
                },
            }
        }
        Err(said.unwrap_or(NO_SENSE))
    }

    /// Asks until a disc that is being loaded is ready.
    pub(super) fn settle_loading(&mut self) -> core::result::Result<(), Sense> {
        let (pause, times) = BECOMING_READY;
        for _ in 0..times {
            match self.settle() {
                Err(sense) if is_becoming_ready(&sense) => self.drive.wait(pause),
                result => return result,
            }
        }
        self.settle()
    }

    /// Opens the device (drivers/cdrom/cdrom.c, `cdrom_open` and `open_for_data`).
    pub(super) fn open(&mut self, flags: i64, socket: &Arc<OwnedFd>) -> Result<OpenFile> {
        self.reap();
        let exclusive = flags & O_EXCL != 0;
        if exclusive && self.files.iter().any(|file| file.exclusive) {
            return Err(Errno::BUSY.into());
        }
        let _news = self.settle();
        let for_data = flags & O_NONBLOCK == 0 || self.options & CDO_USE_FFLAGS == 0;
        if for_data {
            self.open_for_data()?;
            if flags & O_ACCMODE != 0 {
                return Err(Errno::ROFS.into());
            }
            if self.options & CDO_LOCK != 0 {
                // The kernel goes on without a lock as well.
                let _locked = self.order(&PreventAllow::PREVENT);
            }
        }
        let id = self.next_file;
        self.next_file += 1;
        self.files.push(Held { file: id, socket: Arc::clone(socket), exclusive, for_data });
        Ok(OpenFile { id, flags: flags & !NOT_KEPT, position: 0 })
    }

    /// How many files are open.
    pub(super) fn opens(&mut self) -> usize {
        self.reap();
        self.files.len()
    }

    fn reap(&mut self) {
        while let Some(at) = self.files.iter().position(|file| !file.is_open()) {
            self.release_at(at);
        }
    }

    fn open_for_data(&mut self) -> Result<()> {
        let mut state = self.settle_loading();
        if matches!(state, Err(sense) if is_tray_open(&sense)) && self.options & CDO_AUTO_CLOSE != 0 {
            self.order(&StartStopUnit::LOAD).map_err(|_| Error(Errno::NOMEDIUM))?;
            state = self.settle_loading();
        }
        state.map_err(|_| Error(Errno::NOMEDIUM))?;
        if self.tracks().is_ok_and(|tracks| tracks.data > 0) { Ok(()) } else { Err(Errno::MEDIUMTYPE.into()) }
    }

    /// The last descriptor of an open file was closed.
    pub(super) fn release(&mut self, file: &OpenFile) {
        if let Some(at) = self.files.iter().position(|held| held.file == file.id) {
            self.release_at(at);
        }
    }

    fn release_at(&mut self, at: usize) {
        let file = self.files.swap_remove(at);
        if file.for_data && self.files.is_empty() && !self.keep_locked {
            let _unlocked = self.order(&PreventAllow::ALLOW);
        }
    }

    /// A command of the program's own. The kernel does nothing about what the drive says.
    pub(super) fn execute(&mut self, request: &Request, from: &[u8]) -> Result<(Answer, Vec<u8>)> {
        let wire = request.cdb.get(..usize::from(request.cdb_length)).unwrap_or(&request.cdb);
        // The kernel looks at nothing but that there is a command at all; what it means is the drive's affair.
        if wire.len() < SHORTEST_CDB {
            return Err(Errno::INVAL.into());
        }
        let cdb = Cdb::padded(wire);
        let mut into =
            vec![0; usize::try_from(request.accepting).unwrap_or(0).min(self.drive.max_transfer() + 1)];
        let data = match (from.is_empty(), into.is_empty()) {
            (false, _) => Data::Out(from),
            (true, false) => Data::In(&mut into),
            (true, true) => Data::None,
        };
        let timeout = match request.timeout_ms {
            0 => DEFAULT_TIMEOUT,
            ms => Duration::from_millis(u64::from(ms)),
        };
        let begun = self.drive.now();
        let result = self.drive.execute(DriveRequest { cdb: &cdb, data, timeout });
        let took = self.drive.now().since(begun);
        let mut answer = Answer::value(0);
        answer.duration_ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
        match result {
            Ok(outcome) => {
                answer.transferred = u32::try_from(outcome.transferred).unwrap_or(u32::MAX);
                put_status(&mut answer, outcome.status);
                into.truncate(outcome.transferred);
            }
            // The block layer refuses it before the drive sees it.
            Err(TransportError::TooLarge { .. }) => return Err(Errno::INVAL.into()),
            Err(TransportError::Timeout(_)) => answer.host_status = DID_TIME_OUT,
            Err(_) => answer.host_status = DID_ERROR,
        }
        if answer.host_status != 0 || !from.is_empty() {
            into.clear();
        }
        Ok((answer, into))
    }

    /// A command of the kernel's own.
    pub(super) fn order<C: Command<Response = ()>>(&mut self, command: &C) -> Result<()> {
        self.patiently(|drive| drive.order(command, DEFAULT_TIMEOUT))
    }

    /// A question of the kernel's own.
    pub(super) fn ask<C: Command>(&mut self, command: &C) -> Result<C::Response> {
        self.patiently(|drive| drive.ask(command))
    }

    /// Reads as the kernel does, into a buffer of the length wanted; shorter answers stay zero at the end.
    pub(super) fn fetch<C: Command>(&mut self, command: &C, bytes: usize) -> Result<Vec<u8>> {
        self.patiently(|drive| {
            let mut buffer = vec![0; bytes];
            drive.fetch(command, &mut buffer).map(|_| buffer)
        })
    }

    /// Repeats a command over unit attentions and while a disc is being loaded, and makes an error number of what the
    /// drive refuses (drivers/scsi/sr_ioctl.c, `sr_do_ioctl`).
    pub(super) fn patiently<T>(
        &mut self,
        mut command: impl FnMut(&mut (dyn Transport + Send)) -> core::result::Result<T, CommandError>,
    ) -> Result<T> {
        let (pause, times) = BECOMING_READY;
        for _ in 0..times {
            let error = match command(&mut *self.drive) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match error.sense() {
                Some(sense) if sense.key == SenseKey::UnitAttention => self.changed |= sense.code.asc == 0x28,
                Some(sense) if is_becoming_ready(sense) => self.drive.wait(pause),
                Some(sense) => return Err(errno_of(sense)),
                None => return Err(Errno::IO.into()),
            }
        }
        Err(Errno::NOMEDIUM.into())
    }
}

const NO_SENSE: Sense = Sense::new(SenseKey::NoSense, 0, 0);

pub(super) fn is_becoming_ready(sense: &Sense) -> bool {
    sense.key == SenseKey::NotReady && sense.code.asc == 0x04 && sense.code.ascq == 0x01
}

pub(super) fn is_tray_open(sense: &Sense) -> bool {
    sense.key == SenseKey::NotReady && sense.code.asc == 0x3A && sense.code.ascq == 0x02
}

fn errno_of(sense: &Sense) -> Error {
    Error(match sense.key {
        SenseKey::NotReady => Errno::NOMEDIUM,
        SenseKey::IllegalRequest if sense.code.asc == 0x20 => Errno::OPNOTSUPP,
        _ => Errno::IO,
    })
}

fn put_status(answer: &mut Answer, status: Status) {
    answer.status = match status {
        Status::Good => 0,
        Status::CheckCondition(sense) => {
            let sense = sense.encode_fixed();
            answer.sense_length = u8::try_from(sense.len()).unwrap_or(0);
            for (to, from) in answer.sense.iter_mut().zip(sense) {
                *to = from;
            }
            0x02
        }
        Status::Busy => 0x08,
        Status::ReservationConflict => 0x18,
        Status::Other(byte) => byte,
        // A status that this program does not know yet is none that SG_IO could express.
        _ => 0x02,
    };
}
