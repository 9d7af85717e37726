//! What is written reads back the same, and foreign bytes never do harm.

use discwright_iso9660::format::el_torito::{BootCatalogue, BootEntry, Emulation, Platform, Section};
use discwright_iso9660::format::rock_ridge::{
    DeviceNumber, LinkReader, LinkWriter, NamePiece, PosixAttributes, SparseFile, TimeStamps, Zisofs,
};
use discwright_iso9660::format::susp::{Continuation, Entries, ExtensionReference};
use discwright_iso9660::format::{
    BothEndian, DescriptorKind, DirectoryRecord, FileFlags, PathTableOrder, PathTableRecord, RecordTime,
    RootRecord, VolumeDescriptor, VolumeTime, ZonedTime, text,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Moments that a record can hold: the years 1900 to 2155 at any offset.
fn recordable() -> impl Strategy<Value = ZonedTime> {
    (-2_208_900_000_i64..5_869_500_000, -48_i8..=52).prop_map(|(unix_seconds, offset_quarters)| ZonedTime {
        unix_seconds,
        nanoseconds: 0,
        offset_quarters,
    })
}

/// Names as POSIX has them, `.` and `..` among them.
fn component() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => vec(prop_oneof![Just(b'.'), 1_u8..=b'.', b'0'..=255], 1..300),
        1 => Just(b".".to_vec()),
        1 => Just(b"..".to_vec()),
    ]
}

fn record_fields() -> impl Strategy<Value = (u8, u32, u32, [u8; 7], u8, u8, u8, u16)> {
    any::<(u8, u32, u32, [u8; 7], u8, u8, u8, u16)>()
}

proptest! {
    #[test]
    fn numbers_survive(small: u16, large: u32) {
        prop_assert_eq!(BothEndian::<u16>::decode(BothEndian::<u16>::encode(small)).agreed(), Some(small));
        prop_assert_eq!(BothEndian::<u32>::decode(BothEndian::<u32>::encode(large)).agreed(), Some(large));
    }

    #[test]
    fn record_times_survive(at in recordable()) {
        prop_assert_eq!(RecordTime::from_timestamp(at).timestamp(), Ok(Some(at)));
    }

    #[test]
    fn volume_times_survive_to_the_hundredth(at in recordable(), hundredths in 0_u32..100) {
        let at = ZonedTime { nanoseconds: hundredths * 10_000_000, ..at };
        prop_assert_eq!(VolumeTime::from_timestamp(at).timestamp(), Ok(Some(at)));
    }

    #[test]
    fn any_bytes_are_a_time_or_an_error(short: [u8; 7], long: [u8; 17]) {
        if let Ok(Some(at)) = RecordTime(short).timestamp() {
            prop_assert_eq!(RecordTime::from_timestamp(at).0, short);
        }
        _ = VolumeTime(long).timestamp();
    }

    #[test]
    fn directory_records_survive(
        fields in record_fields(),
        identifier in vec(any::<u8>(), 1..100),
        system_use in vec(any::<u8>(), 0..60),
    ) {
        let record = DirectoryRecord {
            extended_attribute_blocks: fields.0,
            extent: fields.1,
            data_bytes: fields.2,
            recorded: RecordTime(fields.3),
            flags: FileFlags(fields.4),
            unit_blocks: fields.5,
            gap_blocks: fields.6,
            volume_sequence: fields.7,
            identifier: &identifier,
            system_use: &system_use,
        };
        let mut bytes = Vec::new();
        let length = record.append_to(&mut bytes).unwrap();
        prop_assert_eq!(length, bytes.len());
        let parsed = DirectoryRecord::parse(&bytes).unwrap();
        prop_assert_eq!(DirectoryRecord { system_use: &[], ..parsed }, DirectoryRecord { system_use: &[], ..record });
        // One byte of padding may follow.
        prop_assert!(parsed.system_use.starts_with(&system_use) && parsed.system_use.len() <= system_use.len() + 1);
        prop_assert_eq!(DirectoryRecord::disagreements(&bytes).count(), 0);
    }

    #[test]
    fn any_bytes_are_a_record_or_an_error(bytes in vec(any::<u8>(), 0..300)) {
        if let Ok(record) = DirectoryRecord::parse(&bytes) {
            prop_assert!(33 + record.identifier.len() + record.system_use.len() <= usize::from(bytes[0]));
        }
        for order in [PathTableOrder::Little, PathTableOrder::Big] {
            let mut rest = bytes.as_slice();
            while let Ok((_, after)) = PathTableRecord::parse(order, rest) {
                prop_assert!(after.len() < rest.len());
                rest = after;
            }
        }
        _ = BootCatalogue::parse(&bytes);
    }

    #[test]
    fn path_table_records_survive(extent: u32, parent: u16, identifier in vec(any::<u8>(), 1..=255), big: bool) {
        let order = if big { PathTableOrder::Big } else { PathTableOrder::Little };
        let record = PathTableRecord { extended_attribute_blocks: 3, extent, parent, identifier: &identifier };
        let mut bytes = Vec::new();
        record.append_to(order, &mut bytes).unwrap();
        prop_assert_eq!(PathTableRecord::parse(order, &bytes), Ok((record, &[][..])));
    }

    #[test]
    fn descriptors_survive(
        kind in prop_oneof![
            Just(DescriptorKind::Primary),
            Just(DescriptorKind::Supplementary),
            Just(DescriptorKind::Enhanced),
        ],
        numbers: (u32, u16, u16, u16, u32, u32, u32, u32, u32),
        root in record_fields(),
        texts: ([u8; 32], [u8; 32], [u8; 32], [u8; 17]),
        fill: u8,
    ) {
        let primary = kind == DescriptorKind::Primary;
        let descriptor = VolumeDescriptor {
            kind,
            flags: if primary { 0 } else { 1 },
            system_identifier: texts.0,
            volume_identifier: texts.1,
            volume_blocks: numbers.0,
            escape_sequences: if primary { [0; 32] } else { texts.2 },
            volume_set_size: numbers.1,
            volume_sequence: numbers.2,
            block_bytes: numbers.3,
            path_table_bytes: numbers.4,
            path_table_little: numbers.5,
            optional_path_table_little: numbers.6,
            path_table_big: numbers.7,
            optional_path_table_big: numbers.8,
            root: RootRecord {
                extended_attribute_blocks: root.0,
                extent: root.1,
                data_bytes: root.2,
                recorded: RecordTime(root.3),
                flags: FileFlags(root.4),
                volume_sequence: root.7,
            },
            volume_set_identifier: [fill; 128],
            publisher_identifier: [fill.wrapping_add(1); 128],
            data_preparer_identifier: [fill.wrapping_add(2); 128],
            application_identifier: [fill.wrapping_add(3); 128],
            copyright_file_identifier: [fill.wrapping_add(4); 37],
            abstract_file_identifier: [fill.wrapping_add(5); 37],
            bibliographic_file_identifier: [fill.wrapping_add(6); 37],
            created: VolumeTime(texts.3),
            modified: VolumeTime::UNSPECIFIED,
            expires: VolumeTime([fill; 17]),
            effective: VolumeTime(texts.3),
            file_structure_version: 1,
            application_use: [fill.wrapping_add(7); 512],
        };
        let mut sector = [0xAA; 2048];
        descriptor.encode(&mut sector);
        prop_assert_eq!(VolumeDescriptor::disagreements(&sector).count(), 0);
        prop_assert_eq!(VolumeDescriptor::parse(&sector), Ok(descriptor));
    }

    #[test]
    fn ucs2_survives(name: String) {
        let mut bytes = Vec::new();
        text::append_ucs2(&name, &mut bytes);
        prop_assert_eq!(text::decode_ucs2(&bytes), (name, true));
    }

    #[test]
    fn susp_entries_survive(
        area: (u32, u32, u32),
        px: (u32, u32, u32, u32),
        serial: Option<u32>,
        device: (u32, u32),
        sparse: (u64, u8),
        zisofs: (u8, u8, u32),
        name in vec(any::<u8>(), 0..=250),
        er in (vec(any::<u8>(), 0..80), vec(any::<u8>(), 0..80), vec(any::<u8>(), 0..80)),
    ) {
        let mut out = Vec::new();
        let area = Continuation { block: area.0, offset: area.1, bytes: area.2 };
        area.append_to(&mut out);
        let px = PosixAttributes { mode: px.0, links: px.1, user: px.2, group: px.3, serial };
        px.append_to(&mut out);
        let device = DeviceNumber { high: device.0, low: device.1 };
        device.append_to(&mut out);
        let sparse = SparseFile { virtual_bytes: sparse.0, table_depth: sparse.1 };
        sparse.append_to(&mut out);
        let zisofs = Zisofs {
            algorithm: Zisofs::PAGED_ZLIB,
            header_quads: zisofs.0,
            block_log2: zisofs.1,
            inflated_bytes: zisofs.2.into(),
        };
        zisofs.append_to(&mut out);
        let name = NamePiece { flags: 1, name: &name };
        name.append_to(&mut out).unwrap();
        let er = ExtensionReference { version: 1, identifier: &er.0, descriptor: &er.1, source: &er.2 };
        er.append_to(&mut out).unwrap();

        let entries: Vec<_> = Entries::new(&out).map(Result::unwrap).collect();
        prop_assert_eq!(entries.len(), 7);
        prop_assert_eq!(Continuation::parse(entries[0].data), Ok(area));
        prop_assert_eq!(PosixAttributes::parse(entries[1].data), Ok(px));
        prop_assert_eq!(DeviceNumber::parse(entries[2].data), Ok(device));
        prop_assert_eq!(SparseFile::parse(entries[3].data), Ok(sparse));
        prop_assert_eq!(Zisofs::parse(1, entries[4].data), Ok(zisofs));
        prop_assert_eq!(NamePiece::parse(entries[5].data), Ok(name));
        prop_assert_eq!(ExtensionReference::parse(entries[6].data), Ok(er));
    }

    #[test]
    fn time_stamps_survive(stamps in proptest::array::uniform7(proptest::option::of(recordable())), long: bool) {
        let [created, modified, accessed, attributes, backup, expires, effective] = stamps;
        let stamps = TimeStamps { created, modified, accessed, attributes, backup, expires, effective };
        let mut out = Vec::new();
        stamps.append_to(long, &mut out);
        prop_assert_eq!(out.len(), usize::from(out[2]));
        prop_assert_eq!(TimeStamps::parse(&out[4..]), (stamps, None));
    }

    #[test]
    fn links_survive_any_room(
        root: bool,
        components in vec(component(), 1..12),
        room in LinkWriter::MIN_ROOM..300,
    ) {
        let joined = components.join(&b'/');
        let target = if root { [&b"/"[..], &joined].concat() } else { joined };
        let mut writer = LinkWriter::new(&target);
        let mut reader = LinkReader::default();
        for _ in 0..10_000 {
            let mut entry = Vec::new();
            let more = writer.append_entry(room, &mut entry);
            prop_assert!(entry.len() <= room.min(255));
            reader.push(&entry[4..]).unwrap();
            if !more {
                break;
            }
        }
        prop_assert_eq!(reader.finish(), (target, true));
    }

    #[test]
    fn any_susp_area_ends(area in vec(any::<u8>(), 0..600)) {
        let mut link = LinkReader::default();
        for entry in Entries::new(&area).flatten() {
            _ = Continuation::parse(entry.data);
            _ = PosixAttributes::parse(entry.data);
            _ = TimeStamps::parse(entry.data);
            _ = ExtensionReference::parse(entry.data);
            _ = link.push(entry.data);
        }
        prop_assert!(link.finish().0.len() <= LinkReader::MAX_TARGET_BYTES);
    }

    #[test]
    fn catalogues_survive(default in boot_entry(), sections in vec((any::<u8>(), vec(boot_entry(), 0..4)), 0..4)) {
        let catalogue = BootCatalogue {
            platform: Platform::Efi,
            identifier: [7; 24],
            default,
            sections: sections
                .into_iter()
                .map(|(platform, entries)| Section {
                    platform: Platform::from_code(platform),
                    identifier: [b'x'; 28],
                    entries,
                })
                .collect(),
        };
        let mut bytes = Vec::new();
        catalogue.append_to(&mut bytes).unwrap();
        prop_assert_eq!(bytes.len(), catalogue.encoded_bytes());
        bytes.resize(bytes.len().next_multiple_of(2048), 0);
        prop_assert_eq!(BootCatalogue::parse(&bytes), Ok((catalogue, vec![])));
    }
}

fn boot_entry() -> impl Strategy<Value = BootEntry> {
    any::<(bool, u16, u16, u32, [u8; 20])>().prop_map(
        |(bootable, load_segment, load_sectors, image, selection_criteria)| BootEntry {
            bootable,
            emulation: Emulation::HardDisk,
            load_segment,
            system_type: 6,
            load_sectors,
            image,
            selection_criteria,
        },
    )
}
