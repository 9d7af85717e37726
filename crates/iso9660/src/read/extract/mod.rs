//! Copying files out of a volume into a folder, and never anywhere else.
//!
//! Everything is made relative to an open descriptor of its folder, exclusively and without following links, so that
//! neither names nor links of the volume, nor what lies in the target already, lead a single byte elsewhere. Symbolic
//! links are made last.

mod write;

use core::ops::ControlFlow;
use core::sync::atomic::{AtomicBool, Ordering};
use std::collections::HashSet;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use discwright_cd::Lba;
use rustix::fs::{Mode, OFlags, Timespec};
use rustix::io::Errno;
use thiserror::Error;

use self::write::{BATCH_BYTES, Folder, Made, NewFile, Writers};
use super::entry::{Entry, EntryKind};
use super::finding::Findings;
use super::source::ReadSectors;
use super::volume::{View, Volume};
use super::walk::Visited;
use crate::format::SECTOR_BYTES;
use crate::tree::Extent;

/// Bytes that are read and written at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// Sectors that are read at a time where small files follow each other.
const WINDOW_SECTORS: u32 = 128;

/// What to extract, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtractOptions {
    /// Paths to extract, names joined by `/`, with all that is below them; empty for everything.
    pub paths: Vec<String>,
    /// What to do with symbolic links.
    pub links: Links,
}

/// What extraction does with symbolic links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// Makes those that point to a place inside the target; reports the others.
    #[default]
    Inside,
    /// Makes all, wherever they point.
    All,
    /// Makes none.
    None,
}

/// How far an extraction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The entry at hand.
    pub path: &'a str,
    /// Its length in bytes.
    pub file_bytes: u64,
    /// Files that were extracted.
    pub files: u64,
    /// Bytes that were written.
    pub bytes: u64,
}

/// What an extraction did.
///
/// Whether everything is there: [`problems`](Self::problems) is empty and [`findings`](Self::findings) has no error. Of
/// a damaged directory nobody knows what it held; that is a finding.
#[derive(Clone, Debug, Default)]
pub struct Extracted {
    /// Files that were written in full.
    pub files: u64,
    /// Folders that were made.
    pub directories: u64,
    /// Symbolic links that were made.
    pub symlinks: u64,
    /// Bytes of files.
    pub bytes: u64,
    /// What could not be extracted.
    pub problems: Vec<Problem>,
    /// What was wrong with the volume.
    pub findings: Findings,
    /// Whether it was stopped by its progress callback.
    pub cancelled: bool,
}

/// An entry that was not extracted, and why.
#[derive(Debug, Error)]
#[error("{path}: {reason}")]
pub struct Problem {
    /// Path in the volume.
    pub path: String,
    /// Why.
    #[source]
    pub reason: Reason,
}

impl Clone for Problem {
    fn clone(&self) -> Self {
        Self { path: self.path.clone(), reason: self.reason.duplicate() }
    }
}

/// Why an entry was not extracted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Reason {
    /// Its data cannot be read; what had been written was removed.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// It cannot be made or written.
    #[error("cannot be written: {0}")]
    Write(#[source] io::Error),
    /// Something of that name is there; it was left alone.
    #[error("something of that name is there already; not overwritten")]
    Exists,
    /// The folder that holds it could not be made.
    #[error("its folder could not be made")]
    Folder,
    /// The link points out of the target.
    #[error("the symbolic link points to {0:?}, outside the target; not made")]
    LinkOutside(String),
    /// Symbolic links were not asked for.
    #[error("symbolic links were not asked for")]
    LinksOff,
    /// A device, pipe or socket.
    #[error("a device, pipe or socket; not made")]
    Special,
    /// There is no such path in the volume.
    #[error("no such file or folder in this view of the volume")]
    NotFound,
}

impl Reason {
    fn duplicate(&self) -> Self {
        let copy = |error: &io::Error| io::Error::new(error.kind(), error.to_string());
        match self {
            Self::Read(error) => Self::Read(copy(error)),
            Self::Write(error) => Self::Write(copy(error)),
            Self::Exists => Self::Exists,
            Self::Folder => Self::Folder,
            Self::LinkOutside(target) => Self::LinkOutside(target.clone()),
            Self::LinksOff => Self::LinksOff,
            Self::Special => Self::Special,
            Self::NotFound => Self::NotFound,
        }
    }
}

impl From<Errno> for Reason {
    fn from(error: Errno) -> Self {
        // ELOOP and ENOTDIR: a link or a file stands where a folder was to be.
        if matches!(error, Errno::EXIST | Errno::LOOP | Errno::NOTDIR) {
            Self::Exists
        } else {
            Self::Write(error.into())
        }
    }
}

/// Why an extraction could not begin or go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// The target cannot be made or opened as a folder.
    #[error("{} cannot be used as the target folder", path.display())]
    Target {
        /// As given.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The target takes no more; what was written before stays.
    #[error("{path}: the target is full or cannot be written to")]
    Full {
        /// Path in the volume of the entry at which it happened.
        path: String,
        /// The system's words.
        source: io::Error,
    },
}

/// Copies what `view` shows into the folder `target`, which is made if it is not there.
///
/// `progress` is called before each file and after each megabyte; [`ControlFlow::Break`] ends the extraction, the file
/// at hand is then removed. Modification times are restored, and of Rock Ridge permissions those that the umask lets
/// through, but never so that the owner is shut out; owners, set-user-id bits and the like are not. Files compressed with zisofs are extracted inflated.
///
/// # Errors
/// [`ExtractError`] when nothing can be written any more. Everything that concerns single entries is in
/// [`Extracted::problems`], and the rest is extracted.
pub fn extract<S: ReadSectors>(
    volume: &Volume<S>,
    view: View,
    options: &ExtractOptions,
    target: &Path,
    progress: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Result<Extracted, ExtractError> {
    let root =
        open_target(target).map_err(|source| ExtractError::Target { path: target.to_owned(), source })?;
    let full = AtomicBool::new(false);
    thread::scope(|scope| {
        let extraction = Extraction {
            volume,
            options,
            selection: Selection::new(&options.paths),
            root: Arc::new(Folder { handle: root, modified: None, thread: 0 }),
            levels: Vec::new(),
            taken: vec![HashSet::new()],
            links: Vec::new(),
            writers: Writers::start(scope, &full),
            folders: 0,
            number: 0,
            window: Window::default(),
            problems: Vec::new(),
            done: Extracted::default(),
            progress,
        };
        extraction.run(view, &full)
    })
}

fn open_target(target: &Path) -> io::Result<OwnedFd> {
    std::fs::create_dir_all(target)?;
    Ok(rustix::fs::open(target, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

/// What was asked for, and what of it was met.
struct Selection<'a> {
    paths: Vec<(&'a str, bool)>,
}

impl<'a> Selection<'a> {
    fn new(paths: &'a [String]) -> Self {
        Self { paths: paths.iter().map(|path| (path.trim_matches('/'), false)).collect() }
    }

    /// Whether `path` is one that was asked for, or lies below one.
    fn wants(&mut self, path: &str) -> bool {
        let mut wanted = self.paths.is_empty();
        for (asked, met) in &mut self.paths {
            if is_within(path, asked) {
                *met = true;
                wanted = true;
            }
        }
        wanted
    }

    /// Whether something that was asked for may lie below the folder `path`.
    fn leads_to(&self, path: &str) -> bool {
        self.paths.iter().any(|(asked, _)| is_within(asked, path))
    }
}

/// Whether `path` is `ancestor` or lies below it.
fn is_within(path: &str, ancestor: &str) -> bool {
    ancestor.is_empty()
        || path.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A folder on the way to the entry at hand.
struct Level {
    name: String,
    path: String,
    mode: Mode,
    /// Open once something was made in it or it was asked for itself; an error once that failed.
    folder: Option<Result<Arc<Folder>, ()>>,
    modified: Option<Timespec>,
}

struct Link {
    folder: Arc<Folder>,
    name: String,
    path: String,
    target: Vec<u8>,
}

/// What reads the volume; files are made by its writers.
struct Extraction<'a, 'scope, S> {
    volume: &'a Volume<S>,
    options: &'a ExtractOptions,
    selection: Selection<'a>,
    root: Arc<Folder>,
    levels: Vec<Level>,
    /// Names of the files of the root and of each level: of two of one name the first is made, however the threads run.
    taken: Vec<HashSet<Box<str>>>,
    links: Vec<Link>,
    writers: Writers<'scope>,
    /// Folders that were opened.
    folders: usize,
    /// Entries so far.
    number: u64,
    window: Window,
    /// With the numbers of their entries.
    problems: Vec<(u64, Problem)>,
    done: Extracted,
    progress: &'a mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
}

impl<S: ReadSectors> Extraction<'_, '_, S> {
    fn run(mut self, view: View, full: &AtomicBool) -> Result<Extracted, ExtractError> {
        let mut walk = self.volume.walk(view);
        while let Some(visited) = walk.next() {
            let path = visited.path();
            self.leave(usize::from(visited.depth));
            let leads = visited.entry.is_directory() && self.selection.leads_to(&path);
            if !self.selection.wants(&path) && !leads {
                walk.skip_directory();
                continue;
            }
            self.number += 1;
            if self.take(visited, path).is_break() {
                self.done.cancelled = true;
                break;
            }
            if full.load(Ordering::Relaxed) {
                break;
            }
        }
        self.leave(0);
        self.done.findings = walk.into_findings();
        self.finish()
    }

    /// Waits for the writers and makes what comes last.
    fn finish(self) -> Result<Extracted, ExtractError> {
        let Self { options, selection, links, writers, mut problems, mut done, .. } = self;
        (done.files, done.bytes) = (0, 0);
        let mut full = None;
        for made in writers.finish() {
            let Made { files, bytes, problems: more, full: stopped } = made;
            done.files += files;
            done.bytes += bytes;
            problems.extend(more);
            full = [full, stopped].into_iter().flatten().min_by_key(|(number, ..)| *number);
        }
        if let Some((_, path, source)) = full {
            return Err(ExtractError::Full { path, source });
        }
        problems.sort_by_key(|(number, _)| *number);
        done.problems = problems.into_iter().map(|(_, problem)| problem).collect();
        if !done.cancelled {
            make_links(links, options.links, &mut done);
            let missing = selection.paths.iter().filter(|(_, met)| !met);
            let missing =
                missing.map(|(path, _)| Problem { path: (*path).to_owned(), reason: Reason::NotFound });
            done.problems.extend(missing);
        }
        Ok(done)
    }

    /// Leaves the folders deeper than `depth`.
    fn leave(&mut self, depth: usize) {
        self.levels.truncate(depth);
        self.taken.truncate(depth + 1);
    }

    fn take(&mut self, visited: Visited, path: String) -> ControlFlow<()> {
        let Visited { entry, .. } = visited;
        if entry.is_directory() {
            let modified = modified(&entry);
            let wanted = self.selection.wants(&path);
            let taken = self.taken.last().is_some_and(|taken| taken.contains(entry.name.as_str()));
            let folder = taken.then_some(Err(()));
            if taken {
                self.problem(path.clone(), Reason::Exists);
            }
            // Its owner can always enter and change it, else nobody could fill it, nor remove it again.
            let mode = entry.attributes().map_or(0o777, |it| it.mode & 0o777 | 0o700);
            let mode = Mode::from_raw_mode(mode);
            self.levels.push(Level { name: entry.name, path, mode, folder, modified });
            self.taken.push(HashSet::new());
            if wanted && !taken {
                // A folder that cannot be made is told once, here; its contents follow with their own words.
                _ = self.folder();
            }
            return ControlFlow::Continue(());
        }
        let Some(folder) = self.folder() else {
            self.problem(path, Reason::Folder);
            return ControlFlow::Continue(());
        };
        match &entry.kind {
            EntryKind::File => return self.extract_file(folder, entry, path),
            EntryKind::Symlink(target) => {
                let target = target.clone();
                self.links.push(Link { folder, name: entry.name, path, target });
            }
            EntryKind::Special { .. } => self.problem(path, Reason::Special),
            EntryKind::Directory(_) => {}
        }
        ControlFlow::Continue(())
    }

    fn problem(&mut self, path: String, reason: Reason) {
        self.problems.push((self.number, Problem { path, reason }));
    }

    /// The folder at hand, made with those above it where they are not there yet.
    fn folder(&mut self) -> Option<Arc<Folder>> {
        let open = self.levels.iter().rposition(|level| level.folder.is_some());
        let mut folder = match open.and_then(|index| self.levels.get(index)?.folder.clone()) {
            Some(Ok(folder)) => folder,
            Some(Err(())) => return None,
            None => self.root.clone(),
        };
        for level in self.levels.iter_mut().skip(open.map_or(0, |index| index + 1)) {
            match make_folder(&folder.handle, &level.name, level.mode) {
                Ok((handle, new)) => {
                    let thread = self.folders % self.writers.count();
                    self.folders += 1;
                    folder = Arc::new(Folder { handle, modified: level.modified, thread });
                    level.folder = Some(Ok(folder.clone()));
                    self.done.directories += u64::from(new);
                }
                Err(error) => {
                    level.folder = Some(Err(()));
                    let path = level.path.clone();
                    self.problem(path, error.into());
                    return None;
                }
            }
        }
        Some(folder)
    }

    fn extract_file(&mut self, folder: Arc<Folder>, entry: Entry, path: String) -> ControlFlow<()> {
        self.report(&path, entry.bytes)?;
        if self.taken.last_mut().is_some_and(|taken| !taken.insert(entry.name.as_str().into())) {
            self.problem(path, Reason::Exists);
            return ControlFlow::Continue(());
        }
        // Readable and writable to its owner whatever was recorded, else nobody could remove it again.
        let mode = entry.attributes().map_or(0o666, |it| it.mode & 0o777 | 0o600);
        let file = NewFile {
            number: self.number,
            folder,
            name: entry.name.clone(),
            path,
            mode: Mode::from_raw_mode(mode),
            modified: modified(&entry),
        };
        let inflate = entry.compression().is_some_and(|it| it.is_known());
        let small = !inflate && entry.sections.len() <= 1 && entry.bytes <= BATCH_BYTES as u64;
        let plain = entry.sections.iter().next().map_or(Some(None), |section| section.extent().map(Some));
        match plain {
            Some(extent) if small => {
                let path = file.path.clone();
                let Self { writers, window, volume, .. } = self;
                let read = writers.whole(file, |data| match extent {
                    Some(extent) => window.read(&volume.source, extent, data),
                    None => Ok(()),
                });
                match read {
                    Ok(()) => self.count(entry.bytes),
                    Err(error) => self.problem(path, Reason::Read(error)),
                }
                ControlFlow::Continue(())
            }
            _ if inflate => self.inflate(&entry, file),
            _ => self.copy(&entry, file),
        }
    }

    /// Reads the data of a large file, whole sectors at a time straight from the source.
    fn copy(&mut self, entry: &Entry, file: NewFile) -> ControlFlow<()> {
        let Self { volume, writers, done, progress, .. } = self;
        let path = file.path.clone();
        let mut parts = writers.begin(file);
        for section in entry.sections.iter() {
            let mut position = 0;
            while position < section.bytes {
                let (address, run) = section.locate(position);
                let first = address / SECTOR_BYTES as u64;
                let skip = usize::try_from(address % SECTOR_BYTES as u64).unwrap_or(0);
                let run = usize::try_from(run).unwrap_or(usize::MAX).min(CHUNK_BYTES - skip);
                let mut buffer = parts.buffer();
                buffer.resize((skip + run).next_multiple_of(SECTOR_BYTES), 0);
                let lba = Lba(i32::try_from(first).unwrap_or(i32::MAX));
                if let Err(error) = volume.source.read_sectors(lba, &mut buffer) {
                    parts.abandon();
                    self.problem(path, Reason::Read(error));
                    return ControlFlow::Continue(());
                }
                buffer.truncate(skip + run);
                buffer.drain(..skip);
                parts.push(buffer);
                position += u32::try_from(run).unwrap_or(u32::MAX);
                done.bytes += u64::try_from(run).unwrap_or(0);
                let more = position < section.bytes;
                if more && report(progress, done, &path, entry.bytes).is_break() {
                    parts.abandon();
                    return ControlFlow::Break(());
                }
            }
        }
        parts.end();
        done.files += 1;
        ControlFlow::Continue(())
    }

    fn inflate(&mut self, entry: &Entry, file: NewFile) -> ControlFlow<()> {
        let mut inflated = match self.volume.open_inflated(entry) {
            Ok(inflated) => inflated,
            Err(error) => {
                self.problem(file.path, Reason::Read(error));
                return ControlFlow::Continue(());
            }
        };
        let Self { writers, done, progress, .. } = self;
        let path = file.path.clone();
        let bytes = inflated.size_bytes();
        let mut parts = writers.begin(file);
        loop {
            let mut buffer = parts.buffer();
            buffer.resize(CHUNK_BYTES, 0);
            match inflated.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    buffer.truncate(count);
                    parts.push(buffer);
                    done.bytes += u64::try_from(count).unwrap_or(0);
                }
                Err(error) => {
                    parts.abandon();
                    self.problem(path, Reason::Read(error));
                    return ControlFlow::Continue(());
                }
            }
            if report(progress, done, &path, bytes).is_break() {
                parts.abandon();
                return ControlFlow::Break(());
            }
        }
        parts.end();
        done.files += 1;
        ControlFlow::Continue(())
    }

    fn count(&mut self, bytes: u64) {
        self.done.files += 1;
        self.done.bytes += bytes;
    }

    fn report(&mut self, path: &str, file_bytes: u64) -> ControlFlow<()> {
        report(self.progress, &self.done, path, file_bytes)
    }
}

fn report(
    progress: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
    done: &Extracted,
    path: &str,
    file_bytes: u64,
) -> ControlFlow<()> {
    let Extracted { files, bytes, .. } = *done;
    progress(&Progress { path, file_bytes, files, bytes })
}

/// The sectors that were read last: small files lie one behind the other.
#[derive(Debug, Default)]
struct Window {
    first: u32,
    bytes: Vec<u8>,
    /// Sector behind the file that was asked for last.
    next: u32,
}

impl Window {
    /// Appends the bytes of an extent to `out`.
    fn read(&mut self, source: &impl ReadSectors, extent: Extent, out: &mut Vec<u8>) -> io::Result<()> {
        let first = u32::try_from(extent.start.0).unwrap_or(u32::MAX);
        let bytes = usize::try_from(extent.bytes).unwrap_or(usize::MAX);
        let sectors = u32::try_from(bytes.div_ceil(SECTOR_BYTES)).unwrap_or(u32::MAX);
        let in_turn = self.next == first;
        self.next = first.saturating_add(sectors);
        if !self.holds(first, sectors) {
            let wanted = if in_turn { sectors.max(WINDOW_SECTORS) } else { sectors };
            let end = source.end().and_then(|end| u32::try_from(end.0).ok()).unwrap_or(0);
            let ahead = wanted.min(end.saturating_sub(first)).max(sectors);
            // One bad sector ahead must not cost the file at hand.
            let ahead = self.fill(source, first, ahead);
            ahead.or_else(|_| self.fill(source, first, sectors))?;
        }
        let from = usize::try_from(first.saturating_sub(self.first))
            .unwrap_or(usize::MAX)
            .saturating_mul(SECTOR_BYTES);
        let found = self.bytes.get(from..from.saturating_add(bytes));
        out.extend_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn holds(&self, first: u32, sectors: u32) -> bool {
        let end = u64::from(self.first) + u64::try_from(self.bytes.len() / SECTOR_BYTES).unwrap_or(0);
        first >= self.first && u64::from(first) + u64::from(sectors) <= end
    }

    fn fill(&mut self, source: &impl ReadSectors, first: u32, sectors: u32) -> io::Result<()> {
        self.bytes.resize(usize::try_from(sectors).unwrap_or(0).saturating_mul(SECTOR_BYTES), 0);
        self.first = first;
        let read = source.read_sectors(Lba(i32::try_from(first).unwrap_or(i32::MAX)), &mut self.bytes);
        if read.is_err() {
            self.bytes.clear();
        }
        read
    }
}

fn make_links(links: Vec<Link>, wanted: Links, done: &mut Extracted) {
    for link in links {
        let reason = match wanted {
            Links::None => Some(Reason::LinksOff),
            Links::Inside if !stays_inside(&link.path, &link.target) => {
                Some(Reason::LinkOutside(String::from_utf8_lossy(&link.target).into_owned()))
            }
            _ => {
                rustix::fs::symlinkat(&*link.target, &link.folder.handle, &*link.name).err().map(Reason::from)
            }
        };
        match reason {
            None => done.symlinks += 1,
            Some(reason) => done.problems.push(Problem { path: link.path, reason }),
        }
    }
}

/// Makes the folder `name` in `parent`, or opens the one that is there; whether it is new.
fn make_folder(parent: &OwnedFd, name: &str, mode: Mode) -> Result<(OwnedFd, bool), Errno> {
    let new = match rustix::fs::mkdirat(parent, name, mode) {
        Ok(()) => true,
        Err(Errno::EXIST) => false,
        Err(error) => return Err(error),
    };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok((rustix::fs::openat(parent, name, flags, Mode::empty())?, new))
}

fn modified(entry: &Entry) -> Option<Timespec> {
    let at = entry.modified()?;
    Some(Timespec { tv_sec: at.unix_seconds, tv_nsec: at.nanoseconds.into() })
}

/// Whether a link at `path` to `target` leads to a place inside the root.
///
/// `..` counts only in front: the folders above the link are real ones, but behind a name it would be taken from wherever
/// that name, if it is a link itself, leads.
fn stays_inside(path: &str, target: &[u8]) -> bool {
    if target.first() == Some(&b'/') || target.is_empty() {
        return false;
    }
    let mut depth = Some(path.matches('/').count());
    for name in target.split(|byte| *byte == b'/') {
        match (name, depth) {
            (b"" | b".", _) => {}
            (b"..", Some(above @ 1..)) => depth = Some(above - 1),
            (b"..", _) => return false,
            _ => depth = None,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_judged_by_where_they_lead() {
        for (path, target, inside) in [
            ("a", "b", true),
            ("a", "../b", false),
            ("d/a", "../b", true),
            ("d/a", "../../b", false),
            ("d/a", "x/../../../b", false),
            ("d/e/a", "../.././b", true),
            ("x", "a/b/link/..", false),
            ("x/y", "..", true),
            ("a", "/etc/passwd", false),
            ("a", "", false),
        ] {
            assert_eq!(stays_inside(path, target.as_bytes()), inside, "{path} -> {target}");
        }
    }

    #[test]
    fn a_window_gives_what_the_source_has() {
        let image: Vec<u8> =
            (0..300 * SECTOR_BYTES).map(|at| u8::try_from(at / SECTOR_BYTES % 251).unwrap()).collect();
        let mut window = Window::default();
        let mut at = 0;
        for bytes in [1, 2048, 5000, 0, 200 * 2048, 3, 95 * 2048].into_iter().cycle().take(40) {
            let extent = Extent { start: Lba(at), bytes };
            let mut data = vec![9];
            let read = window.read(&image, extent, &mut data);
            let from = usize::try_from(at).unwrap() * SECTOR_BYTES;
            match image.get(from..from + usize::try_from(bytes).unwrap()) {
                Some(expected) => assert!(read.is_ok() && data[1..] == *expected, "{extent:?}"),
                None => assert!(read.is_err() && data == [9], "{extent:?}"),
            }
            at = (at + i32::try_from(bytes.div_ceil(2048)).unwrap()) % 301;
        }
    }

    #[test]
    fn selections_are_by_whole_names() {
        let paths = ["/docs/a".to_owned(), "b".to_owned()];
        let mut selection = Selection::new(&paths);
        assert!(selection.wants("docs/a") && selection.wants("docs/a/x"));
        assert!(!selection.wants("docs/ab") && !selection.wants("docs"));
        assert!(selection.leads_to("docs") && !selection.leads_to("doc"));
        assert!(!selection.paths[1].1, "nothing met b");
    }
}
