//! A sound image, and where things are in it.

use discwright_cd::Lba;
use discwright_iso9660::format::{BothEndian, DirectoryRecord, SECTOR_BYTES};
use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{Boot, BootImage, BootSource, Joliet, Options, Platform, RockRidge, layout};
use discwright_iso9660::names::Level;
use discwright_iso9660::read::{EntryKind, Place, View, Volume};
use discwright_iso9660::tree::{Attributes, Case, Content, Timestamp, Tree};

pub(crate) const PRIMARY: usize = 16 * SECTOR_BYTES;
pub(crate) const BOOT: usize = 17 * SECTOR_BYTES;
pub(crate) const JOLIET: usize = 18 * SECTOR_BYTES;
pub(crate) const ENHANCED: usize = 19 * SECTOR_BYTES;
pub(crate) const TERMINATOR: usize = 20 * SECTOR_BYTES;

/// An image to be broken; addresses are in bytes from its front.
#[derive(Clone)]
pub(crate) struct Disc(pub(crate) Vec<u8>);

impl Disc {
    pub(crate) fn new(tree: Tree, options: &Options) -> Self {
        let mut image = Image::new(layout(tree, options).unwrap());
        let mut bytes = vec![0; usize::try_from(image.sectors()).unwrap() * SECTOR_BYTES];
        image.fill(0, &mut bytes).unwrap();
        Self(bytes)
    }

    /// Everything there is: Joliet, Rock Ridge, an enhanced hierarchy, relocated directories, links, boot images.
    pub(crate) fn rich() -> Self {
        let mut tree = Tree::with_case(Case::Exact);
        let file = Attributes::file(Timestamp::from_unix(1_000_000_000, 0));
        let directory = Attributes::directory(Timestamp::from_unix(1_000_000_000, 0));
        let one = tree.add_file(Tree::ROOT, "one", Content::from(vec![1; 3000]), file).unwrap();
        tree.add_file(Tree::ROOT, "solo", Content::from(vec![2; 5000]), file).unwrap();
        for name in ["zempty", "dupa", "dupb"] {
            tree.add_file(Tree::ROOT, name, Content::empty(), file).unwrap();
        }
        let content = tree.entry(one).content_id().unwrap();
        let folder = tree.add_directory(Tree::ROOT, "folder", directory).unwrap();
        tree.add_hard_link(folder, "one again", content, file).unwrap();
        tree.add_symlink(folder, "link", "/somewhere/../else", file).unwrap();
        tree.add_file(folder, &"n".repeat(255), Content::empty(), file).unwrap();
        let dots = tree.add_directory(Tree::ROOT, "dots", directory).unwrap();
        tree.add_file(dots, "a.b", Content::empty(), file).unwrap();
        tree.add_file(dots, "a b", Content::empty(), file).unwrap();
        tree.add_directory(Tree::ROOT, "emptya", directory).unwrap();
        tree.add_directory(Tree::ROOT, "emptyb", directory).unwrap();
        tree.add_directories("d1/d2/d3/d4/d5/d6/d7/d8/d9", directory).unwrap();
        let mut options = Options::new("RICH", Timestamp::from_unix(1_000_000_000, 0));
        options.rock_ridge = Some(RockRidge::default());
        options.enhanced = true;
        let hidden = |byte: u8| BootImage::new(BootSource::Hidden(Content::from(vec![byte; 2048])));
        let efi = BootImage { platform: Platform::Efi, ..hidden(0xEE) };
        options.boot = Some(Boot { images: vec![hidden(0xEB), efi], ..Boot::default() });
        Self::new(tree, &options)
    }

    /// The primary hierarchy alone: a file in a directory, both with names as long as level 2 allows, and one of them short.
    pub(crate) fn plain() -> Self {
        let mut tree = Tree::new();
        let file = Attributes::file(Timestamp::EPOCH);
        let long = format!("{}.ext", "n".repeat(27));
        let folder =
            tree.add_directory(Tree::ROOT, &"d".repeat(31), Attributes::directory(Timestamp::EPOCH)).unwrap();
        tree.add_file(folder, &long, Content::from(vec![7; 3000]), file).unwrap();
        let mut options = Options::new("PLAIN", Timestamp::EPOCH);
        (options.joliet, options.level) = (None, Level::Two);
        Self::new(tree, &options)
    }

    /// Directories as deep and with names as long as told.
    pub(crate) fn deep(levels: usize, name_bytes: usize, change: impl FnOnce(&mut Options)) -> Self {
        let mut tree = Tree::new();
        let path = vec!["d".repeat(name_bytes); levels].join("/");
        tree.add_directories(&path, Attributes::directory(Timestamp::EPOCH)).unwrap();
        let mut options = Options::new("DEEP", Timestamp::EPOCH);
        (options.joliet, options.level) = (None, Level::Two);
        change(&mut options);
        Self::new(tree, &options)
    }

    /// A root of more than two sectors, which are told with it.
    pub(crate) fn wide() -> (Self, core::ops::Range<usize>) {
        let mut tree = Tree::new();
        for number in 0..150 {
            let file = Attributes::file(Timestamp::EPOCH);
            tree.add_file(Tree::ROOT, &format!("file{number:03}"), Content::empty(), file).unwrap();
        }
        let mut options = Options::new("WIDE", Timestamp::EPOCH);
        options.joliet = None;
        let disc = Self::new(tree, &options);
        let start = disc.root(View::Plain);
        let bytes = usize::try_from(disc.get32(start + 10)).unwrap();
        assert!(bytes > 2 * SECTOR_BYTES);
        (disc, start..start + bytes)
    }

    /// Joliet with one file of so many characters.
    pub(crate) fn joliet(units: usize) -> Self {
        let mut tree = Tree::new();
        tree.add_file(Tree::ROOT, &"j".repeat(units), Content::empty(), Attributes::file(Timestamp::EPOCH))
            .unwrap();
        let mut options = Options::new("JOLIET", Timestamp::EPOCH);
        options.joliet = Some(Joliet { long_names: true, strict: false });
        Self::new(tree, &options)
    }

    /// A primary and a Joliet hierarchy; the file `dupa` has a second section, of the 5000 bytes that were the file `dupb`.
    pub(crate) fn sectioned() -> Self {
        let mut tree = Tree::new();
        let file = Attributes::file(Timestamp::EPOCH);
        for (name, bytes) in [("dupa", 4096), ("dupb", 5000), ("other", 5000)] {
            let content = Content::from(vec![name.as_bytes()[3]; bytes]);
            tree.add_file(Tree::ROOT, name, content, file).unwrap();
        }
        let mut disc = Self::new(tree, &Options::new("SECTIONED", Timestamp::EPOCH));
        for (view, first, second, last) in
            [(View::Plain, "DUPA", "DUPB", 3), (View::Joliet, "dupa", "dupb", 7)]
        {
            let (first, second) = (disc.record(view, first), disc.record(view, second));
            disc.put(first + 25, 0x80);
            let letter = disc.0[first + 33 + last];
            disc.put(second + 33 + last, letter);
        }
        disc
    }

    /// The same volume with logical blocks of 1024 bytes; Joliet, Rock Ridge and boot images, if there are any, are left as
    /// they are, so it is meant for [`plain`](Self::plain).
    pub(crate) fn with_small_blocks(mut self) -> Self {
        let double = |disc: &mut Self, at: usize| disc.set32(at, disc.get32(at) * 2);
        let mut directories = vec![self.root(View::Plain)];
        let blocks: Vec<usize> = self.volume().walk(View::Plain).map(|it| address(it.entry.place)).collect();
        directories.extend(self.volume().walk(View::Plain).filter_map(|it| match it.entry.kind {
            EntryKind::Directory(directory) => {
                Some(usize::try_from(directory.block()).unwrap() * SECTOR_BYTES)
            }
            _ => None,
        }));
        for at in directories.into_iter().flat_map(|at| [at, self.next(at)]).chain(blocks).collect::<Vec<_>>()
        {
            double(&mut self, at + 2);
        }
        for big in [false, true] {
            let mut at = self.table(PRIMARY, big);
            while self.0[at] != 0 {
                let bytes: [u8; 4] = self.0[at + 2..at + 6].try_into().unwrap();
                let doubled = if big {
                    (u32::from_be_bytes(bytes) * 2).to_be_bytes()
                } else {
                    (u32::from_le_bytes(bytes) * 2).to_le_bytes()
                };
                self.set(at + 2, &doubled);
                at += 8 + usize::from(self.0[at]).next_multiple_of(2);
            }
        }
        double(&mut self, PRIMARY + 80);
        double(&mut self, PRIMARY + 158);
        let (little, big) = (
            self.get32(PRIMARY + 140) * 2,
            u32::from_be_bytes(self.0[PRIMARY + 148..PRIMARY + 152].try_into().unwrap()) * 2,
        );
        self.set(PRIMARY + 140, &little.to_le_bytes());
        self.set(PRIMARY + 148, &big.to_be_bytes());
        self.set16(PRIMARY + 128, 1024);
        self
    }

    fn volume(&self) -> Volume<&Vec<u8>> {
        Volume::open(&self.0, Lba(0)).unwrap()
    }

    pub(crate) fn set(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub(crate) fn put(&mut self, at: usize, byte: u8) {
        self.0[at] = byte;
    }

    pub(crate) fn flip(&mut self, at: usize, bits: u8) {
        self.0[at] ^= bits;
    }

    pub(crate) fn add_bits(&mut self, at: usize, bits: u8) {
        self.0[at] |= bits;
    }

    pub(crate) fn step(&mut self, at: usize, by: i8) {
        self.0[at] = self.0[at].checked_add_signed(by).unwrap();
    }

    pub(crate) fn set16(&mut self, at: usize, value: u16) {
        self.set(at, &BothEndian::<u16>::encode(value));
    }

    pub(crate) fn set32(&mut self, at: usize, value: u32) {
        self.set(at, &BothEndian::<u32>::encode(value));
    }

    /// The least-significant-first half of the number at `at`.
    pub(crate) fn get32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.0[at..at + 4].try_into().unwrap())
    }

    /// The record of `path`.
    pub(crate) fn record(&self, view: View, path: &str) -> usize {
        let entry = self.volume().find(view, path).unwrap();
        address(entry.unwrap_or_else(|| panic!("{path} in {view:?}")).place)
    }

    /// Where the directory at `path` begins, with the record of itself; that of its parent follows.
    pub(crate) fn directory(&self, view: View, path: &str) -> usize {
        let EntryKind::Directory(directory) = self.volume().find(view, path).unwrap().unwrap().kind else {
            panic!("{path}")
        };
        usize::try_from(directory.block()).unwrap() * SECTOR_BYTES
    }

    pub(crate) fn root(&self, view: View) -> usize {
        usize::try_from(self.volume().root(view).unwrap().block()).unwrap() * SECTOR_BYTES
    }

    /// The record behind the one at `at`.
    pub(crate) fn next(&self, at: usize) -> usize {
        at + usize::from(self.0[at])
    }

    /// Where the identifier of the record at `at` lies.
    pub(crate) fn identifier(&self, at: usize) -> core::ops::Range<usize> {
        at + 33..at + 33 + usize::from(self.0[at + 32])
    }

    /// The entry with `signature` in the system use field of the record at `at`, or in its continuation area.
    pub(crate) fn entry(&self, at: usize, signature: &[u8; 2]) -> usize {
        let record = DirectoryRecord::parse(&self.0[at..]).unwrap();
        let mut area = self.next(at) - record.system_use.len()..self.next(at);
        loop {
            let mut next = None;
            let mut entry = area.start;
            while entry + 4 <= area.end && self.0[entry] != 0 {
                if self.0[entry..].starts_with(signature) {
                    return entry;
                }
                if self.0[entry..].starts_with(b"CE") {
                    let field = |offset| usize::try_from(self.get32(entry + offset)).unwrap();
                    let start = field(4) * SECTOR_BYTES + field(12);
                    next = Some(start..start + field(20));
                }
                entry += usize::from(self.0[entry + 2]);
            }
            area = next.unwrap_or_else(|| panic!("no {}", signature.escape_ascii()));
        }
    }

    /// Puts `entries` in the place of TF, which may be missing, in the record at `at`.
    pub(crate) fn in_place_of_times(&mut self, at: usize, entries: &[u8]) {
        self.in_place_of(at, b"TF", entries);
    }

    /// Puts `entries` in the place of the entry with `signature` in the record at `at`.
    pub(crate) fn in_place_of(&mut self, at: usize, signature: &[u8; 2], entries: &[u8]) {
        let slot = self.entry(at, signature);
        let room = usize::from(self.0[slot + 2]);
        let mut bytes = entries.to_vec();
        let padding = room - entries.len();
        bytes.extend_from_slice(&[b'P', b'D', u8::try_from(padding).unwrap(), 1]);
        bytes.resize(room, 0);
        self.set(slot, &bytes);
    }

    /// Gives the last record of a directory, at `at`, another identifier and no system use field.
    pub(crate) fn rename_last(&mut self, at: usize, identifier: &[u8]) {
        let length = (33 + identifier.len()).next_multiple_of(2);
        let before = usize::from(self.0[at]);
        self.0[at + 33..at + before.max(length)].fill(0);
        self.0[at] = u8::try_from(length).unwrap();
        self.0[at + 32] = u8::try_from(identifier.len()).unwrap();
        self.set(at + 33, identifier);
    }

    /// The path table records of a descriptor, Type L and then Type M, by directory identifier.
    pub(crate) fn table_records(&self, descriptor: usize, identifier: &[u8]) -> [usize; 2] {
        [false, true].map(|big| {
            let mut at = self.table(descriptor, big);
            while self.0[at + 8..].get(..usize::from(self.0[at])) != Some(identifier) {
                assert!(self.0[at] != 0, "{}", identifier.escape_ascii());
                at += 8 + usize::from(self.0[at]).next_multiple_of(2);
            }
            at
        })
    }

    /// Where a path table of a descriptor begins.
    pub(crate) fn table(&self, descriptor: usize, big: bool) -> usize {
        let at = descriptor + if big { 148 } else { 140 };
        let bytes = self.0[at..at + 4].try_into().unwrap();
        let block = if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
        usize::try_from(block).unwrap() * SECTOR_BYTES
    }

    /// Where the boot catalogue begins.
    pub(crate) fn catalogue(&self) -> usize {
        usize::try_from(self.get32(BOOT + 71)).unwrap() * SECTOR_BYTES
    }

    /// Makes the words of the validation entry add up to zero again.
    pub(crate) fn mend_checksum(&mut self) {
        let at = self.catalogue();
        self.set(at + 28, &[0, 0]);
        let (words, _) = self.0[at..at + 32].as_chunks::<2>();
        let sum = words.iter().fold(0_u16, |sum, word| sum.wrapping_add(u16::from_le_bytes(*word)));
        self.set(at + 28, &sum.wrapping_neg().to_le_bytes());
    }
}

fn address(place: Place) -> usize {
    usize::try_from(place.lba.0).unwrap() * SECTOR_BYTES + usize::try_from(place.offset).unwrap()
}
