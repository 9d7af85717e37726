//! The CRC of subchannel Q and of CD-TEXT packs.

use crc::{CRC_16_GSM, Crc, Table};

/// x¹⁶+x¹²+x⁵+1, most significant bit first, from zero, stored inverted (ECMA-130, 22.3.1).
const CRC: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_GSM);

/// The CRC as it stands on the disc behind `bytes`, most significant byte first.
#[must_use]
pub fn crc16(bytes: &[u8]) -> u16 {
    CRC.checksum(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Check value of CRC-16/GSM in the catalogue of parametrised CRC algorithms.
    #[test]
    fn golden_check_value() {
        assert_eq!(crc16(b"123456789"), 0xCE3C);
        assert_eq!(crc16(&[0; 10]), 0xFFFF);
    }
}
