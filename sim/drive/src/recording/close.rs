//! Closing: lead-in and lead-out around the tracks of a session.

use std::sync::Arc;

use discwright_cd::{Lba, area};
use discwright_mmc::Sense;
use discwright_transport::Instant;

use super::toc::TocPlan;
use super::{Deck, Recording, Settings};
use crate::derive::{Damage, TrackState, View, is_lead_in, is_lead_out, run_until};
use crate::laser::Work;
use crate::medium::{Content, LeadIn};
use crate::sense;

impl Deck {
    /// CLOSE TRACK/SESSION for a track: ends the one being written, or one that an interruption left open.
    ///
    /// # Errors
    /// The sense that refuses it.
    pub(crate) fn close_track(
        &mut self,
        now: Instant,
        settings: &Settings,
        number: u16,
    ) -> Result<(), Sense> {
        self.end_open_packet(now, settings);
        match &self.recording {
            // The pickup is in the middle of another.
            Recording::Track(track) if self.is_reserved(number) && number != u16::from(track.number) => {
                return Err(sense::SEQUENCE);
            }
            Recording::Track(_) => self.end_track(now, settings)?,
            Recording::Session(_) | Recording::Raw(_) => return Err(sense::INCOMPLETE_TRACK_IN_SESSION),
            Recording::Idle => {
                match self.view_to_come().track(u8::try_from(number).unwrap_or(0)).map(|track| track.state) {
                    Some(TrackState::Reserved) => self.fill_reserved(now, settings, number)?,
                    _ => self.mend_track(now, settings)?,
                }
            }
        }
        self.push(now, Work::Flush, core::time::Duration::ZERO, false);
        Ok(())
    }

    /// CLOSE TRACK/SESSION for the session: writes its lead-in with the TOC, and its lead-out.
    ///
    /// # Errors
    /// The sense that refuses it.
    pub(crate) fn close_session(
        &mut self,
        now: Instant,
        settings: &Settings,
        format: u8,
    ) -> Result<(), Sense> {
        self.end_open_packet(now, settings);
        match &self.recording {
            Recording::Track(_) => self.end_track(now, settings)?,
            Recording::Session(session) if session.is_full() => {
                self.end_session(now, settings);
                return Ok(());
            }
            Recording::Session(_) | Recording::Raw(_) => return Err(sense::INCOMPLETE_TRACK_IN_SESSION),
            Recording::Idle => self.mend_track(now, settings)?,
        }
        if settings.simulated {
            return Ok(());
        }
        let view = self.view_to_come();
        if let Some(session) = view.sessions.last().filter(|session| session.damage == Damage::Unclosed) {
            let contents = Arc::new(session.contents.clone());
            self.surround(now, settings, session.number, contents, session.lead_in, session.lead_out);
            return Ok(());
        }
        let Some(open) = view.open else { return Ok(()) };
        let Some(plan) = plan(&view, open.number, format, settings)? else { return Ok(()) };
        let lead_in = lead_in_start(self.disc.kind().lead_in_start(), open.number, open.program);
        let contents = LeadIn { toc: plan.items(self.disc.kind()), packs: Vec::new() };
        self.surround(now, settings, open.number, Arc::new(contents), lead_in, plan.lead_out);
        Ok(())
    }

    fn is_reserved(&self, number: u16) -> bool {
        let view = View::of(self.disc.medium());
        let track = u8::try_from(number).ok().and_then(|number| view.track(number));
        track.is_some_and(|track| track.state == TrackState::Reserved)
    }

    fn end_open_packet(&mut self, now: Instant, settings: &Settings) {
        if matches!(&self.recording, Recording::Track(track) if track.packet.is_some()) {
            self.end_packet(now, settings);
        }
    }

    /// Writes what is missing of a session's lead-in and lead-out.
    pub(super) fn surround(
        &mut self,
        now: Instant,
        settings: &Settings,
        session: u16,
        contents: Arc<LeadIn>,
        lead_in: Lba,
        lead_out: Lba,
    ) {
        let medium = self.medium_to_come();
        let control = contents.toc.iter().find(|item| item.point == 0xA2).map_or(0, |item| item.control);
        let program = program_start(session, lead_in);
        let reached = run_until(&medium, lead_in, |content| is_lead_in(content).is_some());
        self.push(now, Work::Dwell, settings.seek, false);
        let missing = program.sectors_since(reached).unwrap_or(0);
        self.burn(now, settings, reached, missing, Content::LeadIn(contents));
        self.push(now, Work::Dwell, settings.seek, false);
        let reached = run_until(&medium, lead_out, is_lead_out);
        let end = lead_out.saturating_add(area::lead_out(session));
        let missing = end.sectors_since(reached).unwrap_or(0);
        self.burn(now, settings, reached, missing, Content::LeadOut { control });
        self.push(now, Work::Flush, core::time::Duration::ZERO, false);
    }
}

/// The TOC of the open session; `None` when there is no track in it.
fn plan(view: &View, session: u16, format: u8, settings: &Settings) -> Result<Option<TocPlan>, Sense> {
    let tracks: Vec<_> = view.tracks_of(session).collect();
    if tracks.iter().any(|track| track.state != TrackState::Complete) {
        return Err(sense::INCOMPLETE_TRACK_IN_SESSION);
    }
    let Some(last) = tracks.last() else { return Ok(None) };
    let lead_out = last.end;
    let tracks = tracks.iter().map(|track| (track.number, track.control, track.start)).collect();
    Ok(Some(TocPlan { session, tracks, lead_out, format, next: settings.next_session }))
}

/// Where the lead-in of a session lies whose program area starts at `program`.
pub(crate) fn lead_in_start(first: Lba, session: u16, program: Lba) -> Lba {
    let before = i32::try_from(area::LEAD_IN + area::PREGAP).unwrap_or(0);
    if session <= 1 { first } else { program - before }
}

/// First address behind a lead-in: the pregap of the session's first track.
pub(super) fn program_start(session: u16, lead_in: Lba) -> Lba {
    if session <= 1 { Lba(-150) } else { lead_in.saturating_add(area::LEAD_IN) }
}
