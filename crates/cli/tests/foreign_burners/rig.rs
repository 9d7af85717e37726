//! A disc file, programs run with the drive that holds it, and looks at what they have left.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use discwright_cd::Lba;
use discwright_drive::{Disc, DiscFileError, Recorder};
use discwright_mmc::command::{Read10, ReadCd, TestUnitReady};
use discwright_transport::TransportExt as _;
use serde_json::Value;
use tempfile::TempDir;

/// Seconds that a program may take. All take less than two on an idle machine.
const TIME_LIMIT_S: &str = "120";

/// A folder with a disc in a drive.
pub(crate) struct Rig {
    folder: TempDir,
}

/// How a program ended.
pub(crate) struct Run {
    what: String,
    output: Output,
}

impl Rig {
    /// A rig with a fresh disc, `cd-r:80` or `cd-rw:80`; `None` after a word about it when a program is not installed.
    pub(crate) fn new(medium: &str, programs: &[&str]) -> Option<Self> {
        programs.iter().all(|program| is_installed(program)).then(|| Self::with_disc(medium))
    }

    fn with_disc(medium: &str) -> Self {
        let rig = Self { folder: tempfile::tempdir().unwrap() };
        rig.ours(&["disc", "new", "disc", "--medium", medium]).success();
        rig
    }

    /// Takes a fresh disc in the place of the one before.
    pub(crate) fn fresh(&self, medium: &str) {
        fs::remove_file(self.path("disc")).unwrap();
        self.ours(&["disc", "new", "disc", "--medium", medium]).success();
    }

    /// Takes a pressed disc, made by a sheet, in the place of the one before.
    pub(crate) fn import(&self, sheet: &str) {
        fs::remove_file(self.path("disc")).unwrap();
        self.ours(&["disc", "import", sheet, "--to", "disc"]).success();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with the folders it lies in.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Runs a program with the drive as /dev/sr0. Words are divided at spaces, so that cases read as they are typed.
    pub(crate) fn run(&self, line: &str) -> Run {
        self.run_with(&[], line)
    }

    /// Runs a program with options of `discwright run`.
    pub(crate) fn run_with(&self, options: &[&str], line: &str) -> Run {
        let mut command = self.command();
        command.args(["run", "sim:disc", "--shorten-waits", "50"]).args(options).arg("--");
        if may_unshare() {
            command.args(["unshare", "--mount"]);
        }
        command.args(["timeout", "--kill-after=5", TIME_LIMIT_S]);
        command.args(line.split_whitespace());
        finish(line, &mut command)
    }

    /// Runs our own program.
    pub(crate) fn ours(&self, arguments: &[&str]) -> Run {
        finish(&format!("discwright {arguments:?}"), self.command().args(arguments))
    }

    /// Starts our own program and does not wait for it.
    pub(crate) fn start(&self, arguments: &[&str]) -> std::process::Child {
        self.command().args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
    }

    /// Runs a program without the drive, such as one that makes an image.
    pub(crate) fn plain(&self, line: &str) -> Run {
        let mut words = line.split_whitespace();
        let mut command = Command::new(words.next().unwrap());
        command.args(words).current_dir(self.folder.path());
        finish(line, &mut command)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_discwright"));
        command.current_dir(self.folder.path());
        // wodim tests how fast the drive can transfer, which takes a while and says nothing here.
        command.env("CDR_NODMATEST", "1").env_remove("RUST_LOG").env_remove("SOURCE_DATE_EPOCH");
        command
    }

    /// What `discwright info --json` says of the disc.
    pub(crate) fn disc(&self) -> Value {
        let text = self.ours(&["info", "--drive", "sim:disc", "--json"]).success();
        let document: Value = serde_json::from_str(&text).unwrap();
        document["disc"].clone()
    }

    /// Start and length of each track, by our own program.
    pub(crate) fn tracks(&self) -> Vec<(i64, i64)> {
        let disc = self.disc();
        let sessions = disc["sessions"].as_array().unwrap();
        let tracks = sessions.iter().flat_map(|session| session["tracks"].as_array().unwrap());
        tracks.map(|track| (track["start"].as_i64().unwrap(), track["sectors"].as_i64().unwrap())).collect()
    }

    /// Data sectors, 2048 bytes each, read by our own drive.
    pub(crate) fn data(&self, start: i32, sectors: u16) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut drive = self.drive();
        for first in (0..sectors).step_by(16) {
            let count = (sectors - first).min(16);
            let read = Read10 { start: Lba(start + i32::from(first)), sectors: count, ..Read10::default() };
            let mut buffer = vec![0; usize::from(count) * 2048];
            drive.fetch(&read, &mut buffer).unwrap();
            bytes.extend(buffer);
        }
        bytes
    }

    /// Whole sectors, 2352 bytes each, read by our own drive.
    pub(crate) fn raw(&self, start: i32, sectors: u32) -> Vec<u8> {
        self.raw_of("disc", start, sectors)
    }

    /// Whole sectors of a disc file of this name.
    pub(crate) fn raw_of(&self, disc: &str, start: i32, sectors: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut drive = self.drive_with(disc);
        for first in (0..sectors).step_by(16) {
            let count = (sectors - first).min(16);
            let mut buffer = vec![0; usize::try_from(count).unwrap() * 2352];
            drive.fetch(&ReadCd::raw(Lba(start).saturating_add(first), count), &mut buffer).unwrap();
            bytes.extend(buffer);
        }
        bytes
    }

    /// A drive of our own with the disc in it.
    pub(crate) fn drive(&self) -> Recorder {
        self.drive_with("disc")
    }

    fn drive_with(&self, disc: &str) -> Recorder {
        let mut drive = Recorder::with_disc(self.open_disc(disc));
        drive.ask(&TestUnitReady {}).unwrap_err();
        drive
    }

    #[expect(clippy::disallowed_methods, reason = "another process is waited for")]
    fn open_disc(&self, disc: &str) -> Disc {
        // A program that another test is starting at this moment holds a copy of a lock that this one held just now,
        // until it is executed.
        for _ in 0..200 {
            match Disc::open(self.path(disc)) {
                Err(DiscFileError::InUse { .. }) => std::thread::sleep(core::time::Duration::from_millis(20)),
                result => return result.unwrap(),
            }
        }
        panic!("the disc file stays locked");
    }

    /// The files that our own program copies out of the last session, by path.
    pub(crate) fn extracted(&self) -> std::collections::BTreeMap<String, Vec<u8>> {
        let to = tempfile::tempdir_in(self.folder.path()).unwrap();
        let folder = to.path().join("out");
        self.ours(&["extract", "--drive", "sim:disc", "--to", folder.to_str().unwrap()]).success();
        files_below(&folder)
    }
}

/// Paths below a folder and what is in the files.
pub(crate) fn files_below(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

impl Run {
    pub(crate) fn text(&self) -> String {
        format!(
            "{}{}",
            String::from_utf8_lossy(&self.output.stdout),
            String::from_utf8_lossy(&self.output.stderr)
        )
    }

    /// Its standard output, the program having succeeded.
    pub(crate) fn success(&self) -> String {
        assert!(
            self.output.status.success(),
            "{} ended with {}:\n{}",
            self.what,
            self.output.status,
            self.text()
        );
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// All it has said, the program having failed by itself.
    pub(crate) fn failure(&self) -> String {
        let code = self.output.status.code().unwrap_or(-1);
        assert!(
            (1..124).contains(&code) || code == 252 || code == 254 || code == 255,
            "{} ended with {}:\n{}",
            self.what,
            self.output.status,
            self.text()
        );
        self.text()
    }

    /// Its exit status.
    pub(crate) fn code(&self) -> i32 {
        self.output.status.code().unwrap()
    }

    /// The program has said this.
    pub(crate) fn says(&self, words: &str) -> &Self {
        assert!(self.text().contains(words), "{} does not say {words:?}:\n{}", self.what, self.text());
        self
    }
}

fn finish(what: &str, command: &mut Command) -> Run {
    let output = command.stdin(Stdio::null()).output().unwrap();
    Run { what: what.to_owned(), output }
}

/// Whether a program is there; in CI it has to be.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{program} is not installed");
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// Root can and should keep the programs from the mounts of this machine; others need not.
fn may_unshare() -> bool {
    static MAY: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| {
        let root = rustix::process::geteuid().is_root();
        let works =
            || Command::new("unshare").args(["--mount", "true"]).status().is_ok_and(|it| it.success());
        root && works()
    });
    *MAY
}
