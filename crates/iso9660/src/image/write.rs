//! A whole image into a file, the kernel copying by itself what it can.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use rustix::fs::copy_file_range;
use rustix::io::Errno;

use super::{Image, ImageError};
use crate::format::SECTOR_BYTES;
use crate::tree::Stored;

/// Bytes that are filled and written at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// Files from this length on are copied by the kernel.
const LARGE_BYTES: u64 = 1 << 20;

impl Image {
    /// Writes the whole image to `file` from its start.
    ///
    /// Large files are copied by the kernel where source and target allow it (`copy_file_range`).
    ///
    /// # Errors
    /// [`ImageError`]; the file then holds a part of the image.
    pub fn write_to(&mut self, file: &File) -> Result<(), ImageError> {
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut sector = 0;
        for index in 0..self.layout.plan.order.len() {
            if let Some((start, bytes)) = self.large(index) {
                self.write_sectors(file, sector, start, &mut chunk)?;
                let copied = self.copy_content(file, index, start, bytes)?;
                // Whatever the kernel did not copy, the last part of a sector at least, goes the other way.
                sector = start + u32::try_from(copied / SECTOR_BYTES as u64).unwrap_or(0);
            }
        }
        self.write_sectors(file, sector, self.sectors(), &mut chunk)
    }

    /// First sector and length of a content, if it is a large host file as it is.
    fn large(&self, index: usize) -> Option<(u32, u64)> {
        let content = self.layout.plan.order.get(index)?.content;
        match self.layout.stored(content)? {
            Stored::Host { stamp, .. } if stamp.bytes >= LARGE_BYTES && !self.layout.is_patched(content) => {
                let start = *self.layout.plan.starts.get(content.slot())?;
                Some((start, stamp.bytes))
            }
            _ => None,
        }
    }

    /// Copies as much of a content as the kernel will; how many bytes that is.
    fn copy_content(&mut self, to: &File, index: usize, start: u32, bytes: u64) -> Result<u64, ImageError> {
        let Self { layout, reader, .. } = self;
        let content = layout.plan.order.get(index).and_then(|placed| layout.stored(placed.content));
        let Some(Stored::Host { directory, name, stamp }) = content else { return Ok(0) };
        let from = reader.open(&layout.tree, *directory, *name, *stamp)?;
        let mut source_at = 0;
        let mut target_at = u64::from(start) * SECTOR_BYTES as u64;
        while source_at < bytes {
            let left = usize::try_from(bytes - source_at).unwrap_or(usize::MAX).min(1 << 30);
            match copy_file_range(&from, Some(&mut source_at), to, Some(&mut target_at), left) {
                Ok(0) => break,
                Ok(_) | Err(Errno::INTR) => {}
                // Any reason that this cannot be done in the kernel; a real fault shows when it is read.
                Err(_) => break,
            }
        }
        if source_at >= bytes {
            reader.recheck(&layout.tree, *directory, *name, *stamp, &from)?;
        }
        Ok(source_at)
    }

    /// Writes the sectors from `first` up to `end`.
    fn write_sectors(
        &mut self,
        file: &File,
        first: u32,
        end: u32,
        chunk: &mut [u8],
    ) -> Result<(), ImageError> {
        let chunk_sectors = u32::try_from(chunk.len() / SECTOR_BYTES).unwrap_or(1);
        let mut sector = first;
        while sector < end {
            let now = chunk_sectors.min(end - sector);
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

#[cfg(test)]
mod tests {
    use core::ops::ControlFlow;
    use std::fs;

    use crate::image::{Change, Image, ImageError, SourceError};
    use crate::layout::{Options, layout};
    use crate::tree::{Timestamp, scan};

    fn staged(dir: &std::path::Path) -> Image {
        let tree = scan::scan(&[dir], scan::ScanOptions::default(), &mut |_| ControlFlow::Continue(()))
            .unwrap()
            .tree;
        Image::new(layout(tree, &Options::new("TEST", Timestamp::EPOCH)).unwrap())
    }

    #[test]
    fn large_files_come_out_as_by_filling() {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in [("a", 3_000_001_usize), ("b", 5), ("c", 1 << 20), ("d", 2_000_000)] {
            let content: Vec<u8> =
                (0..bytes).map(|at| u8::try_from((at + name.len()) % 251).unwrap()).collect();
            fs::write(dir.path().join(name), content).unwrap();
        }
        let mut image = staged(dir.path());
        let file = tempfile::tempfile().unwrap();
        image.write_to(&file).unwrap();
        let mut written = vec![1; usize::try_from(image.sectors()).unwrap() * 2048];
        std::os::unix::fs::FileExt::read_exact_at(&file, &mut written, 0).unwrap();
        let mut filled = vec![2; written.len()];
        image.fill(0, &mut filled).unwrap();
        assert!(written == filled);
        assert_eq!(file.metadata().unwrap().len(), written.len() as u64);
    }

    #[test]
    fn a_changed_source_is_an_error_before_and_while_reading() {
        let dir = tempfile::tempdir().unwrap();
        let victim = dir.path().join("victim");
        fs::write(&victim, "hello").unwrap();
        fs::write(dir.path().join("other"), "other").unwrap();
        let mut image = staged(dir.path());
        image.recheck_sources().unwrap();

        fs::write(&victim, "hello, world").unwrap();
        let error = image.recheck_sources().unwrap_err();
        let SourceError::Changed { path, change } = &error else { panic!("{error}") };
        assert_eq!((path, *change), (&victim, Change::Length { staged: 5, now: 12 }));
        let mut buffer = vec![0; usize::try_from(image.sectors()).unwrap() * 2048];
        let error = image.fill(0, &mut buffer).unwrap_err();
        assert!(matches!(error, ImageError::Source(SourceError::Changed { .. })), "{error}");

        fs::remove_file(&victim).unwrap();
        let error = image.recheck_sources().unwrap_err();
        assert!(matches!(&error, SourceError::Unreadable { path, .. } if *path == victim), "{error}");

        fs::write(&victim, "hullo").unwrap();
        let error = image.recheck_sources().unwrap_err();
        assert!(matches!(error, SourceError::Changed { .. }), "{error}");
    }

    #[test]
    fn any_sector_at_any_time() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("long"), vec![7; 10_000]).unwrap();
        fs::create_dir(dir.path().join("folder")).unwrap();
        let mut image = staged(dir.path());
        let sectors = image.sectors();
        let mut whole = vec![0; usize::try_from(sectors).unwrap() * 2048];
        image.fill(0, &mut whole).unwrap();
        let mut one = vec![9; 2048];
        for sector in (0..sectors).rev() {
            image.fill(sector, &mut one).unwrap();
            let at = usize::try_from(sector).unwrap() * 2048;
            assert!(one == whole[at..at + 2048], "sector {sector}");
        }
        assert!(matches!(image.fill(sectors, &mut one), Err(ImageError::BeyondEnd { .. })));
        assert!(matches!(image.fill(sectors - 1, &mut [0; 4096]), Err(ImageError::BeyondEnd { .. })));
        assert!(matches!(image.fill(0, &mut [0; 100]), Err(ImageError::Buffer(100))));
        assert_eq!(image.layout().path_at(sectors - 1).as_deref(), Some("/long"));
        assert_eq!(image.host_path_at(sectors - 1), Some(dir.path().join("long")));
        assert_eq!(image.layout().path_at(0), None);
        fn owned_by_a_thread(_: impl Send + 'static) {}
        owned_by_a_thread(image);
    }
}
