//! A disc as an image.

use core::fmt::Write as _;
use std::io;

use discwright_cd::{Lba, Msf};

use super::ImageError;
use crate::derive::{Track, View};
use crate::disc::Disc;
use crate::medium::{Form, Note};
use crate::sector;

/// Writes the data of a disc as 2048-byte sectors, from address 0 to the end of the last complete session. What is no
/// data (gaps, run-out, sound) is zeros, so that every address keeps its place.
///
/// # Errors
/// [`ImageError::NothingToExport`] without a complete session; [`ImageError::Io`] of the image.
pub fn export_iso(disc: &mut Disc, image: &mut impl io::Write) -> Result<(), ImageError> {
    let view = View::of(disc.medium());
    let end = view.last_complete().ok_or(ImageError::NothingToExport)?.lead_out;
    for at in (0..end.0).map(Lba) {
        let sector = sector::read(disc, at).ok();
        match sector.as_ref().and_then(sector::Sector::data) {
            Some(data) => image.write_all(data)?,
            None => image.write_all(&[0; 2048])?,
        }
    }
    Ok(())
}

/// Writes all sectors of the complete sessions' tracks, 2352 bytes each, and gives the CUE sheet that describes them;
/// `name` is what the sheet calls the file. What lies between sessions is left out, as the dialect wants it.
///
/// # Errors
/// As [`export_iso`].
pub fn export_cue(disc: &mut Disc, bin: &mut impl io::Write, name: &str) -> Result<String, ImageError> {
    let view = View::of(disc.medium());
    let sessions = view.last_complete().ok_or(ImageError::NothingToExport)?.number;
    let mut sheet = String::new();
    let mut line = |text: core::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _ = writeln!(sheet, "{text}");
    };
    let catalogue = disc.medium().notes().iter().find_map(|note| match note.note {
        Note::Catalogue(digits) => Some(digits),
        Note::Isrc(_) => None,
    });
    if let Some(digits) = catalogue {
        line(format_args!("CATALOG {}", String::from_utf8_lossy(&digits)));
    }
    line(format_args!("FILE \"{name}\" BINARY"));
    let mut offset = 0_u32;
    for session in view.sessions.iter().filter(|session| session.number <= sessions) {
        if sessions > 1 {
            line(format_args!("REM SESSION {:02}", session.number));
        }
        let mut from = None;
        for track in view.tracks_of(session.number) {
            line(format_args!("  TRACK {:02} {}", track.number, mode(track)));
            if let Some(code) = isrc(disc, track) {
                line(format_args!("    ISRC {}", String::from_utf8_lossy(&code)));
            }
            let begins: Lba = from.unwrap_or(track.start);
            if begins < track.start {
                line(format_args!("    INDEX 00 {}", time(offset)));
            }
            for (index, start) in indices(disc, track) {
                let sectors = start.sectors_since(begins).unwrap_or(0);
                line(format_args!("    INDEX {index:02} {}", time(offset.saturating_add(sectors))));
            }
            offset = offset.saturating_add(copy(disc, bin, begins, track.end)?);
            from = Some(track.end);
        }
    }
    Ok(sheet)
}

fn mode(track: &Track) -> &'static str {
    match track.form {
        Some(Form::Audio) => "AUDIO",
        Some(Form::Mode2 | Form::Xa) => "MODE2/2352",
        None if track.control & 4 == 0 => "AUDIO",
        Some(Form::Mode1 | Form::Raw) | None => "MODE1/2352",
    }
}

fn isrc(disc: &Disc, track: &Track) -> Option<[u8; 12]> {
    disc.medium().notes().iter().find_map(|note| match note.note {
        Note::Isrc(code) if (track.start..track.end).contains(&note.start) => Some(code),
        _ => None,
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

fn copy(disc: &mut Disc, bin: &mut impl io::Write, from: Lba, to: Lba) -> Result<u32, ImageError> {
    for at in (from.0..to.0).map(Lba) {
        match sector::read(disc, at) {
            Ok(sector) => bin.write_all(&sector.raw)?,
            Err(_) => bin.write_all(&[0; 2352])?,
        }
    }
    Ok(to.sectors_since(from).unwrap_or(0))
}

/// Sectors as `mm:ss:ff`.
fn time(sectors: u32) -> Msf {
    let part = |value: u32| u8::try_from(value).unwrap_or(99);
    Msf { minute: part(sectors / 4_500), second: part(sectors / 75 % 60), frame: part(sectors % 75) }
}
