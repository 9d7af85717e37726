//! Files as hardly any author records them: interleaved, associated, behind extended attribute records, compressed.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics says where")]

#[expect(dead_code, reason = "shared with the tests of the checker's rules")]
#[path = "rules/disc.rs"]
mod disc;

use std::io::{self, Read as _, Seek as _, SeekFrom};

use discwright_cd::Lba;
use discwright_iso9660::format::{ExtendedAttributes, FileFlags, VolumeTime};
use discwright_iso9660::layout::Options;
use discwright_iso9660::read::check::check;
use discwright_iso9660::read::{Entry, View, Volume, import};
use discwright_iso9660::tree::{Attributes, Case, Content, Timestamp, Tree};

use self::disc::Disc;

/// Eight sectors, each filled with its number.
fn numbered() -> Vec<u8> {
    (0..8_u8).flat_map(|number| [number; 2048]).collect()
}

/// One file `DATA` of numbered sectors, and an empty one, `ZERO`.
fn disc() -> Disc {
    let mut tree = Tree::new();
    let file = Attributes::file(Timestamp::EPOCH);
    tree.add_file(Tree::ROOT, "data", Content::from(numbered()), file).unwrap();
    tree.add_file(Tree::ROOT, "zero", Content::empty(), file).unwrap();
    let mut options = Options::new("SECTIONS", Timestamp::EPOCH);
    options.joliet = None;
    Disc::new(tree, &options)
}

fn find(disc: &Disc, name: &str) -> Entry {
    Volume::open(&disc.0, Lba(0)).unwrap().find(View::Plain, name).unwrap().unwrap()
}

fn contents(disc: &Disc, name: &str) -> Vec<u8> {
    let volume = Volume::open(&disc.0, Lba(0)).unwrap();
    let mut bytes = Vec::new();
    volume.open_file(&find(disc, name)).read_to_end(&mut bytes).unwrap();
    bytes
}

/// The numbers of the sectors that `bytes` come from.
fn sectors(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(2048).map(|sector| sector[0]).collect()
}

#[test]
fn interleaved_files_are_read_unit_by_unit() {
    let mut disc = disc();
    let record = disc.record(View::Plain, "DATA");
    disc.put(record + 26, 1);
    disc.put(record + 27, 2);
    disc.set32(record + 10, 3 * 2048 - 100);
    let bytes = contents(&disc, "DATA");
    assert_eq!((bytes.len(), sectors(&bytes)), (3 * 2048 - 100, vec![0, 3, 6]));
    let volume = Volume::open(&disc.0, Lba(0)).unwrap();
    let mut file = volume.open_file(&find(&disc, "DATA"));
    let mut two = [9; 2];
    file.seek(SeekFrom::Start(2047)).unwrap();
    file.read_exact(&mut two).unwrap();
    assert_eq!(two, [0, 3], "across a gap");
    file.seek(SeekFrom::End(-1)).unwrap();
    assert_eq!((file.read(&mut two).unwrap(), two[0]), (1, 6));
    assert_eq!(file.read(&mut two).unwrap(), 0);
    assert!(check(&disc.0, Lba(0)).is_sound());
    // A tree holds runs of whole sectors only; what is none is left out with a word, never taken over wrong.
    let imported = import(&volume, View::Plain, Case::Fold);
    assert_eq!((imported.left_out, imported.is_complete()), (1, false));
}

#[test]
fn an_extended_attribute_record_is_no_data() {
    let mut disc = disc();
    let record = disc.record(View::Plain, "DATA");
    // Two sectors, by its application use.
    let attributes = ExtendedAttributes {
        owner: 0,
        group: 0,
        permissions: ExtendedAttributes::RESERVED_PERMISSIONS,
        created: VolumeTime::UNSPECIFIED,
        modified: VolumeTime::UNSPECIFIED,
        expires: VolumeTime::UNSPECIFIED,
        effective: VolumeTime::UNSPECIFIED,
        record_format: 0,
        record_attributes: 0,
        record_bytes: 0,
        system_identifier: [b' '; 32],
        system_use: [0; 64],
        version: 1,
        escape_bytes: 0,
        application_bytes: 2000,
    };
    disc.set(usize::try_from(disc.get32(record + 2)).unwrap() * 2048, &attributes.encode());
    disc.put(record + 1, 2);
    disc.set32(record + 10, 3 * 2048);
    assert_eq!(sectors(&contents(&disc, "DATA")), [2, 3, 4]);
    // Of an interleaved file it takes the first file unit.
    disc.put(record + 26, 2);
    disc.put(record + 27, 1);
    assert_eq!(sectors(&contents(&disc, "DATA")), [3, 4, 6]);
    assert!(check(&disc.0, Lba(0)).is_sound());
}

#[test]
fn sections_are_joined() {
    let mut disc = disc();
    let (data, zero) = (disc.record(View::Plain, "DATA"), disc.record(View::Plain, "ZERO"));
    let start = disc.get32(data + 2);
    disc.put(data + 25, 0x80);
    disc.set32(data + 10, 2 * 2048);
    disc.rename_last(zero, b"DATA.;1");
    disc.set32(zero + 2, start + 5);
    disc.set32(zero + 10, 2048 + 7);
    let bytes = contents(&disc, "DATA");
    assert_eq!((bytes.len(), sectors(&bytes)), (3 * 2048 + 7, vec![0, 1, 5, 6]));
    let report = check(&disc.0, Lba(0));
    assert!(report.is_sound(), "{:#?}", report.findings());
    assert_eq!(report.summary.interchange_level, Some(3));
}

#[test]
fn an_associated_file_is_listed_and_not_mistaken_for_its_file() {
    let mut disc = disc();
    let (data, zero) = (disc.record(View::Plain, "DATA"), disc.record(View::Plain, "ZERO"));
    disc.put(data + 25, FileFlags::ASSOCIATED.0);
    disc.rename_last(zero, b"DATA.;1");
    let volume = Volume::open(&disc.0, Lba(0)).unwrap();
    let root = volume.root(View::Plain).unwrap();
    let listed = volume.list(View::Plain, root).unwrap().entries;
    let flags: Vec<_> = listed.iter().map(|entry| (entry.name.as_str(), entry.flags, entry.bytes)).collect();
    assert_eq!(flags, [("DATA", FileFlags::ASSOCIATED, 8 * 2048), ("DATA", FileFlags::NONE, 0)]);
    let walked: Vec<_> = volume.walk(View::Plain).map(|it| (it.path(), it.entry.bytes)).collect();
    assert_eq!(walked, [("DATA".to_owned(), 0)]);
    assert!(check(&disc.0, Lba(0)).is_sound());
}

#[test]
fn zisofs_of_version_2_is_named_and_given_as_it_is() {
    let mut disc = Disc::rich();
    let link = disc.record(View::RockRidge, "folder/link");
    disc.in_place_of(link, b"SL", b"ZF\x10\x02PZ\x06\x11\0\0\0\0\x01\0\0\0");
    let attributes = disc.entry(link, b"PX");
    disc.set32(attributes + 4, 0o100_644);
    let volume = Volume::open(&disc.0, Lba(0)).unwrap();
    let entry = volume.find(View::RockRidge, "folder/link").unwrap().unwrap();
    let zisofs = entry.compression().unwrap();
    assert_eq!((zisofs.algorithm, zisofs.inflated_bytes, zisofs.is_known()), (*b"PZ", 1 << 32, false));
    assert_eq!(volume.open_inflated(&entry).unwrap_err().kind(), io::ErrorKind::Unsupported);
    assert!(check(&disc.0, Lba(0)).is_sound());
}
