//! One tree of directories as it is recorded: names, order, sizes, places.

use core::ops::Range;
use std::collections::HashMap;

use super::prepare::Extras;
use super::records::{self, Placement};
use super::system_use::{Composer, Mark};
use super::{Joliet, LayoutError, MAX_DIRECTORIES, NameChange, Options, SECTION_BYTES, narrow, sectors_of};
use crate::format::text::append_ucs2;
use crate::format::{DirectoryRecord, PathTableRecord, SECTOR_BYTES};
use crate::names::Level;
use crate::names::joliet::{self, Changed};
use crate::names::primary::{self, Assigner, Rules};
use crate::read::MAX_LEVELS;
use crate::tree::{Kind, Node, NodeId, Tree};

/// Which hierarchy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HierarchyKind {
    /// Of the primary volume descriptor, with Rock Ridge if asked for.
    Primary,
    /// Of the Joliet descriptor.
    Joliet,
    /// Of the enhanced volume descriptor.
    Enhanced,
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
    /// Folders that the tree has in it, relocated ones too.
    pub(crate) folders: u32,
    /// Number of its own record among all entries, from 2; the root's is 1.
    pub(crate) serial: u32,
    /// Length of its extent in bytes, a whole number of sectors.
    pub(crate) bytes: u32,
    /// Length of the continuation area behind its extent, in bytes.
    pub(crate) area_bytes: u32,
    /// First sector of its extent, from the start of the image.
    pub(crate) start: u32,
}

impl DirectoryPlan {
    fn new(node: NodeId, parent: u32, serial: u32) -> Self {
        Self {
            node,
            parent,
            first_entry: 0,
            entries: 0,
            first_subdirectory: 0,
            folders: 0,
            serial,
            bytes: 0,
            area_bytes: 0,
            start: 0,
        }
    }

    pub(crate) fn entry_range(&self) -> Range<usize> {
        let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        at(self.first_entry)..at(self.first_entry).saturating_add(at(self.entries))
    }

    /// Sectors of the extent and its continuation area.
    pub(crate) fn sectors(&self) -> u32 {
        narrow(sectors_of(u64::from(self.bytes)) + sectors_of(u64::from(self.area_bytes)))
    }

    /// First sector of the continuation area, from the start of the image.
    pub(crate) fn area_start(&self) -> u32 {
        self.start + narrow(sectors_of(u64::from(self.bytes)))
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
    /// Relocated directories: index of each, and of its true parent.
    pub(crate) relocated: HashMap<NodeId, Relocated>,
}

/// A directory that is recorded elsewhere, by indices.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Relocated {
    pub(crate) directory: usize,
    pub(crate) true_parent: usize,
}

/// The names of a hierarchy's entries.
#[derive(Clone, Debug)]
enum Names {
    /// Identifiers back to back in the order of the entries; each begins where the one before ends.
    Stored { text: Vec<u8>, starts: Vec<u32> },
    /// As in the tree but for a few.
    Joliet(Changed),
}

/// What hierarchies are made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'t> {
    pub(crate) tree: &'t Tree,
    pub(crate) options: &'t Options,
    pub(crate) extras: &'t Extras,
}

impl Hierarchy {
    /// The primary or the enhanced one.
    pub(crate) fn identified(source: Source<'_>, kind: HierarchyKind) -> Result<Self, LayoutError> {
        let Source { tree, options, .. } = source;
        let rules = rules(options.level, kind);
        let strict = options.strict_primary_names && kind == HierarchyKind::Primary;
        let version = version(kind).len();
        let mut assigner = Assigner::default();
        let (mut text, mut starts) = (Vec::new(), Vec::with_capacity(tree.slots()));
        let mut builder = Builder::new(source, kind);
        let mut at = 0;
        while let Some(directory) = builder.open(at)? {
            let assigned = assigner.assign(tree, source.children(directory, kind), rules);
            for (id, range) in &assigned.entries {
                let identifier = assigned.identifier(range);
                if strict {
                    refuse_change(tree, rules, *id, identifier)?;
                }
                starts.push(narrow(text.len() as u64));
                text.extend_from_slice(identifier);
                builder.entry(*id, identifier.len(), version)?;
            }
            builder.close(at)?;
            at += 1;
        }
        Ok(builder.finish(Names::Stored { text, starts }))
    }

    pub(crate) fn joliet(source: Source<'_>, options: Joliet) -> Result<Self, LayoutError> {
        let tree = source.tree;
        let kind = HierarchyKind::Joliet;
        let limit = options.units();
        let version = version(kind).len();
        let mut changed = Changed::default();
        let mut builder = Builder::new(source, kind);
        let mut at = 0;
        let mut children = Vec::new();
        while let Some(directory) = builder.open(at)? {
            children.clear();
            children.extend(source.children(directory, kind));
            if children.iter().any(|&id| joliet::check(tree.name(id), limit).is_err()) {
                children.sort_unstable_by_key(|&id| tree.name_bytes(id));
                changed.assign(tree, directory, &children, limit);
                if options.strict {
                    refuse_joliet_change(tree, &changed, &children)?;
                }
            }
            children.sort_unstable_by(|&a, &b| {
                joliet::order(changed.name_bytes(tree, a), changed.name_bytes(tree, b))
            });
            for &id in &children {
                builder.entry(id, 2 * joliet::units(changed.name(tree, id)), version)?;
            }
            builder.close(at)?;
            at += 1;
        }
        Ok(builder.finish(Names::Joliet(changed)))
    }

    /// Where in the order a file of the root is.
    pub(crate) fn in_root(&self, tree: &Tree, path: &str) -> Option<usize> {
        let id = tree.lookup(Tree::ROOT, path.trim_matches('/'))?;
        let root = self.directories.first()?;
        let file = tree.node(id).is_some_and(|node| node.kind == Kind::File);
        root.entry_range().find(|&position| file && self.order.get(position) == Some(&id))
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
            *cursor += u64::from(directory.sectors());
        }
    }

    /// The directory whose extent or continuation area covers a sector.
    pub(crate) fn directory_at(&self, sector: u32) -> Option<usize> {
        let index = self.directories.partition_point(|it| it.start <= sector).checked_sub(1)?;
        let directory = self.directories.get(index)?;
        (sector < directory.start + directory.sectors()).then_some(index)
    }

    /// Appends the identifier of the entry at `position` of the order, with its version number if it has one.
    pub(crate) fn identifier(&self, tree: &Tree, position: usize, versioned: bool, out: &mut Vec<u8>) {
        let Some(&id) = self.order.get(position) else { return };
        match &self.names {
            Names::Stored { text, starts } => out.extend_from_slice(stored_name(text, starts, position)),
            Names::Joliet(changed) => append_ucs2(changed.name(tree, id), out),
        }
        if versioned {
            out.extend_from_slice(version(self.kind));
        }
    }

    /// The name at `position` for people, and why it is not the tree's.
    pub(crate) fn name_change(
        &self,
        tree: &Tree,
        level: Level,
        position: usize,
    ) -> Option<(String, NameChange)> {
        let id = *self.order.get(position)?;
        match &self.names {
            Names::Stored { text, starts } => {
                let identifier = stored_name(text, starts, position);
                let kind = tree.node(id)?.kind;
                let change = primary::change(rules(level, self.kind), tree.name(id), kind, identifier);
                let name = String::from_utf8_lossy(identifier);
                (change != NameChange::default()).then(|| (name.into_owned(), change))
            }
            Names::Joliet(changed) => changed.get(id).map(|(name, change)| (name.to_string(), *change)),
        }
    }
}

impl<'t> Source<'t> {
    /// What a hierarchy has in a directory, in no order.
    fn children(self, directory: NodeId, kind: HierarchyKind) -> impl Iterator<Item = NodeId> + use<'t> {
        let Source { tree, options, extras } = self;
        let primary = kind == HierarchyKind::Primary;
        let posix = primary && options.rock_ridge.is_some();
        let relocation = extras.relocation.as_ref();
        let hidden = relocation.filter(|relocation| relocation.added && !primary).map(|it| it.folder);
        let moved = relocation.filter(|relocation| primary && relocation.folder == directory);
        tree.children_unsorted(directory)
            .filter(move |&id| Some(id) != hidden)
            .filter(move |&id| posix || tree.node(id).is_some_and(|node| !node.kind.is_posix()))
            .chain(moved.into_iter().flat_map(|relocation| relocation.moved.iter().copied()))
    }

    /// Whether a folder is recorded elsewhere and only its placeholder is in `directory`.
    pub(super) fn is_placeholder(self, directory: NodeId, id: NodeId, kind: HierarchyKind) -> bool {
        kind == HierarchyKind::Primary
            && self
                .extras
                .relocation
                .as_ref()
                .is_some_and(|relocation| relocation.folder != directory && relocation.is_moved(id))
    }
}

fn rules(level: Level, kind: HierarchyKind) -> Rules {
    Rules { level, enhanced: kind == HierarchyKind::Enhanced }
}

fn stored_name<'t>(text: &'t [u8], starts: &[u32], position: usize) -> &'t [u8] {
    let at =
        |index: usize| starts.get(index).map_or(text.len(), |&start| usize::try_from(start).unwrap_or(0));
    text.get(at(position)..at(position + 1)).unwrap_or_default()
}

/// What ends the identifier of a file: separator 2 and version 1 (ECMA-119, 7.5.1); ISO 9660:1999 has none.
fn version(kind: HierarchyKind) -> &'static [u8] {
    match kind {
        HierarchyKind::Primary => b";1",
        HierarchyKind::Joliet => b"\0;\x001",
        HierarchyKind::Enhanced => b"",
    }
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
    source: Source<'t>,
    kind: HierarchyKind,
    directories: Vec<DirectoryPlan>,
    order: Vec<NodeId>,
    /// The directory that is being filled.
    current: usize,
    placement: Placement,
    composer: Option<Composer>,
    path_table_bytes: u64,
    relocated: HashMap<NodeId, Relocated>,
}

impl<'t> Builder<'t> {
    fn new(source: Source<'t>, kind: HierarchyKind) -> Self {
        let rock_ridge = kind == HierarchyKind::Primary && source.options.rock_ridge.is_some();
        Self {
            source,
            kind,
            directories: vec![DirectoryPlan::new(Tree::ROOT, 0, 1)],
            order: Vec::with_capacity(source.tree.slots()),
            current: 0,
            placement: Placement::default(),
            composer: rock_ridge.then(Composer::default),
            path_table_bytes: PathTableRecord::encoded_bytes(1) as u64,
            relocated: HashMap::new(),
        }
    }

    /// Starts the directory with that index.
    fn open(&mut self, at: usize) -> Result<Option<NodeId>, LayoutError> {
        let next = narrow(self.directories.len() as u64);
        let first_entry = narrow(self.order.len() as u64);
        let Some(directory) = self.directories.get_mut(at) else { return Ok(None) };
        directory.first_entry = first_entry;
        directory.first_subdirectory = next;
        let node = directory.node;
        self.current = at;
        self.placement = Placement::default();
        if let Some(composer) = &mut self.composer {
            composer.start(0);
        }
        let own = if at == 0 { Mark::Root } else { Mark::None };
        let moved = self.relocated.contains_key(&node);
        let parent = if moved { Mark::TrueParent(0) } else { Mark::None };
        self.record(node, false, own, 1)?;
        self.record(node, false, parent, 1)?;
        Ok(Some(node))
    }

    /// Adds an entry with an identifier of so many bytes, and so many more if it is a file.
    fn entry(
        &mut self,
        id: NodeId,
        identifier_bytes: usize,
        version_bytes: usize,
    ) -> Result<(), LayoutError> {
        let Some(node) = self.source.tree.node(id) else { return Ok(()) };
        self.order.push(id);
        if node.kind != Kind::Directory {
            for _ in 0..self.sections(id, node)? {
                self.record(id, true, Mark::None, identifier_bytes + version_bytes)?;
            }
            return Ok(());
        }
        let directory = self.directories.get(self.current).map_or(Tree::ROOT, |directory| directory.node);
        if self.source.is_placeholder(directory, id, self.kind) {
            self.relocated.entry(id).or_default().true_parent = self.current;
            self.count_folder();
            return self.record(id, true, Mark::Placeholder(0), identifier_bytes);
        }
        let moved = self.source.extras.relocation.as_ref().is_some_and(|relocation| relocation.is_moved(id));
        if moved && self.kind == HierarchyKind::Primary {
            self.relocated.entry(id).or_default().directory = self.directories.len();
            self.record(id, true, Mark::Relocated, identifier_bytes)?;
        } else {
            self.count_folder();
            self.record(id, true, Mark::None, identifier_bytes)?;
        }
        self.subdirectory(id, identifier_bytes)
    }

    fn count_folder(&mut self) {
        if let Some(directory) = self.directories.get_mut(self.current) {
            directory.folders += 1;
        }
    }

    /// Makes room for a record.
    fn record(
        &mut self,
        id: NodeId,
        named: bool,
        mark: Mark,
        identifier_bytes: usize,
    ) -> Result<(), LayoutError> {
        let mut system_use = 0;
        if let (Some(composer), Some(rock_ridge)) = (&mut self.composer, self.source.options.rock_ridge) {
            let facts = records::facts(self.source.tree, self.source.options, rock_ridge, id, named, mark);
            let composed = composer.compose(&facts, identifier_bytes, records::edition(rock_ridge));
            let unfit = |_| LayoutError::DirectoryTooLarge { path: self.source.tree.path(id) };
            system_use = composed.map_err(unfit)?.len();
        }
        self.placement.add(DirectoryRecord::encoded_bytes(identifier_bytes, system_use));
        Ok(())
    }

    fn subdirectory(&mut self, id: NodeId, identifier_bytes: usize) -> Result<(), LayoutError> {
        if self.directories.len() >= MAX_DIRECTORIES {
            return Err(LayoutError::TooManyDirectories { path: self.source.tree.path(id) });
        }
        self.check_level(id)?;
        self.path_table_bytes += PathTableRecord::encoded_bytes(identifier_bytes) as u64;
        // The root is 1, so the first entry is 2.
        let serial = narrow(self.order.len() as u64 + 1);
        self.directories.push(DirectoryPlan::new(id, narrow(self.current as u64), serial));
        Ok(())
    }

    /// Rock Ridge shows a relocated folder where the tree has it, so that is where its level counts.
    fn check_level(&self, id: NodeId) -> Result<(), LayoutError> {
        let tree = self.source.tree;
        let above = |id: &NodeId| tree.node(*id)?.parent.some();
        let levels = narrow(core::iter::successors(above(&id), above).count() as u64);
        if levels <= u32::from(MAX_LEVELS) {
            return Ok(());
        }
        Err(LayoutError::TooDeep { path: tree.path(id), levels })
    }

    /// Records that a file takes.
    fn sections(&self, id: NodeId, node: &Node) -> Result<u64, LayoutError> {
        let tree = self.source.tree;
        let Some(stored) = tree.content_of(node).and_then(|content| tree.stored(content)) else {
            return Ok(1);
        };
        let sections = records::sections(stored);
        let level = self.source.options.level;
        if sections > 1 && level < Level::Three {
            return Err(LayoutError::FileTooLarge { path: tree.path(id), bytes: stored.bytes(), level });
        }
        Ok(sections)
    }

    fn close(&mut self, at: usize) -> Result<(), LayoutError> {
        let bytes = sectors_of(self.placement.end) * SECTOR_BYTES as u64;
        let entries = narrow(self.order.len() as u64);
        let area_bytes = self.composer.as_ref().map_or(0, |composer| composer.area().len() as u64);
        let Some(directory) = self.directories.get_mut(at) else { return Ok(()) };
        directory.entries = entries - directory.first_entry;
        let fits = bytes.max(area_bytes) <= u64::from(SECTION_BYTES);
        directory.bytes = narrow(bytes);
        directory.area_bytes = narrow(area_bytes);
        if fits {
            return Ok(());
        }
        Err(LayoutError::DirectoryTooLarge { path: self.source.tree.path(directory.node) })
    }

    fn finish(self, names: Names) -> Hierarchy {
        Hierarchy {
            kind: self.kind,
            directories: self.directories,
            order: self.order,
            names,
            path_table_bytes: narrow(self.path_table_bytes),
            path_tables: [0; 2],
            relocated: self.relocated,
        }
    }
}
