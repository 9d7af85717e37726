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

/// Recovers a disc whose format was cut off.
#[derive(Clone, Copy, Debug)]
enum Recovery {
    Blank,
    Format,
    Close,
}

fn start_format(recorder: &mut Recorder, format_type: FormatType) -> Duration {
    select(recorder, packet_page(32));
    let command = FormatUnit { format_data: true, complete_list: false, format_code: 1 };
    recorder.send(&command, &list(format_type, u32::MAX).encode()).unwrap();
    let now = recorder.now();
    recorder.drive().busy_until(now).unwrap().since(now)
}

/// What is asked of a disc whose format was cut off in its only track, from the first sector of its pregap to the last of
/// its lead-out: 3/31/00 to every read and write (SPC-3, medium format corrupted), a damaged track that is no reservation,
/// and no invisible track behind it.
fn is_told_as_corrupted(recorder: &mut Recorder, place: &str) {
    const CORRUPTED: (u8, u8, u8) = (3, 0x31, 0);
    for at in [0, 64, 200_000] {
        assert_eq!(read(recorder, Lba(at), 1).map(drop).map_err(codes), Err(CORRUPTED), "{place}");
        let mut raw = vec![0; 2352];
        let refusal = recorder.fetch(&ReadCd::raw(Lba(at), 1), &mut raw).unwrap_err();
        assert_eq!(codes(refusal), CORRUPTED, "{place}");
        let verify = Verify10 { start: Lba(at), sectors: 1, ..Verify10::default() };
        assert_eq!(codes(recorder.ask(&verify).unwrap_err()), CORRUPTED, "{place}");
        for page in [packet_page(32), track_page(true)] {
            select(recorder, page);
            assert_eq!(codes(write(recorder, Lba(at), 32, 2048).unwrap_err()), CORRUPTED, "{place}");
        }
    }
    let reserve = ReserveTrack { by_address: false, size: 400 };
    assert_eq!(codes(recorder.ask(&reserve).unwrap_err()), CORRUPTED, "{place}");
    let told = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
    assert!(told.damage && !told.blank, "{place}: {told:?}");
    assert_eq!((told.next_writable, told.free_blocks), (None, 0), "{place}: {told:?}");
    let disc = disc_information(recorder);
    assert_eq!((disc.sessions, disc.last_track_in_last_session), (1, 1), "{place}: {disc:?}");
    match disc.last_session {
        // The track was never ended: it is what track FFh is.
        SessionState::Incomplete => {
            let last = recorder.ask(&ReadTrackInformation::track(ReadTrackInformation::INVISIBLE));
            assert_eq!(last.unwrap(), told, "{place}");
            assert!(!told.reserved, "{place}: {told:?}");
        }
        SessionState::Damaged => {
            let last = recorder.ask(&ReadTrackInformation::track(ReadTrackInformation::INVISIBLE));
            assert_eq!(codes(last.unwrap_err()), (5, 0x24, 0), "{place}");
        }
        other => panic!("{place}: {other:?}"),
    }
    let capacities = ReadFormatCapacities { allocation_bytes: 252 };
    assert_eq!(recorder.ask(&capacities).unwrap().state, CapacityState::Unformatted, "{place}");
}

#[test]
fn a_format_cut_off_is_corrupted_until_formatted_again_or_blanked_or_closed() {
    let disc = recorded().into_disc().unwrap();
    // The pregap and the first packet are the first thousandth of the work, the lead-in and lead-out the last twentieth.
    let early = (1..12).map(|part| part * 100);
    let late = (0..8).map(|part| 940_000 + part * 8_000);
    let mut states = Vec::new();
    for (index, moment) in early.chain([30_000, 300_000, 900_000]).chain(late).enumerate() {
        let recovery = [Recovery::Blank, Recovery::Format, Recovery::Close][index % 3];
        let place = format!("{moment} millionths, {recovery:?}");
        let mut recorder = with(disc.copy_in_memory());
        let all = start_format(&mut recorder, FormatType::CdRwFull);
        recorder.wait(all * moment / 1_000_000);
        power(&mut recorder);
        let told = disc_information(&mut recorder);
        states.push(told.last_session);
        if told.disc == DiscState::Complete {
            // Before the first pregap is begun, the disc is as it was.
            assert_eq!(read(&mut recorder, Lba(9), 1).unwrap(), block(Lba(9), 2048), "{place}");
            continue;
        }
        if told.disc == DiscState::Empty {
            // Between the erasure of PMA and lead-in and the first sector, it is blank.
            assert_eq!(burn_track(&mut recorder, 300), Lba(0), "{place}");
            continue;
        }
        is_told_as_corrupted(&mut recorder, &place);
        match recovery {
            Recovery::Blank => {
                let all = start_blanking(&mut recorder, BlankType::Minimal);
                recorder.wait(all);
                burn_track(&mut recorder, 400);
                close_session(&mut recorder, MultiSession::Closed);
            }
            Recovery::Format => {
                select(&mut recorder, packet_page(32));
                try_format(&mut recorder, 1, &list(FormatType::CdRwFull, 6_400)).unwrap();
            }
            Recovery::Close => close_session(&mut recorder, MultiSession::Closed),
        }
        let told = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
        assert!(!told.damage, "{place}: {told:?}");
        assert_eq!(disc_information(&mut recorder).disc, DiscState::Complete, "{place}");
        read(&mut recorder, Lba(255), 1).unwrap();
    }
    let count = |state| states.iter().filter(|it| **it == state).count();
    assert!(count(SessionState::Complete) < 6, "{states:?}");
    assert!(count(SessionState::Incomplete) > 8 && count(SessionState::Damaged) > 2, "{states:?}");
}

/// A session added by formatting, and cut off, keeps nobody from reading the one before; with the session it goes.
#[test]
fn a_cut_format_of_another_session_leaves_the_first() {
    let mut recorder = recorder(MediumKind::CdRw80);
    burn_track(&mut recorder, 400);
    close_session(&mut recorder, MultiSession::Open);
    let next = track_information(&mut recorder).start;
    let all = start_format(&mut recorder, FormatType::CdRwAdd);
    recorder.wait(all / 3);
    power(&mut recorder);
    assert_eq!(read(&mut recorder, Lba(399), 1).unwrap(), block(Lba(399), 2048));
    assert_eq!(codes(read(&mut recorder, next, 1).unwrap_err()), (3, 0x31, 0));
    assert_eq!(codes(read(&mut recorder, next + 90_000, 1).unwrap_err()), (3, 0x31, 0));
    let all = start_blanking(&mut recorder, BlankType::EraseSession);
    recorder.wait(all);
    assert_eq!(track_information(&mut recorder).start, next);
    assert_eq!(burn_track(&mut recorder, 300), next);
    close_session(&mut recorder, MultiSession::Open);
    assert_eq!(read(&mut recorder, next + 299, 1).unwrap(), block(next + 299, 2048));
    assert_eq!(read(&mut recorder, Lba(399), 1).unwrap(), block(Lba(399), 2048));
}

/// A formatted disc that was to grow, and was cut off, gives what was written on it, empty first packet or not.
#[test]
fn growing_that_was_cut_off_loses_nothing() {
    for first in [0, 320] {
        let mut recorder = recorder(MediumKind::CdRw80);
        select(&mut recorder, WriteParameters { multi_session: MultiSession::Open, ..packet_page(32) });
        try_format(&mut recorder, 1, &list(FormatType::CdRwFull, 6_400)).unwrap();
        write(&mut recorder, Lba(first), 64, 2048).unwrap();
        sync(&mut recorder);
        let all = start_format(&mut recorder, FormatType::CdRwGrow);
        recorder.wait(all / 3);
        power(&mut recorder);
        assert_eq!(read(&mut recorder, Lba(first + 63), 1).unwrap(), block(Lba(first + 63), 2048), "{first}");
        let close = CloseTrackSession { immed: true, function: CloseFunction::Track, track: 1 };
        recorder.ask(&close).unwrap();
        patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
        close_session(&mut recorder, MultiSession::Closed);
        let told = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
        assert!(told.size > 200_000 && !told.damage, "{told:?}");
        assert_eq!(read(&mut recorder, Lba(first + 63), 1).unwrap(), block(Lba(first + 63), 2048), "{first}");
    }
}

fn event(recorder: &mut Recorder) -> MediaEvent {
    let command = GetEventStatus { polled: true, classes: EventClass::Media.mask(), allocation_bytes: 8 };
    match recorder.ask(&command).unwrap().event {
        Some(Event::Media { event, present: true, door_open: false, .. }) => event,
        other => panic!("{other:?}"),
    }
}
