//! What fuzz target `journal` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The input is a disc file (docs/disc-format.md). It is opened as it is, and again with all checksums and record numbers
//! put right, so that not every mutation ends at the first of them.

use core::sync::atomic::{AtomicU64, Ordering};
use std::path::PathBuf;

use discwright_drive::derive::View;
use discwright_drive::{Disc, Recorder};
use discwright_mmc::Cdb;
use discwright_transport::{Data, Request, Transport};

pub(crate) fn run(data: &[u8]) {
    let file = TemporaryFile::new();
    open(&file, data);
    let mut mended = data.to_vec();
    mend(&mut mended);
    open(&file, &mended);
}

fn open(file: &TemporaryFile, bytes: &[u8]) {
    std::fs::write(&file.0, bytes).expect("a temporary file can be written");
    let Ok(disc) = Disc::open(&file.0) else { return };
    let view = View::of(disc.medium());
    let mut recorder = Recorder::with_disc(disc);
    for cdb in QUESTIONS {
        let cdb = Cdb::from_wire(cdb).expect("whole");
        let mut buffer = vec![0; 1 << 16];
        let timeout = core::time::Duration::from_secs(1000);
        let request = Request { cdb: &cdb, data: Data::In(&mut buffer), timeout };
        recorder.execute(request).expect("nothing breaks the wire of an emulated drive");
    }
    drop(recorder);
    let again = Disc::open(&file.0).expect("what was opened once opens again");
    assert_eq!(View::of(again.medium()), view, "reading changes nothing");
}

/// Attention away, disc, tracks, TOC in all formats, capacity, and sectors by two commands.
const QUESTIONS: &[&[u8]] = &[
    &[0x00, 0, 0, 0, 0, 0],
    &[0x51, 0, 0, 0, 0, 0, 0, 1, 0, 0],
    &[0x52, 1, 0, 0, 0, 1, 0, 1, 0, 0],
    &[0x52, 1, 0, 0, 0, 0xFF, 0, 1, 0, 0],
    &[0x43, 0, 0, 0, 0, 0, 0, 255, 0, 0],
    &[0x43, 0, 1, 0, 0, 0, 0, 255, 0, 0],
    &[0x43, 0, 2, 0, 0, 0, 0, 255, 0, 0],
    &[0x43, 0, 3, 0, 0, 0, 0, 255, 0, 0],
    &[0x43, 0, 4, 0, 0, 0, 0, 255, 0, 0],
    &[0x43, 0, 5, 0, 0, 0, 0, 255, 0, 0],
    &[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    &[0x28, 0, 0, 0, 0, 16, 0, 0, 16, 0],
    &[0xBE, 0, 0, 0, 0, 0, 0, 0, 20, 0xF8, 1, 0],
    &[0xBE, 0, 0, 0, 0x2E, 0xF0, 0, 0, 20, 0xF8, 2, 0],
];

/// Puts checksums and numbers of the head and of all records right, as far as their lengths lead.
fn mend(file: &mut [u8]) {
    let Some((head, mut rest)) = file.split_at_mut_checked(64) else { return };
    seal(head);
    let mut number = 1_u64;
    while let Some((record, tail)) = rest.split_at_mut_checked(48) {
        let length = u32::from_le_bytes([record[24], record[25], record[26], record[27]]);
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(tail.len());
        let (payload, tail) = tail.split_at_mut(length);
        record[28..32].copy_from_slice(&crc32c(payload).to_le_bytes());
        record[32..40].copy_from_slice(&number.to_le_bytes());
        seal(record);
        number += 1;
        rest = tail;
    }
}

/// Puts the checksum of all but the last four bytes into them.
fn seal(bytes: &mut [u8]) {
    if let Some((covered, checksum)) = bytes.split_last_chunk_mut::<4>() {
        *checksum = crc32c(covered).to_le_bytes();
    }
}

/// Castagnoli's CRC, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0x82F6_3B78 } else { 0 })
    })
}

/// A path that is nobody else's, removed in the end.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
        Self(folder.join(format!("discwright-journal-{}-{number}.disc", std::process::id())))
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
