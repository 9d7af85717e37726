//! CCD sheet, IMG and SUB file.

use core::fmt::Write as _;
use std::io;

use discwright_cd::{Lba, Msf};

use super::{TrackMode, catalogue, complete, distance, pieces, program, raw};
use crate::derive::View;
use crate::disc::Disc;
use crate::image::ImageError;
use crate::medium::QItem;
use crate::{sector, subcode};

/// Writes all sectors of the complete sessions, 2352 bytes each, and their subchannels, 96 bytes each, and gives the CCD
/// sheet that describes them.
///
/// # Errors
/// [`ImageError::NothingToExport`] without a complete session; [`ImageError::Io`] of the files.
pub fn export_ccd(
    disc: &mut Disc,
    image: &mut impl io::Write,
    subchannels: &mut impl io::Write,
) -> Result<String, ImageError> {
    let view = View::of(disc.medium());
    let sessions: Vec<_> = complete(&view).cloned().collect();
    let first = sessions.first().ok_or(ImageError::NothingToExport)?;
    let entries: usize = sessions.iter().map(|session| session.contents.toc.len()).sum();
    let packs = &first.contents.packs;
    let mut sheet = String::new();
    // Writing to a string cannot fail.
    let mut line = |text: core::fmt::Arguments<'_>| {
        let _ = writeln!(sheet, "{text}");
    };
    line(format_args!("[CloneCD]\nVersion=3\n\n[Disc]\nTocEntries={entries}\nSessions={}", sessions.len()));
    line(format_args!("DataTracksScrambled=0\nCDTextLength={}", packs.len() * 18));
    if let Some(digits) = catalogue(disc) {
        line(format_args!("CATALOG={}", String::from_utf8_lossy(&digits)));
    }
    if !packs.is_empty() {
        line(format_args!("\n[CDText]\nEntries={}", packs.len()));
        for (number, pack) in packs.iter().enumerate() {
            let text: Vec<_> = pack.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            line(format_args!("Entry {number}={}", text.join(" ")));
        }
    }
    for session in &sessions {
        let mode = pieces(disc, &view, session).first().map_or(0, |piece| mode(piece.mode));
        line(format_args!("\n[Session {}]\nPreGapMode={mode}\nPreGapSubC=1", session.number));
    }
    let items =
        sessions.iter().flat_map(|session| session.contents.toc.iter().map(|item| (session.number, item)));
    for (number, (session, item)) in items.enumerate() {
        line(format_args!("\n[Entry {number}]\nSession={session}"));
        tell_item(&mut line, item);
    }
    for session in &sessions {
        let program = program(session);
        for piece in pieces(disc, &view, session) {
            line(format_args!("\n[TRACK {}]\nMODE={}", piece.track.number, mode(piece.mode)));
            if let Some(code) = piece.isrc {
                line(format_args!("ISRC={}", String::from_utf8_lossy(&code)));
            }
            if piece.begin < piece.track.start {
                line(format_args!("INDEX 0={}", distance(program, piece.begin)));
            }
            for (index, start) in &piece.indices {
                line(format_args!("INDEX {index}={}", distance(program, *start)));
            }
        }
        for at in (program.0..session.lead_out.0).map(Lba) {
            image.write_all(&raw(disc, at)?)?;
            subchannels.write_all(&apart(disc, at))?;
        }
    }
    Ok(sheet)
}

const fn mode(mode: TrackMode) -> u8 {
    match mode {
        TrackMode::Audio => 0,
        TrackMode::Mode1 => 1,
        TrackMode::Mode2 => 2,
    }
}

fn tell_item(line: &mut impl FnMut(core::fmt::Arguments<'_>), item: &QItem) {
    let address = |[minute, second, frame]: [u8; 3]| {
        Msf::new(minute, second, frame).map_or(-150, |time| time.to_lba().0)
    };
    let QItem { control, adr, point, time, zero, point_time } = item;
    line(format_args!("Point=0x{point:02x}\nADR=0x{adr:02x}\nControl=0x{control:02x}\nTrackNo=0"));
    let [minute, second, frame] = time;
    line(format_args!("AMin={minute}\nASec={second}\nAFrame={frame}\nALBA={}\nZero={zero}", address(*time)));
    let [minute, second, frame] = point_time;
    line(format_args!("PMin={minute}\nPSec={second}\nPFrame={frame}\nPLBA={}", address(*point_time)));
}

/// The subchannels of a sector, channel behind channel.
fn apart(disc: &mut Disc, at: Lba) -> [u8; 96] {
    let channels = match sector::read(disc, at) {
        Ok(sector) => subcode::channels(disc.medium(), at, &sector),
        Err(_) => discwright_cd::subchannel::Subchannels::new(false, subcode::q_of(disc.medium(), at)),
    };
    let mut bytes = [0; 96];
    bytes.iter_mut().zip(channels.0.as_flattened()).for_each(|(to, from)| *to = *from);
    bytes
}
