//! Directory hierarchies, directory by directory (ECMA-119, 6.8).

use std::collections::HashSet;

use discwright_cd::Lba;

use super::extents::{Claims, Holds};
use super::hierarchy::{FileRow, Hierarchy, Row};
use super::relations::Relations;
use super::report::Report;
use super::rock_ridge::{Inspector, RecordKind};
use super::rules::{self, Rule};
use crate::format::{DirectoryRecord, FileFlags, SECTOR_BYTES};
use crate::read::entry::Directory;
use crate::read::finding::Place;
use crate::read::source::ReadSectors;
use crate::read::volume::{View, Volume};

/// Directories that are looked at in one hierarchy; a path table tells 65,536.
const MAX_DIRECTORIES: usize = 1_000_000;

/// Checks the hierarchy of `view`, whose descriptor lies at `descriptor`, its `number` among those checked, and what Rock Ridge says in it.
pub(super) fn check<S: ReadSectors>(
    volume: &Volume<S>,
    (view, descriptor): (View, Place),
    number: u8,
    claims: &mut Claims,
    report: &mut Report,
) -> Option<(Hierarchy, Option<Relations>)> {
    let root = volume.root(view)?;
    let skip = volume.rock_ridge_skip().filter(|_| view == View::Plain);
    let mut checker = Checker {
        volume,
        number,
        hierarchy: Hierarchy::new(view, root, descriptor.plus(156)),
        inspector: skip.map(|skip| Inspector::new(volume, usize::from(skip))),
        claims,
        report,
    };
    checker.check_all();
    let relations = checker.inspector.map(Inspector::into_relations);
    Some((checker.hierarchy, relations))
}

pub(super) struct Checker<'a, S> {
    pub(super) volume: &'a Volume<S>,
    pub(super) number: u8,
    pub(super) hierarchy: Hierarchy,
    pub(super) inspector: Option<Inspector<'a, S>>,
    pub(super) claims: &'a mut Claims,
    pub(super) report: &'a mut Report,
}

/// The directory at hand.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) number: u32,
    pub(super) row: Row,
    pub(super) parent: Directory,
}

/// What is kept from record to record of one directory.
#[derive(Default)]
pub(super) struct Previous {
    pub(super) count: usize,
    pub(super) identifier: Vec<u8>,
    pub(super) flags: FileFlags,
    pub(super) seen: HashSet<Box<[u8]>>,
    /// The file whose further sections may follow.
    pub(super) file: Option<FileRow>,
    /// A sector could not be read, so that records are missing.
    pub(super) unreadable: bool,
    /// The first of the sectors without a record that nothing follows so far.
    empty: Option<Lba>,
}

impl<S: ReadSectors> Checker<'_, S> {
    fn check_all(&mut self) {
        let mut entered = HashSet::new();
        let mut bytes_left = self.volume.end_bytes();
        let mut number = 0;
        while let Some(row) =
            usize::try_from(number).ok().and_then(|it| self.hierarchy.directories.get(it)).copied()
        {
            let parent = usize::try_from(row.parent).ok().and_then(|it| self.hierarchy.directories.get(it));
            let at = At { number, row, parent: parent.map_or(row.directory, |parent| parent.directory) };
            number += 1;
            if !entered.insert(row.directory.block()) {
                self.tell(
                    rules::DIRECTORY_TWICE,
                    at,
                    row.place,
                    "the directory is elsewhere in the hierarchy too",
                );
                continue;
            }
            if bytes_left == 0 || self.hierarchy.directories.len() > MAX_DIRECTORIES {
                let message = "the directories together are longer than the image; the rest was not checked";
                self.tell(rules::DIRECTORY_COUNT, at, row.place, message);
                break;
            }
            bytes_left = bytes_left.saturating_sub(self.check_directory(at).max(1));
        }
    }

    pub(super) fn tell(
        &mut self,
        rule: &'static Rule,
        at: At,
        place: Place,
        message: impl core::fmt::Display,
    ) {
        let hierarchy = &self.hierarchy;
        self.report.add(rule, place, || hierarchy.path(at.number), message);
    }

    /// Tells about the entry of `record`.
    pub(super) fn tell_of(
        &mut self,
        rule: &'static Rule,
        at: At,
        record: &DirectoryRecord<'_>,
        place: Place,
        message: impl core::fmt::Display,
    ) {
        let hierarchy = &self.hierarchy;
        self.report.add(rule, place, || hierarchy.path_below(at.number, record.identifier), message);
    }

    /// Checks one directory and returns the bytes read.
    fn check_directory(&mut self, at: At) -> u64 {
        let Row { directory, place, level, .. } = at.row;
        let recorded = u64::from(directory.bytes.unwrap_or(0));
        if self.hierarchy.view == View::Plain && level == 9 {
            // What lies deeper still lies in one that has been told of.
            self.tell(rules::DIRECTORY_DEPTH, at, place, "the directory is at level 9; eight are allowed");
        }
        if recorded == 0 || !recorded.is_multiple_of(SECTOR_BYTES as u64) {
            let message = format_args!("the directory has {recorded} bytes, which are no whole sectors");
            self.tell(rules::DIRECTORY_LENGTH, at, place.plus(10), message);
        }
        let address = u64::from(directory.block()) * self.volume.block_bytes();
        if !address.is_multiple_of(SECTOR_BYTES as u64) {
            self.tell(
                rules::DIRECTORY_START,
                at,
                place.plus(2),
                "the directory does not begin with a sector",
            );
            return 0;
        }
        let whole = recorded.next_multiple_of(SECTOR_BYTES as u64);
        let room = self.volume.end_bytes().saturating_sub(address);
        if whole > room {
            let message = "the directory reaches beyond the end of the image";
            self.tell(rules::DIRECTORY_BOUNDS, at, place.plus(2), message);
        }
        let sectors = whole.min(room) / SECTOR_BYTES as u64;
        let first = Lba(i32::try_from(address / SECTOR_BYTES as u64).unwrap_or(i32::MAX));
        let end = first.saturating_add(u32::try_from(sectors).unwrap_or(u32::MAX));
        self.claims.claim(
            self.front(at, first),
            end,
            Holds::Directory,
            place,
            Some((self.number, at.row.parent)),
        );
        if first < end {
            self.check_sectors(at, first, end);
        }
        whole.min(room)
    }

    /// Where what belongs to a directory begins whose records begin at `first`: with its extended attribute record.
    fn front(&self, at: At, first: Lba) -> Lba {
        // Where blocks are smaller than sectors, that may share a sector with a file.
        let whole = self.volume.block_bytes() == SECTOR_BYTES as u64;
        i32::try_from(at.row.directory.block).ok().filter(|_| whole).map_or(first, Lba)
    }

    fn check_sectors(&mut self, at: At, first: Lba, end: Lba) {
        let mut previous = Previous::default();
        let mut sector = [0; SECTOR_BYTES];
        let mut lba = first;
        if let Some(inspector) = &mut self.inspector {
            inspector.begin_directory();
        }
        while lba < end {
            match self.volume.source.read_sectors(lba, &mut sector) {
                Ok(()) => self.check_sector(at, &sector, lba, &mut previous),
                Err(error) => {
                    let message = format_args!("the directory cannot be read: {error}");
                    self.tell(rules::DIRECTORY_UNREADABLE, at, Place::start_of(lba), message);
                    previous.unreadable = true;
                }
            }
            lba = lba.saturating_add(1);
        }
        self.hierarchy.files.extend(previous.file.take());
        if previous.flags.contains(FileFlags::MULTI_EXTENT) {
            let message = "the last file is said to have a further section, but the directory ends";
            self.tell(rules::SECTION_FOLLOWS, at, Place::start_of(Lba(lba.0.saturating_sub(1))), message);
        }
        if let Some(empty) = previous.empty.filter(|_| previous.count > 0) {
            let message =
                "the directory ends in sectors without a record; what they held, if anything, is lost";
            self.tell(rules::DIRECTORY_TAIL, at, Place::start_of(empty), message);
        }
        if previous.count < 2 && !previous.unreadable {
            let rule = if previous.count == 0 { rules::SELF_RECORD } else { rules::PARENT_RECORD };
            self.tell(
                rule,
                at,
                Place::start_of(first),
                "the directory does not begin with the records of itself and its parent",
            );
        }
    }

    fn check_sector(&mut self, at: At, sector: &[u8; SECTOR_BYTES], lba: Lba, previous: &mut Previous) {
        if sector.first() == Some(&0) {
            previous.empty.get_or_insert(lba);
        } else if let Some(empty) = previous.empty.take() {
            let message =
                "a sector of the directory holds no record, though others follow; what it held is lost";
            self.tell(rules::DIRECTORY_GAP, at, Place::start_of(empty), message);
        }
        let mut offset = 0;
        while let Some(rest @ [length @ 1..=255, ..]) = sector.get(offset..) {
            let place = Place::start_of(lba).plus(offset);
            match DirectoryRecord::parse(rest) {
                Ok(record) => self.check_record(at, &record, rest, place, previous),
                Err(error) => {
                    self.tell(rules::RECORD_LENGTH, at, place, error);
                    if usize::from(*length) > rest.len() || *length < 34 {
                        return;
                    }
                }
            }
            offset += usize::from(*length);
        }
        let unused = sector.get(offset..).and_then(|rest| rest.iter().position(|byte| *byte != 0));
        if let Some(used) = unused {
            let place = Place::start_of(lba).plus(offset + used);
            self.tell(
                rules::DIRECTORY_UNUSED,
                at,
                place,
                "a byte behind the last record of the sector is not zero",
            );
        }
    }

    fn check_record(
        &mut self,
        at: At,
        record: &DirectoryRecord<'_>,
        bytes: &[u8],
        place: Place,
        previous: &mut Previous,
    ) {
        previous.count += 1;
        self.check_fields(at, record, bytes, place);
        let further =
            previous.flags.contains(FileFlags::MULTI_EXTENT) && previous.identifier == record.identifier;
        let kind = match previous.count {
            1 => RecordKind::Itself { root: at.number == 0 },
            2 => RecordKind::Parent { directory: at.row.directory.block() },
            _ if further => RecordKind::FurtherSection,
            _ => RecordKind::Entry,
        };
        if let Some(inspector) = &mut self.inspector {
            let hierarchy = &self.hierarchy;
            let path = || hierarchy.path_below(at.number, record.identifier);
            let owner = (self.number, at.number);
            let block = at.row.directory.block();
            inspector.inspect((record, place), kind, (block, owner), &path, self.claims, self.report);
        }
        match kind {
            RecordKind::Itself { root } => {
                // Every other directory's is told of by its record in its parent.
                if root {
                    self.check_attributes(at, record, place);
                }
                let rule = (rules::SELF_RECORD, DirectoryRecord::SELF_IDENTIFIER, "itself");
                return self.check_link(at, &at.row.directory, record, rule, place);
            }
            RecordKind::Parent { .. } => {
                let rule = (rules::PARENT_RECORD, DirectoryRecord::PARENT_IDENTIFIER, "its parent");
                return self.check_link(at, &at.parent, record, rule, place);
            }
            RecordKind::Entry | RecordKind::FurtherSection => {}
        }
        let continues = self.check_order(at, record, place, previous);
        if !continues {
            self.check_name(at, record, place);
        }
        self.check_attributes(at, record, place);
        if record.flags.contains(FileFlags::DIRECTORY) {
            self.check_child(at, record, place);
        } else {
            self.check_file(at, record, place, previous, continues);
        }
        // That a directory cannot have several sections is told of itself.
        let single = record.flags.contains(FileFlags::DIRECTORY);
        previous.flags =
            if single { FileFlags(record.flags.0 & !FileFlags::MULTI_EXTENT.0) } else { record.flags };
        previous.identifier.clear();
        previous.identifier.extend_from_slice(record.identifier);
    }
}

/// Words for a number whose halves differ.
pub(super) fn halves(field: &str, little: u32, big: u32) -> String {
    format!("{field} is {little} least significant byte first and {big} most significant byte first")
}
