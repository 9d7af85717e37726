//! The records of one directory, measured and encoded by the same rules.

use super::{DirectoryPlan, Hierarchy, Layout, SECTION_BYTES, UNPLACED};
use crate::format::{
    DirectoryRecord, FileFlags, FormatError, PathTableOrder, PathTableRecord, RecordTime, SECTOR_BYTES,
};
use crate::tree::{ContentId, Kind, Node, Stored, Timestamp, Tree};

/// Lays records one after another, none across a sector's end (ECMA-119, 6.8.1.1).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Placement {
    /// Bytes used so far.
    pub(super) end: u64,
    /// The directory that is being measured.
    pub(super) directory: usize,
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

impl Layout {
    /// The extent of a directory, whole.
    pub(crate) fn encode_directory(
        &self,
        hierarchy: &Hierarchy,
        index: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), FormatError> {
        out.clear();
        let Some(directory) = hierarchy.directories.get(index) else { return Ok(()) };
        let parent = hierarchy.directories.get(as_index(directory.parent)).unwrap_or(directory);
        out.resize(as_index(directory.bytes), 0);
        let mut writer = Writer { out, placement: Placement::default() };
        writer.put(&self.directory_record(directory, DirectoryRecord::SELF_IDENTIFIER))?;
        writer.put(&self.directory_record(parent, DirectoryRecord::PARENT_IDENTIFIER))?;
        let mut subdirectory = as_index(directory.first_subdirectory);
        let mut identifier = Vec::with_capacity(256);
        for position in directory.entry_range() {
            let Some((&id, node)) =
                hierarchy.order.get(position).and_then(|id| Some((id, self.tree.node(*id)?)))
            else {
                continue;
            };
            identifier.clear();
            hierarchy.identifier(&self.tree, position, &mut identifier);
            if node.kind == Kind::Directory {
                let Some(plan) = hierarchy.directories.get(subdirectory) else { continue };
                debug_assert_eq!(plan.node, id, "directories follow the order of their records");
                subdirectory += 1;
                writer.put(&self.directory_record(plan, &identifier))?;
            } else {
                self.file_records(node, &identifier, &mut writer)?;
            }
        }
        Ok(())
    }

    fn directory_record<'i>(&self, plan: &DirectoryPlan, identifier: &'i [u8]) -> DirectoryRecord<'i> {
        DirectoryRecord {
            extended_attribute_blocks: 0,
            extent: self.on_disc(plan.start),
            data_bytes: plan.bytes,
            recorded: self.record_time(plan.node.slot()),
            flags: FileFlags::DIRECTORY | self.hidden(plan.node.slot()),
            unit_blocks: 0,
            gap_blocks: 0,
            volume_sequence: 1,
            identifier,
            system_use: &[],
        }
    }

    fn file_records(
        &self,
        node: &Node,
        identifier: &[u8],
        writer: &mut Writer<'_>,
    ) -> Result<(), FormatError> {
        let hidden = if self.tree.permissions(node).hidden { FileFlags::HIDDEN } else { FileFlags::NONE };
        let mut record = DirectoryRecord {
            extended_attribute_blocks: 0,
            extent: self.on_disc(self.plan.empty_extent()),
            data_bytes: 0,
            recorded: RecordTime::from_timestamp(self.options.zoned(node.modified)),
            flags: hidden,
            unit_blocks: 0,
            gap_blocks: 0,
            volume_sequence: 1,
            identifier,
            system_use: &[],
        };
        let Some(content) = self.tree.content_of(node) else { return writer.put(&record) };
        let count = self.tree.stored(content).map_or(1, sections);
        for number in 0..count {
            if let Some((extent, bytes)) = self.section(content, number) {
                record.extent = extent;
                record.data_bytes = bytes;
            }
            let more = if number + 1 < count { FileFlags::MULTI_EXTENT } else { FileFlags::NONE };
            record.flags = hidden | more;
            writer.put(&record)?;
        }
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

    fn record_time(&self, slot: usize) -> RecordTime {
        let root = Tree::ROOT.slot();
        let modified = self.tree.modified(slot);
        // A root that nobody gave a time is as old as the volume.
        let time = match modified {
            Timestamp::EPOCH if slot == root => self.options.volume.created,
            time => time,
        };
        RecordTime::from_timestamp(self.options.zoned(time))
    }

    pub(crate) fn root_time(&self) -> RecordTime {
        self.record_time(Tree::ROOT.slot())
    }

    fn hidden(&self, slot: usize) -> FileFlags {
        if self.tree.is_hidden(slot) { FileFlags::HIDDEN } else { FileFlags::NONE }
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
        // In the order of their records, so each directory's own subdirectories come in turn.
        for (position, &id) in hierarchy.order.iter().enumerate() {
            if self.tree.node(id).is_some_and(|node| node.kind == Kind::Directory) {
                identifier.clear();
                hierarchy.identifier(&self.tree, position, &mut identifier);
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
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
    placement: Placement,
}

impl Writer<'_> {
    fn put(&mut self, record: &DirectoryRecord<'_>) -> Result<(), FormatError> {
        let bytes = DirectoryRecord::encoded_bytes(record.identifier.len(), record.system_use.len());
        let at = usize::try_from(self.placement.add(bytes)).unwrap_or(usize::MAX);
        record.encode(self.out.get_mut(at..).unwrap_or_default())?;
        Ok(())
    }
}

fn as_index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
