//! Comparing what is on a disc with what should be.

use discwright_cd::{Lba, area};
use discwright_transport::Transport;
use thiserror::Error;

use crate::observe::{Event, Observer, Progress};
use crate::read::{DiscReader, ReadError};
use crate::source::{SectorSource, SourceError};

/// Sectors compared at a time.
const SECTORS: u32 = 512;

/// Why a disc is not what it should be, or why that cannot be said.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A sector differs.
    #[error("sector {lba} of the disc differs from sector {sector} of the content, first at byte {byte}")]
    Different {
        /// On the disc.
        lba: Lba,
        /// In the content.
        sector: u32,
        /// In the sector.
        byte: usize,
    },
    /// A sector cannot be read.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// The content cannot be had.
    #[error("{0}")]
    Source(#[from] SourceError),
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// Only data can be compared.
    #[error("sectors of {0} bytes cannot be compared; data sectors have 2048")]
    NotData(usize),
}

/// Reads exactly the sectors of `source` back from `start` on and compares every byte.
///
/// Nothing behind them is touched: run-out blocks and padding are not content.
///
/// # Errors
/// [`VerifyError`] with the first sector that is wrong.
#[tracing::instrument(level = "debug", skip_all, fields(%start))]
pub fn verify(
    transport: &mut dyn Transport,
    start: Lba,
    source: &mut dyn SectorSource,
    observer: &mut dyn Observer,
) -> Result<(), VerifyError> {
    if source.sector_bytes() != area::USER_BYTES {
        return Err(VerifyError::NotData(source.sector_bytes()));
    }
    let total = source.sectors();
    let room = usize::try_from(SECTORS).unwrap_or(512) * area::USER_BYTES;
    let (mut wanted, mut found) = (vec![0; room], vec![0; room]);
    let mut reader = DiscReader::new(transport);
    let mut done = 0;
    while done < total {
        if observer.cancelled() {
            return Err(VerifyError::Cancelled);
        }
        let sectors = SECTORS.min(total - done);
        let bytes = usize::try_from(sectors).unwrap_or(0) * area::USER_BYTES;
        let (Some(wanted), Some(found)) = (wanted.get_mut(..bytes), found.get_mut(..bytes)) else { break };
        source.fill(done, wanted)?;
        reader.read(start.saturating_add(done), found)?;
        compare(start, done, wanted, found)?;
        done += sectors;
        observer.event(&Event::Progress(Progress {
            track: 0,
            written: u64::from(done),
            total: u64::from(total),
            speed_kb_s: 0,
            drive_buffer: None,
            ring: 100,
        }));
    }
    Ok(())
}

/// Compares one sector; content that can no longer be had is not held against the disc.
pub(crate) fn verify_sector(
    transport: &mut dyn Transport,
    lba: Lba,
    sector: u32,
    source: &mut dyn SectorSource,
) -> Result<(), VerifyError> {
    let (mut wanted, mut found) = ([0; area::USER_BYTES], [0; area::USER_BYTES]);
    if let Err(error) = source.fill(sector, &mut wanted) {
        tracing::warn!(%error, "not compared");
        return Ok(());
    }
    DiscReader::new(transport).read(lba, &mut found)?;
    match wanted.iter().zip(&found).position(|(one, other)| one != other) {
        None => Ok(()),
        Some(byte) => Err(VerifyError::Different { lba, sector, byte }),
    }
}

fn compare(start: Lba, first: u32, wanted: &[u8], found: &[u8]) -> Result<(), VerifyError> {
    let Some(position) = wanted.iter().zip(found).position(|(one, other)| one != other) else {
        return Ok(());
    };
    let sector = first.saturating_add(u32::try_from(position / area::USER_BYTES).unwrap_or(u32::MAX));
    Err(VerifyError::Different {
        lba: start.saturating_add(sector),
        sector,
        byte: position % area::USER_BYTES,
    })
}
