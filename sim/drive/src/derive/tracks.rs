//! The tracks of a disc, by where they are described.

use discwright_cd::Lba;

use super::{NextTrack, Session, Track, TrackState, address, layout};
use crate::medium::{Block, Content, Form, Medium, QItem};

/// Most tracks on one disc.
const MOST_TRACKS: u8 = 99;

/// The tracks that the TOCs describe.
pub(super) fn of_sessions(medium: &Medium, sessions: &[Session]) -> Vec<Track> {
    sessions.iter().flat_map(|session| of_session(medium, session)).collect()
}

fn of_session(medium: &Medium, session: &Session) -> Vec<Track> {
    let items =
        session.contents.toc.iter().filter(|item| item.adr == 1 && (1..=MOST_TRACKS).contains(&item.point));
    let mut items: Vec<_> = items.filter_map(|item| Some((item, address(item.point_time)?))).collect();
    items.sort_by_key(|(item, _)| item.point);
    items.dedup_by_key(|(item, _)| item.point);
    let next_starts = items.iter().skip(1).map(|(item, start)| (Some(item.point), *start));
    let next_starts: Vec<_> = next_starts.chain([(None, session.lead_out)]).collect();
    let tracks = items.iter().zip(next_starts).map(|((item, start), (next, limit))| {
        let end = next.map_or(limit, |next| end_before(medium, *start, next, limit)).max(*start);
        let written = medium.live_until(*start).clamp(*start, end);
        Track {
            number: item.point,
            session: session.number,
            control: item.control,
            start: *start,
            end,
            written,
            state: TrackState::Complete,
            form: form_at(medium, *start),
            packet: packet_of(medium, *start),
        }
    });
    tracks.collect()
}

/// Where a track ends whose follower starts at `limit`: before the sectors that say they are its pregap.
fn end_before(medium: &Medium, start: Lba, next: u8, limit: Lba) -> Lba {
    let mut end = limit;
    while end > start
        && let Some(extent) = medium.live_at(end - 1)
        && extent.content.track().is_some_and(|q| q.track == next)
    {
        end = extent.start;
    }
    end.max(start)
}

/// The tracks of the open session that the PMA describes.
pub(super) fn of_pma(medium: &Medium, pma: &[QItem], first: u8, session: u16) -> Vec<Track> {
    let mut tracks: Vec<Track> = Vec::new();
    for item in pma.iter().filter(|item| item.adr == 1 && (first..=MOST_TRACKS).contains(&item.point)) {
        let (Some(start), Some(end)) = (address(item.point_time), address(item.time)) else { continue };
        let number = item.point;
        let written = track_until(medium, start, number).clamp(start, end.max(start));
        let state = if written >= end { TrackState::Complete } else { TrackState::Reserved };
        let control = item.control;
        let form = form_at(medium, start);
        // A later item for the same track replaces the earlier.
        tracks.retain(|track| track.number != number);
        let packet = packet_of(medium, start);
        tracks.push(Track { number, session, control, start, end, written, state, form, packet });
    }
    tracks.sort_by_key(|track| track.number);
    // Tracks follow each other; what comes behind a gap, or behind another session whose lead-in is gone, is not to be
    // believed.
    let mut end = None;
    let known = (first..).zip(&tracks).take_while(|(number, track)| {
        let before = end.replace(track.end);
        *number == track.number && before.is_none_or(|end| !has_lead_out_between(medium, end, track.start))
    });
    let known = known.count();
    tracks.truncate(known);
    tracks
}

fn has_lead_out_between(medium: &Medium, from: Lba, to: Lba) -> bool {
    let mut between = medium.extents_from(from).take_while(|extent| extent.start < to);
    between.any(|extent| extent.generation == medium.erasures() && layout::is_lead_out(&extent.content))
}

/// The track that was begun where the next one would start.
pub(super) fn unfinished(medium: &Medium, next: NextTrack, session: u16) -> Option<Track> {
    let first = medium.live_at(next.start - layout::PREGAP)?;
    let q = first.content.track().filter(|q| q.track == next.number)?;
    let written = track_until(medium, first.start, next.number).max(next.start);
    let form = form_at(medium, next.start).or_else(|| form_at(medium, first.start));
    Some(Track {
        number: next.number,
        session,
        control: q.control,
        start: next.start,
        end: written,
        written,
        state: TrackState::Unfinished,
        form,
        packet: packet_of(medium, next.start),
    })
}

/// Layout of the sector at an address.
fn form_at(medium: &Medium, at: Lba) -> Option<Form> {
    match &medium.live_at(at)?.content {
        Content::Track(_, block) => block.form(),
        _ => None,
    }
}

/// Blocks in each packet of a track, by its track descriptor blocks; `None` for a track not written in packets.
fn packet_of(medium: &Medium, start: Lba) -> Option<u32> {
    let link = i32::try_from(crate::recording::LINK_BLOCKS).unwrap_or(0);
    match &medium.live_at(start - link - 1)?.content {
        Content::Track(_, Block::TrackDescriptor { packet_blocks, .. }) => Some(*packet_blocks),
        _ => None,
    }
}

/// First address behind the unbroken run of a track's sectors that begins at `start`.
fn track_until(medium: &Medium, start: Lba, number: u8) -> Lba {
    layout::run_until(medium, start, |content| content.track().is_some_and(|q| q.track == number))
}
