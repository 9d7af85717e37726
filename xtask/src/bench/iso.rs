//! `cargo xtask bench iso`: who makes an ISO 9660 + Joliet image of a tree how fast.
//!
//! Each program makes the same image, one after the other, round after round, so that whatever else the machine does meets
//! all alike. Sources are read once before each run: the race is about the programs, not about the disk.

use core::time::Duration;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use xshell::{Shell, cmd};

use super::measure::{Run, measure, median};
use super::workload::Workload;

#[derive(Args)]
pub(crate) struct IsoArgs {
    /// Trees to make images of
    #[arg(long, value_delimiter = ',', default_values = ["w1", "w2", "w3", "w5"])]
    workloads: Vec<Workload>,
    /// How often each program runs on each tree
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where images go
    #[arg(long, value_enum, default_value_t = Sink::File)]
    sink: Sink,
    /// Folder for trees and images; some GB, best in memory
    #[arg(long, default_value = "/dev/shm/discwright-bench")]
    folder: PathBuf,
    /// Leave the trees there for the next time
    #[arg(long)]
    keep: bool,
}

#[derive(Args)]
pub(crate) struct FloorArgs {
    source: PathBuf,
    target: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sink {
    /// A file beside the sources
    File,
    /// /dev/null
    Null,
}

/// A program that makes images.
struct Author {
    name: &'static str,
    program: String,
    /// SOURCE and TARGET are put in.
    arguments: Vec<&'static str>,
}

pub(crate) fn run(shell: &Shell, args: &IsoArgs) -> Result<()> {
    ensure!(args.rounds > 0, "no rounds, no medians");
    cmd!(shell, "cargo build --release --package discwright --quiet").run()?;
    let authors = authors()?;
    fs::create_dir_all(&args.folder).with_context(|| format!("making {}", args.folder.display()))?;
    for workload in &args.workloads {
        let source = workload.make(&args.folder)?;
        let runs = race(&authors, &source, args)?;
        report(*workload, args, &authors, &runs);
        if !args.keep && source.starts_with(&args.folder) {
            fs::remove_dir_all(&source)?;
        }
    }
    if !args.keep {
        // Only when nothing of somebody else is left in it.
        let _ = fs::remove_dir(&args.folder);
    }
    Ok(())
}

/// The floor, we, and whoever is installed.
fn authors() -> Result<Vec<Author>> {
    let xtask =
        std::env::current_exe()?.into_os_string().into_string().ok().context("path of xtask is not UTF-8")?;
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let author = |name, program: &str, arguments: &[&'static str]| Author {
        name,
        program: program.to_owned(),
        arguments: arguments.to_vec(),
    };
    let mut authors = vec![
        author("floor", &xtask, &["bench", "floor", "SOURCE", "TARGET"]),
        author(
            "discwright",
            &format!("{target}/release/discwright"),
            &["image", "--quiet", "SOURCE", "-o", "TARGET"],
        ),
    ];
    let peers = [
        author(
            "genisoimage",
            "genisoimage",
            &["-quiet", "-J", "-joliet-long", "-input-charset", "utf-8", "-o", "TARGET", "SOURCE"],
        ),
        author(
            "xorriso",
            "xorriso",
            &["-as", "mkisofs", "-quiet", "-J", "-joliet-long", "-no-pad", "-o", "TARGET", "SOURCE"],
        ),
        author(
            "bsdtar",
            "bsdtar",
            &[
                "--create",
                "--format=iso9660",
                "--options=!rockridge",
                "--file=TARGET",
                "--directory=SOURCE",
                ".",
            ],
        ),
        author(
            "hadris-iso 2",
            "hadris-iso",
            &["create", "--joliet", "--strict-charset", "--output", "TARGET", "SOURCE"],
        ),
        author(
            "hadris 3",
            "hadris",
            &["iso", "create", "--joliet", "--strict-charset", "--force", "--output", "TARGET", "SOURCE"],
        ),
        author("pycdlib", "pycdlib-genisoimage", &["-quiet", "-J", "-o", "TARGET", "SOURCE"]),
    ];
    for peer in peers {
        if is_installed(&peer.program) {
            authors.push(peer);
        } else {
            println!("{}: not installed, not in the race", peer.name);
        }
    }
    Ok(authors)
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// All runs by the author's name; whoever fails once is out, with the reason.
fn race<'a>(
    authors: &'a [Author],
    source: &Path,
    args: &IsoArgs,
) -> Result<BTreeMap<&'a str, Result<Vec<Run>>>> {
    let payload = warm(source)?;
    let target = match args.sink {
        Sink::File => args.folder.join("image.iso"),
        Sink::Null => PathBuf::from("/dev/null"),
    };
    let mut runs: BTreeMap<&str, Result<Vec<Run>>> = BTreeMap::new();
    for _ in 0..args.rounds {
        for author in authors {
            let Ok(done) = runs.entry(author.name).or_insert_with(|| Ok(Vec::new())) else { continue };
            warm(source)?;
            match once(author, source, &target, args.sink, payload) {
                Ok(run) => done.push(run),
                Err(error) => {
                    runs.insert(author.name, Err(error));
                }
            }
        }
    }
    Ok(runs)
}

fn once(author: &Author, source: &Path, target: &Path, sink: Sink, payload: u64) -> Result<Run> {
    let put = |argument: &&str| -> OsString {
        let argument = argument.replace("SOURCE", &source.to_string_lossy());
        argument.replace("TARGET", &target.to_string_lossy()).into()
    };
    let run = measure(&author.program, &author.arguments.iter().map(put).collect::<Vec<_>>());
    if sink == Sink::File {
        // An image smaller than its files was not made.
        let size = fs::metadata(target).map_or(0, |it| it.len());
        let _ = fs::remove_file(target);
        let run = run?;
        ensure!(size >= payload, "the image has {size} bytes, its files {payload}");
        return Ok(run);
    }
    run
}

/// Reads every file once and tells how many bytes they have.
fn warm(source: &Path) -> Result<u64> {
    copy_all(source, &mut std::io::sink())
}

pub(crate) fn floor(args: &FloorArgs) -> Result<()> {
    let mut target = File::create(&args.target)?;
    copy_files(&args.source, &mut |file| Ok(std::io::copy(file, &mut target)?))?;
    Ok(())
}

fn copy_all(source: &Path, target: &mut impl std::io::Write) -> Result<u64> {
    copy_files(source, &mut |file| Ok(std::io::copy(file, target)?))
}

fn copy_files(folder: &Path, copy: &mut impl FnMut(&mut File) -> Result<u64>) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            bytes += copy_files(&entry.path(), copy)?;
        } else if kind.is_file() {
            bytes += copy(&mut File::open(entry.path())?)?;
        }
    }
    Ok(bytes)
}

fn report(workload: Workload, args: &IsoArgs, authors: &[Author], runs: &BTreeMap<&str, Result<Vec<Run>>>) {
    let wall = |name: &str| -> Option<Duration> {
        median(runs.get(name)?.as_ref().ok()?.iter().map(|run| run.wall).collect())
    };
    let best_peer = authors.iter().skip(2).filter_map(|author| wall(author.name)).min();
    println!("\n{workload:?}, {}, to {:?}, medians of {}", workload.describe(), args.sink, args.rounds);
    println!("{:<14} {:>9} {:>9} {:>11} {:>9}", "", "seconds", "x floor", "x best peer", "peak MB");
    for author in authors {
        let times = |other: Option<Duration>| -> String {
            match (wall(author.name), other) {
                (Some(own), Some(other)) => format!("{:.2}", own.as_secs_f64() / other.as_secs_f64()),
                _ => "-".to_owned(),
            }
        };
        match runs.get(author.name) {
            Some(Ok(done)) => {
                let seconds =
                    wall(author.name).map_or_else(|| "-".to_owned(), |it| format!("{:.3}", it.as_secs_f64()));
                let peak = median(done.iter().filter_map(|run| run.peak_kib).collect());
                let peak = peak.map_or_else(|| "-".to_owned(), |kib| (kib / 1024).to_string());
                let (floor, peer) = (times(wall("floor")), times(best_peer));
                println!("{:<14} {seconds:>9} {floor:>9} {peer:>11} {peak:>9}", author.name);
            }
            Some(Err(error)) => println!("{:<14} {error:#}", author.name),
            None => {}
        }
    }
}
