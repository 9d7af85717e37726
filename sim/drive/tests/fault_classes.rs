//! The classes of faults that drives in the field show (`spec/drive.md` 4.3, its 21 rows, and the list at the end of
//! `spec/burners.md` 2.11): each as a plan in JSON, addressed by command, count, place, time, phase, state of the buffer
//! or chance, and what a host sees of it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use core::time::Duration;
use discwright_cd::Lba;
use discwright_drive::fault::FaultPlan;
use discwright_drive::{Disc, MediumKind, Personality, Recorder};
use discwright_mmc::command::*;
use discwright_mmc::mode::{ErrorRecovery, ModeData10, MultiSession, WriteParameters};
use discwright_mmc::response::{Event, MediaEvent};
use discwright_transport::{CommandError, Data, Request, Status, Transport, TransportError, TransportExt};

fn faulty(mut recorder: Recorder, plan: &str) -> Recorder {
    let plan: FaultPlan = serde_json::from_str(plan).unwrap();
    recorder.set_faults(plan);
    recorder
}

/// A blank CD-R, its power-on attention out of the way, with one fault.
fn with_fault(fault: &str) -> Recorder {
    faulty(recorder(MediumKind::CdR80), &format!(r#"{{ "seed": 7, "faults": [{fault}] }}"#))
}

/// A disc of one closed session of 400 blocks and one fault.
fn written(fault: &str) -> Recorder {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 400);
    close_session(&mut recorder, MultiSession::Open);
    faulty(recorder, &format!(r#"{{ "seed": 7, "faults": [{fault}] }}"#))
}

fn transport_error(error: CommandError) -> TransportError {
    match error {
        CommandError::Transport(error) => error,
        other => panic!("{other}"),
    }
}

fn deferred(error: CommandError) -> bool {
    matches!(error, CommandError::Drive { sense, .. } if sense.deferred)
}

/// Rows whose fault is that a command is refused with a certain sense: what the command does is what tells them apart.
#[test]
fn refusals_of_every_class() {
    for (row, opcode, key, asc, ascq) in [
        ("1 no medium", 0x00, 2, 0x3A, 1),
        ("2 becoming ready", 0x00, 2, 0x04, 1),
        ("2 changed", 0x00, 6, 0x28, 0),
        ("3 incompatible medium", 0x51, 2, 0x30, 0),
        ("3 unreadable TOC", 0x43, 3, 0x57, 0),
        ("4 calibration fails", 0x54, 3, 0x73, 3),
        ("4 calibration area full", 0x54, 3, 0x73, 2),
        ("4 no calibration", 0x54, 5, 0x20, 0),
        ("5 PMA update fails", 0x35, 3, 0x73, 4),
        ("6 page 05h refused", 0x55, 5, 0x26, 0),
        ("6 speed refused", 0xBB, 5, 0x24, 0),
        ("7 buffer full", 0x2A, 2, 0x04, 8),
        ("7 underrun", 0x2A, 5, 0x21, 2),
        ("8 laser", 0x2A, 3, 0x0C, 0),
        ("8 servo", 0x2A, 4, 0x09, 1),
        ("10 sequence", 0x2A, 5, 0x2C, 0),
        ("12 fixation", 0x5B, 3, 0x72, 0),
        ("13 erase fails", 0xA1, 3, 0x51, 0),
        ("14 format fails", 0x04, 3, 0x31, 1),
        ("15 CIRC", 0x28, 3, 0x11, 6),
        ("16 link", 0x28, 5, 0x64, 0),
        ("17 write protected", 0x2A, 7, 0x27, 0),
        ("17 jammed", 0x1B, 4, 0x53, 0),
        ("18 microcode changed", 0x00, 6, 0x3F, 1),
        ("19 bus CRC", 0x2A, 0xB, 0x47, 0),
        ("19 overlapped commands", 0x28, 0xB, 0x4E, 0),
    ] {
        let fault = format!(
            r#"{{ "when": [{{ "opcode": {opcode} }}, {{ "nth": 2 }}], "times": 1,
                  "what": {{ "refuse": {{ "key": {key}, "asc": {asc}, "ascq": {ascq} }} }} }}"#
        );
        let mut recorder = faulty(recorder(MediumKind::CdRw80), &format!(r#"{{ "faults": [{fault}] }}"#));
        let mut cdb = vec![opcode];
        cdb.resize(discwright_mmc::Cdb::length_of(opcode), 0);
        let (first, _) = raw(&mut recorder, &cdb, Data::None);
        let said = refused(&mut recorder, &cdb, Data::None);
        assert_eq!(said, (key, asc, ascq), "{row}: the second time");
        // Commands that wait for their own end change what comes after; the others answer as before.
        if !matches!(opcode, 0xA1 | 0x54 | 0x04) {
            assert_eq!(
                raw(&mut recorder, &cdb, Data::None).0,
                first,
                "{row}: the third time is as the first"
            );
        }
    }
}

#[test]
fn class_4_recovered_and_12_early_return_are_done_all_the_same() {
    let mut recorder = with_fault(
        r#"{ "when": [{ "phase": "calibrate" }], "what": { "answer-with": { "key": 1, "asc": 115, "ascq": 1 } } }"#,
    );
    let (status, _) = raw(&mut recorder, &[0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0], Data::None);
    assert!(
        matches!(status, Status::CheckCondition(sense) if sense_codes(&sense) == (1, 0x73, 1)),
        "{status:?}"
    );
    let mut recorder = with_fault(
        r#"{ "when": [{ "phase": "close" }], "what": { "answer-with": { "key": 6, "asc": 46, "ascq": 0 } } }"#,
    );
    burn_track(&mut recorder, 300);
    let close = CloseTrackSession { function: CloseFunction::Session, ..Default::default() };
    assert_eq!(codes(recorder.ask(&close).unwrap_err()), (6, 0x2E, 0));
    assert_eq!(recorder.drive_mut().view().unwrap().sessions.len(), 1);
}

#[test]
fn class_8_recovered_writes_and_9_deferred_errors() {
    let mut recorder = with_fault(
        r#"{ "when": [{ "phase": "write" }, { "sectors": { "from": 64, "to": 64 } }],
             "what": { "defer": { "key": 3, "asc": 12, "ascq": 0 } }, "times": 1 }"#,
    );
    select(&mut recorder, track_page(true));
    assert!(deferred(write(&mut recorder, Lba(0), 400, 2048).unwrap_err()));
}

#[test]
fn class_11_power_reset_and_eject_in_the_middle_of_a_burn() {
    // The power goes between two sectors of lead-in, at any microsecond.
    let mut recorder = with_fault(r#"{ "when": [{ "after-us": 2500123 }], "what": "power-cut" }"#);
    select(&mut recorder, track_page(true));
    write(&mut recorder, Lba(0), 8_000, 2048).unwrap_err();
    recorder.wait(Duration::from_secs(30));
    assert_eq!(
        disc_information(&mut recorder).last_session,
        discwright_mmc::response::SessionState::Incomplete
    );
    // A reset of the bus: everything the host had set is gone, and it is told.
    let mut recorder =
        with_fault(r#"{ "when": [{ "phase": "write" }, { "nth": 5 }], "what": "reset", "times": 1 }"#);
    select(&mut recorder, WriteParameters { multi_session: MultiSession::Closed, ..track_page(true) });
    assert_eq!(codes(write(&mut recorder, Lba(0), 400, 2048).unwrap_err()), (6, 0x29, 0));
    let page = recorder.ask(&ModeSense10::current(5, 60)).unwrap();
    assert_eq!(page.write_parameters().unwrap().audio_pause_sectors, 150);
    // The button: an event when the tray is locked, else the disc is out.
    let button = r#"{ "when": [{ "phase": "write" }, { "nth": 3 }], "what": "eject-button", "times": 1 }"#;
    let mut locked = with_fault(button);
    locked.ask(&PreventAllow::PREVENT).unwrap();
    select(&mut locked, track_page(true));
    assert_eq!(codes(write(&mut locked, Lba(0), 400, 2048).unwrap_err()), (6, 0x5A, 1));
    let event = locked.ask(&GetEventStatus::MEDIA).unwrap().event;
    assert!(
        matches!(event, Some(Event::Media { event: MediaEvent::EjectRequest, present: true, .. })),
        "{event:?}"
    );
    let mut open = with_fault(button);
    select(&mut open, track_page(true));
    assert_eq!(codes(write(&mut open, Lba(0), 400, 2048).unwrap_err()), (2, 0x3A, 2));
}

#[test]
fn class_7_at_a_level_of_the_buffer() {
    let mut recorder = with_fault(
        r#"{ "when": [{ "phase": "write" }, { "buffer-above": 500000 }],
             "what": { "refuse": { "key": 3, "asc": 12, "ascq": 9 } } }"#,
    );
    select(&mut recorder, track_page(true));
    assert_eq!(codes(write(&mut recorder, Lba(0), 4_000, 2048).unwrap_err()), (3, 0x0C, 9));
    let mut recorder = with_fault(
        r#"{ "when": [{ "during": "closing" }], "what": { "refuse": { "key": 2, "asc": 4, "ascq": 7 } }, "times": 2 }"#,
    );
    burn_track(&mut recorder, 300);
    close_session(&mut recorder, MultiSession::Open);
}

#[test]
fn class_15_rotten_sectors_show_in_c2_and_edc() {
    let set_recovery = |recorder: &mut Recorder, page: ErrorRecovery| {
        let list = ModeData10::of(page).encode_parameters();
        recorder.send(&ModeSelect10::of(u16::try_from(list.len()).unwrap()), &list).unwrap();
    };
    // A few bytes: the correction mends them, and says so if it is asked to.
    let mut lightly = written(
        r#"{ "when": [{ "sectors": { "from": 10, "to": 10 } }], "what": { "rot": { "bytes": 20 } } }"#,
    );
    assert_eq!(read(&mut lightly, Lba(10), 1).unwrap(), block(Lba(10), 2048));
    set_recovery(&mut lightly, ErrorRecovery { post_error: true, read_retries: 1, ..Default::default() });
    let Err(CommandError::Drive { sense, .. }) = read(&mut lightly, Lba(8), 4) else { panic!() };
    assert_eq!((sense_codes(&sense), sense.information), ((1, 0x18, 4), Some(10)));
    set_recovery(
        &mut lightly,
        ErrorRecovery { disable_correction: true, read_retries: 1, ..Default::default() },
    );
    assert_eq!(codes(read(&mut lightly, Lba(10), 1).unwrap_err()), (3, 0x11, 5));
    // Many: no correction helps, and the address is told; what goes before is there.
    let mut badly = written(
        r#"{ "when": [{ "sectors": { "from": 12, "to": 12 } }], "what": { "rot": { "bytes": 900 } } }"#,
    );
    let mut buffer = vec![0; 4 * 2048];
    let cdb = Read10 { start: Lba(10), sectors: 4, dpo: false, fua: false }.encode();
    let request = Request { cdb: &cdb, data: Data::In(&mut buffer), timeout: Duration::from_secs(60) };
    let outcome = badly.execute(request).unwrap();
    let Status::CheckCondition(sense) = outcome.status else { panic!() };
    assert_eq!(
        (sense_codes(&sense), sense.information, outcome.transferred),
        ((3, 0x11, 5), Some(12), 2 * 2048)
    );
    let log = badly.ask(&LogSense { page: 3, allocation_bytes: 256, ..LogSense::default() }).unwrap();
    assert_eq!(log.parameters().last().unwrap().value, [0, 0, 0, 1], "one uncorrected read");
    // READ CD with C2 gives the wrong bytes, and points at each.
    let raw_read = answer(&mut badly, &[0xBE, 0, 0, 0, 0, 12, 0, 0, 1, 0xFA, 0, 0], 2352 + 294);
    let (main, pointers) = raw_read.split_at(2352);
    let good = answer(
        &mut written(r#"{ "when": [], "what": "c2-silent" }"#),
        &[0xBE, 0, 0, 0, 0, 12, 0, 0, 1, 0xF8, 0, 0],
        2352,
    );
    let wrong: Vec<usize> = (0..2352).filter(|at| main[*at] != good[*at]).collect();
    let pointed = |at: usize| pointers[at / 8] & (0x80 >> (at % 8)) != 0;
    assert!(wrong.len() > 500 && wrong.iter().all(|at| pointed(*at)), "{} wrong", wrong.len());
    let with_byte = answer(&mut badly, &[0xBE, 0, 0, 0, 0, 12, 0, 0, 1, 0xFC, 0, 0], 2352 + 296);
    assert_eq!(
        with_byte[2352],
        pointers.iter().fold(0, |all, it| all | it),
        "the block error byte comes first"
    );
    assert_eq!(with_byte[2354..], *pointers);
}

#[test]
fn class_20_silence_and_lies() {
    // GOOD, and nothing done.
    let mut recorder = with_fault(r#"{ "when": [{ "phase": "flush" }], "what": "ignore" }"#);
    select(&mut recorder, track_page(true));
    write(&mut recorder, Lba(0), 300, 2048).unwrap();
    sync(&mut recorder);
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(300)), "the track is still open");
    // C2 that is silent, and C2 that lies.
    let rot = r#"{ "when": [], "what": { "rot": { "bytes": 900 } } }"#;
    let read_c2 = [0xBE, 0, 0, 0, 0, 12, 0, 0, 1, 0xFA, 0, 0];
    let silent =
        answer(&mut written(&format!(r#"{rot}, {{ "when": [], "what": "c2-silent" }}"#)), &read_c2, 2646);
    assert!(silent[2352..].iter().all(|byte| *byte == 0));
    let lying = answer(&mut written(r#"{ "when": [], "what": "c2-false" }"#), &read_c2, 2646);
    assert!(lying[2352..].iter().any(|byte| *byte != 0) && lying[16..20] == block(Lba(12), 2048)[..4]);
    // Q whose check is wrong, and Q in binary.
    let read_q = [0xBE, 0, 0, 0, 0, 100, 0, 0, 1, 0, 2, 0];
    let q = |fault: &str| answer(&mut written(fault), &read_q, 16);
    let good = q(r#"{ "when": [{ "opcode": 1 }], "what": "q-check" }"#);
    let check = |q: &[u8]| discwright_cd::subchannel::crc16(&q[..10]) == u16::from_be_bytes([q[10], q[11]]);
    assert!(check(&good) && !check(&q(r#"{ "when": [], "what": "q-check" }"#)));
    let binary = q(r#"{ "when": [], "what": "q-binary" }"#);
    assert_eq!((good[5], binary[5]), (0x25, 25), "frame 25 of sector 100");
    // The wrong sector.
    let mut other =
        written(r#"{ "when": [{ "phase": "read" }], "what": { "wrong-sector": { "offset": 3 } } }"#);
    assert_eq!(read(&mut other, Lba(50), 1).unwrap(), block(Lba(53), 2048));
    // What is told of the disc lags behind until it is loaded again.
    let mut stale = with_fault(r#"{ "when": [{ "phase": "survey" }, "until-reload"], "what": "stale" }"#);
    let before = disc_information(&mut stale);
    burn_track(&mut stale, 300);
    close_session(&mut stale, MultiSession::Open);
    assert_eq!(disc_information(&mut stale), before);
    let disc = stale.eject().unwrap();
    stale.load(disc).unwrap();
    stale.wait(Duration::from_secs(60));
    stale.ask(&TestUnitReady {}).unwrap_err();
    assert_ne!(disc_information(&mut stale), before);
    // Slower than told.
    let took = |fault: &str| {
        let mut recorder = with_fault(fault);
        burn_track(&mut recorder, 6_000);
        recorder.now()
    };
    let (slow, fast) = (
        took(r#"{ "when": [], "what": { "slow-laser": { "percent": 10 } } }"#),
        took(r#"{ "when": [{ "opcode": 1 }], "what": "hang" }"#),
    );
    assert!(slow.0 > fast.0 * 4, "{slow:?} {fast:?}");
    // Events that never come.
    let mut mute = with_fault(r#"{ "when": [], "what": "no-events" }"#);
    let disc = mute.eject().unwrap();
    drop(disc);
    let event = mute.ask(&GetEventStatus::MEDIA).unwrap().event;
    assert!(
        matches!(event, Some(Event::Media { event: MediaEvent::NoChange, present: false, .. })),
        "{event:?}"
    );
}

#[test]
fn class_19_and_21_the_wire_and_time() {
    let mut recorder =
        with_fault(r#"{ "when": [{ "phase": "write" }, { "nth": 2 }], "what": "answer-lost", "times": 1 }"#);
    select(&mut recorder, track_page(true));
    let error = transport_error(write(&mut recorder, Lba(0), 400, 2048).unwrap_err());
    assert!(matches!(error, TransportError::Gone(_)), "{error}");
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(64)), "and it was carried out");
    let mut wedged = with_fault(r#"{ "when": [{ "sectors": { "from": -1, "to": -1 } }], "what": "wedge" }"#);
    let minus_one = ReadCd { start: Lba(-1), sectors: 1, user_data: true, ..ReadCd::default() }.encode();
    for cdb in [minus_one, TestUnitReady {}.encode()] {
        let request = Request { cdb: &cdb, data: Data::None, timeout: Duration::from_secs(5) };
        assert!(matches!(wedged.execute(request), Err(TransportError::Timeout(_))));
    }
    wedged.power_cycle();
    wedged.wait(Duration::from_secs(30));
    assert_eq!(codes(wedged.ask(&TestUnitReady {}).unwrap_err()), (6, 0x29, 0));
    let mut slow = with_fault(r#"{ "when": [{ "phase": "load" }], "what": { "slow": { "ms": 20000 } } }"#);
    let before = slow.now();
    slow.ask(&TestUnitReady {}).unwrap();
    assert!(slow.now().since(before) >= Duration::from_secs(20));
    let mut short =
        with_fault(r#"{ "when": [{ "opcode": 18 }], "what": { "shorten-untold": { "bytes": 8 } } }"#);
    let mut buffer = [0xAA; 36];
    let (_, told) = raw(&mut short, &[0x12, 0, 0, 0, 36, 0], Data::In(&mut buffer));
    assert_eq!((told, buffer[8]), (36, 0xAA), "as many bytes as asked for, it says");
    let mut deaf = faulty(
        Recorder::with_disc(Disc::blank(MediumKind::CdR80)),
        r#"{ "faults": [{ "when": [], "what": "lose-attention" }] }"#,
    );
    deaf.ask(&TestUnitReady {}).unwrap();
}

/// `spec/drive.md` 3.2: drives spell being busy differently, operation by operation.
#[test]
fn being_busy_in_every_spelling() {
    for ascq in [1, 4, 7, 8] {
        let text = format!(
            r#"{{ "busy": {{ "closing": {{ "key": 2, "asc": 4, "ascq": {ascq} }}, "buffer-full": {{ "key": 2, "asc": 4, "ascq": {ascq} }} }} }}"#
        );
        let personality: Personality = serde_json::from_str(&text).unwrap();
        let mut recorder = Recorder::new(personality);
        recorder.load(Disc::blank(MediumKind::CdR80)).unwrap();
        recorder.wait(Duration::from_secs(60));
        for _ in 0..2 {
            recorder.ask(&TestUnitReady {}).unwrap_err();
        }
        select(&mut recorder, track_page(true));
        let data = vec![0; 32 * 2048];
        let full = (0..1_000).find_map(|index| {
            recorder.send(&Write10 { start: Lba(index * 32), sectors: 32, fua: false }, &data).err()
        });
        assert_eq!(codes(full.unwrap()), (2, 4, ascq), "a full buffer");
        sync(&mut recorder);
        recorder.ask(&CloseTrackSession { immed: true, function: CloseFunction::Session, track: 0 }).unwrap();
        assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (2, 4, ascq), "closing");
    }
}

/// `spec/drive.md` 3.1: attention, sense and lock belong to one host each; a reservation keeps the others out.
#[test]
fn hosts_have_attention_and_lock_of_their_own() {
    let mut recorder = recorder(MediumKind::CdR80);
    recorder.set_initiator(1);
    assert_eq!(
        codes(recorder.ask(&TestUnitReady {}).unwrap_err()),
        (6, 0x29, 0),
        "the second host has not heard yet"
    );
    recorder.ask(&PreventAllow::PREVENT).unwrap();
    recorder.set_initiator(0);
    recorder.ask(&PreventAllow::ALLOW).unwrap();
    assert_eq!(
        codes(recorder.ask(&StartStopUnit::EJECT).unwrap_err()),
        (5, 0x53, 2),
        "the other host's lock holds"
    );
    select(&mut recorder, track_page(false));
    recorder.set_initiator(1);
    assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (6, 0x2A, 1), "parameters changed");
    recorder.ask(&Reserve10 {}).unwrap();
    recorder.set_initiator(0);
    assert_eq!(raw(&mut recorder, &[0; 6], Data::None).0, Status::ReservationConflict);
    assert!(recorder.ask(&Inquiry::standard(36)).is_ok());
    recorder.ask(&Release10 {}).unwrap();
    assert_eq!(
        raw(&mut recorder, &[0; 6], Data::None).0,
        Status::ReservationConflict,
        "not its to give back"
    );
    recorder.set_initiator(1);
    recorder.ask(&Release10 {}).unwrap();
    recorder.set_initiator(0);
    assert_eq!(raw(&mut recorder, &[0; 6], Data::None).0, Status::Good);
}
