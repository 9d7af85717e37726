//! Answer to READ DISC STRUCTURE (MMC-6, READ DISC STRUCTURE): a header, and data by format.

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Place, body, length16, padded};

/// A table of the medium; what it means depends on the format asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscStructure {
    /// What follows the four bytes of header.
    pub data: Vec<u8>,
}

impl Response for DiscStructure {
    fn encode(&self) -> Vec<u8> {
        let mut header = [0; 4];
        Be16::<0>::put(&mut header, length16(self.data.len() + 2));
        [&header, self.data.as_slice()].concat()
    }

    /// Accepts answers from 4 bytes up.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let header = padded::<4>("disc structure", bytes, 4)?;
        let claimed = usize::from(Be16::<0>::get(&header)) + 2;
        Ok(Self { data: body(bytes, 4, claimed).to_vec() })
    }
}
