//! Erasing: BLANK on rewritable media.

use core::time::Duration;

use discwright_cd::Lba;
use discwright_mmc::Sense;
use discwright_transport::Instant;

use super::{Deck, Settings, time_bytes};
use crate::derive::{Layout, View};
use crate::laser::Work;
use crate::medium::{Content, Medium};
use crate::sense;

/// What is to be erased (MMC-6, BLANK).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Erasure {
    /// Everything.
    Disc,
    /// PMA, first lead-in and first pregap: the disc counts as blank.
    Minimal,
    /// The lead-in and lead-out of the last session, which becomes incomplete.
    UncloseLastSession,
    /// The last session with everything in it.
    LastSession,
}

impl Deck {
    /// Takes marks off the disc.
    ///
    /// # Errors
    /// The sense that refuses it.
    pub(crate) fn blank(&mut self, now: Instant, settings: &Settings, erasure: Erasure) -> Result<(), Sense> {
        if !self.disc.kind().is_rewritable() {
            return Err(sense::INCOMPATIBLE_MEDIUM);
        }
        self.abandon();
        let view = self.view().clone();
        let ranges = match erasure {
            Erasure::Disc => vec![(Layout::pma(self.disc.kind()), self.disc.kind().edge())],
            Erasure::Minimal => vec![(Layout::pma(self.disc.kind()), Lba(0))],
            Erasure::UncloseLastSession => self.unclose(now, settings, &view)?,
            Erasure::LastSession => last_session(self.disc.medium(), &view)?,
        };
        self.push(now, Work::Dwell, settings.seek, false);
        for (start, end) in ranges {
            let sectors = end.sectors_since(start).unwrap_or(0);
            let time = settings.sector.saturating_mul(sectors);
            self.push(now, Work::Erase { start, sectors }, time, false);
        }
        self.push(now, Work::Flush, Duration::ZERO, false);
        Ok(())
    }

    /// The ranges that close the last session; its tracks go into the PMA if they are not there.
    fn unclose(&mut self, now: Instant, settings: &Settings, view: &View) -> Result<Vec<(Lba, Lba)>, Sense> {
        let Some(session) = view.sessions.last() else { return Err(sense::INVALID_FIELD) };
        if view.open.is_some_and(|open| view.tracks_of(open.number).next().is_some()) {
            return Err(sense::INVALID_FIELD);
        }
        let real = Settings { simulated: false, ..*settings };
        let first = view.tracks_of(session.number).next();
        for track in view.tracks_of(session.number) {
            let listed = view.pma.iter().any(|item| {
                (item.adr, item.point, item.point_time) == (1, track.number, time_bytes(track.start))
            });
            if !listed {
                self.enter_in_pma(now, &real, track.number, track.control, track.start, track.end)?;
            }
        }
        let program = first.map_or(session.lead_out, |track| track.start);
        let lead_out_end = session.lead_out.saturating_add(discwright_cd::area::lead_out(session.number));
        // A power cut in between leaves a session that can be closed again.
        Ok(vec![(session.lead_out, lead_out_end), (session.lead_in, program - 150)])
    }
}

/// All of the last session that has anything in it, and its items in the PMA.
fn last_session(medium: &Medium, view: &View) -> Result<Vec<(Lba, Lba)>, Sense> {
    let open = view.open.and_then(|open| {
        let first = view.tracks_of(open.number).next()?;
        Some((open.program - 150, first.number))
    });
    let closed = view.sessions.last().map(|session| (session.lead_in, session.first_track));
    let (start, first_track) = open.or(closed).ok_or(sense::INVALID_FIELD)?;
    let pma = medium.extents_from(Layout::pma(medium.kind())).filter(
        |extent| matches!(&extent.content, Content::Pma(item) if item.adr == 1 && item.point >= first_track),
    );
    // The last first: a power cut in between leaves the tracks before it.
    let mut ranges: Vec<_> = pma.map(|extent| (extent.start, extent.end())).collect();
    ranges.reverse();
    ranges.push((start, medium.kind().edge()));
    Ok(ranges)
}
