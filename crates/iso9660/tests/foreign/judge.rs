//! Foreign readers, each made to say what it sees.

use core::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use discwright_cd::Lba;
use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{HierarchyKind, Layout, Options, layout};
use discwright_iso9660::tree::{Content, Extent, Kind, Tree};
use tempfile::TempDir;

use crate::pycdlib;
use crate::scratch::scratch;

/// What xorriso calls reading the Joliet hierarchy, and the primary one.
pub(crate) const JOLIET: &str = "norock";
pub(crate) const PLAIN: &str = "nojoliet";

/// Paths with contents; none for a folder.
type Listing = BTreeMap<String, Option<Vec<u8>>>;

/// An image in a file, and what should be seen in it.
pub(crate) struct Judged {
    /// Holds the image.
    _dir: TempDir,
    image: PathBuf,
    layout: Layout,
    /// Path in the tree to content.
    tree: Listing,
    joliet: bool,
    /// What is seen of the primary hierarchy and of Joliet, once it was asked for.
    expected: [OnceCell<Listing>; 2],
}

/// The session of a disc that is to be looked at.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    pub(crate) start: Lba,
}

impl Judged {
    pub(crate) fn new((tree, sources): (Tree, Option<TempDir>), options: &Options) -> Self {
        let contents = contents(&tree, &[]);
        let judged = Self::write(tree, options, contents, Vec::new());
        drop(sources);
        judged
    }

    /// A disc with another session after those of `before`.
    pub(crate) fn after(before: &Self, tree: Tree, options: &Options) -> Self {
        let mut disc = before.bytes();
        let contents = contents(&tree, &disc);
        disc.resize(usize::try_from(options.start.0).unwrap() * 2048, 0);
        Self::write(tree, options, contents, disc)
    }

    fn write(tree: Tree, options: &Options, contents: Listing, mut disc: Vec<u8>) -> Self {
        let layout = layout(tree, options).unwrap();
        let mut image = Image::new(layout.clone());
        image.recheck_sources().unwrap();
        let at = disc.len();
        disc.resize(at + usize::try_from(layout.sectors()).unwrap() * 2048, 0xAA);
        // In pieces of an odd number of sectors, and backwards: any sector at any time.
        let pieces = disc[at..].chunks_mut(13 * 2048).enumerate().collect::<Vec<_>>();
        for (number, piece) in pieces.into_iter().rev() {
            image.fill(u32::try_from(number * 13).unwrap(), piece).unwrap();
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("image.iso");
        fs::write(&path, &disc).unwrap();
        if at == 0 {
            let whole = dir.path().join("whole.iso");
            image.write_to(&File::create(&whole).unwrap()).unwrap();
            assert!(fs::read(whole).unwrap() == disc, "write_to and fill differ");
        }
        Self {
            _dir: dir,
            image: path,
            layout,
            tree: contents,
            joliet: options.joliet.is_some(),
            expected: Default::default(),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(&self.image).unwrap()
    }

    /// The tree as a later session would import it: contents where they lie.
    pub(crate) fn imported(&self) -> Tree {
        let mut tree = self.layout.tree().clone();
        let ids: Vec<_> = tree
            .walk(Tree::ROOT)
            .filter(|entry| entry.kind() == Kind::File)
            .map(|entry| entry.id())
            .collect();
        for id in ids {
            let bytes = u32::try_from(tree.entry(id).bytes()).unwrap();
            let extents = self.layout.location(id).map(|start| Extent { start, bytes });
            tree.set_content(id, Content::Disc(extents.into_iter().collect())).unwrap();
        }
        tree
    }

    /// What a reader of one hierarchy should see, by the report of changed names.
    fn expected(&self, joliet: bool) -> &Listing {
        self.expected[usize::from(joliet)].get_or_init(|| self.expect(joliet))
    }

    fn expect(&self, joliet: bool) -> Listing {
        let changed: HashMap<_, _> = self
            .layout
            .changed_names()
            .filter(|change| {
                change.hierarchy == if joliet { HierarchyKind::Joliet } else { HierarchyKind::Primary }
            })
            .map(|change| (change.path, change.new_name))
            .collect();
        let mut renamed: HashMap<String, String> = HashMap::from([(String::new(), String::new())]);
        let mut listing = Listing::new();
        // The folder for relocated ones is not part of the tree that was given.
        for path in
            self.layout.tree().walk(Tree::ROOT).map(|it| it.path()).filter(|it| self.tree.contains_key(it))
        {
            let (parent, name) = path.rsplit_once('/').unwrap();
            let name = changed.get(&path).map_or(name, |name| name);
            let new = format!("{}/{name}", renamed[parent]);
            listing.insert(new[1..].trim_end_matches('.').to_owned(), self.tree[&path].clone());
            renamed.insert(path, new);
        }
        listing
    }

    fn compare(&self, reader: &str, seen: &Listing, joliet: bool) {
        let expected = self.expected(joliet);
        same_names(reader, seen.keys().cloned(), expected.keys().cloned());
        for (path, content) in expected {
            assert!(seen[path] == *content, "{reader}: {path} differs");
        }
    }

    pub(crate) fn isovfy(&self) {
        let Some(mut isovfy) = tool("isovfy") else { return };
        let output = run(isovfy.arg(&self.image));
        assert!(text(&output).contains("No errors found"), "{}", text(&output));
    }

    pub(crate) fn isoinfo_lists(&self) {
        self.isoinfo(&[], false);
        if self.joliet {
            self.isoinfo(&["-J"], true);
        }
    }

    pub(crate) fn isoinfo_plain(&self) {
        self.isoinfo(&[], false);
    }

    pub(crate) fn isoinfo_joliet(&self) {
        self.isoinfo(&["-J"], true);
    }

    /// libcdio; it shows plain names in small letters, and Rock Ridge names whether they are asked for or not.
    pub(crate) fn iso_info_plain(&self) {
        let seen = self.iso_info(&["--no-joliet", "--no-rock-ridge"]);
        let expected = self.expected(false).keys().map(|path| path.to_lowercase());
        if let Some(seen) = seen {
            same_names("iso-info, plain", seen.into_iter().map(|path| path.to_lowercase()), expected);
        }
    }

    pub(crate) fn iso_info_joliet(&self) {
        // It cuts names off at some 127 bytes of UTF-8.
        let fits = |path: &String| path.split('/').all(|name| name.len() < 120);
        if let Some(seen) = self.iso_info(&["--no-rock-ridge"]) {
            let expected = self.expected(true).keys().filter(|path| fits(path)).cloned();
            same_names("iso-info, Joliet", seen.into_iter().filter(fits), expected);
        }
    }

    pub(crate) fn iso_info_posix(&self) {
        if let Some(seen) = self.iso_info(&["--no-joliet"]) {
            let expected = self.posix().into_keys().map(|path| path.trim_end_matches('.').to_owned());
            same_names("iso-info, Rock Ridge", seen.into_iter(), expected);
        }
    }

    fn iso_info(&self, arguments: &[&str]) -> Option<Vec<String>> {
        let output =
            run(tool("iso-info")?.args(["--no-header", "-f"]).args(arguments).arg("-i").arg(&self.image));
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        let path = |line: &str| {
            let (bytes, path) = line.trim_start().split_once(" /")?;
            let path = path.strip_suffix(";1").unwrap_or(path).trim_end_matches('.');
            bytes.parse::<u64>().is_ok().then(|| path.to_owned())
        };
        Some(listed.lines().filter_map(path).collect())
    }

    /// What Rock Ridge shows: the tree as it is.
    fn posix(&self) -> Listing {
        self.tree.iter().map(|(path, content)| (path[1..].to_owned(), content.clone())).collect()
    }

    fn same_posix(&self, reader: &str, mut seen: Listing) {
        let expected = self.posix();
        seen.remove("rr_moved");
        same_names(reader, seen.keys().cloned(), expected.keys().cloned());
        for (path, content) in &expected {
            assert!(seen[path] == *content, "{reader}: {path} differs");
        }
    }

    pub(crate) fn xorriso_posix(&self) {
        let Some(mut xorriso) = tool("xorriso") else { return };
        let to = scratch();
        let xorriso = xorriso.args(["-abort_on", "SORRY", "-osirrox", "on", "-read_fs", "any"]);
        run(xorriso.arg("-indev").arg(&self.image).args(["-extract", "/"]).arg(to.path()));
        self.same_posix("xorriso, Rock Ridge", files(to.path()));
    }

    /// The names alone.
    pub(crate) fn xorriso_finds_posix(&self) {
        let Some(mut xorriso) = tool("xorriso") else { return };
        let output = run(xorriso.arg("-indev").arg(&self.image).args(["-find", "/"]));
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        let seen =
            listed.lines().filter_map(|line| line.strip_prefix("'/")?.strip_suffix('\'').map(str::to_owned));
        let seen = seen.filter(|path| !path.is_empty());
        same_names("xorriso -find", seen, self.posix().into_keys());
    }

    pub(crate) fn bsdtar_posix(&self) {
        let Some(mut bsdtar) = tool("bsdtar") else { return };
        let to = scratch();
        run(bsdtar.args(["--options", "iso9660:!joliet", "-xf"]).arg(&self.image).arg("-C").arg(to.path()));
        self.same_posix("bsdtar, Rock Ridge", files(to.path()));
    }

    /// The names alone.
    pub(crate) fn bsdtar_lists_posix(&self) {
        let Some(mut bsdtar) = tool("bsdtar") else { return };
        let output = run(bsdtar.args(["--options", "iso9660:!joliet", "-tf"]).arg(&self.image));
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        let seen =
            listed.lines().map(|line| line.trim_end_matches('/').to_owned()).filter(|path| path != ".");
        same_names("bsdtar -t", seen, self.posix().into_keys());
    }

    pub(crate) fn bsdtar_plain(&self) {
        let Some(mut bsdtar) = tool("bsdtar") else { return };
        let to = scratch();
        let options = "iso9660:!joliet,iso9660:!rockridge";
        run(bsdtar.args(["--options", options, "-xf"]).arg(&self.image).arg("-C").arg(to.path()));
        self.compare("bsdtar, plain", &strip_versions(files(to.path())), false);
    }

    /// The view that 7-Zip prefers: Joliet, else Rock Ridge, of which it follows neither CE (so it knows no long names) nor CL;
    /// such trees are not `simple`.
    pub(crate) fn seven_zip_best(&self, simple: bool) {
        let posix = self.layout.options().rock_ridge.is_some() && !self.joliet;
        if posix && !simple {
            return;
        }
        let Some(mut seven_zip) = tool("7z") else { return };
        let to = scratch();
        run(seven_zip.arg("x").arg(format!("-o{}", to.path().display())).arg(&self.image));
        if posix {
            self.same_posix("7z, Rock Ridge", files(to.path()));
        } else {
            self.compare("7z", &strip_versions(files(to.path())), self.joliet);
        }
    }

    /// Parsed strictly, nothing read.
    pub(crate) fn pycdlib_opens(&self) {
        if !pycdlib::read(&self.image, None) {
            missing(PYCDLIB);
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.image
    }

    /// The paths of one hierarchy.
    pub(crate) fn expected_names(&self, joliet: bool) -> Vec<String> {
        self.expected(joliet).keys().cloned().collect()
    }

    pub(crate) fn isoinfo_session(&self, session: Session) {
        // -N shifts every location by the session's start, so it wants the sectors of that session alone.
        let start = session.start.0.to_string();
        self.isoinfo(&["-T", &start], false);
        self.isoinfo(&["-T", &start, "-J"], true);
    }

    fn isoinfo(&self, arguments: &[&str], joliet: bool) {
        let Some(mut isoinfo) = tool("isoinfo") else { return };
        let output = run(isoinfo.arg("-f").args(arguments).arg("-i").arg(&self.image));
        // It prints ISO 8859-1, and an underscore for each unit that is not in it.
        let listed: String = output.stdout.iter().map(|byte| char::from(*byte)).collect();
        let seen = listed
            .lines()
            .map(|line| line.strip_suffix(";1").unwrap_or(line).trim_start_matches('/'))
            .map(|line| line.trim_end_matches('.').to_owned());
        let shown = |path: &String| {
            path.encode_utf16().map(|unit| u8::try_from(unit).map_or('_', char::from)).collect::<String>()
        };
        let expected = self.expected(joliet);
        same_names(&format!("isoinfo {arguments:?}"), seen, expected.keys().map(shown));
    }

    pub(crate) fn xorriso(&self, hierarchy: &str) {
        let Some(mut xorriso) = tool("xorriso") else { return };
        let to = scratch();
        let xorriso = xorriso.args(["-abort_on", "SORRY", "-osirrox", "on", "-read_fs", hierarchy]);
        run(xorriso.arg("-indev").arg(&self.image).args(["-extract", "/"]).arg(to.path()));
        self.compare(&format!("xorriso {hierarchy}"), &strip_versions(files(to.path())), hierarchy == JOLIET);
    }

    pub(crate) fn xorriso_session(&self, session: Session) {
        for hierarchy in [JOLIET, PLAIN] {
            let Some(mut xorriso) = tool("xorriso") else { return };
            let to = scratch();
            let xorriso = xorriso.args(["-abort_on", "SORRY", "-osirrox", "on", "-read_fs", hierarchy]);
            let xorriso = xorriso.args(["-load", "sbsector", &session.start.0.to_string()]);
            run(xorriso.arg("-indev").arg(&self.image).args(["-extract", "/"]).arg(to.path()));
            let seen = strip_versions(files(to.path()));
            self.compare(&format!("xorriso {hierarchy} session"), &seen, hierarchy == JOLIET);
        }
    }

    pub(crate) fn bsdtar(&self, joliet: bool) {
        let Some(mut bsdtar) = tool("bsdtar") else { return };
        let to = scratch();
        // Where there is Rock Ridge it is preferred unless forbidden.
        let options = if joliet { "iso9660:joliet,iso9660:!rockridge" } else { "iso9660:!joliet" };
        run(bsdtar.args(["--options", options, "-xf"]).arg(&self.image).arg("-C").arg(to.path()));
        self.compare(&format!("bsdtar {options}"), &strip_versions(files(to.path())), joliet);
    }

    pub(crate) fn seven_zip(&self) {
        let Some(mut seven_zip) = tool("7z") else { return };
        let to = scratch();
        run(seven_zip.arg("x").arg(format!("-o{}", to.path().display())).arg(&self.image));
        self.compare("7z", &strip_versions(files(to.path())), true);
    }

    /// The names alone: it extracts two thousand files a second.
    pub(crate) fn seven_zip_lists(&self) {
        let Some(mut seven_zip) = tool("7z") else { return };
        let output = run(seven_zip.args(["l", "-slt", "-ba"]).arg(&self.image));
        let listed = text(&output);
        let seen = listed.lines().filter_map(|line| Some(line.strip_prefix("Path = ")?.to_owned()));
        same_names("7z l", seen, self.expected(true).keys().cloned());
    }

    pub(crate) fn blkid(&self) {
        let Some(mut blkid) = tool("blkid") else { return };
        let output = run(blkid.args(["-o", "export", "-p"]).arg(&self.image));
        let seen = text(&output);
        let joliet = ["TYPE=iso9660", "VERSION=Joliet", r"LABEL=M-CM-^\bung\ 1"];
        let plain = ["TYPE=iso9660", "BLOCK_SIZE=2048", "LABEL=_BUNG_1"];
        for part in if self.joliet { joliet } else { plain } {
            assert!(seen.contains(part), "{part} is not in {seen}");
        }
    }

    /// Reads every file of both hierarchies by pycdlib's strict parser.
    pub(crate) fn pycdlib(&self) {
        self.pycdlib_plain();
        if self.joliet {
            self.pycdlib_joliet();
        }
    }

    pub(crate) fn pycdlib_plain(&self) {
        self.pycdlib_walk("iso_path", false);
    }

    pub(crate) fn pycdlib_joliet(&self) {
        self.pycdlib_walk("joliet_path", true);
    }

    fn pycdlib_walk(&self, facade: &str, joliet: bool) {
        let to = scratch();
        if !pycdlib::read(&self.image, Some((to.path(), facade))) {
            return missing(PYCDLIB);
        }
        self.compare(&format!("pycdlib {facade}"), &strip_versions(files(to.path())), joliet);
    }
}

pub(crate) const PYCDLIB: &str = "pycdlib (a Python module)";

/// A tool, if it is installed.
pub(crate) fn tool(name: &str) -> Option<Command> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&paths).chain(["/usr/sbin".into(), "/sbin".into()]);
    let Some(path) = places.map(|place| place.join(name)).find(|path| path.is_file()) else {
        missing(name);
        return None;
    };
    let mut command = Command::new(path);
    command.env("LC_ALL", "C.UTF-8");
    Some(command)
}

pub(crate) fn missing(name: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{name} is not installed");
    eprintln!("skipped: {name} is not installed");
}

pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}\n{}", output.status, text(&output));
    output
}

pub(crate) fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).join("\n")
}

fn same_names(reader: &str, seen: impl Iterator<Item = String>, expected: impl Iterator<Item = String>) {
    let (mut seen, mut expected): (Vec<_>, Vec<_>) = (seen.collect(), expected.collect());
    for names in [&mut seen, &mut expected] {
        names.sort_unstable();
        names.dedup();
    }
    if seen == expected {
        return;
    }
    let (seen, expected): (BTreeSet<_>, BTreeSet<_>) = (seen.iter().collect(), expected.iter().collect());
    let missing: Vec<_> = expected.difference(&seen).collect();
    let extra: Vec<_> = seen.difference(&expected).collect();
    panic!("{reader}: missing {missing:?}, extra {extra:?}");
}

/// What a folder of the host holds, with its parts' contents.
fn files(folder: &Path) -> Listing {
    let mut listing = Listing::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(at) = pending.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                listing.insert(name, None);
                pending.push(path);
            } else {
                listing.insert(name, Some(fs::read(&path).unwrap()));
            }
        }
    }
    listing
}

/// Readers differ in whether they show version numbers and a last dot.
fn strip_versions(listing: Listing) -> Listing {
    let strip = |path: String| path.strip_suffix(";1").unwrap_or(&path).trim_end_matches('.').to_owned();
    listing.into_iter().map(|(path, content)| (strip(path), content)).collect()
}

/// The paths of a tree with their contents; those of earlier sessions come from the disc.
fn contents(tree: &Tree, disc: &[u8]) -> Listing {
    let content = |content: Content| match content {
        Content::Bytes(bytes) => bytes.to_vec(),
        Content::Host(file) => fs::read(file.path).unwrap(),
        Content::Disc(extents) => extents
            .iter()
            .flat_map(|extent| {
                let at = usize::try_from(extent.start.0).unwrap() * 2048;
                disc[at..at + usize::try_from(extent.bytes).unwrap()].to_vec()
            })
            .collect(),
    };
    tree.walk(Tree::ROOT).map(|entry| (entry.path(), entry.content().map(content))).collect()
}
