//! Which staged files lie on the disc already, so that a later session refers to them instead of writing them again.

use core::ops::ControlFlow;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use super::content::{Content, ContentId, Extent, Stamp, Stored};
use super::{Kind, NodeId, Tree};
use crate::format::SECTOR_BYTES;
use crate::read::ReadSectors;

/// Sectors that are compared at a time.
const CHUNK_SECTORS: usize = 128;

/// What tells that a staged file is the one that is on the disc, its length being the same in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sameness {
    /// Every byte: both are read until they differ.
    #[default]
    Contents,
    /// The second of the last modification. Quick, and wrong for a file that changed without its length and date.
    Date,
}

/// What was found to be on the disc already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unchanged {
    /// Staged files, each hard link counted.
    pub files: u32,
    /// Their bytes, each content once.
    pub bytes: u64,
    /// Contents that could not be compared because the disc cannot be read there; they will be written anew.
    pub unreadable: u32,
}

/// Why staged files cannot be compared.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UnchangedError {
    /// A staged file cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Host {
        /// The host path.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl Tree {
    /// Finds those files of `staged` that this tree has at the same path, on the disc, unchanged, and lets `staged` refer
    /// to the old extents; to be called before [`merge`](Self::merge).
    ///
    /// Lengths are looked at first, and nothing is read of files whose lengths differ. A file that is no longer what was
    /// staged stays as it is: reading it will tell. `progress` is told the bytes compared so far, and may stop.
    ///
    /// # Errors
    /// [`UnchangedError`]; `staged` may then refer to old extents already, which is right as far as it goes.
    pub fn keep_unchanged(
        &self,
        staged: &mut Self,
        disc: &(impl ReadSectors + ?Sized),
        by: Sameness,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Unchanged, UnchangedError> {
        let mut found = Unchanged::default();
        let mut compared = 0;
        let pairs = self.pairs(staged);
        let mut verdicts: Vec<Option<bool>> = vec![None; staged.contents.len()];
        for (old, new) in pairs {
            let Some(content) = staged.entry(new).content_id() else { continue };
            // All names of one inode have the same bytes; the first comparison that succeeds counts for all.
            if verdicts.get(content.slot()).copied().flatten() == Some(true) {
                found.files += 1;
                continue;
            }
            let same = match by {
                Sameness::Date => {
                    let seconds = |tree: &Self, id| tree.entry(id).attributes().modified.unix_seconds();
                    seconds(self, old) == seconds(staged, new)
                }
                Sameness::Contents => {
                    let mut step = |bytes| {
                        compared += bytes;
                        progress(compared)
                    };
                    match self.same_bytes(old, staged, content, disc, &mut step)? {
                        Comparison::Same => true,
                        Comparison::Different => false,
                        Comparison::Unreadable => {
                            found.unreadable += 1;
                            false
                        }
                    }
                }
            };
            if let Some(verdict) = verdicts.get_mut(content.slot()) {
                *verdict = Some(same);
            }
            if same && let Some(Content::Disc(extents)) = self.entry(old).content() {
                found.files += 1;
                found.bytes += self.entry(old).bytes();
                if let Some(stored) = staged.contents.get_mut(content.slot()) {
                    *stored = Stored::Disc(extents.into());
                }
            }
        }
        Ok(found)
    }

    /// Files on the disc and staged files of the same path and length.
    fn pairs(&self, staged: &Self) -> Vec<(NodeId, NodeId)> {
        let mut pairs = Vec::new();
        let mut pending = vec![(Self::ROOT, Self::ROOT)];
        while let Some((here, there)) = pending.pop() {
            for id in staged.children(there) {
                let new = staged.entry(id);
                let Some(old) = self.lookup(here, new.name()).map(|old| self.entry(old)) else { continue };
                match (old.kind(), new.kind()) {
                    (Kind::Directory, Kind::Directory) => pending.push((old.id(), id)),
                    // What is compressed on the disc is no copy of what is staged, whatever its length.
                    (Kind::File, Kind::File)
                        if old.is_on_disc() && old.bytes() == new.bytes() && old.compression().is_none() =>
                    {
                        pairs.push((old.id(), id));
                    }
                    _ => {}
                }
            }
        }
        pairs
    }

    fn same_bytes(
        &self,
        old: NodeId,
        staged: &Self,
        content: ContentId,
        disc: &(impl ReadSectors + ?Sized),
        step: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Comparison, UnchangedError> {
        let Some(Content::Disc(extents)) = self.entry(old).content() else {
            return Ok(Comparison::Different);
        };
        let mut source = match staged.stored(content) {
            Some(Stored::Bytes(bytes)) => Source::Bytes(Arc::clone(bytes), 0),
            Some(Stored::Host { directory, name, stamp }) => {
                let path = staged.host_path(*directory, *name);
                let host = |source| UnchangedError::Host { path: path.clone(), source };
                let file = File::open(&path).map_err(host)?;
                if Stamp::from(&file.metadata().map_err(host)?) != *stamp {
                    return Ok(Comparison::Different);
                }
                Source::Host(file, path)
            }
            Some(Stored::Disc(_)) | None => return Ok(Comparison::Different),
        };
        compare(&extents, &mut source, disc, step)
    }
}

enum Comparison {
    Same,
    Different,
    Unreadable,
}

/// The staged bytes, read from their front on.
enum Source {
    Bytes(Arc<[u8]>, usize),
    Host(File, PathBuf),
}

impl Source {
    /// Fills `out`; whether there were as many bytes.
    fn fill(&mut self, out: &mut [u8]) -> Result<bool, UnchangedError> {
        match self {
            Self::Bytes(bytes, at) => {
                let Some(part) = bytes.get(*at..*at + out.len()) else { return Ok(false) };
                out.copy_from_slice(part);
                *at += out.len();
                Ok(true)
            }
            Self::Host(file, path) => match file.read_exact(out) {
                Ok(()) => Ok(true),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
                Err(source) => Err(UnchangedError::Host { path: path.clone(), source }),
            },
        }
    }
}

fn compare(
    extents: &[Extent],
    source: &mut Source,
    disc: &(impl ReadSectors + ?Sized),
    step: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Comparison, UnchangedError> {
    let mut old = vec![0; CHUNK_SECTORS * SECTOR_BYTES];
    let mut new = old.clone();
    for extent in extents {
        let mut left = usize::try_from(extent.bytes).unwrap_or(usize::MAX);
        let mut at = extent.start;
        while left > 0 {
            let bytes = left.min(old.len());
            let sectors = bytes.div_ceil(SECTOR_BYTES);
            let whole = old.get_mut(..sectors * SECTOR_BYTES).unwrap_or_default();
            if disc.read_sectors(at, whole).is_err() {
                return Ok(Comparison::Unreadable);
            }
            let part = new.get_mut(..bytes).unwrap_or_default();
            if !source.fill(part)? || old.get(..bytes) != Some(&*part) {
                return Ok(Comparison::Different);
            }
            if step(bytes as u64).is_break() {
                return Err(UnchangedError::Cancelled);
            }
            at = at.saturating_add(u32::try_from(sectors).unwrap_or(u32::MAX));
            left -= bytes;
        }
    }
    Ok(Comparison::Same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Attributes, Timestamp};
    use discwright_cd::Lba;

    fn quiet(_: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// A disc of so many sectors, each filled with its number, and a tree with a file of `bytes` at sector 2.
    fn disc(bytes: u32) -> (Vec<u8>, Tree) {
        let disc = (0..8_u8).flat_map(|sector| [sector; SECTOR_BYTES]).collect();
        let mut tree = Tree::new();
        let content = Content::Disc(vec![Extent { start: Lba(2), bytes }]);
        let at = Timestamp::from_unix(100, 0);
        tree.add_file(Tree::ROOT, "file", content, Attributes::file(at)).unwrap();
        (disc, tree)
    }

    fn staged(content: Vec<u8>, seconds: i64) -> Tree {
        let mut tree = Tree::new();
        let attributes = Attributes::file(Timestamp::from_unix(seconds, 5));
        let id = tree.add_file(Tree::ROOT, "FILE", content.into(), attributes).unwrap();
        let content = tree.entry(id).content_id().unwrap();
        tree.add_hard_link(Tree::ROOT, "link", content, attributes).unwrap();
        tree
    }

    fn is_kept(tree: &Tree) -> bool {
        tree.entry(tree.find("file").unwrap()).is_on_disc()
    }

    #[test]
    fn contents_decide_and_links_follow() {
        let (disc, base) = disc(3000);
        let same = [vec![2; 2048], vec![3; 952]].concat();
        let mut tree = staged(same.clone(), 999);
        let found = base.keep_unchanged(&mut tree, &disc, Sameness::Contents, &mut quiet).unwrap();
        assert_eq!(found, Unchanged { files: 1, bytes: 3000, unreadable: 0 });
        assert!(is_kept(&tree) && tree.entry(tree.find("link").unwrap()).is_on_disc());

        let mut other = same;
        other[2999] = 9;
        // The same length and date, other bytes.
        let mut tree = staged(other, 100);
        let found = base.keep_unchanged(&mut tree, &disc, Sameness::Contents, &mut quiet).unwrap();
        assert!(found.files == 0 && !is_kept(&tree));
        let found = base.keep_unchanged(&mut tree, &disc, Sameness::Date, &mut quiet).unwrap();
        assert!(found.files == 1 && is_kept(&tree), "asked to trust the date");
    }

    #[test]
    fn other_lengths_are_not_read_and_unreadable_extents_are_told() {
        let (disc, base) = disc(3000);
        let mut none = |_: u64| -> ControlFlow<()> { panic!("nothing to compare") };
        let mut tree = staged(vec![2; 2999], 100);
        base.keep_unchanged(&mut tree, &disc, Sameness::Contents, &mut none).unwrap();
        assert!(!is_kept(&tree));
        let mut tree = staged(vec![2; 3000], 100);
        let short = disc.get(..3 * SECTOR_BYTES).unwrap();
        let found = base.keep_unchanged(&mut tree, short, Sameness::Contents, &mut none).unwrap();
        assert!(found.unreadable == 1 && !is_kept(&tree));
    }

    #[test]
    fn a_host_file_that_changed_since_it_was_staged_is_left_to_be_noticed() {
        let (disc, base) = disc(10);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, [2; 10]).unwrap();
        let mut tree = Tree::new();
        let attributes = Attributes::file(Timestamp::EPOCH);
        tree.add_file(Tree::ROOT, "file", Content::host(&path).unwrap(), attributes).unwrap();
        let mut kept = tree.clone();
        base.keep_unchanged(&mut kept, &disc, Sameness::Contents, &mut quiet).unwrap();
        assert!(is_kept(&kept));
        let old = File::options().write(true).open(&path).unwrap();
        old.set_modified(std::time::UNIX_EPOCH).unwrap();
        base.keep_unchanged(&mut tree, &disc, Sameness::Contents, &mut quiet).unwrap();
        assert!(!is_kept(&tree));
        std::fs::remove_file(&path).unwrap();
        let gone = base.keep_unchanged(&mut tree, &disc, Sameness::Contents, &mut quiet).unwrap_err();
        assert!(matches!(&gone, UnchangedError::Host { path: it, .. } if *it == path), "{gone}");
    }
}
