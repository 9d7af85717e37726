//! Command descriptor blocks as bytes.

use core::fmt;

use crate::error::CdbError;

/// A command descriptor block of 6, 10, 12 or 16 bytes (SPC-3, 4.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cdb {
    bytes: [u8; 16],
    length: u8,
}

impl Cdb {
    /// Bytes of a CDB by the group in the top three bits of its operation code; 12 for the vendor groups.
    #[must_use]
    pub const fn length_of(opcode: u8) -> usize {
        match opcode >> 5 {
            0 => 6,
            1 | 2 => 10,
            4 => 16,
            _ => 12,
        }
    }

    /// A CDB from a fixed block.
    #[must_use]
    pub fn new<const N: usize>(block: [u8; N]) -> Self {
        const { assert!(N == 6 || N == 10 || N == 12 || N == 16, "CDBs have 6, 10, 12 or 16 bytes") };
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(block) {
            *to = from;
        }
        Self { bytes, length: u8::try_from(N).unwrap_or(16) }
    }

    /// A CDB as it came over a wire: cut to the length its operation code takes (transports pad), refused when shorter.
    ///
    /// # Errors
    /// [`CdbError::Length`] when bytes are missing.
    pub fn from_wire(wire: &[u8]) -> Result<Self, CdbError> {
        let opcode = wire.first().copied().unwrap_or(0);
        let expected = Self::length_of(opcode);
        let Some(block) = wire.get(..expected) else {
            return Err(CdbError::Length { opcode, expected, actual: wire.len() });
        };
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(block) {
            *to = *from;
        }
        Ok(Self { bytes, length: u8::try_from(expected).unwrap_or(16) })
    }

    /// A CDB as it reaches a drive by a transport whose packets have a fixed size (ATAPI, USB): cut to the length its
    /// operation code takes, what is missing is zero.
    ///
    /// Programs send commands of a vendor in fewer bytes than their group says, and drives say that they do not know them.
    #[must_use]
    pub fn padded(wire: &[u8]) -> Self {
        let mut block = [0; 16];
        for (to, from) in block.iter_mut().zip(wire) {
            *to = *from;
        }
        let length = Self::length_of(block[0]);
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(block).take(length) {
            *to = from;
        }
        Self { bytes, length: u8::try_from(length).unwrap_or(16) }
    }

    /// The bytes that go over the wire.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes)
    }

    /// First byte.
    #[must_use]
    pub const fn opcode(&self) -> u8 {
        self.bytes[0]
    }

    /// The CDB as a block of the length that its command, `opcode`, takes.
    pub(crate) fn block_of<const N: usize>(&self, opcode: u8) -> Result<[u8; N], CdbError> {
        if self.opcode() != opcode {
            return Err(CdbError::UnknownOpcode(self.opcode()));
        }
        self.as_bytes().try_into().map_err(|_| CdbError::Length {
            opcode: self.opcode(),
            expected: N,
            actual: usize::from(self.length),
        })
    }
}

impl fmt::Debug for Cdb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cdb({self})")
    }
}

impl fmt::Display for Cdb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.as_bytes().iter().enumerate() {
            write!(f, "{}{byte:02X}", if index == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_zero_only_where_asked_for() {
        let vendor = [0xE5, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        assert!(Cdb::from_wire(&vendor).is_err());
        assert_eq!(Cdb::padded(&vendor).as_bytes(), [0xE5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0]);
        assert_eq!(Cdb::padded(&[0; 16]), Cdb::new([0; 6]));
        assert_eq!(Cdb::padded(&[]), Cdb::new([0; 6]));
        let whole = [0x12, 0, 0, 0, 36, 0];
        assert_eq!(Cdb::padded(&whole), Cdb::from_wire(&whole).unwrap());
    }
}
