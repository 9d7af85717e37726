//! `discwright extract`.

use core::ops::ControlFlow;
use std::io::{self, Write as _};
use std::path::Path;

use discwright_iso9660::read::{ExtractOptions, Finding, extract};
use serde::Serialize;

use crate::args::{ExtractArgs, OutputArgs};
use crate::cancel;
use crate::exit::{Class, Failure};
use crate::output::print;
use crate::progress::Progress;
use crate::volume::{self, view_name};

#[derive(Serialize)]
struct Taken {
    to: String,
    session: usize,
    view: &'static str,
    files: u64,
    folders: u64,
    links: u64,
    bytes: u64,
    /// Entries that were not extracted, and why.
    problems: Vec<String>,
    /// What is wrong with the volume.
    findings: Vec<String>,
}

/// Copies files out of a session or an image file.
pub(crate) fn run(args: ExtractArgs, output: OutputArgs) -> Result<(), Failure> {
    let cancel = cancel::on_interrupt()?;
    let progress = Progress::new(output);
    progress.phase("reading the volume");
    let (file, paths) = operands(&args)?;
    let chosen = volume::open(file, args.drive.as_ref(), args.selection)?;
    std::fs::create_dir_all(&args.to)
        .map_err(|error| Failure::refused(format!("{}: {error}", args.to.display())))?;
    let options = ExtractOptions { paths, links: args.links.into() };
    let result = extract(&chosen.volume, chosen.view, &options, &args.to, &mut |_| {
        progress.phase("extracting");
        if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.finish();
    let extracted = result.map_err(Failure::refused)?;
    let findings = [chosen.volume.findings(), &extracted.findings];
    let damaged = findings.iter().any(|it| it.has_errors());
    let findings: Vec<_> = findings.iter().flat_map(|it| it.as_slice()).map(Finding::to_string).collect();
    for finding in &findings {
        tracing::warn!("{finding}");
    }
    let taken = Taken {
        to: args.to.display().to_string(),
        session: chosen.session,
        view: view_name(chosen.view),
        files: extracted.files,
        folders: extracted.directories,
        links: extracted.symlinks,
        bytes: extracted.bytes,
        problems: extracted.problems.iter().map(ToString::to_string).collect(),
        findings,
    };
    if extracted.cancelled {
        let cancelled = Failure::refused(format!("cancelled after {} files", taken.files));
        return Err(Failure { class: Class::Cancelled, ..cancelled });
    }
    for problem in &taken.problems {
        // The status tells it too.
        let _ = writeln!(io::stderr(), "discwright: {problem}");
    }
    print(output, &taken, |out| tell(out, &taken))?;
    match taken.problems.first() {
        Some(first) => {
            let count = taken.problems.len();
            let problem = format!("{count} of the entries could not be extracted, the first: {first}");
            Err(Failure::incomplete(problem))
        }
        None if damaged => {
            let problem =
                "the volume is damaged, so something may be missing; what can be read was extracted";
            Err(Failure::incomplete(problem).advise("`discwright check` tells more"))
        }
        None => Ok(()),
    }
}

/// Without a drive the first operand is the image file; the others are paths inside the volume.
fn operands(args: &ExtractArgs) -> Result<(Option<&Path>, Vec<String>), Failure> {
    if args.drive.is_some() {
        return Ok((None, args.operands.clone()));
    }
    let (file, paths) = args
        .operands
        .split_first()
        .ok_or_else(|| Failure::usage("name an image file, or a drive with --drive"))?;
    Ok((Some(Path::new(file)), paths.to_vec()))
}

fn tell(out: &mut dyn io::Write, taken: &Taken) -> io::Result<()> {
    let Taken { to, files, folders, bytes, .. } = taken;
    writeln!(out, "{to}: {files} files in {folders} folders, {bytes} bytes")
}
