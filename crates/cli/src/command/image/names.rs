//! Names that differ from those of the files, told before anything is written.

use discwright_iso9660::layout::{ChangedName, ChangedText, HierarchyKind, Layout};
use discwright_iso9660::names::joliet::Adapted;
use discwright_iso9660::read::RenamedEntry;
use discwright_iso9660::tree::scan::Escaped;
use serde::Serialize;

/// A name that had to change.
#[derive(Serialize)]
pub(crate) struct Renamed {
    /// Path as it was staged.
    path: String,
    /// The hierarchy in which it differs: `iso`, `joliet` or `iso-1999`; `all` for one of an earlier session that cannot keep
    /// its name, `host` for one that changed before it went into any.
    hierarchy: &'static str,
    new_name: String,
    why: String,
}

impl core::fmt::Display for Renamed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { path, hierarchy, new_name, why } = self;
        match *hierarchy {
            "host" => write!(f, "{path} becomes {new_name:?}: {why}"),
            "all" => write!(f, "{path} of the earlier session becomes {new_name:?}: {why}"),
            _ => write!(f, "{path} becomes {new_name:?} in the {hierarchy} hierarchy: {why}"),
        }
    }
}

impl From<&ChangedName> for Renamed {
    fn from(changed: &ChangedName) -> Self {
        let hierarchy = match changed.hierarchy {
            HierarchyKind::Primary => "iso",
            HierarchyKind::Joliet => "joliet",
            HierarchyKind::Enhanced => "iso-1999",
        };
        let (path, new_name) = (changed.path.clone(), changed.new_name.clone());
        Self { path, hierarchy, new_name, why: changed.change.to_string() }
    }
}

impl From<&Adapted> for Renamed {
    fn from(adapted: &Adapted) -> Self {
        let (path, new_name) = (adapted.path.clone(), adapted.new_name.clone());
        Self { path, hierarchy: "joliet", new_name, why: adapted.change.to_string() }
    }
}

impl From<&Escaped> for Renamed {
    fn from(escaped: &Escaped) -> Self {
        // With `\xFF` for what is no text: a path that is shown in part could be another's.
        let path = format!("{:?}", escaped.path).trim_matches('"').to_owned();
        let what = if escaped.is_target { "the target of the link" } else { "the name" };
        Self { path, hierarchy: "host", new_name: escaped.text.clone(), why: format!("{what} is not UTF-8") }
    }
}

impl From<&RenamedEntry> for Renamed {
    fn from(entry: &RenamedEntry) -> Self {
        let (path, new_name) = (format!("/{}", entry.path), entry.new_name.clone());
        Self { path, hierarchy: "all", new_name, why: entry.why.to_string() }
    }
}

/// Whether readers that know more than plain names see others than those of the plain hierarchy.
fn has_better(layout: &Layout) -> bool {
    let options = layout.options();
    options.joliet.is_some() || options.rock_ridge.is_some() || options.enhanced
}

/// Every name that will differ beyond small letters becoming capitals; those of a plain hierarchy that has better ones
/// beside it if asked to: of a large tree nearly all differ, and the list takes more memory than the tree.
pub(crate) fn renamed(adapted: &[Adapted], layout: &Layout, list_all: bool) -> Vec<Renamed> {
    let list_all = list_all || !has_better(layout);
    let differ = layout.changed_names_in(|kind| list_all || kind != HierarchyKind::Primary);
    let differ = differ.filter(|changed| changed.change.is_more_than_case());
    adapted.iter().map(Renamed::from).chain(differ.map(|changed| Renamed::from(&changed))).collect()
}

/// Says them in words: those that people will see in any case, those of a plain hierarchy that has better ones beside it if
/// asked to, else how many there are.
pub(crate) fn tell(renamed: &[Renamed], layout: &Layout, list_all: bool) {
    let list_all = list_all || !has_better(layout);
    for renamed in renamed.iter().filter(|it| list_all || it.hierarchy != "iso") {
        tracing::warn!("{renamed}");
    }
    if !list_all && tracing::enabled!(tracing::Level::INFO) {
        let plain = layout.changed_names_in(|kind| kind == HierarchyKind::Primary);
        let silent = plain.filter(|changed| changed.change.is_more_than_case()).count();
        if silent > 0 {
            tracing::info!("{silent} names differ in the plain hierarchy; --list-names tells them");
        }
    }
}

/// Texts about the volume that the plain descriptors hold with other characters; names that Joliet holds as they are, or that
/// nobody gave, are none to talk about.
pub(crate) fn texts(layout: &Layout, is_named: bool) -> Vec<String> {
    let joliet = layout.options().joliet.is_some();
    let is_told = |text: &ChangedText| match text.field {
        "volume identifier" => is_named && !joliet,
        "volume set identifier" => !joliet,
        _ => true,
    };
    // That of ISO 9660:1999 says the same again.
    let primary = layout.changed_texts().filter(|text| text.hierarchy == HierarchyKind::Primary);
    let changed = primary.filter(is_told);
    changed
        .map(|ChangedText { field, text, recorded, .. }| {
            format!(
                "the {field} {text:?} is recorded as {recorded:?} where only a few characters are allowed"
            )
        })
        .collect()
}

/// Times that are lost.
pub(crate) fn times(layout: &Layout) -> Option<String> {
    let mut paths = layout.unrecorded_times();
    let first = paths.next()?;
    let others = match paths.count() {
        0 => String::new(),
        others => format!(" and {others} others"),
    };
    let years = if layout.options().rock_ridge.is_some() { "1 to 9999" } else { "1900 to 2155" };
    Some(format!("{first}{others}: the date is not recorded, as only the years {years} can be"))
}
