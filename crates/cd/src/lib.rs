//! What a compact disc is: addresses, areas and sector formats. No I/O, no drive, no file system.
//!
//! Standards: ECMA-130 (read-only discs), ECMA-394 (CD-R), ECMA-395 (CD-RW), MMC-6 for the address rules.

mod address;
pub mod area;

pub use address::{AddressError, Lba, Msf};
