//! Sectors, subchannels and CD-TEXT packs from foreign bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../inputs/cd.rs"]
mod input;

fuzz_target!(|data: &[u8]| input::run(data));
