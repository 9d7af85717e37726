//! Data of REPORT KEY and SEND KEY (MMC-6, REPORT KEY): a header, and data by key format.

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Bits, Place, body, length16, padded};

/// Key data; what it means depends on class and format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyData {
    /// What follows the four bytes of header.
    pub data: Vec<u8>,
}

impl Response for KeyData {
    fn encode(&self) -> Vec<u8> {
        let mut header = [0; 4];
        Be16::<0>::put(&mut header, length16(self.data.len() + 2));
        [&header, self.data.as_slice()].concat()
    }

    /// Accepts answers from 4 bytes up.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let header = padded::<4>("key data", bytes, 4)?;
        let claimed = usize::from(Be16::<0>::get(&header)) + 2;
        Ok(Self { data: body(bytes, 4, claimed).to_vec() })
    }
}

/// The drive's region state (RPC), the data of key format 8: four bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegionState {
    /// 0 no region set, 1 set, 2 one change left, 3 permanent; 2 bits.
    pub region_type: u8,
    /// Resets that the maker can still do, 3 bits.
    pub vendor_resets: u8,
    /// Changes that the user can still do, 3 bits.
    pub user_changes: u8,
    /// Regions; a bit each, clear where discs play.
    pub regions: u8,
    /// RPC scheme: 0 unknown, 1 phase II.
    pub scheme: u8,
}

block_codec!(RegionState, [4],
    region_type: Bits<0, 6, 2>,
    vendor_resets: Bits<0, 3, 3>,
    user_changes: Bits<0, 0, 3>,
    regions: Bits<1, 0, 8>,
    scheme: Bits<2, 0, 8>,
);

impl Response for RegionState {
    fn encode(&self) -> Vec<u8> {
        KeyData { data: self.encode_block().to_vec() }.encode()
    }

    /// Accepts answers from 7 bytes up.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let KeyData { data } = KeyData::parse(bytes)?;
        padded::<4>("region state", &data, 3).map(|block| Self::from_block(&block))
    }
}
