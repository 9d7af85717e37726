//! Host files, read at an offset and watched for changes.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use rustix::fs::{AtFlags, Mode, OFlags, StatxFlags, openat, statx};
use rustix::io::Errno;
use thiserror::Error;

use crate::tree::{Opener, Span, Stamp, Timestamp, Tree};

/// Why a staged file cannot be recorded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// It is gone, or the system does not let it be read.
    #[error("{path}: {source}; put it back or stage the folder again", path = path.display())]
    Unreadable {
        /// The host path.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It is not what it was when it was staged.
    #[error("{path} has changed since it was staged: {change}; stage it again", path = path.display())]
    Changed {
        /// The host path.
        path: PathBuf,
        /// What differs.
        change: Change,
    },
}

/// How a file differs from what was staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Change {
    /// Its length.
    #[error("{now} bytes instead of {staged}")]
    Length {
        /// Bytes when it was staged.
        staged: u64,
        /// Bytes now.
        now: u64,
    },
    /// Its time of modification.
    #[error("its time of modification is another")]
    Modified,
    /// It is another file of the same name.
    #[error("it is another file of that name")]
    Replaced,
}

/// Reads host files, keeping the last one open while it is not read to its end.
#[derive(Debug, Default)]
pub(super) struct Reader {
    opener: Opener,
    open: Option<(u32, Span, File)>,
}

impl Reader {
    /// Whether a file is still what was staged and may be read.
    pub(super) fn check(
        &mut self,
        tree: &Tree,
        folder: u32,
        name: Span,
        stamp: Stamp,
    ) -> Result<(), SourceError> {
        let now = self.stamp(tree, folder, name).map_err(|errno| unreadable(tree, folder, name, errno))?;
        compare(tree, folder, name, stamp, now)
    }

    fn stamp(&mut self, tree: &Tree, folder: u32, name: Span) -> Result<Stamp, Errno> {
        let (folders, text) = tree.folders();
        let at = self.opener.open(folders, text, folder)?;
        rustix::fs::accessat(at, text.bytes(name), rustix::fs::Access::READ_OK, AtFlags::EACCESS)?;
        let status = statx(at, text.bytes(name), AtFlags::empty(), STAMP)?;
        Ok(stamp_of(&status))
    }

    /// Fills `out` from `offset` on, and with zeros after the file's end.
    pub(super) fn read(
        &mut self,
        tree: &Tree,
        folder: u32,
        name: Span,
        stamp: Stamp,
        offset: u64,
        out: &mut [u8],
    ) -> Result<(), SourceError> {
        let left = stamp.bytes.saturating_sub(offset);
        let there = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        let (data, padding) = out.split_at_mut(there);
        padding.fill(0);
        let ends = left <= there as u64;
        let file = match self.open.take() {
            Some((last_folder, last_name, file)) if (last_folder, last_name) == (folder, name) => file,
            _ => self.open(tree, folder, name, stamp)?,
        };
        read_whole(&file, offset, data).map_err(|error| match error {
            ReadError::System(source) => {
                SourceError::Unreadable { path: tree.host_path(folder, name), source }
            }
            ReadError::Short(now) => SourceError::Changed {
                path: tree.host_path(folder, name),
                change: Change::Length { staged: stamp.bytes, now },
            },
        })?;
        if ends {
            // What was read last is what was staged only if nobody wrote meanwhile.
            let long = stamp.bytes > RECHECK_BYTES;
            if long {
                self.recheck(tree, folder, name, stamp, &file)?;
            }
        } else {
            self.open = Some((folder, name, file));
        }
        Ok(())
    }

    pub(super) fn open(
        &mut self,
        tree: &Tree,
        folder: u32,
        name: Span,
        stamp: Stamp,
    ) -> Result<File, SourceError> {
        let (folders, text) = tree.folders();
        let opened = self.opener.open(folders, text, folder).and_then(|at| {
            // A pipe that took the file's place must not block.
            let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
            openat(at, text.bytes(name), flags, Mode::empty())
        });
        let handle: OwnedFd = opened.map_err(|errno| unreadable(tree, folder, name, errno))?;
        let file = File::from(handle);
        self.recheck(tree, folder, name, stamp, &file)?;
        Ok(file)
    }

    pub(super) fn recheck(
        &self,
        tree: &Tree,
        folder: u32,
        name: Span,
        stamp: Stamp,
        file: &File,
    ) -> Result<(), SourceError> {
        let status = rustix::fs::fstat(file).map_err(|errno| unreadable(tree, folder, name, errno))?;
        let nanoseconds = u32::try_from(status.st_mtime_nsec).unwrap_or(0);
        let now = Stamp {
            bytes: u64::try_from(status.st_size).unwrap_or(0),
            modified: Timestamp::from_unix(status.st_mtime, nanoseconds),
            inode: status.st_ino,
        };
        compare(tree, folder, name, stamp, now)
    }
}

/// Files longer than this are looked at again when their end was read, as reading them takes a while.
const RECHECK_BYTES: u64 = 1 << 20;

const STAMP: StatxFlags =
    StatxFlags::TYPE.union(StatxFlags::SIZE).union(StatxFlags::MTIME).union(StatxFlags::INO);

fn stamp_of(status: &rustix::fs::Statx) -> Stamp {
    Stamp {
        bytes: status.stx_size,
        modified: Timestamp::from_unix(status.stx_mtime.tv_sec, status.stx_mtime.tv_nsec),
        inode: status.stx_ino,
    }
}

fn compare(tree: &Tree, folder: u32, name: Span, staged: Stamp, now: Stamp) -> Result<(), SourceError> {
    let change = if staged.bytes != now.bytes {
        Change::Length { staged: staged.bytes, now: now.bytes }
    } else if staged.modified != now.modified {
        Change::Modified
    } else if staged.inode != now.inode {
        Change::Replaced
    } else {
        return Ok(());
    };
    Err(SourceError::Changed { path: tree.host_path(folder, name), change })
}

fn unreadable(tree: &Tree, folder: u32, name: Span, errno: Errno) -> SourceError {
    SourceError::Unreadable { path: tree.host_path(folder, name), source: errno.into() }
}

enum ReadError {
    System(std::io::Error),
    /// The file ends after so many bytes.
    Short(u64),
}

fn read_whole(file: &File, offset: u64, data: &mut [u8]) -> Result<(), ReadError> {
    let mut at = offset;
    let mut rest = data;
    while !rest.is_empty() {
        let read = match file.read_at(rest, at) {
            Ok(0) => return Err(ReadError::Short(at)),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ReadError::System(error)),
        };
        at += read as u64;
        rest = rest.split_at_mut_checked(read).map_or(&mut [][..], |(_, rest)| rest);
    }
    Ok(())
}
