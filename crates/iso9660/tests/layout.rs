//! What layouts promise before anything is written: exact sizes, limits, refusals, the same bytes.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics says where")]

use std::fs::File;

use discwright_cd::Lba;
use discwright_iso9660::format::{DirectoryRecord, FileFlags, VolumeDescriptor};
use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{
    self, Deep, Joliet, Layout, LayoutError, Options, RockRidge, layout, planned_sectors,
};
use discwright_iso9660::names::Level;
use discwright_iso9660::read::{MAX_LEVELS, View, Volume};
use discwright_iso9660::tree::{Attributes, Content, Extent, NodeId, Timestamp, Tree};

const TIME: Timestamp = Timestamp::EPOCH;

fn options() -> Options {
    Options::new("LAYOUT", Timestamp::from_unix(1_700_000_000, 0))
}

fn file(tree: &mut Tree, parent: NodeId, name: &str, content: Content) -> NodeId {
    tree.add_file(parent, name, content, Attributes::file(TIME)).unwrap()
}

fn folder(tree: &mut Tree, parent: NodeId, name: &str) -> NodeId {
    tree.add_directory(parent, name, Attributes::directory(TIME)).unwrap()
}

fn sector(layout: &Layout, number: u32) -> [u8; 2048] {
    let mut sector = [0; 2048];
    Image::new(layout.clone()).fill(number, &mut sector).unwrap();
    sector
}

/// The records of the primary root, if they are in one sector.
fn root_records(layout: &Layout) -> Vec<(Vec<u8>, u32, u32, FileFlags)> {
    let primary = VolumeDescriptor::parse(&sector(layout, 16)).unwrap();
    let start = u32::try_from(layout.start().0).unwrap();
    let bytes = sector(layout, primary.root.extent - start);
    let mut records = Vec::new();
    let mut at = 0;
    while bytes.get(at).is_some_and(|length| *length > 0) {
        let record = DirectoryRecord::parse(&bytes[at..]).unwrap();
        records.push((record.identifier.to_vec(), record.extent, record.data_bytes, record.flags));
        at += usize::from(bytes[at]);
    }
    records
}

#[test]
fn an_empty_tree_is_twenty_six_sectors() {
    // 16 of the system area, 3 descriptors, 2 path tables and a root for each hierarchy, and nothing else.
    let empty = layout(Tree::new(), &options()).unwrap();
    assert_eq!(empty.sectors(), 16 + 3 + 2 * 2 + 2);
    assert_eq!(empty.content_sectors(), 0);
    let plain = Options { joliet: None, ..options() };
    assert_eq!(planned_sectors(&Tree::new(), &plain), Ok(16 + 2 + 2 + 1));
}

#[test]
fn contents_are_shared_by_hierarchies_and_links() {
    let mut tree = Tree::new();
    let one = file(&mut tree, Tree::ROOT, "one", Content::from(vec![1; 2049]));
    let content = tree.entry(one).content_id().unwrap();
    tree.add_hard_link(Tree::ROOT, "two", content, Attributes::file(TIME)).unwrap();
    file(&mut tree, Tree::ROOT, "nothing", Content::empty());
    let layout = layout(tree, &options()).unwrap();
    assert_eq!(layout.content_sectors(), 2);
    let records = root_records(&layout);
    let names: Vec<_> = records.iter().map(|record| record.0.as_slice()).collect();
    assert_eq!(names, [b"\0".as_slice(), b"\x01", b"NOTHING.;1", b"ONE.;1", b"TWO.;1"]);
    let [nothing, one, two] = [&records[2], &records[3], &records[4]];
    assert_eq!((one.1, one.2), (two.1, two.2));
    assert_eq!((nothing.1, nothing.2), (one.1, 0));
}

#[test]
fn every_location_counts_from_the_start_of_the_disc() {
    let mut tree = Tree::new();
    let new = file(&mut tree, Tree::ROOT, "new", Content::from(vec![2; 10]));
    let old = Content::Disc(vec![Extent { start: Lba(300), bytes: 5000 }]);
    let old = file(&mut tree, Tree::ROOT, "old", old);
    let start = Lba(12_000);
    let layout = layout(tree, &Options { start, ..options() }).unwrap();
    assert_eq!(layout.content_sectors(), 1, "what lies on the disc is not copied");
    let end = u32::try_from(start.0).unwrap() + layout.sectors();
    assert_eq!(layout.location(new), Some(Lba(i32::try_from(end - 1).unwrap())));
    assert_eq!(layout.location(old), Some(Lba(300)));
    let records = root_records(&layout);
    assert_eq!((records[2].1, records[2].2), (end - 1, 10));
    assert_eq!((records[3].1, records[3].2), (300, 5000));
    let primary = VolumeDescriptor::parse(&sector(&layout, 16)).unwrap();
    assert!((12_016..end).contains(&primary.path_table_little));
    assert_eq!(primary.volume_blocks, layout.sectors());
    assert!(layout::layout(Tree::new(), &Options { start: Lba(-1), ..options() }).is_err());
    let far = Options { start: Lba(i32::MAX - 10), ..options() };
    assert!(matches!(layout::layout(Tree::new(), &far), Err(LayoutError::TooLarge { .. })));
}

#[test]
fn more_than_four_gibibytes_need_level_three_and_several_sections() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("huge");
    let bytes = 2 * 0xFFFF_F800_u64 + 3;
    File::create(&path).unwrap().set_len(bytes).unwrap();
    let mut tree = Tree::new();
    file(&mut tree, Tree::ROOT, "huge", Content::host(&path).unwrap());
    let refused = layout(tree.clone(), &options()).unwrap_err();
    assert_eq!(refused, LayoutError::FileTooLarge { path: "/huge".into(), bytes, level: Level::One });

    let layout = layout(tree, &Options { level: Level::Three, ..options() }).unwrap();
    assert_eq!(u64::from(layout.content_sectors()), bytes.div_ceil(2048));
    let sections = &root_records(&layout)[2..];
    let lengths: Vec<_> = sections.iter().map(|record| record.2).collect();
    assert_eq!(lengths, [0xFFFF_F800, 0xFFFF_F800, 3]);
    let flags: Vec<_> = sections.iter().map(|record| record.3).collect();
    assert_eq!(flags, [FileFlags::MULTI_EXTENT, FileFlags::MULTI_EXTENT, FileFlags::NONE]);
    assert_eq!(sections[1].1, sections[0].1 + 0x1F_FFFF);
    // The last sector can be had without reading the rest.
    assert_eq!(sector(&layout, layout.sectors() - 1), [0; 2048]);

    let just = dir.path().join("just");
    File::create(&just).unwrap().set_len(0xFFFF_FFFF).unwrap();
    let mut tree = Tree::new();
    file(&mut tree, Tree::ROOT, "just", Content::host(&just).unwrap());
    assert_eq!(root_records(&layout::layout(tree, &options()).unwrap())[2].2, 0xFFFF_FFFF);
}

#[test]
fn the_65536th_folder_is_refused_by_name() {
    let mut tree = Tree::new();
    for outer in 0..255 {
        let outer = folder(&mut tree, Tree::ROOT, &format!("{outer:03}"));
        for inner in 0..256 {
            folder(&mut tree, outer, &format!("{inner:03}"));
        }
    }
    // The root, 255, and 255 × 256.
    let mut one_less = tree.clone();
    one_less.remove(one_less.find("/254/255").unwrap()).unwrap();
    assert!(layout(one_less, &options()).is_ok());
    let refused = layout(tree, &options()).unwrap_err();
    assert_eq!(refused, LayoutError::TooManyDirectories { path: "/254/255".into() });
}

#[test]
fn seventy_thousand_folders_are_refused_by_name() {
    let mut tree = Tree::new();
    for number in 0..70_000 {
        folder(&mut tree, Tree::ROOT, &format!("D{number:05}"));
    }
    // The root is number 1 and D00000 number 2.
    let refused = layout(tree.clone(), &options()).unwrap_err();
    assert_eq!(refused, LayoutError::TooManyDirectories { path: "/D65534".into() });
    assert_eq!(planned_sectors(&tree, &options()), Err(refused));
}

#[test]
fn what_is_too_deep_to_be_read_back_is_refused_by_name() {
    let deep = |levels: u16| {
        let mut tree = Tree::new();
        let mut at = Tree::ROOT;
        for level in 1..=levels {
            at = folder(&mut tree, at, if level == levels { "last" } else { "d" });
        }
        (tree, at)
    };
    let rock_ridge = |deep| Some(RockRidge { deep, ..RockRidge::default() });
    for (rock_ridge, joliet) in [
        (None, Some(Joliet::default())),
        (rock_ridge(Deep::Relocate), None),
        (rock_ridge(Deep::Leave), Some(Joliet::default())),
    ] {
        let options = Options { rock_ridge, joliet, enhanced: true, ..options() };
        let (mut tree, last) = deep(MAX_LEVELS);
        file(&mut tree, last, "bottom", Content::from(vec![1]));
        let layout = layout(tree, &options).unwrap();
        let bytes: Vec<u8> = (0..layout.sectors()).flat_map(|number| sector(&layout, number)).collect();
        let volume = Volume::open(bytes.as_slice(), Lba(0)).unwrap();
        for view in volume.views().filter(|view| rock_ridge.is_none() || *view != View::Plain) {
            let mut walk = volume.walk(view);
            let bottom = walk.by_ref().last().unwrap();
            assert_eq!(bottom.entry.name.to_lowercase().trim_end_matches('.'), "bottom", "{view:?}");
            assert_eq!(bottom.depth, MAX_LEVELS);
            assert!(!walk.findings().has_errors(), "{:?}", walk.findings());
        }

        let (tree, last) = deep(MAX_LEVELS + 1);
        let refused = planned_sectors(&tree, &options).unwrap_err();
        let levels = u32::from(MAX_LEVELS) + 1;
        assert_eq!(refused, LayoutError::TooDeep { path: tree.path(last), levels });
    }
}

#[test]
fn names_that_must_change_are_told_or_refused() {
    let mut tree = Tree::new();
    file(&mut tree, Tree::ROOT, "fine.txt", Content::empty());
    file(&mut tree, Tree::ROOT, "what?", Content::empty());
    let told = layout(tree.clone(), &options()).unwrap();
    let told: Vec<_> = told
        .changed_names()
        .map(|change| (change.path, change.in_joliet, change.new_name, change.change.to_string()))
        .collect();
    let change =
        |path: &str, joliet, new: &str, why: &str| (path.to_owned(), joliet, new.to_owned(), why.to_owned());
    assert_eq!(
        told,
        [
            change("/fine.txt", false, "FINE.TXT", "capitals only"),
            change("/what?", false, "WHAT_.", "capitals only, characters not allowed"),
            change("/what?", true, "what_", "characters not allowed"),
        ]
    );
    let strict = Options { joliet: Some(Joliet { strict: true, ..Joliet::default() }), ..options() };
    let refused = layout(tree.clone(), &strict).unwrap_err();
    assert!(matches!(&refused, LayoutError::Name { path, .. } if path == "/what?"), "{refused}");
    let strict = Options { strict_primary_names: true, ..options() };
    let refused = layout(tree, &strict).unwrap_err();
    assert!(matches!(&refused, LayoutError::Name { would_be, .. } if would_be == "WHAT_."), "{refused}");
}

#[test]
fn links_and_depth_are_told() {
    let mut tree = Tree::new();
    tree.add_symlink(Tree::ROOT, "link", "target", Attributes::file(TIME)).unwrap();
    tree.add_directories("1/2/3/4/5/6/7/8", Attributes::directory(TIME)).unwrap();
    let plain = layout(tree.clone(), &options()).unwrap();
    assert_eq!(plain.omitted().map(|omitted| omitted.path).collect::<Vec<_>>(), ["/link"]);
    assert_eq!(plain.deep_directories().count(), 1);
    let rock_ridge = Options { rock_ridge: Some(RockRidge::default()), ..options() };
    let posix = layout(tree, &rock_ridge).unwrap();
    assert_eq!(posix.omitted().count(), 0);
    assert_eq!(posix.deep_directories().count(), 0);
}

#[test]
fn the_session_identifier_is_kept() {
    let id = *b"0123456789abcdef";
    let layout = layout(Tree::new(), &Options { session_id: Some(id), ..options() }).unwrap();
    for number in [16, 17] {
        let descriptor = VolumeDescriptor::parse(&sector(&layout, number)).unwrap();
        assert_eq!(layout::session_id(&descriptor), Some(id));
    }
    let without = layout::layout(Tree::new(), &options()).unwrap();
    assert_eq!(layout::session_id(&VolumeDescriptor::parse(&sector(&without, 16)).unwrap()), None);
}

#[test]
fn the_order_of_adding_does_not_show() {
    let names: Vec<_> = (0..300).map(|number| format!("colliding name {number}.text")).collect();
    let bytes = |names: &mut dyn Iterator<Item = &String>| {
        let mut tree = Tree::new();
        for name in names {
            file(&mut tree, Tree::ROOT, name, Content::from(name.as_bytes().to_vec()));
        }
        let options = Options { rock_ridge: Some(RockRidge::default()), ..options() };
        let mut image = Image::new(layout(tree, &options).unwrap());
        let mut bytes = vec![0; usize::try_from(image.sectors()).unwrap() * 2048];
        image.fill(0, &mut bytes).unwrap();
        bytes
    };
    assert!(bytes(&mut names.iter()) == bytes(&mut names.iter().rev()));
}
