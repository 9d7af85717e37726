//! `discwright cdb`.

use core::time::Duration;
use std::fs::File;
use std::io::{self, BufRead as _, Read as _, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use discwright_drive::fault::FaultPlan;
use discwright_drive::{Disc, Drive, Personality, Recorder};
use discwright_mmc::command::{AnyCommand, DataPhase, name};
use discwright_mmc::{Cdb, Sense, SenseSpecific};
use discwright_transport::{Data, Request, Status, Transport as _};
use serde::Serialize;

use self::line::{Line, Source};
use crate::args::{DriveArgs, OutputArgs};
use crate::drive::{self, DriveName};
use crate::exit::Failure;

mod answer;
mod line;

/// Send command descriptor blocks (CDBs) from standard input to the drive, and print what it answers.
///
/// One line each, all for the same drive, in order:
///
///   51 00 00 00 00 00 00 00 22 00   a CDB in hexadecimal; any operation code is sent
///   < 00 01 02 ...                  data out for the CDB before, or behind it on the same line; may be repeated
///   < @FILE                         data out from a file
///   power-cycle                     switch the drive off and on
///   eject                           press the eject button and take the disc
///   load FILE                       put the disc file in and close the tray
///   wait SECONDS                    let the drive's (virtual) time pass
///   # ...                           a comment, alone or behind anything
///
/// Data in: as many bytes as the CDB asks for (its allocation length, or its blocks at the size that the command
/// returns), at most 64 MiB. A CDB that this program cannot decode is sent with room for 64 KiB of answer, or with the
/// data out that follow it. A command that takes data out is sent when as many bytes have come as it announces, or
/// when the next line is none of data, or at the end; every other command is sent at once, but for one that cannot be
/// decoded, which waits for the next line.
///
/// A line that makes no sense is refused with its number, and nothing behind it is done; what came before it has been
/// done. At the end of the input the drive is switched off: what it had not yet written is lost, so end with
/// SYNCHRONIZE CACHE or `wait`.
///
/// With --json one object per line: cdb, status (good, check, busy, conflict, other; none when no answer came), data,
/// sense (response, key, asc, ascq, information, progress), text; for the other lines line, status (good or refused),
/// text. A refused line ends the output with the document of an error, as in every command.
///
/// Exit status: 0 when every line was done, whatever the drive answered; 2 for a line that makes no sense; 3 for a
/// file that cannot be read, or a disc that cannot be put in.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct CdbArgs {
    #[command(flatten)]
    drive: DriveArgs,
    /// The emulated drive's character: modern, first-rewriters, ready-while-closing, usb-bridge.
    #[arg(long, value_name = "NAME", default_value = "modern", value_parser = personality)]
    personality: Box<Personality>,
    /// What goes wrong, as a JSON document of faults.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
}

/// Most bytes that one command moves: a bound against CDBs that claim gigabytes.
const MOST_BYTES: usize = 64 << 20;
/// Longest line, in bytes: the most data in hexadecimal, with spaces.
const LONGEST_LINE: usize = 3 * MOST_BYTES + 1_024;
/// Room for the answer to a CDB that cannot be decoded.
const UNKNOWN_BYTES: usize = 64 << 10;
/// Longest answer per block: a whole sector, C2 bits with the block byte, and the subchannels.
const BLOCK_BYTES: usize = 2_352 + 296 + 96;
/// Longer than anything that a drive does to a disc.
const TIMEOUT: Duration = Duration::from_secs(24 * 3_600);

fn personality(name: &str) -> Result<Box<Personality>, String> {
    let all = Personality::all();
    let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
    let unknown = format!("there are: {}", names.join(", "));
    all.into_iter().find(|(it, _)| *it == name).map(|(_, it)| Box::new(it)).ok_or(unknown)
}

/// Reads lines and carries them out.
pub(crate) fn run(args: CdbArgs, output: OutputArgs) -> Result<(), Failure> {
    let DriveName::Emulated(file) = &args.drive.drive;
    let disc = drive::open_or_make(file).map_err(Failure::refused)?;
    let mut recorder = Recorder::around(Drive::with_disc(*args.personality, disc));
    recorder.set_max_transfer(MOST_BYTES);
    if let Some(file) = &args.faults {
        recorder.set_faults(read_faults(file)?);
    }
    let mut bench = Bench { recorder, output, out: io::stdout().lock(), waiting: None };
    match bench.read(io::stdin().lock()) {
        // The reader of the answers had enough; that is no failure of ours.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(Stop::Output(error)) => Err(Failure::refused(format!("standard output: {error}"))),
        Err(Stop::Failure(failure)) => Err(failure),
        Ok(()) => Ok(()),
    }
}

fn read_faults(file: &Path) -> Result<FaultPlan, Failure> {
    let wrong = |error: &dyn core::fmt::Display| Failure::refused(format!("{}: {error}", file.display()));
    let text = std::fs::read(file).map_err(|error| wrong(&error))?;
    serde_json::from_slice(&text).map_err(|error| wrong(&error))
}

/// A drive on a bench, and what is being done with it.
struct Bench<W> {
    recorder: Recorder,
    output: OutputArgs,
    out: W,
    /// A command that is not sent yet, because data may follow.
    waiting: Option<Waiting>,
}

struct Waiting {
    cdb: Cdb,
    data: Option<Vec<u8>>,
    /// Bytes after which it is sent; `None` when the CDB does not tell.
    expected: Option<usize>,
}

/// Why the lines are not read to their end.
enum Stop {
    Output(io::Error),
    Failure(Failure),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// A command and what the drive answered.
#[derive(Serialize)]
struct Answer {
    cdb: String,
    status: &'static str,
    data: String,
    sense: Option<SenseFields>,
    text: String,
}

#[derive(Serialize)]
struct SenseFields {
    response: u8,
    key: u8,
    asc: u8,
    ascq: u8,
    information: Option<u32>,
    progress: Option<u16>,
}

impl From<Sense> for SenseFields {
    fn from(sense: Sense) -> Self {
        let progress = match sense.specific {
            Some(SenseSpecific::Progress(progress)) => Some(progress),
            _ => None,
        };
        // Fixed form (SPC-3, 4.5.3): 70h current, 71h deferred.
        let response = if sense.deferred { 0x71 } else { 0x70 };
        let (key, asc, ascq) = (sense.key.into(), sense.code.asc, sense.code.ascq);
        Self { response, key, asc, ascq, information: sense.information, progress }
    }
}

/// What became of a line that is no command.
#[derive(Serialize)]
struct Done<'a> {
    line: &'a str,
    status: &'static str,
    text: String,
}

impl<W: Write> Bench<W> {
    fn read(&mut self, mut input: impl io::BufRead) -> Result<(), Stop> {
        let mut text = Vec::new();
        for number in 1_u64.. {
            text.clear();
            let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX) + 1;
            let read = input.by_ref().take(limit).read_until(b'\n', &mut text);
            let refused = |failure: Failure| {
                let message = format!("line {number} of standard input: {}", failure.message);
                Stop::Failure(Failure { message, ..failure })
            };
            match read {
                Ok(0) => break,
                Ok(bytes) if bytes > LONGEST_LINE => {
                    return Err(refused(Failure::usage("the line is too long")));
                }
                Ok(_) => {}
                Err(error) => return Err(refused(Failure::refused(error))),
            }
            let line =
                core::str::from_utf8(&text).map_err(|_| refused(Failure::usage("the line is no text")))?;
            let line = Line::parse(line).map_err(|error| refused(Failure::usage(error)))?;
            self.take(line).map_err(|stop| match stop {
                Stop::Failure(failure) => refused(failure),
                output @ Stop::Output(_) => output,
            })?;
        }
        self.send_waiting()
    }

    fn take(&mut self, line: Line) -> Result<(), Stop> {
        match line {
            Line::Data(source) => self.take_data(source),
            other => {
                self.send_waiting()?;
                match other {
                    Line::Nothing | Line::Data(_) => Ok(()),
                    Line::Command(cdb, data) => self.take_command(cdb, data),
                    Line::PowerCycle => {
                        self.recorder.power_cycle();
                        self.tell("power-cycle", "good", "switched off and on".to_owned())
                    }
                    Line::Eject => self.eject(),
                    Line::Load(file) => self.load(&file),
                    Line::Wait(pause) => {
                        self.recorder.wait(pause);
                        let now = self.recorder.now().0;
                        self.tell(
                            "wait",
                            "good",
                            format!("{:.3} s since the drive was switched on", now.as_secs_f64()),
                        )
                    }
                }
            }
        }
    }

    fn take_command(&mut self, cdb: Cdb, data: Option<Source>) -> Result<(), Stop> {
        let phase = AnyCommand::decode(&cdb).map(|command| command.data_phase());
        let expected = match phase {
            Ok(DataPhase::Out { bytes }) => Some(usize::try_from(bytes).unwrap_or(usize::MAX)),
            Ok(DataPhase::OutBlocks { blocks: 0 }) => Some(0),
            Ok(DataPhase::OutBlocks { .. }) | Err(_) => None,
            Ok(DataPhase::None | DataPhase::In { .. } | DataPhase::InBlocks { .. }) if data.is_some() => {
                let problem = format!("{} takes no data out", name(cdb.opcode()));
                return Err(Stop::Failure(Failure::usage(problem)));
            }
            Ok(_) => Some(0),
        };
        self.waiting = Some(Waiting { cdb, data: None, expected });
        match data {
            Some(source) => self.take_data(source),
            None => self.send_when_whole(),
        }
    }

    fn take_data(&mut self, source: Source) -> Result<(), Stop> {
        let Some(waiting) = &mut self.waiting else {
            return Err(Stop::Failure(Failure::usage("no command before this line waits for data")));
        };
        let bytes = read_source(source).map_err(Stop::Failure)?;
        let data = waiting.data.get_or_insert_default();
        data.extend(bytes);
        if data.len() > MOST_BYTES {
            return Err(Stop::Failure(Failure::usage(format!(
                "more than {MOST_BYTES} bytes for one command"
            ))));
        }
        self.send_when_whole()
    }

    /// Sends the command that waits when nothing is missing.
    fn send_when_whole(&mut self) -> Result<(), Stop> {
        let came = |waiting: &Waiting| waiting.data.as_ref().map_or(0, Vec::len);
        let whole = |it: &Waiting| it.expected.is_some_and(|bytes| came(it) >= bytes);
        if self.waiting.as_ref().is_some_and(whole) { self.send_waiting() } else { Ok(()) }
    }

    fn send_waiting(&mut self) -> Result<(), Stop> {
        let Some(Waiting { cdb, data, .. }) = self.waiting.take() else { return Ok(()) };
        let command = AnyCommand::decode(&cdb).ok();
        let mut buffer = vec![0; room(command.as_ref())];
        let direction = match &data {
            Some(bytes) => Data::Out(bytes),
            None if buffer.is_empty() => Data::None,
            None => Data::In(&mut buffer),
        };
        let incoming = data.is_none();
        let outcome = self.recorder.execute(Request { cdb: &cdb, data: direction, timeout: TIMEOUT });
        let moved = outcome.as_ref().map_or(0, |outcome| outcome.transferred);
        let received = if incoming { buffer.get(..moved).unwrap_or(&buffer) } else { &[] };
        let told = command.as_ref().map(|command| answer::words(command, received)).unwrap_or_default();
        let (status, sense, words) = match outcome.map(|outcome| outcome.status) {
            Ok(Status::Good) => ("good", None, "done".to_owned()),
            Ok(Status::CheckCondition(sense)) => ("check", Some(sense), sense.to_string()),
            Ok(Status::Busy) => ("busy", None, "busy, to be tried again later".to_owned()),
            Ok(Status::ReservationConflict) => ("conflict", None, "reserved for another host".to_owned()),
            Ok(_) => ("other", None, "a status that is not known".to_owned()),
            Err(error) => ("none", None, error.to_string()),
        };
        let text = match (told.is_empty(), sense) {
            (true, _) => words,
            (false, None) => told,
            (false, Some(_)) => format!("{words}; {told}"),
        };
        let data: String = received.iter().map(|byte| format!("{byte:02X}")).collect();
        let answer = Answer { cdb: cdb.to_string(), status, data, sense: sense.map(SenseFields::from), text };
        self.print(&answer, |out| tell_answer(out, &cdb, &answer, received))
    }

    fn eject(&mut self) -> Result<(), Stop> {
        match self.recorder.eject() {
            Some(_) => self.tell("eject", "good", "the disc is out, the tray is open".to_owned()),
            None if self.recorder.disc().is_some() => self.tell(
                "eject",
                "refused",
                "the tray is locked or the drive is busy; it tells the host of the request".to_owned(),
            ),
            None => self.tell("eject", "good", "the tray is open; there was no disc".to_owned()),
        }
    }

    fn load(&mut self, file: &Path) -> Result<(), Stop> {
        let disc = Disc::open(file).map_err(|error| Stop::Failure(Failure::refused(error)))?;
        let medium = disc.kind();
        self.recorder.load(disc).map_err(|_| {
            let failure = Failure::refused("there is a disc in the drive or on its tray");
            Stop::Failure(failure.advise("put a line with eject before this one"))
        })?;
        self.tell("load", "good", format!("{}: {medium}, tray closed", file.display()))
    }

    fn tell(&mut self, line: &str, status: &'static str, text: String) -> Result<(), Stop> {
        let done = Done { line, status, text };
        self.print(&done, |out| writeln!(out, "{}: {}", done.line, done.text))
    }

    /// Prints at once, for a program that waits for the answer to send the next line.
    fn print<T: Serialize>(
        &mut self,
        document: &T,
        tell: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Stop> {
        if self.output.json {
            serde_json::to_writer(&mut self.out, document).map_err(io::Error::from)?;
            writeln!(self.out)?;
        } else if !self.output.quiet {
            let mut words = Vec::new();
            tell(&mut words)?;
            self.out.write_all(&words)?;
        }
        Ok(self.out.flush()?)
    }
}

/// Bytes of room for a command's answer.
fn room(command: Option<&AnyCommand>) -> usize {
    let bytes = match command.map(AnyCommand::data_phase) {
        None => UNKNOWN_BYTES,
        Some(DataPhase::In { bytes }) => usize::try_from(bytes).unwrap_or(usize::MAX),
        Some(DataPhase::InBlocks { blocks }) => {
            usize::try_from(blocks).unwrap_or(usize::MAX).saturating_mul(BLOCK_BYTES)
        }
        Some(DataPhase::None | DataPhase::Out { .. } | DataPhase::OutBlocks { .. }) => 0,
    };
    bytes.min(MOST_BYTES)
}

fn read_source(source: Source) -> Result<Vec<u8>, Failure> {
    let file = match source {
        Source::Bytes(bytes) => return Ok(bytes),
        Source::File(file) => file,
    };
    let mut bytes = Vec::new();
    let limit = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX) + 1;
    File::open(&file)
        .and_then(|open| open.take(limit).read_to_end(&mut bytes))
        .map_err(|error| Failure::refused(format!("{}: {error}", file.display())))?;
    Ok(bytes)
}

fn tell_answer(out: &mut dyn Write, cdb: &Cdb, answer: &Answer, data: &[u8]) -> io::Result<()> {
    writeln!(out, "{cdb}  {}", name(cdb.opcode()))?;
    writeln!(out, "  {}: {}", answer.status, answer.text)?;
    for (row, bytes) in data.chunks(16).enumerate() {
        let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        writeln!(out, "  {:04X}  {}", row * 16, hex.join(" "))?;
    }
    Ok(())
}
