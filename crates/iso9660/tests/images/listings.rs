//! Every view of every image lists what independent readers agree on, with the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use discwright_cd::Lba;
use discwright_iso9660::read::{EntryKind, FileSource, View, Visited, Volume};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::shared;

/// What a reader says of one entry, as far as it can be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    kind: String,
    size: Option<u64>,
    sha256: Option<String>,
    link: Option<String>,
}

/// One thing in which we differ from the readers.
#[derive(Debug)]
struct Difference {
    path: String,
    what: String,
}

impl Difference {
    fn new(path: &str, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), what: what.into() }
    }
}

/// Where we rightly differ: image, view, path (empty for any), and why.
const EXPLAINED: &[(&str, &str, &str, &str)] = &[
    (
        "hostile-made/12-reclen-33-name-overrun.iso",
        "plain",
        "F.TXT",
        "the name reaches beyond its record: refused",
    ),
    (
        "hostile-made/33-blocksize-4096.iso",
        "plain",
        "",
        "a logical block cannot be larger than a sector: refused by name",
    ),
    ("hostile-made/93-sl-component-overrun.iso", "rr", "l", "others read the target from beyond its entry"),
    ("libcdio/malformed2.iso", "plain", "", "a record of 32 bytes, too short to be one: refused"),
    ("libcdio/malformed2.iso", "plain", "\u{4}\u{2}", "what follows that record"),
    (
        "rufus/arch_trunc.iso",
        "plain",
        "EFI/ARCHISO/EFIBOOT.IMG",
        "beyond the cut: others give zeros, we an error",
    ),
    (
        "rufus/arch_trunc.iso",
        "rr",
        "EFI/archiso/efiboot.img",
        "beyond the cut: others give zeros, we an error",
    ),
    // The expectation lost the dot at the end, which the recorded name has.
    ("made/gen-joliet.iso", "joliet", "two..dots", "recorded as \"two..dots.\""),
    ("made/gen-rock.iso", "rr", "two..dots", "recorded as \"two..dots.\""),
    ("made/gen-rr-joliet.iso", "rr", "two..dots", "recorded as \"two..dots.\""),
    ("made/gen-rr-joliet.iso", "joliet", "two..dots", "recorded as \"two..dots.\""),
    ("made/la-default.iso", "rr", "two..dots", "recorded as \"two..dots.\""),
    ("made/la-default.iso", "joliet", "two..dots", "recorded as \"two..dots.\""),
    ("made/xor-rr-joliet.iso", "rr", "two..dots", "recorded as \"two..dots.\""),
    ("made/xor-rr-joliet.iso", "joliet", "two..dots", "recorded as \"two..dots.\""),
];

#[test]
fn listings_are_those_that_independent_readers_agree_on() {
    let Some(corpus) = shared::corpus() else { return };
    let mut differences = Vec::new();
    let mut used = BTreeSet::new();
    let (mut views, mut entries) = (0, 0);
    for (image, description) in shared::images(corpus) {
        let name = image.strip_prefix(corpus).unwrap().display().to_string();
        for (view_name, view) in [("plain", View::Plain), ("rr", View::RockRidge), ("joliet", View::Joliet)] {
            let told = &description["views"][view_name];
            if told.is_null() {
                continue;
            }
            let agreed = agreed(told);
            views += 1;
            entries += agreed.len();
            let sound = description["class"] == "valid";
            for difference in compare(&image, view, &agreed, &disputed(told), sound) {
                let explained = |it: &&(&str, &str, &str, &str)| {
                    it.0 == name && it.1 == view_name && difference.path.trim_end_matches('.') == it.2
                };
                match EXPLAINED.iter().position(|it| explained(&it)) {
                    Some(index) => _ = used.insert(index),
                    None => differences
                        .push(format!("{name} {view_name}: {:?} {}", difference.path, difference.what)),
                }
            }
        }
    }
    println!("{views} views with {entries} entries compared");
    let unused: Vec<_> =
        (0..EXPLAINED.len()).filter(|it| !used.contains(it)).map(|it| EXPLAINED[it]).collect();
    assert!(unused.is_empty(), "no longer needed: {unused:?}");
    assert!(views > 200 && entries > 6000, "compared too little");
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

fn agreed(told: &Value) -> BTreeMap<String, Told> {
    let disputed = disputed(told);
    let one = |entry: &Value| {
        let text = |key: &str| entry[key].as_str().map(str::to_owned);
        let told = Told {
            kind: text("type").unwrap(),
            size: entry["size"].as_u64(),
            sha256: text("sha256"),
            link: text("link"),
        };
        (text("path").unwrap(), told)
    };
    let all = told["consensus"].as_array().unwrap().iter().map(one);
    all.filter(|(path, _)| !disputed.contains(path)).collect()
}

fn disputed(told: &Value) -> BTreeSet<String> {
    let entries = told["disagreements"].as_array().unwrap().iter();
    entries.map(|entry| entry["path"].as_str().unwrap().to_owned()).collect()
}

fn compare(
    image: &Path,
    view: View,
    agreed: &BTreeMap<String, Told>,
    disputed: &BTreeSet<String>,
    sound: bool,
) -> Vec<Difference> {
    let source = FileSource::open(image).unwrap();
    let volume = match Volume::open(source, Lba(0)) {
        Ok(volume) => volume,
        Err(_) if agreed.is_empty() => return Vec::new(),
        Err(error) => return vec![Difference::new("", format!("cannot be opened: {error}"))],
    };
    let mut ours = BTreeMap::new();
    for visited in volume.walk(view) {
        let path = visited.path();
        let expected = agreed.get(&path);
        ours.insert(path, tell(&volume, &visited, expected.is_some_and(|it| it.sha256.is_some())));
    }
    let mut differences = Vec::new();
    for (path, told) in agreed {
        match ours.get(path) {
            None => differences.push(Difference::new(path, "is missing")),
            Some(mine) => differences.extend(differ(path, mine, told)),
        }
    }
    // Of a broken image readers see this and that.
    for path in ours.keys().filter(|path| sound && !agreed.contains_key(*path) && !disputed.contains(*path)) {
        differences.push(Difference::new(path, "is there, and no reader saw it"));
    }
    differences
}

fn differ(path: &str, mine: &Told, told: &Told) -> Option<Difference> {
    let mut mine = mine.clone();
    // What readers do not tell is not compared.
    if told.size.is_none() {
        mine.size = None;
    }
    if told.sha256.is_none() {
        mine.sha256 = None;
    }
    if told.link.is_none() {
        mine.link = None;
    }
    (mine != *told).then(|| Difference::new(path, format!("is {mine:?}, agreed {told:?}")))
}

fn tell(volume: &Volume<FileSource>, visited: &Visited, hash: bool) -> Told {
    let entry = &visited.entry;
    let kind = match &entry.kind {
        EntryKind::Directory(_) => return Told { kind: "dir".into(), ..Told::default() },
        EntryKind::Symlink(target) => {
            let link = Some(String::from_utf8_lossy(target).into_owned());
            return Told { kind: "symlink".into(), link, ..Told::default() };
        }
        EntryKind::Special { file_type: 0o010_000, .. } => "fifo",
        EntryKind::Special { .. } => "special",
        EntryKind::File => "file",
    };
    let compressed = entry.compression().is_some_and(|it| it.is_known());
    let sha256 = (hash && kind == "file").then(|| {
        let mut contents = Vec::new();
        let read = if compressed {
            volume.open_inflated(entry).and_then(|mut file| file.read_to_end(&mut contents))
        } else {
            volume.open_file(entry).read_to_end(&mut contents)
        };
        match read {
            Ok(_) => Sha256::digest(&contents).iter().map(|byte| format!("{byte:02x}")).collect(),
            Err(error) => format!("unreadable: {error}"),
        }
    });
    let size = entry.compression().filter(|it| it.is_known()).map_or(entry.bytes, |it| it.inflated_bytes);
    Told { kind: kind.into(), size: Some(size), sha256, link: None }
}

#[test]
fn each_disagreement_of_the_readers_is_explained() {
    let Some(corpus) = shared::corpus() else { return };
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/iso9660-readers.md");
    let page = std::fs::read_to_string(page).unwrap();
    let mut disputed = 0;
    for (image, description) in shared::images(corpus) {
        let name = image.strip_prefix(corpus).unwrap().display().to_string();
        let views = description["views"].as_object().into_iter().flatten();
        if views
            .into_iter()
            .any(|(_, view)| view["disagreements"].as_array().is_some_and(|it| !it.is_empty()))
        {
            assert!(
                page.contains(&format!("`{name}`")),
                "{name} is not explained in docs/iso9660-readers.md"
            );
            disputed += 1;
        }
    }
    assert!(disputed > 35, "{disputed}");
}
