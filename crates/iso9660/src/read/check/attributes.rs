//! Extended attribute records (ECMA-119, 9.5), and what directory records say of them.

use std::io;

use discwright_cd::Lba;

use super::directory::{At, Checker, halves};
use super::rules::{self, Rule};
use crate::format::{
    DirectoryRecord, EXTENDED_ATTRIBUTES_FIXED_BYTES, ExtendedAttributes, FileFlags, SECTOR_BYTES,
    VolumeTime, text,
};
use crate::read::finding::Place;
use crate::read::source::ReadSectors;
use crate::read::volume::View;

/// Record formats that the standard gives a meaning; those from 128 on are for systems to agree on.
const FORMAT_FIXED: u8 = 1;
const FORMATS: core::ops::RangeInclusive<u8> = 1..=3;
const RESERVED_FORMATS: core::ops::Range<u8> = 4..128;
/// Where the reserved bytes lie.
const RESERVED: core::ops::Range<usize> = 182..246;

/// The record at hand, with the entry that has it.
struct Attributed<'a> {
    at: At,
    record: &'a DirectoryRecord<'a>,
    /// Of the directory record.
    entry: Place,
    /// Address of the extended attribute record in bytes.
    address: u64,
    attributes: ExtendedAttributes,
}

impl<S: ReadSectors> Checker<'_, S> {
    /// Checks the extended attribute record of the entry of `record`, if it has one; it is told of every entry that
    /// has it.
    pub(super) fn check_attributes(&mut self, at: At, record: &DirectoryRecord<'_>, place: Place) {
        if record.extended_attribute_blocks == 0 {
            self.check_absence(at, record, place);
            return;
        }
        let address = u64::from(record.extent) * self.volume.block_bytes();
        let mut block = [0; EXTENDED_ATTRIBUTES_FIXED_BYTES];
        if let Err(error) = self.read_bytes(address, &mut block) {
            let message = format_args!("the extended attribute record cannot be read: {error}");
            self.tell_of(rules::XAR_UNREADABLE, at, record, place.plus(1), message);
            return;
        }
        let attributes = ExtendedAttributes::parse(&block);
        let it = Attributed { at, record, entry: place, address, attributes };
        if attributes.version != 1 {
            // Then nothing is known of the other fields.
            let message = format_args!("the extended attribute record has version {}", attributes.version);
            self.tell_field(rules::XAR_VERSION, &it, 180, message);
            return;
        }
        for differing in ExtendedAttributes::disagreements(&block) {
            let message = halves(differing.field, differing.little, differing.big);
            self.tell_field(rules::XAR_HALVES, &it, differing.offset, message);
        }
        if let Some(used) = block.get(RESERVED).and_then(|field| field.iter().position(|byte| *byte != 0)) {
            let message = "a reserved byte of the extended attribute record is not zero";
            self.tell_field(rules::XAR_RESERVED, &it, RESERVED.start + used, message);
        }
        self.check_owner(&it);
        self.check_dates(&it);
        self.check_records(&it);
        self.check_system_identifier(&it);
        self.check_attribute_lengths(&it);
    }

    /// What speaks of an extended attribute record that is not there; those of a file's last section count.
    fn check_absence(&mut self, at: At, record: &DirectoryRecord<'_>, place: Place) {
        let spoken_of = record.flags.0 & (FileFlags::RECORD | FileFlags::PROTECTION).0 != 0;
        if spoken_of && !record.flags.contains(FileFlags::MULTI_EXTENT) {
            let message = format_args!(
                "the file flags {:02X} speak of an extended attribute record, but there is none",
                record.flags.0
            );
            self.tell_of(rules::XAR_MISSING, at, record, place.plus(25), message);
        }
    }

    fn check_owner(&mut self, it: &Attributed<'_>) {
        let ExtendedAttributes { owner, group, permissions, .. } = it.attributes;
        if (owner == 0) != (group == 0) {
            let message = format_args!("the owner is {owner}, but the group {group}");
            self.tell_field(rules::XAR_OWNER, it, 0, message);
        }
        let reserved = ExtendedAttributes::RESERVED_PERMISSIONS;
        if permissions & reserved != reserved {
            let message =
                format_args!("the permissions are {permissions:04X}, whose fixed bits are not all one");
            self.tell_field(rules::XAR_PERMISSIONS, it, 8, message);
        }
        if it.record.flags.contains(FileFlags::MULTI_EXTENT) {
            return;
        }
        let protected = it.record.flags.contains(FileFlags::PROTECTION);
        let forbids = permissions & !reserved != 0;
        let contradicted = if protected {
            owner == 0 && group == 0 || !forbids
        } else {
            owner != 0 || group != 0 || forbids
        };
        if contradicted {
            let message = format_args!(
                "the protection flag is {}, but the owner {owner}, the group {group} and the permissions {permissions:04X}",
                u8::from(protected)
            );
            self.tell_field(rules::XAR_PROTECTION, it, 8, message);
        }
    }

    fn check_dates(&mut self, it: &Attributed<'_>) {
        let ExtendedAttributes { created, modified, expires, effective, .. } = it.attributes;
        for (offset, time) in [(10, created), (27, modified), (44, expires), (61, effective)] {
            match time.timestamp() {
                Err(error) => self.tell_field(rules::XAR_DATE, it, offset, error),
                Ok(None) if time != VolumeTime::UNSPECIFIED => {
                    let message = "a date that is not specified has sixteen digits zero and a byte zero";
                    self.tell_field(rules::XAR_DATE, it, offset, message);
                }
                Ok(_) => {}
            }
        }
    }

    /// How the file is made of records (9.5.8 to 9.5.10).
    fn check_records(&mut self, it: &Attributed<'_>) {
        let ExtendedAttributes { record_format: format, record_attributes, record_bytes, .. } = it.attributes;
        let flagged = it.record.flags.contains(FileFlags::RECORD);
        if RESERVED_FORMATS.contains(&format) {
            let message = format_args!("the record format {format} is reserved");
            self.tell_field(rules::XAR_RECORD_FORMAT, it, 78, message);
        } else if !it.record.flags.contains(FileFlags::MULTI_EXTENT) && flagged != (format != 0) {
            let message =
                format_args!("the record flag is {}, but the record format {format}", u8::from(flagged));
            self.tell_field(rules::XAR_RECORD_FORMAT, it, 78, message);
        }
        // Without a format the attributes mean nothing, and those of other formats are not the standard's.
        if FORMATS.contains(&format) && record_attributes > 2 {
            let message = format_args!("the record attributes {record_attributes} are reserved");
            self.tell_field(rules::XAR_RECORD_ATTRIBUTES, it, 79, message);
        }
        let wrong = match format {
            0 => record_bytes != 0,
            FORMAT_FIXED => record_bytes == 0,
            _ => false,
        };
        if wrong {
            let message = format_args!("the record length is {record_bytes} with the record format {format}");
            self.tell_field(rules::XAR_RECORD_LENGTH, it, 80, message);
        }
    }

    fn check_system_identifier(&mut self, it: &Attributed<'_>) {
        // Other hierarchies have characters of their own.
        let plain = self.hierarchy.view == View::Plain;
        if plain && !it.attributes.system_identifier.iter().all(|byte| text::is_a_character(*byte)) {
            let message = "the system identifier has others than a-characters";
            self.tell_field(rules::XAR_TEXT, it, 84, message);
        }
    }

    /// Compares what the record says of its length with what the directory record says (9.1.2), and looks into the
    /// escape sequences when they are where they should be.
    fn check_attribute_lengths(&mut self, it: &Attributed<'_>) {
        let block_bytes = self.volume.block_bytes();
        let told = it.record.extended_attribute_blocks;
        let bytes = it.attributes.encoded_bytes();
        let needed = u64::try_from(bytes).unwrap_or(u64::MAX).div_ceil(block_bytes);
        let (unit, interleaved) = (it.record.unit_blocks, it.record.gap_blocks != 0);
        if needed > u64::from(told) {
            let message = format_args!(
                "the extended attribute record has {bytes} bytes, but the directory record gives it {told} blocks"
            );
            self.tell_of(rules::XAR_LENGTH, it.at, it.record, it.entry.plus(1), message);
            return;
        }
        if interleaved && unit != 0 && told > unit {
            let message = format_args!(
                "the extended attribute record has {told} blocks, but the file unit before the first gap {unit}"
            );
            self.tell_of(rules::XAR_LENGTH, it.at, it.record, it.entry.plus(1), message);
        } else if needed < u64::from(told) {
            let message = format_args!("the extended attribute record has {told} blocks and fills {needed}");
            self.tell_of(rules::XAR_BLOCKS, it.at, it.record, it.entry.plus(1), message);
        }
        self.check_escapes(it);
    }

    fn check_escapes(&mut self, it: &Attributed<'_>) {
        let mut room = [0; 255];
        let Some(escapes) = room.get_mut(..usize::from(it.attributes.escape_bytes)) else { return };
        let offset = EXTENDED_ATTRIBUTES_FIXED_BYTES + usize::from(it.attributes.application_bytes);
        let address = it.address + u64::try_from(offset).unwrap_or(u64::MAX);
        if let Err(error) = self.read_bytes(address, escapes) {
            let message = format_args!("the extended attribute record cannot be read to its end: {error}");
            self.tell_of(rules::XAR_UNREADABLE, it.at, it.record, it.entry.plus(1), message);
            return;
        }
        const ESCAPE: u8 = 0x1B;
        let padding = escapes.iter().position(|byte| *byte == 0).unwrap_or(escapes.len());
        let (sequences, rest) = escapes.split_at(padding);
        if sequences.first().is_some_and(|first| *first != ESCAPE) || rest.iter().any(|byte| *byte != 0) {
            let message = "the escape sequences do not begin with ESC, or other than zeros follow them";
            self.tell_field(rules::XAR_ESCAPES, it, offset, message);
        }
    }

    /// Tells about a field of the extended attribute record, by where it lies in the record.
    fn tell_field(
        &mut self,
        rule: &'static Rule,
        it: &Attributed<'_>,
        offset: usize,
        message: impl core::fmt::Display,
    ) {
        let address = it.address + u64::try_from(offset).unwrap_or(u64::MAX);
        let (lba, offset) = split(address);
        self.tell_of(rule, it.at, it.record, Place::start_of(lba).plus(offset), message);
    }

    /// Reads the bytes at `address`, wherever sectors begin.
    fn read_bytes(&self, mut address: u64, mut buffer: &mut [u8]) -> io::Result<()> {
        let mut sector = [0; SECTOR_BYTES];
        while !buffer.is_empty() {
            let (lba, offset) = split(address);
            self.volume.source.read_sectors(lba, &mut sector)?;
            let there = sector.get(offset..).unwrap_or_default();
            let count = there.len().min(buffer.len());
            let (now, later) = buffer.split_at_mut(count);
            now.copy_from_slice(there.get(..count).unwrap_or_default());
            address += u64::try_from(count).unwrap_or(u64::MAX);
            buffer = later;
        }
        Ok(())
    }
}

/// The sector and the byte in it at an address.
fn split(address: u64) -> (Lba, usize) {
    let bytes = SECTOR_BYTES as u64;
    let lba = Lba(i32::try_from(address / bytes).unwrap_or(i32::MAX));
    (lba, usize::try_from(address % bytes).unwrap_or(0))
}
