//! The El Torito boot catalogue, record by record.

use discwright_cd::Lba;

use super::extents::{Claims, Holds};
use super::report::Report;
use super::rules;
use crate::format::SECTOR_BYTES;
use crate::format::el_torito::{BootEntry, Emulation, Platform, RECORD_BYTES};
use crate::read::finding::Place;
use crate::read::source::ReadSectors;
use crate::read::volume::Volume;

/// Sectors of a catalogue that are read at most; real ones have one.
const MAX_SECTORS: u32 = 32;
const VALIDATION: u8 = 1;
const HEADER_MORE: u8 = 0x90;
const HEADER_FINAL: u8 = 0x91;
const EXTENSION: u8 = 0x44;

/// Checks the catalogue that the boot record at `pointer` names; whether there is one.
pub(super) fn check<S: ReadSectors>(
    volume: &Volume<S>,
    first_free: Lba,
    claims: &mut Claims,
    report: &mut Report,
) -> bool {
    let Some(record) = volume.boot_record().filter(|record| record.is_el_torito()) else { return false };
    let lba = Lba(i32::try_from(record.catalogue).unwrap_or(i32::MAX));
    let mut checker = Checker { volume, first_free, claims, report, lba, bytes: Vec::new() };
    if checker.read() {
        checker.check_catalogue();
    }
    true
}

struct Checker<'a, S> {
    volume: &'a Volume<S>,
    /// First sector behind the descriptors.
    first_free: Lba,
    claims: &'a mut Claims,
    report: &'a mut Report,
    lba: Lba,
    bytes: Vec<u8>,
}

impl<S: ReadSectors> Checker<'_, S> {
    /// Reads as many sectors as there are; whether there is one.
    fn read(&mut self) -> bool {
        for index in 0..MAX_SECTORS {
            let mut sector = [0; SECTOR_BYTES];
            match self.volume.source.read_sectors(self.lba.saturating_add(index), &mut sector) {
                Ok(()) => self.bytes.extend_from_slice(&sector),
                Err(error) if index == 0 => {
                    let message = format_args!("the boot catalogue cannot be read: {error}");
                    self.report.tell(rules::CATALOGUE_UNREADABLE, Place::start_of(self.lba), message);
                    return false;
                }
                Err(_) => break,
            }
        }
        true
    }

    fn place(&self, record: usize) -> Place {
        let at = record * RECORD_BYTES;
        let sectors = u32::try_from(at / SECTOR_BYTES).unwrap_or(0);
        Place::start_of(self.lba.saturating_add(sectors)).plus(at % SECTOR_BYTES)
    }

    fn record(&self, number: usize) -> Option<[u8; RECORD_BYTES]> {
        self.bytes.as_chunks::<RECORD_BYTES>().0.get(number).copied()
    }

    fn check_catalogue(&mut self) {
        let Some(validation) = self.record(0) else { return };
        let place = self.place(0);
        if validation[0] != VALIDATION || validation[30..] != [0x55, 0xAA] {
            let message = "the catalogue does not begin with a validation entry";
            self.report.tell(rules::CATALOGUE_VALIDATION, place, message);
            return;
        }
        let (words, _) = validation.as_chunks::<2>();
        let sum = words.iter().fold(0_u16, |sum, word| sum.wrapping_add(u16::from_le_bytes(*word)));
        if sum != 0 {
            let message = format_args!("the words of the validation entry add up to {sum:04X}");
            self.report.tell(rules::CATALOGUE_CHECKSUM, place.plus(28), message);
        }
        if validation[2..4] != [0, 0] {
            let message = "reserved bytes of the validation entry are not zero";
            self.report.tell(rules::CATALOGUE_RESERVED, place.plus(2), message);
        }
        self.check_platform(validation[1], place);
        self.check_entry(1);
        let end = self.check_sections();
        let sectors = u32::try_from((end * RECORD_BYTES).div_ceil(SECTOR_BYTES)).unwrap_or(1);
        self.claims.claim(self.lba, self.lba.saturating_add(sectors), Holds::Boot, place, None);
    }

    fn check_platform(&mut self, code: u8, record: Place) {
        if let Platform::Other(code) = Platform::from_code(code) {
            let message = format_args!("the platform is {code:02X}");
            self.report.tell(rules::CATALOGUE_PLATFORM, record.plus(1), message);
        }
    }

    /// Checks the sections and returns the number of the record behind the last.
    fn check_sections(&mut self) -> usize {
        let mut number = 2;
        let mut expected = false;
        while let Some(header) = self.record(number) {
            let place = self.place(number);
            match header[0] {
                HEADER_MORE | HEADER_FINAL => {}
                0 => {
                    if expected {
                        let message = "a section header said that another follows, and none does";
                        self.report.tell(rules::CATALOGUE_SECTIONS, place, message);
                    }
                    return number;
                }
                other => {
                    let message = format_args!("{other:02X} stands where a section header may be");
                    self.report.tell(rules::CATALOGUE_SECTIONS, place, message);
                    return number;
                }
            }
            self.check_platform(header[1], place);
            let count = usize::from(u16::from_le_bytes([header[2], header[3]]));
            number += 1;
            let mut entries = 0;
            while entries < count {
                let Some(record) = self.record(number) else {
                    let message =
                        format_args!("{count} entries are announced, more than the catalogue holds");
                    self.report.tell(rules::CATALOGUE_SECTIONS, place.plus(2), message);
                    return number;
                };
                if record[0] != EXTENSION {
                    self.check_entry(number);
                    entries += 1;
                }
                number += 1;
            }
            if header[0] == HEADER_FINAL {
                return number;
            }
            expected = true;
        }
        number
    }

    fn check_entry(&mut self, number: usize) {
        let Some(record) = self.record(number) else { return };
        let place = self.place(number);
        if !matches!(record[0], 0x88 | 0) {
            let message = format_args!("the boot indicator is {:02X}", record[0]);
            self.report.tell(rules::BOOT_INDICATOR, place, message);
        }
        let entry = BootEntry::parse(&record);
        if let Emulation::Other(code) = entry.emulation {
            let message = format_args!("the emulation is {code}");
            self.report.tell(rules::BOOT_MEDIA, place.plus(1), message);
        }
        if record[5] != 0 {
            let message = "a reserved byte of a boot entry is not zero";
            self.report.tell(rules::CATALOGUE_RESERVED, place.plus(5), message);
        }
        let start = u64::from(entry.image) * SECTOR_BYTES as u64;
        let end = start + u64::from(entry.load_sectors) * 512;
        let first = Lba(i32::try_from(entry.image).unwrap_or(i32::MAX));
        if end > self.volume.end_bytes() || start >= self.volume.end_bytes() {
            let message =
                format_args!("the boot image at sector {} reaches beyond the end of the image", entry.image);
            self.report.tell(rules::BOOT_BOUNDS, place.plus(8), message);
        } else if first < self.first_free && self.volume.session_start() == Lba(0) {
            let message =
                format_args!("the boot image at sector {} lies before or in the descriptors", entry.image);
            self.report.tell(rules::BOOT_BOUNDS, place.plus(8), message);
        } else {
            let last = Lba(i32::try_from(end.div_ceil(SECTOR_BYTES as u64)).unwrap_or(i32::MAX));
            self.claims.claim(first, last, Holds::Boot, place.plus(8), None);
        }
    }
}
