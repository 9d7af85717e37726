//! Files that state 0 bytes: empty ones, and those whose contents the system makes while they are read.

use core::ffi::CStr;
use std::collections::HashMap;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, Statx, fstatfs, openat};
use rustix::io::Errno;
use rustix::path::Arg;

/// File systems without a block device that know the sizes of their files, by the type that `statfs` tells (statfs(2)).
const HONEST: [u64; 8] = [
    0x0102_1994, // tmpfs
    0x8584_58F6, // ramfs
    0x9123_683E, // Btrfs
    0x794C_7630, // overlayfs
    0x0000_6969, // NFS
    0x2FC1_2FC1, // ZFS
    0xCA45_1A4E, // bcachefs
    0x2405_1905, // UBIFS
];

/// Which devices can be believed when they say that a file is empty; each is asked once.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    honest: HashMap<(u32, u32), bool>,
}

impl Sizes {
    /// Whether `name`, whose status states 0 bytes, holds something nevertheless. What cannot be opened is left to those who will
    /// read it.
    pub(super) fn are_wrong(
        &mut self,
        folder: BorrowedFd<'_>,
        name: &CStr,
        status: &Statx,
    ) -> Result<bool, Errno> {
        // Whatever lies on a block device knows its sizes; anonymous devices have the major number 0.
        if status.stx_dev_major != 0 {
            return Ok(false);
        }
        let device = (status.stx_dev_major, status.stx_dev_minor);
        let is_honest = match self.honest.get(&device) {
            Some(&known) => known,
            None => {
                let is_honest = is_honest(folder, name)?;
                self.honest.insert(device, is_honest);
                is_honest
            }
        };
        if is_honest { Ok(false) } else { gives_something(folder, name) }
    }
}

/// Whether a file that states 0 bytes holds something.
pub(super) fn holds_something(path: &Path) -> io::Result<bool> {
    Ok(!is_honest(CWD, path)? && gives_something(CWD, path)?)
}

fn is_honest<P: Arg>(folder: BorrowedFd<'_>, name: P) -> Result<bool, Errno> {
    let file = openat(folder, name, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    Ok(u64::try_from(fstatfs(&file)?.f_type).is_ok_and(|kind| HONEST.contains(&kind)))
}

fn gives_something<P: Arg>(folder: BorrowedFd<'_>, name: P) -> Result<bool, Errno> {
    // Logs of the kernel wait for their next line otherwise.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file: OwnedFd = match openat(folder, name, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::ACCESS | Errno::PERM) => return Ok(false),
        Err(error) => return Err(error),
    };
    loop {
        match rustix::io::read(&file, &mut [0]) {
            Ok(read) => return Ok(read > 0),
            Err(Errno::INTR) => {}
            // Nothing now is not the end.
            Err(Errno::AGAIN) => return Ok(true),
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_that_no_size_tells_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let empty = dir.path().join("empty");
        std::fs::write(&empty, b"").unwrap();
        assert!(!holds_something(&empty).unwrap());
        assert!(!gives_something(CWD, &empty).unwrap(), "where the device is not believed, too");
        assert!(!is_honest(CWD, "/proc/version").unwrap());
        assert!(holds_something(Path::new("/proc/version")).unwrap());
    }
}
