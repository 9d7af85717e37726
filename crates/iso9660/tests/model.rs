//! Sessions against a model that knows nothing of this crate: a map of paths to bytes and modes.
//!
//! The same changes are made to the map and, session after session, to the tree that is imported from the disc; what a reader
//! then sees is the map. A sample of the discs is looked at by xorriso too.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics says where")]

use core::sync::atomic::{AtomicU32, Ordering};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use discwright_cd::Lba;
use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{
    Boot, BootImage, BootSource, Deep, Joliet, Options, RockRidge, layout, planned_sectors,
};
use discwright_iso9660::names::Level;
use discwright_iso9660::read::{EntryKind, View, Volume, import};
use discwright_iso9660::tree::{Attributes, Case, Content, Timestamp, Tree};
use proptest::collection::vec;
use proptest::prelude::*;

/// Bytes of a file, none for a folder; permissions.
type Model = BTreeMap<String, (Option<Vec<u8>>, u32)>;

#[derive(Clone, Debug)]
enum Change {
    Folder(String, u32),
    /// Adds a file, or gives it other contents.
    File(String, Vec<u8>, u32),
    Remove(String),
    Move(String, String),
    Chmod(String, u32),
}

/// Few names, so that changes meet.
fn path() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        6 => "[ab]",
        2 => "[AB]",
        1 => Just("long name with spaces and ünïcödé.text".to_owned()),
        1 => Just("😀".repeat(20)),
        1 => Just("n".repeat(250)),
    ];
    vec(name, 1..5).prop_map(|names| names.join("/"))
}

fn change() -> impl Strategy<Value = Change> {
    let mode = || 0_u32..0o10000;
    let bytes = || {
        prop_oneof![vec(any::<u8>(), 0..50), (any::<u8>(), 2040_usize..5000).prop_map(|(it, n)| vec![it; n])]
    };
    prop_oneof![
        4 => (path(), mode()).prop_map(|(path, mode)| Change::Folder(path, mode)),
        6 => (path(), bytes(), mode()).prop_map(|(path, bytes, mode)| Change::File(path, bytes, mode)),
        1 => path().prop_map(Change::Remove),
        3 => (path(), path()).prop_map(|(old, new)| Change::Move(old, new)),
        1 => (path(), mode()).prop_map(|(path, mode)| Change::Chmod(path, mode)),
    ]
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn is_folder(model: &Model, path: &str) -> bool {
    path.is_empty() || model.get(path).is_some_and(|(bytes, _)| bytes.is_none())
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Changes the map; whether the change makes sense.
fn change_model(model: &mut Model, change: &Change) -> bool {
    match change {
        Change::Folder(path, mode) => {
            let fits = is_folder(model, parent(path)) && !model.contains_key(path);
            if fits {
                model.insert(path.clone(), (None, *mode));
            }
            fits
        }
        Change::File(path, bytes, mode) => {
            let fits = is_folder(model, parent(path)) && !is_folder(model, path);
            if fits {
                model.insert(path.clone(), (Some(bytes.clone()), *mode));
            }
            fits
        }
        Change::Remove(path) => {
            let before = model.len();
            model.retain(|it, _| !is_below(it, path));
            model.len() < before
        }
        Change::Move(old, new) => {
            let fits = model.contains_key(old)
                && !model.contains_key(new)
                && is_folder(model, parent(new))
                && !is_below(new, old);
            if fits {
                let moved: Vec<_> = model.extract_if(.., |path, _| is_below(path, old)).collect();
                model
                    .extend(moved.into_iter().map(|(path, it)| (format!("{new}{}", &path[old.len()..]), it)));
            }
            fits
        }
        Change::Chmod(path, mode) => model.get_mut(path).map(|it| it.1 = *mode).is_some(),
    }
}

/// Changes the tree in the way of its own; whether it could be done.
fn change_tree(tree: &mut Tree, change: &Change) -> bool {
    let attributes = |mode| Attributes { mode, ..Attributes::file(Timestamp::from_unix(1_600_000_000, 0)) };
    let place = |tree: &Tree, path: &str| {
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        tree.find(parent(path)).map(|folder| (folder, name))
    };
    match change {
        Change::Folder(path, mode) => place(tree, path)
            .is_some_and(|(folder, name)| tree.add_directory(folder, &name, attributes(*mode)).is_ok()),
        Change::File(path, bytes, mode) => {
            let content = Content::from(bytes.clone());
            let Some((folder, name)) = place(tree, path) else { return false };
            let added = tree.add_file(folder, &name, content.clone(), attributes(*mode)).is_ok();
            let there = tree.lookup(folder, &name).filter(|&id| tree.entry(id).content_id().is_some());
            match there {
                Some(id) if !added => {
                    tree.set_content(id, content).unwrap();
                    tree.set_attributes(id, attributes(*mode));
                    true
                }
                _ => added,
            }
        }
        Change::Remove(path) => tree.find(path).is_some_and(|id| tree.remove(id).is_ok()),
        Change::Move(old, new) => match (tree.find(old), place(tree, new)) {
            // A map cannot move a thing onto itself; a tree can.
            (Some(id), Some((folder, name))) => old != new && tree.rename(id, folder, &name).is_ok(),
            _ => false,
        },
        Change::Chmod(path, mode) => {
            tree.find(path).map(|id| tree.set_attributes(id, attributes(*mode))).is_some()
        }
    }
}

fn options() -> impl Strategy<Value = Options> {
    let level = prop_oneof![Just(Level::One), Just(Level::Two), Just(Level::Three)];
    (level, any::<bool>(), any::<[bool; 4]>(), 0_u32..200).prop_map(
        |(level, deep, flags, padding_sectors)| {
            let [joliet, long_names, enhanced, boots] = flags;
            let deep = if deep { Deep::Leave } else { Deep::Relocate };
            let boot = BootImage::new(BootSource::Hidden(Content::from(vec![0xB0; 3000])));
            Options {
                level,
                joliet: joliet.then_some(Joliet { long_names, strict: false }),
                rock_ridge: Some(RockRidge { deep, ..RockRidge::default() }),
                enhanced,
                boot: boots.then(|| Boot { images: vec![boot], ..Boot::default() }),
                padding_sectors,
                ..Options::new("MODEL", Timestamp::from_unix(1_700_000_000, 0))
            }
        },
    )
}

/// Writes the tree behind what is on the disc, the planned size being exact.
fn record(disc: &mut Vec<u8>, tree: &Tree, options: &Options) {
    let planned = planned_sectors(tree, options).unwrap();
    let mut image = Image::new(layout(tree.clone(), options).unwrap());
    assert_eq!(image.sectors(), planned);
    let at = usize::try_from(options.start.0).unwrap() * 2048;
    disc.resize(at + usize::try_from(planned).unwrap() * 2048, 0);
    image.fill(0, &mut disc[at..]).unwrap();
}

fn read(disc: &[u8], start: Lba) -> Model {
    let volume = Volume::open(disc, start).unwrap();
    let mut model = Model::new();
    for visited in volume.walk(View::RockRidge) {
        let entry = &visited.entry;
        let bytes = (entry.kind == EntryKind::File).then(|| {
            let mut bytes = Vec::new();
            volume.open_file(entry).read_to_end(&mut bytes).unwrap();
            bytes
        });
        model.insert(visited.path(), (bytes, entry.attributes().unwrap().mode & 0o7777));
    }
    model
}

/// What xorriso takes out of a session; folders without their modes, which the extraction may need to change.
fn xorriso(disc: &[u8], start: Lba) -> Option<Model> {
    let mut xorriso = Command::new("xorriso");
    if Command::new("xorriso").arg("-version").output().is_err() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "xorriso is not installed");
        eprintln!("skipped: xorriso is not installed");
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let image = dir.path().join("image.iso");
    fs::write(&image, disc).unwrap();
    let to = dir.path().join("all");
    xorriso.env("LC_ALL", "C.UTF-8").args(["-abort_on", "SORRY", "-osirrox", "on", "-read_fs", "any"]);
    xorriso
        .args(["-load", "sbsector", &start.0.to_string(), "-indev"])
        .arg(&image)
        .args(["-extract", "/"])
        .arg(&to);
    let output = xorriso.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut model = Model::new();
    gather(&to, &to, &mut model);
    Some(model)
}

fn gather(top: &Path, at: &Path, model: &mut Model) {
    // The superuser reads what nobody may; anybody else must be let in first.
    fs::set_permissions(at, fs::Permissions::from_mode(0o755)).unwrap();
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            model.insert(name, (None, 0));
            gather(top, &path, model);
        } else {
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            model.insert(name, (Some(fs::read(&path).unwrap()), mode));
        }
    }
}

/// One in so many discs is looked at by xorriso.
const SAMPLE: u32 = 8;

/// Few by default, `PROPTEST_CASES` for a night.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn every_session_shows_the_map(sessions in vec(vec(change(), 0..25), 1..4), options in options()) {
        static DISCS: AtomicU32 = AtomicU32::new(0);
        let (mut model, mut disc, mut tree, mut options) =
            (Model::new(), Vec::new(), Tree::with_case(Case::Exact), options);
        for changes in sessions {
            for change in changes {
                let makes_sense = change_model(&mut model, &change);
                prop_assert_eq!(change_tree(&mut tree, &change), makes_sense, "{:?}", change);
            }
            record(&mut disc, &tree, &options);
            prop_assert_eq!(&read(&disc, options.start), &model);
            let start = options.start;
            if DISCS.fetch_add(1, Ordering::Relaxed).is_multiple_of(SAMPLE) && let Some(mut seen) = xorriso(&disc, start) {
                // Without anything to relocate there is no folder for it; xorriso hides it or not by its own rules.
                seen.remove("rr_moved");
                let shown = |(path, (bytes, mode)): (&String, &(Option<Vec<u8>>, u32))| {
                    (path.clone(), (bytes.clone(), if bytes.is_some() { *mode } else { 0 }))
                };
                prop_assert_eq!(seen, model.iter().map(shown).collect::<Model>());
            }
            let imported = import(&Volume::open(disc.as_slice(), start).unwrap(), View::RockRidge, Case::Exact);
            prop_assert!(imported.is_complete(), "{:?}", imported.findings);
            tree = imported.tree;
            options.start = Lba(i32::try_from(disc.len() / 2048 + 11).unwrap());
        }
    }
}
