//! `/proc/sys/dev/cdrom/info` for the one drive there is (drivers/cdrom/cdrom.c, `cdrom_sysctl_info`).

use core::ffi::c_int;

use crate::abi;
use crate::config::Config;
use crate::next::errno;

/// The lines that name what the drive can do: a CD recorder with a tray, no changer, nothing of DVD.
const LINES: &[(&[u8], &[u8])] = &[
    (b"drive speed:\t\t", b"48"),
    (b"drive # of slots:\t", b"1"),
    (b"Can close tray:\t\t", b"1"),
    (b"Can open tray:\t\t", b"1"),
    (b"Can lock tray:\t\t", b"1"),
    (b"Can change speed:\t", b"1"),
    (b"Can select disk:\t", b"0"),
    (b"Can read multisession:\t", b"1"),
    (b"Can read MCN:\t\t", b"1"),
    (b"Reports media changed:\t", b"1"),
    (b"Can play audio:\t\t", b"1"),
    (b"Can write CD-R:\t\t", b"1"),
    (b"Can write CD-RW:\t", b"1"),
    (b"Can read DVD:\t\t", b"0"),
    (b"Can write DVD-R:\t", b"0"),
    (b"Can write DVD-RAM:\t", b"0"),
    (b"Can read MRW:\t\t", b"0"),
    (b"Can write MRW:\t\t", b"0"),
    (b"Can write RAM:\t\t", b"0"),
];

/// A file in memory with that text; its descriptor, or errno.
pub(crate) fn cdrom_info(config: &Config, flags: c_int) -> Result<c_int, c_int> {
    if flags & abi::O_ACCMODE != 0 {
        return Err(abi::EACCES);
    }
    let mut text = Text { bytes: [0; 1024], length: 0 };
    text.put(b"CD-ROM information, Id: cdrom.c 3.20 2003/12/17\n\ndrive name:\t\t");
    text.put(config.device_name());
    text.put(b"\n");
    for (what, value) in LINES {
        text.put(what);
        text.put(value);
        text.put(b"\n");
    }
    text.put(b"\n\n");
    let cloexec = if flags & abi::O_CLOEXEC == 0 { 0 } else { abi::MFD_CLOEXEC };
    // SAFETY: the name ends with a zero.
    let fd = unsafe { abi::memfd_create(c"cdrom-info".as_ptr(), cloexec) };
    if fd < 0 {
        return Err(errno());
    }
    // SAFETY: the text has the length that is given; the descriptor is new, and position 0 is where pwrite leaves it.
    unsafe { abi::syscall(abi::SYS_PWRITE64, fd, text.bytes.as_ptr(), text.length, 0_u64) };
    Ok(fd)
}

struct Text {
    bytes: [u8; 1024],
    length: usize,
}

impl Text {
    fn put(&mut self, more: &[u8]) {
        for (to, from) in self.bytes.iter_mut().skip(self.length).zip(more) {
            *to = *from;
        }
        self.length = (self.length + more.len()).min(self.bytes.len());
    }
}
