//! Answer to REPORT LUNS (SPC-3, REPORT LUNS).

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be32, Place, body, padded};

/// The logical units: 8 bytes, and 8 for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LunList {
    /// Their numbers, eight bytes each (SAM-3, Logical unit number).
    pub luns: Vec<u64>,
}

impl Response for LunList {
    fn encode(&self) -> Vec<u8> {
        let mut header = [0; 8];
        Be32::<0>::put(&mut header, u32::try_from(8 * self.luns.len()).unwrap_or(u32::MAX));
        header.into_iter().chain(self.luns.iter().flat_map(|lun| lun.to_be_bytes())).collect()
    }

    /// Accepts answers from 8 bytes up; numbers that were cut are left out.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let header = padded::<8>("LUN list", bytes, 8)?;
        let claimed = usize::try_from(Be32::<0>::get(&header)).unwrap_or(usize::MAX).saturating_add(8);
        let (luns, _) = body(bytes, 8, claimed).as_chunks::<8>();
        Ok(Self { luns: luns.iter().map(|lun| u64::from_be_bytes(*lun)).collect() })
    }
}
