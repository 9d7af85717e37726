//! One tree of directories as it is recorded: names, order, sizes, places.

use core::ops::Range;

use super::records::{self, Placement};
use super::{Joliet, LayoutError, MAX_DIRECTORIES, Options, SECTION_BYTES, narrow, sectors_of};
use crate::format::{DirectoryRecord, PathTableRecord};
use crate::names::Level;
use crate::names::joliet::{self, Changed};
use crate::names::primary::{self, Assigner, Rules};
use crate::tree::{Kind, Node, NodeId, Tree};

/// Which hierarchy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HierarchyKind {
    Primary,
    Joliet,
}

/// A directory, in path table order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DirectoryPlan {
    pub(crate) node: NodeId,
    /// Index of the parent; the root is its own.
    pub(crate) parent: u32,
    /// Its entries in [`Hierarchy::order`].
    pub(crate) first_entry: u32,
    pub(crate) entries: u32,
    /// Index of the first directory in it; the others follow in the order of their records.
    pub(crate) first_subdirectory: u32,
    /// Length of its extent in bytes, a whole number of sectors.
    pub(crate) bytes: u32,
    /// First sector of its extent, from the start of the image.
    pub(crate) start: u32,
}

impl DirectoryPlan {
    pub(crate) fn entry_range(&self) -> Range<usize> {
        let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        at(self.first_entry)..at(self.first_entry).saturating_add(at(self.entries))
    }

    pub(crate) fn sectors(&self) -> u32 {
        narrow(sectors_of(u64::from(self.bytes)))
    }
}

/// One tree of directories.
#[derive(Clone, Debug)]
pub(crate) struct Hierarchy {
    pub(crate) kind: HierarchyKind,
    pub(crate) directories: Vec<DirectoryPlan>,
    /// The entries of each directory in the order of their records, directory after directory.
    pub(crate) order: Vec<NodeId>,
    names: Names,
    pub(crate) path_table_bytes: u32,
    /// First sectors of the path tables, Type L and Type M.
    pub(crate) path_tables: [u32; 2],
}

/// The names of a hierarchy's entries.
#[derive(Clone, Debug)]
enum Names {
    /// Identifiers back to back in the order of the entries; each begins where the one before ends.
    Stored { text: Vec<u8>, starts: Vec<u32> },
    /// As in the tree but for a few.
    Joliet(Changed),
}

impl Hierarchy {
    pub(crate) fn primary(tree: &Tree, options: &Options) -> Result<Self, LayoutError> {
        let rules = Rules { level: options.level };
        let strict = options.strict_primary_names;
        let mut assigner = Assigner::default();
        let (mut text, mut starts) = (Vec::new(), Vec::with_capacity(tree.slots()));
        let mut builder = Builder::new(tree, HierarchyKind::Primary, options.level);
        let mut at = 0;
        while let Some(directory) = builder.open(at) {
            let children =
                tree.children_unsorted(directory).filter(|&id| is_recorded(tree, id, HierarchyKind::Primary));
            let assigned = assigner.assign(tree, children, rules);
            for (id, range) in &assigned.entries {
                let identifier = assigned.identifier(range);
                if strict {
                    refuse_change(tree, rules, *id, identifier)?;
                }
                starts.push(narrow(text.len() as u64));
                text.extend_from_slice(identifier);
                builder.entry(*id, identifier.len() + VERSION.len(), identifier.len())?;
            }
            builder.close(at)?;
            at += 1;
        }
        Ok(builder.finish(Names::Stored { text, starts }))
    }

    pub(crate) fn joliet(tree: &Tree, options: Joliet) -> Result<Self, LayoutError> {
        let mut changed = Changed::default();
        // Which sections a file has was checked with the primary hierarchy.
        let mut builder = Builder::new(tree, HierarchyKind::Joliet, Level::Three);
        let limit = options.units();
        let mut at = 0;
        let mut children = Vec::new();
        while let Some(directory) = builder.open(at) {
            children.clear();
            children.extend(
                tree.children_unsorted(directory).filter(|&id| is_recorded(tree, id, HierarchyKind::Joliet)),
            );
            if children.iter().any(|&id| joliet::check(tree.name(id), limit).is_err()) {
                children.sort_unstable_by_key(|&id| tree.name_bytes(id));
                changed.assign(tree, directory, &children, limit);
            }
            if options.strict {
                refuse_joliet_change(tree, &changed, &children)?;
            }
            children.sort_unstable_by(|&a, &b| joliet::order(changed.name(tree, a), changed.name(tree, b)));
            for &id in &children {
                let bytes = 2 * joliet::units(changed.name(tree, id));
                builder.entry(id, bytes + 2 * VERSION.len(), bytes)?;
            }
            builder.close(at)?;
            at += 1;
        }
        Ok(builder.finish(Names::Joliet(changed)))
    }

    pub(crate) fn place_path_tables(&mut self, cursor: &mut u64) {
        for table in &mut self.path_tables {
            *table = narrow(*cursor);
            *cursor += sectors_of(u64::from(self.path_table_bytes));
        }
    }

    pub(crate) fn place_directories(&mut self, cursor: &mut u64) {
        for directory in &mut self.directories {
            directory.start = narrow(*cursor);
            *cursor += sectors_of(u64::from(directory.bytes));
        }
    }

    /// The directory whose extent covers a sector.
    pub(crate) fn directory_at(&self, sector: u32) -> Option<usize> {
        let index = self.directories.partition_point(|it| it.start <= sector).checked_sub(1)?;
        let directory = self.directories.get(index)?;
        (sector < directory.start + directory.sectors()).then_some(index)
    }

    /// Appends the identifier of the entry at `position` of the order, with its version number if it is a file.
    pub(crate) fn identifier(&self, tree: &Tree, position: usize, out: &mut Vec<u8>) {
        let Some(&id) = self.order.get(position) else { return };
        let is_directory = tree.node(id).is_some_and(|node| node.kind == Kind::Directory);
        match &self.names {
            Names::Stored { text, starts } => {
                out.extend_from_slice(stored_name(text, starts, position));
                if !is_directory {
                    out.extend_from_slice(VERSION);
                }
            }
            Names::Joliet(changed) => {
                crate::format::text::append_ucs2(changed.name(tree, id), out);
                if !is_directory {
                    out.extend_from_slice(JOLIET_VERSION);
                }
            }
        }
    }

    /// The name at `position` for people, and why it is not the tree's.
    pub(crate) fn name_change(
        &self,
        tree: &Tree,
        level: Level,
        position: usize,
    ) -> Option<(String, super::NameChange)> {
        let id = *self.order.get(position)?;
        match &self.names {
            Names::Stored { text, starts } => {
                let identifier = stored_name(text, starts, position);
                let kind = tree.node(id)?.kind;
                let change = primary::change(Rules { level }, tree.name(id), kind, identifier);
                let name = String::from_utf8_lossy(identifier);
                (change != super::NameChange::default()).then(|| (name.into_owned(), change))
            }
            Names::Joliet(changed) => changed.get(id).map(|(name, change)| (name.to_string(), *change)),
        }
    }
}

fn stored_name<'t>(text: &'t [u8], starts: &[u32], position: usize) -> &'t [u8] {
    let at =
        |index: usize| starts.get(index).map_or(text.len(), |&start| usize::try_from(start).unwrap_or(0));
    text.get(at(position)..at(position + 1)).unwrap_or_default()
}

const VERSION: &[u8] = b";1";
const JOLIET_VERSION: &[u8] = b"\0;\x001";

/// Symbolic links exist in Rock Ridge only.
pub(crate) fn is_recorded(tree: &Tree, id: NodeId, _kind: HierarchyKind) -> bool {
    tree.node(id).is_some_and(|node| node.kind != Kind::Symlink)
}

fn refuse_change(tree: &Tree, rules: Rules, id: NodeId, identifier: &[u8]) -> Result<(), LayoutError> {
    let kind = tree.entry(id).kind();
    let change = primary::change(rules, tree.name(id), kind, identifier);
    if !change.is_more_than_case() {
        return Ok(());
    }
    let would_be = String::from_utf8_lossy(identifier).into_owned();
    Err(LayoutError::Name { path: tree.path(id), would_be, change })
}

fn refuse_joliet_change(tree: &Tree, changed: &Changed, children: &[NodeId]) -> Result<(), LayoutError> {
    let refused = children.iter().find_map(|&id| changed.get(id).map(|change| (id, change)));
    match refused {
        None => Ok(()),
        Some((id, (name, change))) => {
            Err(LayoutError::Name { path: tree.path(id), would_be: name.to_string(), change: *change })
        }
    }
}

/// Collects directories level by level, which is path table order (ECMA-119, 6.9.1).
struct Builder<'t> {
    tree: &'t Tree,
    kind: HierarchyKind,
    level: Level,
    directories: Vec<DirectoryPlan>,
    order: Vec<NodeId>,
    placement: Placement,
    path_table_bytes: u64,
}

impl<'t> Builder<'t> {
    fn new(tree: &'t Tree, kind: HierarchyKind, level: Level) -> Self {
        Self {
            tree,
            kind,
            level,
            directories: vec![DirectoryPlan {
                node: Tree::ROOT,
                parent: 0,
                first_entry: 0,
                entries: 0,
                first_subdirectory: 0,
                bytes: 0,
                start: 0,
            }],
            order: Vec::with_capacity(tree.slots()),
            placement: Placement::default(),
            path_table_bytes: PathTableRecord::encoded_bytes(1) as u64,
        }
    }

    /// Starts the directory with that index.
    fn open(&mut self, at: usize) -> Option<NodeId> {
        let next = self.directories.len();
        let directory = self.directories.get_mut(at)?;
        directory.first_entry = narrow(self.order.len() as u64);
        directory.first_subdirectory = narrow(next as u64);
        self.placement = Placement::default();
        let dots = DirectoryRecord::encoded_bytes(1, 0);
        self.placement.add(dots);
        self.placement.add(dots);
        self.parent_is(at);
        Some(self.directories.get(at)?.node)
    }

    fn parent_is(&mut self, at: usize) {
        self.placement.directory = at;
    }

    /// Adds an entry with the lengths of its identifier as a file and as a directory.
    fn entry(&mut self, id: NodeId, file_bytes: usize, directory_bytes: usize) -> Result<(), LayoutError> {
        let Some(node) = self.tree.node(id) else { return Ok(()) };
        self.order.push(id);
        if node.kind == Kind::Directory {
            self.placement.add(DirectoryRecord::encoded_bytes(directory_bytes, 0));
            return self.subdirectory(id, directory_bytes);
        }
        let sections = self.sections(id, node)?;
        for _ in 0..sections {
            self.placement.add(DirectoryRecord::encoded_bytes(file_bytes, 0));
        }
        Ok(())
    }

    fn subdirectory(&mut self, id: NodeId, identifier_bytes: usize) -> Result<(), LayoutError> {
        if self.directories.len() >= MAX_DIRECTORIES {
            return Err(LayoutError::TooManyDirectories { path: self.tree.path(id) });
        }
        self.path_table_bytes += PathTableRecord::encoded_bytes(identifier_bytes) as u64;
        self.directories.push(DirectoryPlan {
            node: id,
            parent: narrow(self.placement.directory as u64),
            first_entry: 0,
            entries: 0,
            first_subdirectory: 0,
            bytes: 0,
            start: 0,
        });
        Ok(())
    }

    /// Records that a file takes.
    fn sections(&self, id: NodeId, node: &Node) -> Result<u64, LayoutError> {
        let Some(stored) = self.tree.content_of(node).and_then(|content| self.tree.stored(content)) else {
            return Ok(1);
        };
        let sections = records::sections(stored);
        if sections > 1 && self.level < Level::Three {
            let (path, bytes) = (self.tree.path(id), stored.bytes());
            return Err(LayoutError::FileTooLarge { path, bytes, level: self.level });
        }
        Ok(sections)
    }

    fn close(&mut self, at: usize) -> Result<(), LayoutError> {
        let bytes = sectors_of(self.placement.end) * crate::format::SECTOR_BYTES as u64;
        let entries = narrow(self.order.len() as u64);
        let Some(directory) = self.directories.get_mut(at) else { return Ok(()) };
        directory.entries = entries - directory.first_entry;
        directory.bytes = match u32::try_from(bytes) {
            Ok(bytes) if bytes <= SECTION_BYTES => bytes,
            _ => {
                let path = self.tree.path(directory.node);
                return Err(LayoutError::DirectoryTooLarge { path });
            }
        };
        Ok(())
    }

    fn finish(self, names: Names) -> Hierarchy {
        Hierarchy {
            kind: self.kind,
            directories: self.directories,
            order: self.order,
            names,
            path_table_bytes: narrow(self.path_table_bytes),
            path_tables: [0; 2],
        }
    }
}
