//! The volume descriptor set (ECMA-119, 8).

use discwright_cd::Lba;

use crate::format::{
    BootRecord, DescriptorKind, SECTOR_BYTES, SYSTEM_AREA_SECTORS, VolumeDescriptor, VolumeTime,
    descriptor_type, text,
};
use crate::read::finding::{Findings, Level, Place};
use crate::read::source::ReadSectors;

/// Descriptors that are looked at; a sound set has three to six.
const MAX_DESCRIPTORS: u32 = 100;

pub(super) fn check<S: ReadSectors>(source: &S, session_start: Lba, findings: &mut Findings) {
    let first = session_start.saturating_add(SYSTEM_AREA_SECTORS);
    let mut sector = [0; SECTOR_BYTES];
    let mut primaries = 0;
    for index in 0..MAX_DESCRIPTORS {
        let place = Place::start_of(first.saturating_add(index));
        if let Err(error) = source.read_sectors(place.lba, &mut sector) {
            findings.error(
                place,
                "ECMA-119, 6.7.1",
                format_args!("the volume descriptor set cannot be read: {error}"),
            );
            return;
        }
        match descriptor_type(&sector) {
            None => {
                findings.error(place, "ECMA-119, 8.3", "the volume descriptor set has no terminator");
                return;
            }
            Some(255) => {
                check_terminator(&sector, place, findings);
                if primaries == 0 {
                    findings.error(
                        place,
                        "ECMA-119, 6.7.1.1",
                        "the set ends without a primary volume descriptor",
                    );
                }
                return;
            }
            Some(0) => check_boot_record(&sector, index, place, findings),
            Some(1 | 2) => primaries += u32::from(check_volume(source, &sector, place, findings)),
            Some(3) => {}
            Some(other) => {
                let message = format_args!("volume descriptor type {other} is reserved");
                findings.warn(place, "ECMA-119, 8.1.1", message);
            }
        }
    }
    let place = Place::start_of(first.saturating_add(MAX_DESCRIPTORS));
    findings.error(place, "ECMA-119, 8.3", "no terminator in a hundred sectors");
}

fn check_terminator(sector: &[u8; SECTOR_BYTES], place: Place, findings: &mut Findings) {
    if sector[6] != 1 {
        let message = format_args!("the terminator's version is {}, not 1", sector[6]);
        findings.warn(place.plus(6), "ECMA-119, 8.3.3", message);
    }
    check_zeros(sector, 7..SECTOR_BYTES, "ECMA-119, 8.3.4", place, findings);
}

fn check_boot_record(sector: &[u8; SECTOR_BYTES], index: u32, place: Place, findings: &mut Findings) {
    if BootRecord::parse(sector).is_ok_and(|record| record.is_el_torito()) && index != 1 {
        let message = "El Torito's boot record is not the second descriptor, where machines look for it";
        findings.error(place, "El Torito 1.0, 2", message);
    }
}

fn check_zeros(
    sector: &[u8; SECTOR_BYTES],
    range: core::ops::Range<usize>,
    clause: &'static str,
    place: Place,
    findings: &mut Findings,
) {
    let start = range.start;
    let used = sector.get(range).and_then(|field| field.iter().position(|byte| *byte != 0));
    if let Some(at) = used {
        findings.warn(place.plus(start + at), clause, "a byte that must be zero is not");
    }
}

/// Checks a primary, supplementary or enhanced descriptor; whether it is a primary one.
fn check_volume<S: ReadSectors>(
    source: &S,
    sector: &[u8; SECTOR_BYTES],
    place: Place,
    findings: &mut Findings,
) -> bool {
    let Ok(descriptor) = VolumeDescriptor::parse(sector) else { return false };
    for it in VolumeDescriptor::disagreements(sector) {
        findings.disagreement(Level::Error, place, it);
    }
    let primary = descriptor.kind == DescriptorKind::Primary;
    check_reserved(sector, primary, place, findings);
    check_numbers(source, &descriptor, sector, place, findings);
    if descriptor.joliet_level().is_none() {
        check_texts(&descriptor, place, findings);
    }
    for (offset, clause, time) in [
        (813, "ECMA-119, 8.4.26", descriptor.created),
        (830, "ECMA-119, 8.4.27", descriptor.modified),
        (847, "ECMA-119, 8.4.28", descriptor.expires),
        (864, "ECMA-119, 8.4.29", descriptor.effective),
    ] {
        check_time(time, place.plus(offset), clause, findings);
    }
    primary
}

fn check_time(time: VolumeTime, place: Place, clause: &'static str, findings: &mut Findings) {
    match time.timestamp() {
        Err(error) => findings.warn(place, clause, error),
        Ok(None) if time != VolumeTime::UNSPECIFIED => {
            findings.warn(place, clause, "a date that is not specified has digits zero, and here it has not");
        }
        Ok(_) => {}
    }
}

fn check_reserved(sector: &[u8; SECTOR_BYTES], primary: bool, place: Place, findings: &mut Findings) {
    if primary {
        if sector[6] != 1 {
            let message = format_args!("the primary volume descriptor's version is {}, not 1", sector[6]);
            findings.error(place.plus(6), "ECMA-119, 8.4.3", message);
        }
        check_zeros(sector, 7..8, "ECMA-119, 8.4.4", place, findings);
        check_zeros(sector, 88..120, "ECMA-119, 8.4.9", place, findings);
    } else if sector[7] > 1 {
        findings.warn(place.plus(7), "ECMA-119, 8.5.3", "volume flags that are reserved are set");
    }
    check_zeros(sector, 72..80, "ECMA-119, 8.4.7", place, findings);
    check_zeros(sector, 882..883, "ECMA-119, 8.4.31", place, findings);
    check_zeros(sector, 1395..SECTOR_BYTES, "ECMA-119, 8.4.33", place, findings);
}

fn check_numbers<S: ReadSectors>(
    source: &S,
    descriptor: &VolumeDescriptor,
    sector: &[u8; SECTOR_BYTES],
    place: Place,
    findings: &mut Findings,
) {
    let VolumeDescriptor { volume_blocks, block_bytes, volume_set_size, volume_sequence, .. } = *descriptor;
    if let Some(end) = source.end() {
        let room = u64::try_from(end.0).unwrap_or(0) * SECTOR_BYTES as u64;
        if u64::from(volume_blocks) * u64::from(block_bytes) > room {
            let message = format_args!(
                "the volume has {volume_blocks} blocks of {block_bytes} bytes, the image only {end} sectors"
            );
            findings.error(place.plus(80), "ECMA-119, 8.4.8", message);
        }
    }
    if !matches!(block_bytes, 512 | 1024 | 2048) {
        let message =
            format_args!("a logical block has {block_bytes} bytes; 512, 1024 and 2048 are possible");
        findings.error(place.plus(128), "ECMA-119, 6.2.2", message);
    }
    if volume_set_size == 0 || volume_sequence == 0 || volume_sequence > volume_set_size {
        let message = format_args!("the volume is number {volume_sequence} of {volume_set_size}");
        findings.warn(place.plus(120), "ECMA-119, 8.4.11", message);
    }
    let version = descriptor.file_structure_version;
    let expected = if descriptor.kind == DescriptorKind::Enhanced { 2 } else { 1 };
    if version != expected {
        let message = format_args!("the file structure version is {version}, not {expected}");
        findings.warn(place.plus(881), "ECMA-119, 8.4.30", message);
    }
    if sector[156] != 34 || sector[188] != 1 || sector[189] != 0 {
        let message = "the root's record has not 34 bytes with the identifier 00";
        findings.error(place.plus(156), "ECMA-119, 8.4.18", message);
    }
    if !descriptor.root.flags.contains(crate::format::FileFlags::DIRECTORY) {
        findings.error(place.plus(181), "ECMA-119, 9.1.6", "the root's record has no directory flag");
    }
}

fn check_texts(descriptor: &VolumeDescriptor, place: Place, findings: &mut Findings) {
    let a = |field: &[u8]| field.iter().all(|byte| text::is_a_character(*byte));
    let d = |field: &[u8]| field.iter().all(|byte| text::is_d_character(*byte) || *byte == b' ');
    let file = |field: &[u8]| field.iter().all(|byte| text::is_d_character(*byte) || b" .;".contains(byte));
    for (offset, clause, name, sound, set) in [
        (8, "ECMA-119, 8.4.5", "system identifier", a(&descriptor.system_identifier), "a-characters"),
        (40, "ECMA-119, 8.4.6", "volume identifier", d(&descriptor.volume_identifier), "d-characters"),
        (
            190,
            "ECMA-119, 8.4.19",
            "volume set identifier",
            d(&descriptor.volume_set_identifier),
            "d-characters",
        ),
        (
            318,
            "ECMA-119, 8.4.20",
            "publisher identifier",
            a(&descriptor.publisher_identifier),
            "a-characters",
        ),
        (
            446,
            "ECMA-119, 8.4.21",
            "data preparer identifier",
            a(&descriptor.data_preparer_identifier),
            "a-characters",
        ),
        (
            574,
            "ECMA-119, 8.4.22",
            "application identifier",
            a(&descriptor.application_identifier),
            "a-characters",
        ),
        (
            702,
            "ECMA-119, 8.4.23",
            "copyright file identifier",
            file(&descriptor.copyright_file_identifier),
            "characters of a file identifier",
        ),
        (
            739,
            "ECMA-119, 8.4.24",
            "abstract file identifier",
            file(&descriptor.abstract_file_identifier),
            "characters of a file identifier",
        ),
        (
            776,
            "ECMA-119, 8.4.25",
            "bibliographic file identifier",
            file(&descriptor.bibliographic_file_identifier),
            "characters of a file identifier",
        ),
    ] {
        if !sound {
            findings.warn(place.plus(offset), clause, format_args!("the {name} has others than {set}"));
        }
    }
}
