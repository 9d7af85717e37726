//! What fuzz target `iso_reader` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The input is an image from its sixteenth sector on, where the descriptors begin. Everything a user can do with it is
//! done; nothing may panic, and nothing may give more than the image holds.

use std::io::Read as _;

use discwright_cd::Lba;
use discwright_iso9660::read::{EntryKind, Limits, View, Volume, import};
use discwright_iso9660::tree::Case;

const SECTOR_BYTES: usize = 2048;

pub(crate) fn run(data: &[u8]) {
    let mut image = vec![0; 16 * SECTOR_BYTES];
    image.extend_from_slice(data);
    image.resize(image.len().next_multiple_of(SECTOR_BYTES), 0);
    let Ok(volume) = Volume::open(&image, Lba(0)) else { return };
    _ = volume.boot_catalogue();
    let volume = volume.with_limits(Limits { entries: 5_000, ..Limits::default() });
    for view in [View::Plain, View::RockRidge, View::Joliet, View::Enhanced] {
        walk(&volume, view, image.len());
        let imported = import(&volume, view, Case::Fold);
        let entries = u64::from(imported.tree.counts().directories)
            + u64::from(imported.tree.counts().files)
            + u64::from(imported.tree.counts().symlinks);
        assert!(entries <= 5_000);
    }
}

fn walk(volume: &Volume<&Vec<u8>>, view: View, image_bytes: usize) {
    let mut buffer = [0; 8192];
    for visited in volume.walk(view) {
        let name = &visited.entry.name;
        assert!(!name.contains(['/', '\0']) && !["", ".", ".."].contains(&name.as_str()));
        if visited.entry.kind != EntryKind::File {
            continue;
        }
        let mut file = volume.open_file(&visited.entry);
        let mut read = 0;
        while let Ok(count @ 1..) = file.read(&mut buffer) {
            read += count;
            if read > 2 * image_bytes {
                break;
            }
        }
        assert!(u64::try_from(read).is_ok_and(|read| read <= visited.entry.bytes));
        if let Ok(mut inflated) = volume.open_inflated(&visited.entry) {
            _ = inflated.read(&mut buffer);
        }
    }
}
