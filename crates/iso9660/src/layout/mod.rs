//! Where everything goes: from a tree to sector numbers. No I/O.
//!
//! An image is, in this order: 16 sectors of zeros, volume descriptors, path tables (Type L and Type M for
//! each hierarchy), the directories of each hierarchy in path table order, the contents of the files, padding. Contents
//! lie in the order in which the primary hierarchy names them, each once however many entries and hierarchies share it.
//!
//! Numbers in [`Layout`] are sectors counted from the start of the image; numbers recorded in the image are counted
//! from the start of the disc. The volume space size that is recorded is the image's own length, as mkisofs and xorriso record
//! it for later sessions too (observed); extents of earlier sessions lie outside of it.
//!
//! An empty file takes no sector; its extent is recorded as the first sector of the file area, where readers that
//! check locations accept it (genisoimage does likewise).

mod boot;
mod descriptors;
mod hierarchy;
mod options;
mod prepare;
mod records;
mod report;
mod system_use;

use std::borrow::Cow;
use std::sync::Arc;

use discwright_cd::Lba;
use thiserror::Error;

pub use self::descriptors::session_id;
pub use self::hierarchy::HierarchyKind;
pub use self::options::{
    Boot, BootImage, BootSource, Deep, Emulation, Joliet, Options, Ownership, Platform, RockRidge, Volume,
};
pub use self::report::{ChangedName, ChangedText, LongTarget, Omitted};

pub(crate) use self::descriptors::Descriptors;
pub(crate) use self::hierarchy::{DirectoryPlan, Hierarchy, Source};
use self::prepare::{Extras, prepare};
use crate::format::{SECTOR_BYTES, SYSTEM_AREA_SECTORS};
use crate::names::{Level, NameChange};
use crate::read::MAX_LEVELS;
use crate::tree::{ContentId, NodeId, Stored, Tree};

/// The longest file section that is a whole number of sectors.
pub(crate) const SECTION_BYTES: u32 = 0xFFFF_F800;
/// Directories that a path table can number (ECMA-119, 9.4.4).
const MAX_DIRECTORIES: usize = 65_535;

/// Why a tree cannot become an image. Nothing has been read or written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// A path table numbers its directories with 16 bits.
    #[error(
        "{path} would be folder number 65536: ISO 9660 can number 65535; put folders into an archive or onto another disc"
    )]
    TooManyDirectories {
        /// The first folder that cannot be numbered.
        path: String,
    },
    /// Below level 3 a file is one section of less than 4 GiB.
    #[error("{path} has {bytes} bytes: level {level} ends at 4294967295; choose level 3, or split the file")]
    FileTooLarge {
        /// The file.
        path: String,
        /// Its length.
        bytes: u64,
        /// The level asked for.
        level: Level,
    },
    /// A name would have to change, and that was not to be.
    #[error(
        "{path} cannot keep its name: {change} (it would become {would_be:?}); rename it or allow changes"
    )]
    Name {
        /// The entry.
        path: String,
        /// What it would be called.
        would_be: String,
        /// Why.
        change: NameChange,
    },
    /// A directory is longer than its records can say, 4 GiB.
    #[error("{path}: the folder has too many entries; its directory would be longer than 4 GiB")]
    DirectoryTooLarge {
        /// The folder.
        path: String,
    },
    /// The image does not fit the numbers of a disc.
    #[error("an image of {sectors} sectors from {start} on is more than sector numbers can say")]
    TooLarge {
        /// Sectors of the image.
        sectors: u64,
        /// Where it would start.
        start: Lba,
    },
    /// The disc cannot boot what it is to boot.
    #[error("boot image {path}: {problem}")]
    Boot {
        /// The image's path in the tree, if it has one.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A volume field names a file that it cannot name.
    #[error("the {field} file {path}: {problem}")]
    VolumeFile {
        /// Which field.
        field: &'static str,
        /// As given.
        path: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A folder lies deeper than readers are sure to follow, this crate's among them.
    #[error(
        "{path} lies {levels} levels below the root, and {MAX_LEVELS} is what is read back; put deep folders into an archive"
    )]
    TooDeep {
        /// The first folder that is too deep.
        path: String,
        /// Its level, that of a folder of the root being 1.
        levels: u32,
    },
    /// Data that lie on the disc compressed, which only Rock Ridge can tell.
    #[error(
        "{path} lies on the disc compressed (zisofs), and without Rock Ridge nothing would tell readers to inflate it; write the session with Rock Ridge, or remove the file"
    )]
    Compressed {
        /// The file.
        path: String,
    },
    /// The start lies before the first sector.
    #[error("an image cannot start at {0}: user data begins at 0")]
    Start(Lba),
}

/// Everything's place.
#[derive(Clone, Debug)]
pub struct Layout {
    pub(crate) tree: Arc<Tree>,
    pub(crate) options: Options,
    pub(crate) extras: Extras,
    pub(crate) plan: Plan,
}

/// Places a tree.
///
/// # Errors
/// [`LayoutError`], naming the entry.
pub fn layout(tree: impl Into<Arc<Tree>>, options: &Options) -> Result<Layout, LayoutError> {
    let tree = tree.into();
    let (prepared, extras) = prepare(&tree, options)?;
    let plan = Plan::new(Source { tree: &prepared, options, extras: &extras })?;
    let tree = match prepared {
        Cow::Borrowed(_) => Arc::clone(&tree),
        Cow::Owned(prepared) => Arc::new(prepared),
    };
    Ok(Layout { tree, options: options.clone(), extras, plan })
}

/// The exact length of the image in sectors, without keeping its layout.
///
/// # Errors
/// [`LayoutError`], as [`layout`] would give.
pub fn planned_sectors(tree: &Tree, options: &Options) -> Result<u32, LayoutError> {
    let (prepared, extras) = prepare(tree, options)?;
    Ok(Plan::new(Source { tree: &prepared, options, extras: &extras })?.sectors)
}

impl Layout {
    /// The exact length of the image in sectors.
    #[must_use]
    pub fn sectors(&self) -> u32 {
        self.plan.sectors
    }

    /// Where on the disc the image starts.
    #[must_use]
    pub fn start(&self) -> Lba {
        self.options.start
    }

    /// The tree that is laid out.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What was wished.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Sectors of files, without the structures around them.
    #[must_use]
    pub fn content_sectors(&self) -> u32 {
        self.plan.content_end - self.plan.content_start
    }

    /// The file whose contents lie at a sector of the image.
    #[must_use]
    pub fn path_at(&self, sector: u32) -> Option<String> {
        let placed = self.plan.placed_at(sector)?;
        placed.entry.map(|id| self.tree.path(id))
    }

    /// Where the contents of a file lie on the disc: their first sector. `None` for folders and empty files.
    #[must_use]
    pub fn location(&self, id: NodeId) -> Option<Lba> {
        let entry = self.tree.entry(id);
        if entry.bytes() == 0 {
            return None;
        }
        let content = entry.content_id()?;
        if let Some(Stored::Disc(extents)) = self.tree.stored(content) {
            return extents.first().map(|extent| extent.start);
        }
        let sector = *self.plan.starts.get(content.slot())?;
        Some(self.options.start.saturating_add(sector))
    }

    pub(crate) fn stored(&self, content: ContentId) -> Option<&Stored> {
        self.tree.stored(content)
    }
}

/// Sector numbers, counted from the start of the image.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) hierarchies: Vec<Hierarchy>,
    pub(crate) descriptors: u32,
    /// First sector of each content; `UNPLACED` for those that are empty, unused or on the disc already.
    pub(crate) starts: Vec<u32>,
    /// Contents that are in the image, in the order of their sectors.
    pub(crate) order: Vec<Placed>,
    /// For each content the entries that share it and the serial number they have in common, for Rock Ridge.
    links: Vec<(u32, u32)>,
    pub(crate) content_start: u32,
    pub(crate) content_end: u32,
    pub(crate) sectors: u32,
}

/// A content in the image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) content: ContentId,
    /// The first entry that has it, if any has.
    pub(crate) entry: Option<NodeId>,
}

/// Stands for a content that takes no sector of the image.
pub(crate) const UNPLACED: u32 = u32::MAX;

impl Plan {
    fn new(source: Source<'_>) -> Result<Self, LayoutError> {
        let Source { options, .. } = source;
        if options.start < Lba(0) {
            return Err(LayoutError::Start(options.start));
        }
        refuse_untold_compression(source)?;
        let mut hierarchies = vec![Hierarchy::identified(source, HierarchyKind::Primary)?];
        if let Some(joliet) = options.joliet {
            hierarchies.push(Hierarchy::joliet(source, joliet)?);
        }
        if options.enhanced {
            hierarchies.push(Hierarchy::identified(source, HierarchyKind::Enhanced)?);
        }
        descriptors::check_volume_files(source, &hierarchies)?;
        let descriptors = SYSTEM_AREA_SECTORS;
        let mut cursor = u64::from(descriptors) + Descriptors::count(options);
        for hierarchy in &mut hierarchies {
            hierarchy.place_path_tables(&mut cursor);
        }
        for hierarchy in &mut hierarchies {
            hierarchy.place_directories(&mut cursor);
        }
        let content_start = cursor;
        let (starts, order) = place_contents(source, &hierarchies, &mut cursor);
        let content_end = cursor;
        let sectors = cursor + u64::from(options.padding_sectors);
        let end = i64::from(options.start.0).saturating_add_unsigned(sectors);
        if i32::try_from(end).is_err() {
            return Err(LayoutError::TooLarge { sectors, start: options.start });
        }
        let links = if options.rock_ridge.is_some() { links(source.tree, &hierarchies) } else { Vec::new() };
        Ok(Self {
            hierarchies,
            descriptors,
            starts,
            order,
            links,
            content_start: narrow(content_start),
            content_end: narrow(content_end),
            sectors: narrow(sectors),
        })
    }

    /// How many entries share a content, and their serial number.
    pub(crate) fn links(&self, content: ContentId) -> Option<(u32, u32)> {
        self.links.get(content.slot()).copied()
    }

    /// Where an empty file is said to lie.
    pub(crate) fn empty_extent(&self) -> u32 {
        self.content_start.min(self.sectors - 1)
    }

    /// The content that covers a sector, if it is one of a file.
    pub(crate) fn placed_at(&self, sector: u32) -> Option<Placed> {
        let index = self.content_index(sector)?;
        self.order.get(index).copied()
    }

    /// Which of the contents in order covers a sector.
    pub(crate) fn content_index(&self, sector: u32) -> Option<usize> {
        if !(self.content_start..self.content_end).contains(&sector) {
            return None;
        }
        let start = |placed: &Placed| self.starts.get(placed.content.slot()).copied().unwrap_or(UNPLACED);
        self.order.partition_point(|placed| start(placed) <= sector).checked_sub(1)
    }
}

fn refuse_untold_compression(source: Source<'_>) -> Result<(), LayoutError> {
    let Source { tree, options, .. } = source;
    if options.rock_ridge.is_some() || !tree.has_compressed() {
        return Ok(());
    }
    match tree.walk(Tree::ROOT).find(|entry| entry.compression().is_some()) {
        None => Ok(()),
        Some(entry) => Err(LayoutError::Compressed { path: entry.path() }),
    }
}

/// Numbers that were checked against the end of the disc.
fn narrow(sectors: u64) -> u32 {
    u32::try_from(sectors).unwrap_or(u32::MAX)
}

/// Sectors that so many bytes take.
pub(crate) fn sectors_of(bytes: u64) -> u64 {
    bytes.div_ceil(SECTOR_BYTES as u64)
}

/// Lays contents out in the order in which the primary hierarchy names them, what boots before all others.
fn place_contents(
    source: Source<'_>,
    hierarchies: &[Hierarchy],
    cursor: &mut u64,
) -> (Vec<u32>, Vec<Placed>) {
    let Source { tree, extras, .. } = source;
    let mut starts = vec![UNPLACED; tree.contents()];
    let mut order = Vec::with_capacity(tree.contents());
    let boots =
        extras.boot.iter().flat_map(|boot| [boot.catalogue].into_iter().chain(boot.images.iter().copied()));
    let named = hierarchies
        .iter()
        .take(1)
        .flat_map(|primary| &primary.order)
        .filter_map(|&id| Some(Placed { content: tree.content_of(tree.node(id)?)?, entry: Some(id) }));
    for placed in boots.map(|content| Placed { content, entry: None }).chain(named) {
        let (Some(start), Some(stored)) =
            (starts.get_mut(placed.content.slot()), tree.stored(placed.content))
        else {
            continue;
        };
        let bytes = stored.bytes();
        if *start != UNPLACED || bytes == 0 || matches!(stored, Stored::Disc(_)) {
            continue;
        }
        *start = narrow(*cursor);
        *cursor += sectors_of(bytes);
        order.push(placed);
    }
    (starts, order)
}

/// For each content how many entries share it, and the number of the first of them.
fn links(tree: &Tree, hierarchies: &[Hierarchy]) -> Vec<(u32, u32)> {
    let mut links = vec![(0, 0); tree.contents()];
    let entries = hierarchies.iter().take(1).flat_map(|primary| &primary.order);
    for (position, &id) in entries.enumerate() {
        let content = tree.node(id).and_then(|node| tree.content_of(node));
        if let Some((count, serial)) = content.and_then(|content| links.get_mut(content.slot())) {
            if *count == 0 {
                *serial = narrow(position as u64 + 2);
            }
            *count += 1;
        }
    }
    links
}
