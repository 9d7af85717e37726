//! `discwright ls`.

use std::io;

use discwright_iso9660::format::ZonedTime;
use discwright_iso9660::read::{EntryKind, Finding, Visited, escaped};
use serde::Serialize;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use crate::args::{LsArgs, OutputArgs};
use crate::exit::Failure;
use crate::output::print;
use crate::volume::{self, view_name};

#[derive(Serialize)]
struct Listing {
    volume_name: String,
    session: usize,
    view: &'static str,
    entries: Vec<Item>,
    findings: Vec<String>,
}

#[derive(Serialize)]
struct Item {
    path: String,
    kind: &'static str,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_sector: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
}

/// Lists a tree.
pub(crate) fn run(args: LsArgs, output: OutputArgs) -> Result<(), Failure> {
    let chosen = volume::open(args.file.as_deref(), args.drive.as_ref(), args.selection)?;
    let mut walk = chosen.volume.walk(chosen.view);
    let mut entries: Vec<Item> = walk.by_ref().map(|visited| item(&visited)).collect();
    let found = chosen.volume.findings().as_slice().iter();
    let findings: Vec<String> =
        found.chain(walk.into_findings().as_slice()).map(Finding::to_string).collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    for finding in &findings {
        tracing::warn!("{finding}");
    }
    let listing = Listing {
        volume_name: chosen.volume.joliet().unwrap_or_else(|| chosen.volume.primary()).volume_name(),
        session: chosen.session,
        view: view_name(chosen.view),
        entries,
        findings,
    };
    print(output, &listing, |out| {
        listing.entries.iter().try_for_each(|item| if args.long { long(out, item) } else { short(out, item) })
    })
}

fn item(visited: &Visited) -> Item {
    let entry = &visited.entry;
    let (kind, target) = match &entry.kind {
        EntryKind::Directory(_) => ("folder", None),
        EntryKind::File => ("file", None),
        EntryKind::Symlink(target) => ("link", Some(String::from_utf8_lossy(target).into_owned())),
        EntryKind::Special { .. } => ("special", None),
    };
    let directory = entry.is_directory();
    Item {
        path: visited.path(),
        kind,
        bytes: if directory { 0 } else { entry.bytes },
        modified: entry.modified().and_then(rfc3339),
        first_sector: entry.sections.iter().next().map(|section| section.start.0),
        target,
    }
}

/// A time as RFC 3339 has it, in the zone it was recorded in.
fn rfc3339(time: ZonedTime) -> Option<String> {
    let offset = UtcOffset::from_whole_seconds(i32::from(time.offset_quarters) * 15 * 60).ok()?;
    let moment = OffsetDateTime::from_unix_timestamp(time.unix_seconds).ok()?;
    moment.checked_to_offset(offset)?.format(&Rfc3339).ok()
}

fn short(out: &mut dyn io::Write, item: &Item) -> io::Result<()> {
    writeln!(out, "{}{}", escaped(&item.path), if item.kind == "folder" { "/" } else { "" })
}

fn long(out: &mut dyn io::Write, item: &Item) -> io::Result<()> {
    let modified = item.modified.as_deref().unwrap_or("-");
    let sector = item.first_sector.map_or_else(|| "-".to_owned(), |sector| sector.to_string());
    write!(out, "{:<7} {:>11} {modified:<25} {sector:>7} {}", item.kind, item.bytes, escaped(&item.path))?;
    match &item.target {
        Some(target) => writeln!(out, " -> {}", escaped(target)),
        None => writeln!(out),
    }
}
