//! What fuzz target `drive` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The first byte chooses the medium. Then steps follow:
//!
//! | bytes | step |
//! |---|---|
//! | F0h | the power fails and comes back |
//! | F1h | the disc is taken out and put in again |
//! | F2h, two bytes | as many tenths of a second pass |
//! | a CDB, three bytes *n* | the command; with *n* zero data come in, else *n* bytes go out |
//!
//! Of the bytes that go out up to 512 stand in the input, behind *n*; the rest is a pattern. Numbers are big-endian.

use core::time::Duration;

use discwright_drive::derive::View;
use discwright_drive::{Disc, MediumKind, Recorder};
use discwright_mmc::{Cdb, SenseKey};
use discwright_transport::{Data, Request, Status, Transport};

/// Steps of one input, at most: a stream of no-ops proves nothing.
const STEPS: usize = 400;
/// Bytes that one command takes in, and sends at most.
const TRANSFER: usize = 1 << 16;

pub(crate) fn run(data: &[u8]) {
    let Some((kind, mut rest)) = data.split_first() else { return };
    let kind = MediumKind::ALL[usize::from(*kind) % MediumKind::ALL.len()];
    let mut recorder = Recorder::with_disc(Disc::blank(kind));
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
            _ => match command(rest, &mut recorder, &mut buffer) {
                Some(tail) => rest = tail,
                None => break,
            },
        }
    }
    check(recorder);
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
