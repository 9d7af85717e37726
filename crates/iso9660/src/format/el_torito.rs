//! El Torito boot catalogues ("El Torito" Bootable CD-ROM Format Specification 1.0, 1995; UEFI 2.10, 13.3.2).

use super::FormatError;
use super::field::{Byte, Bytes, Le16, Le32};

/// Bytes of every record of a catalogue.
pub const RECORD_BYTES: usize = 32;

/// Machine that an entry boots (El Torito 1.0, figure 2; UEFI).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Platform {
    /// 80x86.
    X86,
    /// PowerPC.
    PowerPc,
    /// Mac.
    Mac,
    /// EFI.
    Efi,
    /// Any other number.
    Other(u8),
}

impl Platform {
    /// The recorded number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::X86 => 0,
            Self::PowerPc => 1,
            Self::Mac => 2,
            Self::Efi => 0xEF,
            Self::Other(code) => code,
        }
    }

    /// The platform with the recorded number `code`.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::X86,
            1 => Self::PowerPc,
            2 => Self::Mac,
            0xEF => Self::Efi,
            other => Self::Other(other),
        }
    }
}

/// How a boot image is presented to the machine (El Torito 1.0, figure 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Emulation {
    /// The image is loaded and started.
    None,
    /// A floppy disk of 1.2 MB.
    Floppy1200,
    /// A floppy disk of 1.44 MB.
    Floppy1440,
    /// A floppy disk of 2.88 MB.
    Floppy2880,
    /// A hard disk.
    HardDisk,
    /// A number the standard reserves.
    Other(u8),
}

impl Emulation {
    /// The recorded number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Floppy1200 => 1,
            Self::Floppy1440 => 2,
            Self::Floppy2880 => 3,
            Self::HardDisk => 4,
            Self::Other(code) => code,
        }
    }

    /// The emulation with the recorded number `code`, of which the low four bits count.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code & 0x0F {
            0 => Self::None,
            1 => Self::Floppy1200,
            2 => Self::Floppy1440,
            3 => Self::Floppy2880,
            4 => Self::HardDisk,
            other => Self::Other(other),
        }
    }
}

/// An initial, default or section entry: one boot image (El Torito 1.0, figures 3 and 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootEntry {
    /// Whether it may be booted.
    pub bootable: bool,
    /// How it is presented.
    pub emulation: Emulation,
    /// Segment it is loaded at; zero for the usual 0x7C0.
    pub load_segment: u16,
    /// Partition type of a hard disk image, else zero.
    pub system_type: u8,
    /// Sectors of 512 bytes that are loaded.
    pub load_sectors: u16,
    /// Sector of 2048 bytes at which the image begins.
    pub image: u32,
    /// Criteria by which a machine picks among section entries; zeros for none.
    pub selection_criteria: [u8; 20],
}

impl BootEntry {
    /// Writes the entry over `record`.
    pub fn encode(&self, record: &mut [u8; RECORD_BYTES]) {
        *record = [0; RECORD_BYTES];
        layout::INDICATOR.put(record, if self.bootable { BOOTABLE } else { 0 });
        layout::MEDIA.put(record, self.emulation.code());
        layout::SEGMENT.put(record, self.load_segment);
        layout::SYSTEM_TYPE.put(record, self.system_type);
        layout::LOAD_SECTORS.put(record, self.load_sectors);
        layout::IMAGE.put(record, self.image);
        layout::CRITERIA.put(record, &self.selection_criteria);
    }

    /// The entry in `record`.
    #[must_use]
    pub fn parse(record: &[u8; RECORD_BYTES]) -> Self {
        Self {
            bootable: layout::INDICATOR.get(record) == BOOTABLE,
            emulation: Emulation::from_code(layout::MEDIA.get(record)),
            load_segment: layout::SEGMENT.get(record),
            system_type: layout::SYSTEM_TYPE.get(record),
            load_sectors: layout::LOAD_SECTORS.get(record),
            image: layout::IMAGE.get(record),
            selection_criteria: layout::CRITERIA.get(record),
        }
    }
}

/// A section: the entries of one platform (El Torito 1.0, figure 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The machine they boot.
    pub platform: Platform,
    /// Name of the section, padded with zeros.
    pub identifier: [u8; 28],
    /// The entries.
    pub entries: Vec<BootEntry>,
}

/// A boot catalogue (El Torito 1.0, 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootCatalogue {
    /// The machine that the default entry boots.
    pub platform: Platform,
    /// Who made the disc, padded with zeros.
    pub identifier: [u8; 24],
    /// The entry booted when nothing else is chosen.
    pub default: BootEntry,
    /// Further entries.
    pub sections: Vec<Section>,
}

impl BootCatalogue {
    /// Bytes that the catalogue takes, its final empty record not counted.
    #[must_use]
    pub fn encoded_bytes(&self) -> usize {
        let in_sections: usize = self.sections.iter().map(|section| 1 + section.entries.len()).sum();
        (2 + in_sections) * RECORD_BYTES
    }

    /// Appends the catalogue to `out`.
    ///
    /// # Errors
    /// [`FormatError::TooLong`] when a section has more than 65535 entries.
    pub fn append_to(&self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        out.extend_from_slice(&self.validation_entry());
        let mut record = [0; RECORD_BYTES];
        self.default.encode(&mut record);
        out.extend_from_slice(&record);
        for (index, section) in self.sections.iter().enumerate() {
            let count = section.entries.len();
            let count = u16::try_from(count).map_err(|_| FormatError::too_long("boot section", count))?;
            record = [0; RECORD_BYTES];
            let last = index + 1 == self.sections.len();
            layout::INDICATOR.put(&mut record, if last { HEADER_FINAL } else { HEADER_MORE });
            layout::PLATFORM.put(&mut record, section.platform.code());
            layout::SECTION_ENTRIES.put(&mut record, count);
            layout::SECTION_IDENTIFIER.put(&mut record, &section.identifier);
            out.extend_from_slice(&record);
            for entry in &section.entries {
                entry.encode(&mut record);
                out.extend_from_slice(&record);
            }
        }
        Ok(())
    }

    /// The catalogue at the front of `bytes`, and what is wrong with it that does not forbid reading on.
    ///
    /// Never reads beyond `bytes`, whatever counts say. Extension records are skipped.
    ///
    /// # Errors
    /// [`FormatError`] when `bytes` do not begin with a validation entry whose key bytes are right.
    pub fn parse(bytes: &[u8]) -> Result<(Self, Vec<FormatError>), FormatError> {
        let (records, _) = bytes.as_chunks::<RECORD_BYTES>();
        let [validation, default, rest @ ..] = records else {
            let available = bytes.len();
            return Err(FormatError::Short { structure: STRUCTURE, needed: 2 * RECORD_BYTES, available });
        };
        if layout::INDICATOR.get(validation) != VALIDATION || layout::KEY.get(validation) != KEY {
            return Err(FormatError::invalid(STRUCTURE, "validation entry", 0));
        }
        let mut wrong = Vec::new();
        if sum(validation) != 0 {
            wrong.push(FormatError::invalid(STRUCTURE, "checksum", 28));
        }
        let mut catalogue = Self {
            platform: Platform::from_code(layout::PLATFORM.get(validation)),
            identifier: layout::IDENTIFIER.get(validation),
            default: BootEntry::parse(default),
            sections: Vec::new(),
        };
        catalogue.parse_sections(rest, &mut wrong);
        Ok((catalogue, wrong))
    }

    fn parse_sections(&mut self, records: &[[u8; RECORD_BYTES]], wrong: &mut Vec<FormatError>) {
        let mut records = records.iter().enumerate().map(|(index, it)| ((2 + index) * RECORD_BYTES, it));
        while let Some((at, header)) = records.next() {
            let indicator = layout::INDICATOR.get(header);
            if !matches!(indicator, HEADER_MORE | HEADER_FINAL) {
                if indicator != 0 {
                    wrong.push(FormatError::invalid(STRUCTURE, "header indicator", at));
                }
                return;
            }
            let count = usize::from(layout::SECTION_ENTRIES.get(header));
            let mut entries = Vec::new();
            while entries.len() < count {
                let Some((_, record)) = records.next() else {
                    wrong.push(FormatError::invalid(STRUCTURE, "number of section entries", at));
                    break;
                };
                if layout::INDICATOR.get(record) != EXTENSION {
                    entries.push(BootEntry::parse(record));
                }
            }
            self.sections.push(Section {
                platform: Platform::from_code(layout::PLATFORM.get(header)),
                identifier: layout::SECTION_IDENTIFIER.get(header),
                entries,
            });
            if indicator == HEADER_FINAL {
                return;
            }
        }
    }

    fn validation_entry(&self) -> [u8; RECORD_BYTES] {
        let mut record = [0; RECORD_BYTES];
        layout::INDICATOR.put(&mut record, VALIDATION);
        layout::PLATFORM.put(&mut record, self.platform.code());
        layout::IDENTIFIER.put(&mut record, &self.identifier);
        layout::KEY.put(&mut record, &KEY);
        let checksum = sum(&record).wrapping_neg();
        layout::CHECKSUM.put(&mut record, checksum);
        record
    }
}

/// The sum of all 16-bit words, which is zero in a sound validation entry (El Torito 1.0, figure 2).
fn sum(record: &[u8; RECORD_BYTES]) -> u16 {
    let (words, _) = record.as_chunks::<2>();
    words.iter().fold(0, |sum, word| sum.wrapping_add(u16::from_le_bytes(*word)))
}

/// The boot information table that isolinux and others expect 8 bytes into their image (mkisofs(8), `-boot-info-table`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootInfoTable {
    /// Sector of the primary volume descriptor.
    pub primary_descriptor: u32,
    /// Sector of the boot image.
    pub image: u32,
    /// Length of the boot image in bytes.
    pub image_bytes: u32,
    /// Sum of all 32-bit words of the image from byte 64 on.
    pub checksum: u32,
}

impl BootInfoTable {
    /// Where the table lies in the image, in bytes.
    pub const OFFSET: usize = 8;
    /// Length of the table, its 40 reserved bytes included.
    pub const BYTES: usize = 56;

    /// The table as bytes.
    #[must_use]
    pub const fn encode(&self) -> [u8; Self::BYTES] {
        let mut table = [0; Self::BYTES];
        Le32::<0>.put(&mut table, self.primary_descriptor);
        Le32::<4>.put(&mut table, self.image);
        Le32::<8>.put(&mut table, self.image_bytes);
        Le32::<12>.put(&mut table, self.checksum);
        table
    }

    /// The table in `table`.
    #[must_use]
    pub const fn parse(table: &[u8; Self::BYTES]) -> Self {
        Self {
            primary_descriptor: Le32::<0>.get(table),
            image: Le32::<4>.get(table),
            image_bytes: Le32::<8>.get(table),
            checksum: Le32::<12>.get(table),
        }
    }
}

const STRUCTURE: &str = "boot catalogue";
const VALIDATION: u8 = 1;
const BOOTABLE: u8 = 0x88;
const HEADER_MORE: u8 = 0x90;
const HEADER_FINAL: u8 = 0x91;
const EXTENSION: u8 = 0x44;
const KEY: [u8; 2] = [0x55, 0xAA];

mod layout {
    use super::{Byte, Bytes, Le16, Le32};

    pub(super) const INDICATOR: Byte<0> = Byte;
    pub(super) const PLATFORM: Byte<1> = Byte;
    pub(super) const IDENTIFIER: Bytes<4, 24> = Bytes;
    pub(super) const CHECKSUM: Le16<28> = Le16;
    pub(super) const KEY: Bytes<30, 2> = Bytes;
    pub(super) const MEDIA: Byte<1> = Byte;
    pub(super) const SEGMENT: Le16<2> = Le16;
    pub(super) const SYSTEM_TYPE: Byte<4> = Byte;
    pub(super) const LOAD_SECTORS: Le16<6> = Le16;
    pub(super) const IMAGE: Le32<8> = Le32;
    pub(super) const CRITERIA: Bytes<12, 20> = Bytes;
    pub(super) const SECTION_ENTRIES: Le16<2> = Le16;
    pub(super) const SECTION_IDENTIFIER: Bytes<4, 28> = Bytes;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(image: u32) -> BootEntry {
        BootEntry {
            bootable: true,
            emulation: Emulation::None,
            load_segment: 0,
            system_type: 0,
            load_sectors: 4,
            image,
            selection_criteria: [0; 20],
        }
    }

    #[test]
    fn a_catalogue_survives() {
        let catalogue = BootCatalogue {
            platform: Platform::X86,
            identifier: *b"discwright\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            default: entry(30),
            sections: vec![
                Section { platform: Platform::Efi, identifier: [0; 28], entries: vec![entry(40), entry(50)] },
                Section { platform: Platform::Other(7), identifier: [b'x'; 28], entries: vec![] },
            ],
        };
        let mut bytes = Vec::new();
        catalogue.append_to(&mut bytes).unwrap();
        assert_eq!(bytes.len(), catalogue.encoded_bytes());
        bytes.resize(2048, 0);
        assert_eq!(BootCatalogue::parse(&bytes), Ok((catalogue, vec![])));
    }

    #[test]
    fn hostile_catalogues_are_bounded() {
        assert!(BootCatalogue::parse(&[0; 2048]).is_err());
        let catalogue = BootCatalogue {
            platform: Platform::X86,
            identifier: [0; 24],
            default: entry(30),
            sections: vec![Section { platform: Platform::Efi, identifier: [0; 28], entries: vec![] }],
        };
        let mut bytes = Vec::new();
        catalogue.append_to(&mut bytes).unwrap();
        bytes[66..68].copy_from_slice(&[0xFF, 0xFF]);
        bytes[28] ^= 1;
        bytes.resize(2048, 0);
        let (read, wrong) = BootCatalogue::parse(&bytes).unwrap();
        assert_eq!(read.sections[0].entries.len(), 61);
        assert_eq!(wrong.len(), 2);
    }
}
