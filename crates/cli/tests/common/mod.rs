//! Running the program, and trees to burn.
#![allow(dead_code, reason = "each test program uses its part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A folder to work in, with the program at hand.
pub(crate) struct Desk {
    dir: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The program, run in this folder.
    pub(crate) fn discwright(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_discwright"));
        command
            .args(arguments)
            .current_dir(self.dir.path())
            .env_remove("SOURCE_DATE_EPOCH")
            .env_remove("RUST_LOG");
        command
    }

    /// The program's document, its exit status being 0.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).arg("--json").output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", text(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The program's error document, its exit status being `status`.
    pub(crate) fn refused(&self, status: i32, arguments: &[&str]) -> Value {
        let output = self.command(arguments).arg("--json").output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", text(&output));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        document["error"].clone()
    }

    pub(crate) fn file(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What lies below `folder`: path to bytes, folders with a slash behind and none.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                found.insert(format!("{name}/"), Vec::new());
                pending.push(path);
            } else {
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// A foreign program; where it is missing the test is skipped, and fails in CI.
pub(crate) fn tool(name: &str) -> Option<Command> {
    // Started without arguments all of them end by themselves.
    if Command::new(name).output().is_err() {
        assert!(
            std::env::var("CI").is_ok_and(|ci| ci != "true") || std::env::var_os("CI").is_none(),
            "{name} is not installed"
        );
        eprintln!("skipped: {name} is not installed");
        return None;
    }
    let mut command = Command::new(name);
    command.env("LC_ALL", "C.UTF-8");
    Some(command)
}

/// Runs a program that has to succeed; what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", text(&output));
    text(&output)
}

/// A folder `one`, and a folder `two` to lay over it.
pub(crate) fn desk() -> Desk {
    let desk = Desk::new();
    for (path, content) in [
        ("one/keep.txt", &b"kept as it is"[..]),
        ("one/change.txt", b"before"),
        ("one/gone/a.txt", b"a"),
        ("one/gone/b.txt", b"b"),
        ("one/old place/file.bin", &[7; 5000]),
        ("one/folder/inner.txt", b"inside"),
        ("two/change.txt", b"after!"),
        ("two/keep.txt", b"kept as it is"),
        ("two/new.txt", b"new"),
    ] {
        desk.file(path, content);
    }
    desk
}
