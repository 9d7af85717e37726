//! `discwright disc`: discs from sheets and back, judged by programs of other authors, and their maps.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod common;

use std::fs;
use std::process::Command;

use common::{Desk, text};
use serde_json::{Value, json};

/// Runs another author's program in the desk's folder; `None` after a word about it when it is not there.
fn judge(desk: &Desk, program: &str, arguments: &[&str]) -> Option<String> {
    let found =
        std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|it| it.join(program).is_file());
    if !found {
        assert!(!std::env::var("CI").is_ok_and(|ci| ci == "true"), "{program} is not installed");
        eprintln!("skipped: {program} is not installed");
        return None;
    }
    let output = Command::new("timeout")
        .arg("60")
        .arg(program)
        .args(arguments)
        .current_dir(desk.path(""))
        .output()
        .unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", text(&output));
    Some(text(&output))
}

fn bytes(seed: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + at / 2048 * 31).to_le_bytes()[0] ^ seed).collect()
}

/// A disc of sound, with a pregap, an index, codes and texts.
fn album(desk: &Desk) {
    desk.file("sound", &bytes(1, 800 * 2352));
    let sheet = "CATALOG 1234567890123\nTITLE \"Album\"\nPERFORMER \"Band\"\nFILE \"SOUND\" BINARY\n TRACK 01 AUDIO\n  TITLE \"One\"\n  FLAGS DCP\n  ISRC USRC17607839\n  INDEX 01 00:00:00\n TRACK 02 AUDIO\n  TITLE \"Two\"\n  INDEX 00 00:05:00\n  INDEX 01 00:06:00\n  INDEX 02 00:08:00\n";
    desk.file("album.cue", sheet.as_bytes());
    desk.json(&["disc", "import", "album.cue", "--to", "album.disc"]);
}

/// A disc of data and sound whose data are an image that others read.
fn mixed(desk: &Desk) {
    desk.file("tree/file.txt", &bytes(2, 900_000));
    desk.json(&["image", "tree", "-o", "data.iso", "--volume-name", "MIXED"]);
    desk.file("sound", &bytes(3, 350 * 2352));
    let sheet = "FILE \"data.iso\" BINARY\n TRACK 01 MODE1/2048\n  INDEX 01 00:00:00\nFILE \"sound\" BINARY\n TRACK 02 AUDIO\n  PREGAP 00:02:00\n  INDEX 01 00:00:00\n";
    desk.file("mixed.cue", sheet.as_bytes());
    desk.json(&["disc", "import", "mixed.cue", "--to", "mixed.disc"]);
}

#[test]
fn others_read_an_exported_album() {
    let desk = Desk::new();
    album(&desk);
    let exported = desk.json(&["disc", "export", "album.disc", "--to", "out.cue"]);
    assert_eq!(exported["files"], json!(["out.cue", "out.bin", "out.cdt"]));
    desk.json(&["disc", "export", "album.disc", "--to", "dao.toc"]);
    assert_eq!(fs::read(desk.path("out.bin")).unwrap(), bytes(1, 800 * 2352));
    // libcdio reads TOC files too, but neither cdrdao's LANGUAGE_MAP nor START as cdrdao means it.
    if let Some(told) = judge(&desk, "cd-info", &["--no-cddb", "--no-device-info", "--cue-file=out.cue"]) {
        for words in [
            "1: 00:02:00  000000 audio",
            "2: 00:08:00  000450 audio",
            "170: 00:12:50  000800 leadout",
            "1234567890123",
            "TITLE: Two",
        ] {
            assert!(told.contains(words), "no {words:?} in\n{told}");
        }
    }
    if let Some(told) = judge(&desk, "cdrdao", &["show-toc", "dao.toc"]) {
        for words in [
            "CATALOG NUMBER: 1234567890123",
            "ISRC US RC1 76 07839",
            "PREGAP 00:01:00(    75)",
            "INDEX  2 00:08:00(   600)",
        ] {
            assert!(told.contains(words), "no {words:?} in\n{told}");
        }
        let read = judge(&desk, "cdrdao", &["read-test", "dao.toc"]).unwrap();
        assert!(read.contains("Read 800 blocks."), "{read}");
    }
    if judge(&desk, "bchunk", &["-w", "out.bin", "out.cue", "track"]).is_some() {
        let track = fs::read(desk.path("track01.wav")).unwrap();
        assert!(track[44..] == bytes(1, 800 * 2352)[..track.len() - 44]);
    }
}

#[test]
fn others_read_exported_data() {
    let desk = Desk::new();
    mixed(&desk);
    let image = fs::read(desk.path("data.iso")).unwrap();
    desk.json(&["disc", "export", "mixed.disc", "--to", "whole.cue"]);
    desk.json(&["disc", "export", "mixed.disc", "--to", "dao.toc"]);
    desk.json(&["disc", "export", "mixed.disc", "--to", "clone.ccd"]);
    desk.json(&["disc", "export", "mixed.disc", "--to", "session.iso", "--session", "1"]);
    assert!(fs::read(desk.path("session.iso")).unwrap().starts_with(&image));
    if let Some(told) = judge(&desk, "cd-info", &["--no-cddb", "--no-device-info", "--cue-file=whole.cue"]) {
        assert!(told.contains("label `MIXED") && told.contains("mixed mode CD"), "{told}");
    }
    if let Some(told) = judge(&desk, "iso-info", &["-i", "session.iso", "--no-header", "-f"]) {
        assert!(told.contains("file.txt"), "{told}");
    }
    if judge(&desk, "bchunk", &["whole.bin", "whole.cue", "track"]).is_some() {
        let track = fs::read(desk.path("track01.iso")).unwrap();
        assert!(track.starts_with(&image));
    }
    // ccd2iso knows no sound, so that it gets a disc without.
    desk.json(&["disc", "import", "data.iso", "--to", "data.disc"]);
    desk.json(&["disc", "export", "data.disc", "--to", "data.ccd"]);
    if judge(&desk, "ccd2iso", &["data.img", "back.iso"]).is_some() {
        assert!(fs::read(desk.path("back.iso")).unwrap() == image);
    }
    if let Some(told) = judge(&desk, "cdrdao", &["show-toc", "dao.toc"]) {
        assert!(told.contains("Mode MODE1_RAW"), "{told}");
        assert!(judge(&desk, "cdrdao", &["read-test", "dao.toc"]).unwrap().contains("blocks."));
    }
    // And every export is the same disc again.
    for (sheet, to) in [("whole.cue", "1.disc"), ("dao.toc", "2.disc"), ("clone.ccd", "3.disc")] {
        desk.json(&["disc", "import", sheet, "--to", to]);
        let map = |disc: &str| desk.json(&["disc", "show", disc])["areas"].clone();
        assert_eq!(map(to), map("mixed.disc"), "{sheet}");
        let drive = format!("sim:{to}");
        let out = format!("{to}.out");
        desk.json(&["extract", "--drive", &drive, "--to", &out]);
        assert!(fs::read(desk.path(&out).join("file.txt")).unwrap() == bytes(2, 900_000), "{sheet}");
    }
}

#[test]
fn the_map_tells_every_area() {
    let desk = Desk::new();
    desk.file("tree/a.txt", b"a");
    desk.json(&["burn", "tree", "--drive", "sim:a.disc"]);
    let shown = desk.json(&["disc", "show", "a.disc"]);
    let areas = shown["areas"].as_array().unwrap();
    assert_eq!(
        (&shown["medium"], &shown["state"], &shown["sessions"]),
        (&json!("cd-r:80"), &json!("appendable"), &json!(1))
    );
    // Without a gap from the calibration area to the edge.
    for pair in areas.windows(2) {
        assert_eq!(pair[0]["last"].as_i64().unwrap() + 1, pair[1]["first"].as_i64().unwrap());
    }
    assert_eq!((&areas[0]["first"], &areas[0]["first_msf"]), (&json!(-11_634 - 2_690), &json!("96:51:01")));
    let kinds: Vec<&str> = areas.iter().map(|area| area["kind"].as_str().unwrap()).collect();
    for kind in [
        "PCA", "PMA", "PMA free", "lead-in", "pregap", "link", "run-in", "track", "run-out", "lead-out",
        "free",
    ] {
        assert!(kinds.contains(&kind), "no {kind} in {kinds:?}");
    }
    let of = |kind: &str| areas.iter().find(|area| area["kind"] == kind).unwrap();
    let lead_in: &Value = of("lead-in");
    assert_eq!(
        (&lead_in["first"], &lead_in["last"], &lead_in["session"]),
        (&json!(-11_634), &json!(-151), &json!(1))
    );
    assert_eq!(of("lead-out")["sectors"], json!(6_750));
    assert_eq!(of("run-out")["sectors"], json!(2));
    let told = text(&desk.discwright(&["disc", "show", "a.disc"]));
    assert!(told.contains("  -11634     -151   97:26:66   99:59:74    11484  lead-in   session 1"), "{told}");
}

#[test]
fn nothing_is_written_over_and_nothing_half_done_stays() {
    let desk = Desk::new();
    album(&desk);
    desk.file("kept.bin", b"kept");
    desk.refused(3, &["disc", "import", "album.cue", "--to", "album.disc"]);
    desk.refused(3, &["disc", "export", "album.disc", "--to", "kept.cue"]);
    assert!(!desk.path("kept.cue").exists());
    assert_eq!(fs::read(desk.path("kept.bin")).unwrap(), b"kept");
    desk.file("bad.cue", b"FILE \"sound\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:99:00\n");
    let error = desk.refused(3, &["disc", "import", "bad.cue", "--to", "new.disc"]);
    assert!(error["message"].as_str().unwrap().contains("bad.cue: line 3 of the CUE sheet"), "{error}");
    assert!(!desk.path("new.disc").exists());
    desk.file("pipe.cue", b"FILE \"/dev/zero\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n");
    desk.refused(3, &["disc", "import", "pipe.cue", "--to", "new.disc"]);
    desk.refused(2, &["disc", "import", "sound", "--to", "new.disc"]);
    desk.refused(2, &["disc", "export", "album.disc", "--to", "x.ccd", "--session", "1"]);
    desk.refused(3, &["disc", "export", "album.disc", "--to", "x.iso", "--session", "2"]);
    let sound = desk.refused(3, &["disc", "export", "album.disc", "--to", "x.iso"]);
    assert!(sound.to_string().contains("no data track"), "{sound}");
    assert!(!desk.path("x.iso").exists());
    desk.json(&["disc", "new", "blank.disc", "--medium", "cd-rw-us:80"]);
    desk.refused(3, &["disc", "export", "blank.disc", "--to", "x.cue"]);
    desk.refused(3, &["disc", "show", "nothing.disc"]);
    assert_eq!(desk.json(&["disc", "show", "blank.disc"])["state"], json!("blank"));
}

#[test]
fn an_imported_disc_can_be_burned_on() {
    let desk = Desk::new();
    desk.file("tree/first.txt", b"first");
    desk.file("more/second.txt", b"second");
    desk.json(&["image", "tree", "-o", "data.iso"]);
    desk.json(&["disc", "import", "data.iso", "--to", "a.disc", "--medium", "cd-r:74", "--appendable"]);
    desk.json(&["burn", "more", "--drive", "sim:a.disc"]);
    let listed = desk.json(&["ls", "--drive", "sim:a.disc"]);
    assert_eq!(listed["entries"].as_array().unwrap().len(), 2);
}
