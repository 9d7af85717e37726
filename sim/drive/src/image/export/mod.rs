//! A disc as an image.

use std::io;

use discwright_cd::cd_text::{CdText, PackKind};
use discwright_cd::{Lba, Msf};

use super::ImageError;
use crate::derive::{Damage, Session, Track, View};
use crate::disc::Disc;
use crate::medium::{Form, Note};
use crate::sector::{self, Sector, Unreadable};

mod ccd;
mod cue;
mod toc;

pub use ccd::export_ccd;
pub use cue::{CueExport, export_cue};
pub use toc::export_toc;

/// Writes the data of a disc as 2048-byte sectors, from address 0 to the end of the last complete session. What is no
/// data (gaps, run-out, sound) is zeros, so that every address keeps its place.
///
/// # Errors
/// [`ImageError::NothingToExport`] without a complete session; [`ImageError::NoDataTrack`] when all of them are sound;
/// [`ImageError::Unreadable`] for data that cannot be read; [`ImageError::Io`] of the image.
pub fn export_iso(disc: &mut Disc, image: &mut impl io::Write) -> Result<(), ImageError> {
    let view = View::of(disc.medium());
    let end = view.last_address().ok_or(ImageError::NothingToExport)? + 1;
    let last = view.last_complete().map_or(0, |session| session.number);
    require_data(view.tracks.iter().filter(|track| track.session <= last))?;
    copy_data(disc, &view, image, Lba(0), end)
}

/// Writes the data of one session as 2048-byte sectors, from its first track to its lead-out; the address of the first.
///
/// # Errors
/// [`ImageError::NoSuchSession`]; [`ImageError::NoDataTrack`]; [`ImageError::Unreadable`]; [`ImageError::Io`] of the
/// image.
pub fn export_session_iso(
    disc: &mut Disc,
    session: u16,
    image: &mut impl io::Write,
) -> Result<Lba, ImageError> {
    let view = View::of(disc.medium());
    let complete = complete(&view).find(|it| it.number == session);
    let lead_out = complete.ok_or(ImageError::NoSuchSession(session))?.lead_out;
    let first = view.tracks_of(session).next().ok_or(ImageError::NoSuchSession(session))?.start;
    require_data(view.tracks_of(session))?;
    let is_last = view.last_complete().is_some_and(|last| last.number == session);
    let end = view.last_address().filter(|_| is_last).map_or(lead_out, |last| last + 1);
    copy_data(disc, &view, image, first, end)?;
    Ok(first)
}

/// Sound alone makes no image of 2048-byte sectors.
fn require_data<'a>(mut tracks: impl Iterator<Item = &'a Track>) -> Result<(), ImageError> {
    if tracks.any(|track| track.control & 4 != 0) { Ok(()) } else { Err(ImageError::NoDataTrack) }
}

fn copy_data(
    disc: &mut Disc,
    view: &View,
    image: &mut impl io::Write,
    from: Lba,
    to: Lba,
) -> Result<(), ImageError> {
    for at in (from.0..to.0).map(Lba) {
        let sector = match view.physical(at) {
            Some(place) => readable(disc, place).map_err(|_| ImageError::Unreadable(at))?,
            None => None,
        };
        let data = sector.as_ref().and_then(Sector::data);
        // The code of a sector that the host made whole may be wrong; no drive gives its data then.
        let is_wrong =
            |sector: &Sector| sector.is_foreign && !discwright_cd::sector::check(&sector.raw).is_intact();
        if data.is_some() && sector.as_ref().is_some_and(is_wrong) {
            return Err(ImageError::Unreadable(at));
        }
        match data {
            Some(data) => image.write_all(data)?,
            None => image.write_all(&[0; 2048])?,
        }
    }
    Ok(())
}

/// The sessions with lead-in and lead-out.
fn complete(view: &View) -> impl Iterator<Item = &Session> {
    view.sessions.iter().filter(|session| session.damage == Damage::None)
}

/// First address of a session's program area, behind its first pregap.
fn program(session: &Session) -> Lba {
    if session.number <= 1 { Lba(0) } else { session.lead_in.saturating_add(4_500 + 150) }
}

/// A track with what an image of it needs to know.
struct Piece {
    track: Track,
    /// Where it begins in the image: its pregap, but for the 150 sectors before a session.
    begin: Lba,
    /// Where the next begins.
    end: Lba,
    /// Index 1 and those behind it.
    indices: Vec<(u8, Lba)>,
    mode: TrackMode,
    isrc: Option<[u8; 12]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TrackMode {
    Audio,
    Mode1,
    Mode2,
}

/// The tracks of a session.
fn pieces(disc: &mut Disc, view: &View, session: &Session) -> Vec<Piece> {
    let mut begin = program(session);
    let mut pieces = Vec::new();
    for track in view.tracks_of(session.number) {
        let indices = indices(disc, track);
        let mode = mode(disc, track);
        pieces.push(Piece { track: *track, begin, end: track.end, indices, mode, isrc: isrc(disc, track) });
        begin = track.end;
    }
    if let Some(last) = pieces.last_mut() {
        last.end = session.lead_out;
    }
    pieces
}

fn mode(disc: &mut Disc, track: &Track) -> TrackMode {
    match track.form {
        _ if track.control & 4 == 0 => TrackMode::Audio,
        Some(Form::Mode2 | Form::Xa) => TrackMode::Mode2,
        Some(Form::Raw) => {
            let first = sector::read(disc, track.start).ok();
            let is_mode_2 = first.is_some_and(|sector| sector.raw.get(15) == Some(&2));
            if is_mode_2 { TrackMode::Mode2 } else { TrackMode::Mode1 }
        }
        _ => TrackMode::Mode1,
    }
}

fn isrc(disc: &Disc, track: &Track) -> Option<[u8; 12]> {
    disc.medium().notes().iter().find_map(|note| match note.note {
        Note::Isrc(code) if (track.start..track.end).contains(&note.start) => Some(code),
        _ => None,
    })
}

fn catalogue(disc: &Disc) -> Option<[u8; 13]> {
    disc.medium().notes().iter().find_map(|note| match note.note {
        Note::Catalogue(digits) => Some(digits),
        Note::Isrc(_) => None,
    })
}

/// Index 1 and those behind it, by what the Q channel says.
fn indices(disc: &Disc, track: &Track) -> Vec<(u8, Lba)> {
    let mut indices = vec![(1, track.start)];
    let extents = disc.medium().extents_from(track.start).take_while(|extent| extent.start < track.end);
    for extent in extents {
        if let Some(q) = extent.content.track()
            && q.track == track.number
            && indices.last().is_some_and(|(last, _)| q.index > *last)
        {
            indices.push((q.index, extent.start));
        }
    }
    indices
}

/// A sector as an image has it; zeros where there is none.
fn raw(disc: &mut Disc, at: Lba) -> Result<[u8; 2352], ImageError> {
    Ok(readable(disc, at)?.map_or([0; 2352], |sector| sector.raw))
}

/// A sector; `None` where nothing that could be read was ever written: gaps, links, run-out.
fn readable(disc: &mut Disc, at: Lba) -> Result<Option<Sector>, ImageError> {
    match sector::read(disc, at) {
        Ok(sector) => Ok(Some(sector)),
        Err(Unreadable::Damaged) => Err(ImageError::Unreadable(at)),
        Err(Unreadable::Blank | Unreadable::Link | Unreadable::NoData) => Ok(None),
    }
}

/// The texts of the first language, and their kinds and tracks.
fn texts(packs: &[[u8; 18]]) -> Vec<(PackKind, u8, String)> {
    let decoded = CdText::decode(packs.as_flattened());
    let first = decoded.text.blocks.into_values().next();
    let texts = first.iter().flat_map(|block| block.texts());
    texts.map(|(kind, track, text)| (kind, track, text.to_owned())).collect()
}

/// Sectors as `mm:ss:ff`.
fn time(sectors: u32) -> Msf {
    let part = |value: u32| u8::try_from(value).unwrap_or(99);
    Msf { minute: part(sectors / 4_500), second: part(sectors / 75 % 60), frame: part(sectors % 75) }
}

/// Sectors from one address to another.
fn distance(from: Lba, to: Lba) -> u32 {
    to.sectors_since(from).unwrap_or(0)
}
