//! Burns an 80 minute disc to the last block, in virtual time, and says how long the drive believes it took.
//!
//! `cargo run --release -p discwright-drive --example full_disc [FILE]`; without a file the disc is in memory.
#![allow(clippy::unwrap_used, reason = "an example")]

use core::time::Duration;

use discwright_cd::Lba;
use discwright_drive::{Disc, MediumKind, Recorder};
use discwright_mmc::command::{ReadTrackInformation, SynchronizeCache, TestUnitReady, Write10};
use discwright_transport::{Transport, TransportExt};

fn main() {
    let disc = std::env::args().nth(1).map_or_else(
        || Disc::blank(MediumKind::CdR80),
        |path| Disc::create(path, MediumKind::CdR80).unwrap(),
    );
    let mut drive = Recorder::with_disc(disc);
    drive.ask(&TestUnitReady {}).unwrap_err();
    let free = drive.ask(&ReadTrackInformation::invisible()).unwrap().free_blocks;
    let chunk = vec![0xA5; 32 * 2048];
    let (mut at, mut waits) = (0, 0_u32);
    while at < free {
        let sectors = u16::try_from((free - at).min(32)).unwrap();
        let write = Write10 { start: Lba(i32::try_from(at).unwrap()), sectors, fua: false };
        let data = chunk.get(..usize::from(sectors) * 2048).unwrap();
        while drive.send(&write, data).is_err() {
            drive.wait(Duration::from_millis(5));
            waits += 1;
        }
        at += u32::from(sectors);
    }
    let flush = SynchronizeCache { immed: true, ..SynchronizeCache::default() };
    drive.ask(&flush).unwrap();
    while drive.ask(&TestUnitReady {}).is_err() {
        drive.wait(Duration::from_millis(100));
    }
    println!("{free} sectors in {:?} of the drive's time; the buffer was full {waits} times", drive.now().0);
}
