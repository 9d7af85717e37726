//! What the C library and the kernel's headers define, as far as the library needs it.
//!
//! The library is compiled by a build script, with the compiler alone, so crate `libc` is not at hand; `tests/abi.rs`
//! compares every layout and number here with it.

use core::ffi::{c_char, c_int, c_long, c_uint, c_void};

pub(crate) const AF_UNIX: u16 = 1;
pub(crate) const SOCK_STREAM: c_int = 1;
pub(crate) const SOCK_SEQPACKET: c_int = 5;
pub(crate) const SOCK_CLOEXEC: c_int = 0o2_000_000;
pub(crate) const SOL_SOCKET: c_int = 1;
pub(crate) const SCM_RIGHTS: c_int = 1;
pub(crate) const MSG_NOSIGNAL: c_int = 0x4000;
pub(crate) const MFD_CLOEXEC: c_uint = 1;
pub(crate) const RTLD_NEXT: *mut c_void = core::ptr::without_provenance_mut(usize::MAX);

pub(crate) const AT_FDCWD: c_int = -100;
pub(crate) const AT_SYMLINK_NOFOLLOW: c_int = 0x100;
pub(crate) const O_ACCMODE: c_int = 3;
pub(crate) const O_RDWR: c_int = 2;
pub(crate) const O_CLOEXEC: c_int = 0o2_000_000;
#[cfg(target_arch = "x86_64")]
pub(crate) const O_DIRECTORY: c_int = 0o200_000;
#[cfg(target_arch = "x86_64")]
pub(crate) const O_NOFOLLOW: c_int = 0o400_000;
#[cfg(target_arch = "aarch64")]
pub(crate) const O_DIRECTORY: c_int = 0o40_000;
#[cfg(target_arch = "aarch64")]
pub(crate) const O_NOFOLLOW: c_int = 0o100_000;
pub(crate) const F_GETFL: c_int = 3;
pub(crate) const F_SETFL: c_int = 4;
pub(crate) const W_OK: c_int = 2;
pub(crate) const X_OK: c_int = 1;

pub(crate) const EPERM: c_int = 1;
pub(crate) const ENOENT: c_int = 2;
pub(crate) const EINTR: c_int = 4;
pub(crate) const EIO: c_int = 5;
pub(crate) const ENXIO: c_int = 6;
pub(crate) const ENOMEM: c_int = 12;
pub(crate) const EACCES: c_int = 13;
pub(crate) const EFAULT: c_int = 14;
pub(crate) const ENODEV: c_int = 19;
pub(crate) const ENOTDIR: c_int = 20;
pub(crate) const EINVAL: c_int = 22;
pub(crate) const ENOTTY: c_int = 25;
pub(crate) const ENAMETOOLONG: c_int = 36;
pub(crate) const ENOSYS: c_int = 38;
pub(crate) const ELOOP: c_int = 40;
pub(crate) const ENODATA: c_int = 61;

pub(crate) const S_IFBLK: u32 = 0o060_000;
pub(crate) const S_IFREG: u32 = 0o100_000;
pub(crate) const S_IFLNK: u32 = 0o120_000;

/// Most bytes of a path with its terminating zero.
pub(crate) const PATH_MAX: usize = 4096;

/// `struct sockaddr_un`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct SocketAddress {
    pub(crate) family: u16,
    pub(crate) path: [u8; 108],
}

/// `struct iovec`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct IoVec {
    pub(crate) base: *mut u8,
    pub(crate) length: usize,
}

/// `struct msghdr`.
#[repr(C)]
pub(crate) struct MessageHeader {
    pub(crate) name: *mut c_void,
    pub(crate) name_length: u32,
    pub(crate) vectors: *mut IoVec,
    pub(crate) vector_count: usize,
    pub(crate) control: *mut c_void,
    pub(crate) control_length: usize,
    pub(crate) flags: c_int,
}

/// `struct cmsghdr` with one descriptor behind it, padded as CMSG_SPACE does.
#[repr(C)]
pub(crate) struct OneDescriptor {
    pub(crate) length: usize,
    pub(crate) level: c_int,
    pub(crate) kind: c_int,
    pub(crate) descriptor: c_int,
    pub(crate) padding: c_int,
}

/// `struct stat` and `struct stat64`, which are the same.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Stat {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) links: u64,
    pub(crate) mode: u32,
    pub(crate) user: u32,
    pub(crate) group: u32,
    padding: c_int,
    pub(crate) device_number: u64,
    pub(crate) size: i64,
    pub(crate) block_size: i64,
    pub(crate) blocks: i64,
    pub(crate) times: [i64; 6],
    unused: [i64; 3],
}

/// `struct stat` and `struct stat64`, which are the same.
#[cfg(target_arch = "aarch64")]
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Stat {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) mode: u32,
    pub(crate) links: u32,
    pub(crate) user: u32,
    pub(crate) group: u32,
    pub(crate) device_number: u64,
    padding: u64,
    pub(crate) size: i64,
    pub(crate) block_size: i32,
    padding_2: c_int,
    pub(crate) blocks: i64,
    pub(crate) times: [i64; 6],
    unused: [c_int; 2],
}

/// `struct statx`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Statx {
    pub(crate) mask: u32,
    pub(crate) block_size: u32,
    pub(crate) attributes: u64,
    pub(crate) links: u32,
    pub(crate) user: u32,
    pub(crate) group: u32,
    pub(crate) mode: u16,
    padding: u16,
    pub(crate) inode: u64,
    pub(crate) size: u64,
    pub(crate) blocks: u64,
    pub(crate) attributes_mask: u64,
    times: [u64; 8],
    pub(crate) device_major: u32,
    pub(crate) device_minor: u32,
    pub(crate) filesystem_major: u32,
    pub(crate) filesystem_minor: u32,
    pub(crate) mount: u64,
    spare: [u64; 13],
}

/// STATX_BASIC_STATS.
pub(crate) const STATX_BASIC_STATS: u32 = 0x7FF;

/// `struct sg_io_hdr` (scsi/sg.h).
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct SgIoHeader {
    pub(crate) interface: c_int,
    pub(crate) direction: c_int,
    pub(crate) command_length: u8,
    pub(crate) sense_room: u8,
    pub(crate) vector_count: u16,
    pub(crate) length: u32,
    pub(crate) data: *mut u8,
    pub(crate) command: *const u8,
    pub(crate) sense: *mut u8,
    pub(crate) timeout_ms: u32,
    pub(crate) flags: u32,
    pub(crate) pack: c_int,
    pub(crate) user: *mut c_void,
    pub(crate) status: u8,
    pub(crate) masked_status: u8,
    pub(crate) message_status: u8,
    pub(crate) sense_written: u8,
    pub(crate) host_status: u16,
    pub(crate) driver_status: u16,
    pub(crate) residual: c_int,
    pub(crate) duration_ms: u32,
    pub(crate) info: u32,
}

/// `struct cdrom_generic_command` (linux/cdrom.h).
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct GenericCommand {
    pub(crate) command: [u8; 12],
    pub(crate) data: *mut u8,
    pub(crate) length: u32,
    pub(crate) status: c_int,
    pub(crate) sense: *mut u8,
    pub(crate) direction: u8,
    pub(crate) quiet: c_int,
    pub(crate) timeout: c_int,
    unused: *mut c_void,
}

/// `struct cdrom_read_audio` (linux/cdrom.h).
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct ReadAudio {
    pub(crate) address: u32,
    pub(crate) format: u8,
    pub(crate) frames: c_int,
    pub(crate) data: *mut u8,
}

/// `cookie_io_functions_t`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct CookieFunctions {
    pub(crate) read: Option<unsafe extern "C" fn(*mut c_void, *mut c_char, usize) -> isize>,
    pub(crate) write: Option<unsafe extern "C" fn(*mut c_void, *const c_char, usize) -> isize>,
    pub(crate) seek: Option<unsafe extern "C" fn(*mut c_void, *mut i64, c_int) -> c_int>,
    pub(crate) close: Option<unsafe extern "C" fn(*mut c_void) -> c_int>,
}

/// `struct timespec`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct TimeSpec {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: i64,
}

/// `struct timeval`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct TimeVal {
    pub(crate) seconds: i64,
    pub(crate) microseconds: i64,
}

/// `FILE`.
pub(crate) enum File {}

unsafe extern "C" {
    pub(crate) fn dlsym(handle: *mut c_void, symbol: *const c_char) -> *mut c_void;
    pub(crate) fn __errno_location() -> *mut c_int;
    pub(crate) fn getenv(name: *const c_char) -> *const c_char;
    pub(crate) fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
    pub(crate) fn socketpair(family: c_int, kind: c_int, protocol: c_int, pair: *mut c_int) -> c_int;
    pub(crate) fn connect(fd: c_int, address: *const SocketAddress, length: u32) -> c_int;
    pub(crate) fn getpeername(fd: c_int, address: *mut SocketAddress, length: *mut u32) -> c_int;
    pub(crate) fn sendmsg(fd: c_int, message: *const MessageHeader, flags: c_int) -> isize;
    pub(crate) fn send(fd: c_int, bytes: *const u8, length: usize, flags: c_int) -> isize;
    pub(crate) fn recv(fd: c_int, bytes: *mut u8, length: usize, flags: c_int) -> isize;
    pub(crate) fn close(fd: c_int) -> c_int;
    pub(crate) fn pthread_setcancelstate(state: c_int, old: *mut c_int) -> c_int;
    pub(crate) fn memfd_create(name: *const c_char, flags: c_uint) -> c_int;
    pub(crate) fn getcwd(buffer: *mut c_char, length: usize) -> *mut c_char;
    pub(crate) fn geteuid() -> u32;
    pub(crate) fn getegid() -> u32;
    pub(crate) fn malloc(length: usize) -> *mut c_void;
    pub(crate) fn fopencookie(
        cookie: *mut c_void,
        mode: *const c_char,
        functions: CookieFunctions,
    ) -> *mut File;
    pub(crate) fn syscall(number: c_long, ...) -> c_long;
}

#[cfg(target_arch = "x86_64")]
pub(crate) const SYS_READLINKAT: c_long = 267;
#[cfg(target_arch = "aarch64")]
pub(crate) const SYS_READLINKAT: c_long = 78;
#[cfg(target_arch = "x86_64")]
pub(crate) const SYS_PWRITE64: c_long = 18;
#[cfg(target_arch = "aarch64")]
pub(crate) const SYS_PWRITE64: c_long = 68;
