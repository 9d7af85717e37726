//! What a command prints: words for people, one document for programs.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::args::OutputArgs;
use crate::exit::Failure;

/// The first bytes of a disc file (`docs/disc-format.md`).
const DISC_FILE: [u8; 8] = *b"DWDISC\x1A\n";

/// Refuses to write over an emulated disc: what is on it can be had from nowhere else.
pub(crate) fn refuse_disc_file(target: &Path) -> Result<(), Failure> {
    let mut front = [0; DISC_FILE.len()];
    let is_file = std::fs::metadata(target).is_ok_and(|it| it.is_file());
    let read = is_file && File::open(target).and_then(|mut file| file.read_exact(&mut front)).is_ok();
    if read && front == DISC_FILE {
        let problem = format!("{} holds an emulated disc, which is not written over", target.display());
        return Err(Failure::refused(problem).advise("choose another file, or remove this one first"));
    }
    Ok(())
}

/// Where a file is written until it is whole: beside its place, and renamed then.
pub(crate) fn part_of(target: &Path) -> Result<PathBuf, Failure> {
    let name = target.file_name().ok_or_else(|| Failure::usage("the output needs a file name"))?;
    let mut name = name.to_owned();
    name.push(".part");
    Ok(target.with_file_name(name))
}

/// Prints `document` with `--json`, nothing with `--quiet`, else the words that `tell` writes.
pub(crate) fn print<T: Serialize>(
    output: OutputArgs,
    document: &T,
    tell: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let result = if output.json {
        serde_json::to_writer_pretty(&mut out, document).map_err(io::Error::from).and_then(|()| writeln!(out))
    } else if output.quiet {
        Ok(())
    } else {
        tell(&mut out)
    };
    match result.and_then(|()| out.flush()) {
        // The reader of a pipe had enough; that is no failure of ours.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::refused(format!("standard output: {error}"))),
        Ok(()) => Ok(()),
    }
}
