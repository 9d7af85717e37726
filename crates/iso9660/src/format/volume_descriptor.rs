//! Volume descriptors: primary, supplementary and enhanced, boot record, set terminator (ECMA-119, 8).

use super::field::{Be32, Both16, Both32, Byte, Bytes, Le32};
use super::text;
use super::{Disagreement, FileFlags, FormatError, RecordTime, SECTOR_BYTES, VolumeTime};

/// The standard identifier in every volume descriptor (ECMA-119, 8.1.2).
const STANDARD_IDENTIFIER: [u8; 5] = *b"CD001";
/// Volume Descriptor Type of a boot record (ECMA-119, 8.1.1).
const TYPE_BOOT: u8 = 0;
const TYPE_PRIMARY: u8 = 1;
const TYPE_SUPPLEMENTARY: u8 = 2;
const TYPE_TERMINATOR: u8 = 255;

/// The type of a volume descriptor; `None` when the sector does not begin as one (ECMA-119, 8.1).
///
/// 0 boot record, 1 primary, 2 supplementary or enhanced, 3 partition, 255 set terminator.
#[must_use]
pub fn descriptor_type(sector: &[u8; SECTOR_BYTES]) -> Option<u8> {
    (layout::IDENTIFIER.get(sector) == STANDARD_IDENTIFIER).then(|| layout::TYPE.get(sector))
}

/// A volume descriptor set terminator (ECMA-119, 8.3).
#[must_use]
pub const fn terminator() -> [u8; SECTOR_BYTES] {
    let mut sector = [0; SECTOR_BYTES];
    layout::TYPE.put(&mut sector, TYPE_TERMINATOR);
    layout::IDENTIFIER.put(&mut sector, &STANDARD_IDENTIFIER);
    layout::VERSION.put(&mut sector, 1);
    sector
}

/// Which of the descriptors with a directory hierarchy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DescriptorKind {
    /// Primary volume descriptor (ECMA-119, 8.4).
    Primary,
    /// Supplementary volume descriptor, version 1 (ECMA-119, 8.5); Joliet is one by its escape sequence.
    Supplementary,
    /// Enhanced volume descriptor, version 2 (ECMA-119, 8.5; ISO 9660:1999).
    Enhanced,
}

/// Level of UCS-2 that a Joliet descriptor declares (Joliet specification, "SVD Escape Sequences Field").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JolietLevel {
    /// `%/@`.
    One,
    /// `%/C`.
    Two,
    /// `%/E`; what everybody writes.
    Three,
}

impl JolietLevel {
    /// The escape sequence that declares the level.
    #[must_use]
    pub const fn escape_sequence(self) -> [u8; 3] {
        match self {
            Self::One => *b"%/@",
            Self::Two => *b"%/C",
            Self::Three => *b"%/E",
        }
    }
}

/// The root directory's record inside a volume descriptor, 34 bytes (ECMA-119, 8.4.18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootRecord {
    /// Logical blocks of the extended attribute record before the directory.
    pub extended_attribute_blocks: u8,
    /// Logical block where the root's extent begins.
    pub extent: u32,
    /// Bytes of the root directory.
    pub data_bytes: u32,
    /// When it was recorded.
    pub recorded: RecordTime,
    /// File flags; [`FileFlags::DIRECTORY`].
    pub flags: FileFlags,
    /// The volume of the set on which it lies.
    pub volume_sequence: u16,
}

/// A primary, supplementary or enhanced volume descriptor (ECMA-119, 8.4 and 8.5).
///
/// Text fields are as recorded: padded, and in UCS-2 for Joliet ([`text`] makes and reads them).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeDescriptor {
    /// Which one it is.
    pub kind: DescriptorKind,
    /// Volume flags; only of supplementary ones, zero in a primary.
    pub flags: u8,
    /// System that may use the system area: a-characters.
    pub system_identifier: [u8; 32],
    /// Name of the volume: d-characters.
    pub volume_identifier: [u8; 32],
    /// Logical blocks of the volume space.
    pub volume_blocks: u32,
    /// Escape sequences that name the character set; only of supplementary ones, zeros in a primary.
    pub escape_sequences: [u8; 32],
    /// Volumes in the set.
    pub volume_set_size: u16,
    /// This volume's number in the set, from one.
    pub volume_sequence: u16,
    /// Bytes of a logical block: 512, 1024 or 2048.
    pub block_bytes: u16,
    /// Bytes of a path table.
    pub path_table_bytes: u32,
    /// Logical block of the Type L path table.
    pub path_table_little: u32,
    /// Logical block of the optional second Type L path table; zero for none.
    pub optional_path_table_little: u32,
    /// Logical block of the Type M path table.
    pub path_table_big: u32,
    /// Logical block of the optional second Type M path table; zero for none.
    pub optional_path_table_big: u32,
    /// The root directory.
    pub root: RootRecord,
    /// Name of the volume set: d-characters.
    pub volume_set_identifier: [u8; 128],
    /// Publisher: a-characters, or `_` and the name of a file in the root.
    pub publisher_identifier: [u8; 128],
    /// Who prepared the data; as the publisher.
    pub data_preparer_identifier: [u8; 128],
    /// Which application wrote it; as the publisher.
    pub application_identifier: [u8; 128],
    /// File in the root with a copyright statement.
    pub copyright_file_identifier: [u8; 37],
    /// File in the root with an abstract.
    pub abstract_file_identifier: [u8; 37],
    /// File in the root with bibliographic records.
    pub bibliographic_file_identifier: [u8; 37],
    /// When the volume was made.
    pub created: VolumeTime,
    /// When it was last modified.
    pub modified: VolumeTime,
    /// After which it is obsolete.
    pub expires: VolumeTime,
    /// From when on it may be used.
    pub effective: VolumeTime,
    /// Version of records and path tables: 1, or 2 in an enhanced descriptor.
    pub file_structure_version: u8,
    /// The application's own 512 bytes.
    pub application_use: [u8; 512],
}

impl VolumeDescriptor {
    /// Writes the descriptor over the whole of `sector`.
    pub fn encode(&self, sector: &mut [u8; SECTOR_BYTES]) {
        sector.fill(0);
        let (kind, version) = match self.kind {
            DescriptorKind::Primary => (TYPE_PRIMARY, 1),
            DescriptorKind::Supplementary => (TYPE_SUPPLEMENTARY, 1),
            DescriptorKind::Enhanced => (TYPE_SUPPLEMENTARY, 2),
        };
        layout::TYPE.put(sector, kind);
        layout::IDENTIFIER.put(sector, &STANDARD_IDENTIFIER);
        layout::VERSION.put(sector, version);
        if self.kind != DescriptorKind::Primary {
            layout::FLAGS.put(sector, self.flags);
            layout::ESCAPE_SEQUENCES.put(sector, &self.escape_sequences);
        }
        self.encode_space(sector);
        self.encode_root(sector);
        self.encode_texts(sector);
    }

    /// The descriptor in `sector`; the least-significant-first half of every number is believed.
    ///
    /// # Errors
    /// [`FormatError`] when the sector is not a descriptor of these kinds.
    pub fn parse(sector: &[u8; SECTOR_BYTES]) -> Result<Self, FormatError> {
        let invalid = |field, offset| FormatError::invalid("volume descriptor", field, offset);
        let version = layout::VERSION.get(sector);
        let kind = match (descriptor_type(sector), version) {
            (None, _) => return Err(invalid("Standard Identifier", 1)),
            (Some(TYPE_PRIMARY), _) => DescriptorKind::Primary,
            (Some(TYPE_SUPPLEMENTARY), 2) => DescriptorKind::Enhanced,
            (Some(TYPE_SUPPLEMENTARY), _) => DescriptorKind::Supplementary,
            _ => return Err(invalid("Volume Descriptor Type", 0)),
        };
        let primary = kind == DescriptorKind::Primary;
        Ok(Self {
            kind,
            flags: if primary { 0 } else { layout::FLAGS.get(sector) },
            system_identifier: layout::SYSTEM.get(sector),
            volume_identifier: layout::VOLUME.get(sector),
            volume_blocks: layout::VOLUME_BLOCKS.get(sector).little,
            escape_sequences: if primary { [0; 32] } else { layout::ESCAPE_SEQUENCES.get(sector) },
            volume_set_size: layout::SET_SIZE.get(sector).little,
            volume_sequence: layout::SEQUENCE.get(sector).little,
            block_bytes: layout::BLOCK_BYTES.get(sector).little,
            path_table_bytes: layout::PATH_TABLE_BYTES.get(sector).little,
            path_table_little: layout::PATH_TABLE_L.get(sector),
            optional_path_table_little: layout::OPTIONAL_L.get(sector),
            path_table_big: layout::PATH_TABLE_M.get(sector),
            optional_path_table_big: layout::OPTIONAL_M.get(sector),
            root: RootRecord {
                extended_attribute_blocks: layout::ROOT_EXTENDED_ATTRIBUTE.get(sector),
                extent: layout::ROOT_EXTENT.get(sector).little,
                data_bytes: layout::ROOT_BYTES.get(sector).little,
                recorded: RecordTime(layout::ROOT_RECORDED.get(sector)),
                flags: FileFlags(layout::ROOT_FLAGS.get(sector)),
                volume_sequence: layout::ROOT_SEQUENCE.get(sector).little,
            },
            volume_set_identifier: layout::VOLUME_SET.get(sector),
            publisher_identifier: layout::PUBLISHER.get(sector),
            data_preparer_identifier: layout::PREPARER.get(sector),
            application_identifier: layout::APPLICATION.get(sector),
            copyright_file_identifier: layout::COPYRIGHT.get(sector),
            abstract_file_identifier: layout::ABSTRACT.get(sector),
            bibliographic_file_identifier: layout::BIBLIOGRAPHIC.get(sector),
            created: VolumeTime(layout::CREATED.get(sector)),
            modified: VolumeTime(layout::MODIFIED.get(sector)),
            expires: VolumeTime(layout::EXPIRES.get(sector)),
            effective: VolumeTime(layout::EFFECTIVE.get(sector)),
            file_structure_version: layout::STRUCTURE_VERSION.get(sector),
            application_use: layout::APPLICATION_USE.get(sector),
        })
    }

    /// The numbers of the descriptor in `sector` whose two halves differ.
    pub fn disagreements(sector: &[u8; SECTOR_BYTES]) -> impl Iterator<Item = Disagreement> + use<> {
        [
            layout::VOLUME_BLOCKS.disagreement(sector, "Volume Space Size"),
            layout::SET_SIZE.disagreement(sector, "Volume Set Size"),
            layout::SEQUENCE.disagreement(sector, "Volume Sequence Number"),
            layout::BLOCK_BYTES.disagreement(sector, "Logical Block Size"),
            layout::PATH_TABLE_BYTES.disagreement(sector, "Path Table Size"),
            layout::ROOT_EXTENT.disagreement(sector, "Root Location of Extent"),
            layout::ROOT_BYTES.disagreement(sector, "Root Data Length"),
            layout::ROOT_SEQUENCE.disagreement(sector, "Root Volume Sequence Number"),
        ]
        .into_iter()
        .flatten()
    }

    /// The level of UCS-2 by which a supplementary descriptor is a Joliet one.
    #[must_use]
    pub fn joliet_level(&self) -> Option<JolietLevel> {
        if self.kind != DescriptorKind::Supplementary {
            return None;
        }
        let declares = |level: JolietLevel| self.escape_sequences.starts_with(&level.escape_sequence());
        [JolietLevel::Three, JolietLevel::Two, JolietLevel::One].into_iter().find(|level| declares(*level))
    }

    /// The volume identifier as text, padding dropped, in the descriptor's own character set.
    #[must_use]
    pub fn volume_name(&self) -> String {
        self.text(&self.volume_identifier)
    }

    /// A text field of this descriptor as text, padding dropped, in the descriptor's own character set.
    #[must_use]
    pub fn text(&self, field: &[u8]) -> String {
        if self.joliet_level().is_some() { text::ucs2_field_text(field) } else { text::field_text(field) }
    }

    fn encode_space(&self, sector: &mut [u8; SECTOR_BYTES]) {
        layout::VOLUME_BLOCKS.put(sector, self.volume_blocks);
        layout::SET_SIZE.put(sector, self.volume_set_size);
        layout::SEQUENCE.put(sector, self.volume_sequence);
        layout::BLOCK_BYTES.put(sector, self.block_bytes);
        layout::PATH_TABLE_BYTES.put(sector, self.path_table_bytes);
        layout::PATH_TABLE_L.put(sector, self.path_table_little);
        layout::OPTIONAL_L.put(sector, self.optional_path_table_little);
        layout::PATH_TABLE_M.put(sector, self.path_table_big);
        layout::OPTIONAL_M.put(sector, self.optional_path_table_big);
    }

    fn encode_root(&self, sector: &mut [u8; SECTOR_BYTES]) {
        layout::ROOT_LENGTH.put(sector, ROOT_RECORD_BYTES);
        layout::ROOT_EXTENDED_ATTRIBUTE.put(sector, self.root.extended_attribute_blocks);
        layout::ROOT_EXTENT.put(sector, self.root.extent);
        layout::ROOT_BYTES.put(sector, self.root.data_bytes);
        layout::ROOT_RECORDED.put(sector, &self.root.recorded.0);
        layout::ROOT_FLAGS.put(sector, self.root.flags.0);
        layout::ROOT_SEQUENCE.put(sector, self.root.volume_sequence);
        // The identifier itself is the byte 0x00, which the caller's fill has set.
        layout::ROOT_IDENTIFIER_LENGTH.put(sector, 1);
    }

    fn encode_texts(&self, sector: &mut [u8; SECTOR_BYTES]) {
        layout::SYSTEM.put(sector, &self.system_identifier);
        layout::VOLUME.put(sector, &self.volume_identifier);
        layout::VOLUME_SET.put(sector, &self.volume_set_identifier);
        layout::PUBLISHER.put(sector, &self.publisher_identifier);
        layout::PREPARER.put(sector, &self.data_preparer_identifier);
        layout::APPLICATION.put(sector, &self.application_identifier);
        layout::COPYRIGHT.put(sector, &self.copyright_file_identifier);
        layout::ABSTRACT.put(sector, &self.abstract_file_identifier);
        layout::BIBLIOGRAPHIC.put(sector, &self.bibliographic_file_identifier);
        layout::CREATED.put(sector, &self.created.0);
        layout::MODIFIED.put(sector, &self.modified.0);
        layout::EXPIRES.put(sector, &self.expires.0);
        layout::EFFECTIVE.put(sector, &self.effective.0);
        layout::STRUCTURE_VERSION.put(sector, self.file_structure_version);
        layout::APPLICATION_USE.put(sector, &self.application_use);
    }
}

/// A boot record (ECMA-119, 8.2); El Torito's points to its catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootRecord {
    /// Which system the record is for.
    pub boot_system_identifier: [u8; 32],
    /// For El Torito: sector of the boot catalogue (El Torito 1.0, figure 7).
    pub catalogue: u32,
}

impl BootRecord {
    /// Boot system identifier of El Torito, padded with zeros (El Torito 1.0, figure 7).
    pub const EL_TORITO: [u8; 32] = *b"EL TORITO SPECIFICATION\0\0\0\0\0\0\0\0\0";

    /// Writes the boot record over the whole of `sector`.
    pub fn encode(&self, sector: &mut [u8; SECTOR_BYTES]) {
        sector.fill(0);
        layout::TYPE.put(sector, TYPE_BOOT);
        layout::IDENTIFIER.put(sector, &STANDARD_IDENTIFIER);
        layout::VERSION.put(sector, 1);
        layout::BOOT_SYSTEM.put(sector, &self.boot_system_identifier);
        layout::BOOT_CATALOGUE.put(sector, self.catalogue);
    }

    /// The boot record in `sector`.
    ///
    /// # Errors
    /// [`FormatError`] when the sector is no boot record.
    pub fn parse(sector: &[u8; SECTOR_BYTES]) -> Result<Self, FormatError> {
        if descriptor_type(sector) != Some(TYPE_BOOT) {
            return Err(FormatError::invalid("boot record", "Volume Descriptor Type", 0));
        }
        Ok(Self {
            boot_system_identifier: layout::BOOT_SYSTEM.get(sector),
            catalogue: layout::BOOT_CATALOGUE.get(sector),
        })
    }

    /// Whether the record is El Torito's; some writers pad the identifier with spaces.
    #[must_use]
    pub fn is_el_torito(&self) -> bool {
        text::field_text(&self.boot_system_identifier) == text::field_text(&Self::EL_TORITO)
    }
}

const ROOT_RECORD_BYTES: u8 = 34;

mod layout {
    use super::{Be32, Both16, Both32, Byte, Bytes, Le32};

    pub(super) const TYPE: Byte<0> = Byte;
    pub(super) const IDENTIFIER: Bytes<1, 5> = Bytes;
    pub(super) const VERSION: Byte<6> = Byte;
    pub(super) const BOOT_SYSTEM: Bytes<7, 32> = Bytes;
    pub(super) const BOOT_CATALOGUE: Le32<71> = Le32;
    pub(super) const FLAGS: Byte<7> = Byte;
    pub(super) const SYSTEM: Bytes<8, 32> = Bytes;
    pub(super) const VOLUME: Bytes<40, 32> = Bytes;
    pub(super) const VOLUME_BLOCKS: Both32<80> = Both32;
    pub(super) const ESCAPE_SEQUENCES: Bytes<88, 32> = Bytes;
    pub(super) const SET_SIZE: Both16<120> = Both16;
    pub(super) const SEQUENCE: Both16<124> = Both16;
    pub(super) const BLOCK_BYTES: Both16<128> = Both16;
    pub(super) const PATH_TABLE_BYTES: Both32<132> = Both32;
    pub(super) const PATH_TABLE_L: Le32<140> = Le32;
    pub(super) const OPTIONAL_L: Le32<144> = Le32;
    pub(super) const PATH_TABLE_M: Be32<148> = Be32;
    pub(super) const OPTIONAL_M: Be32<152> = Be32;
    const ROOT: usize = 156;
    pub(super) const ROOT_LENGTH: Byte<ROOT> = Byte;
    pub(super) const ROOT_EXTENDED_ATTRIBUTE: Byte<{ ROOT + 1 }> = Byte;
    pub(super) const ROOT_EXTENT: Both32<{ ROOT + 2 }> = Both32;
    pub(super) const ROOT_BYTES: Both32<{ ROOT + 10 }> = Both32;
    pub(super) const ROOT_RECORDED: Bytes<{ ROOT + 18 }, 7> = Bytes;
    pub(super) const ROOT_FLAGS: Byte<{ ROOT + 25 }> = Byte;
    pub(super) const ROOT_SEQUENCE: Both16<{ ROOT + 28 }> = Both16;
    pub(super) const ROOT_IDENTIFIER_LENGTH: Byte<{ ROOT + 32 }> = Byte;
    pub(super) const VOLUME_SET: Bytes<190, 128> = Bytes;
    pub(super) const PUBLISHER: Bytes<318, 128> = Bytes;
    pub(super) const PREPARER: Bytes<446, 128> = Bytes;
    pub(super) const APPLICATION: Bytes<574, 128> = Bytes;
    pub(super) const COPYRIGHT: Bytes<702, 37> = Bytes;
    pub(super) const ABSTRACT: Bytes<739, 37> = Bytes;
    pub(super) const BIBLIOGRAPHIC: Bytes<776, 37> = Bytes;
    pub(super) const CREATED: Bytes<813, 17> = Bytes;
    pub(super) const MODIFIED: Bytes<830, 17> = Bytes;
    pub(super) const EXPIRES: Bytes<847, 17> = Bytes;
    pub(super) const EFFECTIVE: Bytes<864, 17> = Bytes;
    pub(super) const STRUCTURE_VERSION: Byte<881> = Byte;
    pub(super) const APPLICATION_USE: Bytes<883, 512> = Bytes;
}
