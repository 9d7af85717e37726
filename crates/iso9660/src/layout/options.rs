//! What is wished of an image.

use discwright_cd::Lba;

use crate::format::ZonedTime;
pub use crate::format::el_torito::{Emulation, Platform};
use crate::names::{Level, joliet};
use crate::tree::{Content, Timestamp};

/// What is wished of an image besides its tree.
///
/// Nothing is asked of a clock or drawn at random: the same tree and options give the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where the image will lie on the disc: the first sector of the session's data track. Every location in
    /// the image is counted from the start of the disc.
    pub start: Lba,
    /// What the volume is called, and by whom it was made.
    pub volume: Volume,
    /// Interchange level of the primary hierarchy.
    pub level: Level,
    /// Whether there is a Joliet hierarchy.
    pub joliet: Option<Joliet>,
    /// Whether the primary hierarchy has Rock Ridge attributes.
    pub rock_ridge: Option<RockRidge>,
    /// Whether there is an enhanced volume descriptor with a hierarchy of its own (ISO 9660:1999): names of up to 207 bytes
    /// of UTF-8.
    pub enhanced: bool,
    /// What the disc boots.
    pub boot: Option<Boot>,
    /// Where on the disc the boot catalogue of an earlier session lies, which this session names again; nothing of it is
    /// copied, and what it boots stays as it is. Does not count where `boot` is given.
    ///
    /// A BIOS looks at the last session only (El Torito 1.0, 2.0), so without this a bootable disc ceases to boot when a
    /// session is added.
    pub replayed_catalogue: Option<Lba>,
    /// Whether primary names that must change, beyond small letters becoming capitals, are refused.
    pub strict_primary_names: bool,
    /// Zone in which times are told, in quarters of an hour east of Greenwich, −48 ..= 52.
    pub zone_quarters: i8,
    /// Sectors of zeros after the last file. None are needed on a disc that is written session-at-once. After
    /// track-at-once 150 keep old read-ahead out of the run-out blocks.
    pub padding_sectors: u32,
    /// Sixteen bytes that tell this session from every other, kept in the descriptors' application use area.
    pub session_id: Option<[u8; 16]>,
}

impl Options {
    /// An image at the start of a disc, level 1 with Joliet, called `name` and made at `created`.
    #[must_use]
    pub fn new(name: impl Into<String>, created: Timestamp) -> Self {
        Self {
            start: Lba(0),
            volume: Volume::new(name, created),
            level: Level::One,
            joliet: Some(Joliet::default()),
            rock_ridge: None,
            enhanced: false,
            boot: None,
            replayed_catalogue: None,
            strict_primary_names: false,
            zone_quarters: 0,
            padding_sectors: 0,
            session_id: None,
        }
    }

    /// Whether there is a boot record.
    pub(crate) fn boots(&self) -> bool {
        self.boot.is_some() || self.replayed_catalogue.is_some()
    }

    pub(crate) fn zoned(&self, time: Timestamp) -> ZonedTime {
        time.zoned(self.zone_quarters)
    }
}

/// The Joliet hierarchy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Joliet {
    /// Names of up to 103 UTF-16 units instead of the specification's 64.
    pub long_names: bool,
    /// Whether a name that must change is an error instead.
    pub strict: bool,
}

impl Joliet {
    /// UTF-16 units that a name may have.
    #[must_use]
    pub fn units(self) -> usize {
        if self.long_names { joliet::LONG_UNITS } else { joliet::UNITS }
    }
}

/// Rock Ridge in the primary hierarchy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RockRidge {
    /// Where folders beyond the eighth level go.
    pub deep: Deep,
    /// Whose the files are.
    pub ownership: Ownership,
    /// Edition 1.10 instead of 1.12: without the serial numbers that tell hard links.
    pub without_serials: bool,
}

/// Where folders beyond the eighth level go, which ECMA-119, 6.8.2.1 does not allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deep {
    /// They are recorded in the root's `RR_MOVED` and shown in their place by CL, PL and RE.
    #[default]
    Relocate,
    /// They stay.
    Leave,
}

/// Whose the files are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ownership {
    /// User, group and permissions of the tree.
    #[default]
    Keep,
    /// Files belong to user 0 and group 0; everybody may read them, nobody may write, and who may execute is anybody
    /// if anybody was.
    Readable,
}

/// What the disc boots (El Torito 1.0).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boot {
    /// The images: the first is the default entry. Others of one platform in a row share a section.
    pub images: Vec<BootImage>,
    /// Who made the disc: up to 24 bytes of the validation entry.
    pub manufacturer: String,
    /// Path in the tree at which the catalogue can be seen; otherwise it is in no directory.
    pub catalogue: Option<String>,
}

/// An image to boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootImage {
    /// Its bytes.
    pub source: BootSource,
    /// Machine that it is for.
    pub platform: Platform,
    /// How it is presented. A floppy image must have the floppy's size, a hard disk's a master boot record with one partition.
    pub emulation: Emulation,
    /// Whether it may be booted.
    pub bootable: bool,
    /// Segment it is loaded at; zero for the usual 0x7C0.
    pub load_segment: u16,
    /// Sectors of 512 bytes that are loaded; if not given 1 for a floppy or hard disk, 4 for x86 without emulation, else the
    /// whole image, or 0 where that is more than can be said. No more than the image has in whole sectors of the disc.
    pub load_sectors: Option<u16>,
    /// Partition type of a hard disk image; zero takes the one in the image, which must be the same, but for an image on the disc.
    pub system_type: u8,
    /// Whether a boot info table is put into the image, 8 bytes into it (mkisofs(8), `-boot-info-table`).
    pub info_table: bool,
}

impl BootImage {
    /// An image for 80x86 that is loaded without emulation.
    #[must_use]
    pub fn new(source: BootSource) -> Self {
        Self {
            source,
            platform: Platform::X86,
            emulation: Emulation::None,
            bootable: true,
            load_segment: 0,
            load_sectors: None,
            system_type: 0,
            info_table: false,
        }
    }
}

/// Where a boot image comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BootSource {
    /// A file of the tree.
    Path(String),
    /// Bytes that are in no directory.
    Hidden(Content),
}

/// The texts and times of a volume descriptor (ECMA-119, 8.4).
///
/// Texts are cut to their fields: in the primary descriptor characters that its field does not allow become `_`,
/// in the Joliet one they stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// Name of the volume: 32 d-characters in the primary descriptor, 16 UTF-16 units in the Joliet one.
    pub name: String,
    /// Name of the set it belongs to.
    pub set: String,
    /// System that may use the first 16 sectors.
    pub system: String,
    /// Publisher.
    pub publisher: String,
    /// Who prepared the data.
    pub preparer: String,
    /// Which program wrote it.
    pub application: String,
    /// Path of a file in the root with a copyright notice, whose identifier in each hierarchy is recorded; in the primary
    /// one that is of 8 and 3 characters at most (ECMA-119, 8.4.20).
    pub copyright_file: String,
    /// The same, with an abstract.
    pub abstract_file: String,
    /// The same, with bibliographic records.
    pub bibliographic_file: String,
    /// When the volume was made.
    pub created: Timestamp,
    /// When it was last changed; as made if not given.
    pub modified: Option<Timestamp>,
    /// After which it is obsolete.
    pub expires: Option<Timestamp>,
    /// From when on it may be used; as made if not given.
    pub effective: Option<Timestamp>,
}

impl Volume {
    /// A volume with a name and nothing else said.
    #[must_use]
    pub fn new(name: impl Into<String>, created: Timestamp) -> Self {
        Self { name: name.into(), application: "DISCWRIGHT".to_owned(), created, ..Self::default() }
    }
}
