//! Incremental writing in packets of any size: each stretch of data between two flushes is a packet, with link and
//! run-in blocks before it and run-out behind it, all of which count as addresses.

use discwright_cd::{Lba, area};
use discwright_mmc::Sense;
use discwright_transport::Instant;

use super::{Deck, Recording, Settings, TrackPlan, TrackRecording};
use crate::laser::Work;
use crate::medium::{Block, Content};
use crate::recording::track::LINK_BLOCKS;
use crate::sense;

impl Deck {
    /// Begins a packet: in the track that is open, or in a new one.
    ///
    /// # Errors
    /// The sense that refuses the address or the state.
    pub(crate) fn begin_packet(
        &mut self,
        now: Instant,
        settings: &Settings,
        plan: TrackPlan,
        start: Lba,
        sectors: u32,
    ) -> Result<(), Sense> {
        let limit = self.last_lead_out(settings) - i32::try_from(area::RUN_OUT).unwrap_or(0);
        let view = self.view_to_come();
        let Some(open) = view.unfinished().copied() else {
            let (session, next) = self.next_track(settings)?;
            check(settings, start, next.start, sectors, limit)?;
            let track = TrackRecording {
                number: next.number,
                session,
                start: next.start,
                next: next.start,
                plan,
                limit,
                packet: Some(0),
                reserved_until: None,
            };
            self.push(now, Work::Dwell, settings.seek, settings.simulated);
            self.burn_pregap(now, settings, &track);
            self.recording = Recording::Track(track);
            return Ok(());
        };
        let next = next_in_track(&self.medium_to_come(), &open).ok_or(sense::INVALID_ADDRESS_FOR_WRITE)?;
        check(settings, start, next, sectors, limit)?;
        if open.control != plan.control {
            return Err(sense::WRONG_SECTOR_MODE);
        }
        let track = TrackRecording {
            number: open.number,
            session: open.session,
            start: open.start,
            next,
            plan,
            limit,
            packet: open.packet,
            reserved_until: None,
        };
        self.push(now, Work::Dwell, settings.seek, settings.simulated);
        let q = track.q(1);
        self.burn(now, settings, open.written, 1, Content::Track(q, Block::Link));
        self.burn(now, settings, open.written + 1, LINK_BLOCKS - 1, Content::Track(q, Block::RunIn));
        self.recording = Recording::Track(track);
        Ok(())
    }

    /// Ends a packet; the track stays open.
    pub(super) fn end_packet(&mut self, now: Instant, settings: &Settings) {
        let Recording::Track(track) = core::mem::take(&mut self.recording) else { return };
        self.burn(now, settings, track.next, area::RUN_OUT, Content::Track(track.q(1), Block::RunOut));
    }
}

fn check(settings: &Settings, start: Lba, next: Lba, sectors: u32, limit: Lba) -> Result<(), Sense> {
    if start != next && start != Lba(-1) {
        return Err(sense::INVALID_ADDRESS_FOR_WRITE);
    }
    if next.saturating_add(sectors) > limit {
        return Err(settings.beyond_capacity);
    }
    Ok(())
}

/// Where the next packet of an open track takes data: behind the last one's run-out, a link and run-in. `None` when
/// the last packet never came to its end, or the track is not written in packets.
pub(crate) fn next_in_track(medium: &crate::medium::Medium, track: &crate::derive::Track) -> Option<Lba> {
    track.packet?;
    let last = medium.extent_at(track.written - 1)?;
    let ended = matches!(last.content, Content::Track(_, Block::RunOut));
    ended.then(|| track.written.saturating_add(LINK_BLOCKS))
}
