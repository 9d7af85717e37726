//! Rock Ridge, record by record.

use std::collections::HashSet;

use super::extents::Claims;
use super::relations::{Child, Relations, Relocated, Serial};
use super::report::Report;
use super::rules::{self, Rule};
use super::system_use::{self, Area, Record, Tell};
use crate::format::rock_ridge::{
    self, CHILD_LINK, DeviceNumber, EXTENSION_IDENTIFIERS, NamePiece, PARENT_LINK, PosixAttributes,
    RELOCATED, SYMBOLIC_LINK, TimeStamps, Zisofs,
};
use crate::format::susp::{Entry, ExtensionReference, HEADER_BYTES, SharingProtocol, XA_BYTES};
use crate::format::{DirectoryRecord, FIXED_BYTES, FileFlags, FormatError};
use crate::read::finding::Place;
use crate::read::source::ReadSectors;
use crate::read::system_use::AreaReader;
use crate::read::volume::Volume;

const FILE_TYPE: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;
const SYMLINK: u32 = 0o120_000;
const CHARACTER_DEVICE: u32 = 0o020_000;
const BLOCK_DEVICE: u32 = 0o060_000;

/// Which record of its directory it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordKind {
    /// The first.
    Itself {
        /// Of the root: SP and ER are to be there.
        root: bool,
    },
    /// The second.
    Parent {
        /// Block of the directory that has it.
        directory: u32,
    },
    /// Any other; of a file in several sections the first.
    Entry,
    /// A further section of the file before.
    FurtherSection,
}

/// Checks the system use fields of one record after another.
pub(super) struct Inspector<'a, S> {
    reader: AreaReader<'a, S>,
    skip: usize,
    names: HashSet<Box<[u8]>>,
    child_link: bool,
    relations: Relations,
}

/// What the entries of one record say.
#[derive(Default)]
struct Facts {
    posix: Option<(PosixAttributes, Place)>,
    device: Option<Place>,
    link: Option<Place>,
    link_open: bool,
    component_open: bool,
    name: Vec<u8>,
    name_at: Option<Place>,
    name_flags: u8,
    name_open: bool,
    child: Option<(u32, Place)>,
    parent: Option<(u32, Place)>,
    relocated: Option<Place>,
    extension: bool,
}

impl<'a, S: ReadSectors> Inspector<'a, S> {
    pub(super) fn new(volume: &'a Volume<S>, skip: usize) -> Self {
        Self {
            reader: AreaReader::new(volume),
            skip,
            names: HashSet::new(),
            child_link: false,
            relations: Relations::default(),
        }
    }

    pub(super) fn begin_directory(&mut self) {
        self.names = HashSet::new();
    }

    /// Whether the record that was inspected last stands for a relocated directory.
    pub(super) const fn was_child_link(&self) -> bool {
        self.child_link
    }

    pub(super) fn into_relations(self) -> Relations {
        self.relations
    }

    /// Checks the field of `record`, which lies at `place` in the directory at `block`.
    pub(super) fn inspect(
        &mut self,
        (record, place): (&DirectoryRecord<'_>, Place),
        kind: RecordKind,
        (block, owner): (u32, (u8, u32)),
        path: &dyn Fn() -> String,
        claims: &mut Claims,
        report: &mut Report,
    ) {
        let tell: &mut Tell<'_> = &mut |rule, at, message| report.add(rule, at, path, message);
        let before = (FIXED_BYTES + record.identifier.len()).next_multiple_of(2);
        let root = kind == RecordKind::Itself { root: true };
        let skip = if root { sharing_place(record.system_use, place.plus(before), tell) } else { self.skip };
        let field = record.system_use.get(skip..).unwrap_or_default();
        let bytes = u32::try_from(before + record.system_use.len()).unwrap_or(u32::MAX);
        let whole = Record { place, bytes, owner: Some(owner) };
        let areas =
            system_use::gather(&mut self.reader, (field, place.plus(before + skip)), whole, claims, tell);
        let facts = Facts::of(&areas, tell);
        facts.check_ends(place, tell);
        if root && !facts.extension {
            tell(rules::ER_MISSING, place, "no ER entry names Rock Ridge".to_owned());
        }
        self.child_link = facts.child.is_some();
        facts.check_kind(record, kind, place, tell);
        if kind == RecordKind::Entry {
            let named = facts.check_name(tell);
            let alone = facts.relocated.is_none() && !record.flags.contains(FileFlags::ASSOCIATED);
            if let (Some(at), true) = (named, alone)
                && !self.names.insert(facts.name.as_slice().into())
            {
                tell(rules::NM_TWICE, at, "the name is there twice".to_owned());
            }
        }
        self.relate(&facts, (record, place), kind, (block, owner.1));
    }

    fn relate(
        &mut self,
        facts: &Facts,
        (record, place): (&DirectoryRecord<'_>, Place),
        kind: RecordKind,
        (directory, row): (u32, u32),
    ) {
        let target = record.extent.saturating_add(u32::from(record.extended_attribute_blocks));
        match kind {
            RecordKind::Parent { directory } => {
                if let Some((parent, at)) = facts.parent {
                    self.relations.parents.insert(directory, (parent, at));
                }
            }
            RecordKind::Entry => {
                if let Some((block, at)) = facts.child {
                    self.relations.children.push(Child { block, directory, record: place, at, row });
                } else if let Some(at) = facts.relocated {
                    let directory = record.flags.contains(FileFlags::DIRECTORY);
                    if directory {
                        self.relations.relocated.push(Relocated { block: target, record: place, at, row });
                    }
                } else if let Some((posix, at)) = facts.posix
                    && let Some(number @ 1..) = posix.serial
                    && !record.flags.contains(FileFlags::DIRECTORY)
                {
                    let start = if record.data_bytes == 0 { None } else { Some(target) };
                    let links = posix.links;
                    self.relations.serials.push(Serial { number, start, links, record: place, at, row });
                }
            }
            RecordKind::Itself { .. } | RecordKind::FurtherSection => {}
        }
    }
}

/// Where SUSP begins in the root's own field; tells when that is not where SP says.
fn sharing_place(field: &[u8], place: Place, tell: &mut Tell<'_>) -> usize {
    let begins = |skip: usize| matches!(field.get(skip..), Some([b'S', b'P', 7..=255, _, 0xBE, 0xEF, ..]));
    match [0, XA_BYTES].into_iter().find(|skip| begins(*skip)) {
        Some(skip) => skip,
        None => {
            tell(rules::SP_PLACE, place, "the root's own record does not begin with SP".to_owned());
            0
        }
    }
}

impl Facts {
    fn of(areas: &[Area], tell: &mut Tell<'_>) -> Self {
        let mut facts = Self::default();
        for (entry, at) in areas.iter().flat_map(Area::entries) {
            // What is too short was told by its size.
            _ = facts.take(entry, at, tell);
        }
        facts
    }

    fn take(&mut self, entry: Entry<'_>, at: Place, tell: &mut Tell<'_>) -> Result<(), FormatError> {
        let Entry { signature, version, data } = entry;
        match signature {
            PosixAttributes::SIGNATURE => self.posix = Some((PosixAttributes::parse(data)?, at)),
            DeviceNumber::SIGNATURE => self.device = Some(at),
            SYMBOLIC_LINK => self.take_link(data, at, tell),
            NamePiece::SIGNATURE => self.take_name(NamePiece::parse(data)?, at, tell),
            TimeStamps::SIGNATURE => check_times(data, at, tell),
            CHILD_LINK => self.child = Some((rock_ridge::parse_link(data)?, at)),
            PARENT_LINK => self.parent = Some((rock_ridge::parse_link(data)?, at)),
            RELOCATED => self.relocated = Some(at),
            Zisofs::SIGNATURE => check_zisofs(Zisofs::parse(version, data)?, version, at, tell),
            ExtensionReference::SIGNATURE => {
                let extension = ExtensionReference::parse(data);
                if extension.is_err() {
                    let message = "ER is shorter than its parts".to_owned();
                    tell(rules::SUSP_SIZE, at.plus(2), message);
                }
                self.extension |= EXTENSION_IDENTIFIERS.contains(&extension?.identifier);
            }
            SharingProtocol::SIGNATURE => {}
            _ => {}
        }
        Ok(())
    }

    fn take_name(&mut self, piece: NamePiece<'_>, at: Place, tell: &mut Tell<'_>) {
        if self.name_at.is_some() && !self.name_open {
            let message = "a further NM, though the one before was said to be the last".to_owned();
            tell(rules::NM_CONTINUE, at, message);
            return;
        }
        self.name_at = self.name_at.or(Some(at));
        // A name is not put together without end.
        if self.name.len() < 4096 {
            self.name.extend_from_slice(piece.name);
        }
        self.name_flags |= piece.flags;
        self.name_open = piece.flags & NamePiece::CONTINUE != 0;
    }

    fn take_link(&mut self, data: &[u8], at: Place, tell: &mut Tell<'_>) {
        const CONTINUE: u8 = 0x01;
        const SPECIAL: u8 = 0x0E;
        if self.link.is_some() && !self.link_open {
            let message = "a further SL, though the one before was said to be the last".to_owned();
            tell(rules::SL_CONTINUE, at, message);
        }
        self.link = self.link.or(Some(at));
        let Some((flags, mut rest)) = data.split_first() else { return };
        self.link_open = flags & CONTINUE != 0;
        while let [flags, length, after @ ..] = rest {
            let place = at.plus(HEADER_BYTES + data.len() - rest.len());
            let Some((_, after)) = after.split_at_checked(usize::from(*length)) else {
                tell(rules::SL_COMPONENT, place, "a component is longer than its SL".to_owned());
                return;
            };
            if flags & !(CONTINUE | SPECIAL) != 0 || (flags & SPECIAL != 0 && *length != 0) {
                tell(
                    rules::SL_COMPONENT,
                    place,
                    format!("a component of {length} bytes has the flags {flags:02X}"),
                );
            }
            self.component_open = flags & CONTINUE != 0;
            rest = after;
        }
        if !rest.is_empty() {
            let place = at.plus(HEADER_BYTES + data.len() - 1);
            tell(rules::SL_COMPONENT, place, "a component has no length".to_owned());
        }
    }

    /// What must have come to an end.
    fn check_ends(&self, record: Place, tell: &mut Tell<'_>) {
        if self.name_open {
            let at = self.name_at.unwrap_or(record);
            tell(rules::NM_CONTINUE, at, "the last NM says that another follows".to_owned());
        }
        if self.link_open || self.component_open {
            let at = self.link.unwrap_or(record);
            let what = if self.link_open { "SL" } else { "component of SL" };
            tell(rules::SL_CONTINUE, at, format!("the last {what} says that another follows"));
        }
    }

    fn check_kind(&self, record: &DirectoryRecord<'_>, kind: RecordKind, place: Place, tell: &mut Tell<'_>) {
        let Some((posix, at)) = self.posix else {
            if kind == RecordKind::Entry {
                tell(rules::PX_MISSING, place, "there is no PX".to_owned());
            }
            return;
        };
        let file_type = posix.mode & FILE_TYPE;
        let directory = record.flags.contains(FileFlags::DIRECTORY) || self.child.is_some();
        if (file_type == DIRECTORY) != directory || file_type == 0 {
            let message = format!("the mode is {:o}, which disagrees with the directory flag", posix.mode);
            tell(rules::PX_TYPE, at, message);
        }
        if posix.links == 0 {
            tell(rules::PX_LINKS, at, "the number of links is zero".to_owned());
        }
        let device = matches!(file_type, CHARACTER_DEVICE | BLOCK_DEVICE);
        let link = file_type == SYMLINK;
        for (present, wanted, missing, stray, what) in [
            (self.device, device, rules::PN_MISSING, rules::PN_STRAY, "PN"),
            (self.link, link, rules::SL_MISSING, rules::SL_STRAY, "SL"),
        ] {
            let wrong: Option<(&'static Rule, Place, &str)> = match present {
                None if wanted => Some((missing, at, "no")),
                Some(at) if !wanted => Some((stray, at, "a")),
                _ => None,
            };
            if let Some((rule, at, article)) = wrong {
                tell(rule, at, format!("a file of mode {:o} has {article} {what}", posix.mode));
            }
        }
    }

    /// Checks the name; where it is said if there is one that can be compared with others.
    fn check_name(&self, tell: &mut Tell<'_>) -> Option<Place> {
        let at = self.name_at?;
        if self.name_flags & (NamePiece::CURRENT | NamePiece::PARENT) != 0 {
            let message =
                "NM names the directory itself or its parent, but this is neither's record".to_owned();
            tell(rules::NM_LINK, at, message);
            return None;
        }
        let name = self.name.as_slice();
        if matches!(name, b"" | b"." | b"..") || name.iter().any(|byte| matches!(byte, b'/' | 0)) {
            tell(rules::NM_CHARACTERS, at, format!("\"{}\" cannot be a name", name.escape_ascii()));
        }
        if name.len() > 255 {
            tell(rules::NM_LENGTH, at, format!("the name has {} bytes", name.len()));
        }
        if core::str::from_utf8(name).is_err() {
            tell(rules::NM_ENCODING, at, "the name is not UTF-8".to_owned());
        }
        Some(at)
    }
}

fn check_times(data: &[u8], at: Place, tell: &mut Tell<'_>) {
    match TimeStamps::parse(data).1 {
        Some(FormatError::Invalid { offset, .. }) => {
            tell(rules::TF_DATE, at.plus(HEADER_BYTES + offset), "the time stamp is no date".to_owned());
        }
        Some(error) => tell(rules::TF_LENGTH, at, error.to_string()),
        None => {}
    }
}

fn check_zisofs(zisofs: Zisofs, version: u8, at: Place, tell: &mut Tell<'_>) {
    let version_2 = version == 2 && zisofs.algorithm == *b"PZ" && matches!(zisofs.block_log2, 15..=20);
    if !zisofs.is_known() && !version_2 {
        let message = format!(
            "compressed by \"{}\" in blocks of 2^{} bytes",
            zisofs.algorithm.escape_ascii(),
            zisofs.block_log2
        );
        tell(rules::ZF_KNOWN, at, message);
    }
}
