//! What fuzz target `susp` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The first byte is the length of a system use field, which follows; what is left fills the sectors from 24 on, where its
//! continuation areas may lie. Around them a volume is made with one file that has that field. Nothing may panic, and
//! names and links stay within their bounds.

use discwright_cd::Lba;
use discwright_iso9660::format::susp::SharingProtocol;
use discwright_iso9660::format::{
    DescriptorKind, DirectoryRecord, FileFlags, RecordTime, RootRecord, SECTOR_BYTES, VolumeDescriptor,
    VolumeTime, terminator,
};
use discwright_iso9660::read::{EntryKind, View, Volume, import};
use discwright_iso9660::tree::Case;

const ROOT: u32 = 20;
const AREAS: usize = 24;

pub(crate) fn run(data: &[u8]) {
    let Some((length, rest)) = data.split_first() else { return };
    let (field, areas) = rest.split_at(usize::from(*length).min(rest.len()).min(200));
    let image = image(field, areas);
    let volume = Volume::open(&image, Lba(0)).expect("the descriptor is sound");
    let mut walk = volume.walk(View::RockRidge);
    for visited in walk.by_ref() {
        assert!(visited.entry.name.len() <= 2048);
        if let EntryKind::Symlink(target) = &visited.entry.kind {
            assert!(target.len() <= 4096);
        }
        _ = visited.entry.modified();
    }
    assert!(walk.findings().as_slice().len() <= 1000);
    _ = import(&volume, View::RockRidge, Case::Exact);
}

/// A volume whose root holds one file with the system use field `field`, and `areas` from sector 24 on.
fn image(field: &[u8], areas: &[u8]) -> Vec<u8> {
    let mut image = vec![0; AREAS * SECTOR_BYTES];
    let (sectors, _) = image.as_chunks_mut::<SECTOR_BYTES>();
    descriptor().encode(&mut sectors[16]);
    sectors[17] = terminator();
    let root = &mut sectors[20];
    let mut sharing = Vec::new();
    SharingProtocol { skip: 0 }.append_to(&mut sharing);
    // RE's header alone says Rock Ridge is in use, and nothing else.
    sharing.extend_from_slice(b"RR\x05\x01\0");
    let mut at = 0;
    let own = DirectoryRecord::SELF_IDENTIFIER;
    let parent = DirectoryRecord::PARENT_IDENTIFIER;
    for (identifier, flags, field) in [
        (own, FileFlags::DIRECTORY, sharing.as_slice()),
        (parent, FileFlags::DIRECTORY, &[]),
        (b"FILE.TXT;1", FileFlags::NONE, field),
    ] {
        let record = DirectoryRecord {
            extended_attribute_blocks: 0,
            extent: ROOT,
            data_bytes: 2048,
            recorded: RecordTime::UNSPECIFIED,
            flags,
            unit_blocks: 0,
            gap_blocks: 0,
            volume_sequence: 1,
            identifier,
            system_use: field,
        };
        at += record.encode(&mut root[at..]).expect("the records fit");
    }
    image.extend_from_slice(areas);
    image.resize(image.len().next_multiple_of(SECTOR_BYTES), 0);
    image
}

fn descriptor() -> VolumeDescriptor {
    VolumeDescriptor {
        kind: DescriptorKind::Primary,
        flags: 0,
        system_identifier: [b' '; 32],
        volume_identifier: [b' '; 32],
        volume_blocks: 64,
        escape_sequences: [0; 32],
        volume_set_size: 1,
        volume_sequence: 1,
        block_bytes: 2048,
        path_table_bytes: 10,
        path_table_little: 18,
        optional_path_table_little: 0,
        path_table_big: 19,
        optional_path_table_big: 0,
        root: RootRecord {
            extended_attribute_blocks: 0,
            extent: ROOT,
            data_bytes: 2048,
            recorded: RecordTime::UNSPECIFIED,
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
        created: VolumeTime::UNSPECIFIED,
        modified: VolumeTime::UNSPECIFIED,
        expires: VolumeTime::UNSPECIFIED,
        effective: VolumeTime::UNSPECIFIED,
        file_structure_version: 1,
        application_use: [0; 512],
    }
}
