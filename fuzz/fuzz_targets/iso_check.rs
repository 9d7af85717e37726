//! Volumes under the strict checker.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../inputs/iso_check.rs"]
mod input;

fuzz_target!(|data: &[u8]| input::run(data));
