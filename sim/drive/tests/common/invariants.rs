//! What must hold of a drive and its disc at any time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

use core::time::Duration;
use std::collections::BTreeSet;

use discwright_cd::{Lba, area};
use discwright_drive::derive::{Damage, DiscState, SessionState, Track, TrackState, View};
use discwright_drive::medium::{Block, Content, FixedPackets, Form, Medium};
use discwright_drive::{Observed, Recorder};
use discwright_mmc::command::*;
use discwright_mmc::mode::WriteType;
use discwright_mmc::{Sense, SenseKey, SenseSpecific};
use discwright_transport::{Instant, Status, Transport, TransportExt};

use super::common::*;

/// Looks at every answer: it comes after its command, in order, with a sense that is one.
pub(crate) fn watch(recorder: &mut Recorder) {
    let mut last = Instant::default();
    recorder.observe(move |Observed { sent, answered, cdb, outcome }| {
        assert!(last <= sent && sent <= answered, "{cdb} was answered before it was sent");
        last = answered;
        if let Status::CheckCondition(sense) = outcome.status {
            legal(&sense, &format!("{cdb}"));
        }
    });
}

/// Key and code go together as SPC-3 (annex D) and MMC-6 (annex on sense codes) assign them, and so does what follows.
fn legal(sense: &Sense, cdb: &str) {
    let (asc, ascq) = (sense.code.asc, sense.code.ascq);
    assert!(sense.code.words().is_some(), "{cdb}: {asc:02X}/{ascq:02X} is no sense code");
    let fits = match sense.key {
        SenseKey::NotReady => matches!(asc, 0x04 | 0x30 | 0x3A),
        SenseKey::MediumError => matches!(asc, 0x02 | 0x0C | 0x11 | 0x31 | 0x51 | 0x57 | 0x72 | 0x73),
        SenseKey::IllegalRequest => {
            matches!(
                asc,
                0x1A | 0x20 | 0x21 | 0x24 | 0x26 | 0x2C | 0x30 | 0x39 | 0x53 | 0x55 | 0x63 | 0x64 | 0x72
            )
        }
        SenseKey::UnitAttention => matches!(asc, 0x28 | 0x29 | 0x2A | 0x2E | 0x3F | 0x5A),
        SenseKey::BlankCheck => asc == 0,
        SenseKey::Miscompare => asc == 0x1D,
        SenseKey::RecoveredError => matches!(asc, 0x17 | 0x18 | 0x37 | 0x73),
        SenseKey::DataProtect => matches!(asc, 0x27 | 0x30),
        SenseKey::AbortedCommand => matches!(asc, 0x00 | 0x4E),
        _ => false,
    };
    assert!(fits, "{cdb}: {:?} {asc:02X}/{ascq:02X}", sense.key);
    // Nothing goes wrong with these discs: a failed write is a mark that the drive wanted to make twice.
    assert!((asc, ascq) != (0x0C, 0), "{cdb}: the medium refused what the drive had accepted");
    let specific = match sense.specific {
        None => true,
        Some(SenseSpecific::Field(_)) => sense.key == SenseKey::IllegalRequest && matches!(asc, 0x24 | 0x26),
        Some(SenseSpecific::Progress(_)) => sense.key == SenseKey::NotReady && asc == 4,
        Some(_) => matches!(sense.key, SenseKey::MediumError | SenseKey::RecoveredError),
    };
    assert!(specific, "{cdb}: {sense:?}");
}

/// Sectors of track data and lead-outs by address.
pub(crate) fn marks(medium: &Medium) -> Vec<(i32, u32, String)> {
    let kept = medium.extents().map(|extent| (extent.start.0, extent.sectors, mark(medium, extent.start)));
    kept.collect()
}

/// All that is on a disc but the bytes of its sectors.
pub(crate) fn physically(medium: &Medium) -> Vec<String> {
    let told = medium.extents().map(|extent| {
        let what = match &extent.content {
            Content::Track(q, Block::Stored { form, subchannel, .. }) => {
                format!("{q:?} {form:?} {subchannel:?}")
            }
            other => format!("{other:?}"),
        };
        format!("{:?} {} {} {what}", extent.start, extent.sectors, extent.generation)
    });
    let notes = medium.notes().iter().map(|note| format!("{note:?}"));
    told.chain(notes).collect()
}

fn mark(medium: &Medium, at: Lba) -> String {
    match medium.extent_at(at).map(|extent| &extent.content) {
        Some(Content::Track(q, _)) => {
            format!("{q:?} {:?}", medium.block_at(at).and_then(|(_, block)| block.form()))
        }
        other => format!("{other:?}"),
    }
}

/// Every sector that was marked before is marked now, with the same.
pub(crate) fn nothing_was_unwritten(before: &[(i32, u32, String)], now: &Medium) {
    for (start, _, what) in before {
        let at = Lba(*start);
        assert!(now.extent_at(at).is_some(), "{at} was written and is blank");
        assert_eq!(mark(now, at), *what, "{at} was written twice");
    }
    let written: u64 = now.extents().map(|extent| u64::from(extent.sectors)).sum();
    let written_before: u64 = before.iter().map(|(_, sectors, _)| u64::from(*sectors)).sum();
    assert!(written >= written_before, "marks went away");
}

/// What must hold after every command.
pub(crate) fn check(recorder: &mut Recorder) {
    let Some(disc) = recorder.disc() else { return };
    let fresh = View::of(disc.medium());
    let last_lead_out = disc.kind().last_lead_out();
    assert_eq!(recorder.drive_mut().view(), Some(&fresh), "what is kept equals what a scan finds");
    tracks_follow_each_other(&fresh);
    for session in fresh.sessions.iter().filter(|session| session.damage == Damage::None) {
        toc_follows_pma(&fresh, session.number);
        assert!(session.lead_out <= last_lead_out);
    }
    used_and_overhead_lead_to_the_next_address(&fresh);
}

/// In order of their numbers, none overlapping the next; sessions behind each other by lead-out, lead-in and pregap.
fn tracks_follow_each_other(view: &View) {
    for pair in view.tracks.windows(2) {
        assert_eq!(pair[0].number + 1, pair[1].number);
        assert!(pair[0].end <= pair[1].start && pair[0].session <= pair[1].session, "{pair:?}");
    }
    for pair in view.sessions.windows(2) {
        let gap = i32::try_from(area::session_gap(pair[0].number)).unwrap();
        let first = view.track(pair[1].first_track).unwrap();
        assert_eq!(first.start - pair[0].lead_out, gap);
    }
    for track in view.tracks.iter().filter_map(|track| Some((track, track.fixed_packets()?))) {
        let (track, packets) = track;
        // The addresses of its blocks are as many as the blocks, and end inside it.
        let last = track.blocks().checked_sub(1).map(|last| track.start.saturating_add(last));
        assert!(
            last.and_then(|last| packets.physical(last)).is_none_or(|last| last < track.end),
            "{track:?}"
        );
        assert!(track.blocks().is_multiple_of(packets.blocks.get()), "{track:?}");
    }
}

/// The TOC of a session says what its tracks are, and the PMA the same of them, all or (for a session written at once) none.
fn toc_follows_pma(view: &View, number: u16) {
    let session = view.sessions.iter().find(|session| session.number == number).unwrap();
    let tracks: Vec<&Track> = view.tracks_of(number).collect();
    assert_eq!(tracks.first().map(|it| it.number), Some(session.first_track));
    assert_eq!(tracks.last().map(|it| it.number), Some(session.last_track));
    assert_eq!(tracks.last().map(|it| it.end), Some(session.lead_out));
    assert!(tracks.iter().all(|track| track.state == TrackState::Complete && track.written == track.end));
    let time = |at: Lba| at.to_msf().map(|it| [it.minute, it.second, it.frame]).unwrap();
    let listed = |track: &&&Track| {
        // A later item for a track replaces an earlier one.
        let item = view.pma.iter().rev().find(|item| item.adr == 1 && item.point == track.number);
        item.is_some_and(|item| {
            let (start, end) = (item.point_time == time(track.start), item.time == time(track.end));
            assert!(!start || end, "PMA and TOC disagree on the end of {track:?}: {item:?}");
            start && item.control == track.control
        })
    };
    let known = tracks.iter().filter(listed).count();
    assert!(known == 0 || known == tracks.len(), "{known} of {} tracks are in the PMA", tracks.len());
}

fn used_and_overhead_lead_to_the_next_address(view: &View) {
    let Some((open, next)) = view.open.and_then(|open| Some((open, open.next?))) else { return };
    let used: i32 = view.tracks.iter().map(|track| track.end - track.start).sum();
    let gap = |number| i32::try_from(area::session_gap(number)).unwrap();
    let gaps: i32 = view.sessions.iter().map(|session| gap(session.number)).sum();
    let inner: i32 = view
        .sessions
        .iter()
        .map(|session| (i32::from(session.last_track) - i32::from(session.first_track)) * 150)
        .sum();
    let open_tracks = i32::try_from(view.tracks_of(open.number).count()).unwrap() * 150;
    assert_eq!(next.start.0, used + gaps + inner + open_tracks, "{view:#?}");
}

pub(crate) fn next_writable(recorder: &mut Recorder) -> Option<Lba> {
    recorder.drive_mut().view()?.open?.next.map(|next| next.start)
}

/// With nothing under way, a scan finds after a power cycle what it found before.
pub(crate) fn survives_power(recorder: &mut Recorder) {
    recorder.wait(Duration::from_secs(7_200));
    let before = recorder.drive_mut().view().cloned();
    recorder.power_cycle();
    let after = recorder.drive_mut().view().cloned();
    assert_eq!(after, before, "with nothing under way a power cycle changes nothing");
    recorder.wait(Duration::from_secs(10));
    for _ in 0..3 {
        drop(recorder.ask(&TestUnitReady {}));
    }
}

/// Next writable address and free blocks reach to the last lead-out and no further, whichever way the host writes.
pub(crate) fn room_adds_up(recorder: &mut Recorder) {
    let Some(last_lead_out) = recorder.disc().map(|disc| disc.kind().last_lead_out()) else { return };
    let Some(open) = recorder.drive_mut().view().and_then(|view| view.open) else { return };
    if open.next.is_none() {
        return;
    }
    let end = |start: Lba, sectors: u32| start.saturating_add(sectors);
    select(recorder, track_page(true));
    let told = track_information(recorder);
    let full = told.start.saturating_add(2) > last_lead_out;
    assert!(full || end(told.start, told.free_blocks + 2) == last_lead_out, "{told:?}");
    for blocks in [4, 32] {
        select(recorder, packet_page(blocks));
        let told = track_information(recorder);
        let packets = FixedPackets::new(told.start, blocks).unwrap();
        let count = told.free_blocks / blocks;
        assert!(told.free_blocks.is_multiple_of(blocks));
        assert!(count == 0 || end(told.start, packets.sectors(count)) <= last_lead_out, "{told:?}");
        assert!(end(told.start, packets.sectors(count + 1)) > last_lead_out, "{told:?}");
    }
    select(
        recorder,
        discwright_mmc::mode::WriteParameters { write_type: WriteType::SessionAtOnce, ..track_page(true) },
    );
    let told = track_information(recorder);
    assert!(full || end(told.start, told.free_blocks) == last_lead_out, "{told:?}");
}

/// A block that can be read is zeros or what was written to its address: the hosts of these tests write blocks that say
/// where they belong.
pub(crate) fn blocks_are_where_they_belong(recorder: &mut Recorder) {
    let Some(view) = recorder.drive_mut().view().cloned() else { return };
    for track in view.tracks.iter().filter(|track| track.form == Some(Form::Mode1)) {
        let blocks = track.blocks();
        for offset in [0, 1, 31, 32, 33, blocks / 2, blocks.saturating_sub(3), blocks.saturating_sub(1)] {
            let at = track.start.saturating_add(offset);
            if offset >= blocks {
                continue;
            }
            // Where a track is not written yet, what a disc held before it was blanked is still there.
            let medium = recorder.disc().unwrap().medium();
            if track.physical(at).is_none_or(|at| medium.live_at(at).is_none()) {
                continue;
            }
            if let Ok(data) = read(recorder, at, 1) {
                let zeros = data.iter().all(|byte| *byte == 0);
                let own = data == block(at, 2048);
                // Pregaps of sessions at once are written too, and foreign commands write 41h.
                let foreign = data.iter().all(|byte| *byte == 0x41);
                assert!(zeros || own || foreign, "{at} in {track:?} holds {:02X?}", &data[..16]);
            }
        }
    }
}

/// Kinds of states that random commands must come to; those that need a rewritable disc are marked.
pub(crate) const STATES: [(&str, bool); 22] = [
    ("blank", false),
    ("appendable, empty session", false),
    ("appendable, incomplete session", false),
    ("complete", false),
    ("damaged", false),
    ("two sessions", false),
    ("three tracks in a session", false),
    ("audio and data in a session", false),
    ("reserved, empty", false),
    ("reserved, begun in packets", false),
    ("unfinished, in packets of any size", false),
    ("unfinished, in fixed packets", false),
    ("unfinished, torn", false),
    ("complete, in packets of any size", false),
    ("complete, in fixed packets", false),
    ("busy in the background", false),
    ("calibrated", false),
    ("formatted", true),
    ("formatted in a later session", true),
    ("formatted and overwritten", true),
    ("erased and written again", true),
    ("complete track behind an empty reservation", false),
];

/// Which of them hold now.
pub(crate) fn states(recorder: &mut Recorder) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let now = recorder.now();
    if recorder.drive().busy_until(now).is_some() {
        found.insert("busy in the background");
    }
    let Some(disc) = recorder.disc() else { return found };
    let medium = disc.medium();
    let view = View::of(medium);
    found.insert(match (view.disc_state(), view.session_state()) {
        (DiscState::Blank, _) => "blank",
        (DiscState::Complete, _) => "complete",
        (_, SessionState::Empty) => "appendable, empty session",
        (_, SessionState::Incomplete) => "appendable, incomplete session",
        _ => "damaged",
    });
    let mut note = |holds: bool, state| {
        if holds {
            found.insert(state);
        }
    };
    note(view.sessions.len() >= 2, "two sessions");
    note(view.calibrations > 0 || disc.kind().is_rewritable(), "calibrated");
    note(medium.erasures() > 0 && !view.tracks.is_empty(), "erased and written again");
    for session in 1..=view.sessions.len() + 1 {
        let tracks: Vec<_> = view.tracks_of(u16::try_from(session).unwrap()).collect();
        note(tracks.len() >= 3, "three tracks in a session");
        let data = tracks.iter().filter(|track| track.control & 4 != 0).count();
        note(data > 0 && data < tracks.len(), "audio and data in a session");
        let empty = |track: &&Track| track.state == TrackState::Reserved && track.written <= track.start;
        let behind = |pair: &[&Track]| empty(&pair[0]) && pair[1].state == TrackState::Complete;
        note(tracks.windows(2).any(behind), "complete track behind an empty reservation");
    }
    for track in &view.tracks {
        let fixed = track.fixed_packets().is_some();
        let (begun, rewritable) = (track.written > track.start, disc.kind().is_rewritable());
        match track.state {
            TrackState::Reserved if !begun => note(true, "reserved, empty"),
            TrackState::Reserved => note(track.packet.is_some(), "reserved, begun in packets"),
            TrackState::Unfinished => note(
                true,
                match track.packet {
                    _ if !begun => "unfinished, torn",
                    Some(0) => "unfinished, in packets of any size",
                    Some(_) => "unfinished, in fixed packets",
                    None => "unfinished, torn",
                },
            ),
            TrackState::Complete if fixed => {
                note(true, "complete, in fixed packets");
                note(rewritable, "formatted");
                note(rewritable && track.session > 1, "formatted in a later session");
                let inside = medium.extents_from(track.start).take_while(|it| it.start < track.end);
                let kinds: BTreeSet<_> = inside
                    .filter_map(|it| match &it.content {
                        Content::Track(_, block) => {
                            Some(core::mem::discriminant(block)).map(|it| format!("{it:?}"))
                        }
                        _ => None,
                    })
                    .collect();
                note(rewritable && kinds.len() > 1, "formatted and overwritten");
            }
            TrackState::Complete => note(track.packet == Some(0), "complete, in packets of any size"),
        }
    }
    found
}
