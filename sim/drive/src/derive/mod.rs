//! What a drive finds out about a disc when it scans it: sessions, tracks, where writing goes on.
//!
//! Nothing of this is stored anywhere. The sources are the lead-ins (each with its TOC), the PMA (tracks of a session
//! that is still open), and whether a sector is written at all (a track that never came to its end).

use discwright_cd::{Lba, Msf, area};

use crate::medium::{Content, FixedPackets, Form, LeadIn, Medium, QItem};

mod layout;
mod tracks;

pub use layout::Layout;
pub(crate) use layout::{is_lead_out, run_until};

/// The state of a disc, as far as a scan tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The sessions that have a lead-in, in order.
    pub sessions: Vec<Session>,
    /// All tracks in order: those of the sessions, then those of the open session.
    pub tracks: Vec<Track>,
    /// The session that may be written; `None` when the disc is complete, or beyond writing.
    pub open: Option<OpenSession>,
    /// The items of the PMA, in order.
    pub pma: Vec<QItem>,
    /// Frames used in the count area of the PCA.
    pub calibrations: u32,
}

/// A session with a lead-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its number, from 1.
    pub number: u16,
    /// Where its lead-in is.
    pub lead_in: Lba,
    /// What its lead-in carries.
    pub contents: LeadIn,
    /// Number of its first track.
    pub first_track: u8,
    /// Number of its last track.
    pub last_track: u8,
    /// Where its lead-out starts.
    pub lead_out: Lba,
    /// Where the program area of another session would start; `None` in the last of a complete disc.
    pub next_program: Option<Lba>,
    /// What is missing.
    pub damage: Damage,
}

/// What is missing of a session that has a lead-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Nothing.
    None,
    /// All tracks are there, but not all of lead-in and lead-out: closing can be resumed.
    Unclosed,
    /// The tracks end before the lead-out.
    Truncated,
}

/// A session without a lead-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// Its number, from 1.
    pub number: u16,
    /// First address of its program area, behind the first pregap.
    pub program: Lba,
    /// Number that its first track has or will have.
    pub first_track: u8,
    /// Where the next track would start; `None` while one is unfinished.
    pub next: Option<NextTrack>,
}

/// The invisible track: the one that could be written next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextTrack {
    /// Its number; 100 when the disc has all the tracks it can have.
    pub number: u8,
    /// First address of its user data.
    pub start: Lba,
}

/// A track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Track {
    /// Its number on the disc, from 1.
    pub number: u8,
    /// Session it belongs to, from 1.
    pub session: u16,
    /// Control nibble: 4 data, 1 pre-emphasis, 2 copy permitted.
    pub control: u8,
    /// First address of user data: index 1.
    pub start: Lba,
    /// First address behind it; run-out belongs to it, the pregap of the next track does not.
    pub end: Lba,
    /// First address in it that is not written.
    pub written: Lba,
    /// How far it has come.
    pub state: TrackState,
    /// Layout of its first sector, when that is written.
    pub form: Option<Form>,
    /// Blocks in each of its packets, zero when they are of any size; `None` when it is not written in packets.
    pub packet: Option<u32>,
}

impl Track {
    /// How its packets lie, when they are all of one size.
    #[must_use]
    pub fn fixed_packets(&self) -> Option<FixedPackets> {
        FixedPackets::new(self.start, self.packet?)
    }

    /// Blocks that have an address of their own: in packets of one size, those of user data in whole packets.
    #[must_use]
    pub fn blocks(&self) -> u32 {
        let sectors = self.end.sectors_since(self.start).unwrap_or(0);
        self.fixed_packets().map_or(sectors, |packets| packets.user_blocks_until(self.end))
    }

    /// First address behind those of its blocks.
    #[must_use]
    pub fn address_end(&self) -> Lba {
        self.start.saturating_add(self.blocks())
    }

    /// Where the sector with a host's address is on the disc; `None` when the track has no such address.
    #[must_use]
    pub fn physical(&self, address: Lba) -> Option<Lba> {
        if !(self.start..self.address_end()).contains(&address) {
            return None;
        }
        self.fixed_packets().map_or(Some(address), |packets| packets.physical(address))
    }
}

/// How far a track has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackState {
    /// Written to its end.
    Complete,
    /// Reserved: its end is in the PMA, and it is written as far as it is.
    Reserved,
    /// Begun, and not in the PMA: the writing was cut off.
    Unfinished,
}

/// Disc status (MMC-6, READ DISC INFORMATION).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscState {
    /// Nothing on it.
    Blank,
    /// Something on it, and more may follow or must.
    Appendable,
    /// Nothing may follow.
    Complete,
}

/// State of the last session (MMC-6, READ DISC INFORMATION).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// No track in it.
    Empty,
    /// A track in it, and no lead-in.
    Incomplete,
    /// A lead-in, and something missing behind it.
    Damaged,
    /// All there.
    Complete,
}

impl View {
    /// Scans a disc.
    #[must_use]
    pub fn of(medium: &Medium) -> Self {
        let pma = layout::pma_items(medium);
        let sessions = sessions(medium);
        let mut tracks = tracks::of_sessions(medium, &sessions);
        let open = open_session(medium, &sessions, &pma, &mut tracks);
        Self { sessions, tracks, open, pma, calibrations: layout::calibrations(medium) }
    }

    /// Status of the disc.
    #[must_use]
    pub fn disc_state(&self) -> DiscState {
        match (self.session_state(), self.sessions.len()) {
            (SessionState::Empty, 0) => DiscState::Blank,
            (SessionState::Complete, _) => DiscState::Complete,
            _ => DiscState::Appendable,
        }
    }

    /// State of the last session, which is the open one if there is one.
    #[must_use]
    pub fn session_state(&self) -> SessionState {
        match (&self.open, self.sessions.last()) {
            (Some(open), _) if self.tracks_of(open.number).next().is_none() => SessionState::Empty,
            (Some(_), _) => SessionState::Incomplete,
            (None, Some(session)) if session.damage != Damage::None => SessionState::Damaged,
            (None, _) => SessionState::Complete,
        }
    }

    /// The tracks of a session.
    pub fn tracks_of(&self, session: u16) -> impl Iterator<Item = &Track> {
        self.tracks.iter().filter(move |track| track.session == session)
    }

    /// The track with a number.
    #[must_use]
    pub fn track(&self, number: u8) -> Option<&Track> {
        self.tracks.iter().find(|track| track.number == number)
    }

    /// The track that was begun and never ended.
    #[must_use]
    pub fn unfinished(&self) -> Option<&Track> {
        self.tracks.iter().find(|track| track.state == TrackState::Unfinished)
    }

    /// Where the sector with a host's address is on the disc: the same place but in tracks of packets of one size, whose
    /// links have no address (addressing method 2); `None` for an address that no sector has.
    #[must_use]
    pub fn physical(&self, address: Lba) -> Option<Lba> {
        let mut fixed = self.tracks.iter().filter(|track| track.fixed_packets().is_some());
        fixed
            .find(|track| (track.start..track.end).contains(&address))
            .map_or(Some(address), |track| track.physical(address))
    }

    /// The last address before the lead-out of the last complete session that a host can ask for; `None` without one.
    #[must_use]
    pub fn last_address(&self) -> Option<Lba> {
        Some(self.address_end(self.last_complete()?) - 1)
    }

    /// First address behind those of a session: its lead-out, unless it ends with packets of one size, whose links have
    /// none.
    #[must_use]
    pub fn address_end(&self, session: &Session) -> Lba {
        let last = self.tracks_of(session.number).last().filter(|track| track.fixed_packets().is_some());
        last.map_or(session.lead_out, Track::address_end)
    }

    /// The last session with lead-in and lead-out.
    #[must_use]
    pub fn last_complete(&self) -> Option<&Session> {
        self.sessions.iter().rev().find(|session| session.damage == Damage::None)
    }
}

/// Follows the pointers from one lead-in to the next.
fn sessions(medium: &Medium) -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    let mut lead_in = medium.kind().lead_in_start();
    let mut program = Lba(0);
    while let Some(contents) = layout::lead_in_between(medium, lead_in, program - layout::PREGAP) {
        let number = u16::try_from(sessions.len() + 1).unwrap_or(u16::MAX);
        let Some(session) = session(medium, number, lead_in, program, contents) else { break };
        // Outwards only: what a lead-in says is not to be trusted to end.
        let next = session.next_program.filter(|next| session.damage == Damage::None && *next > program);
        sessions.push(session);
        let Some(next) = next else { break };
        program = next;
        lead_in = next - layout::PREGAP - layout::LEAD_IN;
    }
    sessions
}

fn session(medium: &Medium, number: u16, lead_in: Lba, program: Lba, contents: &LeadIn) -> Option<Session> {
    let point = |point: u8| contents.toc.iter().find(|item| item.adr == 1 && item.point == point);
    let first_track = point(0xA0)?.point_time[0];
    let last_track = point(0xA1)?.point_time[0];
    let lead_out = address(point(0xA2)?.point_time).filter(|at| *at >= program)?;
    let pregap = program - layout::PREGAP;
    let damage = if medium.live_until(pregap) < lead_out {
        Damage::Truncated
    } else if medium.live_until(lead_in) < pregap
        || !layout::has_lead_out(medium, lead_out, area::lead_out(number))
    {
        Damage::Unclosed
    } else {
        Damage::None
    };
    // FF:FF:FF in the pointer means that nothing follows.
    let pointer = contents.toc.iter().find(|item| item.adr == 5 && item.point == 0xB0);
    let next_program = pointer.and_then(|item| address(item.time)).map(|start| start + layout::PREGAP);
    let next_program = next_program.filter(|next| *next > lead_out);
    let contents = contents.clone();
    Some(Session { number, lead_in, contents, first_track, last_track, lead_out, next_program, damage })
}

/// The session behind those with a lead-in; its tracks are added to the list.
fn open_session(
    medium: &Medium,
    sessions: &[Session],
    pma: &[QItem],
    tracks: &mut Vec<Track>,
) -> Option<OpenSession> {
    let (number, program) = match sessions.last() {
        None => (1, Lba(0)),
        Some(last) if last.damage != Damage::None => return None,
        Some(last) => (last.number + 1, last.next_program?),
    };
    if medium.kind().spec().material == crate::medium::Material::Pressed {
        return None;
    }
    let first_track = sessions.last().map_or(1, |last| last.last_track.saturating_add(1));
    let mut next = NextTrack { number: first_track, start: program };
    for track in tracks::of_pma(medium, pma, first_track, number) {
        next = NextTrack { number: track.number.saturating_add(1), start: track.end + layout::PREGAP };
        tracks.push(track);
    }
    let unfinished = tracks::unfinished(medium, next, number);
    tracks.extend(unfinished);
    let next = if unfinished.is_some() { None } else { Some(next) };
    Some(OpenSession { number, program, first_track, next })
}

/// The address of a time in a TOC or PMA item.
fn address([minute, second, frame]: [u8; 3]) -> Option<Lba> {
    Msf::new(minute, second, frame).ok().map(Msf::to_lba)
}

/// What a sector of a lead-in carries.
pub(crate) fn is_lead_in(content: &Content) -> Option<&LeadIn> {
    match content {
        Content::LeadIn(lead_in) => Some(lead_in),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::medium::{Block, MediumKind, TrackQ};

    fn time(at: i32) -> [u8; 3] {
        let time = Lba(at).to_msf().unwrap();
        [time.minute, time.second, time.frame]
    }

    fn lead_in(lead_out: i32, next: i32) -> Content {
        let item = |adr, point, time, point_time| QItem { control: 4, adr, point, time, zero: 0, point_time };
        let toc = vec![
            item(1, 0xA0, [0; 3], [1, 0, 0]),
            item(1, 0xA1, [0; 3], [1, 0, 0]),
            item(1, 0xA2, [0; 3], time(lead_out)),
            item(1, 1, [0; 3], time(0)),
            item(5, 0xB0, time(next), [0; 3]),
        ];
        Content::LeadIn(Arc::new(LeadIn { toc, packs: Vec::new() }))
    }

    /// A disc whose second lead-in points back to itself is scanned in finite time.
    #[test]
    fn pointers_that_go_round_are_followed_once() {
        let mut medium = Medium::blank(MediumKind::CdR80);
        let q = TrackQ { track: 1, index: 1, control: 4, zero: Lba(0) };
        let whole = Content::Track(q, Block::Zeros(Form::Mode1));
        let second = 300 + 11_400;
        medium.put(Lba(-150), 450, whole.clone());
        medium.put(Lba(300), 6_750, Content::LeadOut { control: 4 });
        medium.put(MediumKind::CdR80.lead_in_start(), 11_484, lead_in(300, second - 150));
        medium.put(Lba(second - 4_650), 4_500, lead_in(second + 300, second - 150));
        medium.put(Lba(second - 150), 450, whole);
        medium.put(Lba(second + 300), 2_250, Content::LeadOut { control: 4 });
        let view = View::of(&medium);
        assert_eq!(view.sessions.len(), 2);
        assert!(view.open.is_none(), "{:?}", view.open);
    }

    #[test]
    fn a_blank_disc_waits_for_its_first_track() {
        let view = View::of(&Medium::blank(MediumKind::CdR80));
        assert_eq!(view.disc_state(), DiscState::Blank);
        assert_eq!(view.open.and_then(|open| open.next), Some(NextTrack { number: 1, start: Lba(0) }));
        let pressed = View::of(&Medium::blank(MediumKind::CdRom));
        assert_eq!(pressed.open, None);
    }
}
