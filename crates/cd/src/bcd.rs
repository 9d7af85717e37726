//! Binary-coded decimal, two digits to the byte, as headers and subchannel Q write numbers (ECMA-130, 14.2 and 22.3).

/// A number as two decimal digits; `None` above 99.
#[must_use]
pub const fn encode(number: u8) -> Option<u8> {
    if number > 99 { None } else { Some(number / 10 * 16 + number % 10) }
}

/// The number that two decimal digits stand for; `None` when a nibble is not a digit.
#[must_use]
pub const fn decode(digits: u8) -> Option<u8> {
    if digits >> 4 > 9 || digits & 0x0F > 9 { None } else { Some((digits >> 4) * 10 + (digits & 0x0F)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits() {
        assert_eq!(encode(0), Some(0x00));
        assert_eq!(encode(74), Some(0x74));
        assert_eq!(encode(99), Some(0x99));
        assert_eq!(encode(100), None);
        assert_eq!(decode(0x59), Some(59));
        assert_eq!(decode(0x5A), None);
        assert_eq!(decode(0xA0), None);
    }

    #[test]
    fn every_byte_is_a_number_or_nothing() {
        let numbers: Vec<_> = (0..=255).filter_map(decode).collect();
        assert_eq!(numbers, (0..=99).collect::<Vec<_>>());
        assert!((0..=99).all(|number| encode(number).and_then(decode) == Some(number)));
    }
}
