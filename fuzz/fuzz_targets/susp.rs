//! System use fields and continuation areas of a foreign volume.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../inputs/susp.rs"]
mod input;

fuzz_target!(|data: &[u8]| input::run(data));
