//! Folders of files as programs find them: counted, in memory, or not in memory.

use core::fmt;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use nix::sys::statfs::{TMPFS_MAGIC, statfs};

/// What a folder holds, without itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) files: u64,
    pub(crate) folders: u64,
    pub(crate) bytes: u64,
}

impl Contents {
    pub(crate) const fn entries(self) -> u64 {
        self.files + self.folders
    }
}

impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} files in {} folders, {} MiB", self.files, self.folders, self.bytes >> 20)
    }
}

/// Reads every file once, so that all is in memory, and tells what there is.
pub(crate) fn warm(folder: &Path) -> Result<Contents> {
    visit(folder, &mut |mut file| Ok(io::copy(&mut file, &mut io::sink())?))
}

/// Counts without reading.
pub(crate) fn count(folder: &Path) -> Result<Contents> {
    visit(folder, &mut |file| Ok(file.metadata()?.len()))
}

/// Writes everything to the disk and drops the contents of the files from memory.
///
/// Folders and inodes stay: only the superuser can drop those, and those of everybody.
///
/// # Errors
///
/// A file system in memory has nothing to read from.
pub(crate) fn chill(folder: &Path) -> Result<Contents> {
    let name = folder.display();
    ensure!(
        statfs(folder).with_context(|| format!("asking about {name}"))?.filesystem_type() != TMPFS_MAGIC,
        "{name} is in memory (tmpfs) and never cold; take --folder on a disk"
    );
    nix::unistd::sync();
    visit(folder, &mut |file| {
        posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)?;
        Ok(file.metadata()?.len())
    })
}

fn visit(folder: &Path, each: &mut impl FnMut(File) -> Result<u64>) -> Result<Contents> {
    let mut contents = Contents::default();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let below = visit(&entry.path(), each)?;
            contents.folders += 1 + below.folders;
            contents.files += below.files;
            contents.bytes += below.bytes;
        } else if kind.is_file() {
            contents.files += 1;
            contents.bytes += each(File::open(entry.path())?)?;
        }
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_counted() {
        let folder = std::env::temp_dir().join(format!("discwright-tree-{}", std::process::id()));
        fs::create_dir_all(folder.join("a/b")).unwrap();
        fs::write(folder.join("a/one"), b"12345").unwrap();
        fs::write(folder.join("a/b/two"), b"678").unwrap();
        let expected = Contents { files: 2, folders: 2, bytes: 8 };
        assert_eq!(count(&folder).unwrap(), expected);
        assert_eq!(warm(&folder).unwrap(), expected);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn memory_is_never_cold() {
        if statfs("/dev/shm").is_ok_and(|it| it.filesystem_type() == TMPFS_MAGIC) {
            assert!(chill(Path::new("/dev/shm")).unwrap_err().to_string().contains("never cold"));
        } else {
            println!("skipped: /dev/shm is no tmpfs");
        }
    }
}
