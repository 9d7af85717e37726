//! Character codes of CD-TEXT.

use encoding_rs::SHIFT_JIS;

/// Character code of a block (MMC-3, annex J, size information).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Characters {
    /// 00h: ISO 8859-1.
    #[default]
    Latin1,
    /// 01h: ISO 646, that is ASCII.
    Ascii,
    /// 80h: Music Shift-JIS, two bytes to the character.
    MsJis,
    /// Another code; its bytes are read as ISO 8859-1 and cannot be written.
    Other(u8),
}

impl Characters {
    /// The code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Latin1 => 0x00,
            Self::Ascii => 0x01,
            Self::MsJis => 0x80,
            Self::Other(code) => code,
        }
    }

    /// What a code stands for.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            0x00 => Self::Latin1,
            0x01 => Self::Ascii,
            0x80 => Self::MsJis,
            code => Self::Other(code),
        }
    }

    /// Bytes of a character, and of the zero that ends a text.
    pub(super) const fn width(self) -> usize {
        if matches!(self, Self::MsJis) { 2 } else { 1 }
    }

    /// The text in this code, without its end; the first character that has no place in it otherwise.
    pub(super) fn encode(self, text: &str) -> Result<Vec<u8>, char> {
        let mut bytes = Vec::with_capacity(text.len());
        for character in text.chars() {
            let start = bytes.len();
            match self {
                _ if character == '\0' => {}
                Self::Latin1 => bytes.extend(u8::try_from(u32::from(character)).ok()),
                Self::Ascii => bytes.extend(u8::try_from(character).ok().filter(u8::is_ascii)),
                Self::MsJis => {
                    // One character at a time, so that the one without a place can be named.
                    let mut utf8 = [0; 4];
                    let (encoded, _, unmappable) = SHIFT_JIS.encode(character.encode_utf8(&mut utf8));
                    if !unmappable && encoded.len() == 2 {
                        bytes.extend_from_slice(&encoded);
                    }
                }
                Self::Other(_) => {}
            }
            if bytes.len() == start {
                return Err(character);
            }
        }
        Ok(bytes)
    }

    /// The text that bytes in this code stand for, and whether all of them had a meaning.
    pub(super) fn decode(self, bytes: &[u8]) -> (String, bool) {
        match self {
            Self::MsJis => {
                let (text, malformed) = SHIFT_JIS.decode_without_bom_handling(bytes);
                (text.into_owned(), !malformed)
            }
            Self::Ascii if !bytes.is_ascii() => {
                let replace =
                    |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { char::REPLACEMENT_CHARACTER };
                (bytes.iter().map(replace).collect(), false)
            }
            Self::Latin1 | Self::Ascii | Self::Other(_) => {
                (bytes.iter().map(|byte| char::from(*byte)).collect(), true)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_each_code() {
        assert_eq!(Characters::Latin1.encode("Amüsant"), Ok(b"Am\xFCsant".to_vec()));
        assert_eq!(Characters::Ascii.encode("Amüsant"), Err('ü'));
        assert_eq!(Characters::Latin1.encode("5 €"), Err('€'));
        assert_eq!(Characters::MsJis.encode("日本"), Ok(b"\x93\xFA\x96\x7B".to_vec()));
        assert_eq!(Characters::MsJis.encode("日A"), Err('A'));
        assert_eq!(Characters::MsJis.encode("日\u{1F3B5}"), Err('\u{1F3B5}'));
        assert_eq!(Characters::Latin1.encode("a\0b"), Err('\0'));
        assert_eq!(Characters::Other(0x81).encode("a"), Err('a'));
        assert_eq!(Characters::MsJis.decode(b"\x93\xFA\x96\x7B"), ("日本".to_owned(), true));
        assert_eq!(Characters::Ascii.decode(b"a\xFC"), ("a\u{FFFD}".to_owned(), false));
    }
}
