//! The emulator checklist of `spec/burners.md` 2.11: a test for each line, by its number.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use core::time::Duration;
use discwright_cd::subchannel::{Content, Position, Q, Subchannels, Track};
use discwright_cd::{Control, Lba, Msf, cd_text, sector, toc};
use discwright_drive::{Disc, MediumKind, Personality, Recorder};
use discwright_mmc::Sense;
use discwright_mmc::command::*;
use discwright_mmc::cue_sheet::{CueEntry, CuePosition, CueSheet, DataForm, LEAD_OUT_TRACK};
use discwright_mmc::mode::*;
use discwright_mmc::response::*;
use discwright_transport::{CommandError, Data, Status, Transport, TransportExt};

#[test]
fn e1_allocation_lengths_residuals_and_fixed_sense() {
    let mut recorder = recorder(MediumKind::CdR80);
    for (cdb, whole) in [([0x51, 0, 0, 0, 0, 0, 0, 0, 0, 0], 34), ([0x52, 1, 0, 0, 0, 0xFF, 0, 0, 0, 0], 48)]
    {
        for length in [0_u8, 2, 8, 20, 34, 200] {
            let mut cdb = cdb;
            cdb[8] = length;
            let got = answer(&mut recorder, &cdb, 256);
            assert_eq!(got.len(), usize::from(length).min(whole), "{cdb:02X?}");
        }
    }
    refused(&mut recorder, &[0xE9; 12], Data::None);
    let sense = answer(&mut recorder, &[3, 0, 0, 0, 255, 0], 255);
    assert_eq!((sense.len(), sense[0] & 0x7F, sense[7], sense[2], sense[12]), (18, 0x70, 10, 5, 0x20));
    let deferred = Sense { deferred: true, ..Sense::new(discwright_mmc::SenseKey::MediumError, 0x0C, 9) };
    assert_eq!(deferred.encode_fixed()[0] & 0x7F, 0x71);
}

#[test]
fn e2_lengths_of_cdbs_and_the_four_refusals() {
    let mut recorder = recorder(MediumKind::CdR80);
    let six = answer(&mut recorder, &[0x1A, 0, 0x2A, 0, 255, 0], 255);
    let ten = answer(&mut recorder, &[0x5A, 0, 0x2A, 0, 0, 0, 0, 0, 255, 0], 255);
    assert_eq!(six[4..], ten[8..], "the page is the same behind either header");
    assert_eq!(refused(&mut recorder, &[0xD8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Data::None), (5, 0x20, 0));
    assert_eq!(refused(&mut recorder, &[0x51, 7, 0, 0, 0, 0, 0, 0, 8, 0], Data::None), (5, 0x24, 0));
    let bad = [0, 0, 0, 0, 0, 0, 0, 0, 0x3B, 2, 0, 0];
    assert_eq!(refused(&mut recorder, &[0x55, 0x10, 0, 0, 0, 0, 0, 0, 12, 0], Data::Out(&bad)), (5, 0x26, 0));
    assert_eq!(refused(&mut recorder, &[0x55, 0x11, 0, 0, 0, 0, 0, 0, 12, 0], Data::Out(&bad)), (5, 0x39, 0));
}

#[test]
fn e3_inquiry() {
    let mut recorder = recorder(MediumKind::CdR80);
    for length in [36, 44] {
        let data = answer(&mut recorder, &[0x12, 0, 0, 0, length, 0], 64);
        assert_eq!((data.len(), data[0], data[1]), (36, 5, 0x80));
        assert!(data[8..36].iter().all(|byte| (0x20..0x7F).contains(byte)));
    }
    let serial = answer(&mut recorder, &[0x12, 1, 0x80, 0, 255, 0], 255);
    assert_eq!(serial[1], 0x80);
}

#[test]
fn e4_unit_attention_once_and_not_to_everybody() {
    let mut recorder = Recorder::with_disc(Disc::blank(MediumKind::CdR80));
    recorder.ask(&Inquiry::standard(36)).unwrap();
    recorder.ask(&GetEventStatus::MEDIA).unwrap();
    recorder.ask(&GetConfiguration { allocation_bytes: 8, ..GetConfiguration::default() }).unwrap();
    // Not only to TEST UNIT READY.
    assert_eq!(codes(recorder.ask(&ReadDiscInformation::standard(34)).unwrap_err()), (6, 0x29, 0));
    recorder.ask(&ReadDiscInformation::standard(34)).unwrap();
    recorder.swap(Disc::blank(MediumKind::CdRw80)).unwrap();
    assert_eq!(codes(recorder.ask(&ModeSense10::current(5, 60)).unwrap_err()), (6, 0x28, 0));
    recorder.ask(&ModeSense10::current(5, 60)).unwrap();
    // REQUEST SENSE takes it.
    recorder.power_cycle();
    let sense = recorder.ask(&RequestSense { descriptor: false, allocation_bytes: 18 }).unwrap();
    assert_eq!(sense_codes(&sense), (6, 0x29, 0));
    recorder.wait(Duration::from_secs(10));
    recorder.ask(&TestUnitReady {}).unwrap();
}

#[test]
fn e5_start_stop_and_the_tray() {
    let mut recorder = recorder(MediumKind::CdR80);
    recorder.ask(&StartStopUnit::LOAD).unwrap();
    recorder.ask(&StartStopUnit { immed: true, ..StartStopUnit::STOP }).unwrap();
    recorder.ask(&StartStopUnit::START).unwrap();
    recorder.ask(&TestUnitReady {}).unwrap();
    recorder.ask(&PreventAllow::PREVENT).unwrap();
    assert_eq!(codes(recorder.ask(&StartStopUnit::EJECT).unwrap_err()), (5, 0x53, 2));
    recorder.ask(&PreventAllow::ALLOW).unwrap();
    let before = recorder.now();
    recorder.ask(&StartStopUnit { immed: true, ..StartStopUnit::EJECT }).unwrap();
    assert!(recorder.now().since(before) < Duration::from_millis(10));
    assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (2, 0x3A, 2));
    recorder.eject().unwrap();
    recorder.ask(&StartStopUnit::LOAD).unwrap();
    assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (2, 0x3A, 1));
}

#[test]
fn e6_disc_information_is_derived() {
    let mut recorder = recorder(MediumKind::CdRw80);
    let blank = disc_information(&mut recorder);
    assert_eq!(
        (blank.disc, blank.last_session, blank.last_track_in_last_session),
        (DiscState::Empty, SessionState::Empty, 1)
    );
    assert!(blank.erasable);
    burn_track(&mut recorder, 300);
    assert_eq!(disc_information(&mut recorder).last_session, SessionState::Incomplete);
    close_session(&mut recorder, MultiSession::Open);
    let open = disc_information(&mut recorder);
    assert_eq!(
        (open.sessions, open.last_track_in_last_session, open.last_session),
        (2, 2, SessionState::Empty)
    );
    assert_eq!(open.last_possible_lead_out, Some(Msf::new(79, 59, 70).unwrap()));
    assert_eq!(open.last_session_lead_in.unwrap().to_lba(), Lba(302 + 6_750));
    burn_track(&mut recorder, 300);
    close_session(&mut recorder, MultiSession::Closed);
    let bytes = answer(&mut recorder, &[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34);
    assert_eq!(bytes[2], 0x1E, "complete, complete, erasable");
    assert_eq!(bytes[16..24], [0xFF; 8]);
}

#[test]
fn e7_track_information_by_number_address_and_session() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 400);
    close_session(&mut recorder, MultiSession::Open);
    burn_track(&mut recorder, 300);
    let by_number = recorder.ask(&ReadTrackInformation::track(2)).unwrap();
    assert_eq!((by_number.session, by_number.start, by_number.data_mode), (2, Lba(11_802), 1));
    assert_eq!(by_number.last_recorded, Some(Lba(12_101)));
    assert_eq!(recorder.ask(&ReadTrackInformation::holding(Lba(11_900))).unwrap(), by_number);
    assert_eq!(recorder.ask(&ReadTrackInformation::first_of_session(2)).unwrap(), by_number);
    let invisible = recorder.ask(&ReadTrackInformation::invisible()).unwrap();
    assert_eq!((invisible.track, invisible.session), (3, 2));
    assert!(invisible.is_invisible() && invisible.next_writable.is_some() && invisible.data_mode == 0xF);
    assert_eq!(recorder.ask(&ReadTrackInformation::track(3)).unwrap(), invisible);
    for wrong in [
        ReadTrackInformation::track(4),
        ReadTrackInformation::track(0),
        ReadTrackInformation::first_of_session(9),
    ] {
        assert_eq!(codes(recorder.ask(&wrong).unwrap_err()), (5, 0x24, 0));
    }
    assert_eq!(codes(recorder.ask(&ReadTrackInformation::holding(Lba(1_000))).unwrap_err()), (5, 0x21, 0));
}

#[test]
fn e8_next_writable_addresses() {
    let mut recorder = recorder(MediumKind::CdR80);
    let in_mode = |recorder: &mut Recorder, write_type, data_block_type| {
        select(recorder, WriteParameters { write_type, data_block_type, ..track_page(true) });
        track_information(recorder).next_writable.unwrap().0
    };
    let modes = [
        (WriteType::TrackAtOnce, DataBlockType::Mode1),
        (WriteType::SessionAtOnce, DataBlockType::Raw),
        (WriteType::Raw, DataBlockType::RawPwRaw),
    ];
    assert_eq!(modes.map(|(write, block)| in_mode(&mut recorder, write, block)), [0, -150, -11_634]);
    burn_track(&mut recorder, 300);
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(299 + 3 + 150)));
    let in_open_session = modes.map(|(write, block)| in_mode(&mut recorder, write, block));
    assert_eq!(in_open_session, [452; 3], "150 less only for a session that is not open yet");
    close_session(&mut recorder, MultiSession::Open);
    assert_eq!(modes.map(|(write, block)| in_mode(&mut recorder, write, block))[..2], [11_702, 11_552]);
    burn_track(&mut recorder, 300);
    close_session(&mut recorder, MultiSession::Open);
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(11_702 + 302 + 6_900)));
    burn_track(&mut recorder, 300);
    close_session(&mut recorder, MultiSession::Closed);
    assert_eq!(codes(recorder.ask(&ReadTrackInformation::invisible()).unwrap_err()), (5, 0x24, 0));
}

#[test]
fn e9_a_flush_with_nothing_to_flush_is_good() {
    let mut recorder = recorder(MediumKind::CdR80);
    for _ in 0..3 {
        sync(&mut recorder);
    }
    burn_track(&mut recorder, 300);
    sync(&mut recorder);
    close_session(&mut recorder, MultiSession::Closed);
    for immed in [false, true] {
        recorder.ask(&SynchronizeCache { immed, ..SynchronizeCache::default() }).unwrap();
    }
    assert_eq!(disc_information(&mut recorder).sessions, 1);
}

#[test]
fn e10_a_flush_ends_the_track_and_the_next_write_begins_another() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 300);
    select(&mut recorder, track_page(false));
    let next = track_information(&mut recorder).next_writable.unwrap();
    write(&mut recorder, next, 300, 2352).unwrap();
    sync(&mut recorder);
    let modes = [1, 2].map(|number| recorder.ask(&ReadTrackInformation::track(number)).unwrap().track_mode);
    assert_eq!(modes, [4, 0]);
}

#[test]
fn e11_close_session_and_close_track() {
    let mut recorder = recorder(MediumKind::CdR80);
    let close = |function| CloseTrackSession { immed: false, function, track: 1 };
    recorder.ask(&close(CloseFunction::Session)).unwrap();
    assert_eq!(disc_information(&mut recorder).disc, DiscState::Empty, "an empty session stays empty");
    select(&mut recorder, track_page(true));
    write(&mut recorder, Lba(0), 320, 2048).unwrap();
    recorder.ask(&close(CloseFunction::Track)).unwrap();
    assert_eq!(track_information(&mut recorder).track, 2);
    recorder.ask(&CloseTrackSession { immed: true, ..close(CloseFunction::Session) }).unwrap();
    patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
    assert_eq!(disc_information(&mut recorder).sessions, 2);
    select(&mut recorder, WriteParameters { test_write: true, ..track_page(true) });
    let before = recorder.disc().unwrap().medium().revision();
    recorder.ask(&close(CloseFunction::Session)).unwrap();
    assert_eq!(recorder.disc().unwrap().medium().revision(), before);
}

/// Bytes that the host sends for each form, from −150 on, and the state after it.
#[test]
fn e12_session_at_once_in_every_form() {
    let forms = [
        (0x00, 0, 2352),
        (0x10, 4, 2048),
        (0x11, 4, 2352),
        (0x13, 4, 2352),
        (0x20, 4, 2336),
        (0x21, 4, 2352),
        (0x30, 4, 2336),
        (0x31, 4, 2352),
        (0x40, 0, 2352 + 96),
        (0xC0, 0, 2352 + 96),
        (0x50, 4, 2048 + 96),
    ];
    for (form, control, bytes) in forms {
        let mut recorder = recorder(MediumKind::CdR80);
        select(&mut recorder, session_page(MultiSession::Open));
        let entry = |track, index, form, at: Lba| {
            let time = at.to_msf().unwrap();
            CueEntry::Position(CuePosition { control, track, index, form: DataForm(form), scms: 0, time })
        };
        let generated = if control == 0 { 0x01 } else { 0x14 };
        let entries = vec![
            entry(0, 0, generated, Lba(-150)),
            entry(1, 0, form, Lba(-150)),
            entry(1, 1, form, Lba(0)),
            entry(LEAD_OUT_TRACK, 1, generated, Lba(400)),
        ];
        send_sheet(&mut recorder, &CueSheet { entries }).unwrap();
        assert_eq!(
            codes(write(&mut recorder, Lba(-150), 1, bytes + 16).unwrap_err()),
            (5, 0x64, 0),
            "{form:02X}"
        );
        write(&mut recorder, Lba(-150), 550, bytes).unwrap();
        assert_eq!(codes(write(&mut recorder, Lba(400), 1, bytes).unwrap_err()), (5, 0x21, 2), "{form:02X}");
        sync(&mut recorder);
        let disc = disc_information(&mut recorder);
        assert_eq!((disc.disc, disc.sessions), (DiscState::Incomplete, 2), "{form:02X}");
        let expected = block(Lba(7), bytes);
        let sector = recorder.ask(&ReadCd::raw(Lba(7), 1)).unwrap();
        match form {
            0x00 | 0x40 | 0xC0 => assert_eq!(sector, expected[..2352], "{form:02X}"),
            0x10 | 0x50 => assert_eq!(sector[16..2064], expected[..2048], "{form:02X}"),
            0x11 => assert_eq!(sector[16..2064], expected[16..2064], "{form:02X}"),
            0x13 => assert_eq!(sector[16..2064], [0; 2048], "{form:02X}"),
            0x21 | 0x31 => assert_eq!(sector[16..24], expected[16..24], "{form:02X}"),
            _ => assert_eq!(sector[16..24], expected[..8], "{form:02X}"),
        }
    }
}

/// Forms whose blocks the drive makes itself: the host sends nothing for them.
#[test]
fn e12_forms_that_the_drive_generates() {
    for (form, control, mode) in [(0x01, 0, None), (0x14, 4, Some(1)), (0x24, 4, Some(2)), (0x34, 4, Some(2))]
    {
        let mut recorder = recorder(MediumKind::CdR80);
        select(&mut recorder, session_page(MultiSession::Open));
        let entry = |track, index, form, at: Lba| {
            let time = at.to_msf().unwrap();
            CueEntry::Position(CuePosition { control, track, index, form: DataForm(form), scms: 0, time })
        };
        let sent = if control == 0 { (0x00, 2352) } else { (0x10, 2048) };
        let entries = vec![
            entry(0, 0, form, Lba(-150)),
            entry(1, 0, form, Lba(-150)),
            entry(1, 1, form, Lba(0)),
            entry(2, 0, form, Lba(300)),
            entry(2, 1, sent.0, Lba(450)),
            entry(LEAD_OUT_TRACK, 1, form, Lba(850)),
        ];
        send_sheet(&mut recorder, &CueSheet { entries }).unwrap();
        // A write at the start of what is generated, with no data, moves past it.
        let command = Write10 { start: Lba(-150), sectors: 600, fua: false };
        recorder.send(&command, &[]).unwrap();
        write(&mut recorder, Lba(450), 400, sent.1).unwrap();
        sync(&mut recorder);
        assert_eq!(disc_information(&mut recorder).sessions, 2, "{form:02X}");
        let sector = recorder.ask(&ReadCd::raw(Lba(20), 1)).unwrap();
        match mode {
            Some(mode) => assert_eq!(sector[12..16], [0, 2, 0x20, mode], "{form:02X}"),
            None => assert_eq!(sector, [0; 2352]),
        }
        let at = Lba(451);
        let sector = recorder.ask(&ReadCd::raw(at, 1)).unwrap();
        assert!(sector.windows(8).any(|window| *window == block(at, sent.1)[64..72]), "{form:02X}");
    }
}

/// Four CD-TEXT packs as cdrskin sends them: 96 bytes a block, over the whole lead-in.
#[test]
fn e12_cd_text_goes_into_the_lead_in_and_comes_back() {
    let packs: Vec<[u8; 18]> = (0..4_u8)
        .map(|number| {
            let mut pack = [number; 18];
            pack[0] = 0x80;
            pack[2] = number;
            pack
        })
        .collect();
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, session_page(MultiSession::Closed));
    // `k_audio`: catalogue number, ISRC, indices, form 41h in the lead-in.
    let sheet = hex_literal::hex!(
        "02 31 32 33 34 35 36 37" "02 38 39 30 31 32 33 00" "01 00 00 41 00 00 00 00" "03 01 55 53 52 43 31 37"
        "03 01 36 30 37 38 33 39" "01 01 00 00 00 00 00 00" "01 01 01 00 00 00 02 00" "01 01 02 00 00 00 04 00"
        "01 02 00 00 00 00 07 00" "01 02 01 00 00 00 09 00" "01 AA 01 01 00 00 0F 19"
    );
    let cdb = [0x5D, 0, 0, 0, 0, 0, 0, 0, 88, 0];
    assert_eq!(raw(&mut recorder, &cdb, Data::Out(&sheet)).0, Status::Good);
    let wire = cd_text::expand(&packs.clone().try_into().unwrap());
    let mut at = -11_634;
    while at < -150 {
        let sectors = 341.min(-150 - at);
        let data = wire.repeat(usize::try_from(sectors).unwrap());
        let command = Write10 { start: Lba(at), sectors: u16::try_from(sectors).unwrap(), fua: false };
        patiently(&mut recorder, |recorder| recorder.send(&command, &data)).unwrap();
        at += sectors;
    }
    write(&mut recorder, Lba(-150), 1_150, 2352).unwrap();
    sync(&mut recorder);
    let text = recorder.ask(&ReadCdText { allocation_bytes: 0xFFFF, ..ReadCdText::default() }).unwrap();
    assert_eq!(text.packs, packs);
    let subchannel =
        |format, track| ReadSubchannel { msf: false, subq: true, format, track, allocation_bytes: 24 };
    let catalogue = recorder.ask(&subchannel(SubchannelFormat::CatalogNumber, 0)).unwrap();
    assert!(
        matches!(catalogue.data, Some(SubchannelData::CatalogNumber { digits: Some(digits), .. }) if digits == *b"1234567890123")
    );
    let isrc = recorder.ask(&subchannel(SubchannelFormat::Isrc, 1)).unwrap();
    assert!(
        matches!(isrc.data, Some(SubchannelData::Isrc { characters: Some(code), .. }) if code == *b"USRC17607839")
    );
    let toc = recorder.ask(&ReadFullToc { allocation_bytes: 0xFFFF, msf: true, number: 0 }).unwrap();
    assert_eq!(toc.entries.len(), 5, "as in the trace: no pointers on a disc that is complete");
    // Pregap of track 2, and index 2 of track 1, by the Q channel.
    let q = |recorder: &mut Recorder, at| {
        let command = ReadCd { subchannel: SubchannelSelection::Q, ..ReadCd::raw(Lba(at), 1) };
        recorder.ask(&command).unwrap()[2352..2355].to_vec()
    };
    assert_eq!(q(&mut recorder, 160), [0x01, 1, 2]);
    assert_eq!(q(&mut recorder, 400), [0x01, 2, 0]);
    assert_eq!(
        recorder.ask(&ReadTrackInformation::track(1)).unwrap().size,
        375,
        "without the pregap of track 2"
    );
}

/// A raw block of 2448 bytes: main channel and interleaved P to W.
fn raw_block(main: &[u8; 2352], block_type: DataBlockType, control: Control, content: Content) -> Vec<u8> {
    let q = Q { control, content }.encode().unwrap();
    let subchannel = match block_type {
        DataBlockType::RawPq => [q.to_vec(), vec![0; 4]].concat(),
        _ => Subchannels::new(false, q).interleave().to_vec(),
    };
    [main.to_vec(), subchannel].concat()
}

fn raw_disc(recorder: &mut Recorder, data_block_type: DataBlockType, readable_toc: bool) {
    let page = WriteParameters { write_type: WriteType::Raw, data_block_type, ..track_page(true) };
    select(recorder, page);
    let lead_out = 400;
    let entries = [(0xA0, [1, 0, 0]), (0xA1, [1, 0, 0]), (0xA2, [0, 7, 25]), (1, [0, 2, 0])];
    let msf = |at: i32| Lba(at).to_msf().unwrap();
    let mut at = -11_634;
    while at < lead_out + 6_750 {
        let count = 26.min(lead_out + 6_750 - at);
        let blocks: Vec<u8> = (at..at + count)
            .flat_map(|at| {
                if at < -150 {
                    let (point, value) = entries[usize::try_from(at + 20_000).unwrap() % entries.len()];
                    let entry = toc::Entry { adr: 1, point, time: [0; 3], zero: 0, value };
                    let mut block =
                        raw_block(&[0; 2352], data_block_type, Control::DATA, Content::Entry(entry));
                    if !readable_toc {
                        block[2352..].fill(0);
                    }
                    return block;
                }
                let absolute = msf(at);
                let position = |track, index, relative: i32| {
                    Content::Position(Position { track, index, relative: msf(relative - 150), absolute })
                };
                let mut main = [0; 2352];
                sector::encode_mode1(Lba(at), &block(Lba(at), 2048).try_into().unwrap(), &mut main).unwrap();
                sector::scramble(&mut main);
                let place = match at {
                    ..0 => position(Track::Number(1), 0, -at),
                    0..400 => position(Track::Number(1), 1, at),
                    _ => position(Track::LeadOut, 1, at - lead_out),
                };
                raw_block(&main, data_block_type, Control::DATA, place)
            })
            .collect();
        let command = Write10 { start: Lba(at), sectors: u16::try_from(count).unwrap(), fua: false };
        patiently(recorder, |recorder| recorder.send(&command, &blocks)).unwrap();
        at += count;
    }
    sync(recorder);
}

#[test]
fn e13_raw_writing_makes_what_its_q_channel_says() {
    for block_type in [DataBlockType::RawPq, DataBlockType::RawPwPacked, DataBlockType::RawPwRaw] {
        let mut recorder = recorder(MediumKind::CdR80);
        raw_disc(&mut recorder, block_type, true);
        let disc = disc_information(&mut recorder);
        assert_eq!(
            (disc.disc, disc.last_session, disc.sessions),
            (DiscState::Complete, SessionState::Complete, 1)
        );
        let toc = recorder.ask(&ReadToc { allocation_bytes: 804, ..ReadToc::default() }).unwrap();
        let starts: Vec<_> = toc.entries.iter().map(|entry| (entry.track, entry.start.lba().0)).collect();
        assert_eq!(starts, [(1, 0), (0xAA, 400)]);
        assert_eq!(read(&mut recorder, Lba(123), 1).unwrap(), block(Lba(123), 2048));
    }
    // With a Q channel that says nothing there is a disc without a TOC, and no error.
    let mut recorder = recorder(MediumKind::CdR80);
    raw_disc(&mut recorder, DataBlockType::RawPwRaw, false);
    assert_eq!(
        codes(recorder.ask(&ReadToc { allocation_bytes: 4, ..ReadToc::default() }).unwrap_err()),
        (5, 0x24, 0)
    );
}

#[test]
fn e14_wrong_address_wrong_mode_wrong_disc() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, track_page(true));
    assert_eq!(codes(write(&mut recorder, Lba(100), 16, 2048).unwrap_err()), (5, 0x21, 2));
    select(&mut recorder, session_page(MultiSession::Closed));
    assert_eq!(codes(write(&mut recorder, Lba(-150), 16, 2048).unwrap_err()), (5, 0x2C, 0));
    burn_track(&mut recorder, 300);
    close_session(&mut recorder, MultiSession::Closed);
    assert_eq!(codes(write(&mut recorder, Lba(302), 16, 2048).unwrap_err()), (5, 0x30, 5));
}

#[test]
fn e15_overburn_is_a_tolerance_of_the_drive() {
    let mut personality = Personality::modern();
    for (overburn_sectors, fits) in [(0, false), (100, true)] {
        personality.overburn_sectors = overburn_sectors;
        let mut recorder = Recorder::new(personality.clone());
        recorder.load(Disc::blank(MediumKind::CdR80)).unwrap();
        recorder.wait(Duration::from_secs(10));
        for _ in 0..2 {
            drop(recorder.ask(&TestUnitReady {}));
        }
        select(&mut recorder, session_page(MultiSession::Closed));
        let sheet = data_sheet(Lba(0), 1, Lba(359_845 + 100));
        assert_eq!(send_sheet(&mut recorder, &sheet).is_ok(), fits);
    }
}

#[test]
fn e16_run_out_and_read_capacity() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 300);
    burn_track(&mut recorder, 300);
    close_session(&mut recorder, MultiSession::Closed);
    let last = recorder.ask(&ReadCapacity10::default()).unwrap().last;
    assert_eq!(last, Lba(452 + 301));
    // As an option without them.
    let mut personality = Personality::modern();
    personality.capacity_without_run_out = true;
    let mut other = Recorder::new(personality);
    other.load(recorder.into_disc().unwrap()).unwrap();
    other.wait(Duration::from_secs(10));
    for _ in 0..2 {
        drop(other.ask(&TestUnitReady {}));
    }
    assert_eq!(other.ask(&ReadCapacity10::default()).unwrap().last, Lba(452 + 299));
    let mut recorder = other;
    for unreadable in [300, 301, 302, 451, 752, 753] {
        assert_eq!(codes(read(&mut recorder, Lba(unreadable), 1).unwrap_err()), (5, 0x64, 0), "{unreadable}");
    }
    assert!(recorder.ask(&ReadCd::raw(Lba(350), 1)).is_ok(), "the gap, read raw");
}

#[test]
fn e17_blank_types_0_and_1_with_progress() {
    for blank_type in [BlankType::Minimal, BlankType::Disc] {
        let mut recorder = recorder(MediumKind::CdRw80);
        burn_track(&mut recorder, 300);
        recorder.ask(&Blank { immed: true, blank_type, address: Lba(0) }).unwrap();
        let mut last = 0;
        for _ in 0..3 {
            recorder.wait(Duration::from_secs(3));
            let CommandError::Drive { sense, .. } = recorder.ask(&TestUnitReady {}).unwrap_err() else {
                panic!()
            };
            assert_eq!(sense_codes(&sense), (2, 4, 7));
            let bytes = answer(&mut recorder, &[3, 0, 0, 0, 18, 0], 18);
            assert_eq!(bytes[15] & 0x80, 0x80, "progress is where libburn reads it");
            let progress = u16::from_be_bytes([bytes[16], bytes[17]]);
            assert!(progress > last, "{progress}");
            last = progress;
        }
        patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
        assert_eq!(disc_information(&mut recorder).disc, DiscState::Empty);
    }
    let mut dye = recorder(MediumKind::CdR80);
    let blank = Blank { immed: true, blank_type: BlankType::Minimal, address: Lba(0) };
    assert_eq!(codes(dye.ask(&blank).unwrap_err()), (5, 0x30, 5));
}

#[test]
fn e18_a_test_write_changes_nothing() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, WriteParameters { test_write: true, ..track_page(true) });
    for _ in 0..2 {
        write(&mut recorder, Lba(0), 400, 2048).unwrap();
        sync(&mut recorder);
        assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(0)));
    }
    patient_close(&mut recorder).unwrap();
    assert_eq!(recorder.disc().unwrap().medium().extents().count(), 0);
}

#[test]
fn e19_speeds() {
    let mut recorder = recorder(MediumKind::CdR80);
    let speed = |recorder: &mut Recorder, write_kb_s| {
        recorder.ask(&SetCdSpeed { write_kb_s, read_kb_s: 0xFFFF, ..SetCdSpeed::default() }).unwrap();
        let page = recorder.ask(&ModeSense10::current(0x2A, 128)).unwrap();
        page.capabilities().unwrap().current_write_kb_s
    };
    assert_eq!(
        [0xFFFF, 4_234, 4_233, 2_000, 176].map(|kb_s| speed(&mut recorder, kb_s)),
        [9_173, 4_234, 4_234, 1_764, 706]
    );
}

#[test]
fn e20_prevent_and_allow() {
    let mut recorder = recorder(MediumKind::CdR80);
    for _ in 0..3 {
        recorder.ask(&PreventAllow::ALLOW).unwrap();
    }
    recorder.ask(&PreventAllow::PREVENT).unwrap();
    recorder.ask(&PreventAllow::PREVENT).unwrap();
    assert!(recorder.eject().is_none());
    recorder.ask(&PreventAllow::ALLOW).unwrap();
    assert!(recorder.eject().is_some());
}

#[test]
fn e21_power_calibration() {
    let mut recorder = recorder(MediumKind::CdR80);
    let before = recorder.now();
    recorder.ask(&SendOpc { do_opc: true, parameter_bytes: 0 }).unwrap();
    let took = recorder.now().since(before);
    assert!((3..=18).contains(&took.as_secs()), "{took:?}");
    assert_eq!(recorder.drive_mut().view().unwrap().calibrations, 1);
}

#[test]
fn e22_the_buffer_and_what_happens_when_it_runs_empty() {
    // With protection the laser stops and goes on: nothing is lost.
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, track_page(true));
    write(&mut recorder, Lba(0), 300, 2048).unwrap();
    recorder.wait(Duration::from_secs(60));
    write(&mut recorder, Lba(300), 100, 2048).unwrap();
    assert_eq!(recorder.drive().underruns(), 1);
    sync(&mut recorder);
    patient_close(&mut recorder).unwrap();
    assert_eq!(read(&mut recorder, Lba(301), 1).unwrap(), block(Lba(301), 2048));
    // Without it the track is lost, and the host is told at the next command.
    let mut recorder = common::recorder(MediumKind::CdR80);
    select(&mut recorder, WriteParameters { buffer_underrun_free: false, ..track_page(true) });
    write(&mut recorder, Lba(0), 300, 2048).unwrap();
    recorder.wait(Duration::from_secs(60));
    let CommandError::Drive { sense, .. } = write(&mut recorder, Lba(300), 16, 2048).unwrap_err() else {
        panic!()
    };
    assert_eq!((sense_codes(&sense), sense.deferred), ((3, 0x0C, 9), true));
    assert!(recorder.ask(&ReadTrackInformation::invisible()).unwrap().damage);
}

#[test]
fn e23_tables_of_contents() {
    let mut recorder = recorder(MediumKind::CdR80);
    for _ in 0..2 {
        burn_track(&mut recorder, 300);
        close_session(&mut recorder, MultiSession::Open);
    }
    // Format 0: header, single entry from a starting track, all; K3b wants 4 + 8 (n + 1) bytes exactly.
    assert_eq!(answer(&mut recorder, &[0x43, 0, 0, 0, 0, 0, 0, 0, 4, 0], 4), [0, 26, 1, 2]);
    assert_eq!(answer(&mut recorder, &[0x43, 0, 0, 0, 0, 0, 2, 0, 12, 0], 12)[6], 2);
    assert_eq!(answer(&mut recorder, &[0x43, 0, 0, 0, 0, 0, 0, 3, 0, 0], 768).len(), 4 + 8 * 3);
    // Format 1: the last complete session at bytes 8-11.
    let info = answer(&mut recorder, &[0x43, 0, 1, 0, 0, 0, 0, 0, 12, 0], 12);
    assert_eq!(i32::from_be_bytes(info[8..12].try_into().unwrap()), 11_702);
    // Format 2: pointers 11250 and 6750 behind the lead-outs.
    let full = recorder.ask(&ReadFullToc { allocation_bytes: 0xFFFF, msf: true, number: 0 }).unwrap();
    let pointer = |session| full.point(session, 0xB0).unwrap().time.to_lba();
    assert_eq!((pointer(1), pointer(2)), (Lba(302 + 11_250), Lba(12_004 + 6_750)));
    assert_eq!(full.point(1, 0xC0).unwrap().p_time, Msf::new(97, 26, 66).unwrap());
}

#[test]
fn e24_reading_in_every_way() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 300);
    select(&mut recorder, track_page(false));
    write(&mut recorder, Lba(452), 300, 2352).unwrap();
    sync(&mut recorder);
    close_session(&mut recorder, MultiSession::Closed);
    let header = recorder.ask(&ReadHeader { msf: true, address: Lba(75), allocation_bytes: 8 }).unwrap();
    assert_eq!((header.mode, header.address.msf().unwrap()), (1, Msf::new(0, 3, 0).unwrap()));
    let by_time = ReadCdMsf {
        start: Msf::new(0, 3, 0).unwrap(),
        end: Msf::new(0, 3, 1).unwrap(),
        user_data: true,
        ..ReadCdMsf::default()
    };
    assert_eq!(recorder.ask(&by_time).unwrap(), block(Lba(75), 2048));
    assert_eq!(codes(read(&mut recorder, Lba(500), 1).unwrap_err()), (5, 0x64, 0));
    assert_eq!(codes(read(&mut recorder, Lba(754), 1).unwrap_err()), (5, 0x21, 0));
    recorder.ask(&PlayAudio10 { start: Lba(500), sectors: 75 }).unwrap();
    recorder.wait(Duration::from_millis(500));
    let ask = ReadSubchannel {
        msf: false,
        subq: true,
        format: SubchannelFormat::Position,
        track: 0,
        allocation_bytes: 16,
    };
    let playing = recorder.ask(&ask).unwrap();
    assert_eq!(playing.audio, AudioStatus::Playing);
    let Some(SubchannelData::Position { track: 2, absolute, .. }) = playing.data else {
        panic!("{playing:?}")
    };
    assert!((535..540).contains(&absolute.lba().0), "{absolute:?}");
    recorder.wait(Duration::from_secs(1));
    let over = [0, 1].map(|_| recorder.ask(&ask).unwrap().audio);
    assert_eq!(over, [AudioStatus::Completed, AudioStatus::None]);
    // A session that lost its power has sectors that were never written.
    let mut torn = common::recorder(MediumKind::CdR80);
    select(&mut torn, session_page(MultiSession::Closed));
    send_sheet(&mut torn, &data_sheet(Lba(0), 1, Lba(9_000))).unwrap();
    write(&mut torn, Lba(-150), 5_000, 2048).unwrap();
    torn.power_cycle();
    torn.wait(Duration::from_secs(10));
    drop(torn.ask(&TestUnitReady {}));
    assert_eq!(codes(read(&mut torn, Lba(8_000), 1).unwrap_err()), (8, 0, 0));
}

#[test]
fn e25_what_hosts_ask_besides() {
    let mut recorder = recorder(MediumKind::CdR80);
    assert_eq!(answer(&mut recorder, &[0x3C, 0, 0, 0, 0, 0, 0, 0, 4, 0], 4).len(), 4);
    let pattern: Vec<u8> = (0..64_512_u32).map(|index| u8::try_from(index % 251).unwrap()).collect();
    let cdb = [0x3B, 2, 0, 0, 0, 0, 0, 0xFC, 0, 0];
    assert_eq!(raw(&mut recorder, &cdb, Data::Out(&pattern)).0, Status::Good);
    assert_eq!(answer(&mut recorder, &[0x3C, 2, 0, 0, 0, 0, 0, 0xFC, 0, 0], 64_512), pattern);
    assert_eq!(raw(&mut recorder, &[1, 0, 0, 0, 0, 0], Data::None).0, Status::Good);
    assert_eq!(refused(&mut recorder, &[0x5A, 0, 0x30, 0, 0, 0, 0, 0, 8, 0], Data::None), (5, 0x24, 0));
    // As libburn asks: how many, then all.
    let none = answer(&mut recorder, &[0xAC, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0], 8);
    let bytes = u32::from_be_bytes(none[..4].try_into().unwrap()) + 4;
    assert_eq!(bytes, 8 + 16 * 10);
    let speeds = recorder.ask(&GetPerformance::write_speeds(10)).unwrap();
    assert_eq!(speeds.speeds.iter().map(|it| it.write_kb_s).max(), Some(9_173));
    let nominal = recorder.ask(&GetPerformance::nominal(true, 1)).unwrap();
    assert!(matches!(nominal.descriptors, PerformanceDescriptors::Nominal(all) if all[0].end_kb_s == 9_173));
    assert!(!recorder.ask(&MechanismStatus { allocation_bytes: 8 }).unwrap().door_open);
    assert!(recorder.ask(&GetEventStatus::MEDIA).unwrap().event.is_some());
    assert_eq!(recorder.ask(&ReportLuns { select: 0, allocation_bytes: 16 }).unwrap().luns, [0]);
    let capacities = recorder.ask(&ReadFormatCapacities { allocation_bytes: 12 }).unwrap();
    assert_eq!((capacities.state, capacities.blocks), (CapacityState::Unformatted, 359_845));
}

/// A host that polls without its time passing is not kept for ever.
#[test]
fn e26_busy_phases_end_by_count_too() {
    let mut recorder = recorder(MediumKind::CdRw80);
    recorder.set_patience(50);
    recorder.ask(&Blank { immed: true, blank_type: BlankType::Disc, address: Lba(0) }).unwrap();
    let polls = (1..).find(|_| recorder.ask(&TestUnitReady {}).is_ok()).unwrap();
    assert!(polls <= 51, "{polls}");
    select(&mut recorder, track_page(true));
    let data = vec![0; 65_536];
    let mut refusals = 0;
    for index in 0..200 {
        let command = Write10 { start: Lba(index * 32), sectors: 32, fua: false };
        while recorder.send(&command, &data).is_err() {
            refusals += 1;
            assert!(refusals < 20_000);
        }
    }
    assert!(refusals > 0);
}
