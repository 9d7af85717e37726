//! Text fields and names: d-characters, a-characters, and Joliet's UCS-2.

/// Whether `byte` is a d-character: `A`–`Z`, `0`–`9`, `_` (ECMA-119, 7.4.1).
#[must_use]
pub const fn is_d_character(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_')
}

/// Whether `byte` is an a-character: d-characters, space and ``! " % & ' ( ) * + , - . / : ; < = > ?`` (ECMA-119, 7.4.1).
#[must_use]
pub const fn is_a_character(byte: u8) -> bool {
    is_d_character(byte) || matches!(byte, b' '..=b'"' | b'%'..=b'/' | b':'..=b'?')
}

/// `text` at the front of a field of `N` bytes, filled up with spaces (ECMA-119, 7.4.3.2); what does not fit is cut.
///
/// The caller sees to the character set and, where cutting matters, to the length.
#[must_use]
pub fn padded<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut field = [b' '; N];
    for (place, byte) in field.iter_mut().zip(text) {
        *place = *byte;
    }
    field
}

/// `text` in UCS-2 at the front of a field of `N` bytes, filled up with UCS-2 spaces; a character that does not fit whole is cut.
///
/// In a field of odd length the last byte is zero (Joliet specification, "Padding of Unicode volume descriptor fields").
#[must_use]
pub fn padded_ucs2<const N: usize>(text: &str) -> [u8; N] {
    let mut field = [0; N];
    let (pairs, _) = field.as_chunks_mut::<2>();
    let mut places = pairs.iter_mut();
    let mut units = [0; 2];
    for character in text.chars() {
        let units = character.encode_utf16(&mut units);
        if units.len() > places.len() {
            break;
        }
        for (unit, place) in units.iter().zip(places.by_ref()) {
            *place = unit.to_be_bytes();
        }
    }
    for place in places {
        *place = [0, b' '];
    }
    field
}

/// A padded field as text: bytes outside ASCII are read as ISO 8859-1; trailing spaces and zeros are dropped.
#[must_use]
pub fn field_text(field: &[u8]) -> String {
    let end = field.iter().rposition(|byte| !matches!(byte, 0 | b' ')).map_or(0, |last| last + 1);
    field.iter().take(end).map(|byte| char::from(*byte)).collect()
}

/// A padded UCS-2 field as text; trailing spaces and zeros are dropped, lone surrogates become U+FFFD.
#[must_use]
pub fn ucs2_field_text(field: &[u8]) -> String {
    let text: String = decode_ucs2(field).0;
    text.trim_end_matches(['\0', ' ']).to_owned()
}

/// Appends `text` in UCS-2, most significant byte first; beyond the basic plane as surrogate pairs, as every author does.
pub fn append_ucs2(text: &str, out: &mut Vec<u8>) {
    out.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
}

/// UCS-2, most significant byte first, as text, and whether it was well formed.
///
/// Surrogate pairs are joined. A lone surrogate becomes U+FFFD and a trailing odd byte is dropped; both are ill formed.
#[must_use]
pub fn decode_ucs2(bytes: &[u8]) -> (String, bool) {
    let mut text = String::new();
    let well_formed = decode_ucs2_into(bytes, &mut text);
    (text, well_formed)
}

/// Appends UCS-2, most significant byte first, to `text` as [`decode_ucs2`] does; whether it was well formed.
pub fn decode_ucs2_into(bytes: &[u8], text: &mut String) -> bool {
    let (pairs, odd) = bytes.as_chunks::<2>();
    // Three bytes of UTF-8 for a unit at most.
    text.reserve(pairs.len() * 3);
    let mut well_formed = odd.is_empty();
    let mut units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
    while let Some(unit) = units.next() {
        if let Some(character) = char::from_u32(u32::from(unit)) {
            text.push(character);
            continue;
        }
        // A surrogate: a pair with the next unit, or alone.
        let mut ahead = units.clone();
        let pair = ahead.next().and_then(|low| char::decode_utf16([unit, low]).next()?.ok());
        if pair.is_some() {
            units = ahead;
        }
        well_formed &= pair.is_some();
        text.push(pair.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    well_formed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_character_sets_are_the_standards() {
        let a: String = (0..=255).filter(|byte| is_a_character(*byte)).map(char::from).collect();
        assert_eq!(a, " !\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        assert_eq!((0..=255).filter(|byte| is_d_character(*byte)).count(), 37);
    }

    #[test]
    fn fields_are_padded_and_read_back() {
        assert_eq!(padded::<6>(b"CD"), *b"CD    ");
        assert_eq!(padded::<2>(b"CDROM"), *b"CD");
        assert_eq!(padded_ucs2::<6>("Ä"), [0, 0xC4, 0, b' ', 0, b' ']);
        assert_eq!(padded_ucs2::<5>("ab"), [0, b'a', 0, b'b', 0]);
        assert_eq!(padded_ucs2::<2>("😀"), [0, b' '], "half a pair would be a lone surrogate");
        assert_eq!(field_text(b"CD    \0"), "CD");
        assert_eq!(ucs2_field_text(&padded_ucs2::<32>("Größe 1")), "Größe 1");
    }

    #[test]
    fn ill_formed_ucs2_is_told() {
        assert_eq!(decode_ucs2(&[0xD8, 0, 0, b'a']), ("\u{FFFD}a".to_owned(), false));
        assert_eq!(decode_ucs2(&[0, b'a', 0]), ("a".to_owned(), false));
        let mut bytes = Vec::new();
        append_ucs2("a😀", &mut bytes);
        assert_eq!(bytes, [0, b'a', 0xD8, 0x3D, 0xDE, 0]);
        assert_eq!(decode_ucs2(&bytes), ("a😀".to_owned(), true));
    }
}
