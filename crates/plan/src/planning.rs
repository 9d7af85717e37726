//! The planner.

use discwright_cd::{Lba, area};

use crate::content::{Content, TrackContent};
use crate::cost::ClosingCost;
use crate::error::PlanError;
use crate::options::{Closing, Options, WriteType};
use crate::state::{DiscState, DiscStatus, Session, Track, TrackMode};
use crate::step::{CueSheet, CueTrack, Step, WriteParameters, WriteTrack};

/// A recording, computed to the end before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// The disc as it was when the plan was made.
    pub before: DiscState,
    /// The disc as it must be afterwards: equal to `before` for a simulation.
    pub predicted: DiscState,
    /// How the session is written; never [`WriteType::Auto`].
    pub write_type: WriteType,
    /// Number of the session.
    pub session: u16,
    /// The tracks, in order.
    pub tracks: Vec<WriteTrack>,
    /// Sectors sent to the drive, pregaps and padding included.
    pub sectors: u64,
    /// What closing this session costs the next one.
    pub cost: ClosingCost,
    /// User sectors that another session could hold afterwards; zero when the disc is closed.
    pub room_after: u32,
    /// Whether another session can follow.
    pub leaves_open: bool,
    /// Whether the laser stays at reading power.
    pub simulate: bool,
}

impl Plan {
    /// First user sector of the session.
    #[must_use]
    pub fn start(&self) -> Lba {
        self.tracks.first().map_or(Lba(0), WriteTrack::start)
    }

    /// Sectors of content, from the source; all tracks together.
    #[must_use]
    pub fn content_sectors(&self) -> u64 {
        self.tracks.iter().map(|track| u64::from(track.content)).sum()
    }
}

/// Plans the recording of one session.
///
/// # Errors
/// [`PlanError`] when the disc cannot take it; one block too many is [`PlanError::DiscFull`].
pub fn plan(state: &DiscState, content: &Content, options: &Options) -> Result<Plan, PlanError> {
    let start = state.recordable()?;
    check_content(state, content)?;
    let write_type = match options.write_type {
        WriteType::Auto => WriteType::TrackAtOnce,
        chosen => chosen,
    };
    let tracks = lay_out(start, state.next_track(), content, write_type);
    check_room(state, &tracks, write_type)?;

    let session = state.next_session();
    let cost = ClosingCost::of(session, write_type == WriteType::TrackAtOnce);
    let closed = closed_session(session, &tracks, write_type);
    let room = room_behind(state, closed.lead_out, &cost);
    let leaves_open = match options.closing {
        Closing::LeaveOpen => true,
        Closing::CloseDisc => false,
        Closing::Auto => room >= options.next_session_sectors.max(area::MIN_TRACK),
    };
    let steps = steps(&tracks, closed.lead_out, write_type, leaves_open, options);
    let predicted = if options.simulate {
        state.clone()
    } else {
        afterwards(state, closed, leaves_open.then_some((cost.gap(), room)))
    };
    Ok(Plan {
        steps,
        before: state.clone(),
        predicted,
        write_type,
        session,
        sectors: tracks.iter().map(|track| u64::from(track.sectors())).sum(),
        tracks,
        cost,
        room_after: if leaves_open { room } else { 0 },
        leaves_open,
        simulate: options.simulate,
    })
}

/// Something to record, of one kind, with numbers left for it.
fn check_content(state: &DiscState, content: &Content) -> Result<(), PlanError> {
    let Some(first) = content.tracks.first() else { return Err(PlanError::Nothing) };
    if content.tracks.iter().any(|track| track.sectors() == 0) {
        return Err(PlanError::Nothing);
    }
    if content.tracks.iter().any(|track| track.mode() != first.mode()) {
        return Err(PlanError::MixedTracks);
    }
    let used = state.next_track().saturating_sub(1);
    if usize::from(used) + content.tracks.len() > usize::from(area::MAX_TRACKS) {
        return Err(PlanError::TooManyTracks { used, wanted: content.tracks.len() });
    }
    Ok(())
}

/// Addresses of the tracks. Saturating: an absurd length ends beyond any disc and is refused for its room.
fn lay_out(start: Lba, first_number: u8, content: &Content, write_type: WriteType) -> Vec<WriteTrack> {
    let mut tracks = Vec::with_capacity(content.tracks.len());
    let mut next = start;
    for (number, track) in (first_number..).zip(&content.tracks) {
        let track = lay_out_track(number, next, track, write_type, tracks.is_empty());
        next = track.first.saturating_add(track.sectors());
        if write_type == WriteType::TrackAtOnce {
            next = next.saturating_add(area::RUN_OUT).saturating_add(area::PREGAP);
        }
        tracks.push(track);
    }
    tracks
}

/// One track from `at`, the next writable address.
///
/// Session at once: the host supplies the session's first pregap, before `at`; later tracks follow without one, so
/// that audio has no gap. Track at once: the drive makes every pregap.
fn lay_out_track(
    number: u8,
    at: Lba,
    track: &TrackContent,
    write_type: WriteType,
    first_of_session: bool,
) -> WriteTrack {
    let pregap = if write_type == WriteType::SessionAtOnce && first_of_session { area::PREGAP } else { 0 };
    WriteTrack {
        number,
        mode: track.mode(),
        first: Lba(at.0.saturating_sub_unsigned(pregap)),
        pregap,
        // The sum of the three is at most the number range: more than any disc has is as good as this.
        content: track.sectors().min(u32::MAX - area::PREGAP - area::MIN_TRACK),
        padding: area::MIN_TRACK.saturating_sub(track.sectors()),
    }
}

/// Sums all that lies between the next writable address and the lead-out.
fn check_room(state: &DiscState, tracks: &[WriteTrack], write_type: WriteType) -> Result<(), PlanError> {
    let user: u64 = tracks.iter().map(|track| u64::from(track.content) + u64::from(track.padding)).sum();
    let between = match write_type {
        WriteType::TrackAtOnce => u64::from(area::RUN_OUT + area::PREGAP),
        WriteType::SessionAtOnce | WriteType::Auto => 0,
    };
    let joints = u64::try_from(tracks.len().saturating_sub(1)).unwrap_or(u64::MAX);
    let needed = user + between * joints;
    let free = state.capacity(write_type);
    if needed > u64::from(free) {
        return Err(PlanError::disc_full(needed, free));
    }
    Ok(())
}

/// The session as its table of contents will have it.
fn closed_session(number: u16, tracks: &[WriteTrack], write_type: WriteType) -> Session {
    let run_out = if write_type == WriteType::TrackAtOnce { area::RUN_OUT } else { 0 };
    let end = |track: &WriteTrack| track.first.saturating_add(track.sectors()).saturating_add(run_out);
    let lead_out = tracks.last().map_or(Lba(0), end);
    let ends = tracks.iter().skip(1).map(WriteTrack::start).chain([lead_out]);
    let tracks = tracks
        .iter()
        .zip(ends)
        .map(|(track, end)| Track {
            number: track.number,
            start: track.start(),
            sectors: end.sectors_since(track.start()).unwrap_or(0),
            mode: track.mode,
        })
        .collect();
    Session { number, tracks, lead_out }
}

/// User sectors of the next session, were it written track at once.
fn room_behind(state: &DiscState, lead_out: Lba, cost: &ClosingCost) -> u32 {
    let next = lead_out.saturating_add(cost.gap());
    let limit = state.last_lead_out.unwrap_or_else(|| {
        let start = state.next_writable.unwrap_or(lead_out);
        start.saturating_add(state.free_blocks).saturating_add(area::RUN_OUT)
    });
    limit.sectors_since(next).unwrap_or(0).saturating_sub(area::RUN_OUT)
}

/// The disc with the session on it; `open` is the gap to the next session and the room in it.
fn afterwards(state: &DiscState, session: Session, open: Option<(u32, u32)>) -> DiscState {
    let lead_out = session.lead_out;
    let mut sessions = state.sessions.clone();
    sessions.push(session);
    DiscState {
        kind: state.kind,
        status: if open.is_some() { DiscStatus::Appendable } else { DiscStatus::Complete },
        sessions,
        open: None,
        next_writable: open.map(|(gap, _)| lead_out.saturating_add(gap)),
        last_lead_out: state.last_lead_out,
        free_blocks: open.map_or(0, |(_, room)| room),
        damaged: false,
    }
}

fn steps(
    tracks: &[WriteTrack],
    lead_out: Lba,
    write_type: WriteType,
    leaves_open: bool,
    options: &Options,
) -> Vec<Step> {
    let parameters = |track_mode: TrackMode| {
        Step::WriteParameters(WriteParameters {
            write_type,
            track_mode,
            another_session: leaves_open,
            simulate: options.simulate,
            underrun_protection: options.underrun_protection,
        })
    };
    let mut steps = vec![Step::AwaitReady, Step::Lock, Step::SetSpeed { write_kb_s: options.speed_kb_s }];
    let mode = tracks.first().map_or(TrackMode::Mode1, |track| track.mode);
    steps.extend([parameters(mode), Step::Calibrate]);
    if write_type == WriteType::SessionAtOnce {
        let user = tracks.iter().map(|track| track.content + track.padding).sum();
        let start = tracks.first().map_or(Lba(0), WriteTrack::start);
        steps.push(Step::ConfirmStart { next_writable: start, sectors: user });
        steps.push(Step::CueSheet(cue_sheet(tracks, lead_out)));
        steps.extend(tracks.iter().copied().map(Step::WriteTrack));
        // No close command: the session is complete when the cue sheet is fulfilled.
        steps.push(Step::Synchronize);
    } else {
        for (index, track) in tracks.iter().enumerate() {
            if index > 0 {
                steps.push(parameters(track.mode));
            }
            // While simulating, a drive's next writable address need not move on.
            if index == 0 || !options.simulate {
                let sectors = track.content + track.padding;
                steps.push(Step::ConfirmStart { next_writable: track.start(), sectors });
            }
            steps.push(Step::WriteTrack(*track));
            // Ends the track; drives that know CLOSE TRACK differently never hear it.
            steps.push(Step::Synchronize);
        }
        steps.push(Step::CloseSession);
    }
    steps.push(Step::Unlock);
    steps
}

fn cue_sheet(tracks: &[WriteTrack], lead_out: Lba) -> CueSheet {
    let tracks = tracks
        .iter()
        .map(|track| CueTrack {
            number: track.number,
            mode: track.mode,
            pregap: track.first,
            start: track.start(),
        })
        .collect();
    CueSheet { tracks, lead_out }
}
