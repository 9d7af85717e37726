//! What fuzz target `drive` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The first byte chooses the medium, in its low half, and the personality. Then steps follow:
//!
//! | bytes | step |
//! |---|---|
//! | F0h | the power fails and comes back |
//! | F1h | the disc is taken out and put in again |
//! | F2h, two bytes | as many tenths of a second pass |
//! | F3h, a byte | so many blocks and one are written where the drive says, of the size that page 05h says |
//! | F4h, a byte | one of the write parameters pages of [`pages`] is set |
//! | F5h, a byte | one of the plans of [`plan`] makes things go wrong from now on |
//! | F6h, a byte | one of four hosts speaks from now on |
//! | F7h | the session is closed, as hosts do: flushed, then closed, then waited for |
//! | a CDB, three bytes *n* | the command; with *n* zero data come in, else *n* bytes go out |
//!
//! Of the bytes that go out up to 512 stand in the input, behind *n*; the rest is a pattern. Numbers are big-endian.

use core::time::Duration;

use discwright_drive::derive::View;
use discwright_drive::fault::{Effect, Fault, FaultPlan, SenseCode, When};
use discwright_drive::{Disc, Drive, MediumKind, Personality, Recorder};
use discwright_mmc::command::{
    CloseFunction, CloseTrackSession, Command, ModeSelect10, ModeSense10, ReadTrackInformation, Response,
    SynchronizeCache, Write10,
};
use discwright_mmc::mode::{DataBlockType, ModeData10, MultiSession, WriteParameters, WriteType};
use discwright_mmc::response::TrackInformation;
use discwright_mmc::{Cdb, SenseKey};
use discwright_transport::{Data, Request, Status, Transport};

/// Steps of one input, at most: a stream of no-ops proves nothing.
const STEPS: usize = 400;
/// Bytes that one command takes in, and sends at most.
const TRANSFER: usize = 1 << 16;

pub(crate) fn run(data: &[u8]) {
    let Some((first, mut rest)) = data.split_first() else { return };
    let kind = MediumKind::ALL[usize::from(*first & 0xF) % MediumKind::ALL.len()];
    let personalities = Personality::all();
    let (_, personality) = &personalities[usize::from(*first >> 4) % personalities.len()];
    let mut recorder = Recorder::around(Drive::with_disc(personality.clone(), Disc::blank(kind)));
    let mut buffer = vec![0; TRANSFER];
    for _ in 0..STEPS {
        match rest {
            [] => break,
            [0xF0, tail @ ..] => {
                recorder.power_cycle();
                rest = tail;
            }
            [0xF1, tail @ ..] => {
                if let Some(disc) = recorder.eject() {
                    assert!(recorder.load(disc).is_ok(), "an empty drive takes a disc");
                }
                rest = tail;
            }
            [0xF2, high, low, tail @ ..] => {
                let tenths = u64::from(u16::from_be_bytes([*high, *low]));
                recorder.wait(Duration::from_millis(100 * tenths));
                rest = tail;
            }
            [0xF3, blocks, tail @ ..] => {
                write(&mut recorder, u16::from(*blocks) + 1);
                rest = tail;
            }
            [0xF4, choice, tail @ ..] => {
                let pages = pages();
                let page = pages[usize::from(*choice) % pages.len()].clone();
                let list = ModeData10::of(page).encode_parameters();
                let bytes = u16::try_from(list.len()).expect("a page is short");
                send(&mut recorder, &ModeSelect10::of(bytes).encode(), Data::Out(&list));
                rest = tail;
            }
            [0xF5, choice, tail @ ..] => {
                recorder.set_faults(plan(*choice));
                rest = tail;
            }
            [0xF6, host, tail @ ..] => {
                recorder.set_initiator(host % 4);
                rest = tail;
            }
            [0xF7, tail @ ..] => {
                send(&mut recorder, &SynchronizeCache::default().encode(), Data::None);
                let close = CloseTrackSession { immed: true, function: CloseFunction::Session, track: 0 };
                send(&mut recorder, &close.encode(), Data::None);
                recorder.wait(Duration::from_secs(1_000));
                rest = tail;
            }
            _ => match command(rest, &mut recorder, &mut buffer) {
                Some(tail) => rest = tail,
                None => break,
            },
        }
    }
    check(recorder);
}

/// Write parameters of every kind of writing, sound and data, with and without a next session, and test writes.
fn pages() -> Vec<WriteParameters> {
    let types = [WriteType::TrackAtOnce, WriteType::SessionAtOnce, WriteType::Packet, WriteType::Raw];
    let blocks = [
        (DataBlockType::Mode1, 4),
        (DataBlockType::Raw, 0),
        (DataBlockType::Mode2Form1, 4),
        (DataBlockType::Mode2Mixed, 4),
        (DataBlockType::RawPwRaw, 0),
    ];
    let mut pages = Vec::new();
    for write_type in types {
        for (data_block_type, track_mode) in blocks {
            for (multi_session, test_write, packet_blocks) in [
                (MultiSession::Open, false, 0),
                (MultiSession::Closed, false, 32),
                (MultiSession::Open, true, 0),
            ] {
                pages.push(WriteParameters {
                    write_type,
                    data_block_type,
                    track_mode,
                    multi_session,
                    test_write,
                    fixed_packet: packet_blocks > 0 && matches!(write_type, WriteType::Packet),
                    packet_blocks,
                    buffer_underrun_free: packet_blocks == 0,
                    audio_pause_sectors: 150,
                    ..WriteParameters::default()
                });
            }
        }
    }
    pages
}

/// A fault of each kind, at a chance of one in eight.
fn plan(choice: u8) -> FaultPlan {
    let code = SenseCode::new(3, 0x0C, 0);
    let all = [
        Effect::Refuse(code),
        Effect::AnswerWith(SenseCode::new(1, 0x17, 1)),
        Effect::Defer(code),
        Effect::StatusBusy,
        Effect::LaserOff,
        Effect::Ignore,
        Effect::Slow { ms: 5_000 },
        Effect::Reset,
        Effect::EjectButton,
        Effect::LoseAttention,
        Effect::Shorten { bytes: 3 },
        Effect::ShortenUntold { bytes: 3 },
        Effect::FlipBit { bit: 77 },
        Effect::NextWritable { lba: Some(-150) },
        Effect::Stale,
        Effect::Rot { bytes: 40 },
        Effect::WrongSector { offset: -1 },
        Effect::QCheck,
        Effect::SlowLaser { percent: 10 },
    ];
    let what = all[usize::from(choice) % all.len()];
    let faults = vec![Fault { when: vec![When::PerMillion(125_000)], what, times: None }];
    FaultPlan { seed: u64::from(choice), faults }
}

/// Blocks where the drive wants the next ones.
fn write(recorder: &mut Recorder, blocks: u16) {
    let mut answer = [0; 48];
    send(recorder, &ReadTrackInformation::invisible().encode(), Data::In(&mut answer));
    let start = TrackInformation::parse(&answer).ok().and_then(|it| it.next_writable).unwrap_or_default();
    let mut page = [0; 68];
    send(recorder, &ModeSense10::current(5, 68).encode(), Data::In(&mut page));
    let parameters = ModeData10::parse(&page).ok().and_then(|data| data.write_parameters().cloned());
    let bytes = match parameters.unwrap_or_default().data_block_type {
        DataBlockType::Raw => 2352,
        DataBlockType::RawPwRaw => 2448,
        DataBlockType::Mode2Mixed => 2332,
        _ => 2048,
    };
    let command = Write10 { start, sectors: blocks, fua: false };
    let data = vec![0x5A; usize::from(blocks) * bytes];
    recorder.set_max_transfer(1 << 20);
    send(recorder, &command.encode(), Data::Out(&data));
}

/// A command whose answer does not matter here; what no fault may do still must not happen.
fn send(recorder: &mut Recorder, cdb: &Cdb, data: Data<'_>) {
    let request = Request { cdb, data, timeout: Duration::from_secs(100_000) };
    recorder.execute(request).expect("none of these faults breaks the wire");
}

/// One command; what follows it in the input.
fn command<'a>(input: &'a [u8], recorder: &mut Recorder, buffer: &mut [u8]) -> Option<&'a [u8]> {
    let cdb = Cdb::from_wire(input).ok()?;
    let rest = &input[cdb.as_bytes().len()..];
    let ([high, middle, low], rest) = rest.split_first_chunk::<3>()?;
    let length = usize::try_from(u32::from_be_bytes([0, *high, *middle, *low])).ok()?.min(TRANSFER);
    let (given, rest) = rest.split_at(length.min(512).min(rest.len()));
    let mut sent;
    let data = if length == 0 {
        Data::In(buffer)
    } else {
        sent = vec![0x5A; length];
        sent[..given.len()].copy_from_slice(given);
        Data::Out(&sent)
    };
    let request = Request { cdb: &cdb, data, timeout: Duration::from_secs(100_000) };
    let outcome = recorder.execute(request).expect("nothing breaks the wire of an emulated drive");
    assert!(outcome.transferred <= TRANSFER);
    if let Status::CheckCondition(sense) = outcome.status {
        let requested = cdb.as_bytes().first() == Some(&0x03);
        assert!(requested || !matches!(sense.key, SenseKey::NoSense), "a refusal has a reason: {cdb}");
    }
    Some(rest)
}

/// Whatever happened, every operation ends, and what the drive believes of the disc is what a scan finds.
fn check(mut recorder: Recorder) {
    recorder.wait(Duration::from_secs(20_000));
    if let Some(disc) = recorder.disc() {
        let scanned = View::of(disc.medium());
        assert_eq!(recorder.drive_mut().view(), Some(&scanned));
    }
    recorder.power_cycle();
    if let Some(disc) = recorder.into_disc() {
        let before = View::of(disc.medium());
        assert_eq!(View::of(Disc::copy_in_memory(&disc).medium()), before);
    }
}
