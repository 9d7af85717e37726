//! CUE sheets: the dialect of CDRWIN, and Redump's `REM SESSION`.

use core::fmt;
use std::io;

use discwright_cd::{Lba, Msf, area};

use super::{ImageError, Stamper, TrackPlan};
use crate::disc::Disc;
use crate::medium::{Form, Note, QNote};
use crate::recording::NextSession;

/// What is wrong with a line of a CUE sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CueProblem {
    /// The first word is no command.
    UnknownCommand(String),
    /// Words are missing.
    Incomplete,
    /// The file is of a type that is not read; only BINARY is.
    FileType(String),
    /// The track's mode is not known.
    Mode(String),
    /// A number or time that is none.
    Number(String),
    /// Tracks are numbered 1 to 99 without gaps.
    TrackNumber(u8),
    /// The command needs a FILE or TRACK before it.
    OutOfPlace,
    /// Indices do not rise, or there is no INDEX 01.
    Index,
    /// The catalogue number or recording code has the wrong length.
    Code(String),
    /// The file that the line names cannot be opened.
    Open(String),
}

impl fmt::Display for CueProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCommand(word) => write!(f, "{word:?} is no command"),
            Self::Incomplete => f.write_str("words are missing"),
            Self::FileType(word) => write!(f, "files of type {word:?} are not read, only BINARY"),
            Self::Mode(word) => write!(f, "{word:?} is no track mode"),
            Self::Number(word) => write!(f, "{word:?} is no number or time"),
            Self::TrackNumber(number) => write!(f, "track {number} does not follow the one before"),
            Self::OutOfPlace => f.write_str("the command needs a FILE or TRACK before it"),
            Self::Index => f.write_str("the indices of the track do not rise, or INDEX 01 is missing"),
            Self::Code(word) => write!(f, "{word:?} has the wrong length"),
            Self::Open(why) => write!(f, "the file cannot be opened: {why}"),
        }
    }
}

/// A track of a sheet.
#[derive(Clone, Debug)]
struct Entry {
    line: usize,
    number: u8,
    control: u8,
    form: Form,
    /// Bytes before what is kept of each sector in the file.
    skipped: usize,
    /// Sectors of silence that are in no file.
    pregap: u32,
    /// Offset of each index in the file, in sectors.
    indices: Vec<(u8, u32)>,
    isrc: Option<[u8; 12]>,
    file: usize,
    session: u16,
}

/// A sheet that was understood.
#[derive(Clone, Debug, Default)]
struct Sheet {
    files: Vec<(usize, String)>,
    entries: Vec<Entry>,
    catalogue: Option<[u8; 13]>,
}

/// Makes a disc from a CUE sheet; `open` gives the files that it names.
///
/// # Errors
/// [`ImageError`]; [`ImageError::Sheet`] names the line.
pub fn import_cue<R: io::Read>(
    sheet: &str,
    mut open: impl FnMut(&str) -> io::Result<R>,
    disc: &mut Disc,
) -> Result<(), ImageError> {
    let sheet = parse(sheet)?;
    let mut stamper = Stamper::new(disc)?;
    let mut file: Option<(usize, R, u32)> = None;
    let mut entries = sheet.entries.iter().peekable();
    if entries.peek().is_none() {
        return Err(ImageError::Empty);
    }
    while let Some(entry) = entries.next() {
        let following = entries.peek();
        if file.as_ref().is_none_or(|(number, ..)| *number != entry.file) {
            let (line, name) = sheet.files.get(entry.file).cloned().unwrap_or_default();
            let reader =
                open(&name).map_err(|error| problem(line, CueProblem::Open(format!("{name}: {error}"))))?;
            file = Some((entry.file, reader, 0));
        }
        let Some((_, reader, at)) = &mut file else { continue };
        let within = following.filter(|next| next.file == entry.file);
        let end = within.and_then(|next| next.indices.first()).map(|(_, offset)| *offset);
        *at = stamp(&mut stamper, entry, reader, *at, end)?;
        if following.is_none_or(|next| next.session != entry.session) {
            let next = if following.is_some() { NextSession::Allowed } else { NextSession::Absent };
            stamper.end_session(next)?;
        }
    }
    if let Some(digits) = sheet.catalogue {
        let note = QNote { start: Lba(0), sectors: 4_500, note: Note::Catalogue(digits) };
        disc.note(note).map_err(ImageError::from)?;
    }
    Ok(())
}

/// Stamps one track from its file, from sector `at` of it to `end` or to its own end; where the file stands then.
fn stamp<R: io::Read>(
    stamper: &mut Stamper<'_>,
    entry: &Entry,
    file: &mut R,
    at: u32,
    end: Option<u32>,
) -> Result<u32, ImageError> {
    let missing = || problem(entry.line, CueProblem::Index);
    let (_, start) = entry.indices.iter().find(|(index, _)| *index == 1).ok_or_else(missing)?;
    let in_file = start.checked_sub(at).ok_or_else(missing)?;
    // A session's first track has its pregap in any case; an index 0 in the file is a part of it or more.
    let first = stamper.tracks.is_empty();
    let silence = if first { area::PREGAP.saturating_sub(in_file).max(entry.pregap) } else { entry.pregap };
    let index_1 = stamper.at.saturating_add(silence).saturating_add(in_file);
    let plan = TrackPlan { number: entry.number, control: entry.control, start: index_1, form: entry.form };
    let before = stamper.at.saturating_add(silence);
    stamper.begin(TrackPlan { start: before, ..plan })?;
    if let Some((_, _, start)) = stamper.tracks.last_mut() {
        *start = index_1;
    }
    stamper.q.zero = index_1;
    let mut stands = at;
    let ends = entry.indices.iter().skip(1).map(|(_, offset)| Some(*offset)).chain([end]);
    for ((index, _), until) in entry.indices.iter().zip(ends) {
        stamper.q.index = *index;
        let sectors = match until {
            Some(until) => {
                usize::try_from(until.checked_sub(stands).ok_or_else(missing)?).unwrap_or(usize::MAX)
            }
            None => usize::MAX,
        };
        let done = stamper.data(file, entry.form, sectors, entry.skipped)?;
        stands = stands.saturating_add(u32::try_from(done).unwrap_or(u32::MAX));
    }
    if let Some(code) = entry.isrc {
        let sectors = stamper.at.sectors_since(index_1).unwrap_or(0);
        stamper.disc.note(QNote { start: index_1, sectors, note: Note::Isrc(code) })?;
    }
    Ok(stands)
}

const fn problem(line: usize, problem: CueProblem) -> ImageError {
    ImageError::Sheet { line, problem }
}

fn parse(text: &str) -> Result<Sheet, ImageError> {
    let mut sheet = Sheet::default();
    let mut session = 1;
    for (line, text) in (1..).zip(text.lines()) {
        let words = words(text.trim_start_matches('\u{FEFF}'));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let parsed = sheet.command(line, &words, &mut session);
        parsed.map_err(|it| problem(line, it))?;
    }
    for entry in &sheet.entries {
        if !entry.indices.iter().any(|(index, _)| *index == 1) {
            return Err(problem(entry.line, CueProblem::Index));
        }
    }
    Ok(sheet)
}

impl Sheet {
    fn command(&mut self, line: usize, words: &[&str], session: &mut u16) -> Result<(), CueProblem> {
        let Some((command, words)) = words.split_first() else { return Ok(()) };
        match (command.to_ascii_uppercase().as_str(), words) {
            ("FILE", [name, kind]) if kind.eq_ignore_ascii_case("BINARY") => {
                self.files.push((line, (*name).to_owned()))
            }
            ("FILE", [_, kind]) => return Err(CueProblem::FileType((*kind).to_owned())),
            ("TRACK", [track, mode]) => self.track(line, number(track)?, mode, *session)?,
            ("INDEX", [index, time]) => {
                let (index, offset) = (number(index)?, sectors(time)?);
                let entry = self.entries.last_mut().ok_or(CueProblem::OutOfPlace)?;
                if entry.indices.last().is_some_and(|(last, at)| *last >= index || *at > offset) {
                    return Err(CueProblem::Index);
                }
                entry.indices.push((index, offset));
            }
            ("PREGAP", [time]) => {
                self.entries.last_mut().ok_or(CueProblem::OutOfPlace)?.pregap = sectors(time)?
            }
            ("FLAGS", flags) => {
                let entry = self.entries.last_mut().ok_or(CueProblem::OutOfPlace)?;
                entry.control |= flags.iter().map(|flag| flag_bits(flag)).fold(0, |all, bits| all | bits);
            }
            ("CATALOG", [code]) => {
                self.catalogue =
                    Some(code.as_bytes().try_into().map_err(|_| CueProblem::Code((*code).to_owned()))?);
            }
            ("ISRC", [code]) => {
                let entry = self.entries.last_mut().ok_or(CueProblem::OutOfPlace)?;
                entry.isrc =
                    Some(code.as_bytes().try_into().map_err(|_| CueProblem::Code((*code).to_owned()))?);
            }
            ("REM", [word, value]) if word.eq_ignore_ascii_case("SESSION") => {
                *session = u16::from(number(value)?)
            }
            // Texts and remarks say nothing about sectors.
            ("REM" | "TITLE" | "PERFORMER" | "SONGWRITER" | "CDTEXTFILE", _) => {}
            ("FILE" | "TRACK" | "INDEX" | "PREGAP" | "CATALOG" | "ISRC", _) => {
                return Err(CueProblem::Incomplete);
            }
            (other, _) => return Err(CueProblem::UnknownCommand(other.to_owned())),
        }
        Ok(())
    }

    fn track(&mut self, line: usize, number: u8, mode: &str, session: u16) -> Result<(), CueProblem> {
        let follows = self.entries.last().map_or(1, |entry| entry.number + 1);
        if number != follows || number > area::MAX_TRACKS {
            return Err(CueProblem::TrackNumber(number));
        }
        let (control, form, skipped) = match mode.to_ascii_uppercase().as_str() {
            "AUDIO" => (0, Form::Audio, 0),
            "MODE1/2048" => (4, Form::Mode1, 0),
            "MODE1/2352" | "MODE2/2352" => (4, Form::Raw, 0),
            "MODE2/2336" => (4, Form::Xa, 0),
            _ => return Err(CueProblem::Mode(mode.to_owned())),
        };
        let file = self.files.len().checked_sub(1).ok_or(CueProblem::OutOfPlace)?;
        self.entries.push(Entry {
            line,
            number,
            control,
            form,
            skipped,
            pregap: 0,
            indices: Vec::new(),
            isrc: None,
            file,
            session,
        });
        Ok(())
    }
}

const fn flag_bits(flag: &str) -> u8 {
    match flag.as_bytes() {
        b"PRE" | b"pre" => 1,
        b"DCP" | b"dcp" => 2,
        b"4CH" | b"4ch" => 8,
        _ => 0,
    }
}

fn number(word: &str) -> Result<u8, CueProblem> {
    word.parse().map_err(|_| CueProblem::Number(word.to_owned()))
}

/// `mm:ss:ff` as sectors.
fn sectors(word: &str) -> Result<u32, CueProblem> {
    let bad = || CueProblem::Number(word.to_owned());
    let mut parts = word.split(':').map(number);
    let mut part = || parts.next().ok_or_else(bad)?;
    let (minute, second, frame) = (part()?, part()?, part()?);
    let time = Msf::new(minute, second, frame).map_err(|_| bad())?;
    Ok(u32::from(time.minute) * 4_500 + u32::from(time.second) * 75 + u32::from(time.frame))
}

/// Words of a line; quotation marks hold one together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (word, tail) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = tail.trim_start();
    }
    words
}
