//! Sound where the laser was switched: a track-at-once disc is one stretch of samples from its first address to its
//! lead-out.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use discwright_cd::Lba;
use discwright_drive::{MediumKind, Recorder};
use discwright_mmc::command::*;
use discwright_transport::TransportExt;

const SECTOR: usize = 2352;

/// Two tracks of sound, a session that is closed, and where they are.
fn two_tracks() -> (Recorder, [(Lba, i32); 2]) {
    let mut recorder = recorder(MediumKind::CdR80);
    let tracks = [310, 333].map(|sectors| {
        select(&mut recorder, track_page(false));
        let start = track_information(&mut recorder).next_writable.unwrap();
        write(&mut recorder, start, u32::try_from(sectors).unwrap(), SECTOR).unwrap();
        sync(&mut recorder);
        (start, sectors)
    });
    patient_close(&mut recorder).unwrap();
    (recorder, tracks)
}

#[test]
fn sound_track_at_once_reads_without_a_hole() {
    let (mut recorder, tracks) = two_tracks();
    let [(_, first), (second, sectors)] = tracks;
    assert_eq!(second, Lba(first + 2 + 150));
    let lead_out = second + sectors + 2;
    let written =
        |at: Lba| tracks.iter().any(|(start, sectors)| (start.0..start.0 + sectors).contains(&at.0));
    for expected in [ExpectedSector::Any, ExpectedSector::Audio] {
        for at in (-150..lead_out.0).map(Lba) {
            let sound = recorder.ask(&ReadCd { expected, ..ReadCd::raw(at, 1) }).unwrap();
            let right = if written(at) { block(at, SECTOR) } else { vec![0; SECTOR] };
            assert!(sound == right, "{at}");
        }
    }
    let by_time = ReadCdMsf {
        start: (second - 20).to_msf().unwrap(),
        end: (second + 2).to_msf().unwrap(),
        user_data: true,
        ..ReadCdMsf::default()
    };
    let sound = recorder.ask(&by_time).unwrap();
    assert_eq!(sound.len(), 22 * SECTOR);
    assert!(sound[20 * SECTOR..] == [block(second, SECTOR), block(second + 1, SECTOR)].concat());
    // Run-out, pregap, link and run-in are no data for all that.
    for at in [first, first + 1, second.0 - 5, second.0 - 1] {
        assert_eq!(codes(read(&mut recorder, Lba(at), 1).unwrap_err()), (5, 0x64, 0), "{at}");
    }
}

#[test]
fn run_out_of_a_data_track_stays_unreadable() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 310);
    select(&mut recorder, track_page(false));
    write(&mut recorder, Lba(462), 320, SECTOR).unwrap();
    sync(&mut recorder);
    patient_close(&mut recorder).unwrap();
    for at in [310, 311] {
        assert_eq!(codes(recorder.ask(&ReadCd::raw(Lba(at), 1)).unwrap_err()), (5, 0x64, 0), "{at}");
    }
    // The pregap behind it is the sound's.
    for at in [312, 456, 457, 461, 782, 783] {
        assert_eq!(recorder.ask(&ReadCd::raw(Lba(at), 1)).unwrap(), [0; SECTOR], "{at}");
    }
}
