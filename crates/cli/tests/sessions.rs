//! Later sessions by `image --base` and `burn`: what is on the disc stays as it is there, or is told.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
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
