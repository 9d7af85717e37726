//! The layouts and numbers that the library has of its own are those of the C library and the kernel's headers.
#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![allow(unsafe_code, reason = "the file under test declares functions of C")]
#![expect(dead_code, reason = "only layouts and numbers are compared")]

use core::mem::{align_of, offset_of, size_of};

#[path = "../shim/abi.rs"]
mod abi;

macro_rules! same_layout {
    ($ours:ty, $theirs:ty: $($our_field:ident = $their_field:ident),* $(,)?) => {
        assert_eq!(size_of::<$ours>(), size_of::<$theirs>(), stringify!($theirs));
        assert_eq!(align_of::<$ours>(), align_of::<$theirs>(), stringify!($theirs));
        $(assert_eq!(
            offset_of!($ours, $our_field),
            offset_of!($theirs, $their_field),
            concat!(stringify!($theirs), ".", stringify!($their_field))
        );)*
    };
}

#[test]
fn structures_of_the_c_library() {
    same_layout!(abi::SocketAddress, libc::sockaddr_un: family = sun_family, path = sun_path);
    same_layout!(abi::IoVec, libc::iovec: base = iov_base, length = iov_len);
    same_layout!(abi::MessageHeader, libc::msghdr: name = msg_name, name_length = msg_namelen, vectors = msg_iov,
        vector_count = msg_iovlen, control = msg_control, control_length = msg_controllen, flags = msg_flags);
    same_layout!(abi::Stat, libc::stat: device = st_dev, inode = st_ino, links = st_nlink, mode = st_mode,
        user = st_uid, group = st_gid, device_number = st_rdev, size = st_size, block_size = st_blksize,
        blocks = st_blocks, times = st_atime);
    same_layout!(abi::Stat, libc::stat64: device = st_dev, inode = st_ino, mode = st_mode, size = st_size);
    same_layout!(abi::Statx, libc::statx: mask = stx_mask, block_size = stx_blksize, links = stx_nlink,
        user = stx_uid, group = stx_gid, mode = stx_mode, inode = stx_ino, size = stx_size, blocks = stx_blocks,
        device_major = stx_rdev_major, device_minor = stx_rdev_minor, filesystem_major = stx_dev_major,
        filesystem_minor = stx_dev_minor, mount = stx_mnt_id);
    same_layout!(abi::TimeSpec, libc::timespec: seconds = tv_sec, nanoseconds = tv_nsec);
    same_layout!(abi::TimeVal, libc::timeval: seconds = tv_sec, microseconds = tv_usec);
}

/// A control message with one descriptor is as long as the macros of C say.
#[test]
fn control_message() {
    assert_eq!(offset_of!(abi::OneDescriptor, level), offset_of!(libc::cmsghdr, cmsg_level));
    assert_eq!(offset_of!(abi::OneDescriptor, kind), offset_of!(libc::cmsghdr, cmsg_type));
    let descriptor = u32::try_from(size_of::<libc::c_int>()).unwrap();
    // SAFETY: the macros only calculate.
    let (space, length) = unsafe { (libc::CMSG_SPACE(descriptor), libc::CMSG_LEN(descriptor)) };
    assert_eq!(size_of::<abi::OneDescriptor>(), usize::try_from(space).unwrap());
    assert_eq!(size_of::<abi::OneDescriptor>() - 4, usize::try_from(length).unwrap());
    assert_eq!(offset_of!(abi::OneDescriptor, descriptor), usize::try_from(length).unwrap() - 4);
}

/// `struct sg_io_hdr`, `struct cdrom_generic_command` and `struct cdrom_read_audio` as the kernel's headers lay them out
/// on machines of 64 bits (scsi/sg.h, linux/cdrom.h); crate libc does not have them.
#[test]
fn structures_of_the_kernel() {
    use abi::{GenericCommand, ReadAudio, SgIoHeader};
    assert_eq!(size_of::<SgIoHeader>(), 88);
    assert_eq!(offset_of!(SgIoHeader, data), 16);
    assert_eq!(offset_of!(SgIoHeader, sense), 32);
    assert_eq!(offset_of!(SgIoHeader, user), 56);
    assert_eq!(offset_of!(SgIoHeader, status), 64);
    assert_eq!(offset_of!(SgIoHeader, host_status), 68);
    assert_eq!(offset_of!(SgIoHeader, info), 80);
    assert_eq!(size_of::<GenericCommand>(), 64);
    assert_eq!(offset_of!(GenericCommand, data), 16);
    assert_eq!(offset_of!(GenericCommand, sense), 32);
    assert_eq!(offset_of!(GenericCommand, timeout), 48);
    assert_eq!(size_of::<ReadAudio>(), 24);
    assert_eq!(offset_of!(ReadAudio, data), 16);
}

#[test]
fn numbers() {
    let pairs = [
        (i64::from(abi::AF_UNIX), i64::from(libc::AF_UNIX)),
        (abi::SOCK_STREAM.into(), libc::SOCK_STREAM.into()),
        (abi::SOCK_SEQPACKET.into(), libc::SOCK_SEQPACKET.into()),
        (abi::SOCK_CLOEXEC.into(), libc::SOCK_CLOEXEC.into()),
        (abi::SOL_SOCKET.into(), libc::SOL_SOCKET.into()),
        (abi::SCM_RIGHTS.into(), libc::SCM_RIGHTS.into()),
        (abi::MSG_NOSIGNAL.into(), libc::MSG_NOSIGNAL.into()),
        (abi::MFD_CLOEXEC.into(), libc::MFD_CLOEXEC.into()),
        (abi::AT_FDCWD.into(), libc::AT_FDCWD.into()),
        (abi::AT_SYMLINK_NOFOLLOW.into(), libc::AT_SYMLINK_NOFOLLOW.into()),
        (abi::O_ACCMODE.into(), libc::O_ACCMODE.into()),
        (abi::O_RDWR.into(), libc::O_RDWR.into()),
        (abi::O_CLOEXEC.into(), libc::O_CLOEXEC.into()),
        (abi::O_DIRECTORY.into(), libc::O_DIRECTORY.into()),
        (abi::O_NOFOLLOW.into(), libc::O_NOFOLLOW.into()),
        (abi::F_GETFL.into(), libc::F_GETFL.into()),
        (abi::F_SETFL.into(), libc::F_SETFL.into()),
        (abi::W_OK.into(), libc::W_OK.into()),
        (abi::X_OK.into(), libc::X_OK.into()),
        (abi::EPERM.into(), libc::EPERM.into()),
        (abi::ENOENT.into(), libc::ENOENT.into()),
        (abi::EINTR.into(), libc::EINTR.into()),
        (abi::EIO.into(), libc::EIO.into()),
        (abi::ENXIO.into(), libc::ENXIO.into()),
        (abi::ENOMEM.into(), libc::ENOMEM.into()),
        (abi::EACCES.into(), libc::EACCES.into()),
        (abi::EFAULT.into(), libc::EFAULT.into()),
        (abi::ENODEV.into(), libc::ENODEV.into()),
        (abi::ENOTDIR.into(), libc::ENOTDIR.into()),
        (abi::EINVAL.into(), libc::EINVAL.into()),
        (abi::ENOTTY.into(), libc::ENOTTY.into()),
        (abi::ENAMETOOLONG.into(), libc::ENAMETOOLONG.into()),
        (abi::ENOSYS.into(), libc::ENOSYS.into()),
        (abi::ELOOP.into(), libc::ELOOP.into()),
        (abi::ENODATA.into(), libc::ENODATA.into()),
        (abi::S_IFBLK.into(), libc::S_IFBLK.into()),
        (abi::S_IFREG.into(), libc::S_IFREG.into()),
        (abi::S_IFLNK.into(), libc::S_IFLNK.into()),
        (abi::STATX_BASIC_STATS.into(), libc::STATX_BASIC_STATS.into()),
        (abi::SYS_READLINKAT, libc::SYS_readlinkat),
        (abi::SYS_PWRITE64, libc::SYS_pwrite64),
    ];
    for (index, (ours, theirs)) in pairs.into_iter().enumerate() {
        assert_eq!(ours, theirs, "number {index} of the list");
    }
    assert_eq!(abi::RTLD_NEXT, libc::RTLD_NEXT);
    assert_eq!(abi::PATH_MAX, usize::try_from(libc::PATH_MAX).unwrap());
}
