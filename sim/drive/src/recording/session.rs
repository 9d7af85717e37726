//! Session-at-once: everything from lead-in to lead-out in one go, by a cue sheet.

use std::sync::Arc;

use core::time::Duration;

use discwright_cd::{Lba, Msf, area, cd_text};
use discwright_mmc::cue_sheet::{CueEntry, CuePosition, CueSheet, DataForm, LEAD_OUT_TRACK, MainData};
use discwright_mmc::{FieldPointer, Sense, SenseSpecific};
use discwright_transport::Instant;

use super::close::lead_in_start;
use super::toc::TocPlan;
use super::{Deck, HostBlock, Recording, Settings};
use crate::derive::NextTrack;
use crate::laser::Work;
use crate::medium::{Block, Content, Form, LeadIn, Note, QNote, Subchannel, TrackQ};
use crate::sense;

/// A cue sheet that was understood and fits the disc.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sheet {
    session: u16,
    lead_in: Lba,
    /// The host fills the lead-in with CD-TEXT.
    cd_text: bool,
    segments: Vec<Segment>,
    notes: Vec<QNote>,
    toc: TocPlan,
}

/// Sectors of one track and index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    start: Lba,
    end: Lba,
    q: TrackQ,
    source: Source,
}

/// Where a segment's data come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The host sends them.
    Host(HostBlock),
    /// The host sends something, and zeros are written.
    Ignored { host_bytes: usize, form: Form },
    /// The host sends nothing, and zeros are written.
    Generated(Form),
}

/// A session being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionRecording {
    sheet: Sheet,
    /// Where the host's next block goes.
    next: Lba,
    /// Packs that came for the lead-in.
    packs: PackCollector,
    started: bool,
}

impl SessionRecording {
    /// Whether every block of the sheet has come.
    pub(crate) fn is_full(&self) -> bool {
        self.next >= self.sheet.toc.lead_out
    }

    /// Session, and its first track with where that starts.
    pub(crate) fn place(&self) -> (u16, NextTrack) {
        let first = self.sheet.toc.tracks.first();
        let (number, start) = first.map_or((1, Lba(0)), |(number, _, start)| (*number, *start));
        (self.sheet.session, NextTrack { number, start })
    }

    /// Whether the laser has been switched on for it.
    pub(crate) const fn is_begun(&self) -> bool {
        self.started
    }

    /// Where the host's next block goes.
    pub(crate) const fn next(&self) -> Lba {
        self.next
    }
}

/// Most packs that a lead-in's CD-TEXT can have: eight blocks of 256.
const MOST_PACKS: usize = 2_048;
const PACK_BLOCK_BYTES: usize = 96;

impl Deck {
    /// Takes a cue sheet in, so that the next write begins its session.
    ///
    /// # Errors
    /// The sense that refuses it; with a field pointer when an entry is to blame.
    pub(crate) fn begin_session(
        &mut self,
        settings: &Settings,
        cue: &CueSheet,
        format: u8,
    ) -> Result<(), Sense> {
        if !matches!(self.recording, Recording::Idle) {
            self.abandon();
        }
        let (session, next) = self.next_track(settings)?;
        let kind = self.disc.kind();
        let place = Place {
            session,
            first_track: next.number,
            program: next.start,
            lead_in: lead_in_start(kind.lead_in_start(), session, next.start),
            last_lead_out: self.last_lead_out(settings),
        };
        if self.view().open.is_none_or(|open| open.first_track != next.number) {
            // A track is in the session already: it can only be gone on with track by track.
            return Err(sense::SEQUENCE);
        }
        let sheet = place.read(cue, format, settings)?;
        let first = sheet.segments.first().map_or(next.start, |segment| segment.start);
        let next = if sheet.cd_text { sheet.lead_in } else { first };
        self.recording = Recording::Session(SessionRecording {
            sheet,
            next,
            packs: PackCollector::default(),
            started: false,
        });
        Ok(())
    }

    /// Bytes that the host sends for these blocks.
    pub(crate) fn session_bytes(&self, start: Lba, sectors: u32) -> Option<usize> {
        let Recording::Session(session) = &self.recording else { return None };
        let mut at = start;
        let end = start.saturating_add(sectors);
        let mut bytes = 0_usize;
        while at < end {
            let (host_bytes, until) = session.sheet.host_bytes_at(at)?;
            let part = until.min(end).sectors_since(at).filter(|part| *part > 0)?;
            bytes = bytes.checked_add(host_bytes.checked_mul(usize::try_from(part).ok()?)?)?;
            at = at.saturating_add(part);
        }
        Some(bytes)
    }

    pub(super) fn write_session(
        &mut self,
        now: Instant,
        settings: &Settings,
        start: Lba,
        sectors: u32,
        data: &[u8],
    ) -> Result<(), Sense> {
        let Recording::Session(session) = &self.recording else { return Err(sense::SEQUENCE) };
        let end = start.saturating_add(sectors);
        if start != session.next || end > session.sheet.toc.lead_out {
            return Err(sense::INVALID_ADDRESS_FOR_WRITE);
        }
        if self.session_bytes(start, sectors) != Some(data.len()) {
            return Err(sense::WRONG_SECTOR_MODE);
        }
        let Recording::Session(mut session) = core::mem::take(&mut self.recording) else { return Ok(()) };
        let mut data = data;
        while session.next < end {
            let taken = self.write_part(now, settings, &mut session, end, data);
            let Some((sectors, rest)) = taken else { break };
            session.next = session.next.saturating_add(sectors);
            data = rest;
        }
        self.generate(now, settings, &mut session);
        self.recording = Recording::Session(session);
        Ok(())
    }

    /// Writes what belongs to one segment; the sectors and the data left.
    fn write_part<'a>(
        &mut self,
        now: Instant,
        settings: &Settings,
        session: &mut SessionRecording,
        end: Lba,
        data: &'a [u8],
    ) -> Option<(u32, &'a [u8])> {
        let (host_bytes, until) = session.sheet.host_bytes_at(session.next)?;
        let sectors = until.min(end).sectors_since(session.next)?;
        let bytes = host_bytes.checked_mul(usize::try_from(sectors).ok()?)?;
        let (here, rest) = data.split_at_checked(bytes)?;
        let Some(segment) = session.sheet.segment_at(session.next) else {
            let (blocks, _) = here.as_chunks::<PACK_BLOCK_BYTES>();
            session.packs.collect(blocks.iter().flat_map(cd_text::collapse));
            return Some((sectors, rest));
        };
        self.start_session(now, settings, session);
        match segment.source {
            Source::Host(host) => self.burn_data(now, settings, session.next, segment.q, &host, here),
            Source::Ignored { form, .. } | Source::Generated(form) => {
                self.burn(
                    now,
                    settings,
                    session.next,
                    sectors,
                    Content::Track(segment.q, Block::Zeros(form)),
                );
            }
        }
        Some((sectors, rest))
    }

    /// Writes the segments that the host sends nothing for.
    fn generate(&mut self, now: Instant, settings: &Settings, session: &mut SessionRecording) {
        while let Some(segment) = session.sheet.segment_at(session.next) {
            let Source::Generated(form) = segment.source else { return };
            let sectors = segment.end.sectors_since(session.next).unwrap_or(0);
            self.start_session(now, settings, session);
            self.burn(now, settings, session.next, sectors, Content::Track(segment.q, Block::Zeros(form)));
            session.next = segment.end;
        }
    }

    /// Writes the lead-in, once.
    fn start_session(&mut self, now: Instant, settings: &Settings, session: &mut SessionRecording) {
        if core::mem::replace(&mut session.started, true) {
            return;
        }
        let sheet = &session.sheet;
        let first = sheet.segments.first().map_or(sheet.lead_in, |segment| segment.start);
        let contents =
            LeadIn { toc: sheet.toc.items(self.disc.kind()), packs: session.packs.packs().to_vec() };
        let sectors = first.sectors_since(sheet.lead_in).unwrap_or(0);
        self.push(now, Work::Dwell, settings.seek, settings.simulated);
        self.burn(now, settings, sheet.lead_in, sectors, Content::LeadIn(Arc::new(contents)));
        for note in sheet.notes.clone() {
            self.push(now, Work::Note(note), Duration::ZERO, settings.simulated);
        }
    }

    /// Writes the lead-out behind the last block.
    pub(super) fn end_session(&mut self, now: Instant, settings: &Settings) {
        let Recording::Session(session) = core::mem::take(&mut self.recording) else { return };
        let TocPlan { session, lead_out, tracks, .. } = session.sheet.toc;
        let control = tracks.last().map_or(0, |(_, control, _)| *control);
        self.burn(now, settings, lead_out, area::lead_out(session), Content::LeadOut { control });
    }
}

/// CD-TEXT packs of a lead-in, collected until they begin to repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PackCollector {
    packs: Vec<[u8; 18]>,
    full: bool,
}

impl PackCollector {
    pub(crate) fn collect(&mut self, packs: impl IntoIterator<Item = [u8; 18]>) {
        for pack in packs {
            self.full |= self.packs.first() == Some(&pack) || self.packs.len() >= MOST_PACKS;
            // The types of packs are 80h to 8Fh; anything else is an empty channel.
            if !self.full && pack[0] & 0xF0 == 0x80 {
                self.packs.push(pack);
            }
        }
    }

    pub(crate) fn packs(&self) -> &[[u8; 18]] {
        &self.packs
    }
}

impl Sheet {
    fn segment_at(&self, at: Lba) -> Option<Segment> {
        self.segments.iter().copied().find(|segment| (segment.start..segment.end).contains(&at))
    }

    /// Bytes of the block that the host sends for an address, and where that changes.
    fn host_bytes_at(&self, at: Lba) -> Option<(usize, Lba)> {
        let first = self.segments.first()?.start;
        if at < first && self.cd_text && at >= self.lead_in {
            return Some((PACK_BLOCK_BYTES, first));
        }
        let segment = self.segment_at(at)?;
        let bytes = match segment.source {
            Source::Host(host) => host.bytes(),
            Source::Ignored { host_bytes, .. } => host_bytes,
            Source::Generated(_) => 0,
        };
        Some((bytes, segment.end))
    }
}

/// Where on the disc a sheet must fit.
struct Place {
    session: u16,
    first_track: u8,
    /// First user sector of the session.
    program: Lba,
    lead_in: Lba,
    last_lead_out: Lba,
}

impl Place {
    fn read(&self, cue: &CueSheet, format: u8, settings: &Settings) -> Result<Sheet, Sense> {
        let positions = cue.entries.iter().enumerate().filter_map(|(index, entry)| match entry {
            CueEntry::Position(position) => Some((index, *position)),
            _ => None,
        });
        let positions: Vec<(usize, CuePosition)> = positions.collect();
        let [(first_entry, lead_in), tracks @ .., (last_entry, lead_out)] = positions.as_slice() else {
            return Err(sense::INVALID_PARAMETER);
        };
        if lead_in.track != 0 || lead_in.index != 0 {
            return Err(refused(*first_entry, 1));
        }
        let end = address(*last_entry, lead_out.time)?;
        if lead_out.track != LEAD_OUT_TRACK || lead_out.index != 1 || end > self.last_lead_out {
            return Err(refused(*last_entry, if end > self.last_lead_out { 5 } else { 1 }));
        }
        let segments = self.segments(tracks, (*last_entry, end))?;
        let starts = segments.iter().filter(|segment| segment.q.index == 1);
        let toc = TocPlan {
            session: self.session,
            tracks: starts.map(|segment| (segment.q.track, segment.q.control, segment.start)).collect(),
            lead_out: end,
            format,
            next: settings.next_session,
        };
        let cd_text = lead_in.form.0 & 0xC0 != 0;
        let notes = notes(cue, &segments)?;
        Ok(Sheet { session: self.session, lead_in: self.lead_in, cd_text, segments, notes, toc })
    }

    fn segments(&self, tracks: &[(usize, CuePosition)], end: (usize, Lba)) -> Result<Vec<Segment>, Sense> {
        let pregap = self.program - i32::try_from(area::PREGAP).unwrap_or(0);
        let mut segments: Vec<Segment> = Vec::new();
        let mut before = (self.first_track.saturating_sub(1), 1);
        let ends = tracks.iter().skip(1).map(|(entry, position)| (*entry, address(*entry, position.time)));
        let ends = ends.chain([(end.0, Ok(end.1))]);
        for ((entry, position), (next_entry, next)) in tracks.iter().zip(ends) {
            let (start, next) = (address(*entry, position.time)?, next?);
            let follows = match (position.track, position.index) {
                (track, 0 | 1) if track == before.0.saturating_add(1) && before.1 > 0 => true,
                (track, index) => track == before.0 && index == before.1 + 1,
            };
            if !follows || position.track > area::MAX_TRACKS {
                return Err(refused(*entry, 1));
            }
            if next <= start {
                return Err(refused(next_entry, 5));
            }
            before = (position.track, position.index);
            let source = source(position.form).ok_or_else(|| refused(*entry, 3))?;
            let (track, index, control) = (position.track, position.index, position.control);
            let q = TrackQ { track, index, control, zero: start };
            segments.push(Segment { start, end: next, q, source });
        }
        let Some(first) = segments.first() else { return Err(sense::INVALID_PARAMETER) };
        let first_entry = tracks.first().map_or(0, |(entry, _)| *entry);
        match first.q.index {
            0 if first.start == pregap && first.end == self.program => {}
            1 if first.start == self.program => {
                let q = TrackQ { index: 0, ..first.q };
                let source = Source::Generated(first.source.form());
                segments.insert(0, Segment { start: pregap, end: self.program, q, source });
            }
            _ => return Err(refused(first_entry, 5)),
        }
        if before.1 == 0 {
            return Err(refused(end.0, 1));
        }
        Ok(with_zeros(segments))
    }
}

/// Gives every segment the start of its track's index 1, which its own time counts from.
fn with_zeros(mut segments: Vec<Segment>) -> Vec<Segment> {
    let starts: Vec<(u8, Lba)> =
        segments.iter().filter(|it| it.q.index == 1).map(|it| (it.q.track, it.start)).collect();
    for segment in &mut segments {
        if let Some((_, zero)) = starts.iter().find(|(track, _)| *track == segment.q.track) {
            segment.q.zero = *zero;
        }
    }
    segments
}

impl Source {
    const fn form(&self) -> Form {
        match self {
            Self::Host(host) => host.form(),
            Self::Ignored { form, .. } | Self::Generated(form) => *form,
        }
    }
}

/// Where the data of a form come from; `None` for forms that are not known.
fn source(form: DataForm) -> Option<Source> {
    let subchannel = match form.0 & 0xC0 {
        0x00 => Subchannel::None,
        0x40 => Subchannel::Raw96,
        0xC0 => Subchannel::Packed96,
        _ => return None,
    };
    let host = |host: HostBlock| Source::Host(host.with(subchannel));
    let ignored =
        |form_kept| Some(Source::Ignored { host_bytes: usize::from(form.block_bytes()?), form: form_kept });
    Some(match form.main() {
        MainData::Audio => host(HostBlock::AUDIO),
        MainData::Mode1 => host(HostBlock::MODE_1),
        MainData::Mode1Raw => host(HostBlock::MODE_1_RAW),
        MainData::Mode2Xa => host(HostBlock::XA_MIXED),
        MainData::Mode2XaRaw => host(HostBlock::XA_RAW),
        MainData::Mode2 => host(HostBlock::MODE_2),
        MainData::Mode2Raw => host(HostBlock::MODE_2_RAW),
        MainData::Mode1Ignored | MainData::Mode1RawIgnored => ignored(Form::Mode1)?,
        MainData::Mode2XaIgnored | MainData::Mode2XaRawIgnored => ignored(Form::Xa)?,
        MainData::Mode2Ignored | MainData::Mode2RawIgnored => ignored(Form::Mode2)?,
        MainData::AudioGenerated => Source::Generated(Form::Audio),
        MainData::Mode1Generated => Source::Generated(Form::Mode1),
        MainData::Mode2XaGenerated => Source::Generated(Form::Xa),
        MainData::Mode2Generated => Source::Generated(Form::Mode2),
        MainData::Other(_) => return None,
    })
}

/// Catalogue number and recording codes of a sheet, each in two halves.
fn notes(cue: &CueSheet, segments: &[Segment]) -> Result<Vec<QNote>, Sense> {
    let range = |track: Option<u8>| {
        let mut of_track =
            segments.iter().filter(|it| it.q.index > 0 && track.is_none_or(|n| n == it.q.track));
        let first = of_track.next()?;
        let end = of_track.next_back().unwrap_or(first).end;
        Some((first.start, end.sectors_since(first.start)?))
    };
    let mut notes = Vec::new();
    let mut entries = cue.entries.iter().enumerate();
    while let Some((index, entry)) = entries.next() {
        let (track, note) = match (entry, index) {
            (CueEntry::CatalogNumber { digits, .. }, _) => {
                let Some((_, CueEntry::CatalogNumber { digits: rest, .. })) = entries.next() else {
                    return Err(refused(index, 0));
                };
                let mut both = digits.iter().chain(rest).copied();
                (None, Note::Catalogue(core::array::from_fn(|_| both.next().unwrap_or(b'0'))))
            }
            (CueEntry::Isrc { track, characters, .. }, _) => {
                let Some((_, CueEntry::Isrc { characters: rest, .. })) = entries.next() else {
                    return Err(refused(index, 0));
                };
                let mut both = characters.iter().chain(rest).copied();
                (Some(*track), Note::Isrc(core::array::from_fn(|_| both.next().unwrap_or(b'0'))))
            }
            (CueEntry::Other(_), _) => return Err(refused(index, 0)),
            (CueEntry::Position(_), _) => continue,
        };
        let (start, sectors) = range(track).ok_or_else(|| refused(index, 1))?;
        notes.push(QNote { start, sectors, note });
    }
    Ok(notes)
}

fn address(entry: usize, time: Msf) -> Result<Lba, Sense> {
    let time = Msf::new(time.minute, time.second, time.frame).map_err(|_| refused(entry, 5))?;
    Ok(time.to_lba())
}

/// 5/26/00 with a pointer to a byte of an entry.
fn refused(entry: usize, byte: usize) -> Sense {
    let byte = u16::try_from(entry * 8 + byte).unwrap_or(u16::MAX);
    sense::INVALID_PARAMETER.with(SenseSpecific::Field(FieldPointer::in_parameters(byte)))
}
