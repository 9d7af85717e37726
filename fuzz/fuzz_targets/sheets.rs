//! CUE, CCD and TOC sheets from foreign bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../inputs/sheets.rs"]
mod input;

fuzz_target!(|data: &[u8]| input::run(data));
