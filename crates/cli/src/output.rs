//! What a command prints: words for people, one document for programs.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::args::OutputArgs;
use crate::exit::Failure;

/// Prints `document` with `--json`, nothing with `--quiet`, else the words that `tell` writes.
pub(crate) fn print<T: Serialize>(
    output: OutputArgs,
    document: &T,
    tell: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
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
