//! What must be in the tree before it can be placed: the folder for relocated ones, boot images, the catalogue.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _};

use super::{Boot, BootImage, BootSource, Deep, Emulation, LayoutError, Options};
use crate::format::SECTOR_BYTES;
use crate::format::el_torito::RECORD_BYTES;
use crate::tree::{Attributes, Case, Content, ContentId, Kind, NodeId, Stored, Tree};

/// Levels of directories that ECMA-119, 6.8.2.1 allows, the root counted.
const MAX_LEVEL: u8 = 8;
/// Name of the folder for relocated ones.
const RELOCATION_FOLDER: &str = "rr_moved";
/// The longest image that is read into memory to put a boot info table into it, in bytes.
const MAX_PATCHED_BYTES: u64 = 64 << 20;
/// Sectors as a BIOS counts them.
const VIRTUAL_SECTOR_BYTES: u64 = 512;

/// What is in the image besides the tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extras {
    pub(crate) relocation: Option<Relocation>,
    pub(crate) boot: Option<BootPlan>,
}

/// Folders that are recorded elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Relocation {
    /// The folder they are in.
    pub(crate) folder: NodeId,
    /// Whether that folder is there for them alone, so no other hierarchy has it.
    pub(crate) added: bool,
    /// Those that are in it and were not put there by the tree, in order of the walk.
    pub(crate) moved: Vec<NodeId>,
    members: HashSet<NodeId>,
}

impl Relocation {
    fn new(folder: NodeId, added: bool, moved: Vec<NodeId>) -> Self {
        let members = moved.iter().copied().collect();
        Self { folder, added, moved, members }
    }

    pub(crate) fn is_moved(&self, id: NodeId) -> bool {
        self.members.contains(&id)
    }
}

/// Contents that make the disc boot.
#[derive(Clone, Debug)]
pub(crate) struct BootPlan {
    pub(crate) catalogue: ContentId,
    /// One for each image of the options.
    pub(crate) images: Vec<ContentId>,
    /// For each image the partition type of a hard disk, else zero.
    pub(crate) system_types: Vec<u8>,
    /// Those into which a boot info table goes.
    pub(crate) patched: Vec<ContentId>,
}

/// The tree with what the options add to it.
pub(super) fn prepare<'t>(tree: &'t Tree, options: &Options) -> Result<(Cow<'t, Tree>, Extras), LayoutError> {
    let mut tree = Cow::Borrowed(tree);
    let mut extras = Extras::default();
    if options.rock_ridge.is_some_and(|rock_ridge| rock_ridge.deep == Deep::Relocate) {
        let moved = deep_directories(&tree);
        if !moved.is_empty() {
            extras.relocation = Some(relocation(&mut tree, moved));
        }
    }
    if let Some(boot) = &options.boot {
        extras.boot = Some(boot_plan(&mut tree, boot, options)?);
    }
    Ok((tree, extras))
}

/// Folders beyond the eighth level, those below a relocated one counted from its new place.
fn deep_directories(tree: &Tree) -> Vec<NodeId> {
    let mut moved = Vec::new();
    let mut pending = vec![(Tree::ROOT, 1)];
    while let Some((directory, level)) = pending.pop() {
        let is_directory = |id: &NodeId| tree.node(*id).is_some_and(|node| node.kind == Kind::Directory);
        let mut directories: Vec<_> = tree.children_unsorted(directory).filter(is_directory).collect();
        directories.sort_unstable_by_key(|&id| tree.name_bytes(id));
        for id in directories {
            let mut level = level + 1;
            if level > MAX_LEVEL {
                moved.push(id);
                // The root is level 1, the folder for relocated ones 2.
                level = 3;
            }
            pending.push((id, level));
        }
    }
    moved
}

fn relocation(tree: &mut Cow<'_, Tree>, moved: Vec<NodeId>) -> Relocation {
    let existing = tree.children(Tree::ROOT).into_iter().find(|&id| {
        tree.entry(id).kind() == Kind::Directory && Case::Fold.same(tree.name(id), RELOCATION_FOLDER)
    });
    if let Some(folder) = existing {
        return Relocation::new(folder, false, moved);
    }
    let modified = tree.entry(Tree::ROOT).attributes().modified;
    let tree = tree.to_mut();
    // A file may have the name; a folder with a number behind does as well.
    let folder =
        (0_u32..)
            .map(|number| {
                if number == 0 {
                    RELOCATION_FOLDER.to_owned()
                } else {
                    format!("{RELOCATION_FOLDER}{number}")
                }
            })
            .find_map(|name| tree.add_directory(Tree::ROOT, &name, Attributes::directory(modified)).ok());
    Relocation::new(folder.unwrap_or(Tree::ROOT), true, moved)
}

fn boot_plan(tree: &mut Cow<'_, Tree>, boot: &Boot, options: &Options) -> Result<BootPlan, LayoutError> {
    if boot.images.is_empty() {
        return Err(error("", "there is no boot image"));
    }
    let mut plan = BootPlan {
        catalogue: ContentId(0),
        images: Vec::new(),
        system_types: Vec::new(),
        patched: Vec::new(),
    };
    for image in &boot.images {
        let (name, content) = match &image.source {
            BootSource::Path(path) => (path.as_str(), content_at(tree, path)?),
            BootSource::Hidden(content) => {
                let kept = tree.to_mut().keep(content.clone());
                ("(hidden)", kept.ok_or_else(|| error("", "the tree can hold no more contents"))?)
            }
        };
        check_image(tree, name, image, content)?;
        plan.system_types.push(system_type(tree, name, image, content)?);
        plan.images.push(content);
        if image.info_table {
            plan.patched.push(content);
        }
    }
    plan.catalogue = add_catalogue(tree, boot, options)?;
    Ok(plan)
}

fn content_at(tree: &Tree, path: &str) -> Result<ContentId, LayoutError> {
    let found = tree.find(path).and_then(|id| tree.entry(id).content_id());
    found.ok_or_else(|| error(path, "the tree has no file of that path"))
}

fn check_image(tree: &Tree, path: &str, image: &BootImage, content: ContentId) -> Result<(), LayoutError> {
    let Some(stored) = tree.stored(content) else { return Err(error(path, "it has no content")) };
    let bytes = stored.bytes();
    let floppy_bytes = match image.emulation {
        Emulation::Floppy1200 => Some(1_228_800),
        Emulation::Floppy1440 => Some(1_474_560),
        Emulation::Floppy2880 => Some(2_949_120),
        _ => None,
    };
    if floppy_bytes.is_some_and(|floppy| floppy != bytes) {
        return Err(error(
            path,
            "a floppy image must have 1228800, 1474560 or 2949120 bytes, as its kind says",
        ));
    }
    if bytes == 0 {
        return Err(error(path, "it is empty"));
    }
    // Whoever boots it would load what is in no image, or beyond the end of the disc.
    let whole = bytes.next_multiple_of(SECTOR_BYTES as u64);
    if image.load_sectors.is_some_and(|sectors| u64::from(sectors) * VIRTUAL_SECTOR_BYTES > whole) {
        return Err(error(path, "more sectors of 512 bytes are to be loaded than it has"));
    }
    if image.info_table && (matches!(stored, Stored::Disc(_)) || !(64..=MAX_PATCHED_BYTES).contains(&bytes)) {
        return Err(error(
            path,
            "a boot info table needs an image of 64 bytes to 64 MiB that is not on the disc yet",
        ));
    }
    Ok(())
}

/// The partition type that the catalogue says, a copy of the one in the image (El Torito 1.0, 2.1 and figure 4).
fn system_type(tree: &Tree, path: &str, image: &BootImage, content: ContentId) -> Result<u8, LayoutError> {
    if image.emulation != Emulation::HardDisk {
        return Ok(image.system_type);
    }
    let mut sector = [0; 512];
    match tree.stored(content) {
        Some(Stored::Bytes(bytes)) => {
            sector.iter_mut().zip(bytes.iter()).for_each(|(place, byte)| *place = *byte);
        }
        Some(Stored::Host { directory, name, .. }) => {
            let read = File::open(tree.host_path(*directory, *name));
            // What is shorter has no partition table.
            match read.and_then(|mut file| file.read_exact(&mut sector)) {
                Err(problem) if problem.kind() != io::ErrorKind::UnexpectedEof => {
                    return Err(error(path, &problem.to_string()));
                }
                _ => {}
            }
        }
        // The disc is not at hand here; whoever names an image on it has to say its type.
        Some(Stored::Disc(_)) if image.system_type != 0 => return Ok(image.system_type),
        Some(Stored::Disc(_)) | None => {
            return Err(error(
                path,
                "the partition type of a hard disk that is on the disc already has to be given",
            ));
        }
    }
    match (partition_type(&sector), image.system_type) {
        (None, _) => {
            Err(error(path, "a hard disk's first sector must be a partition table with one partition"))
        }
        (Some(found), 0) => Ok(found),
        (Some(found), given) if found == given => Ok(found),
        (Some(found), given) => {
            Err(error(path, &format!("its partition is of type {found:#04x} and not {given:#04x}")))
        }
    }
}

/// The type of the only partition in a master boot record: four entries of 16 bytes from 446 on, the type in byte 4 of each, zero
/// for none; 55 AA at the end.
fn partition_type(sector: &[u8; 512]) -> Option<u8> {
    let table = sector.get(446..510)?;
    let mut types = table.chunks_exact(16).filter_map(|entry| entry.get(4)).filter(|kind| **kind != 0);
    let only = types.next().copied();
    only.filter(|_| types.next().is_none() && sector.ends_with(&[0x55, 0xAA]))
}

/// Enters the catalogue as a file of zeros; its records are filled in when locations are known.
fn add_catalogue(tree: &mut Cow<'_, Tree>, boot: &Boot, options: &Options) -> Result<ContentId, LayoutError> {
    // Validation, default, a header for each section, and one more record that ends it.
    let records = 2 * boot.images.len() + 3;
    let content = Content::from(vec![0; (records * RECORD_BYTES).next_multiple_of(SECTOR_BYTES)]);
    let tree = tree.to_mut();
    let Some(path) = &boot.catalogue else {
        return tree.keep(content).ok_or_else(|| error("", "the tree can hold no more contents"));
    };
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let created = options.volume.created;
    let added = tree
        .add_directories(folder, Attributes::directory(created))
        .and_then(|folder| tree.add_file(folder, name, content, Attributes::file(created)));
    let id = added.map_err(|source| error(path, &source.to_string()))?;
    tree.entry(id).content_id().ok_or_else(|| error(path, "it has no content"))
}

fn error(path: &str, problem: &str) -> LayoutError {
    LayoutError::Boot { path: path.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hard_disk_has_one_partition() {
        let mut sector = [0; 512];
        sector[446 + 16 + 4] = 0x0C;
        assert_eq!(partition_type(&sector), None, "without its signature");
        sector[510..].copy_from_slice(&[0x55, 0xAA]);
        assert_eq!(partition_type(&sector), Some(0x0C));
        sector[446 + 4] = 0x83;
        assert_eq!(partition_type(&sector), None, "two partitions");
        sector[446 + 4] = 0;
        sector[446 + 16 + 4] = 0;
        assert_eq!(partition_type(&sector), None, "no partition");
    }
}
