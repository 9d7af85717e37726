//! An open file of the device: a socket to the server, and requests over it.

use core::ffi::c_int;
use core::mem::size_of;
use core::ptr::{addr_of_mut, null_mut};

use crate::abi::{self, IoVec, MessageHeader, OneDescriptor, SocketAddress};
use crate::config::{Config, config};
use crate::next::{errno, keeping_errno};
use crate::wire::{ANSWER_BYTES, Answer, KNOCK, MAX_BYTES, Op, Request};

/// A descriptor that stands for the device.
///
/// Nothing about it is remembered in the process: whether a descriptor is one is asked of the kernel each time, by the
/// address of its peer. So copies made by dup, fork, exec or a message over a socket are recognised as it is.
pub(crate) struct Drive {
    fd: c_int,
    pub(crate) config: &'static Config,
}

impl Drive {
    /// The device behind a descriptor; `None` for all other descriptors.
    pub(crate) fn behind(fd: c_int) -> Option<Self> {
        let config = config()?;
        let mut peer = SocketAddress { family: 0, path: [0; 108] };
        let mut length = SOCKET_ADDRESS_BYTES;
        // SAFETY: the buffer has the length that is given.
        let found = keeping_errno(|| unsafe { abi::getpeername(fd, &raw mut peer, &raw mut length) });
        let same = found == 0 && peer.family == abi::AF_UNIX && peer.path == config.socket.path;
        same.then_some(Self { fd, config })
    }

    /// Opens the device; the descriptor, or errno.
    pub(crate) fn open(config: &'static Config, flags: c_int) -> Result<c_int, c_int> {
        let _no_cancel = NoCancel::new();
        let cloexec = if flags & abi::O_CLOEXEC == 0 { 0 } else { abi::SOCK_CLOEXEC };
        // SAFETY: no memory is involved.
        let fd = unsafe { abi::socket(c_int::from(abi::AF_UNIX), abi::SOCK_SEQPACKET | cloexec, 0) };
        if fd < 0 {
            return Err(errno());
        }
        // SAFETY: the address has the length that is given.
        let connected = retrying(|| unsafe {
            isize::try_from(abi::connect(fd, &raw const config.socket, SOCKET_ADDRESS_BYTES)).unwrap_or(-1)
        });
        let request = Request { number: i64::from(flags), ..Request::new(Op::Open) };
        // A server that has gone is a drive that was unplugged.
        let opened =
            connected.map_err(|_| abi::ENXIO).and_then(|_| Self { fd, config }.ask(request, &[], &mut []));
        match opened {
            Ok(_) => Ok(fd),
            Err(error) => {
                // SAFETY: the descriptor was made above and given to nobody.
                unsafe { abi::close(fd) };
                Err(error)
            }
        }
    }

    /// Sends a request with the bytes of `from`, and puts the bytes that come back into `into`.
    ///
    /// The answer, or errno.
    pub(crate) fn ask(
        &self,
        mut request: Request,
        from: &[IoVec],
        into: &mut [IoVec],
    ) -> Result<Answer, c_int> {
        request.sending = total(from)?;
        request.accepting = total(into)?;
        let _no_cancel = NoCancel::new();
        let stream = self.knock()?;
        let mut encoded = request.encode();
        stream.send(&IoVec { base: encoded.as_mut_ptr(), length: encoded.len() })?;
        for vector in from {
            stream.send(vector)?;
        }
        let mut bytes = [0; ANSWER_BYTES];
        stream.receive(bytes.as_mut_ptr(), bytes.len())?;
        let answer = Answer::decode(&bytes).map_err(|_| abi::EIO)?;
        if answer.sending > request.accepting {
            return Err(abi::EIO);
        }
        let mut left = usize::try_from(answer.sending).map_err(|_| abi::EIO)?;
        for vector in into {
            let part = vector.length.min(left);
            stream.receive(vector.base, part)?;
            left -= part;
        }
        if answer.errno == 0 { Ok(answer) } else { Err(answer.errno) }
    }

    /// Asks for a value.
    pub(crate) fn value(&self, request: Request) -> Result<i64, c_int> {
        self.ask(request, &[], &mut []).map(|answer| answer.value)
    }

    /// Makes a stream and passes one end of it to the server.
    fn knock(&self) -> Result<Stream, c_int> {
        let mut pair = [-1; 2];
        let kind = abi::SOCK_STREAM | abi::SOCK_CLOEXEC;
        // SAFETY: two descriptors have room there.
        if unsafe { abi::socketpair(c_int::from(abi::AF_UNIX), kind, 0, pair.as_mut_ptr()) } != 0 {
            return Err(errno());
        }
        let [ours, theirs] = pair.map(Stream);
        let mut knock = KNOCK;
        let mut vector = IoVec { base: addr_of_mut!(knock), length: 1 };
        let mut rights = OneDescriptor {
            length: size_of::<OneDescriptor>() - size_of::<c_int>(),
            level: abi::SOL_SOCKET,
            kind: abi::SCM_RIGHTS,
            descriptor: theirs.0,
            padding: 0,
        };
        let message = MessageHeader {
            name: null_mut(),
            name_length: 0,
            vectors: addr_of_mut!(vector),
            vector_count: 1,
            control: addr_of_mut!(rights).cast(),
            control_length: size_of::<OneDescriptor>(),
            flags: 0,
        };
        // SAFETY: all that the message points to lives until the call returns.
        retrying(|| unsafe { abi::sendmsg(self.fd, &raw const message, abi::MSG_NOSIGNAL) })
            .map_err(|_| abi::ENODEV)?;
        Ok(ours)
    }
}

const SOCKET_ADDRESS_BYTES: u32 = 110;

/// Bytes of all vectors.
fn total(vectors: &[IoVec]) -> Result<u32, c_int> {
    let sum = vectors.iter().fold(0_usize, |sum, vector| sum.saturating_add(vector.length));
    u32::try_from(sum).ok().filter(|sum| *sum <= MAX_BYTES).ok_or(abi::EINVAL)
}

/// One end of a stream; closed when dropped.
struct Stream(c_int);

impl Stream {
    /// Sends all bytes of a vector. Where the program's memory is not its own, the kernel says EFAULT.
    fn send(&self, vector: &IoVec) -> Result<(), c_int> {
        let mut done = 0;
        while done < vector.length {
            let at = vector.base.wrapping_add(done);
            // SAFETY: the kernel checks the memory; it reads no further than the vector's end.
            let sent =
                retrying(|| unsafe { abi::send(self.0, at, vector.length - done, abi::MSG_NOSIGNAL) })?;
            done += usize::try_from(sent).map_err(|_| abi::EIO)?;
        }
        Ok(())
    }

    /// Fills memory. Where it is not the program's own, the kernel says EFAULT.
    fn receive(&self, to: *mut u8, length: usize) -> Result<(), c_int> {
        let mut done = 0;
        while done < length {
            // SAFETY: the kernel checks the memory; it writes no further than `length` bytes, which the caller
            // of the function that was replaced has given it to be written.
            let came = retrying(|| unsafe { abi::recv(self.0, to.wrapping_add(done), length - done, 0) })?;
            match usize::try_from(came) {
                Ok(0) | Err(_) => return Err(abi::ENODEV),
                Ok(came) => done += came,
            }
        }
        Ok(())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: the descriptor is this value's own.
        keeping_errno(|| unsafe { abi::close(self.0) });
    }
}

/// Calls until no signal interrupts: as with a real drive, commands are not broken off by signals.
fn retrying(mut call: impl FnMut() -> isize) -> Result<isize, c_int> {
    loop {
        let result = call();
        if result >= 0 {
            return Ok(result);
        }
        let error = errno();
        if error != abi::EINTR {
            return Err(error);
        }
    }
}

/// Keeps the thread from being cancelled in here: ioctl is no cancellation point, the calls it is replaced by are.
struct NoCancel {
    before: c_int,
}

impl NoCancel {
    fn new() -> Self {
        const DISABLE: c_int = 1;
        let mut before = 0;
        // SAFETY: the old state has room there.
        unsafe { abi::pthread_setcancelstate(DISABLE, &raw mut before) };
        Self { before }
    }
}

impl Drop for NoCancel {
    fn drop(&mut self) {
        // SAFETY: a state that the same function has given.
        unsafe { abi::pthread_setcancelstate(self.before, null_mut()) };
    }
}
