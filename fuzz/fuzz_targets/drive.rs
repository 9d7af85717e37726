//! The emulated drive under foreign command streams.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../inputs/drive.rs"]
mod input;

fuzz_target!(|data: &[u8]| input::run(data));
