//! What the drive answers and refuses, command by command.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use core::time::Duration;
use discwright_cd::Lba;
use discwright_drive::{Disc, MediumKind, Personality, Recorder};
use discwright_mmc::SenseSpecific;
use discwright_mmc::command::*;
use discwright_mmc::cue_sheet::{CueEntry, DataForm};
use discwright_mmc::feature::{Feature, Profile, Smart};
use discwright_mmc::mode::*;
use discwright_mmc::response::*;
use discwright_transport::{CommandError, Data, Status, Transport, TransportExt};

/// A first session that ends at `lead_out`, of zeros that the drive makes, so that no data need to move.
fn with_first_session_until(lead_out: Lba) -> Recorder {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, session_page(MultiSession::Open));
    let mut sheet = data_sheet(Lba(0), 1, lead_out);
    if let CueEntry::Position(index_1) = &mut sheet.entries[2] {
        index_1.form = DataForm::MODE_1_GENERATED;
    }
    send_sheet(&mut recorder, &sheet).unwrap();
    write(&mut recorder, Lba(-150), 150, 2048).unwrap();
    let cdb = SynchronizeCache { immed: true, ..SynchronizeCache::default() };
    recorder.ask(&cdb).unwrap();
    patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
    recorder
}

#[test]
fn a_disc_is_filled_to_the_last_block_and_not_beyond() {
    // Lead-out at 359845, two run-out blocks before it, 300 blocks before those.
    let lead_out = Lba(359_845 - 2 - 300 - 11_400);
    let mut recorder = with_first_session_until(lead_out);
    select(&mut recorder, track_page(true));
    let next = track_information(&mut recorder);
    let start = next.next_writable.unwrap();
    assert_eq!((start, next.free_blocks), (lead_out + 11_400, 300));
    assert_eq!(codes(write(&mut recorder, start, 301, 2048).unwrap_err()), (5, 0x63, 0), "after 300 blocks");
    assert_eq!(track_information(&mut recorder).free_blocks, 12);
    write(&mut recorder, start + 288, 12, 2048).unwrap();
    assert_eq!(codes(write(&mut recorder, start + 300, 1, 2048).unwrap_err()), (5, 0x63, 0));
    sync(&mut recorder);
    close_session(&mut recorder, MultiSession::Closed);
    let toc = recorder.ask(&ReadToc { allocation_bytes: 804, ..ReadToc::default() }).unwrap();
    assert_eq!(toc.lead_out().unwrap().start.lba(), Lba(359_845));
    assert_eq!(read(&mut recorder, start + 299, 1).unwrap(), block(start + 299, 2048));
    // With one block less, not even the shortest track fits.
    let mut recorder = with_first_session_until(lead_out + 1);
    select(&mut recorder, track_page(true));
    let next = track_information(&mut recorder);
    assert_eq!(next.free_blocks, 299);
    assert_eq!(codes(write(&mut recorder, start + 1, 1, 2048).unwrap_err()), (5, 0x63, 0));
}

#[test]
fn a_session_at_once_fits_to_the_last_block_and_not_beyond() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, session_page(MultiSession::Closed));
    let refusal = send_sheet(&mut recorder, &data_sheet(Lba(0), 1, Lba(359_846))).unwrap_err();
    assert_eq!(codes(refusal), (5, 0x26, 0));
    send_sheet(&mut recorder, &data_sheet(Lba(0), 1, Lba(359_845))).unwrap();
}

#[test]
fn writes_elsewhere_than_at_the_next_writable_address_are_refused() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, track_page(true));
    for wrong in [1, 150, -150, 359_844] {
        assert_eq!(codes(write(&mut recorder, Lba(wrong), 16, 2048).unwrap_err()), (5, 0x21, 2), "{wrong}");
    }
    write(&mut recorder, Lba(0), 16, 2048).unwrap();
    for wrong in [0, 15, 17] {
        assert_eq!(codes(write(&mut recorder, Lba(wrong), 16, 2048).unwrap_err()), (5, 0x21, 2), "{wrong}");
    }
    write(&mut recorder, Lba(16), 16, 2048).unwrap();
    // FFFFFFFFh means: go on where you are.
    let more = Write10 { start: Lba(-1), sectors: 1, fua: false };
    recorder.send(&more, &block(Lba(32), 2048)).unwrap();
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(33)));
}

#[test]
fn blocks_of_another_size_than_the_page_says_are_refused() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, track_page(true));
    assert_eq!(codes(write(&mut recorder, Lba(0), 13, 2352).unwrap_err()), (5, 0x64, 0));
    let page = WriteParameters { data_block_type: DataBlockType::Mode1, track_mode: 0, ..track_page(false) };
    select(&mut recorder, page);
    assert_eq!(
        codes(write(&mut recorder, Lba(0), 16, 2048).unwrap_err()),
        (5, 0x64, 0),
        "mode 1 in an audio track"
    );
}

#[test]
fn session_at_once_keeps_to_its_sheet() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, session_page(MultiSession::Closed));
    assert_eq!(codes(write(&mut recorder, Lba(-150), 16, 2048).unwrap_err()), (5, 0x2C, 0), "no sheet yet");
    send_sheet(&mut recorder, &data_sheet(Lba(0), 1, Lba(500))).unwrap();
    assert_eq!(codes(write(&mut recorder, Lba(0), 16, 2048).unwrap_err()), (5, 0x21, 2));
    write(&mut recorder, Lba(-150), 300, 2048).unwrap();
    assert_eq!(codes(write(&mut recorder, Lba(151), 16, 2048).unwrap_err()), (5, 0x21, 2));
    assert_eq!(codes(patient_close(&mut recorder).unwrap_err()), (5, 0x72, 3), "the session is not full");
    write(&mut recorder, Lba(150), 350, 2048).unwrap();
    assert_eq!(codes(write(&mut recorder, Lba(500), 1, 2048).unwrap_err()), (5, 0x21, 2));
    sync(&mut recorder);
    assert_eq!(disc_information(&mut recorder).disc, DiscState::Complete);
    assert_eq!(read(&mut recorder, Lba(499), 1).unwrap(), block(Lba(499), 2048));
    assert_eq!(codes(read(&mut recorder, Lba(500), 1).unwrap_err()), (5, 0x21, 0));
}

#[test]
fn sheets_that_make_no_sense_are_refused_with_their_byte() {
    let good = data_sheet(Lba(0), 1, Lba(500)).encode();
    let refuse = |at: usize, byte: u8, expected: u16| {
        let mut recorder = recorder(MediumKind::CdR80);
        select(&mut recorder, session_page(MultiSession::Closed));
        let mut sheet = good.clone();
        sheet[at] = byte;
        let command = SendCueSheet { sheet_bytes: u32::try_from(sheet.len()).unwrap() };
        let Err(CommandError::Drive { sense, .. }) = recorder.send(&command, &sheet) else {
            panic!("{at} accepted")
        };
        assert_eq!(sense_codes(&sense), (5, 0x26, 0), "{at}");
        let Some(SenseSpecific::Field(pointer)) = sense.specific else { panic!("{at}: no pointer") };
        assert_eq!((pointer.in_cdb, pointer.byte), (false, expected), "{at}");
    };
    refuse(1, 1, 1); // no lead-in
    refuse(9, 2, 9); // track 2 first
    refuse(10, 3, 9); // index 3 first
    refuse(11, 0x3F, 11); // unknown form
    refuse(15, 3, 13); // pregap elsewhere
    refuse(22, 99, 21); // 00:63:00 is no time
    refuse(25, 5, 25); // no lead-out
}

#[test]
fn a_test_write_takes_time_and_leaves_nothing() {
    let mut recorder = recorder(MediumKind::CdR80);
    let page = WriteParameters { test_write: true, ..track_page(true) };
    select(&mut recorder, page.clone());
    let before = recorder.now();
    write(&mut recorder, Lba(0), 20_000, 2048).unwrap();
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(20_000)));
    sync(&mut recorder);
    let took = recorder.now().since(before);
    assert!(took > Duration::from_secs(4), "{took:?} for 20000 sectors at 52x");
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(0)), "as if nothing had been");
    patient_close(&mut recorder).unwrap();
    assert_eq!(disc_information(&mut recorder).disc, DiscState::Empty);
    assert_eq!(recorder.disc().unwrap().medium().extents().count(), 0);
    // Session-at-once likewise.
    select(&mut recorder, WriteParameters { test_write: true, ..session_page(MultiSession::Closed) });
    send_sheet(&mut recorder, &data_sheet(Lba(0), 1, Lba(600))).unwrap();
    write(&mut recorder, Lba(-150), 750, 2048).unwrap();
    sync(&mut recorder);
    assert_eq!(recorder.disc().unwrap().medium().extents().count(), 0);
}

#[test]
fn short_tracks_are_padded_and_run_out_is_unreadable() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 10);
    close_session(&mut recorder, MultiSession::Closed);
    assert_eq!(recorder.ask(&ReadCapacity10::default()).unwrap().last, Lba(301));
    assert_eq!(read(&mut recorder, Lba(299), 1).unwrap(), vec![0; 2048], "padding");
    for run_out in [300, 301] {
        assert_eq!(codes(read(&mut recorder, Lba(run_out), 1).unwrap_err()), (5, 0x64, 0));
    }
    assert_eq!(codes(read(&mut recorder, Lba(302), 1).unwrap_err()), (5, 0x21, 0));
    // What came before the bad block is delivered, with the address of the bad one.
    let mut buffer = vec![0; 2048 * 4];
    let (status, moved) = raw(&mut recorder, &[0x28, 0, 0, 0, 1, 0x2A, 0, 0, 4, 0], Data::In(&mut buffer));
    let Status::CheckCondition(sense) = status else { panic!("{status:?}") };
    assert_eq!((sense.information, moved), (Some(300), 2048 * 2));
}

#[test]
fn gaps_between_sessions_hold_no_user_data() {
    let mut recorder = recorder(MediumKind::CdR80);
    for _ in 0..2 {
        burn_track(&mut recorder, 300);
        close_session(&mut recorder, MultiSession::Open);
    }
    let second = 302 + 11_400;
    for (at, what) in
        [(302, "lead-out"), (302 + 6_750, "lead-in"), (second - 100, "pregap"), (second - 1, "run-in")]
    {
        assert_eq!(codes(read(&mut recorder, Lba(at), 1).unwrap_err()), (5, 0x64, 0), "{what}");
    }
    assert!(read(&mut recorder, Lba(second), 1).is_ok());
}

#[test]
fn read_cd_gives_whole_sectors_that_others_can_check() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 300);
    close_session(&mut recorder, MultiSession::Closed);
    let sector = recorder.ask(&ReadCd::raw(Lba(16), 1)).unwrap();
    let sector: [u8; 2352] = sector.try_into().unwrap();
    let report = discwright_cd::sector::check(&sector);
    assert!(report.is_intact(), "{report:?}");
    assert_eq!(sector[12..16], [0x00, 0x02, 0x16, 0x01], "00:02:16, mode 1");
    assert_eq!(sector[16..2064], block(Lba(16), 2048));
    // Parts that do not lie together.
    let torn = ReadCd { sync: true, headers: HeaderSelection::None, ..ReadCd::raw(Lba(16), 1) };
    assert_eq!(codes(recorder.ask(&torn).unwrap_err()), (5, 0x24, 0));
    let audio = ReadCd { expected: ExpectedSector::Audio, ..ReadCd::raw(Lba(16), 1) };
    assert_eq!(codes(recorder.ask(&audio).unwrap_err()), (5, 0x64, 0));
    let q = ReadCd { subchannel: SubchannelSelection::Q, ..ReadCd::raw(Lba(16), 1) };
    let q = recorder.ask(&q).unwrap();
    assert_eq!(
        q[2352..2362],
        [0x41, 1, 1, 0, 0, 0x16, 0, 0, 2, 0x16],
        "track 1, index 1, 00:00:16, 00:02:16"
    );
}

#[test]
fn audio_is_written_and_read_as_it_came() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, track_page(false));
    write(&mut recorder, Lba(0), 400, 2352).unwrap();
    sync(&mut recorder);
    patient_close(&mut recorder).unwrap();
    let read_cd = ReadCd { expected: ExpectedSector::Audio, ..ReadCd::raw(Lba(123), 2) };
    let sound = recorder.ask(&read_cd).unwrap();
    assert_eq!(sound, [block(Lba(123), 2352), block(Lba(124), 2352)].concat());
    assert_eq!(codes(read(&mut recorder, Lba(123), 1).unwrap_err()), (5, 0x64, 0));
    let track = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
    assert_eq!((track.track_mode, track.data_mode), (0, 0xF));
}

#[test]
fn the_features_of_a_recorder_follow_the_disc() {
    let profile = |recorder: &mut Recorder| {
        let all = GetConfiguration { allocation_bytes: 0xFFFF, ..GetConfiguration::default() };
        recorder.ask(&all).unwrap()
    };
    let mut empty = Recorder::new(Personality::modern());
    let configuration = profile(&mut empty);
    assert_eq!(configuration.current_profile, Profile::None);
    // MMC-3, mandatory features of profile 000Ah, and 0037h of MMC-4; 002Eh is what burners look for.
    for code in [
        0x0000, 0x0001, 0x0002, 0x0003, 0x0010, 0x001D, 0x001E, 0x002D, 0x002E, 0x0037, 0x0100, 0x0105,
        0x0107,
    ] {
        assert!(configuration.feature(code).is_some(), "{code:04X}");
    }
    let codes: Vec<_> = configuration.features.iter().map(|it| it.feature.code()).collect();
    assert!(codes.is_sorted(), "{codes:X?}");
    let mut blank = recorder(MediumKind::CdR80);
    let configuration = profile(&mut blank);
    assert_eq!(configuration.current_profile, Profile::CdR);
    assert!(
        configuration.is_current(0x2D) && configuration.is_current(0x2E) && !configuration.is_current(0x37)
    );
    burn_track(&mut blank, 300);
    close_session(&mut blank, MultiSession::Closed);
    let configuration = profile(&mut blank);
    assert!(!configuration.is_current(0x2D) && configuration.is_current(0x10));
    let mut rewritable = recorder(MediumKind::CdRw80);
    assert_eq!(profile(&mut rewritable).current_profile, Profile::CdRw);
    let one =
        GetConfiguration { requested: RequestedFeatures::One, starting_feature: 0x2D, allocation_bytes: 16 };
    assert_eq!(rewritable.ask(&one).unwrap().features.len(), 1);
}

#[test]
fn the_toc_is_given_in_every_format() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 300);
    close_session(&mut recorder, MultiSession::Open);
    burn_track(&mut recorder, 300);
    let toc = recorder.ask(&ReadToc { allocation_bytes: 804, ..ReadToc::default() }).unwrap();
    let starts: Vec<_> = toc.entries.iter().map(|entry| (entry.track, entry.start.lba().0)).collect();
    assert_eq!(starts, [(1, 0), (0xAA, 302)], "the open session is not in it");
    let lead_out = ReadToc { number: 0xAA, msf: true, allocation_bytes: 12 };
    assert_eq!(recorder.ask(&lead_out).unwrap().entries[0].start.msf().unwrap().to_lba(), Lba(302));
    assert_eq!(
        codes(recorder.ask(&ReadToc { number: 2, allocation_bytes: 12, msf: false }).unwrap_err()),
        (5, 0x24, 0)
    );
    let info = recorder.ask(&ReadSessionInfo { allocation_bytes: 12, ..ReadSessionInfo::default() }).unwrap();
    assert_eq!((info.last_session, info.first_track.unwrap().start.lba()), (1, Lba(0)));
    let pma = recorder.ask(&ReadPma { allocation_bytes: 400, ..ReadPma::default() }).unwrap();
    assert_eq!(pma.entries.iter().map(|entry| entry.point).collect::<Vec<_>>(), [1, 2]);
    patient_close(&mut recorder).unwrap();
    let info = recorder.ask(&ReadSessionInfo { allocation_bytes: 12, ..ReadSessionInfo::default() }).unwrap();
    let track = info.first_track.unwrap();
    assert_eq!((info.last_session, track.track, track.start.lba()), (2, 2, Lba(11_702)));
    let full = recorder.ask(&ReadFullToc { allocation_bytes: 0xFFFF, msf: true, number: 0 }).unwrap();
    assert_eq!(full.entries.len(), 11, "six points, then five");
    assert_eq!(full.lead_out(2), Some(Lba(12_004)));
    assert_eq!(
        codes(recorder.ask(&ReadCdText { allocation_bytes: 4, ..ReadCdText::default() }).unwrap_err()),
        (5, 0x24, 0)
    );
}

#[test]
fn the_buffer_fills_and_drains() {
    let mut recorder = recorder(MediumKind::CdR80);
    recorder.ask(&SetCdSpeed { write_kb_s: 706, read_kb_s: 0xFFFF, ..SetCdSpeed::default() }).unwrap();
    select(&mut recorder, track_page(true));
    let data = vec![0; 32 * 2048];
    let mut at = 0;
    let full = loop {
        let command = Write10 { start: Lba(at), sectors: 32, fua: false };
        match recorder.send(&command, &data) {
            Ok(()) => at += 32,
            Err(error) => break codes(error),
        }
        assert!(at < 2_000, "the buffer never fills");
    };
    assert_eq!(full, (2, 4, 8));
    let capacity = ReadBufferCapacity { blocks: false, allocation_bytes: 12 };
    let BufferCapacity::Bytes { total, free } = recorder.ask(&capacity).unwrap() else { panic!("blocks") };
    assert_eq!(total, 2 << 20);
    assert!(free < 65_536, "{free}");
    // Past the seek and the pregap, a second at 4x drains 300 sectors.
    recorder.wait(Duration::from_secs(1));
    let BufferCapacity::Bytes { free: before, .. } = recorder.ask(&capacity).unwrap() else {
        panic!("blocks")
    };
    recorder.wait(Duration::from_secs(1));
    let BufferCapacity::Bytes { free: after, .. } = recorder.ask(&capacity).unwrap() else {
        panic!("blocks")
    };
    assert!((300..=302).contains(&((after - before) / 2048)), "{before} {after}");
}

#[test]
fn writing_takes_as_long_as_the_speed_says() {
    for (x, kb_s) in [(4_u32, 706), (8, 1_411), (16, 2_822)] {
        let mut recorder = recorder(MediumKind::CdR80);
        recorder.ask(&SetCdSpeed { write_kb_s: kb_s, read_kb_s: 0xFFFF, ..SetCdSpeed::default() }).unwrap();
        let before = recorder.now();
        burn_track(&mut recorder, 15_000);
        let took = recorder.now().since(before).as_secs_f64();
        let nominal = 15_000.0 / f64::from(75 * x);
        assert!(took > nominal && took < nominal * 1.05 + 2.0, "{x}x: {took} s, nominally {nominal} s");
    }
}

#[test]
fn speeds_are_rounded_down_to_what_drive_and_disc_can() {
    let page = |recorder: &mut Recorder| {
        let data = recorder.ask(&ModeSense10::current(0x2A, 256)).unwrap();
        data.capabilities().unwrap().clone()
    };
    let mut fast = recorder(MediumKind::CdR80);
    for (asked, given) in [(0xFFFF, 9_173), (8_448, 8_467), (8_496, 8_467), (3_000, 2_822), (100, 706)] {
        fast.ask(&SetCdSpeed { write_kb_s: asked, read_kb_s: 0xFFFF, ..SetCdSpeed::default() }).unwrap();
        assert_eq!(page(&mut fast).current_write_kb_s, given, "{asked}");
    }
    let mut slow = recorder(MediumKind::CdRw80);
    let capabilities = page(&mut slow);
    assert_eq!(capabilities.max_write_kb_s, 706, "a disc for 1 to 4 times");
    assert_eq!(capabilities.write_speeds().count(), 1);
}

#[test]
fn the_write_parameters_page_keeps_every_byte() {
    let mut recorder = recorder(MediumKind::CdR80);
    let mut list = vec![0; 8 + 52];
    list[8] = 0x05;
    list[9] = 0x32;
    for (index, byte) in list.iter_mut().enumerate().skip(10) {
        *byte = u8::try_from(index).unwrap();
    }
    (list[10], list[11], list[12]) = (0x41, 0xC4, 0x08);
    let mut cdb = [0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0];
    assert_eq!(raw(&mut recorder, &cdb, Data::Out(&list)).0, Status::Good);
    let back = answer(&mut recorder, &[0x5A, 8, 5, 0, 0, 0, 0, 0, 60, 0], 60);
    assert_eq!(back[8..], list[8..]);
    // Saving, bad values, and short lists.
    cdb[1] = 0x11;
    assert_eq!(refused(&mut recorder, &cdb, Data::Out(&list)), (5, 0x39, 0));
    cdb[1] = 0x10;
    list[10] = 0x4F;
    assert_eq!(refused(&mut recorder, &cdb, Data::Out(&list)), (5, 0x26, 0));
    assert_eq!(refused(&mut recorder, &cdb, Data::Out(&list[..30])), (5, 0x1A, 0));
    // A header and a block descriptor alone, as wodim ends with.
    cdb[8] = 16;
    let header = [0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 8, 0];
    assert_eq!(raw(&mut recorder, &cdb, Data::Out(&header)).0, Status::Good);
    assert_eq!(refused(&mut recorder, &[0x5A, 0, 0x30, 0, 0, 0, 0, 0, 8, 0], Data::None), (5, 0x24, 0));
}

#[test]
fn short_allocations_are_honoured() {
    let mut recorder = recorder(MediumKind::CdR80);
    let whole = answer(&mut recorder, &[0x5A, 0, 0x3F, 0, 0, 0, 0, 4, 0, 0], 1024);
    assert_eq!(usize::from(u16::from_be_bytes([whole[0], whole[1]])) + 2, whole.len());
    for length in [0, 2, 8, 10, 12, 30, 56] {
        let cdb = [0x5A, 0, 0x3F, 0, 0, 0, 0, 0, u8::try_from(length).unwrap(), 0];
        assert_eq!(answer(&mut recorder, &cdb, 1024), whole[..length], "{length}");
    }
}

#[test]
fn rewritable_discs_are_blanked_and_others_refuse() {
    for (blank_type, name) in [(BlankType::Minimal, "minimal"), (BlankType::Disc, "all")] {
        let mut recorder = recorder(MediumKind::CdRw80);
        burn_track(&mut recorder, 400);
        close_session(&mut recorder, MultiSession::Closed);
        assert_eq!(disc_information(&mut recorder).disc, DiscState::Complete);
        let before = recorder.now();
        recorder.ask(&Blank { immed: true, blank_type, address: Lba(0) }).unwrap();
        recorder.wait(Duration::from_secs(5));
        let busy = recorder.ask(&TestUnitReady {}).unwrap_err();
        let CommandError::Drive { sense, .. } = busy else { panic!("{busy}") };
        assert_eq!(sense_codes(&sense), (2, 4, 7), "{name}");
        let Some(SenseSpecific::Progress(early)) = sense.specific else { panic!("{name}: no progress") };
        recorder.wait(Duration::from_secs(5));
        let sense = recorder.ask(&RequestSense { descriptor: false, allocation_bytes: 18 });
        assert!(sense.is_ok());
        patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
        let took = recorder.now().since(before).as_secs();
        assert!(early > 0 && took > 10, "{name}: {early} {took}");
        let disc = disc_information(&mut recorder);
        assert_eq!((disc.disc, disc.erasable), (DiscState::Empty, true), "{name}");
        assert_eq!(burn_track(&mut recorder, 300), Lba(0), "{name}");
    }
    let mut dye = recorder(MediumKind::CdR80);
    let blank = Blank { immed: false, blank_type: BlankType::Minimal, address: Lba(0) };
    assert_eq!(codes(dye.ask(&blank).unwrap_err()), (5, 0x30, 5));
}

#[test]
fn the_last_session_of_a_rewritable_disc_can_be_opened_and_erased() {
    let mut recorder = recorder(MediumKind::CdRw80);
    for _ in 0..2 {
        burn_track(&mut recorder, 300);
        close_session(&mut recorder, MultiSession::Open);
    }
    let blank = |blank_type| Blank { immed: true, blank_type, address: Lba(0) };
    recorder.ask(&blank(BlankType::UncloseLastSession)).unwrap();
    patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
    let disc = disc_information(&mut recorder);
    assert_eq!((disc.last_session, disc.sessions), (SessionState::Incomplete, 2));
    assert_eq!(track_information(&mut recorder).track, 3);
    close_session(&mut recorder, MultiSession::Open);
    recorder.ask(&blank(BlankType::EraseSession)).unwrap();
    patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
    let disc = disc_information(&mut recorder);
    assert_eq!((disc.last_session, disc.sessions), (SessionState::Empty, 2));
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(11_702)));
}

#[test]
fn calibrations_are_counted_and_run_out() {
    let mut recorder = recorder(MediumKind::CdR80);
    let opc = SendOpc { do_opc: true, parameter_bytes: 0 };
    let before = recorder.now();
    for _ in 0..100 {
        recorder.ask(&opc).unwrap();
    }
    assert!(recorder.now().since(before) > Duration::from_secs(300));
    assert_eq!(codes(recorder.ask(&opc).unwrap_err()), (3, 0x73, 2));
    assert_eq!(recorder.drive_mut().view().unwrap().calibrations, 100);
}

#[test]
fn a_change_of_disc_is_told_once() {
    let mut recorder = recorder(MediumKind::CdR80);
    let old = recorder.eject().unwrap();
    assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (2, 0x3A, 2), "tray open");
    recorder.load(old).unwrap();
    // These neither tell nor take it.
    recorder.ask(&Inquiry::standard(36)).unwrap();
    let events = recorder.ask(&GetEventStatus::MEDIA).unwrap();
    assert!(matches!(
        events.event,
        Some(Event::Media { event: MediaEvent::MediaRemoval, present: true, .. })
    ));
    let events = recorder.ask(&GetEventStatus::MEDIA).unwrap();
    assert!(matches!(events.event, Some(Event::Media { event: MediaEvent::NewMedia, present: true, .. })));
    assert_eq!(codes(recorder.ask(&ReadDiscInformation::standard(34)).unwrap_err()), (6, 0x28, 0));
    assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (2, 4, 1), "spinning up");
    recorder.wait(Duration::from_secs(6));
    recorder.ask(&TestUnitReady {}).unwrap();
}

#[test]
fn a_locked_tray_stays_in() {
    let mut recorder = recorder(MediumKind::CdR80);
    recorder.ask(&PreventAllow::PREVENT).unwrap();
    assert_eq!(codes(recorder.ask(&StartStopUnit::EJECT).unwrap_err()), (5, 0x53, 2));
    assert!(recorder.eject().is_none());
    let event = recorder.ask(&GetEventStatus::MEDIA).unwrap();
    assert!(matches!(event.event, Some(Event::Media { event: MediaEvent::EjectRequest, .. })));
    recorder.ask(&PreventAllow::ALLOW).unwrap();
    recorder.ask(&PreventAllow::ALLOW).unwrap();
    recorder.ask(&StartStopUnit::EJECT).unwrap();
    assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (2, 0x3A, 2));
    recorder.ask(&StartStopUnit::LOAD).unwrap();
    assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (6, 0x28, 0));
    recorder.ask(&TestUnitReady {}).unwrap();
    recorder.ask(&StartStopUnit::STOP).unwrap();
    recorder.ask(&TestUnitReady {}).unwrap();
}

#[test]
fn unknown_commands_and_bad_fields_are_refused_in_the_right_words() {
    let mut recorder = recorder(MediumKind::CdR80);
    assert_eq!(refused(&mut recorder, &[0xE9; 12], Data::None), (5, 0x20, 0));
    assert_eq!(refused(&mut recorder, &[0x12, 1, 0x7F, 0, 36, 0], Data::None), (5, 0x24, 0));
    assert_eq!(refused(&mut recorder, &[0x43, 0, 9, 0, 0, 0, 0, 0, 4, 0], Data::None), (5, 0x24, 0));
    assert_eq!(
        refused(&mut recorder, &[0x2A, 1, 0, 0, 0, 0, 0, 0, 1, 0], Data::Out(&[0; 2048])),
        (5, 0x24, 0)
    );
}

#[test]
fn a_sense_is_kept_for_a_host_that_asks_for_it() {
    let mut recorder = recorder(MediumKind::CdR80);
    assert_eq!(codes(read(&mut recorder, Lba(5), 1).unwrap_err()), (5, 0x21, 0));
    let sense = recorder.ask(&RequestSense { descriptor: false, allocation_bytes: 18 }).unwrap();
    assert_eq!(sense_codes(&sense), (5, 0x21, 0));
    let sense = recorder.ask(&RequestSense { descriptor: false, allocation_bytes: 18 }).unwrap();
    assert_eq!(sense_codes(&sense), (0, 0, 0));
}

#[test]
fn the_same_commands_give_the_same_disc() {
    let burn = || {
        let mut recorder = recorder(MediumKind::CdR80);
        burn_track(&mut recorder, 500);
        close_session(&mut recorder, MultiSession::Open);
        (recorder.now(), recorder.into_disc().unwrap())
    };
    let ((first_time, first), (second_time, second)) = (burn(), burn());
    assert_eq!(first_time, second_time);
    assert_eq!(first.medium(), second.medium());
}

#[test]
fn a_recorder_without_a_disc_says_so() {
    let mut recorder = Recorder::new(Personality::modern());
    codes(recorder.ask(&TestUnitReady {}).unwrap_err());
    assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (2, 0x3A, 1));
    recorder.ask(&ModeSense10::current(0x2A, 64)).unwrap();
    recorder.load(Disc::blank(MediumKind::CdR74)).unwrap();
    assert!(recorder.load(Disc::blank(MediumKind::CdR74)).is_err(), "one at a time");
}

/// Which mode pages a drive has is its own affair: what HDAT2 listed of an HL-DT-ST GSA-4040B (and 07h), and table 23 of
/// Pioneer's R8 manual. Nobody has the control page, and Mount Rainier is not among the features.
#[test]
fn drives_differ_in_their_mode_pages() {
    let first = [0x01, 0x05, 0x07, 0x08, 0x0D, 0x0E, 0x1A, 0x1D, 0x2A].as_slice();
    let modern = [0x01, 0x05, 0x07, 0x08, 0x0D, 0x0E, 0x1A, 0x1C, 0x1D, 0x2A].as_slice();
    let pioneer = [0x01, 0x05, 0x08, 0x0E, 0x1A, 0x1D, 0x2A].as_slice();
    for (name, personality) in Personality::all() {
        let wanted = match name {
            "first-rewriters" => first,
            "ready-while-closing" => pioneer,
            _ => modern,
        };
        let mut recorder = Recorder::new(personality);
        drop(recorder.ask(&TestUnitReady {}));
        for control in [PageControl::Current, PageControl::Changeable, PageControl::Default] {
            let sense =
                ModeSense10 { control, page: 0x3F, allocation_bytes: 1_024, ..ModeSense10::default() };
            let told = recorder.ask(&sense).unwrap();
            let codes: Vec<_> = told.pages.iter().map(|entry| entry.page.code()).collect();
            assert_eq!(codes, wanted, "{name} {control:?}");
        }
        for absent in (0..0x3F).filter(|code| !wanted.contains(code)) {
            let refusal = recorder.ask(&ModeSense10::current(absent, 64)).unwrap_err();
            assert_eq!(codes(refusal), (5, 0x24, 0), "{name} {absent:02X}h");
            let page = RawPage { code: absent, subpage: None, data: vec![0; 10] };
            let list = [&[0; 8], ModePage::Raw(page).encode().as_slice()].concat();
            let refusal = recorder.send(&ModeSelect10::of(20), &list).unwrap_err();
            assert_eq!(codes(refusal), (5, 0x26, 0), "{name} {absent:02X}h");
        }
        let configuration = GetConfiguration { allocation_bytes: 1_024, ..GetConfiguration::default() };
        let features = recorder.ask(&configuration).unwrap().features;
        let smart = features.iter().any(|it| it.feature == Feature::Smart(Smart { page: true }));
        assert_eq!(smart, wanted.contains(&0x1C), "{name}");
    }
    // What is never predicted is not reported as a test either.
    let mut recorder = Recorder::new(Personality::modern());
    drop(recorder.ask(&TestUnitReady {}));
    for (test, accepted) in [(false, true), (true, false)] {
        let page = InformationalExceptions { test, method: 4, ..InformationalExceptions::default() };
        let list = ModeData10::of(page).encode_parameters();
        let result = recorder.send(&ModeSelect10::of(20), &list);
        assert_eq!(result.is_ok(), accepted, "{test}");
    }
}
