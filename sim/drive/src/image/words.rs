//! Words and times of sheets.

use std::borrow::Cow;

use discwright_cd::Msf;
use discwright_cd::subchannel::{Isrc, Mcn};

use super::sheet::SheetProblem;

/// The text of a sheet from its bytes: UTF-8, and ISO 8859-1 when it is none. A byte order mark is left out.
#[must_use]
pub fn sheet_text(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match core::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// A decimal number.
pub(super) fn number<T: core::str::FromStr>(word: &str) -> Result<T, SheetProblem> {
    // `+1` is a number to the standard library alone.
    let digits = word.starts_with(|first: char| first.is_ascii_digit());
    word.parse().ok().filter(|_| digits).ok_or_else(|| SheetProblem::Number(brief(word)))
}

/// `mm:ss:ff` as sectors; minutes may exceed what a disc holds, for files may be longer.
pub(super) fn sectors(word: &str) -> Result<u32, SheetProblem> {
    let bad = || SheetProblem::Number(brief(word));
    let mut parts = word.split(':');
    let mut part = || parts.next().ok_or_else(bad).and_then(|part| number::<u8>(part).map_err(|_| bad()));
    let time = Msf::new(part()?, part()?, part()?).map_err(|_| bad())?;
    if parts.next().is_some() {
        return Err(bad());
    }
    Ok(u32::from(time.minute) * 4_500 + u32::from(time.second) * 75 + u32::from(time.frame))
}

pub(super) fn catalogue(word: &str) -> Result<[u8; 13], SheetProblem> {
    word.parse::<Mcn>().map(|mcn| *mcn.as_bytes()).map_err(|_| SheetProblem::Code(brief(word)))
}

pub(super) fn isrc(word: &str) -> Result<[u8; 12], SheetProblem> {
    let upper = word.to_ascii_uppercase();
    upper.parse::<Isrc>().map(|isrc| *isrc.as_bytes()).map_err(|_| SheetProblem::Code(brief(word)))
}

/// The front of a word, for a message.
pub(super) fn brief(word: &str) -> String {
    word.chars().take(40).collect()
}
