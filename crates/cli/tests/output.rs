//! The files that the program makes: nothing else is touched, and nothing half-made is left.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod common;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Desk, text};
use rustix::process::{Pid, Signal, kill_process};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("one/a.txt", b"alpha");
    desk
}

/// The names in the desk's folder.
fn names(desk: &Desk) -> Vec<String> {
    let entries = fs::read_dir(desk.path(".")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn files_that_a_part_could_be_called_stay_as_they_are() {
    let desk = desk();
    let [precious, secret] = ["a.iso.part", "secret"].map(|name| desk.file(name, b"precious"));
    symlink("secret", desk.path("b.iso.part")).unwrap();
    desk.json(&["image", "one", "-o", "a.iso"]);
    desk.json(&["image", "one", "-o", "b.iso"]);
    desk.json(&["burn", "one", "--drive", "sim:a.disc"]);
    desk.json(&["read", "--drive", "sim:a.disc", "-o", "a.iso"]);
    desk.json(&["read", "--drive", "sim:a.disc", "-o", "b.iso"]);
    for path in [precious, secret] {
        assert_eq!(fs::read(&path).unwrap(), b"precious", "{}", path.display());
    }
    assert!(desk.path("b.iso.part").is_symlink());
    assert_eq!(names(&desk), ["a.disc", "a.iso", "a.iso.part", "b.iso", "b.iso.part", "one", "secret"]);
}

#[test]
fn a_new_file_has_the_mode_that_the_umask_leaves() {
    let desk = desk();
    // As long as names can be: the part's is no longer.
    let long = "n".repeat(251) + ".iso";
    for (umask, expected) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let line = format!("umask {umask} && exec \"$0\" image one -o {long} -q");
        let mut shell = Command::new("sh");
        shell.args(["-c", &line, env!("CARGO_BIN_EXE_discwright")]).current_dir(desk.path("."));
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        assert_eq!(mode(&desk.path(&long)), expected, "{umask}");
        fs::remove_file(desk.path(&long)).unwrap();
    }
}

/// Every byte of an image is from one run, however many write to it.
#[test]
fn runs_with_the_same_output_do_not_mix() {
    let desk = desk();
    desk.file("many/large", &vec![0x55; 30 << 20]);
    let run = |folder: &str, output: &str| {
        let mut command = desk.command(&["image", folder, "-o", output, "-q"]);
        command.env("SOURCE_DATE_EPOCH", "1000000000").spawn().unwrap()
    };
    assert!(run("one", "one.iso").wait().unwrap().success());
    assert!(run("many", "many.iso").wait().unwrap().success());
    let whole = ["one.iso", "many.iso"].map(|name| fs::read(desk.path(name)).unwrap());
    for _ in 0..3 {
        let children = ["many", "one", "many", "one"].map(|folder| run(folder, "same.iso"));
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        let made = fs::read(desk.path("same.iso")).unwrap();
        assert!(whole.contains(&made), "{} bytes", made.len());
    }
    assert_eq!(names(&desk), ["many", "many.iso", "one", "one.iso", "same.iso"]);
}

#[test]
fn a_run_that_is_stopped_leaves_nothing_and_the_old_file() {
    let desk = desk();
    desk.file("large/zeros", b"");
    fs::File::options().write(true).open(desk.path("large/zeros")).unwrap().set_len(1 << 31).unwrap();
    desk.file("a.iso", b"old");
    for signal in [Signal::INT, Signal::TERM] {
        let mut command = desk.command(&["image", "large", "-o", "a.iso", "-q"]);
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        while !names(&desk).iter().any(|name| name.ends_with(".part")) {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it was stopped");
            std::thread::yield_now();
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(names(&desk), ["a.iso", "large", "one"]);
        assert_eq!(fs::read(desk.path("a.iso")).unwrap(), b"old");
    }
}

#[test]
fn a_link_stays_and_the_file_that_it_names_is_replaced_and_keeps_its_mode() {
    let desk = desk();
    desk.json(&["burn", "one", "--drive", "sim:a.disc"]);
    desk.file("there/real.iso", b"old");
    fs::set_permissions(desk.path("there/real.iso"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("there/real.iso", desk.path("second")).unwrap();
    symlink(desk.path("second"), desk.path("first")).unwrap();
    symlink("there/new.iso", desk.path("to-nothing")).unwrap();
    for arguments in [&["image", "one"][..], &["read", "--drive", "sim:a.disc"]] {
        desk.json(&[arguments, &["-o", "first"]].concat());
        assert!(desk.path("first").is_symlink() && desk.path("second").is_symlink());
        assert_eq!(mode(&desk.path("there/real.iso")), 0o600);
        assert_eq!(desk.json(&["ls", "there/real.iso"])["entries"][0]["path"], "a.txt");
        fs::write(desk.path("there/real.iso"), b"old").unwrap();
        // Behind a link to nothing a file is made, as by every program that opens one.
        desk.json(&[arguments, &["-o", "to-nothing"]].concat());
        assert!(desk.path("to-nothing").is_symlink());
        assert_eq!(desk.json(&["ls", "there/new.iso"])["entries"][0]["path"], "a.txt");
        fs::remove_file(desk.path("there/new.iso")).unwrap();
    }
    assert_eq!(fs::read_dir(desk.path("there")).unwrap().count(), 1, "no part is left");

    symlink("circle", desk.path("circle")).unwrap();
    desk.refused(3, &["image", "one", "-o", "circle"]);
    desk.refused(3, &["read", "--drive", "sim:a.disc", "-o", "circle"]);
}

/// A file that is open already is written where it is: by any other name it would be replaced behind its owner's back.
#[test]
fn what_is_no_file_and_what_is_open_is_written_in_place() {
    let desk = desk();
    let shell = |line: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", line, env!("CARGO_BIN_EXE_discwright")]).current_dir(desk.path("."));
        let output = shell.env("SOURCE_DATE_EPOCH", "1000000000").output().unwrap();
        assert!(output.status.success(), "{line}: {}", text(&output));
    };
    shell("\"$0\" image one -o whole.iso -q");
    let whole = fs::read(desk.path("whole.iso")).unwrap();
    let inode = |name: &str| std::os::unix::fs::MetadataExt::ino(&fs::metadata(desk.path(name)).unwrap());
    for (line, front) in [
        ("exec > out; printf front; \"$0\" image one -o /dev/stdout", &b"front"[..]),
        ("exec > out; printf front; \"$0\" image one -o - --json", b"front"),
        ("exec 3> out; \"$0\" image one -o /dev/fd/3 -q", b""),
        ("mkfifo fifo; cat fifo > out & \"$0\" image one -o fifo -q; wait", b""),
    ] {
        desk.file("out", &vec![0xAA; 3 << 20]);
        let before = inode("out");
        shell(line);
        assert!(fs::read(desk.path("out")).unwrap() == [front, &whole].concat(), "{line}");
        assert_eq!(inode("out"), before, "{line}");
    }
    assert!(!fs::metadata(desk.path("fifo")).unwrap().is_file());
    desk.refused(3, &["image", "one", "-o", "one"]);
    assert_eq!(names(&desk), ["fifo", "one", "out", "whole.iso"]);
}

#[test]
fn an_error_is_told_beside_an_image_that_goes_into_a_pipe() {
    let desk = desk();
    for target in ["-", "/dev/stdout"] {
        let arguments = ["image", "one", "--boot", "nothing.img", "-o", target, "--json"];
        let output = desk.discwright(&arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0), "{}", text(&output));
        let document: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
        assert!(document["error"]["message"].as_str().unwrap().contains("nothing.img"), "{document}");
    }
}
