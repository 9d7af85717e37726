//! The corpora of the fuzz targets `cdb` and `response`, run without a fuzzing engine.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../../fuzz/inputs/cdb.rs"]
mod cdb;
#[path = "../../../fuzz/inputs/response.rs"]
mod response;

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn the_corpus_of_cdbs() {
    let inputs = corpus("cdb");
    let opcodes: BTreeSet<u8> = inputs.iter().filter_map(|(_, data)| data.first().copied()).collect();
    for (path, data) in &inputs {
        println!("{}", path.display());
        cdb::run(data);
    }
    let missing: Vec<&u8> = discwright_mmc::command::AnyCommand::OPCODES
        .iter()
        .filter(|opcode| !opcodes.contains(opcode))
        .collect();
    assert!(missing.is_empty(), "no input for operation codes {missing:02X?}");
}

#[test]
fn the_corpus_of_answers() {
    let inputs = corpus("response");
    for (path, data) in &inputs {
        println!("{}", path.display());
        response::run(data);
    }
    let chosen: BTreeSet<usize> =
        inputs.iter().filter_map(|(_, data)| data.first().map(|it| usize::from(*it))).collect();
    let missing: Vec<&str> = (0..response::PARSERS.len())
        .filter(|index| !chosen.contains(index))
        .filter_map(|index| response::PARSERS.get(index).map(|(name, _)| *name))
        .collect();
    assert!(missing.is_empty(), "no input for {missing:?}");
}
