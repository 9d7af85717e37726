//! What a command prints, words for people and one document for programs, and the files that it makes.

use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

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

/// A file that takes its place when it is whole: until then it lies beside it under a name of its own, and is removed
/// when this is dropped.
pub(crate) struct NewFile {
    part: NamedTempFile,
    place: PathBuf,
}

impl NewFile {
    /// Makes the part, whose name no other file has; what the place holds stays as it is.
    ///
    /// # Errors
    /// The system's, when the folder takes no file.
    pub(crate) fn create(place: &Path) -> io::Result<Self> {
        let name = place.file_name().ok_or_else(|| io::Error::other("the output needs a file name"))?;
        // Long names stay below the 255 bytes that file systems allow.
        let front = name.as_bytes().get(..LONGEST_FRONT).unwrap_or(name.as_bytes());
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
        let part = tempfile::Builder::new()
            .prefix(OsStr::from_bytes(&[front, b"."].concat()))
            .suffix(".part")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder.unwrap_or_else(|| Path::new(".")))?;
        Ok(Self { part, place: place.to_owned() })
    }

    /// The part, open for reading and writing.
    pub(crate) fn file(&mut self) -> &mut File {
        self.part.as_file_mut()
    }

    /// Puts the file into its place.
    ///
    /// # Errors
    /// The system's; the part is gone then.
    pub(crate) fn keep(self) -> io::Result<()> {
        self.part.persist(self.place).map(drop).map_err(|error| error.error)
    }
}

/// Bytes of a name that its part repeats.
const LONGEST_FRONT: usize = 200;

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
