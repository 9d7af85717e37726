//! Threads that make files while another one reads them from the volume: most of the time goes into making them.

use core::sync::atomic::{AtomicBool, Ordering};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};

use rustix::fs::{AtFlags, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT};

use super::{Problem, Reason};

/// Data that is sent to a thread at a time, in bytes.
pub(super) const BATCH_BYTES: usize = 256 << 10;
/// Files without data are sent at the latest when there are so many.
const BATCH_FILES: usize = 128;
/// Batches that a thread may be behind.
const BEHIND: usize = 4;
/// Making files in different folders goes side by side; more threads than this wait for each other.
const THREADS: core::ops::RangeInclusive<usize> = 2..=4;

/// A folder that files are made in. When nobody makes anything in it any more, it gets its time.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) handle: OwnedFd,
    pub(super) modified: Option<Timespec>,
    /// Which of the threads makes files in it: one makes all, in their order.
    pub(super) thread: usize,
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(modified) = self.modified {
            set_modified(&self.handle, modified);
        }
    }
}

/// A time that the file system cannot hold is not worth losing the file.
fn set_modified(file: impl AsFd, modified: Timespec) {
    let omit = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
    _ = rustix::fs::futimens(file, &Timestamps { last_access: omit, last_modification: modified });
}

/// A file to be made.
#[derive(Debug)]
pub(super) struct NewFile {
    /// Its place among all that was extracted.
    pub(super) number: u64,
    pub(super) folder: Arc<Folder>,
    pub(super) name: String,
    /// Path in the volume.
    pub(super) path: String,
    pub(super) mode: Mode,
    pub(super) modified: Option<Timespec>,
}

/// Files, and how many bytes each has.
type Files = Vec<(NewFile, usize)>;

/// What a thread is told.
enum Order {
    /// Whole files, and their bytes one behind the other.
    Files(Files, Vec<u8>),
    /// A large file, whose parts follow.
    Begin(NewFile),
    /// A part of the file that was begun.
    Part(Vec<u8>),
    /// The file that was begun is whole.
    End,
    /// The file that was begun will not become whole.
    Abandon,
}

/// What a thread did.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// With the numbers of their files.
    pub(super) problems: Vec<(u64, Problem)>,
    /// The target takes no more: the file at which that was seen, and the system's words.
    pub(super) full: Option<(u64, String, io::Error)>,
}

/// The threads, as the reading one sees them.
pub(super) struct Writers<'scope> {
    threads: Vec<(SyncSender<Order>, ScopedJoinHandle<'scope, Made>)>,
    waiting: Vec<(Files, Vec<u8>)>,
    spare: Receiver<Vec<u8>>,
}

impl<'scope> Writers<'scope> {
    pub(super) fn start<'env>(scope: &'scope Scope<'scope, 'env>, full: &'env AtomicBool) -> Self {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let (back, spare) = channel();
        let threads: Vec<_> = (0..count.clamp(*THREADS.start(), *THREADS.end()))
            .map(|_| {
                let (sender, orders) = sync_channel(BEHIND);
                let writer = Writer { full, back: back.clone(), open: None, made: Made::default() };
                (sender, scope.spawn(move || writer.run(&orders)))
            })
            .collect();
        let waiting = threads.iter().map(|_| Default::default()).collect();
        Self { threads, waiting, spare }
    }

    pub(super) fn count(&self) -> usize {
        self.threads.len()
    }

    /// An empty buffer, one that was used before if there is one.
    fn buffer(&self) -> Vec<u8> {
        let mut buffer = self.spare.try_recv().unwrap_or_default();
        buffer.clear();
        buffer
    }

    /// Has a file made whose data `read` appends to what it is given. It is not made if that fails.
    pub(super) fn whole<E>(
        &mut self,
        file: NewFile,
        read: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let thread = file.folder.thread;
        let Some((files, data)) = self.waiting.get_mut(thread) else { return Ok(()) };
        let before = data.len();
        if let Err(error) = read(data) {
            data.truncate(before);
            return Err(error);
        }
        files.push((file, data.len() - before));
        if data.len() >= BATCH_BYTES || files.len() >= BATCH_FILES {
            self.send_waiting(thread);
        }
        Ok(())
    }

    /// Has a file made whose data come in parts.
    pub(super) fn begin(&mut self, file: NewFile) -> Parts<'_, 'scope> {
        let thread = file.folder.thread;
        self.send_waiting(thread);
        self.send(thread, Order::Begin(file));
        Parts { writers: self, thread }
    }

    fn send_waiting(&mut self, thread: usize) {
        let buffer = self.buffer();
        let Some((files, data)) = self.waiting.get_mut(thread) else { return };
        if !files.is_empty() {
            let order = Order::Files(core::mem::take(files), core::mem::replace(data, buffer));
            self.send(thread, order);
        }
    }

    fn send(&self, thread: usize, order: Order) {
        if let Some((sender, _)) = self.threads.get(thread) {
            // A thread ends only when nobody can send to it any more.
            _ = sender.send(order);
        }
    }

    /// Waits until everything is made.
    pub(super) fn finish(mut self) -> Vec<Made> {
        for thread in 0..self.threads.len() {
            self.send_waiting(thread);
        }
        let handles: Vec<_> = self.threads.into_iter().map(|(_, handle)| handle).collect();
        handles.into_iter().filter_map(|handle| handle.join().ok()).collect()
    }
}

/// A file that is being made part by part.
pub(super) struct Parts<'a, 'scope> {
    writers: &'a mut Writers<'scope>,
    thread: usize,
}

impl Parts<'_, '_> {
    /// A buffer for the next part.
    pub(super) fn buffer(&self) -> Vec<u8> {
        self.writers.buffer()
    }

    pub(super) fn push(&mut self, part: Vec<u8>) {
        self.writers.send(self.thread, Order::Part(part));
    }

    pub(super) fn end(self) {
        self.writers.send(self.thread, Order::End);
    }

    pub(super) fn abandon(self) {
        self.writers.send(self.thread, Order::Abandon);
    }
}

/// One of the threads.
struct Writer<'env> {
    full: &'env AtomicBool,
    back: Sender<Vec<u8>>,
    /// The file that was begun, and its bytes so far; none once it failed.
    open: Option<(NewFile, File, u64)>,
    made: Made,
}

impl Writer<'_> {
    fn run(mut self, orders: &Receiver<Order>) -> Made {
        while let Ok(order) = orders.recv() {
            match order {
                Order::Files(files, data) => {
                    self.whole_files(files, &data);
                    _ = self.back.send(data);
                }
                Order::Begin(file) => self.begin(file),
                Order::Part(part) => {
                    self.part(&part);
                    _ = self.back.send(part);
                }
                Order::End => self.end(),
                Order::Abandon => {
                    if let Some((file, ..)) = self.open.take() {
                        remove(&file);
                    }
                }
            }
        }
        self.made
    }

    fn whole_files(&mut self, files: Files, data: &[u8]) {
        let mut rest = data;
        for (file, bytes) in files {
            let (own, after) = rest.split_at_checked(bytes).unwrap_or((rest, &[]));
            rest = after;
            self.begin(file);
            self.part(own);
            self.end();
        }
    }

    fn begin(&mut self, file: NewFile) {
        if self.full.load(Ordering::Relaxed) {
            return;
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&file.folder.handle, &*file.name, flags, file.mode) {
            Ok(handle) => self.open = Some((file, File::from(handle), 0)),
            Err(error) if is_full(&error.into()) => self.stop(file, error.into()),
            Err(error) => self.problem(file, error.into()),
        }
    }

    fn part(&mut self, part: &[u8]) {
        let Some((_, handle, bytes)) = &mut self.open else { return };
        let Err(error) = handle.write_all(part) else {
            *bytes += u64::try_from(part.len()).unwrap_or(0);
            return;
        };
        let Some((file, ..)) = self.open.take() else { return };
        // Half a file is worse than none: it looks like a whole one.
        remove(&file);
        if is_full(&error) {
            self.stop(file, error);
        } else {
            self.problem(file, Reason::Write(error));
        }
    }

    fn end(&mut self) {
        let Some((file, handle, bytes)) = self.open.take() else { return };
        if let Some(modified) = file.modified {
            set_modified(&handle, modified);
        }
        self.made.files += 1;
        self.made.bytes += bytes;
    }

    fn problem(&mut self, file: NewFile, reason: Reason) {
        self.made.problems.push((file.number, Problem { path: file.path, reason }));
    }

    fn stop(&mut self, file: NewFile, error: io::Error) {
        self.full.store(true, Ordering::Relaxed);
        self.made.full = Some((file.number, file.path, error));
    }
}

fn remove(file: &NewFile) {
    _ = rustix::fs::unlinkat(&file.folder.handle, &*file.name, AtFlags::empty());
}

/// Whether an error says that nothing more can be written anywhere in the target.
pub(super) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | ReadOnlyFilesystem)
}
