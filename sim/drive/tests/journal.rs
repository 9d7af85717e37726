//! Disc files: what survives.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::*;
use discwright_cd::Lba;
use discwright_drive::derive::View;
use discwright_drive::{Disc, DiscFileError, MediumKind, Recorder};
use discwright_mmc::command::*;
use discwright_mmc::mode::{MultiSession, WriteParameters};
use discwright_mmc::response::FormatType;
use discwright_transport::TransportExt;
use tempfile::TempDir;

fn drained(disc: Disc) -> Recorder {
    let mut recorder = Recorder::with_disc(disc);
    codes(recorder.ask(&TestUnitReady {}).unwrap_err());
    recorder
}

/// A disc with two sessions and an open third, through every kind of record.
fn recorded(path: &Path) {
    let mut recorder = drained(Disc::create(path, MediumKind::CdR80).unwrap());
    recorder.ask(&SendOpc { do_opc: true, parameter_bytes: 0 }).unwrap();
    burn_track(&mut recorder, 310);
    close_session(&mut recorder, MultiSession::Open);
    burn_track(&mut recorder, 20);
    burn_track(&mut recorder, 40);
    close_session(&mut recorder, MultiSession::Open);
    burn_track(&mut recorder, 305);
}

fn view(path: &Path) -> View {
    View::of(Disc::open(path).unwrap().medium())
}

#[test]
fn a_disc_is_the_same_when_it_is_opened_again() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("a.disc");
    recorded(&path);
    let disc = Disc::open(&path).unwrap();
    assert_eq!(disc.kind(), MediumKind::CdR80);
    assert_eq!(disc.seed(), {
        let other = dir.path().join("other");
        fs::create_dir(&other).unwrap();
        Disc::create(other.join("a.disc"), MediumKind::CdR80).unwrap().seed()
    });
    let view = View::of(disc.medium());
    assert_eq!(view.sessions.len(), 2);
    assert_eq!(view.tracks.iter().map(|track| track.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(view.calibrations, 1);
    let mut recorder = drained(disc);
    for track in &view.tracks {
        assert_eq!(read(&mut recorder, track.start + 5, 1).unwrap(), block(track.start + 5, 2048));
    }
    burn_track(&mut recorder, 300);
    close_session(&mut recorder, MultiSession::Closed);
    assert_eq!(recorder.disc().unwrap().path(), Some(path.as_path()));
}

/// Cut anywhere, the file is the disc as it was when the last whole record had been written.
#[test]
fn a_file_cut_anywhere_is_an_earlier_disc() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("whole.disc");
    recorded(&path);
    let whole = fs::read(&path).unwrap();
    let boundaries = boundaries(&whole);
    assert!(boundaries.len() > 30, "{} records", boundaries.len());
    let cut = dir.path().join("cut.disc");
    let mut states = BTreeMap::new();
    for end in &boundaries {
        fs::write(&cut, &whole[..*end]).unwrap();
        states.insert(*end, view(&cut));
    }
    let last = boundaries.last().copied().unwrap();
    assert_eq!(last, whole.len());
    for at in (boundaries[0]..whole.len())
        .step_by(7_919)
        .chain(boundaries.iter().flat_map(|end| [end - 1, end + 1]))
    {
        if at < boundaries[0] || at > last {
            continue;
        }
        let (kept, state) = states.range(..=at).next_back().unwrap();
        fs::write(&cut, &whole[..at]).unwrap();
        assert_eq!(view(&cut), *state, "cut at {at}, last whole record ends at {kept}");
    }
}

/// Ends of the file's head and of each record, by the format in docs/disc-format.md.
fn boundaries(file: &[u8]) -> Vec<usize> {
    let mut ends = vec![64];
    while let Some(head) = file.get(*ends.last().unwrap()..).filter(|rest| !rest.is_empty()) {
        assert_eq!(&head[..4], b"DWRK");
        let payload = u32::from_le_bytes(head[24..28].try_into().unwrap());
        ends.push(ends.last().unwrap() + 48 + usize::try_from(payload).unwrap());
    }
    ends
}

/// What a burner does with a disc that lost its power is up to it; the disc must let it go on.
#[test]
fn a_cut_disc_can_be_written_on_and_closed() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("whole.disc");
    recorded(&path);
    let whole = fs::read(&path).unwrap();
    let cut = dir.path().join("cut.disc");
    for at in (64..whole.len()).step_by(60_013) {
        fs::write(&cut, &whole[..at]).unwrap();
        let mut recorder = drained(Disc::open(&cut).unwrap());
        select(&mut recorder, track_page(true));
        patient_close(&mut recorder).unwrap();
        burn_track(&mut recorder, 300);
        close_session(&mut recorder, MultiSession::Closed);
        let state = recorder.drive_mut().view().unwrap().clone();
        drop(recorder);
        assert_eq!(view(&cut), state, "cut at {at}");
        assert!(state.open.is_none(), "cut at {at}");
    }
}

#[test]
fn a_torn_record_is_cut_off_by_the_next_write() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("torn.disc");
    {
        let mut recorder = drained(Disc::create(&path, MediumKind::CdR80).unwrap());
        burn_track(&mut recorder, 300);
    }
    let mut torn = fs::read(&path).unwrap();
    torn.extend_from_slice(&torn.clone()[64..140]);
    let length = torn.len();
    torn.truncate(length - 10);
    // An old record with its old number, cut short: no sign of life behind the end.
    fs::write(&path, &torn).unwrap();
    let mut recorder = drained(Disc::open(&path).unwrap());
    close_session(&mut recorder, MultiSession::Open);
    drop(recorder);
    assert_eq!(view(&path).sessions.len(), 1);
    boundaries(&fs::read(&path).unwrap());
}

#[test]
fn a_flipped_bit_is_told_and_never_guessed_around() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("flip.disc");
    recorded(&path);
    let whole = fs::read(&path).unwrap();
    let ends = boundaries(&whole);
    let flipped = |at: usize| {
        let mut file = whole.clone();
        file[at] ^= 0x10;
        fs::write(&path, &file).unwrap();
    };
    // In the head of a record in the middle.
    flipped(ends[10] + 13);
    let Err(DiscFileError::Damaged { offset, .. }) = Disc::open(&path) else { panic!("opened") };
    assert_eq!(usize::try_from(offset).unwrap(), ends[10]);
    // In the data of sectors: those are unreadable, with their address, and nothing else is.
    let data = ends.iter().zip(ends.iter().skip(1)).find(|(start, end)| *end - *start > 60_000).unwrap();
    flipped(data.0 + 48 + 2048 * 3);
    let mut recorder = drained(Disc::open(&path).unwrap());
    assert_eq!(codes(read(&mut recorder, Lba(3), 1).unwrap_err()), (3, 0x11, 5));
    assert!(read(&mut recorder, Lba(100), 1).is_ok());
}

#[test]
fn other_files_are_not_discs() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("text");
    fs::write(&path, "not a disc").unwrap();
    assert!(matches!(Disc::open(&path), Err(DiscFileError::NotADisc { .. })));
    assert!(matches!(Disc::open(dir.path().join("none")), Err(DiscFileError::Io { .. })));
    assert!(matches!(Disc::create(&path, MediumKind::CdR80), Err(DiscFileError::Io { .. })));
    let newer = dir.path().join("newer.disc");
    drop(Disc::create(&newer, MediumKind::CdRw80).unwrap());
    let mut file = fs::read(&newer).unwrap();
    file[8] = 9;
    fs::write(&newer, file).unwrap();
    assert!(matches!(Disc::open(&newer), Err(DiscFileError::Version { version: 9, .. })));
}

#[test]
fn two_drives_cannot_hold_one_disc() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("one.disc");
    let first = Disc::create(&path, MediumKind::CdR80).unwrap();
    assert!(matches!(Disc::open(&path), Err(DiscFileError::InUse { .. })));
    drop(first);
    Disc::open(&path).unwrap();
}

/// A CD-RW that was formatted, overwritten, grown; then a track of packets behind it.
fn formatted(path: &Path) {
    let mut recorder = drained(Disc::create(path, MediumKind::CdRw80).unwrap());
    let page = WriteParameters { multi_session: MultiSession::Open, ..packet_page(32) };
    select(&mut recorder, page);
    try_format(&mut recorder, 1, &list(FormatType::CdRwFull, 3_200)).unwrap();
    for packet in [40, 3, 99, 3] {
        write(&mut recorder, Lba(packet * 32), 32, 2048).unwrap();
    }
    sync(&mut recorder);
    try_format(&mut recorder, 1, &list(FormatType::CdRwGrow, 320)).unwrap();
    let next = track_information(&mut recorder).start;
    write(&mut recorder, next, 96, 2048).unwrap();
    sync(&mut recorder);
    write(&mut recorder, next + 32, 32, 2048).unwrap();
    sync(&mut recorder);
}

#[test]
fn a_formatted_disc_is_the_same_when_it_is_opened_again() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("formatted.disc");
    formatted(&path);
    let state = view(&path);
    let told: Vec<_> = state.tracks.iter().map(|track| (track.blocks(), track.packet)).collect();
    assert_eq!(told, [(3_520, Some(32)), (96, Some(32))]);
    let mut recorder = drained(Disc::open(&path).unwrap());
    let second = state.tracks[1].start;
    for at in [Lba(40 * 32), Lba(3 * 32 + 31), Lba(99 * 32), second, second + 33, second + 95] {
        assert_eq!(read(&mut recorder, at, 1).unwrap(), block(at, 2048));
    }
    assert_eq!(read(&mut recorder, Lba(3_519), 1).unwrap(), [0; 2048]);
    select(&mut recorder, packet_page(32));
    write(&mut recorder, second + 96, 32, 2048).unwrap();
    sync(&mut recorder);
    assert_eq!(track_information(&mut recorder).next_writable, Some(second + 128));
    let disc = recorder.into_disc().unwrap();
    let again = View::of(disc.medium());
    drop(disc);
    assert_eq!(view(&path), again);
}

/// Cut anywhere, a disc with packets can be formatted again, or closed.
#[test]
fn a_formatted_disc_cut_anywhere_is_a_disc() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("whole.disc");
    formatted(&path);
    let whole = fs::read(&path).unwrap();
    let ends = boundaries(&whole);
    let cut = dir.path().join("cut.disc");
    let mut last = None;
    let mut states = 0;
    for (index, end) in ends.iter().enumerate() {
        fs::write(&cut, &whole[..*end]).unwrap();
        let state = view(&cut);
        // The journal ends in a new state; every third of them is tried.
        let news = last.as_ref() != Some(&state);
        states += usize::from(news);
        if !news || states % 3 > 0 {
            last = Some(state);
            continue;
        }
        fs::write(&cut, &whole[..(end + 5).min(whole.len())]).unwrap();
        assert_eq!(view(&cut), state, "record {index} and five bytes");
        last = Some(state);
        let mut recorder = drained(Disc::open(&cut).unwrap());
        select(&mut recorder, track_page(true));
        let tracks = recorder.drive_mut().view().unwrap().tracks.clone();
        for track in tracks.iter().map(|track| u16::from(track.number)) {
            let close = CloseTrackSession { immed: false, function: CloseFunction::Track, track };
            drop(recorder.ask(&close));
        }
        patient_close(&mut recorder).unwrap();
        let closed = recorder.drive_mut().view().unwrap().clone();
        assert!(
            closed.tracks_of(closed.open.map_or(0, |open| open.number)).next().is_none(),
            "record {index}"
        );
        select(&mut recorder, packet_page(16));
        try_format(&mut recorder, 1, &list(FormatType::CdRwFull, 1_600)).unwrap();
        write(&mut recorder, Lba(1_584), 16, 2048).unwrap();
        sync(&mut recorder);
        let state = recorder.drive_mut().view().unwrap().clone();
        assert_eq!((state.tracks.len(), state.tracks[0].blocks()), (1, 1_600), "record {index}");
        drop(recorder);
        assert_eq!(view(&cut), state, "record {index}");
    }
    assert!(states > 15, "{states}");
}

/// A file of version 1 stays one until a record comes that version 1 does not know; then its head says so first.
#[test]
fn a_file_of_an_earlier_version_is_raised_when_it_must_be() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("old.disc");
    drop(Disc::create(&path, MediumKind::CdRw80).unwrap());
    let castagnoli = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI);
    let mut file = fs::read(&path).unwrap();
    file[8] = 1;
    let checksum = castagnoli.checksum(&file[..60]);
    file[60..64].copy_from_slice(&checksum.to_le_bytes());
    fs::write(&path, &file).unwrap();
    let version = || u16::from_le_bytes(fs::read(&path).unwrap()[8..10].try_into().unwrap());
    let mut recorder = drained(Disc::open(&path).unwrap());
    burn_track(&mut recorder, 300);
    close_session(&mut recorder, MultiSession::Open);
    assert_eq!(version(), 1, "it can still be read by an earlier program");
    select(&mut recorder, packet_page(32));
    try_format(&mut recorder, 1, &list(FormatType::CdRwFull, 3_200)).unwrap();
    assert_eq!(version(), 2);
    drop(recorder);
    assert_eq!(view(&path).tracks[0].blocks(), 3_200);
}

/// A process that dies takes the drive's buffer with it, and nothing that a flush had acknowledged.
#[test]
fn what_was_flushed_is_there_and_what_was_not_may_be_lost() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("killed.disc");
    let mut recorder = drained(Disc::create(&path, MediumKind::CdR80).unwrap());
    burn_track(&mut recorder, 300);
    write(&mut recorder, Lba(452), 32, 2048).unwrap();
    drop(recorder);
    let view = view(&path);
    assert_eq!(view.tracks.first().map(|track| track.end), Some(Lba(302)));
    assert!(view.tracks.len() <= 2);
}

#[test]
fn erased_discs_stay_erased() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("rw.disc");
    let mut recorder = drained(Disc::create(&path, MediumKind::CdRw80).unwrap());
    burn_track(&mut recorder, 400);
    close_session(&mut recorder, MultiSession::Closed);
    recorder.ask(&Blank { immed: false, blank_type: BlankType::Minimal, address: Lba(0) }).unwrap();
    drop(recorder);
    let after = view(&path);
    assert!(after.sessions.is_empty() && after.tracks.is_empty(), "{after:?}");
    // Old data behind the new is not taken for a part of it.
    let mut recorder = drained(Disc::open(&path).unwrap());
    write(&mut recorder, Lba(0), 10, 2048).unwrap();
    sync(&mut recorder);
    drop(recorder);
    assert_eq!(view(&path).tracks[0].end, Lba(302));
}
