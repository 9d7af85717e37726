//! The table of track, session and disc states in `spec/drive.md` 2.4, a test for each row.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use core::time::Duration;
use discwright_cd::Lba;
use discwright_drive::MediumKind;
use discwright_mmc::command::*;
use discwright_mmc::mode::MultiSession;
use discwright_mmc::response::{DiscState, SessionState};
use discwright_transport::{Transport, TransportExt};

/// Disc status, state of the last session, sessions, first and last track of the last session.
type Row = (DiscState, SessionState, u16, u16, u16);

fn row(recorder: &mut discwright_drive::Recorder) -> Row {
    let disc = disc_information(recorder);
    let (first, last) = (disc.first_track_in_last_session, disc.last_track_in_last_session);
    (disc.disc, disc.last_session, disc.sessions, first, last)
}

#[test]
fn blank() {
    for kind in [MediumKind::CdR80, MediumKind::CdRw80] {
        let mut recorder = recorder(kind);
        assert_eq!(row(&mut recorder), (DiscState::Empty, SessionState::Empty, 1, 1, 1));
        let disc = disc_information(&mut recorder);
        assert_eq!(disc.erasable, kind.is_rewritable());
        let track = track_information(&mut recorder);
        assert_eq!((track.track, track.session, track.next_writable), (1, 1, Some(Lba(0))));
        assert!(track.blank && !track.reserved && !track.packet && !track.fixed_packet && !track.damage);
        assert_eq!(track.data_mode, 0xF);
        select(&mut recorder, session_page(MultiSession::Open));
        assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(-150)));
        assert_eq!(recorder.ask(&ReadCapacity10::default()).unwrap().last, Lba(0));
        assert_eq!(
            codes(recorder.ask(&ReadToc { allocation_bytes: 12, ..ReadToc::default() }).unwrap_err()),
            (5, 0x24, 0)
        );
    }
}

#[test]
fn track_at_once_track_open() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, track_page(true));
    write(&mut recorder, Lba(0), 64, 2048).unwrap();
    assert_eq!(row(&mut recorder), (DiscState::Incomplete, SessionState::Incomplete, 1, 1, 1));
    let track = track_information(&mut recorder);
    assert_eq!((track.track, track.next_writable, track.last_recorded), (1, Some(Lba(64)), Some(Lba(63))));
    assert_eq!((track.data_mode, track.track_mode, track.blank), (1, 4, false));
}

#[test]
fn track_at_once_track_closed_session_open() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 400);
    assert_eq!(row(&mut recorder), (DiscState::Incomplete, SessionState::Incomplete, 1, 1, 2));
    let next = track_information(&mut recorder);
    assert_eq!((next.track, next.session, next.next_writable), (2, 1, Some(Lba(400 + 2 + 150))));
    let first = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
    assert_eq!((first.start, first.size, first.last_recorded), (Lba(0), 402, Some(Lba(399))));
    assert!(first.reserved && !first.blank && !first.packet && first.next_writable.is_none());
    assert_eq!(recorder.ask(&ReadCapacity10::default()).unwrap().last, Lba(0), "no session is complete");
}

#[test]
fn session_one_closed_multisession() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 400);
    close_session(&mut recorder, MultiSession::Open);
    assert_eq!(row(&mut recorder), (DiscState::Incomplete, SessionState::Empty, 2, 2, 2));
    let next = track_information(&mut recorder);
    assert_eq!((next.track, next.session, next.next_writable), (2, 2, Some(Lba(402 + 11_400))));
    let disc = disc_information(&mut recorder);
    assert_eq!(disc.last_session_lead_in.unwrap().to_lba(), Lba(402 + 6_750));
    assert_eq!(recorder.ask(&ReadCapacity10::default()).unwrap().last, Lba(401), "with run-out");
}

#[test]
fn session_two_closed_multisession() {
    let mut recorder = recorder(MediumKind::CdR80);
    for _ in 0..2 {
        burn_track(&mut recorder, 300);
        close_session(&mut recorder, MultiSession::Open);
    }
    assert_eq!(row(&mut recorder), (DiscState::Incomplete, SessionState::Empty, 3, 3, 3));
    let lead_out = 302 + 11_400 + 302;
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(lead_out + 6_900)));
}

#[test]
fn finalised() {
    for multi_session in [MultiSession::Closed, MultiSession::ClosedWithPointer] {
        let mut recorder = recorder(MediumKind::CdR80);
        burn_track(&mut recorder, 300);
        close_session(&mut recorder, MultiSession::Open);
        burn_track(&mut recorder, 300);
        burn_track(&mut recorder, 300);
        close_session(&mut recorder, multi_session);
        assert_eq!(row(&mut recorder), (DiscState::Complete, SessionState::Complete, 2, 2, 3));
        let disc = disc_information(&mut recorder);
        assert_eq!((disc.last_session_lead_in, disc.last_possible_lead_out), (None, None));
        assert_eq!(codes(recorder.ask(&ReadTrackInformation::invisible()).unwrap_err()), (5, 0x24, 0));
        let refusal = write(&mut recorder, Lba(50_000), 16, 2048).unwrap_err();
        assert_eq!(codes(refusal), (5, 0x30, 5));
    }
}

#[test]
fn power_lost_in_session_at_once() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, session_page(MultiSession::Open));
    send_sheet(&mut recorder, &data_sheet(Lba(0), 1, Lba(30_000))).unwrap();
    write(&mut recorder, Lba(-150), 10_000, 2048).unwrap();
    recorder.power_cycle();
    recorder.wait(Duration::from_secs(10));
    codes(recorder.ask(&TestUnitReady {}).unwrap_err());
    let (disc, session, sessions, ..) = row(&mut recorder);
    assert_eq!((disc, session, sessions), (DiscState::Incomplete, SessionState::Damaged, 1));
    assert_eq!(codes(recorder.ask(&ReadTrackInformation::invisible()).unwrap_err()), (5, 0x24, 0));
    let refusal = write(&mut recorder, Lba(10_000), 16, 2048).unwrap_err();
    assert_eq!(codes(refusal), (5, 0x30, 5));
}

/// A track that lost its power is damaged until CLOSE TRACK mends it; its session goes on then.
#[test]
fn power_lost_in_track_at_once() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, track_page(true));
    write(&mut recorder, Lba(0), 5_000, 2048).unwrap();
    recorder.power_cycle();
    recorder.wait(Duration::from_secs(10));
    codes(recorder.ask(&TestUnitReady {}).unwrap_err());
    assert_eq!(row(&mut recorder), (DiscState::Incomplete, SessionState::Incomplete, 1, 1, 1));
    let track = track_information(&mut recorder);
    assert!(track.damage && track.next_writable.is_none());
    let written = track.size;
    assert!((300..5_000).contains(&written), "{written}");
    recorder.ask(&CloseTrackSession { immed: false, function: CloseFunction::Track, track: 1 }).unwrap();
    let track = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
    assert_eq!((track.damage, track.size), (false, written + 2));
    close_session(&mut recorder, MultiSession::Open);
    assert_eq!(row(&mut recorder), (DiscState::Incomplete, SessionState::Empty, 2, 2, 2));
    assert_eq!(read(&mut recorder, Lba(200), 1).unwrap(), block(Lba(200), 2048));
}

/// Power lost while the lead-in or lead-out is written: closing again completes it.
#[test]
fn power_lost_while_closing() {
    for seconds in [1, 2, 3, 4, 5, 6] {
        let mut recorder = recorder(MediumKind::CdR80);
        burn_track(&mut recorder, 300);
        select(&mut recorder, track_page(true));
        recorder.ask(&CloseTrackSession { immed: true, function: CloseFunction::Session, track: 0 }).unwrap();
        recorder.wait(Duration::from_secs(seconds));
        recorder.power_cycle();
        recorder.wait(Duration::from_secs(10));
        codes(recorder.ask(&TestUnitReady {}).unwrap_err());
        select(&mut recorder, track_page(true));
        patient_close(&mut recorder).unwrap();
        assert_eq!(row(&mut recorder), (DiscState::Incomplete, SessionState::Empty, 2, 2, 2), "{seconds} s");
        assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(302 + 11_400)), "{seconds} s");
    }
}

/// While a session is written as a whole, it is told as incomplete, with the address that is due.
#[test]
fn session_at_once_under_way() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, session_page(MultiSession::Open));
    send_sheet(&mut recorder, &data_sheet(Lba(0), 1, Lba(9_000))).unwrap();
    assert_eq!(row(&mut recorder), (DiscState::Empty, SessionState::Empty, 1, 1, 1));
    write(&mut recorder, Lba(-150), 3_000, 2048).unwrap();
    assert_eq!(row(&mut recorder), (DiscState::Incomplete, SessionState::Incomplete, 1, 1, 1));
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(2_850)));
    write(&mut recorder, Lba(2_850), 6_150, 2048).unwrap();
    sync(&mut recorder);
    assert_eq!(row(&mut recorder), (DiscState::Incomplete, SessionState::Empty, 2, 2, 2));
}
