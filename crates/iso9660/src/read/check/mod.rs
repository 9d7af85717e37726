//! The strict checker: everything that the standards demand and that can be seen in the structures.

mod descriptors;
mod directory;
mod extents;
mod names;
mod path_table;

use discwright_cd::Lba;

use self::extents::Extents;
use super::finding::{Findings, Level, Place};
use super::source::ReadSectors;
use super::volume::{View, Volume};
use crate::format::SYSTEM_AREA_SECTORS;

/// Checks the volume of the session that begins at `session_start` against ECMA-119, Joliet, Rock Ridge and El Torito.
///
/// Every finding cites its clause. An [`Error`](Level::Error) is a breach by which something cannot be read, or is
/// read differently by different readers; a [`Warning`](Level::Warning) a breach that readers get over; a
/// [`Note`](Level::Note) something unusual. A volume without findings may still hold files with wrong contents.
pub fn check<S: ReadSectors>(source: S, session_start: Lba) -> Findings {
    let mut findings = Findings::default();
    descriptors::check(&source, session_start, &mut findings);
    let volume = match Volume::open(&source, session_start) {
        Ok(volume) => volume,
        Err(error) => {
            let place = Place::start_of(session_start.saturating_add(SYSTEM_AREA_SECTORS));
            findings.error(place, "ECMA-119, 6.7.1", error);
            return findings;
        }
    };
    let mut extents = Extents::default();
    for view in [View::Plain, View::Joliet, View::Enhanced] {
        let Some(descriptor) = volume.descriptor(view) else { continue };
        // An enhanced descriptor may name the primary hierarchy, which has been checked then.
        if view == View::Enhanced && descriptor.root.extent == volume.primary().root.extent {
            continue;
        }
        let directories = directory::check(&volume, view, &mut extents, &mut findings);
        path_table::check(&volume, view, descriptor, &directories, &mut extents, &mut findings);
    }
    if volume.root(View::RockRidge).is_some() {
        check_rock_ridge(&volume, &mut findings);
    }
    check_boot(&volume, &mut findings);
    extents.check(&mut findings);
    findings
}

/// The walk with Rock Ridge finds what is wrong with its entries; what it says of records was said before.
fn check_rock_ridge<S: ReadSectors>(volume: &Volume<S>, findings: &mut Findings) {
    const DIRECTORY: u32 = 0o040_000;
    let mut walk = volume.walk(View::RockRidge);
    for visited in walk.by_ref() {
        let entry = &visited.entry;
        let path = visited.path();
        let Some(attributes) = entry.attributes() else {
            findings.warn(entry.place, "RRIP, 4.1.1", format_args!("{path:?} has no PX entry"));
            continue;
        };
        if (attributes.mode & 0o170_000 == DIRECTORY) != entry.is_directory() {
            let mode = attributes.mode;
            let message = format_args!("{path:?} has mode {mode:o}, which disagrees with its directory flag");
            findings.error(entry.place, "RRIP, 4.1.1", message);
        }
        if entry.name.len() > 255 {
            findings.warn(
                entry.place,
                "RRIP, 4.1.4",
                format_args!("{path:?} has a name of more than 255 bytes"),
            );
        }
    }
    for finding in walk.findings() {
        // What breaks the chain of entries is read by some and hangs others.
        let level = match finding.clause {
            clause if clause.starts_with("SUSP") => Level::Error,
            clause if clause.starts_with("RRIP") => finding.level.max(Level::Warning),
            _ => continue,
        };
        let place = Place { lba: finding.lba, offset: finding.offset };
        findings.add(level, place, finding.clause, &finding.message);
    }
}

fn check_boot<S: ReadSectors>(volume: &Volume<S>, findings: &mut Findings) {
    let Some((catalogue, found)) = volume.boot_catalogue() else { return };
    findings.append(found);
    let Some(catalogue) = catalogue else { return };
    let place =
        volume.boot_record().map_or(Lba(0), |it| Lba(i32::try_from(it.catalogue).unwrap_or(i32::MAX)));
    let entries = catalogue.sections.iter().flat_map(|section| &section.entries);
    for entry in core::iter::once(&catalogue.default).chain(entries) {
        let bytes = u64::from(entry.load_sectors) * 512;
        if u64::from(entry.image) * 2048 + bytes > volume.end_bytes() {
            let message =
                format_args!("the boot image at sector {} lies beyond the end of the image", entry.image);
            findings.error(Place::start_of(place), "El Torito 1.0, 2.2", message);
        }
    }
}
