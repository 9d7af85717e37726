//! What a compact disc is: addresses, areas and sector formats. No I/O, no drive, no file system.
//!
//! - [`Lba`] and [`Msf`]: where on the disc; [`area`]: how long its fixed parts are.
//! - [`sector`]: the 2352 bytes of a sector, with EDC, ECC and the scrambler.
//! - [`subchannel`]: channels P to W, above all Q; [`toc`]: the entries that Q repeats in the lead-in and the PMA.
//! - [`cd_text`]: titles and names in channels R to W of the lead-in.
//!
//! Standards: ECMA-130, second edition (read-only discs), ECMA-394 (CD-R), ECMA-395 (CD-RW), the Multisession Compact
//! Disc specification, CD-ROM XA (System Description, 1991), MMC-6 for the address rules and MMC-3 for CD-TEXT.

mod address;
pub mod area;
pub mod bcd;
pub mod cd_text;
mod control;
pub mod sector;
pub mod subchannel;
pub mod toc;

pub use address::{AddressError, Lba, Msf};
pub use control::Control;

/// The examples in the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
