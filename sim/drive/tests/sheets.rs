//! Sheets of every dialect become discs, and discs become sheets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::*;
use discwright_cd::Lba;
use discwright_cd::cd_text::{CdText, PackKind};
use discwright_drive::derive::View;
use discwright_drive::image::*;
use discwright_drive::{Disc, MediumKind};
use discwright_mmc::command::*;
use discwright_transport::TransportExt;
use proptest::prelude::*;

type Files = BTreeMap<String, Vec<u8>>;

fn files<const N: usize>(files: [(&str, Vec<u8>); N]) -> Files {
    files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

fn open(files: &Files) -> impl FnMut(&str) -> io::Result<Cursor<Vec<u8>>> {
    move |name| files.get(name).cloned().map(Cursor::new).ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn cue(sheet: &str, files: &Files) -> Result<Disc, ImageError> {
    let mut disc = Disc::blank(MediumKind::CdRom);
    import_cue(sheet, open(files), &mut disc, LastSession::Final).map(|()| disc)
}

fn toc(sheet: &str, files: &Files) -> Result<Disc, ImageError> {
    let mut disc = Disc::blank(MediumKind::CdRom);
    import_toc(sheet, open(files), &mut disc, LastSession::Final).map(|()| disc)
}

fn bytes(sectors: i32, sector_bytes: usize) -> Vec<u8> {
    (0..sectors).flat_map(|at| block(Lba(at), sector_bytes)).collect()
}

fn wave(samples: &[u8]) -> Vec<u8> {
    let length = u32::try_from(samples.len()).unwrap();
    let mut file =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xAC\0\0\x10\xB1\x02\0\x04\0\x10\0data".to_vec();
    file.extend(length.to_le_bytes());
    file.extend(samples);
    file
}

fn swapped(samples: &[u8]) -> Vec<u8> {
    samples.chunks_exact(2).flat_map(|sample| [sample[1], sample[0]]).collect()
}

/// Number, session, start, end and control nibble of each track.
fn tracks(disc: &Disc) -> Vec<(u8, u16, i32, i32, u8)> {
    let view = View::of(disc.medium());
    view.tracks.iter().map(|it| (it.number, it.session, it.start.0, it.end.0, it.control)).collect()
}

fn text(disc: &Disc, kind: PackKind, track: u8) -> Option<String> {
    let view = View::of(disc.medium());
    let decoded = CdText::decode(view.sessions[0].contents.packs.as_flattened());
    assert!(decoded.faults.is_empty(), "{:?}", decoded.faults);
    decoded.text.blocks.get(&0)?.get(kind, track).map(str::to_owned)
}

/// Sectors of 2352 bytes as our drive reads them.
fn raw(disc: Disc, start: i32, sectors: i32) -> Vec<u8> {
    let mut recorder = with(disc);
    (start..start + sectors).flat_map(|at| recorder.ask(&ReadCd::raw(Lba(at), 1)).unwrap()).collect()
}

/// The layout that EAC calls non-compliant: a track's pregap in the file of the track before it.
#[test]
fn a_cue_sheet_of_wave_files_with_gaps_in_the_file_before() {
    let sheet = "TITLE \"Album\"\nPERFORMER \"Bänd\"\nFILE \"1.wav\" WAVE\n  TRACK 01 AUDIO\n    TITLE \"One\"\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    TITLE \"Zwö 日\"\n    FLAGS DCP PRE\n    INDEX 00 00:03:00\nFILE \"2.bin\" MOTOROLA\n    INDEX 01 00:00:00\n    INDEX 02 00:01:00\n    POSTGAP 00:00:10\n";
    let (first, second) = (bytes(300, 2352), bytes(200, 2352));
    let all = files([("1.wav", wave(&first)), ("2.bin", swapped(&second))]);
    let disc = cue(sheet, &all).unwrap();
    assert_eq!(tracks(&disc), [(1, 1, 0, 225, 0), (2, 1, 300, 510, 3)]);
    assert_eq!(text(&disc, PackKind::Performer, 0).unwrap(), "Bänd");
    // What has no place in the character code becomes a question mark.
    assert_eq!(text(&disc, PackKind::Title, 2).unwrap(), "Zwö ?");
    let silence = vec![0; 10 * 2352];
    assert!(raw(disc, 0, 510) == [first, second, silence].concat());
}

#[test]
fn packs_come_from_their_own_file() {
    let tagged = "TITLE \"From packs\"\nFILE \"a\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n";
    let sound = files([("a", bytes(4, 2352))]);
    let disc = cue(tagged, &sound).unwrap();
    let packs = View::of(disc.medium()).sessions[0].contents.packs.clone().into_flattened();
    let sheet = tagged.replace("TITLE \"From packs\"", "TITLE \"ignored\"\nCDTEXTFILE \"a.cdt\"");
    // As cdrecord writes them with a header, as CDRWIN does with a zero behind, and alone.
    for file in [[&[0, 0, 0, 0], packs.as_slice()].concat(), [packs.as_slice(), &[0]].concat(), packs.clone()]
    {
        let all = files([("a", bytes(4, 2352)), ("a.cdt", file)]);
        assert_eq!(text(&cue(&sheet, &all).unwrap(), PackKind::Title, 0).unwrap(), "From packs");
    }
    let all = files([("a", bytes(4, 2352)), ("a.cdt", vec![7; 100])]);
    let Err(ImageError::Sheet(refused)) = cue(&sheet, &all) else { panic!("accepted") };
    assert_eq!(refused.line, 2, "{refused}");
}

/// As `cdrdao read-toc` of cdrdao 1.2.4 wrote it of a disc that it had burned (observed), with the name of the file.
const CDRDAO: &str = r#"CD_DA

CATALOG "1234567890123"
CD_TEXT {
  LANGUAGE_MAP {
    0: 9
  }
  LANGUAGE 0 {
    TITLE "Album"
    PERFORMER "Band"
    DISC_ID "XY12345"
    UPC_EAN ""
    SIZE_INFO { 0,  1,  2,  0,  2,  2,  0,  0,  0,  0,  1,  0,
                0,  0,  0,  0,  0,  0,  2,  3,  9,  0,  0,  0,
                0,  0,  0,  0,  9,  0,  0,  0,  0,  0,  0,  0}
  }
}

// Track 1
TRACK AUDIO
COPY
NO PRE_EMPHASIS
TWO_CHANNEL_AUDIO
ISRC "USRC17607839"
CD_TEXT {
  LANGUAGE 0 {
    TITLE "One"
    PERFORMER "Band"
    DISC_ID ""
    ISRC "US-RC1-76-07839"
  }
}
FILE "data.bin" 0 00:05:25


// Track 2
TRACK AUDIO
NO COPY
NO PRE_EMPHASIS
TWO_CHANNEL_AUDIO
CD_TEXT {
  LANGUAGE 0 {
    TITLE "Two \"q\""
    PERFORMER "Band"
    DISC_ID ""
    ISRC ""
  }
}
FILE "data.bin" 00:05:25 00:05:50
START 00:01:00
INDEX 00:02:00
"#;

#[test]
fn what_cdrdao_writes_of_a_disc_makes_that_disc() {
    let samples = bytes(825, 2352);
    let disc = toc(CDRDAO, &files([("data.bin", swapped(&samples))])).unwrap();
    assert_eq!(tracks(&disc), [(1, 1, 0, 400, 2), (2, 1, 475, 825, 0)]);
    assert_eq!(text(&disc, PackKind::Title, 2).unwrap(), "Two \"q\"");
    assert_eq!(text(&disc, PackKind::Code, 1).unwrap(), "US-RC1-76-07839");
    // The size information is counted, and comes out as cdrdao's.
    let packs = View::of(disc.medium()).sessions[0].contents.packs.clone();
    let sizes: Vec<u8> =
        packs.iter().filter(|pack| pack[0] == 0x8F).flat_map(|pack| pack[4..16].to_vec()).collect();
    assert_eq!(sizes[..19], [0, 1, 2, 0, 2, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    assert_eq!((sizes[19], sizes[20], sizes[28]), (3, u8::try_from(packs.len() - 1).unwrap(), 9));
    let mut recorder = with(disc);
    let mcn = recorder.ask(&ReadSubchannel {
        subq: true,
        format: SubchannelFormat::CatalogNumber,
        allocation_bytes: 24,
        ..Default::default()
    });
    assert!(format!("{mcn:?}").contains("[49, 50, 51, 52, 53, 54, 55, 56, 57, 48, 49, 50, 51]"), "{mcn:?}");
    let disc = recorder.into_disc().unwrap();
    let areas: Vec<_> =
        map(&disc).iter().filter(|it| it.track == Some(2)).map(|it| (it.kind, it.start.0)).collect();
    let track = |index| AreaKind::Track { index };
    assert_eq!(areas, [(AreaKind::Pregap, 400), (track(1), 475), (track(2), 625)]);
    assert!(raw(disc, 0, 825) == samples);
}

/// As `toc2cue` of cdrdao 1.2.4 made it of what `read-cd` wrote of a mixed disc (observed).
#[test]
fn what_toc2cue_writes_makes_a_mixed_disc() {
    let sheet = "FILE \"mb.bin\" BINARY\n  TRACK 01 MODE1/2048\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    PREGAP 00:02:00\n    INDEX 01 00:06:73\n";
    let (data, sound) = (bytes(523, 2048), bytes(400, 2352));
    let disc = cue(sheet, &files([("mb.bin", [data.clone(), sound.clone()].concat())])).unwrap();
    assert_eq!(tracks(&disc), [(1, 1, 0, 523, 4), (2, 1, 673, 1_073, 0)]);
    let mut recorder = with(disc);
    assert_eq!(read(&mut recorder, Lba(522), 1).unwrap(), data[522 * 2048..]);
    assert!(raw(recorder.into_disc().unwrap(), 673, 400) == sound);
}

#[test]
fn sectors_of_every_layout_are_made_whole() {
    let sheet = "CD_ROM_XA\nTRACK MODE1\nDATAFILE \"user\" 0:0:4\nTRACK MODE2_FORM1\nPREGAP 0:2:0\nDATAFILE \"user\" #2048 0:0:4\nTRACK MODE2_FORM2\nZERO 0:2:0\nSTART\nDATAFILE \"form2\"\nTRACK MODE2_FORM_MIX\nDATAFILE \"mix\"\n";
    let mut mix = bytes(1, 2336);
    mix[..8].copy_from_slice(&[0, 0, 0x20, 0, 0, 0, 0x20, 0]);
    let all = files([("user", bytes(5, 2048)), ("form2", bytes(2, 2324)), ("mix", mix.clone())]);
    let disc = toc(sheet, &all).unwrap();
    assert_eq!(tracks(&disc).iter().map(|it| it.2).collect::<Vec<_>>(), [0, 154, 308, 310]);
    let mut recorder = with(disc);
    assert_eq!(read(&mut recorder, Lba(155), 1).unwrap(), block(Lba(2), 2048));
    for (at, format, user) in [(0, 1, 16..2064), (154, 2, 24..2072), (308, 2, 24..2348), (310, 2, 24..2348)] {
        let whole = recorder.ask(&ReadCd::raw(Lba(at), 1)).unwrap();
        let whole: [u8; 2352] = whole.try_into().unwrap();
        assert_eq!(whole[15], format);
        assert!(discwright_cd::sector::check(&whole).is_intact(), "sector {at}");
        let expected = match at {
            0 => block(Lba(0), 2048),
            154 => block(Lba(1), 2048),
            308 => block(Lba(0), 2324),
            _ => mix[8..2332].to_vec(),
        };
        assert!(whole[user] == expected, "sector {at}");
    }
}

/// Two sessions, mixed and XA, with everything a sheet can say.
fn rich() -> Disc {
    let sheet = "CATALOG 1234567890123\nTITLE \"Rich\"\nPERFORMER \"Nobody\"\nREM SESSION 01\nFILE \"sound\" BINARY\nTRACK 01 AUDIO\nTITLE \"One\"\nFLAGS DCP\nISRC USRC17607839\nINDEX 00 00:00:00\nINDEX 01 00:00:40\nINDEX 02 00:01:00\nTRACK 02 AUDIO\nINDEX 00 00:02:00\nINDEX 01 00:02:10\nREM SESSION 02\nFILE \"data\" BINARY\nTRACK 03 MODE2/2336\nINDEX 01 00:00:00\n";
    let mut data = bytes(50, 2336);
    data.chunks_mut(2336).for_each(|sector| sector[..8].copy_from_slice(&[0, 0, 8, 0, 0, 0, 8, 0]));
    cue(sheet, &files([("sound", bytes(300, 2352)), ("data", data)])).unwrap()
}

#[test]
fn a_disc_of_two_sessions_survives_each_format() {
    let mut disc = rich();
    let before = tracks(&disc);
    assert_eq!(before, [(1, 1, 40, 150, 2), (2, 1, 160, 300, 0), (3, 2, 11_700, 11_750, 4)]);
    let export = |disc: &mut Disc| {
        let (mut image, mut sub) = (Vec::new(), Vec::new());
        let sheet = export_ccd(disc, &mut image, &mut sub).unwrap();
        (sheet, image, sub)
    };
    let (sheet, image, sub) = export(&mut disc);
    assert_eq!((image.len(), sub.len()), (350 * 2352, 350 * 96));
    let mut back = Disc::blank(MediumKind::CdRom);
    let all = files([("x.img", image.clone()), ("x.sub", sub.clone())]);
    import_ccd(&sheet, "x", open(&all), &mut back, LastSession::Final)
        .unwrap_or_else(|error| panic!("{error}\n{sheet}"));
    assert_eq!(tracks(&back), before);
    let again = export(&mut back);
    assert_eq!(again.0, sheet);
    assert!(again.1 == image && again.2 == sub, "sectors or subchannels changed");

    let mut bin = Vec::new();
    let exported = export_cue(&mut disc, &mut bin, "y").unwrap();
    let all = files([("y.bin", bin.clone()), ("y.cdt", exported.cd_text.clone())]);
    let mut back = cue(&exported.sheet, &all).unwrap_or_else(|error| panic!("{error}\n{}", exported.sheet));
    assert_eq!(tracks(&back), before);
    let mut bin_again = Vec::new();
    assert_eq!(export_cue(&mut back, &mut bin_again, "y").unwrap(), exported);
    assert!(bin_again == bin);
    let (sheet_again, image_again, sub_again) = export(&mut back);
    assert_eq!(sheet_again, sheet);
    assert!(image_again == image && sub_again == sub);

    // cdrdao's files hold one session each.
    let error = export_toc(&mut disc, None, &mut io::sink(), "z.bin").unwrap_err();
    assert!(matches!(error, ImageError::SeveralSessions(2)), "{error}");
    let mut bin = Vec::new();
    let sheet = export_toc(&mut disc, Some(1), &mut bin, "z.bin").unwrap();
    let mut back =
        toc(&sheet, &files([("z.bin", bin.clone())])).unwrap_or_else(|error| panic!("{error}\n{sheet}"));
    assert_eq!(tracks(&back), before[..2]);
    assert_eq!(text(&back, PackKind::Title, 1).unwrap(), "One");
    let mut bin_again = Vec::new();
    assert_eq!(export_toc(&mut back, None, &mut bin_again, "z.bin").unwrap(), sheet);
    assert!(bin_again == bin);
    assert!(raw(back, 0, 300) == raw(disc, 0, 300));
}

#[test]
fn one_session_goes_out_alone() {
    let mut disc = rich();
    let mut image = Vec::new();
    assert_eq!(export_session_iso(&mut disc, 2, &mut image).unwrap(), Lba(11_700));
    assert_eq!(image.len(), 50 * 2048);
    assert!(image[..2048] == block(Lba(0), 2336)[8..2056]);
    for session in [0, 3] {
        let error = export_session_iso(&mut disc, session, &mut image).unwrap_err();
        assert!(matches!(error, ImageError::NoSuchSession(_)), "{error}");
    }
}

#[test]
fn an_import_may_be_appended_to_where_the_medium_allows_it() {
    let mut disc = Disc::blank(MediumKind::CdR80);
    let sheet = "FILE \"a\" BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n";
    import_cue(sheet, open(&files([("a", bytes(400, 2048))])), &mut disc, LastSession::Open).unwrap();
    let mut recorder = with(disc);
    let next = recorder.ask(&ReadTrackInformation::invisible()).unwrap();
    assert_eq!((next.track, next.session, next.next_writable), (2, 2, Some(Lba(400 + 11_400))));
    // 90 minutes are too much for a disc of 80, and are refused before anything is stamped.
    let mut disc = Disc::blank(MediumKind::CdR80);
    let long = "CD_DA\nTRACK AUDIO\nSILENCE 85:0:0\n";
    let error = import_toc(long, open(&Files::new()), &mut disc, LastSession::Final).unwrap_err();
    assert!(matches!(error, ImageError::DoesNotFit { .. }), "{error}");
    assert!(disc.medium().extents().next().is_none());
}

#[test]
fn bad_lines_are_told_by_number_and_leave_nothing_behind() {
    let all = files([
        ("a", bytes(10, 2352)),
        ("odd", vec![0; 3_000]),
        ("no.wav", b"RIFF of another kind".to_vec()),
    ]);
    let head = "FILE \"a\" BINARY\nTRACK 01 AUDIO\n";
    for (sheet, line, words) in [
        (format!("{head}INDEX 01 00:00:00\nINDEX 03 00:00:05\n"), 4, "indices"),
        (format!("{head}INDEX 01 00:00:00\nINDEX 02 00:00:00\n"), 4, "indices"),
        (format!("{head}INDEX 01 00:00:00\nINDEX 02 00:00:10\n"), 4, "indices"),
        (format!("{head}INDEX 01 00:00:10\n"), 2, "no sector"),
        (format!("{head}INDEX 01 00:00:11\n"), 3, "ends after 23520 bytes"),
        (format!("{head}INDEX 00 00:00:00\n"), 2, "INDEX 01"),
        (format!("{head}INDEX 01 -0:00:00\n"), 3, "-0:00:00"),
        (format!("{head}INDEX 01 +0:00:00\n"), 3, "+0:00:00"),
        (format!("{head}INDEX 01 00:00:00:00\n"), 3, "00:00:00:00"),
        (format!("{head}INDEX 01 00:00:00\nPREGAP 00:00:10\n"), 4, "does not belong"),
        (format!("{head}INDEX 01 00:00:00\nREM SESSION 03\n"), 4, "session 3"),
        (format!("{head}INDEX 01 00:00:00\nREM SESSION 02\n"), 1, "no sector"),
        (format!("{head}INDEX 01 00:00:00\nTRACK 03 AUDIO\nINDEX 01 00:00:05\n"), 4, "track 3"),
        (format!("CATALOG 1234567890123\nCATALOG 1234567890123\n{head}"), 2, "does not belong"),
        ("FILE \"odd\" BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n".to_owned(), 2, "952 bytes are left"),
        ("FILE \"no.wav\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n".to_owned(), 1, "no WAVE file"),
        ("FILE \"a.bin BINARY\n".to_owned(), 1, "quotation marks"),
    ] {
        let Err(ImageError::Sheet(refused)) = cue(&sheet, &all) else { panic!("{sheet} accepted") };
        assert_eq!(refused.line, line, "{refused}\n{sheet}");
        assert!(refused.to_string().contains(words), "{refused}\n{sheet}");
    }
    for (sheet, line, words) in [
        ("CD_DA\nTRACK AUDIO\nFILE \"a\" 0 0:0:11\n", 3, "ends after"),
        ("CD_DA\nTRACK AUDIO\nFILE \"gone\" 0\n", 3, "gone"),
        ("CD_DA\nTRACK AUDIO\nSILENCE 0:0:1\nSTART 0:0:1\n", 2, "no sector"),
        ("CD_DA\nTRACK AUDIO\nSILENCE 0:0:9\nSTART\nSILENCE 0:0:9\nINDEX 0:0:9\n", 6, "indices"),
        ("CD_DA\nTRACK AUDIO\nSILENCE 0:0:9\nPREGAP 0:0:9\n", 4, "does not belong"),
        ("CD_DA\nTRACK AUDIO\nSTART\nSTART\n", 4, "does not belong"),
        ("CD_DA\nCD_TEXT {\nLANGUAGE 0 {\nTITLE \"x\"\n", 4, "brace"),
        ("CD_DA\nCD_TEXT {\nLANGUAGE_MAP { 0 9 8 }\n", 3, "words"),
        ("CD_DA\nCD_TEXT { LANGUAGE_MAP { 9 : 9 } }\n", 2, "\"9\""),
        ("CD_DA\nTRACK AUDIO\nFIFO \"x\" 100\n", 3, "FIFO"),
        ("CD_DA\nTRACK AUDIO\nISRC \"short\"\n", 3, "ISRC"),
        ("CD_DA\nTRACK MODE1\nAUDIOFILE \"a\" 0\n", 3, "does not belong"),
        ("", 1, "no sector"),
    ] {
        let Err(ImageError::Sheet(refused)) = toc(sheet, &all) else { panic!("{sheet} accepted") };
        assert_eq!(refused.line, line, "{refused}\n{sheet}");
        assert!(refused.to_string().contains(words), "{refused}\n{sheet}");
    }
    let good = "[CloneCD]\n[Disc]\nDataTracksScrambled=0\n[Entry 0]\nSession=1\nPoint=0xa2\nADR=1\nControl=4\nPLBA=10\n[Entry 1]\nSession=1\nPoint=1\nADR=1\nControl=4\nPLBA=0\n";
    let images = files([("x.img", bytes(10, 2352))]);
    let import = |sheet: &str| {
        import_ccd(sheet, "x", open(&images), &mut Disc::blank(MediumKind::CdRom), LastSession::Final)
    };
    import(good).unwrap();
    for (from, to, line) in [
        ("[CloneCD]", "[Other]", 1),
        ("Scrambled=0", "Scrambled=1", 3),
        ("Control=4\nPLBA=10", "Control=16\nPLBA=10", 8),
        ("PLBA=10", "PLBA=0", 10),
        ("PLBA=10", "PLBA=2147483647", 4),
        ("PLBA=10", "PLBA=11", 10),
        ("PLBA=10", "PLBA=99999999999", 9),
        ("PLBA=0", "PLBA=-2147483648", 10),
        ("Point=1", "Point=200", 10),
        ("Session=1\nPoint=1", "Session=3\nPoint=1", 4),
        ("[Entry 1]", "[Entry 0]", 10),
        ("ADR=1\nControl=4\nPLBA=0", "Control=4\nPLBA=0", 10),
        ("Point=0xa2", "Point=0xzz", 6),
        ("[Disc]", "[Disc", 2),
        ("[Disc]", "Disc", 2),
    ] {
        let sheet = good.replacen(from, to, 1);
        assert_ne!(sheet, good, "{from}");
        let Err(ImageError::Sheet(refused)) = import(&sheet) else { panic!("{sheet} accepted") };
        assert_eq!(refused.line, line, "{refused}\n{sheet}");
    }
}

/// The sheets of the shared corpus; nothing when it is not there.
fn corpus() -> Option<tempfile::TempDir> {
    let named = std::env::var_os("DISCWRIGHT_SHARED").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let must = named.is_some() || std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let archive = named.unwrap_or(beside).join("corpus/images.tar.xz");
    if !archive.is_file() {
        assert!(!must, "{} is missing", archive.display());
        eprintln!("skipped: {} is missing", archive.display());
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar")
        .args(["--wildcards", "-xJf"])
        .arg(&archive)
        .arg("-C")
        .arg(folder.path())
        .args(["cd-sheets-*", "libcdio-cd/*"])
        .status()
        .unwrap();
    assert!(unpacked.success());
    Some(folder)
}

/// Every sheet of cdrdao's, libcdio's and whipper's tests: bad ones are refused at the line that their authors meant,
/// the others make a disc, or lack the files that they name.
#[test]
fn the_sheets_of_other_projects() {
    let Some(folder) = corpus() else { return };
    let (mut made, mut refusals) = (0, Vec::new());
    for group in ["cd-sheets-cdrdao", "cd-sheets-whipper", "libcdio-cd"] {
        for file in folder.path().join(group).read_dir().unwrap() {
            let path = file.unwrap().path();
            let name = format!("{group}/{}", path.file_name().unwrap().to_str().unwrap());
            let text = std::fs::read(&path).unwrap();
            let text = sheet_text(&text);
            let beside = |file: &str| {
                let below = path.parent().unwrap().join(Path::new(file).file_name().unwrap_or_default());
                std::fs::read(below).map(Cursor::new)
            };
            let mut disc = Disc::blank(MediumKind::CdRom);
            let done = match name.rsplit('.').next() {
                Some("cue") => import_cue(&text, beside, &mut disc, LastSession::Final),
                Some("toc") => import_toc(&text, beside, &mut disc, LastSession::Final),
                _ => continue,
            };
            match done {
                Ok(()) => {
                    made += 1;
                    assert!(!name.contains("/bad-"), "{name} accepted");
                }
                Err(ImageError::Sheet(refused)) => {
                    assert!(disc.medium().extents().next().is_none(), "{name} left marks");
                    refusals.push((name, refused.line, refused.problem));
                }
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }
    assert!(made >= 24, "{made} sheets make a disc");
    let bad: BTreeMap<_, _> = refusals
        .iter()
        .filter(|(name, ..)| name.contains("/bad-"))
        .map(|(name, line, _)| (&name[15..], *line))
        .collect();
    let expected = [
        ("cat1.cue", 4),
        ("cat1.toc", 6),
        ("cat2.cue", 4),
        ("cat2.toc", 4),
        ("cat3.cue", 4),
        ("cat3.toc", 4),
        ("file.toc", 8),
        ("mode1.cue", 6),
        ("mode1.toc", 4),
        ("msf-1.cue", 7),
        ("msf-1.toc", 6),
        ("msf-2.cue", 7),
        ("msf-2.toc", 6),
        ("msf-3.cue", 7),
        ("msf-3.toc", 6),
    ];
    assert_eq!(bad, BTreeMap::from(expected));
    // What is refused otherwise lacks its files, or takes more of them than there is; or is on the list.
    let missing =
        |problem: &SheetProblem| matches!(problem, SheetProblem::Open(_) | SheetProblem::FileEnds { .. });
    let others = refusals.iter().filter(|(name, _, problem)| !name.contains("/bad-") && !missing(problem));
    let mut strange: Vec<(&str, usize)> = others.map(|(name, line, _)| (name.as_str(), *line)).collect();
    strange.sort_unstable();
    assert_eq!(strange, STRANGE);
}

/// Sheets that ask for what cdrdao's manual calls undefined (silence in data tracks, data files in sound), for more
/// time than any disc has, or, in one sheet made by hand, for the mode `MODEx/2xxx`.
const STRANGE: [(&str, usize); 4] = [
    ("cd-sheets-whipper/kanye.cue", 85),
    ("libcdio-cd/cdda.toc", 6),
    ("libcdio-cd/data1.toc", 7),
    ("libcdio-cd/t3.toc", 5),
];

/// A sheet with some of its bytes and lines changed.
fn mutated() -> impl Strategy<Value = (usize, String)> {
    let ccd = {
        let mut disc = rich();
        export_ccd(&mut disc, &mut io::sink(), &mut io::sink()).unwrap()
    };
    let cue = export_cue(&mut rich(), &mut io::sink(), "a").unwrap().sheet;
    let toc = CDRDAO.to_owned();
    let sheets = [toc, cue, ccd];
    let edits = proptest::collection::vec(
        (any::<prop::sample::Index>(), 0..6_u8, any::<prop::sample::Index>()),
        1..6,
    );
    (0..3_usize, edits).prop_map(move |(dialect, edits)| {
        let mut lines: Vec<String> = sheets[dialect].lines().map(str::to_owned).collect();
        for (at, how, with) in edits {
            let (at, other) = (at.index(lines.len()), with.index(lines.len()));
            let line = lines[at].clone();
            lines[at] = match how {
                0 => String::new(),
                1 => lines[other].clone(),
                2 => line.chars().take(with.index(line.len() + 1)).collect(),
                3 => line.replace(|it: char| it.is_ascii_digit(), &with.index(100).to_string()),
                4 => line.replace(' ', "\""),
                _ => format!("{line} {}", lines[other]),
            };
        }
        (dialect, lines.join("\n"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever a sheet says: no panic, and a refusal leaves the disc blank.
    #[test]
    fn mutations_are_imported_or_refused((dialect, sheet) in mutated()) {
        let file = bytes(20, 2352);
        let files = |_: &str| Ok(Cursor::new(file.as_slice()));
        let mut disc = Disc::blank(MediumKind::CdRom);
        let done = match dialect {
            0 => import_toc(&sheet, files, &mut disc, LastSession::Final),
            1 => import_cue(&sheet, files, &mut disc, LastSession::Final),
            _ => import_ccd(&sheet, "a", files, &mut disc, LastSession::Final),
        };
        prop_assert_eq!(done.is_err(), disc.medium().extents().next().is_none());
        if let Err(error) = done {
            let named = matches!(error, ImageError::Sheet(_) | ImageError::TooLong(_));
            prop_assert!(named, "{}", error);
        }
    }
}
