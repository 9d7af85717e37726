//! The sectors of the disc in a recorder, for the reader of volumes.

use std::io;
use std::sync::Arc;

use discwright_burn::DiscReader;
use discwright_cd::Lba;
use discwright_iso9660::read::ReadSectors;

use crate::recorder::Shared;

/// Reads 2048-byte sectors of the disc in a recorder, with the retries that a disc may need.
///
/// Each reading takes the drive for itself; between two of them other calls may use it.
#[derive(Clone)]
pub struct DiscSectors {
    recorder: Arc<Shared>,
    end: Lba,
}

impl DiscSectors {
    pub(crate) const fn new(recorder: Arc<Shared>, end: Lba) -> Self {
        Self { recorder, end }
    }
}

impl ReadSectors for DiscSectors {
    fn read_sectors(&self, first: Lba, buffer: &mut [u8]) -> io::Result<()> {
        let sectors = u32::try_from(buffer.len() / 2048).unwrap_or(u32::MAX);
        if first.0 < 0 || first.saturating_add(sectors) > self.end {
            let problem = format!(
                "sector {first} and {sectors} on are not all on the disc, which ends at {}",
                self.end
            );
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, problem));
        }
        let mut transport = self.recorder.lock_transport();
        DiscReader::new(&mut **transport).read(first, buffer).map_err(io::Error::other)
    }

    fn end(&self) -> Option<Lba> {
        Some(self.end)
    }
}

impl core::fmt::Debug for DiscSectors {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DiscSectors").field("end", &self.end).finish_non_exhaustive()
    }
}
