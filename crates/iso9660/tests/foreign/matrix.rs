//! Options and trees, each pair of them, judged by every reader that shows the hierarchies they make.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{Deep, Joliet, Options, RockRidge, layout};
use discwright_iso9660::names::Level;
use discwright_iso9660::tree::{Attributes, Content, Timestamp, Tree};

use crate::judge::{JOLIET, Judged, run, text, tool};
use crate::sample::Sample;

/// Every pair of values of level, Joliet, Rock Ridge and the enhanced hierarchy is in one of these.
fn rows() -> [Options; 9] {
    use Level::{One, Three, Two};
    let (units_64, units_103) = (Joliet::default(), Joliet { long_names: true, strict: false });
    let relocate = RockRidge::default();
    let leave = RockRidge { deep: Deep::Leave, without_serials: true, ..RockRidge::default() };
    [
        (One, None, None, false),
        (One, Some(units_64), Some(relocate), true),
        (One, Some(units_103), Some(leave), true),
        (Two, None, Some(relocate), true),
        (Two, Some(units_64), Some(leave), false),
        (Two, Some(units_103), None, true),
        (Three, None, Some(leave), true),
        (Three, Some(units_64), None, true),
        (Three, Some(units_103), Some(relocate), false),
    ]
    .map(|(level, joliet, rock_ridge, enhanced)| Options {
        level,
        joliet,
        rock_ridge,
        enhanced,
        ..Options::new("Übung 1", Timestamp::from_unix(1_700_000_000, 0))
    })
}

/// Where readers part from the standards or know no better: relocation twice, UTF-16 in Joliet.
#[derive(Clone, Copy, Default)]
struct Hard {
    deep: bool,
    planes: bool,
}

fn judge(tree: &Tree, options: &Options, hard: Hard) {
    let judged = Judged::new((tree.clone(), None), options);
    let relocated = hard.deep && options.rock_ridge.is_some_and(|it| it.deep == Deep::Relocate);
    judged.isovfy();
    judged.blkid();
    judged.pycdlib_opens();
    // The plain view shows relocated folders where they are recorded.
    if !relocated {
        judged.isoinfo_plain();
        if options.rock_ridge.is_none() {
            judged.iso_info_plain();
        }
        judged.bsdtar_plain();
        judged.pycdlib_plain();
    }
    if options.joliet.is_some() {
        judged.isoinfo_joliet();
        judged.xorriso(JOLIET);
        judged.pycdlib_joliet();
        // It looks at Rock Ridge even then, and gives up at folders that are relocated twice.
        if !relocated {
            judged.bsdtar(true);
        }
        if !hard.planes {
            judged.iso_info_joliet();
        }
    }
    judged.seven_zip_best(!hard.deep && !hard.planes);
    if options.rock_ridge.is_some() {
        judged.xorriso_posix();
        if !relocated {
            judged.bsdtar_posix();
        }
        // It does not follow CE, so it knows no long names, and no CL.
        if !hard.deep && !hard.planes {
            judged.iso_info_posix();
        }
    } else {
        judged.xorriso(crate::judge::PLAIN);
    }
}

fn judge_rows(rows: impl IntoIterator<Item = Options>, tree: &Tree, hard: Hard) {
    for options in rows {
        judge(tree, &options, hard);
    }
}

#[test]
fn names_of_every_kind_in_the_first_rows() {
    let (tree, _) = Sample::names().tree_in_another_order();
    judge_rows(rows().into_iter().take(5), &tree, Hard { deep: true, ..Hard::default() });
}

#[test]
fn names_of_every_kind_in_the_last_rows() {
    let (tree, _) = Sample::names().tree_in_another_order();
    judge_rows(rows().into_iter().skip(5), &tree, Hard { deep: true, ..Hard::default() });
}

#[test]
fn all_planes() {
    let (tree, _) = Sample::planes().tree_in_another_order();
    judge_rows(rows().into_iter().step_by(2), &tree, Hard { planes: true, ..Hard::default() });
}

#[test]
fn empty_everything() {
    let mut tree = Tree::new();
    judge_rows(rows().into_iter().skip(1).step_by(3), &tree, Hard::default());
    let attributes = Attributes::directory(Timestamp::EPOCH);
    for name in ["one", "two", "three"] {
        tree.add_file(Tree::ROOT, name, Content::empty(), Attributes::file(Timestamp::EPOCH)).unwrap();
        tree.add_directories(&format!("folder {name}/in it"), attributes).unwrap();
    }
    judge_rows(rows().into_iter().skip(2).step_by(3), &tree, Hard::default());
}

/// Seconds since 1970, from 1811 to 2255: what a directory record can say and what only the long form of TF can.
const TIMES: [i64; 8] = [
    -5_000_000_000,
    -2_208_988_800,
    -1_000_000_000,
    -1,
    4_102_444_800,
    5_000_000_000,
    5_869_583_999,
    9_000_000_000,
];

#[test]
fn times_before_1970_and_after_2100() {
    let mut tree = Tree::new();
    for seconds in TIMES {
        let attributes = Attributes::file(Timestamp::from_unix(seconds, 0));
        tree.add_file(Tree::ROOT, &format!("at {seconds}"), Content::from(vec![1]), attributes).unwrap();
        tree.add_directory(Tree::ROOT, &format!("folder {seconds}"), attributes).unwrap();
    }
    for options in rows().into_iter().filter(|options| options.level != Level::Two) {
        judge(&tree, &options, Hard::default());
        let judged = Judged::new((tree.clone(), None), &options);
        let read_fs = if options.rock_ridge.is_some() { "any" } else { "norock" };
        let Some(mut xorriso) = tool("xorriso") else { continue };
        if options.rock_ridge.is_none() && options.joliet.is_none() {
            continue;
        }
        let to = tempfile::tempdir().unwrap();
        let xorriso = xorriso.args(["-abort_on", "SORRY", "-osirrox", "on", "-read_fs", read_fs, "-indev"]);
        run(xorriso.arg(judged.path()).args(["-extract", "/"]).arg(to.path().join("all")));
        // Directory records end with 2155 and begin with 1900.
        let range = -2_208_988_800..=5_869_583_999;
        for seconds in TIMES.into_iter().filter(|it| options.rock_ridge.is_some() || range.contains(it)) {
            let seen = fs::metadata(to.path().join(format!("all/at {seconds}"))).unwrap().mtime();
            // xorriso's own limit.
            assert_eq!(seen, seconds.max(i32::MIN.into()), "{read_fs}");
        }
    }
}

/// Names that come out equal in every hierarchy, more than three digits of base 36 can tell apart.
#[test]
fn fifty_thousand_names_that_collide() {
    let mut tree = Tree::new();
    let attributes = Attributes::file(Timestamp::from_unix(1_600_000_000, 0));
    let long = "the same name in every hierarchy, of more than two hundred bytes, ".repeat(4);
    let folder = tree.add_directory(Tree::ROOT, "many", attributes).unwrap();
    for number in 0..50_000 {
        tree.add_file(folder, &format!("{}{number:05}.text", &long[..240]), Content::empty(), attributes)
            .unwrap();
    }
    for (level, long_names) in [(Level::One, false), (Level::Two, true)] {
        let joliet = Some(Joliet { long_names, strict: false });
        let options = Options { level, joliet, enhanced: true, ..rows()[0].clone() };
        let judged = Judged::new((tree.clone(), None), &options);
        judged.isovfy();
        judged.isoinfo_plain();
        judged.isoinfo_joliet();
        let longest = |joliet| judged.expected_names(joliet).iter().map(|name| name.chars().count()).max();
        // "many/" and, in the plain hierarchy, 8 and 3 or 30 in all with the dot.
        assert_eq!(longest(false), Some(5 + if level == Level::One { 12 } else { 31 }));
        assert_eq!(longest(true), Some(5 + if long_names { 103 } else { 64 }));
    }
}

#[test]
fn two_hundred_thousand_files() {
    let mut tree = Tree::new();
    let attributes = Attributes::file(Timestamp::from_unix(1_600_000_000, 0));
    for outer in 0..200 {
        let folder = tree.add_directory(Tree::ROOT, &format!("folder {outer:03}"), attributes).unwrap();
        for inner in 0..1000 {
            let content = if inner % 100 == 0 { Content::from(vec![7; 10]) } else { Content::empty() };
            tree.add_file(folder, &format!("file {outer:03} {inner:03}.data"), content, attributes).unwrap();
        }
    }
    let options = Options {
        rock_ridge: Some(RockRidge::default()),
        joliet: Some(Joliet::default()),
        ..rows()[0].clone()
    };
    let judged = Judged::new((tree, None), &options);
    judged.isoinfo_joliet();
    judged.seven_zip_lists();
    judged.bsdtar_lists_posix();
    judged.xorriso_finds_posix();
}

/// Several extents; the image's file has holes where the source has them, so that the test is cheap.
#[test]
fn more_than_four_gibibytes() {
    use std::os::unix::fs::FileExt as _;
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("huge");
    let bytes = (4_u64 << 30) + 5_000_001;
    let file = fs::File::create(&source).unwrap();
    file.set_len(bytes).unwrap();
    file.write_all_at(b"the end", bytes - 7).unwrap();
    file.write_all_at(b"border across", 0xFFFF_F800 - 6).unwrap();
    let mut tree = Tree::new();
    let attributes = Attributes::file(Timestamp::from_unix(1_600_000_000, 0));
    tree.add_file(Tree::ROOT, "huge", Content::host(&source).unwrap(), attributes).unwrap();
    tree.add_file(Tree::ROOT, "zz behind it", Content::from(b"small".to_vec()), attributes).unwrap();
    let options = Options { level: Level::Three, joliet: Some(Joliet::default()), ..rows()[0].clone() };
    let mut image = Image::new(layout(tree, &options).unwrap());
    let path = dir.path().join("image.iso");
    let disc = fs::File::create(&path).unwrap();
    disc.set_len(u64::from(image.sectors()) * 2048).unwrap();
    let border = image.sectors() - u32::try_from(bytes / 2048 - (0xFFFF_F800 / 2048)).unwrap();
    for (first, sectors) in [(0, 100), (border - 10, 20), (image.sectors() - 100, 100)] {
        let mut buffer = vec![0; sectors * 2048];
        image.fill(first, &mut buffer).unwrap();
        disc.write_all_at(&buffer, u64::from(first) * 2048).unwrap();
    }
    let size = bytes.to_string();
    if let Some(mut seven_zip) = tool("7z") {
        let seen = text(&run(seven_zip.args(["l", "-ba"]).arg(&path)));
        assert!(seen.lines().any(|line| line.contains(&size) && line.ends_with(" huge")), "{seen}");
    }
    if let Some(mut isoinfo) = tool("isoinfo") {
        let seen = text(&run(isoinfo.args(["-J", "-f", "-i"]).arg(&path)));
        assert!(seen.contains("/huge") && seen.contains("/zz behind it"), "{seen}");
    }
    if let Some(mut xorriso) = tool("xorriso") {
        let seen = text(&run(xorriso.args(["-indev"]).arg(&path).args(["-find", "/", "-exec", "lsdl"])));
        assert!(seen.contains(&size), "{seen}");
    }
    // Where the pieces lie by xorriso's account; what lies there at their border and at their end.
    let Some(mut xorriso) = tool("xorriso") else { return };
    let xorriso = xorriso.args(["-read_fs", "norock", "-indev"]).arg(&path).args([
        "-find",
        "/huge",
        "-exec",
        "report_lba",
    ]);
    let seen = text(&run(xorriso));
    let numbers =
        |line: &str| line.split([':', ',']).filter_map(|part| part.trim().parse().ok()).collect::<Vec<u64>>();
    let extents: Vec<_> =
        seen.lines().filter(|line| line.starts_with("File data lba:")).map(numbers).collect();
    let [first, second] = extents.as_slice() else { panic!("{seen}") };
    // Number, first sector, sectors, and the length of the whole file.
    let pieces = [0xFFFF_F800, bytes - 0xFFFF_F800];
    assert_eq!([first[2], second[2]], pieces.map(|it| it.div_ceil(2048)), "{seen}");
    assert_eq!((first[3], second[3]), (bytes, bytes), "{seen}");
    let disc = fs::File::open(&path).unwrap();
    for (offset, expected) in [
        (first[1] * 2048 + pieces[0] - 6, &b"border"[..]),
        (second[1] * 2048, b" across"),
        (second[1] * 2048 + pieces[1] - 7, b"the end"),
    ] {
        let mut seen = vec![0; expected.len()];
        disc.read_exact_at(&mut seen, offset).unwrap();
        assert_eq!(seen, expected, "{offset}");
    }
}
