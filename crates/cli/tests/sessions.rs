//! Later sessions by `image --base` and `burn`: what is on the disc stays as it is there, or is told.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use common::{Desk, text, tool};
use serde_json::{Value, json};

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", text(&output));
    text(&output)
}

/// An image by genisoimage of a folder of the desk.
fn genisoimage(desk: &Desk, options: &[&str], folder: &str, image: &str) -> Option<()> {
    let mut genisoimage = tool("genisoimage")?;
    run(genisoimage.arg("-quiet").args(options).arg("-o").arg(desk.path(image)).arg(desk.path(folder)));
    Some(())
}

fn paths(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let listed = desk.json(&[&["ls"], arguments].concat());
    let entries = listed["entries"].as_array().unwrap().iter();
    let mut paths: Vec<_> = entries.map(|it| it["path"].as_str().unwrap().to_owned()).collect();
    paths.sort();
    paths
}

/// The names of a session's root as isoinfo shows them.
fn isoinfo(image: &Path, start: &Value, view: &str) -> Option<Vec<String>> {
    let listed = run(tool("isoinfo")?.args([view, "-f", "-T", &start.to_string(), "-i"]).arg(image));
    let mut names: Vec<_> = listed
        .lines()
        .filter_map(|it| it.strip_prefix('/'))
        .map(|it| it.trim_end_matches(";1").to_owned())
        .collect();
    names.sort();
    Some(names)
}

/// A disc in an emulated drive, open for another session behind that of the image.
fn disc_of(desk: &Desk, image: &str, disc: &str) {
    desk.json(&["disc", "import", image, "--to", disc, "--medium", "cd-r:80", "--appendable"]);
}

#[test]
fn names_that_differ_only_in_case_stay_as_they_are() {
    let desk = Desk::new();
    desk.file("s/Makefile", b"large");
    desk.file("s/makefile", b"small");
    desk.file("n", b"new");
    for (options, view) in [(&["-R"][..], "-R"), (&["-J"], "-J"), (&["-R", "-J"], "-R")] {
        let Some(()) = genisoimage(&desk, options, "s", "1.iso") else { return };
        let output = desk.discwright(&["image", "n", "--base", "1.iso", "-o", "2.iso"]);
        assert!(output.status.success(), "{}", text(&output));
        assert!(!text(&output).contains("WARN"), "{}", text(&output));
        let written = desk.json(&["image", "n", "--base", "1.iso", "-o", "2.iso", "--dry-run"]);
        assert_eq!(written["warnings"], json!([]));
        assert_eq!(paths(&desk, &["2.iso"]), ["Makefile", "makefile", "n"], "{view}");
        if let Some(names) = isoinfo(&desk.path("2.iso"), &written["start"], view) {
            assert_eq!(names, ["Makefile", "makefile", "n"], "{view}");
        }
    }
    // A drive continues what has a Joliet tree.
    for options in [&["-J"][..], &["-R", "-J"]] {
        let Some(()) = genisoimage(&desk, options, "s", "1.iso") else { return };
        let _ = fs::remove_file(desk.path("disc"));
        disc_of(&desk, "1.iso", "disc");
        let burned = desk.json(&["burn", "--drive", "sim:disc", "n"]);
        assert_eq!((&burned["changed_names"], &burned["warnings"]), (&json!([]), &json!([])));
        assert_eq!(burned["mode"], json!("multi-session"));
        assert_eq!(paths(&desk, &["--drive", "sim:disc"]), ["Makefile", "makefile", "n"], "{options:?}");
    }
}

#[test]
fn a_name_that_cannot_be_kept_is_told_or_refused() {
    let desk = Desk::new();
    fs::create_dir(desk.path("s")).unwrap();
    fs::write(desk.path("s").join(OsStr::from_bytes(b"caf\xE9")), b"coffee").unwrap();
    desk.file("n", b"new");
    let Some(()) = genisoimage(
        &desk,
        &["-R", "-input-charset", "iso8859-1", "-output-charset", "iso8859-1"],
        "s",
        "1.iso",
    ) else {
        return;
    };
    let written = desk.json(&["image", "n", "--base", "1.iso", "-o", "2.iso"]);
    let changed = written["changed_names"].as_array().unwrap();
    let base = changed.iter().find(|it| it["hierarchy"] == "all").unwrap();
    assert_eq!((&base["path"], &base["new_name"]), (&json!("/café"), &json!("café")), "{written}");
    assert!(base["why"].as_str().unwrap().contains(r"caf\xe9"), "{written}");
    let told = text(&desk.discwright(&["image", "n", "--base", "1.iso", "-o", "2.iso"]));
    assert!(told.contains("not UTF-8"), "{told}");
    let strict =
        desk.refused(3, &["image", "n", "--base", "1.iso", "-o", "3.iso", "--strict-names", "--level", "3"]);
    assert!(strict["message"].as_str().unwrap().contains("not UTF-8"), "{strict}");
    assert!(!desk.path("3.iso").exists());
}

#[test]
fn a_base_that_lost_its_padding_gets_a_session_that_is_found() {
    let desk = Desk::new();
    desk.file("s/a", b"first");
    desk.file("n", b"new");
    let Some(()) = genisoimage(&desk, &["-R", "-J"], "s", "1.iso") else { return };
    let whole = fs::read(desk.path("1.iso")).unwrap();
    for cut in [150 * 2048, 149 * 2048 + 1, 100, 0] {
        desk.file("cut.iso", &whole[..whole.len() - cut]);
        let missing = cut / 2048;
        let planned = desk.json(&["image", "n", "--base", "cut.iso", "--dry-run"]);
        let written = desk.json(&["image", "n", "--base", "cut.iso", "-o", "2.iso"]);
        assert_eq!(planned["sectors"], written["sectors"]);
        assert_eq!(written["base"]["missing_sectors"], json!(missing), "{cut}");
        let is_told = written["warnings"].to_string().contains("zeros take their place");
        assert_eq!(is_told, missing > 0, "{written}");
        let start = written["start"].as_u64().unwrap();
        assert!(start * 2048 >= whole.len() as u64, "{written}");
        let two = fs::read(desk.path("2.iso")).unwrap();
        assert_eq!(two.len() as u64, start * 2048 + planned["bytes"].as_u64().unwrap());
        assert!(two.starts_with(&whole), "what was cut off was zeros, and is again");
        assert_eq!(paths(&desk, &["2.iso"]), ["a", "n"], "{cut}");
        if let Some(names) = isoinfo(&desk.path("2.iso"), &written["start"], "-R") {
            assert_eq!(names, ["a", "n"]);
        }
        let early = ["image", "n", "--base", "cut.iso", "-o", "3.iso", "--start", "170"];
        assert!(desk.refused(2, &early)["message"].as_str().unwrap().contains("lies inside of"));
    }
    // A stated length that is absurd is refused, and no terabytes of zeros are written.
    let mut damaged = whole;
    for (at, bytes) in [(80, 0x7FFF_FF00_u32.to_le_bytes()), (84, 0x7FFF_FF00_u32.to_be_bytes())] {
        damaged[16 * 2048 + at..][..4].copy_from_slice(&bytes);
    }
    desk.file("damaged.iso", &damaged);
    let refused = desk.refused(3, &["image", "n", "--base", "damaged.iso", "-o", "3.iso"]);
    assert!(refused["message"].as_str().unwrap().contains("cut or damaged"), "{refused}");
}

/// What xorriso takes out of a session, inflated.
fn xorriso(desk: &Desk, image: &str, start: &Value, path: &str) -> Option<Vec<u8>> {
    let (mut xorriso, out) = (tool("xorriso")?, desk.path("extracted"));
    let _ = fs::remove_file(&out);
    run(xorriso
        .args(["-abort_on", "SORRY", "-osirrox", "on", "-zisofs", "by_magic=off"])
        .args(["-load", "sbsector", &start.to_string(), "-indev"])
        .arg(desk.path(image))
        .args(["-extract", path])
        .arg(&out));
    Some(fs::read(&out).unwrap())
}

#[test]
fn compressed_files_are_inflated_in_later_sessions_too() {
    let desk = Desk::new();
    let content: Vec<u8> = (0..60_000).flat_map(|number: u32| format!("{number}\n").into_bytes()).collect();
    desk.file("s/w", &content);
    desk.file("s/plain", b"short");
    desk.file("n", b"new");
    let Some(mut mkzftree) = tool("mkzftree") else { return };
    run(mkzftree.arg(desk.path("s")).arg(desk.path("z")));
    let compressed = fs::read(desk.path("z/w")).unwrap();
    let Some(()) = genisoimage(&desk, &["-R", "-J", "-z"], "z", "1.iso") else { return };
    let take = |arguments: &[&str]| {
        let _ = fs::remove_dir_all(desk.path("out"));
        let output = desk.discwright(&[&["extract"], arguments, &["--to", "out"]].concat());
        assert!(output.status.success(), "{}", text(&output));
        fs::read(desk.path("out/w")).unwrap()
    };
    for view in [&[][..], &["--view", "joliet"], &["--view", "iso"]] {
        let base = [&["image", "n", "--base", "1.iso", "-o", "2.iso", "--overwrite"], view].concat();
        let written = desk.json(&base);
        assert_eq!(written["base"]["imported_files"], json!(2));
        let name = if view.last() == Some(&"iso") { "/W" } else { "/w" };
        if name == "/w" {
            assert_eq!(take(&["2.iso"]), content, "{view:?}");
            assert_eq!(take(&["2.iso", "--view", "joliet"]), compressed, "as in the first session");
        }
        if let Some(seen) = xorriso(&desk, "2.iso", &written["start"], name) {
            assert_eq!(seen, content, "{view:?}");
        }
        // The session behind that one, too; and the file can be replaced by what it is when inflated.
        desk.json(&["image", "--base", "2.iso", "-o", "3.iso"]);
        if name == "/w" {
            assert_eq!(take(&["3.iso"]), content);
        }
        let refused = desk.refused(3, &[&base[..], &["--rock-ridge", "off"]].concat());
        let message = refused["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("{name} lies on the disc compressed")), "{message}");
        desk.json(&[&base[..], &["--rock-ridge", "off", "--remove", name]].concat());
    }
    let replaced = desk.json(&["image", "s", "--base", "1.iso", "-o", "2.iso", "--overwrite"]);
    assert_eq!(replaced["base"]["unchanged_files"], json!(1), "the short one, which is not compressed");
    assert_eq!(take(&["2.iso"]), content);
    let as_it_is = desk.json(&["image", "z", "--base", "1.iso", "-o", "2.iso", "--overwrite"]);
    assert_eq!(take(&["2.iso"]), compressed, "what was given is what is there");
    if let Some(seen) = xorriso(&desk, "2.iso", &as_it_is["start"], "/w") {
        assert_eq!(seen, compressed);
    }

    disc_of(&desk, "1.iso", "disc");
    desk.json(&["burn", "--drive", "sim:disc", "n"]);
    assert_eq!(take(&["--drive", "sim:disc"]), content);
    assert_eq!(take(&["--drive", "sim:disc", "--view", "joliet"]), compressed);
}

#[test]
fn links_that_a_reader_refuses_the_image_for_are_told() {
    let desk = Desk::new();
    fs::create_dir(desk.path("s")).unwrap();
    let target = |bytes: usize| "component/".repeat(500)[..bytes - 1].to_owned() + "x";
    for (name, bytes) in [("fits", 1023), ("long", 1024)] {
        std::os::unix::fs::symlink(target(bytes), desk.path("s").join(name)).unwrap();
    }
    let arguments = ["image", "s", "-o", "1.iso", "--rock-ridge", "posix"];
    let written = desk.json(&arguments);
    let warnings = written["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{written}");
    assert!(warnings[0].as_str().unwrap().starts_with("/long points to a path of 1024 bytes"), "{written}");
    assert!(text(&desk.discwright(&arguments)).contains("/long points"));
    let listed = |image: &str| {
        let output =
            tool("xorriso")?.arg("-indev").arg(desk.path(image)).args(["-find", "/"]).output().unwrap();
        Some(text(&output))
    };
    // The bound is what that reader does, so it is asked.
    if let Some(found) = listed("1.iso") {
        assert!(found.contains("Rock Ridge path too long"), "{found}");
    }
    fs::remove_file(desk.path("s/long")).unwrap();
    assert_eq!(desk.json(&arguments)["warnings"], json!([]));
    if let Some(found) = listed("1.iso") {
        assert!(found.contains("'/fits'"), "{found}");
    }
}

#[test]
fn a_drive_keeps_rock_ridge() {
    let desk = Desk::new();
    desk.file("s/tool", b"#!/bin/sh");
    desk.file("n", b"new");
    fs::set_permissions(desk.path("s/tool"), fs::Permissions::from_mode(0o751)).unwrap();
    std::os::unix::fs::symlink("tool", desk.path("s/link")).unwrap();
    run(Command::new("mkfifo").arg(desk.path("s/pipe")));
    let Some(()) = genisoimage(&desk, &["-R", "-J"], "s", "1.iso") else { return };
    disc_of(&desk, "1.iso", "disc");
    let burned = desk.json(&["burn", "--drive", "sim:disc", "n"]);
    assert_eq!(burned["warnings"], json!([]));
    // A further one, with an edit.
    let last = desk.json(&["burn", "--drive", "sim:disc", "--move", "n", "moved"]);
    assert_eq!(paths(&desk, &["--drive", "sim:disc"]), ["link", "moved", "pipe", "tool"]);
    assert_eq!(paths(&desk, &["--drive", "sim:disc", "--view", "joliet"]), ["moved", "tool"]);
    desk.json(&["read", "--drive", "sim:disc", "-o", "copy.iso"]);
    let Some(mut isoinfo) = tool("isoinfo") else { return };
    let start = last["start"].to_string();
    let listed = run(isoinfo.args(["-R", "-l", "-T", &start, "-i"]).arg(desk.path("copy.iso")));
    for (mode, name) in [("-rwxr-x--x", "tool"), ("l", "link -> tool"), ("frw-", "pipe"), ("-", "moved")] {
        let line = listed.lines().find(|line| line.trim_end().ends_with(&format!("]  {name}")));
        assert!(line.is_some_and(|line| line.starts_with(mode)), "{name}: {listed}");
    }
}

#[test]
fn patterns_that_mean_nothing_are_refused_or_told() {
    let desk = Desk::new();
    desk.file("s/a", b"a");
    desk.refused(2, &["image", "s", "-o", "1.iso", "--exclude", "[a"]);
    let written = desk.json(&["image", "s", "-o", "1.iso", "--exclude", "nothing", "--exclude", "a"]);
    assert_eq!(written["warnings"], json!(["--exclude nothing: nothing matches"]));
    assert_eq!(written["excluded"], json!(["a"]));
}
