//! CD-TEXT: titles and names in channels R to W of the lead-in (MMC-3, annex J; IEC 61866 for the carrier).
//!
//! Texts are cut into [`Pack`]s of 18 bytes, four of which fill the 96 bytes of a sector's subchannels when each byte
//! carries six bits: [`expand`] and [`collapse`].

mod pack;

pub use pack::{PACK_BYTES, Pack, PackError, PackKind, collapse, expand};
