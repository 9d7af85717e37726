//! Options of `image`, and editing of earlier sessions by `image --base` and `burn`, judged by foreign readers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod common;

use core::time::Duration;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::UNIX_EPOCH;

use common::{Desk, desk, files, run, text, tool};
use serde_json::{Value, json};

/// What xorriso takes out of a session.
fn xorriso(image: &Path, start: i64, read_fs: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut xorriso = tool("xorriso")?;
    let to = tempfile::tempdir().unwrap();
    let session = ["-load", "sbsector", &start.to_string(), "-indev"].map(str::to_owned);
    run(xorriso
        .args(["-abort_on", "SORRY", "-osirrox", "on", "-read_fs", read_fs])
        .args(session)
        .arg(image)
        .args(["-extract", "/"])
        .arg(to.path().join("all")));
    Some(files(&to.path().join("all")))
}

fn sectors(desk: &Desk, arguments: &[&str]) -> BTreeMap<String, Value> {
    let listed = desk.json(&[&["ls"], arguments].concat());
    let entries = listed["entries"].as_array().unwrap().iter();
    entries.map(|it| (it["path"].as_str().unwrap().to_owned(), it["first_sector"].clone())).collect()
}

#[test]
fn a_session_is_edited_from_the_command_line() {
    let desk = desk();
    desk.json(&["image", "one", "-o", "1.iso", "--rock-ridge", "posix"]);
    let before = sectors(&desk, &["1.iso"]);
    let edits = [
        "--remove",
        "gone",
        "--move",
        "old place/file.bin",
        "folder/moved.bin",
        "--rename",
        "/folder",
        "renamed",
        "--chmod",
        "0640",
        "keep.txt",
        "--chmod",
        "0750",
        "renamed",
    ];
    let arguments = ["image", "two", "--base", "1.iso", "--overwrite", "-o", "2.iso"];
    let written = desk.json(&[&arguments[..], &edits].concat());
    assert_eq!(written["hierarchies"], json!(["iso", "rock-ridge", "joliet"]), "as in the base");
    assert_eq!(written["base"]["unchanged_files"], json!(1), "{written}");
    assert_eq!(written["base"]["imported_files"], json!(3));

    // The base lies in front, byte for byte; old extents are referred to.
    let (one, two) = (fs::read(desk.path("1.iso")).unwrap(), fs::read(desk.path("2.iso")).unwrap());
    assert!(two.starts_with(&one));
    let start = written["start"].as_i64().unwrap();
    assert_eq!(two.len() as u64, start.unsigned_abs() * 2048 + written["bytes"].as_u64().unwrap());
    let after = sectors(&desk, &["2.iso"]);
    let names: Vec<_> = after.keys().map(String::as_str).collect();
    let expected = [
        "change.txt",
        "keep.txt",
        "new.txt",
        "old place",
        "renamed",
        "renamed/inner.txt",
        "renamed/moved.bin",
    ];
    assert_eq!(names, expected);
    assert_eq!(after["keep.txt"], before["keep.txt"]);
    assert_eq!(after["renamed/moved.bin"], before["old place/file.bin"]);
    assert!(after["change.txt"].as_i64().unwrap() > start);
    assert_eq!(sectors(&desk, &["2.iso", "--session", "1"]), before, "the first session is as it was");

    let image = desk.path("2.iso");
    for read_fs in ["any", "norock"] {
        let Some(seen) = xorriso(&image, start, read_fs) else { continue };
        let names: Vec<_> = seen.keys().map(|name| name.trim_end_matches('/')).collect();
        assert_eq!(names, expected, "{read_fs}");
        assert_eq!(
            (seen["change.txt"].as_slice(), seen["keep.txt"].as_slice()),
            (&b"after!"[..], &b"kept as it is"[..])
        );
        assert_eq!(seen["renamed/moved.bin"], [7; 5000]);
    }
    if let Some(mut isoinfo) = tool("isoinfo") {
        let listed = run(isoinfo.args(["-R", "-l", "-T", &start.to_string(), "-i"]).arg(&image));
        let mode = |name: &str| {
            let line = listed.lines().find(|line| line.trim_end().ends_with(&format!(" {name}")));
            line.map(|line| line.split_whitespace().next().unwrap().to_owned())
        };
        assert_eq!(mode("keep.txt").as_deref(), Some("-rw-r-----"), "{listed}");
        assert_eq!(mode("renamed").as_deref(), Some("drwxr-x---"), "{listed}");
    }
}

#[test]
fn a_session_alone_is_what_lies_behind_the_base() {
    let desk = desk();
    desk.json(&["image", "one", "-o", "1.iso", "--volume-name", "X"]);
    let common = ["image", "two", "--base", "1.iso", "--overwrite", "--created", "2026-01-01"];
    let whole = desk.json(&[&common[..], &["-o", "2.iso"]].concat());
    desk.json(&[&common[..], &["-o", "alone.iso", "--session-only"]].concat());
    let start = usize::try_from(whole["start"].as_u64().unwrap()).unwrap() * 2048;
    assert!(fs::read(desk.path("2.iso")).unwrap()[start..] == fs::read(desk.path("alone.iso")).unwrap());
    // In its own place, and through a pipe.
    desk.json(&[&common[..], &["-o", "1.iso"]].concat());
    assert!(fs::read(desk.path("1.iso")).unwrap() == fs::read(desk.path("2.iso")).unwrap());
    let far = desk.json(&["image", "two", "--base", "1.iso", "--overwrite", "--start", "1000", "--dry-run"]);
    assert_eq!((&far["start"], &far["file"]), (&json!(1000), &Value::Null));
    desk.refused(2, &["image", "two", "--base", "1.iso", "--overwrite", "--start", "20", "-o", "x.iso"]);
}

#[test]
fn any_view_of_any_session_can_be_continued() {
    let desk = desk();
    desk.json(&["image", "one", "-o", "1.iso"]);
    desk.json(&["image", "--base", "1.iso", "--remove", "gone", "-o", "2.iso"]);
    let plain = desk.json(&[
        "image",
        "--base",
        "2.iso",
        "--session",
        "1",
        "--view",
        "iso",
        "-o",
        "3.iso",
        "--no-joliet",
    ]);
    assert_eq!((&plain["base"]["session"], &plain["base"]["view"]), (&json!(1), &json!("iso")));
    let names: Vec<_> = sectors(&desk, &["3.iso"]).into_keys().collect();
    assert!(names.contains(&"GONE/A.TXT".to_owned()) && names.contains(&"KEEP.TXT".to_owned()), "{names:?}");
    if let Some(seen) = xorriso(&desk.path("3.iso"), plain["start"].as_i64().unwrap(), "nojoliet") {
        assert!(seen.keys().any(|name| name.starts_with("GONE/A.TXT")), "{:?}", seen.keys());
    }
}

#[test]
fn what_does_not_exist_is_refused_by_name() {
    let desk = desk();
    desk.json(&["image", "one", "-o", "1.iso"]);
    for (edit, name) in [
        (&["--remove", "nothing/here"][..], "nothing/here"),
        (&["--move", "nowhere", "x"], "nowhere"),
        (&["--move", "keep.txt", "no folder/x"], "no folder"),
        (&["--move", "keep.txt", "change.txt"], "change.txt"),
        (&["--move", "keep.txt", "what?.txt"], "what?.txt"),
    ] {
        let refused = desk.refused(3, &[&["image", "--base", "1.iso", "-o", "2.iso"], edit].concat());
        assert!(refused["message"].as_str().unwrap().contains(name), "{refused}");
    }
    assert!(!desk.path("2.iso").exists());
    desk.refused(2, &["image", "--base", "1.iso", "-o", "2.iso", "--chmod", "0644", "keep.txt"]);
    desk.refused(2, &["image", "one", "-o", "2.iso", "--remove", "keep.txt"]);
    let taken = desk.refused(3, &["image", "two", "--base", "1.iso", "-o", "2.iso"]);
    assert!(taken["message"].as_str().unwrap().contains("/change.txt"), "{taken}");
    let posix = ["image", "one", "-o", "2.iso", "--rock-ridge", "posix", "--chmod"];
    desk.refused(3, &[&posix[..], &["0644", "nothing"]].concat());
    desk.refused(2, &[&posix[..], &["rw-r", "keep.txt"]].concat());
}

fn age(path: &Path, seconds: u64) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
}

#[test]
fn contents_decide_what_is_unchanged_and_dates_only_on_request() {
    let desk = Desk::new();
    for (path, content) in [("old/same.bin", [1; 9000]), ("old/other.bin", [2; 9000])] {
        age(&desk.file(path, &content), 1_000_000_000);
    }
    desk.json(&["image", "old", "-o", "1.iso"]);
    // Another date and the same bytes; the same date and length and other bytes.
    age(&desk.file("old/same.bin", &[1; 9000]), 1_100_000_000);
    let mut other = vec![2; 9000];
    other[8999] = 3;
    age(&desk.file("old/other.bin", &other), 1_000_000_000);
    let arguments = ["image", "old", "--base", "1.iso", "--overwrite", "-o"];
    let by_contents = desk.json(&[&arguments[..], &["2.iso"]].concat());
    assert_eq!(
        (&by_contents["base"]["unchanged_files"], &by_contents["base"]["unchanged_bytes"]),
        (&json!(1), &json!(9000))
    );
    let (before, after) = (sectors(&desk, &["1.iso"]), sectors(&desk, &["2.iso"]));
    assert_eq!(before["same.bin"], after["same.bin"]);
    assert_ne!(before["other.bin"], after["other.bin"]);
    if let Some(seen) = xorriso(&desk.path("2.iso"), by_contents["start"].as_i64().unwrap(), "norock") {
        assert!(seen["other.bin"] == other && seen["same.bin"] == [1; 9000]);
    }
    let by_date = desk.json(&[&arguments[..], &["3.iso", "--by-date"]].concat());
    assert_eq!(by_date["base"]["unchanged_files"], json!(1));
    let after = sectors(&desk, &["3.iso"]);
    assert_eq!(before["other.bin"], after["other.bin"], "its date was trusted");
    assert_ne!(before["same.bin"], after["same.bin"]);
}

#[test]
fn names_that_were_adapted_are_known_again() {
    let desk = Desk::new();
    for name in ["what?.txt", "folder:1/in*side", "folder:1/plain"] {
        desk.file(&format!("one/{name}"), name.as_bytes());
    }
    desk.file(&format!("one/{}.txt", "long".repeat(30)), b"long");
    let first = desk.json(&["image", "one", "-o", "1.iso", "--adapt-names"]);
    let told = first["changed_names"].as_array().unwrap().iter();
    let told: Vec<_> = told.filter(|it| it["hierarchy"] == "joliet").map(|it| &it["new_name"]).collect();
    assert_eq!(told.len(), 4, "{first}");
    desk.file("one/what?.txt", b"changed since");
    let again = ["image", "one", "--base", "1.iso", "--adapt-names", "--overwrite", "-o", "2.iso"];
    let second = desk.json(&again);
    assert_eq!(second["files"], first["files"], "no numbered copies: {second}");
    assert_eq!(second["base"]["unchanged_files"], json!(3));
    assert_eq!(
        sectors(&desk, &["1.iso"]).into_keys().collect::<Vec<_>>(),
        sectors(&desk, &["2.iso"]).into_keys().collect::<Vec<_>>()
    );
    if let Some(seen) = xorriso(&desk.path("2.iso"), second["start"].as_i64().unwrap(), "norock") {
        assert_eq!(seen["what_.txt"], b"changed since");
        assert_eq!(seen["folder_1/in_side"], b"folder:1/in*side");
    }
}

#[test]
fn a_burned_session_is_edited_too() {
    let desk = desk();
    let drive = ["--drive", "sim:a.disc"];
    desk.file("one/colon:.txt", b"adapted");
    desk.json(&[&["burn", "one", "--adapt-names"], &drive[..]].concat());
    let before = sectors(&desk, &drive);
    fs::remove_file(desk.path("one/colon:.txt")).unwrap();
    desk.file("two/colon:.txt", b"adapted");
    let arguments = [
        "burn",
        "two",
        "--overwrite",
        "--adapt-names",
        "--remove",
        "gone",
        "--move",
        "old place",
        "folder/new place",
    ];
    let second = desk.json(&[&arguments[..], &drive].concat());
    assert_eq!((&second["session"], &second["files"]), (&json!(2), &json!(6)), "{second}");
    assert_eq!(second["imported_files"], json!(4), "unchanged files are not burned again: {second}");
    assert_eq!(second["changed_names"][0]["new_name"], json!("colon_.txt"));
    let third = desk.json(&[&["burn", "--remove", "new.txt"], &drive[..]].concat());
    assert_eq!((&third["session"], &third["files"]), (&json!(3), &json!(5)));
    let after = sectors(&desk, &drive);
    let expected = [
        "change.txt",
        "colon_.txt",
        "folder",
        "folder/inner.txt",
        "folder/new place",
        "folder/new place/file.bin",
        "keep.txt",
        "old place",
    ];
    let expected: Vec<_> = expected.into_iter().filter(|name| *name != "old place").collect();
    assert_eq!(after.keys().map(String::as_str).collect::<Vec<_>>(), expected);
    assert_eq!(after["folder/new place/file.bin"], before["old place/file.bin"]);
    assert_eq!((&after["keep.txt"], &after["colon_.txt"]), (&before["keep.txt"], &before["colon_.txt"]));

    desk.json(&[&["read", "-o", "copy.iso"], &drive[..]].concat());
    if let Some(seen) = xorriso(&desk.path("copy.iso"), third["start"].as_i64().unwrap(), "norock") {
        assert_eq!(seen.keys().map(|name| name.trim_end_matches('/')).collect::<Vec<_>>(), expected);
        assert_eq!(seen["change.txt"], b"after!");
    }
    let refused = desk.refused(3, &[&["burn", "--remove", "never there"], &drive[..]].concat());
    assert!(refused["message"].as_str().unwrap().contains("never there"), "{refused}");
    desk.refused(2, &[&["burn", "two", "--single-session", "--remove", "keep.txt"], &drive[..]].concat());
}

#[test]
fn fields_and_hierarchies_are_as_asked_for() {
    let desk = desk();
    desk.file("one/COPYING.TXT", b"free");
    desk.file("one/about.txt", b"abstract");
    let arguments = [
        "image",
        "one",
        "-o",
        "1.iso",
        "--volume-name",
        "NAME",
        "--volume-set",
        "SET",
        "--publisher",
        "PUBLISHER",
        "--preparer",
        "PREPARER",
        "--application",
        "APPLICATION",
        "--system",
        "LINUX",
        "--copyright-file",
        "COPYING.TXT",
        "--abstract-file",
        "about.txt",
        "--level",
        "2",
        "--enhanced",
        "--rock-ridge",
        "readable",
        "--joliet-long",
        "--created",
        "2001-02-03T04:05:06Z",
        "--expires",
        "2050-01-01",
        "--zone",
        "+05:45",
        "--padding",
        "150",
    ];
    let written = desk.json(&arguments);
    assert_eq!(written["hierarchies"], json!(["iso", "rock-ridge", "joliet", "iso-1999"]));
    let image = desk.path("1.iso");
    if let Some(mut isoinfo) = tool("isoinfo") {
        let seen = run(isoinfo.args(["-d", "-i"]).arg(&image));
        for line in [
            "System id: LINUX",
            "Volume id: NAME",
            "Volume set id: SET",
            "Publisher id: PUBLISHER",
            "Data preparer id: PREPARER",
            "Application id: APPLICATION",
            "Copyright File id: COPYING.TXT;1",
            "Abstract File id: ABOUT.TXT;1",
            "Joliet with UCS level 3 found",
            "ISO 9660:1999",
            "Rock Ridge",
        ] {
            assert!(seen.contains(line), "{line} is not in {seen}");
        }
    }
    if let Some(mut xorriso) = tool("xorriso") {
        let seen = run(xorriso.arg("-indev").arg(&image).args(["-pvd_info"]));
        assert!(seen.contains("Creation Time: 2001020309500600"), "{seen}");
    }
    // ECMA-119, 8.4.28: nobody shows it.
    assert_eq!(fs::read(&image).unwrap()[16 * 2048 + 847..][..17], *b"2050010105450000\x17");
    for (arguments, part) in [
        (&["--copyright-file", "missing.txt"][..], "missing.txt"),
        (&["--copyright-file", "folder"], "folder"),
        (&["--abstract-file", "old place/file.bin"], "file.bin"),
    ] {
        let refused = desk.refused(3, &[&["image", "one", "-o", "2.iso"], arguments].concat());
        assert!(refused["message"].as_str().unwrap().contains(part), "{refused}");
    }
    desk.refused(2, &["image", "one", "-o", "2.iso", "--publisher", &"x".repeat(65)]);
}

#[test]
fn names_are_told_before_anything_is_written_or_refused() {
    let desk = Desk::new();
    desk.file("one/a long name.text", b"1");
    desk.file("one/fine.txt", b"2");
    let told = desk.json(&["image", "one", "--dry-run"]);
    assert_eq!(told["file"], Value::Null);
    assert_eq!(
        told["changed_names"],
        json!([{"path": "/a long name.text", "hierarchy": "iso", "new_name": "A_LONG_N.TEX", "why": "capitals only, characters not allowed, too long"}])
    );
    let words = text(&desk.discwright(&["image", "one", "--dry-run", "--list-names"]));
    assert!(words.contains("/a long name.text becomes \"A_LONG_N.TEX\" in the iso hierarchy"), "{words}");
    let plain = text(&desk.discwright(&["image", "one", "--dry-run", "--no-joliet"]));
    assert!(plain.contains("A_LONG_N.TEX"), "nothing better is beside it: {plain}");
    let refused = desk.refused(3, &["image", "one", "-o", "x.iso", "--strict-names"]);
    assert!(refused["message"].as_str().unwrap().contains("/a long name.text"), "{refused}");
    desk.json(&["image", "one", "-o", "x.iso", "--strict-names", "--exclude", "a*"]);
    assert_eq!(sectors(&desk, &["x.iso"]).len(), 1);
}

#[test]
fn links_and_special_files_go_in_with_rock_ridge() {
    let desk = desk();
    std::os::unix::fs::symlink("keep.txt", desk.path("one/link")).unwrap();
    std::os::unix::fs::symlink("/nowhere", desk.path("one/dangling")).unwrap();
    run(Command::new("mkfifo").arg(desk.path("one/pipe")));
    let written = desk.json(&["image", "one", "-o", "1.iso", "--rock-ridge", "posix", "--specials"]);
    assert_eq!(written["skipped"], json!([]));
    // They survive another session.
    let second = desk.json(&["image", "--base", "1.iso", "--remove", "gone", "-o", "2.iso"]);
    let start = second["start"].as_i64().unwrap().to_string();
    if let Some(mut xorriso) = tool("xorriso") {
        let listed = run(xorriso
            .args(["-load", "sbsector", &start, "-indev"])
            .arg(desk.path("2.iso"))
            .args(["-lsl", "/"]));
        for part in ["'link' -> 'keep.txt'", "'dangling' -> '/nowhere'", "'pipe'"] {
            assert!(listed.contains(part), "{part} is not in {listed}");
        }
        assert!(listed.lines().any(|line| line.starts_with("prw") && line.ends_with("'pipe'")), "{listed}");
    }
    // Without Rock Ridge a link is followed, and what cannot be recorded is told.
    let plain = desk.json(&["image", "one", "-o", "3.iso"]);
    let told: Vec<_> = plain["skipped"].as_array().unwrap().iter().map(|it| it["path"].clone()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(sectors(&desk, &["3.iso"]).contains_key("link"));
    let off = desk.json(&["image", "--base", "1.iso", "--rock-ridge", "off", "-o", "4.iso"]);
    assert_eq!(off["skipped"].as_array().unwrap().len(), 3, "{off}");
    desk.refused(2, &["image", "one", "-o", "x.iso", "--links", "keep"]);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let images: Vec<_> = ["1700000000", "1700000000", "1700000001"]
        .into_iter()
        .map(|epoch| {
            let desk = desk();
            for (path, _) in files(&desk.path("one")).into_iter().filter(|(path, _)| !path.ends_with('/')) {
                age(&desk.path(&format!("one/{path}")), 1_600_000_000);
            }
            let mut folders: Vec<_> =
                files(&desk.path("one")).into_keys().filter(|path| path.ends_with('/')).collect();
            folders.push(String::new());
            for folder in folders {
                run(Command::new("touch").args(["-d", "@1600000000"]).arg(desk.path("one").join(folder)));
            }
            let arguments = ["image", "one", "-o", "1.iso", "--rock-ridge", "readable", "--boot", "keep.txt"];
            let output = desk.command(&arguments).env("SOURCE_DATE_EPOCH", epoch).output().unwrap();
            assert!(output.status.success(), "{}", text(&output));
            let image = fs::read(desk.path("1.iso")).unwrap();
            let arguments = arguments.map(|it| if it == "1.iso" { "-" } else { it });
            let output = desk.command(&arguments).env("SOURCE_DATE_EPOCH", epoch).output().unwrap();
            assert!(output.stdout == image, "standard output has the image and nothing else");
            image
        })
        .collect();
    assert!(images[0] == images[1]);
    assert!(images[0] != images[2]);
    let desk = desk();
    let output =
        desk.command(&["image", "one", "-o", "1.iso"]).env("SOURCE_DATE_EPOCH", "today").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
}

#[test]
fn names_that_are_not_utf8_are_escaped_on_request_and_told() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let desk = Desk::new();
    let name = OsStr::from_bytes(b"caf\xE9 100%.txt");
    desk.file("one/plain.txt", b"plain");
    fs::write(desk.path("one").join(name), b"content").unwrap();
    for arguments in [&["image", "one", "-o", "a.iso"][..], &["burn", "one", "--drive", "sim:a.disc"]] {
        let refused = desk.refused(3, arguments);
        assert!(refused["advice"].as_str().unwrap().contains("--escape-names"), "{refused}");
        let told = desk.json(&[arguments, &["--escape-names"]].concat());
        let names = told["changed_names"].as_array().unwrap();
        let told = names.iter().find(|it| it["hierarchy"] == "host").unwrap();
        assert_eq!(told["path"], json!("one/caf\\xE9 100%.txt"));
        assert_eq!(told["new_name"], json!("caf%E9 100%25.txt"));
        assert!(told["why"].as_str().unwrap().contains("UTF-8"), "{told}");
    }
    desk.json(&["read", "--drive", "sim:a.disc", "-o", "b.iso"]);
    for image in ["a.iso", "b.iso"] {
        let Some(seen) = xorriso(&desk.path(image), 0, "norock") else { continue };
        assert_eq!(seen["caf%E9 100%25.txt"], b"content", "{image}");
        assert_eq!(seen.len(), 2);
    }

    std::os::unix::fs::symlink(name, desk.path("one/link")).unwrap();
    let keep = ["image", "one", "-o", "c.iso", "--rock-ridge", "posix"];
    desk.json(&[&keep[..], &["--escape-names"]].concat());
    let Some(mut info) = tool("isoinfo") else { return };
    let listed = run(info.args(["-R", "-l", "-i"]).arg(desk.path("c.iso")));
    assert!(listed.contains("link -> caf%E9 100%25.txt"), "{listed}");
}

#[test]
fn files_whose_contents_no_size_tells_are_refused_by_name() {
    let desk = desk();
    std::os::unix::fs::symlink("/proc/version", desk.path("two/version")).unwrap();
    for (arguments, named) in [
        (&["image", "/proc/version", "-o", "a.iso"][..], "/proc/version"),
        (&["image", "two", "-o", "a.iso"], "two/version"),
        (&["image", "/proc/sys/kernel/random", "-o", "a.iso"], "/proc/sys/kernel/random/"),
        (&["image", "one", "--boot", "host:/proc/version", "-o", "a.iso"], "/proc/version"),
        (&["burn", "two", "--drive", "sim:a.disc"], "two/version"),
    ] {
        let refused = desk.refused(3, arguments);
        let message = refused["message"].as_str().unwrap();
        assert!(message.contains(named) && message.contains("states 0 bytes"), "{message}");
    }
    assert!(!desk.path("a.iso").exists());
    // A file that is empty stays one.
    desk.file("one/empty", b"");
    desk.json(&["image", "one", "-o", "a.iso"]);
    assert!(sectors(&desk, &["a.iso"]).contains_key("empty"));
}

#[test]
fn texts_and_dates_that_cannot_be_recorded_are_told() {
    let desk = desk();
    let warnings = |more: &[&str]| {
        let told = desk.json(&[&["image", "one", "-o", "a.iso"][..], more].concat());
        let list = told["warnings"].as_array().unwrap().iter();
        list.map(|it| it.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(warnings(&["--publisher", "Small & Co.", "--volume-name", "a name"]), [""; 0]);
    let told = warnings(&["--publisher", "\u{e9}diteur"]);
    assert!(told.len() == 1 && told[0].contains("\"_DITEUR\""), "{told:?}");
    let told = warnings(&["--volume-name", "a name", "--no-joliet"]);
    assert!(told.len() == 1 && told[0].contains("\"A_NAME\""), "{told:?}");

    let year_2200 = Duration::from_secs(7_258_118_400);
    for name in ["one/keep.txt", "one/folder/inner.txt"] {
        let file = fs::File::options().write(true).open(desk.path(name)).unwrap();
        file.set_modified(UNIX_EPOCH + year_2200).unwrap();
    }
    let told = warnings(&[]);
    assert!(told.len() == 1 && told[0].contains("and 1 others"), "{told:?}");
    assert_eq!(warnings(&["--rock-ridge", "posix"]), [""; 0]);
}

#[test]
fn every_date_that_a_disc_can_say_is_recorded_and_no_other_is_taken() {
    let desk = desk();
    let dates = |image: &str| {
        let bytes = fs::read(desk.path(image)).unwrap();
        let field = |at: usize| String::from_utf8(bytes[32768 + at..][..16].to_vec()).unwrap();
        // Created, modified, expires, effective (ECMA-119, 8.4.26 to 8.4.29).
        [813, 830, 847, 864].map(field)
    };
    let options =
        ["--created", "0001-01-01", "--expires", "9999-12-31T23:59:59.99Z", "--effective", "2300-02-28"];
    desk.json(&[&["image", "one", "-o", "1.iso"][..], &options].concat());
    let expected = ["0001010100000000", "0001010100000000", "9999123123595999", "2300022800000000"];
    assert_eq!(dates("1.iso"), expected);
    let output =
        desk.command(&["image", "one", "-o", "2.iso"]).env("SOURCE_DATE_EPOCH", "99999999999").output();
    assert!(output.unwrap().status.success());
    assert_eq!(dates("2.iso")[0], "5138111609463900");
    assert_eq!(desk.json(&["ls", "2.iso"])["volume_name"], json!("5138-11-16"));

    for wrong in [
        &["--created", "@253402300800"][..],
        &["--expires", "9999-12-31T23:00:00Z", "--zone", "+02:00"],
        &["--modified", "@-62135596801"],
    ] {
        let refused = desk.refused(2, &[&["image", "one", "-o", "3.iso"][..], wrong].concat());
        assert!(refused["message"].as_str().unwrap().starts_with(wrong[0]), "{refused}");
    }
    for arguments in [&["image", "one", "-o", "3.iso"][..], &["burn", "one", "--drive", "sim:a.disc"]] {
        let output = desk.command(arguments).env("SOURCE_DATE_EPOCH", "253402300800").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    }
    assert!(!desk.path("3.iso").exists() && !desk.path("a.disc").exists());
}

#[test]
fn a_file_that_cannot_be_read_is_refused_by_name_before_anything_is_written() {
    let desk = desk();
    fs::set_permissions(desk.path("one/keep.txt"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(desk.path(""), fs::Permissions::from_mode(0o777)).unwrap();
    let program = desk.path("discwright");
    fs::copy(env!("CARGO_BIN_EXE_discwright"), &program).unwrap();
    // The superuser may read everything.
    let mut command = if rustix::process::geteuid().is_root() {
        let Some(mut setpriv) = tool("setpriv") else { return };
        setpriv.args(["--reuid", "65534", "--clear-groups"]).arg(&program);
        setpriv
    } else {
        Command::new(&program)
    };
    let output = command.args(["image", "one", "-o", "out.iso"]).current_dir(desk.path("")).output().unwrap();
    let said = text(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("one/keep.txt"), "{said}");
    let left: Vec<_> = fs::read_dir(desk.path("")).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("out.iso")), "{left:?}");
}
