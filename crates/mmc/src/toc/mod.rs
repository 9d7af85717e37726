//! Tables of contents: the answers to READ TOC/PMA/ATIP (MMC-6, READ TOC/PMA/ATIP).
//!
//! What drives answer is kept as it came: entries may be out of order, doubled, or name impossible times, and it is
//! for the reader to judge; nothing here panics over them.

mod atip;
mod basic;
mod cd_text;
mod full;

use discwright_cd::{AddressError, Lba, Msf};

use crate::error::ResponseError;
use crate::field::{Be16, Bits, Place, body, length16, padded};

pub use atip::Atip;
pub use basic::{SessionInfo, Toc, TocEntry};
pub use cd_text::CdTextPacks;
pub use full::{FullToc, Pma, PmaEntry, TocPoint};

/// An address as an answer holds it: LBA, or disc time where the command asked for that (its MSF bit).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AddressField(pub [u8; 4]);

impl AddressField {
    /// An address in the form asked for.
    ///
    /// # Errors
    /// [`AddressError`] when disc time is asked for and the address has none.
    pub fn new(address: Lba, msf: bool) -> Result<Self, AddressError> {
        Ok(if msf { Self::from(address.to_msf()?) } else { Self::from(address) })
    }

    /// Read as LBA.
    #[must_use]
    pub const fn lba(self) -> Lba {
        Lba(i32::from_be_bytes(self.0))
    }

    /// Read as disc time.
    ///
    /// # Errors
    /// [`AddressError::NotATime`] when it is none.
    pub fn msf(self) -> Result<Msf, AddressError> {
        let [_, minute, second, frame] = self.0;
        Msf::new(minute, second, frame)
    }
}

impl From<Lba> for AddressField {
    fn from(address: Lba) -> Self {
        Self(address.0.to_be_bytes())
    }
}

impl From<Msf> for AddressField {
    fn from(time: Msf) -> Self {
        Self([0, time.minute, time.second, time.frame])
    }
}

/// The header of formats 0 to 3 with its two numbers, and as many descriptors as are claimed and came.
fn table<'a, const N: usize>(
    what: &'static str,
    bytes: &'a [u8],
) -> Result<(u8, u8, &'a [[u8; N]]), ResponseError> {
    let header = padded::<4>(what, bytes, 4)?;
    let claimed = usize::from(Be16::<0>::get(&header)) + 2;
    let (descriptors, _) = body(bytes, 4, claimed).as_chunks::<N>();
    Ok((Bits::<2, 0, 8>::get(&header), Bits::<3, 0, 8>::get(&header), descriptors))
}

/// The other direction of [`table`].
fn table_bytes<const N: usize>(first: u8, last: u8, descriptors: impl Iterator<Item = [u8; N]>) -> Vec<u8> {
    let mut bytes = vec![0, 0, first, last];
    bytes.extend(descriptors.flatten());
    let length = length16(bytes.len() - 2).to_be_bytes();
    for (to, from) in bytes.iter_mut().zip(length) {
        *to = from;
    }
    bytes
}
