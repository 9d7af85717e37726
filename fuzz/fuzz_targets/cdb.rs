//! Command descriptor blocks from a foreign host.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../inputs/cdb.rs"]
mod input;

fuzz_target!(|data: &[u8]| input::run(data));
