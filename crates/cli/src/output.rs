//! What a command prints, words for people and one document for programs, and the files that it makes.

use std::ffi::OsStr;
use std::fs::{File, Metadata, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Gid, Uid};
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

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// Standard output: `-`, or a name of it such as `/dev/stdout`.
    Stdout,
    /// What is no regular file, and what is open already (`/dev/fd/3`): it is written where it is.
    InPlace(PathBuf),
    /// A regular file, or none yet, at a path that is no symbolic link: it is replaced when the new one is whole.
    File(PathBuf),
}

impl Destination {
    /// What `target` names, behind all symbolic links.
    ///
    /// # Errors
    /// The system's, when links cannot be followed or lead in a circle.
    pub(crate) fn of(target: &Path) -> io::Result<Self> {
        if target == Path::new("-") {
            return Ok(Self::Stdout);
        }
        let Some(place) = behind_links(target)? else {
            let is_stdout = is_same(&rustix::fs::stat(target)?, &rustix::fs::fstat(io::stdout())?);
            return Ok(if is_stdout { Self::Stdout } else { Self::InPlace(target.to_owned()) });
        };
        let is_file = std::fs::metadata(&place).map_or(true, |it| it.is_file());
        Ok(if is_file { Self::File(place) } else { Self::InPlace(place) })
    }
}

impl core::fmt::Display for Destination {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Stdout => f.write_str("standard output"),
            Self::InPlace(path) | Self::File(path) => path.display().fmt(f),
        }
    }
}

/// The path that symbolic links lead to, whether or not there is something; `None` when one names an open file, as those of
/// `/proc/self/fd` do.
fn behind_links(target: &Path) -> io::Result<Option<PathBuf>> {
    let mut place = target.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = folder_of(&place);
        let next = match std::fs::read_link(&place) {
            Ok(next) => folder.join(next),
            // No link, or nothing there: the file that is to be.
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::NotFound) => {
                return Ok(Some(place));
            }
            Err(error) => return Err(error),
        };
        if rustix::fs::statfs(folder)?.f_type == rustix::fs::PROC_SUPER_MAGIC
            && std::fs::metadata(&place).is_ok()
        {
            return Ok(None);
        }
        place = next;
    }
    Err(rustix::io::Errno::LOOP.into())
}

/// Symbolic links that are followed, as many as the system follows.
const MOST_LINKS: u32 = 40;

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn is_same(one: &rustix::fs::Stat, other: &rustix::fs::Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}

/// A file that takes its place when it is whole: until then it lies beside it under a name of its own, and is removed
/// when this is dropped.
pub(crate) struct NewFile {
    part: NamedTempFile,
    place: PathBuf,
}

impl NewFile {
    /// Makes the part, whose name no other file has; what the place holds stays as it is. A file that will be replaced gives it
    /// its permissions, and its owner where the system allows.
    ///
    /// # Errors
    /// The system's, when the folder takes no file.
    pub(crate) fn create(place: &Path) -> io::Result<Self> {
        let name = place.file_name().ok_or_else(|| io::Error::other("the output needs a file name"))?;
        // Long names stay below the 255 bytes that file systems allow.
        let front = name.as_bytes().get(..LONGEST_FRONT).unwrap_or_else(|| name.as_bytes());
        let part = tempfile::Builder::new()
            .prefix(OsStr::from_bytes(&[front, b"."].concat()))
            .suffix(".part")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder_of(place))?;
        match std::fs::metadata(place) {
            Ok(old) if old.is_file() => take_after(part.as_file(), &old)?,
            _ => {}
        }
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

/// Gives a file the permissions of another, and its owner.
fn take_after(file: &File, old: &Metadata) -> io::Result<()> {
    let mut mode = old.mode() & 0o777;
    let (owner, group) = (Uid::from_raw(old.uid()), Gid::from_raw(old.gid()));
    let now = file.metadata()?;
    if (now.uid(), now.gid()) != (old.uid(), old.gid())
        && rustix::fs::fchown(file, Some(owner), Some(group)).is_err()
        && rustix::fs::fchown(file, None, Some(group)).is_err()
    {
        // What the old group might do is nothing that another one may.
        mode = mode & !0o070 | (mode & 0o007) << 3;
    }
    file.set_permissions(Permissions::from_mode(mode))
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
