//! Adding, removing, renaming.

use thiserror::Error;

use super::Tree;
use super::content::{Content, ContentId, Stored};
use super::node::{Attributes, Kind, Node, NodeId, Permissions, Span, Special};
use crate::format::rock_ridge::Zisofs;

/// Why an entry cannot be added or renamed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AddError {
    /// The name is taken, perhaps in another case.
    #[error("{path} exists already; remove it first or choose another name")]
    Exists {
        /// The entry that is there.
        path: String,
    },
    /// The name is empty, `.`, `..`, or contains `/` or NUL.
    #[error("{name:?} cannot be a name: it is empty, a dot name, or contains a slash or NUL")]
    Name {
        /// As given.
        name: String,
    },
    /// The name or target is longer than 65535 bytes, or the tree has more entries or text than it can number.
    #[error(
        "{name:.64}: the tree cannot hold this entry; it is too long, or the tree has 4 billion entries or bytes of names"
    )]
    TooLarge {
        /// As given.
        name: String,
    },
    /// The parent is no folder.
    #[error("{path} is not a folder, so nothing can be put into it")]
    NotADirectory {
        /// The parent.
        path: String,
    },
}

/// Why an entry cannot be removed or moved.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EditError {
    /// The root stays where it is.
    #[error("the root can be neither removed nor moved")]
    Root,
    /// The new place is inside the folder that is to be moved.
    #[error("{path} cannot be moved into itself")]
    IntoItself {
        /// The folder.
        path: String,
    },
    /// The new name or place does not do.
    #[error(transparent)]
    Add(#[from] AddError),
}

impl Tree {
    /// Adds an empty folder.
    ///
    /// # Errors
    /// [`AddError`]; the tree is then as it was.
    pub fn add_directory(
        &mut self,
        parent: NodeId,
        name: &str,
        attributes: Attributes,
    ) -> Result<NodeId, AddError> {
        self.add(parent, name, attributes, Kind::Directory, |_| Some(NodeId::NONE.0))
    }

    /// Adds a file.
    ///
    /// # Errors
    /// [`AddError`]; the tree is then as it was.
    pub fn add_file(
        &mut self,
        parent: NodeId,
        name: &str,
        content: Content,
        attributes: Attributes,
    ) -> Result<NodeId, AddError> {
        self.add(parent, name, attributes, Kind::File, |tree| Some(tree.keep(content)?.0))
    }

    /// Adds another name for contents that the tree has already: a hard link.
    ///
    /// # Errors
    /// [`AddError`]; the tree is then as it was.
    pub fn add_hard_link(
        &mut self,
        parent: NodeId,
        name: &str,
        content: ContentId,
        attributes: Attributes,
    ) -> Result<NodeId, AddError> {
        self.add(parent, name, attributes, Kind::File, |_| Some(content.0))
    }

    /// Adds a symbolic link.
    ///
    /// # Errors
    /// [`AddError`]; the tree is then as it was.
    pub fn add_symlink(
        &mut self,
        parent: NodeId,
        name: &str,
        target: &str,
        attributes: Attributes,
    ) -> Result<NodeId, AddError> {
        self.add(parent, name, attributes, Kind::Symlink, |tree| {
            let span = tree.text.push(target.as_bytes())?;
            tree.targets.push(span);
            u32::try_from(tree.targets.len() - 1).ok()
        })
    }

    /// Adds a device, pipe or socket.
    ///
    /// # Errors
    /// [`AddError`]; the tree is then as it was.
    pub fn add_special(
        &mut self,
        parent: NodeId,
        name: &str,
        special: Special,
        attributes: Attributes,
    ) -> Result<NodeId, AddError> {
        self.add(parent, name, attributes, Kind::Special, |tree| tree.keep_special(special))
    }

    /// The folder at `path`, made with all its missing ancestors.
    ///
    /// # Errors
    /// [`AddError`] when a part of the path is a file or no name; folders made before stay.
    pub fn add_directories(&mut self, path: &str, attributes: Attributes) -> Result<NodeId, AddError> {
        path.split('/').filter(|name| !name.is_empty()).try_fold(Self::ROOT, |parent, name| {
            match self.lookup(parent, name) {
                Some(id) if self.entry(id).kind() == Kind::Directory => Ok(id),
                _ => self.add_directory(parent, name, attributes),
            }
        })
    }

    /// Changes time and permissions.
    pub fn set_attributes(&mut self, id: NodeId, attributes: Attributes) {
        let permissions = self.intern(attributes);
        if let Some(node) = self.nodes.get_mut(id.slot()) {
            node.modified = attributes.modified;
            node.permissions = permissions;
        }
    }

    /// Gives a file other contents.
    ///
    /// # Errors
    /// [`AddError::NotADirectory`] never; [`AddError::TooLarge`] when the tree can hold no more contents.
    pub fn set_content(&mut self, id: NodeId, content: Content) -> Result<(), AddError> {
        let content = self.keep(content).ok_or_else(|| AddError::TooLarge { name: self.path(id) })?;
        if let Some(node) = self.nodes.get_mut(id.slot()).filter(|node| node.kind == Kind::File) {
            node.body = content.0;
        }
        Ok(())
    }

    /// Says that a content, which lies on the disc, is compressed with zisofs: Rock Ridge tells readers to inflate it, and
    /// every other hierarchy shows the compressed bytes. Only version 1 can be told again; of others nothing is kept.
    pub fn set_compression(&mut self, content: ContentId, zisofs: Zisofs) {
        if zisofs.is_known() && matches!(self.stored(content), Some(Stored::Disc(_))) {
            self.compressed.insert(content, zisofs);
        }
    }

    /// Keeps the primary name that an earlier session gave an entry, so that it does not change when a session is
    /// appended: the identifier as recorded, without the version number.
    pub fn pin_primary_name(&mut self, id: NodeId, identifier: &[u8]) {
        if let Some(span) = self.text.push(identifier) {
            self.primary_names.insert(id, span);
        }
    }

    /// Takes an entry out, with everything below it.
    ///
    /// # Errors
    /// [`EditError::Root`].
    pub fn remove(&mut self, id: NodeId) -> Result<(), EditError> {
        if id == Self::ROOT {
            return Err(EditError::Root);
        }
        let mut doomed = vec![id];
        while let Some(id) = doomed.pop() {
            doomed.extend(self.children_unsorted(id));
            self.index.remove(&self.nodes, &self.text, id);
            self.unlink(id);
            self.primary_names.remove(&id);
            if let Some(node) = self.nodes.get(id.slot()) {
                *self.counts.of(node.kind) -= 1;
            }
        }
        Ok(())
    }

    /// Gives an entry another name, another parent, or both.
    ///
    /// # Errors
    /// [`EditError`]; the tree is then as it was.
    pub fn rename(&mut self, id: NodeId, parent: NodeId, name: &str) -> Result<(), EditError> {
        if id == Self::ROOT {
            return Err(EditError::Root);
        }
        let mut ancestors =
            core::iter::successors(Some(parent), |&at| self.nodes.get(at.slot())?.parent.some());
        if ancestors.any(|ancestor| ancestor == id) {
            return Err(EditError::IntoItself { path: self.path(id) });
        }
        self.check_parent(parent)?;
        check_name(name)?;
        if let Some(taken) = self.lookup(parent, name).filter(|&taken| taken != id) {
            return Err(AddError::Exists { path: self.path(taken) }.into());
        }
        let too_large = || AddError::TooLarge { name: name.to_owned() };
        let span = self.text.push(name.as_bytes()).ok_or_else(too_large)?;
        self.index.remove(&self.nodes, &self.text, id);
        self.unlink(id);
        self.primary_names.remove(&id);
        if let Some(node) = self.nodes.get_mut(id.slot()) {
            node.name = span;
        }
        self.link(id, parent);
        Ok(())
    }

    fn add(
        &mut self,
        parent: NodeId,
        name: &str,
        attributes: Attributes,
        kind: Kind,
        body: impl FnOnce(&mut Self) -> Option<u32>,
    ) -> Result<NodeId, AddError> {
        self.check_parent(parent)?;
        check_name(name)?;
        if let Some(taken) = self.lookup(parent, name) {
            return Err(AddError::Exists { path: self.path(taken) });
        }
        let too_large = || AddError::TooLarge { name: name.to_owned() };
        let span = self.text.push(name.as_bytes()).ok_or_else(too_large)?;
        let body = body(self).ok_or_else(too_large)?;
        self.push_node(parent, span, attributes, kind, body).ok_or_else(too_large)
    }

    /// Adds an entry whose name is known to be free and in the arena.
    pub(super) fn push_node(
        &mut self,
        parent: NodeId,
        name: Span,
        attributes: Attributes,
        kind: Kind,
        body: u32,
    ) -> Option<NodeId> {
        let id = NodeId(u32::try_from(self.nodes.len()).ok()?).some()?;
        let permissions = self.intern(attributes);
        self.nodes.push(Node {
            modified: attributes.modified,
            name,
            kind,
            permissions,
            parent,
            next: NodeId::NONE,
            previous: NodeId::NONE,
            body,
        });
        self.link(id, parent);
        *self.counts.of(kind) += 1;
        Some(id)
    }

    pub(crate) fn keep(&mut self, content: Content) -> Option<ContentId> {
        let stored = match content {
            Content::Bytes(bytes) => Stored::Bytes(bytes),
            Content::Disc(extents) => Stored::Disc(extents.into()),
            Content::Host(file) => {
                use std::os::unix::ffi::OsStrExt as _;
                let parent = file.path.parent().filter(|parent| !parent.as_os_str().is_empty());
                let directory = self.folders.root(parent.unwrap_or_else(|| std::path::Path::new(".")));
                let name = self.text.push(file.path.file_name()?.as_bytes())?;
                Stored::Host { directory, name, stamp: file.stamp }
            }
        };
        self.keep_stored(stored)
    }

    pub(super) fn keep_special(&mut self, special: Special) -> Option<u32> {
        self.specials.push(special);
        u32::try_from(self.specials.len() - 1).ok()
    }

    pub(super) fn keep_stored(&mut self, stored: Stored) -> Option<ContentId> {
        let id = ContentId(u32::try_from(self.contents.len()).ok()?);
        self.contents.push(stored);
        Some(id)
    }

    pub(super) fn intern(&mut self, attributes: Attributes) -> u32 {
        let Attributes { mode, uid, gid, hidden, .. } = attributes;
        let permissions = Permissions { mode, uid, gid, hidden };
        if self.permissions.last() == Some(&permissions) {
            return u32::try_from(self.permissions.len() - 1).unwrap_or(0);
        }
        let next = u32::try_from(self.permissions.len()).unwrap_or(0);
        let index = *self.permissions_known.entry(permissions).or_insert(next);
        if index == next {
            self.permissions.push(permissions);
        }
        index
    }

    fn check_parent(&self, parent: NodeId) -> Result<(), AddError> {
        if self.nodes.get(parent.slot()).is_some_and(|node| node.kind == Kind::Directory) {
            return Ok(());
        }
        Err(AddError::NotADirectory { path: self.path(parent) })
    }

    /// Chains an entry into its parent's children and the index.
    fn link(&mut self, id: NodeId, parent: NodeId) {
        let Some(folder) = self.nodes.get_mut(parent.slot()) else { return };
        let first = core::mem::replace(&mut folder.body, id.0);
        if let Some(node) = self.nodes.get_mut(id.slot()) {
            node.parent = parent;
            node.next = NodeId(first);
            node.previous = NodeId::NONE;
        }
        if let Some(node) = self.nodes.get_mut(NodeId(first).slot()) {
            node.previous = id;
        }
        self.index.insert(&self.nodes, &self.text, id);
    }

    /// Takes an entry out of the chain of its parent's children.
    fn unlink(&mut self, id: NodeId) {
        let Some(&Node { parent, next, previous, .. }) = self.nodes.get(id.slot()) else { return };
        if let Some(node) = self.nodes.get_mut(next.slot()) {
            node.previous = previous;
        }
        if let Some(node) = self.nodes.get_mut(previous.slot()) {
            node.next = next;
        } else if let Some(folder) = self.nodes.get_mut(parent.slot()) {
            folder.body = next.0;
        }
    }
}

impl super::Counts {
    fn of(&mut self, kind: Kind) -> &mut u32 {
        match kind {
            Kind::Directory => &mut self.directories,
            Kind::File => &mut self.files,
            Kind::Symlink => &mut self.symlinks,
            Kind::Special => &mut self.specials,
        }
    }
}

fn check_name(name: &str) -> Result<(), AddError> {
    if matches!(name, "" | "." | "..") || name.contains(['/', '\0']) {
        return Err(AddError::Name { name: name.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Counts, Timestamp};

    const FOLDER: Attributes =
        Attributes { modified: Timestamp::EPOCH, mode: 0o755, uid: 0, gid: 0, hidden: false };

    fn names(tree: &Tree) -> Vec<String> {
        tree.walk(Tree::ROOT).map(|entry| entry.path()).collect()
    }

    #[test]
    fn adds_finds_removes_and_moves() {
        let mut tree = Tree::new();
        let a = tree.add_directory(Tree::ROOT, "a", FOLDER).unwrap();
        let b = tree.add_directory(a, "b", FOLDER).unwrap();
        tree.add_file(b, "file", Content::from(vec![1, 2]), FOLDER).unwrap();
        tree.add_symlink(Tree::ROOT, "link", "a/b", FOLDER).unwrap();
        assert_eq!(names(&tree), ["/a", "/a/b", "/a/b/file", "/link"]);
        assert_eq!(tree.find("/A/B/FILE").map(|id| tree.entry(id).bytes()), Some(2));

        assert_eq!(tree.rename(a, b, "x"), Err(EditError::IntoItself { path: "/a".into() }));
        tree.rename(b, Tree::ROOT, "B2").unwrap();
        assert_eq!(names(&tree), ["/B2", "/B2/file", "/a", "/link"]);
        assert_eq!(tree.lookup(a, "b"), None);

        tree.remove(b).unwrap();
        assert_eq!(names(&tree), ["/a", "/link"]);
        assert_eq!(tree.counts(), Counts { directories: 1, symlinks: 1, ..Counts::default() });
        assert_eq!(tree.find("/B2/file"), None);
        assert_eq!(tree.remove(Tree::ROOT), Err(EditError::Root));
    }

    #[test]
    fn names_are_refused() {
        let mut tree = Tree::new();
        let file = tree.add_file(Tree::ROOT, "Readme", Content::empty(), FOLDER).unwrap();
        for name in ["", ".", "..", "a/b", "a\0b"] {
            assert!(matches!(tree.add_directory(Tree::ROOT, name, FOLDER), Err(AddError::Name { .. })));
        }
        let taken = tree.add_directory(Tree::ROOT, "README", FOLDER);
        assert_eq!(taken, Err(AddError::Exists { path: "/Readme".into() }));
        let inside = tree.add_directory(file, "x", FOLDER);
        assert_eq!(inside, Err(AddError::NotADirectory { path: "/Readme".into() }));

        let mut posix = Tree::with_case(Case::Exact);
        posix.add_directory(Tree::ROOT, "a", FOLDER).unwrap();
        posix.add_directory(Tree::ROOT, "A", FOLDER).unwrap();
        assert_eq!(posix.counts().directories, 2);
    }

    use crate::tree::Case;

    #[test]
    fn an_entry_may_take_its_own_name_in_another_case() {
        let mut tree = Tree::new();
        let id = tree.add_directory(Tree::ROOT, "a", FOLDER).unwrap();
        tree.rename(id, Tree::ROOT, "A").unwrap();
        assert_eq!(names(&tree), ["/A"]);
        assert_eq!(tree.lookup(Tree::ROOT, "a"), Some(id));
    }
}
