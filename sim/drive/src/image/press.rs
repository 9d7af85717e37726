//! From a sheet and its files to a disc: everything is measured before the first sector is stamped.

use std::io::{self, SeekFrom};

use discwright_cd::subchannel::{CHANNEL_BYTES, Subchannels};
use discwright_cd::{Lba, area};

use super::sheet::{
    FileKind, Layout, LineProblem, Part, Sheet, SheetFiles, SheetProblem, SheetTrack, Source, Start,
};
use super::stamper::{CHUNK_SECTORS, Stamper};
use super::{ImageError, Refused, SheetDialect, wave};
use crate::disc::Disc;
use crate::medium::Material;
use crate::recording::NextSession;

/// Makes a disc.
pub(super) fn press<F: SheetFiles>(
    dialect: SheetDialect,
    sheet: &Sheet,
    files: &mut F,
    disc: &mut Disc,
    last: NextSession,
) -> Result<(), ImageError> {
    let refused = |(line, problem): LineProblem| ImageError::Sheet(Refused { dialect, line, problem });
    let mut shelf = Shelf::open(sheet, files).map_err(refused)?;
    let mut sessions = Vec::new();
    for session in &sheet.sessions {
        let tracks: Result<Vec<_>, _> = session.tracks.iter().map(|track| measure(track, &shelf)).collect();
        sessions.push((session, tracks.map_err(refused)?));
    }
    let lengths = sessions.iter().map(|(_, tracks)| tracks.iter().map(|it| i64::from(it.sectors)).sum());
    check_room(disc, lengths)?;
    let mut stamper = Stamper::new(disc)?;
    let count = sessions.len();
    for (number, (session, tracks)) in (1..).zip(sessions) {
        for (track, measured) in session.tracks.iter().zip(&tracks) {
            stamp(&mut stamper, track, measured, &mut shelf).map_err(|error| match error {
                Trouble::File(error) => refused((track.line, SheetProblem::Open(error.to_string()))),
                Trouble::Image(error) => error,
            })?;
        }
        if let Some(digits) = sheet.catalogue {
            stamper.catalogue(digits)?;
        }
        let next = if number == count { last } else { NextSession::Allowed };
        stamper.end_session(session.format, session.packs.clone(), next)?;
    }
    if count == 0 { Err(ImageError::Empty) } else { Ok(()) }
}

/// Refuses what does not fit, before anything is stamped.
fn check_room(disc: &Disc, sessions: impl Iterator<Item = i64>) -> Result<(), ImageError> {
    let mut end = 0;
    for (number, sectors) in (1_u16..).zip(sessions) {
        let gap = if number > 1 { i64::from(area::session_gap(number - 1)) } else { 0 };
        end += gap + sectors;
        let lead_out = end + i64::from(area::lead_out(number));
        if lead_out > i64::from(Lba::MAX.0) {
            return Err(ImageError::TooLong(lead_out));
        }
    }
    let kind = disc.kind();
    let latest = kind.last_lead_out().saturating_add(kind.spec().beyond);
    if kind.spec().material != Material::Pressed && end > i64::from(latest.0) {
        return Err(ImageError::DoesNotFit { end, kind, latest });
    }
    Ok(())
}

/// A file that is open.
struct Opened<R> {
    reader: R,
    name: String,
    /// Where its sectors or samples begin.
    base: u64,
    /// Bytes of them.
    bytes: u64,
    swap: bool,
}

/// The files of a sheet, open.
struct Shelf<R>(Vec<Opened<R>>);

impl<R: io::Read + io::Seek> Shelf<R> {
    fn open<F: SheetFiles<File = R>>(sheet: &Sheet, files: &mut F) -> Result<Self, LineProblem> {
        let mut shelf = Vec::new();
        for file in &sheet.files {
            let failed =
                |error: io::Error| (file.line, SheetProblem::Open(format!("{}: {error}", file.name)));
            let mut reader = files.open(&file.name).map_err(failed)?;
            let (base, bytes) = if file.kind == FileKind::Wave {
                let samples = wave::samples(&mut reader).map_err(failed)?;
                samples.ok_or_else(|| (file.line, SheetProblem::Wave(file.name.clone())))?
            } else {
                (0, reader.seek(SeekFrom::End(0)).map_err(failed)?)
            };
            let swap = file.kind == FileKind::BigEndian;
            shelf.push(Opened { reader, name: file.name.clone(), base, bytes, swap });
        }
        Ok(Self(shelf))
    }

    /// Bytes of a file behind an offset, if it is that long.
    fn behind(&self, file: usize, offset: u64) -> Result<u64, SheetProblem> {
        let Some(opened) = self.0.get(file) else { return Err(SheetProblem::OutOfPlace) };
        opened.bytes.checked_sub(offset).ok_or_else(|| self.ends(file))
    }

    fn ends(&self, file: usize) -> SheetProblem {
        let (name, bytes) = self.0.get(file).map_or_else(Default::default, |it| (it.name.clone(), it.bytes));
        SheetProblem::FileEnds { name, bytes }
    }

    /// Bytes that a part takes.
    fn length(&self, part: &Part, sector_bytes: u64) -> Result<u64, SheetProblem> {
        match part.source {
            Source::Zeros => Ok(part.bytes.unwrap_or(0)),
            Source::File { file, offset } => {
                let there = self.behind(file, offset)?;
                match part.bytes {
                    None => Ok(there),
                    Some(bytes) if bytes <= there => Ok(bytes),
                    Some(_) => Err(self.ends(file)),
                }
            }
            Source::Pair { main, sub, sector } => {
                let sectors = part.bytes.unwrap_or(0) / sector_bytes.max(1);
                for (file, bytes) in [(main, MAIN), (sub, SUB)] {
                    let offset = sector.saturating_mul(bytes);
                    if self.behind(file, offset)? < sectors.saturating_mul(bytes) {
                        return Err(self.ends(file));
                    }
                }
                Ok(sectors * sector_bytes)
            }
        }
    }

    fn read(&mut self, file: usize, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        let Some(opened) = self.0.get_mut(file) else { return Err(io::ErrorKind::NotFound.into()) };
        opened.reader.seek(SeekFrom::Start(opened.base.saturating_add(at)))?;
        opened.reader.read_exact(buffer)?;
        if opened.swap {
            buffer.as_chunks_mut::<2>().0.iter_mut().for_each(|sample| sample.reverse());
        }
        Ok(())
    }
}

/// Bytes of a sector in an image and in a subchannel file.
const MAIN: u64 = 2_352;
const SUB: u64 = 96;

/// A track whose lengths are known.
struct Measured {
    /// The pieces of its stream that have bytes, and how many.
    pieces: Vec<(Source, u64)>,
    sectors: u32,
    pregap: u32,
    /// Each index and its first sector in the stream.
    indices: Vec<(u8, u32)>,
}

fn measure<R: io::Read + io::Seek>(track: &SheetTrack, shelf: &Shelf<R>) -> Result<Measured, LineProblem> {
    let sector_bytes = u64::try_from(track.layout.bytes()).unwrap_or(u64::MAX);
    let mut pieces = Vec::new();
    let mut bytes = 0_u64;
    let mut before_start = 0;
    for (number, part) in track.parts.iter().enumerate() {
        if track.start == Start::Parts(number) {
            before_start = bytes;
        }
        let length = shelf.length(part, sector_bytes).map_err(|problem| (part.line, problem))?;
        pieces.push((part.source, length));
        bytes = bytes.saturating_add(length);
    }
    if track.start == Start::Parts(track.parts.len()) {
        before_start = bytes;
    }
    let wrong = |problem| (track.line, problem);
    if !track.pads && !bytes.is_multiple_of(sector_bytes) {
        return Err(wrong(SheetProblem::PartOfSector(bytes % sector_bytes)));
    }
    // More than any disc holds stays more than any disc holds.
    let sectors = u32::try_from(bytes.div_ceil(sector_bytes)).unwrap_or(u32::MAX);
    let pregap = match track.start {
        Start::Sectors(sectors) => sectors,
        Start::Parts(_) => u32::try_from(before_start.div_ceil(sector_bytes)).unwrap_or(u32::MAX),
    };
    if pregap >= sectors {
        return Err(wrong(SheetProblem::NoData));
    }
    let mut indices = vec![(0, 0), (1, pregap)];
    for (line, index, offset) in &track.indices {
        let at = pregap.saturating_add(*offset);
        let rises = indices.last().is_some_and(|(_, last)| at > *last);
        if !rises || at >= sectors {
            return Err((*line, SheetProblem::Index));
        }
        indices.push((*index, at));
    }
    Ok(Measured { pieces, sectors, pregap, indices })
}

/// What keeps a track from being stamped.
enum Trouble {
    File(io::Error),
    Image(ImageError),
}

impl From<ImageError> for Trouble {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

fn stamp<R: io::Read + io::Seek>(
    stamper: &mut Stamper<'_>,
    track: &SheetTrack,
    measured: &Measured,
    shelf: &mut Shelf<R>,
) -> Result<(), Trouble> {
    let layout = track.layout;
    stamper.begin(track.number, track.control, measured.pregap, layout.zeros)?;
    let mut stream = Stream { shelf, pieces: &measured.pieces, done: 0 };
    let ends = measured.indices.iter().skip(1).map(|(_, start)| *start).chain([measured.sectors]);
    for ((index, start), end) in measured.indices.iter().zip(ends) {
        stamper.index(*index);
        let mut left = end.saturating_sub(*start);
        while left > 0 {
            let taken = stamp_some(stamper, layout, &mut stream, left)?;
            left = left.saturating_sub(taken);
        }
    }
    match track.isrc {
        Some(code) => Ok(stamper.isrc(code)?),
        None => Ok(()),
    }
}

/// Stamps some of the sectors that follow, at least one and at most `most`; how many.
fn stamp_some<R: io::Read + io::Seek>(
    stamper: &mut Stamper<'_>,
    layout: Layout,
    stream: &mut Stream<'_, R>,
    most: u32,
) -> Result<u32, Trouble> {
    let sector_bytes = u64::try_from(layout.bytes()).unwrap_or(u64::MAX);
    let zeros = u32::try_from(stream.run(true) / sector_bytes).unwrap_or(u32::MAX).min(most);
    if zeros > 0 {
        stamper.zeros(zeros, layout.zeros)?;
        stream.skip(u64::from(zeros) * sector_bytes);
        return Ok(zeros);
    }
    let solid = u32::try_from(stream.run(false).div_ceil(sector_bytes)).unwrap_or(u32::MAX).max(1);
    let sectors = solid.min(most).min(u32::try_from(CHUNK_SECTORS).unwrap_or(u32::MAX));
    let mut chunk = vec![0; layout.bytes() * usize::try_from(sectors).unwrap_or(0)];
    stream.read(&mut chunk).map_err(Trouble::File)?;
    let kept = keep(layout, chunk);
    stamper.stored(layout.form, layout.subchannel, sectors, kept)?;
    Ok(sectors)
}

/// What is kept of sectors as they came.
fn keep(layout: Layout, chunk: Vec<u8>) -> Vec<u8> {
    if layout.subheader.is_none() && !layout.apart {
        return chunk;
    }
    let mut kept = Vec::with_capacity(chunk.len());
    for sector in chunk.chunks_exact(layout.bytes()) {
        let (main, sub) = sector.split_at_checked(layout.main_bytes).unwrap_or((sector, &[]));
        let end = kept.len() + layout.form.bytes();
        if let Some(subheader) = layout.subheader {
            kept.extend(subheader);
            kept.extend(subheader);
        }
        kept.extend(main);
        // EDC and ECC of mode 2 are made again on reading.
        kept.resize(end, 0);
        if layout.apart {
            let (channels, _) = sub.as_chunks::<CHANNEL_BYTES>();
            let channels: [[u8; CHANNEL_BYTES]; 8] = channels.try_into().unwrap_or_default();
            kept.extend(Subchannels(channels).interleave());
        } else {
            kept.extend(sub);
        }
    }
    kept
}

/// A track's bytes in order; zeros behind them.
struct Stream<'a, R> {
    shelf: &'a mut Shelf<R>,
    pieces: &'a [(Source, u64)],
    /// Bytes of the first piece that are behind us.
    done: u64,
}

impl<R: io::Read + io::Seek> Stream<'_, R> {
    /// Bytes from here on that are given as zeros, or are not.
    fn run(&self, zeros: bool) -> u64 {
        let run = self
            .pieces
            .iter()
            .take_while(|(source, bytes)| (*source == Source::Zeros) == zeros || *bytes == 0);
        run.map(|(_, bytes)| *bytes).sum::<u64>().saturating_sub(self.done)
    }

    fn skip(&mut self, bytes: u64) {
        self.done = self.done.saturating_add(bytes);
        while let [(_, bytes), rest @ ..] = self.pieces
            && self.done >= *bytes
        {
            self.done -= bytes;
            self.pieces = rest;
        }
    }

    fn read(&mut self, mut buffer: &mut [u8]) -> io::Result<()> {
        while !buffer.is_empty() {
            self.skip(0);
            let Some((source, bytes)) = self.pieces.first().copied() else { break };
            let here = usize::try_from(bytes - self.done).unwrap_or(usize::MAX).min(buffer.len());
            let (part, rest) = buffer.split_at_mut(here);
            match source {
                Source::Zeros => {}
                Source::File { file, offset } => {
                    self.shelf.read(file, offset.saturating_add(self.done), part)?
                }
                Source::Pair { main, sub, sector } => {
                    let sector = sector.saturating_add(self.done / (MAIN + SUB));
                    self.read_pair(main, sub, sector, part)?;
                }
            }
            self.skip(u64::try_from(here).unwrap_or(u64::MAX));
            buffer = rest;
        }
        Ok(())
    }

    fn read_pair(&mut self, main: usize, sub: usize, sector: u64, buffer: &mut [u8]) -> io::Result<()> {
        const BOTH: usize = 2_352 + 96;
        for (at, both) in (sector..).zip(buffer.as_chunks_mut::<BOTH>().0) {
            let (bytes, channels) = both.split_at_mut(2_352);
            self.shelf.read(main, at.saturating_mul(MAIN), bytes)?;
            self.shelf.read(sub, at.saturating_mul(SUB), channels)?;
        }
        Ok(())
    }
}
