//! CUE sheet and BIN file.

use core::fmt::Write as _;
use std::io;

use discwright_cd::cd_text::PackKind;

use super::{TrackMode, catalogue, complete, distance, pieces, raw, texts, time};
use crate::derive::View;
use crate::disc::Disc;
use crate::image::ImageError;

/// A CUE sheet, and what goes into the files beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueExport {
    /// The sheet; it names `STEM.bin` and, with CD-TEXT, `STEM.cdt`.
    pub sheet: String,
    /// CD-TEXT packs of the first session, for `STEM.cdt`; empty without CD-TEXT.
    pub cd_text: Vec<u8>,
}

/// Writes all sectors of the complete sessions' tracks, 2352 bytes each, and gives the CUE sheet that describes them.
/// What lies between sessions is left out, as the dialect wants it.
///
/// # Errors
/// [`ImageError::NothingToExport`] without a complete session; [`ImageError::Io`] of the image.
pub fn export_cue(disc: &mut Disc, bin: &mut impl io::Write, stem: &str) -> Result<CueExport, ImageError> {
    let view = View::of(disc.medium());
    let sessions: Vec<_> = complete(&view).cloned().collect();
    let packs = sessions.first().ok_or(ImageError::NothingToExport)?.contents.packs.clone();
    let texts = texts(&packs);
    let mut sheet = String::new();
    // Writing to a string cannot fail.
    let mut line = |text: core::fmt::Arguments<'_>| {
        let _ = writeln!(sheet, "{text}");
    };
    if let Some(digits) = catalogue(disc) {
        line(format_args!("CATALOG {}", String::from_utf8_lossy(&digits)));
    }
    if !packs.is_empty() {
        line(format_args!("CDTEXTFILE \"{stem}.cdt\""));
    }
    tell_texts(&mut line, "", &texts, 0);
    line(format_args!("FILE \"{stem}.bin\" BINARY"));
    let mut offset = 0_u32;
    for session in &sessions {
        if sessions.len() > 1 {
            line(format_args!("REM SESSION {:02}", session.number));
        }
        for piece in pieces(disc, &view, session) {
            let mode = match piece.mode {
                TrackMode::Audio => "AUDIO",
                TrackMode::Mode1 => "MODE1/2352",
                TrackMode::Mode2 => "MODE2/2352",
            };
            line(format_args!("  TRACK {:02} {mode}", piece.track.number));
            tell_texts(&mut line, "    ", &texts, piece.track.number);
            let flags = [(2, "DCP"), (8, "4CH"), (1, "PRE")];
            let is_sound = piece.mode == TrackMode::Audio;
            let set =
                flags.iter().filter(|(bit, _)| piece.track.control & bit != 0 && (is_sound || *bit == 2));
            let set: Vec<_> = set.map(|(_, name)| *name).collect();
            if !set.is_empty() {
                line(format_args!("    FLAGS {}", set.join(" ")));
            }
            if let Some(code) = piece.isrc {
                line(format_args!("    ISRC {}", String::from_utf8_lossy(&code)));
            }
            if piece.begin < piece.track.start {
                line(format_args!("    INDEX 00 {}", time(offset)));
            }
            for (index, start) in &piece.indices {
                let at = offset.saturating_add(distance(piece.begin, *start));
                line(format_args!("    INDEX {index:02} {}", time(at)));
            }
            for at in (piece.begin.0..piece.end.0).map(discwright_cd::Lba) {
                bin.write_all(&raw(disc, at)?)?;
            }
            offset = offset.saturating_add(distance(piece.begin, piece.end));
        }
    }
    Ok(CueExport { sheet, cd_text: packs.into_flattened() })
}

fn tell_texts(
    line: &mut impl FnMut(core::fmt::Arguments<'_>),
    indent: &str,
    texts: &[(PackKind, u8, String)],
    track: u8,
) {
    for (kind, of, text) in texts {
        let command = match kind {
            PackKind::Title => "TITLE",
            PackKind::Performer => "PERFORMER",
            PackKind::Songwriter => "SONGWRITER",
            _ => continue,
        };
        // The dialect knows no escapes.
        let printable = !text.contains(|it: char| it == '"' || it.is_control());
        if *of == track && printable {
            line(format_args!("{indent}{command} \"{text}\""));
        }
    }
}
