//! Running a program and measuring it.

use core::time::Duration;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) wall: Duration,
    /// Largest resident set, in KiB; `None` without GNU time.
    pub(crate) peak_kib: Option<u64>,
}

/// Runs a program to its end, its standard output into nothing.
pub(crate) fn measure(program: &str, arguments: &[OsString]) -> Result<Run> {
    let gnu_time = Path::new("/usr/bin/time");
    let report = std::env::temp_dir().join(format!("discwright-bench-{}", std::process::id()));
    let mut command = if gnu_time.exists() {
        let mut command = Command::new(gnu_time);
        command.args(["-f", "%M", "-o"]).arg(&report).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    let start = Instant::now();
    let output = command.output().with_context(|| format!("starting {program}"))?;
    let wall = start.elapsed();
    let peak = std::fs::read_to_string(&report).ok();
    let _ = std::fs::remove_file(&report);
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        bail!("{program}: {}: {}", output.status, words.lines().last().unwrap_or_default());
    }
    let peak_kib = peak.and_then(|text| text.lines().last()?.trim().parse().ok());
    Ok(Run { wall, peak_kib })
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
        assert!(measure("false", &[]).is_err());
        assert!(measure("true", &[]).is_ok());
        assert!(measure("no-such-program-anywhere", &[]).is_err());
    }
}
