//! What Rock Ridge says of entries that belong together: relocated directories and hard links.

use std::collections::{HashMap, HashSet};

use super::hierarchy::Hierarchy;
use super::report::Report;
use super::rules::{self, Rule};
use crate::read::finding::Place;
use crate::read::source::ReadSectors;
use crate::read::volume::Volume;

/// What the records of a hierarchy say of each other.
#[derive(Default)]
pub(super) struct Relations {
    /// CL entries.
    pub(super) children: Vec<Child>,
    /// PL entries, by the directory whose parent record has them.
    pub(super) parents: HashMap<u32, (u32, Place)>,
    /// RE entries.
    pub(super) relocated: Vec<Relocated>,
    /// Serial numbers of files.
    pub(super) serials: Vec<Serial>,
}

/// An entry that stands for a relocated directory.
pub(super) struct Child {
    /// Block of the relocated directory.
    pub(super) block: u32,
    /// Block of the directory in which the entry is.
    pub(super) directory: u32,
    pub(super) record: Place,
    /// Where the CL is.
    pub(super) at: Place,
    /// Number of the directory's row.
    pub(super) row: u32,
}

/// A directory that is shown elsewhere.
pub(super) struct Relocated {
    pub(super) block: u32,
    pub(super) record: Place,
    pub(super) at: Place,
    pub(super) row: u32,
}

/// A file with a serial number.
pub(super) struct Serial {
    pub(super) number: u32,
    /// Where its data begins, if it has any.
    pub(super) start: Option<u32>,
    pub(super) links: u32,
    pub(super) record: Place,
    pub(super) at: Place,
    pub(super) row: u32,
}

impl Relations {
    pub(super) fn check<S: ReadSectors>(
        mut self,
        volume: &Volume<S>,
        hierarchy: &Hierarchy,
        report: &mut Report,
    ) {
        let mut tell = |rule: &'static Rule, (row, record, at): (u32, Place, Place), message: String| {
            report.add(rule, at, || hierarchy.path_of_record(volume, row, record), message);
        };
        self.check_children(hierarchy, &mut tell);
        self.check_relocated(hierarchy, &mut tell);
        self.check_serials(&mut tell);
    }

    fn check_children(&self, hierarchy: &Hierarchy, tell: &mut Tell<'_>) {
        let directories: HashSet<u32> =
            hierarchy.directories.iter().map(|row| row.directory.block()).collect();
        let relocated: HashSet<u32> = self.relocated.iter().map(|it| it.block).collect();
        for child in &self.children {
            let Child { block, directory, record, at, row } = *child;
            let place = (row, record, at);
            if !directories.contains(&block) {
                tell(
                    rules::CL_DIRECTORY,
                    place,
                    format!("CL names block {block}, where no directory is recorded"),
                );
                continue;
            }
            if !relocated.contains(&block) {
                tell(rules::CL_RELOCATED, place, format!("the directory at block {block} has no RE"));
            }
            match self.parents.get(&block) {
                None => tell(rules::PL_MISSING, place, format!("the directory at block {block} has no PL")),
                Some((parent, at)) if *parent != directory => {
                    let message = format!(
                        "PL names block {parent}, but the directory is shown in the one at {directory}"
                    );
                    tell(rules::PL_PARENT, (row, record, *at), message);
                }
                Some(_) => {}
            }
        }
    }

    fn check_relocated(&self, hierarchy: &Hierarchy, tell: &mut Tell<'_>) {
        let shown: HashSet<u32> = self.children.iter().map(|child| child.block).collect();
        // The directory that holds the relocated ones is hidden by an RE of its own where authors wish so.
        let holders: HashSet<u32> = self.relocated.iter().filter_map(|it| hierarchy.block(it.row)).collect();
        for Relocated { block, record, at, row } in &self.relocated {
            if !shown.contains(block) && !holders.contains(block) {
                let message = format!("RE hides the directory at block {block}, and no CL shows it");
                tell(rules::RE_LOST, (*row, *record, *at), message);
            }
        }
    }

    fn check_serials(&mut self, tell: &mut Tell<'_>) {
        self.serials.sort_by_key(|it| (it.number, it.record));
        for group in self.serials.chunk_by(|a, b| a.number == b.number) {
            let Some(first) = group.first() else { continue };
            let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
            for it in group {
                let place = (it.row, it.record, it.at);
                if it.start != first.start {
                    let number = it.number;
                    let message = format!("another file has serial number {number} too, but other data");
                    tell(rules::PX_SERIAL, place, message);
                }
                if it.links != 0 && it.links < count {
                    let message = format!(
                        "{count} entries have serial number {}, but PX tells {} links",
                        it.number, it.links
                    );
                    tell(rules::PX_LINKS_FEW, place, message);
                }
            }
        }
    }
}

type Tell<'t> = dyn FnMut(&'static Rule, (u32, Place, Place), String) + 't;
