//! Answers of a foreign drive, and parameter lists of a foreign host.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../inputs/response.rs"]
mod input;

fuzz_target!(|data: &[u8]| input::run(data));
