//! What fuzz target `iso_import` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The input is an image from its sixteenth sector on, where the descriptors begin. The tree of every view is imported and
//! written as a further session behind it; that session must open and show just what was imported.

use discwright_cd::Lba;
use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{Options, RockRidge, layout};
use discwright_iso9660::read::{Limits, OffsetSource, View, Volume, import};
use discwright_iso9660::tree::{Case, Kind, Timestamp, Tree};

const SECTOR_BYTES: usize = 2048;
/// More would only make the search slow.
const MAX_ENTRIES: u64 = 1_000;

pub(crate) fn run(data: &[u8]) {
    let mut image = vec![0; 16 * SECTOR_BYTES];
    image.extend_from_slice(data);
    image.resize(image.len().next_multiple_of(SECTOR_BYTES), 0);
    let Ok(volume) = Volume::open(&image, Lba(0)) else { return };
    let volume = volume.with_limits(Limits { entries: MAX_ENTRIES, ..Limits::default() });
    for view in [View::Plain, View::RockRidge, View::Joliet, View::Enhanced] {
        let case = if view == View::RockRidge { Case::Exact } else { Case::Fold };
        let imported = import(&volume, view, case);
        let entries = entries(&imported.tree);
        assert!(entries <= MAX_ENTRIES, "{entries} entries");
        let shown = u64::try_from(volume.walk(view).count()).expect("few");
        assert!(entries + imported.left_out >= shown, "{view:?}: entries went missing without a word");
        write_and_read(imported.tree, image.len() / SECTOR_BYTES);
    }
}

fn entries(tree: &Tree) -> u64 {
    u64::try_from(tree.walk(Tree::ROOT).count()).expect("few")
}

/// Joliet has neither symbolic links nor special files.
fn in_joliet(tree: &Tree) -> u64 {
    let shown = tree.walk(Tree::ROOT).filter(|it| matches!(it.kind(), Kind::Directory | Kind::File));
    u64::try_from(shown.count()).expect("few")
}

fn write_and_read(tree: Tree, end: usize) {
    let expected = [(View::RockRidge, entries(&tree)), (View::Joliet, in_joliet(&tree))];
    let mut options = Options::new("FUZZED", Timestamp::EPOCH);
    options.start = Lba(i32::try_from(end).expect("inputs are short"));
    options.rock_ridge = Some(RockRidge::default());
    // A tree may be one that cannot be written; it is then refused in words.
    let Ok(layout) = layout(tree, &options) else { return };
    let mut session = Image::new(layout);
    let mut bytes = vec![0; usize::try_from(session.sectors()).expect("few") * SECTOR_BYTES];
    session.fill(0, &mut bytes).expect("all contents are on the disc");
    let session = OffsetSource::new(&bytes, options.start);
    let volume = Volume::open(session, options.start).expect("what was just written");
    for (view, entries) in expected {
        let shown = u64::try_from(volume.walk(view).count()).expect("few");
        assert_eq!(shown, entries, "{view:?} of the session that was written");
    }
}
