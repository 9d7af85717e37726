//! What a reader will see that is not as in the tree.

use super::descriptors::plain_text;
use super::{HierarchyKind, Layout};
use crate::format::text::{is_a_character, is_d_character};
use crate::format::{RecordTime, VolumeTime};
use crate::names::NameChange;
use crate::tree::{Kind, NodeId, Tree};

/// An entry whose name differs in one of the hierarchies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedName {
    /// Its path in the tree.
    pub path: String,
    /// The hierarchy whose name differs.
    pub hierarchy: HierarchyKind,
    /// Whether that is the Joliet hierarchy.
    pub in_joliet: bool,
    /// What it is called there, without a version number.
    pub new_name: String,
    /// Why.
    pub change: NameChange,
}

/// An entry that a hierarchy cannot hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Omitted {
    /// Its path in the tree.
    pub path: String,
    /// What it is.
    pub kind: Kind,
}

/// A symbolic link whose target is longer than some readers take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongTarget {
    /// Its path in the tree.
    pub path: String,
    /// Length of its target in bytes.
    pub bytes: usize,
}

impl LongTarget {
    /// The longest target that all known readers take, in bytes: libisofs refuses the whole image with a longer one
    /// (observed, xorriso 1.5.6: "Rock Ridge path too long"). POSIX systems end at 4095.
    pub const LONGEST_READ: usize = 1023;
}

/// A text about the volume that a descriptor cannot hold as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedText {
    /// The field of the descriptor, as ECMA-119, 8.4 names it.
    pub field: &'static str,
    /// The hierarchy of the descriptor.
    pub hierarchy: HierarchyKind,
    /// As it was given.
    pub text: String,
    /// As it is recorded.
    pub recorded: String,
}

/// Seconds since 1970 that every form of a date can say in every zone: 1900-01-02 to 2155-12-30.
const SAID_BY_ALL: core::ops::Range<i64> = -2_208_902_400..5_869_497_600;

impl Layout {
    /// Every text that a descriptor holds with other characters than it was given with, but for small letters that become capitals.
    /// Joliet descriptors hold all.
    pub fn changed_texts(&self) -> impl Iterator<Item = ChangedText> {
        let volume = &self.options.volume;
        let texts = [
            ("system identifier", &volume.system, true),
            ("volume identifier", &volume.name, false),
            ("volume set identifier", &volume.set, false),
            ("publisher identifier", &volume.publisher, true),
            ("data preparer identifier", &volume.preparer, true),
            ("application identifier", &volume.application, true),
        ];
        let kinds = self.plan.hierarchies.iter().map(|hierarchy| hierarchy.kind);
        kinds.filter(|kind| *kind != HierarchyKind::Joliet).flat_map(move |hierarchy| {
            texts.into_iter().filter_map(move |(field, text, is_a)| {
                let allowed = if is_a { is_a_character } else { is_d_character };
                let recorded: String = plain_text(text, allowed).into_iter().map(char::from).collect();
                let changed = recorded != text.to_ascii_uppercase();
                changed.then(|| ChangedText { field, hierarchy, text: text.clone(), recorded })
            })
        })
    }

    /// Paths whose time of modification no hierarchy can say: outside the years 1900 to 2155 without Rock Ridge, and 1 to 9999
    /// with it. It is recorded as not specified.
    pub fn unrecorded_times(&self) -> impl Iterator<Item = String> {
        let has_long_form = self.options.rock_ridge.is_some();
        self.tree.walk(Tree::ROOT).filter_map(move |entry| {
            let modified = entry.attributes().modified;
            if SAID_BY_ALL.contains(&modified.unix_seconds()) {
                return None;
            }
            let time = self.options.zoned(modified);
            let said = RecordTime::from_timestamp(time) != RecordTime::UNSPECIFIED
                || has_long_form && VolumeTime::from_timestamp(time) != VolumeTime::UNSPECIFIED;
            (!said).then(|| entry.path())
        })
    }

    /// Every entry whose name differs in a hierarchy, in the order of the records; names that differ only in case are
    /// told as well.
    pub fn changed_names(&self) -> impl Iterator<Item = ChangedName> {
        self.changed_names_in(|_| true)
    }

    /// The same of those hierarchies only that are `wanted`.
    pub fn changed_names_in(
        &self,
        wanted: impl Fn(HierarchyKind) -> bool,
    ) -> impl Iterator<Item = ChangedName> {
        let hierarchies = self.plan.hierarchies.iter().filter(move |hierarchy| wanted(hierarchy.kind));
        hierarchies.flat_map(move |hierarchy| {
            hierarchy.order.iter().enumerate().filter_map(move |(position, &id)| {
                let (new_name, change) = hierarchy.name_change(&self.tree, self.options.level, position)?;
                let in_joliet = hierarchy.kind == HierarchyKind::Joliet;
                let (path, hierarchy) = (self.tree.path(id), hierarchy.kind);
                Some(ChangedName { path, hierarchy, in_joliet, new_name, change })
            })
        })
    }

    /// Symbolic links with which some readers refuse the image.
    pub fn long_targets(&self) -> impl Iterator<Item = LongTarget> {
        let recorded = self.options.rock_ridge.is_some();
        self.tree.walk(Tree::ROOT).filter_map(move |entry| {
            let bytes = entry.target().filter(|_| recorded)?.len();
            (bytes > LongTarget::LONGEST_READ).then(|| LongTarget { path: entry.path(), bytes })
        })
    }

    /// Entries that are in no hierarchy: symbolic links, devices, pipes and sockets without Rock Ridge.
    pub fn omitted(&self) -> impl Iterator<Item = Omitted> {
        let without_rock_ridge = self.options.rock_ridge.is_none();
        self.tree
            .walk(Tree::ROOT)
            .filter(move |entry| entry.kind().is_posix() && without_rock_ridge)
            .map(|entry| Omitted { path: entry.path(), kind: entry.kind() })
    }

    /// Folders deeper than eight levels, the root counted (ECMA-119, 6.8.2.1). They are recorded where they are: every reader of
    /// today follows them, an old one may not.
    pub fn deep_directories(&self) -> impl Iterator<Item = NodeId> {
        let mut levels: Vec<u32> = Vec::new();
        let directories = self.plan.hierarchies.first().map_or(&[][..], |primary| &primary.directories);
        for directory in directories {
            let parent = usize::try_from(directory.parent).ok().and_then(|parent| levels.get(parent));
            levels.push(parent.map_or(1, |level| level + 1));
        }
        directories.iter().zip(levels).filter(|(_, level)| *level > 8).map(|(directory, _)| directory.node)
    }
}
