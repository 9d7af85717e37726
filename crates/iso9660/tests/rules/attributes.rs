//! What breaks the rules for extended attribute records, in an image that has them.

use discwright_iso9660::format::{ExtendedAttributes, FileFlags, SECTOR_BYTES, VolumeTime};
use discwright_iso9660::layout::Options;
use discwright_iso9660::names::Level;
use discwright_iso9660::read::View::Plain;
use discwright_iso9660::tree::{Attributes, Content, Timestamp, Tree};

use super::disc::{Disc, PRIMARY};

/// The rule, its consequences, and the change to [`attributed`].
type Mutation = (&'static str, &'static [&'static str], fn(&mut Disc));

/// Two files and a directory that have extended attribute records, and a file that has none.
///
/// The file `OWNED` is protected and made of records, and has application use and escape sequences; `OPEN` has neither.
pub(crate) fn attributed() -> Disc {
    let mut tree = Tree::new();
    let file = Attributes::file(Timestamp::EPOCH);
    let mut owned = record().encode().to_vec();
    owned.extend_from_slice(b"application use");
    owned.extend_from_slice(b"\x1B%/E\0");
    let mut content = owned;
    content.resize(SECTOR_BYTES, 0);
    content.extend_from_slice(&[b'r'; 800]);
    tree.add_file(Tree::ROOT, "owned", Content::from(content), file).unwrap();
    let mut content = open().encode().to_vec();
    content.resize(SECTOR_BYTES, 0);
    content.extend_from_slice(b"contents");
    tree.add_file(Tree::ROOT, "open", Content::from(content), file).unwrap();
    tree.add_file(Tree::ROOT, "without", Content::from(vec![9; 100]), file).unwrap();
    // Where the directory is to lie, with a record before it.
    let room = Content::from(vec![b'D'; 2 * SECTOR_BYTES]);
    tree.add_file(Tree::ROOT, "room", room, file).unwrap();
    tree.add_directory(Tree::ROOT, "folder", Attributes::directory(Timestamp::EPOCH)).unwrap();
    let mut options = Options::new("ATTRIBUTES", Timestamp::EPOCH);
    (options.joliet, options.level) = (None, Level::Two);
    let mut disc = Disc::new(tree, &options);
    for name in ["OWNED", "OPEN"] {
        let at = disc.record(Plain, name);
        disc.put(at + 1, 1);
        disc.set32(at + 10, disc.get32(at + 10) - 2048);
    }
    let at = disc.record(Plain, "OWNED");
    disc.put(at + 25, (FileFlags::RECORD | FileFlags::PROTECTION).0);
    move_folder(&mut disc);
    disc
}

/// Moves the directory to the sectors of the file `ROOM`, which becomes empty, with a record in front.
fn move_folder(disc: &mut Disc) {
    let (room, folder) = (disc.record(Plain, "ROOM"), disc.record(Plain, "FOLDER"));
    let (block, old) = (disc.get32(room + 2), disc.directory(Plain, "FOLDER"));
    disc.set32(room + 10, 0);
    let at = usize::try_from(block).unwrap() * SECTOR_BYTES;
    let sector = disc.0[old..old + SECTOR_BYTES].to_vec();
    let mut attributes = open().encode().to_vec();
    attributes.resize(SECTOR_BYTES, 0);
    disc.set(at, &attributes);
    disc.set(at + SECTOR_BYTES, &sector);
    for record in [folder, at + SECTOR_BYTES] {
        disc.put(record + 1, 1);
        disc.set32(record + 2, block);
    }
    let [little, big] = disc.table_records(PRIMARY, b"FOLDER");
    disc.set(little + 2, &block.to_le_bytes());
    disc.set(big + 2, &block.to_be_bytes());
    [little, big].map(|table| disc.put(table + 1, 1)).into_iter().collect()
}

fn record() -> ExtendedAttributes {
    ExtendedAttributes {
        owner: 7,
        group: 8,
        permissions: 0xAAAA | 0x5000,
        record_format: 1,
        record_attributes: 2,
        record_bytes: 80,
        escape_bytes: 5,
        application_bytes: 15,
        ..open()
    }
}

/// The record of what everybody may read and execute.
fn open() -> ExtendedAttributes {
    ExtendedAttributes {
        owner: 0,
        group: 0,
        permissions: 0xAAAA,
        created: VolumeTime(*b"1999123123595999\x04"),
        modified: VolumeTime::UNSPECIFIED,
        expires: VolumeTime::UNSPECIFIED,
        effective: VolumeTime::UNSPECIFIED,
        record_format: 0,
        record_attributes: 0,
        record_bytes: 0,
        system_identifier: [b' '; 32],
        system_use: [0xA5; 64],
        version: 1,
        escape_bytes: 0,
        application_bytes: 0,
    }
}

/// Where the extended attribute record of a file or directory lies.
fn at(disc: &Disc, name: &str) -> usize {
    usize::try_from(disc.get32(disc.record(Plain, name) + 2)).unwrap() * SECTOR_BYTES
}

pub(crate) const ATTRIBUTES: &[Mutation] = &[
    ("xar-missing", &[], |it| it.put(it.record(Plain, "WITHOUT") + 25, FileFlags::PROTECTION.0)),
    ("xar-missing", &[], |it| it.put(it.record(Plain, "WITHOUT") + 25, FileFlags::RECORD.0)),
    ("xar-unreadable", &["extent-bounds"], |it| {
        let record = it.record(Plain, "OPEN");
        it.set32(record + 2, u32::try_from(it.0.len() / SECTOR_BYTES).unwrap());
    }),
    // A file without data has its record nevertheless.
    ("xar-unreadable", &["extent-bounds"], |it| {
        let record = it.record(Plain, "OPEN");
        it.set32(record + 2, u32::try_from(it.0.len() / SECTOR_BYTES).unwrap());
        it.set32(record + 10, 0);
    }),
    ("xar-version", &[], |it| it.put(at(it, "OPEN") + 180, 2)),
    // Zeros are no record, and are told once.
    ("xar-version", &[], |it| it.set(at(it, "OPEN"), &[0; SECTOR_BYTES])),
    ("xar-version", &[], |it| it.put(at(it, "FOLDER") + 180, 0)),
    ("xar-length", &[], |it| it.set16(at(it, "OPEN") + 246, 1799)),
    ("xar-length", &[], |it| {
        it.put(at(it, "OPEN") + 181, 1);
        it.set16(at(it, "OPEN") + 246, 1798);
    }),
    ("xar-length", &[], |it| {
        // Two blocks for the record, but one for the file unit.
        let record = it.record(Plain, "OPEN");
        it.set16(at(it, "OPEN") + 246, 2000);
        it.put(record + 1, 2);
        it.set(record + 26, &[1, 1]);
    }),
    ("xar-blocks", &[], |it| {
        let record = it.record(Plain, "OPEN");
        it.put(record + 1, 2);
        it.set32(record + 10, 0);
    }),
    ("xar-halves", &[], |it| it.flip(at(it, "OWNED") + 2, 1)),
    ("xar-halves", &[], |it| it.flip(at(it, "OWNED") + 248, 1)),
    ("xar-owner", &[], |it| it.set16(at(it, "OWNED"), 0)),
    ("xar-owner", &[], |it| it.set16(at(it, "OWNED") + 4, 0)),
    ("xar-permissions", &[], |it| it.flip(at(it, "OWNED") + 8, 0x80)),
    ("xar-permissions", &[], |it| it.flip(at(it, "OWNED") + 9, 0x02)),
    ("xar-protection", &[], |it| it.set(at(it, "OWNED") + 8, &[0xAA, 0xAA])),
    ("xar-protection", &[], |it| it.set(at(it, "OWNED"), &[0; 8])),
    ("xar-protection", &[], |it| it.add_bits(at(it, "OPEN") + 8, 0x40)),
    ("xar-protection", &[], |it| it.add_bits(it.record(Plain, "OPEN") + 25, FileFlags::PROTECTION.0)),
    ("xar-protection", &[], |it| {
        it.set16(at(it, "FOLDER"), 1);
        it.set16(at(it, "FOLDER") + 4, 1);
    }),
    ("xar-date", &[], |it| it.put(at(it, "OWNED") + 10, b'x')),
    ("xar-date", &[], |it| it.set(at(it, "OWNED") + 27, &[0; 17])),
    ("xar-date", &[], |it| it.put(at(it, "OWNED") + 44 + 5, b'1')),
    ("xar-date", &[], |it| it.put(at(it, "OWNED") + 61 + 16, 53)),
    ("xar-record-format", &[], |it| it.put(at(it, "OWNED") + 78, 4)),
    ("xar-record-format", &[], |it| it.put(at(it, "OWNED") + 78, 127)),
    ("xar-record-format", &[], |it| it.put(at(it, "OPEN") + 78, 2)),
    ("xar-record-format", &[], |it| {
        it.put(at(it, "OWNED") + 78, 0);
        it.set16(at(it, "OWNED") + 80, 0);
    }),
    ("xar-record-attributes", &[], |it| it.put(at(it, "OWNED") + 79, 3)),
    ("xar-record-length", &[], |it| it.set16(at(it, "OWNED") + 80, 0)),
    ("xar-record-length", &[], |it| it.set16(at(it, "OPEN") + 80, 1)),
    ("xar-text", &[], |it| it.put(at(it, "OWNED") + 84, b'a')),
    ("xar-reserved", &[], |it| it.put(at(it, "OWNED") + 182, 1)),
    ("xar-reserved", &[], |it| it.put(at(it, "OWNED") + 245, 1)),
    ("xar-escapes", &[], |it| it.put(at(it, "OWNED") + 250 + 15, b'%')),
    ("xar-escapes", &[], |it| it.put(at(it, "OWNED") + 250 + 15 + 2, 0)),
    // The directory's own record and the path tables tell its length too.
    ("link-length", &[], |it| it.put(at(it, "FOLDER") + SECTOR_BYTES + 1, 0)),
    ("table-entry", &[], |it| {
        it.table_records(PRIMARY, b"FOLDER").map(|table| it.put(table + 1, 0)).into_iter().collect()
    }),
    // The record's sectors are the file's.
    ("extent-overlap", &[], |it| {
        let (without, open) = (it.record(Plain, "WITHOUT"), it.record(Plain, "OPEN"));
        it.set32(without + 2, it.get32(open + 2));
    }),
    ("extent-overlap", &[], |it| {
        let (without, folder) = (it.record(Plain, "WITHOUT"), it.record(Plain, "FOLDER"));
        it.set32(without + 2, it.get32(folder + 2));
    }),
];

/// What is unusual and allowed.
pub(crate) const ALLOWED: &[fn(&mut Disc)] = &[
    |_| {},
    // Systems agree on formats from 128 on, and on what their lengths and attributes mean.
    |it| {
        it.put(at(it, "OWNED") + 78, 128);
        it.put(at(it, "OWNED") + 79, 200);
        it.set16(at(it, "OWNED") + 80, 0);
    },
    // Records of variable length may be empty.
    |it| {
        it.put(at(it, "OWNED") + 78, 3);
        it.set16(at(it, "OWNED") + 80, 0);
    },
    // Without a format the attributes mean nothing.
    |it| it.put(at(it, "OPEN") + 79, 9),
    // A record that fills its block to the last byte.
    |it| it.set16(at(it, "OPEN") + 246, 1798),
    |it| it.set(at(it, "OWNED") + 84, b"SYSTEM  "),
    // Room for escape sequences, and none in it.
    |it| it.set(at(it, "OWNED") + 250 + 15, &[0; 5]),
];
