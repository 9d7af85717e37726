//! Which paths name the device, or what belongs to it.

use core::ffi::{CStr, c_char, c_int};

use crate::abi;
use crate::config::{Config, config};
use crate::next::keeping_errno;

/// What a path names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// The device file.
    Device,
    /// `/dev/cdrom`, a symbolic link to it.
    Link,
    /// What the kernel says of its CD drives.
    Info,
}

/// The link that stands beside the device file, as udev makes it.
const LINK: &[u8] = b"/dev/cdrom";

const INFO: &[u8] = b"/proc/sys/dev/cdrom/info";

/// What a path names, relative to a directory where it is relative; `None` for what this library has nothing to do with.
///
/// # Safety
/// `path` is null or ends with a zero.
pub(crate) unsafe fn named(directory: c_int, path: *const c_char) -> Option<(Named, &'static Config)> {
    let config = config()?;
    if path.is_null() {
        return None;
    }
    // SAFETY: by this function's own condition.
    let path = unsafe { CStr::from_ptr(path) }.to_bytes();
    let last = path.rsplit(|byte| *byte == b'/').next()?;
    if ![config.device_name(), b"cdrom", b"info"].contains(&last) {
        return None;
    }
    let whole = keeping_errno(|| Absolute::new(directory, path))?;
    let named = match whole.bytes() {
        bytes if bytes == config.device() => Named::Device,
        LINK => Named::Link,
        INFO => Named::Info,
        _ => return None,
    };
    Some((named, config))
}

/// Whether a path is a symbolic link of the user's own that ends at the device, which may not exist for the kernel.
///
/// # Safety
/// `path` is null or ends with a zero.
pub(crate) unsafe fn leads_to_device(directory: c_int, path: *const c_char) -> bool {
    let Some(config) = config() else { return false };
    if path.is_null() {
        return false;
    }
    let mut whole = Absolute { bytes: [0; abi::PATH_MAX], length: 0 };
    // SAFETY: by this function's own condition.
    let first = unsafe { CStr::from_ptr(path) }.to_bytes();
    let mut next = keeping_errno(|| Absolute::new(directory, first));
    for _ in 0..8 {
        let Some(found) = next else { return false };
        whole = found;
        if whole.bytes() == config.device() || whole.bytes() == LINK {
            return true;
        }
        next = keeping_errno(|| whole.follow());
    }
    false
}

/// A path from the root, without `.`, `..` and doubled slashes.
struct Absolute {
    bytes: [u8; abi::PATH_MAX],
    length: usize,
}

impl Absolute {
    fn new(directory: c_int, path: &[u8]) -> Option<Self> {
        let mut whole = Self { bytes: [0; abi::PATH_MAX], length: 0 };
        if path.first() != Some(&b'/') {
            let mut base = [0_u8; abi::PATH_MAX];
            let length = if directory == abi::AT_FDCWD {
                working_directory(&mut base)?
            } else {
                directory_of(directory, &mut base)?
            };
            whole.append(base.get(..length)?)?;
        }
        whole.append(path)?;
        Some(whole)
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }

    /// Goes on from here along a path.
    fn append(&mut self, path: &[u8]) -> Option<()> {
        for component in path.split(|byte| *byte == b'/') {
            match component {
                b"" | b"." => {}
                b".." => self.length = self.bytes().iter().rposition(|byte| *byte == b'/').unwrap_or(0),
                name => {
                    // One byte stays free for the zero at the end.
                    let room = self.bytes.get_mut(self.length..abi::PATH_MAX - 1)?;
                    let (slash, room) = room.split_first_mut()?;
                    *slash = b'/';
                    room.get_mut(..name.len())?.copy_from_slice(name);
                    self.length += 1 + name.len();
                }
            }
        }
        Some(())
    }

    /// Where the symbolic link here leads; `None` when it is none.
    fn follow(&self) -> Option<Self> {
        let mut with_zero = [0_u8; abi::PATH_MAX];
        with_zero.get_mut(..self.length)?.copy_from_slice(self.bytes());
        let mut target = [0_u8; abi::PATH_MAX];
        let length = read_link(&with_zero, &mut target)?;
        let target = target.get(..length)?;
        let mut next = Self { bytes: [0; abi::PATH_MAX], length: 0 };
        if target.first() != Some(&b'/') {
            next.append(self.bytes())?;
            next.append(b"..")?;
        }
        next.append(target)?;
        Some(next)
    }
}

fn working_directory(buffer: &mut [u8; abi::PATH_MAX]) -> Option<usize> {
    // SAFETY: the buffer has the length that is given.
    let found = unsafe { abi::getcwd(buffer.as_mut_ptr().cast(), buffer.len()) };
    if found.is_null() { None } else { buffer.iter().position(|byte| *byte == 0) }
}

/// The path of an open directory, from /proc.
fn directory_of(fd: c_int, buffer: &mut [u8; abi::PATH_MAX]) -> Option<usize> {
    let fd = u32::try_from(fd).ok()?;
    let mut link = *b"/proc/self/fd/\0\0\0\0\0\0\0\0\0\0\0";
    let mut divisor = 1_000_000_000_u32;
    let mut at = 14;
    while divisor > 0 {
        let digit = fd / divisor % 10;
        if digit != 0 || at > 14 || divisor == 1 {
            *link.get_mut(at)? = b'0'.wrapping_add(u8::try_from(digit).ok()?);
            at += 1;
        }
        divisor /= 10;
    }
    read_link(&link, buffer)
}

fn read_link(path_with_zero: &[u8], buffer: &mut [u8; abi::PATH_MAX]) -> Option<usize> {
    // SAFETY: the path ends with a zero, the buffer has the length that is given. The system call goes past this
    // library's own readlink.
    let length = unsafe {
        abi::syscall(
            abi::SYS_READLINKAT,
            abi::AT_FDCWD,
            path_with_zero.as_ptr(),
            buffer.as_mut_ptr(),
            buffer.len() - 1,
        )
    };
    usize::try_from(length).ok()
}
