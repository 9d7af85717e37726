//! What is said to a CD recorder and what it answers: typed commands and answers, both directions, no I/O.
//!
//! Each command and each answer is one type with `encode` and `decode` or `parse` side by side, so that a host and
//! an emulated drive share one definition; each has a golden vector from a named source, because shared definitions
//! also share mistakes. Standards: MMC-6 (T10/1836-D), SPC-3, SBC-3; older sources are named where they are meant.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[macro_use]
mod macros;

mod cdb;
pub mod command;
pub mod cue_sheet;
mod error;
pub mod feature;
mod field;
pub mod mode;
pub mod response;
mod sense;
mod sense_words;
pub mod toc;

pub use cdb::Cdb;
pub use error::{CdbError, FieldPointer, ParameterError, ResponseError};
pub use sense::{AdditionalSense, Sense, SenseKey, SenseSpecific};
