//! Foreign readers on what the program makes: image files, and each session of a disc that was read back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Desk, files, text, tool};

type Tree = BTreeMap<String, Vec<u8>>;

/// Names of several scripts, names that are one after 8.3 mangling, empty files and folders, long names, deep folders.
fn first_folder(desk: &Desk) -> PathBuf {
    for (name, content) in [
        ("first/Grüße aus Köln.txt", "umlauts"),
        ("first/日本語のとても長い名前.txt", "kanji"),
        ("first/Привет, мир.txt", "cyrillic"),
        ("first/😀 outside the basic plane.txt", "two units"),
        ("first/long name that collides 1.txt", "1"),
        ("first/long name that collides 2.txt", "2"),
        ("first/long name that collides 3.txt", "3"),
        ("first/LONG NA1.TXT", "looks like a mangled name"),
        ("first/empty.txt", ""),
        ("first/no extension", "none"),
        ("first/many.dots.in.one.name.tar.gz", "dots"),
        ("first/a/b/c/d/e/f/g/h/i/deep.txt", "nine folders down"),
    ] {
        desk.file(name, content.as_bytes());
    }
    desk.file(&format!("first/{}.t", "n".repeat(62)), b"64 units");
    desk.file("first/two sectors and a byte", &[0xA5; 4097]);
    fs::create_dir_all(desk.path("first/empty folder")).unwrap();
    desk.path("first")
}

fn second_folder(desk: &Desk) -> PathBuf {
    desk.file("second/second session.txt", b"new");
    desk.file("second/a/b/added below.txt", b"in an old folder");
    desk.file("second/empty.txt", b"not empty any more");
    desk.path("second")
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", text(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// One volume in a file, and the tree that everybody should find in its Joliet hierarchy.
struct Judged<'a> {
    desk: &'a Desk,
    image: PathBuf,
    start: u64,
    tree: &'a Tree,
}

impl Judged<'_> {
    fn by_all(&self) {
        self.by_xorriso();
        self.by_isoinfo();
        // These know no later session: they get the last one's descriptors in the place of the first one's.
        let front = self.with_descriptors_in_front();
        self.by_bsdtar(&front);
        self.by_seven_zip(&front);
    }

    fn same(&self, reader: &str, found: &Tree) {
        let names = |tree: &Tree| tree.keys().cloned().collect::<BTreeSet<_>>();
        let (found_names, expected) = (names(found), names(self.tree));
        let missing: Vec<_> = expected.difference(&found_names).collect();
        let extra: Vec<_> = found_names.difference(&expected).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{reader}: missing {missing:?}, extra {extra:?}");
        for (path, content) in self.tree {
            assert!(found[path] == *content, "{reader}: {path} differs");
        }
    }

    fn by_xorriso(&self) {
        let Some(mut xorriso) = tool("xorriso") else { return };
        let to = self.fresh("xorriso");
        run(xorriso
            .args(["-abort_on", "SORRY", "-osirrox", "on", "-read_fs", "norock"])
            .args(["-load", "sbsector", &self.start.to_string(), "-indev"])
            .arg(&self.image)
            .args(["-extract", "/"])
            .arg(&to));
        self.same("xorriso", &files(&to));
    }

    /// Lists both hierarchies, and takes the files with plain names out of the Joliet one.
    fn by_isoinfo(&self) {
        let start = self.start.to_string();
        let Some(found) = isoinfo_lists(&["-J", "-T", &start], &self.image) else { return };
        // It prints ISO 8859-1, and knows no other names; how many there are shows that it found those too.
        let plain = |path: &&String| path.is_ascii();
        for path in self.tree.keys().filter(plain) {
            assert!(found.contains(path.trim_end_matches('/')), "isoinfo -J: {path} is missing");
        }
        assert_eq!(found.len(), self.tree.len(), "isoinfo -J");
        let primary = isoinfo_lists(&["-T", &start], &self.image).unwrap();
        assert_eq!(primary.len(), self.tree.len(), "isoinfo, primary hierarchy: {primary:?}");
        for (path, content) in self.tree.iter().filter(|(path, _)| plain(path) && !path.ends_with('/')) {
            let mut isoinfo = tool("isoinfo").unwrap();
            let inside = format!("/{path};1");
            let output =
                isoinfo.args(["-J", "-T", &start, "-x", &inside, "-i"]).arg(&self.image).output().unwrap();
            assert!(output.status.success() && output.stdout == *content, "isoinfo -x {inside}");
        }
    }

    fn by_bsdtar(&self, image: &Path) {
        let Some(mut bsdtar) = tool("bsdtar") else { return };
        let to = self.fresh("bsdtar");
        run(bsdtar.arg("-xf").arg(image).arg("-C").arg(&to));
        self.same("bsdtar", &files(&to));
    }

    fn by_seven_zip(&self, image: &Path) {
        let Some(mut seven_zip) = tool("7z") else { return };
        let to = self.fresh("7z");
        run(seven_zip.arg("x").arg(format!("-o{}", to.display())).arg(image));
        self.same("7z", &files(&to));
    }

    fn with_descriptors_in_front(&self) -> PathBuf {
        if self.start == 0 {
            return self.image.clone();
        }
        let copy = self.desk.path(&format!("front-{}.iso", self.start));
        fs::copy(&self.image, &copy).unwrap();
        let file = fs::OpenOptions::new().read(true).write(true).open(&copy).unwrap();
        for sector in 16..32 {
            let mut bytes = [0; 2048];
            file.read_exact_at(&mut bytes, (self.start + sector) * 2048).unwrap();
            if matches!(bytes[0], 1 | 2) {
                // A volume that begins at sector zero is longer by all that lies before the session.
                let blocks = u32::from_le_bytes(bytes[80..84].try_into().unwrap())
                    + u32::try_from(self.start).unwrap();
                bytes[80..84].copy_from_slice(&blocks.to_le_bytes());
                bytes[84..88].copy_from_slice(&blocks.to_be_bytes());
            }
            file.write_all_at(&bytes, sector * 2048).unwrap();
            if bytes[0] == 0xFF {
                return copy;
            }
        }
        panic!("the volume descriptors have no end");
    }

    fn fresh(&self, name: &str) -> PathBuf {
        let path =
            self.desk.path(&format!("{name}-{}-{}", self.start, self.image.file_name().unwrap().display()));
        fs::create_dir(&path).unwrap();
        path
    }
}

/// Paths as isoinfo lists them, without version numbers and trailing dots.
fn isoinfo_lists(arguments: &[&str], image: &Path) -> Option<BTreeSet<String>> {
    let output = tool("isoinfo")?.arg("-f").args(arguments).arg("-i").arg(image).output().unwrap();
    assert!(output.status.success(), "isoinfo {arguments:?}: {}", text(&output));
    let listed: String = output.stdout.iter().map(|byte| char::from(*byte)).collect();
    let plain =
        |line: &str| line.trim_start_matches('/').trim_end_matches(";1").trim_end_matches('.').to_owned();
    Some(listed.lines().map(plain).collect())
}

#[test]
fn an_image_file_is_read_by_all() {
    let desk = Desk::new();
    let tree = files(&first_folder(&desk));
    desk.json(&["image", "first", "-o", "first.iso"]);
    Judged { desk: &desk, image: desk.path("first.iso"), start: 0, tree: &tree }.by_all();
}

#[test]
fn each_session_of_a_disc_is_read_by_all() {
    let desk = Desk::new();
    let first = files(&first_folder(&desk));
    let mut second = first.clone();
    second.extend(files(&second_folder(&desk)));
    desk.json(&["burn", "first", "--drive", "sim:a.disc"]);
    desk.json(&["burn", "second", "--drive", "sim:a.disc", "--overwrite"]);
    desk.file("third/third session.txt", b"newest");
    let mut third = second.clone();
    third.extend(files(&desk.path("third")));
    desk.json(&["burn", "third", "--drive", "sim:a.disc"]);

    let copied = desk.json(&["read", "--drive", "sim:a.disc", "-o", "disc.iso"]);
    for (session, tree) in [&first, &second, &third].into_iter().enumerate() {
        let start = copied["sessions"][session]["start"].as_u64().unwrap();
        Judged { desk: &desk, image: desk.path("disc.iso"), start, tree }.by_all();
    }
}

#[test]
fn ten_thousand_files_are_read_by_all() {
    let desk = Desk::new();
    for number in 0..10_000 {
        let name = format!("many/folder {:02}/file number {number} of ten thousand.txt", number % 40);
        desk.file(&name, format!("{number}").repeat(number % 7).as_bytes());
    }
    let tree = files(&desk.path("many"));
    desk.json(&["burn", "many", "--drive", "sim:a.disc"]);
    desk.json(&["read", "--drive", "sim:a.disc", "-o", "disc.iso"]);
    let judged = Judged { desk: &desk, image: desk.path("disc.iso"), start: 0, tree: &tree };
    judged.by_xorriso();
    judged.by_bsdtar(&judged.image);
    // The others take seconds for each thousand files to take them out; their lists are compared.
    let Some(found) = isoinfo_lists(&["-J"], &judged.image) else { return };
    let expected: BTreeSet<String> = tree.keys().map(|path| path.trim_end_matches('/').to_owned()).collect();
    assert!(found == expected, "{:?}", found.symmetric_difference(&expected).next());
}
