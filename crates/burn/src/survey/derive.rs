//! From a drive's answers to the state of a disc: a pure function, for answers of any kind, hostile ones included.

use discwright_cd::{Lba, area};
use discwright_mmc::feature::Profile;
use discwright_mmc::response::{
    DiscState as WireDiscState, SessionState, StandardDiscInformation, TrackInformation,
};
use discwright_mmc::toc::{Atip, FullToc, Toc};
use discwright_plan::{DiscState, DiscStatus, MediumKind, OpenSession, Session, Track, TrackMode};

use super::Disagreement;

/// Drives count free blocks with and without run-out and pregap.
const FREE_BLOCKS_TOLERANCE: u32 = area::PREGAP + area::RUN_OUT;

/// What a drive says about a disc.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    pub(super) information: StandardDiscInformation,
    pub(super) full_toc: Option<FullToc>,
    /// Asked for when there is no full one.
    pub(super) toc: Option<Toc>,
    pub(super) atip: Option<Atip>,
    /// The invisible or incomplete track.
    pub(super) invisible: Option<TrackInformation>,
    pub(super) tracks: Vec<TrackInformation>,
    pub(super) profile: Option<Profile>,
}

/// The state of the disc, and where the answers contradict each other.
pub(super) fn derive(answers: &Answers) -> (DiscState, Vec<Disagreement>) {
    let mut found = Vec::new();
    let information = &answers.information;
    let status = match information.disc {
        WireDiscState::Empty => DiscStatus::Blank,
        WireDiscState::Incomplete => DiscStatus::Appendable,
        // Random-access formats of CD-RW say "others"; nothing can be appended to them.
        _ => DiscStatus::Complete,
    };
    let mut sessions = sessions(answers, &mut found);
    // A session at once that was cut off has its lead-in, and so its table of contents, but no lead-out.
    if begun(answers, status) && sessions.len() == usize::from(information.sessions) {
        sessions.pop();
    }
    check_sessions(answers, status, &sessions, &mut found);
    let last_lead_out = last_lead_out(answers);
    let open = open_session(answers, status, &sessions);
    let damaged = status != DiscStatus::Complete
        && (information.last_session == SessionState::Damaged
            || answers.tracks.iter().chain(&answers.invisible).any(|track| track.damage));
    let mut state = DiscState {
        kind: kind(answers, status, &mut found),
        status,
        sessions,
        open,
        next_writable: None,
        last_lead_out,
        free_blocks: 0,
        damaged,
    };
    if status != DiscStatus::Complete {
        continuation(answers, &mut state, &mut found);
    }
    (state, found)
}

fn kind(answers: &Answers, status: DiscStatus, found: &mut Vec<Disagreement>) -> MediumKind {
    let information = answers.information.erasable;
    if let Some(atip) = &answers.atip {
        if atip.rewritable != information {
            found.push(Disagreement::Erasable { information, atip: atip.rewritable });
        }
        return if atip.rewritable { MediumKind::CdRw } else { MediumKind::CdR };
    }
    match answers.profile {
        _ if information => MediumKind::CdRw,
        Some(Profile::CdRw) => MediumKind::CdRw,
        Some(Profile::CdR) => MediumKind::CdR,
        _ if status == DiscStatus::Complete => MediumKind::Pressed,
        _ => MediumKind::CdR,
    }
}

/// The smaller of two opinions.
fn last_lead_out(answers: &Answers) -> Option<Lba> {
    let information = answers.information.last_possible_lead_out.map(discwright_cd::Msf::to_lba);
    let atip = answers.atip.and_then(|atip| {
        let limit = atip.last_lead_out;
        discwright_cd::Msf::new(limit.minute, limit.second, limit.frame).ok()
    });
    match (information.filter(|limit| limit.0 > 0), atip.map(discwright_cd::Msf::to_lba)) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The closed sessions.
fn sessions(answers: &Answers, found: &mut Vec<Disagreement>) -> Vec<Session> {
    let sessions = match (&answers.full_toc, &answers.toc) {
        (Some(toc), _) => from_full_toc(toc, found),
        (None, Some(toc)) => from_toc(toc, &answers.tracks),
        (None, None) => Vec::new(),
    };
    sessions.into_iter().map(|session| finish_session(session, &answers.tracks, found)).collect()
}

/// A session with nothing but starts known.
struct Starts {
    number: u16,
    tracks: Vec<(u8, Lba, bool)>,
    lead_out: Lba,
}

fn from_full_toc(toc: &FullToc, found: &mut Vec<Disagreement>) -> Vec<Starts> {
    let mut numbers: Vec<u8> = toc.entries.iter().map(|entry| entry.session).filter(|it| *it > 0).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut sessions = Vec::new();
    for number in numbers {
        let mut tracks: Vec<_> = toc
            .session(number)
            .filter_map(|entry| Some((entry.track()?, entry.start()?, entry.is_data())))
            .collect();
        tracks.sort_by_key(|(track, ..)| *track);
        tracks.dedup_by_key(|(track, ..)| *track);
        let session = u16::from(number);
        match toc.lead_out(number) {
            // An open session, on drives that list it.
            None => {}
            Some(_) if tracks.is_empty() => {
                found.push(Disagreement::Toc { session, problem: "a lead-out without tracks" });
            }
            Some(lead_out) => sessions.push(Starts { number: session, tracks, lead_out }),
        }
    }
    for (expected, session) in (1..).zip(&sessions) {
        if session.number != expected {
            found.push(Disagreement::Toc {
                session: session.number,
                problem: "a session is missing before it",
            });
            break;
        }
    }
    sessions
}

/// Sessions from the plain table of contents and the tracks' own words: earlier lead-outs lie before the gap.
fn from_toc(toc: &Toc, tracks: &[TrackInformation]) -> Vec<Starts> {
    let Some(end) = toc.lead_out().map(|entry| entry.start.lba()) else { return Vec::new() };
    let mut sessions: Vec<Starts> = Vec::new();
    let mut entries: Vec<_> = toc.entries.iter().filter(|entry| (1..=99).contains(&entry.track)).collect();
    entries.sort_by_key(|entry| entry.track);
    entries.dedup_by_key(|entry| entry.track);
    for entry in entries {
        let number = tracks
            .iter()
            .find(|track| track.track == u16::from(entry.track))
            .map_or(1, |track| track.session.max(1));
        let start = entry.start.lba();
        if let Some(last) = sessions.last_mut()
            && last.number != number
        {
            last.lead_out = Lba(start.0.saturating_sub_unsigned(area::session_gap(last.number)));
        }
        if sessions.last().is_none_or(|last| last.number != number) {
            sessions.push(Starts { number, tracks: Vec::new(), lead_out: end });
        }
        if let Some(last) = sessions.last_mut() {
            last.tracks.push((entry.track, start, entry.is_data()));
        }
    }
    sessions
}

/// Lengths and modes of a session's tracks.
fn finish_session(
    starts: Starts,
    information: &[TrackInformation],
    found: &mut Vec<Disagreement>,
) -> Session {
    let Starts { number, tracks: starts, lead_out } = starts;
    let ends = starts.iter().skip(1).map(|(_, start, _)| *start).chain([lead_out]);
    let mut tracks = Vec::with_capacity(starts.len());
    for ((track, start, data), end) in starts.iter().copied().zip(ends) {
        let own = information.iter().find(|own| own.track == u16::from(track));
        if let Some(own) = own
            && own.start != start
            // Some name the pregap.
            && own.start.0.saturating_add_unsigned(area::PREGAP) != start.0
        {
            found.push(Disagreement::TrackStart { track, toc: start, information: own.start });
        }
        let sectors = end.sectors_since(start);
        if sectors.is_none() {
            found.push(Disagreement::Toc { session: number, problem: "a track that ends before it starts" });
        }
        tracks.push(Track {
            number: track,
            start,
            sectors: sectors.unwrap_or(0),
            mode: mode(data, own.map(|own| own.data_mode)),
        });
    }
    Session { number, tracks, lead_out }
}

fn mode(data: bool, data_mode: Option<u8>) -> TrackMode {
    match (data, data_mode) {
        (false, _) => TrackMode::Audio,
        (true, Some(1)) => TrackMode::Mode1,
        (true, Some(2)) => TrackMode::Mode2,
        (true, _) => TrackMode::Data,
    }
}

fn check_sessions(
    answers: &Answers,
    status: DiscStatus,
    sessions: &[Session],
    found: &mut Vec<Disagreement>,
) {
    let information = answers.information.sessions;
    let unclosed = usize::from(status != DiscStatus::Complete);
    if status == DiscStatus::Blank {
        if !sessions.is_empty() {
            found.push(Disagreement::BlankWithSessions { sessions: sessions.len() });
        }
    } else if sessions.len() + unclosed != usize::from(information) {
        found.push(Disagreement::Sessions { information, toc: sessions.len() });
    }
}

/// Whether the last session has something in it and is not closed.
fn begun(answers: &Answers, status: DiscStatus) -> bool {
    status == DiscStatus::Appendable
        && matches!(answers.information.last_session, SessionState::Incomplete | SessionState::Damaged)
}

/// Tracks of a session that is not closed.
fn open_session(answers: &Answers, status: DiscStatus, sessions: &[Session]) -> Option<OpenSession> {
    let begun = matches!(answers.information.last_session, SessionState::Incomplete | SessionState::Damaged);
    if status != DiscStatus::Appendable || !begun {
        return None;
    }
    let closed =
        |number: u8| sessions.iter().flat_map(|session| &session.tracks).any(|it| it.number == number);
    let tracks = answers
        .tracks
        .iter()
        .filter(|track| !track.is_invisible())
        .filter_map(|track| {
            let number = u8::try_from(track.track).ok()?;
            (!closed(number)).then(|| Track {
                number,
                start: track.start,
                sectors: track.size,
                mode: mode(track.is_data(), Some(track.data_mode)),
            })
        })
        .collect();
    let number = sessions.last().map_or(0, |session| session.number).saturating_add(1);
    Some(OpenSession { number, tracks })
}

/// Where writing goes on: by the table of contents, confirmed by the drive.
fn continuation(answers: &Answers, state: &mut DiscState, found: &mut Vec<Disagreement>) {
    let named = answers.invisible.as_ref().and_then(|track| track.next_writable);
    let reported = answers.invisible.as_ref().map_or(0, |track| track.free_blocks);
    if state.open.is_some() {
        state.next_writable = named;
        state.free_blocks = reported;
        return;
    }
    let expected = match state.sessions.last() {
        Some(last) => last.lead_out.saturating_add(area::session_gap(last.number)),
        None => Lba(0),
    };
    let computed = state
        .last_lead_out
        .map(|limit| limit.sectors_since(expected).unwrap_or(0).saturating_sub(area::RUN_OUT));
    state.next_writable = Some(expected);
    state.free_blocks = reported;
    match named {
        // In session-at-once mode, and on some drives on blank discs, the pregap's start or the lead-in's is named.
        Some(named)
            if named == expected
                || named.0.saturating_add_unsigned(area::PREGAP) == expected.0
                || state.status == DiscStatus::Blank && named.0 < 0 => {}
        Some(named) => found.push(Disagreement::NextWritable { expected, found: named }),
        None if computed.is_some_and(|room| room < area::MIN_TRACK) => state.free_blocks = 0,
        None => found.push(Disagreement::NoNextWritable { status: state.status }),
    }
    if let Some(computed) = computed
        && named.is_some()
    {
        if reported.abs_diff(computed) <= FREE_BLOCKS_TOLERANCE {
            // Set up for session at once, a drive counts the run-out as well.
            state.free_blocks = reported.min(computed);
        } else if reported > computed || computed >= area::MIN_TRACK {
            found.push(Disagreement::FreeBlocks { reported, computed });
        }
    }
}

#[cfg(test)]
mod tests {
    use discwright_cd::Msf;
    use discwright_mmc::toc::{AddressField, TocEntry, TocPoint};

    use super::*;

    fn msf(lba: i32) -> Msf {
        Lba(lba).to_msf().unwrap()
    }

    fn point(session: u8, point: u8, at: i32) -> TocPoint {
        TocPoint { session, adr: 1, control: 4, point, p_time: msf(at), ..TocPoint::default() }
    }

    /// A full TOC: per session its tracks' starts and its lead-out. Points before tracks, as lead-ins have them.
    fn full_toc(sessions: &[(&[(u8, i32)], i32)]) -> FullToc {
        let mut entries = Vec::new();
        for (number, (tracks, lead_out)) in (1..).zip(sessions) {
            entries.push(point(number, TocPoint::LEAD_OUT, *lead_out));
            entries.extend(tracks.iter().map(|(track, start)| point(number, *track, *start)));
        }
        FullToc { first_session: 1, last_session: u8::try_from(sessions.len()).unwrap(), entries }
    }

    fn information(
        disc: WireDiscState,
        last_session: SessionState,
        sessions: u16,
    ) -> StandardDiscInformation {
        StandardDiscInformation {
            disc,
            last_session,
            sessions,
            first_track: 1,
            last_possible_lead_out: Some(msf(359_845)),
            ..StandardDiscInformation::default()
        }
    }

    fn invisible(next: i32, free_blocks: u32) -> TrackInformation {
        TrackInformation {
            blank: true,
            next_writable: Some(Lba(next)),
            free_blocks,
            ..TrackInformation::default()
        }
    }

    fn blank() -> Answers {
        Answers {
            information: information(WireDiscState::Empty, SessionState::Empty, 1),
            full_toc: None,
            toc: None,
            atip: Some(Atip { last_lead_out: msf(359_845), ..Atip::default() }),
            invisible: Some(invisible(0, 359_843)),
            tracks: Vec::new(),
            profile: Some(Profile::CdR),
        }
    }

    /// The disc of udisks #836: a track of 608 sectors, then 2 run-out blocks, and the next session at 12010.
    fn appendable() -> Answers {
        Answers {
            information: information(WireDiscState::Incomplete, SessionState::Empty, 2),
            full_toc: Some(full_toc(&[(&[(1, 0)], 610)])),
            invisible: Some(invisible(12_010, 359_845 - 12_010 - 2)),
            tracks: vec![TrackInformation {
                track: 1,
                session: 1,
                data_mode: 1,
                ..TrackInformation::default()
            }],
            ..blank()
        }
    }

    fn agreed(answers: &Answers) -> DiscState {
        let (state, disagreements) = derive(answers);
        assert_eq!(disagreements, []);
        state
    }

    #[test]
    fn a_blank_disc_begins_at_zero_however_the_drive_says_it() {
        assert_eq!(agreed(&blank()), DiscState::blank(MediumKind::CdR, Lba(359_845)));
        // Before session at once −150, before RAW the start of the lead-in; free blocks then count what is before zero.
        for (next, free) in [(-150, 359_845), (-150, 359_995), (-11_634, 359_843)] {
            let answers = Answers { invisible: Some(invisible(next, free)), ..blank() };
            assert_eq!(agreed(&answers), DiscState::blank(MediumKind::CdR, Lba(359_845)), "{next}");
        }
    }

    #[test]
    fn golden_appendable_disc() {
        let state = agreed(&appendable());
        let track = Track { number: 1, start: Lba(0), sectors: 610, mode: TrackMode::Mode1 };
        assert_eq!(state.sessions, [Session { number: 1, tracks: vec![track], lead_out: Lba(610) }]);
        assert_eq!((state.status, state.next_writable), (DiscStatus::Appendable, Some(Lba(12_010))));
        assert_eq!(state.free_blocks, 347_833);
    }

    /// The log of a GSA-H42N with an open session: one session counted, next address 902, 358941 blocks free.
    #[test]
    fn golden_open_session() {
        let open = TrackInformation {
            track: 1,
            session: 1,
            size: 752,
            track_mode: 4,
            data_mode: 1,
            ..TrackInformation::default()
        };
        let answers = Answers {
            information: information(WireDiscState::Incomplete, SessionState::Incomplete, 1),
            full_toc: None,
            invisible: Some(invisible(902, 358_941)),
            tracks: vec![open, TrackInformation { track: 2, ..invisible(902, 358_941) }],
            ..blank()
        };
        let state = agreed(&answers);
        let track = Track { number: 1, start: Lba(0), sectors: 752, mode: TrackMode::Mode1 };
        assert_eq!(state.open, Some(OpenSession { number: 1, tracks: vec![track] }));
        assert_eq!((state.next_writable, state.free_blocks), (Some(Lba(902)), 358_941));
    }

    #[test]
    fn a_complete_disc_has_nowhere_to_go_on() {
        let answers = Answers {
            information: information(WireDiscState::Complete, SessionState::Complete, 2),
            full_toc: Some(full_toc(&[(&[(1, 0)], 610), (&[(2, 12_010)], 17_900)])),
            invisible: None,
            ..appendable()
        };
        let state = agreed(&answers);
        assert_eq!((state.status, state.next_writable), (DiscStatus::Complete, None));
        assert_eq!(state.last_session_start(), Some(Lba(12_010)));
        let pressed = Answers { atip: None, profile: Some(Profile::CdRom), ..answers };
        assert_eq!(agreed(&pressed).kind, MediumKind::Pressed);
    }

    #[test]
    fn without_a_full_table_sessions_come_from_the_tracks() {
        let entry = |track, start| TocEntry {
            control: 4,
            track,
            start: AddressField::from(Lba(start)),
            ..TocEntry::default()
        };
        let toc = Toc {
            first_track: 1,
            last_track: 2,
            entries: vec![entry(1, 0), entry(2, 12_010), entry(0xAA, 17_900)],
        };
        let track = |number, start| TrackInformation {
            track: number,
            session: number,
            start: Lba(start),
            ..TrackInformation::default()
        };
        let answers = Answers {
            information: information(WireDiscState::Incomplete, SessionState::Empty, 3),
            full_toc: None,
            toc: Some(toc),
            tracks: vec![track(1, 0), track(2, 12_010)],
            invisible: Some(invisible(24_800, 335_043)),
            ..appendable()
        };
        let state = agreed(&answers);
        let lead_outs: Vec<_> = state.sessions.iter().map(|session| session.lead_out.0).collect();
        assert_eq!(lead_outs, [610, 17_900]);
        assert_eq!(state.next_writable, Some(Lba(24_800)));
    }

    #[test]
    fn a_lie_is_named() {
        let lies: Vec<(Answers, Disagreement)> = vec![
            (
                Answers { invisible: Some(invisible(12_008, 347_833)), ..appendable() },
                Disagreement::NextWritable { expected: Lba(12_010), found: Lba(12_008) },
            ),
            (
                Answers { invisible: None, ..appendable() },
                Disagreement::NoNextWritable { status: DiscStatus::Appendable },
            ),
            (
                Answers { invisible: Some(invisible(12_010, 400_000)), ..appendable() },
                Disagreement::FreeBlocks { reported: 400_000, computed: 347_833 },
            ),
            (
                Answers {
                    information: information(WireDiscState::Incomplete, SessionState::Empty, 3),
                    ..appendable()
                },
                Disagreement::Sessions { information: 3, toc: 1 },
            ),
            (
                Answers { full_toc: appendable().full_toc, ..blank() },
                Disagreement::BlankWithSessions { sessions: 1 },
            ),
            (
                Answers { atip: Some(Atip { rewritable: true, ..blank().atip.unwrap() }), ..blank() },
                Disagreement::Erasable { information: false, atip: true },
            ),
            (
                Answers { full_toc: Some(full_toc(&[(&[(1, 700)], 610)])), ..appendable() },
                Disagreement::Toc { session: 1, problem: "a track that ends before it starts" },
            ),
            (
                Answers {
                    tracks: vec![TrackInformation {
                        track: 1,
                        start: Lba(77),
                        ..TrackInformation::default()
                    }],
                    ..appendable()
                },
                Disagreement::TrackStart { track: 1, toc: Lba(0), information: Lba(77) },
            ),
        ];
        for (answers, expected) in lies {
            let (_, found) = derive(&answers);
            assert!(found.contains(&expected), "{expected:?} is not in {found:?}");
        }
    }

    #[test]
    fn a_full_appendable_disc_is_full_and_not_contradictory() {
        let lead_out = 359_845 - 11_000;
        let answers = Answers {
            full_toc: Some(full_toc(&[(&[(1, 0)], lead_out)])),
            invisible: Some(TrackInformation { blank: true, ..TrackInformation::default() }),
            ..appendable()
        };
        assert!(matches!(
            agreed(&answers).room_for_session(0),
            Err(discwright_plan::PlanError::DiscFull { free: 0, .. })
        ));
    }

    #[test]
    fn the_smaller_of_two_limits_counts() {
        let atip = Atip { last_lead_out: msf(359_700), ..Atip::default() };
        let answers = Answers { atip: Some(atip), invisible: Some(invisible(0, 359_698)), ..blank() };
        assert_eq!(agreed(&answers).last_lead_out, Some(Lba(359_700)));
    }
}
