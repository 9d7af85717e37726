//! `cargo xtask bench iso`: who makes an ISO 9660 + Joliet image of a tree how fast.
//!
//! Each program makes the same image, one after the other, round after round, so that whatever else the machine does meets
//! all alike. Sources are read once before each run: the race is about the programs, not about the disk; with `--cold` they
//! are dropped from memory before each run instead. An image without all files is told, and compared with nobody.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Args;
use xshell::Shell;

use super::authors::{Sink, authors};
use super::measure::{Output, measure};
use super::race::{Attempt, Racer, Role, is_installed, race};
use super::tree::{Contents, chill, warm};
use super::workload::Workload;
use super::{Common, common};

#[derive(Args)]
pub(crate) struct IsoArgs {
    /// Trees to make images of
    #[arg(long, value_delimiter = ',', default_values = ["w1", "w2", "w3", "w5"])]
    workloads: Vec<Workload>,
    /// Where images go
    #[arg(long, value_enum, default_value_t = Sink::File)]
    sink: Sink,
    /// Drop the sources from memory before each run; takes a `--folder` on a disk
    #[arg(long)]
    cold: bool,
    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(shell: &Shell, args: &IsoArgs) -> Result<()> {
    let built = common::build(shell, &args.common)?;
    for &workload in &args.workloads {
        let source = workload.make(&args.common.folder)?;
        let racers = args.common.chosen(authors(&built.programs(), workload, args.sink));
        race_with(workload, &racers, &source, args)?;
        args.common.forget(&source)?;
    }
    args.common.forget_folder();
    Ok(())
}

fn race_with(workload: Workload, racers: &[Racer], source: &Path, args: &IsoArgs) -> Result<()> {
    let prepare = || if args.cold { chill(source) } else { warm(source) };
    let contents = prepare()?;
    let target = match args.sink {
        Sink::File | Sink::Pipe => args.common.folder.join("image.iso"),
        Sink::Null => PathBuf::from("/dev/null"),
    };
    let rounds = args.common.rounds;
    let results = race(racers, rounds, |racer, round| {
        prepare()?;
        attempt(racer, source, &target, args.sink, contents, round == 0)
    });
    let state = if args.cold { "cold" } else { "warm" };
    results.print(&format!(
        "{workload:?}: {} ({contents}), {state}, to {:?}, medians of {rounds}",
        workload.describe(),
        args.sink
    ));
    Ok(())
}

fn attempt(
    racer: &Racer,
    source: &Path,
    target: &Path,
    sink: Sink,
    contents: Contents,
    check: bool,
) -> Result<Attempt> {
    let from = source.to_string_lossy();
    match sink {
        Sink::Null => {
            let run = measure(&racer.program, &racer.arguments(&from, "/dev/null"), Output::Nothing)?;
            Ok(Attempt { run, fault: None })
        }
        Sink::Pipe => {
            let arguments = racer.arguments(&from, pipe_name(racer));
            let run = measure(&racer.program, &arguments, Output::Pipe)?;
            Ok(Attempt { run, fault: too_small(run.drained.bytes, contents) })
        }
        Sink::File => {
            let arguments = racer.arguments(&from, &target.to_string_lossy());
            let run = measure(&racer.program, &arguments, Output::Nothing);
            let size = fs::metadata(target).map_or(0, |it| it.len());
            let is_image = matches!(racer.role, Role::Own | Role::Peer);
            let missing = if run.is_ok() && is_image && check { missing(target, contents)? } else { None };
            let _ = fs::remove_file(target);
            Ok(Attempt { run: run?, fault: too_small(size, contents).or(missing) })
        }
    }
}

/// What standard output is called: `-` is a file's name for some.
fn pipe_name(racer: &Racer) -> &'static str {
    if matches!(racer.name, "xorriso" | "bsdtar" | "genisoimage") { "-" } else { "/dev/stdout" }
}

fn too_small(size: u64, contents: Contents) -> Option<String> {
    (size < contents.bytes).then(|| format!("{size} bytes came out, the files have {}", contents.bytes))
}

/// What isoinfo misses in the Joliet hierarchy, when it is installed.
fn missing(image: &Path, contents: Contents) -> Result<Option<String>> {
    if !is_installed("isoinfo") {
        return Ok(None);
    }
    let mut isoinfo = Command::new("isoinfo");
    let arguments = ["-J", "-f", "-i"].map(OsString::from);
    isoinfo.args(arguments).arg(image).stdin(Stdio::null());
    let answer = isoinfo.output().context("starting isoinfo")?;
    ensure!(answer.status.success(), "isoinfo: {}", String::from_utf8_lossy(&answer.stderr).trim());
    let listed = u64::try_from(answer.stdout.split(|byte| *byte == b'\n').count().saturating_sub(1))?;
    let entries = contents.entries();
    Ok((listed < entries).then(|| format!("its Joliet hierarchy has {listed} entries of {entries}")))
}
