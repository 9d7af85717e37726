//! The volume descriptors.

use super::{Hierarchy, HierarchyKind, Layout, LayoutError, Options, Source};
use crate::format::text::{is_a_character, is_d_character, padded, padded_ucs2};
use crate::format::{
    DescriptorKind, FileFlags, JolietLevel, RootRecord, SECTOR_BYTES, VolumeDescriptor, VolumeTime,
    terminator,
};
use crate::tree::Timestamp;

/// Begins an application use area that holds a session's identifier at byte 16.
const SESSION_MARK: [u8; 16] = *b"DISCWRIGHT ID 1\0";

/// The sixteen bytes that tell a session written by this crate from every other, if it was given any.
#[must_use]
pub fn session_id(descriptor: &VolumeDescriptor) -> Option<[u8; 16]> {
    let (mark, rest) = descriptor.application_use.split_first_chunk::<16>()?;
    let id = rest.first_chunk::<16>()?;
    (*mark == SESSION_MARK).then_some(*id)
}

/// The sequence of volume descriptors.
#[derive(Debug)]
pub(crate) struct Descriptors;

impl Descriptors {
    /// Sectors that the sequence takes, its terminator included.
    pub(crate) fn count(options: &Options) -> u64 {
        let parts = [options.joliet.is_some(), options.enhanced, options.boots()];
        2 + parts.into_iter().map(u64::from).sum::<u64>()
    }
}

impl Layout {
    /// The whole sequence of volume descriptors.
    pub(crate) fn encode_descriptors(&self, out: &mut Vec<u8>) {
        out.clear();
        for hierarchy in &self.plan.hierarchies {
            let mut sector = [0; SECTOR_BYTES];
            self.descriptor(hierarchy).encode(&mut sector);
            out.extend_from_slice(&sector);
            // The boot record is the second descriptor (El Torito 1.0, 2.0).
            if let (HierarchyKind::Primary, Some(record)) = (hierarchy.kind, self.boot_record()) {
                record.encode(&mut sector);
                out.extend_from_slice(&sector);
            }
        }
        out.extend_from_slice(&terminator());
    }

    fn descriptor(&self, hierarchy: &Hierarchy) -> VolumeDescriptor {
        let volume = &self.options.volume;
        let texts = Texts { kind: hierarchy.kind };
        let time = |time: Option<Timestamp>| {
            time.map_or(VolumeTime::UNSPECIFIED, |time| VolumeTime::from_timestamp(self.options.zoned(time)))
        };
        let [little, big] = hierarchy.path_tables.map(|sector| self.on_disc(sector));
        VolumeDescriptor {
            kind: match hierarchy.kind {
                HierarchyKind::Primary => DescriptorKind::Primary,
                HierarchyKind::Joliet => DescriptorKind::Supplementary,
                HierarchyKind::Enhanced => DescriptorKind::Enhanced,
            },
            flags: 0,
            system_identifier: texts.a(&volume.system),
            volume_identifier: texts.d(&volume.name),
            volume_blocks: self.plan.sectors,
            escape_sequences: escape_sequences(hierarchy.kind),
            volume_set_size: 1,
            volume_sequence: 1,
            block_bytes: BLOCK_BYTES,
            path_table_bytes: hierarchy.path_table_bytes,
            path_table_little: little,
            optional_path_table_little: 0,
            path_table_big: big,
            optional_path_table_big: 0,
            root: self.root(hierarchy),
            volume_set_identifier: texts.d(&volume.set),
            publisher_identifier: texts.a(&volume.publisher),
            data_preparer_identifier: texts.a(&volume.preparer),
            application_identifier: texts.a(&volume.application),
            copyright_file_identifier: self.file_identifier(hierarchy, &volume.copyright_file),
            abstract_file_identifier: self.file_identifier(hierarchy, &volume.abstract_file),
            bibliographic_file_identifier: self.file_identifier(hierarchy, &volume.bibliographic_file),
            created: time(Some(volume.created)),
            modified: time(Some(volume.modified.unwrap_or(volume.created))),
            expires: time(volume.expires),
            effective: time(Some(volume.effective.unwrap_or(volume.created))),
            file_structure_version: if hierarchy.kind == HierarchyKind::Enhanced { 2 } else { 1 },
            application_use: self.application_use(),
        }
    }

    /// What a file in the root is called in a hierarchy; spaces for none. Names that are too long were refused.
    fn file_identifier(&self, hierarchy: &Hierarchy, path: &str) -> [u8; FILE_BYTES] {
        let mut identifier = Vec::new();
        if let Some(position) = hierarchy.in_root(&self.tree, path) {
            hierarchy.identifier(&self.tree, position, true, &mut identifier);
        }
        match hierarchy.kind {
            HierarchyKind::Joliet => {
                let mut field = padded_ucs2("");
                field.iter_mut().zip(&identifier).for_each(|(place, byte)| *place = *byte);
                field
            }
            HierarchyKind::Primary | HierarchyKind::Enhanced => padded(&identifier),
        }
    }

    fn root(&self, hierarchy: &Hierarchy) -> RootRecord {
        let plan = hierarchy.directories.first();
        RootRecord {
            extended_attribute_blocks: 0,
            extent: plan.map_or(0, |plan| self.on_disc(plan.start)),
            data_bytes: plan.map_or(0, |plan| plan.bytes),
            recorded: self.root_time(),
            flags: FileFlags::DIRECTORY,
            volume_sequence: 1,
        }
    }

    fn application_use(&self) -> [u8; 512] {
        let mut area = [0; 512];
        if let Some(id) = self.options.session_id {
            let bytes = SESSION_MARK.iter().chain(&id);
            area.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        }
        area
    }
}

/// Refuses volume fields that name a file which is not in the root, or whose identifier their 37 bytes cannot hold.
pub(super) fn check_volume_files(source: Source<'_>, hierarchies: &[Hierarchy]) -> Result<(), LayoutError> {
    let volume = &source.options.volume;
    let fields = [
        ("copyright", &volume.copyright_file),
        ("abstract", &volume.abstract_file),
        ("bibliographic", &volume.bibliographic_file),
    ];
    for (field, path) in fields.into_iter().filter(|(_, path)| !path.is_empty()) {
        let refuse = |problem| LayoutError::VolumeFile { field, path: path.clone(), problem };
        for hierarchy in hierarchies {
            let Some(position) = hierarchy.in_root(source.tree, path) else {
                return Err(refuse("there is no such file in the root"));
            };
            let mut identifier = Vec::new();
            hierarchy.identifier(source.tree, position, true, &mut identifier);
            let mut parts = identifier.split(|byte| matches!(byte, b'.' | b';')).map(<[u8]>::len);
            let short = parts.next().is_some_and(|name| name <= 8) && parts.next().is_some_and(|it| it <= 3);
            if identifier.len() > FILE_BYTES || (hierarchy.kind == HierarchyKind::Primary && !short) {
                return Err(refuse("its name is too long for the field; give it one of 8 and 3 characters"));
            }
        }
    }
    Ok(())
}

/// Length of the fields that name a file.
const FILE_BYTES: usize = 37;
const BLOCK_BYTES: u16 = 2048;

fn escape_sequences(kind: HierarchyKind) -> [u8; 32] {
    let mut field = [0; 32];
    if kind == HierarchyKind::Joliet {
        let sequence = JolietLevel::Three.escape_sequence();
        field.iter_mut().zip(sequence).for_each(|(place, byte)| *place = byte);
    }
    field
}

/// Puts texts into fields: spaces and capitals in the primary descriptor, UCS-2 in the Joliet one.
struct Texts {
    kind: HierarchyKind,
}

impl Texts {
    /// A field of a-characters.
    fn a<const N: usize>(&self, text: &str) -> [u8; N] {
        self.field(text, is_a_character)
    }

    /// A field of d-characters.
    fn d<const N: usize>(&self, text: &str) -> [u8; N] {
        self.field(text, is_d_character)
    }

    fn field<const N: usize>(&self, text: &str, allowed: impl Fn(u8) -> bool) -> [u8; N] {
        match self.kind {
            HierarchyKind::Joliet => padded_ucs2(text),
            HierarchyKind::Primary | HierarchyKind::Enhanced => padded(&plain_text(text, allowed)),
        }
    }
}

/// Capitals, and `_` for each character that is not allowed.
pub(super) fn plain_text(text: &str, allowed: impl Fn(u8) -> bool) -> Vec<u8> {
    let capitals = text.chars().map(|character| u8::try_from(character.to_ascii_uppercase()).unwrap_or(b'_'));
    capitals.map(|byte| if allowed(byte) { byte } else { b'_' }).collect()
}
