//! `discwright ls`.

use std::io;

use discwright_iso9660::format::ZonedTime;
use discwright_iso9660::read::{EntryKind, Finding, ReadSectors, Seen, Walk, escaped};
use serde::Serialize;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use crate::args::{LsArgs, OutputArgs};
use crate::exit::Failure;
use crate::output::print;
use crate::volume::{self, Chosen, view_name};

type Source = Box<dyn ReadSectors>;

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

/// Lists a tree, in the order of the disc: a folder before what it holds.
pub(crate) fn run(args: LsArgs, output: OutputArgs) -> Result<(), Failure> {
    let chosen = volume::open(args.file.as_deref(), args.drive.as_ref(), args.selection)?;
    let mut walk = chosen.volume.walk(chosen.view);
    if output.json {
        return print_document(&chosen, walk, output);
    }
    print(output, &(), |out| {
        let mut folder = Folder::default();
        while let Some(seen) = walk.visit() {
            if args.long { long(out, &item(&seen))? } else { folder.short(out, &seen)? }
        }
        Ok(())
    })?;
    walk.by_ref().for_each(drop);
    for finding in findings(&chosen, &walk) {
        tracing::warn!("{finding}");
    }
    judge(&chosen, &walk)
}

/// A listing that may lack something is no success.
fn judge(chosen: &Chosen, walk: &Walk<'_, Source>) -> Result<(), Failure> {
    if chosen.volume.findings().has_errors() || walk.findings().has_errors() {
        let problem = "the volume is damaged, so something may be missing; what can be read was listed";
        return Err(Failure::found_errors(problem).advise("`discwright check` tells more"));
    }
    Ok(())
}

fn print_document(chosen: &Chosen, mut walk: Walk<'_, Source>, output: OutputArgs) -> Result<(), Failure> {
    let mut entries = Vec::new();
    while let Some(seen) = walk.visit() {
        entries.push(item(&seen));
    }
    let findings = findings(chosen, &walk);
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
    print(output, &listing, |_| Ok(()))?;
    judge(chosen, &walk)
}

fn findings(chosen: &Chosen, walk: &Walk<'_, Source>) -> Vec<String> {
    let found = chosen.volume.findings().as_slice().iter();
    found.chain(walk.findings().as_slice()).map(Finding::to_string).collect()
}

fn item(seen: &Seen<'_>) -> Item {
    let Seen { parent, entry, .. } = seen;
    let (kind, target) = match &entry.kind {
        EntryKind::Directory(_) => ("folder", None),
        EntryKind::File => ("file", None),
        EntryKind::Symlink(target) => ("link", Some(String::from_utf8_lossy(target).into_owned())),
        EntryKind::Special { .. } => ("special", None),
    };
    let directory = entry.is_directory();
    Item {
        path: if parent.is_empty() { entry.name.clone() } else { format!("{parent}/{}", entry.name) },
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

/// The folder at hand, as it is shown: the same for many entries in a row.
#[derive(Default)]
struct Folder {
    depth: u16,
    shown: String,
}

impl Folder {
    fn short(&mut self, out: &mut dyn io::Write, seen: &Seen<'_>) -> io::Result<()> {
        let Seen { parent, entry, depth } = *seen;
        // Between two folders of the same depth the walk comes by the folder that holds the second.
        if self.depth != depth {
            self.depth = depth;
            self.shown = if depth > 0 { format!("{}/", escaped(parent)) } else { String::new() };
        }
        out.write_all(self.shown.as_bytes())?;
        out.write_all(escaped(&entry.name).as_bytes())?;
        out.write_all(if entry.is_directory() { b"/\n" } else { b"\n" })
    }
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
