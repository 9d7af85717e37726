//! Folders of the host, kept as a tree, and opened relative to each other.

use std::ffi::OsStr;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

use super::node::Span;
use super::text::Text;

/// Folders kept open at the same time.
const OPEN_AT_ONCE: usize = 64;

/// A folder of the host: a path, or a name in another folder.
#[derive(Clone, Debug)]
enum Folder {
    Root(PathBuf),
    Inside { parent: u32, name: Span },
}

/// Every folder from which files are staged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folders {
    folders: Vec<Folder>,
}

impl Folders {
    pub(crate) fn len(&self) -> usize {
        self.folders.len()
    }

    /// The number of the folder at `path`; the last one asked for is not entered twice.
    pub(crate) fn root(&mut self, path: &Path) -> u32 {
        if let Some(Folder::Root(last)) = self.folders.last()
            && last == path
        {
            return self.count() - 1;
        }
        self.push(Folder::Root(path.to_owned()))
    }

    /// The number of a new folder called `name` in `parent`.
    pub(crate) fn inside(&mut self, parent: u32, name: Span) -> u32 {
        self.push(Folder::Inside { parent, name })
    }

    fn push(&mut self, folder: Folder) -> u32 {
        self.folders.push(folder);
        self.count() - 1
    }

    fn count(&self) -> u32 {
        u32::try_from(self.folders.len()).unwrap_or(u32::MAX)
    }

    fn get(&self, folder: u32) -> Option<&Folder> {
        self.folders.get(usize::try_from(folder).ok()?)
    }

    /// Takes over all folders of another tree; returns what to add to its numbers.
    pub(crate) fn append(&mut self, other: &Self, other_text: &Text, text: &mut Text) -> Option<u32> {
        let base = self.count();
        for folder in &other.folders {
            self.folders.push(match folder {
                Folder::Root(path) => Folder::Root(path.clone()),
                Folder::Inside { parent, name } => Folder::Inside {
                    parent: parent.checked_add(base)?,
                    name: text.push(other_text.bytes(*name))?,
                },
            });
        }
        Some(base)
    }

    /// The path of a folder, as given or joined from names.
    pub(crate) fn path(&self, text: &Text, folder: u32) -> PathBuf {
        let mut names = Vec::new();
        let mut at = folder;
        let root = loop {
            match self.get(at) {
                Some(Folder::Inside { parent, name }) => {
                    names.push(*name);
                    at = *parent;
                }
                Some(Folder::Root(path)) => break path.clone(),
                None => break PathBuf::new(),
            }
        };
        names.iter().rev().fold(root, |path, name| path.join(OsStr::from_bytes(text.bytes(*name))))
    }
}

/// Opens host folders, each relative to its parent, and keeps the latest ones open.
#[derive(Debug, Default)]
pub(crate) struct Opener {
    open: Vec<Opened>,
    clock: u64,
    last: usize,
}

#[derive(Debug)]
struct Opened {
    folder: u32,
    used: u64,
    handle: OwnedFd,
}

impl Opener {
    /// A handle of `folder`, good for opening and statting what is in it.
    pub(crate) fn open(
        &mut self,
        folders: &Folders,
        text: &Text,
        folder: u32,
    ) -> Result<BorrowedFd<'_>, Errno> {
        let slot = match self.find(folder) {
            Some(slot) => slot,
            None => self.descend(folders, text, folder)?,
        };
        self.last = slot;
        self.clock += 1;
        let opened = self.open.get_mut(slot).ok_or(Errno::BADF)?;
        opened.used = self.clock;
        Ok(opened.handle.as_fd())
    }

    fn find(&self, folder: u32) -> Option<usize> {
        if self.open.get(self.last).is_some_and(|opened| opened.folder == folder) {
            return Some(self.last);
        }
        self.open.iter().position(|opened| opened.folder == folder)
    }

    /// Opens from the nearest open ancestor down to `folder`.
    fn descend(&mut self, folders: &Folders, text: &Text, folder: u32) -> Result<usize, Errno> {
        let mut missing = Vec::new();
        let mut at = folder;
        let mut slot = loop {
            match folders.get(at).ok_or(Errno::NOENT)? {
                Folder::Root(path) => break self.keep(at, openat(CWD, path, FOLDER, Mode::empty())?),
                Folder::Inside { parent, name } => {
                    missing.push((at, *name));
                    at = *parent;
                }
            }
            if let Some(slot) = self.find(at) {
                break slot;
            }
        };
        for (folder, name) in missing.into_iter().rev() {
            let parent = &self.open.get(slot).ok_or(Errno::BADF)?.handle;
            let handle = openat(parent, text.bytes(name), FOLDER, Mode::empty())?;
            slot = self.keep(folder, handle);
        }
        Ok(slot)
    }

    /// Remembers a handle in place of the one that was used longest ago.
    fn keep(&mut self, folder: u32, handle: OwnedFd) -> usize {
        self.clock += 1;
        let opened = Opened { folder, used: self.clock, handle };
        if self.open.len() < OPEN_AT_ONCE {
            self.open.push(opened);
            return self.open.len() - 1;
        }
        let oldest = (0..self.open.len())
            .min_by_key(|&slot| self.open.get(slot).map_or(0, |opened| opened.used))
            .unwrap_or(0);
        if let Some(place) = self.open.get_mut(oldest) {
            *place = opened;
        }
        oldest
    }
}

const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
