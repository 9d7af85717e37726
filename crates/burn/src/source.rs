//! Where the sectors of a recording come from.

use core::error::Error;
use core::fmt;

use discwright_cd::area;

/// Sectors by number, filled on demand; read from a thread of its own.
pub trait SectorSource: Send {
    /// Sectors there are.
    fn sectors(&self) -> u32;

    /// Bytes of a sector: 2048 for Mode 1 data, 2352 for audio.
    fn sector_bytes(&self) -> usize {
        area::USER_BYTES
    }

    /// Fills `buffer`, whole sectors, with those from `first` on.
    ///
    /// # Errors
    /// [`SourceError`] when the content cannot be had; what was filled is not used.
    fn fill(&mut self, first: u32, buffer: &mut [u8]) -> Result<(), SourceError>;
}

impl<S: SectorSource + ?Sized> SectorSource for &mut S {
    fn sectors(&self) -> u32 {
        (**self).sectors()
    }

    fn sector_bytes(&self) -> usize {
        (**self).sector_bytes()
    }

    fn fill(&mut self, first: u32, buffer: &mut [u8]) -> Result<(), SourceError> {
        (**self).fill(first, buffer)
    }
}

/// A source in memory.
impl SectorSource for Vec<u8> {
    fn sectors(&self) -> u32 {
        u32::try_from(self.len().div_ceil(area::USER_BYTES)).unwrap_or(u32::MAX)
    }

    fn fill(&mut self, first: u32, buffer: &mut [u8]) -> Result<(), SourceError> {
        let start = usize::try_from(first).unwrap_or(usize::MAX).saturating_mul(area::USER_BYTES);
        let rest = self.get(start..).unwrap_or_default();
        buffer.fill(0);
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        Ok(())
    }
}

/// Why content cannot be had.
#[derive(Debug)]
pub struct SourceError {
    /// The first of the sectors that were asked for.
    pub sector: u32,
    /// The reason, with its place in words; the caller's own type, to be had back by downcasting.
    pub reason: Box<dyn Error + Send + Sync + 'static>,
}

impl SourceError {
    /// An error of the caller's own type.
    pub fn new(sector: u32, reason: impl Into<Box<dyn Error + Send + Sync + 'static>>) -> Self {
        Self { sector, reason: reason.into() }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sector {} of the content cannot be read: {}", self.sector, self.reason)
    }
}

impl Error for SourceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.reason.as_ref())
    }
}
