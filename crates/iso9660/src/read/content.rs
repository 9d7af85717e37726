//! The contents of a file as a stream with random access.

use std::io::{self, Read, Seek, SeekFrom};

use discwright_cd::Lba;

use super::entry::{Entry, Section};
use super::source::ReadSectors;
use super::volume::Volume;
use crate::format::SECTOR_BYTES;

/// Sectors that are read ahead of small reads.
const WINDOW_SECTORS: u64 = 16;

impl<S: ReadSectors> Volume<S> {
    /// The contents of `entry`, all sections in order, as a stream.
    ///
    /// For a file compressed with zisofs these are the compressed bytes ([`Entry::compression`] tells).
    pub fn open_file<'v>(&'v self, entry: &Entry) -> FileReader<'v, S> {
        FileReader::new(self, entry.sections.iter().copied().collect(), entry.bytes)
    }
}

/// Reads a file of a volume; never short and never zeros for what cannot be read.
#[derive(Debug)]
pub struct FileReader<'v, S> {
    volume: &'v Volume<S>,
    sections: Vec<Section>,
    bytes: u64,
    position: u64,
    /// Sectors held for small reads, and where they begin.
    window: Vec<u8>,
    window_first: u64,
}

impl<'v, S: ReadSectors> FileReader<'v, S> {
    fn new(volume: &'v Volume<S>, sections: Vec<Section>, bytes: u64) -> Self {
        Self { volume, sections, bytes, position: 0, window: Vec::new(), window_first: 0 }
    }

    /// Length of the contents in bytes.
    #[must_use]
    pub const fn size_bytes(&self) -> u64 {
        self.bytes
    }

    /// Byte address on the disc of the current position, and the length of the run there.
    fn locate(&self) -> Option<(u64, u64)> {
        let mut before = self.position;
        for section in &self.sections {
            if let Ok(within) = u32::try_from(before)
                && within < section.bytes
            {
                let (address, run) = section.locate(within);
                return Some((address, u64::from(run)));
            }
            before -= u64::from(section.bytes);
        }
        None
    }

    /// Reads whole sectors straight into the front of `buffer`; the bytes read.
    fn read_whole(&self, address: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.volume.source.read_sectors(lba_of(address / SECTOR_BYTES as u64)?, buffer)?;
        Ok(buffer.len())
    }

    /// Copies from the window, filling it first where it does not hold `address`.
    fn read_window(&mut self, address: u64, run: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let sector = address / SECTOR_BYTES as u64;
        let held = self.window_first..self.window_first + (self.window.len() / SECTOR_BYTES) as u64;
        if !held.contains(&sector) {
            let end = (address + run).div_ceil(SECTOR_BYTES as u64);
            self.fill_window(sector, end.min(sector + WINDOW_SECTORS) - sector)?;
        }
        let skip = usize::try_from(address - self.window_first * SECTOR_BYTES as u64).unwrap_or(usize::MAX);
        let there = self.window.get(skip..).unwrap_or_default();
        let run = usize::try_from(run).unwrap_or(usize::MAX);
        let count = there.len().min(run).min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), there.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }

    fn fill_window(&mut self, first: u64, sectors: u64) -> io::Result<()> {
        // An unreadable sector must not cost those before it: on failure only the first is tried.
        for count in [sectors, 1] {
            self.window.resize(usize::try_from(count).unwrap_or(1) * SECTOR_BYTES, 0);
            self.window_first = first;
            let result = self.volume.source.read_sectors(lba_of(first)?, &mut self.window);
            match result {
                Ok(()) => return Ok(()),
                Err(error) if count == 1 || sectors == 1 => {
                    self.window.clear();
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        Ok(())
    }
}

impl<S: ReadSectors> Read for FileReader<'_, S> {
    /// # Errors
    /// The source's; [`io::ErrorKind::UnexpectedEof`] where the file reaches beyond the image.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.position >= self.bytes {
            return Ok(0);
        }
        let Some((address, run)) = self.locate() else { return Ok(0) };
        let whole = run.min(u64::try_from(buffer.len()).unwrap_or(u64::MAX)) / SECTOR_BYTES as u64;
        let count = if whole > 0 && address.is_multiple_of(SECTOR_BYTES as u64) {
            let bytes = usize::try_from(whole).unwrap_or(0) * SECTOR_BYTES;
            match self.read_whole(address, buffer.get_mut(..bytes).unwrap_or_default()) {
                // What can still be read before the bad sector is given first.
                Err(_) if whole > 1 => self.read_window(address, run, buffer)?,
                other => other?,
            }
        } else {
            self.read_window(address, run, buffer)?
        };
        self.position += u64::try_from(count).unwrap_or(u64::MAX);
        Ok(count)
    }
}

impl<S: ReadSectors> Seek for FileReader<'_, S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = sought(to, self.position, self.bytes)?;
        Ok(self.position)
    }
}

/// The position that `to` means in contents of so many `bytes`; it may lie behind them, where nothing is read.
pub(super) fn sought(to: SeekFrom, position: u64, bytes: u64) -> io::Result<u64> {
    let position = match to {
        SeekFrom::Start(position) => Some(position),
        SeekFrom::End(distance) => bytes.checked_add_signed(distance),
        SeekFrom::Current(distance) => position.checked_add_signed(distance),
    };
    position.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a position before the file's start"))
}

fn lba_of(sector: u64) -> io::Result<Lba> {
    let beyond =
        |_| io::Error::new(io::ErrorKind::UnexpectedEof, format!("sector {sector} lies beyond any disc"));
    i32::try_from(sector).map(Lba).map_err(beyond)
}
