//! Directory records one by one (ECMA-119, 9.1).

use discwright_cd::Lba;

use super::directory::{At, Checker, Previous, halves};
use super::extents::Holds;
use super::hierarchy::FileRow;
use super::names;
use super::rock_ridge::Inspector;
use super::rules::{self, Rule};
use crate::format::{DirectoryRecord, FIXED_BYTES, FileFlags, SECTOR_BYTES};
use crate::read::entry::Directory;
use crate::read::finding::Place;
use crate::read::source::ReadSectors;
use crate::read::volume::View;

/// Levels that are looked at; a ring ends by what was entered before.
const MAX_LEVELS: u16 = 1000;

impl<S: ReadSectors> Checker<'_, S> {
    /// What every record has, that of the directory itself too.
    pub(super) fn check_fields(&mut self, at: At, record: &DirectoryRecord<'_>, bytes: &[u8], place: Place) {
        for it in DirectoryRecord::disagreements(bytes) {
            let message = halves(it.field, it.little, it.big);
            self.tell_of(rules::RECORD_HALVES, at, record, place.plus(it.offset), message);
        }
        let length = bytes.first().copied().unwrap_or(0);
        if !length.is_multiple_of(2) {
            self.tell_of(rules::RECORD_EVEN, at, record, place, "the length of the record is odd");
        }
        let padding = FIXED_BYTES + record.identifier.len();
        let padded = record.identifier.len().is_multiple_of(2) && padding < usize::from(length);
        if padded && bytes.get(padding).is_some_and(|byte| *byte != 0) {
            let message = "the padding behind the identifier is not zero";
            self.tell_of(rules::RECORD_PADDING, at, record, place.plus(padding), message);
        }
        if let Err(error) = record.recorded.timestamp() {
            self.tell_of(rules::RECORD_DATE, at, record, place.plus(18), error);
        }
        if record.volume_sequence != self.volume.primary().volume_sequence {
            let volume = record.volume_sequence;
            let message = format_args!("the extent is on volume {volume} of the set, not on this one");
            self.tell_of(rules::RECORD_VOLUME, at, record, place.plus(28), message);
        }
        let directory = record.flags.contains(FileFlags::DIRECTORY);
        let odd = directory && record.flags.0 & (FileFlags::ASSOCIATED | FileFlags::RECORD).0 != 0;
        if record.flags.0 & 0x60 != 0 || odd {
            let message = format_args!("the file flags are {:02X}", record.flags.0);
            self.tell_of(rules::RECORD_FLAGS, at, record, place.plus(25), message);
        }
        if (record.unit_blocks == 0) != (record.gap_blocks == 0) {
            let message = format_args!(
                "the file unit has {} blocks and the interleave gap {}",
                record.unit_blocks, record.gap_blocks
            );
            self.tell_of(rules::RECORD_INTERLEAVE, at, record, place.plus(26), message);
        }
    }

    /// The first two records: of the directory itself and of its parent.
    pub(super) fn check_link(
        &mut self,
        at: At,
        target: &Directory,
        record: &DirectoryRecord<'_>,
        (rule, identifier, which): (&'static Rule, &[u8], &str),
        place: Place,
    ) {
        if record.identifier != identifier {
            let message = format_args!("there is no record of {which} where it must be");
            self.tell(rule, at, place.plus(33), message);
            return;
        }
        if record.extent != target.block {
            let (told, is) = (record.extent, target.block);
            let message =
                format_args!("the record of {which} names block {told}, but the directory is at {is}");
            self.tell(rule, at, place.plus(2), message);
        } else if Some(record.data_bytes) != target.bytes {
            let (told, is) = (record.data_bytes, target.bytes.unwrap_or(0));
            let message = format_args!("the record of {which} says {told} bytes, but the directory has {is}");
            self.tell(rules::LINK_LENGTH, at, place.plus(10), message);
        } else if record.extended_attribute_blocks != target.extended_attribute_blocks {
            let (told, is) = (record.extended_attribute_blocks, target.extended_attribute_blocks);
            let message = format_args!(
                "the record of {which} says {told} blocks of extended attributes, but the directory has {is}"
            );
            self.tell(rules::LINK_LENGTH, at, place.plus(1), message);
        }
        if !record.flags.contains(FileFlags::DIRECTORY) {
            let message = format_args!("the record of {which} has no directory flag");
            self.tell(rules::LINK_FLAGS, at, place.plus(25), message);
        }
    }

    pub(super) fn check_name(&mut self, at: At, record: &DirectoryRecord<'_>, place: Place) {
        let directory = record.flags.contains(FileFlags::DIRECTORY);
        let place = place.plus(FIXED_BYTES);
        let identifier = record.identifier;
        match self.hierarchy.view {
            View::Joliet => {
                for (rule, wrong) in names::joliet(identifier, directory) {
                    self.tell_of(rule, at, record, place, wrong);
                }
            }
            View::Enhanced => {
                for (rule, wrong) in names::enhanced(identifier) {
                    self.tell_of(rule, at, record, place, wrong);
                }
            }
            View::Plain | View::RockRidge => {
                // A relocated directory's stand-in has no directory flag, but authors name it as the directory.
                let stand_in = self.inspector.as_ref().is_some_and(Inspector::was_child_link);
                let directory = directory || (stand_in && !identifier.contains(&b';'));
                let mut sound = true;
                for (rule, wrong) in names::primary(identifier, directory) {
                    sound = false;
                    self.tell_of(rule, at, record, place, wrong);
                }
                let needed = names::level(identifier, directory);
                let level = &mut self.hierarchy.level;
                *level = level.filter(|_| sound).map(|level| level.max(needed));
            }
        }
    }

    /// Checks where the record stands among the others; whether it is a further section of the file before.
    pub(super) fn check_order(
        &mut self,
        at: At,
        record: &DirectoryRecord<'_>,
        place: Place,
        previous: &mut Previous,
    ) -> bool {
        let same = previous.identifier == record.identifier;
        if previous.flags.contains(FileFlags::MULTI_EXTENT) {
            if same {
                return true;
            }
            let message = "a further section of another file was to follow here";
            self.tell_of(rules::SECTION_FOLLOWS, at, record, place, message);
        }
        let associated = |flags: FileFlags| flags.contains(FileFlags::ASSOCIATED);
        let new = previous.seen.insert(record.identifier.into());
        if !new && associated(previous.flags) == associated(record.flags) {
            self.tell_of(
                rules::RECORD_TWICE,
                at,
                record,
                place.plus(FIXED_BYTES),
                "the identifier is there twice",
            );
        } else if !new && associated(record.flags) {
            let message = "the associated file comes behind its file";
            self.tell_of(rules::RECORD_ORDER, at, record, place.plus(FIXED_BYTES), message);
        } else if previous.count > 3 {
            let (one, two) = (&previous.identifier, record.identifier);
            let broken = match self.hierarchy.view {
                View::Joliet => names::joliet_disorder(one, two),
                View::Enhanced => names::enhanced_order(one, two).is_gt().then_some(rules::RECORD_ORDER),
                View::Plain | View::RockRidge => {
                    names::order(one, two).is_gt().then_some(rules::RECORD_ORDER)
                }
            };
            if let Some(rule) = broken {
                let before = self.hierarchy.shown(one);
                let message = format_args!("comes after {before:?}, which is the wrong order");
                self.tell_of(rule, at, record, place.plus(FIXED_BYTES), message);
            }
        }
        false
    }

    pub(super) fn check_child(&mut self, at: At, record: &DirectoryRecord<'_>, place: Place) {
        if record.flags.contains(FileFlags::MULTI_EXTENT) {
            let message = "the directory is said to have several sections";
            self.tell_of(rules::DIRECTORY_SECTIONS, at, record, place.plus(25), message);
        }
        let directory = Directory {
            block: record.extent,
            bytes: Some(record.data_bytes),
            extended_attribute_blocks: record.extended_attribute_blocks,
        };
        if at.row.level >= MAX_LEVELS {
            return;
        }
        let Some(row) = self.hierarchy.push(directory, at.number, record.identifier, place) else { return };
        let path_bytes = row.path_bytes;
        self.check_path_length(at, record, path_bytes, place);
    }

    /// `path_bytes`: of all identifiers, each with one more for what separates them.
    fn check_path_length(&mut self, at: At, record: &DirectoryRecord<'_>, path_bytes: u32, place: Place) {
        let (rule, limit) = match self.hierarchy.view {
            View::Joliet => (rules::JOLIET_PATH_LENGTH, 240),
            View::Enhanced => return,
            View::Plain | View::RockRidge => (rules::PATH_LENGTH, 255),
        };
        let bytes = path_bytes - 1;
        if bytes > limit {
            let message = format_args!("the path has {bytes} bytes");
            self.tell_of(rule, at, record, place.plus(FIXED_BYTES), message);
        }
    }

    pub(super) fn check_file(
        &mut self,
        at: At,
        record: &DirectoryRecord<'_>,
        place: Place,
        previous: &mut Previous,
        continues: bool,
    ) {
        let more = record.flags.contains(FileFlags::MULTI_EXTENT);
        if more || continues {
            self.hierarchy.level = self.hierarchy.level.map(|_| 3);
        }
        if !continues {
            self.hierarchy.files.extend(previous.file.take());
            self.hierarchy.file_count += 1;
            let name_bytes = u32::try_from(record.identifier.len()).unwrap_or(u32::MAX);
            self.check_path_length(at, record, at.row.path_bytes.saturating_add(name_bytes + 1), place);
        }
        if record.data_bytes == 0 {
            if record.extended_attribute_blocks != 0 {
                self.check_extent(at, record, place);
            }
            return;
        }
        let start = record.extent.saturating_add(u32::from(record.extended_attribute_blocks));
        let first = FileRow { start, bytes: 0, further: 0, place, directory: at.number };
        let units = [record.unit_blocks, record.gap_blocks];
        previous.file.get_or_insert(first).add_section(start, record.data_bytes, units);
        if !more {
            self.hierarchy.files.extend(previous.file.take());
        }
        self.check_extent(at, record, place);
    }

    fn check_extent(&mut self, at: At, record: &DirectoryRecord<'_>, place: Place) {
        let block_bytes = self.volume.block_bytes();
        let address = u64::from(record.extent) * block_bytes;
        let attributes = u64::from(record.extended_attribute_blocks) * block_bytes;
        let mut bytes = u64::from(record.data_bytes) + attributes;
        if record.unit_blocks != 0 && record.gap_blocks != 0 {
            // Other files may lie in the gaps, so only the end is judged.
            let unit = u64::from(record.unit_blocks) * block_bytes;
            let units = u64::from(record.data_bytes).div_ceil(unit) + u64::from(attributes > 0);
            bytes += units.saturating_sub(1) * u64::from(record.gap_blocks) * block_bytes;
        } else {
            let sector = |address: u64| Lba(i32::try_from(address / SECTOR_BYTES as u64).unwrap_or(i32::MAX));
            let end = sector((address + bytes).next_multiple_of(SECTOR_BYTES as u64));
            // Where blocks are smaller than sectors, files share sectors.
            if block_bytes == SECTOR_BYTES as u64 {
                let owner = Some((self.number, at.number));
                self.claims.claim(sector(address), end, Holds::File, place, owner);
            }
        }
        if address + bytes > self.volume.end_bytes() {
            let message = format_args!(
                "{} bytes at block {} reach beyond the end of the image",
                record.data_bytes, record.extent
            );
            self.tell_of(rules::EXTENT_BOUNDS, at, record, place.plus(2), message);
        } else if address + bytes > u64::from(self.volume.primary().volume_blocks) * block_bytes
            && self.volume.session_start() == Lba(0)
        {
            let message = "the data reaches beyond the volume space";
            self.tell_of(rules::EXTENT_SPACE, at, record, place.plus(2), message);
        }
    }
}
