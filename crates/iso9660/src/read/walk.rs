//! Walking a whole hierarchy, on any input in bounded time and memory.

use core::fmt;
use std::collections::HashSet;
use std::rc::Rc;

use super::directory::{Listing, Spare};
use super::entry::{Directory, Entry, EntryKind};
use super::finding::{Findings, Place};
use super::source::ReadSectors;
use super::volume::{View, Volume};
use crate::format::{FileFlags, SECTOR_BYTES, SYSTEM_AREA_SECTORS};

/// Levels of directories below the root that are followed by default, and the most that are written: one level more is refused
/// when an image is planned, so that nothing is written that would not be read back.
pub const MAX_LEVELS: u16 = 512;

/// Bounds on what walking a volume may take.
///
/// Independently of these a directory is entered once, by the block where it begins, and all directories together may
/// not be longer than the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of directories below the root.
    pub depth: u16,
    /// Entries in all.
    pub entries: u64,
    /// Bytes of directories that are read when the source cannot tell its length.
    pub directory_bytes: u64,
}

impl Default for Limits {
    /// [`MAX_LEVELS`], ten million entries, 4 GiB of directories.
    fn default() -> Self {
        Self { depth: MAX_LEVELS, entries: 10_000_000, directory_bytes: 1 << 32 }
    }
}

/// One entry that a walk comes by.
#[derive(Clone, Debug)]
pub struct Visited {
    /// Path of the directory that holds it: names joined by `/`, empty for the root.
    pub parent: Rc<str>,
    /// Levels below the root; 0 for what the root holds.
    pub depth: u16,
    /// The entry.
    pub entry: Entry,
}

impl Visited {
    /// Its path from the root: names joined by `/`, without one in front.
    #[must_use]
    pub fn path(&self) -> String {
        join(&self.parent, &self.entry.name)
    }
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() {
        return name.to_owned();
    }
    let mut path = String::with_capacity(parent.len() + 1 + name.len());
    path.push_str(parent);
    path.push('/');
    path.push_str(name);
    path
}

/// One entry that a walk comes by, lent until the walk goes on.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'w> {
    /// Path of the directory that holds it: names joined by `/`, empty for the root.
    pub parent: &'w str,
    /// Levels below the root; 0 for what the root holds.
    pub depth: u16,
    /// The entry.
    pub entry: &'w Entry,
}

/// Every entry of a view, each directory before what it holds.
///
/// As an iterator it gives each entry away; [`visit`](Self::visit) lends it, which allocates nothing for most entries.
/// Associated files (resource forks) are left out: they share a name with their file. List their directory for them.
pub struct Walk<'v, S> {
    volume: &'v Volume<S>,
    view: View,
    /// Path of the directory at hand.
    path: String,
    levels: Vec<Level>,
    spare: Spare,
    /// The directory that was returned last; entered when the walk goes on.
    pending: Option<Pending>,
    entered: HashSet<u32>,
    entries_left: u64,
    bytes_left: u64,
    associated: Associated,
    findings: Findings,
}

/// Associated files that a walk left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Associated {
    pub(super) files: u64,
    /// Path of the first.
    pub(super) first: Option<String>,
}

struct Pending {
    directory: Directory,
    name: String,
    place: Place,
}

struct Level {
    /// Its path is so many bytes of the walk's.
    path_bytes: usize,
    /// The path for those who keep it.
    shared: Option<Rc<str>>,
    /// The entries of the directory, and behind them others that are no longer of use.
    entries: Vec<Entry>,
    count: usize,
    /// The entry that comes next.
    next: usize,
}

impl<S> fmt::Debug for Walk<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk")
            .field("view", &self.view)
            .field("depth", &self.levels.len())
            .finish_non_exhaustive()
    }
}

impl<'v, S: ReadSectors> Walk<'v, S> {
    pub(super) fn new(volume: &'v Volume<S>, view: View, root: Option<Directory>) -> Self {
        let limits = volume.limits();
        let whole = volume.source.end().map(|_| volume.end_bytes());
        let mut walk = Self {
            volume,
            view,
            path: String::new(),
            levels: Vec::new(),
            spare: Spare::default(),
            pending: None,
            entered: HashSet::new(),
            entries_left: limits.entries,
            bytes_left: whole.unwrap_or(limits.directory_bytes),
            associated: Associated::default(),
            findings: Findings::default(),
        };
        walk.pending = root.map(|directory| {
            let place = Place::start_of(volume.session_start().saturating_add(SYSTEM_AREA_SECTORS));
            Pending { directory, name: String::new(), place }
        });
        walk
    }

    /// What was wrong so far.
    #[must_use]
    pub const fn findings(&self) -> &Findings {
        &self.findings
    }

    /// What was left out so far.
    pub(super) const fn associated(&self) -> &Associated {
        &self.associated
    }

    /// What was wrong, when the walk is over.
    #[must_use]
    pub fn into_findings(self) -> Findings {
        self.findings
    }

    /// Leaves out what is below the directory that was returned last.
    pub fn skip_directory(&mut self) {
        self.pending = None;
    }

    /// Lends the next entry; `None` when the walk is over.
    pub fn visit(&mut self) -> Option<Seen<'_>> {
        let depth = self.step()?;
        let level = self.levels.last()?;
        let entry = level.entries.get(level.next.checked_sub(1)?)?;
        Some(Seen { parent: &self.path, depth, entry })
    }

    /// Goes on to the next entry, which is then the one before `next` on the last level; how deep that is.
    fn step(&mut self) -> Option<u16> {
        if let Some(pending) = self.pending.take() {
            self.enter(pending);
        }
        loop {
            let level = self.levels.last_mut()?;
            let Some(entry) = level.entries.get(level.next).filter(|_| level.next < level.count) else {
                self.leave();
                continue;
            };
            level.next += 1;
            if entry.flags.contains(FileFlags::ASSOCIATED) && !entry.is_directory() {
                self.findings.note(
                    entry.place,
                    "ECMA-119, 9.1.6",
                    format_args!("associated file {:?} left out", entry.name),
                );
                self.associated.files += 1;
                self.associated.first.get_or_insert_with(|| join(&self.path, &entry.name));
                continue;
            }
            if self.entries_left == 0 {
                self.findings.error(
                    entry.place,
                    "ECMA-119, 6.8.1",
                    "more entries than the limit; the walk ends here",
                );
                self.levels.clear();
                return None;
            }
            self.entries_left -= 1;
            if let EntryKind::Directory(directory) = entry.kind {
                self.pending = Some(Pending { directory, name: entry.name.clone(), place: entry.place });
            }
            return Some(u16::try_from(self.levels.len() - 1).unwrap_or(u16::MAX));
        }
    }

    fn leave(&mut self) {
        if let Some(level) = self.levels.pop() {
            self.spare.keep(level.entries);
        }
        self.path.truncate(self.levels.last().map_or(0, |level| level.path_bytes));
    }

    fn enter(&mut self, Pending { directory, name, place }: Pending) {
        let before = self.path.len();
        if before > 0 {
            self.path.push('/');
        }
        self.path.push_str(&name);
        match self.read(directory, place) {
            Some((entries, count)) => {
                let path_bytes = self.path.len();
                self.levels.push(Level { path_bytes, shared: None, entries, count, next: 0 });
            }
            None => self.path.truncate(before),
        }
    }

    fn read(&mut self, directory: Directory, place: Place) -> Option<(Vec<Entry>, usize)> {
        let limits = self.volume.limits();
        let path = &self.path;
        if self.levels.len() > usize::from(limits.depth) {
            let depth = limits.depth;
            self.findings.error(
                place,
                "ECMA-119, 6.8.2.1",
                format_args!("{path:?} lies deeper than {depth} levels; not entered"),
            );
            return None;
        }
        if !self.entered.insert(directory.block()) {
            self.findings.error(
                place,
                "ECMA-119, 6.8.2",
                format_args!("{path:?} is a directory that was entered before; not entered again"),
            );
            return None;
        }
        if self.bytes_left == 0 || self.entries_left == 0 {
            self.findings.error(
                place,
                "ECMA-119, 6.8.2",
                format_args!("{path:?}: directories together exceed the image or the limit; not entered"),
            );
            return None;
        }
        match Listing::read_with(self.volume, self.view, directory, &mut self.spare) {
            Ok((listing, count)) => {
                let read = listing.bytes_read().next_multiple_of(SECTOR_BYTES as u64);
                self.bytes_left = self.bytes_left.saturating_sub(read);
                self.findings.append(listing.findings);
                Some((listing.entries, count))
            }
            Err(error) => {
                let clause = if directory.bytes.is_none() { "RRIP, 4.1.5.1" } else { "ECMA-119, 6.8.1" };
                self.findings.error(place, clause, format_args!("directory {path:?}: {error}"));
                None
            }
        }
    }
}

impl<S: ReadSectors> Iterator for Walk<'_, S> {
    type Item = Visited;

    fn next(&mut self) -> Option<Visited> {
        let depth = self.step()?;
        let level = self.levels.last_mut()?;
        let entry = level.entries.get_mut(level.next.checked_sub(1)?)?;
        let blank = Entry::blank(entry.place);
        let entry = core::mem::replace(entry, blank);
        let parent = level.shared.get_or_insert_with(|| Rc::from(self.path.as_str())).clone();
        Some(Visited { parent, depth, entry })
    }
}
