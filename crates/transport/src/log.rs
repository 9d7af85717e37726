//! Recordings of what was said, and a transport that plays them back without a drive.
//!
//! One line of text per thing said; the form is stable:
//!
//! ```text
//! discwright-transport-log 1 65536                  version; most bytes per command
//! > 12 00 00 00 24 00 in 36                         command, what moves
//! < good 36 1200000 05800532...                     status, bytes moved, nanoseconds, bytes that came
//! > 2a 00 00 00 00 00 00 00 20 00 out 65536 8c9d…   data to the drive as their 64-bit FNV-1a hash
//! < check:70000200…0408… 0 90000                    sense data in fixed form
//! ~ 40000000                                        the host waited, nanoseconds
//! ```

use core::fmt::Write as _;
use core::time::Duration;
use std::io::Write;

use discwright_mmc::Sense;
use thiserror::Error;

use crate::{Data, Instant, Outcome, Request, Status, Transport, TransportError};

const MAGIC: &str = "discwright-transport-log 1";

/// Writes down everything that passes.
#[derive(Debug)]
pub struct Record<T, W> {
    inner: T,
    log: W,
    begun: bool,
}

impl<T, W> Record<T, W> {
    /// Records what passes through `inner` into `log`, from now on.
    pub const fn new(inner: T, log: W) -> Self {
        Self { inner, log, begun: false }
    }

    /// The transport and the log.
    pub fn into_parts(self) -> (T, W) {
        (self.inner, self.log)
    }
}

impl<T: Transport, W: Write> Transport for Record<T, W> {
    fn execute(&mut self, mut request: Request<'_>) -> Result<Outcome, TransportError> {
        if !self.begun {
            self.begun = true;
            writeln!(self.log, "{MAGIC} {}", self.inner.max_transfer())?;
        }
        writeln!(self.log, "> {}", said(&request))?;
        let begun = self.inner.now();
        let result = self.inner.execute(request.reborrow());
        let took = self.inner.now().since(begun).as_nanos();
        let line = answer(&result, &request, took);
        writeln!(self.log, "< {line}")?;
        result
    }

    fn now(&mut self) -> Instant {
        self.inner.now()
    }

    fn wait(&mut self, pause: Duration) {
        // A log that cannot be written fails the next command.
        let _ = writeln!(self.log, "~ {}", pause.as_nanos());
        self.inner.wait(pause);
    }

    fn max_transfer(&self) -> usize {
        self.inner.max_transfer()
    }
}

fn said(request: &Request<'_>) -> String {
    let mut line = hex_spaced(request.cdb.as_bytes());
    let _ = match &request.data {
        Data::None => write!(line, " none"),
        Data::In(buffer) => write!(line, " in {}", buffer.len()),
        Data::Out(bytes) => write!(line, " out {} {:016x}", bytes.len(), fnv(bytes)),
    };
    line
}

fn answer(result: &Result<Outcome, TransportError>, request: &Request<'_>, took: u128) -> String {
    match result {
        Ok(outcome) => {
            let mut line = format!("{} {} {took}", status_word(outcome.status), outcome.transferred);
            if let Data::In(buffer) = &request.data {
                line.push(' ');
                line.push_str(&hex(buffer.get(..outcome.transferred).unwrap_or(buffer)));
            }
            line
        }
        Err(TransportError::Timeout(time)) => format!("timeout {} {took}", time.as_nanos()),
        Err(error) => format!("gone {}", error.to_string().replace('\n', " ")),
    }
}

fn status_word(status: Status) -> String {
    match status {
        Status::Good => "good".to_owned(),
        Status::CheckCondition(sense) => format!("check:{}", hex(&sense.encode_fixed())),
        Status::Busy => "busy".to_owned(),
        Status::ReservationConflict => "reserved".to_owned(),
        Status::Other(byte) => format!("status:{byte:02x}"),
    }
}

/// Plays a recording back: each command must be the recorded one, and gets the recorded answer.
///
/// Time is the recording's: a command takes as long as it took, and a wait as long as is asked.
#[derive(Debug)]
pub struct Replay {
    entries: std::vec::IntoIter<Entry>,
    max_transfer: usize,
    clock: Duration,
    last_line: usize,
}

#[derive(Debug)]
struct Entry {
    line: usize,
    said: String,
    answer: Answer,
    took: Duration,
}

#[derive(Debug)]
enum Answer {
    Outcome { status: Status, transferred: usize, bytes: Vec<u8> },
    Timeout(Duration),
    Gone(String),
}

/// Why a text is no recording.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line} of the recording: {problem}")]
pub struct LogError {
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub problem: &'static str,
}

impl Replay {
    /// Reads a recording.
    ///
    /// # Errors
    /// [`LogError`] that names the line.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_end()));
        let max_transfer = lines
            .next()
            .and_then(|(_, line)| line.strip_prefix(MAGIC)?.trim().parse().ok())
            .ok_or(LogError { line: 1, problem: "not the first line of a recording" })?;
        let mut entries = Vec::new();
        let mut pending: Option<(usize, String)> = None;
        let mut last_line = 1;
        for (line, text) in lines {
            last_line = line;
            match (text.split_at_checked(2), &pending) {
                (Some(("> ", said)), None) => pending = Some((line, said.to_owned())),
                (Some(("< ", answer)), Some((asked, said))) => {
                    let (answer, took) =
                        parse_answer(answer).map_err(|problem| LogError { line, problem })?;
                    entries.push(Entry { line: *asked, said: said.clone(), answer, took });
                    pending = None;
                }
                (Some(("~ ", _)), _) | (None, None) if text.is_empty() || text.starts_with('~') => {}
                _ => return Err(LogError { line, problem: "neither a command, its answer, nor a wait" }),
            }
        }
        if let Some((line, _)) = pending {
            return Err(LogError { line, problem: "a command without its answer" });
        }
        Ok(Self { entries: entries.into_iter(), max_transfer, clock: Duration::ZERO, last_line })
    }

    /// Commands that have not been asked for.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.entries.len()
    }
}

impl Transport for Replay {
    fn execute(&mut self, request: Request<'_>) -> Result<Outcome, TransportError> {
        let said = said(&request);
        let Some(entry) = self.entries.next() else {
            let problem = format!("the recording is over, and the host says {said}");
            return Err(TransportError::Diverged { line: self.last_line, problem });
        };
        if entry.said != said {
            let problem = format!("recorded is {}, and the host says {said}", entry.said);
            return Err(TransportError::Diverged { line: entry.line, problem });
        }
        self.clock = self.clock.saturating_add(entry.took);
        match entry.answer {
            Answer::Outcome { status, transferred, bytes } => {
                if let Data::In(buffer) = request.data {
                    for (to, from) in buffer.iter_mut().zip(bytes) {
                        *to = from;
                    }
                }
                Ok(Outcome { status, transferred })
            }
            Answer::Timeout(time) => Err(TransportError::Timeout(time)),
            Answer::Gone(why) => Err(TransportError::Gone(why)),
        }
    }

    fn now(&mut self) -> Instant {
        Instant(self.clock)
    }

    fn wait(&mut self, pause: Duration) {
        self.clock = self.clock.saturating_add(pause);
    }

    fn max_transfer(&self) -> usize {
        self.max_transfer
    }
}

fn parse_answer(text: &str) -> Result<(Answer, Duration), &'static str> {
    if let Some(why) = text.strip_prefix("gone ") {
        return Ok((Answer::Gone(why.to_owned()), Duration::ZERO));
    }
    let mut words = text.split(' ');
    let mut word = || words.next().unwrap_or("");
    let first = word();
    let number = word().parse::<u64>().map_err(|_| "a number is missing behind the status")?;
    let took = word().parse().map(Duration::from_nanos).map_err(|_| "the time is missing")?;
    if first == "timeout" {
        return Ok((Answer::Timeout(Duration::from_nanos(number)), took));
    }
    let status = parse_status(first)?;
    let bytes = unhex(word()).ok_or("the bytes are not in hexadecimal")?;
    let transferred = usize::try_from(number).map_err(|_| "too many bytes")?;
    Ok((Answer::Outcome { status, transferred, bytes }, took))
}

fn parse_status(word: &str) -> Result<Status, &'static str> {
    match word.split_once(':') {
        None if word == "good" => Ok(Status::Good),
        None if word == "busy" => Ok(Status::Busy),
        None if word == "reserved" => Ok(Status::ReservationConflict),
        Some(("check", sense)) => {
            let bytes = unhex(sense).ok_or("the sense data are not in hexadecimal")?;
            Sense::parse(&bytes).map(Status::CheckCondition).map_err(|_| "these are no sense data")
        }
        Some(("status", byte)) => {
            u8::from_str_radix(byte, 16).map(Status::Other).map_err(|_| "this is no status byte")
        }
        _ => Err("an unknown status"),
    }
}

/// FNV-1a, 64 bits: enough to notice that other data are written.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn hex_spaced(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        let _ = write!(text, "{}{byte:02x}", if index == 0 { "" } else { " " });
    }
    text
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    digits.chunks_exact(2).map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use discwright_mmc::{Cdb, SenseKey};

    use super::*;

    /// Answers from a list, each after a millisecond.
    struct Canned(Vec<Result<(Status, Vec<u8>), TransportError>>, Duration);

    impl Transport for Canned {
        fn execute(&mut self, request: Request<'_>) -> Result<Outcome, TransportError> {
            self.1 += Duration::from_millis(1);
            let (status, bytes) = self.0.remove(0)?;
            let transferred = bytes.len();
            if let Data::In(buffer) = request.data {
                buffer[..transferred].copy_from_slice(&bytes);
            }
            Ok(Outcome { status, transferred })
        }

        fn now(&mut self) -> Instant {
            Instant(self.1)
        }

        fn wait(&mut self, pause: Duration) {
            self.1 += pause;
        }

        fn max_transfer(&self) -> usize {
            65_536
        }
    }

    const BUSY: Status = Status::CheckCondition(Sense::new(SenseKey::NotReady, 0x04, 0x08));

    /// Asks, writes twice, asks again; what came and when.
    fn conversation(transport: &mut impl Transport, data: &[u8]) -> Vec<String> {
        let mut heard = Vec::new();
        let mut buffer = [0; 4];
        let inquiry = Cdb::new([0x12, 0, 0, 0, 4, 0]);
        let write = Cdb::new([0x2A, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        for step in 0..4 {
            let timeout = Duration::from_secs(1);
            let result = match step {
                0 | 3 => transport.execute(Request { cdb: &inquiry, data: Data::In(&mut buffer), timeout }),
                _ => transport.execute(Request { cdb: &write, data: Data::Out(data), timeout }),
            };
            heard.push(format!("{result:?} {buffer:?} {:?}", transport.now()));
            transport.wait(Duration::from_millis(40));
        }
        heard
    }

    fn recorded() -> (Vec<String>, String) {
        let canned = Canned(
            vec![
                Ok((Status::Good, vec![5, 0x80])),
                Ok((BUSY, vec![])),
                Ok((Status::Other(0x28), vec![])),
                Err(TransportError::Timeout(Duration::from_secs(1))),
            ],
            Duration::ZERO,
        );
        let mut record = Record::new(canned, Vec::new());
        let heard = conversation(&mut record, &[7; 8]);
        (heard, String::from_utf8(record.into_parts().1).unwrap())
    }

    #[test]
    fn a_recording_replays_to_the_same() {
        let (heard, log) = recorded();
        let mut replay = Replay::parse(&log).unwrap();
        assert_eq!(conversation(&mut replay, &[7; 8]), heard);
        assert_eq!(replay.remaining(), 0);
    }

    /// The form on disk is a promise: recordings are kept as tests.
    #[test]
    fn golden_log() {
        let (_, log) = recorded();
        let lines: Vec<_> = log.lines().take(4).collect();
        assert_eq!(
            lines,
            [
                "discwright-transport-log 1 65536",
                "> 12 00 00 00 04 00 in 4",
                "< good 2 1000000 0580",
                "~ 40000000",
            ]
        );
        assert!(log.contains("\n< check:700002000000000a"), "{log}");
    }

    #[test]
    fn other_words_or_other_data_diverge() {
        let (_, log) = recorded();
        let mut replay = Replay::parse(&log).unwrap();
        let heard = conversation(&mut replay, &[8; 8]);
        assert!(heard[1].contains("Diverged"), "{}", heard[1]);
        let inquiry = Cdb::new([0x12, 0, 0, 0, 4, 0]);
        let request = Request { cdb: &inquiry, data: Data::None, timeout: Duration::ZERO };
        let error = replay.execute(request).unwrap_err();
        assert!(error.to_string().contains("the recording is over"));
    }

    #[test]
    fn what_is_no_recording_is_refused_by_line() {
        let problems = [
            ("", 1),
            ("discwright-transport-log 1 x", 1),
            ("discwright-transport-log 1 512\n< good 0 0 ", 2),
            ("discwright-transport-log 1 512\n> 00 none", 2),
            ("discwright-transport-log 1 512\n> 00 none\n> 00 none", 3),
            ("discwright-transport-log 1 512\n> 00 none\n< good 1 1 0g", 3),
            ("discwright-transport-log 1 512\n> 00 none\n< check:zz 1 1", 3),
            ("discwright-transport-log 1 512\n> 00 none\n< good", 3),
            ("discwright-transport-log 1 512\né", 2),
        ];
        for (text, line) in problems {
            assert_eq!(Replay::parse(text).unwrap_err().line, line, "{text:?}");
        }
    }
}
