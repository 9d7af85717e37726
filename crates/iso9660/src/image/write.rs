//! A whole image into a file or a pipe: several threads read, and the kernel copies by itself what it can.

use core::ops::ControlFlow;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt as _;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rustix::fs::copy_file_range;
use rustix::io::Errno;
use rustix::pipe::{SpliceFlags, fcntl_setpipe_size, splice};

use super::pieces::{LARGE_BYTES, Piece, Pieces};
use super::{Image, ImageError};
use crate::format::SECTOR_BYTES;
use crate::tree::Stored;

/// Bytes that are filled and written at a time.
const CHUNK_BYTES: usize = 256 << 10;
/// Small files that are not in memory come several times as fast when several are asked for, whatever the number of
/// processors.
const THREADS: core::ops::RangeInclusive<usize> = 4..=8;
/// Pieces that a thread is ahead of the pipe.
const AHEAD: usize = 2;
/// What a pipe is asked to hold: less and each side waits for the other too often. The most that anybody may ask for.
const PIPE_BYTES: usize = 1 << 20;

/// Called with the number of sectors written so far, from several threads; may stop the writing.
pub type Progress<'a> = &'a (dyn Fn(u32) -> ControlFlow<()> + Sync);

impl Image {
    /// Writes the whole image to `file` from its start.
    ///
    /// Several threads read small sources; large files are copied by the kernel where source and target allow it
    /// (`copy_file_range`). Memory stays within some MiB and the largest folder.
    ///
    /// # Errors
    /// [`ImageError`]; the file then holds a part of the image. Of several errors, the one nearest to the start.
    pub fn write_to(&mut self, file: &File) -> Result<(), ImageError> {
        self.write_to_with(file, &|_| ControlFlow::Continue(()))
    }

    /// [`write_to`](Self::write_to), told how far it is.
    ///
    /// # Errors
    /// As there, and [`ImageError::Cancelled`].
    pub fn write_to_with(&mut self, file: &File, progress: Progress<'_>) -> Result<(), ImageError> {
        let work = Work::new(self, progress);
        thread::scope(|scope| {
            for _ in 1..writers(self) {
                scope.spawn(|| work.take_part(self.clone(), file));
            }
            work.take_part(self.clone(), file);
        });
        work.finish()
    }

    /// Writes the whole image to `out`, front to back: a pipe, a device, a socket.
    ///
    /// Several threads read the sources ahead. Into a pipe, large files are spliced by the kernel; the pipe is asked to
    /// hold a MiB.
    ///
    /// # Errors
    /// [`ImageError`]; `out` has then taken a part of the image.
    pub fn stream_to(&mut self, out: &File) -> Result<(), ImageError> {
        self.stream_to_with(out, &|_| ControlFlow::Continue(()))
    }

    /// [`stream_to`](Self::stream_to), told how far it is.
    ///
    /// # Errors
    /// As there, and [`ImageError::Cancelled`].
    pub fn stream_to_with(&mut self, out: &File, progress: Progress<'_>) -> Result<(), ImageError> {
        // Whoever is no pipe says so, and is written to as it is.
        let is_pipe = fcntl_setpipe_size(out, PIPE_BYTES).is_ok() || is_fifo(out);
        let threads = threads(self);
        thread::scope(|scope| {
            let readers = (0..threads)
                .map(|first| {
                    let (filled, read) = sync_channel(AHEAD);
                    let (back, spare) = sync_channel(AHEAD + 1);
                    let image = self.clone();
                    scope.spawn(move || read_ahead(image, first, threads, &filled, &spare));
                    (read, back)
                })
                .collect();
            let mut image = self.clone();
            Stream { image: &mut image, out, is_pipe, readers, turn: 0 }.run(progress)
        })
    }

    /// Copies as much of a piece of a content as the kernel will; how many bytes that is.
    fn copy_content(
        &mut self,
        index: usize,
        offset: u64,
        bytes: u64,
        copy: &mut dyn FnMut(&File, &mut u64, usize) -> rustix::io::Result<usize>,
    ) -> Result<u64, ImageError> {
        let Self { layout, reader, .. } = self;
        let content = layout.plan.order.get(index).and_then(|placed| layout.stored(placed.content));
        let Some(Stored::Host { directory, name, stamp }) = content else { return Ok(0) };
        let from = reader.open(&layout.tree, *directory, *name, *stamp)?;
        let mut at = offset;
        let end = offset + bytes;
        while at < end {
            let left = usize::try_from(end - at).unwrap_or(usize::MAX).min(1 << 30);
            match copy(&from, &mut at, left) {
                Ok(0) => break,
                Ok(_) | Err(Errno::INTR) => {}
                // Any reason that this cannot be done in the kernel; a real fault shows when it is read.
                Err(_) => break,
            }
        }
        reader.recheck(&layout.tree, *directory, *name, *stamp, &from)?;
        Ok(at - offset)
    }

    /// Fills the sectors from `first` up to `end`, a chunk at a time.
    fn fill_chunks(
        &mut self,
        first: u32,
        end: u32,
        chunk: &mut Vec<u8>,
        mut take: impl FnMut(u32, &[u8]) -> Result<(), ImageError>,
    ) -> Result<(), ImageError> {
        chunk.resize(CHUNK_BYTES, 0);
        let chunk_sectors = u32::try_from(CHUNK_BYTES / SECTOR_BYTES).unwrap_or(1);
        let mut sector = first;
        while sector < end {
            let now = chunk_sectors.min(end - sector);
            let part = chunk.get_mut(..bytes_of(now)).unwrap_or_default();
            self.fill(sector, part)?;
            take(sector, part)?;
            sector += now;
        }
        Ok(())
    }
}

fn threads(image: &Image) -> usize {
    // Small images are done before a thread has started.
    if bytes_of(image.sectors()) <= CHUNK_BYTES {
        return 1;
    }
    thread::available_parallelism().map_or(1, usize::from).clamp(*THREADS.start(), *THREADS.end())
}

/// Threads that write to a file.
fn writers(image: &Image) -> usize {
    let contents = u64::try_from(image.layout().plan.order.len()).unwrap_or(u64::MAX).max(1);
    let mean_bytes = u64::from(image.sectors()) * SECTOR_BYTES as u64 / contents;
    // The kernel copies large files as fast as memory or disk allow: further threads stand in its way (1.1 times cp, observed).
    if mean_bytes >= LARGE_BYTES { 1 } else { threads(image) }
}

fn is_fifo(out: &File) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    out.metadata().is_ok_and(|it| it.file_type().is_fifo())
}

fn bytes_of(sectors: u32) -> usize {
    usize::try_from(sectors).unwrap_or(0).saturating_mul(SECTOR_BYTES)
}

fn sectors_of(bytes: u64) -> u32 {
    u32::try_from(bytes / SECTOR_BYTES as u64).unwrap_or(u32::MAX)
}

/// What the threads that write one file share.
struct Work<'a> {
    pieces: Mutex<(Pieces, Image)>,
    stop: AtomicBool,
    written: AtomicU32,
    /// The sector of the piece that failed, and why.
    failed: Mutex<Option<(u32, ImageError)>>,
    progress: Progress<'a>,
}

impl<'a> Work<'a> {
    fn new(image: &Image, progress: Progress<'a>) -> Self {
        Self {
            pieces: Mutex::new((Pieces::default(), image.clone())),
            stop: AtomicBool::new(false),
            written: AtomicU32::new(0),
            failed: Mutex::new(None),
            progress,
        }
    }

    /// Pieces are given out in order and each that was given out is tried, so that the first error by place is always
    /// among those found.
    fn take_part(&self, mut image: Image, file: &File) {
        let mut chunk = Vec::new();
        while let Some(piece) = self.next() {
            let (sector, sectors) = match piece {
                Piece::Fill { sector, sectors } => (sector, sectors),
                Piece::Copy { sector, bytes, .. } => (sector, sectors_of(bytes)),
            };
            let done = write_piece(&mut image, file, piece, &mut chunk);
            let written = self.written.fetch_add(sectors, Ordering::Relaxed) + sectors;
            let error = match done {
                Err(error) => error,
                Ok(()) if (self.progress)(written).is_break() => ImageError::Cancelled,
                Ok(()) => continue,
            };
            self.stop.store(true, Ordering::Relaxed);
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            if failed.as_ref().is_none_or(|(first, _)| sector < *first) {
                *failed = Some((sector, error));
            }
        }
    }

    fn next(&self) -> Option<Piece> {
        let mut pieces = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
        let (pieces, image) = &mut *pieces;
        if self.stop.load(Ordering::Relaxed) { None } else { pieces.next(image) }
    }

    fn finish(self) -> Result<(), ImageError> {
        let failed = self.failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.map_or(Ok(()), |(_, error)| Err(error))
    }
}

fn write_piece(image: &mut Image, file: &File, piece: Piece, chunk: &mut Vec<u8>) -> Result<(), ImageError> {
    let (first, end) = match piece {
        Piece::Fill { sector, sectors } => (sector, sector + sectors),
        Piece::Copy { index, sector, offset, bytes } => {
            let mut target = u64::from(sector) * SECTOR_BYTES as u64;
            let copied = image.copy_content(index, offset, bytes, &mut |from, at, left| {
                copy_file_range(from, Some(at), file, Some(&mut target), left)
            })?;
            (sector + sectors_of(copied), sector + sectors_of(bytes))
        }
    };
    image.fill_chunks(first, end, chunk, |sector, part| {
        let at = u64::from(sector) * SECTOR_BYTES as u64;
        file.write_all_at(part, at).map_err(ImageError::Write)
    })
}

type Filled = Result<Vec<u8>, ImageError>;

/// Fills every piece whose turn it is, until nobody wants more.
fn read_ahead(
    mut image: Image,
    first: usize,
    threads: usize,
    filled: &SyncSender<Filled>,
    spare: &Receiver<Vec<u8>>,
) {
    let mut pieces = Pieces::default();
    let mut turn = 0;
    while let Some(piece) = pieces.next(&image) {
        let Some(sectors) = ahead(&image, piece) else { continue };
        turn += 1;
        let Piece::Fill { sector, .. } = piece else { continue };
        if (turn - 1) % threads != first {
            continue;
        }
        let mut buffer = spare.try_recv().unwrap_or_default();
        buffer.resize(bytes_of(sectors), 0);
        let done = image.fill(sector, &mut buffer).map(|()| buffer);
        let failed = done.is_err();
        if filled.send(done).is_err() || failed {
            return;
        }
    }
}

/// Sectors of a piece that is filled ahead: contents, but for large files. Folders are encoded where they are written,
/// each once.
fn ahead(image: &Image, piece: Piece) -> Option<u32> {
    match piece {
        Piece::Fill { sector, sectors } if sector >= image.layout.plan.content_start => Some(sectors),
        _ => None,
    }
}

/// The writing end of a stream.
struct Stream<'a> {
    image: &'a mut Image,
    out: &'a File,
    is_pipe: bool,
    readers: Vec<(Receiver<Filled>, SyncSender<Vec<u8>>)>,
    turn: usize,
}

impl Stream<'_> {
    fn run(mut self, progress: Progress<'_>) -> Result<(), ImageError> {
        let mut pieces = Pieces::default();
        let mut chunk = Vec::new();
        let mut written = 0;
        while let Some(piece) = pieces.next(self.image) {
            let sectors = match piece {
                Piece::Fill { sectors, .. } => sectors,
                Piece::Copy { bytes, .. } => sectors_of(bytes),
            };
            if ahead(self.image, piece).is_some() {
                self.pass_on()?;
            } else {
                self.write_here(piece, &mut chunk)?;
            }
            written += sectors;
            if progress(written).is_break() {
                return Err(ImageError::Cancelled);
            }
        }
        Ok(())
    }

    /// Writes what the thread whose turn it is has filled.
    fn pass_on(&mut self) -> Result<(), ImageError> {
        let turn = self.turn % self.readers.len();
        self.turn += 1;
        let Some((read, back)) = self.readers.get(turn) else { return Ok(()) };
        // A reader ends early only after an error, which it has sent.
        let buffer = read.recv().map_err(|_| ImageError::Cancelled)??;
        (&*self.out).write_all(&buffer).map_err(ImageError::Write)?;
        let _ = back.try_send(buffer);
        Ok(())
    }

    fn write_here(&mut self, piece: Piece, chunk: &mut Vec<u8>) -> Result<(), ImageError> {
        let Self { image, out, is_pipe, .. } = self;
        let (first, end, mut skip) = match piece {
            Piece::Fill { sector, sectors } => (sector, sector + sectors, 0),
            Piece::Copy { sector, bytes, .. } if !*is_pipe => (sector, sector + sectors_of(bytes), 0),
            Piece::Copy { index, sector, offset, bytes } => {
                let copied = image.copy_content(index, offset, bytes, &mut |from, at, left| {
                    splice(from, Some(at), out.as_fd(), None, left, SpliceFlags::MOVE)
                })?;
                // The kernel may have stopped within a sector.
                let skip = usize::try_from(copied % SECTOR_BYTES as u64).unwrap_or(0);
                (sector + sectors_of(copied), sector + sectors_of(bytes), skip)
            }
        };
        image.fill_chunks(first, end, chunk, |_, part| {
            let part = part.get(core::mem::take(&mut skip)..).unwrap_or_default();
            (&**out).write_all(part).map_err(ImageError::Write)
        })
    }
}

#[cfg(test)]
mod tests {
    use core::ops::ControlFlow;
    use std::fs;

    use crate::image::{Change, Image, ImageError, SourceError};
    use crate::layout::{Options, layout};
    use crate::tree::{Timestamp, scan};

    fn staged(dir: &std::path::Path) -> Image {
        let tree = scan::scan(&[dir], scan::ScanOptions::default(), &mut |_| ControlFlow::Continue(()))
            .unwrap()
            .tree;
        Image::new(layout(tree, &Options::new("TEST", Timestamp::EPOCH)).unwrap())
    }

    #[test]
    fn large_files_come_out_as_by_filling() {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in
            [("a", 3_000_001_usize), ("b", 5), ("c", 1 << 20), ("d", 2_000_000), ("e", 700_000)]
        {
            let content: Vec<u8> =
                (0..bytes).map(|at| u8::try_from((at + name.len()) % 251).unwrap()).collect();
            fs::write(dir.path().join(name), content).unwrap();
        }
        let mut image = staged(dir.path());
        let file = tempfile::tempfile().unwrap();
        image.write_to(&file).unwrap();
        let mut written = vec![1; usize::try_from(image.sectors()).unwrap() * 2048];
        std::os::unix::fs::FileExt::read_exact_at(&file, &mut written, 0).unwrap();
        let mut filled = vec![2; written.len()];
        image.fill(0, &mut filled).unwrap();
        assert!(written == filled);
        let (read, write) = rustix::pipe::pipe().unwrap();
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            std::io::Read::read_to_end(&mut fs::File::from(read), &mut all).map(|_| all)
        });
        image.stream_to(&fs::File::from(write)).unwrap();
        assert!(reader.join().unwrap().unwrap() == filled);
        assert_eq!(file.metadata().unwrap().len(), written.len() as u64);
    }

    #[test]
    fn a_changed_source_is_an_error_before_and_while_reading() {
        let dir = tempfile::tempdir().unwrap();
        let victim = dir.path().join("victim");
        fs::write(&victim, "hello").unwrap();
        fs::write(dir.path().join("other"), "other").unwrap();
        let mut image = staged(dir.path());
        image.recheck_sources().unwrap();

        fs::write(&victim, "hello, world").unwrap();
        let error = image.recheck_sources().unwrap_err();
        let SourceError::Changed { path, change } = &error else { panic!("{error}") };
        assert_eq!((path, *change), (&victim, Change::Length { staged: 5, now: 12 }));
        let mut buffer = vec![0; usize::try_from(image.sectors()).unwrap() * 2048];
        let error = image.fill(0, &mut buffer).unwrap_err();
        assert!(matches!(error, ImageError::Source(SourceError::Changed { .. })), "{error}");

        fs::remove_file(&victim).unwrap();
        let error = image.recheck_sources().unwrap_err();
        assert!(matches!(&error, SourceError::Unreadable { path, .. } if *path == victim), "{error}");

        fs::write(&victim, "hullo").unwrap();
        let error = image.recheck_sources().unwrap_err();
        assert!(matches!(error, SourceError::Changed { .. }), "{error}");
    }

    #[test]
    fn any_sector_at_any_time() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("long"), vec![7; 10_000]).unwrap();
        fs::create_dir(dir.path().join("folder")).unwrap();
        let mut image = staged(dir.path());
        let sectors = image.sectors();
        let mut whole = vec![0; usize::try_from(sectors).unwrap() * 2048];
        image.fill(0, &mut whole).unwrap();
        let mut one = vec![9; 2048];
        for sector in (0..sectors).rev() {
            image.fill(sector, &mut one).unwrap();
            let at = usize::try_from(sector).unwrap() * 2048;
            assert!(one == whole[at..at + 2048], "sector {sector}");
        }
        assert!(matches!(image.fill(sectors, &mut one), Err(ImageError::BeyondEnd { .. })));
        assert!(matches!(image.fill(sectors - 1, &mut [0; 4096]), Err(ImageError::BeyondEnd { .. })));
        assert!(matches!(image.fill(0, &mut [0; 100]), Err(ImageError::Buffer(100))));
        assert_eq!(image.layout().path_at(sectors - 1).as_deref(), Some("/long"));
        assert_eq!(image.host_path_at(sectors - 1), Some(dir.path().join("long")));
        assert_eq!(image.layout().path_at(0), None);
        fn owned_by_a_thread(_: impl Send + 'static) {}
        owned_by_a_thread(image);
    }
}
