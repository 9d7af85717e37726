//! The disc's data, read as from a block device.

use core::ffi::{c_char, c_int, c_void};

use crate::abi::{self, IoVec};
use crate::client::Drive;
use crate::next::{hooks, or_errno, set_errno};
use crate::streams;
use crate::wire::{MAX_BYTES, Op, Request};

/// Reads into vectors; bytes that came, or errno.
fn read_into(drive: &Drive, request: Request, vectors: &mut [IoVec]) -> Result<isize, c_int> {
    let answer = drive.ask(request, &[], vectors)?;
    isize::try_from(answer.sending).map_err(|_| abi::EIO)
}

/// Reads one stretch; no more than one request carries, as a signal might have cut a longer read.
fn read_one(drive: &Drive, request: Request, to: *mut c_void, length: usize) -> isize {
    let most = usize::try_from(MAX_BYTES).unwrap_or(usize::MAX);
    or_errno(read_into(drive, request, &mut [IoVec { base: to.cast(), length: length.min(most) }]), -1)
}

/// Reads into the caller's vectors, one request each, until one comes short.
///
/// # Safety
/// `vectors` points to `count` of them.
unsafe fn read_vectors(drive: &Drive, at: Option<i64>, vectors: *const IoVec, count: c_int) -> isize {
    let mut sum = 0_isize;
    for index in 0..usize::try_from(count).unwrap_or(0) {
        // SAFETY: by this function's own condition.
        let vector = unsafe { *vectors.wrapping_add(index) };
        let request = at.map_or(Request::new(Op::Read), |at| Request {
            number: at.saturating_add(i64::try_from(sum).unwrap_or(i64::MAX)),
            ..Request::new(Op::ReadAt)
        });
        let came = read_one(drive, request, vector.base.cast(), vector.length);
        if came < 0 {
            return if sum == 0 { -1 } else { sum };
        }
        sum = sum.saturating_add(came);
        if came.unsigned_abs() < vector.length {
            break;
        }
    }
    sum
}

const fn read_at(position: i64) -> Request {
    Request { number: position, ..Request::new(Op::ReadAt) }
}

fn seek(drive: &Drive, offset: i64, whence: c_int) -> i64 {
    let argument = u64::try_from(whence).unwrap_or(u64::MAX);
    or_errno(drive.value(Request { number: offset, argument, ..Request::new(Op::Seek) }), -1)
}

hooks! {
    fn read(fd: c_int, to: *mut c_void, length: usize) -> isize
    [-1, next: unsafe extern "C" fn(c_int, *mut c_void, usize) -> isize] {
        match Drive::behind(fd) {
            Some(drive) => read_one(&drive, Request::new(Op::Read), to, length),
            // SAFETY: the caller's arguments, unchanged.
            None => unsafe { next(fd, to, length) },
        }
    }
    fn __read_chk(fd: c_int, to: *mut c_void, length: usize, room: usize) -> isize
    [-1, next: unsafe extern "C" fn(c_int, *mut c_void, usize, usize) -> isize] {
        match Drive::behind(fd) {
            Some(drive) => read_one(&drive, Request::new(Op::Read), to, length.min(room)),
            // SAFETY: the caller's arguments, unchanged.
            None => unsafe { next(fd, to, length, room) },
        }
    }
    fn readv(fd: c_int, vectors: *const IoVec, count: c_int) -> isize
    [-1, next: unsafe extern "C" fn(c_int, *const IoVec, c_int) -> isize] {
        // SAFETY: the caller's arguments, as for readv(2).
        unsafe {
            match Drive::behind(fd) {
                Some(drive) => read_vectors(&drive, None, vectors, count),
                None => next(fd, vectors, count),
            }
        }
    }
}

macro_rules! pread_hooks {
    ($($name:ident $checked:ident $vectored:ident)*) => { hooks! {$(
        fn $name(fd: c_int, to: *mut c_void, length: usize, position: i64) -> isize
        [-1, next: unsafe extern "C" fn(c_int, *mut c_void, usize, i64) -> isize] {
            match Drive::behind(fd) {
                Some(drive) => read_one(&drive, read_at(position), to, length),
                // SAFETY: the caller's arguments, unchanged.
                None => unsafe { next(fd, to, length, position) },
            }
        }
        fn $checked(fd: c_int, to: *mut c_void, length: usize, position: i64, room: usize) -> isize
        [-1, next: unsafe extern "C" fn(c_int, *mut c_void, usize, i64, usize) -> isize] {
            match Drive::behind(fd) {
                Some(drive) => read_one(&drive, read_at(position), to, length.min(room)),
                // SAFETY: the caller's arguments, unchanged.
                None => unsafe { next(fd, to, length, position, room) },
            }
        }
        fn $vectored(fd: c_int, vectors: *const IoVec, count: c_int, position: i64) -> isize
        [-1, next: unsafe extern "C" fn(c_int, *const IoVec, c_int, i64) -> isize] {
            // SAFETY: the caller's arguments, as for preadv(2).
            unsafe {
                match Drive::behind(fd) {
                    Some(drive) => read_vectors(&drive, Some(position), vectors, count),
                    None => next(fd, vectors, count, position),
                }
            }
        }
    )*} };
}

pread_hooks! { pread __pread_chk preadv pread64 __pread64_chk preadv64 }

macro_rules! lseek_hooks {
    ($($name:ident)*) => { hooks! {$(
        fn $name(fd: c_int, offset: i64, whence: c_int) -> i64
        [-1, next: unsafe extern "C" fn(c_int, i64, c_int) -> i64] {
            match Drive::behind(fd) {
                Some(drive) => seek(&drive, offset, whence),
                // SAFETY: the caller's arguments, unchanged.
                None => unsafe { next(fd, offset, whence) },
            }
        }
    )*} };
}

lseek_hooks! { lseek lseek64 }

// What the block device refuses: writing (it is read-only below the SCSI commands), and copies that the kernel makes by
// itself, after which programs read and write.
macro_rules! refusing_hooks {
    ($($error:ident: $name:ident($($argument:ident: $type:ty),*) of $fd:ident;)*) => { hooks! {$(
        fn $name($($argument: $type),*) -> isize [-1, next: unsafe extern "C" fn($($type),*) -> isize] {
            if Drive::behind($fd).is_some() {
                set_errno(abi::$error);
                return -1;
            }
            // SAFETY: the caller's arguments, unchanged.
            unsafe { next($($argument),*) }
        }
    )*} };
}

refusing_hooks! {
    EPERM: write(fd: c_int, from: *const c_void, length: usize) of fd;
    EPERM: pwrite(fd: c_int, from: *const c_void, length: usize, position: i64) of fd;
    EPERM: pwrite64(fd: c_int, from: *const c_void, length: usize, position: i64) of fd;
    EPERM: writev(fd: c_int, vectors: *const IoVec, count: c_int) of fd;
    EINVAL: copy_file_range(from: c_int, from_at: *mut i64, to: c_int, to_at: *mut i64, length: usize, flags: u32) of from;
    EINVAL: sendfile(to: c_int, from: c_int, at: *mut i64, length: usize) of from;
    EINVAL: sendfile64(to: c_int, from: c_int, at: *mut i64, length: usize) of from;
    EINVAL: splice(from: c_int, from_at: *mut i64, to: c_int, to_at: *mut i64, length: usize, flags: u32) of from;
}

// What succeeds on a block device and would fail on the socket.
macro_rules! succeeding_hooks {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => { hooks! {$(
        fn $name(fd: c_int $(, $argument: $type)*) -> c_int
        [-1, next: unsafe extern "C" fn(c_int $(, $type)*) -> c_int] {
            // SAFETY: the caller's arguments, unchanged.
            if Drive::behind(fd).is_some() { 0 } else { unsafe { next(fd $(, $argument)*) } }
        }
    )*} };
}

succeeding_hooks! {
    fsync();
    fdatasync();
    posix_fadvise(from: i64, length: i64, advice: c_int);
    posix_fadvise64(from: i64, length: i64, advice: c_int);
}

fn descriptor(cookie: *mut c_void) -> c_int {
    c_int::try_from(cookie.addr()).unwrap_or(-1)
}

/// Reads for a stream (fopencookie(3)).
pub(crate) unsafe extern "C" fn stream_read(cookie: *mut c_void, to: *mut c_char, length: usize) -> isize {
    match Drive::behind(descriptor(cookie)) {
        Some(drive) => read_one(&drive, Request::new(Op::Read), to.cast(), length),
        None => {
            set_errno(abi::EIO);
            -1
        }
    }
}

/// Moves a stream (fopencookie(3)).
pub(crate) unsafe extern "C" fn stream_seek(cookie: *mut c_void, offset: *mut i64, whence: c_int) -> c_int {
    let Some(drive) = Drive::behind(descriptor(cookie)) else { return -1 };
    // SAFETY: fopencookie(3) gives a pointer to the offset, which takes the new position.
    unsafe {
        let position = seek(&drive, *offset, whence);
        if position < 0 {
            return -1;
        }
        *offset = position;
    }
    0
}

/// Closes the descriptor of a stream (fopencookie(3)).
pub(crate) unsafe extern "C" fn stream_close(cookie: *mut c_void) -> c_int {
    streams::forget(descriptor(cookie));
    // SAFETY: the stream owns the descriptor.
    unsafe { abi::close(descriptor(cookie)) }
}
