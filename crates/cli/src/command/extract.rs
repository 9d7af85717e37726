//! `discwright extract`.

use core::ops::ControlFlow;
use std::io::{self, Write as _};
use std::path::Path;

use discwright_iso9660::read::{ExtractOptions, extract};
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
    problems: Vec<String>,
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
    let options = ExtractOptions { paths, ..ExtractOptions::default() };
    let result = extract(&chosen.volume, chosen.view, &options, &args.to, &mut |_| {
        progress.phase("extracting");
        if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.finish();
    let extracted = result.map_err(Failure::refused)?;
    for finding in extracted.findings.as_slice() {
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
    };
    if extracted.cancelled {
        let cancelled = Failure::refused(format!("cancelled after {} files", taken.files));
        return Err(Failure { class: Class::Cancelled, ..cancelled });
    }
    match taken.problems.first() {
        None => print(output, &taken, |out| tell(out, &taken)),
        Some(first) => {
            for problem in &taken.problems {
                // The status tells it too.
                let _ = writeln!(io::stderr(), "discwright: {problem}");
            }
            let count = taken.problems.len();
            let problem = format!("{count} of the entries could not be extracted, the first: {first}");
            Err(Failure::refused(problem))
        }
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
