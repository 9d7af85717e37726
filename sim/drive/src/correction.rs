//! What the layered error correction of a data sector can mend (ECMA-130, clause 14 and annex A).
//!
//! The drive knows from C2 which bytes are doubtful, so they are erasures: a P or Q codeword, each with two parity
//! bytes, restores two of them, and what one code restores the other need not. Restored bytes are those that were
//! written; so it is enough to know whether all can be restored.

use discwright_cd::area::RAW_BYTES;
use discwright_cd::sector::Format;

/// First byte that the codes cover, and the 16-bit words from there: 24 rows of 43 and two of P parity, then Q parity.
const COVERED: usize = 12;
const COLUMNS: usize = 43;
const P_WORDS: usize = 26 * COLUMNS;
const DIAGONALS: usize = 26;

/// Whether all wrong bytes of a sector can be mended, given where they are.
pub(crate) fn can_mend(format: Format, wrong: &[usize]) -> bool {
    if !matches!(format, Format::Mode1 | Format::Mode2Form1) {
        return wrong.is_empty();
    }
    // The synchronisation field is known without any code.
    let mut left: Vec<usize> =
        wrong.iter().filter(|at| (COVERED..RAW_BYTES).contains(at)).map(|at| at - COVERED).collect();
    left.sort_unstable();
    left.dedup();
    loop {
        let before = left.len();
        // Q covers everything, P all but Q's own parity.
        mend(&mut left, q_codeword);
        mend(&mut left, p_codeword);
        if left.is_empty() || left.len() == before {
            return left.is_empty();
        }
    }
}

/// Drops the bytes that codewords with at most two wrong ones restore.
fn mend(left: &mut Vec<usize>, codeword: fn(usize) -> Option<usize>) {
    let words: Vec<Option<usize>> = left.iter().map(|at| codeword(*at)).collect();
    let mut of = words.iter();
    left.retain(|_| match of.next() {
        Some(Some(word)) => words.iter().filter(|it| **it == Some(*word)).count() > 2,
        _ => true,
    });
}

/// Number of the P codeword that a covered byte belongs to.
fn p_codeword(at: usize) -> Option<usize> {
    let word = at / 2;
    (word < P_WORDS).then(|| word % COLUMNS * 2 + at % 2)
}

/// Number of the Q codeword that a covered byte belongs to: a diagonal, and its two parity words behind the rows.
fn q_codeword(at: usize) -> Option<usize> {
    let word = at / 2;
    let diagonal = if word < P_WORDS {
        // Word 44 k + 43 d, modulo 1118, in row r and column c: k is c, and d is r - c.
        let (row, column) = (word / COLUMNS, word % COLUMNS);
        (row + 2 * DIAGONALS - column) % DIAGONALS
    } else {
        (word - P_WORDS) % DIAGONALS
    };
    Some(diagonal * 2 + at % 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codewords as ECMA-130, annex A, lists their words.
    #[test]
    fn the_codewords_are_those_of_the_standard() {
        for diagonal in 0..DIAGONALS {
            for step in 0..COLUMNS {
                let word = (44 * step + 43 * diagonal) % P_WORDS;
                assert_eq!(q_codeword(2 * word), Some(2 * diagonal), "word {word}");
            }
            for parity in [P_WORDS + diagonal, P_WORDS + DIAGONALS + diagonal] {
                assert_eq!(q_codeword(2 * parity + 1), Some(2 * diagonal + 1));
                assert_eq!(p_codeword(2 * parity), None);
            }
        }
        for column in 0..COLUMNS {
            assert!((0..26).all(|row| p_codeword(2 * (row * COLUMNS + column) + 1) == Some(2 * column + 1)));
        }
    }

    #[test]
    fn two_bytes_to_a_codeword_can_be_mended_and_a_square_of_three_cannot() {
        let byte = |row: usize, column: usize| COVERED + 2 * (row * COLUMNS + column);
        assert!(can_mend(Format::Mode1, &[]));
        assert!(can_mend(Format::Mode1, &[0, 5, 11]), "sync");
        let burst: Vec<usize> = (1_000..1_000 + 172).collect();
        assert!(can_mend(Format::Mode1, &burst), "two rows are two bytes to each P codeword");
        let longer: Vec<usize> = (1_000..1_000 + 400).collect();
        assert!(!can_mend(Format::Mode1, &longer));
        // Three codewords of each kind that meet in nine bytes keep each other from being mended.
        let square: Vec<usize> =
            (0..3).flat_map(|column| (0..3).map(move |diagonal| byte(column + diagonal, column))).collect();
        assert!(!can_mend(Format::Mode1, &square), "{square:?}");
        assert!(can_mend(Format::Mode1, &square[1..]));
        assert!(!can_mend(Format::Audio, &[7]), "sound has no such code");
    }
}
