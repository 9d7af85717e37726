//! What fuzz target `iso_check` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The input is an image from its sixteenth sector on, where the descriptors begin. The strict checker judges it; it must
//! not panic, tell more than it promises, or say the same image two different things about itself.

use discwright_cd::Lba;
use discwright_iso9660::read::check::{RULES, Report, check};

const SECTOR_BYTES: usize = 2048;

pub(crate) fn run(data: &[u8]) {
    let mut image = vec![0; 16 * SECTOR_BYTES];
    image.extend_from_slice(data);
    // An odd length every second time: the last sector is then cut.
    if data.len().is_multiple_of(2) {
        image.resize(image.len().next_multiple_of(SECTOR_BYTES), 0);
    }
    let report = check(&image, Lba(0));
    assert!(report.findings().len() <= Report::MAX_KEPT);
    let counted: u64 = report.counts().values().sum();
    assert_eq!(counted, u64::try_from(report.findings().len()).expect("few") + report.dropped());
    for finding in &report {
        assert!(RULES.contains(&finding.rule) && !finding.message.is_empty());
        assert!(finding.message.len() < 2_000 && finding.path.len() < 1_100, "{finding}");
    }
    if data.len() < 100_000 {
        assert_eq!(report, check(&image, Lba(0)), "the same image, judged twice");
    }
}
