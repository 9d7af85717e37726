//! Gives a drive to unmodified Linux programs as `/dev/sr0`, without root and without a kernel module.
//!
//! A [`Server`] holds the drive and stands for the kernel's sr and cdrom drivers. Programs that are started with
//! [`Server::environment`] load a small library ([`LIBRARY`]) before all others; it answers for the device file, and
//! carries what they ask of it over a socket to the server. Programs that they start inherit that.
//!
//! It works for dynamically linked programs that use the GNU C library and are not setuid. Programs that make system
//! calls by themselves (those written in Go) do not see the drive.

pub mod serve;
pub mod wire;

pub use serve::{ServeError, Server};

/// The library to preload as an ELF file; empty where there is none: elsewhere than on Linux with the GNU C library.
pub static LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/libdiscwright_shim.so"));
