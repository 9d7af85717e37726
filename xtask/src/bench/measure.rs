//! Running a program and measuring it.

use core::time::Duration;
use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) wall: Duration,
    /// User and system time of the program and its children, whatever else the machine did meanwhile.
    pub(crate) cpu: Duration,
    /// Largest resident set, in KiB; `None` without GNU time.
    pub(crate) peak_kib: Option<u64>,
    /// What had to come from a disk, in bytes: 0 when everything was in memory.
    pub(crate) disk_bytes: u64,
    /// What came out of the pipe.
    pub(crate) drained: Drained,
}

/// What a program wrote to its standard output, where that was a pipe.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Drained {
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
}

/// Where a program's standard output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// /dev/null.
    Nothing,
    /// A pipe that a thread here empties, 1 MiB at a time, and throws away, as `| cat >/dev/null` does.
    Pipe,
    /// The same, and its lines are counted: too slow to be timed.
    CountedPipe,
}

/// Runs a program to its end.
pub(crate) fn measure(program: &str, arguments: &[OsString], output: Output) -> Result<Run> {
    let report = std::env::temp_dir().join(format!("discwright-bench-{}", std::process::id()));
    let (mut command, drain) = prepare(program, arguments, output, &report)?;
    let before = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    let start = Instant::now();
    let child = command.spawn().with_context(|| format!("starting {program}"))?;
    // It holds the writing end of the pipe, which would never end.
    drop(command);
    let done = child.wait_with_output()?;
    let drained = match drain {
        None => Drained::default(),
        Some(thread) => thread.join().map_err(|_| anyhow!("the thread at the pipe died"))??,
    };
    let wall = start.elapsed();
    let after = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let peak = std::fs::read_to_string(&report).ok();
    let _ = std::fs::remove_file(&report);
    if !done.status.success() {
        let words = String::from_utf8_lossy(&done.stderr);
        let is_telling = |line: &&str| !line.contains("Error exit delayed");
        let words = words.lines().rev().find(is_telling).unwrap_or_default();
        bail!("{program}: {}: {words}", done.status);
    }
    Ok(Run {
        wall,
        cpu: cpu(&after)?.saturating_sub(cpu(&before)?),
        peak_kib: peak.and_then(|text| text.lines().last()?.trim().parse().ok()),
        // The kernel counts in blocks of 512 bytes.
        disk_bytes: u64::try_from(after.block_reads() - before.block_reads())? * 512,
        drained,
    })
}

type Drain = thread::JoinHandle<std::io::Result<Drained>>;

fn prepare(
    program: &str,
    arguments: &[OsString],
    output: Output,
    report: &Path,
) -> Result<(Command, Option<Drain>)> {
    let gnu_time = Path::new("/usr/bin/time");
    let mut command = if gnu_time.exists() {
        let mut command = Command::new(gnu_time);
        command.args(["-f", "%M", "-o"]).arg(report).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    if output == Output::Nothing {
        return Ok((command, None));
    }
    let (reader, writer) = std::io::pipe()?;
    command.stdout(writer);
    let drain = thread::spawn(move || drain(reader, output == Output::CountedPipe));
    Ok((command, Some(drain)))
}

fn drain(mut reader: impl Read, count: bool) -> std::io::Result<Drained> {
    let mut buffer = vec![0; 1 << 20];
    let mut drained = Drained::default();
    loop {
        let filled = reader.read(&mut buffer)?;
        if filled == 0 {
            return Ok(drained);
        }
        let read = buffer.get(..filled).unwrap_or_default();
        drained.bytes += u64::try_from(filled).unwrap_or_default();
        if count {
            drained.lines +=
                u64::try_from(read.iter().filter(|byte| **byte == b'\n').count()).unwrap_or_default();
        }
    }
}

fn cpu(usage: &Usage) -> Result<Duration> {
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(u64::try_from(micros)?))
}

/// The middle one; of an even number, the lower of the two in the middle.
pub(crate) fn median<T: Ord + Copy>(mut values: Vec<T>) -> Option<T> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(vec![3, 1, 2]), Some(2));
        assert_eq!(median(vec![4, 1, 2, 3]), Some(2));
        assert_eq!(median::<u8>(vec![]), None);
    }

    #[test]
    fn a_program_that_fails_is_no_measurement() {
        assert!(measure("false", &[], Output::Nothing).is_err());
        assert!(measure("true", &[], Output::Nothing).is_ok());
        assert!(measure("no-such-program-anywhere", &[], Output::Pipe).is_err());
    }

    #[test]
    fn what_goes_through_the_pipe_is_counted() {
        let run = measure("seq", &["100000".into()], Output::CountedPipe).unwrap();
        assert_eq!((run.drained.bytes, run.drained.lines), (588_895, 100_000));
        assert_eq!(measure("seq", &["9".into()], Output::Nothing).unwrap().drained.bytes, 0);
    }

    #[test]
    fn work_takes_time_of_the_processor() {
        let loops = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done".into();
        assert!(
            measure("sh", &["-c".into(), loops], Output::Nothing).unwrap().cpu > Duration::from_millis(5)
        );
    }
}
