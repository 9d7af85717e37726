//! What fuzz target `cdb` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The input is a CDB as it came over a wire. Nothing may panic, and what is understood must mean the same when it is
//! encoded and decoded again.

use discwright_mmc::command::{AnyCommand, name};
use discwright_mmc::{Cdb, Sense};

pub(crate) fn run(wire: &[u8]) {
    let Ok(cdb) = Cdb::from_wire(wire) else { return };
    assert_eq!(cdb.as_bytes().len(), Cdb::length_of(cdb.opcode()));
    match AnyCommand::decode(&cdb) {
        Ok(command) => {
            let again = command.encode();
            assert_eq!(again.as_bytes().len(), cdb.as_bytes().len());
            assert_eq!(AnyCommand::decode(&again), Ok(command));
            assert_eq!(command.opcode(), cdb.opcode());
            assert_eq!(command.name(), name(cdb.opcode()));
            let _ = command.data_phase();
        }
        Err(error) => assert!(!Sense::from(error).to_string().is_empty()),
    }
}
