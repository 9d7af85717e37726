//! What holds whatever is sent to the drive.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;
#[path = "common/invariants.rs"]
mod invariants;

use std::collections::BTreeMap;

use core::time::Duration;

use common::*;
use discwright_cd::Lba;
use discwright_drive::derive::{TrackState, View};
use discwright_drive::medium::Block;
use discwright_drive::{Disc, MediumKind, Recorder};
use discwright_mmc::Cdb;
use discwright_mmc::command::*;
use discwright_mmc::mode::{MultiSession, WriteParameters, WriteType};
use discwright_mmc::response::FormatType;
use discwright_transport::{Data, Request, Transport, TransportExt};
use invariants::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tempfile::TempDir;

/// What a host, or fate, may do.
#[derive(Clone, Debug)]
enum Op {
    SelectTrack {
        data: bool,
        multi: u8,
        test: bool,
    },
    SelectSession {
        multi: u8,
    },
    SelectPackets {
        blocks: u32,
        multi: u8,
        test: bool,
    },
    /// A track, or a part of one, as the page in force has it.
    Append {
        commands: u8,
        sectors: u8,
    },
    /// A write where a track that stands open goes on, and the flush behind it.
    AppendTo {
        track: u8,
        sectors: u8,
    },
    /// A session from sheet to lead-out.
    Session {
        sectors: u16,
        multi: u8,
        cut: bool,
    },
    /// Closing, and the wait for it.
    Close {
        multi: u8,
    },
    Format {
        scope: u8,
        blocks: u16,
        code: u8,
    },
    /// A write into a track that is there already.
    Overwrite {
        track: u8,
        packet: u16,
        skew: u8,
        blocks: u8,
    },
    Reserve {
        sectors: u16,
    },
    WriteAt {
        at: i32,
        sectors: u8,
    },
    Sync {
        immed: bool,
    },
    CloseTrack {
        track: u8,
    },
    CloseSession {
        immed: bool,
    },
    Sheet {
        sectors: u16,
    },
    Blank {
        kind: u8,
        number: u8,
    },
    BlankTail {
        track: u8,
        packet: u16,
        skew: u8,
    },
    Calibrate,
    Wait {
        ms: u16,
    },
    Settle,
    PowerCycle,
    EjectAndLoad,
    Read {
        at: i32,
    },
    Cdb {
        bytes: Vec<u8>,
        out: u16,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let packets = prop_oneof![Just(0_u32), Just(4), Just(16), Just(32)];
    let rarely = || prop::bool::weighted(0.1);
    let writing = prop_oneof![
        3 => (any::<bool>(), bits(), rarely())
            .prop_map(|(data, multi, test)| Op::SelectTrack { data, multi, test }),
        1 => bits().prop_map(|multi| Op::SelectSession { multi }),
        3 => (packets, bits(), rarely()).prop_map(|(blocks, multi, test)| Op::SelectPackets { blocks, multi, test }),
        9 => (1..8_u8, 1..28_u8).prop_map(|(commands, sectors)| Op::Append { commands, sectors }),
        4 => (1..5_u8, 1..28_u8).prop_map(|(track, sectors)| Op::AppendTo { track, sectors }),
        1 => (301..900_u16, bits(), prop::bool::weighted(0.4))
            .prop_map(|(sectors, multi, cut)| Op::Session { sectors, multi, cut }),
        3 => bits().prop_map(|multi| Op::Close { multi }),
        2 => (0..4_u8, 1..2_000_u16, prop_oneof![4 => Just(1_u8), 1 => Just(7), 1 => 0..8_u8])
            .prop_map(|(scope, blocks, code)| Op::Format { scope, blocks, code }),
        3 => (1..5_u8, 0..60_u16, prop_oneof![4 => Just(0_u8), 1 => 1..9_u8], prop_oneof![3 => Just(1_u8), 1 => 0..4_u8])
            .prop_map(|(track, packet, skew, blocks)| Op::Overwrite { track, packet, skew, blocks }),
        2 => (0..900_u16).prop_map(|sectors| Op::Reserve { sectors }),
        1 => (-200..20_000_i32, 0..28_u8).prop_map(|(at, sectors)| Op::WriteAt { at, sectors }),
    ];
    let ending = prop_oneof![
        4 => any::<bool>().prop_map(|immed| Op::Sync { immed }),
        3 => (1..6_u8).prop_map(|track| Op::CloseTrack { track }),
        2 => any::<bool>().prop_map(|immed| Op::CloseSession { immed }),
        1 => (301..900_u16).prop_map(|sectors| Op::Sheet { sectors }),
        1 => (0..8_u8, 0..6_u8).prop_map(|(kind, number)| Op::Blank { kind, number }),
        1 => (2..4_u8, 0..6_u8).prop_map(|(kind, number)| Op::Blank { kind, number }),
        1 => (1..5_u8, 0..30_u16, prop_oneof![5 => Just(0_u8), 1 => 1..9_u8])
            .prop_map(|(track, packet, skew)| Op::BlankTail { track, packet, skew }),
        1 => Just(Op::Calibrate),
        2 => any::<u16>().prop_map(|ms| Op::Wait { ms }),
        3 => Just(Op::Settle),
        1 => Just(Op::PowerCycle),
        1 => Just(Op::EjectAndLoad),
        2 => (-200..30_000_i32).prop_map(|at| Op::Read { at }),
        1 => (vec(any::<u8>(), 6..16), 0..600_u16).prop_map(|(bytes, out)| Op::Cdb { bytes, out }),
    ];
    prop_oneof![3 => writing, 2 => ending]
}

/// Multi-session bits: mostly open, so that sessions follow each other.
fn bits() -> impl Strategy<Value = u8> {
    prop_oneof![6 => Just(3_u8), 1 => 0..3_u8]
}

const fn multi(bits: u8) -> MultiSession {
    match bits {
        0 => MultiSession::Closed,
        1 => MultiSession::ClosedWithPointer,
        _ => MultiSession::Open,
    }
}

/// A host with a drive, and what it last set.
struct Host {
    recorder: Recorder,
    bytes_per_block: usize,
    /// The laser stays off.
    test_write: bool,
    /// How often each kind of state was met.
    reached: BTreeMap<&'static str, usize>,
}

impl Host {
    fn new(disc: Disc) -> Self {
        let mut recorder = Recorder::with_disc(disc);
        watch(&mut recorder);
        settle(&mut recorder);
        Self { recorder, bytes_per_block: 2048, test_write: false, reached: BTreeMap::new() }
    }

    fn select(&mut self, page: WriteParameters) {
        let bytes = if page.track_mode & 4 == 0 { 2352 } else { 2048 };
        let test_write = page.test_write;
        if try_select(&mut self.recorder, page).is_ok() {
            (self.bytes_per_block, self.test_write) = (bytes, test_write);
        }
    }

    fn next(&mut self) -> Option<Lba> {
        self.recorder.ask(&ReadTrackInformation::invisible()).ok()?.next_writable
    }

    fn write(&mut self, start: Lba, sectors: u32) {
        let bytes = self.bytes_per_block;
        let data: Vec<u8> =
            (0..sectors).flat_map(|index| block(start.saturating_add(index), bytes)).collect();
        let sectors = u16::try_from(sectors).unwrap();
        drop(self.recorder.send(&Write10 { start, sectors, fua: false }, &data));
    }

    fn track(&mut self, number: u8) -> Option<discwright_drive::derive::Track> {
        self.recorder.drive_mut().view()?.track(number).copied()
    }

    /// Carries one out; what the drive refuses is its right.
    fn apply(&mut self, op: &Op) {
        match op {
            Op::SelectTrack { data, multi: bits, test } => self.select(WriteParameters {
                multi_session: multi(*bits),
                test_write: *test,
                ..track_page(*data)
            }),
            Op::SelectSession { multi: bits } => self.select(session_page(multi(*bits))),
            Op::SelectPackets { blocks, multi: bits, test } => self.select(WriteParameters {
                write_type: WriteType::Packet,
                fixed_packet: *blocks > 0,
                multi_session: multi(*bits),
                test_write: *test,
                ..packet_page(*blocks)
            }),
            Op::Append { commands, sectors } => {
                for _ in 0..*commands {
                    let Some(next) = self.next() else { return };
                    self.write(next, u32::from(*sectors));
                }
            }
            Op::AppendTo { track, sectors } => {
                let told = self.recorder.ask(&ReadTrackInformation::track(u32::from(*track))).ok();
                let Some(next) = told.and_then(|it| it.next_writable) else { return };
                self.write(next, u32::from(*sectors));
                drop(self.recorder.ask(&SynchronizeCache::default()));
            }
            Op::Session { sectors, multi, cut } => self.session(u32::from(*sectors), *multi, *cut),
            Op::Close { multi: bits } => {
                self.select(WriteParameters { multi_session: multi(*bits), ..track_page(true) });
                drop(patient_close(&mut self.recorder));
            }
            Op::Format { scope, blocks, code } => {
                let scopes =
                    [FormatType::CdRwFull, FormatType::CdRwGrow, FormatType::CdRwAdd, FormatType::Full];
                let list = list(scopes[usize::from(*scope)], u32::from(*blocks));
                let command = FormatUnit { format_data: true, complete_list: false, format_code: *code };
                drop(self.recorder.send(&command, &list.encode()));
            }
            Op::Overwrite { track, packet, skew, blocks } => {
                let Some(track) = self.track(*track) else { return };
                let size = track.packet.unwrap_or(32).max(1);
                let start = track.start.saturating_add(u32::from(*packet) * size + u32::from(*skew));
                self.write(start, (u32::from(*blocks) * size).min(32));
            }
            Op::Reserve { sectors } => {
                drop(self.recorder.ask(&ReserveTrack { by_address: false, size: u32::from(*sectors) }));
                if sectors % 2 > 0 {
                    // Some of it is written at once.
                    let reserved =
                        |track: &&discwright_drive::derive::Track| track.state == TrackState::Reserved;
                    let view = self.recorder.drive_mut().view().cloned();
                    let last = view.and_then(|view| view.tracks.iter().rfind(reserved).copied());
                    let Some(last) = last else { return };
                    self.write(last.start, 1 + u32::from(*sectors) % 27);
                    drop(self.recorder.ask(&SynchronizeCache::default()));
                }
            }
            Op::WriteAt { at, sectors } => self.write(Lba(*at), u32::from(*sectors)),
            _ => self.end(op),
        }
    }

    fn end(&mut self, op: &Op) {
        let recorder = &mut self.recorder;
        match op {
            Op::Sync { immed } => {
                drop(recorder.ask(&SynchronizeCache { immed: *immed, ..Default::default() }));
            }
            Op::CloseTrack { track } => self.close_track(*track),
            Op::CloseSession { immed } => {
                let close = CloseTrackSession { immed: *immed, function: CloseFunction::Session, track: 0 };
                drop(recorder.ask(&close));
            }
            Op::Sheet { sectors } => {
                if let Ok(next) = recorder.ask(&ReadTrackInformation::invisible()) {
                    let track = u8::try_from(next.track).unwrap();
                    let sheet = data_sheet(next.start, track, next.start + i32::from(*sectors));
                    drop(send_sheet(recorder, &sheet));
                }
            }
            Op::Blank { kind, number } => {
                let address = Lba(i32::from(*number));
                drop(recorder.ask(&Blank { immed: true, blank_type: BlankType::from(*kind), address }));
            }
            Op::BlankTail { track, packet, skew } => self.blank_tail(*track, *packet, *skew),
            Op::Calibrate => drop(recorder.ask(&SendOpc { do_opc: true, parameter_bytes: 0 })),
            Op::Wait { ms } => recorder.wait(Duration::from_millis(u64::from(*ms))),
            Op::Settle => {
                recorder.wait(Duration::from_secs(7_200));
                settle(recorder);
            }
            Op::PowerCycle => {
                recorder.power_cycle();
                settle(recorder);
            }
            Op::EjectAndLoad => {
                if let Some(disc) = recorder.eject() {
                    recorder.load(disc).unwrap();
                    settle(recorder);
                }
            }
            Op::Read { at } => drop(read(recorder, Lba(*at), 2)),
            Op::Cdb { bytes, out } => foreign(recorder, bytes, usize::from(*out)),
            _ => {}
        }
    }

    /// A track that was closed is complete when the drive is done.
    fn close_track(&mut self, number: u8) {
        let known = self.track(number).is_some();
        let close =
            CloseTrackSession { immed: true, function: CloseFunction::Track, track: u16::from(number) };
        if self.recorder.ask(&close).is_err() || self.test_write || !known {
            return;
        }
        self.recorder.wait(Duration::from_secs(7_200));
        let track = self.track(number).unwrap();
        assert_eq!(track.state, TrackState::Complete, "{track:?}");
    }

    /// A track of packets whose tail was blanked goes on there.
    fn blank_tail(&mut self, number: u8, packet: u16, skew: u8) {
        let Some(track) = self.track(number) else { return };
        let size = track.packet.unwrap_or(1).max(1);
        let mut address = track.start.saturating_add(u32::from(packet) * size + u32::from(skew));
        if track.packet == Some(0) {
            // Where a packet begins, or would begin.
            let medium = self.recorder.disc().unwrap().medium();
            let run_in = |at: Lba| matches!(medium.block_at(at), Some((_, Block::RunIn)));
            let begins = |at: &Lba| run_in(*at - 1) && !run_in(*at);
            address = (address.0..track.end.0).map(Lba).find(begins).unwrap_or(address);
        }
        let blank = Blank { immed: true, blank_type: BlankType::TrackTail, address };
        // Behind the last block of a track with packets of one size there may be another's.
        let holds = (track.start..track.address_end()).contains(&address);
        if self.recorder.ask(&blank).is_err() || track.packet.is_none() || !holds {
            return;
        }
        self.recorder.wait(Duration::from_secs(7_200));
        let told = self.recorder.ask(&ReadTrackInformation::track(u32::from(number))).unwrap();
        assert_eq!((told.next_writable, told.damage), (Some(address), false), "{track:?}");
    }

    fn session(&mut self, sectors: u32, bits: u8, cut: bool) {
        self.select(session_page(multi(bits)));
        let Ok(next) = self.recorder.ask(&ReadTrackInformation::invisible()) else { return };
        let track = u8::try_from(next.track).unwrap();
        let sheet = data_sheet(next.start, track, next.start.saturating_add(sectors));
        if send_sheet(&mut self.recorder, &sheet).is_ok() {
            let sent = if cut { sectors / 2 } else { 150 + sectors };
            drop(write(&mut self.recorder, next.start - 150, sent, 2048));
        }
        if cut {
            self.recorder.wait(Duration::from_secs(60));
            self.recorder.power_cycle();
            settle(&mut self.recorder);
            return;
        }
        drop(self.recorder.ask(&SynchronizeCache::default()));
    }

    /// All ops, with everything that must hold looked at after each.
    fn run(&mut self, ops: &[Op]) {
        for op in ops {
            let rewritable = self.recorder.disc().is_some_and(|disc| disc.kind().is_rewritable());
            let before = self.recorder.disc().map(|disc| marks(disc.medium()));
            let next = next_writable(&mut self.recorder);
            self.apply(op);
            check(&mut self.recorder);
            for state in states(&mut self.recorder) {
                *self.reached.entry(state).or_default() += 1;
            }
            if rewritable {
                continue;
            }
            if let (Some(before), Some(disc)) = (before, self.recorder.disc()) {
                nothing_was_unwritten(&before, disc.medium());
            }
            if let (Some(before), Some(after)) = (next, next_writable(&mut self.recorder)) {
                assert!(after >= before, "the next writable address went from {before} to {after}");
            }
        }
        survives_power(&mut self.recorder);
        room_adds_up(&mut self.recorder);
        blocks_are_where_they_belong(&mut self.recorder);
    }
}

/// Lets the drive spin up and say what happened.
fn settle(recorder: &mut Recorder) {
    recorder.wait(Duration::from_secs(10));
    for _ in 0..3 {
        drop(recorder.ask(&TestUnitReady {}));
    }
}

fn foreign(recorder: &mut Recorder, bytes: &[u8], out: usize) {
    let Ok(cdb) = Cdb::from_wire(bytes) else { return };
    let mut buffer = vec![0; 4096];
    let sent = vec![0x41; out];
    let data = if out.is_multiple_of(3) { Data::In(&mut buffer) } else { Data::Out(&sent) };
    let request = Request { cdb: &cdb, data, timeout: Duration::from_secs(100_000) };
    recorder.execute(request).unwrap();
}

const KINDS: [MediumKind; 2] = [MediumKind::CdR80, MediumKind::CdRw80];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_stream_of_commands_breaks_a_cd_r(ops in vec(op(), 1..120)) {
        Host::new(Disc::blank(MediumKind::CdR80)).run(&ops);
    }

    #[test]
    fn no_stream_of_commands_breaks_a_cd_rw(ops in vec(op(), 1..120)) {
        Host::new(Disc::blank(MediumKind::CdRw80)).run(&ops);
    }

    #[test]
    fn every_operation_in_the_background_ends(ops in vec(op(), 1..30), kind in 0..2_usize) {
        let mut host = Host::new(Disc::blank(KINDS[kind]));
        for op in &ops {
            host.apply(op);
        }
        if host.recorder.disc().is_some() {
            // Ready again within two hours of its own time and within a few polls.
            host.recorder.wait(Duration::from_secs(7_200));
            let ready = (0..6).any(|_| host.recorder.ask(&TestUnitReady {}).is_ok());
            prop_assert!(ready);
        }
    }

    #[test]
    fn random_bytes_are_answered(streams in vec((vec(any::<u8>(), 6..16), 0..5_000_usize), 1..200)) {
        let mut recorder = recorder(MediumKind::CdRw80);
        watch(&mut recorder);
        for (bytes, out) in &streams {
            foreign(&mut recorder, bytes, *out);
        }
    }

    /// Any operation code with zeros behind it gets an answer.
    #[test]
    fn every_operation_code_is_answered(opcode in any::<u8>(), fill in prop_oneof![Just(0_u8), Just(0xFF)]) {
        let mut recorder = recorder(MediumKind::CdR80);
        watch(&mut recorder);
        let mut cdb = [fill; 16];
        cdb[0] = opcode;
        foreign(&mut recorder, &cdb, 0);
        foreign(&mut recorder, &cdb, 512);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// What a file says when it is opened again is what the drive had come to.
    #[test]
    fn a_disc_file_opened_again_is_the_disc(ops in vec(op(), 1..60), kind in 0..2_usize) {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("property.disc");
        let mut host = Host::new(Disc::create(&path, KINDS[kind]).unwrap());
        host.run(&ops);
        if let Some(disc) = host.recorder.into_disc() {
            let before = (View::of(disc.medium()), physically(disc.medium()));
            drop(disc);
            let again = Disc::open(&path).unwrap();
            prop_assert_eq!((View::of(again.medium()), physically(again.medium())), before);
            let mut recorder = Recorder::with_disc(again);
            settle(&mut recorder);
            blocks_are_where_they_belong(&mut recorder);
        }
    }
}

/// The commands above come to all the states that matter, and not just once.
#[test]
fn the_generator_reaches_what_matters() {
    let mut runner = TestRunner::deterministic();
    let strategy = vec(op(), 60..120);
    for kind in KINDS {
        let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
        for _ in 0..40 {
            let ops = strategy.new_tree(&mut runner).unwrap().current();
            let mut host = Host::new(Disc::blank(kind));
            host.run(&ops);
            for (state, times) in host.reached {
                *reached.entry(state).or_default() += times;
            }
        }
        let both = STATES.iter().filter(|(_, rewritable)| kind.is_rewritable() || !rewritable);
        let missed: Vec<_> =
            both.filter(|(state, _)| reached.get(state).copied().unwrap_or(0) < 3).map(|it| it.0).collect();
        assert!(missed.is_empty(), "{kind}: {missed:?} of {reached:#?}");
    }
}
