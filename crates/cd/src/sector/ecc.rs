//! Error correction code: the P and Q parity of a sector, a product code over GF(2⁸) (ECMA-130, annex A).
//!
//! The bytes from the header on are a matrix of 26 rows of 43 words of 16 bits, low and high bytes being coded
//! apart. P adds two rows to the first 24: each column is a (26,24) codeword. Q takes the diagonals: codeword *q*
//! holds column 0 of row *q*, column 1 of the next row, and so on, rows wrapping around, 43 words in all, and is
//! given two words of parity.
//!
//! Parity comes by Horner's rule, down all columns or along all diagonals at once: one step is a few byte
//! operations over a run of neighbouring bytes, without a table, and the compiler makes vector instructions of it.
//! For the diagonals let step *r* visit row *r* (modulo 26) and let codeword *q* begin at step *q*: then at every
//! step neighbouring codewords want neighbouring words of the one row, so that nothing need be transposed. The
//! price is that codewords begin and end at different steps; a mask keeps out those that are not at work.

use crate::area::RAW_BYTES;

/// Offset of the matrix in the sector: the header.
const MATRIX: usize = 12;
/// Bytes in a row of the matrix.
const ROW: usize = 2 * COLUMNS;
/// Words in a row of the matrix, and words of data in a codeword of Q.
const COLUMNS: usize = 43;
/// Rows that P protects: header, data, EDC.
const P_ROWS: usize = 24;
/// Rows that Q protects, the two of P included; also the codewords of Q.
const Q_ROWS: usize = 26;
/// Offset of P in the sector.
const P: usize = MATRIX + P_ROWS * ROW;
/// Bytes of P.
const P_BYTES: usize = 2 * ROW;
/// Offset of Q in the sector.
const Q: usize = P + P_BYTES;
/// Bytes of one of the two rows of Q.
const Q_ROW: usize = 2 * Q_ROWS;
/// Bytes of Q.
const Q_BYTES: usize = 2 * Q_ROW;

/// Columns of bytes worked on side by side for P; two such strips, overlapping, cover a row.
const STRIP: usize = 48;
/// Codeword bytes worked on side by side for Q: 52, and 12 idle to fill whole vectors.
const LANES: usize = 64;

/// Computes both parities of a sector whose header, data and EDC stand, and writes them.
pub(super) fn generate(sector: &mut [u8; RAW_BYTES]) {
    let parity = p_parity(sector);
    *window_mut(sector, P) = parity;
    let parity = q_parity(sector);
    *window_mut(sector, Q) = parity;
}

/// Whether both parities fit what they protect.
pub(super) fn holds(sector: &[u8; RAW_BYTES]) -> bool {
    *window(sector, P) == p_parity(sector) && *window(sector, Q) == q_parity(sector)
}

/// The two rows of parity under the first 24 rows.
fn p_parity(sector: &[u8; RAW_BYTES]) -> [u8; P_BYTES] {
    let mut parity = [0; P_BYTES];
    for left in [0, ROW - STRIP] {
        let (mut first, mut second) = ([0; STRIP], [0; STRIP]);
        for row in 0..P_ROWS {
            divide(&mut first, &mut second, window(sector, MATRIX + row * ROW + left));
        }
        *window_mut(&mut parity, left) = first;
        *window_mut(&mut parity, ROW + left) = second;
    }
    parity
}

/// One step of division by the generator polynomial (x+1)(x+α); in the end the remainder is the parity.
#[inline(always)]
fn divide<const N: usize>(first: &mut [u8; N], second: &mut [u8; N], data: &[u8; N]) {
    for ((first, second), data) in first.iter_mut().zip(second).zip(data) {
        let feedback = *first ^ data;
        let product = times_alpha(feedback);
        *first = *second ^ feedback ^ product;
        *second = product;
    }
}

/// The parity of the diagonals: their first parity words, then their second.
fn q_parity(sector: &[u8; RAW_BYTES]) -> [u8; Q_BYTES] {
    // Word w of a lane array belongs to codeword 25 − w, which in step r wants column r − 25 + w.
    let (mut sum, mut value) = ([0; LANES], [0; LANES]);
    // In step 0 only codeword 0 is at work, and the window would begin before the sector.
    *window_mut(&mut sum, Q_ROW - 2) = *window::<2>(sector, MATRIX);
    *window_mut(&mut value, Q_ROW - 2) = *window::<2>(sector, MATRIX);
    for step in 1..Q_ROWS - 1 {
        let mask = window(&AT_WORK, 2 * step);
        begin(&mut sum, &mut value, window(sector, diagonal(step)), mask);
    }
    for step in Q_ROWS - 1..COLUMNS {
        advance(&mut sum, &mut value, window(sector, diagonal(step)));
    }
    for step in COLUMNS..COLUMNS + Q_ROWS - 1 {
        let mask = window(&AT_WORK, 2 * step);
        end(&mut sum, &mut value, window(sector, diagonal(step)), mask);
    }
    solve(&sum, &value)
}

/// Where the lanes of a step begin in the sector.
const fn diagonal(step: usize) -> usize {
    MATRIX + step % Q_ROWS * ROW + 2 * step - (Q_ROW - 2)
}

/// A Horner step on all lanes; what follows lane 51 is computed and never looked at.
#[inline(always)]
fn advance(sum: &mut [u8; LANES], value: &mut [u8; LANES], data: &[u8; LANES]) {
    for ((sum, value), data) in sum.iter_mut().zip(value).zip(data) {
        *sum ^= data;
        *value = times_alpha(*value) ^ data;
    }
}

/// A Horner step while some codewords have yet to begin: their lanes are zero and stay so.
#[inline(always)]
fn begin(sum: &mut [u8; LANES], value: &mut [u8; LANES], data: &[u8; LANES], mask: &[u8; LANES]) {
    for (((sum, value), data), mask) in sum.iter_mut().zip(value).zip(data).zip(mask) {
        *sum ^= data & mask;
        *value = times_alpha(*value) ^ (data & mask);
    }
}

/// A Horner step when some codewords are complete: their lanes keep what they hold.
#[inline(always)]
fn end(sum: &mut [u8; LANES], value: &mut [u8; LANES], data: &[u8; LANES], mask: &[u8; LANES]) {
    for (((sum, value), data), mask) in sum.iter_mut().zip(value).zip(data).zip(mask) {
        *sum ^= data & mask;
        *value ^= (times_alpha(*value) ^ *value ^ data) & mask;
    }
}

/// The two parity words p and p' of each codeword from its sum s and its value v at α, the last coefficient being
/// that of α⁰: s + p + p' = 0 and v·α² + p·α + p' = 0.
fn solve(sum: &[u8; LANES], value: &[u8; LANES]) -> [u8; Q_BYTES] {
    let mut parity = [0; Q_BYTES];
    let (first, second) = parity.split_at_mut(Q_ROW);
    let words = sum.chunks_exact(2).zip(value.chunks_exact(2)).take(Q_ROWS).rev();
    for ((first, second), (sum, value)) in
        first.chunks_exact_mut(2).zip(second.chunks_exact_mut(2)).zip(words)
    {
        for (((first, second), sum), value) in first.iter_mut().zip(second).zip(sum).zip(value) {
            *first = over_one_plus_alpha(times_alpha(times_alpha(*value)) ^ sum);
            *second = *first ^ sum;
        }
    }
    parity
}

/// Multiplies by α in GF(2⁸) with x⁸+x⁴+x³+x²+1.
#[inline(always)]
const fn times_alpha(element: u8) -> u8 {
    let carry = (element.cast_signed() >> 7).cast_unsigned();
    (element << 1) ^ (carry & 0x1D)
}

/// Divides by 1+α.
fn over_one_plus_alpha(element: u8) -> u8 {
    QUOTIENTS.get(usize::from(element)).copied().unwrap_or_default()
}

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time; a byte indexes 256 entries")]
#[expect(clippy::cast_possible_truncation, reason = "the loop ends at 255")]
const QUOTIENTS: [u8; 256] = {
    let mut quotients = [0; 256];
    let mut quotient: usize = 0;
    while quotient < 256 {
        let element = quotient as u8;
        quotients[(element ^ times_alpha(element)) as usize] = element;
        quotient += 1;
    }
    quotients
};

/// Sliding mask of the codewords at work: ones over the 43 columns of a row, zeros left and right of it.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time; the loop is bounded by a row")]
const AT_WORK: [u8; 2 * (COLUMNS + Q_ROWS) + LANES] = {
    let mut mask = [0; 2 * (COLUMNS + Q_ROWS) + LANES];
    let mut at = 0;
    while at < ROW {
        mask[Q_ROW - 2 + at] = 0xFF;
        at += 1;
    }
    mask
};

/// `N` bytes from `start` on. Every caller's window lies inside by the arithmetic of the constants above, which
/// the tests walk through in full: no window depends on data.
#[inline(always)]
fn window<const N: usize>(bytes: &[u8], start: usize) -> &[u8; N] {
    bytes.get(start..).and_then(<[u8]>::first_chunk).expect("windows lie inside by construction")
}

/// [`window`], to write.
#[inline(always)]
fn window_mut<const N: usize>(bytes: &mut [u8], start: usize) -> &mut [u8; N] {
    bytes.get_mut(start..).and_then(<[u8]>::first_chunk_mut).expect("windows lie inside by construction")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parity check equations of ECMA-130, annex A, codeword by codeword: the plain sum and the sum weighted by
    /// descending powers of α are both zero.
    fn check_codeword(bytes: impl Iterator<Item = u8>) -> bool {
        let (sum, value) = bytes.fold((0, 0), |(sum, value), byte| (sum ^ byte, times_alpha(value) ^ byte));
        sum == 0 && value == 0
    }

    fn p_codeword(sector: &[u8; RAW_BYTES], column: usize) -> impl Iterator<Item = u8> + '_ {
        (0..26).map(move |row| sector[12 + 86 * row + column])
    }

    /// The index formula of annex A: word (44·m + 43·q) mod 1118 for the 43 words of data, then the parity.
    fn q_codeword(sector: &[u8; RAW_BYTES], q: usize, byte: usize) -> impl Iterator<Item = u8> + '_ {
        let data = (0..43).map(move |m| sector[12 + 2 * ((44 * m + 43 * q) % 1118) + byte]);
        data.chain([sector[2248 + 2 * q + byte], sector[2300 + 2 * q + byte]])
    }

    fn sectors() -> impl Iterator<Item = [u8; RAW_BYTES]> {
        let mut state: u32 = 0x1234_5678;
        let random = core::iter::repeat_with(move || {
            let mut sector = [0; RAW_BYTES];
            for byte in &mut sector {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = state.to_be_bytes()[0];
            }
            sector
        });
        // One lone byte at each place of the matrix makes every coefficient of the code visible.
        let single = (MATRIX..P).map(|at| {
            let mut sector = [0; RAW_BYTES];
            sector[at] = 1;
            sector
        });
        single.chain(random.take(100))
    }

    #[test]
    fn parity_satisfies_the_standards_equations() {
        for mut sector in sectors() {
            generate(&mut sector);
            assert!((0..86).all(|column| check_codeword(p_codeword(&sector, column))));
            assert!((0..26).all(|q| (0..2).all(|byte| check_codeword(q_codeword(&sector, q, byte)))));
            assert!(holds(&sector));
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_seen() {
        let mut sector = sectors().last().unwrap();
        generate(&mut sector);
        for at in MATRIX..RAW_BYTES {
            sector[at] ^= 0x10;
            assert!(!holds(&sector), "byte {at}");
            sector[at] ^= 0x10;
        }
        assert!(holds(&sector));
    }
}
