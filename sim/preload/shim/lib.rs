//! The library that is preloaded into foreign programs, and gives them a CD drive as /dev/sr0 that is none.
//!
//! It stands before the functions of the C library by which programs reach a device file. Those that concern the device
//! are asked of the server over a socket (`../src/wire.rs`), all others go on to the C library. It keeps no state that
//! fork, exec or threads could spoil, allocates no memory but where the C library's function would, and never panics.
#![allow(unsafe_code, reason = "this crate is nothing but an interface to C")]
#![expect(
    unreachable_pub,
    unused,
    reason = "the protocol is shared with the server, which uses the other half"
)]

mod abi;
mod client;
mod config;
mod hook_control;
mod hook_name;
mod hook_open;
mod hook_read;
mod hook_stat;
mod hook_wait;
mod memory_file;
mod next;
mod path;
mod sg;
mod streams;
#[path = "../src/wire.rs"]
mod wire;
