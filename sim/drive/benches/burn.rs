//! A whole 80-minute disc in virtual time, beside copying the same bytes from memory.
//!
//! The host's data come from all over a disc's worth of memory, as a cache would not hold them; so does the copy.

use core::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use discwright_cd::Lba;
use discwright_drive::{Disc, MediumKind, Recorder};
use discwright_mmc::Cdb;
use discwright_mmc::command::{Command, SynchronizeCache, TestUnitReady, Write10};
use discwright_transport::{Data, Request, Status, Transport};

/// Sectors of the burn, and of one WRITE.
const SECTORS: i32 = 359_840;
const PIECE: i32 = 32;
const USER_BYTES: usize = 2048;

fn host_data() -> Vec<u8> {
    let mut state: u32 = 1;
    let mut data = vec![0; usize::try_from(SECTORS).expect("positive") * USER_BYTES];
    for word in data.chunks_exact_mut(4) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        word.copy_from_slice(&state.to_le_bytes());
    }
    data
}

fn send(recorder: &mut Recorder, cdb: &Cdb, data: &[u8]) -> Status {
    let data = if data.is_empty() { Data::None } else { Data::Out(data) };
    let request = Request { cdb, data, timeout: Duration::from_secs(100_000) };
    recorder.execute(request).expect("nothing breaks the wire of an emulated drive").status
}

/// Track-at-once, waiting where the drive says that its buffer is full.
fn burn(host: &[u8]) -> Disc {
    let mut recorder = Recorder::with_disc(Disc::blank(MediumKind::CdR80));
    send(&mut recorder, &TestUnitReady {}.encode(), &[]);
    let pieces = host.chunks(usize::try_from(PIECE).expect("positive") * USER_BYTES);
    for (start, piece) in (0..SECTORS).step_by(usize::try_from(PIECE).expect("positive")).zip(pieces) {
        let sectors = u16::try_from(piece.len() / USER_BYTES).expect("few");
        let cdb = Write10 { start: Lba(start), sectors, fua: false }.encode();
        while !matches!(send(&mut recorder, &cdb, piece), Status::Good) {
            recorder.wait(Duration::from_millis(20));
        }
    }
    assert_eq!(send(&mut recorder, &SynchronizeCache::default().encode(), &[]), Status::Good);
    recorder.into_disc().expect("there is a disc in it")
}

fn whole_disc(criterion: &mut Criterion) {
    let host = host_data();
    let disc = burn(&host);
    assert_eq!(disc.medium().written_until(Lba(0), None), Lba(SECTORS + 2), "the disc and its run-out");
    drop(disc);
    let mut group = criterion.benchmark_group("80 minutes");
    group.throughput(Throughput::Bytes(u64::try_from(host.len()).expect("fits")));
    group.sample_size(10);
    group.bench_function("memcpy", |it| it.iter_with_large_drop(|| host.clone()));
    group.bench_function("burn in virtual time", |it| it.iter_with_large_drop(|| burn(&host)));
    group.finish();
}

criterion_group!(benches, whole_disc);
criterion_main!(benches);
