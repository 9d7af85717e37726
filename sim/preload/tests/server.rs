//! The server against programs that speak its protocol badly, or not at all.
#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

use std::io::{IoSlice, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

use discwright_drive::{Disc, MediumKind, Recorder};
use discwright_preload::Server;
use discwright_preload::wire::{ANSWER_BYTES, Answer, KNOCK, MAX_BYTES, Op, Request, SOCKET_VARIABLE, ioctl};
use rustix::net::{
    self, AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketAddrUnix, SocketFlags,
    SocketType,
};

const O_RDWR: i64 = 2;
const O_EXCL: i64 = 0o200;
const O_NONBLOCK: i64 = 0o4000;

fn server() -> Server {
    let drive = Recorder::with_disc(Disc::blank(MediumKind::CdR80));
    Server::start(Box::new(drive), Path::new("/dev/sr0")).unwrap()
}

fn connect(server: &Server) -> OwnedFd {
    let environment = server.environment();
    let (_, path) = environment.iter().find(|(name, _)| *name == SOCKET_VARIABLE).unwrap();
    let socket =
        net::socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap();
    net::connect(&socket, &SocketAddrUnix::new(Path::new(path)).unwrap()).unwrap();
    socket
}

/// Passes one end of a stream, and gives the other.
fn knock(socket: &OwnedFd) -> UnixStream {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let descriptors = [theirs.as_fd()];
    let mut space = [core::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut rights = SendAncillaryBuffer::new(&mut space);
    assert!(rights.push(SendAncillaryMessage::ScmRights(&descriptors)));
    net::sendmsg(socket, &[IoSlice::new(&[KNOCK])], &mut rights, SendFlags::NOSIGNAL).unwrap();
    ours
}

fn ask(socket: &OwnedFd, mut request: Request, bytes: &[u8]) -> (Answer, Vec<u8>) {
    request.sending = u32::try_from(bytes.len()).unwrap();
    let mut stream = knock(socket);
    stream.write_all(&request.encode()).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = [0; ANSWER_BYTES];
    stream.read_exact(&mut answer).unwrap();
    let answer = Answer::decode(&answer).unwrap();
    let mut more = Vec::new();
    stream.read_to_end(&mut more).unwrap();
    assert_eq!(u32::try_from(more.len()), Ok(answer.sending));
    (answer, more)
}

fn open(server: &Server, flags: i64) -> (OwnedFd, i32) {
    let socket = connect(server);
    let (answer, _) = ask(&socket, Request { number: flags, ..Request::new(Op::Open) }, &[]);
    (socket, answer.errno)
}

fn inquiry(accepting: u32) -> Request {
    let mut request = Request { cdb_length: 6, accepting, ..Request::new(Op::Execute) };
    request.cdb[0] = 0x12;
    request.cdb[4] = 36;
    request
}

#[test]
fn a_command_is_answered() {
    let server = server();
    let (file, errno) = open(&server, O_RDWR | O_NONBLOCK);
    assert_eq!(errno, 0);
    let (answer, bytes) = ask(&file, inquiry(96), &[]);
    assert_eq!((answer.status, answer.transferred, bytes.len(), bytes[0]), (0, 36, 36, 5));
}

#[test]
fn nothing_is_done_before_the_file_is_open_nor_is_it_opened_twice() {
    const EPROTO: i32 = 71;
    let server = server();
    let socket = connect(&server);
    assert_eq!(ask(&socket, inquiry(36), &[]).0.errno, EPROTO);
    let (file, _) = open(&server, O_NONBLOCK);
    assert_eq!(ask(&file, Request { number: O_NONBLOCK, ..Request::new(Op::Open) }, &[]).0.errno, EPROTO);
    assert_eq!(ask(&file, inquiry(36), &[]).0.errno, 0);
}

#[test]
fn bad_requests_hurt_nobody_else() {
    let server = server();
    let (good, _) = open(&server, O_NONBLOCK);
    let (bad, _) = open(&server, O_NONBLOCK);
    // No request at all, half of one, nonsense, and more announced than sent.
    drop(knock(&bad));
    knock(&bad).write_all(&[1, 2, 3]).unwrap();
    knock(&bad).write_all(&[0xFF; 200]).unwrap();
    let mut stream = knock(&bad);
    stream.write_all(&Request { sending: MAX_BYTES, ..inquiry(0) }.encode()).unwrap();
    stream.write_all(&[0; 100]).unwrap();
    drop(stream);
    assert_eq!(ask(&bad, inquiry(36), &[]).0.errno, 0, "the file is still good");
    // A packet without a stream ends that file, and no other.
    let (worse, _) = open(&server, O_NONBLOCK);
    net::send(&worse, b"no descriptor", SendFlags::NOSIGNAL).unwrap();
    assert_eq!(ask(&good, inquiry(36), &[]).0.errno, 0);
}

#[test]
fn commands_of_impossible_length_are_refused() {
    const EINVAL: i32 = 22;
    let server = server();
    let (file, _) = open(&server, O_NONBLOCK);
    // A vendor's command of six bytes is for the drive to refuse; an empty command and more data than the adapter carries
    // do not get there.
    let mut short = Request { cdb_length: 6, ..Request::new(Op::Execute) };
    short.cdb[0] = 0xE5;
    assert_eq!(ask(&file, short, &[]).0.errno, 0);
    assert_eq!(ask(&file, Request { cdb_length: 0, ..short }, &[]).0.errno, EINVAL);
    assert_eq!(ask(&file, inquiry(MAX_BYTES), &[]).0.errno, EINVAL);
}

#[test]
fn ioctls_take_any_bytes() {
    let server = server();
    let (file, _) = open(&server, O_NONBLOCK);
    for request in (0x5300..0x5400).chain(0x2200..0x2300).chain(0x1250..0x1290).chain([ioctl::BLKGETSIZE64]) {
        for bytes in [&[][..], &[0; 3], &[0xFF; 12], &[0x7F; 2352]] {
            let ioctl = Request {
                number: i64::from(request),
                argument: u64::MAX,
                accepting: 2352,
                ..Request::new(Op::Ioctl)
            };
            ask(&file, ioctl, bytes);
        }
    }
    assert_eq!(ask(&file, inquiry(36), &[]).0.errno, 0);
}

#[test]
fn exclusive_files_are_released_when_they_are_closed() {
    const EBUSY: i32 = 16;
    let server = server();
    for _ in 0..50 {
        let (holder, errno) = open(&server, O_RDWR | O_NONBLOCK | O_EXCL);
        assert_eq!(errno, 0);
        assert_eq!(open(&server, O_RDWR | O_NONBLOCK | O_EXCL).1, EBUSY);
        assert_eq!(open(&server, O_RDWR | O_NONBLOCK).1, 0);
        drop(holder);
    }
}

#[test]
fn a_blank_disc_has_no_data_to_open() {
    const EMEDIUMTYPE: i32 = 124;
    assert_eq!(open(&server(), 0).1, EMEDIUMTYPE);
}

#[test]
fn a_stopped_server_is_an_unplugged_drive() {
    const ENODEV: i32 = 19;
    let server = server();
    let (file, _) = open(&server, O_NONBLOCK);
    assert!(server.stop().is_some());
    assert_eq!(ask(&file, inquiry(36), &[]).0.errno, ENODEV);
}
