//! What is to be mastered: an arena tree of names, attributes and references to contents.
//!
//! Names are stored once, contents not at all: a file's bytes lie in a host file, in memory, or already on the
//! disc. Entries are numbered; the order in which they were added never shows in an image.

mod content;
mod edit;
mod empty;
mod host;
mod index;
mod merge;
mod node;
pub mod scan;
mod text;
mod time;
mod unchanged;

use core::iter;
use std::collections::HashMap;
use std::path::PathBuf;

pub use self::content::{Content, ContentId, Extent, HostFile, Stamp};
pub use self::edit::{AddError, EditError};
pub use self::index::Case;
pub use self::merge::{MergeError, Merged};
pub use self::node::{Attributes, Kind, NodeId, Special};
pub use self::time::Timestamp;
pub use self::unchanged::{Sameness, Unchanged, UnchangedError};

pub(crate) use self::content::Stored;
pub(crate) use self::host::{Folders, Opener};
use self::index::Index;
pub(crate) use self::node::{Node, Permissions, Span};
pub(crate) use self::text::Text;
use crate::format::rock_ridge::Zisofs;

/// A tree of folders, files, symbolic links and special files.
///
/// Cloning copies a few flat tables; no file is touched.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Vec<Node>,
    index: Index,
    contents: Vec<Stored>,
    permissions: Vec<Permissions>,
    permissions_known: HashMap<Permissions, u32>,
    targets: Vec<Span>,
    specials: Vec<Special>,
    folders: Folders,
    text: Text,
    /// Primary names an earlier session gave, by entry.
    primary_names: HashMap<NodeId, Span>,
    /// Contents that lie on the disc compressed.
    compressed: HashMap<ContentId, Zisofs>,
    counts: Counts,
}

/// How many entries of each kind a tree has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Folders without the root.
    pub directories: u32,
    /// Files, each hard link counted.
    pub files: u32,
    /// Symbolic links.
    pub symlinks: u32,
    /// Devices, pipes and sockets.
    pub specials: u32,
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// The folder that every tree has.
    pub const ROOT: NodeId = NodeId(0);

    /// A tree with an empty root in which names that differ only in case are the same.
    #[must_use]
    pub fn new() -> Self {
        Self::with_case(Case::Fold)
    }

    /// A tree with an empty root.
    #[must_use]
    pub fn with_case(case: Case) -> Self {
        let mut tree = Self {
            nodes: Vec::new(),
            index: Index::new(case),
            contents: Vec::new(),
            permissions: Vec::new(),
            permissions_known: HashMap::new(),
            targets: Vec::new(),
            specials: Vec::new(),
            folders: Folders::default(),
            text: Text::default(),
            primary_names: HashMap::new(),
            compressed: HashMap::new(),
            counts: Counts::default(),
        };
        let attributes = Attributes::directory(Timestamp::EPOCH);
        let permissions = tree.intern(attributes);
        tree.nodes.push(Node {
            modified: attributes.modified,
            name: Span::default(),
            kind: Kind::Directory,
            permissions,
            parent: NodeId::NONE,
            next: NodeId::NONE,
            previous: NodeId::NONE,
            body: NodeId::NONE.0,
        });
        tree
    }

    /// How names are compared.
    #[must_use]
    pub fn case(&self) -> Case {
        self.index.case()
    }

    /// How many entries there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether the root is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts == Counts::default()
    }

    /// An entry's name, kind and attributes.
    ///
    /// # Panics
    /// When `id` comes from another, larger tree.
    #[must_use]
    pub fn entry(&self, id: NodeId) -> Entry<'_> {
        let node = self.nodes.get(id.slot()).expect("a node of this tree");
        Entry { tree: self, id, node }
    }

    /// The entry called `name` in `directory`, by the tree's rule of case.
    #[must_use]
    pub fn lookup(&self, directory: NodeId, name: &str) -> Option<NodeId> {
        self.index.find(&self.nodes, &self.text, directory, name)
    }

    /// The entry at a path of names joined by `/`; leading, trailing and doubled slashes do not count.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<NodeId> {
        path.split('/')
            .filter(|name| !name.is_empty())
            .try_fold(Self::ROOT, |directory, name| self.lookup(directory, name))
    }

    /// What a directory holds, in byte order of the names.
    #[must_use]
    pub fn children(&self, directory: NodeId) -> Vec<NodeId> {
        let mut children: Vec<_> = self.children_unsorted(directory).collect();
        children.sort_unstable_by_key(|&id| self.name_bytes(id));
        children
    }

    /// Every entry below `directory`, each folder before what it holds, names in byte order.
    pub fn walk(&self, directory: NodeId) -> impl Iterator<Item = Entry<'_>> {
        let mut pending = self.children(directory);
        pending.reverse();
        iter::from_fn(move || {
            let id = pending.pop()?;
            let entry = self.entry(id);
            if entry.kind() == Kind::Directory {
                let children = self.children(id);
                pending.extend(children.into_iter().rev());
            }
            Some(entry)
        })
    }

    /// The path of an entry, starting with `/`.
    #[must_use]
    pub fn path(&self, id: NodeId) -> String {
        let ancestors = iter::successors(Some(id), |&id| self.nodes.get(id.slot())?.parent.some());
        let mut names: Vec<_> = ancestors.filter(|&id| id != Self::ROOT).map(|id| self.name(id)).collect();
        names.push("");
        names.reverse();
        if names.len() == 1 { "/".to_owned() } else { names.join("/") }
    }

    /// Host files in the tree, each once however many entries share it.
    #[must_use]
    pub fn contents(&self) -> usize {
        self.contents.len()
    }

    pub(crate) fn children_unsorted(&self, directory: NodeId) -> impl Iterator<Item = NodeId> {
        let first = self
            .nodes
            .get(directory.slot())
            .filter(|node| node.kind == Kind::Directory)
            .and_then(|node| NodeId(node.body).some());
        iter::successors(first, |id| self.nodes.get(id.slot())?.next.some())
    }

    pub(crate) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.slot())
    }

    /// Slots in the arena, those of removed entries included.
    pub(crate) fn slots(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn name(&self, id: NodeId) -> &str {
        self.nodes.get(id.slot()).map_or("", |node| self.text.str(node.name))
    }

    pub(crate) fn name_bytes(&self, id: NodeId) -> &[u8] {
        self.nodes.get(id.slot()).map_or(&[], |node| self.text.bytes(node.name))
    }

    pub(crate) fn stored(&self, id: ContentId) -> Option<&Stored> {
        self.contents.get(id.slot())
    }

    pub(crate) fn permissions(&self, node: &Node) -> Permissions {
        let index = usize::try_from(node.permissions).unwrap_or(usize::MAX);
        self.permissions.get(index).copied().unwrap_or(Permissions { mode: 0, uid: 0, gid: 0, hidden: false })
    }

    /// The content of a node, if it is a file.
    pub(crate) fn content_of(&self, node: &Node) -> Option<ContentId> {
        (node.kind == Kind::File).then_some(ContentId(node.body))
    }

    pub(crate) fn modified(&self, slot: usize) -> Timestamp {
        self.nodes.get(slot).map_or(Timestamp::EPOCH, |node| node.modified)
    }

    pub(crate) fn is_hidden(&self, slot: usize) -> bool {
        self.nodes.get(slot).is_some_and(|node| self.permissions(node).hidden)
    }

    pub(crate) fn compression_of(&self, content: ContentId) -> Option<Zisofs> {
        if self.compressed.is_empty() {
            return None;
        }
        self.compressed.get(&content).copied()
    }

    /// Whether there may be a file whose data are compressed.
    pub(crate) fn has_compressed(&self) -> bool {
        !self.compressed.is_empty()
    }

    pub(crate) fn folders(&self) -> (&Folders, &Text) {
        (&self.folders, &self.text)
    }

    /// The path of a host file as a user would name it.
    pub(crate) fn host_path(&self, folder: u32, name: Span) -> PathBuf {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        self.folders.path(&self.text, folder).join(OsStr::from_bytes(self.text.bytes(name)))
    }

    /// The primary name an earlier session gave an entry, if one did.
    pub(crate) fn pinned(&self, id: NodeId) -> Option<&[u8]> {
        if self.primary_names.is_empty() {
            return None;
        }
        self.primary_names.get(&id).map(|&span| self.text.bytes(span))
    }
}

/// An entry of a tree, to look at.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'t> {
    tree: &'t Tree,
    id: NodeId,
    node: &'t Node,
}

impl<'t> Entry<'t> {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Its name; the root's is empty.
    #[must_use]
    pub fn name(&self) -> &'t str {
        self.tree.text.str(self.node.name)
    }

    /// Its path, starting with `/`.
    #[must_use]
    pub fn path(&self) -> String {
        self.tree.path(self.id)
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.node.kind
    }

    /// The folder it is in; none for the root.
    #[must_use]
    pub fn parent(&self) -> Option<NodeId> {
        self.node.parent.some()
    }

    /// Its time and permissions.
    #[must_use]
    pub fn attributes(&self) -> Attributes {
        let Permissions { mode, uid, gid, hidden } = self.tree.permissions(self.node);
        Attributes { modified: self.node.modified, mode, uid, gid, hidden }
    }

    /// Length of a file in bytes, 0 for anything else.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.stored().map_or(0, Stored::bytes)
    }

    /// The content of a file; entries with the same number share their bytes.
    #[must_use]
    pub fn content_id(&self) -> Option<ContentId> {
        (self.node.kind == Kind::File).then_some(ContentId(self.node.body))
    }

    /// Where a file's bytes come from.
    #[must_use]
    pub fn content(&self) -> Option<Content> {
        self.stored().map(|stored| match stored {
            Stored::Bytes(bytes) => Content::Bytes(bytes.clone()),
            Stored::Host { directory, name, stamp } => {
                Content::Host(HostFile { path: self.tree.host_path(*directory, *name), stamp: *stamp })
            }
            Stored::Disc(extents) => Content::Disc(extents.to_vec()),
        })
    }

    /// How a file's bytes are compressed where they lie on the disc; [`bytes`](Self::bytes) is then the compressed length.
    #[must_use]
    pub fn compression(&self) -> Option<Zisofs> {
        self.content_id().and_then(|id| self.tree.compression_of(id))
    }

    /// Whether a file's bytes already lie on the disc.
    #[must_use]
    pub fn is_on_disc(&self) -> bool {
        matches!(self.stored(), Some(Stored::Disc(_)))
    }

    /// Where a symbolic link points.
    #[must_use]
    pub fn target(&self) -> Option<&'t str> {
        let index = usize::try_from(self.node.body).ok()?;
        let span = (self.node.kind == Kind::Symlink).then(|| self.tree.targets.get(index)).flatten()?;
        Some(self.tree.text.str(*span))
    }

    /// Which device, pipe or socket it is.
    #[must_use]
    pub fn special(&self) -> Option<Special> {
        let index = usize::try_from(self.node.body).ok()?;
        (self.node.kind == Kind::Special).then(|| self.tree.specials.get(index).copied()).flatten()
    }

    fn stored(&self) -> Option<&'t Stored> {
        self.content_id().and_then(|id| self.tree.stored(id))
    }
}
