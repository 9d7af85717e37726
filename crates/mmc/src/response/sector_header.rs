//! Answer to READ HEADER (MMC-2, READ HEADER).

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Bits, Bytes, Place, padded};
use crate::toc::AddressField;

/// The header of a sector, 8 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SectorHeader {
    /// Mode of the sector: 0, 1 or 2.
    pub mode: u8,
    /// Its address, in the form that the command's MSF bit asked for.
    pub address: AddressField,
}

impl Response for SectorHeader {
    fn encode(&self) -> Vec<u8> {
        let mut block = [0; 8];
        layout::Mode::put(&mut block, self.mode);
        layout::Address::put(&mut block, self.address.0);
        block.to_vec()
    }

    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let block = padded::<8>("sector header", bytes, 8)?;
        Ok(Self { mode: layout::Mode::get(&block), address: AddressField(layout::Address::get(&block)) })
    }
}

mod layout {
    use super::{Bits, Bytes};

    pub(super) type Mode = Bits<0, 0, 8>;
    pub(super) type Address = Bytes<4, 4>;
}
