//! What `ls`, `extract` and `image --base` make of directories that are damaged: nothing is lost without a word.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics says where")]

mod common;

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::process::Command;

use common::{Desk, files};
use serde_json::Value;

/// An image of a folder whose directory takes several sectors, with the numbers of those.
fn image(desk: &Desk, count: usize) -> (Vec<u8>, Vec<usize>) {
    for number in 0..count {
        desk.file(&format!("tree/folder/file number {number:03}.text"), number.to_string().as_bytes());
    }
    desk.json(&["image", "tree", "--no-joliet", "--rock-ridge", "posix", "--output", "whole.iso"]);
    let bytes = fs::read(desk.path("whole.iso")).unwrap();
    // Its sectors hold the Rock Ridge names.
    let is_directory = |sector: &[u8]| sector.windows(11).any(|it| it == b"file number");
    let sectors: Vec<_> = bytes.chunks(2048).enumerate().filter(|(_, it)| is_directory(it)).collect();
    let sectors = sectors.into_iter().map(|(number, _)| number).collect();
    (bytes, sectors)
}

/// The document of a command that ends with `status`.
fn document(desk: &Desk, status: i32, arguments: &[&str]) -> Value {
    let output = desk.command(arguments).arg("--json").output().unwrap();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", common::text(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn names(findings: &Value, clause: &str) -> bool {
    findings.as_array().unwrap().iter().any(|it| it.as_str().unwrap().contains(clause))
}

#[test]
fn a_lost_sector_of_a_directory_is_told_by_all() {
    let desk = Desk::new();
    let (bytes, sectors) = image(&desk, 100);
    assert!(sectors.len() > 3, "{sectors:?}");
    for lost in [sectors[0], sectors[1]] {
        let mut damaged = bytes.clone();
        damaged[lost * 2048..(lost + 1) * 2048].fill(0);
        desk.file("damaged.iso", &damaged);
        let listed = document(&desk, 1, &["ls", "damaged.iso"]);
        assert!(names(&listed["findings"], "6.8.1.1"), "{listed}");
        let there = listed["entries"].as_array().unwrap().len();
        assert!((50..101).contains(&there), "{there}");

        let target = format!("out{lost}");
        let taken = document(&desk, 4, &["extract", "damaged.iso", "--to", &target]);
        assert!(names(&taken["findings"], "6.8.1.1"), "{taken}");
        assert_eq!(taken["problems"], Value::Array(Vec::new()));
        assert_eq!(files(&desk.path(&target)).len(), there, "what can be read is there");

        let refused = desk.refused(3, &["image", "--base", "damaged.iso", "tree", "--output", "two.iso"]);
        assert!(refused["message"].as_str().unwrap().contains("ECMA-119, 6.8."), "{refused}");
        assert!(!desk.path("two.iso").exists());
        document(&desk, 1, &["check", "damaged.iso"]);
    }
}

#[test]
fn a_directory_without_any_record_is_told_by_all() {
    let desk = Desk::new();
    let (mut bytes, sectors) = image(&desk, 5);
    let [only] = sectors[..] else { panic!("{sectors:?}") };
    bytes[only * 2048..(only + 1) * 2048].fill(0);
    desk.file("damaged.iso", &bytes);
    document(&desk, 1, &["ls", "damaged.iso"]);
    let taken = document(&desk, 4, &["extract", "damaged.iso", "--to", "out"]);
    assert!(names(&taken["findings"], "holds no record"), "{taken}");
    desk.refused(3, &["image", "--base", "damaged.iso", "tree", "--output", "two.iso"]);
    document(&desk, 1, &["check", "damaged.iso"]);
}

#[test]
fn what_was_left_out_is_in_the_document() {
    let desk = Desk::new();
    desk.file("tree/private/key", b"secret");
    desk.file("tree/plain", b"text");
    fs::set_permissions(desk.path("tree/private"), fs::Permissions::from_mode(0o700)).unwrap();
    let made = Command::new("mkfifo").arg(desk.path("tree/pipe")).status().unwrap();
    assert!(made.success() && fs::metadata(desk.path("tree/pipe")).unwrap().file_type().is_fifo());
    std::os::unix::fs::symlink("/etc/passwd", desk.path("tree/away")).unwrap();
    desk.json(&["image", "tree", "--rock-ridge", "posix", "--specials", "-o", "image.iso"]);
    let taken = document(&desk, 4, &["extract", "image.iso", "--view", "rock-ridge", "--to", "out"]);
    assert_eq!((&taken["files"], &taken["folders"]), (&Value::from(2), &Value::from(1)), "{taken}");
    assert_eq!(taken["problems"].as_array().unwrap().len(), 2, "{taken}");
    let mode = fs::metadata(desk.path("out/private")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "a folder is open to nobody it was not open to");

    let taken = document(
        &desk,
        4,
        &["extract", "image.iso", "--view", "rock-ridge", "--links", "all", "--to", "all"],
    );
    assert_eq!((&taken["links"], taken["problems"].as_array().unwrap().len()), (&Value::from(1), 1));
    assert_eq!(fs::read_link(desk.path("all/away")).unwrap().to_str(), Some("/etc/passwd"));
}
