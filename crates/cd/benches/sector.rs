//! Speed of the sector kernels on one core, beside the textbook method and another crate.
//!
//! Throughput is in bytes of user data (2048 to the sector).

use core::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use discwright_cd::subchannel::{Content, Position, Q, Subchannels, Track};
use discwright_cd::{Control, Lba, Msf, sector};
use ecmlib::{Decoder, Optimizations, SectorType};

fn user() -> [u8; 2048] {
    let mut state: u32 = 1;
    core::array::from_fn(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
}

fn sectors(criterion: &mut Criterion) {
    let user = user();
    let mut sector = [0; 2352];
    sector::encode_mode1(Lba(1234), &user, &mut sector).expect("an address on every disc");

    let mut group = criterion.benchmark_group("mode 1");
    group.throughput(Throughput::Bytes(2048));
    group.bench_function("encode", |it| {
        it.iter(|| sector::encode_mode1(black_box(Lba(1234)), black_box(&user), black_box(&mut sector)));
    });
    group.bench_function("check", |it| it.iter(|| sector::check(black_box(&sector))));
    group.bench_function("edc", |it| it.iter(|| sector::edc(black_box(&sector[..2064]))));
    group.bench_function("scramble", |it| it.iter(|| sector::scramble(black_box(&mut sector))));
    group.bench_function("textbook encode", |it| {
        let tables = textbook::Tables::new();
        it.iter(|| tables.encode_mode1(black_box(&user), black_box(&mut sector)));
    });
    group.bench_function("ecmlib encode", |it| {
        let mut decoder = Decoder::new();
        it.iter(|| decoder.decode_sector(black_box(&user), SectorType::Mode1, 1384, Optimizations::all()));
    });
    group.finish();
}

fn subchannels(criterion: &mut Criterion) {
    let position = Position {
        track: Track::Number(1),
        index: 1,
        relative: Msf { minute: 0, second: 14, frame: 34 },
        absolute: Msf { minute: 0, second: 16, frame: 34 },
    };
    let q = Q { control: Control::DATA, content: Content::Position(position) };
    let bytes = q.encode().expect("a time on every disc");
    let wire = Subchannels::new(false, bytes).interleave();

    let mut group = criterion.benchmark_group("subchannel");
    group.bench_function("encode Q", |it| it.iter(|| black_box(&q).encode()));
    group.bench_function("parse Q", |it| it.iter(|| Q::parse(black_box(&bytes))));
    group.bench_function("interleave", |it| {
        it.iter(|| Subchannels::new(false, black_box(bytes)).interleave())
    });
    group.bench_function("deinterleave", |it| it.iter(|| Subchannels::deinterleave(black_box(&wire))));
    group.finish();
}

/// The method of ECMA-130, annex A, byte by byte with tables, codeword after codeword, as the C libraries do it.
#[expect(clippy::indexing_slicing, reason = "a byte indexes 256 entries; the rest stays inside a sector")]
mod textbook {
    pub(crate) struct Tables {
        edc: [u32; 256],
        times_alpha: [u8; 256],
        over_one_plus_alpha: [u8; 256],
    }

    impl Tables {
        pub(crate) fn new() -> Self {
            let mut tables = Self { edc: [0; 256], times_alpha: [0; 256], over_one_plus_alpha: [0; 256] };
            for byte in 0..=255_u8 {
                let product = (byte << 1) ^ if byte > 127 { 0x1D } else { 0 };
                tables.times_alpha[usize::from(byte)] = product;
                tables.over_one_plus_alpha[usize::from(byte ^ product)] = byte;
                tables.edc[usize::from(byte)] = (0..8)
                    .fold(u32::from(byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xD801_8001 } else { 0 });
            }
            tables
        }

        pub(crate) fn encode_mode1(&self, user: &[u8; 2048], sector: &mut [u8; 2352]) {
            sector[16..2064].copy_from_slice(user);
            let edc = sector[..2064]
                .iter()
                .fold(0_u32, |sum, byte| (sum >> 8) ^ self.edc[usize::from(sum.to_le_bytes()[0] ^ byte)]);
            sector[2064..2068].copy_from_slice(&edc.to_le_bytes());
            sector[2068..2076].fill(0);
            self.parity(sector, 86, 24, 2, 86, 2076);
            self.parity(sector, 52, 43, 86, 88, 2248);
        }

        fn parity(
            &self,
            sector: &mut [u8; 2352],
            words: usize,
            length: usize,
            across: usize,
            along: usize,
            out: usize,
        ) {
            for word in 0..words {
                let mut at = word / 2 * across + word % 2;
                let (mut sum, mut value) = (0, 0);
                for _ in 0..length {
                    let byte = sector[12 + at];
                    sum ^= byte;
                    value = self.times_alpha[usize::from(value ^ byte)];
                    at += along;
                    if at >= words * length {
                        at -= words * length;
                    }
                }
                let first = self.over_one_plus_alpha[usize::from(self.times_alpha[usize::from(value)] ^ sum)];
                sector[out + word] = first;
                sector[out + words + word] = first ^ sum;
            }
        }
    }
}

criterion_group!(benches, sectors, subchannels);
criterion_main!(benches);
