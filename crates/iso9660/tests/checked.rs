//! The strict checker finds nothing in what this crate writes, whatever the options, and the reader shows what was put in.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

use std::collections::BTreeMap;
use std::io::Read as _;

use discwright_cd::Lba;
use discwright_iso9660::format::SECTOR_BYTES;
use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{Joliet, Options, RockRidge, layout};
use discwright_iso9660::names::Level;
use discwright_iso9660::read::{EntryKind, OffsetSource, View, Volume, check, import};
use discwright_iso9660::tree::{Attributes, Case, Content, Timestamp, Tree};

const MADE: i64 = 1_700_000_000;

fn tree() -> Tree {
    let mut tree = Tree::new();
    let at = Timestamp::from_unix(MADE, 0);
    let (directory, file) = (Attributes::directory(at), Attributes::file(at));
    for (path, content) in [
        ("hello.txt", &b"hello"[..]),
        ("Long Named File 1.text", b"1"),
        ("Long Named File 2.text", &[2; 3000]),
        ("empty", b""),
        ("no extension.", b"dot"),
        (".hidden", b"dot"),
        ("many.dots.in.a.name", b"dots"),
        ("dotted.folder/ab", b"ab"),
        ("a/b/c/d/e/f/g/h/i/j/deep.txt", b"deep"),
        ("ünï/日本語ファイル.txt", b"jp"),
        ("ünï/😀", b"plane"),
        ("control\u{1}char*?", b"control"),
    ] {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = tree.add_directories(folder, directory).unwrap();
        tree.add_file(folder, name, Content::from(content.to_vec()), file).unwrap();
    }
    let many = tree.add_directory(Tree::ROOT, "many", directory).unwrap();
    for number in 0..300_usize {
        let content = Content::from(vec![u8::try_from(number % 251).unwrap(); number * 37 % 4200]);
        tree.add_file(many, &format!("collide {number:06}.data"), content, file).unwrap();
    }
    let shared = tree.entry(tree.find("hello.txt").unwrap()).content_id().unwrap();
    tree.add_hard_link(many, "hard link.txt", shared, file).unwrap();
    tree.add_directory(Tree::ROOT, "empty folder", directory).unwrap();
    tree
}

/// Every combination of level, Joliet, Rock Ridge and the enhanced hierarchy.
fn options() -> Vec<(String, Options)> {
    let mut all = Vec::new();
    for level in [Level::One, Level::Two, Level::Three] {
        for joliet in [None, Some(Joliet::default()), Some(Joliet { long_names: true, strict: false })] {
            for rock_ridge in [
                None,
                Some(RockRidge::default()),
                Some(RockRidge { without_serials: true, ..RockRidge::default() }),
            ] {
                for enhanced in [false, true] {
                    let mut options = Options::new("CHECKED", Timestamp::from_unix(MADE, 0));
                    (options.level, options.joliet, options.rock_ridge, options.enhanced) =
                        (level, joliet, rock_ridge, enhanced);
                    let name = format!("{level:?} {joliet:?} {rock_ridge:?} enhanced {enhanced}");
                    all.push((name, options));
                }
            }
        }
    }
    all
}

fn written(tree: Tree, options: &Options) -> Vec<u8> {
    let mut image = Image::new(layout(tree, options).unwrap());
    let mut bytes = vec![0; usize::try_from(image.sectors()).unwrap() * SECTOR_BYTES];
    image.fill(0, &mut bytes).unwrap();
    bytes
}

#[test]
fn nothing_is_wrong_with_any_image_of_ours() {
    for (name, options) in options() {
        let bytes = written(tree(), &options);
        let report = check(&bytes, Lba(0));
        let unasked: Vec<_> = report
            .into_iter()
            // Eleven levels are asked for; without Rock Ridge nothing can relocate them.
            .filter(|it| options.rock_ridge.is_some() || it.rule.id != "directory-depth")
            // So are names of 103 characters, and a file without a name of d-characters.
            .filter(|it| {
                !options.joliet.is_some_and(|it| it.long_names) || it.rule.id != "joliet-name-length"
            })
            .collect();
        assert!(unasked.is_empty(), "{name}: {unasked:#?}");
    }
}

/// Paths of files and their contents.
fn shown(
    volume: &Volume<impl discwright_iso9660::read::ReadSectors>,
    view: View,
) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for visited in volume.walk(view).filter(|it| it.entry.kind == EntryKind::File) {
        let mut contents = Vec::new();
        volume.open_file(&visited.entry).read_to_end(&mut contents).unwrap();
        files.insert(visited.path(), contents);
    }
    files
}

fn staged(tree: &Tree) -> BTreeMap<String, Vec<u8>> {
    let content = |entry: &discwright_iso9660::tree::Entry<'_>| match entry.content()? {
        Content::Bytes(bytes) => Some((entry.path().trim_start_matches('/').to_owned(), bytes.to_vec())),
        _ => None,
    };
    tree.walk(Tree::ROOT).filter_map(|entry| content(&entry)).collect()
}

#[test]
fn rock_ridge_shows_what_was_staged() {
    let mut options = Options::new("CHECKED", Timestamp::from_unix(MADE, 0));
    options.rock_ridge = Some(RockRidge::default());
    let tree = tree();
    let bytes = written(tree.clone(), &options);
    let volume = Volume::open(&bytes, Lba(0)).unwrap();
    assert_eq!(shown(&volume, View::RockRidge), staged(&tree));
    let entry = volume.find(View::RockRidge, "hello.txt").unwrap().unwrap();
    assert_eq!(entry.modified().unwrap().unix_seconds, MADE);
    let attributes = entry.attributes().unwrap();
    assert_eq!((attributes.mode, attributes.links), (0o100_644, 2));
}

#[test]
fn a_second_session_of_an_imported_tree_is_sound_and_keeps_names_and_places() {
    let options = Options::new("ONE", Timestamp::from_unix(MADE, 0));
    let first = written(tree(), &options);
    let volume = Volume::open(&first, Lba(0)).unwrap();
    let imported = import(&volume, View::Joliet, Case::Fold);
    assert!(imported.is_complete(), "{:?}", imported.findings.as_slice());
    let before = shown(&volume, View::Joliet);

    let mut grown = imported.tree;
    let file = Attributes::file(Timestamp::from_unix(MADE, 0));
    let many = grown.find("many").unwrap();
    // Sorted to the front, where its short name would push the others' numbers on.
    grown.add_file(many, "collide 000000.a new one.data", Content::from(b"new".to_vec()), file).unwrap();
    let start = Lba(12_000);
    let second = written(grown, &Options { start, ..Options::new("TWO", Timestamp::from_unix(MADE, 0)) });
    let mut disc = first.clone();
    disc.resize(usize::try_from(start.0).unwrap() * SECTOR_BYTES, 0);
    disc.extend_from_slice(&second);
    assert!(second.len() < first.len(), "old contents are referenced, not copied");

    let disc_volume = Volume::open(&disc, start).unwrap();
    let mut after = shown(&disc_volume, View::Joliet);
    assert_eq!(after.remove("many/collide 000000.a new one.data"), Some(b"new".to_vec()));
    assert_eq!(after, before);
    let plain = shown(&disc_volume, View::Plain);
    for (path, contents) in shown(&volume, View::Plain) {
        assert_eq!(plain.get(&path), Some(&contents), "{path} changed its primary name");
    }
    let report = check(&disc, start);
    let unasked: Vec<_> = report.into_iter().filter(|it| it.rule.id != "directory-depth").collect();
    assert!(unasked.is_empty(), "{unasked:#?}");
    // The session alone, in a file of its own, is read through an offset; its old files are then out of reach.
    let alone = OffsetSource::new(&second, start);
    assert_eq!(
        Volume::open(&alone, start).unwrap().walk(View::Joliet).count(),
        disc_volume.walk(View::Joliet).count()
    );
}
