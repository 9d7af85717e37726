//! Where sectors come from: a file, a slice, a drive.

use core::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};

use discwright_cd::Lba;

use crate::format::SECTOR_BYTES;

/// A source of 2048-byte sectors, addressed as on the disc.
///
/// Reading takes `&self`, so that a volume and the files opened on it share one source; a drive goes behind a cell.
pub trait ReadSectors {
    /// Fills `buffer`, whose length is a multiple of 2048, with consecutive sectors from `first` on.
    ///
    /// # Errors
    /// The source's; [`io::ErrorKind::UnexpectedEof`] when a sector lies outside it. `buffer` is then unspecified.
    fn read_sectors(&self, first: Lba, buffer: &mut [u8]) -> io::Result<()>;

    /// The address after the last whole sector; `None` when the source cannot tell.
    fn end(&self) -> Option<Lba>;
}

impl<T: ReadSectors + ?Sized> ReadSectors for &T {
    fn read_sectors(&self, first: Lba, buffer: &mut [u8]) -> io::Result<()> {
        (**self).read_sectors(first, buffer)
    }

    fn end(&self) -> Option<Lba> {
        (**self).end()
    }
}

impl<T: ReadSectors + ?Sized> ReadSectors for Box<T> {
    fn read_sectors(&self, first: Lba, buffer: &mut [u8]) -> io::Result<()> {
        (**self).read_sectors(first, buffer)
    }

    fn end(&self) -> Option<Lba> {
        (**self).end()
    }
}

impl<T: ReadSectors + ?Sized> ReadSectors for std::sync::Arc<T> {
    fn read_sectors(&self, first: Lba, buffer: &mut [u8]) -> io::Result<()> {
        (**self).read_sectors(first, buffer)
    }

    fn end(&self) -> Option<Lba> {
        (**self).end()
    }
}

/// An image in memory; sector zero is at its front.
impl ReadSectors for [u8] {
    fn read_sectors(&self, first: Lba, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(byte_address(first)?).map_err(|_| beyond(first))?;
        let end = start.checked_add(buffer.len()).ok_or_else(|| beyond(first))?;
        buffer.copy_from_slice(self.get(start..end).ok_or_else(|| beyond(first))?);
        Ok(())
    }

    fn end(&self) -> Option<Lba> {
        Some(end_of(u64::try_from(self.len()).unwrap_or(u64::MAX)))
    }
}

/// An image in memory; sector zero is at its front.
impl ReadSectors for Vec<u8> {
    fn read_sectors(&self, first: Lba, buffer: &mut [u8]) -> io::Result<()> {
        self.as_slice().read_sectors(first, buffer)
    }

    fn end(&self) -> Option<Lba> {
        self.as_slice().end()
    }
}

/// An image in a file, read by position; sector zero is at its front.
#[cfg(unix)]
#[derive(Debug)]
pub struct FileSource {
    file: std::fs::File,
    end: Option<Lba>,
}

#[cfg(unix)]
impl FileSource {
    /// The image in `file`. Its length is asked once; a device, which has none, is read until it refuses.
    ///
    /// # Errors
    /// The system's, when the length cannot be asked.
    pub fn new(mut file: std::fs::File) -> io::Result<Self> {
        let bytes = file.seek(SeekFrom::End(0))?;
        let end = (bytes > 0 || file.metadata()?.is_file()).then(|| end_of(bytes));
        Ok(Self { file, end })
    }

    /// Opens the image at `path`.
    ///
    /// # Errors
    /// The system's.
    pub fn open(path: impl AsRef<std::path::Path>) -> io::Result<Self> {
        Self::new(std::fs::File::open(path)?)
    }
}

#[cfg(unix)]
impl ReadSectors for FileSource {
    fn read_sectors(&self, first: Lba, buffer: &mut [u8]) -> io::Result<()> {
        use std::os::unix::fs::FileExt as _;
        self.file.read_exact_at(buffer, byte_address(first)?).map_err(|error| name_place(error, first))
    }

    fn end(&self) -> Option<Lba> {
        self.end
    }
}

/// An image behind any [`Read`] and [`Seek`]; sector zero is at its front.
#[derive(Debug)]
pub struct SeekSource<R> {
    inner: RefCell<R>,
    end: Lba,
}

impl<R: Read + Seek> SeekSource<R> {
    /// The image in `inner`, whose length is asked once.
    ///
    /// # Errors
    /// Those of `inner`.
    pub fn new(mut inner: R) -> io::Result<Self> {
        let end = end_of(inner.seek(SeekFrom::End(0))?);
        Ok(Self { inner: RefCell::new(inner), end })
    }
}

impl<R: Read + Seek> ReadSectors for SeekSource<R> {
    fn read_sectors(&self, first: Lba, buffer: &mut [u8]) -> io::Result<()> {
        let mut inner = self.inner.borrow_mut();
        inner.seek(SeekFrom::Start(byte_address(first)?))?;
        inner.read_exact(buffer).map_err(|error| name_place(error, first))
    }

    fn end(&self) -> Option<Lba> {
        Some(self.end)
    }
}

/// A source whose own sector zero stands for another address: the image of a later session in a file of its own.
#[derive(Clone, Copy, Debug)]
pub struct OffsetSource<S> {
    inner: S,
    start: Lba,
}

impl<S: ReadSectors> OffsetSource<S> {
    /// `inner`, whose sector zero lies at `start` on the disc.
    pub const fn new(inner: S, start: Lba) -> Self {
        Self { inner, start }
    }
}

impl<S: ReadSectors> ReadSectors for OffsetSource<S> {
    fn read_sectors(&self, first: Lba, buffer: &mut [u8]) -> io::Result<()> {
        let inside = first.0.checked_sub(self.start.0).ok_or_else(|| beyond(first))?;
        self.inner.read_sectors(Lba(inside), buffer)
    }

    fn end(&self) -> Option<Lba> {
        Some(Lba(self.inner.end()?.0.saturating_add(self.start.0)))
    }
}

/// Where sector `lba` begins in an image whose front is sector zero, in bytes.
fn byte_address(lba: Lba) -> io::Result<u64> {
    let sector = u64::try_from(lba.0).map_err(|_| beyond(lba))?;
    Ok(sector * SECTOR_BYTES as u64)
}

fn end_of(bytes: u64) -> Lba {
    Lba(i32::try_from(bytes / SECTOR_BYTES as u64).unwrap_or(i32::MAX))
}

fn beyond(lba: Lba) -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, format!("sector {lba} lies outside the image"))
}

fn name_place(error: io::Error, first: Lba) -> io::Error {
    if error.kind() == io::ErrorKind::UnexpectedEof { beyond(first) } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_agree_and_refuse_what_lies_outside() {
        let mut image = vec![0; 3 * SECTOR_BYTES];
        image[SECTOR_BYTES..2 * SECTOR_BYTES].fill(1);
        image[2 * SECTOR_BYTES..].fill(2);
        image.push(3);
        let seek = SeekSource::new(io::Cursor::new(&image)).unwrap();
        let shifted = OffsetSource::new(&image, Lba(-1));
        for (source, shift) in [(&image as &dyn ReadSectors, 0), (&seek, 0), (&shifted, -1)] {
            assert_eq!(source.end(), Some(Lba(3 + shift)), "a part of a sector does not count");
            let mut two = vec![0; 2 * SECTOR_BYTES];
            source.read_sectors(Lba(1 + shift), &mut two).unwrap();
            assert_eq!((two[0], two[SECTOR_BYTES]), (1, 2));
            let outside = source.read_sectors(Lba(2 + shift), &mut two).unwrap_err();
            assert_eq!(outside.kind(), io::ErrorKind::UnexpectedEof);
            assert!(source.read_sectors(Lba(-1 + shift), &mut two).is_err());
        }
    }
}
