//! What identifiers may be, and in which order they come.

use core::cmp::Ordering;

use super::rules::{self, Rule};
use crate::format::text;

/// A broken rule, and how.
pub(super) type Wrong = (&'static Rule, &'static str);

/// UTF-16 units that readers take although the specification ends at 64.
const LONG_UNITS: usize = 103;

/// What is wrong with an identifier of the primary hierarchy (ECMA-119, 7.5 and 7.6).
pub(super) fn primary(identifier: &[u8], directory: bool) -> impl Iterator<Item = Wrong> {
    let wrong = if directory { primary_directory(identifier) } else { primary_file(identifier) };
    wrong.into_iter().flatten()
}

fn is_legal(part: &[u8]) -> bool {
    part.iter().all(|byte| text::is_d_character(*byte))
}

fn primary_directory(identifier: &[u8]) -> [Option<Wrong>; 4] {
    let long = (identifier.len() > 31)
        .then_some((rules::DIRECTORY_NAME_LENGTH, "the identifier is longer than 31 characters"));
    let characters = (!is_legal(identifier))
        .then_some((rules::DIRECTORY_NAME_CHARACTERS, "the identifier has others than d-characters"));
    [long, characters, None, None]
}

fn primary_file(identifier: &[u8]) -> [Option<Wrong>; 4] {
    let (name, extension, version) = split(identifier);
    let characters = !is_legal(name) || extension.is_some_and(|it| !is_legal(it));
    let characters =
        characters.then_some((rules::NAME_CHARACTERS, "the identifier has others than d-characters"));
    let separator = match extension {
        None => Some((rules::NAME_SEPARATOR, "the identifier has no full stop")),
        Some([]) if name.is_empty() => Some((rules::NAME_EMPTY, "both name and extension are empty")),
        Some(_) => None,
    };
    let long = (name.len() + extension.map_or(0, <[u8]>::len) > 30)
        .then_some((rules::NAME_LENGTH, "name and extension have more than 30 characters"));
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |value, digit| {
            digit.is_ascii_digit().then(|| value.saturating_mul(10).saturating_add(u32::from(digit - b'0')))
        })
    };
    let version = match version.map(number) {
        None => Some((rules::NAME_VERSION, "the identifier has no version number")),
        Some(Some(1..=32767)) => None,
        Some(_) => Some((rules::NAME_VERSION, "the version number is not one from 1 to 32767")),
    };
    [characters, separator, long, version]
}

/// The interchange level that an identifier needs: 1 or 2 (ECMA-119, 10).
pub(super) fn level(identifier: &[u8], directory: bool) -> u8 {
    let (name, extension, _) = split(identifier);
    let short = if directory {
        identifier.len() <= 8
    } else {
        name.len() <= 8 && extension.map_or(0, <[u8]>::len) <= 3
    };
    if short { 1 } else { 2 }
}

/// What is wrong with an identifier of the Joliet hierarchy.
pub(super) fn joliet(identifier: &[u8], directory: bool) -> impl Iterator<Item = Wrong> {
    let (units, odd) = identifier.as_chunks::<2>();
    let (name, well_formed) = text::decode_ucs2(identifier);
    // The version number and what separates it are not part of what users see.
    let bare = if directory { name.as_str() } else { name.strip_suffix(";1").unwrap_or(&name) };
    let forbidden = |it: char| it < ' ' || matches!(it, '*' | '/' | ':' | ';' | '?' | '\\');
    let length = if units.len() > 64 { bare.encode_utf16().count() } else { 0 };
    [
        (!odd.is_empty()).then_some((rules::JOLIET_NAME_UNITS, "the identifier has an odd number of bytes")),
        (odd.is_empty() && !well_formed)
            .then_some((rules::JOLIET_NAME_SURROGATE, "the identifier has a lone surrogate")),
        (odd.is_empty() && bare.contains(forbidden))
            .then_some((rules::JOLIET_NAME_CHARACTERS, "the identifier has a character that Joliet forbids")),
        (65..=LONG_UNITS)
            .contains(&length)
            .then_some((rules::JOLIET_NAME_LENGTH, "the identifier has more than 64 characters")),
        (length > LONG_UNITS)
            .then_some((rules::JOLIET_NAME_LONG, "the identifier has more than 103 characters")),
    ]
    .into_iter()
    .flatten()
}

/// What is wrong with an identifier of the enhanced hierarchy (ECMA-119, 7.5).
pub(super) fn enhanced(identifier: &[u8]) -> impl Iterator<Item = Wrong> {
    [
        (identifier.len() > 207)
            .then_some((rules::ENHANCED_NAME_LENGTH, "the identifier has more than 207 bytes")),
        identifier
            .iter()
            .any(|byte| matches!(byte, 0 | b'/'))
            .then_some((rules::ENHANCED_NAME_CHARACTERS, "the identifier has a slash or a zero")),
    ]
    .into_iter()
    .flatten()
}

/// Name, extension and version of a file identifier; the separators left out.
fn split(identifier: &[u8]) -> (&[u8], Option<&[u8]>, Option<&[u8]>) {
    let at = |byte: u8, part: &[u8]| part.iter().position(|it| *it == byte);
    let (rest, version) = match at(b';', identifier).map(|semicolon| identifier.split_at(semicolon)) {
        Some((rest, [_, version @ ..])) => (rest, Some(version)),
        _ => (identifier, None),
    };
    match at(b'.', rest).map(|dot| rest.split_at(dot)) {
        Some((name, [_, extension @ ..])) => (name, Some(extension), version),
        _ => (rest, None, version),
    }
}

/// In which order two identifiers of the primary hierarchy come (ECMA-119, 9.3).
///
/// Names and extensions as if filled up with spaces, then versions from high to low, as if filled up with zeros in front.
pub(super) fn order(one: &[u8], two: &[u8]) -> Ordering {
    let ((name1, extension1, version1), (name2, extension2, version2)) = (split(one), split(two));
    padded(name1, name2)
        .then_with(|| padded(extension1.unwrap_or_default(), extension2.unwrap_or_default()))
        .then_with(|| {
            let (version1, version2) = (version1.unwrap_or_default(), version2.unwrap_or_default());
            version2.len().cmp(&version1.len()).then_with(|| version2.cmp(version1))
        })
}

fn padded(one: &[u8], two: &[u8]) -> Ordering {
    let length = one.len().max(two.len());
    let filled = |part: &[u8], index: usize| part.get(index).copied().unwrap_or(b' ');
    (0..length)
        .map(|index| filled(one, index).cmp(&filled(two, index)))
        .find(|it| it.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Which of the rules of order two neighbours in a Joliet directory break.
///
/// By the numbers of the characters alone libburnia sorts, by names and extensions apart mkisofs and libarchive. Either is
/// read by all; what is in neither order is sorted by nobody.
pub(super) fn joliet_disorder(one: &[u8], two: &[u8]) -> Option<&'static Rule> {
    let units = |identifier: &[u8]| -> Vec<u16> {
        let (units, _) = identifier.as_chunks::<2>();
        units.iter().map(|unit| u16::from_be_bytes(*unit)).collect()
    };
    let (one, two) = (units(one), units(two));
    // Separators end what stands before them, so they come before any other character.
    let apart = |units: &[u16]| -> Vec<u16> {
        units
            .iter()
            .map(|unit| if [u16::from(b'.'), u16::from(b';')].contains(unit) { 0 } else { *unit })
            .collect()
    };
    if apart(&one) <= apart(&two) {
        None
    } else if without_version(&one) <= without_version(&two) {
        Some(rules::JOLIET_ORDER_DOT)
    } else {
        Some(rules::JOLIET_ORDER)
    }
}

fn without_version(units: &[u16]) -> &[u16] {
    units.strip_suffix(&[b';'.into(), b'1'.into()]).unwrap_or(units)
}

/// In which order two identifiers of the enhanced hierarchy come: by their bytes, as libisofs sorts them; or the full stop,
/// which separates nothing there, before any other, as mkisofs does (both observed).
pub(super) fn enhanced_order(one: &[u8], two: &[u8]) -> Ordering {
    let rank = |byte: &u8| if *byte == b'.' { 0 } else { *byte };
    if one.iter().map(rank).le(two.iter().map(rank)) { Ordering::Less } else { one.cmp(two) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(wrong: impl Iterator<Item = Wrong>) -> Vec<&'static str> {
        wrong.map(|(rule, _)| rule.id).collect()
    }

    #[test]
    fn primary_identifiers_are_judged() {
        for good in [&b"README.TXT;1"[..], b"A.;1", b".X;32767", b"NAME_OF_SEVENTEEN.EXTENSION_12;1"] {
            assert_eq!(primary(good, false).count(), 0, "{}", good.escape_ascii());
        }
        for (bad, rule) in [
            (&b"readme.txt;1"[..], "name-characters"),
            (b"README;1", "name-separator"),
            (b"A.B.C;1", "name-characters"),
            (b".;1", "name-empty"),
            (b"A.;0", "name-version"),
            (b"A.;40000", "name-version"),
            (b"A.;x", "name-version"),
            (b"A.TXT", "name-version"),
            (b"A\xC4.;1", "name-characters"),
            (b"ABCDEFGHIJKLMNOPQRSTUVWXYZ01.ABC;1", "name-length"),
        ] {
            assert_eq!(ids(primary(bad, false)), [rule], "{}", bad.escape_ascii());
        }
        assert_eq!(primary(b"DIR", true).count(), 0);
        assert_eq!(ids(primary(b"DIR.X", true)), ["directory-name-characters"]);
        assert_eq!(ids(primary(&[b'A'; 32], true)), ["directory-name-length"]);
        assert_eq!((level(b"README.TXT;1", false), level(b"READ_ME_1.TXT;1", false)), (1, 2));
        assert_eq!((level(b"A.TEXT;1", false), level(b"DIRECTORY", true), level(b"DIR", true)), (2, 2, 1));
    }

    #[test]
    fn joliet_identifiers_are_judged() {
        let judge = |name: &str| {
            let mut bytes = Vec::new();
            text::append_ucs2(name, &mut bytes);
            ids(joliet(&bytes, false))
        };
        assert!(judge("Größe.txt;1").is_empty() && judge(&"x".repeat(64)).is_empty());
        assert_eq!(judge(&"x".repeat(65)), ["joliet-name-length"]);
        assert_eq!(judge(&"x".repeat(104)), ["joliet-name-long"]);
        assert_eq!(judge("a:b"), ["joliet-name-characters"]);
        assert_eq!(judge("a\tb"), ["joliet-name-characters"]);
        assert_eq!(ids(joliet(b"\0a\0", false)), ["joliet-name-units"]);
        assert_eq!(ids(joliet(b"\xD8\0\0a", false)), ["joliet-name-surrogate"]);
    }

    #[test]
    fn enhanced_identifiers_are_judged() {
        assert_eq!(enhanced("Größe und so weiter.text".as_bytes()).count(), 0);
        assert_eq!(ids(enhanced(&[b'a'; 208])), ["enhanced-name-length"]);
        assert_eq!(ids(enhanced(b"a/b")), ["enhanced-name-characters"]);
    }

    #[test]
    fn the_orders_are_the_standards() {
        assert_eq!(order(b"A.;1", b"A.B;1"), Ordering::Less);
        assert_eq!(order(b"AB.A;1", b"A.B;1"), Ordering::Greater);
        assert_eq!(order(b"A.B;10", b"A.B;9"), Ordering::Less);
        assert_eq!(order(b"A.B;1", b"A.B;1"), Ordering::Equal);
        let disorder = |one: &str, two: &str| {
            let ucs2 = |name: &str| name.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
            joliet_disorder(&ucs2(one), &ucs2(two)).map(|rule| rule.id)
        };
        assert_eq!(disorder("a.b;1", "a b;1"), None, "names and extensions apart");
        assert_eq!(disorder("a b;1", "a.b;1"), Some("joliet-order-dot"), "by numbers");
        assert_eq!(disorder("b", "a"), Some("joliet-order"));
        assert_eq!(disorder("a;1", "a b"), None);
        assert!(enhanced_order(b"a.b", b"a b").is_lt() && enhanced_order(b"a b", b"a.b").is_lt());
        assert!(enhanced_order(b"b", b"a").is_gt());
        assert!(enhanced_order(b" ", b".~").is_lt() && enhanced_order(b".~", b" ").is_lt());
    }
}
