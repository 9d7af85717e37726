//! One open file: requests come one by one, each with a stream of its own.

use core::mem::MaybeUninit;
use core::time::Duration;
use std::io::{self, IoSliceMut, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use rustix::io::Errno;
use rustix::net::{self, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};

use super::Shared;
use super::errno::{Error, Result};
use super::unit::{OpenFile, Unit};
use crate::wire::{Answer, Op, REQUEST_BYTES, Request};

/// How long a program may take to send what it has announced, or to take what it has asked for, before it is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Serves one open file until its last descriptor is closed.
pub(super) fn serve(socket: &Arc<OwnedFd>, shared: &Shared) {
    let mut file = None;
    while let Some(stream) = next_stream(socket) {
        // A program that dies in the middle of a request leaves the others as they are.
        if answer(stream, socket, shared, &mut file).is_err() {
            continue;
        }
    }
    if let (Some(file), Some(unit)) = (file, shared.unit().as_mut()) {
        unit.release(&file);
    }
}

/// The stream of the next request; `None` when no descriptor is left, or when the other side is none of ours.
fn next_stream(socket: &OwnedFd) -> Option<UnixStream> {
    let mut knock = [0; 1];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = loop {
        let mut into = [IoSliceMut::new(&mut knock)];
        match net::recvmsg(socket, &mut into, &mut ancillary, RecvFlags::CMSG_CLOEXEC) {
            Err(Errno::INTR) => {}
            result => break result,
        }
    };
    if received.ok()?.bytes == 0 {
        return None;
    }
    let stream = ancillary.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    })?;
    Some(UnixStream::from(stream))
}

/// Takes one request and answers it.
fn answer(
    mut stream: UnixStream,
    socket: &Arc<OwnedFd>,
    shared: &Shared,
    file: &mut Option<OpenFile>,
) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut bytes = [0; REQUEST_BYTES];
    stream.read_exact(&mut bytes)?;
    let Ok(request) = Request::decode(&bytes) else {
        return Err(io::Error::from(io::ErrorKind::InvalidData));
    };
    let mut from = Vec::new();
    // Grows with what comes, not with what is announced.
    (&mut stream).take(u64::from(request.sending)).read_to_end(&mut from)?;
    if u32::try_from(from.len()) != Ok(request.sending) {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
    }
    let (mut answer, mut into) = match shared.unit().as_mut() {
        Some(unit) if request.op == Op::Open && file.is_none() => {
            unit.open(request.number, socket).map(|opened| {
                *file = Some(opened);
                (Answer::value(0), Vec::new())
            })
        }
        Some(unit) => carry_out(unit, file, &request, &from),
        None => Err(Error(Errno::NODEV)),
    }
    .unwrap_or_else(|Error(errno)| (Answer::error(errno.raw_os_error()), Vec::new()));
    into.truncate(usize::try_from(request.accepting).unwrap_or(usize::MAX));
    answer.sending = u32::try_from(into.len()).unwrap_or(0);
    stream.write_all(&answer.encode())?;
    stream.write_all(&into)
}

/// The answer and the bytes that go with it.
fn carry_out(
    unit: &mut Unit,
    file: &mut Option<OpenFile>,
    request: &Request,
    from: &[u8],
) -> Result<(Answer, Vec<u8>)> {
    let number = |value: i64| Ok((Answer::value(value), Vec::new()));
    match (request.op, file.as_mut()) {
        (Op::Open, _) | (_, None) => Err(Error(Errno::PROTO)),
        (Op::Execute, Some(_)) => unit.execute(request, from),
        (Op::Ioctl, Some(_)) => {
            let ioctl = u32::try_from(request.number).map_err(|_| Error(Errno::NOTTY))?;
            unit.ioctl(ioctl, request.argument, from).map(|(value, bytes)| (Answer::value(value), bytes))
        }
        (Op::Read, Some(file)) => {
            let bytes = unit.read(file.position, request.accepting)?;
            file.position = file.position.saturating_add(bytes.len().try_into().unwrap_or(0));
            Ok((Answer::value(0), bytes))
        }
        (Op::ReadAt, Some(_)) => {
            let at = u64::try_from(request.number).map_err(|_| Error(Errno::INVAL))?;
            unit.read(at, request.accepting).map(|bytes| (Answer::value(0), bytes))
        }
        (Op::Seek, Some(file)) => {
            file.position = unit.seek(file.position, request.number, request.argument)?;
            number(i64::try_from(file.position).map_err(|_| Error(Errno::OVERFLOW))?)
        }
        (Op::Flags, Some(file)) => number(file.flags),
        (Op::SetFlags, Some(file)) => {
            file.set_flags(request.number);
            number(0)
        }
    }
}
