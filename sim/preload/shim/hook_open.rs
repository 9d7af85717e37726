//! Opening: the open family, and streams.

use core::ffi::{c_char, c_int, c_uint, c_void};

use crate::abi::{self, CookieFunctions, File};
use crate::client::Drive;
use crate::hook_read;
use crate::memory_file::cdrom_info;
use crate::next::{errno, hooks, or_errno, set_errno};
use crate::path::{Named, leads_to_device, named};
use crate::streams;

/// Opens what a path names, if it concerns the drive.
///
/// # Safety
/// `path` is null or ends with a zero.
unsafe fn open_named(directory: c_int, path: *const c_char, flags: c_int) -> Option<c_int> {
    // SAFETY: by this function's own condition.
    let (named, config) = unsafe { named(directory, path) }?;
    let opened = match named {
        _ if flags & abi::O_DIRECTORY != 0 => Err(abi::ENOTDIR),
        Named::Link if flags & abi::O_NOFOLLOW != 0 => Err(abi::ELOOP),
        Named::Device | Named::Link => Drive::open(config, flags),
        Named::Info => cdrom_info(config, flags),
    };
    Some(or_errno(opened, -1))
}

/// What the kernel opened or failed to open; a link of the user's own that leads to the device is opened after all.
///
/// # Safety
/// `path` is null or ends with a zero.
unsafe fn or_device(opened: c_int, directory: c_int, path: *const c_char, flags: c_int) -> c_int {
    if opened >= 0 || ![abi::ENOENT, abi::ENXIO, abi::ENODEV].contains(&errno()) {
        return opened;
    }
    // SAFETY: by this function's own condition.
    let leads = unsafe { leads_to_device(directory, path) };
    match crate::config::config() {
        Some(config) if leads => or_errno(Drive::open(config, flags), -1),
        _ => opened,
    }
}

macro_rules! open_hooks {
    ($($name:ident)*) => { hooks! {$(
        fn $name(path: *const c_char, flags: c_int, mode: c_uint) -> c_int
        [-1, next: unsafe extern "C" fn(*const c_char, c_int, ...) -> c_int] {
            // SAFETY: the path is the caller's, as for open(2).
            unsafe {
                match open_named(abi::AT_FDCWD, path, flags) {
                    Some(fd) => fd,
                    None => or_device(next(path, flags, mode), abi::AT_FDCWD, path, flags),
                }
            }
        }
    )*} };
}

macro_rules! open_checked_hooks {
    ($($name:ident)*) => { hooks! {$(
        fn $name(path: *const c_char, flags: c_int) -> c_int
        [-1, next: unsafe extern "C" fn(*const c_char, c_int) -> c_int] {
            // SAFETY: the path is the caller's, as for open(2).
            unsafe {
                match open_named(abi::AT_FDCWD, path, flags) {
                    Some(fd) => fd,
                    None => or_device(next(path, flags), abi::AT_FDCWD, path, flags),
                }
            }
        }
    )*} };
}

macro_rules! openat_hooks {
    ($($name:ident)*) => { hooks! {$(
        fn $name(directory: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int
        [-1, next: unsafe extern "C" fn(c_int, *const c_char, c_int, ...) -> c_int] {
            // SAFETY: the path is the caller's, as for openat(2).
            unsafe {
                match open_named(directory, path, flags) {
                    Some(fd) => fd,
                    None => or_device(next(directory, path, flags, mode), directory, path, flags),
                }
            }
        }
    )*} };
}

macro_rules! openat_checked_hooks {
    ($($name:ident)*) => { hooks! {$(
        fn $name(directory: c_int, path: *const c_char, flags: c_int) -> c_int
        [-1, next: unsafe extern "C" fn(c_int, *const c_char, c_int) -> c_int] {
            // SAFETY: the path is the caller's, as for openat(2).
            unsafe {
                match open_named(directory, path, flags) {
                    Some(fd) => fd,
                    None => or_device(next(directory, path, flags), directory, path, flags),
                }
            }
        }
    )*} };
}

open_hooks! { open open64 __open __open64 }
// What programs call that were compiled with _FORTIFY_SOURCE.
open_checked_hooks! { __open_2 __open64_2 }
openat_hooks! { openat openat64 }
openat_checked_hooks! { __openat_2 __openat64_2 }

/// The flags of open(2) for the mode of a stream; `None` for a mode that fopen(3) does not know.
///
/// # Safety
/// `mode` ends with a zero.
unsafe fn flags_of(mode: *const c_char) -> Option<c_int> {
    // SAFETY: by this function's own condition.
    let mode = unsafe { core::ffi::CStr::from_ptr(mode) }.to_bytes();
    let both = mode.contains(&b'+');
    let access = match mode.first()? {
        b'r' if !both => 0,
        b'w' | b'a' if !both => 1,
        b'r' | b'w' | b'a' => abi::O_RDWR,
        _ => return None,
    };
    Some(if mode.contains(&b'e') { access | abi::O_CLOEXEC } else { access })
}

/// A stream that reads through this library: the C library's own streams read without calling `read`.
///
/// # Safety
/// `mode` ends with a zero.
unsafe fn stream(fd: c_int, mode: *const c_char) -> *mut File {
    let functions = CookieFunctions {
        read: Some(hook_read::stream_read),
        write: None,
        seek: Some(hook_read::stream_seek),
        close: Some(hook_read::stream_close),
    };
    let cookie = core::ptr::without_provenance_mut::<c_void>(usize::try_from(fd).unwrap_or(usize::MAX));
    // SAFETY: the functions take the cookie for a descriptor, which it is; the mode is the caller's.
    let stream = unsafe { abi::fopencookie(cookie, mode, functions) };
    if !stream.is_null() {
        streams::remember(stream, fd);
    }
    stream
}

macro_rules! fopen_hooks {
    ($($name:ident)*) => { hooks! {$(
        fn $name(path: *const c_char, mode: *const c_char) -> *mut File
        [core::ptr::null_mut(), next: unsafe extern "C" fn(*const c_char, *const c_char) -> *mut File] {
            // SAFETY: path and mode are the caller's, as for fopen(3).
            unsafe {
                let Some((what, config)) = named(abi::AT_FDCWD, path) else { return next(path, mode) };
                let Some(flags) = flags_of(mode) else {
                    set_errno(abi::EINVAL);
                    return core::ptr::null_mut();
                };
                if what == Named::Info {
                    let fd = or_errno(cdrom_info(config, flags), -1);
                    return if fd < 0 { core::ptr::null_mut() } else { fdopen(fd, mode) };
                }
                let fd = or_errno(Drive::open(config, flags), -1);
                if fd < 0 { core::ptr::null_mut() } else { stream(fd, mode) }
            }
        }
    )*} };
}

fopen_hooks! { fopen fopen64 }

hooks! {
    fn fdopen(fd: c_int, mode: *const c_char) -> *mut File
    [core::ptr::null_mut(), next: unsafe extern "C" fn(c_int, *const c_char) -> *mut File] {
        // SAFETY: descriptor and mode are the caller's, as for fdopen(3).
        unsafe { if Drive::behind(fd).is_some() { stream(fd, mode) } else { next(fd, mode) } }
    }
}

macro_rules! fileno_hooks {
    ($($name:ident)*) => { hooks! {$(
        fn $name(stream: *mut File) -> c_int [-1, next: unsafe extern "C" fn(*mut File) -> c_int] {
            // SAFETY: the caller's argument, unchanged.
            streams::descriptor_of(stream).unwrap_or_else(|| unsafe { next(stream) })
        }
    )*} };
}

fileno_hooks! { fileno fileno_unlocked }
