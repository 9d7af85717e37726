//! The corpus of fuzz target `cd`, run by the ordinary tests.

use std::path::Path;

#[path = "../../../fuzz/inputs/cd.rs"]
mod input;

#[test]
fn every_input_of_the_corpus_passes() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/cd");
    let mut inputs = 0;
    for file in corpus.read_dir().unwrap() {
        input::run(&std::fs::read(file.unwrap().path()).unwrap());
        inputs += 1;
    }
    assert!(inputs >= 8, "the corpus has shrunk to {inputs} inputs");
}
