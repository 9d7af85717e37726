//! What fuzz target `iso_check` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The input is an image from its sixteenth sector on, where the descriptors begin. The strict checker judges it; it must
//! not panic, tell more than it promises, or say the same image two different things about itself.

use discwright_cd::Lba;
use discwright_iso9660::read::{Findings, check};

const SECTOR_BYTES: usize = 2048;

pub(crate) fn run(data: &[u8]) {
    let mut image = vec![0; 16 * SECTOR_BYTES];
    image.extend_from_slice(data);
    // An odd length every second time: the last sector is then cut.
    if data.len().is_multiple_of(2) {
        image.resize(image.len().next_multiple_of(SECTOR_BYTES), 0);
    }
    let findings = check(&image, Lba(0));
    assert!(findings.as_slice().len() <= Findings::MAX_KEPT);
    for finding in &findings {
        assert!(!finding.clause.is_empty() && !finding.message.is_empty());
        assert!(finding.message.len() < 20_000, "{} bytes", finding.message.len());
    }
    if data.len() < 100_000 {
        assert_eq!(findings, check(&image, Lba(0)), "the same image, judged twice");
    }
}
