//! Format 5: the CD-TEXT packs of the lead-in.

use super::{table, table_bytes};
use crate::command::Response;
use crate::error::ResponseError;

/// CD-TEXT packs as the drive read them, 18 bytes each; decoding them is `discwright-cd`'s.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CdTextPacks {
    /// The packs in the order they came.
    pub packs: Vec<[u8; 18]>,
}

impl Response for CdTextPacks {
    fn encode(&self) -> Vec<u8> {
        table_bytes(0, 0, self.packs.iter().copied())
    }

    /// Accepts answers from 4 bytes up; packs that were cut are left out.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let (_, _, packs) = table("CD-TEXT", bytes)?;
        Ok(Self { packs: packs.to_vec() })
    }
}
