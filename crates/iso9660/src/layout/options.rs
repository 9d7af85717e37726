//! What is wished of an image.

use discwright_cd::Lba;

use crate::format::ZonedTime;
use crate::names::{Level, joliet};
use crate::tree::Timestamp;

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
            strict_primary_names: false,
            zone_quarters: 0,
            padding_sectors: 0,
            session_id: None,
        }
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
    /// Name of a file in the root with a copyright notice.
    pub copyright_file: String,
    /// Name of a file in the root with an abstract.
    pub abstract_file: String,
    /// Name of a file in the root with bibliographic records.
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
