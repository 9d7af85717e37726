//! The scrambler of data sectors.

use crate::area::RAW_BYTES;

/// Bytes at the start of a sector that stay as they are: the synchronisation field.
const SYNC_BYTES: usize = 12;

/// Scrambles a data sector for the medium, or unscrambles one read raw; both are the same operation.
///
/// Every byte behind the synchronisation field is combined with the output of a 15-bit shift register with
/// the polynomial x¹⁵+x+1, preset to one (ECMA-130, annex B). Audio is never scrambled.
pub fn scramble(sector: &mut [u8; RAW_BYTES]) {
    for (byte, mask) in sector.iter_mut().zip(&SEQUENCE) {
        *byte ^= mask;
    }
}

/// What is added to each byte of a sector; zero over the synchronisation field.
const SEQUENCE: [u8; RAW_BYTES] = sequence();

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time; the loop is bounded by the array")]
const fn sequence() -> [u8; RAW_BYTES] {
    let mut sequence = [0; RAW_BYTES];
    let mut register: u16 = 1;
    let mut at = SYNC_BYTES;
    while at < RAW_BYTES {
        let mut bit = 0;
        while bit < 8 {
            if register & 1 == 1 {
                sequence[at] |= 1 << bit;
            }
            let feedback = (register ^ (register >> 1)) & 1;
            register = (register >> 1) | (feedback << 14);
            bit += 1;
        }
        at += 1;
    }
    sequence
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of the sequence as printed in ECMA-130, annex B, and used by every raw reader.
    #[test]
    fn golden_sequence() {
        let head =
            [0x01, 0x80, 0x00, 0x60, 0x00, 0x28, 0x00, 0x1E, 0x80, 0x08, 0x60, 0x06, 0xA8, 0x02, 0xFE, 0x81];
        assert_eq!(SEQUENCE[..12], [0; 12]);
        assert_eq!(SEQUENCE[12..28], head);
    }

    #[test]
    fn twice_is_never() {
        let mut sector = [0x5A; RAW_BYTES];
        scramble(&mut sector);
        assert_eq!(sector[..12], [0x5A; 12]);
        assert_ne!(sector, [0x5A; RAW_BYTES]);
        scramble(&mut sector);
        assert_eq!(sector, [0x5A; RAW_BYTES]);
    }
}
