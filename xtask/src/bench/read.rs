//! `cargo xtask bench iso-read`: who lists and extracts an ISO 9660 + Joliet image how fast.
//!
//! The images are of genisoimage, so nobody reads what it wrote itself. They are in memory before each run, and the folder to
//! extract to is new. Who lists or extracts less than there is, is told, and compared with nobody.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use xshell::Shell;

use super::authors::Programs;
use super::measure::{Output, measure};
use super::peers::HADRIS_3;
use super::race::{Attempt, Racer, Role, is_installed, race};
use super::tree::{Contents, count};
use super::workload::Workload;
use super::{Common, common};

#[derive(Args)]
pub(crate) struct ReadArgs {
    /// Trees to read images of
    #[arg(long, value_delimiter = ',', default_values = ["w3", "w5"])]
    workloads: Vec<Workload>,
    /// What to do with the images
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["list", "extract"])]
    jobs: Vec<Job>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Job {
    List,
    Extract,
}

pub(crate) fn run(shell: &Shell, args: &ReadArgs) -> Result<()> {
    let built = common::build(shell, &args.common)?;
    for &workload in &args.workloads {
        let source = workload.make(&args.common.folder)?;
        let contents = count(&source)?;
        let image = image_of(workload, &source, &args.common.folder)?;
        for &job in &args.jobs {
            let racers = args.common.chosen(readers(&built.programs(), job));
            let target = args.common.folder.join("extracted");
            let results = race(&racers, args.common.rounds, |racer, round| {
                io::copy(&mut File::open(&image)?, &mut io::sink())?;
                match job {
                    Job::List => list(racer, &image, contents, round == 0),
                    Job::Extract => extract(racer, &image, &target, contents),
                }
            });
            results.print(&format!(
                "{workload:?}: {} ({contents}), {job:?}, medians of {}",
                workload.describe(),
                args.common.rounds
            ));
        }
        args.common.forget(&image)?;
        args.common.forget(&source)?;
    }
    args.common.forget_folder();
    Ok(())
}

/// The image of the tree, made when there is none.
fn image_of(workload: Workload, source: &Path, folder: &Path) -> Result<PathBuf> {
    let image = folder.join(format!("{workload:?}.iso").to_lowercase());
    if image.exists() {
        return Ok(image);
    }
    let partial = image.with_extension("partial");
    let mut genisoimage = Command::new("genisoimage");
    genisoimage.args(["-quiet", "-J", "-joliet-long", "-input-charset", "utf-8", "-o"]);
    let status = genisoimage.arg(&partial).arg(source).status().context("starting genisoimage")?;
    ensure!(status.success(), "genisoimage: {status}");
    fs::rename(&partial, &image)?;
    Ok(image)
}

/// The floor, we, and whoever is installed.
fn readers(programs: &Programs<'_>, job: Job) -> Vec<Racer> {
    let peer = |name, program: &str, arguments: &[&str]| Racer::new(Role::Peer, name, program, arguments);
    let own = |arguments: &[&str]| Racer::new(Role::Own, "discwright", programs.discwright, arguments);
    let floor = |arguments: &[&str]| Racer::new(Role::Floor, "floor", programs.xtask, arguments);
    let hadris = HADRIS_3.program(programs.target).map(|it| it.to_string_lossy().into_owned());
    let hadris = hadris.unwrap_or_else(|error| format!("hadris: {error:#}"));
    let racers = match job {
        Job::List => vec![
            floor(&["bench", "floor", "list", "SOURCE"]),
            own(&["ls", "SOURCE"]),
            peer("isoinfo", "isoinfo", &["-J", "-f", "-i", "SOURCE"]),
            peer("bsdtar", "bsdtar", &["--list", "--file=SOURCE"]),
            peer("7z", "7z", &["l", "SOURCE"]),
            peer("xorriso", "xorriso", &["-indev", "stdio:SOURCE", "-find", "/"]),
            peer("hadris 3 rc", &hadris, &["iso", "tree", "SOURCE"]),
        ],
        Job::Extract => vec![
            floor(&["bench", "floor", "extract", "SOURCE", "TARGET"]),
            own(&["extract", "--quiet", "--to", "TARGET", "SOURCE"]),
            peer("bsdtar", "bsdtar", &["--extract", "--file=SOURCE", "--directory=TARGET"]),
            peer("7z", "7z", &["x", "-y", "-bd", "-oTARGET", "SOURCE"]),
            peer(
                "xorriso",
                "xorriso",
                &["-osirrox", "on", "-indev", "stdio:SOURCE", "-extract", "/", "TARGET"],
            ),
            peer("hadris 3 rc", &hadris, &["iso", "extract", "--output", "TARGET", "SOURCE"]),
        ],
    };
    let (present, absent): (Vec<_>, Vec<_>) = racers.into_iter().partition(|it| {
        it.role != Role::Peer || Path::new(&it.program).exists() || is_installed(&it.program)
    });
    for racer in absent {
        println!("{}: not installed, not in the race", racer.name);
    }
    present
}

fn list(racer: &Racer, image: &Path, contents: Contents, check: bool) -> Result<Attempt> {
    let arguments = racer.arguments(&image.to_string_lossy(), "");
    let fault = if check { unlisted(racer, &arguments, contents)? } else { None };
    Ok(Attempt { run: measure(&racer.program, &arguments, Output::Nothing)?, fault })
}

fn unlisted(racer: &Racer, arguments: &[OsString], contents: Contents) -> Result<Option<String>> {
    let lines = measure(&racer.program, arguments, Output::CountedPipe)?.drained.lines;
    let entries = contents.entries();
    Ok((lines < entries).then(|| format!("prints {lines} lines for {entries} entries")))
}

fn extract(racer: &Racer, image: &Path, target: &Path, contents: Contents) -> Result<Attempt> {
    remove(target)?;
    fs::create_dir(target)?;
    let arguments = racer.arguments(&image.to_string_lossy(), &target.to_string_lossy());
    let run = measure(&racer.program, &arguments, Output::Nothing);
    let came = count(target)?;
    remove(target)?;
    let fault = (came != contents).then(|| format!("extracted {came}, there are {contents}"));
    Ok(Attempt { run: run?, fault })
}

fn remove(target: &Path) -> Result<()> {
    match fs::remove_dir_all(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", target.display()))
        }
        _ => Ok(()),
    }
}
