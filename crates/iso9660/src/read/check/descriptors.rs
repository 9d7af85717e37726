//! The volume descriptor set (ECMA-119, 8).

use discwright_cd::Lba;

use super::directory::halves;
use super::report::Report;
use super::rules::{self, Rule};
use crate::format::{
    BootRecord, DescriptorKind, DirectoryRecord, FileFlags, SECTOR_BYTES, SYSTEM_AREA_SECTORS,
    VolumeDescriptor, VolumeTime, descriptor_type, text,
};
use crate::read::finding::Place;
use crate::read::source::ReadSectors;
use crate::read::volume::{View, Volume};

/// Descriptors that are looked at; a sound set has three to six.
const MAX_DESCRIPTORS: u32 = 100;

/// Where the descriptors lie.
#[derive(Debug)]
pub(super) struct Set {
    primary: Option<Place>,
    joliet: Option<Place>,
    enhanced: Option<Place>,
    /// The sector behind the last descriptor.
    pub(super) end: Lba,
}

impl Set {
    /// Where the descriptor of `view` lies.
    pub(super) const fn place(&self, view: View) -> Option<Place> {
        match view {
            View::Plain | View::RockRidge => self.primary,
            View::Joliet => self.joliet,
            View::Enhanced => self.enhanced,
        }
    }
}

pub(super) fn check<S: ReadSectors>(source: &S, session_start: Lba, report: &mut Report) -> Set {
    let first = session_start.saturating_add(SYSTEM_AREA_SECTORS);
    let set = Set { primary: None, joliet: None, enhanced: None, end: first };
    let mut checker = Checker { source, report, set, first: None };
    checker.check_all(first);
    checker.set
}

struct Checker<'a, S> {
    source: &'a S,
    report: &'a mut Report,
    set: Set,
    /// The primary descriptor, with which the others must agree.
    first: Option<(Box<[u8; SECTOR_BYTES]>, VolumeDescriptor)>,
}

impl<S: ReadSectors> Checker<'_, S> {
    fn check_all(&mut self, first: Lba) {
        let mut sector = [0; SECTOR_BYTES];
        for index in 0..MAX_DESCRIPTORS {
            let place = Place::start_of(first.saturating_add(index));
            if let Err(error) = self.source.read_sectors(place.lba, &mut sector) {
                let message = format_args!("the volume descriptor set cannot be read: {error}");
                self.report.tell(rules::SET_UNREADABLE, place, message);
                return;
            }
            let kind = descriptor_type(&sector);
            if kind.is_some() {
                self.set.end = place.lba.saturating_add(1);
            }
            match kind {
                None if index == 0 => {
                    let message = "no volume descriptor here: this is no ISO 9660 volume";
                    self.report.tell(rules::SET_PRIMARY, place, message);
                    return;
                }
                None => {
                    let message = "no volume descriptor here, and no set terminator before";
                    self.report.tell(rules::SET_TERMINATOR, place, message);
                    return;
                }
                Some(255) => {
                    self.check_terminator(&sector, place);
                    return;
                }
                Some(0) => self.check_boot_record(&sector, index, place),
                Some(1 | 2) => self.check_volume(&sector, place),
                Some(3) => {}
                Some(other) => {
                    let message = format_args!("the volume descriptor's type is {other}");
                    self.report.tell(rules::DESCRIPTOR_TYPE, place, message);
                }
            }
        }
        let place = Place::start_of(first.saturating_add(MAX_DESCRIPTORS));
        self.report.tell(rules::SET_TERMINATOR, place, "no terminator in a hundred sectors");
    }

    fn check_terminator(&mut self, sector: &[u8; SECTOR_BYTES], place: Place) {
        if self.first.is_none() {
            self.report.tell(rules::SET_PRIMARY, place, "the set ends without a primary volume descriptor");
        }
        if sector[6] != 1 {
            let message = format_args!("the terminator's version is {}, not 1", sector[6]);
            self.report.tell(rules::TERMINATOR_VERSION, place.plus(6), message);
        }
        self.check_zeros(sector, 7..SECTOR_BYTES, rules::TERMINATOR_RESERVED, place);
    }

    fn check_boot_record(&mut self, sector: &[u8; SECTOR_BYTES], index: u32, place: Place) {
        if !BootRecord::parse(sector).is_ok_and(|record| record.is_el_torito()) {
            return;
        }
        if index != 1 {
            let message = "the boot record is not the second descriptor, where machines look for it";
            self.report.tell(rules::BOOT_PLACE, place, message);
        }
        if sector[6] != 1 {
            let message = format_args!("the boot record's version is {}, not 1", sector[6]);
            self.report.tell(rules::BOOT_RESERVED, place.plus(6), message);
        }
        for range in [39..71, 75..SECTOR_BYTES] {
            self.check_zeros(sector, range, rules::BOOT_RESERVED, place);
        }
    }

    fn check_zeros(
        &mut self,
        sector: &[u8; SECTOR_BYTES],
        range: core::ops::Range<usize>,
        rule: &'static Rule,
        place: Place,
    ) {
        let start = range.start;
        let used = sector.get(range).and_then(|field| field.iter().position(|byte| *byte != 0));
        if let Some(at) = used {
            self.report.tell(rule, place.plus(start + at), "a byte that must be zero is not");
        }
    }

    /// Checks a primary, supplementary or enhanced descriptor.
    fn check_volume(&mut self, sector: &[u8; SECTOR_BYTES], place: Place) {
        let Ok(descriptor) = VolumeDescriptor::parse(sector) else { return };
        let slot = match descriptor.kind {
            DescriptorKind::Primary => &mut self.set.primary,
            DescriptorKind::Enhanced => &mut self.set.enhanced,
            DescriptorKind::Supplementary if descriptor.joliet_level().is_some() => &mut self.set.joliet,
            DescriptorKind::Supplementary => &mut None,
        };
        slot.get_or_insert(place);
        if let (DescriptorKind::Primary, Some((first, _))) = (descriptor.kind, &self.first) {
            if let Some(at) = first.iter().zip(sector).position(|(one, two)| one != two) {
                let message = "a further primary volume descriptor differs from the first";
                self.report.tell(rules::SET_COPIES, place.plus(at), message);
            }
            return;
        }
        for it in VolumeDescriptor::disagreements(sector) {
            let message = halves(it.field, it.little, it.big);
            self.report.tell(rules::DESCRIPTOR_HALVES, place.plus(it.offset), message);
        }
        self.check_reserved(sector, &descriptor, place);
        self.check_numbers(&descriptor, place);
        self.check_root(sector, &descriptor, place);
        if descriptor.joliet_level().is_none() {
            self.check_texts(&descriptor, place);
        }
        for (offset, time) in [
            (813, descriptor.created),
            (830, descriptor.modified),
            (847, descriptor.expires),
            (864, descriptor.effective),
        ] {
            self.check_time(time, place.plus(offset));
        }
        if descriptor.kind == DescriptorKind::Primary {
            self.first = Some((Box::new(*sector), descriptor));
        }
    }

    fn check_time(&mut self, time: VolumeTime, place: Place) {
        match time.timestamp() {
            Err(error) => self.report.tell(rules::DESCRIPTOR_DATE, place, error),
            Ok(None) if time != VolumeTime::UNSPECIFIED => {
                let message = "a date that is not specified has sixteen digits zero and a byte zero";
                self.report.tell(rules::DESCRIPTOR_DATE, place, message);
            }
            Ok(_) => {}
        }
    }

    fn check_reserved(&mut self, sector: &[u8; SECTOR_BYTES], descriptor: &VolumeDescriptor, place: Place) {
        let primary = descriptor.kind == DescriptorKind::Primary;
        // Version 2 makes a supplementary descriptor an enhanced one.
        if sector[6] != 1 && descriptor.kind != DescriptorKind::Enhanced {
            let message = format_args!("the version of the descriptor is {}, not 1", sector[6]);
            self.report.tell(rules::DESCRIPTOR_VERSION, place.plus(6), message);
        }
        if primary {
            self.check_zeros(sector, 7..8, rules::DESCRIPTOR_RESERVED, place);
            self.check_zeros(sector, 88..120, rules::DESCRIPTOR_RESERVED, place);
        } else if sector[7] > 1 || (descriptor.joliet_level().is_some() && sector[7] != 0) {
            let message = format_args!("the volume flags are {:02X}", sector[7]);
            self.report.tell(rules::DESCRIPTOR_FLAGS, place.plus(7), message);
        }
        if descriptor.joliet_level().is_some() {
            self.check_zeros(sector, 91..120, rules::DESCRIPTOR_ESCAPES, place);
        }
        self.check_zeros(sector, 72..80, rules::DESCRIPTOR_RESERVED, place);
        self.check_zeros(sector, 882..883, rules::DESCRIPTOR_RESERVED, place);
        self.check_zeros(sector, 1395..SECTOR_BYTES, rules::DESCRIPTOR_RESERVED, place);
    }

    fn check_numbers(&mut self, descriptor: &VolumeDescriptor, place: Place) {
        let VolumeDescriptor { volume_blocks, block_bytes, volume_set_size, volume_sequence, .. } =
            *descriptor;
        if let Some(end) = self.source.end() {
            let room = u64::try_from(end.0).unwrap_or(0) * SECTOR_BYTES as u64;
            if u64::from(volume_blocks) * u64::from(block_bytes) > room {
                let message = format_args!(
                    "the volume has {volume_blocks} blocks of {block_bytes} bytes, but the image ends at sector {end}"
                );
                self.report.tell(rules::SPACE_SIZE, place.plus(80), message);
            }
        }
        let first = self.first.as_ref().map(|(_, first)| (first.volume_blocks, first.block_bytes));
        if !matches!(block_bytes, 512 | 1024 | 2048) {
            let message = format_args!("a logical block has {block_bytes} bytes");
            self.report.tell(rules::BLOCK_SIZE, place.plus(128), message);
        } else if let Some((_, bytes)) = first.filter(|(_, bytes)| *bytes != block_bytes) {
            let message = format_args!(
                "a logical block has {block_bytes} bytes here, and {bytes} in the primary descriptor"
            );
            self.report.tell(rules::BLOCK_SIZE, place.plus(128), message);
        }
        if let Some((blocks, _)) = first.filter(|(blocks, _)| *blocks != volume_blocks) {
            let message = format_args!(
                "the volume has {volume_blocks} blocks here, and {blocks} by the primary descriptor"
            );
            self.report.tell(rules::SPACE_DIFFERS, place.plus(80), message);
        }
        if volume_set_size == 0 || volume_sequence == 0 || volume_sequence > volume_set_size {
            let message = format_args!("the volume is number {volume_sequence} of {volume_set_size}");
            self.report.tell(rules::SET_NUMBERS, place.plus(120), message);
        }
        let version = descriptor.file_structure_version;
        let expected = if descriptor.kind == DescriptorKind::Enhanced { 2 } else { 1 };
        if version != expected {
            let message = format_args!("the file structure version is {version}, not {expected}");
            self.report.tell(rules::STRUCTURE_VERSION, place.plus(881), message);
        }
    }

    fn check_root(&mut self, sector: &[u8; SECTOR_BYTES], descriptor: &VolumeDescriptor, place: Place) {
        if sector[156] != 34 || sector[188] != 1 || sector[189] != 0 {
            let message = "the root's record has not 34 bytes with the identifier 00";
            self.report.tell(rules::ROOT_RECORD, place.plus(156), message);
        }
        let flags = descriptor.root.flags;
        if !flags.contains(FileFlags::DIRECTORY) || flags.0 & 0xEC != 0 {
            let message = format_args!("the file flags of the root's record are {:02X}", flags.0);
            self.report.tell(rules::ROOT_FLAGS, place.plus(181), message);
        }
        if let Err(error) = descriptor.root.recorded.timestamp() {
            self.report.tell(rules::ROOT_DATE, place.plus(174), error);
        }
    }

    fn check_texts(&mut self, descriptor: &VolumeDescriptor, place: Place) {
        let a = |field: &[u8]| field.iter().all(|byte| text::is_a_character(*byte));
        let d = |field: &[u8]| field.iter().all(|byte| text::is_d_character(*byte) || *byte == b' ');
        let file =
            |field: &[u8]| field.iter().all(|byte| text::is_d_character(*byte) || b" .;".contains(byte));
        let (system, set) = (&descriptor.system_identifier, &descriptor.volume_set_identifier);
        for (offset, name, sound, allowed) in [
            (8, "system identifier", a(system), "a-characters"),
            (40, "volume identifier", d(&descriptor.volume_identifier), "d-characters"),
            (190, "volume set identifier", d(set), "d-characters"),
            (318, "publisher identifier", a(&descriptor.publisher_identifier), "a-characters"),
            (446, "data preparer identifier", a(&descriptor.data_preparer_identifier), "a-characters"),
            (574, "application identifier", a(&descriptor.application_identifier), "a-characters"),
            (702, COPYRIGHT, file(&descriptor.copyright_file_identifier), FILE_CHARACTERS),
            (739, ABSTRACT, file(&descriptor.abstract_file_identifier), FILE_CHARACTERS),
            (776, BIBLIOGRAPHIC, file(&descriptor.bibliographic_file_identifier), FILE_CHARACTERS),
        ] {
            if !sound {
                let message = format_args!("the {name} has others than {allowed}");
                self.report.tell(rules::DESCRIPTOR_TEXT, place.plus(offset), message);
            }
        }
    }
}

const COPYRIGHT: &str = "copyright file identifier";
const ABSTRACT: &str = "abstract file identifier";
const BIBLIOGRAPHIC: &str = "bibliographic file identifier";
const FILE_CHARACTERS: &str = "characters of a file identifier";

/// Checks that the files which the primary descriptor names are in the root.
pub(super) fn check_named_files<S: ReadSectors>(volume: &Volume<S>, set: &Set, report: &mut Report) {
    let Some(place) = set.primary else { return };
    let primary = volume.primary();
    let named = |field: &[u8]| -> Option<String> {
        let name = text::field_text(field);
        (!name.is_empty()).then_some(name)
    };
    // A publisher and the like may be an underscore and the name of a file.
    let underscored = |field: &[u8]| named(field.strip_prefix(b"_")?);
    let fields = [
        (318, "publisher identifier", underscored(&primary.publisher_identifier)),
        (446, "data preparer identifier", underscored(&primary.data_preparer_identifier)),
        (574, "application identifier", underscored(&primary.application_identifier)),
        (702, COPYRIGHT, named(&primary.copyright_file_identifier)),
        (739, ABSTRACT, named(&primary.abstract_file_identifier)),
        (776, BIBLIOGRAPHIC, named(&primary.bibliographic_file_identifier)),
    ];
    if fields.iter().all(|(_, _, name)| name.is_none()) {
        return;
    }
    let root = volume.root(View::Plain).and_then(|root| volume.list(View::Plain, root).ok());
    let Some(listing) = root else { return };
    let without_version =
        |name: &[u8]| name.split(|byte| *byte == b';').next().unwrap_or_default().to_owned();
    for (offset, what, name) in fields {
        let Some(name) = name else { continue };
        let wanted = without_version(name.as_bytes());
        let is_it = |identifier: &[u8]| {
            identifier != DirectoryRecord::SELF_IDENTIFIER && without_version(identifier) == wanted
        };
        if !listing.entries.iter().any(|entry| is_it(&entry.identifier)) {
            let message = format_args!("the {what} names the file {name:?}, which is not in the root");
            report.tell(rules::DESCRIPTOR_FILE, place.plus(offset), message);
        }
    }
}
