//! `discwright run`.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, LineWriter};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::sync::Arc;
use std::thread;

use clap::Args;
use discwright_drive::fault::FaultPlan;
use discwright_drive::{Drive, Personality, Recorder};
use discwright_preload::Server;
use discwright_preload::wire::SHORTEN_VARIABLE;
use discwright_transport::{Instant, Outcome, Record, Request, Trace, Transport, TransportError};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::siginfo::Cause;

use crate::args::OutputArgs;
use crate::drive::{DriveName, open_or_make};
use crate::exit::Failure;

/// Most data that one command may move, as common host adapters carry it.
const MAX_TRANSFER: usize = 512 * 1024;

/// Longer than anything that a drive does in the background: a CD-RW erased in full at single speed takes 80 minutes.
const BACKGROUND: Duration = Duration::from_secs(3 * 3600);

/// Run any program with an emulated drive as /dev/sr0.
///
/// The program and those it starts see the drive in the place of the device file; nothing else of the system changes,
/// and no privileges are needed. They must be dynamically linked. When the program ends, the drive finishes what it is
/// doing, and the disc is kept in its file.
///
/// Time in the drive is virtual: it passes as fast as commands come, and jumps to the end of what the drive is busy with
/// as soon as the program has been told that it is busy.
///
/// The exit status is the program's; 128 and the signal's number when a signal ended it.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The drive: `sim:FILE`, a blank 80-minute CD-R when FILE does not exist.
    #[arg(value_name = "DRIVE")]
    drive: DriveName,
    /// Which device file the program finds the drive at.
    #[arg(long = "as", value_name = "DEVICE", default_value = "/dev/sr0", value_parser = device)]
    device: PathBuf,
    /// Let the drive take as long as real hardware does.
    #[arg(long)]
    real_time: bool,
    /// Make things go wrong as this JSON file says.
    #[arg(long, value_name = "FILE.json")]
    faults: Option<PathBuf>,
    /// The drive's character.
    #[arg(long, value_name = "NAME", default_value = "modern", value_parser = personality)]
    personality: Box<Personality>,
    /// Divide the program's own waits by this number: most burning programs sleep a second between two questions.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    shorten_waits: u16,
    /// Write all commands and answers into this file.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// The program and its arguments.
    #[arg(last = true, required = true, num_args = 1.., value_name = "PROGRAM")]
    program: Vec<OsString>,
}

fn device(path: &str) -> Result<PathBuf, String> {
    let name = path.strip_prefix("/dev/").filter(|name| !name.is_empty() && !name.ends_with('/'));
    let plain = name.is_some_and(|name| !name.split('/').any(|part| ["", ".", ".."].contains(&part)));
    if plain && path.len() < 100 {
        Ok(path.into())
    } else {
        Err("a path below /dev is wanted, such as /dev/sr0".into())
    }
}

fn personality(name: &str) -> Result<Box<Personality>, String> {
    let all = Personality::all();
    let names = all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let found = all.into_iter().find(|(known, _)| *known == name);
    found
        .map(|(_, personality)| Box::new(personality))
        .ok_or_else(|| format!("there is no such drive; there are: {names}"))
}

/// Runs the program and waits for its end.
pub(crate) fn run(args: RunArgs, _: OutputArgs) -> Result<ExitCode, Failure> {
    let free_running = Arc::new(AtomicBool::new(!args.real_time));
    let drive = drive(&args, &free_running)?;
    let server = Server::start(drive, &args.device).map_err(Failure::refused)?;
    let signals = SignalsInfo::<WithOrigin>::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP]);
    let signals =
        signals.map_err(|error| Failure::refused(format!("signals cannot be passed on: {error}")))?;
    let started = start(&args, &server);
    let status = started.and_then(|child| {
        let name = args.program.first().cloned().unwrap_or_default();
        wait(child, signals).map_err(|error| Failure::refused(format!("{}: {error}", name.display())))
    });
    if let Some(mut drive) = server.stop() {
        // What the program has left to the drive is done before the power goes.
        free_running.store(true, Ordering::Relaxed);
        drive.wait(BACKGROUND);
    }
    Ok(ExitCode::from(status_of(status?)))
}

/// The emulated drive, with what the command line puts around it.
fn drive(args: &RunArgs, free_running: &Arc<AtomicBool>) -> Result<Box<dyn Transport + Send>, Failure> {
    let DriveName::Emulated(file) = &args.drive;
    let faults = args.faults.as_deref().map(read_faults).transpose()?;
    let disc = open_or_make(file).map_err(Failure::refused)?;
    let mut recorder = Recorder::around(Drive::with_disc((*args.personality).clone(), disc));
    recorder.set_max_transfer(MAX_TRANSFER);
    if let Some(faults) = faults {
        recorder.set_faults(faults);
    }
    if !args.real_time {
        recorder.set_patience(1);
    }
    let timed = Trace::new(WallClock::new(recorder, Arc::clone(free_running)));
    let Some(path) = &args.trace else { return Ok(Box::new(timed)) };
    let log = File::create(path)
        .map_err(|error| Failure::refused(format!("{} cannot be written: {error}", path.display())))?;
    Ok(Box::new(Record::new(timed, LineWriter::new(log))))
}

fn read_faults(path: &Path) -> Result<FaultPlan, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::refused(format!("{} cannot be read: {error}", path.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::refused(format!("{} is no plan of faults: {error}", path.display())))
}

fn start(args: &RunArgs, server: &Server) -> Result<Child, Failure> {
    let mut words = args.program.iter();
    let name = words.next().map(OsString::as_os_str).unwrap_or_default();
    let child = Command::new(name)
        .args(words)
        .envs(server.environment())
        .env(SHORTEN_VARIABLE, args.shorten_waits.to_string())
        .spawn();
    child.map_err(|error| {
        Failure::refused(format!("{} cannot be started: {error}", name.display()))
            .advise("the program is looked for in PATH, as a shell does")
    })
}

/// Waits for the program's end, and passes on the signals that were sent to this process alone.
fn wait(mut child: Child, mut signals: SignalsInfo<WithOrigin>) -> io::Result<ExitStatus> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let handle = signals.handle();
    let passing = thread::spawn(move || {
        for origin in signals.forever() {
            // Keys that were pressed have reached the program already: it is in the same group.
            let by_key = matches!(origin.cause, Cause::Kernel);
            let signal = Signal::from_named_raw(origin.signal).filter(|_| !by_key);
            if let (Some(pid), Some(signal)) = (pid, signal) {
                // The program may have ended meanwhile.
                let _ = kill_process(pid, signal);
            }
        }
    });
    let status = child.wait();
    handle.close();
    // The thread ends now; it cannot have failed.
    let _ = passing.join();
    status
}

fn status_of(status: ExitStatus) -> u8 {
    let number = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(number).unwrap_or(1)
}

/// Keeps a drive's time at the wall clock's: commands take as long as the drive takes for them.
struct WallClock<T> {
    inner: T,
    began: std::time::Instant,
    /// The drive's time is its own.
    free_running: Arc<AtomicBool>,
}

impl<T: Transport> WallClock<T> {
    #[expect(clippy::disallowed_methods, reason = "real time is what was asked for")]
    fn new(inner: T, free_running: Arc<AtomicBool>) -> Self {
        Self { inner, began: std::time::Instant::now(), free_running }
    }

    fn is_free(&self) -> bool {
        self.free_running.load(Ordering::Relaxed)
    }

    /// Lets the drive go on as far as the wall clock has.
    fn catch_up(&mut self) {
        let behind = Instant(self.began.elapsed()).since(self.inner.now());
        if !behind.is_zero() {
            self.inner.wait(behind);
        }
    }

    /// Waits until the wall clock is where the drive is.
    #[expect(clippy::disallowed_methods, reason = "real time is what was asked for")]
    fn let_pass(&mut self) {
        thread::sleep(self.inner.now().since(Instant(self.began.elapsed())));
    }
}

impl<T: Transport> Transport for WallClock<T> {
    fn execute(&mut self, request: Request<'_>) -> Result<Outcome, TransportError> {
        if self.is_free() {
            return self.inner.execute(request);
        }
        self.catch_up();
        let result = self.inner.execute(request);
        self.let_pass();
        result
    }

    fn now(&mut self) -> Instant {
        self.inner.now()
    }

    fn wait(&mut self, pause: Duration) {
        self.inner.wait(pause);
        if !self.is_free() {
            self.let_pass();
        }
    }

    fn max_transfer(&self) -> usize {
        self.inner.max_transfer()
    }
}
