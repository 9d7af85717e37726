//! Discs from images and back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use std::collections::BTreeMap;
use std::io::{Cursor, Error, ErrorKind, Read};

use common::*;
use discwright_cd::Lba;
use discwright_drive::derive::{DiscState, View};
use discwright_drive::image::{
    ImageError, LastSession, Refused, SheetProblem, export_ccd, export_cue, export_iso, export_session_iso,
    export_toc, import_cue, import_iso as import_image,
};
use discwright_drive::{Disc, MediumKind};
use discwright_mmc::command::*;
use discwright_mmc::mode::MultiSession;
use discwright_transport::TransportExt;
use tempfile::TempDir;

fn import_iso(image: &mut impl Read, disc: &mut Disc) -> Result<(), ImageError> {
    import_image(image, disc, LastSession::Final)
}

fn data(sectors: i32, bytes: usize) -> Vec<u8> {
    (0..sectors).flat_map(|at| block(Lba(at), bytes)).collect()
}

#[test]
fn an_iso_becomes_a_pressed_disc() {
    let image = data(1_000, 2048);
    let mut disc = Disc::blank(MediumKind::CdRom);
    import_iso(&mut image.as_slice(), &mut disc).unwrap();
    let mut back = Vec::new();
    export_iso(&mut disc, &mut back).unwrap();
    assert!(back == image);
    let mut recorder = with(disc);
    assert_eq!(recorder.ask(&ReadCapacity10::default()).unwrap().last, Lba(999));
    assert_eq!(read(&mut recorder, Lba(999), 1).unwrap(), block(Lba(999), 2048));
    let disc = disc_information(&mut recorder);
    assert_eq!((u8::from(disc.disc), disc.sessions, disc.erasable), (2, 1, false));
    assert_eq!(
        codes(recorder.ask(&ReadAtip { allocation_bytes: 28, ..ReadAtip::default() }).unwrap_err()),
        (5, 0x24, 0)
    );
    select(&mut recorder, track_page(true));
    assert_eq!(codes(write(&mut recorder, Lba(1_000), 16, 2048).unwrap_err()), (5, 0x30, 5));
}

#[test]
fn images_that_are_none_are_refused() {
    let fresh = || Disc::blank(MediumKind::CdRom);
    let part = import_iso(&mut &data(3, 2048)[..5_000], &mut fresh());
    assert!(matches!(part, Err(ImageError::PartOfSector(904))), "{part:?}");
    assert!(matches!(import_iso(&mut [].as_slice(), &mut fresh()), Err(ImageError::Empty)));
    let mut used = fresh();
    import_iso(&mut data(300, 2048).as_slice(), &mut used).unwrap();
    assert!(matches!(import_iso(&mut data(300, 2048).as_slice(), &mut used), Err(ImageError::NotBlank)));
    assert!(matches!(export_iso(&mut fresh(), &mut Vec::new()), Err(ImageError::NothingToExport)));
}

#[test]
fn data_that_cannot_be_read_is_no_image() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("torn.disc");
    let image = data(1_000, 2048);
    let mut disc = Disc::create(&path, MediumKind::CdRom).unwrap();
    import_iso(&mut image.as_slice(), &mut disc).unwrap();
    drop(disc);
    let mut file = std::fs::read(&path).unwrap();
    let pattern = &block(Lba(500), 2048)[..32];
    let at = file.windows(32).position(|bytes| bytes == pattern).unwrap();
    file[at] ^= 0x10;
    std::fs::write(&path, &file).unwrap();
    let mut disc = Disc::open(&path).unwrap();
    let mut out = Vec::new();
    let Err(error) = export_iso(&mut disc, &mut out) else { panic!("exported") };
    let ImageError::Unreadable(first) = error else { panic!("{error}") };
    assert!(first <= Lba(500), "{first}");
    assert_eq!(
        error.to_string().split(':').next().unwrap(),
        format!("sector {first} is written and cannot be read")
    );
    assert!(out == image[..out.len()] && out.len() == usize::try_from(first.0).unwrap() * 2048);
    for error in [
        export_session_iso(&mut disc, 1, &mut Vec::new()).unwrap_err(),
        export_cue(&mut disc, &mut Vec::new(), "torn").unwrap_err(),
        export_toc(&mut disc, None, &mut Vec::new(), "torn.bin").unwrap_err(),
        export_ccd(&mut disc, &mut Vec::new(), &mut Vec::new()).unwrap_err(),
    ] {
        assert!(matches!(error, ImageError::Unreadable(at) if at == first), "{error}");
    }
    // It is what a drive says of it, and of nothing before it.
    let mut recorder = with(disc);
    assert_eq!(codes(read(&mut recorder, first, 1).unwrap_err()), (3, 0x11, 5));
    assert_eq!(read(&mut recorder, first - 1, 1).unwrap(), block(first - 1, 2048));
}

#[test]
fn sound_alone_is_no_iso_image() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, track_page(false));
    write(&mut recorder, Lba(0), 320, 2352).unwrap();
    sync(&mut recorder);
    patient_close(&mut recorder).unwrap();
    let mut disc = recorder.into_disc().unwrap();
    let mut out = Vec::new();
    assert!(matches!(export_iso(&mut disc, &mut out), Err(ImageError::NoDataTrack)));
    assert!(matches!(export_session_iso(&mut disc, 1, &mut out), Err(ImageError::NoDataTrack)));
    assert!(out.is_empty());
    // A session of data behind it makes one; the sound is zeros in it, and every address is kept.
    let mut recorder = with(disc);
    let start = burn_track(&mut recorder, 310);
    close_session(&mut recorder, MultiSession::Closed);
    let mut disc = recorder.into_disc().unwrap();
    export_iso(&mut disc, &mut out).unwrap();
    let from = usize::try_from(start.0).unwrap() * 2048;
    assert!(out[..from].iter().all(|byte| *byte == 0));
    assert!(out[from..from + 2048] == block(start, 2048));
    assert!(matches!(export_session_iso(&mut disc, 1, &mut out), Err(ImageError::NoDataTrack)));
}

const SHEET: &str = r#"REM made by hand
CATALOG 1234567890123
FILE "one two.bin" BINARY
  TRACK 01 MODE1/2048
    INDEX 01 00:00:00
FILE "sound.bin" BINARY
  TRACK 02 AUDIO
    FLAGS DCP
    ISRC USRC17607839
    PREGAP 00:02:00
    INDEX 01 00:00:00
    INDEX 02 00:02:00
  TRACK 03 AUDIO
    INDEX 00 00:06:00
    INDEX 01 00:07:00
REM SESSION 02
FILE "second.bin" BINARY
  TRACK 04 MODE1/2048
    INDEX 01 00:00:00
"#;

fn files() -> BTreeMap<&'static str, Vec<u8>> {
    BTreeMap::from([
        ("one two.bin", data(400, 2048)),
        ("sound.bin", data(900, 2352)),
        ("second.bin", data(350, 2048)),
    ])
}

fn import(sheet: &str) -> Result<Disc, ImageError> {
    let files = files();
    let mut disc = Disc::blank(MediumKind::CdRom);
    let open = |name: &str| -> std::io::Result<Cursor<Vec<u8>>> {
        let file = files.get(name).ok_or_else(|| Error::new(ErrorKind::NotFound, "no such file"))?;
        Ok(Cursor::new(file.clone()))
    };
    import_cue(sheet, open, &mut disc, LastSession::Final)?;
    Ok(disc)
}

#[test]
fn a_cue_sheet_of_two_sessions_becomes_a_disc() {
    let disc = import(SHEET).unwrap();
    let view = View::of(disc.medium());
    assert_eq!(view.disc_state(), DiscState::Complete);
    let tracks: Vec<_> = view.tracks.iter().map(|it| (it.number, it.session, it.start.0, it.end.0)).collect();
    let lead_out = 400 + 150 + 900;
    let second = lead_out + 11_400;
    assert_eq!(
        tracks,
        [(1, 1, 0, 400), (2, 1, 550, 1_000), (3, 1, 1_075, lead_out), (4, 2, second, second + 350),]
    );
    let mut recorder = with(disc);
    assert_eq!(recorder.ask(&ReadCd::raw(Lba(1_075), 1)).unwrap(), block(Lba(525), 2352));
    assert_eq!(read(&mut recorder, Lba(second + 9), 1).unwrap(), block(Lba(9), 2048));
}

#[test]
fn a_disc_goes_out_and_comes_back_by_cue_and_bin() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 310);
    select(&mut recorder, track_page(false));
    write(&mut recorder, Lba(462), 320, 2352).unwrap();
    sync(&mut recorder);
    patient_close(&mut recorder).unwrap();
    burn_track(&mut recorder, 305);
    close_session(&mut recorder, MultiSession::Closed);
    let mut disc = recorder.into_disc().unwrap();
    let mut bin = Vec::new();
    let sheet = export_cue(&mut disc, &mut bin, "disc").unwrap().sheet;
    let mut back = Disc::blank(MediumKind::CdRom);
    import_cue(&sheet, |_: &str| Ok(Cursor::new(bin.as_slice())), &mut back, LastSession::Final)
        .unwrap_or_else(|error| panic!("{error}\n{sheet}"));
    let starts = |disc: &Disc| {
        let view = View::of(disc.medium());
        view.tracks.iter().map(|it| (it.number, it.session, it.start, it.end, it.control)).collect::<Vec<_>>()
    };
    assert_eq!(starts(&back), starts(&disc), "{sheet}");
    let (mut before, mut after) = (Vec::new(), Vec::new());
    export_iso(&mut disc, &mut before).unwrap();
    export_iso(&mut back, &mut after).unwrap();
    assert!(before == after);
}

#[test]
fn a_bad_sheet_is_refused_with_its_line() {
    let refuse = |from: &str, to: &str, at: usize, expected: SheetProblem| {
        let sheet = SHEET.replacen(from, to, 1);
        assert_ne!(sheet, SHEET);
        let Err(ImageError::Sheet(Refused { line, problem, .. })) = import(&sheet) else {
            panic!("{to} accepted")
        };
        assert_eq!((line, &problem), (at, &expected), "{problem}");
    };
    refuse("MODE1/2048", "MODE9/2048", 4, SheetProblem::Mode("MODE9/2048".to_owned()));
    refuse("INDEX 02 00:02:00", "INDEX 01 00:02:00", 12, SheetProblem::Index);
    refuse("INDEX 01 00:07:00", "INDEX 01 00:77:00", 15, SheetProblem::Number("00:77:00".to_owned()));
    refuse("TRACK 03", "TRACK 05", 13, SheetProblem::TrackNumber(5));
    refuse(
        "FILE \"sound.bin\" BINARY",
        "FILE \"sound.bin\" MP3",
        6,
        SheetProblem::FileType("MP3".to_owned()),
    );
    refuse("FLAGS DCP", "FLOGS DCP", 8, SheetProblem::UnknownCommand("FLOGS".to_owned()));
    refuse("ISRC USRC17607839", "ISRC US", 9, SheetProblem::Code("US".to_owned()));
    refuse("PREGAP 00:02:00", "PREGAP", 10, SheetProblem::Incomplete);
    let missing = SheetProblem::Open("gone.bin: no such file".to_owned());
    refuse("second.bin", "gone.bin", 17, missing);
    for (sheet, expected) in [("TRACK 01 AUDIO\n", SheetProblem::OutOfPlace), ("", SheetProblem::NoData)] {
        let Err(ImageError::Sheet(refused)) = import(sheet) else { panic!("{sheet:?} accepted") };
        assert_eq!((refused.line, refused.problem), (1, expected));
    }
}
