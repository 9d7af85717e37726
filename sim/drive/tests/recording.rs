//! What discs and drives do beyond the lines of the checklist.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use core::time::Duration;
use discwright_cd::Lba;
use discwright_drive::{Disc, MediumKind, Personality, Recorder};
use discwright_mmc::SenseSpecific;
use discwright_mmc::command::*;
use discwright_mmc::mode::*;
use discwright_mmc::response::*;
use discwright_transport::{CommandError, Transport, TransportExt};

#[test]
fn packets_of_any_size_link_by_seven_blocks() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, WriteParameters { write_type: WriteType::Packet, ..track_page(true) });
    write(&mut recorder, Lba(0), 64, 2048).unwrap();
    sync(&mut recorder);
    let open = track_information(&mut recorder);
    assert_eq!(open.next_writable, Some(Lba(63 + 1 + 7)));
    assert!(open.packet && !open.fixed_packet && !open.reserved && !open.blank && !open.damage);
    // Over a power cycle the track is still open.
    recorder.power_cycle();
    recorder.wait(Duration::from_secs(10));
    drop(recorder.ask(&TestUnitReady {}));
    select(&mut recorder, WriteParameters { write_type: WriteType::Packet, ..track_page(true) });
    assert_eq!(track_information(&mut recorder), open);
    assert_eq!(codes(write(&mut recorder, Lba(64), 16, 2048).unwrap_err()), (5, 0x21, 2));
    write(&mut recorder, Lba(71), 400, 2048).unwrap();
    sync(&mut recorder);
    recorder.ask(&CloseTrackSession { immed: false, function: CloseFunction::Track, track: 1 }).unwrap();
    let track = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
    assert!(track.packet && track.reserved);
    close_session(&mut recorder, MultiSession::Closed);
    assert_eq!(read(&mut recorder, Lba(71), 1).unwrap(), block(Lba(71), 2048));
    for link in 64..71 {
        assert_eq!(codes(read(&mut recorder, Lba(link), 1).unwrap_err()), (5, 0x64, 0), "{link}");
    }
    // Of the sizes that a drive knows.
    let fixed = |packet_blocks| WriteParameters {
        write_type: WriteType::Packet,
        fixed_packet: true,
        packet_blocks,
        ..track_page(true)
    };
    let CommandError::Drive { sense, .. } = try_select(&mut recorder, fixed(0)).unwrap_err() else {
        panic!()
    };
    assert_eq!(sense_codes(&sense), (5, 0x26, 0));
    assert!(matches!(sense.specific, Some(SenseSpecific::Field(pointer)) if pointer.byte == 8 + 10));
    try_select(&mut recorder, fixed(16)).unwrap();
}

/// Every drive burns two sessions, whatever it calls its refusals.
#[test]
fn every_personality_burns_two_sessions() {
    for (name, personality) in Personality::all() {
        let mut recorder = Recorder::new(personality.clone());
        recorder.load(Disc::blank(MediumKind::CdR80)).unwrap();
        recorder.wait(Duration::from_secs(20));
        for _ in 0..2 {
            drop(recorder.ask(&TestUnitReady {}));
        }
        for _ in 0..2 {
            burn_track(&mut recorder, 300);
            let close = CloseTrackSession { immed: false, function: CloseFunction::Session, track: 0 };
            let closed = recorder.ask(&close);
            assert_eq!(closed.is_err(), personality.early_close.is_some(), "{name}");
            patiently(&mut recorder, |recorder| recorder.ask(&ReadDiscInformation::standard(34))).unwrap();
        }
        assert_eq!(disc_information(&mut recorder).sessions, 3, "{name}");
        let inquiry = recorder.ask(&Inquiry::standard(36)).unwrap();
        assert_eq!(inquiry.product_text(), personality.product, "{name}");
    }
}

/// While the session is closed in the background, TEST UNIT READY lies and READ DISC INFORMATION does not.
#[test]
fn a_drive_that_is_ready_while_closing() {
    let mut recorder = Recorder::new(Personality::ready_while_closing());
    recorder.load(Disc::blank(MediumKind::CdR80)).unwrap();
    recorder.wait(Duration::from_secs(20));
    for _ in 0..2 {
        drop(recorder.ask(&TestUnitReady {}));
    }
    burn_track(&mut recorder, 300);
    recorder.ask(&CloseTrackSession { immed: true, function: CloseFunction::Session, track: 0 }).unwrap();
    recorder.ask(&TestUnitReady {}).unwrap();
    assert_eq!(codes(recorder.ask(&ReadDiscInformation::standard(34)).unwrap_err()), (2, 4, 7));
}

#[test]
fn a_reserved_track_is_written_or_filled_before_its_session_closes() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, track_page(true));
    recorder.ask(&ReserveTrack { by_address: false, size: 500 }).unwrap();
    let reserved = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
    assert!(reserved.reserved && reserved.blank && !reserved.packet);
    assert_eq!((reserved.size, reserved.next_writable, reserved.free_blocks), (502, Some(Lba(0)), 500));
    assert_eq!(track_information(&mut recorder).start, Lba(502 + 150));
    recorder.ask(&ReserveTrack { by_address: false, size: 310 }).unwrap();
    assert_eq!(codes(patient_close(&mut recorder).unwrap_err()), (5, 0x72, 3));
    // The second first; the rest of it is padded.
    write(&mut recorder, Lba(652), 305, 2048).unwrap();
    sync(&mut recorder);
    assert_eq!(recorder.ask(&ReadTrackInformation::track(2)).unwrap().size, 312);
    recorder.ask(&CloseTrackSession { immed: false, function: CloseFunction::Track, track: 1 }).unwrap();
    patient_close(&mut recorder).unwrap();
    assert_eq!(disc_information(&mut recorder).sessions, 2);
    assert_eq!(read(&mut recorder, Lba(652), 1).unwrap(), block(Lba(652), 2048));
    assert_eq!(read(&mut recorder, Lba(0), 1).unwrap(), [0; 2048]);
    assert_eq!(
        codes(recorder.ask(&ReserveTrack { by_address: false, size: 400_000 }).unwrap_err()),
        (5, 0x21, 0)
    );
}

/// A disc erased in a hurry and written as before: nothing of its former life comes back.
#[test]
fn a_former_life_stays_buried() {
    let mut recorder = recorder(MediumKind::CdRw80);
    for _ in 0..2 {
        burn_track(&mut recorder, 400);
        close_session(&mut recorder, MultiSession::Open);
    }
    recorder.ask(&Blank { immed: true, blank_type: BlankType::Minimal, address: Lba(0) }).unwrap();
    patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
    burn_track(&mut recorder, 400);
    assert_eq!(disc_information(&mut recorder).last_track_in_last_session, 2);
    close_session(&mut recorder, MultiSession::Open);
    let disc = disc_information(&mut recorder);
    assert_eq!(
        (disc.sessions, disc.last_session),
        (2, SessionState::Empty),
        "the old second session is not there"
    );
    // Its place can be reserved, and closed, as if it were blank.
    recorder.ask(&ReserveTrack { by_address: false, size: 300 }).unwrap();
    assert!(recorder.ask(&ReadTrackInformation::track(2)).unwrap().blank);
    recorder.ask(&CloseTrackSession { immed: true, function: CloseFunction::Track, track: 2 }).unwrap();
    patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
    close_session(&mut recorder, MultiSession::Open);
    assert_eq!(disc_information(&mut recorder).sessions, 3);
    assert_eq!(read(&mut recorder, Lba(11_802), 1).unwrap(), [0; 2048]);
}
