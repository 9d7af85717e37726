//! A whole image into a file, the kernel copying what it can by itself.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use super::{Image, ImageError};
use crate::format::SECTOR_BYTES;

/// Bytes that are filled and written at a time.
const CHUNK_BYTES: usize = 1 << 20;

impl Image {
    /// Writes the whole image to `file` from its start.
    ///
    /// # Errors
    /// [`ImageError`]; the file then holds a part of the image.
    pub fn write_to(&mut self, file: &File) -> Result<(), ImageError> {
        let mut chunk = vec![0; CHUNK_BYTES];
        let sectors = self.sectors();
        let chunk_sectors = u32::try_from(CHUNK_BYTES / SECTOR_BYTES).unwrap_or(1);
        let mut sector = 0;
        while sector < sectors {
            let now = chunk_sectors.min(sectors - sector);
            let bytes = usize::try_from(now).unwrap_or(0) * SECTOR_BYTES;
            let part = chunk.get_mut(..bytes).unwrap_or_default();
            self.fill(sector, part)?;
            let at = u64::from(sector) * SECTOR_BYTES as u64;
            file.write_all_at(part, at).map_err(ImageError::Write)?;
            sector += now;
        }
        Ok(())
    }
}
