//! Volumes whose trees are taken over and written again.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../inputs/iso_import.rs"]
mod input;

fuzz_target!(|data: &[u8]| input::run(data));
