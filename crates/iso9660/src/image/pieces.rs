//! The image cut into pieces that can be made independently of each other, in their order.

use super::{Image, Place, Region};
use crate::format::SECTOR_BYTES;
use crate::layout::Layout;
use crate::tree::Stored;

/// Sectors after which a piece ends at the next border between regions.
const PIECE_SECTORS: u32 = 128;
/// Host files from this length on are left to the kernel, which copies them without their passing through here.
pub(super) const LARGE_BYTES: u64 = 1 << 20;
/// Bytes that the kernel is asked to copy at a time; whole sectors.
const COPY_BYTES: u64 = 64 << 20;

/// What one thread makes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Sectors to be filled.
    Fill {
        /// The first.
        sector: u32,
        /// How many.
        sectors: u32,
    },
    /// Whole sectors of a large host file.
    Copy {
        /// Which content, in the order of their places.
        index: usize,
        /// Where it goes.
        sector: u32,
        /// From which byte of the file on.
        offset: u64,
        /// How many bytes, a multiple of the sector's.
        bytes: u64,
    },
}

/// Cuts an image into [`Piece`]s.
///
/// Folders and small files are never cut: whoever makes a piece encodes a folder once and opens a file once.
#[derive(Clone, Debug, Default)]
pub(super) struct Pieces {
    sector: u32,
}

impl Pieces {
    /// The next piece; `None` at the end of the image.
    pub(super) fn next(&mut self, image: &Image) -> Option<Piece> {
        let piece = large(image, self.sector).or_else(|| small(image, self.sector))?;
        self.sector += match piece {
            Piece::Fill { sectors, .. } => sectors,
            Piece::Copy { bytes, .. } => u32::try_from(bytes / SECTOR_BYTES as u64).ok()?,
        };
        Some(piece)
    }
}

fn large(image: &Image, sector: u32) -> Option<Piece> {
    let place = image.place(sector)?;
    let Region::Content(index) = place.region else { return None };
    let length = large_bytes(image.layout(), index)?;
    let whole = length - length % SECTOR_BYTES as u64;
    let offset = u64::from(sector - place.start) * SECTOR_BYTES as u64;
    let bytes = whole.saturating_sub(offset).min(COPY_BYTES);
    (bytes > 0).then_some(Piece::Copy { index, sector, offset, bytes })
}

fn large_bytes(layout: &Layout, index: usize) -> Option<u64> {
    match layout.stored(layout.plan.order.get(index)?.content)? {
        Stored::Host { stamp, .. } if stamp.bytes >= LARGE_BYTES => Some(stamp.bytes),
        _ => None,
    }
}

fn small(image: &Image, sector: u32) -> Option<Piece> {
    let enough = sector.saturating_add(PIECE_SECTORS);
    let mut end = sector;
    while end < enough && (end == sector || large(image, end).is_none()) {
        let Some(place) = image.place(end) else { break };
        end = if may_be_cut(image, &place) { place.end.min(enough) } else { place.end };
    }
    (end > sector).then(|| Piece::Fill { sector, sectors: end - sector })
}

fn may_be_cut(image: &Image, place: &Place) -> bool {
    match place.region {
        Region::Content(index) => {
            let content = image.layout().plan.order.get(index).map(|placed| placed.content);
            !matches!(content.and_then(|it| image.layout().stored(it)), Some(Stored::Host { .. }))
        }
        Region::Zeros | Region::Made(_) => true,
        Region::Descriptors | Region::PathTable { .. } | Region::Directory { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Options, layout};
    use crate::tree::{Attributes, Content, Timestamp, Tree};

    #[test]
    fn pieces_are_the_image_without_gap_or_overlap() {
        let dir = tempfile::tempdir().unwrap();
        let mut tree = Tree::new();
        let attributes = Attributes::file(Timestamp::EPOCH);
        let mut add = |name: &str, bytes: usize| {
            let path = dir.path().join(name);
            std::fs::write(&path, vec![1; bytes]).unwrap();
            tree.add_file(Tree::ROOT, name, Content::host(&path).unwrap(), attributes).unwrap();
        };
        add("a large one", (65 << 20) + 5);
        for number in 0..300 {
            add(&format!("small {number}"), 3000);
        }
        add("middling", 900_000);
        add("z as large as whole sectors", 2 << 20);
        tree.add_file(Tree::ROOT, "bytes", vec![1; 2 << 20].into(), attributes).unwrap();
        let image = Image::new(layout(tree, &Options::new("TEST", Timestamp::EPOCH)).unwrap());

        let mut pieces = Pieces::default();
        let mut at = 0;
        let mut copies = Vec::new();
        while let Some(piece) = pieces.next(&image) {
            match piece {
                Piece::Fill { sector, sectors } => {
                    assert_eq!(sector, at);
                    assert!(sectors > 0 && sectors < PIECE_SECTORS + 900_000 / 2048 + 1, "{sectors}");
                    at += sectors;
                }
                Piece::Copy { sector, offset, bytes, .. } => {
                    assert_eq!(sector, at);
                    copies.push((offset, bytes));
                    at += u32::try_from(bytes / 2048).unwrap();
                }
            }
        }
        assert_eq!(at, image.sectors());
        assert_eq!(copies, [(0, 64 << 20), (64 << 20, 1 << 20), (0, 2 << 20)]);
    }
}
