//! The program as its users meet it: options, documents, exit statuses, and what becomes of the disc.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod common;

use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;

use common::{Desk, files, text};
use rustix::process::Signal;
use serde_json::{Value, json};

const DRIVE: [&str; 2] = ["--drive", "sim:a.disc"];

fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("one/first.txt", b"the first file");
    desk.file("one/folder/inner.txt", b"inside");
    desk.file("two/second.txt", b"the second file");
    desk
}

fn burn(desk: &Desk, arguments: &[&str]) -> Value {
    desk.json(&[&["burn"], arguments, &DRIVE].concat())
}

fn info(desk: &Desk) -> Value {
    desk.json(&[&["info"], &DRIVE[..]].concat())["disc"].clone()
}

#[test]
fn two_sessions_and_everything_is_there() {
    let desk = desk();
    let first = burn(&desk, &["one"]);
    assert_eq!(
        (&first["session"], &first["start"], &first["mode"]),
        (&json!(1), &json!(0), &json!("single-session"))
    );
    let second = burn(&desk, &["two"]);
    assert_eq!((&second["session"], &second["mode"]), (&json!(2), &json!("multi-session")));
    assert_eq!((&second["files"], &second["imported_files"]), (&json!(3), &json!(2)));

    let disc = info(&desk);
    let lead_out = disc["sessions"][0]["lead_out"].as_i64().unwrap();
    assert_eq!(disc["sessions"][1]["tracks"][0]["start"], json!(lead_out + 11_400));
    assert_eq!(second["start"], json!(lead_out + 11_400));
    let second_lead_out = disc["sessions"][1]["lead_out"].as_i64().unwrap();
    let next = second_lead_out + 6_900;
    assert_eq!(disc["next_writable"], json!(next));
    assert_eq!(disc["free_sectors"], json!(359_845 - next - 2));
    assert_eq!(disc["next_session"]["total_sectors"], json!(6_902));
    assert_eq!(disc["next_session"]["documented_megabytes"], json!(11));

    let listed = desk.json(&[&["ls"], &DRIVE[..]].concat());
    let paths: Vec<&str> =
        listed["entries"].as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["first.txt", "folder", "folder/inner.txt", "second.txt"]);
    let earlier = desk.discwright(&["ls", "--drive", "sim:a.disc", "--session", "1"]);
    assert_eq!(text(&earlier), "first.txt\nfolder/\nfolder/inner.txt\n");
    let plain = desk.discwright(&["ls", "--drive", "sim:a.disc", "--view", "iso", "--session", "1"]);
    assert_eq!(text(&plain), "FIRST.TXT\nFOLDER/\nFOLDER/INNER.TXT\n");
    let long = text(&desk.discwright(&["ls", "--drive", "sim:a.disc", "--long"]));
    assert!(
        long.lines().any(|line| line.starts_with("file             15 ") && line.ends_with(" second.txt")),
        "{long}"
    );

    desk.json(&["extract", "--drive", "sim:a.disc", "--to", "all"]);
    let mut expected = files(&desk.path("one"));
    expected.extend(files(&desk.path("two")));
    assert_eq!(files(&desk.path("all")), expected);
    desk.json(&["extract", "folder", "--drive", "sim:a.disc", "--session", "1", "--to", "part"]);
    let part: Vec<String> = files(&desk.path("part")).into_keys().collect();
    assert_eq!(part, ["folder/", "folder/inner.txt"]);
    desk.refused(3, &["ls", "--drive", "sim:a.disc", "--session", "3"]);
}

#[test]
fn a_copy_of_the_disc_shows_every_session() {
    let desk = desk();
    burn(&desk, &["one"]);
    let second = burn(&desk, &["two"]);
    let copied = desk.json(&["read", "--drive", "sim:a.disc", "-o", "copy.iso"]);
    assert_eq!(copied["sessions"][1]["start"], second["start"]);
    assert_eq!(
        fs::metadata(desk.path("copy.iso")).unwrap().len(),
        copied["sectors"].as_u64().unwrap() * 2048
    );

    for (session, folders) in
        [(Some("1"), &["one"][..]), (Some("2"), &["one", "two"]), (None, &["one", "two"])]
    {
        let to = format!("session-{}", session.unwrap_or("last"));
        let choice = session.map_or(vec![], |number| vec!["--session", number]);
        desk.json(&[&["extract", "copy.iso", "--to", &to], &choice[..]].concat());
        let mut expected = files(&desk.path(folders[0]));
        folders.iter().for_each(|folder| expected.extend(files(&desk.path(folder))));
        assert_eq!(files(&desk.path(&to)), expected);
    }
}

#[test]
fn an_image_within_an_image_is_no_session() {
    let desk = desk();
    fs::create_dir(desk.path("outer")).unwrap();
    desk.json(&["image", "two", "-o", "outer/inner.iso"]);
    desk.json(&["image", "outer", "-o", "outer.iso"]);
    let listed = desk.json(&["ls", "outer.iso"]);
    assert_eq!((&listed["session"], &listed["entries"][0]["path"]), (&json!(1), &json!("inner.iso")));
    desk.refused(3, &["ls", "outer.iso", "--session", "2"]);
}

#[test]
fn options_of_burn_do_what_they_say() {
    let desk = desk();
    let simulated = burn(&desk, &["one", "--simulate"]);
    assert_eq!(simulated["simulated"], json!(true));
    assert_eq!(info(&desk)["state"], json!("blank"));

    let named = burn(&desk, &["one", "--volume-name", "Größe 1", "--speed", "8"]);
    assert_eq!(named["volume_name"], json!("Größe 1"));
    assert_eq!(desk.json(&["ls", "--drive", "sim:a.disc"])["volume_name"], json!("Größe 1"));
    desk.refused(2, &["burn", "two", "--drive", "sim:a.disc", "--volume-name", "seventeen letters"]);
    desk.refused(3, &["burn", "two", "--drive", "sim:a.disc", "--speed", "72"]);

    let refused = desk.refused(3, &["burn", "two", "--drive", "sim:a.disc", "--single-session"]);
    assert_eq!(refused["code"], json!("IMAPI_E_CANNOT_WRITE_TO_MEDIA"));

    desk.file("three/first.txt", b"the first file, changed");
    let refused = desk.refused(3, &["burn", "three", "--drive", "sim:a.disc"]);
    assert_eq!(refused["code"], json!("IMAPI_E_FILEEXISTS"));
    assert_eq!(info(&desk)["sessions"].as_array().unwrap().len(), 1);
    burn(&desk, &["three", "--overwrite", "--eject"]);
    desk.json(&["extract", "first.txt", "--drive", "sim:a.disc", "--to", "out"]);
    assert_eq!(fs::read(desk.path("out/first.txt")).unwrap(), b"the first file, changed");

    burn(&desk, &["two", "--close-disc"]);
    let disc = info(&desk);
    assert_eq!((&disc["state"], &disc["next_writable"]), (&json!("complete"), &Value::Null));
    let refused = desk.refused(3, &["burn", "one", "--drive", "sim:a.disc", "--overwrite"]);
    assert_eq!(refused["code"], json!("IMAPI_E_CANNOT_WRITE_TO_MEDIA"));
}

#[test]
fn names_are_refused_or_adapted_on_request() {
    let desk = Desk::new();
    desk.file("odd/what?.txt", b"?");
    let refused = desk.refused(3, &["burn", "odd", "--drive", "sim:a.disc"]);
    assert_eq!(refused["code"], json!("IMAPI_E_BADJOLIETNAME"));
    assert!(refused["message"].as_str().unwrap().contains("what?.txt"), "{refused}");
    desk.refused(3, &["image", "odd", "-o", "odd.iso"]);
    let output = desk.discwright(&["image", "odd", "-o", "odd.iso", "--adapt-names"]);
    assert!(output.status.success() && text(&output).contains("what_.txt"), "{}", text(&output));
    burn(&desk, &["odd", "--adapt-names"]);
    assert_eq!(text(&desk.discwright(&["ls", "--drive", "sim:a.disc"])), "what_.txt\n");
}

#[test]
fn what_cannot_be_meant_is_a_matter_of_usage() {
    let desk = desk();
    for arguments in [
        &["burn", "--drive", "sim:a.disc"][..],
        &["burn", "one", "--drive", "/dev/sr0"],
        &["burn", "one", "--drive", "sim:"],
        &["burn", "one", "--drive", "sim:a.disc", "--speed", "0"],
        &["disc", "new", "b.disc", "--medium", "dvd"],
        &["ls"],
        &["extract", "--to", "out"],
        &["frobnicate"],
    ] {
        let output = desk.discwright(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output));
    }
    assert!(!desk.path("a.disc").exists());
}

#[test]
fn failures_before_anything_is_written_say_so() {
    let desk = desk();
    let refused = desk.refused(3, &["burn", "nowhere", "--drive", "sim:a.disc"]);
    assert!(refused["message"].as_str().unwrap().contains("nowhere"), "{refused}");
    assert_eq!(refused["disc"], json!("nothing was written to the disc"));
    assert_eq!(refused["class"], json!("refused"));
    desk.file("no.disc", b"this is not a disc");
    let refused = desk.refused(3, &["info", "--drive", "sim:no.disc"]);
    assert!(refused["message"].as_str().unwrap().contains("no.disc"), "{refused}");
    desk.refused(3, &["disc", "new", "no.disc"]);
    desk.refused(3, &["ls", "no.disc"]);
    desk.refused(3, &["ls", "missing.iso"]);
    desk.refused(3, &["read", "--drive", "sim:blank.disc", "-o", "copy.iso"]);
    assert!(!desk.path("copy.iso").exists());
}

#[test]
fn media_are_made_as_asked() {
    let desk = desk();
    for (medium, kind, free) in
        [("cd-r:80", "CD-R", 359_843), ("cd-r:74", "CD-R", 0), ("cd-rw:80", "CD-RW", 0)]
    {
        let name = format!("{medium}.disc");
        desk.json(&["disc", "new", &name, "--medium", medium]);
        let disc = desk.json(&["info", "--drive", &format!("sim:{name}")])["disc"].clone();
        assert_eq!((&disc["medium"], &disc["state"]), (&json!(kind), &json!("blank")));
        let found = disc["free_sectors"].as_i64().unwrap();
        assert!(if free > 0 { found == free } else { found > 332_000 }, "{medium}: {found}");
    }
}

#[test]
fn two_programs_do_not_share_a_disc() {
    let desk = desk();
    let held =
        discwright_drive::Disc::create(desk.path("a.disc"), discwright_drive::MediumKind::CdR80).unwrap();
    let refused = desk.refused(3, &["burn", "one", "--drive", "sim:a.disc"]);
    assert!(refused["message"].as_str().unwrap().contains("a.disc"), "{refused}");
    drop(held);
    burn(&desk, &["one"]);
}

#[test]
fn no_disc_is_made_by_reading() {
    let desk = desk();
    for arguments in
        [&["ls"][..], &["extract", "--to", "out"], &["info"], &["check"], &["read", "-o", "a.iso"]]
    {
        let refused = desk.refused(3, &[arguments, &["--drive", "sim:slip.disc"]].concat());
        assert!(refused["message"].as_str().unwrap().contains("slip.disc"), "{refused}");
        assert!(!desk.path("slip.disc").exists(), "{arguments:?}");
    }
}

/// A file of zeros that takes no room on the host.
fn sparse(desk: &Desk, path: &str, bytes: u64) {
    desk.file(path, b"");
    fs::OpenOptions::new().write(true).open(desk.path(path)).unwrap().set_len(bytes).unwrap();
}

#[test]
fn a_tree_that_fills_the_disc_to_the_last_block_is_burned_and_one_block_more_is_refused() {
    let desk = Desk::new();
    sparse(&desk, "full/large", 0);
    let structures = desk.json(&["image", "full", "-o", "empty.iso"])["sectors"].as_u64().unwrap();
    desk.json(&["disc", "new", "a.disc"]);
    let free = info(&desk)["free_sectors"].as_u64().unwrap();
    sparse(&desk, "full/large", (free - structures) * 2048 + 1);
    let refused = desk.refused(3, &["burn", "full", "--drive", "sim:a.disc"]);
    assert_eq!(refused["code"], json!("IMAPI_E_DISCFULL"));
    assert!(refused["message"].as_str().unwrap().contains("1 too many"), "{refused}");
    assert_eq!(info(&desk)["state"], json!("blank"));

    sparse(&desk, "full/large", (free - structures) * 2048);
    let burned = burn(&desk, &["full"]);
    assert_eq!(burned["image_sectors"], json!(free));
    let disc = info(&desk);
    assert_eq!(disc["sessions"][0]["lead_out"], json!(359_845));
    assert_eq!(disc["state"], json!("complete"), "there is no room for another session");
}

/// Waits until the disc file holds so many bytes, then sends a signal; whether that came before the program ended.
fn interrupt(desk: &Desk, signal: Signal, bytes: u64) -> std::process::ExitStatus {
    let mut child = desk
        .command(&["burn", "large", "--drive", "sim:a.disc"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while fs::metadata(desk.path("a.disc")).map_or(0, |it| it.len()) < bytes {
        assert!(child.try_wait().unwrap().is_none(), "the burn ended before it was interrupted");
        std::thread::yield_now();
    }
    // Sent from here: starting a program to send it could take longer than the burn.
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, signal).unwrap();
    child.wait().unwrap()
}

/// Random enough that no run of it can be stored as a pattern.
fn noise(desk: &Desk, path: &str, megabytes: u32) {
    desk.file(path, b"");
    let mut file = fs::File::create(desk.path(path)).unwrap();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut block = Vec::new();
    for _ in 0..megabytes {
        block.clear();
        while block.len() < 1 << 20 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            block.extend_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block).unwrap();
    }
}

#[test]
fn ctrl_c_stops_in_an_orderly_way() {
    let desk = desk();
    burn(&desk, &["one"]);
    noise(&desk, "large/noise", 200);
    let status = interrupt(&desk, Signal::INT, 20 << 20);
    assert_eq!(status.code(), Some(130));
    let disc = info(&desk);
    assert_eq!(disc["sessions"].as_array().unwrap().len(), 1);
    desk.json(&["extract", "--drive", "sim:a.disc", "--session", "1", "--to", "out"]);
    assert_eq!(files(&desk.path("out")), files(&desk.path("one")));
    let refused = desk.refused(3, &["burn", "two", "--drive", "sim:a.disc"]);
    assert_eq!(refused["code"], json!("IMAPI_E_CANNOT_WRITE_TO_MEDIA"));
}

#[test]
fn a_program_killed_while_it_writes_leaves_a_disc_that_loads() {
    let desk = desk();
    burn(&desk, &["one"]);
    noise(&desk, "large/noise", 200);
    let status = interrupt(&desk, Signal::KILL, 20 << 20);
    assert_eq!(status.signal(), Some(9));
    let disc = info(&desk);
    assert_eq!(disc["sessions"].as_array().unwrap().len(), 1, "{disc}");
    desk.json(&["extract", "--drive", "sim:a.disc", "--session", "1", "--to", "out"]);
    assert_eq!(files(&desk.path("out")), files(&desk.path("one")));
}

#[test]
fn the_same_input_gives_the_same_image() {
    let desk = desk();
    for name in ["a.iso", "b.iso"] {
        let output =
            desk.command(&["image", "one", "-o", name]).env("SOURCE_DATE_EPOCH", "1000000000").output();
        assert!(output.unwrap().status.success());
    }
    assert!(fs::read(desk.path("a.iso")).unwrap() == fs::read(desk.path("b.iso")).unwrap());
    assert_eq!(desk.json(&["ls", "a.iso"])["volume_name"], json!("2001-09-09"));
}

#[test]
fn an_image_goes_into_a_pipe_that_stands_in_the_place_of_a_file() {
    let desk = desk();
    let image = |to: &str| {
        let mut command = desk.command(&["image", "one", "-q", "-o", to]);
        let output = command.env("SOURCE_DATE_EPOCH", "1000000000").output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        output.stdout
    };
    image("a.iso");
    std::os::unix::fs::symlink("/proc/self/fd/1", desk.path("out")).unwrap();
    assert!(image("out") == fs::read(desk.path("a.iso")).unwrap());
    assert!(fs::symlink_metadata(desk.path("out")).unwrap().is_symlink());
}

#[test]
fn what_is_named_and_cannot_be_burned_is_refused() {
    let desk = desk();
    burn(&desk, &["one"]);
    let fifo = std::process::Command::new("mkfifo").arg(desk.path("fifo")).status();
    assert!(fifo.unwrap().success());
    desk.refused(3, &["burn", "fifo", "--drive", "sim:a.disc"]);
    fs::create_dir(desk.path("empty")).unwrap();
    let refused = desk.refused(3, &["burn", "empty", "--drive", "sim:a.disc"]);
    assert_eq!(refused["code"], json!("IMAPI_E_INVALIDIMAGE"));
    desk.refused(3, &["burn", ".", "--drive", "sim:a.disc"]);
    assert_eq!(info(&desk)["sessions"].as_array().unwrap().len(), 1);
}

#[test]
fn a_disc_file_is_never_written_over() {
    let desk = desk();
    burn(&desk, &["one"]);
    let before = fs::read(desk.path("a.disc")).unwrap();
    desk.refused(3, &["read", "--drive", "sim:a.disc", "-o", "a.disc"]);
    desk.refused(3, &["image", "one", "-o", "a.disc"]);
    assert!(fs::read(desk.path("a.disc")).unwrap() == before);
}

#[test]
fn a_burn_whose_report_cannot_be_printed_is_not_called_refused() {
    let desk = desk();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status =
        desk.command(&["burn", "one", "--drive", "sim:a.disc"]).stdout(full).stderr(Stdio::null()).status();
    assert_eq!(status.unwrap().code(), Some(4));
    assert_eq!(info(&desk)["sessions"].as_array().unwrap().len(), 1);
    // Nor does a failure that cannot be told end in a panic.
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = desk.command(&["ls", "nowhere.iso", "--json"]);
    assert_eq!(command.stdout(full()).stderr(full()).status().unwrap().code(), Some(3));
}
