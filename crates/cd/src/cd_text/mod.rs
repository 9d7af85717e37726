//! CD-TEXT: titles and names in channels R to W of the lead-in (MMC-3, annex J; IEC 61866 for the carrier).
//!
//! [`CdText`] holds the texts of a disc, language by language. It becomes [`Pack`]s of 18 bytes, four of which fill the
//! 96 bytes of a sector's subchannels when each byte carries six bits: [`lead_in`], [`expand`] and [`collapse`].

mod charset;
mod decode;
mod pack;
mod text;

pub use charset::Characters;
pub use decode::{Decoded, Fault};
pub use pack::{PACK_BYTES, Pack, PackError, PackKind, collapse, expand, lead_in};
pub use text::{Block, CdText, CdTextError};
