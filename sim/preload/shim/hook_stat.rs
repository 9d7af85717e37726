//! What kind of file the device is: the stat family, old names and new.

use core::ffi::{c_char, c_int, c_uint};

use crate::abi::{self, Stat, Statx};
use crate::client::Drive;
use crate::config::{Config, config};
use crate::next::{errno, hooks};
use crate::path::{Named, leads_to_device, named};

/// Major number of SCSI CD drives.
const MAJOR: u32 = 11;

/// Where devtmpfs usually is.
const DEVICES: u64 = 5;

/// An inode number that devtmpfs is far from.
const INODE: u64 = 0x0001_1000;

/// What is told of a file.
struct Facts {
    mode: u32,
    size: u64,
    inode: u64,
    device_number: (u32, u32),
}

impl Facts {
    fn of(named: Named, config: &Config) -> Self {
        let inode = INODE + u64::from(config.minor) * 4;
        match named {
            Named::Device => Self::device(config),
            Named::Link => {
                let size = u64::try_from(config.device_name().len()).unwrap_or(0);
                Self { mode: abi::S_IFLNK | 0o777, size, inode: inode + 1, device_number: (0, 0) }
            }
            Named::Info => {
                Self { mode: abi::S_IFREG | 0o444, size: 0, inode: inode + 2, device_number: (0, 0) }
            }
        }
    }

    fn device(config: &Config) -> Self {
        let inode = INODE + u64::from(config.minor) * 4;
        Self { mode: abi::S_IFBLK | 0o660, size: 0, inode, device_number: (MAJOR, config.minor) }
    }

    /// # Safety
    /// `to` points to a `struct stat`.
    unsafe fn put(&self, to: *mut Stat) -> c_int {
        let (major, minor) = self.device_number;
        // SAFETY: all bytes zero are a `struct stat`; writing it is this function's own condition.
        unsafe {
            let mut stat: Stat = core::mem::zeroed();
            stat.device = DEVICES;
            stat.inode = self.inode;
            stat.links = 1;
            stat.mode = self.mode;
            (stat.user, stat.group) = (abi::geteuid(), abi::getegid());
            stat.device_number = u64::from(major << 8 | minor);
            stat.size = i64::try_from(self.size).unwrap_or(0);
            stat.block_size = 4096;
            *to = stat;
        }
        0
    }

    /// # Safety
    /// `to` points to a `struct statx`.
    unsafe fn put_extended(&self, to: *mut Statx) -> c_int {
        // SAFETY: all bytes zero are a `struct statx`; writing it is this function's own condition.
        unsafe {
            let mut stat: Statx = core::mem::zeroed();
            stat.mask = abi::STATX_BASIC_STATS;
            stat.block_size = 4096;
            stat.links = 1;
            (stat.user, stat.group) = (abi::geteuid(), abi::getegid());
            stat.mode = u16::try_from(self.mode).unwrap_or(0);
            stat.inode = self.inode;
            stat.size = self.size;
            (stat.device_major, stat.device_minor) = self.device_number;
            stat.filesystem_minor = u32::try_from(DEVICES).unwrap_or(0);
            *to = stat;
        }
        0
    }
}

/// What is told of a path; `None` for paths of no concern.
///
/// # Safety
/// `path` is null or ends with a zero.
unsafe fn facts_of(directory: c_int, path: *const c_char, flags: c_int) -> Option<Facts> {
    // SAFETY: by this function's own condition.
    let (what, config) = unsafe { named(directory, path) }?;
    let follow = flags & abi::AT_SYMLINK_NOFOLLOW == 0;
    Some(if what == Named::Link && follow { Facts::device(config) } else { Facts::of(what, config) })
}

/// What is told of a descriptor or, where the path is empty, of the file that it is.
///
/// # Safety
/// `path` is null or ends with a zero.
unsafe fn facts_at(fd: c_int, path: *const c_char, flags: c_int) -> Option<Facts> {
    // SAFETY: by this function's own condition.
    let empty = path.is_null() || unsafe { *path } == 0;
    if empty {
        return Drive::behind(fd).map(|drive| Facts::device(drive.config));
    }
    // SAFETY: by this function's own condition.
    unsafe { facts_of(fd, path, flags) }
}

/// After the kernel has failed: what is told of a link of the user's own that leads to the device.
///
/// # Safety
/// `path` is null or ends with a zero.
unsafe fn facts_behind_link(directory: c_int, path: *const c_char) -> Option<Facts> {
    if errno() != abi::ENOENT {
        return None;
    }
    // SAFETY: by this function's own condition.
    if unsafe { leads_to_device(directory, path) } { config().map(Facts::device) } else { None }
}

macro_rules! stat_hooks {
    ($($stat:ident $lstat:ident $fstat:ident $fstatat:ident)*) => { hooks! {$(
        fn $stat(path: *const c_char, to: *mut Stat) -> c_int
        [-1, next: unsafe extern "C" fn(*const c_char, *mut Stat) -> c_int] {
            // SAFETY: the caller's arguments, as for stat(2).
            unsafe {
                if let Some(facts) = facts_of(abi::AT_FDCWD, path, 0) {
                    return facts.put(to);
                }
                let result = next(path, to);
                if result == 0 { return 0 }
                facts_behind_link(abi::AT_FDCWD, path).map_or(result, |facts| facts.put(to))
            }
        }
        fn $lstat(path: *const c_char, to: *mut Stat) -> c_int
        [-1, next: unsafe extern "C" fn(*const c_char, *mut Stat) -> c_int] {
            // SAFETY: the caller's arguments, as for lstat(2).
            unsafe {
                match facts_of(abi::AT_FDCWD, path, abi::AT_SYMLINK_NOFOLLOW) {
                    Some(facts) => facts.put(to),
                    None => next(path, to),
                }
            }
        }
        fn $fstat(fd: c_int, to: *mut Stat) -> c_int
        [-1, next: unsafe extern "C" fn(c_int, *mut Stat) -> c_int] {
            // SAFETY: the caller's arguments, as for fstat(2).
            unsafe {
                match Drive::behind(fd) {
                    Some(drive) => Facts::device(drive.config).put(to),
                    None => next(fd, to),
                }
            }
        }
        fn $fstatat(fd: c_int, path: *const c_char, to: *mut Stat, flags: c_int) -> c_int
        [-1, next: unsafe extern "C" fn(c_int, *const c_char, *mut Stat, c_int) -> c_int] {
            // SAFETY: the caller's arguments, as for fstatat(2).
            unsafe {
                if let Some(facts) = facts_at(fd, path, flags) {
                    return facts.put(to);
                }
                let result = next(fd, path, to, flags);
                if result == 0 || flags & abi::AT_SYMLINK_NOFOLLOW != 0 { return result }
                facts_behind_link(fd, path).map_or(result, |facts| facts.put(to))
            }
        }
    )*} };
}

stat_hooks! { stat lstat fstat fstatat  stat64 lstat64 fstat64 fstatat64 }

// What programs call that were linked with a C library older than 2.33; the first argument is a version.
macro_rules! old_stat_hooks {
    ($($stat:ident $lstat:ident $fstat:ident $fstatat:ident)*) => { hooks! {$(
        fn $stat(version: c_int, path: *const c_char, to: *mut Stat) -> c_int
        [-1, next: unsafe extern "C" fn(c_int, *const c_char, *mut Stat) -> c_int] {
            // SAFETY: the caller's arguments, as for stat(2).
            unsafe {
                if let Some(facts) = facts_of(abi::AT_FDCWD, path, 0) {
                    return facts.put(to);
                }
                let result = next(version, path, to);
                if result == 0 { return 0 }
                facts_behind_link(abi::AT_FDCWD, path).map_or(result, |facts| facts.put(to))
            }
        }
        fn $lstat(version: c_int, path: *const c_char, to: *mut Stat) -> c_int
        [-1, next: unsafe extern "C" fn(c_int, *const c_char, *mut Stat) -> c_int] {
            // SAFETY: the caller's arguments, as for lstat(2).
            unsafe {
                match facts_of(abi::AT_FDCWD, path, abi::AT_SYMLINK_NOFOLLOW) {
                    Some(facts) => facts.put(to),
                    None => next(version, path, to),
                }
            }
        }
        fn $fstat(version: c_int, fd: c_int, to: *mut Stat) -> c_int
        [-1, next: unsafe extern "C" fn(c_int, c_int, *mut Stat) -> c_int] {
            // SAFETY: the caller's arguments, as for fstat(2).
            unsafe {
                match Drive::behind(fd) {
                    Some(drive) => Facts::device(drive.config).put(to),
                    None => next(version, fd, to),
                }
            }
        }
        fn $fstatat(version: c_int, fd: c_int, path: *const c_char, to: *mut Stat, flags: c_int) -> c_int
        [-1, next: unsafe extern "C" fn(c_int, c_int, *const c_char, *mut Stat, c_int) -> c_int] {
            // SAFETY: the caller's arguments, as for fstatat(2).
            unsafe {
                match facts_at(fd, path, flags) {
                    Some(facts) => facts.put(to),
                    None => next(version, fd, path, to, flags),
                }
            }
        }
    )*} };
}

old_stat_hooks! { __xstat __lxstat __fxstat __fxstatat  __xstat64 __lxstat64 __fxstat64 __fxstatat64 }

hooks! {
    fn statx(fd: c_int, path: *const c_char, flags: c_int, mask: c_uint, to: *mut Statx) -> c_int
    [-1, next: unsafe extern "C" fn(c_int, *const c_char, c_int, c_uint, *mut Statx) -> c_int] {
        // SAFETY: the caller's arguments, as for statx(2).
        unsafe {
            if let Some(facts) = facts_at(fd, path, flags) {
                return facts.put_extended(to);
            }
            let result = next(fd, path, flags, mask, to);
            if result == 0 || flags & abi::AT_SYMLINK_NOFOLLOW != 0 { return result }
            facts_behind_link(fd, path).map_or(result, |facts| facts.put_extended(to))
        }
    }
}
