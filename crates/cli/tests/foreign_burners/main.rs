//! Unmodified burning and ripping programs on the emulated drive, by `discwright run`.
//!
//! What each of them writes is read back byte for byte by the program itself, where it can read, and by this project's own
//! drive. Each program has a time limit; where the tests run as root, it gets a mount namespace of its own, because
//! growisofs unmounts what it takes for the drive.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod cdrdao;
mod files;
mod libburn;
mod page;
mod pairs;
mod rig;
mod ripping;
mod shell;
mod tools;
mod udftools;
mod wodim;
