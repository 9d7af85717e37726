//! Every structure that ISO 9660 and its extensions put on a disc, encoded and parsed side by side. No I/O.
//!
//! Sources: ECMA-119, 4th edition (June 2019), whose clause numbers are cited; the Joliet specification (1995);
//! SUSP (IEEE P1281 draft 1.12) and RRIP (IEEE P1282 draft 1.12); El Torito 1.0 (1995).
//!
//! Everything encodes into the caller's buffer. Parsing never trusts a length: what it returns is borrowed from the
//! bytes given. Numbers recorded in both byte orders are read from the least-significant-first half; the `disagreements`
//! of a structure tell where the other half differs.

mod both_endian;
mod directory_record;
pub mod el_torito;
mod error;
mod extended_attributes;
mod field;
mod path_table;
pub mod rock_ridge;
pub mod susp;
pub mod text;
mod time;
mod volume_descriptor;

pub use both_endian::{BothEndian, Disagreement};
pub use directory_record::{DirectoryRecord, FIXED_BYTES, FileFlags, MAX_RECORD_BYTES};
pub use error::FormatError;
pub use extended_attributes::{EXTENDED_ATTRIBUTES_FIXED_BYTES, ExtendedAttributes};
pub use path_table::{PathTableOrder, PathTableRecord};
pub use time::{RecordTime, TimeError, VolumeTime, ZonedTime};
pub use volume_descriptor::{
    BootRecord, DescriptorKind, JolietLevel, RootRecord, VolumeDescriptor, descriptor_type, terminator,
};

/// Bytes in a logical sector (ECMA-119, 6.1.2).
pub const SECTOR_BYTES: usize = 2048;
/// Sectors of the system area before the first volume descriptor (ECMA-119, 6.2.1).
pub const SYSTEM_AREA_SECTORS: u32 = 16;
