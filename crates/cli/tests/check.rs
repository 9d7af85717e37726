//! `check`: words, document and exit status, over image files and discs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod common;

use std::fs;

use common::{Desk, text};
use serde_json::{Value, json};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("one/first.txt", b"the first file");
    desk.file("one/folder/inner.txt", b"inside");
    desk.json(&["image", "one", "-o", "good.iso", "--volume-name", "GOOD"]);
    desk
}

/// The document of a check that ended with `status`.
fn checked(desk: &Desk, status: i32, arguments: &[&str]) -> Value {
    let output = desk.command(&[&["check"], arguments].concat()).arg("--json").output().unwrap();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", text(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// `good.iso` with a byte changed.
fn broken(desk: &Desk, name: &str, at: usize, byte: u8) {
    let mut image = fs::read(desk.path("good.iso")).unwrap();
    image[at] = byte;
    desk.file(name, &image);
}

#[test]
fn a_sound_image_ends_with_zero() {
    let desk = desk();
    let document = checked(&desk, 0, &["good.iso"]);
    assert_eq!(document["findings"], json!([]));
    let session = &document["sessions"][0];
    assert_eq!((&session["volume_name"], &session["joliet"]), (&json!("GOOD"), &json!(true)));
    assert_eq!((&session["directories"], &session["files"]), (&json!(2), &json!(2)));
    assert_eq!(session["interchange_level"], json!(1));
    let words = text(&desk.discwright(&["check", "good.iso"]));
    assert!(words.contains("session 1 at LBA 0: \"GOOD\", level 1, Joliet"), "{words}");
    assert!(words.contains("0 error(s), 0 warning(s)"), "{words}");
}

#[test]
fn an_error_is_cited_and_ends_with_one() {
    let desk = desk();
    // The most significant byte of the second half of the root's length.
    broken(&desk, "bad.iso", 16 * 2048 + 170, 1);
    let document = checked(&desk, 1, &["bad.iso"]);
    assert_eq!(document["errors"], json!(1));
    let finding = &document["findings"][0];
    assert_eq!((&finding["level"], &finding["rule"]), (&json!("error"), &json!("descriptor-halves")));
    assert_eq!(finding["clause"], json!("ECMA-119, 7.2.3 and 7.3.3"));
    assert_eq!(finding["place"], json!({ "lba": 16, "offset": 166, "path": "" }));
    assert!(finding["text"].as_str().unwrap().starts_with("Root Data Length is 2048"));
    let output = desk.discwright(&["check", "bad.iso"]);
    assert_eq!(output.status.code(), Some(1));
    let words = text(&output);
    assert!(words.contains("error: LBA 16, byte 166: Root Data Length"), "{words}");
    assert!(words.contains("(ECMA-119, 7.2.3 and 7.3.3) [descriptor-halves]"), "{words}");
}

#[test]
fn warnings_end_with_zero_and_levels_are_filtered() {
    let desk = desk();
    broken(&desk, "odd.iso", 16 * 2048 + 881, 9);
    let document = checked(&desk, 0, &["odd.iso"]);
    assert_eq!((&document["errors"], &document["warnings"]), (&json!(0), &json!(1)));
    assert_eq!(document["findings"][0]["rule"], json!("structure-version"));
    let document = checked(&desk, 0, &["odd.iso", "--level", "error"]);
    assert_eq!((&document["warnings"], &document["findings"]), (&json!(1), &json!([])));
}

#[test]
fn all_sessions_of_an_image_and_the_last_of_a_disc_are_checked() {
    let desk = desk();
    desk.file("two/second.txt", b"the second file");
    desk.json(&["burn", "one", "--drive", "sim:a.disc"]);
    desk.json(&["burn", "two", "--drive", "sim:a.disc"]);
    let last = checked(&desk, 0, &["--drive", "sim:a.disc"]);
    assert_eq!(last["sessions"].as_array().unwrap().len(), 1);
    assert_eq!((&last["sessions"][0]["session"], &last["sessions"][0]["files"]), (&json!(2), &json!(3)));
    let first = checked(&desk, 0, &["--drive", "sim:a.disc", "--session", "1"]);
    assert_eq!(first["sessions"][0]["files"], json!(2));
    desk.json(&["read", "--drive", "sim:a.disc", "-o", "both.iso"]);
    let both = checked(&desk, 0, &["both.iso"]);
    assert_eq!(both["sessions"].as_array().unwrap().len(), 2);
    assert_eq!(both["findings"], json!([]));
    desk.refused(3, &["check", "both.iso", "--session", "3"]);
    desk.refused(3, &["check", "--drive", "sim:blank.disc"]);
}

#[test]
fn what_is_no_volume_is_an_error_and_what_cannot_be_opened_is_refused() {
    let desk = desk();
    desk.file("text.iso", &[b'x'; 100_000]);
    let document = checked(&desk, 1, &["text.iso"]);
    assert_eq!(document["findings"][0]["rule"], json!("set-primary"));
    desk.file("empty.iso", b"");
    assert_eq!(checked(&desk, 1, &["empty.iso"])["findings"][0]["rule"], json!("set-unreadable"));
    desk.refused(3, &["check", "missing.iso"]);
    desk.refused(2, &["check"]);
}
