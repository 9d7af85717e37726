//! Extended attribute records (ECMA-119, 9.5).

use super::field::{Both16, Byte, Bytes};
use super::{Disagreement, VolumeTime};

/// Length of the fixed part of an extended attribute record, in bytes; application use and escape sequences follow.
pub const EXTENDED_ATTRIBUTES_FIXED_BYTES: usize = 250;

/// The fixed part of an extended attribute record, which may lie in front of the data of a file or directory
/// (ECMA-119, 9.5).
///
/// The same type is written and read. Of every number the least-significant-first half is read
/// ([`disagreements`](Self::disagreements) tells where the other half differs).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedAttributes {
    /// Number of the owner; zero when neither owner nor group are told.
    pub owner: u16,
    /// Number of the owner's group; zero when neither owner nor group are told.
    pub group: u16,
    /// Who may not read and execute the file, by a bit each; see [`RESERVED_PERMISSIONS`](Self::RESERVED_PERMISSIONS).
    pub permissions: u16,
    /// When the file was created.
    pub created: VolumeTime,
    /// When the file was modified last.
    pub modified: VolumeTime,
    /// From when on the file is obsolete.
    pub expires: VolumeTime,
    /// From when on the file may be used.
    pub effective: VolumeTime,
    /// How the file is made of records: 0 not told, 1 of fixed length, 2 and 3 of variable length, 128 and more by
    /// agreement.
    pub record_format: u8,
    /// How records are shown: 0 as lines, 1 by their first byte, 2 as they are.
    pub record_attributes: u8,
    /// Bytes of a record of fixed length, most bytes of one of variable length; zero without a record format.
    pub record_bytes: u16,
    /// The system that knows what [`system_use`](Self::system_use) means; a-characters, filled with spaces.
    pub system_identifier: [u8; 32],
    /// For that system.
    pub system_use: [u8; 64],
    /// Version of the record; 1.
    pub version: u8,
    /// Bytes of escape sequences behind the application use.
    pub escape_bytes: u8,
    /// Bytes of application use behind the fixed part.
    pub application_bytes: u16,
}

impl ExtendedAttributes {
    /// Bits of the permissions that are one whatever they allow (9.5.3); each of the others forbids something.
    pub const RESERVED_PERMISSIONS: u16 = 0xAAAA;

    /// The bytes of the fixed part.
    #[must_use]
    pub fn encode(&self) -> [u8; EXTENDED_ATTRIBUTES_FIXED_BYTES] {
        let mut block = [0; EXTENDED_ATTRIBUTES_FIXED_BYTES];
        layout::OWNER.put(&mut block, self.owner);
        layout::GROUP.put(&mut block, self.group);
        layout::PERMISSIONS.put(&mut block, &self.permissions.to_be_bytes());
        layout::CREATED.put(&mut block, &self.created.0);
        layout::MODIFIED.put(&mut block, &self.modified.0);
        layout::EXPIRES.put(&mut block, &self.expires.0);
        layout::EFFECTIVE.put(&mut block, &self.effective.0);
        layout::RECORD_FORMAT.put(&mut block, self.record_format);
        layout::RECORD_ATTRIBUTES.put(&mut block, self.record_attributes);
        layout::RECORD_BYTES.put(&mut block, self.record_bytes);
        layout::SYSTEM_IDENTIFIER.put(&mut block, &self.system_identifier);
        layout::SYSTEM_USE.put(&mut block, &self.system_use);
        layout::VERSION.put(&mut block, self.version);
        layout::ESCAPE_BYTES.put(&mut block, self.escape_bytes);
        layout::APPLICATION_BYTES.put(&mut block, self.application_bytes);
        block
    }

    /// The record whose fixed part is `block`; any bytes are one.
    #[must_use]
    pub const fn parse(block: &[u8; EXTENDED_ATTRIBUTES_FIXED_BYTES]) -> Self {
        Self {
            owner: layout::OWNER.get(block).little,
            group: layout::GROUP.get(block).little,
            permissions: u16::from_be_bytes(layout::PERMISSIONS.get(block)),
            created: VolumeTime(layout::CREATED.get(block)),
            modified: VolumeTime(layout::MODIFIED.get(block)),
            expires: VolumeTime(layout::EXPIRES.get(block)),
            effective: VolumeTime(layout::EFFECTIVE.get(block)),
            record_format: layout::RECORD_FORMAT.get(block),
            record_attributes: layout::RECORD_ATTRIBUTES.get(block),
            record_bytes: layout::RECORD_BYTES.get(block).little,
            system_identifier: layout::SYSTEM_IDENTIFIER.get(block),
            system_use: layout::SYSTEM_USE.get(block),
            version: layout::VERSION.get(block),
            escape_bytes: layout::ESCAPE_BYTES.get(block),
            application_bytes: layout::APPLICATION_BYTES.get(block).little,
        }
    }

    /// Bytes of the whole record, with application use and escape sequences.
    #[must_use]
    pub fn encoded_bytes(&self) -> usize {
        EXTENDED_ATTRIBUTES_FIXED_BYTES + usize::from(self.application_bytes) + usize::from(self.escape_bytes)
    }

    /// The numbers of the record with the fixed part `block` whose two halves differ.
    pub fn disagreements(
        block: &[u8; EXTENDED_ATTRIBUTES_FIXED_BYTES],
    ) -> impl Iterator<Item = Disagreement> + use<> {
        [
            layout::OWNER.disagreement(block, "Owner Identification"),
            layout::GROUP.disagreement(block, "Group Identification"),
            layout::RECORD_BYTES.disagreement(block, "Record Length"),
            layout::APPLICATION_BYTES.disagreement(block, "Length of Application Use"),
        ]
        .into_iter()
        .flatten()
    }
}

mod layout {
    use super::{Both16, Byte, Bytes};

    pub(super) const OWNER: Both16<0> = Both16;
    pub(super) const GROUP: Both16<4> = Both16;
    pub(super) const PERMISSIONS: Bytes<8, 2> = Bytes;
    pub(super) const CREATED: Bytes<10, 17> = Bytes;
    pub(super) const MODIFIED: Bytes<27, 17> = Bytes;
    pub(super) const EXPIRES: Bytes<44, 17> = Bytes;
    pub(super) const EFFECTIVE: Bytes<61, 17> = Bytes;
    pub(super) const RECORD_FORMAT: Byte<78> = Byte;
    pub(super) const RECORD_ATTRIBUTES: Byte<79> = Byte;
    pub(super) const RECORD_BYTES: Both16<80> = Both16;
    pub(super) const SYSTEM_IDENTIFIER: Bytes<84, 32> = Bytes;
    pub(super) const SYSTEM_USE: Bytes<116, 64> = Bytes;
    pub(super) const VERSION: Byte<180> = Byte;
    pub(super) const ESCAPE_BYTES: Byte<181> = Byte;
    pub(super) const APPLICATION_BYTES: Both16<246> = Both16;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_where_the_standard_has_them() {
        let record = ExtendedAttributes {
            owner: 0x0102,
            group: 0x0304,
            permissions: 0xABCD,
            created: VolumeTime(*b"2001020304050607\x01"),
            modified: VolumeTime(*b"2002020304050607\x02"),
            expires: VolumeTime(*b"2003020304050607\x03"),
            effective: VolumeTime(*b"2004020304050607\x04"),
            record_format: 1,
            record_attributes: 2,
            record_bytes: 0x0506,
            system_identifier: [b'S'; 32],
            system_use: [b'U'; 64],
            version: 1,
            escape_bytes: 3,
            application_bytes: 0x0708,
        };
        let block = record.encode();
        // Byte positions of 9.5, which count from one.
        let field = |first: usize, last: usize| &block[first - 1..last];
        assert_eq!(field(1, 4), [2, 1, 1, 2]);
        assert_eq!(field(5, 8), [4, 3, 3, 4]);
        assert_eq!(field(9, 10), [0xAB, 0xCD]);
        assert_eq!(field(11, 27), b"2001020304050607\x01");
        assert_eq!(field(28, 44), b"2002020304050607\x02");
        assert_eq!(field(45, 61), b"2003020304050607\x03");
        assert_eq!(field(62, 78), b"2004020304050607\x04");
        assert_eq!(field(79, 84), [1, 2, 6, 5, 5, 6]);
        assert_eq!(field(85, 116), [b'S'; 32]);
        assert_eq!(field(117, 180), [b'U'; 64]);
        assert_eq!(field(181, 182), [1, 3]);
        assert_eq!(field(183, 246), [0; 64]);
        assert_eq!(field(247, 250), [8, 7, 7, 8]);
        assert_eq!(ExtendedAttributes::parse(&block), record);
        assert_eq!(record.encoded_bytes(), 250 + 0x0708 + 3);
        assert_eq!(ExtendedAttributes::disagreements(&block).count(), 0);
    }

    #[test]
    fn halves_that_differ_are_told() {
        let mut block = [0; EXTENDED_ATTRIBUTES_FIXED_BYTES];
        for at in [2, 5, 83, 247] {
            block[at] = 1;
        }
        let fields: Vec<_> = ExtendedAttributes::disagreements(&block).map(|it| it.offset).collect();
        assert_eq!(fields, [0, 4, 80, 246]);
    }
}
