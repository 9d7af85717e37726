//! Time on the disc: spinning up, jumping, speeds over the radius, power states.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use core::time::Duration;
use discwright_cd::Lba;
use discwright_drive::{Disc, MediumKind, Personality, Recorder};
use discwright_mmc::command::*;
use discwright_mmc::mode::{ModeData10, PowerConditionPage};
use discwright_mmc::response::{Event, PerformanceDescriptors};
use discwright_transport::{Transport, TransportExt};

/// A written disc of this length in a drive.
fn written(personality: Personality, sectors: i32) -> Recorder {
    let mut recorder = Recorder::new(personality);
    recorder.load(Disc::blank(MediumKind::CdR80)).unwrap();
    recorder.wait(Duration::from_secs(60));
    for _ in 0..2 {
        recorder.ask(&TestUnitReady {}).unwrap_err();
    }
    burn_zeros(&mut recorder, sectors);
    recorder
}

/// One track of zeros, track-at-once.
fn burn_zeros(recorder: &mut Recorder, sectors: i32) {
    select(recorder, track_page(true));
    let zeros = vec![0; 32 * 2048];
    for start in (0..sectors).step_by(32) {
        let count = u16::try_from((sectors - start).min(32)).unwrap();
        let command = Write10 { start: Lba(start), sectors: count, fua: false };
        patiently(recorder, |recorder| recorder.send(&command, &zeros[..usize::from(count) * 2048])).unwrap();
    }
    sync(recorder);
}

fn time_of(recorder: &mut Recorder, work: impl FnOnce(&mut Recorder)) -> Duration {
    let before = recorder.now();
    work(recorder);
    recorder.now().since(before)
}

fn set_speed(recorder: &mut Recorder, rotation: RotationControl, write_kb_s: u16) {
    recorder.ask(&SetCdSpeed { rotation, read_kb_s: 0xFFFF, write_kb_s }).unwrap();
}

/// GET PERFORMANCE's curve, integrated over the first so many sectors, in seconds.
fn told(recorder: &mut Recorder, write: bool, sectors: i32) -> f64 {
    let answer = recorder.ask(&GetPerformance::nominal(write, 64)).unwrap();
    let PerformanceDescriptors::Nominal(all) = answer.descriptors else { panic!() };
    (0..sectors)
        .step_by(100)
        .map(|at| {
            let it = all.iter().find(|it| it.end > Lba(at)).unwrap();
            let part = f64::from(at - it.start.0) / f64::from(it.end - it.start);
            let (start, end) = (f64::from(it.start_kb_s), f64::from(it.end_kb_s));
            100.0 * 2.352 / (start + (end - start) * part)
        })
        .sum()
}

#[test]
fn a_burn_takes_as_long_as_get_performance_says() {
    let fastest = (RotationControl::Clv, 0xFFFF);
    for (name, personality, (rotation, speed)) in [
        ("CAV", Personality::modern(), fastest),
        ("P-CAV", Personality::modern(), (RotationControl::Clv, 5_645)),
        ("CLV", Personality::modern(), (RotationControl::Clv, 2_822)),
        ("CAV on demand", Personality::modern(), (RotationControl::Cav, 4_234)),
        ("Z-CLV", Personality::ready_while_closing(), fastest),
    ] {
        let mut recorder = Recorder::new(personality);
        recorder.load(Disc::blank(MediumKind::CdR80)).unwrap();
        recorder.wait(Duration::from_secs(60));
        for _ in 0..2 {
            recorder.ask(&TestUnitReady {}).unwrap_err();
        }
        set_speed(&mut recorder, rotation, speed);
        let told = told(&mut recorder, true, 60_000);
        let took = time_of(&mut recorder, |recorder| burn_zeros(recorder, 60_000)).as_secs_f64();
        assert!((took - told - 1.0).abs() < told * 0.02 + 2.0, "{name}: took {took} s, told {told} s");
    }
}

#[test]
fn reading_goes_by_the_same_curve_and_jumps_cost_time() {
    let mut recorder = written(Personality::modern(), 66_000);
    recorder.ask(&Seek10 { address: Lba(0) }).unwrap();
    let told = told(&mut recorder, false, 64_000);
    let took = time_of(&mut recorder, |recorder| {
        for at in (0..64_000).step_by(32) {
            read(recorder, Lba(at), 32).unwrap();
        }
    });
    assert!((took.as_secs_f64() - told).abs() < told * 0.1 + 1.0, "took {took:?}, told {told} s");
    let near =
        time_of(&mut recorder, |recorder| assert_eq!(read(recorder, Lba(64_400), 1).unwrap().len(), 2048));
    let far = time_of(&mut recorder, |recorder| assert_eq!(read(recorder, Lba(10), 1).unwrap().len(), 2048));
    assert!(near < far && far > Duration::from_millis(60), "near {near:?}, far {far:?}");
    let again =
        time_of(&mut recorder, |recorder| assert_eq!(read(recorder, Lba(11), 1).unwrap().len(), 2048));
    assert!(again < Duration::from_millis(5), "the next sector comes at once: {again:?}");
}

#[test]
fn rotation_and_speed_of_set_cd_speed_show_in_get_performance() {
    let mut recorder = recorder(MediumKind::CdR80);
    let ends = |recorder: &mut Recorder| {
        let answer = recorder.ask(&GetPerformance::nominal(true, 1)).unwrap();
        let PerformanceDescriptors::Nominal(all) = answer.descriptors else { panic!() };
        (all[0].start_kb_s, all[0].end_kb_s)
    };
    assert_eq!(ends(&mut recorder), (3_953, 9_173), "22 to 52 times");
    set_speed(&mut recorder, RotationControl::Clv, 1_411);
    assert_eq!(ends(&mut recorder), (1_411, 1_411), "CLV");
    set_speed(&mut recorder, RotationControl::Cav, 1_411);
    assert_eq!(ends(&mut recorder), (608, 1_411), "CAV");
}

#[test]
fn a_stopped_disc_takes_its_time_to_turn_again() {
    let mut recorder = written(Personality::modern(), 300);
    recorder.ask(&StartStopUnit::STOP).unwrap();
    recorder.ask(&TestUnitReady {}).unwrap();
    let spin_up = recorder.drive().personality().times.spin_up;
    let first = time_of(&mut recorder, |recorder| assert_eq!(read(recorder, Lba(0), 1).unwrap().len(), 2048));
    assert!(first >= spin_up, "a read wakes the drive: {first:?}");
    recorder.ask(&StartStopUnit::STOP).unwrap();
    let start = time_of(&mut recorder, |recorder| recorder.ask(&StartStopUnit::START).unwrap());
    assert!(start >= spin_up, "{start:?}");
    recorder.ask(&StartStopUnit::STOP).unwrap();
    let immed = StartStopUnit { immed: true, ..StartStopUnit::START };
    assert!(time_of(&mut recorder, |recorder| recorder.ask(&immed).unwrap()) < Duration::from_millis(5));
    assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (2, 4, 1));
    recorder.wait(spin_up);
    recorder.ask(&TestUnitReady {}).unwrap();
}

#[test]
fn the_power_condition_page_puts_the_drive_to_rest() {
    let mut recorder = written(Personality::modern(), 300);
    let power = |recorder: &mut Recorder| {
        let ask = GetEventStatus { polled: true, classes: 1 << 2, allocation_bytes: 8 };
        match recorder.ask(&ask).unwrap().event {
            Some(Event::PowerManagement { event, status }) => (event, status),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(power(&mut recorder), (0, 1));
    recorder.wait(Duration::from_secs(100_000));
    assert_eq!(power(&mut recorder), (0, 1), "the timers do not run by themselves");
    let page = PowerConditionPage {
        idle: true,
        standby: true,
        idle_timer_100ms: 50,
        standby_timer_100ms: 100,
        ..PowerConditionPage::default()
    };
    let list = ModeData10::of(page).encode_parameters();
    recorder.send(&ModeSelect10::of(u16::try_from(list.len()).unwrap()), &list).unwrap();
    read(&mut recorder, Lba(0), 1).unwrap();
    recorder.wait(Duration::from_secs(6));
    assert_eq!(power(&mut recorder), (1, 2));
    recorder.wait(Duration::from_secs(5));
    assert_eq!((power(&mut recorder), power(&mut recorder)), ((1, 3), (0, 3)));
    let woken = time_of(&mut recorder, |recorder| assert_eq!(read(recorder, Lba(0), 1).unwrap().len(), 2048));
    assert!(woken >= recorder.drive().personality().times.spin_up, "{woken:?}");
    assert_eq!(power(&mut recorder), (1, 1));
    let sleep = StartStopUnit { power: PowerCondition::Sleep, ..StartStopUnit::default() };
    recorder.ask(&sleep).unwrap();
    assert_eq!(power(&mut recorder), (1, 4));
}
