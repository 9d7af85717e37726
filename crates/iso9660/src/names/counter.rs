//! Numbers for names that came out equal, without trying any number twice.

use std::collections::HashMap;

/// The next number to try for each stem and count of digits.
///
/// Each sequence only moves forward, so that all names of a folder together try each candidate once per count of
/// digits, however many collide.
#[derive(Debug, Default)]
pub(super) struct Counters(HashMap<Vec<u8>, u32>);

/// Digits that a number may have; enough for every entry that a tree can hold.
const MAX_DIGITS: u32 = 10;

impl Counters {
    /// The first free candidate. `build` makes a candidate from a number of so many digits into a buffer, or says that
    /// there is no room for that many; `key` is what tells its sequence apart.
    pub(super) fn first_free(
        &mut self,
        mut build: impl FnMut(u32, Option<u32>, &mut Vec<u8>) -> bool,
        mut taken: impl FnMut(&[u8]) -> bool,
    ) -> Option<Vec<u8>> {
        let mut candidate = Vec::new();
        for digits in 1..=MAX_DIGITS {
            candidate.clear();
            if !build(digits, None, &mut candidate) {
                return None;
            }
            let first = 10_u32.checked_pow(digits - 1)?;
            let last = first.saturating_mul(10).wrapping_sub(1).max(first);
            let next = self.0.entry(candidate.clone()).or_insert(first);
            while *next <= last {
                let number = *next;
                *next += 1;
                candidate.clear();
                build(digits, Some(number), &mut candidate);
                if !taken(&candidate) {
                    return Some(candidate);
                }
            }
        }
        None
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
