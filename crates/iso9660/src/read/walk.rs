//! Walking a whole hierarchy, on any input in bounded time and memory.

use core::fmt;
use std::collections::HashSet;
use std::rc::Rc;

use super::entry::{Directory, Entry, EntryKind};
use super::finding::{Findings, Place};
use super::source::ReadSectors;
use super::volume::{View, Volume};
use crate::format::{FileFlags, SECTOR_BYTES, SYSTEM_AREA_SECTORS};

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
    /// 512 levels, ten million entries, 4 GiB of directories.
    fn default() -> Self {
        Self { depth: 512, entries: 10_000_000, directory_bytes: 1 << 32 }
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

/// Every entry of a view, each directory before what it holds.
///
/// Associated files (resource forks) are left out: they share a name with their file. List their directory for them.
pub struct Walk<'v, S> {
    volume: &'v Volume<S>,
    view: View,
    levels: Vec<Level>,
    /// The directory that was returned last; entered when the walk goes on.
    pending: Option<Pending>,
    entered: HashSet<u32>,
    entries_left: u64,
    bytes_left: u64,
    findings: Findings,
}

struct Pending {
    directory: Directory,
    path: Rc<str>,
    place: Place,
}

struct Level {
    path: Rc<str>,
    entries: std::vec::IntoIter<Entry>,
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
            levels: Vec::new(),
            pending: None,
            entered: HashSet::new(),
            entries_left: limits.entries,
            bytes_left: whole.unwrap_or(limits.directory_bytes),
            findings: Findings::default(),
        };
        walk.pending = root.map(|directory| {
            let place = Place::start_of(volume.session_start().saturating_add(SYSTEM_AREA_SECTORS));
            Pending { directory, path: Rc::from(""), place }
        });
        walk
    }

    /// What was wrong so far.
    #[must_use]
    pub const fn findings(&self) -> &Findings {
        &self.findings
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

    fn enter(&mut self, Pending { directory, path, place }: Pending) {
        let limits = self.volume.limits();
        if self.levels.len() > usize::from(limits.depth) {
            let depth = limits.depth;
            self.findings.error(
                place,
                "ECMA-119, 6.8.2.1",
                format_args!("{path:?} lies deeper than {depth} levels; not entered"),
            );
            return;
        }
        if !self.entered.insert(directory.block()) {
            self.findings.error(
                place,
                "ECMA-119, 6.8.2",
                format_args!("{path:?} is a directory that was entered before; not entered again"),
            );
            return;
        }
        if self.bytes_left == 0 || self.entries_left == 0 {
            self.findings.error(
                place,
                "ECMA-119, 6.8.2",
                format_args!("{path:?}: directories together exceed the image or the limit; not entered"),
            );
            return;
        }
        match self.volume.list(self.view, directory) {
            Ok(listing) => {
                let read = listing.bytes_read().next_multiple_of(SECTOR_BYTES as u64);
                self.bytes_left = self.bytes_left.saturating_sub(read);
                self.findings.append(listing.findings);
                self.levels.push(Level { path, entries: listing.entries.into_iter() });
            }
            Err(error) => {
                let clause = if directory.bytes.is_none() { "RRIP, 4.1.5.1" } else { "ECMA-119, 6.8.1" };
                self.findings.error(place, clause, format_args!("directory {path:?}: {error}"));
            }
        }
    }
}

impl<S: ReadSectors> Iterator for Walk<'_, S> {
    type Item = Visited;

    fn next(&mut self) -> Option<Visited> {
        if let Some(pending) = self.pending.take() {
            self.enter(pending);
        }
        loop {
            let level = self.levels.last_mut()?;
            let Some(entry) = level.entries.next() else {
                self.levels.pop();
                continue;
            };
            if entry.flags.contains(FileFlags::ASSOCIATED) && !entry.is_directory() {
                self.findings.note(
                    entry.place,
                    "ECMA-119, 9.1.6",
                    format_args!("associated file {:?} left out", entry.name),
                );
                continue;
            }
            let parent = level.path.clone();
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
            let depth = u16::try_from(self.levels.len() - 1).unwrap_or(u16::MAX);
            if let EntryKind::Directory(directory) = entry.kind {
                let path = Rc::from(join(&parent, &entry.name));
                self.pending = Some(Pending { directory, path, place: entry.place });
            }
            return Some(Visited { parent, depth, entry });
        }
    }
}
