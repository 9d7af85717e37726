//! TOC file of cdrdao, and BIN file.

use core::fmt::Write as _;
use std::io;

use discwright_cd::cd_text::{CdText, Characters, PackKind};

use super::{Piece, TrackMode, catalogue, complete, distance, pieces, raw, time};
use crate::derive::View;
use crate::disc::Disc;
use crate::image::ImageError;

/// Writes the sectors of one session's tracks, 2352 bytes each, sound with the high byte of each sample first, and gives
/// the TOC file that describes them; `name` is what it calls the other file. Without a number the disc must have one
/// complete session.
///
/// # Errors
/// [`ImageError::NothingToExport`], [`ImageError::SeveralSessions`], [`ImageError::NoSuchSession`]; [`ImageError::Io`]
/// of the image.
pub fn export_toc(
    disc: &mut Disc,
    session: Option<u16>,
    bin: &mut impl io::Write,
    name: &str,
) -> Result<String, ImageError> {
    let view = View::of(disc.medium());
    let sessions: Vec<_> = complete(&view).cloned().collect();
    let session = match (session, sessions.as_slice()) {
        (None, []) => return Err(ImageError::NothingToExport),
        (None, [only]) => only,
        (None, several) => return Err(ImageError::SeveralSessions(several.len())),
        (Some(number), all) => {
            all.iter().find(|it| it.number == number).ok_or(ImageError::NoSuchSession(number))?
        }
    };
    let pieces = pieces(disc, &view, session);
    let mut sheet = String::new();
    // Writing to a string cannot fail.
    let mut line = |text: core::fmt::Arguments<'_>| {
        let _ = writeln!(sheet, "{text}");
    };
    let has = |mode| pieces.iter().any(|piece| piece.mode == mode);
    line(format_args!(
        "{}",
        if has(TrackMode::Mode2) {
            "CD_ROM_XA"
        } else if has(TrackMode::Mode1) {
            "CD_ROM"
        } else {
            "CD_DA"
        }
    ));
    if let Some(digits) = catalogue(disc) {
        line(format_args!("\nCATALOG \"{}\"", String::from_utf8_lossy(&digits)));
    }
    let cd_text = CdText::decode(session.contents.packs.as_flattened()).text;
    tell_texts(&mut line, &cd_text, 0);
    let mut offset = 0_u32;
    for piece in &pieces {
        tell_track(&mut line, piece);
        if piece.track.control & 4 == 0 {
            tell_texts(&mut line, &cd_text, piece.track.number);
        }
        tell_data(&mut line, piece, name, offset);
        for at in (piece.begin.0..piece.end.0).map(discwright_cd::Lba) {
            let mut sector = raw(disc, at)?;
            if piece.mode == TrackMode::Audio {
                sector.as_chunks_mut::<2>().0.iter_mut().for_each(|sample| sample.reverse());
            }
            bin.write_all(&sector)?;
        }
        offset = offset.saturating_add(distance(piece.begin, piece.end));
    }
    Ok(sheet)
}

fn tell_track(line: &mut impl FnMut(core::fmt::Arguments<'_>), piece: &Piece) {
    let mode = match piece.mode {
        TrackMode::Audio => "AUDIO",
        TrackMode::Mode1 => "MODE1_RAW",
        TrackMode::Mode2 => "MODE2_RAW",
    };
    line(format_args!("\n// Track {}\nTRACK {mode}", piece.track.number));
    let control = piece.track.control;
    line(format_args!("{}", if control & 2 == 0 { "NO COPY" } else { "COPY" }));
    if piece.mode == TrackMode::Audio {
        line(format_args!("{}", if control & 1 == 0 { "NO PRE_EMPHASIS" } else { "PRE_EMPHASIS" }));
        line(format_args!("{}", if control & 8 == 0 { "TWO_CHANNEL_AUDIO" } else { "FOUR_CHANNEL_AUDIO" }));
    }
    if let Some(code) = piece.isrc {
        line(format_args!("ISRC \"{}\"", String::from_utf8_lossy(&code)));
    }
}

fn tell_data(line: &mut impl FnMut(core::fmt::Arguments<'_>), piece: &Piece, name: &str, offset: u32) {
    let length = time(distance(piece.begin, piece.end));
    let bytes = u64::from(offset) * 2_352;
    match piece.mode {
        // Sectors of the file are as long as those of sound, so that a time finds them; libcdio knows no offset here.
        TrackMode::Audio => line(format_args!("FILE \"{name}\" {} {length}", time(offset))),
        TrackMode::Mode1 | TrackMode::Mode2 => line(format_args!("DATAFILE \"{name}\" #{bytes} {length}")),
    }
    if piece.begin < piece.track.start {
        line(format_args!("START {}", time(distance(piece.begin, piece.track.start))));
    }
    for (_, start) in piece.indices.iter().skip(1) {
        line(format_args!("INDEX {}", time(distance(piece.track.start, *start))));
    }
}

/// The CD-TEXT block of the disc or of a track.
fn tell_texts(line: &mut impl FnMut(core::fmt::Arguments<'_>), cd_text: &CdText, track: u8) {
    if cd_text.blocks.is_empty() {
        return;
    }
    line(format_args!("CD_TEXT {{"));
    if track == 0 {
        line(format_args!("  LANGUAGE_MAP {{"));
        for (number, block) in &cd_text.blocks {
            line(format_args!("    {number} : {}", block.language));
        }
        line(format_args!("  }}"));
    }
    for (number, block) in &cd_text.blocks {
        line(format_args!("  LANGUAGE {number} {{"));
        if track == 0 && block.characters == Characters::MsJis {
            line(format_args!("    ENCODING_MS_JIS"));
        }
        for (kind, _, text) in block.texts().filter(|(_, of, _)| *of == track) {
            if let Some(word) = word(kind, track) {
                line(format_args!("    {word} \"{}\"", escaped(text)));
            }
        }
        if let Some((code, words)) = block.genre.as_ref().filter(|_| track == 0) {
            let bytes: Vec<_> = code
                .to_be_bytes()
                .into_iter()
                .chain(words.bytes())
                .chain([0])
                .map(|it| it.to_string())
                .collect();
            line(format_args!("    GENRE {{ {} }}", bytes.join(", ")));
        }
        line(format_args!("  }}"));
    }
    line(format_args!("}}"));
}

const fn word(kind: PackKind, track: u8) -> Option<&'static str> {
    Some(match (kind, track) {
        (PackKind::Title, _) => "TITLE",
        (PackKind::Performer, _) => "PERFORMER",
        (PackKind::Songwriter, _) => "SONGWRITER",
        (PackKind::Composer, _) => "COMPOSER",
        (PackKind::Arranger, _) => "ARRANGER",
        (PackKind::Message, _) => "MESSAGE",
        (PackKind::DiscId, 0) => "DISC_ID",
        (PackKind::Code, 0) => "UPC_EAN",
        (PackKind::Code, _) => "ISRC",
        _ => return None,
    })
}

/// Text as cdrdao writes it: what is not ASCII in octal, when it is a single byte.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let _ = match u8::try_from(character) {
            Ok(mark @ (b'"' | b'\\')) => write!(out, "\\{}", char::from(mark)),
            Ok(byte @ (b' '..=b'~')) => write!(out, "{}", char::from(byte)),
            Ok(byte) => write!(out, "\\{byte:03o}"),
            Err(_) => write!(out, "{character}"),
        };
    }
    out
}
