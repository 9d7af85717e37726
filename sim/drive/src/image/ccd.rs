//! CloneCD's CCD sheets, with their IMG and SUB files.
//!
//! The image holds the sessions one behind the other, each from the end of its first pregap to its lead-out; what lies
//! between them is in no file. The SUB file has 96 bytes for every sector, channel behind channel.

use std::collections::BTreeMap;

use discwright_cd::subchannel::crc16;
use discwright_cd::{Lba, area};

use super::sheet::{
    FileKind, Layout, LineProblem, Part, Sheet, SheetProblem, SheetSession, SheetTrack, Source, Start,
};
use super::words::{brief, catalogue, isrc};
use crate::medium::{Form, Subchannel};

/// Names of the files that hold the sectors.
pub(super) struct Names {
    pub(super) image: String,
    /// Subchannels, when there are any.
    pub(super) subchannels: Option<String>,
}

/// Most lines of a sheet: 99 tracks in as many sessions, and eight blocks of CD-TEXT.
const MOST_LINES: usize = 20_000;

/// What a sheet says.
pub(super) fn parse(text: &str, names: &Names) -> Result<Sheet, LineProblem> {
    let sections = Sections::read(text)?;
    if sections.get("CLONECD").is_none() {
        return Err((1, SheetProblem::Unsupported("the sheet has no section [CloneCD]")));
    }
    let mut sheet = Sheet::default();
    if let Some(disc) = sections.get("DISC") {
        if let Some((line, scrambled)) = disc.number("DATATRACKSSCRAMBLED")?
            && scrambled != 0
        {
            return Err((line, SheetProblem::Unsupported("scrambled data tracks cannot be imported")));
        }
        if let Some((line, code)) = disc.value("CATALOG").filter(|(_, code)| !code.is_empty()) {
            sheet.catalogue = Some(catalogue(code).map_err(|problem| (line, problem))?);
        }
    }
    let image = sheet.file(1, &names.image, FileKind::Plain).map_err(|problem| (1, problem))?;
    let sub = names.subchannels.as_ref().map(|name| sheet.file(1, name, FileKind::Plain));
    let sub = sub.transpose().map_err(|problem| (1, problem))?;
    let points = points(&sections)?;
    let mut builder = Builder { sections: &sections, image, sub, offset: 0, program: 0 };
    for (number, session) in points {
        let expected = u32::try_from(sheet.sessions.len() + 1).unwrap_or(u32::MAX);
        if number != expected {
            return Err((session.line, SheetProblem::SessionNumber(number)));
        }
        let built = builder.session(number, &session)?;
        sheet.sessions.push(built);
    }
    let packs = packs(&sections)?;
    match sheet.sessions.first_mut() {
        Some(session) => session.packs = packs,
        None => return Err((1, SheetProblem::NoData)),
    }
    Ok(sheet)
}

/// What the entries say of a session.
#[derive(Default)]
struct Points {
    line: usize,
    format: u8,
    lead_out: Option<i64>,
    /// Track number to line, control nibble, and address of index 1.
    tracks: BTreeMap<u8, (usize, u8, i64)>,
}

fn points(sections: &Sections<'_>) -> Result<BTreeMap<u32, Points>, LineProblem> {
    let mut sessions: BTreeMap<u32, Points> = BTreeMap::new();
    for (name, section) in sections.with("ENTRY ") {
        let missing = || (section.line, SheetProblem::Incomplete);
        let need = |key: &str| section.number(key)?.ok_or_else(missing);
        let (line, session) = need("SESSION")?;
        let outside = |line, number: i64| (line, SheetProblem::Number(number.to_string()));
        let session = u32::try_from(session).map_err(|_| outside(line, session))?;
        let (line, point) = need("POINT")?;
        let point = u8::try_from(point).map_err(|_| outside(line, point))?;
        let (_, adr) = need("ADR")?;
        let (line, control) = need("CONTROL")?;
        let control =
            u8::try_from(control).ok().filter(|it| *it < 16).ok_or_else(|| outside(line, control))?;
        let (_, address) = need("PLBA")?;
        let new = || Points { line: section.line, ..Points::default() };
        let known = sessions.entry(session).or_insert_with(new);
        match (adr, point) {
            (1, 0xA0) => {
                let (line, format) = need("PSEC")?;
                known.format = u8::try_from(format).map_err(|_| outside(line, format))?;
            }
            (1, 0xA2) if known.lead_out.is_none() => known.lead_out = Some(address),
            (1, 1..=area::MAX_TRACKS) if !known.tracks.contains_key(&point) => {
                known.tracks.insert(point, (section.line, control, address));
            }
            (1, 0xA1) => {}
            (1, _) => return Err((section.line, SheetProblem::Number(brief(name)))),
            // Pointers and skips follow from the rest, or say nothing about sectors.
            _ => {}
        }
    }
    Ok(sessions)
}

/// Turns points into tracks, session after session.
struct Builder<'a> {
    sections: &'a Sections<'a>,
    image: usize,
    sub: Option<usize>,
    /// Where the session begins in the image, in sectors.
    offset: i64,
    /// Where its program area begins on the disc.
    program: i64,
}

impl Builder<'_> {
    fn session(&mut self, number: u32, points: &Points) -> Result<SheetSession, LineProblem> {
        let lead_out = points.lead_out.ok_or((points.line, SheetProblem::Incomplete))?;
        let (Some((_, first)), false) = (points.tracks.first_key_value(), lead_out > i64::from(Lba::MAX.0))
        else {
            return Err((points.line, SheetProblem::NoData));
        };
        if first.2 < self.program || number > 1 && first.2 > self.program + i64::from(area::PREGAP) {
            return Err((
                first.0,
                SheetProblem::Unsupported("the session does not begin where its lead-in ends"),
            ));
        }
        let mut tracks: Vec<SheetTrack> = Vec::new();
        let mut begin = self.program;
        let mut expected = None;
        let following =
            points.tracks.iter().skip(1).map(|(number, point)| Some((*number, *point))).chain([None]);
        for ((number, (line, control, start)), next) in points.tracks.iter().zip(following) {
            if expected.is_some_and(|expected| expected != *number) {
                return Err((*line, SheetProblem::TrackNumber(*number)));
            }
            expected = Some(number + 1);
            let end = match next {
                Some((number, (_, _, start))) => start - self.pregap(number)?,
                None => lead_out,
            };
            if *start < begin || end <= *start {
                return Err((*line, SheetProblem::Index));
            }
            tracks.push(self.track(*line, *number, *control, [begin, *start, end])?);
            begin = end;
        }
        self.offset += lead_out - self.program;
        self.program = lead_out + i64::from(area::session_gap(u16::try_from(number).unwrap_or(u16::MAX)));
        Ok(SheetSession { format: points.format, packs: Vec::new(), tracks })
    }

    /// Pregap of a track in the image, in sectors.
    fn pregap(&self, number: u8) -> Result<i64, LineProblem> {
        let Some(section) = self.sections.track(number) else { return Ok(0) };
        match (section.number("INDEX 0")?, section.number("INDEX 1")?) {
            (Some((_, zero)), Some((_, one))) if zero <= one => Ok(one - zero),
            (Some((line, _)), Some(_)) => Err((line, SheetProblem::Index)),
            _ => Ok(0),
        }
    }

    fn track(
        &self,
        line: usize,
        number: u8,
        control: u8,
        [begin, start, end]: [i64; 3],
    ) -> Result<SheetTrack, LineProblem> {
        let form = if control & 4 == 0 { Form::Audio } else { Form::Raw };
        let layout = match self.sub {
            Some(_) => Layout { apart: true, ..Layout::plain(form).with(Subchannel::Raw96) },
            None => Layout::plain(form),
        };
        let wrong = || (line, SheetProblem::Index);
        let sectors = u64::try_from(end - begin).map_err(|_| wrong())?;
        let sector = u64::try_from(self.offset + begin - self.program).map_err(|_| wrong())?;
        let bytes = sectors * u64::try_from(layout.bytes()).unwrap_or(0);
        let source = match self.sub {
            Some(sub) => Source::Pair { main: self.image, sub, sector },
            None => Source::File { file: self.image, offset: sector * 2_352 },
        };
        let mut track = SheetTrack {
            line,
            number,
            control,
            layout,
            isrc: None,
            parts: vec![Part { line, source, bytes: Some(bytes) }],
            start: Start::Sectors(u32::try_from(start - begin).map_err(|_| wrong())?),
            indices: Vec::new(),
            pads: false,
        };
        let Some(section) = self.sections.track(number) else { return Ok(track) };
        if let Some((line, code)) = section.value("ISRC").filter(|(_, code)| !code.is_empty()) {
            track.isrc = Some(isrc(code).map_err(|problem| (line, problem))?);
        }
        let one = section.number("INDEX 1")?.map(|(_, one)| one);
        for index in 2..=99 {
            let Some((line, at)) = section.number(&format!("INDEX {index}"))? else { break };
            let offset =
                one.and_then(|one| at.checked_sub(one)).and_then(|offset| u32::try_from(offset).ok());
            track.indices.push((line, index, offset.ok_or((line, SheetProblem::Index))?));
        }
        Ok(track)
    }
}

/// CD-TEXT packs: 16 bytes each in hexadecimal, without their checksum, or 18 with it.
fn packs(sections: &Sections<'_>) -> Result<Vec<[u8; 18]>, LineProblem> {
    let Some(section) = sections.get("CDTEXT") else { return Ok(Vec::new()) };
    let mut packs = Vec::new();
    for number in 0..2_048 {
        let Some((line, text)) = section.value(&format!("ENTRY {number}")) else { break };
        let wrong = || (line, SheetProblem::Number(brief(text)));
        let bytes: Option<Vec<u8>> =
            text.split_whitespace().map(|word| u8::from_str_radix(word, 16).ok()).collect();
        let bytes = bytes.filter(|bytes| matches!(bytes.len(), 16 | 18)).ok_or_else(wrong)?;
        let mut pack = [0; 18];
        pack.iter_mut().zip(&bytes).for_each(|(to, from)| *to = *from);
        let (text, checksum) = pack.split_at_mut(16);
        if bytes.len() == 16 {
            checksum.copy_from_slice(&crc16(text).to_be_bytes());
        }
        packs.push(pack);
    }
    Ok(packs)
}

/// The sections of a sheet by their names in capital letters.
struct Sections<'a>(BTreeMap<String, Section<'a>>);

/// A section's values by their names in capital letters.
struct Section<'a> {
    line: usize,
    values: BTreeMap<String, (usize, &'a str)>,
}

impl<'a> Sections<'a> {
    fn read(text: &'a str) -> Result<Self, LineProblem> {
        let mut sections: BTreeMap<String, Section<'a>> = BTreeMap::new();
        let mut current: Option<String> = None;
        for (line, text) in (1..).zip(text.lines().map(str::trim)) {
            if line > MOST_LINES {
                return Err((line, SheetProblem::TooMany("lines")));
            }
            if text.is_empty() || text.starts_with(';') {
                continue;
            }
            if let Some(name) = text.strip_prefix('[') {
                let name = name.strip_suffix(']').ok_or((line, SheetProblem::Braces))?;
                let name = one_spaced(name);
                if sections.contains_key(&name) {
                    return Err((line, SheetProblem::OutOfPlace));
                }
                sections.insert(name.clone(), Section { line, values: BTreeMap::new() });
                current = Some(name);
                continue;
            }
            let (key, value) =
                text.split_once('=').ok_or_else(|| (line, SheetProblem::UnknownCommand(brief(text))))?;
            let section = current.as_ref().and_then(|name| sections.get_mut(name));
            let section = section.ok_or((line, SheetProblem::OutOfPlace))?;
            if section.values.insert(one_spaced(key), (line, value.trim())).is_some() {
                return Err((line, SheetProblem::OutOfPlace));
            }
        }
        Ok(Self(sections))
    }

    fn get(&self, name: &str) -> Option<&Section<'a>> {
        self.0.get(name)
    }

    fn track(&self, number: u8) -> Option<&Section<'a>> {
        self.get(&format!("TRACK {number}"))
    }

    /// The sections whose names begin so.
    fn with(&self, prefix: &'static str) -> impl Iterator<Item = (&String, &Section<'a>)> {
        self.0.iter().filter(move |(name, _)| name.starts_with(prefix))
    }
}

impl Section<'_> {
    fn value(&self, key: &str) -> Option<(usize, &str)> {
        self.values.get(key).copied()
    }

    /// A number, decimal or hexadecimal behind `0x`.
    fn number(&self, key: &str) -> Result<Option<(usize, i64)>, LineProblem> {
        let Some((line, word)) = self.value(key) else { return Ok(None) };
        let lower = word.to_ascii_lowercase();
        let number = lower.strip_prefix("0x").map_or_else(
            || word.parse::<i32>().ok().map(i64::from),
            |digits| u32::from_str_radix(digits, 16).ok().map(i64::from),
        );
        number.map(|number| Some((line, number))).ok_or_else(|| (line, SheetProblem::Number(brief(word))))
    }
}

/// Capital letters, with one space between words.
fn one_spaced(name: &str) -> String {
    let words: Vec<_> = name.split_whitespace().map(str::to_ascii_uppercase).collect();
    words.join(" ")
}
