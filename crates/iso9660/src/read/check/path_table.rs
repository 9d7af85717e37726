//! The path tables against each other and against the hierarchy (ECMA-119, 6.9 and 9.4).

use std::collections::HashMap;
use std::rc::Rc;

use discwright_cd::Lba;

use super::directory::Found;
use super::extents::Extents;
use crate::format::{PathTableOrder, PathTableRecord, SECTOR_BYTES, VolumeDescriptor};
use crate::read::finding::{Findings, Place};
use crate::read::source::ReadSectors;
use crate::read::volume::{View, Volume};

/// Longest path table that is read: 65536 records of the longest kind.
const MAX_BYTES: u32 = 1 << 24;

pub(super) fn check<S: ReadSectors>(
    volume: &Volume<S>,
    view: View,
    descriptor: &VolumeDescriptor,
    directories: &[Found],
    extents: &mut Extents,
    findings: &mut Findings,
) {
    let little = (descriptor.path_table_little, PathTableOrder::Little);
    let big = (descriptor.path_table_big, PathTableOrder::Big);
    let tables = [
        Some((little.0, little.1, "Type L path table")),
        Some((big.0, big.1, "Type M path table")),
        Some((descriptor.optional_path_table_little, PathTableOrder::Little, "optional Type L path table")),
        Some((descriptor.optional_path_table_big, PathTableOrder::Big, "optional Type M path table")),
    ];
    let mut first: Option<Vec<Row>> = None;
    for (index, (block, order, name)) in tables.into_iter().flatten().enumerate() {
        if index > 1 && block == 0 {
            continue;
        }
        let name = format!("{view:?} {name}");
        let Some((bytes, place)) = read(volume, descriptor.path_table_bytes, block, &name, extents, findings)
        else {
            continue;
        };
        let rows = parse(&bytes, order, &name, place, findings);
        match &first {
            None => {
                compare(&rows, directories, &name, place, findings);
                first = Some(rows);
            }
            Some(first) if *first != rows => {
                let message =
                    format_args!("the {name} says something else than the {view:?} Type L path table");
                findings.error(place, "ECMA-119, 6.9.2", message);
            }
            Some(_) => {}
        }
    }
}

/// A record of a table.
#[derive(PartialEq, Eq)]
struct Row {
    block: u32,
    parent: u16,
    identifier: Box<[u8]>,
}

fn read<S: ReadSectors>(
    volume: &Volume<S>,
    table_bytes: u32,
    block: u32,
    name: &str,
    extents: &mut Extents,
    findings: &mut Findings,
) -> Option<(Vec<u8>, Place)> {
    let address = u64::from(block) * volume.block_bytes();
    let lba = Lba(i32::try_from(address / SECTOR_BYTES as u64).unwrap_or(i32::MAX));
    let place = Place::start_of(lba);
    let skip = usize::try_from(address % SECTOR_BYTES as u64).unwrap_or(0);
    if table_bytes > MAX_BYTES || address + u64::from(table_bytes) > volume.end_bytes() {
        let message = format_args!(
            "the {name} of {table_bytes} bytes at block {block} lies beyond the end of the image"
        );
        findings.error(place, "ECMA-119, 8.4.13", message);
        return None;
    }
    let length = usize::try_from(table_bytes).unwrap_or(usize::MAX);
    let mut bytes = vec![0; (skip + length).next_multiple_of(SECTOR_BYTES)];
    if let Err(error) = volume.source.read_sectors(lba, &mut bytes) {
        findings.error(place, "ECMA-119, 6.9", format_args!("the {name} cannot be read: {error}"));
        return None;
    }
    let sectors = u32::try_from(bytes.len() / SECTOR_BYTES).unwrap_or(u32::MAX);
    // With small logical blocks several tables may share a sector.
    let shared = volume.block_bytes() != SECTOR_BYTES as u64;
    extents.claim(lba, lba.saturating_add(sectors), shared, place, Rc::from(format!("the {name}")));
    bytes.drain(..skip);
    bytes.truncate(length);
    Some((bytes, place))
}

fn parse(bytes: &[u8], order: PathTableOrder, name: &str, place: Place, findings: &mut Findings) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let at = place.plus(bytes.len() - rest.len());
        match PathTableRecord::parse(order, rest) {
            Ok((record, after)) => {
                let number = rows.len() + 1;
                if usize::from(record.parent) > number || (number > 1 && usize::from(record.parent) == number)
                {
                    let message = format_args!(
                        "record {number} of the {name} names a parent, {}, that is not before it",
                        record.parent
                    );
                    findings.error(at, "ECMA-119, 6.9.1", message);
                }
                if rows.last().is_some_and(|before| before.parent > record.parent) {
                    let message = format_args!("record {number} of the {name} is out of order by its parent");
                    findings.warn(at, "ECMA-119, 6.9.1", message);
                }
                let block = record.extent.saturating_add(u32::from(record.extended_attribute_blocks));
                rows.push(Row { block, parent: record.parent, identifier: record.identifier.into() });
                rest = after;
            }
            Err(error) => {
                findings.error(at, "ECMA-119, 9.4", format_args!("in the {name}: {error}"));
                return rows;
            }
        }
    }
    rows
}

/// Whether the table has just the directories of the hierarchy.
fn compare(rows: &[Row], directories: &[Found], name: &str, place: Place, findings: &mut Findings) {
    let by_block: HashMap<u32, &Found> = directories.iter().map(|it| (it.block, it)).collect();
    for (index, row) in rows.iter().enumerate() {
        let number = index + 1;
        let Some(found) = by_block.get(&row.block) else {
            let block = row.block;
            let message = format_args!(
                "record {number} of the {name} is a directory at block {block} that the hierarchy has not"
            );
            findings.error(place, "ECMA-119, 6.9.1", message);
            continue;
        };
        let parent = usize::from(row.parent).checked_sub(1).and_then(|parent| rows.get(parent));
        if found.identifier != row.identifier || parent.is_none_or(|parent| parent.block != found.parent) {
            let message = format_args!(
                "record {number} of the {name} has another name or parent than the directory at block {}",
                row.block
            );
            findings.error(place, "ECMA-119, 9.4", message);
        }
    }
    let listed: std::collections::HashSet<u32> = rows.iter().map(|row| row.block).collect();
    for missing in directories.iter().filter(|it| !listed.contains(&it.block)) {
        let message = format_args!("the {name} lacks the directory at block {}", missing.block);
        findings.error(missing.place, "ECMA-119, 6.9.1", message);
    }
}
