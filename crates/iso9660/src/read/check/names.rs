//! What identifiers may be, and in which order they come.

use core::cmp::Ordering;

use crate::format::text;

/// What is wrong with an identifier of the primary hierarchy, if anything (ECMA-119, 7.5 and 7.6).
pub(super) fn primary(identifier: &[u8], directory: bool) -> Option<&'static str> {
    let legal = |part: &[u8]| part.iter().all(|byte| text::is_d_character(*byte));
    if directory {
        return match identifier {
            [] => Some("it is empty"),
            _ if identifier.len() > 31 => Some("it is longer than 31 characters"),
            _ if !legal(identifier) => Some("it has others than d-characters"),
            _ => None,
        };
    }
    let (name, extension, version) = split(identifier);
    let version = version?.iter().try_fold(0_u32, |value, digit| {
        digit.is_ascii_digit().then(|| value.saturating_mul(10).saturating_add(u32::from(digit - b'0')))
    });
    let Some(extension) = extension else { return Some("it has no separator 1 (full stop)") };
    if !legal(name) || !legal(extension) {
        Some("it has others than d-characters")
    } else if name.is_empty() && extension.is_empty() {
        Some("both its name and its extension are empty")
    } else if name.len() + extension.len() > 30 {
        Some("its name and extension have more than 30 characters")
    } else if !version.is_some_and(|version| (1..=32767).contains(&version)) {
        Some("its version number is not one from 1 to 32767")
    } else {
        None
    }
}

/// Whether an identifier has a version number, as those of files must (ECMA-119, 7.5.1).
pub(super) fn has_version(identifier: &[u8]) -> bool {
    split(identifier).2.is_some()
}

/// What is wrong with an identifier of the Joliet hierarchy, if anything.
pub(super) fn joliet(identifier: &[u8], directory: bool) -> Option<&'static str> {
    let (units, odd) = identifier.as_chunks::<2>();
    if !odd.is_empty() {
        return Some("it has an odd number of bytes");
    }
    let (name, well_formed) = text::decode_ucs2(identifier);
    // The version number and what separates it are not part of what users see.
    let bare = if directory { name.as_str() } else { name.strip_suffix(";1").unwrap_or(&name) };
    if !well_formed {
        Some("it has a lone surrogate")
    } else if bare.contains(['*', '/', ':', ';', '?', '\\']) || bare.contains(|it: char| it < ' ') {
        Some("it has a character that Joliet forbids")
    } else if units.len() > 64 && bare.encode_utf16().count() > 64 {
        Some("it has more than 64 characters")
    } else {
        None
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primary_identifiers_are_judged() {
        for good in [&b"README.TXT;1"[..], b"A.;1", b".X;32767", b"NAME_OF_SEVENTEEN.EXTENSION_12;1"] {
            assert_eq!(primary(good, false), None, "{}", good.escape_ascii());
        }
        for bad in [
            &b"readme.txt;1"[..],
            b"README;1",
            b"A.B.C;1",
            b".;1",
            b"A.;0",
            b"A.;40000",
            b"A.;x",
            b"A\xC4.;1",
        ] {
            assert!(primary(bad, false).is_some(), "{}", bad.escape_ascii());
        }
        assert!(!has_version(b"A.TXT") && has_version(b"A.TXT;1"));
        assert_eq!(primary(b"DIR", true), None);
        assert!(primary(b"DIR.X", true).is_some() && primary(&[b'A'; 32], true).is_some());
    }

    #[test]
    fn joliet_identifiers_are_judged() {
        let judge = |name: &str| {
            let mut bytes = Vec::new();
            text::append_ucs2(name, &mut bytes);
            joliet(&bytes, false)
        };
        assert_eq!(judge("Größe.txt;1"), None);
        assert_eq!(judge(&"x".repeat(64)), None);
        assert!(judge(&"x".repeat(65)).is_some() && judge("a:b").is_some() && judge("a\tb").is_some());
        assert!(joliet(b"\0a\0", false).is_some());
    }

    #[test]
    fn the_order_is_the_standards() {
        assert_eq!(order(b"A.;1", b"A.B;1"), Ordering::Less);
        assert_eq!(order(b"AB.A;1", b"A.B;1"), Ordering::Greater);
        assert_eq!(order(b"A.B;10", b"A.B;9"), Ordering::Less);
        assert_eq!(order(b"A.B;1", b"A.B;1"), Ordering::Equal);
    }
}
