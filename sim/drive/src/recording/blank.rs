//! Erasing: BLANK on rewritable media.

use core::time::Duration;

use discwright_cd::Lba;
use discwright_mmc::Sense;
use discwright_transport::Instant;

use super::close::program_start;
use super::{Deck, Settings, next_in_track, time_bytes};
use crate::derive::{Layout, Track, TrackState, View};
use crate::laser::Work;
use crate::medium::{Block, Content, Extent, Medium, MediumKind};
use crate::sense;

/// What is to be erased (MMC-6, BLANK).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Erasure {
    /// Everything.
    Disc,
    /// PMA, first lead-in and first pregap: the disc counts as blank.
    Minimal,
    /// A track of the open session, by its number; its reservation stays.
    Track(u8),
    /// The reservations from this track on, which are empty.
    Reservation(u8),
    /// A track of the open session from this address of the host on.
    TrackTail(Lba),
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
        self.formatted = None;
        let view = self.view().clone();
        let ranges = match erasure {
            Erasure::Disc => from_lead_in_to(self.disc.kind(), self.disc.kind().edge()),
            Erasure::Minimal => from_lead_in_to(self.disc.kind(), Lba(0)),
            Erasure::Track(number) => whole_track(self.disc.medium(), &view, number)?,
            Erasure::Reservation(number) => reservations(self.disc.medium(), &view, number)?,
            Erasure::TrackTail(address) => track_tail(self.disc.medium(), &view, address)?,
            Erasure::UncloseLastSession => self.unclose(now, settings, &view)?,
            Erasure::LastSession => last_session(self.disc.medium(), &view)?,
        };
        self.push(now, Work::Dwell, settings.seek, false);
        for (start, end) in ranges {
            let sectors = end.sectors_since(start).unwrap_or(0);
            self.push(now, Work::Erase { start, sectors }, settings.sector, false);
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
        self.list_in_pma(now, &real, view, session.number)?;
        let program = first.map_or(session.lead_out, |track| track.start);
        let lead_out_end = session.lead_out.saturating_add(discwright_cd::area::lead_out(session.number));
        // A power cut in between leaves a session that can be closed again.
        Ok(vec![(session.lead_out, lead_out_end), (session.lead_in, program - 150)])
    }
}

impl Deck {
    /// Enters the tracks of a session in the PMA that are not there, so that they are known without its lead-in.
    pub(super) fn list_in_pma(
        &mut self,
        now: Instant,
        settings: &Settings,
        view: &View,
        session: u16,
    ) -> Result<(), Sense> {
        for track in view.tracks_of(session) {
            let listed = view.pma.iter().any(|item| {
                (item.adr, item.point, item.point_time) == (1, track.number, time_bytes(track.start))
            });
            if !listed {
                self.enter_in_pma(now, settings, track.number, track.control, track.start, track.end)?;
            }
        }
        Ok(())
    }
}

/// The first lead-in, the PMA, and everything from the first pregap to an end, outwards. After a cut the disc is known from
/// what is left of the lead-in, then from the PMA, then it is blank: never from a lead-in of tracks that are gone.
fn from_lead_in_to(kind: MediumKind, end: Lba) -> Vec<(Lba, Lba)> {
    let (pma, lead_in, pregap) = (Layout::pma(kind), kind.lead_in_start(), Lba(-PREGAP));
    vec![(lead_in, pregap), (pma, lead_in), (pregap, end)]
}

/// The tracks of the session that can be written.
fn open_tracks(view: &View) -> impl Iterator<Item = &Track> {
    let open = view.open.map_or(0, |open| open.number);
    view.tracks_of(open)
}

/// A track, then its pregap, by which a cut leaves it known as damaged. Only tracks of a session that is not closed can be
/// blanked (MMC-6, BLANK).
fn whole_track(medium: &Medium, view: &View, number: u8) -> Result<Vec<(Lba, Lba)>, Sense> {
    let track = open_tracks(view).find(|track| track.number == number).ok_or(sense::INVALID_FIELD)?;
    let end = end_of_marks(medium, track);
    Ok(vec![(track.start, end), (track.start - PREGAP, track.start)])
}

/// First address behind all that may be written of a track: one without an end is the last on the disc.
fn end_of_marks(medium: &Medium, track: &Track) -> Lba {
    let known = track.end.max(track.written);
    if track.state != TrackState::Unfinished {
        return known;
    }
    let live = medium.extents_from(track.start).filter(|extent| extent.generation == medium.erasures());
    live.map(Extent::end).max().unwrap_or(known).max(known)
}

/// The items of reservations from a track on, the last first: they end with the PMA. What is written is not unreserved.
fn reservations(medium: &Medium, view: &View, number: u8) -> Result<Vec<(Lba, Lba)>, Sense> {
    let mut from = open_tracks(view).filter(|track| track.number >= number).peekable();
    if from.peek().is_none_or(|first| first.number != number) {
        return Err(sense::INVALID_FIELD);
    }
    let empty =
        |track: &Track| track.state == TrackState::Reserved && medium.live_at(track.start - PREGAP).is_none();
    if !from.all(empty) {
        return Err(sense::INVALID_FIELD);
    }
    Ok(pma_items_from(medium, number))
}

/// A track from a block on. In a track of packets that must be the first of a packet, which goes with its link. After an
/// erasure that was cut off the block may be named again, though it is gone, for the sake of what was left behind it.
fn track_tail(medium: &Medium, view: &View, address: Lba) -> Result<Vec<(Lba, Lba)>, Sense> {
    let track = open_tracks(view).filter(|track| track.start <= address).last().ok_or(sense::OUT_OF_RANGE)?;
    let at = track.fixed_packets().map_or(Some(address), |packets| packets.physical(address));
    let end = end_of_marks(medium, track);
    let at = at.filter(|at| *at < end).ok_or(sense::OUT_OF_RANGE)?;
    if at < track.written {
        if !begins_packet(medium, track, address, at) {
            return Err(sense::INVALID_FIELD);
        }
    } else {
        let goes_on = at == track.written || next_in_track(medium, track) == Some(address);
        let mut behind = medium.extents_from(at).take_while(|extent| extent.start < end);
        if !goes_on || !behind.any(|extent| extent.generation == medium.erasures()) {
            return Err(sense::OUT_OF_RANGE);
        }
    }
    let link = i32::try_from(super::LINK_BLOCKS).unwrap_or(0);
    let with_link = track.packet.is_some() && address > track.start;
    Ok(vec![(if with_link { at - link } else { at }, end)])
}

/// Whether a track can be cut before a block, which lies at `at`.
fn begins_packet(medium: &Medium, track: &Track, address: Lba, at: Lba) -> bool {
    let is_run_in = |at| matches!(medium.block_at(at), Some((_, Block::RunIn)));
    match (track.fixed_packets(), track.packet) {
        (Some(packets), _) => packets.is_boundary(address),
        (None, Some(_)) => address == track.start || (is_run_in(at - 1) && !is_run_in(at)),
        (None, None) => true,
    }
}

/// The items of the PMA for tracks from a number on, the last first: a power cut in between leaves the tracks before.
fn pma_items_from(medium: &Medium, number: u8) -> Vec<(Lba, Lba)> {
    let pma = medium.extents_from(Layout::pma(medium.kind())).filter(
        |extent| matches!(&extent.content, Content::Pma(item) if item.adr == 1 && item.point >= number),
    );
    let mut ranges: Vec<_> = pma.map(|extent| (extent.start, extent.end())).collect();
    ranges.reverse();
    ranges
}

const PREGAP: i32 = 150;

/// All of the last session that has anything in it, then its lead-in and the first sector of its first pregap, then its
/// items in the PMA. After a cut the session is still known by one of these: erasing it again takes no other session.
fn last_session(medium: &Medium, view: &View) -> Result<Vec<(Lba, Lba)>, Sense> {
    let open = view.open.and_then(|open| {
        let (first, pregap) = (view.tracks_of(open.number).next()?, open.program - PREGAP);
        Some((pregap, pregap, first.number))
    });
    let closed = view.sessions.last();
    let closed = closed.map(|it| (it.lead_in, program_start(it.number, it.lead_in), it.first_track));
    let (start, pregap, first_track) = open.or(closed).ok_or(sense::INVALID_FIELD)?;
    let mut ranges = vec![(pregap + 1, medium.kind().edge()), (start, pregap + 1)];
    ranges.extend(pma_items_from(medium, first_track));
    Ok(ranges)
}
