//! `discwright info`.

use std::io;

use discwright_burn::Survey;
use discwright_plan::{ClosingCost, DiscState, WriteType};
use serde::Serialize;

use crate::args::{DriveArgs, OutputArgs};
use crate::drive;
use crate::exit::Failure;
use crate::output::print;

#[derive(Serialize)]
struct Info {
    drive: Drive,
    disc: Option<Disc>,
}

#[derive(Serialize)]
struct Drive {
    name: String,
    vendor: String,
    product: String,
    revision: String,
    max_write_speed_kb_s: Option<u16>,
}

#[derive(Serialize)]
struct Disc {
    medium: String,
    state: String,
    damaged: bool,
    sessions: Vec<Session>,
    /// Tracks of a session that is not closed.
    open_tracks: Vec<Track>,
    next_writable: Option<i32>,
    last_possible_lead_out: Option<i32>,
    free_sectors: u32,
    free_bytes: u64,
    next_session: Option<Cost>,
}

#[derive(Serialize)]
struct Session {
    number: u16,
    lead_out: i32,
    tracks: Vec<Track>,
}

#[derive(Serialize)]
struct Track {
    number: u8,
    mode: String,
    start: i32,
    sectors: u32,
}

/// What one more session costs besides its content.
#[derive(Serialize)]
struct Cost {
    session: u16,
    run_out_sectors: u32,
    lead_out_sectors: u32,
    lead_in_sectors: u32,
    pregap_sectors: u32,
    /// All of them: what closing takes from the room for the session after it.
    total_sectors: u32,
    total_bytes: u64,
    documented_megabytes: u32,
}

/// Shows drive and disc.
pub(crate) fn run(args: DriveArgs, output: OutputArgs) -> Result<(), Failure> {
    let opened = drive::open_to_read(&args.drive)?;
    let survey = opened.recorder.survey()?;
    for disagreement in survey.disc.iter().flat_map(|disc| &disc.disagreements) {
        tracing::warn!("the drive contradicts itself: {disagreement}");
    }
    let info = describe(args.drive.to_string(), &survey);
    print(output, &info, |out| tell(out, &info))
}

fn describe(name: String, survey: &Survey) -> Info {
    let drive = Drive {
        name,
        vendor: survey.drive.vendor.clone(),
        product: survey.drive.product.clone(),
        revision: survey.drive.revision.clone(),
        max_write_speed_kb_s: survey.speeds.max_write_kb_s,
    };
    Info { drive, disc: survey.disc.as_ref().map(|disc| describe_disc(&disc.state)) }
}

fn describe_disc(state: &DiscState) -> Disc {
    let sessions = state.sessions.iter().map(|session| Session {
        number: session.number,
        lead_out: session.lead_out.0,
        tracks: session.tracks.iter().map(track).collect(),
    });
    let recordable = state.recordable().is_ok();
    let free_sectors = if recordable { state.capacity(WriteType::Auto) } else { 0 };
    Disc {
        medium: state.kind.to_string(),
        state: state.status.to_string(),
        damaged: state.damaged,
        sessions: sessions.collect(),
        open_tracks: state.open.iter().flat_map(|open| &open.tracks).map(track).collect(),
        next_writable: state.next_writable.map(|lba| lba.0),
        last_possible_lead_out: state.last_lead_out.map(|lba| lba.0),
        free_sectors,
        free_bytes: u64::from(free_sectors) * 2048,
        next_session: recordable.then(|| cost(&state.next_closing_cost(WriteType::Auto))),
    }
}

fn track(track: &discwright_plan::Track) -> Track {
    Track { number: track.number, mode: track.mode.to_string(), start: track.start.0, sectors: track.sectors }
}

fn cost(cost: &ClosingCost) -> Cost {
    Cost {
        session: cost.session,
        run_out_sectors: cost.run_out,
        lead_out_sectors: cost.lead_out,
        lead_in_sectors: cost.lead_in,
        pregap_sectors: cost.pregap,
        total_sectors: cost.total(),
        total_bytes: u64::from(cost.total()) * 2048,
        documented_megabytes: cost.documented_mb(),
    }
}

fn tell(out: &mut dyn io::Write, info: &Info) -> io::Result<()> {
    let Drive { name, vendor, product, revision, .. } = &info.drive;
    writeln!(out, "drive {name}: {vendor} {product} {revision}")?;
    let Some(disc) = &info.disc else { return writeln!(out, "disc: none") };
    let damaged = if disc.damaged { ", damaged" } else { "" };
    writeln!(out, "disc: {}, {}{damaged}, {} session(s)", disc.medium, disc.state, disc.sessions.len())?;
    for session in &disc.sessions {
        writeln!(out, "session {}, lead-out at {}", session.number, session.lead_out)?;
        tell_tracks(out, &session.tracks)?;
    }
    if !disc.open_tracks.is_empty() {
        writeln!(out, "session not closed")?;
        tell_tracks(out, &disc.open_tracks)?;
    }
    if let Some(next) = disc.next_writable {
        writeln!(out, "next writable address: {next}")?;
    }
    writeln!(out, "free: {} sectors, {:.1} MB", disc.free_sectors, megabytes(disc.free_bytes))?;
    let Some(cost) = &disc.next_session else { return Ok(()) };
    writeln!(
        out,
        "closing session {}: {} sectors, {:.2} MB (run-out {}, lead-out {}, next lead-in {}, next pregap {}; documented: {} MB)",
        cost.session,
        cost.total_sectors,
        megabytes(cost.total_bytes),
        cost.run_out_sectors,
        cost.lead_out_sectors,
        cost.lead_in_sectors,
        cost.pregap_sectors,
        cost.documented_megabytes
    )
}

fn tell_tracks(out: &mut dyn io::Write, tracks: &[Track]) -> io::Result<()> {
    tracks.iter().try_for_each(|track| {
        writeln!(
            out,
            "  track {:>2}  {:<13} start {:>6}  {:>6} sectors",
            track.number, track.mode, track.start, track.sectors
        )
    })
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people, with one digit after the point")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
