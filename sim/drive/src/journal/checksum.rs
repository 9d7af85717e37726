//! CRC-32C (Castagnoli), which guards each part of a disc file.

use crc::{CRC_32_ISCSI, Crc, Table};

static CRC_32C: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// Checksum of some bytes.
pub(crate) fn crc32c(bytes: &[u8]) -> u32 {
    CRC_32C.checksum(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3720, B.4: CRC-32C of 32 bytes of zeros and of the numbers 0 to 31.
    #[test]
    fn golden_checksums() {
        assert_eq!(crc32c(&[0; 32]), 0x8A91_36AA);
        let rising: Vec<u8> = (0..32).collect();
        assert_eq!(crc32c(&rising), 0x46DD_794E);
    }
}
