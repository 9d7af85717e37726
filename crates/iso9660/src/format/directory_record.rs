//! Directory records (ECMA-119, 9.1).

use core::ops::{BitOr, BitOrAssign};

use super::field::{Both16, Both32, Byte, Bytes};
use super::{Disagreement, FormatError, RecordTime};

/// Length of the fixed part of a directory record, in bytes.
pub const FIXED_BYTES: usize = 33;
/// The longest directory record, in bytes: the largest even number its length byte can hold.
pub const MAX_RECORD_BYTES: usize = 254;

/// One directory record: a section of a file, or a directory (ECMA-119, 9.1).
///
/// The same type is written and read; identifier and system use are borrowed from wherever they lie.
/// Locations and counts are in logical blocks; reading takes the least-significant-first half of every number
/// ([`disagreements`](Self::disagreements) tells where the other half differs).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryRecord<'a> {
    /// Logical blocks of the extended attribute record that precedes the data; zero for none.
    pub extended_attribute_blocks: u8,
    /// Logical block where the extent begins: the extended attribute record if there is one, else the data.
    pub extent: u32,
    /// Bytes of data in this section, the extended attribute record not counted.
    pub data_bytes: u32,
    /// When it was recorded.
    pub recorded: RecordTime,
    /// What kind of entry it is.
    pub flags: FileFlags,
    /// Logical blocks in a file unit of an interleaved file; zero when not interleaved.
    pub unit_blocks: u8,
    /// Logical blocks between two file units; zero when not interleaved.
    pub gap_blocks: u8,
    /// The volume of the set on which the extent lies; one on a single disc.
    pub volume_sequence: u16,
    /// The name as recorded, 1 ..= 221 bytes; `[0]` the directory itself, `[1]` its parent.
    pub identifier: &'a [u8],
    /// The system use field, of even length when written; Rock Ridge lives here.
    pub system_use: &'a [u8],
}

impl<'a> DirectoryRecord<'a> {
    /// The identifier of the record by which a directory describes itself (ECMA-119, 6.8.2.2).
    pub const SELF_IDENTIFIER: &'static [u8] = &[0];
    /// The identifier of the record by which a directory describes its parent (ECMA-119, 6.8.2.2).
    pub const PARENT_IDENTIFIER: &'static [u8] = &[1];

    /// Length of a record with an identifier of `identifier_bytes` and `system_use_bytes`, both paddings included.
    #[must_use]
    pub const fn encoded_bytes(identifier_bytes: usize, system_use_bytes: usize) -> usize {
        (system_use_start(identifier_bytes) + system_use_bytes).next_multiple_of(2)
    }

    /// Writes the record to the front of `out` and returns its length, which is even (ECMA-119, 9.1.1).
    ///
    /// # Errors
    /// [`FormatError`] when the record would be longer than 254 bytes, its identifier empty, or `out` too short.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, FormatError> {
        let length = Self::encoded_bytes(self.identifier.len(), self.system_use.len());
        let length_byte = u8::try_from(length).map_err(|_| FormatError::too_long(STRUCTURE, length))?;
        let identifier_byte = u8::try_from(self.identifier.len())
            .map_err(|_| FormatError::too_long("file identifier", self.identifier.len()))?;
        if identifier_byte == 0 {
            return Err(FormatError::invalid(STRUCTURE, "Length of File Identifier", layout::IDENTIFIER_AT));
        }
        let available = out.len();
        let short = FormatError::Short { structure: STRUCTURE, needed: length, available };
        let record = out.get_mut(..length).ok_or(short)?;
        let (fixed, rest) = record.split_first_chunk_mut::<FIXED_BYTES>().ok_or(short)?;
        self.encode_fixed(fixed, length_byte, identifier_byte);
        // Split rather than indexed: identifier, its padding, system use, and the padding that makes the whole even.
        let (identifier, rest) = rest.split_at_mut_checked(self.identifier.len()).ok_or(short)?;
        identifier.copy_from_slice(self.identifier);
        let padding = system_use_start(self.identifier.len()) - FIXED_BYTES - self.identifier.len();
        let (pad, rest) = rest.split_at_mut_checked(padding).ok_or(short)?;
        pad.fill(0);
        let (system_use, pad) = rest.split_at_mut_checked(self.system_use.len()).ok_or(short)?;
        system_use.copy_from_slice(self.system_use);
        pad.fill(0);
        Ok(length)
    }

    /// Appends the record to `out` and returns its length.
    ///
    /// # Errors
    /// As [`encode`](Self::encode), but for the room.
    pub fn append_to(&self, out: &mut Vec<u8>) -> Result<usize, FormatError> {
        let start = out.len();
        out.resize(start + Self::encoded_bytes(self.identifier.len(), self.system_use.len()), 0);
        let result = self.encode(out.get_mut(start..).unwrap_or_default());
        if result.is_err() {
            out.truncate(start);
        }
        result
    }

    /// The record at the front of `bytes`, which reach to the end of its sector at most.
    ///
    /// A length byte of zero (no more records in this sector) is an error here; look before.
    ///
    /// # Errors
    /// [`FormatError`] naming the field, when the record is shorter than its parts or longer than `bytes`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let short = |needed| FormatError::Short { structure: STRUCTURE, needed, available: bytes.len() };
        let length = usize::from(*bytes.first().ok_or_else(|| short(1))?);
        if length < FIXED_BYTES + 1 {
            return Err(FormatError::invalid(STRUCTURE, "Length of Directory Record", 0));
        }
        let record = bytes.get(..length).ok_or_else(|| short(length))?;
        let (fixed, rest) = record.split_first_chunk::<FIXED_BYTES>().ok_or_else(|| short(FIXED_BYTES))?;
        let identifier_bytes = usize::from(layout::IDENTIFIER_LENGTH.get(fixed));
        if identifier_bytes == 0 || identifier_bytes > rest.len() {
            return Err(FormatError::invalid(STRUCTURE, "Length of File Identifier", layout::IDENTIFIER_AT));
        }
        let (identifier, _) = rest.split_at(identifier_bytes);
        // The padding byte may be missing at the very end of a record that is too short for it.
        let system_use = record.get(system_use_start(identifier_bytes)..).unwrap_or_default();
        Ok(Self {
            extended_attribute_blocks: layout::EXTENDED_ATTRIBUTE.get(fixed),
            extent: layout::EXTENT.get(fixed).little,
            data_bytes: layout::DATA_BYTES.get(fixed).little,
            recorded: RecordTime(layout::RECORDED.get(fixed)),
            flags: FileFlags(layout::FLAGS.get(fixed)),
            unit_blocks: layout::UNIT.get(fixed),
            gap_blocks: layout::GAP.get(fixed),
            volume_sequence: layout::SEQUENCE.get(fixed).little,
            identifier,
            system_use,
        })
    }

    /// The numbers of the record at the front of `bytes` whose two halves differ.
    pub fn disagreements(bytes: &[u8]) -> impl Iterator<Item = Disagreement> + use<> {
        let fixed = bytes.first_chunk::<FIXED_BYTES>();
        [
            fixed.and_then(|it| layout::EXTENT.disagreement(it, "Location of Extent")),
            fixed.and_then(|it| layout::DATA_BYTES.disagreement(it, "Data Length")),
            fixed.and_then(|it| layout::SEQUENCE.disagreement(it, "Volume Sequence Number")),
        ]
        .into_iter()
        .flatten()
    }

    /// Whether this is the record of the directory itself or of its parent.
    #[must_use]
    pub fn is_self_or_parent(&self) -> bool {
        self.identifier == Self::SELF_IDENTIFIER || self.identifier == Self::PARENT_IDENTIFIER
    }

    fn encode_fixed(&self, fixed: &mut [u8; FIXED_BYTES], length: u8, identifier_bytes: u8) {
        layout::LENGTH.put(fixed, length);
        layout::EXTENDED_ATTRIBUTE.put(fixed, self.extended_attribute_blocks);
        layout::EXTENT.put(fixed, self.extent);
        layout::DATA_BYTES.put(fixed, self.data_bytes);
        layout::RECORDED.put(fixed, &self.recorded.0);
        layout::FLAGS.put(fixed, self.flags.0);
        layout::UNIT.put(fixed, self.unit_blocks);
        layout::GAP.put(fixed, self.gap_blocks);
        layout::SEQUENCE.put(fixed, self.volume_sequence);
        layout::IDENTIFIER_LENGTH.put(fixed, identifier_bytes);
    }
}

/// Where the system use field begins: after the identifier and the byte that makes its end even (ECMA-119, 9.1.12).
const fn system_use_start(identifier_bytes: usize) -> usize {
    (FIXED_BYTES + identifier_bytes).next_multiple_of(2)
}

/// The file flags of a directory record (ECMA-119, 9.1.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FileFlags(pub u8);

impl FileFlags {
    /// An ordinary file in one section.
    pub const NONE: Self = Self(0);
    /// Existence: need not be shown to the user.
    pub const HIDDEN: Self = Self(0x01);
    /// A directory.
    pub const DIRECTORY: Self = Self(0x02);
    /// An associated file (a resource fork).
    pub const ASSOCIATED: Self = Self(0x04);
    /// The record format is said in the extended attribute record.
    pub const RECORD: Self = Self(0x08);
    /// Owner and permissions are said in the extended attribute record.
    pub const PROTECTION: Self = Self(0x10);
    /// Not the last section of the file: the next record continues it.
    pub const MULTI_EXTENT: Self = Self(0x80);

    /// Whether all bits of `flags` are set.
    #[must_use]
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

impl BitOr for FileFlags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for FileFlags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

const STRUCTURE: &str = "directory record";

mod layout {
    use super::{Both16, Both32, Byte, Bytes};

    pub(super) const LENGTH: Byte<0> = Byte;
    pub(super) const EXTENDED_ATTRIBUTE: Byte<1> = Byte;
    pub(super) const EXTENT: Both32<2> = Both32;
    pub(super) const DATA_BYTES: Both32<10> = Both32;
    pub(super) const RECORDED: Bytes<18, 7> = Bytes;
    pub(super) const FLAGS: Byte<25> = Byte;
    pub(super) const UNIT: Byte<26> = Byte;
    pub(super) const GAP: Byte<27> = Byte;
    pub(super) const SEQUENCE: Both16<28> = Both16;
    pub(super) const IDENTIFIER_AT: usize = 32;
    pub(super) const IDENTIFIER_LENGTH: Byte<IDENTIFIER_AT> = Byte;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record<'a>(identifier: &'a [u8], system_use: &'a [u8]) -> DirectoryRecord<'a> {
        DirectoryRecord {
            extended_attribute_blocks: 0,
            extent: 24,
            data_bytes: 6,
            recorded: RecordTime([126, 11, 22, 16, 0, 0, 0]),
            flags: FileFlags::NONE,
            unit_blocks: 0,
            gap_blocks: 0,
            volume_sequence: 1,
            identifier,
            system_use,
        }
    }

    #[test]
    fn paddings_make_ends_even() {
        for (identifier, system_use, length) in
            [(&b"\0"[..], &b""[..], 34), (b"AB", b"", 36), (b"ABC", b"xy", 38), (b"ABC", b"x", 38)]
        {
            let mut bytes = vec![0xFF; 40];
            assert_eq!(record(identifier, system_use).encode(&mut bytes), Ok(length));
            assert_eq!(bytes[0], u8::try_from(length).unwrap());
            let parsed = DirectoryRecord::parse(&bytes).unwrap();
            assert_eq!(parsed.identifier, identifier);
            assert!(parsed.system_use.starts_with(system_use));
            assert_eq!(DirectoryRecord::disagreements(&bytes).count(), 0);
            assert!(bytes[length..].iter().all(|byte| *byte == 0xFF), "nothing beyond is touched");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(record(&[b'A'; 222], b"").append_to(&mut Vec::new()).is_err());
        assert!(record(&[b'A'; 221], b"").append_to(&mut Vec::new()).is_ok());
        assert!(record(b"", b"").append_to(&mut Vec::new()).is_err());
        assert!(record(b"A", b"").encode(&mut [0; 33]).is_err());
    }

    #[test]
    fn hostile_lengths_are_named() {
        let mut bytes = [0; 64];
        record(b"A.TXT;1", b"").encode(&mut bytes).unwrap();
        for length in 1..34 {
            let mut broken = bytes;
            broken[0] = length;
            assert!(DirectoryRecord::parse(&broken).is_err(), "{length}");
        }
        let mut broken = bytes;
        broken[32] = 200;
        assert_eq!(
            DirectoryRecord::parse(&broken).unwrap_err().to_string(),
            "directory record: invalid Length of File Identifier at byte 32"
        );
        assert!(DirectoryRecord::parse(&bytes[..39]).is_err());
        assert!(DirectoryRecord::parse(&[]).is_err());
    }

    #[test]
    fn a_half_that_differs_is_told() {
        let mut bytes = [0; 64];
        record(b"A", b"").encode(&mut bytes).unwrap();
        bytes[9] = 25;
        let told: Vec<_> = DirectoryRecord::disagreements(&bytes).collect();
        assert_eq!(told, [Disagreement { field: "Location of Extent", offset: 2, little: 24, big: 25 }]);
    }
}
