//! What holds whatever is sent to the drive.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use core::time::Duration;

use common::*;
use discwright_cd::{Lba, area};
use discwright_drive::derive::{Damage, TrackState, View};
use discwright_drive::medium::{Content, Medium};
use discwright_drive::{Disc, MediumKind, Recorder};
use discwright_mmc::command::*;
use discwright_mmc::mode::{MultiSession, WriteParameters, WriteType};
use discwright_mmc::{Cdb, SenseKey};
use discwright_transport::{Data, Request, Status, Transport, TransportExt};
use proptest::collection::vec;
use proptest::prelude::*;

/// What a host, or fate, may do.
#[derive(Clone, Debug)]
enum Op {
    SelectTrack { data: bool, multi: u8, test: bool },
    SelectSession { multi: u8 },
    SelectPacket,
    Reserve { sectors: u16 },
    WriteNext { sectors: u8 },
    WriteAt { at: i32, sectors: u8 },
    Sync { immed: bool },
    CloseTrack { track: u8 },
    CloseSession { immed: bool },
    Sheet { sectors: u16 },
    Blank { kind: u8 },
    Calibrate,
    Wait { ms: u16 },
    PowerCycle,
    EjectAndLoad,
    Read { at: i32 },
    Cdb { bytes: Vec<u8>, out: u16 },
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (any::<bool>(), bits(), prop::bool::weighted(0.1))
            .prop_map(|(data, multi, test)| Op::SelectTrack { data, multi, test }),
        1 => bits().prop_map(|multi| Op::SelectSession { multi }),
        1 => Just(Op::SelectPacket),
        1 => (0..900_u16).prop_map(|sectors| Op::Reserve { sectors }),
        6 => (1..28_u8).prop_map(|sectors| Op::WriteNext { sectors }),
        1 => (-200..20_000_i32, 0..28_u8).prop_map(|(at, sectors)| Op::WriteAt { at, sectors }),
        3 => any::<bool>().prop_map(|immed| Op::Sync { immed }),
        2 => (1..6_u8).prop_map(|track| Op::CloseTrack { track }),
        3 => any::<bool>().prop_map(|immed| Op::CloseSession { immed }),
        1 => (301..900_u16).prop_map(|sectors| Op::Sheet { sectors }),
        1 => (0..8_u8).prop_map(|kind| Op::Blank { kind }),
        1 => Just(Op::Calibrate),
        3 => any::<u16>().prop_map(|ms| Op::Wait { ms }),
        1 => Just(Op::PowerCycle),
        1 => Just(Op::EjectAndLoad),
        2 => (-200..30_000_i32).prop_map(|at| Op::Read { at }),
        2 => (vec(any::<u8>(), 6..16), 0..600_u16).prop_map(|(bytes, out)| Op::Cdb { bytes, out }),
    ]
}

/// Multi-session bits: mostly open, so that sessions follow each other.
fn bits() -> impl Strategy<Value = u8> {
    prop_oneof![6 => Just(3_u8), 1 => 0..3_u8]
}

const fn multi(bits: u8) -> MultiSession {
    match bits {
        0 => MultiSession::Closed,
        1 => MultiSession::ClosedWithPointer,
        _ => MultiSession::Open,
    }
}

/// Lets the drive spin up and say what happened.
fn settle(recorder: &mut Recorder) {
    recorder.wait(Duration::from_secs(10));
    for _ in 0..3 {
        drop(recorder.ask(&TestUnitReady {}));
    }
}

/// Carries one out; what the drive refuses is its right.
fn apply(recorder: &mut Recorder, op: &Op, bytes_per_block: &mut usize) {
    match op {
        Op::SelectTrack { data, multi: bits, test } => {
            let page =
                WriteParameters { multi_session: multi(*bits), test_write: *test, ..track_page(*data) };
            if try_select(recorder, page).is_ok() {
                *bytes_per_block = if *data { 2048 } else { 2352 };
            }
        }
        Op::SelectSession { multi: bits } => {
            if try_select(recorder, session_page(multi(*bits))).is_ok() {
                *bytes_per_block = 2048;
            }
        }
        Op::SelectPacket => {
            let page = WriteParameters { write_type: WriteType::Packet, ..track_page(true) };
            if try_select(recorder, page).is_ok() {
                *bytes_per_block = 2048;
            }
        }
        Op::Reserve { sectors } => {
            drop(recorder.ask(&ReserveTrack { by_address: false, size: u32::from(*sectors) }));
        }
        Op::WriteNext { sectors } => {
            let next = recorder.ask(&ReadTrackInformation::invisible()).ok().and_then(|it| it.next_writable);
            if let Some(next) = next {
                write_once(recorder, next, *sectors, *bytes_per_block);
            }
        }
        Op::WriteAt { at, sectors } => write_once(recorder, Lba(*at), *sectors, *bytes_per_block),
        Op::Sync { immed } => drop(recorder.ask(&SynchronizeCache { immed: *immed, ..Default::default() })),
        Op::CloseTrack { track } => {
            let track = u16::from(*track);
            drop(recorder.ask(&CloseTrackSession { immed: true, function: CloseFunction::Track, track }));
        }
        Op::CloseSession { immed } => {
            let close = CloseTrackSession { immed: *immed, function: CloseFunction::Session, track: 0 };
            drop(recorder.ask(&close));
        }
        Op::Sheet { sectors } => {
            if let Ok(next) = recorder.ask(&ReadTrackInformation::invisible()) {
                let track = u8::try_from(next.track).unwrap();
                let sheet = data_sheet(next.start, track, next.start + i32::from(*sectors));
                drop(send_sheet(recorder, &sheet));
            }
        }
        Op::Blank { kind } => {
            let blank = Blank { immed: true, blank_type: BlankType::from(*kind), address: Lba(1) };
            drop(recorder.ask(&blank));
        }
        Op::Calibrate => drop(recorder.ask(&SendOpc { do_opc: true, parameter_bytes: 0 })),
        Op::Wait { ms } => recorder.wait(Duration::from_millis(u64::from(*ms))),
        Op::PowerCycle => {
            recorder.power_cycle();
            settle(recorder);
        }
        Op::EjectAndLoad => {
            if let Some(disc) = recorder.eject() {
                recorder.load(disc).unwrap();
                settle(recorder);
            }
        }
        Op::Read { at } => drop(read(recorder, Lba(*at), 2)),
        Op::Cdb { bytes, out } => foreign(recorder, bytes, usize::from(*out)),
    }
}

fn write_once(recorder: &mut Recorder, start: Lba, sectors: u8, bytes: usize) {
    let data: Vec<u8> =
        (0..u32::from(sectors)).flat_map(|index| block(start.saturating_add(index), bytes)).collect();
    drop(recorder.send(&Write10 { start, sectors: u16::from(sectors), fua: false }, &data));
}

fn foreign(recorder: &mut Recorder, bytes: &[u8], out: usize) {
    let Ok(cdb) = Cdb::from_wire(bytes) else { return };
    let mut buffer = vec![0; 4096];
    let sent = vec![0x41; out];
    let data = if out.is_multiple_of(3) { Data::In(&mut buffer) } else { Data::Out(&sent) };
    let request = Request { cdb: &cdb, data, timeout: Duration::from_secs(100_000) };
    let outcome = recorder.execute(request).unwrap();
    if let Status::CheckCondition(sense) = outcome.status {
        assert!(!matches!(sense.key, SenseKey::NoSense), "a refusal has a reason: {cdb}");
    }
}

/// Sectors of track data and lead-outs by address.
fn marks(medium: &Medium) -> Vec<(i32, u32, String)> {
    let kept = medium.extents().map(|extent| {
        let what = match &extent.content {
            Content::Track(q, block) => format!("{q:?} {:?}", block.form()),
            other => format!("{other:?}"),
        };
        (extent.start.0, extent.sectors, what)
    });
    kept.collect()
}

/// Every sector that was marked before is marked now, with the same.
fn nothing_was_unwritten(before: &[(i32, u32, String)], now: &Medium) {
    for (start, sectors, what) in before {
        for at in [*start, start + i32::try_from(*sectors).unwrap() - 1] {
            let extent = now.extent_at(Lba(at)).unwrap_or_else(|| panic!("{at} was written and is blank"));
            if let Content::Track(q, block) = &extent.content {
                assert_eq!(format!("{q:?} {:?}", block.form()), *what, "{at} was written twice");
            }
        }
    }
}

fn check(recorder: &mut Recorder) {
    let Some(disc) = recorder.disc() else { return };
    let fresh = View::of(disc.medium());
    let kind = disc.kind();
    assert_eq!(recorder.drive_mut().view(), Some(&fresh), "what is kept equals what a scan finds");
    // Tracks follow each other, in order of their numbers, and none overlaps the next.
    for pair in fresh.tracks.windows(2) {
        assert_eq!(pair[0].number + 1, pair[1].number);
        assert!(pair[0].end <= pair[1].start && pair[0].session <= pair[1].session, "{pair:?}");
    }
    // Each session lies behind the last by lead-out, lead-in and pregap.
    for pair in fresh.sessions.windows(2) {
        let gap = i32::try_from(area::session_gap(pair[0].number)).unwrap();
        let first = fresh.track(pair[1].first_track).unwrap();
        assert_eq!(first.start - pair[0].lead_out, gap);
    }
    // The TOC is a function of the tracks.
    for session in fresh.sessions.iter().filter(|session| session.damage == Damage::None) {
        let tracks: Vec<_> = fresh.tracks_of(session.number).collect();
        assert_eq!(tracks.first().map(|it| it.number), Some(session.first_track));
        assert_eq!(tracks.last().map(|it| it.number), Some(session.last_track));
        assert_eq!(tracks.last().map(|it| it.end), Some(session.lead_out));
        assert!(session.lead_out <= kind.last_lead_out());
        assert!(tracks.iter().all(|track| track.state == TrackState::Complete && track.written == track.end));
    }
    // Used, overhead and free make up the disc.
    if let Some(next) = fresh.open.and_then(|open| open.next) {
        let used: i32 = fresh.tracks.iter().map(|track| track.end - track.start).sum();
        let closed = i32::try_from(fresh.sessions.len()).unwrap();
        let gaps: i32 = fresh
            .sessions
            .iter()
            .map(|session| i32::try_from(area::session_gap(session.number)).unwrap())
            .sum();
        let pregaps = (i32::try_from(fresh.tracks.len()).unwrap() - closed) * 150;
        let inner: i32 = fresh
            .sessions
            .iter()
            .map(|session| (i32::from(session.last_track) - i32::from(session.first_track)) * 150)
            .sum();
        let open_tracks = i32::try_from(fresh.tracks_of(fresh.open.unwrap().number).count()).unwrap() * 150;
        assert!(pregaps >= 0);
        assert_eq!(next.start.0, used + gaps + inner + open_tracks, "{fresh:#?}");
    }
}

/// A session whose last session a scan finds equal to what the same disc gives after a power cycle.
fn survives_power(recorder: &mut Recorder) {
    recorder.wait(Duration::from_secs(7_200));
    let before = recorder.drive_mut().view().cloned();
    recorder.power_cycle();
    assert_eq!(
        recorder.drive_mut().view().cloned(),
        before,
        "with nothing under way a power cycle changes nothing"
    );
}

fn run(kind: MediumKind, ops: &[Op]) {
    let mut recorder = Recorder::with_disc(Disc::blank(kind));
    let mut bytes = 2048;
    for op in ops {
        let before = recorder.disc().map(|disc| marks(disc.medium()));
        let next = next_writable(&mut recorder);
        apply(&mut recorder, op, &mut bytes);
        check(&mut recorder);
        if let (Some(before), Some(disc), false) = (before, recorder.disc(), kind.is_rewritable()) {
            nothing_was_unwritten(&before, disc.medium());
        }
        if let (Some(before), Some(after), false) = (next, next_writable(&mut recorder), kind.is_rewritable())
        {
            assert!(after >= before, "the next writable address went from {before} to {after}");
        }
    }
    survives_power(&mut recorder);
}

fn next_writable(recorder: &mut Recorder) -> Option<Lba> {
    recorder.drive_mut().view()?.open?.next.map(|next| next.start)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_stream_of_commands_breaks_a_cd_r(ops in vec(op(), 1..150)) {
        run(MediumKind::CdR80, &ops);
    }

    #[test]
    fn no_stream_of_commands_breaks_a_cd_rw(ops in vec(op(), 1..150)) {
        run(MediumKind::CdRw80, &ops);
    }

    #[test]
    fn every_operation_in_the_background_ends(ops in vec(op(), 1..20)) {
        let mut recorder = Recorder::with_disc(Disc::blank(MediumKind::CdR80));
        let mut bytes = 2048;
        for op in &ops {
            apply(&mut recorder, op, &mut bytes);
        }
        if recorder.disc().is_some() {
            // Ready again within an hour of its own time and within a few polls.
            recorder.wait(Duration::from_secs(3_600));
            let ready = (0..6).any(|_| recorder.ask(&TestUnitReady {}).is_ok());
            prop_assert!(ready);
        }
    }

    #[test]
    fn random_bytes_are_answered(streams in vec((vec(any::<u8>(), 6..16), 0..5_000_usize), 1..200)) {
        let mut recorder = recorder(MediumKind::CdRw80);
        for (bytes, out) in &streams {
            foreign(&mut recorder, bytes, *out);
        }
    }

    /// Any operation code with zeros behind it gets an answer.
    #[test]
    fn every_operation_code_is_answered(opcode in any::<u8>(), fill in prop_oneof![Just(0_u8), Just(0xFF)]) {
        let mut recorder = recorder(MediumKind::CdR80);
        let mut cdb = [fill; 16];
        cdb[0] = opcode;
        foreign(&mut recorder, &cdb, 0);
        foreign(&mut recorder, &cdb, 512);
    }
}
