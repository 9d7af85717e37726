//! Volumes: everything a user can do with a foreign image.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../inputs/iso_reader.rs"]
mod input;

fuzz_target!(|data: &[u8]| input::run(data));
