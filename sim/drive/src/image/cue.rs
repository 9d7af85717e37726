//! CUE sheets: the commands of CDRWIN's manual, and Redump's `REM SESSION`.
//!
//! The 150 sectors before a session's first track are in no file and are not written in the sheet; a PREGAP of up to
//! 150 sectors there means them. What an INDEX 00 of that track has in its file comes behind them.

use discwright_cd::area;
use discwright_cd::cd_text::PackKind;

use super::sheet::{
    FileKind, Layout, LineProblem, Part, Sheet, SheetProblem, SheetSession, SheetTrack, Source, Start,
};
use super::texts::Texts;
use super::words::{brief, catalogue, isrc, number, sectors};
use crate::medium::{Form, Subchannel};

/// A sheet that was understood, and the file of its CD-TEXT packs.
#[derive(Debug, Default)]
pub(super) struct Cue {
    pub(super) sheet: Sheet,
    /// Line and name.
    pub(super) cd_text_file: Option<(usize, String)>,
}

/// What a sheet has said so far.
#[derive(Default)]
struct Reader {
    cue: Cue,
    texts: Texts,
    /// Kind of the file that tracks are taken from, and which it is.
    file: Option<(usize, FileKind)>,
    /// Gaps and indices of the tracks, all in one row.
    marks: Vec<Mark>,
    gaps: Vec<Gaps>,
}

/// An index of a track in a file.
#[derive(Clone, Copy)]
struct Mark {
    line: usize,
    /// Which track, counted over the sheet.
    track: usize,
    index: u8,
    file: usize,
    kind: FileKind,
    /// Sectors from the file's start.
    at: u32,
    sector_bytes: u64,
}

/// Silence of a track that is in no file, in sectors.
#[derive(Clone, Copy, Default)]
struct Gaps {
    line: usize,
    before: Option<u32>,
    behind: Option<u32>,
}

/// What a sheet says.
pub(super) fn parse(text: &str) -> Result<Cue, LineProblem> {
    let mut reader = Reader::default();
    for (line, text) in (1..).zip(text.lines()) {
        let words = words(text).map_err(|problem| (line, problem))?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        reader.command(line, &words).map_err(|problem| (line, problem))?;
    }
    reader.finish()
}

impl Reader {
    fn command(&mut self, line: usize, words: &[&str]) -> Result<(), SheetProblem> {
        let Some((command, words)) = words.split_first() else { return Ok(()) };
        match (command.to_ascii_uppercase().as_str(), words) {
            ("FILE", [name, kind]) => self.open(line, name, kind),
            ("TRACK", [track, mode]) => self.track(line, number(track)?, mode),
            ("INDEX", [index, time]) => self.index(line, number(index)?, sectors(time)?),
            ("PREGAP", [time]) => {
                let has_index = self.marks.last().is_some_and(|mark| mark.track + 1 == self.gaps.len());
                let gaps = self.gaps.last_mut().filter(|gaps| gaps.before.is_none() && !has_index);
                gaps.ok_or(SheetProblem::OutOfPlace)?.before = Some(sectors(time)?);
                Ok(())
            }
            ("POSTGAP", [time]) => {
                let gaps = self.gaps.last_mut().filter(|gaps| gaps.behind.is_none());
                gaps.ok_or(SheetProblem::OutOfPlace)?.behind = Some(sectors(time)?);
                Ok(())
            }
            ("FLAGS", flags) => self.flags(flags),
            ("CATALOG", [code]) if self.cue.sheet.catalogue.is_none() => {
                self.cue.sheet.catalogue = Some(catalogue(code)?);
                Ok(())
            }
            ("CATALOG", [_]) => Err(SheetProblem::OutOfPlace),
            ("ISRC", [code]) => {
                let code = isrc(code)?;
                self.last_track()?.isrc = Some(code);
                Ok(())
            }
            ("REM", [word, value, ..]) if word.eq_ignore_ascii_case("SESSION") => {
                self.session(number(value)?)
            }
            ("TITLE", [text]) => self.text(line, PackKind::Title, text),
            ("PERFORMER", [text]) => self.text(line, PackKind::Performer, text),
            ("SONGWRITER", [text]) => self.text(line, PackKind::Songwriter, text),
            ("CDTEXTFILE", [name]) if self.cue.cd_text_file.is_none() => {
                self.cue.cd_text_file = Some((line, (*name).to_owned()));
                Ok(())
            }
            ("CDTEXTFILE", [_]) => Err(SheetProblem::OutOfPlace),
            ("REM", _) => Ok(()),
            (
                "FILE" | "TRACK" | "INDEX" | "PREGAP" | "POSTGAP" | "CATALOG" | "ISRC" | "TITLE"
                | "PERFORMER" | "SONGWRITER" | "CDTEXTFILE",
                _,
            ) => Err(SheetProblem::Incomplete),
            (other, _) => Err(SheetProblem::UnknownCommand(brief(other))),
        }
    }

    fn open(&mut self, line: usize, name: &str, kind: &str) -> Result<(), SheetProblem> {
        let kind = match kind.to_ascii_uppercase().as_str() {
            "BINARY" => FileKind::Plain,
            "MOTOROLA" => FileKind::BigEndian,
            "WAVE" => FileKind::Wave,
            _ => return Err(SheetProblem::FileType(brief(kind))),
        };
        self.file = Some((self.cue.sheet.file(line, name, kind)?, kind));
        Ok(())
    }

    fn session(&mut self, number: u32) -> Result<(), SheetProblem> {
        let sheet = &mut self.cue.sheet;
        let known = u32::try_from(sheet.sessions.len()).unwrap_or(u32::MAX);
        let is_empty = sheet.sessions.last().is_none_or(|session| session.tracks.is_empty());
        match number {
            1 if known <= 1 && is_empty => Ok(()),
            next if !is_empty && next == known + 1 => {
                sheet.sessions.push(SheetSession::default());
                Ok(())
            }
            other => Err(SheetProblem::SessionNumber(other)),
        }
    }

    fn track(&mut self, line: usize, number: u8, mode: &str) -> Result<(), SheetProblem> {
        if self.file.is_none() {
            return Err(SheetProblem::OutOfPlace);
        }
        let (control, format, layout) = mode_of(mode).ok_or_else(|| SheetProblem::Mode(brief(mode)))?;
        let sheet = &mut self.cue.sheet;
        let follows = sheet.tracks().next_back().is_none_or(|track| track.number + 1 == number);
        if !follows || !(1..=area::MAX_TRACKS).contains(&number) {
            return Err(SheetProblem::TrackNumber(number));
        }
        if sheet.sessions.is_empty() {
            sheet.sessions.push(SheetSession::default());
        }
        let Some(session) = sheet.sessions.last_mut() else { return Ok(()) };
        session.format = session.format.max(format);
        session.tracks.push(SheetTrack {
            line,
            number,
            control,
            layout,
            isrc: None,
            parts: Vec::new(),
            start: Start::Sectors(0),
            indices: Vec::new(),
            pads: false,
        });
        self.gaps.push(Gaps { line, ..Gaps::default() });
        Ok(())
    }

    fn index(&mut self, line: usize, index: u8, at: u32) -> Result<(), SheetProblem> {
        let (file, kind) = self.file.ok_or(SheetProblem::OutOfPlace)?;
        let track = self.gaps.len().checked_sub(1).ok_or(SheetProblem::OutOfPlace)?;
        let sector_bytes = u64::try_from(self.last_track()?.layout.bytes()).unwrap_or(0);
        let before = self.marks.last().filter(|mark| mark.track == track);
        let follows = match (before, index) {
            (None, 0 | 1) => true,
            (Some(before), index) => before.index + 1 == index,
            _ => false,
        };
        let goes_on = self.marks.last().is_none_or(|before| before.file != file || before.at <= at);
        if !follows || !goes_on || index > MOST_INDEX {
            return Err(SheetProblem::Index);
        }
        self.marks.push(Mark { line, track, index, file, kind, at, sector_bytes });
        Ok(())
    }

    fn flags(&mut self, flags: &[&str]) -> Result<(), SheetProblem> {
        let mut bits = 0;
        for flag in flags {
            bits |= match flag.to_ascii_uppercase().as_str() {
                "PRE" => 1,
                "DCP" => 2,
                "4CH" => 8,
                // Copy management is no bit of the sheet's; the track's mode says whether it is data.
                "SCMS" | "DATA" => 0,
                _ => return Err(SheetProblem::UnknownCommand(brief(flag))),
            };
        }
        self.last_track()?.control |= bits;
        Ok(())
    }

    /// A text; what has no place in ISO 8859-1 becomes a question mark.
    fn text(&mut self, line: usize, kind: PackKind, text: &str) -> Result<(), SheetProblem> {
        let track = self.cue.sheet.last_track().map_or(0, |track| track.number);
        let fits = |character: char| u32::from(character) < 0x100 && character != '\0';
        let text = text.chars().map(|it| if fits(it) { it } else { '?' }).collect();
        self.texts.language(line, 0, discwright_cd::cd_text::Block::ENGLISH);
        self.texts.add(line, 0, kind, track, text)
    }

    fn last_track(&mut self) -> Result<&mut SheetTrack, SheetProblem> {
        self.cue.sheet.last_track().ok_or(SheetProblem::OutOfPlace)
    }

    /// Turns indices into pieces of the tracks.
    fn finish(mut self) -> Result<Cue, LineProblem> {
        let mut offsets: Vec<u64> = Vec::new();
        for (number, mark) in self.marks.iter().enumerate() {
            let before =
                number.checked_sub(1).and_then(|it| self.marks.get(it)).filter(|it| it.file == mark.file);
            offsets.push(match (before, offsets.last()) {
                (Some(before), Some(offset)) => offset + u64::from(mark.at - before.at) * before.sector_bytes,
                _ => u64::from(mark.at) * mark.sector_bytes,
            });
        }
        let mut all = Vec::new();
        for (track, gaps) in self.gaps.iter().enumerate() {
            let marks =
                self.marks.iter().zip(&offsets).enumerate().filter(|(_, (mark, _))| mark.track == track);
            let pieces: Vec<_> = marks
                .map(|(number, (mark, offset))| {
                    let next = self.marks.get(number + 1).filter(|next| next.file == mark.file);
                    let end = next.and_then(|_| offsets.get(number + 1)).copied();
                    (*mark, *offset, end)
                })
                .collect();
            all.push((*gaps, pieces));
        }
        let sessions = &mut self.cue.sheet.sessions;
        let firsts = sessions.iter_mut().flat_map(|session| {
            session.tracks.iter_mut().enumerate().map(|(number, track)| (number == 0, track))
        });
        for ((first, track), (gaps, pieces)) in firsts.zip(all) {
            fill(track, first, gaps, &pieces)?;
        }
        let first = self.cue.sheet.tracks().next().map(|track| track.number);
        let last = self.cue.sheet.tracks().next_back().map(|track| track.number);
        if let (Some(first), Some(last)) = (first, last) {
            let packs = self.texts.packs(first, last)?;
            if let Some(session) = self.cue.sheet.sessions.first_mut() {
                session.packs = packs;
            }
        }
        match self.cue.sheet.sessions.last() {
            Some(session) if !session.tracks.is_empty() => Ok(self.cue),
            Some(_) | None => Err((1, SheetProblem::NoData)),
        }
    }
}

/// Highest index.
const MOST_INDEX: u8 = 99;

/// Gives a track its pieces.
fn fill(
    track: &mut SheetTrack,
    first: bool,
    gaps: Gaps,
    pieces: &[(Mark, u64, Option<u64>)],
) -> Result<(), LineProblem> {
    let sector_bytes = u64::try_from(track.layout.bytes()).unwrap_or(0);
    let zeros = |sectors: u32| Part {
        line: gaps.line,
        source: Source::Zeros,
        bytes: Some(u64::from(sectors) * sector_bytes),
    };
    let own = gaps.before.map(|sectors| if first { sectors.saturating_sub(area::PREGAP) } else { sectors });
    track.parts.extend(own.filter(|sectors| *sectors > 0).map(zeros));
    let mut start = None;
    for (mark, offset, end) in pieces {
        if mark.index == 1 {
            start = Some((track.parts.len(), *mark));
        }
        if let (2.., Some((_, one))) = (mark.index, start) {
            if one.file != mark.file {
                return Err((mark.line, SheetProblem::Unsupported("an index in another file than INDEX 01")));
            }
            track.indices.push((mark.line, mark.index, mark.at.saturating_sub(one.at)));
        }
        let source = Source::File { file: mark.file, offset: *offset };
        track.parts.push(Part { line: mark.line, source, bytes: end.map(|end| end.saturating_sub(*offset)) });
        track.pads |= mark.kind == FileKind::Wave;
    }
    track.parts.extend(gaps.behind.map(zeros));
    let (parts, _) = start.ok_or((track.line, SheetProblem::Index))?;
    track.start = Start::Parts(parts);
    Ok(())
}

/// Control nibble, disc type and sector layout of a track mode.
fn mode_of(mode: &str) -> Option<(u8, u8, Layout)> {
    Some(match mode.to_ascii_uppercase().as_str() {
        "AUDIO" => (0, 0, Layout::plain(Form::Audio)),
        "CDG" => (0, 0, Layout::plain(Form::Audio).with(Subchannel::Packed96)),
        "MODE1/2048" => (4, 0, Layout::plain(Form::Mode1)),
        "MODE1/2352" => (4, 0, Layout::plain(Form::Raw)),
        "MODE2/2048" => (4, 0x20, Layout::form_1()),
        "MODE2/2324" => (4, 0x20, Layout::form_2()),
        "MODE2/2336" => (4, 0x20, Layout::plain(Form::Xa)),
        "MODE2/2352" => (4, 0x20, Layout::raw_mode_2()),
        "CDI/2336" => (4, 0x10, Layout::plain(Form::Xa)),
        "CDI/2352" => (4, 0x10, Layout::raw_mode_2()),
        _ => return None,
    })
}

/// Words of a line; quotation marks hold one together.
fn words(line: &str) -> Result<Vec<String>, SheetProblem> {
    let mut words: Vec<String> = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (word, tail) = match rest.strip_prefix('"') {
            // Remarks may have anything in them.
            Some(quoted) if words.first().is_some_and(|first| first.eq_ignore_ascii_case("REM")) => {
                quoted.split_once('"').unwrap_or((quoted, ""))
            }
            Some(quoted) => quoted.split_once('"').ok_or(SheetProblem::Quotes)?,
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = tail.trim_start();
    }
    Ok(words)
}
