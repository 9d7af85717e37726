//! The records of one directory, measured and encoded by the same rules.

use super::hierarchy::Source;
use super::system_use::{Composer, Edition, Facts, Mark};
use super::{
    DirectoryPlan, Hierarchy, HierarchyKind, Layout, Options, Ownership, RockRidge, SECTION_BYTES, UNPLACED,
};
use crate::format::rock_ridge::PosixAttributes;
use crate::format::{
    DirectoryRecord, FileFlags, FormatError, PathTableOrder, PathTableRecord, RecordTime, SECTOR_BYTES,
};
use crate::tree::{ContentId, Kind, Node, NodeId, Special, Stored, Timestamp, Tree};

/// Lays records one after another, none across a sector's end (ECMA-119, 6.8.1.1).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Placement {
    /// Bytes used so far.
    pub(super) end: u64,
}

impl Placement {
    /// Adds a record; where it begins.
    pub(super) fn add(&mut self, bytes: usize) -> u64 {
        let sector = SECTOR_BYTES as u64;
        let bytes = bytes as u64;
        if self.end % sector + bytes > sector {
            self.end = self.end.next_multiple_of(sector);
        }
        let at = self.end;
        self.end += bytes;
        at
    }
}

/// Records that describe a content.
pub(super) fn sections(stored: &Stored) -> u64 {
    match stored {
        Stored::Disc(extents) => (extents.len() as u64).max(1),
        // Whole if a record can say its length; else in pieces that end with a sector.
        other if other.bytes() <= u64::from(u32::MAX) => 1,
        other => other.bytes().div_ceil(u64::from(SECTION_BYTES)),
    }
}

pub(super) fn edition(rock_ridge: RockRidge) -> Edition {
    Edition { serials: !rock_ridge.without_serials }
}

/// What Rock Ridge tells about an entry, but for links and serial number, which take the same room whatever they are.
pub(super) fn facts<'t>(
    tree: &'t Tree,
    options: &Options,
    rock_ridge: RockRidge,
    id: NodeId,
    named: bool,
    mark: Mark,
) -> Facts<'t> {
    let entry = tree.entry(id);
    let attributes = entry.attributes();
    let kind = match entry.kind() {
        Kind::Directory => 0o040_000,
        Kind::File => 0o100_000,
        Kind::Symlink => 0o120_000,
        Kind::Special => entry.special().map_or(0, Special::file_type),
    };
    let device = entry.special().and_then(Special::device);
    let (mode, user, group) = match rock_ridge.ownership {
        Ownership::Keep => (attributes.mode & 0o7777, attributes.uid, attributes.gid),
        Ownership::Readable => {
            let execute = attributes.mode & 0o111 != 0 || entry.kind() == Kind::Directory;
            (if execute { 0o555 } else { 0o444 }, 0, 0)
        }
    };
    let posix = PosixAttributes { mode: kind | mode, links: 1, user, group, serial: Some(0) };
    let name = named.then(|| entry.name());
    Facts {
        name,
        posix,
        modified: options.zoned(time_of(tree, options, id)),
        target: entry.target(),
        device,
        zisofs: entry.compression(),
        mark,
    }
}

/// When an entry was modified; a root that nobody gave a time is as old as the volume.
fn time_of(tree: &Tree, options: &Options, id: NodeId) -> Timestamp {
    match tree.modified(id.slot()) {
        Timestamp::EPOCH if id == Tree::ROOT => options.volume.created,
        time => time,
    }
}

impl Layout {
    /// The extent of a directory and its continuation area, whole.
    pub(crate) fn encode_directory(
        &self,
        hierarchy: &Hierarchy,
        index: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), FormatError> {
        out.clear();
        let Some(directory) = hierarchy.directories.get(index) else { return Ok(()) };
        out.resize(as_index(directory.bytes), 0);
        let mut writer = Writer::new(self, hierarchy, directory, out);
        writer.dots(index)?;
        let mut subdirectory = as_index(directory.first_subdirectory);
        let mut identifier = Vec::with_capacity(256);
        for position in directory.entry_range() {
            let Some(&id) = hierarchy.order.get(position) else { continue };
            let Some(node) = self.tree.node(id) else { continue };
            identifier.clear();
            hierarchy.identifier(&self.tree, position, node.kind != Kind::Directory, &mut identifier);
            if node.kind != Kind::Directory {
                writer.file(id, node, position, &identifier)?;
            } else if writer.source.is_placeholder(directory.node, id, hierarchy.kind) {
                writer.placeholder(id, &identifier)?;
            } else {
                let Some(plan) = hierarchy.directories.get(subdirectory) else { continue };
                debug_assert_eq!(plan.node, id, "directories follow the order of their records");
                subdirectory += 1;
                let moved = hierarchy.relocated.contains_key(&id);
                let mark = if moved { Mark::Relocated } else { Mark::None };
                writer.directory(plan, true, mark, &identifier)?;
            }
        }
        writer.finish();
        out.resize(as_index(directory.sectors()) * SECTOR_BYTES, 0);
        Ok(())
    }

    /// Sector on the disc and length of a section; `None` for an empty file.
    fn section(&self, content: ContentId, number: u64) -> Option<(u32, u32)> {
        let stored = self.tree.stored(content)?;
        if let Stored::Disc(extents) = stored {
            let extent = extents.get(usize::try_from(number).ok()?)?;
            return Some((u32::try_from(extent.start.0).ok()?, extent.bytes));
        }
        let start = self.plan.starts.get(content.slot()).copied().filter(|start| *start != UNPLACED)?;
        let before = number * u64::from(SECTION_BYTES);
        let left = stored.bytes() - before;
        let bytes = match u32::try_from(left) {
            Ok(left) if left <= SECTION_BYTES || sections(stored) == 1 => left,
            _ => SECTION_BYTES,
        };
        let sectors_before = u32::try_from(before / SECTOR_BYTES as u64).ok()?;
        Some((self.on_disc(start + sectors_before), bytes))
    }

    /// The number that a sector of the image has on the disc.
    pub(crate) fn on_disc(&self, sector: u32) -> u32 {
        u32::try_from(self.options.start.0).unwrap_or(0) + sector
    }

    fn record_time(&self, id: NodeId) -> RecordTime {
        RecordTime::from_timestamp(self.options.zoned(time_of(&self.tree, &self.options, id)))
    }

    pub(crate) fn root_time(&self) -> RecordTime {
        self.record_time(Tree::ROOT)
    }

    fn hidden(&self, id: NodeId) -> FileFlags {
        if self.tree.is_hidden(id.slot()) { FileFlags::HIDDEN } else { FileFlags::NONE }
    }

    /// A path table, whole.
    pub(crate) fn encode_path_table(
        &self,
        hierarchy: &Hierarchy,
        order: PathTableOrder,
        out: &mut Vec<u8>,
    ) -> Result<(), FormatError> {
        out.clear();
        self.path_record(hierarchy, 0, &[0]).append_to(order, out)?;
        let mut identifier = Vec::with_capacity(256);
        let mut number = 1;
        // Directories are numbered in the order of the records that they have in their parents.
        for directory in &hierarchy.directories {
            for position in directory.entry_range() {
                let next = hierarchy.directories.get(number).map(|next| next.node);
                if next.is_none() || next != hierarchy.order.get(position).copied() {
                    continue;
                }
                if next.is_some_and(|id| self.source().is_placeholder(directory.node, id, hierarchy.kind)) {
                    continue;
                }
                identifier.clear();
                hierarchy.identifier(&self.tree, position, false, &mut identifier);
                self.path_record(hierarchy, number, &identifier).append_to(order, out)?;
                number += 1;
            }
        }
        Ok(())
    }

    fn path_record<'i>(
        &self,
        hierarchy: &Hierarchy,
        number: usize,
        identifier: &'i [u8],
    ) -> PathTableRecord<'i> {
        let plan = hierarchy.directories.get(number);
        PathTableRecord {
            extended_attribute_blocks: 0,
            extent: plan.map_or(0, |plan| self.on_disc(plan.start)),
            parent: plan.and_then(|plan| u16::try_from(plan.parent + 1).ok()).unwrap_or(1),
            identifier,
        }
    }

    pub(crate) fn source(&self) -> Source<'_> {
        Source { tree: &self.tree, options: &self.options, extras: &self.extras }
    }
}

/// Writes the records of one directory.
struct Writer<'l, 'o> {
    layout: &'l Layout,
    source: Source<'l>,
    hierarchy: &'l Hierarchy,
    out: &'o mut Vec<u8>,
    placement: Placement,
    rock_ridge: Option<(RockRidge, Composer)>,
}

impl<'l, 'o> Writer<'l, 'o> {
    fn new(
        layout: &'l Layout,
        hierarchy: &'l Hierarchy,
        directory: &DirectoryPlan,
        out: &'o mut Vec<u8>,
    ) -> Self {
        let rock_ridge = layout.options.rock_ridge.filter(|_| hierarchy.kind == HierarchyKind::Primary);
        let rock_ridge = rock_ridge.map(|rock_ridge| {
            let mut composer = Composer::default();
            composer.start(layout.on_disc(directory.area_start()));
            (rock_ridge, composer)
        });
        let source = layout.source();
        Self { layout, source, hierarchy, out, placement: Placement::default(), rock_ridge }
    }

    /// The records of the directory itself and of its parent.
    fn dots(&mut self, index: usize) -> Result<(), FormatError> {
        let Some(own) = self.hierarchy.directories.get(index) else { return Ok(()) };
        let parent = self.hierarchy.directories.get(as_index(own.parent)).unwrap_or(own);
        let mark = if index == 0 { Mark::Root } else { Mark::None };
        self.directory(own, false, mark, DirectoryRecord::SELF_IDENTIFIER)?;
        let true_parent = self
            .hierarchy
            .relocated
            .get(&own.node)
            .and_then(|relocated| self.hierarchy.directories.get(relocated.true_parent));
        let mark =
            true_parent.map_or(Mark::None, |parent| Mark::TrueParent(self.layout.on_disc(parent.start)));
        self.directory(parent, false, mark, DirectoryRecord::PARENT_IDENTIFIER)
    }

    fn directory(
        &mut self,
        plan: &DirectoryPlan,
        named: bool,
        mark: Mark,
        identifier: &[u8],
    ) -> Result<(), FormatError> {
        let record = DirectoryRecord {
            extended_attribute_blocks: 0,
            extent: self.layout.on_disc(plan.start),
            data_bytes: plan.bytes,
            recorded: self.layout.record_time(plan.node),
            flags: FileFlags::DIRECTORY | self.layout.hidden(plan.node),
            unit_blocks: 0,
            gap_blocks: 0,
            volume_sequence: 1,
            identifier,
            system_use: &[],
        };
        self.put(record, plan.node, named, mark, plan.folders + 2, plan.serial)
    }

    /// The record that stands where a relocated directory was.
    fn placeholder(&mut self, id: NodeId, identifier: &[u8]) -> Result<(), FormatError> {
        let relocated = self.hierarchy.relocated.get(&id);
        let plan = relocated.and_then(|relocated| self.hierarchy.directories.get(relocated.directory));
        let Some(plan) = plan else { return Ok(()) };
        let record = self.file_record(id, identifier);
        let mark = Mark::Placeholder(self.layout.on_disc(plan.start));
        self.put(record, id, true, mark, plan.folders + 2, plan.serial)
    }

    fn file(
        &mut self,
        id: NodeId,
        node: &Node,
        position: usize,
        identifier: &[u8],
    ) -> Result<(), FormatError> {
        let mut record = self.file_record(id, identifier);
        let own_serial = u32::try_from(position + 2).unwrap_or(u32::MAX);
        let Some(content) = self.layout.tree.content_of(node) else {
            return self.put(record, id, true, Mark::None, 1, own_serial);
        };
        let (links, serial) = self.layout.plan.links(content).unwrap_or((1, own_serial));
        let count = self.layout.tree.stored(content).map_or(1, sections);
        let hidden = record.flags;
        for number in 0..count {
            if let Some((extent, bytes)) = self.layout.section(content, number) {
                record.extent = extent;
                record.data_bytes = bytes;
            }
            let more = if number + 1 < count { FileFlags::MULTI_EXTENT } else { FileFlags::NONE };
            record.flags = hidden | more;
            self.put(record, id, true, Mark::None, links, serial)?;
        }
        Ok(())
    }

    fn file_record<'i>(&self, id: NodeId, identifier: &'i [u8]) -> DirectoryRecord<'i> {
        DirectoryRecord {
            extended_attribute_blocks: 0,
            extent: self.layout.on_disc(self.layout.plan.empty_extent()),
            data_bytes: 0,
            recorded: self.layout.record_time(id),
            flags: self.layout.hidden(id),
            unit_blocks: 0,
            gap_blocks: 0,
            volume_sequence: 1,
            identifier,
            system_use: &[],
        }
    }

    fn put(
        &mut self,
        record: DirectoryRecord<'_>,
        id: NodeId,
        named: bool,
        mark: Mark,
        links: u32,
        serial: u32,
    ) -> Result<(), FormatError> {
        let Some((rock_ridge, composer)) = &mut self.rock_ridge else {
            return write(self.out, &mut self.placement, &record);
        };
        let mut facts = facts(self.source.tree, self.source.options, *rock_ridge, id, named, mark);
        facts.posix.links = links;
        facts.posix.serial = Some(serial);
        let system_use = composer.compose(&facts, record.identifier.len(), edition(*rock_ridge))?;
        write(self.out, &mut self.placement, &DirectoryRecord { system_use, ..record })
    }

    fn finish(self) {
        if let Some((_, composer)) = &self.rock_ridge {
            self.out.extend_from_slice(composer.area());
        }
    }
}

fn write(out: &mut [u8], placement: &mut Placement, record: &DirectoryRecord<'_>) -> Result<(), FormatError> {
    let bytes = DirectoryRecord::encoded_bytes(record.identifier.len(), record.system_use.len());
    let at = usize::try_from(placement.add(bytes)).unwrap_or(usize::MAX);
    record.encode(out.get_mut(at..).unwrap_or_default())?;
    Ok(())
}

fn as_index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
