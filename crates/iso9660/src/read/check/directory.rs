//! Directory hierarchies, record by record (ECMA-119, 6.8 and 9.1).

use std::collections::HashSet;
use std::rc::Rc;

use discwright_cd::Lba;

use super::extents::Extents;
use super::names;
use crate::format::rock_ridge::CHILD_LINK;
use crate::format::susp::Entries;
use crate::format::{DirectoryRecord, FileFlags, SECTOR_BYTES, text};
use crate::read::entry::Directory;
use crate::read::finding::{Findings, Level, Place};
use crate::read::source::ReadSectors;
use crate::read::volume::{View, Volume};

/// Directories that are looked at in one hierarchy; more cannot be in a path table.
const MAX_DIRECTORIES: usize = 1_000_000;

/// A directory as the hierarchy shows it, for comparison with the path tables.
pub(super) struct Found {
    pub(super) block: u32,
    pub(super) parent: u32,
    pub(super) identifier: Box<[u8]>,
    pub(super) place: Place,
}

/// A directory that is still to be looked at.
struct Pending {
    directory: Directory,
    parent: Directory,
    path: Rc<str>,
    /// Levels with the root as the first.
    level: u32,
    place: Place,
}

pub(super) fn check<S: ReadSectors>(
    volume: &Volume<S>,
    view: View,
    extents: &mut Extents,
    findings: &mut Findings,
) -> Vec<Found> {
    let mut checker = Checker { volume, view, extents, findings, found: Vec::new(), pending: Vec::new() };
    let mut entered = HashSet::new();
    let Some(root) = volume.root(view) else { return Vec::new() };
    let place = Place::start_of(volume.session_start().saturating_add(16)).plus(156);
    checker.found.push(Found {
        block: root.block(),
        parent: root.block(),
        identifier: Box::from([0]),
        place,
    });
    checker.pending.push(Pending { directory: root, parent: root, path: Rc::from("/"), level: 1, place });
    let mut bytes_left = volume.end_bytes();
    while let Some(pending) = checker.pending.pop() {
        if !entered.insert(pending.directory.block()) {
            let message =
                format_args!("directory {:?} is one that is elsewhere in the hierarchy too", pending.path);
            checker.findings.error(pending.place, "ECMA-119, 6.8.2", message);
            continue;
        }
        if bytes_left == 0 || checker.found.len() > MAX_DIRECTORIES {
            let message = "the directories together are longer than the image; the rest was not checked";
            checker.findings.error(pending.place, "ECMA-119, 6.8.2", message);
            break;
        }
        bytes_left = bytes_left.saturating_sub(checker.check_directory(&pending));
    }
    checker.found
}

struct Checker<'a, S> {
    volume: &'a Volume<S>,
    view: View,
    extents: &'a mut Extents,
    findings: &'a mut Findings,
    found: Vec<Found>,
    pending: Vec<Pending>,
}

/// What is kept from record to record of one directory.
#[derive(Default)]
struct Previous {
    count: usize,
    identifier: Vec<u8>,
    flags: FileFlags,
    seen: HashSet<Vec<u8>>,
}

impl<S: ReadSectors> Checker<'_, S> {
    /// Checks one directory and returns the bytes read.
    fn check_directory(&mut self, at: &Pending) -> u64 {
        let path = &at.path;
        let recorded = u64::from(at.directory.bytes.unwrap_or(0));
        if self.view == View::Plain && at.level > 8 && self.volume.root(View::RockRidge).is_none() {
            let level = at.level;
            self.findings.warn(
                at.place,
                "ECMA-119, 6.8.2.1",
                format_args!("{path:?} is at level {level}; eight are allowed"),
            );
        }
        if recorded == 0 || !recorded.is_multiple_of(SECTOR_BYTES as u64) {
            let message = format_args!("directory {path:?} has {recorded} bytes, which are no whole sectors");
            self.findings.warn(at.place, "ECMA-119, 6.8.1.3", message);
        }
        let address = u64::from(at.directory.block()) * self.volume.block_bytes();
        if !address.is_multiple_of(SECTOR_BYTES as u64) {
            let message = format_args!("directory {path:?} does not begin with a sector");
            self.findings.error(at.place, "ECMA-119, 6.8.1.1", message);
            return 0;
        }
        let whole = recorded.next_multiple_of(SECTOR_BYTES as u64);
        let room = self.volume.end_bytes().saturating_sub(address);
        if whole > room {
            self.findings.error(
                at.place,
                "ECMA-119, 9.1.3",
                format_args!("directory {path:?} reaches beyond the end of the image"),
            );
        }
        let sectors = whole.min(room) / SECTOR_BYTES as u64;
        let first = Lba(i32::try_from(address / SECTOR_BYTES as u64).unwrap_or(i32::MAX));
        let end = first.saturating_add(u32::try_from(sectors).unwrap_or(u32::MAX));
        self.extents.claim(first, end, false, at.place, Rc::from(format!("directory {path:?}")));
        let mut previous = Previous::default();
        let mut sector = [0; SECTOR_BYTES];
        let mut lba = first;
        while lba < end {
            if let Err(error) = self.volume.source.read_sectors(lba, &mut sector) {
                let message = format_args!("directory {path:?} cannot be read: {error}");
                self.findings.error(Place::start_of(lba), "ECMA-119, 6.8.1", message);
                return whole;
            }
            self.check_sector(at, &sector, lba, &mut previous);
            lba = lba.saturating_add(1);
        }
        if previous.flags.contains(FileFlags::MULTI_EXTENT) {
            let message = format_args!("the last file of {path:?} is said to have a further section");
            self.findings.error(Place::start_of(lba), "ECMA-119, 9.1.6", message);
        }
        if previous.count < 2 {
            let message = format_args!("directory {path:?} has no records of itself and its parent");
            self.findings.error(Place::start_of(first), "ECMA-119, 6.8.2.2", message);
        }
        whole.min(room)
    }

    fn check_sector(&mut self, at: &Pending, sector: &[u8; SECTOR_BYTES], lba: Lba, previous: &mut Previous) {
        let mut offset = 0;
        while let Some(rest @ [length @ 1..=255, ..]) = sector.get(offset..) {
            let place = Place::start_of(lba).plus(offset);
            match DirectoryRecord::parse(rest) {
                Ok(record) => {
                    for it in DirectoryRecord::disagreements(rest) {
                        self.findings.disagreement(Level::Error, place, it);
                    }
                    if !length.is_multiple_of(2) {
                        self.findings.warn(place, "ECMA-119, 9.1.1", "the length of the record is odd");
                    }
                    self.check_record(at, &record, place, previous);
                }
                Err(error) => {
                    self.findings.error(place, "ECMA-119, 9.1", format_args!("in {:?}: {error}", at.path));
                    if usize::from(*length) > rest.len() || *length < 34 {
                        return;
                    }
                }
            }
            offset += usize::from(*length);
        }
        let unused = sector.get(offset..).and_then(|rest| rest.iter().position(|byte| *byte != 0));
        if let Some(used) = unused {
            let message = "a byte behind the last record of the sector is not zero";
            self.findings.warn(Place::start_of(lba).plus(offset + used), "ECMA-119, 6.8.1.1", message);
        }
    }

    fn check_record(
        &mut self,
        at: &Pending,
        record: &DirectoryRecord<'_>,
        place: Place,
        previous: &mut Previous,
    ) {
        previous.count += 1;
        if let Err(error) = record.recorded.timestamp() {
            self.findings.warn(place.plus(18), "ECMA-119, 9.1.5", error);
        }
        if record.volume_sequence != self.volume.primary().volume_sequence {
            let message =
                format_args!("the extent is on volume {} of the set, not this one", record.volume_sequence);
            self.findings.error(place.plus(28), "ECMA-119, 9.1.9", message);
        }
        match previous.count {
            1 => return self.check_link(at, &at.directory, record, DirectoryRecord::SELF_IDENTIFIER, place),
            2 => return self.check_link(at, &at.parent, record, DirectoryRecord::PARENT_IDENTIFIER, place),
            _ => {}
        }
        let name = self.shown(record.identifier);
        let directory = record.flags.contains(FileFlags::DIRECTORY);
        self.check_name(record, &name, place);
        self.check_order(record, &name, place, previous);
        if record.flags.0 & 0x60 != 0 {
            self.findings.warn(
                place.plus(25),
                "ECMA-119, 9.1.6",
                format_args!("{name:?} has reserved file flags set"),
            );
        }
        if (record.unit_blocks == 0) != (record.gap_blocks == 0) {
            let message =
                format_args!("{name:?} has a file unit size without an interleave gap, or the reverse");
            self.findings.warn(place.plus(26), "ECMA-119, 9.1.7 and 9.1.8", message);
        }
        if directory {
            self.check_child(at, record, &name, place);
        } else {
            self.check_file(at, record, &name, place);
        }
        previous.flags = record.flags;
        previous.identifier.clear();
        previous.identifier.extend_from_slice(record.identifier);
    }

    /// The first two records: of the directory itself and of its parent.
    fn check_link(
        &mut self,
        at: &Pending,
        target: &Directory,
        record: &DirectoryRecord<'_>,
        identifier: &[u8],
        place: Place,
    ) {
        let which = if identifier == DirectoryRecord::SELF_IDENTIFIER { "itself" } else { "its parent" };
        let path = &at.path;
        if record.identifier != identifier {
            let message = format_args!("directory {path:?} has no record of {which} where it must be");
            self.findings.error(place, "ECMA-119, 6.8.2.2", message);
        } else if record.extent != target.block {
            let (told, is) = (record.extent, target.block);
            let message = format_args!(
                "the record of {which} in {path:?} names block {told}, but the directory is at {is}"
            );
            self.findings.error(place.plus(2), "ECMA-119, 6.8.2.2", message);
        } else if Some(record.data_bytes) != target.bytes {
            let (told, is) = (record.data_bytes, target.bytes.unwrap_or(0));
            let message = format_args!(
                "the record of {which} in {path:?} says {told} bytes, but the directory has {is}"
            );
            self.findings.warn(place.plus(10), "ECMA-119, 6.8.2.2", message);
        }
    }

    fn check_name(&mut self, record: &DirectoryRecord<'_>, name: &str, place: Place) {
        let directory = record.flags.contains(FileFlags::DIRECTORY);
        let place = place.plus(33);
        match self.view {
            View::Joliet => {
                if let Some(wrong) = names::joliet(record.identifier, directory) {
                    self.findings.warn(place, "Joliet, File Identifiers", format_args!("{name:?}: {wrong}"));
                }
            }
            View::Enhanced => {}
            View::Plain | View::RockRidge => {
                let clause = if directory { "ECMA-119, 7.6" } else { "ECMA-119, 7.5" };
                if let Some(wrong) = names::primary(record.identifier, directory) {
                    self.findings.warn(place, clause, format_args!("{name:?}: {wrong}"));
                }
                if !directory && !names::has_version(record.identifier) && !self.stands_for_directory(record)
                {
                    self.findings.warn(
                        place,
                        "ECMA-119, 7.5.1",
                        format_args!("{name:?} has no version number"),
                    );
                }
            }
        }
    }

    /// Whether the record is a relocated directory's stand-in, which authors name as the directory.
    fn stands_for_directory(&self, record: &DirectoryRecord<'_>) -> bool {
        let Some(skip) = self.volume.rock_ridge_skip() else { return false };
        let area = record.system_use.get(usize::from(skip)..).unwrap_or_default();
        Entries::new(area).flatten().any(|entry| entry.signature == CHILD_LINK)
    }

    fn check_order(
        &mut self,
        record: &DirectoryRecord<'_>,
        name: &str,
        place: Place,
        previous: &mut Previous,
    ) {
        let continues = previous.flags.contains(FileFlags::MULTI_EXTENT);
        let same = previous.identifier == record.identifier;
        if continues && !same {
            let message =
                format_args!("{name:?} stands where a further section of another file was to follow");
            self.findings.error(place, "ECMA-119, 9.1.6", message);
        }
        if continues && same {
            return;
        }
        let associated = (previous.flags | record.flags).contains(FileFlags::ASSOCIATED);
        if !previous.seen.insert(record.identifier.to_vec()) && !associated {
            self.findings.error(place, "ECMA-119, 6.8.2", format_args!("{name:?} is there twice"));
        } else if previous.count > 3 && self.view == View::Plain {
            let order = names::order(&previous.identifier, record.identifier);
            if order.is_gt() {
                let before = self.shown(&previous.identifier);
                let message = format_args!("{name:?} comes after {before:?}, which is the wrong order");
                self.findings.warn(place, "ECMA-119, 9.3", message);
            }
        }
    }

    fn check_child(&mut self, at: &Pending, record: &DirectoryRecord<'_>, name: &str, place: Place) {
        if record.flags.contains(FileFlags::MULTI_EXTENT) {
            self.findings.error(
                place.plus(25),
                "ECMA-119, 6.8.1",
                format_args!("directory {name:?} has several sections"),
            );
        }
        let directory = Directory {
            block: record.extent,
            bytes: Some(record.data_bytes),
            extended_attribute_blocks: record.extended_attribute_blocks,
        };
        self.found.push(Found {
            block: directory.block(),
            parent: at.directory.block(),
            identifier: record.identifier.into(),
            place,
        });
        let slash = if at.level == 1 { "" } else { "/" };
        let path: Rc<str> = Rc::from(format!("{}{slash}{name}", at.path));
        self.check_path_length(&path, place);
        // Deeper ones would cost a path each; the walk of a hostile ring ends by what was entered before.
        if at.level < 1000 {
            self.pending.push(Pending { directory, parent: at.directory, path, level: at.level + 1, place });
        }
    }

    fn check_path_length(&mut self, path: &str, place: Place) {
        // The slash in front stands for the root, which has no name.
        if self.view == View::Plain && path.len() - 1 > 255 {
            let message = format_args!("the path {path:?} is longer than 255 bytes");
            self.findings.warn(place, "ECMA-119, 6.8.2.1", message);
        }
    }

    fn check_file(&mut self, at: &Pending, record: &DirectoryRecord<'_>, name: &str, place: Place) {
        let slash = if at.level == 1 { "" } else { "/" };
        let path = format!("{}{slash}{name}", at.path);
        self.check_path_length(&path, place);
        if record.data_bytes == 0 {
            return;
        }
        let block_bytes = self.volume.block_bytes();
        let address = u64::from(record.extent) * block_bytes;
        let mut bytes =
            u64::from(record.data_bytes) + u64::from(record.extended_attribute_blocks) * block_bytes;
        if record.unit_blocks != 0 && record.gap_blocks != 0 {
            // Other files may lie in the gaps, so only the end is judged.
            let units = bytes.div_ceil(u64::from(record.unit_blocks) * block_bytes);
            bytes += units.saturating_sub(1) * u64::from(record.gap_blocks) * block_bytes;
        } else {
            let sector = |address: u64| Lba(i32::try_from(address / SECTOR_BYTES as u64).unwrap_or(i32::MAX));
            let end = sector((address + bytes).next_multiple_of(SECTOR_BYTES as u64));
            self.extents.claim(sector(address), end, true, place, Rc::from(format!("{path:?}")));
        }
        if address + bytes > self.volume.end_bytes() {
            let message = format_args!("{name:?} reaches beyond the end of the image");
            self.findings.error(place.plus(2), "ECMA-119, 9.1.3", message);
        } else if address + bytes > u64::from(self.volume.primary().volume_blocks) * block_bytes
            && self.volume.session_start() == Lba(0)
        {
            let message = format_args!("{name:?} reaches beyond the volume space");
            self.findings.warn(place.plus(2), "ECMA-119, 8.4.8", message);
        }
    }

    fn shown(&self, identifier: &[u8]) -> String {
        if self.view == View::Joliet {
            text::decode_ucs2(identifier).0
        } else {
            String::from_utf8_lossy(identifier).into_owned()
        }
    }
}
