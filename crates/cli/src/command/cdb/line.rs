//! The lines that `discwright cdb` reads.

use core::time::Duration;
use std::path::PathBuf;

use discwright_mmc::{Cdb, CdbError};
use thiserror::Error;

/// One line, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing but a comment, or nothing at all.
    Nothing,
    /// A command, with its data when they stand on the same line.
    Command(Cdb, Option<Source>),
    /// Data for the command before.
    Data(Source),
    PowerCycle,
    Eject,
    /// A disc file to put in.
    Load(PathBuf),
    Wait(Duration),
}

/// Where data out come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Bytes(Vec<u8>),
    File(PathBuf),
}

/// Why a line cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum LineError {
    #[error("{0:?} is neither hexadecimal bytes nor a line this program knows")]
    NotHex(String),
    #[error("a byte has two hexadecimal digits; {0:?} has an odd number of them")]
    HalfByte(String),
    #[error(transparent)]
    Cdb(#[from] CdbError),
    #[error(
        "{extra} more bytes than command {opcode:02X}h takes; only zeros up to 12 or 16 bytes may follow a CDB"
    )]
    TooLong { opcode: u8, extra: usize },
    #[error("data out needs bytes or @FILE behind the <")]
    NoData,
    #[error("load needs the disc file to put in")]
    NoFile,
    #[error("{0:?} is no number of seconds")]
    Seconds(String),
}

impl Line {
    /// What a line says.
    pub(super) fn parse(text: &str) -> Result<Self, LineError> {
        let text = without_comment(text).trim();
        if text.is_empty() {
            return Ok(Self::Nothing);
        }
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match (word, rest.trim()) {
            ("power-cycle", "") => Ok(Self::PowerCycle),
            ("eject", "") => Ok(Self::Eject),
            ("load", "") => Err(LineError::NoFile),
            ("load", file) => Ok(Self::Load(file.into())),
            ("wait", seconds) => wait(seconds),
            _ => match text.split_once('<') {
                Some((cdb, data)) if cdb.trim().is_empty() => source(data).map(Self::Data),
                Some((cdb, data)) => Ok(Self::Command(command(cdb)?, Some(source(data)?))),
                None => Ok(Self::Command(command(text)?, None)),
            },
        }
    }
}

/// A `#` at the beginning or behind white space begins a comment; one inside a file's name does not.
fn without_comment(text: &str) -> &str {
    let begins =
        |at: usize| text.get(..at).is_some_and(|it| it.is_empty() || it.ends_with(char::is_whitespace));
    let comment = text.match_indices('#').map(|(at, _)| at).find(|at| begins(*at));
    comment.and_then(|at| text.get(..at)).unwrap_or(text)
}

fn wait(seconds: &str) -> Result<Line, LineError> {
    let bad = || LineError::Seconds(seconds.to_owned());
    let value: f64 = seconds.parse().map_err(|_| bad())?;
    Duration::try_from_secs_f64(value).map(Line::Wait).map_err(|_| bad())
}

fn command(text: &str) -> Result<Cdb, LineError> {
    let bytes = hex(text)?;
    // A vendor may give his commands any length, which no table tells.
    let vendor = bytes.first().is_some_and(|opcode| matches!(opcode >> 5, 3 | 6 | 7));
    let cdb =
        if vendor && matches!(bytes.len(), 6 | 10) { Cdb::padded(&bytes) } else { Cdb::from_wire(&bytes)? };
    // Transports pad CDBs to 12 or 16 bytes with zeros; anything else behind one is a mistake.
    let padded = matches!(bytes.len(), 12 | 16);
    match bytes.get(cdb.as_bytes().len()..) {
        Some(rest) if !rest.is_empty() && (!padded || rest.iter().any(|byte| *byte != 0)) => {
            Err(LineError::TooLong { opcode: cdb.opcode(), extra: rest.len() })
        }
        _ => Ok(cdb),
    }
}

fn source(text: &str) -> Result<Source, LineError> {
    match text.trim() {
        "" | "@" => Err(LineError::NoData),
        text => text
            .strip_prefix('@')
            .map_or_else(|| hex(text).map(Source::Bytes), |file| Ok(Source::File(file.into()))),
    }
}

/// Bytes in hexadecimal, with white space between them or without.
fn hex(text: &str) -> Result<Vec<u8>, LineError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    for word in text.split_whitespace() {
        let not_hex = || LineError::NotHex(word.chars().take(40).collect());
        let digits: Option<Vec<u8>> =
            word.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
        let digits = digits.ok_or_else(not_hex)?;
        let (pairs, rest) = digits.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(LineError::HalfByte(word.chars().take(40).collect()));
        }
        bytes.extend(pairs.iter().map(|[high, low]| high << 4 | low));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cdb(text: &str) -> Line {
        Line::Command(command(text).unwrap(), None)
    }

    #[test]
    fn every_kind_of_line_is_understood() {
        let test_unit_ready = || Cdb::new([0; 6]);
        for (text, line) in [
            ("", Line::Nothing),
            ("  # TEST UNIT READY", Line::Nothing),
            ("00 00 00 00 00 00", Line::Command(test_unit_ready(), None)),
            ("000000000000\t# ready?", Line::Command(test_unit_ready(), None)),
            ("00 00 00 00 00 00 00 00 00 00 00 00", Line::Command(test_unit_ready(), None)),
            ("< 01 ab CD", Line::Data(Source::Bytes(vec![1, 0xAB, 0xCD]))),
            ("<@sheet#1.bin # the cue sheet", Line::Data(Source::File("sheet#1.bin".into()))),
            ("00 00 00 00 00 00 < 7F", Line::Command(test_unit_ready(), Some(Source::Bytes(vec![0x7F])))),
            ("power-cycle", Line::PowerCycle),
            ("eject # by hand", Line::Eject),
            ("load my disc.disc", Line::Load("my disc.disc".into())),
            ("wait 0.25", Line::Wait(Duration::from_millis(250))),
        ] {
            assert_eq!(Line::parse(text), Ok(line), "{text}");
        }
        assert_eq!(Line::parse("51 00 00 00 00 00 00 00 22 00"), Ok(cdb("51000000000000002200")));
    }

    #[test]
    fn bad_lines_are_refused_by_what_is_wrong() {
        for (text, wrong) in [
            ("5", "odd number"),
            ("51 0", "odd number"),
            ("51 00", "0x51"),
            ("blank", "\"blank\""),
            ("eject now", "\"eject\""),
            ("00 00 00 00 00 00 01", "1 more bytes"),
            ("<", "needs bytes"),
            ("< @", "needs bytes"),
            ("< 1x", "\"1x\""),
            ("load", "needs the disc file"),
            ("wait", "no number of seconds"),
            ("wait -1", "no number of seconds"),
            ("wait NaN", "no number of seconds"),
            ("wait 1e300", "no number of seconds"),
            ("ééé", "\"ééé\""),
        ] {
            let error = Line::parse(text).unwrap_err().to_string();
            assert!(error.contains(wrong), "{text}: {error}");
        }
    }
}
