//! What a refusal says: which sense, which address, which field.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use discwright_cd::Lba;
use discwright_drive::MediumKind;
use discwright_mmc::command::*;
use discwright_mmc::mode::MultiSession;
use discwright_mmc::response::FormatType;
use discwright_mmc::{Sense, SenseSpecific};
use discwright_transport::{CommandError, TransportExt};

fn sense<T: core::fmt::Debug>(answer: Result<T, CommandError>) -> Sense {
    match answer.unwrap_err() {
        CommandError::Drive { sense, .. } => sense,
        other => panic!("the drive gave no sense: {other}"),
    }
}

#[test]
fn a_read_that_is_out_of_range_names_the_first_address_that_is() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 326);
    close_session(&mut recorder, MultiSession::Open);
    for (start, sectors, named) in
        [(-151, 1, -151), (-11_634, 1, -11_634), (-151, 500, -151), (320, 20, 328), (400, 1, 400)]
    {
        let told = sense(recorder.ask(&ReadCd::raw(Lba(start), sectors)));
        assert_eq!((sense_codes(&told), told.information), ((5, 0x21, 0), Some(i32::cast_unsigned(named))));
    }
}

#[test]
fn read_cd_points_at_the_field_that_it_refuses() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 310);
    close_session(&mut recorder, MultiSession::Open);
    let mut pointer = |cdb: [u8; 12]| {
        let mut buffer = [0; 4096];
        let data = discwright_transport::Data::In(&mut buffer);
        let discwright_transport::Status::CheckCondition(told) = raw(&mut recorder, &cdb, data).0 else {
            panic!("{cdb:02X?}")
        };
        assert_eq!(sense_codes(&told), (5, 0x24, 0), "{cdb:02X?}");
        let Some(SenseSpecific::Field(pointer)) = told.specific else { panic!("{told:?}") };
        assert!(pointer.in_cdb);
        (pointer.byte, pointer.bit)
    };
    let by_address = |kind, main, channels| [0xBE, kind, 0, 0, 0, 9, 0, 0, 1, main, channels, 0];
    let by_time = |kind, main, channels| [0xB9, kind, 0, 0, 2, 9, 0, 2, 10, main, channels, 0];
    for cdb in [by_address, by_time] {
        for channels in [3, 5, 6, 7] {
            assert_eq!(pointer(cdb(0, 0x10, channels)), (10, Some(2)), "subchannel {channels}");
        }
        assert_eq!(pointer(cdb(0, 0x06, 0)), (9, Some(2)), "C2");
        assert_eq!(pointer(cdb(0, 0x16, 0)), (9, Some(2)), "C2");
        assert_eq!(pointer(cdb(6 << 2, 0x10, 0)), (1, Some(4)), "expected sector type");
        assert_eq!(pointer(cdb(0, 0x88, 0)), (9, Some(7)), "parts that do not lie together");
    }
}

#[test]
fn a_write_behind_a_formatted_disc_is_out_of_range() {
    let mut recorder = recorder(MediumKind::CdRw80);
    select(&mut recorder, packet_page(32));
    try_format(&mut recorder, 1, &list(FormatType::CdRwFull, 9_600)).unwrap();
    for at in [9_600, 9_632, 20_000, 400_000] {
        assert_eq!(codes(write(&mut recorder, Lba(at), 32, 2048).unwrap_err()), (5, 0x21, 0), "{at}");
    }
    write(&mut recorder, Lba(9_568), 32, 2048).unwrap();
    // A disc that is complete and not formatted takes nothing anywhere.
    let mut once = crate::recorder(MediumKind::CdR80);
    burn_track(&mut once, 310);
    close_session(&mut once, MultiSession::Closed);
    assert_eq!(codes(write(&mut once, Lba(9_600), 32, 2048).unwrap_err()), (5, 0x30, 5));
}

#[test]
fn a_reservation_for_packets_tells_its_blocks_before_the_first_write() {
    let mut recorder = recorder(MediumKind::CdR80);
    let page =
        || discwright_mmc::mode::WriteParameters { multi_session: MultiSession::Open, ..packet_page(32) };
    select(&mut recorder, page());
    recorder.ask(&ReserveTrack { by_address: false, size: 512 }).unwrap();
    let empty = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
    assert_eq!((empty.size, empty.free_blocks, empty.next_writable), (512, 512, Some(Lba(0))));
    assert!(empty.reserved && empty.blank);
    // 16 packets of 32 blocks and their links; at once all of it but the run-out.
    select(&mut recorder, track_page(true));
    let at_once = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
    assert_eq!((at_once.size, at_once.free_blocks), (16 * 39 - 5, 16 * 39 - 5 - 2));
    select(&mut recorder, page());
    write(&mut recorder, Lba(0), 32, 2048).unwrap();
    sync(&mut recorder);
    let begun = recorder.ask(&ReadTrackInformation::track(1)).unwrap();
    assert_eq!((begun.size, begun.free_blocks), (512, 480));
}

#[test]
fn no_track_holds_an_address_behind_the_last_lead_out() {
    let mut recorder = recorder(MediumKind::CdR80);
    let mut at = |address| {
        let ask = ReadTrackInformation {
            address_type: TrackAddressType::Lba,
            address,
            ..ReadTrackInformation::invisible()
        };
        recorder.ask(&ask)
    };
    let invisible = at(0).unwrap();
    assert_eq!((invisible.track, at(300_000).unwrap().track), (1, 1));
    let last = u32::try_from(MediumKind::CdR80.last_lead_out().0).unwrap();
    for beyond in [last + 80_000, 404_850, 1_048_575] {
        assert_eq!(codes(at(beyond).unwrap_err()), (5, 0x21, 0), "{beyond}");
    }
}
