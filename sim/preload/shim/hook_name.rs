//! Questions about the device's path: may it be used, where does it lead.

use core::ffi::{c_char, c_int, c_void};

use crate::abi;
use crate::config::Config;
use crate::next::{hooks, set_errno};
use crate::path::{Named, named};

fn may(what: Named, mode: c_int) -> c_int {
    let refused = match what {
        Named::Device | Named::Link => mode & abi::X_OK,
        Named::Info => mode & (abi::X_OK | abi::W_OK),
    };
    if refused == 0 {
        return 0;
    }
    set_errno(abi::EACCES);
    -1
}

macro_rules! access_hooks {
    ($($name:ident)*) => { hooks! {$(
        fn $name(path: *const c_char, mode: c_int) -> c_int
        [-1, next: unsafe extern "C" fn(*const c_char, c_int) -> c_int] {
            // SAFETY: the caller's arguments, as for access(2).
            unsafe {
                match named(abi::AT_FDCWD, path) {
                    Some((what, _)) => may(what, mode),
                    None => next(path, mode),
                }
            }
        }
    )*} };
}

access_hooks! { access euidaccess eaccess }

hooks! {
    fn faccessat(directory: c_int, path: *const c_char, mode: c_int, flags: c_int) -> c_int
    [-1, next: unsafe extern "C" fn(c_int, *const c_char, c_int, c_int) -> c_int] {
        // SAFETY: the caller's arguments, as for faccessat(2).
        unsafe {
            match named(directory, path) {
                Some((what, _)) => may(what, mode),
                None => next(directory, path, mode, flags),
            }
        }
    }
}

/// Answers readlink(2): only the link is one.
///
/// # Safety
/// `to` has room for `room` bytes.
unsafe fn link(what: Named, config: &Config, to: *mut c_char, room: usize) -> isize {
    if what != Named::Link {
        set_errno(abi::EINVAL);
        return -1;
    }
    let target = config.device_name();
    let length = target.len().min(room);
    // SAFETY: no more than there is of either; the two do not overlap, one being this library's own.
    unsafe { core::ptr::copy_nonoverlapping(target.as_ptr().cast(), to, length) };
    isize::try_from(length).unwrap_or(-1)
}

hooks! {
    fn readlink(path: *const c_char, to: *mut c_char, room: usize) -> isize
    [-1, next: unsafe extern "C" fn(*const c_char, *mut c_char, usize) -> isize] {
        // SAFETY: the caller's arguments, as for readlink(2).
        unsafe {
            match named(abi::AT_FDCWD, path) {
                Some((what, config)) => link(what, config, to, room),
                None => next(path, to, room),
            }
        }
    }
    fn __readlink_chk(path: *const c_char, to: *mut c_char, length: usize, room: usize) -> isize
    [-1, next: unsafe extern "C" fn(*const c_char, *mut c_char, usize, usize) -> isize] {
        // SAFETY: the caller's arguments, as for readlink(2).
        unsafe {
            match named(abi::AT_FDCWD, path) {
                Some((what, config)) => link(what, config, to, length.min(room)),
                None => next(path, to, length, room),
            }
        }
    }
    fn readlinkat(directory: c_int, path: *const c_char, to: *mut c_char, room: usize) -> isize
    [-1, next: unsafe extern "C" fn(c_int, *const c_char, *mut c_char, usize) -> isize] {
        // SAFETY: the caller's arguments, as for readlinkat(2).
        unsafe {
            match named(directory, path) {
                Some((what, config)) => link(what, config, to, room),
                None => next(directory, path, to, room),
            }
        }
    }
    fn __readlinkat_chk(directory: c_int, path: *const c_char, to: *mut c_char, length: usize, room: usize) -> isize
    [-1, next: unsafe extern "C" fn(c_int, *const c_char, *mut c_char, usize, usize) -> isize] {
        // SAFETY: the caller's arguments, as for readlinkat(2).
        unsafe {
            match named(directory, path) {
                Some((what, config)) => link(what, config, to, length.min(room)),
                None => next(directory, path, to, length, room),
            }
        }
    }
}

/// Answers realpath(3), into memory that the caller frees where it has given none.
///
/// # Safety
/// `to` is null or has room for `room` bytes.
unsafe fn real(what: Named, config: &Config, to: *mut c_char, room: usize) -> *mut c_char {
    let path = if what == Named::Info { b"/proc/sys/dev/cdrom/info" } else { config.device() };
    if path.len() >= room {
        set_errno(abi::ENAMETOOLONG);
        return core::ptr::null_mut();
    }
    // SAFETY: malloc gives room for the path and its zero, or null; the caller's memory has that room, as was checked.
    unsafe {
        let to = if to.is_null() { abi::malloc(path.len() + 1).cast() } else { to };
        if to.is_null() {
            set_errno(abi::ENOMEM);
            return to;
        }
        core::ptr::copy_nonoverlapping(path.as_ptr().cast(), to, path.len());
        *to.wrapping_add(path.len()) = 0;
        to
    }
}

hooks! {
    fn realpath(path: *const c_char, to: *mut c_char) -> *mut c_char
    [core::ptr::null_mut(), next: unsafe extern "C" fn(*const c_char, *mut c_char) -> *mut c_char] {
        // SAFETY: the caller's arguments, as for realpath(3).
        unsafe {
            match named(abi::AT_FDCWD, path) {
                Some((what, config)) => real(what, config, to, abi::PATH_MAX),
                None => next(path, to),
            }
        }
    }
    fn __realpath_chk(path: *const c_char, to: *mut c_char, room: usize) -> *mut c_char
    [core::ptr::null_mut(), next: unsafe extern "C" fn(*const c_char, *mut c_char, usize) -> *mut c_char] {
        // SAFETY: the caller's arguments, as for realpath(3).
        unsafe {
            match named(abi::AT_FDCWD, path) {
                Some((what, config)) => real(what, config, to, room),
                None => next(path, to, room),
            }
        }
    }
    fn canonicalize_file_name(path: *const c_char) -> *mut c_char
    [core::ptr::null_mut(), next: unsafe extern "C" fn(*const c_char) -> *mut c_char] {
        // SAFETY: the caller's arguments, as for canonicalize_file_name(3).
        unsafe {
            match named(abi::AT_FDCWD, path) {
                Some((what, config)) => real(what, config, core::ptr::null_mut(), abi::PATH_MAX),
                None => next(path),
            }
        }
    }
}

// The device has no extended attributes: `ls -l` asks for access lists.
macro_rules! getxattr_hooks {
    ($($name:ident)*) => { hooks! {$(
        fn $name(path: *const c_char, attribute: *const c_char, to: *mut c_void, room: usize) -> isize
        [-1, next: unsafe extern "C" fn(*const c_char, *const c_char, *mut c_void, usize) -> isize] {
            // SAFETY: the caller's arguments, as for getxattr(2).
            unsafe {
                if named(abi::AT_FDCWD, path).is_some() {
                    set_errno(abi::ENODATA);
                    return -1;
                }
                next(path, attribute, to, room)
            }
        }
    )*} };
}

getxattr_hooks! { getxattr lgetxattr }

macro_rules! listxattr_hooks {
    ($($name:ident)*) => { hooks! {$(
        fn $name(path: *const c_char, to: *mut c_char, room: usize) -> isize
        [-1, next: unsafe extern "C" fn(*const c_char, *mut c_char, usize) -> isize] {
            // SAFETY: the caller's arguments, as for listxattr(2).
            unsafe {
                if named(abi::AT_FDCWD, path).is_some() { 0 } else { next(path, to, room) }
            }
        }
    )*} };
}

listxattr_hooks! { listxattr llistxattr }
