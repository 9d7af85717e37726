//! The serving side: the drive, and what the kernel does between it and programs.

mod block;
mod cdrom;
mod connection;
mod errno;
mod toc;
mod unit;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use discwright_transport::Transport;
use rustix::net::{self, AddressFamily, Shutdown, SocketAddrUnix, SocketFlags, SocketType};
use tempfile::TempDir;
use thiserror::Error;

use crate::{LIBRARY, wire};
use unit::Unit;

/// Why a drive cannot be served.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// There is no library to preload for this system.
    #[error("programs can be given a drive on Linux with the GNU C library only (x86-64 or AArch64)")]
    Unsupported,
    /// The folder with socket and library cannot be made.
    #[error("a private folder for the drive's socket cannot be made: {0}")]
    Folder(#[source] io::Error),
    /// The socket cannot be made.
    #[error(
        "the drive's socket {path} cannot be made: {source}; TMPDIR may name a folder with a shorter path"
    )]
    Socket {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Serves one drive until it is dropped or [stopped](Server::stop).
#[derive(Debug)]
pub struct Server {
    folder: TempDir,
    listener: Arc<OwnedFd>,
    shared: Arc<Shared>,
    device: PathBuf,
}

/// What all connections share: the drive, until the server stops.
#[derive(Debug)]
struct Shared {
    unit: Mutex<Option<Unit>>,
}

impl Shared {
    /// The drive, one caller at a time; a caller that panicked has left it as any interrupted command does.
    fn unit(&self) -> std::sync::MutexGuard<'_, Option<Unit>> {
        self.unit.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Server {
    /// Serves `drive` as `device` (`/dev/sr0`) from a private folder under the system's temporary one.
    ///
    /// As the kernel does when it finds a drive, this asks it until it no longer reports that it was switched on.
    ///
    /// # Errors
    /// [`ServeError`].
    pub fn start(drive: Box<dyn Transport + Send>, device: &Path) -> Result<Self, ServeError> {
        if LIBRARY.is_empty() {
            return Err(ServeError::Unsupported);
        }
        // Mode 0700, so that nobody else can reach the socket or exchange the library.
        let folder = tempfile::Builder::new().prefix("discwright-").tempdir().map_err(ServeError::Folder)?;
        fs::write(library_in(folder.path()), LIBRARY).map_err(ServeError::Folder)?;
        let path = socket_in(folder.path());
        let listener = listen(&path).map_err(|source| ServeError::Socket { path, source })?;
        let mut unit = Unit::new(drive);
        // Whether it is ready is found out when it is opened.
        let _ready = unit.settle();
        let shared = Arc::new(Shared { unit: Mutex::new(Some(unit)) });
        let listener = Arc::new(listener);
        let (accepting, connections) = (Arc::clone(&listener), Arc::clone(&shared));
        thread::spawn(move || accept(&accepting, &connections));
        Ok(Self { folder, listener, shared, device: device.to_owned() })
    }

    /// The environment variables that give the drive to a program that is started with them, over those it would have.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut preload = library_in(self.folder.path()).into_os_string();
        if let Some(others) = std::env::var_os("LD_PRELOAD").filter(|others| !others.is_empty()) {
            preload.push(":");
            preload.push(others);
        }
        vec![
            ("LD_PRELOAD", preload),
            (wire::SOCKET_VARIABLE, socket_in(self.folder.path()).into_os_string()),
            (wire::DEVICE_VARIABLE, self.device.clone().into_os_string()),
        ]
    }

    /// Takes the drive back, after the command under way. Programs that still have it open find it unplugged.
    #[must_use]
    pub fn stop(self) -> Option<Box<dyn Transport + Send>> {
        self.shared.unit().take().map(Unit::into_drive)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ends the thread that accepts; nothing can be done where that fails, and nothing needs to be.
        let _ = net::shutdown(self.listener.as_fd(), Shutdown::Both);
        self.shared.unit().take();
    }
}

fn library_in(folder: &Path) -> PathBuf {
    folder.join("discwright-shim.so")
}

fn socket_in(folder: &Path) -> PathBuf {
    folder.join("drive")
}

fn listen(path: &Path) -> io::Result<OwnedFd> {
    let socket = net::socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    net::bind(&socket, &SocketAddrUnix::new(path)?)?;
    net::listen(&socket, 64)?;
    Ok(socket)
}

/// A thread for every open file; they end with it.
fn accept(listener: &OwnedFd, shared: &Arc<Shared>) {
    loop {
        match net::accept_with(listener, SocketFlags::CLOEXEC) {
            Ok(socket) => {
                let shared = Arc::clone(shared);
                let socket = Arc::new(socket);
                thread::spawn(move || connection::serve(&socket, &shared));
            }
            Err(rustix::io::Errno::INTR | rustix::io::Errno::CONNABORTED) => {}
            Err(_) => return,
        }
    }
}
