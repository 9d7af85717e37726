//! ioctl and fcntl.

use core::ffi::{c_int, c_ulong, c_void};

use crate::abi::{self, IoVec};
use crate::client::Drive;
use crate::next::{hooks, or_errno};
use crate::sg;
use crate::wire::{self, MAX_SHAPE, Op, Request};

hooks! {
    fn ioctl(fd: c_int, request: c_ulong, argument: *mut c_void) -> c_int
    [-1, next: unsafe extern "C" fn(c_int, c_ulong, ...) -> c_int] {
        // SAFETY: the caller's arguments, as for ioctl(2).
        unsafe {
            match Drive::behind(fd) {
                Some(drive) => or_errno(control(&drive, request, argument), -1),
                None => next(fd, request, argument),
            }
        }
    }
}

/// Carries an ioctl out; what it returns, or errno.
///
/// # Safety
/// `argument` is what the request takes.
unsafe fn control(drive: &Drive, request: c_ulong, argument: *mut c_void) -> Result<c_int, c_int> {
    // The kernel takes 32 bits.
    let request = u32::try_from(request & 0xFFFF_FFFF).map_err(|_| abi::ENOTTY)?;
    // SAFETY: by this function's own condition.
    unsafe {
        match request {
            wire::ioctl::SG_IO => sg::io(drive, argument.cast()),
            wire::ioctl::CDROM_SEND_PACKET => sg::packet(drive, argument.cast()),
            wire::ioctl::CDROMREADAUDIO => read_audio(drive, argument.cast()),
            _ => plain(drive, request, argument),
        }
    }
}

/// An ioctl whose argument is a number, or points to bytes that hold no pointers.
///
/// # Safety
/// `argument` is what the request takes.
unsafe fn plain(drive: &Drive, request: u32, argument: *mut c_void) -> Result<c_int, c_int> {
    let shape = wire::shape_of(request).ok_or(abi::ENOTTY)?;
    if argument.is_null() && shape.reads + shape.writes > 0 {
        return Err(abi::EFAULT);
    }
    let mut answer = [0_u8; MAX_SHAPE];
    let ask = Request {
        number: i64::from(request),
        argument: u64::try_from(argument.addr()).map_err(|_| abi::EINVAL)?,
        ..Request::new(Op::Ioctl)
    };
    let from = IoVec { base: argument.cast(), length: shape.reads };
    let into = IoVec { base: answer.as_mut_ptr(), length: shape.writes };
    let answered = drive.ask(ask, &[from], &mut [into])?;
    let length = usize::try_from(answered.sending).map_err(|_| abi::EIO)?;
    let bytes = answer.get(..length).ok_or(abi::EIO)?;
    // SAFETY: the argument of this request has room for as many bytes as its shape says, and no more came.
    unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), argument.cast(), bytes.len()) };
    c_int::try_from(answered.value).map_err(|_| abi::EIO)
}

/// CDROMREADAUDIO: the argument says where the audio goes.
///
/// # Safety
/// `argument` points to a `struct cdrom_read_audio`.
unsafe fn read_audio(drive: &Drive, argument: *mut abi::ReadAudio) -> Result<c_int, c_int> {
    const SECTOR: usize = 2352;
    if argument.is_null() {
        return Err(abi::EFAULT);
    }
    // SAFETY: by this function's own condition.
    let read = unsafe { *argument };
    let frames = usize::try_from(read.frames).map_err(|_| abi::EINVAL)?;
    let ask = Request {
        number: i64::from(wire::ioctl::CDROMREADAUDIO),
        argument: u64::try_from(frames).map_err(|_| abi::EINVAL)?,
        ..Request::new(Op::Ioctl)
    };
    let mut address = [0; 8];
    for (to, from) in address.iter_mut().zip(read.address.to_ne_bytes().into_iter().chain([read.format])) {
        *to = from;
    }
    let from = IoVec { base: address.as_mut_ptr(), length: address.len() };
    let length = frames.checked_mul(SECTOR).ok_or(abi::EINVAL)?;
    let answer = drive.ask(ask, &[from], &mut [IoVec { base: read.data, length }])?;
    c_int::try_from(answer.value).map_err(|_| abi::EIO)
}

macro_rules! fcntl_hooks {
    ($($name:ident)*) => { hooks! {$(
        fn $name(fd: c_int, command: c_int, argument: *mut c_void) -> c_int
        [-1, next: unsafe extern "C" fn(c_int, c_int, ...) -> c_int] {
            // Copies, close-on-exec and locks are as good on the socket; its flags are not the file's.
            if command == abi::F_GETFL || command == abi::F_SETFL {
                if let Some(drive) = Drive::behind(fd) {
                    return or_errno(flags(&drive, command, argument), -1);
                }
            }
            // SAFETY: the caller's arguments, unchanged.
            unsafe { next(fd, command, argument) }
        }
    )*} };
}

fcntl_hooks! { fcntl fcntl64 }

fn flags(drive: &Drive, command: c_int, argument: *mut c_void) -> Result<c_int, c_int> {
    let request = if command == abi::F_GETFL {
        Request::new(Op::Flags)
    } else {
        let number = i64::try_from(argument.addr() & 0xFFFF_FFFF).map_err(|_| abi::EINVAL)?;
        Request { number, ..Request::new(Op::SetFlags) }
    };
    let value = drive.value(request)?;
    c_int::try_from(value).map_err(|_| abi::EIO)
}
