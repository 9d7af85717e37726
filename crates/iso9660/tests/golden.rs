//! Structures byte for byte as foreign authors write them.
//!
//! The bytes were taken from images of a folder `t` with `readme.txt` ("hello\n", mode 644), its hard link `hard`, `Größe 1.TXT` ("x"),
//! a symbolic link `link` to `../up/./x` and an empty folder `dir`, all touched at 2009-02-13 23:31:30 Greenwich, made by
//!
//! * genisoimage 1.1.11: `TZ=Asia/Kathmandu genisoimage -J -R -V GOLDEN -o g.iso t` (that zone is 23 quarters of an hour east),
//! * xorriso 1.5.4: `xorriso -outdev x.iso -volid GOLDEN -joliet on -rockridge on -compliance only_iso_version -map t / -commit`,
//!
//! and as said with each test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use discwright_iso9660::format::el_torito::{
    BootCatalogue, BootEntry, BootInfoTable, Emulation, Platform, Section,
};
use discwright_iso9660::format::rock_ridge::{
    self, DeviceNumber, LinkReader, LinkWriter, NamePiece, PosixAttributes, TimeStamps, Zisofs,
};
use discwright_iso9660::format::susp::{Continuation, Entries, Entry, SharingProtocol};
use discwright_iso9660::format::{
    BootRecord, DescriptorKind, DirectoryRecord, FileFlags, JolietLevel, PathTableOrder, PathTableRecord,
    RecordTime, RootRecord, VolumeDescriptor, VolumeTime, ZonedTime, text,
};
use hex_literal::hex;

const MODIFIED: ZonedTime = ZonedTime { unix_seconds: 1_234_567_890, nanoseconds: 0, offset_quarters: 23 };
/// When genisoimage made the image: 2026-11-22 17:09:06 Greenwich.
const MADE: ZonedTime = ZonedTime { unix_seconds: 1_795_367_346, nanoseconds: 0, offset_quarters: 23 };

fn record<'a>(
    extent: u32,
    data_bytes: u32,
    identifier: &'a [u8],
    system_use: &'a [u8],
) -> DirectoryRecord<'a> {
    DirectoryRecord {
        extended_attribute_blocks: 0,
        extent,
        data_bytes,
        recorded: RecordTime::from_timestamp(MODIFIED),
        flags: FileFlags::NONE,
        unit_blocks: 0,
        gap_blocks: 0,
        volume_sequence: 1,
        identifier,
        system_use,
    }
}

fn written(record: &DirectoryRecord<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    record.append_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn joliet_records() {
    let root = hex!("22001e0000000000001e00080000000008006d020e05101e17020000010000010100");
    let directory = DirectoryRecord {
        flags: FileFlags::DIRECTORY,
        ..record(30, 2048, DirectoryRecord::SELF_IDENTIFIER, &[])
    };
    assert_eq!(written(&directory), root);
    assert_eq!(DirectoryRecord::parse(&root).unwrap(), directory);

    let file = hex!(
        "3800210000000000002101000000000000016d020e05101e17000000010000011600"
        "47007200f600df006500200031002e00540058005400"
    );
    let mut identifier = Vec::new();
    text::append_ucs2("Größe 1.TXT", &mut identifier);
    assert_eq!(written(&record(33, 1, &identifier, &[])), file);
    assert_eq!(
        text::decode_ucs2(DirectoryRecord::parse(&file).unwrap().identifier),
        ("Größe 1.TXT".into(), true)
    );
}

/// genisoimage's order: RR (obsolete, of 1.09), NM, PX without serial number, TF.
#[test]
fn rock_ridge_record_of_genisoimage() {
    let golden = hex!(
        "8000220000000000002206000000000000066d020e05101e1700000001000001"
        "0c524541444d452e5458543b3100"
        "52520501894e4d0f0100726561646d652e747874"
        "50582401a4810000000081a4020000000000000200000000000000000000000000000000"
        "54461a010e6d020e05101e176d020e05101e177e0b1616360617"
    );
    let mut system_use = Vec::new();
    Entry { signature: rock_ridge::RR, version: 1, data: &[0x89] }.append_to(&mut system_use).unwrap();
    NamePiece { flags: 0, name: b"readme.txt" }.append_to(&mut system_use).unwrap();
    let attributes = PosixAttributes { mode: 0o100_644, links: 2, user: 0, group: 0, serial: None };
    attributes.append_to(&mut system_use);
    let times = TimeStamps {
        modified: Some(MODIFIED),
        accessed: Some(MODIFIED),
        attributes: Some(MADE),
        ..TimeStamps::default()
    };
    times.append_to(false, &mut system_use);
    assert_eq!(written(&record(34, 6, b"README.TXT;1", &system_use)), golden);

    let parsed = DirectoryRecord::parse(&golden).unwrap();
    let entries: Vec<_> = Entries::new(parsed.system_use).map(Result::unwrap).collect();
    let [rr, nm, px, tf] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!(rr.signature, *b"RR");
    assert_eq!(NamePiece::parse(nm.data).unwrap().name, b"readme.txt");
    assert_eq!(PosixAttributes::parse(px.data).unwrap(), attributes);
    assert_eq!(TimeStamps::parse(tf.data), (times, None));
}

/// The end of genisoimage's record of `link`.
#[test]
fn symbolic_link() {
    let golden = hex!("534c1001000400000275700200000178");
    let mut link = Vec::new();
    assert!(!LinkWriter::new(b"../up/./x").append_entry(255, &mut link));
    assert_eq!(link, golden);
    let mut reader = LinkReader::default();
    reader.push(&golden[4..]).unwrap();
    assert_eq!(reader.finish(), (b"../up/./x".to_vec(), true));
}

/// xorriso's root: SP and CE; its continuation area begins with the same ER that genisoimage writes.
#[test]
fn sharing_protocol_continuation_and_extension() {
    let mut entries = Vec::new();
    SharingProtocol { skip: 0 }.append_to(&mut entries);
    Continuation { block: 0x34, offset: 0, bytes: 237 }.append_to(&mut entries);
    assert_eq!(entries, hex!("53500701beef0043451c0134000000000000340000000000000000ed000000000000ed"));
    let mut extension = Vec::new();
    rock_ridge::EXTENSION_1_10.append_to(&mut extension).unwrap();
    let golden = b"ER\xed\x01\nT\x87\x01RRIP_1991ATHE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE \
        SYSTEM SEMANTICSPLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY \
        VOLUME DESCRIPTOR FOR CONTACT INFORMATION.";
    assert_eq!(extension, golden);
}

/// `xorriso -outdev z.iso -map z / -set_filter_r --zisofs / -- -commit` over 80,000 bytes, and over `mknod null c 1 3`.
#[test]
fn zisofs_and_device() {
    let golden = hex!("5a461001707a040f8038010000013880");
    let zisofs =
        Zisofs { algorithm: Zisofs::PAGED_ZLIB, header_quads: 4, block_log2: 15, inflated_bytes: 80_000 };
    let mut bytes = Vec::new();
    zisofs.append_to(&mut bytes);
    assert_eq!(bytes, golden);
    assert_eq!(Zisofs::parse(1, &golden[4..]), Ok(zisofs));
    let golden = hex!("504e140100000000000000000301000000000103");
    bytes.clear();
    DeviceNumber { high: 0, low: 0x103 }.append_to(&mut bytes);
    assert_eq!(bytes, golden);
}

/// Root and `DIR` in genisoimage's two path tables.
#[test]
fn path_tables() {
    let root = PathTableRecord { extended_attribute_blocks: 0, extent: 28, parent: 1, identifier: &[0] };
    let directory =
        PathTableRecord { extended_attribute_blocks: 0, extent: 29, parent: 1, identifier: b"DIR" };
    for (order, golden) in [
        (PathTableOrder::Little, hex!("01001c0000000100000003001d000000010044495200")),
        (PathTableOrder::Big, hex!("01000000001c0001000003000000001d000144495200")),
    ] {
        let mut table = Vec::new();
        for record in [root, directory] {
            record.append_to(order, &mut table).unwrap();
        }
        assert_eq!(table, golden);
    }
}

fn genisoimage_descriptor() -> VolumeDescriptor {
    VolumeDescriptor {
        kind: DescriptorKind::Primary,
        flags: 0,
        system_identifier: text::padded(b"LINUX"),
        volume_identifier: text::padded(b"GOLDEN"),
        volume_blocks: 0xB9,
        escape_sequences: [0; 32],
        volume_set_size: 1,
        volume_sequence: 1,
        block_bytes: 2048,
        path_table_bytes: 22,
        path_table_little: 20,
        optional_path_table_little: 0,
        path_table_big: 22,
        optional_path_table_big: 0,
        root: RootRecord {
            extended_attribute_blocks: 0,
            extent: 28,
            data_bytes: 2048,
            recorded: RecordTime::from_timestamp(MODIFIED),
            flags: FileFlags::DIRECTORY,
            volume_sequence: 1,
        },
        volume_set_identifier: [b' '; 128],
        publisher_identifier: [b' '; 128],
        data_preparer_identifier: [b' '; 128],
        application_identifier: [b' '; 128],
        copyright_file_identifier: [b' '; 37],
        abstract_file_identifier: [b' '; 37],
        bibliographic_file_identifier: [b' '; 37],
        created: VolumeTime::from_timestamp(MADE),
        modified: VolumeTime::from_timestamp(MADE),
        expires: VolumeTime::UNSPECIFIED,
        effective: VolumeTime::from_timestamp(MADE),
        file_structure_version: 1,
        application_use: [b' '; 512],
    }
}

#[test]
fn primary_descriptor() {
    let head = hex!(
        "01434430303101004c494e5558202020202020202020202020202020202020202020202020202020"
        "474f4c44454e20202020202020202020202020202020202020202020202020200000000000000000"
        "b9000000000000b9"
        "0000000000000000000000000000000000000000000000000000000000000000"
        "0100000101000001000808001600000000000016140000000000000000000016"
        "00000000"
        "22001c0000000000001c00080000000008006d020e05101e170200000100000101002020"
    );
    let dates = hex!(
        "32303236313132323232353430363030 17 32303236313132323232353430363030 17"
        "30303030303030303030303030303030 00 32303236313132323232353430363030 17 01 00 2020"
    );
    let mut sector = [0xFF; 2048];
    genisoimage_descriptor().encode(&mut sector);
    assert_eq!(sector[..head.len()], head);
    assert_eq!(sector[813..813 + dates.len()], dates);
    assert!(sector[1395..].iter().all(|byte| *byte == 0), "reserved for future standardization");
    assert_eq!(VolumeDescriptor::parse(&sector), Ok(genisoimage_descriptor()));
    assert_eq!(VolumeDescriptor::disagreements(&sector).count(), 0);
}

#[test]
fn joliet_descriptor() {
    let head = hex!(
        "0243443030310100"
        "004c0049004e0055005800200020002000200020002000200020002000200020"
        "0047004f004c00440045004e0020002000200020002000200020002000200020"
        "0000000000000000b9000000000000b9"
        "252f450000000000000000000000000000000000000000000000000000000000"
        "010000010100000100080800"
    );
    let mut descriptor = genisoimage_descriptor();
    descriptor.kind = DescriptorKind::Supplementary;
    descriptor.system_identifier = text::padded_ucs2("LINUX");
    descriptor.volume_identifier = text::padded_ucs2("GOLDEN");
    descriptor.escape_sequences[..3].copy_from_slice(&JolietLevel::Three.escape_sequence());
    let mut sector = [0; 2048];
    descriptor.encode(&mut sector);
    assert_eq!(sector[..head.len()], head);
    let parsed = VolumeDescriptor::parse(&sector).unwrap();
    assert_eq!((parsed.joliet_level(), parsed.volume_name()), (Some(JolietLevel::Three), "GOLDEN".into()));
}

/// `genisoimage -b boot.bin -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table -o b.iso b`, boot.bin being the bytes 0 to 255
/// nine times over.
#[test]
fn boot_record_catalogue_and_information_table() {
    let head = hex!(
        "00434430303101454c20544f5249544f2053504543494649434154494f4e0000000000000000000000000000"
        "00000000000000000000000000000000000000000000000000000019000000"
    );
    let record = BootRecord { boot_system_identifier: BootRecord::EL_TORITO, catalogue: 25 };
    let mut sector = [0; 2048];
    record.encode(&mut sector);
    assert_eq!(sector[..head.len()], head);
    assert_eq!(BootRecord::parse(&sector), Ok(record));

    let catalogue = BootCatalogue {
        platform: Platform::X86,
        identifier: [0; 24],
        default: BootEntry {
            bootable: true,
            emulation: Emulation::None,
            load_segment: 0,
            system_type: 0,
            load_sectors: 4,
            image: 26,
            selection_criteria: [0; 20],
        },
        sections: Vec::new(),
    };
    let mut bytes = Vec::new();
    catalogue.append_to(&mut bytes).unwrap();
    assert_eq!(
        bytes,
        hex!(
            "01000000000000000000000000000000000000000000000000000000aa5555aa"
            "88000000000004001a0000000000000000000000000000000000000000000000"
        )
    );

    let mut image: Vec<u8> = (0..9).flat_map(|_| 0..=255).collect();
    let checksum = image[64..]
        .as_chunks::<4>()
        .0
        .iter()
        .fold(0, |sum: u32, word| sum.wrapping_add(u32::from_le_bytes(*word)));
    let table = BootInfoTable { primary_descriptor: 16, image: 26, image_bytes: 2304, checksum };
    image[8..64].copy_from_slice(&table.encode());
    assert_eq!(
        image[..72],
        hex!(
            "0001020304050607100000001a00000000090000a0e91c4f0000000000000000"
            "0000000000000000000000000000000000000000000000000000000000000000"
            "4041424344454647"
        )
    );
}

/// `xorriso -as mkisofs -o e.iso -b bios.img -no-emul-boot -boot-load-size 4 -eltorito-alt-boot -e efi.img -no-emul-boot e`.
#[test]
fn catalogue_with_a_section() {
    let golden = hex!(
        "01000000000000000000000000000000000000000000000000000000aa5555aa"
        "8800000000000400220000000000000000000000000000000000000000000000"
        "91ef010000000000000000000000000000000000000000000000000000000000"
        "8800000000000400230000000000000000000000000000000000000000000000"
    );
    let (catalogue, wrong) = BootCatalogue::parse(&golden).unwrap();
    assert_eq!(wrong, []);
    let [Section { platform: Platform::Efi, entries, .. }] = catalogue.sections.as_slice() else {
        panic!("{catalogue:?}")
    };
    assert_eq!((catalogue.default.image, entries.len(), entries[0].image), (34, 1, 35));
    let mut bytes = Vec::new();
    catalogue.append_to(&mut bytes).unwrap();
    assert_eq!(bytes, golden);
}
