//! The corpora of fuzz targets `drive` and `journal`, run by the ordinary tests.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

use std::path::Path;

#[path = "../../../fuzz/inputs/drive.rs"]
mod drive;
#[path = "../../../fuzz/inputs/journal.rs"]
mod journal;
#[path = "../../../fuzz/inputs/sheets.rs"]
mod sheets;

fn each_of(corpus: &str, at_least: usize, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(corpus);
    let mut inputs = 0;
    for file in folder.read_dir().unwrap() {
        let path = file.unwrap().path();
        println!("{}", path.display());
        run(&std::fs::read(&path).unwrap());
        inputs += 1;
    }
    assert!(inputs >= at_least, "the corpus {corpus} has shrunk to {inputs} inputs");
}

#[test]
fn the_corpus_of_command_streams() {
    each_of("drive", 8, drive::run);
}

#[test]
fn the_corpus_of_disc_files() {
    each_of("journal", 6, journal::run);
}

#[test]
fn the_corpus_of_sheets() {
    each_of("sheets", 5, sheets::run);
}
