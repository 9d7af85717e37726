//! Reading sectors, with the retries that a disc may need.

use discwright_cd::{Lba, area};
use discwright_mmc::command::Read10;
use discwright_transport::{CommandError, Transport, TransportExt};
use thiserror::Error;

use crate::decision::Context;
use crate::patient::patiently;

/// Reads user data of data tracks, 2048 bytes to the sector, in commands as large as the transport carries.
///
/// A sector that fails is read by itself a few times before it is given up, so that one bad sector does not hide the
/// good ones around it.
#[derive(Debug)]
pub struct DiscReader<'t, T: Transport + ?Sized> {
    transport: &'t mut T,
    most: u16,
}

/// Why a sector cannot be read.
#[derive(Debug, Error)]
#[error("sector {lba} cannot be read: {source}")]
pub struct ReadError {
    /// The first sector that failed.
    pub lba: Lba,
    /// Why.
    pub source: CommandError,
}

impl ReadError {
    /// The drive says that the sector holds no data: unwritten, run-out, audio, or beyond the end (keys 5 and 8).
    #[must_use]
    pub fn is_no_data(&self) -> bool {
        use discwright_mmc::SenseKey::{BlankCheck, IllegalRequest};
        self.source.sense().is_some_and(|sense| matches!(sense.key, BlankCheck | IllegalRequest))
    }
}

impl<'t, T: Transport + ?Sized> DiscReader<'t, T> {
    /// A reader over a transport.
    pub fn new(transport: &'t mut T) -> Self {
        let most = (transport.max_transfer() / area::USER_BYTES).clamp(1, 32);
        Self { transport, most: u16::try_from(most).unwrap_or(1) }
    }

    /// Fills `buffer`, whole sectors, with those from `lba` on.
    ///
    /// # Errors
    /// [`ReadError`] that names the sector; those before it are in the buffer.
    pub fn read(&mut self, lba: Lba, buffer: &mut [u8]) -> Result<(), ReadError> {
        let mut at = lba;
        for chunk in buffer.chunks_mut(usize::from(self.most) * area::USER_BYTES) {
            let sectors = u16::try_from(chunk.len() / area::USER_BYTES).unwrap_or(self.most);
            if self.read_once(at, sectors, chunk).is_err() {
                self.read_singly(at, chunk)?;
            }
            at = at.saturating_add(u32::from(sectors));
        }
        Ok(())
    }

    fn read_singly(&mut self, first: Lba, chunk: &mut [u8]) -> Result<(), ReadError> {
        for (offset, sector) in (0..).zip(chunk.chunks_mut(area::USER_BYTES)) {
            let lba = first.saturating_add(offset);
            self.read_once(lba, 1, sector).map_err(|source| ReadError { lba, source })?;
        }
        Ok(())
    }

    fn read_once(&mut self, start: Lba, sectors: u16, chunk: &mut [u8]) -> Result<(), CommandError> {
        let command = Read10 { start, sectors, dpo: false, fua: false };
        let expected = chunk.len();
        let got = patiently(self.transport, Context::Read, |transport| transport.fetch(&command, chunk))?;
        if got == Some(expected) {
            return Ok(());
        }
        let cdb = discwright_mmc::command::Command::encode(&command);
        let source = discwright_mmc::ResponseError::Short {
            what: "READ (10) data",
            expected,
            actual: got.unwrap_or(0),
        };
        Err(CommandError::Answer { source, cdb })
    }
}
