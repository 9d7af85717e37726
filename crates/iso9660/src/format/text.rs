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
    let mut well_formed = bytes.len().is_multiple_of(2);
    let mut rest = bytes;
    while rest.len() > 1 {
        let mut block = Utf8Block::default();
        while block.has_room() {
            let Some((unit, after)) = rest.split_first_chunk::<2>() else { break };
            let unit = u16::from_be_bytes(*unit);
            // Up to eight units at a time where they are ASCII, as most names are for the greater part.
            if unit < 0x80
                && let Some(eight) = rest.first_chunk::<16>()
            {
                let (ascii, count) = ascii_of(u128::from_be_bytes(*eight));
                block.push(ascii, count);
                rest = rest.get(2 * count..).unwrap_or_default();
                continue;
            }
            rest = after;
            if block.push_unit(unit) {
                continue;
            }
            // A surrogate: a pair with the next unit, or alone.
            let pair = rest.split_first_chunk::<2>().and_then(|(low, after)| {
                let character = char::decode_utf16([unit, u16::from_be_bytes(*low)]).next()?.ok()?;
                Some((character, after))
            });
            well_formed &= pair.is_some();
            let (character, after) = pair.unwrap_or((char::REPLACEMENT_CHARACTER, rest));
            let mut encoded = [0; 8];
            let bytes = character.encode_utf8(&mut encoded).len();
            block.push(encoded, bytes);
            rest = after;
        }
        text.push_str(block.text());
    }
    well_formed
}

/// The low bytes of eight UCS-2 units, and how many of them are ASCII from the front.
fn ascii_of(units: u128) -> ([u8; 8], usize) {
    const NOT_ASCII: u128 = 0xFF80_FF80_FF80_FF80_FF80_FF80_FF80_FF80;
    let count = (units & NOT_ASCII).leading_zeros() / 16;
    // Neighbours are moved together, then pairs of them, then fours.
    let low = units & 0x00FF_00FF_00FF_00FF_00FF_00FF_00FF_00FF;
    let pairs = (low | low >> 8) & 0x0000_FFFF_0000_FFFF_0000_FFFF_0000_FFFF;
    let fours = (pairs | pairs >> 16) & 0x0000_0000_FFFF_FFFF_0000_0000_FFFF_FFFF;
    let [.., a, b, c, d, e, f, g, h] = (fours | fours >> 32).to_be_bytes();
    ([a, b, c, d, e, f, g, h], usize::try_from(count).unwrap_or(0))
}

/// Some UTF-8 on its way into a string, which would look at its capacity for each character.
struct Utf8Block {
    bytes: [u8; 128],
    len: usize,
}

impl Default for Utf8Block {
    fn default() -> Self {
        Self { bytes: [0; 128], len: 0 }
    }
}

impl Utf8Block {
    /// Whether eight more bytes fit.
    const fn has_room(&self) -> bool {
        self.len <= 120
    }

    /// Appends the first `count` of eight bytes.
    fn push(&mut self, bytes: [u8; 8], count: usize) {
        if let Some(place) = self.bytes.get_mut(self.len..).and_then(<[u8]>::first_chunk_mut::<8>) {
            *place = bytes;
            self.len += count;
        }
    }

    /// Appends a character of the basic plane; `false` for half of a surrogate pair.
    fn push_unit(&mut self, unit: u16) -> bool {
        let six = |shift: u32| 0x80 | (unit >> shift & 0x3F).to_le_bytes()[0];
        let high = |lead: u8, shift: u32| lead | (unit >> shift).to_le_bytes()[0];
        match unit {
            ..0x80 => self.push([high(0, 0), 0, 0, 0, 0, 0, 0, 0], 1),
            0x80..0x800 => self.push([high(0xC0, 6), six(0), 0, 0, 0, 0, 0, 0], 2),
            0xD800..0xE000 => return false,
            _ => self.push([high(0xE0, 12), six(6), six(0), 0, 0, 0, 0, 0], 3),
        }
        true
    }

    fn text(&self) -> &str {
        str::from_utf8(self.bytes.get(..self.len).unwrap_or_default()).unwrap_or_default()
    }
}

/// Whether a byte is such; with `such` free of branches, many bytes at a time.
pub(crate) fn any_byte(bytes: &[u8], such: impl Fn(u8) -> bool) -> bool {
    let any = |chunk: &[u8]| chunk.iter().fold(false, |any, byte| any | such(*byte));
    let (chunks, rest) = bytes.as_chunks::<16>();
    // The last bytes once more with some before them are quicker than one by one.
    chunks.iter().any(|chunk| any(chunk))
        || bytes.last_chunk::<16>().map_or_else(|| any(rest), |last| any(last))
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
    fn every_unit_is_decoded_as_the_library_does() {
        for unit in 0..=u16::MAX {
            for before in [0, 7, 8, 50] {
                let units: Vec<u16> =
                    core::iter::repeat_n(u16::from(b'a'), before).chain([unit, 0x7F, 0x800]).collect();
                let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
                assert_eq!(
                    decode_ucs2(&bytes).0,
                    String::from_utf16_lossy(&units),
                    "{unit:#x} behind {before}"
                );
            }
        }
        let long: Vec<u16> = (0..500).map(|unit| 0x1F00 + unit).collect();
        let bytes: Vec<u8> = long.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(decode_ucs2(&bytes), (String::from_utf16(&long).unwrap(), true));
    }

    #[test]
    fn any_byte_is_found_anywhere() {
        for len in 0..70 {
            assert!(!any_byte(&vec![b'a'; len], |byte| byte == 0));
            for at in 0..len {
                let mut bytes = vec![b'a'; len];
                bytes[at] = 0;
                assert!(any_byte(&bytes, |byte| byte == 0), "{at} of {len}");
            }
        }
    }

    #[test]
    fn ill_formed_ucs2_is_told() {
        assert_eq!(decode_ucs2(&[0xD8, 0, 0, b'a']), ("\u{FFFD}a".to_owned(), false));
        let mut mixed = Vec::new();
        append_ucs2("twenty ASCII letters, Größe, дом, 長い, 😀 and so on", &mut mixed);
        assert_eq!(
            decode_ucs2(&mixed),
            ("twenty ASCII letters, Größe, дом, 長い, 😀 and so on".to_owned(), true)
        );
        assert_eq!(decode_ucs2(&[0, b'a', 0]), ("a".to_owned(), false));
        let mut bytes = Vec::new();
        append_ucs2("a😀", &mut bytes);
        assert_eq!(bytes, [0, b'a', 0xD8, 0x3D, 0xDE, 0]);
        assert_eq!(decode_ucs2(&bytes), ("a😀".to_owned(), true));
    }
}
