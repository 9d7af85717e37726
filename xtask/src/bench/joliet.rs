//! The least that a reader of a Joliet hierarchy must do: read each directory, decode each name.
//!
//! This is the floor of readers and no reader: it trusts the image, which was made for the race.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

const SECTOR_BYTES: u64 = 2048;

pub(super) struct Image {
    file: File,
    pub(super) root: Extent,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    sector: u32,
    pub(super) bytes: u32,
}

/// An entry of a directory, without the first two, which are the directory itself and its parent.
pub(super) struct Entry<'a> {
    /// UTF-16, most significant byte first, with `;1`.
    name: &'a [u8],
    pub(super) extent: Extent,
    pub(super) is_directory: bool,
}

impl Image {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
        let mut descriptor = vec![0; usize::try_from(SECTOR_BYTES)?];
        for sector in 16.. {
            file.read_exact_at(&mut descriptor, sector * SECTOR_BYTES)?;
            let joliet = descriptor.get(88..90) == Some(b"%/");
            match descriptor.first() {
                Some(2) if joliet => break,
                Some(255) => bail!("{} has no Joliet hierarchy", path.display()),
                _ => {}
            }
        }
        let root = record(descriptor.get(156..190).unwrap_or_default()).context("the root's record")?.extent;
        Ok(Self { file, root })
    }

    /// All of a directory's sectors.
    pub(super) fn directory(&self, extent: Extent) -> Result<Vec<u8>> {
        ensure!(u64::from(extent.bytes) <= self.file.metadata()?.len(), "a directory larger than its image");
        let mut bytes = vec![0; usize::try_from(extent.bytes)?];
        self.file.read_exact_at(&mut bytes, u64::from(extent.sector) * SECTOR_BYTES)?;
        Ok(bytes)
    }

    /// Hands out a file's contents, as much at a time as the buffer takes.
    pub(super) fn contents(
        &self,
        extent: Extent,
        buffer: &mut [u8],
        mut each: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut done = 0;
        let total = usize::try_from(extent.bytes)?;
        while done < total {
            let limit = buffer.len().min(total - done);
            let piece = buffer.get_mut(..limit).unwrap_or_default();
            let at = u64::from(extent.sector) * SECTOR_BYTES + u64::try_from(done)?;
            self.file.read_exact_at(piece, at)?;
            each(piece)?;
            done += piece.len();
        }
        Ok(())
    }
}

/// The entries of a directory in the order of the disc.
pub(super) fn entries(directory: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    let sectors = directory.chunks(usize::try_from(SECTOR_BYTES).unwrap_or(usize::MAX));
    let records = sectors.flat_map(|sector| {
        let mut rest = sector;
        core::iter::from_fn(move || {
            let length = usize::from(*rest.first()?);
            // The rest of the sector is padding.
            let (bytes, behind) = rest.split_at_checked(length).filter(|_| length > 33)?;
            rest = behind;
            record(bytes)
        })
    });
    records.filter(|entry| entry.name.len() > 1)
}

fn record(bytes: &[u8]) -> Option<Entry<'_>> {
    let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let length = usize::from(*bytes.get(32)?);
    Some(Entry {
        name: bytes.get(33..33 + length)?,
        extent: Extent { sector: number(2)?, bytes: number(10)? },
        is_directory: bytes.get(25)? & 2 != 0,
    })
}

impl Entry<'_> {
    /// Appends the name, without the version.
    pub(super) fn name_into(&self, path: &mut String) {
        let (units, _) = self.name.as_chunks();
        let units = match units {
            [name @ .., [0, b';'], [0, b'1']] => name,
            all => all,
        };
        let decoded = char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit)));
        path.extend(decoded.map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_end_with_the_sector() {
        let mut directory = vec![0; 4096];
        let record = |name: &[u8]| {
            let mut bytes = vec![0; 33];
            bytes[2..6].copy_from_slice(&20_u32.to_le_bytes());
            bytes[10..14].copy_from_slice(&5_u32.to_le_bytes());
            bytes[32] = u8::try_from(name.len()).unwrap();
            bytes.extend(name);
            bytes.resize(bytes.len().next_multiple_of(2), 0);
            bytes[0] = u8::try_from(bytes.len()).unwrap();
            bytes
        };
        let (own, first) = (record(&[0]), record(&[0, b'a', 0, b';', 0, b'1']));
        directory[..own.len()].copy_from_slice(&own);
        directory[own.len()..own.len() + first.len()].copy_from_slice(&first);
        let second = record(&[0x20, 0xAC]);
        directory[2048..2048 + second.len()].copy_from_slice(&second);
        let names: Vec<String> = entries(&directory)
            .map(|entry| {
                let mut name = String::new();
                entry.name_into(&mut name);
                name
            })
            .collect();
        assert_eq!(names, ["a", "€"]);
        assert!(entries(&directory).all(|entry| entry.extent.sector == 20 && entry.extent.bytes == 5));
    }
}
