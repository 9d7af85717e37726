//! Error detection code: a CRC of 32 bits over header, subheader and user data.

use crc_fast::CrcAlgorithm::Crc32CdRomEdc;

/// EDC of `bytes` (ECMA-130, 14.3): generator (x¹⁶+x¹⁵+x²+1)(x¹⁶+x²+x+1), least significant bit of each byte first.
///
/// Stored in the sector least significant byte first.
#[must_use]
pub fn edc(bytes: &[u8]) -> u32 {
    let [a, b, c, d, ..] = crc_fast::checksum(Crc32CdRomEdc, bytes).to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Check value of CRC-32/CD-ROM-EDC in the catalogue of parametrised CRC algorithms.
    #[test]
    fn golden_check_value() {
        assert_eq!(edc(b"123456789"), 0x6EC2_EDC4);
    }

    /// The definition, bit by bit: the product of the two polynomials of ECMA-130, 14.3, reflected.
    #[test]
    fn agrees_with_long_division() {
        let product = (0..17)
            .filter(|bit| 0x1_8005_u64 >> bit & 1 == 1)
            .fold(0_u64, |sum, bit| sum ^ (0x1_0007 << bit));
        let generator = u32::try_from(product & 0xFFFF_FFFF).unwrap().reverse_bits();
        let bytes: Vec<u8> = (0..2064_u32).map(|i| (i * 167 + i / 256).to_le_bytes()[0]).collect();
        let slow = bytes.iter().fold(0_u32, |sum, byte| {
            (0..8)
                .fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { generator } else { 0 })
        });
        assert_eq!(edc(&bytes), slow);
    }
}
