//! Power cut, and the eject button pressed, while the drive blanks or formats in the background.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use core::time::Duration;
use discwright_cd::Lba;
use discwright_drive::{MediumKind, Recorder};
use discwright_mmc::command::*;
use discwright_mmc::mode::{MultiSession, WriteParameters};
use discwright_mmc::response::*;
use discwright_transport::{Transport, TransportExt};

/// Sectors of the track that is blanked.
const SECTORS: u32 = 3_000;
const PREGAP: i32 = 150;

fn recorded() -> Recorder {
    let mut recorder = recorder(MediumKind::CdRw80);
    burn_track(&mut recorder, SECTORS);
    close_session(&mut recorder, MultiSession::Closed);
    recorder
}

fn start_blanking(recorder: &mut Recorder, blank_type: BlankType) -> Duration {
    recorder.ask(&Blank { immed: true, blank_type, address: Lba(0) }).unwrap();
    let now = recorder.now();
    recorder.drive().busy_until(now).unwrap().since(now)
}

fn power(recorder: &mut Recorder) {
    recorder.power_cycle();
    recorder.wait(Duration::from_secs(20));
    drop(recorder.ask(&TestUnitReady {}));
    recorder.ask(&TestUnitReady {}).unwrap();
}

/// The lead-in is erased first, then the PMA, then everything outwards from the first pregap; a cut leaves the rest.
#[test]
fn power_lost_while_blanking_leaves_what_was_not_yet_erased() {
    let kind = MediumKind::CdRw80;
    let lead_in = kind.lead_in_start();
    let pma = lead_in - 1_000;
    for blank_type in [BlankType::Minimal, BlankType::Disc] {
        let (mut listed_by_lead_in, mut listed_by_pma, mut blank) = (0, 0, 0);
        let disc = recorded().into_disc().unwrap();
        let before = disc.medium();
        for part in 1..40 {
            let mut recorder = with(disc.copy_in_memory());
            let all = start_blanking(&mut recorder, blank_type);
            // The areas in front of the program area take little of a full blank: half of the cuts go there.
            let at = match blank_type {
                _ if part == 39 => all * 995 / 1_000,
                BlankType::Disc if part < 30 => all * part / 300,
                BlankType::Disc => all * (part - 26) / 30,
                _ => all * part / 40,
            };
            recorder.wait(at);
            power(&mut recorder);
            let medium = recorder.disc().unwrap().medium().clone();
            let place = format!("{blank_type:?}, part {part}");
            let order = (lead_in.0..-PREGAP).chain(pma.0..lead_in.0).chain(-PREGAP..SECTORS.cast_signed());
            let marked = order.filter(|at| before.extent_at(Lba(*at)).is_some());
            let kept: Vec<bool> = marked.map(|at| medium.extent_at(Lba(at)).is_some()).collect();
            assert!(!kept[0], "{place}: something is gone");
            assert!(kept.is_sorted(), "{place}: what is left comes behind what is gone");
            if blank_type == BlankType::Minimal {
                assert!(medium.extent_at(Lba(0)).is_some(), "{place}");
            }

            let told = disc_information(&mut recorder);
            if medium.extent_at(Lba(-PREGAP - 1)).is_some() {
                listed_by_lead_in += 1;
                assert_eq!(told.last_session, SessionState::Damaged, "{place}: {told:?}");
            } else if medium.erasures() == before.erasures() {
                // Without an item in the PMA the track looks like one that was never ended.
                listed_by_pma += 1;
                assert_eq!(told.last_session, SessionState::Incomplete, "{place}: {told:?}");
            } else {
                blank += 1;
                assert_eq!(told.disc, DiscState::Empty, "{place}: {told:?}");
            }
            if medium.extent_at(Lba(-PREGAP - 1)).is_some() {
                assert_eq!(read(&mut recorder, Lba(9), 1).unwrap(), block(Lba(9), 2048), "{place}");
            }

            let all = start_blanking(&mut recorder, blank_type);
            recorder.wait(all);
            recorder.ask(&TestUnitReady {}).unwrap();
            assert_eq!(disc_information(&mut recorder).disc, DiscState::Empty, "{place}");
            burn_track(&mut recorder, 400);
            close_session(&mut recorder, MultiSession::Closed);
            assert_eq!(disc_information(&mut recorder).disc, DiscState::Complete, "{place}");
            assert_eq!(read(&mut recorder, Lba(399), 1).unwrap(), block(Lba(399), 2048), "{place}");
        }
        assert!(
            listed_by_lead_in > 0 && listed_by_pma > 0 && blank > 0,
            "{blank_type:?}: {listed_by_lead_in} {listed_by_pma} {blank}"
        );
    }
}

#[test]
fn the_eject_button_waits_while_the_drive_blanks() {
    let mut recorder = recorded();
    while event(&mut recorder) != MediaEvent::NoChange {}
    let all = start_blanking(&mut recorder, BlankType::Minimal);
    recorder.wait(all / 2);
    assert!(recorder.eject().is_none());
    assert_eq!(event(&mut recorder), MediaEvent::EjectRequest);
    assert_eq!(event(&mut recorder), MediaEvent::NoChange, "told once");
    assert!(recorder.disc().is_some());
    recorder.wait(all);
    recorder.ask(&TestUnitReady {}).unwrap();
    assert_eq!(disc_information(&mut recorder).disc, DiscState::Empty, "the blanking went on");
    assert!(recorder.eject().is_some());
}

/// Neither the button nor a host gets the disc out while its session is closed, and closing goes on.
#[test]
fn the_tray_stays_in_while_the_drive_closes() {
    for kind in [MediumKind::CdR80, MediumKind::CdRw80] {
        let mut recorder = recorder(kind);
        while event(&mut recorder) != MediaEvent::NoChange {}
        burn_track(&mut recorder, 400);
        select(&mut recorder, WriteParameters { multi_session: MultiSession::Open, ..track_page(true) });
        let close = CloseTrackSession { immed: true, function: CloseFunction::Session, track: 0 };
        recorder.ask(&close).unwrap();
        let now = recorder.now();
        let all = recorder.drive().busy_until(now).unwrap().since(now);
        for part in 1..5 {
            recorder.wait(all / 6);
            assert!(recorder.eject().is_none(), "{kind} {part}");
            assert_eq!(event(&mut recorder), MediaEvent::EjectRequest, "{kind} {part}");
            assert_eq!(event(&mut recorder), MediaEvent::NoChange, "{kind} {part}: told once");
            for immed in [false, true] {
                let eject = StartStopUnit { immed, load_eject: true, ..StartStopUnit::default() };
                let (key, asc, _) = codes(recorder.ask(&eject).unwrap_err());
                assert_eq!((key, asc), (2, 4), "{kind} {part}");
            }
            assert!(recorder.disc().is_some());
        }
        recorder.wait(all);
        let told = disc_information(&mut recorder);
        assert_eq!((told.sessions, told.last_session), (2, SessionState::Empty), "{kind}");
        assert_eq!(read(&mut recorder, Lba(399), 1).unwrap(), block(Lba(399), 2048), "{kind}");
        recorder.ask(&StartStopUnit { load_eject: true, ..StartStopUnit::default() }).unwrap();
        assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (2, 0x3A, 2), "{kind}");
    }
}

/// A format that was cut off is told of as damaged, and nothing can be written behind a track that fills the disc.
#[test]
fn a_format_cut_off_is_damaged_until_formatted_again_or_blanked() {
    for (part, by_blanking) in [(30, true), (30, false), (97, true), (97, false)] {
        let mut recorder = recorder(MediumKind::CdRw80);
        select(&mut recorder, packet_page(32));
        let command = FormatUnit { format_data: true, complete_list: false, format_code: 1 };
        let parameters = list(FormatType::CdRwFull, u32::MAX).encode();
        recorder.send(&command, &parameters).unwrap();
        let now = recorder.now();
        let all = recorder.drive().busy_until(now).unwrap().since(now);
        recorder.wait(all * part / 100);
        power(&mut recorder);
        let told = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
        assert!(told.damage && told.next_writable.is_none() && told.free_blocks == 0, "{part}: {told:?}");
        // Cut at the lead-in, there is a session, and it is damaged: no track may follow.
        let last_session = disc_information(&mut recorder).last_session;
        let invisible = recorder.ask(&ReadTrackInformation::track(ReadTrackInformation::INVISIBLE));
        if part == 30 {
            assert_eq!(last_session, SessionState::Incomplete);
            let next = invisible.unwrap();
            assert_eq!((next.next_writable, next.free_blocks), (None, 0), "{part}: {next:?}");
        } else {
            assert_eq!(last_session, SessionState::Damaged);
            assert_eq!(codes(invisible.unwrap_err()), (5, 0x24, 0));
        }
        if by_blanking {
            start_blanking(&mut recorder, BlankType::Minimal);
            patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
            burn_track(&mut recorder, 400);
            close_session(&mut recorder, MultiSession::Closed);
        } else {
            select(&mut recorder, packet_page(32));
            try_format(&mut recorder, 1, &list(FormatType::CdRwFull, 6_400)).unwrap();
        }
        let told = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
        assert!(!told.damage, "{part}: {told:?}");
        assert_eq!(disc_information(&mut recorder).disc, DiscState::Complete, "{part}");
    }
}

fn event(recorder: &mut Recorder) -> MediaEvent {
    let command = GetEventStatus { polled: true, classes: EventClass::Media.mask(), allocation_bytes: 8 };
    match recorder.ask(&command).unwrap().event {
        Some(Event::Media { event, present: true, door_open: false, .. }) => event,
        other => panic!("{other:?}"),
    }
}
