//! The strict checker: everything that the standards demand and that can be seen in the structures.
//!
//! [`check`] judges one session of an image or disc by [`RULES`] and returns a [`Report`]. Time and memory stay in
//! proportion to the directories: of an entry its place is kept, not its path.

mod attributes;
mod boot;
mod descriptors;
mod directory;
mod extents;
mod hierarchies;
mod hierarchy;
mod names;
mod path_table;
mod record;
mod relations;
mod report;
mod rock_ridge;
mod rules;
mod system_use;

use discwright_cd::Lba;

use self::extents::{Claims, Holds};
pub use self::report::{Finding, Report, Summary};
pub use self::rules::{RULES, Rule};
use super::finding::Place;
use super::source::ReadSectors;
use super::volume::{View, Volume};
use crate::format::SYSTEM_AREA_SECTORS;

/// Checks the volume of the session that begins at `session_start` against ECMA-119, Joliet, Rock Ridge and El Torito.
///
/// Every finding is of one of the [`RULES`]. An [`Error`](super::Level::Error) is a breach by which something cannot be read, or
/// is read differently by different readers; a [`Warning`](super::Level::Warning) a breach that readers get over; a
/// [`Note`](super::Level::Note) something unusual. Contents of files are not read: a volume without findings may still hold
/// files with wrong contents.
pub fn check<S: ReadSectors>(source: S, session_start: Lba) -> Report {
    let mut report = Report::default();
    let set = descriptors::check(&source, session_start, &mut report);
    match Volume::open(&source, session_start) {
        Ok(volume) => check_volume(&volume, &set, &mut report),
        // What forbids opening breaks a rule that has been told, but for this.
        Err(error) if !report.has_errors() => {
            let place = Place::start_of(session_start.saturating_add(SYSTEM_AREA_SECTORS));
            report.tell(rules::SET_PRIMARY, place, error);
        }
        Err(_) => {}
    }
    report.sort();
    report
}

fn check_volume<S: ReadSectors>(volume: &Volume<S>, set: &descriptors::Set, report: &mut Report) {
    let mut claims = Claims::default();
    let first = volume.session_start().saturating_add(SYSTEM_AREA_SECTORS);
    claims.claim(first, set.end, Holds::Descriptors, Place::start_of(first), None);
    let mut hierarchies = Vec::new();
    let mut relations = None;
    for view in [View::Plain, View::Joliet, View::Enhanced] {
        let (Some(descriptor), Some(place)) = (volume.descriptor(view), set.place(view)) else { continue };
        // An enhanced descriptor may name the primary hierarchy, which has been checked then.
        if view == View::Enhanced && descriptor.root.extent == volume.primary().root.extent {
            continue;
        }
        let number = u8::try_from(hierarchies.len()).unwrap_or(u8::MAX);
        let Some((hierarchy, related)) = directory::check(volume, (view, place), number, &mut claims, report)
        else {
            continue;
        };
        path_table::check(volume, (descriptor, place), &hierarchy, &mut claims, report);
        relations = relations.or(related);
        hierarchies.push(hierarchy);
    }
    if let (Some(relations), Some(primary)) = (relations, hierarchies.first()) {
        relations.check(volume, primary, report);
    }
    descriptors::check_named_files(volume, set, report);
    let bootable = boot::check(volume, set.end, &mut claims, report);
    claims.check(volume, &hierarchies, report);
    hierarchies::check(volume, &mut hierarchies, report);
    report.summary = Summary {
        volume_name: volume.primary().volume_name(),
        interchange_level: hierarchies.first().and_then(|primary| primary.level),
        joliet: volume.joliet().is_some(),
        rock_ridge: volume.root(View::RockRidge).is_some(),
        enhanced: volume.enhanced().is_some(),
        bootable,
        directories: hierarchies.first().map_or(0, |it| it.directories.len().try_into().unwrap_or(u64::MAX)),
        files: hierarchies.first().map_or(0, |it| it.file_count),
    };
}
