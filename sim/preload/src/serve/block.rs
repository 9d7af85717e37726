//! The disc as a block device.

use discwright_cd::Lba;
use discwright_mmc::command::{Read10, ReadCapacity10};
use rustix::io::Errno;

use super::errno::{Error, Result};
use super::unit::Unit;

/// Bytes of a block.
pub(super) const BLOCK: u64 = 2048;

/// Blocks that one command reads.
const AT_ONCE: u16 = 32;

/// What the kernel takes a disc for whose capacity the drive does not tell (`get_sectorsize`: 1fffffh sectors of 512).
const UNKNOWN_BYTES: u64 = 0x1F_FFFF * 512;

impl Unit {
    /// Bytes of the disc (drivers/scsi/sr.c, `get_sectorsize`).
    pub(super) fn size(&mut self) -> u64 {
        let Ok(capacity) = self.ask(&ReadCapacity10::default()) else { return UNKNOWN_BYTES };
        let told = capacity.last.0.saturating_add(1);
        let written = self.last_written().unwrap_or(0);
        u64::try_from(told.max(written)).unwrap_or(0) * BLOCK
    }

    /// Up to `length` bytes from a position; fewer at the end of the disc, and before a block that cannot be read.
    pub(super) fn read(&mut self, from: u64, length: u32) -> Result<Vec<u8>> {
        let end = from.saturating_add(u64::from(length)).min(self.size());
        let mut bytes = Vec::new();
        let mut at = from;
        while at < end {
            let first = at / BLOCK;
            let count = u16::try_from(end.div_ceil(BLOCK) - first).unwrap_or(u16::MAX).min(AT_ONCE);
            let blocks = match self.blocks(first, count).or_else(|_| self.blocks(first, 1)) {
                Ok(blocks) => blocks,
                Err(_) if !bytes.is_empty() => return Ok(bytes),
                Err(error) => return Err(error),
            };
            let skip = usize::try_from(at % BLOCK).unwrap_or(0);
            let wanted = usize::try_from(end - at).unwrap_or(usize::MAX);
            let rest = blocks.get(skip..).unwrap_or_default();
            let part = rest.get(..wanted).unwrap_or(rest);
            if part.is_empty() {
                break;
            }
            at += u64::try_from(part.len()).unwrap_or(0);
            bytes.extend_from_slice(part);
        }
        Ok(bytes)
    }

    fn blocks(&mut self, first: u64, count: u16) -> Result<Vec<u8>> {
        let start = Lba(i32::try_from(first).map_err(|_| Error(Errno::IO))?);
        let read = Read10 { start, sectors: count, ..Read10::default() };
        self.fetch(&read, usize::from(count) * 2048).map_err(|_| Error(Errno::IO))
    }

    /// Where lseek(2) leads.
    pub(super) fn seek(&mut self, position: u64, offset: i64, whence: u64) -> Result<u64> {
        const SEEK_SET: u64 = 0;
        const SEEK_CUR: u64 = 1;
        const SEEK_END: u64 = 2;
        let base = match whence {
            SEEK_SET => 0,
            SEEK_CUR => position,
            SEEK_END => self.size(),
            _ => return Err(Errno::INVAL.into()),
        };
        base.checked_add_signed(offset).ok_or(Error(Errno::INVAL))
    }
}
