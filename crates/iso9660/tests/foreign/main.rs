//! Images judged by others: the same tree, the same bytes.
//!
//! A tool that is not installed is a visible skip, and a failure where `CI` is `true`.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics says where")]

mod judge;
mod matrix;
mod posix;
mod pycdlib;
mod sample;
#[path = "../scratch/mod.rs"]
mod scratch;

use discwright_cd::Lba;
use discwright_iso9660::layout::Options;
use discwright_iso9660::names::Level;
use discwright_iso9660::read::FileSource;
use discwright_iso9660::read::check::{Report, check};
use discwright_iso9660::tree::{Timestamp, Tree};

use crate::judge::{JOLIET, Judged, PLAIN, Session, run, tool};
use crate::sample::Sample;

fn options() -> Options {
    Options::new("Übung 1", Timestamp::from_unix(1_700_000_000, 0))
}

/// What the image of a sample should look like, in each hierarchy, to whoever reads it.
fn judge_all(sample: &Sample, options: &Options) {
    let judged = Judged::new(sample.tree(), options);
    judged.isovfy();
    judged.isoinfo_lists();
    judged.xorriso(JOLIET);
    judged.xorriso(PLAIN);
    judged.bsdtar(true);
    judged.bsdtar(false);
    judged.seven_zip();
    judged.pycdlib();
    judged.blkid();
}

#[test]
fn names_of_every_kind() {
    judge_all(&Sample::names(), &options());
}

#[test]
fn levels_and_long_joliet_names() {
    let sample = Sample::names();
    for level in [Level::Two, Level::Three] {
        let mut options = options();
        options.level = level;
        if let Some(joliet) = &mut options.joliet {
            joliet.long_names = true;
        }
        judge_all(&sample, &options);
    }
}

#[test]
fn plain_iso_alone() {
    let options = Options { joliet: None, ..options() };
    let judged = Judged::new(Sample::names().tree(), &options);
    judged.isovfy();
    judged.xorriso(PLAIN);
    judged.bsdtar(false);
    judged.pycdlib();
}

#[test]
fn ten_thousand_files() {
    let judged = Judged::new(Sample::many(10_000).tree(), &options());
    judged.isovfy();
    judged.isoinfo_lists();
    judged.xorriso(JOLIET);
    judged.bsdtar(false);
    judged.seven_zip_lists();
}

#[test]
fn nothing_at_all() {
    judge_all(&Sample::empty(), &options());
}

#[test]
fn characters_of_all_planes() {
    let judged = Judged::new(Sample::planes().tree(), &options());
    judged.isoinfo_lists();
    judged.xorriso(JOLIET);
    judged.bsdtar(true);
    judged.seven_zip();
    judged.pycdlib();
}

#[test]
fn padding_is_there_when_asked_for() {
    let options = Options { padding_sectors: 150, ..options() };
    let sample = Sample::many(3);
    let judged = Judged::new(sample.tree(), &options);
    let bare = Judged::new(sample.tree(), &self::options());
    assert_eq!(judged.bytes().len(), bare.bytes().len() + 150 * 2048);
    judged.seven_zip();
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let sample = Sample::names();
    let (one, two) = (sample.tree(), sample.tree_in_another_order());
    assert_eq!(Judged::new(one, &options()).bytes(), Judged::new(two, &options()).bytes());
}

#[test]
fn a_second_session_has_the_first_ones_files() {
    let first = Judged::new(Sample::names().tree(), &options());
    let start = Lba(12_000);
    let mut tree = first.imported();
    let staged = Sample::later().tree();
    tree.merge(&staged.0, true).unwrap();
    let second = Judged::after(&first, tree, &Options { start, ..options() });
    let session = Session { start };
    second.xorriso_session(session);
    second.isoinfo_session(session);
}

#[test]
fn a_third_session_follows_a_second() {
    let first = Judged::new(Sample::many(20).tree(), &options());
    let mut tree = first.imported();
    let staged = Sample::later().tree();
    tree.merge(&staged.0, false).unwrap();
    let second = Judged::after(&first, tree, &Options { start: Lba(12_000), ..options() });
    let mut tree = second.imported();
    tree.remove(tree.find("/later").unwrap()).unwrap();
    let folder = tree.find("/many").unwrap();
    tree.rename(folder, Tree::ROOT, "renamed").unwrap();
    let third = Judged::after(&second, tree, &Options { start: Lba(20_000), ..options() });
    third.xorriso_session(Session { start: Lba(20_000) });
    third.isoinfo_session(Session { start: Lba(20_000) });
}

#[test]
fn files_that_an_author_hid_from_one_hierarchy_are_notes_and_not_all_are_told() {
    let Some(mut genisoimage) = tool("genisoimage") else { return };
    let dir = tempfile::tempdir().unwrap();
    let tree = dir.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    for number in 0..300 {
        std::fs::write(tree.join(format!("HIDDEN{number}")), format!("content {number}")).unwrap();
    }
    std::fs::write(tree.join("ONLYNEW"), "for Joliet").unwrap();
    std::fs::write(tree.join("SHOWN"), "everywhere").unwrap();
    let image = dir.path().join("image.iso");
    let genisoimage = genisoimage.args(["-quiet", "-J", "-V", "HIDDEN", "-hide-joliet", "HIDDEN*"]);
    run(genisoimage.args(["-hide", "ONLYNEW", "-o"]).arg(&image).arg(&tree));
    let report = check(FileSource::open(&image).unwrap(), Lba(0));
    assert!(!report.has_errors(), "{:#?}", report.findings());
    assert_eq!(report.counts()["view-lacks"], 301);
    let told: Vec<_> = report.into_iter().filter(|it| it.rule.id == "view-lacks").collect();
    assert_eq!(u64::try_from(told.len()).unwrap(), Report::MAX_KEPT_PER_RULE);
    let lacks = |it: &str| told.iter().filter(|finding| finding.message.contains(it)).count();
    assert!(lacks("the Joliet hierarchy lacks") > 0, "{told:#?}");
    assert!(told.iter().all(|it| !it.path.contains("SHOWN")), "{told:#?}");
}
