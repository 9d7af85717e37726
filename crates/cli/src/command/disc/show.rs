//! `discwright disc show`.

use std::io;
use std::path::PathBuf;

use clap::Args;
use discwright_cd::Lba;
use discwright_drive::Disc;
use discwright_drive::derive::{DiscState, View};
use discwright_drive::image::{Area, AreaKind, map};
use serde::Serialize;

use crate::args::OutputArgs;
use crate::exit::Failure;
use crate::output::print;

#[derive(Debug, Args)]
pub(crate) struct DiscShowArgs {
    /// The disc file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Serialize)]
struct Map {
    file: String,
    medium: String,
    manufacturer: String,
    state: &'static str,
    sessions: usize,
    erasures: u32,
    calibrations: u32,
    areas: Vec<Row>,
}

/// An area; both addresses belong to it.
#[derive(Serialize)]
struct Row {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    track: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u8>,
    first: i32,
    last: i32,
    first_msf: Option<String>,
    last_msf: Option<String>,
    sectors: u32,
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    stale: bool,
}

pub(super) fn show(args: DiscShowArgs, output: OutputArgs) -> Result<(), Failure> {
    let disc = Disc::open(&args.file).map_err(Failure::refused)?;
    let view = View::of(disc.medium());
    let kind = disc.kind();
    let map = Map {
        file: args.file.display().to_string(),
        medium: kind.to_string(),
        manufacturer: kind.spec().manufacturer.to_owned(),
        state: match view.disc_state() {
            DiscState::Blank => "blank",
            DiscState::Appendable => "appendable",
            DiscState::Complete => "complete",
        },
        sessions: view.sessions.len(),
        erasures: disc.medium().erasures(),
        calibrations: view.calibrations,
        areas: map(&disc).iter().map(row).collect(),
    };
    print(output, &map, |out| tell(out, &map))
}

fn row(area: &Area) -> Row {
    let Area { session, track, start, sectors, stale, .. } = *area;
    let last = area.end() - 1;
    let msf = |at: Lba| at.to_msf().ok().map(|time| time.to_string());
    let index = match area.kind {
        AreaKind::Track { index } => Some(index),
        _ => None,
    };
    let kind = area.kind.to_string();
    Row {
        kind,
        session,
        track,
        index,
        first: start.0,
        last: last.0,
        first_msf: msf(start),
        last_msf: msf(last),
        sectors,
        stale,
    }
}

fn tell(out: &mut dyn io::Write, map: &Map) -> io::Result<()> {
    let Map { file, medium, manufacturer, state, sessions, erasures, calibrations, areas } = map;
    writeln!(
        out,
        "{file}: {medium} ({manufacturer}), {state}, {sessions} session(s), {calibrations} calibration(s)"
    )?;
    if *erasures > 0 {
        writeln!(out, "erased {erasures} time(s)")?;
    }
    writeln!(out, "   first     last   first MSF  last MSF  sectors  area")?;
    let none = || "--:--:--".to_owned();
    for row in areas {
        let (first, last) =
            (row.first_msf.clone().unwrap_or_else(none), row.last_msf.clone().unwrap_or_else(none));
        write!(out, "{:>8} {:>8}   {first}   {last}  {:>7}  ", row.first, row.last, row.sectors)?;
        let session = row.session.map(|it| format!("session {it}"));
        let track = row.track.map(|it| format!("track {it}"));
        let index = row.index.filter(|it| *it > 1).map(|it| format!("index {it}"));
        let stale = row.stale.then(|| "before it was erased".to_owned());
        let words: Vec<_> = [session, track, index, stale].into_iter().flatten().collect();
        let kind = &row.kind;
        if words.is_empty() {
            writeln!(out, "{kind}")?
        } else {
            writeln!(out, "{kind:<8}  {}", words.join(", "))?
        }
    }
    Ok(())
}
