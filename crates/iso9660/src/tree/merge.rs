//! Laying one tree over another.

use core::iter;

use thiserror::Error;

use super::content::{ContentId, Stored};
use super::node::{Kind, NodeId};
use super::{Entry, Tree};

/// Why one tree cannot be laid over another.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MergeError {
    /// Both have a file of that name, and overwriting was not asked for.
    #[error("{path} exists already; ask for overwriting or choose another name")]
    Exists {
        /// The entry that is there.
        path: String,
    },
    /// One has a file where the other has a folder; overwriting does not help.
    #[error("{path} is a {there} and cannot be replaced by a {new}; rename one of them", there = word(*there), new = word(*new))]
    KindDiffers {
        /// The entry that is there.
        path: String,
        /// What is there.
        there: Kind,
        /// What would replace it.
        new: Kind,
    },
    /// The tree would have more entries or text than it can number.
    #[error("{path}: the tree cannot hold more than 4 billion entries or 4 GiB of names")]
    TooLarge {
        /// The entry for which there is no more room.
        path: String,
    },
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Directory => "folder",
        Kind::File => "file",
        Kind::Symlink => "symbolic link",
        Kind::Special => "special file",
    }
}

/// What laying one tree over another does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Entries that were not there.
    pub added: u32,
    /// Files that take the place of another.
    pub replaced: u32,
    /// Folders that were there already.
    pub joined: u32,
}

impl Tree {
    /// What [`merge`](Self::merge) would do, or why it cannot.
    ///
    /// # Errors
    /// [`MergeError`] for the first entry, in order of the walk, that cannot be laid over.
    pub fn check_merge(&self, staged: &Self, overwrite: bool) -> Result<Merged, MergeError> {
        let mut merged = Merged::default();
        if self.case() != staged.case() {
            self.check_names(staged)?;
        }
        let mut pending = vec![(Self::ROOT, Self::ROOT)];
        while let Some((here, there)) = pending.pop() {
            for id in staged.children(there) {
                let new = staged.entry(id);
                let Some(old) = self.lookup(here, new.name()).map(|old| self.entry(old)) else {
                    let below = u32::try_from(staged.walk(id).count()).unwrap_or(u32::MAX);
                    merged.added = merged.added.saturating_add(1).saturating_add(below);
                    continue;
                };
                match verdict(&old, &new, overwrite)? {
                    Verdict::Join => {
                        merged.joined += 1;
                        pending.push((old.id(), id));
                    }
                    Verdict::Replace => merged.replaced += 1,
                }
            }
        }
        Ok(merged)
    }

    /// Lays `staged` over this tree: folders join, with `overwrite` files replace files; nothing else is replaced.
    ///
    /// All or nothing: after an error the tree is as it was. A replaced file keeps its place and its primary name
    /// and takes the new one's spelling, contents and attributes.
    ///
    /// # Errors
    /// [`MergeError`].
    pub fn merge(&mut self, staged: &Self, overwrite: bool) -> Result<Merged, MergeError> {
        let merged = self.check_merge(staged, overwrite)?;
        self.check_room(staged)?;
        let more = usize::try_from(merged.added).unwrap_or(0);
        self.nodes.reserve(more);
        self.index.reserve(&self.nodes, &self.text, more);
        self.text.reserve(staged.text_len());
        self.lay_over(staged).ok_or_else(|| MergeError::TooLarge { path: "/".to_owned() })?;
        Ok(merged)
    }

    /// A folder of `staged` may have two names that are one by this tree's rule.
    fn check_names(&self, staged: &Self) -> Result<(), MergeError> {
        let mut pending = vec![Self::ROOT];
        while let Some(directory) = pending.pop() {
            let mut seen = Self::with_case(self.case());
            for id in staged.children(directory) {
                let entry = staged.entry(id);
                let attributes = entry.attributes();
                if seen.add_directory(Self::ROOT, entry.name(), attributes).is_err() {
                    return Err(MergeError::Exists { path: entry.path() });
                }
                if entry.kind() == Kind::Directory {
                    pending.push(id);
                }
            }
        }
        Ok(())
    }

    /// Numbers are 32 bits wide; with this checked nothing fails half-way.
    fn check_room(&self, staged: &Self) -> Result<(), MergeError> {
        let room =
            |have: usize, more: usize| have.checked_add(more).is_some_and(|sum| u32::try_from(sum).is_ok());
        let fits = room(self.nodes.len(), staged.nodes.len() + 1)
            && room(self.contents.len(), staged.contents.len())
            && room(self.text_len(), staged.text_len())
            && room(self.targets.len(), staged.targets.len())
            && room(self.folders.len(), staged.folders.len());
        if fits { Ok(()) } else { Err(MergeError::TooLarge { path: "/".to_owned() }) }
    }

    fn lay_over(&mut self, staged: &Self) -> Option<()> {
        let folders = self.folders.append(&staged.folders, &staged.text, &mut self.text)?;
        let mut contents: Vec<Option<ContentId>> = vec![None; staged.contents.len()];
        let mut pending = vec![(Self::ROOT, Self::ROOT)];
        while let Some((here, there)) = pending.pop() {
            for id in iter::successors(staged.first_child(there), |&id| staged.node(id)?.next.some()) {
                let new = staged.entry(id);
                let name = self.text.push(new.name().as_bytes())?;
                let body = match new.kind() {
                    Kind::Directory => NodeId::NONE.0,
                    Kind::File => self.adopt(staged, new.content_id()?, &mut contents, folders, name)?.0,
                    Kind::Symlink => {
                        let span = self.text.push(new.target().unwrap_or_default().as_bytes())?;
                        self.targets.push(span);
                        u32::try_from(self.targets.len() - 1).ok()?
                    }
                    Kind::Special => self.keep_special(new.special()?)?,
                };
                let place = match self.lookup(here, new.name()) {
                    Some(old) => {
                        if new.kind() != Kind::Directory {
                            let body = self.old_if_same(old, body, new.kind());
                            self.replace(old, name, body, &new);
                        }
                        old
                    }
                    None => self.push_node(here, name, new.attributes(), new.kind(), body)?,
                };
                if let Some(identifier) = staged.pinned(id) {
                    self.pin_primary_name(place, identifier);
                }
                if new.kind() == Kind::Directory {
                    pending.push((place, id));
                }
            }
        }
        Some(())
    }

    /// The content that an entry has already, if the new one lies in the same extents: so hard links stay linked.
    fn old_if_same(&self, old: NodeId, body: u32, kind: Kind) -> u32 {
        let there = self.entry(old).content_id();
        match (kind, there, there.and_then(|id| self.stored(id)), self.stored(ContentId(body))) {
            (Kind::File, Some(id), Some(Stored::Disc(one)), Some(Stored::Disc(two)))
                if one == two && self.compression_of(id) == self.compression_of(ContentId(body)) =>
            {
                id.0
            }
            _ => body,
        }
    }

    fn replace(&mut self, old: NodeId, name: super::Span, body: u32, new: &Entry<'_>) {
        self.set_attributes(old, new.attributes());
        if let Some(node) = self.nodes.get_mut(old.slot()) {
            // The same name by the tree's rule, so the index still finds it.
            node.name = name;
            node.body = body;
        }
    }

    /// Takes over one content, once for all entries that share it.
    fn adopt(
        &mut self,
        staged: &Self,
        content: ContentId,
        known: &mut [Option<ContentId>],
        folders: u32,
        entry_name: super::Span,
    ) -> Option<ContentId> {
        let place = known.get_mut(content.slot())?;
        if let Some(known) = place {
            return Some(*known);
        }
        let stored = match staged.stored(content)? {
            Stored::Host { directory, name, stamp } => {
                let bytes = staged.text.bytes(*name);
                let same = self.text.bytes(entry_name) == bytes;
                let name = if same { entry_name } else { self.text.push(bytes)? };
                Stored::Host { directory: directory.checked_add(folders)?, name, stamp: *stamp }
            }
            other => other.clone(),
        };
        let id = self.keep_stored(stored)?;
        if let Some(zisofs) = staged.compression_of(content) {
            self.set_compression(id, zisofs);
        }
        *place = Some(id);
        Some(id)
    }

    fn first_child(&self, directory: NodeId) -> Option<NodeId> {
        self.children_unsorted(directory).next()
    }

    fn text_len(&self) -> usize {
        self.text.len()
    }
}

enum Verdict {
    Join,
    Replace,
}

fn verdict(old: &Entry<'_>, new: &Entry<'_>, overwrite: bool) -> Result<Verdict, MergeError> {
    match (old.kind(), new.kind()) {
        (Kind::Directory, Kind::Directory) => Ok(Verdict::Join),
        (there, new) if there != new => Err(MergeError::KindDiffers { path: old.path(), there, new }),
        _ if overwrite => Ok(Verdict::Replace),
        _ => Err(MergeError::Exists { path: old.path() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Attributes, Content, Counts, Timestamp};

    fn tree(paths: &[&str]) -> Tree {
        let attributes = Attributes::directory(Timestamp::EPOCH);
        let mut tree = Tree::new();
        for path in paths {
            let (folder, file) = path.rsplit_once('/').unwrap();
            let folder = tree.add_directories(folder, attributes).unwrap();
            if !file.is_empty() {
                tree.add_file(folder, file, Content::from(path.as_bytes().to_vec()), attributes).unwrap();
            }
        }
        tree
    }

    fn listing(tree: &Tree) -> Vec<String> {
        tree.walk(Tree::ROOT).map(|entry| entry.path()).collect()
    }

    #[test]
    fn folders_join_and_files_need_leave() {
        let mut base = tree(&["/a/one", "/b/"]);
        let staged = tree(&["/A/two", "/c/three"]);
        assert_eq!(base.merge(&staged, false), Ok(Merged { added: 3, replaced: 0, joined: 1 }));
        assert_eq!(listing(&base), ["/a", "/a/one", "/a/two", "/b", "/c", "/c/three"]);

        let again = tree(&["/a/ONE", "/d/four"]);
        let before = listing(&base);
        assert_eq!(base.merge(&again, false), Err(MergeError::Exists { path: "/a/one".into() }));
        assert_eq!(listing(&base), before);
        assert_eq!(base.merge(&again, true), Ok(Merged { added: 2, replaced: 1, joined: 1 }));
        let one = base.entry(base.find("/a/one").unwrap());
        assert_eq!((one.name(), one.content()), ("ONE", Some(Content::from(b"/a/ONE".to_vec()))));
        assert_eq!(base.counts(), Counts { directories: 4, files: 4, ..Counts::default() });
    }

    #[test]
    fn a_file_never_replaces_a_folder_nor_the_reverse() {
        let mut base = tree(&["/a/one", "/file"]);
        for (staged, path) in [(tree(&["/A"]), "/a"), (tree(&["/FILE/x"]), "/file")] {
            let refused = base.merge(&staged, true).unwrap_err();
            assert!(matches!(refused, MergeError::KindDiffers { path: it, .. } if it == path));
        }
        assert_eq!(listing(&base), ["/a", "/a/one", "/file"]);
    }

    #[test]
    fn names_that_are_one_by_the_rule_of_the_tree_are_refused() {
        let attributes = Attributes::file(Timestamp::EPOCH);
        let mut posix = Tree::with_case(crate::tree::Case::Exact);
        for name in ["readme", "README"] {
            posix.add_file(Tree::ROOT, name, Content::empty(), attributes).unwrap();
        }
        let mut base = tree(&["/x"]);
        let refused = base.merge(&posix, true);
        assert_eq!(refused, Err(MergeError::Exists { path: "/readme".into() }));
        assert_eq!(listing(&base), ["/x"]);
    }

    #[test]
    fn shared_contents_stay_shared() {
        let attributes = Attributes::file(Timestamp::EPOCH);
        let mut staged = tree(&["/one"]);
        let content = staged.entry(staged.find("/one").unwrap()).content_id().unwrap();
        staged.add_hard_link(Tree::ROOT, "two", content, attributes).unwrap();
        let mut base = tree(&["/zero"]);
        base.merge(&staged, false).unwrap();
        let id = |path| base.entry(base.find(path).unwrap()).content_id();
        assert_eq!(id("/one"), id("/two"));
        assert_eq!(base.contents(), 2);
    }
}
