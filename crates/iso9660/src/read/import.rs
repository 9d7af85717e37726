//! Taking over the tree of an earlier session, by reference: no content is read, none is copied.

use core::fmt;
use std::collections::HashMap;

use super::entry::{Entry, EntryKind};
use super::finding::Findings;
use super::pin;
use super::source::ReadSectors;
use super::volume::{View, Volume};
use super::walk::Visited;
use crate::format::FileFlags;
use crate::format::rock_ridge::Zisofs;
use crate::tree::{AddError, Attributes, Case, Content, ContentId, Extent, NodeId, Special, Timestamp, Tree};

/// The tree of a session, its files being references to where their data lies on the disc.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The tree. Primary identifiers are pinned, so that a further session keeps them.
    pub tree: Tree,
    /// What was wrong with the session, and what could not be taken over.
    pub findings: Findings,
    /// Entries that are on the disc but not in the tree; a session written from the tree would hide them.
    pub left_out: u64,
    /// Those of them that are associated files (resource forks), which a tree cannot hold.
    pub associated: u64,
    /// Path of the first of these.
    pub first_associated: Option<String>,
    /// Entries that have another name in the tree than on the disc, in order of the walk.
    pub renamed: Vec<RenamedEntry>,
}

impl Imported {
    /// Whether everything was taken over that a tree can hold, and nothing was unreadable. Associated files and changed names are
    /// for the caller to tell.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.left_out == self.associated && !self.findings.has_errors()
    }
}

/// An entry that has another name in the tree than on the disc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenamedEntry {
    /// Its path on the disc, as the view shows it.
    pub path: String,
    /// Its name in the tree.
    pub new_name: String,
    /// Why.
    pub why: RenameReason,
}

impl fmt::Display for RenamedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, new_name, why } = self;
        write!(f, "{path:?} becomes {new_name:?}: {why}")
    }
}

/// Why an entry has another name in the tree than on the disc.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RenameReason {
    /// An entry of its folder has the name already, by the tree's rule of case.
    Taken,
    /// The name is not UTF-8: its bytes as recorded, which are taken for ISO 8859-1.
    NotUtf8(Vec<u8>),
}

impl fmt::Display for RenameReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken => f.write_str("another entry of the folder has that name"),
            Self::NotUtf8(bytes) => {
                let shown = bytes.escape_ascii();
                write!(f, "the name is recorded as \"{shown}\", which is not UTF-8; taken for ISO 8859-1")
            }
        }
    }
}

/// Takes over the tree that `view` shows with the names that it has: as one in which names that differ only in case are the
/// same if the volume has no such names in one folder, else as one in which they differ. With Rock Ridge they always do, as on
/// the POSIX systems that write it.
///
/// Only what is recorded twice under one name, or is not UTF-8, is [`renamed`](Imported::renamed).
pub fn import_keeping_names<S: ReadSectors>(volume: &Volume<S>, view: View) -> Imported {
    if view != View::RockRidge {
        let imported = import(volume, view, Case::Fold);
        if imported.renamed.iter().all(|entry| entry.why != RenameReason::Taken) {
            return imported;
        }
    }
    import(volume, view, Case::Exact)
}

/// Takes over the tree that `view` shows, as one in which names are compared by `case`.
///
/// An empty tree when the volume does not offer the view. Names that the tree takes for the same get a number behind
/// (`name~1.txt`) and are [`renamed`](Imported::renamed). Rock Ridge attributes are kept in that view. Files
/// that share their data share it in the tree. What is compressed with zisofs keeps its extents and is [known to
/// be](crate::tree::Entry::compression), whichever view is taken over, so that a session with Rock Ridge can tell it again and one without is refused.
pub fn import<S: ReadSectors>(volume: &Volume<S>, view: View, case: Case) -> Imported {
    let mut importer = Importer {
        imported: Imported {
            tree: Tree::with_case(case),
            findings: Findings::default(),
            left_out: 0,
            associated: 0,
            first_associated: None,
            renamed: Vec::new(),
        },
        contents: HashMap::new(),
        encoded: encoded(volume, view),
        nodes: vec![Some(Tree::ROOT)],
        numbers: HashMap::new(),
    };
    importer.imported.findings.append(volume.findings().clone());
    importer.take_root(volume, view);
    let mut walk = volume.walk(view);
    let mut pins = pin::Pins::of(volume, view);
    for visited in walk.by_ref() {
        let node = importer.take(&visited);
        if let Some(node) = node {
            pins.see(&visited, node);
        }
    }
    let mut imported = importer.imported;
    let associated = walk.associated();
    imported.associated = associated.files;
    imported.left_out += associated.files;
    imported.first_associated.clone_from(&associated.first);
    imported.findings.append(walk.into_findings());
    pins.apply(&mut imported.tree);
    imported
}

struct Importer {
    imported: Imported,
    /// What the tree holds already, by place and length of its data.
    contents: HashMap<(Place, Option<Zisofs>), ContentId>,
    /// Data of which only the Rock Ridge view, when that is not the one taken over, tells that they are not what is in the file.
    encoded: HashMap<Place, Encoding>,
    /// The directories above the current entry, by depth; `None` where one could not be taken over.
    nodes: Vec<Option<NodeId>>,
    /// The last number that was given for a name of a folder, so that any number of the same takes no longer.
    numbers: HashMap<(NodeId, String), u32>,
}

impl Importer {
    fn take_root<S: ReadSectors>(&mut self, volume: &Volume<S>, view: View) {
        let recorded = volume.descriptor(view).and_then(|it| it.root.recorded.timestamp().ok().flatten());
        let modified =
            recorded.map_or(Timestamp::EPOCH, |at| Timestamp::from_unix(at.unix_seconds, at.nanoseconds));
        self.imported.tree.set_attributes(Tree::ROOT, Attributes::directory(modified));
    }

    fn take(&mut self, visited: &Visited) -> Option<NodeId> {
        let depth = usize::from(visited.depth);
        self.nodes.truncate(depth + 1);
        let parent = self.nodes.last().copied().flatten();
        let node = parent.and_then(|parent| self.add(parent, visited));
        if node.is_none() {
            self.imported.left_out += 1;
        }
        if visited.entry.is_directory() {
            self.nodes.push(node);
        }
        node
    }

    fn add(&mut self, parent: NodeId, visited: &Visited) -> Option<NodeId> {
        let entry = &visited.entry;
        let attributes = attributes(entry);
        let kept = match &entry.kind {
            EntryKind::Directory(_) => Body::Directory,
            EntryKind::File => self.content(visited)?,
            EntryKind::Symlink(target) => match core::str::from_utf8(target) {
                Ok(target) => Body::Symlink(target),
                Err(_) => return self.refuse(visited, "its target is not UTF-8"),
            },
            EntryKind::Special { file_type, device } => match Special::from_type(*file_type, *device) {
                Some(special) => Body::Special(special),
                None => return self.refuse(visited, "it is a device without a number"),
            },
        };
        let mut name = entry.name.clone();
        let mut number = 0_u32;
        loop {
            let tree = &mut self.imported.tree;
            let added = match &kept {
                Body::Directory => tree.add_directory(parent, &name, attributes),
                Body::New(_, extents) => {
                    tree.add_file(parent, &name, Content::Disc(extents.clone()), attributes)
                }
                Body::Empty => tree.add_file(parent, &name, Content::empty(), attributes),
                Body::Shared(content) => tree.add_hard_link(parent, &name, *content, attributes),
                Body::Symlink(target) => tree.add_symlink(parent, &name, target, attributes),
                Body::Special(special) => tree.add_special(parent, &name, *special, attributes),
            };
            match added {
                Ok(node) => {
                    if number > 0 {
                        self.numbers.insert((parent, entry.name.clone()), number);
                    }
                    if let (Body::New(key, _), Some(content)) = (kept, tree.entry(node).content_id()) {
                        if let Some(zisofs) = key.1 {
                            tree.set_compression(content, zisofs);
                        }
                        self.contents.insert(key, content);
                    }
                    self.tell_name(visited, name, number > 0);
                    return Some(node);
                }
                Err(AddError::Exists { .. }) => {
                    if number == 0 {
                        let key = (parent, entry.name.clone());
                        number = self.numbers.get(&key).copied().unwrap_or(0);
                    }
                    number += 1;
                    name = numbered(&entry.name, number);
                }
                Err(error) => return self.refuse(visited, &error.to_string()),
            }
        }
    }

    fn tell_name(&mut self, visited: &Visited, new_name: String, taken: bool) {
        let raw = visited.entry.posix.as_ref().and_then(|posix| posix.raw_name.clone());
        let why = match raw {
            _ if taken => RenameReason::Taken,
            Some(raw) => RenameReason::NotUtf8(raw),
            None => return,
        };
        self.imported.renamed.push(RenamedEntry { path: visited.path(), new_name, why });
    }

    fn content(&mut self, visited: &Visited) -> Option<Body<'static>> {
        let entry = &visited.entry;
        if entry.sections.is_empty() {
            return Some(Body::Empty);
        }
        let extents: Option<Vec<Extent>> = entry.sections.iter().map(super::Section::extent).collect();
        let Some(extents) = extents else {
            return self.refuse(visited, "its data is interleaved or does not begin with a sector");
        };
        let place = place_of(&extents);
        let encoding = encoding(entry).or_else(|| self.encoded.get(&place).copied());
        let zisofs = match encoding {
            None => None,
            Some(Encoding::Zisofs(zisofs)) if can_be_told(&zisofs) => Some(zisofs),
            Some(Encoding::Zisofs(_)) => {
                return self.refuse(visited, "it is compressed in a way that is not known");
            }
            Some(Encoding::Sparse) => {
                return self.refuse(visited, "it is recorded as a sparse file (RRIP, SF)");
            }
        };
        let key = (place, zisofs);
        Some(match self.contents.get(&key) {
            Some(content) => Body::Shared(*content),
            None => Body::New(key, extents),
        })
    }

    fn refuse<T>(&mut self, visited: &Visited, why: &str) -> Option<T> {
        let message = format_args!("{:?} cannot be taken over: {why}", visited.path());
        self.imported.findings.error(visited.entry.place, "ECMA-119, 9.1", message);
        None
    }
}

/// Where the data of a file lie: first sector and length of each section.
type Place = Vec<(i32, u32)>;

fn place_of(extents: &[Extent]) -> Place {
    extents.iter().map(|extent| (extent.start.0, extent.bytes)).collect()
}

/// In what form Rock Ridge says that the data of a file are.
#[derive(Clone, Copy, Debug)]
enum Encoding {
    Zisofs(Zisofs),
    Sparse,
}

fn encoding(entry: &Entry) -> Option<Encoding> {
    let posix = entry.posix.as_ref()?;
    posix.zisofs.map(Encoding::Zisofs).or_else(|| posix.sparse.map(|_| Encoding::Sparse))
}

/// Whether a ZF entry can be written again.
fn can_be_told(zisofs: &Zisofs) -> bool {
    zisofs.is_known() && u32::try_from(zisofs.inflated_bytes).is_ok()
}

/// What Rock Ridge tells about data, for the other views, which show them as they lie there.
fn encoded<S: ReadSectors>(volume: &Volume<S>, view: View) -> HashMap<Place, Encoding> {
    let has_rock_ridge = volume.views().any(|it| it == View::RockRidge);
    if view == View::RockRidge || !has_rock_ridge {
        return HashMap::new();
    }
    let walk = volume.walk(View::RockRidge);
    let told = walk.filter_map(|visited| {
        let encoding = encoding(&visited.entry)?;
        let extents: Option<Vec<_>> = visited.entry.sections.iter().map(super::Section::extent).collect();
        Some((place_of(&extents?), encoding))
    });
    told.collect()
}

/// What an entry of the tree is made of.
enum Body<'a> {
    Directory,
    Empty,
    New((Place, Option<Zisofs>), Vec<Extent>),
    Shared(ContentId),
    Symlink(&'a str),
    Special(Special),
}

fn attributes(entry: &Entry) -> Attributes {
    let modified =
        entry.modified().map_or(Timestamp::EPOCH, |at| Timestamp::from_unix(at.unix_seconds, at.nanoseconds));
    let usual =
        if entry.is_directory() { Attributes::directory(modified) } else { Attributes::file(modified) };
    let hidden = entry.flags.contains(FileFlags::HIDDEN);
    match entry.attributes() {
        Some(posix) => {
            Attributes { mode: posix.mode & 0o7777, uid: posix.user, gid: posix.group, hidden, ..usual }
        }
        None => Attributes { hidden, ..usual },
    }
}

/// `name` with `~number` before its extension.
fn numbered(name: &str, number: u32) -> String {
    match name.rfind('.').filter(|&dot| dot > 0).map(|dot| name.split_at(dot)) {
        Some((stem, extension)) => format!("{stem}~{number}{extension}"),
        None => format!("{name}~{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_before_the_extension() {
        assert_eq!(numbered("a.tar.gz", 1), "a.tar~1.gz");
        assert_eq!(numbered("name", 12), "name~12");
        assert_eq!(numbered(".profile", 2), ".profile~2");
    }
}
