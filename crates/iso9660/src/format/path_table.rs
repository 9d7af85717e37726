//! Path table records (ECMA-119, 9.4).

use super::FormatError;

/// Byte order of a path table: Type L or Type M (ECMA-119, 6.9.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathTableOrder {
    /// Type L: least significant byte first.
    Little,
    /// Type M: most significant byte first.
    Big,
}

/// One record of a path table: a directory, by its number in the table (ECMA-119, 9.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathTableRecord<'a> {
    /// Logical blocks of the directory's extended attribute record.
    pub extended_attribute_blocks: u8,
    /// Logical block where the directory's extent begins.
    pub extent: u32,
    /// Number of the parent directory's record, the root being 1.
    pub parent: u16,
    /// The directory's identifier; `[0]` for the root.
    pub identifier: &'a [u8],
}

impl<'a> PathTableRecord<'a> {
    /// Length of a record with an identifier of `identifier_bytes`, padding included.
    #[must_use]
    pub const fn encoded_bytes(identifier_bytes: usize) -> usize {
        FIXED_BYTES + identifier_bytes.next_multiple_of(2)
    }

    /// Writes the record to the front of `out` and returns its length.
    ///
    /// # Errors
    /// [`FormatError`] when the identifier is empty or longer than 255 bytes, or `out` too short.
    pub fn encode(&self, order: PathTableOrder, out: &mut [u8]) -> Result<usize, FormatError> {
        let length = Self::encoded_bytes(self.identifier.len());
        let identifier_byte = u8::try_from(self.identifier.len())
            .map_err(|_| FormatError::too_long("directory identifier", self.identifier.len()))?;
        if identifier_byte == 0 {
            return Err(FormatError::invalid(STRUCTURE, "Length of Directory Identifier", 0));
        }
        let short = FormatError::Short { structure: STRUCTURE, needed: length, available: out.len() };
        let record = out.get_mut(..length).ok_or(short)?;
        let (fixed, rest) = record.split_first_chunk_mut::<FIXED_BYTES>().ok_or(short)?;
        let (e, p) = match order {
            PathTableOrder::Little => (self.extent.to_le_bytes(), self.parent.to_le_bytes()),
            PathTableOrder::Big => (self.extent.to_be_bytes(), self.parent.to_be_bytes()),
        };
        *fixed = [identifier_byte, self.extended_attribute_blocks, e[0], e[1], e[2], e[3], p[0], p[1]];
        let (identifier, pad) = rest.split_at_mut_checked(self.identifier.len()).ok_or(short)?;
        identifier.copy_from_slice(self.identifier);
        pad.fill(0);
        Ok(length)
    }

    /// Appends the record to `out` and returns its length.
    ///
    /// # Errors
    /// As [`encode`](Self::encode), but for the room.
    pub fn append_to(&self, order: PathTableOrder, out: &mut Vec<u8>) -> Result<usize, FormatError> {
        let start = out.len();
        out.resize(start + Self::encoded_bytes(self.identifier.len()), 0);
        let result = self.encode(order, out.get_mut(start..).unwrap_or_default());
        if result.is_err() {
            out.truncate(start);
        }
        result
    }

    /// The record at the front of `bytes`, and the bytes after it.
    ///
    /// # Errors
    /// [`FormatError`] when the identifier is empty or reaches beyond `bytes`.
    pub fn parse(order: PathTableOrder, bytes: &'a [u8]) -> Result<(Self, &'a [u8]), FormatError> {
        let short = |needed| FormatError::Short { structure: STRUCTURE, needed, available: bytes.len() };
        let (fixed, rest) = bytes.split_first_chunk::<FIXED_BYTES>().ok_or_else(|| short(FIXED_BYTES))?;
        let [length, extended_attribute_blocks, e0, e1, e2, e3, p0, p1] = *fixed;
        if length == 0 {
            return Err(FormatError::invalid(STRUCTURE, "Length of Directory Identifier", 0));
        }
        let length = usize::from(length);
        let identifier = rest.get(..length).ok_or_else(|| short(FIXED_BYTES + length))?;
        let (extent, parent) = match order {
            PathTableOrder::Little => (u32::from_le_bytes([e0, e1, e2, e3]), u16::from_le_bytes([p0, p1])),
            PathTableOrder::Big => (u32::from_be_bytes([e0, e1, e2, e3]), u16::from_be_bytes([p0, p1])),
        };
        let after = rest.get(length.next_multiple_of(2)..).unwrap_or_default();
        Ok((Self { extended_attribute_blocks, extent, parent, identifier }, after))
    }
}

const STRUCTURE: &str = "path table record";
const FIXED_BYTES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_orders() {
        let record = PathTableRecord {
            extended_attribute_blocks: 0,
            extent: 0x0102_0304,
            parent: 0x0506,
            identifier: b"DIR",
        };
        let mut bytes = Vec::new();
        record.append_to(PathTableOrder::Little, &mut bytes).unwrap();
        assert_eq!(bytes, [3, 0, 4, 3, 2, 1, 6, 5, b'D', b'I', b'R', 0]);
        bytes.clear();
        record.append_to(PathTableOrder::Big, &mut bytes).unwrap();
        assert_eq!(bytes, [3, 0, 1, 2, 3, 4, 5, 6, b'D', b'I', b'R', 0]);
        assert_eq!(PathTableRecord::parse(PathTableOrder::Big, &bytes), Ok((record, &[][..])));
    }

    #[test]
    fn hostile_lengths_are_refused() {
        assert!(PathTableRecord::parse(PathTableOrder::Little, &[0; 20]).is_err());
        assert!(PathTableRecord::parse(PathTableOrder::Little, &[9, 0, 0, 0, 0, 0, 0, 0, 1]).is_err());
        assert!(PathTableRecord::parse(PathTableOrder::Little, &[1, 0, 0]).is_err());
    }
}
