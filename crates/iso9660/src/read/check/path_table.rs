//! The path tables against each other and against the hierarchy (ECMA-119, 6.9 and 9.4).

use core::cmp::Ordering;
use std::collections::HashMap;

use discwright_cd::Lba;

use super::extents::{Claims, Holds};
use super::hierarchy::{Hierarchy, Row as Directory};
use super::names;
use super::report::Report;
use super::rules;
use crate::format::{PathTableOrder, PathTableRecord, SECTOR_BYTES, VolumeDescriptor};
use crate::read::finding::Place;
use crate::read::source::ReadSectors;
use crate::read::volume::{View, Volume};

/// Longest path table that is read: 65536 records of the longest kind.
const MAX_BYTES: u32 = 1 << 24;
/// Bytes of a record before its identifier.
const FIXED_BYTES: usize = 8;

/// Checks the tables of the descriptor at `place` against `hierarchy`.
pub(super) fn check<S: ReadSectors>(
    volume: &Volume<S>,
    (descriptor, place): (&VolumeDescriptor, Place),
    hierarchy: &Hierarchy,
    claims: &mut Claims,
    report: &mut Report,
) {
    let mut tables = Tables { volume, hierarchy, claims, report };
    let bytes = descriptor.path_table_bytes;
    let mut first: Option<Vec<Row>> = None;
    for (block, order, offset, name, optional) in [
        (descriptor.path_table_little, PathTableOrder::Little, 140, "Type L path table", false),
        (descriptor.path_table_big, PathTableOrder::Big, 148, "Type M path table", false),
        (
            descriptor.optional_path_table_little,
            PathTableOrder::Little,
            144,
            "optional Type L path table",
            true,
        ),
        (descriptor.optional_path_table_big, PathTableOrder::Big, 152, "optional Type M path table", true),
    ] {
        if optional && block == 0 {
            continue;
        }
        let Some((table, at)) = tables.read(bytes, block, name, place.plus(offset)) else { continue };
        let rows = tables.parse(&table, order, name, at);
        match &first {
            None => {
                tables.compare(&rows, name);
                first = Some(rows);
            }
            Some(first) => tables.compare_tables(first, &rows, name, at),
        }
    }
}

struct Tables<'a, S> {
    volume: &'a Volume<S>,
    hierarchy: &'a Hierarchy,
    claims: &'a mut Claims,
    report: &'a mut Report,
}

/// A record of a table.
struct Row {
    block: u32,
    extended_attribute_blocks: u8,
    parent: u16,
    identifier: Box<[u8]>,
    place: Place,
}

impl Row {
    fn says(&self) -> (u32, u8, u16, &[u8]) {
        (self.block, self.extended_attribute_blocks, self.parent, &self.identifier)
    }
}

impl<S: ReadSectors> Tables<'_, S> {
    fn read(&mut self, table_bytes: u32, block: u32, name: &str, field: Place) -> Option<(Vec<u8>, Place)> {
        let address = u64::from(block) * self.volume.block_bytes();
        let lba = Lba(i32::try_from(address / SECTOR_BYTES as u64).unwrap_or(i32::MAX));
        let skip = usize::try_from(address % SECTOR_BYTES as u64).unwrap_or(0);
        if table_bytes > MAX_BYTES || address + u64::from(table_bytes) > self.volume.end_bytes() {
            let message = format_args!(
                "the {name} of {table_bytes} bytes at block {block} reaches beyond the end of the image"
            );
            self.report.tell(rules::TABLE_BOUNDS, field, message);
            return None;
        }
        let length = usize::try_from(table_bytes).unwrap_or(usize::MAX);
        let mut bytes = vec![0; (skip + length).next_multiple_of(SECTOR_BYTES)];
        if let Err(error) = self.volume.source.read_sectors(lba, &mut bytes) {
            self.report.tell(rules::TABLE_BOUNDS, field, format_args!("the {name} cannot be read: {error}"));
            return None;
        }
        // With small logical blocks several tables may share a sector.
        if self.volume.block_bytes() == SECTOR_BYTES as u64 {
            let sectors = u32::try_from(bytes.len() / SECTOR_BYTES).unwrap_or(u32::MAX);
            self.claims.claim(lba, lba.saturating_add(sectors), Holds::PathTable, field, None);
        }
        bytes.drain(..skip);
        bytes.truncate(length);
        Some((bytes, Place { lba, offset: u32::try_from(skip).unwrap_or(0) }))
    }

    fn parse(&mut self, bytes: &[u8], order: PathTableOrder, name: &str, table: Place) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let place = place_in(table, bytes.len() - rest.len());
            let (record, after) = match PathTableRecord::parse(order, rest) {
                Ok(parsed) => parsed,
                Err(error) => {
                    self.report.tell(rules::TABLE_RECORD, place, format_args!("in the {name}: {error}"));
                    break;
                }
            };
            let padding = FIXED_BYTES + record.identifier.len();
            let odd = !record.identifier.len().is_multiple_of(2);
            if odd && rest.get(padding).is_some_and(|byte| *byte != 0) {
                let message = format_args!("in the {name} the byte behind an identifier is not zero");
                self.report.tell(rules::TABLE_PADDING, place_in(place, padding), message);
            }
            let row = Row {
                block: record.extent,
                extended_attribute_blocks: record.extended_attribute_blocks,
                parent: record.parent,
                identifier: record.identifier.into(),
                place,
            };
            self.check_row(&rows, &row, name);
            rows.push(row);
            rest = after;
        }
        rows
    }

    /// Checks a record against those before it.
    fn check_row(&mut self, before: &[Row], row: &Row, name: &str) {
        let number = before.len() + 1;
        let parent = usize::from(row.parent);
        if parent == 0 || parent > number || (number > 1 && parent == number) {
            let message = format_args!(
                "record {number} of the {name} names {parent} for its parent, which is not before it"
            );
            self.report.tell(rules::TABLE_PARENT, row.place.plus(6), message);
        }
        let Some(last) = before.last().filter(|_| number > 2) else { return };
        if last.parent > row.parent {
            let message = format_args!("record {number} of the {name} is out of order by its parent");
            self.report.tell(rules::TABLE_ORDER, row.place.plus(6), message);
        } else if last.parent == row.parent && self.order(&last.identifier, &row.identifier).is_gt() {
            let (one, two) = (self.hierarchy.shown(&last.identifier), self.hierarchy.shown(&row.identifier));
            let message = format_args!("record {number} of the {name}: {two:?} comes after {one:?}");
            self.report.tell(rules::TABLE_ORDER, row.place.plus(FIXED_BYTES), message);
        }
    }

    fn order(&self, one: &[u8], two: &[u8]) -> Ordering {
        match self.hierarchy.view {
            // In whichever of the two orders that are in use the directories themselves may be.
            View::Joliet => match names::joliet_disorder(one, two) {
                Some(rule) if *rule == *rules::JOLIET_ORDER => Ordering::Greater,
                _ => Ordering::Less,
            },
            View::Enhanced => names::enhanced_order(one, two),
            View::Plain | View::RockRidge => names::order(one, two),
        }
    }

    fn compare_tables(&mut self, first: &[Row], rows: &[Row], name: &str, at: Place) {
        let other = first.iter().zip(rows).position(|(one, two)| one.says() != two.says());
        let (number, place) = match other {
            Some(index) => (index, rows.get(index).map_or(at, |row| row.place)),
            None if first.len() != rows.len() => (first.len().min(rows.len()), at),
            None => return,
        };
        let number = number + 1;
        let message = format_args!(
            "record {number} of the {name} says something else than that of the Type L path table"
        );
        self.report.tell(rules::TABLE_DIFFERS, place, message);
    }

    /// Whether the table has just the directories of the hierarchy.
    fn compare(&mut self, rows: &[Row], name: &str) {
        let hierarchy = self.hierarchy;
        let recorded = |it: &Directory| it.directory.block;
        let mut by_block: HashMap<u32, &Directory> = HashMap::new();
        for directory in &hierarchy.directories {
            // Of two at one place the second was told of.
            by_block.entry(recorded(directory)).or_insert(directory);
        }
        for (index, row) in rows.iter().enumerate() {
            let number = index + 1;
            let Some(found) = by_block.get(&row.block) else {
                let block = row.block;
                let message = format_args!(
                    "record {number} of the {name} is a directory at block {block} that the hierarchy has not"
                );
                self.report.tell(rules::TABLE_STRANGER, row.place.plus(2), message);
                continue;
            };
            let parent = usize::from(row.parent).checked_sub(1).and_then(|parent| rows.get(parent));
            let above = usize::try_from(found.parent).ok().and_then(|it| hierarchy.directories.get(it));
            let same_parent =
                parent.is_some_and(|parent| above.is_some_and(|it| recorded(it) == parent.block));
            let what = if hierarchy.identifier(found) != &*row.identifier {
                "name"
            } else if found.directory.extended_attribute_blocks != row.extended_attribute_blocks {
                "extended attribute record"
            } else if !same_parent && usize::from(row.parent) <= number {
                "parent"
            } else {
                continue;
            };
            let message = format_args!("record {number} of the {name} has another {what} than the directory");
            let path = || path_of(hierarchy, found);
            self.report.add(rules::TABLE_ENTRY, row.place, path, message);
        }
        let listed: std::collections::HashSet<u32> = rows.iter().map(|row| row.block).collect();
        for missing in hierarchy.directories.iter().filter(|it| !listed.contains(&recorded(it))) {
            let message = format_args!("the {name} lacks the directory at block {}", recorded(missing));
            self.report.add(rules::TABLE_LACKS, missing.place, || path_of(hierarchy, missing), message);
        }
    }
}

fn path_of(hierarchy: &Hierarchy, row: &Directory) -> String {
    hierarchy.path_below(row.parent, hierarchy.identifier(row))
}

/// `bytes` behind `place`, in whichever sector that is.
fn place_in(place: Place, bytes: usize) -> Place {
    let at = usize::try_from(place.offset).unwrap_or(0) + bytes;
    let sectors = u32::try_from(at / SECTOR_BYTES).unwrap_or(u32::MAX);
    Place { lba: place.lba.saturating_add(sectors), offset: u32::try_from(at % SECTOR_BYTES).unwrap_or(0) }
}
