//! Power cut while the drive erases a part of a disc: a track, reservations, a tail, what closes a session, a session.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use core::time::Duration;
use discwright_cd::Lba;
use discwright_drive::derive::View;
use discwright_drive::{Disc, MediumKind, Recorder};
use discwright_mmc::command::*;
use discwright_mmc::mode::{MultiSession, WriteParameters, WriteType};
use discwright_mmc::response::*;
use discwright_transport::{Transport, TransportExt};

const KIND: MediumKind = MediumKind::CdRw80;
/// Blocks of the first and of the second session's track.
const BLOCKS: u32 = 400;
/// The first session ends with two blocks of run-out; the second begins 11400 behind its lead-out, and has none, being
/// written at once (`spec/drive.md` 2.2).
const SECOND: i32 = 402 + 11_400;
const SECOND_LEAD_OUT: i32 = SECOND + 400;
const THIRD: i32 = SECOND_LEAD_OUT + 6_900;
const PREGAP: i32 = 150;
const LEAD_IN: i32 = 4_500;

/// What is erased, and in which order the laser goes.
struct Case {
    blank_type: BlankType,
    address: i32,
    /// Adds what is to be erased to a disc of two closed sessions.
    prepare: fn(&mut Recorder),
    order: Vec<i32>,
    /// Sessions that must not be touched.
    sessions: u16,
    /// The moments of the cut, in millionths of the whole time.
    moments: Vec<u32>,
    /// Says what a host is told while the work is half done, and `true` when that is what is expected of it in between.
    told: fn(&mut Recorder) -> bool,
    /// Writes where something was erased, and closes.
    use_again: fn(&mut Recorder),
}

fn two_sessions() -> Recorder {
    let mut recorder = recorder(KIND);
    burn_track(&mut recorder, BLOCKS);
    close_session(&mut recorder, MultiSession::Open);
    select(&mut recorder, session_page(MultiSession::Open));
    send_sheet(&mut recorder, &data_sheet(Lba(SECOND), 2, Lba(SECOND_LEAD_OUT))).unwrap();
    write(&mut recorder, Lba(SECOND - PREGAP), BLOCKS + 150, 2048).unwrap();
    sync(&mut recorder);
    patiently(&mut recorder, |recorder| recorder.ask(&TestUnitReady {})).unwrap();
    assert_eq!(track_information(&mut recorder).start, Lba(THIRD));
    recorder
}

impl Case {
    fn prepared(&self) -> Disc {
        let mut recorder = two_sessions();
        (self.prepare)(&mut recorder);
        recorder.into_disc().unwrap()
    }

    /// A drive with a copy of a disc, whose power goes at a moment of the erasure.
    fn cut_at(&self, moment: u32, disc: &Disc) -> Recorder {
        let mut recorder = with(disc.copy_in_memory());
        let all = self.begin(&mut recorder);
        recorder.wait(all * moment / 1_000_000);
        power(&mut recorder);
        recorder
    }

    fn begin(&self, recorder: &mut Recorder) -> Duration {
        let address = Lba(self.address);
        recorder.ask(&Blank { immed: true, blank_type: self.blank_type, address }).unwrap();
        let now = recorder.now();
        recorder.drive().busy_until(now).unwrap().since(now)
    }

    fn complete(&self, recorder: &mut Recorder) {
        let all = self.begin(recorder);
        recorder.wait(all);
        recorder.ask(&TestUnitReady {}).unwrap();
    }

    /// Cut at each moment, the disc holds what was not yet reached and all of the other sessions; erased again it is what
    /// it would have been without the cut, and takes data.
    fn cut(&self) {
        let disc = self.prepared();
        let before = disc.medium();
        let mut uncut = with(disc.copy_in_memory());
        self.complete(&mut uncut);
        let wanted = (state(&mut uncut), written(&uncut));
        let mut in_between = 0;
        for moment in &self.moments {
            let place = format!("{:?}, {moment} millionths", self.blank_type);
            let mut recorder = self.cut_at(*moment, &disc);
            let medium = recorder.disc().unwrap().medium().clone();
            let marked = self.order.iter().copied().filter(|at| before.extent_at(Lba(*at)).is_some());
            let kept: Vec<bool> = marked.map(|at| medium.extent_at(Lba(at)).is_some()).collect();
            assert!(kept.is_sorted(), "{place}: what is left comes behind what is gone");
            assert_eq!(medium.erasures(), before.erasures(), "{place}");
            self.others_are_there(&mut recorder, &place);
            in_between += u32::from((self.told)(&mut recorder));

            if (state(&mut recorder), written(&recorder)) != wanted {
                self.complete(&mut recorder);
                assert_eq!(state(&mut recorder), wanted.0, "{place}");
                assert_eq!(written(&recorder), wanted.1, "{place}");
            }
            self.others_are_there(&mut recorder, &place);
            (self.use_again)(&mut recorder);
            self.others_are_there(&mut recorder, &place);
        }
        assert!(in_between > 1, "{:?}: cut at {in_between} moments only", self.blank_type);
    }

    fn others_are_there(&self, recorder: &mut Recorder, place: &str) {
        let command = ReadFullToc { msf: true, number: 1, allocation_bytes: 4_096 };
        let found = recorder.ask(&command).unwrap();
        for (session, start) in (1..=self.sessions).zip([0, SECOND]) {
            let entry = found.entries.iter().find(|it| u16::from(it.session) == session && it.point < 0xA0);
            let time = Lba(start).to_msf().unwrap();
            assert_eq!(entry.map(|it| it.p_time), Some(time), "{place}: no session {session}");
            for at in [start, start + 399] {
                assert_eq!(read(recorder, Lba(at), 1).unwrap(), block(Lba(at), 2048), "{place}");
            }
        }
    }
}

/// What a scan of the disc tells.
fn state(recorder: &mut Recorder) -> View {
    recorder.drive_mut().view().unwrap().clone()
}

/// What is written outwards from the first lead-in.
fn written(recorder: &Recorder) -> Vec<(i32, u32)> {
    let medium = recorder.disc().unwrap().medium();
    let mut runs: Vec<(i32, u32)> = Vec::new();
    for extent in medium.extents_from(KIND.lead_in_start()) {
        match runs.last_mut() {
            Some((start, sectors)) if *start + sectors.cast_signed() == extent.start.0 => {
                *sectors += extent.sectors;
            }
            _ => runs.push((extent.start.0, extent.sectors)),
        }
    }
    runs
}

fn power(recorder: &mut Recorder) {
    recorder.power_cycle();
    recorder.wait(Duration::from_secs(20));
    drop(recorder.ask(&TestUnitReady {}));
    recorder.ask(&TestUnitReady {}).unwrap();
}

fn track(recorder: &mut Recorder, number: u32) -> TrackInformation {
    recorder.ask(&ReadTrackInformation::track(number)).unwrap()
}

/// Forty moments, evenly.
fn evenly() -> Vec<u32> {
    (1..40).map(|part| part * 25_000).collect()
}

fn packets(recorder: &mut Recorder, page: WriteParameters, packets: i32, stride: i32) {
    select(recorder, WriteParameters { multi_session: MultiSession::Open, ..page });
    let first = track_information(recorder).next_writable.unwrap();
    for packet in 0..packets {
        write(recorder, first + packet * stride, 64, 2048).unwrap();
        sync(recorder);
    }
}

fn variable() -> WriteParameters {
    WriteParameters { write_type: WriteType::Packet, track_mode: 5, ..track_page(true) }
}

/// The track goes first, from its first block outwards, then its pregap, by which it stays known: as damaged.
#[test]
fn cut_while_a_track_is_blanked() {
    let case = Case {
        blank_type: BlankType::Track,
        address: 3,
        prepare: |recorder| {
            burn_track(recorder, 300);
            burn_track(recorder, 300);
        },
        order: (THIRD..THIRD + 302).chain(THIRD - PREGAP..THIRD).collect(),
        sessions: 2,
        moments: evenly(),
        told: |recorder| {
            assert_eq!(read(recorder, Lba(THIRD + 452), 1).unwrap(), block(Lba(THIRD + 452), 2048));
            let told = track(recorder, 3);
            assert!(told.damage || told.blank || read(recorder, Lba(THIRD), 1).is_ok(), "{told:?}");
            assert_eq!(told.next_writable.is_some(), told.blank, "{told:?}");
            told.damage
        },
        use_again: |recorder| {
            write(recorder, Lba(THIRD), 300, 2048).unwrap();
            sync(recorder);
            patient_close(recorder).unwrap();
            assert_eq!(read(recorder, Lba(THIRD + 299), 1).unwrap(), block(Lba(THIRD + 299), 2048));
            assert_eq!(read(recorder, Lba(THIRD + 452), 1).unwrap(), block(Lba(THIRD + 452), 2048));
        },
    };
    case.cut();
}

/// The last reservation goes first; an item of which something is left still counts.
#[test]
fn cut_while_tracks_are_unreserved() {
    // The items of the PMA by tracks 1 and 3, then those of the reservations, ten frames each.
    let pma = KIND.lead_in_start().0 - 1_000;
    let case = Case {
        blank_type: BlankType::UnreserveTrack,
        address: 4,
        prepare: |recorder| {
            burn_track(recorder, 300);
            for _ in 0..3 {
                recorder.ask(&ReserveTrack { by_address: false, size: 400 }).unwrap();
            }
        },
        order: [pma + 40, pma + 30, pma + 20].into_iter().flat_map(|at| at..at + 10).collect(),
        sessions: 2,
        moments: (1..60)
            .map(|part| 1_000_000 / 60 * part)
            .chain((1..60).map(|part| 1_000_000 - part * 100))
            .collect(),
        told: |recorder| {
            let next = track_information(recorder);
            assert!((4..=7).contains(&next.track), "{next:?}");
            for number in 4..u32::from(next.track) {
                let told = track(recorder, number);
                assert!(told.blank && told.reserved && !told.damage, "{told:?}");
            }
            // What is left of an item is not written over by the next.
            if next.track == 6 {
                recorder.ask(&ReserveTrack { by_address: false, size: 400 }).unwrap();
                let tracks: Vec<_> = (4..=6).map(|number| track(recorder, number).start).collect();
                assert!(tracks.is_sorted(), "{tracks:?}");
                assert_eq!(track_information(recorder).track, 7);
                return true;
            }
            next.track == 5
        },
        use_again: |recorder| {
            assert_eq!(burn_track(recorder, 300), Lba(THIRD + 452));
            patient_close(recorder).unwrap();
        },
    };
    case.cut();
}

/// A tail is erased outwards; writing goes on where the cut tail began.
#[test]
fn cut_while_a_tail_is_blanked() {
    let tail_again: fn(&mut Recorder) = |recorder| {
        let told = track_information(recorder);
        let next = told.next_writable.unwrap();
        let page = if told.fixed_packet { packet_page(32) } else { variable() };
        select(recorder, WriteParameters { multi_session: MultiSession::Open, ..page });
        write(recorder, next, 64, 2048).unwrap();
        sync(recorder);
        assert_eq!(read(recorder, next, 1).unwrap(), block(next, 2048));
        patient_close(recorder).unwrap();
        assert_eq!(read(recorder, next, 1).unwrap(), block(next, 2048));
    };
    let any = Case {
        blank_type: BlankType::TrackTail,
        address: THIRD + 2 * 71,
        prepare: |recorder| packets(recorder, variable(), 6, 71),
        order: (THIRD + 2 * 71 - 5..THIRD + 6 * 71 - 5).collect(),
        sessions: 2,
        moments: evenly(),
        told: |recorder| {
            let told = track_information(recorder);
            let begun = told.next_writable == Some(Lba(THIRD + 2 * 71));
            assert!(begun || told.next_writable == Some(Lba(THIRD + 6 * 71)), "{told:?}");
            begun
        },
        use_again: tail_again,
    };
    any.cut();
    // Closed as the cut left it, the session ends with a whole lead-out, whatever is left of the tail behind it.
    let disc = any.prepared();
    for moment in &any.moments {
        let mut recorder = any.cut_at(*moment, &disc);
        close_session(&mut recorder, MultiSession::Open);
        let told = disc_information(&mut recorder);
        assert_eq!((told.sessions, told.last_session), (4, SessionState::Empty), "{moment}: {told:?}");
        any.others_are_there(&mut recorder, "closed");
        assert_eq!(read(&mut recorder, Lba(THIRD + 71), 1).unwrap(), block(Lba(THIRD + 71), 2048));
    }
    let fixed = Case {
        address: THIRD + 128,
        prepare: |recorder| packets(recorder, packet_page(32), 6, 64),
        order: (THIRD + 4 * 39 - 5..THIRD + 12 * 39 - 5).collect(),
        told: |recorder| {
            let told = track_information(recorder);
            let begun = told.next_writable == Some(Lba(THIRD + 128));
            assert!(begun || told.next_writable == Some(Lba(THIRD + 384)), "{told:?}");
            begun
        },
        ..any
    };
    fixed.cut();
}

/// The tracks go into the PMA before the lead-out and the lead-in go; until then the session can be closed again.
#[test]
fn cut_while_the_last_session_is_unclosed() {
    let lead_in = SECOND - PREGAP - LEAD_IN;
    let case = Case {
        blank_type: BlankType::UncloseLastSession,
        address: 0,
        prepare: |_| {},
        order: (SECOND_LEAD_OUT..SECOND_LEAD_OUT + 2_250).chain(lead_in..SECOND - PREGAP).collect(),
        sessions: 1,
        moments: evenly(),
        told: |recorder| {
            let told = disc_information(recorder);
            for at in [SECOND, SECOND + 399] {
                assert_eq!(read(recorder, Lba(at), 1).unwrap(), block(Lba(at), 2048));
            }
            assert_eq!(told.sessions, if told.last_session == SessionState::Empty { 3 } else { 2 });
            told.last_session == SessionState::Damaged
        },
        use_again: |recorder| {
            assert_eq!(disc_information(recorder).last_session, SessionState::Incomplete);
            close_session(recorder, MultiSession::Open);
            assert_eq!(track_information(recorder).start, Lba(THIRD));
            assert_eq!(read(recorder, Lba(SECOND + 399), 1).unwrap(), block(Lba(SECOND + 399), 2048));
        },
    };
    case.cut();
    // Cut anywhere, it can be closed as well as opened.
    let disc = case.prepared();
    for moment in &case.moments {
        let mut recorder = case.cut_at(*moment, &disc);
        close_session(&mut recorder, MultiSession::Open);
        assert_eq!(track_information(&mut recorder).start, Lba(THIRD), "{moment}");
        assert_eq!(disc_information(&mut recorder).sessions, 3, "{moment}");
    }
}

/// A closed session is known by its lead-in until all else of it is gone, an open one by its first pregap and the PMA:
/// to erase again what a cut left never takes the session before.
#[test]
fn cut_while_the_last_session_is_erased() {
    // Nothing is written behind.
    let edge = THIRD + 2_000;
    // Most of the time goes into the empty part of the disc; the lead-in and the PMA are the last of it.
    let moments: Vec<u32> = (1..20)
        .map(|part| part * 200)
        .chain((1..20).map(|part| 1_000_000 - part * 1_000))
        .chain((1..20).map(|part| 1_000_000 - part * 4))
        .collect();
    let closed = Case {
        blank_type: BlankType::EraseSession,
        address: 0,
        prepare: |_| {},
        order: (SECOND - PREGAP + 1..edge).chain(SECOND - PREGAP - LEAD_IN..SECOND - PREGAP + 1).collect(),
        sessions: 1,
        moments,
        told: |recorder| {
            let told = disc_information(recorder);
            assert_eq!(told.sessions, 2 + u16::from(told.first_track_in_last_session == 3));
            told.last_session == SessionState::Damaged
        },
        use_again: |recorder| {
            assert_eq!(burn_track(recorder, 333), Lba(SECOND));
            close_session(recorder, MultiSession::Open);
            assert_eq!(track_information(recorder).start, Lba(SECOND + 335 + 6_900));
            assert_eq!(read(recorder, Lba(SECOND + 332), 1).unwrap(), block(Lba(SECOND + 332), 2048));
        },
    };
    closed.cut();
    let open = Case {
        prepare: |recorder| {
            burn_track(recorder, 300);
            packets(recorder, variable(), 3, 71);
        },
        order: (THIRD - PREGAP + 1..edge).chain(THIRD - PREGAP..THIRD - PREGAP + 1).collect(),
        sessions: 2,
        told: |recorder| {
            let told = disc_information(recorder);
            assert_eq!(told.sessions, 3, "{told:?}");
            told.last_session == SessionState::Incomplete
        },
        use_again: |recorder| {
            assert_eq!(burn_track(recorder, 333), Lba(THIRD));
            close_session(recorder, MultiSession::Open);
            assert_eq!(read(recorder, Lba(THIRD + 332), 1).unwrap(), block(Lba(THIRD + 332), 2048));
        },
        ..closed
    };
    open.cut();
    // A session that holds nothing but a track that was never ended is in no PMA.
    let unlisted = Case { prepare: |recorder| packets(recorder, variable(), 3, 71), ..open };
    unlisted.cut();
}
