//! Faults by plan, and what a host sees of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use core::time::Duration;
use discwright_cd::Lba;
use discwright_drive::derive::{Damage, TrackState};
use discwright_drive::fault::{Effect, Fault, FaultPlan, Phase, SenseCode, When};
use discwright_drive::{MediumKind, Recorder};
use discwright_mmc::command::*;
use discwright_mmc::mode::MultiSession;
use discwright_transport::{CommandError, Data, Status, Transport, TransportError, TransportExt};

fn with_fault(when: Vec<When>, what: Effect, times: Option<u32>) -> Recorder {
    let mut recorder = recorder(MediumKind::CdR80);
    recorder.set_faults(FaultPlan { seed: 1, faults: vec![Fault { when, what, times }] });
    recorder
}

const fn sense(key: u8, asc: u8, ascq: u8) -> SenseCode {
    SenseCode::new(key, asc, ascq)
}

#[test]
fn a_plan_survives_its_text() {
    let plan = FaultPlan {
        seed: 99,
        faults: vec![
            Fault {
                when: vec![When::Phase(Phase::Write), When::Nth(7)],
                what: Effect::Refuse(sense(3, 0x0C, 0)),
                times: Some(1),
            },
            Fault { when: vec![When::AfterMs(1_500)], what: Effect::PowerCut, times: None },
            Fault {
                when: vec![When::Sectors { from: -5, to: 9 }, When::PerMillion(3)],
                what: Effect::Hang,
                times: None,
            },
            Fault { when: vec![When::Opcode(0x52)], what: Effect::NextWritable { lba: None }, times: None },
        ],
    };
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<FaultPlan>(&text).unwrap(), plan, "{text}");
}

#[test]
fn a_write_fails_where_the_plan_says() {
    let scratch = vec![When::Phase(Phase::Write), When::Sectors { from: 300, to: 300 }];
    let mut recorder = with_fault(scratch, Effect::Refuse(sense(3, 0x0C, 0)), None);
    select(&mut recorder, track_page(true));
    assert_eq!(codes(write(&mut recorder, Lba(0), 400, 2048).unwrap_err()), (3, 0x0C, 0));
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(288)), "32 blocks a command");
}

#[test]
fn a_deferred_error_comes_with_the_next_command() {
    let mut recorder =
        with_fault(vec![When::Phase(Phase::Write), When::Nth(3)], Effect::Defer(sense(3, 0x0C, 0)), Some(1));
    select(&mut recorder, track_page(true));
    let CommandError::Drive { sense, .. } = write(&mut recorder, Lba(0), 400, 2048).unwrap_err() else {
        panic!()
    };
    assert_eq!((sense_codes(&sense), sense.deferred), ((3, 0x0C, 0), true));
}

#[test]
fn busy_at_any_phase_passes() {
    for (phase, code) in [
        (Phase::Write, sense(2, 4, 8)),
        (Phase::Flush, sense(2, 4, 8)),
        (Phase::Close, sense(2, 4, 7)),
        (Phase::Survey, sense(2, 4, 7)),
        (Phase::Load, sense(2, 4, 1)),
    ] {
        let mut recorder = with_fault(vec![When::Phase(phase)], Effect::Refuse(code), Some(3));
        patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
        select(&mut recorder, track_page(true));
        let next =
            patiently(&mut recorder, |recorder| recorder.ask(&ReadTrackInformation::invisible())).unwrap();
        write(&mut recorder, next.start, 300, 2048).unwrap();
        patiently(&mut recorder, |recorder| recorder.ask(&SynchronizeCache::default())).unwrap();
        let close = CloseTrackSession { immed: false, function: CloseFunction::Session, track: 0 };
        patiently(&mut recorder, |recorder| recorder.ask(&close)).unwrap();
        assert_eq!(recorder.drive_mut().view().unwrap().sessions.len(), 1, "{phase:?}");
    }
}

/// Field report: a USB bridge that says GOOD to everything and writes nothing (`spec/burners.md` 0, point 8).
#[test]
fn everything_is_good_and_nothing_is_written() {
    let mut recorder = with_fault(vec![When::Phase(Phase::Write)], Effect::LaserOff, None);
    burn_track(&mut recorder, 400);
    close_session(&mut recorder, MultiSession::Open);
    assert_eq!(recorder.disc().unwrap().medium().extents().count(), 0);
}

/// At any moment of a burn: the disc that is left is what the laser had done, and can be gone on with or is told
/// to be damaged.
#[test]
fn the_power_is_cut_at_any_moment() {
    let mut seen = std::collections::BTreeSet::new();
    for ms in (0..75_000).step_by(2_300) {
        let mut recorder = with_fault(vec![When::AfterMs(ms)], Effect::PowerCut, None);
        let burn = (|| {
            recorder.ask(&SetCdSpeed { write_kb_s: 706, read_kb_s: 0xFFFF, ..SetCdSpeed::default() })?;
            try_select(&mut recorder, track_page(true))?;
            write(&mut recorder, Lba(0), 1_500, 2048)?;
            recorder.ask(&SynchronizeCache::default())?;
            patient_close(&mut recorder)
        })();
        recorder.wait(Duration::from_secs(100));
        for _ in 0..3 {
            drop(recorder.ask(&TestUnitReady {}));
        }
        let view = recorder.drive_mut().view().unwrap().clone();
        let state = match (view.sessions.first(), view.tracks.first()) {
            (Some(session), _) => format!("session {:?}", session.damage),
            (None, Some(track)) => format!("track {:?}", track.state),
            (None, None) => "blank".to_owned(),
        };
        if state == format!("session {:?}", Damage::None) {
            assert!(burn.is_ok() || ms > 60_000, "{ms}");
        } else {
            assert!(burn.is_err(), "{ms}: {state}, and the host was told that all is well");
        }
        if let Some(track) = view.tracks.first().filter(|track| track.written > track.start + 10) {
            assert!(track.state != TrackState::Reserved);
            // What was written can be read once the session is closed.
            select(&mut recorder, track_page(true));
            patient_close(&mut recorder).unwrap();
            assert_eq!(read(&mut recorder, Lba(5), 1).unwrap(), block(Lba(5), 2048), "{ms}");
        }
        seen.insert(state);
    }
    assert!(seen.len() >= 4, "{seen:?}");
}

#[test]
fn a_cut_in_the_middle_of_a_waiting_command_has_no_answer() {
    let mut recorder = with_fault(vec![When::AfterMs(2_000)], Effect::PowerCut, None);
    burn_until_lost(&mut recorder);
    recorder.wait(Duration::from_secs(10));
    assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (6, 0x29, 0));
}

fn burn_until_lost(recorder: &mut Recorder) {
    select(recorder, track_page(true));
    write(recorder, Lba(0), 1_000, 2048).unwrap();
    let lost = recorder.ask(&SynchronizeCache::default()).and_then(|()| {
        recorder.ask(&CloseTrackSession { immed: false, function: CloseFunction::Session, track: 0 })
    });
    assert!(matches!(lost, Err(CommandError::Transport(TransportError::Gone(_)))), "{lost:?}");
}

#[test]
fn a_drive_can_hang_answer_short_and_lie() {
    let mut recorder = with_fault(vec![When::Opcode(0x00)], Effect::Hang, Some(1));
    let error = recorder.ask(&TestUnitReady {}).unwrap_err();
    assert!(matches!(error, CommandError::Transport(TransportError::Timeout(_))));
    recorder.ask(&TestUnitReady {}).unwrap();
    let mut recorder = with_fault(vec![When::Opcode(0x51)], Effect::Shorten { bytes: 20 }, None);
    assert_eq!(answer(&mut recorder, &[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34).len(), 20);
    let mut recorder = with_fault(vec![When::Opcode(0x51)], Effect::FlipBit { bit: 16 }, Some(1));
    assert_eq!(answer(&mut recorder, &[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34)[2] & 1, 1);
    for (what, next, damage, free) in [
        (Effect::NextWritable { lba: Some(-150) }, Some(Lba(-150)), false, 359_843),
        (Effect::NextWritable { lba: None }, None, false, 359_843),
        (Effect::Damage, Some(Lba(0)), true, 359_843),
        (Effect::FewerFreeBlocks { blocks: 43 }, Some(Lba(0)), false, 359_800),
    ] {
        let mut recorder = with_fault(vec![When::Opcode(0x52)], what, None);
        let track = track_information(&mut recorder);
        assert_eq!((track.next_writable, track.damage, track.free_blocks), (next, damage, free), "{what:?}");
    }
    let mut recorder = with_fault(vec![When::Opcode(0x00)], Effect::StatusBusy, Some(1));
    assert_eq!(raw(&mut recorder, &[0; 6], Data::None).0, Status::Busy);
}

#[test]
fn recovered_errors_come_with_their_data() {
    let when = vec![When::Phase(Phase::Read), When::Sectors { from: 20, to: 29 }];
    let mut recorder = with_fault(when, Effect::AnswerWith(sense(1, 0x17, 1)), None);
    burn_track(&mut recorder, 300);
    close_session(&mut recorder, MultiSession::Closed);
    let mut buffer = vec![0; 2048];
    let (status, moved) = raw(&mut recorder, &[0x28, 0, 0, 0, 0, 25, 0, 0, 1, 0], Data::In(&mut buffer));
    let Status::CheckCondition(sense) = status else { panic!("{status:?}") };
    assert_eq!((sense_codes(&sense), moved), ((1, 0x17, 1), 2048));
    assert_eq!(buffer, block(Lba(25), 2048));
}

#[test]
fn calibration_fails_by_plan() {
    for code in [sense(3, 0x73, 3), sense(1, 0x73, 1), sense(5, 0x20, 0)] {
        let mut recorder = with_fault(vec![When::Phase(Phase::Calibrate)], Effect::Refuse(code), Some(1));
        let opc = SendOpc { do_opc: true, parameter_bytes: 0 };
        let (status, _) = raw(&mut recorder, opc.encode().as_bytes(), Data::None);
        let Status::CheckCondition(sense) = status else { panic!("{status:?}") };
        assert_eq!(sense_codes(&sense), (code.key, code.asc, code.ascq));
        recorder.ask(&opc).unwrap();
    }
}
