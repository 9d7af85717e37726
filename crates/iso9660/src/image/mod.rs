//! The image as bytes: any sector at any time.
//!
//! An [`Image`] is positional: a burn reads it from the start, a verification reads it again, a resumed one starts
//! in the middle, and all get the same bytes. Structures are encoded when their sectors are asked for; contents are read
//! from their files at that moment, and a file that is no longer what was staged is an error, never zeros.

mod pieces;
mod source;
mod write;

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use self::source::Reader;
pub use self::source::{Change, SourceError};
pub use self::write::Progress;
use crate::format::{FormatError, PathTableOrder, SECTOR_BYTES, SYSTEM_AREA_SECTORS};
use crate::layout::{Descriptors, Layout};
use crate::tree::Stored;

/// Why sectors cannot be given.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImageError {
    /// A file cannot be read or is not what was staged.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The image ends before.
    #[error("sector {sector} is outside of the image, which has {sectors}")]
    BeyondEnd {
        /// First sector that is not there.
        sector: u32,
        /// Sectors of the image.
        sectors: u32,
    },
    /// The buffer is no whole number of sectors.
    #[error("a buffer of {0} bytes is not a whole number of 2048-byte sectors")]
    Buffer(usize),
    /// A structure cannot be encoded; a mistake in this crate.
    #[error("sector {sector}: {source}")]
    Format {
        /// First sector of the structure.
        sector: u32,
        /// What does not fit.
        source: FormatError,
    },
    /// The file that the image is written to refuses.
    #[error("cannot write the image: {0}")]
    Write(#[source] std::io::Error),
    /// The caller asked to stop.
    #[error("cancelled; the image is not whole")]
    Cancelled,
}

/// The image of a layout, to be read.
///
/// `Send`, so that a reader thread can own it; cloning shares the layout and gives a reader of its own.
#[derive(Debug)]
pub struct Image {
    layout: Arc<Layout>,
    reader: Reader,
    structure: Structure,
}

impl Clone for Image {
    fn clone(&self) -> Self {
        Self::new(self.layout.clone())
    }
}

/// The structure that was asked for last, encoded whole: its sectors are usually asked for in turn.
#[derive(Debug, Default)]
struct Structure {
    region: Option<Region>,
    bytes: Vec<u8>,
}

/// A run of sectors with one origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Region {
    Descriptors,
    PathTable {
        hierarchy: usize,
        big: bool,
    },
    Directory {
        hierarchy: usize,
        index: usize,
    },
    Content(usize),
    /// A content that is made or changed here: the boot catalogue, an image with a boot info table.
    Made(usize),
    Zeros,
}

/// Where a region lies, in sectors.
#[derive(Clone, Copy, Debug)]
struct Place {
    region: Region,
    start: u32,
    end: u32,
}

impl Image {
    /// The image of a layout.
    #[must_use]
    pub fn new(layout: impl Into<Arc<Layout>>) -> Self {
        Self { layout: layout.into(), reader: Reader::default(), structure: Structure::default() }
    }

    /// What is where.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Length in sectors.
    #[must_use]
    pub fn sectors(&self) -> u32 {
        self.layout.sectors()
    }

    /// Fills `buffer` with the sectors from `first` on, counted from the start of the image.
    ///
    /// # Errors
    /// [`ImageError`]; what the buffer then holds is not said.
    pub fn fill(&mut self, first: u32, buffer: &mut [u8]) -> Result<(), ImageError> {
        if !buffer.len().is_multiple_of(SECTOR_BYTES) {
            return Err(ImageError::Buffer(buffer.len()));
        }
        let sectors = self.sectors();
        let mut sector = first;
        let mut rest = buffer;
        while !rest.is_empty() {
            let place = self.place(sector).ok_or(ImageError::BeyondEnd { sector, sectors })?;
            let room = usize::try_from(place.end - sector).unwrap_or(usize::MAX).saturating_mul(SECTOR_BYTES);
            let (now, later) = rest.split_at_mut(room.min(rest.len()));
            self.fill_region(&place, sector, now)?;
            sector += u32::try_from(now.len() / SECTOR_BYTES).unwrap_or(u32::MAX);
            rest = later;
        }
        Ok(())
    }

    /// Checks that every file is still what was staged: there, readable, of the same length and time.
    ///
    /// # Errors
    /// [`SourceError`] for the first that is not, with its path.
    pub fn recheck_sources(&mut self) -> Result<(), SourceError> {
        let Self { layout, reader, .. } = self;
        layout.plan.order.iter().try_for_each(|placed| match layout.stored(placed.content) {
            Some(Stored::Host { directory, name, stamp }) => {
                reader.check(&layout.tree, *directory, *name, *stamp)
            }
            _ => Ok(()),
        })
    }

    /// The file whose contents lie at a sector, as the host names it.
    #[must_use]
    pub fn host_path_at(&self, sector: u32) -> Option<PathBuf> {
        match self.layout.stored(self.layout.plan.placed_at(sector)?.content)? {
            Stored::Host { directory, name, .. } => Some(self.layout.tree.host_path(*directory, *name)),
            _ => None,
        }
    }

    fn fill_region(&mut self, place: &Place, sector: u32, out: &mut [u8]) -> Result<(), ImageError> {
        let offset = u64::from(sector - place.start) * SECTOR_BYTES as u64;
        match place.region {
            Region::Zeros => {
                out.fill(0);
                Ok(())
            }
            Region::Content(index) => {
                let Self { layout, reader, .. } = self;
                read_content(layout, reader, index, offset, out)
            }
            structure => {
                self.encode(structure, place.start)?;
                copy_from(&self.structure.bytes, offset, out);
                Ok(())
            }
        }
    }

    fn encode(&mut self, region: Region, start: u32) -> Result<(), ImageError> {
        if self.structure.region == Some(region) {
            return Ok(());
        }
        self.structure.region = None;
        let bytes = &mut self.structure.bytes;
        let hierarchies = &self.layout.plan.hierarchies;
        let encoded = match region {
            Region::PathTable { hierarchy, big } => hierarchies.get(hierarchy).map_or(Ok(()), |hierarchy| {
                let order = if big { PathTableOrder::Big } else { PathTableOrder::Little };
                self.layout.encode_path_table(hierarchy, order, bytes)
            }),
            Region::Directory { hierarchy, index } => hierarchies
                .get(hierarchy)
                .map_or(Ok(()), |hierarchy| self.layout.encode_directory(hierarchy, index, bytes)),
            Region::Made(index) => return self.make(index),
            Region::Descriptors | Region::Content(_) | Region::Zeros => {
                self.layout.encode_descriptors(bytes);
                Ok(())
            }
        };
        encoded.map_err(|source| ImageError::Format { sector: start, source })?;
        self.structure.region = Some(region);
        Ok(())
    }

    /// Makes a content that depends on where things lie.
    fn make(&mut self, index: usize) -> Result<(), ImageError> {
        let Self { layout, reader, structure } = self;
        let Some(placed) = layout.plan.order.get(index) else { return Ok(()) };
        let start = layout.plan.starts.get(placed.content.slot()).copied().unwrap_or_default();
        if layout.is_catalogue(placed.content) {
            let encoded = layout.encode_catalogue(&mut structure.bytes);
            encoded.map_err(|source| ImageError::Format { sector: start, source })?;
        } else {
            let bytes = layout.stored(placed.content).map_or(0, Stored::bytes);
            structure.bytes.clear();
            structure.bytes.resize(usize::try_from(bytes).unwrap_or(0), 0);
            read_content(layout, reader, index, 0, &mut structure.bytes)?;
            layout.patch(placed.content, &mut structure.bytes);
        }
        structure.region = Some(Region::Made(index));
        Ok(())
    }

    /// What lies at a sector; `None` beyond the end.
    fn place(&self, sector: u32) -> Option<Place> {
        let plan = &self.layout.plan;
        if sector >= plan.content_start {
            return self.place_content(sector);
        }
        let descriptors_end =
            plan.descriptors + u32::try_from(Descriptors::count(&self.layout.options)).unwrap_or(0);
        if sector < SYSTEM_AREA_SECTORS {
            return Some(Place { region: Region::Zeros, start: 0, end: SYSTEM_AREA_SECTORS });
        }
        if sector < descriptors_end {
            return Some(Place {
                region: Region::Descriptors,
                start: plan.descriptors,
                end: descriptors_end,
            });
        }
        self.place_path_table(sector).or_else(|| self.place_directory(sector))
    }

    fn place_content(&self, sector: u32) -> Option<Place> {
        let plan = &self.layout.plan;
        let Some(index) = plan.content_index(sector) else {
            let padding = Place { region: Region::Zeros, start: plan.content_end, end: plan.sectors };
            return (sector < plan.sectors).then_some(padding);
        };
        let start = |index: usize| {
            plan.order.get(index).and_then(|placed| plan.starts.get(placed.content.slot())).copied()
        };
        let end = start(index + 1).unwrap_or(plan.content_end);
        let content = plan.order.get(index)?.content;
        let made = self.layout.is_catalogue(content) || self.layout.is_patched(content);
        let region = if made { Region::Made(index) } else { Region::Content(index) };
        Some(Place { region, start: start(index)?, end })
    }

    fn place_path_table(&self, sector: u32) -> Option<Place> {
        let tables = self.layout.plan.hierarchies.iter().enumerate().flat_map(|(number, hierarchy)| {
            let sectors = hierarchy.path_table_bytes.div_ceil(SECTOR_BYTES_32);
            hierarchy.path_tables.into_iter().zip([false, true]).map(move |(start, big)| Place {
                region: Region::PathTable { hierarchy: number, big },
                start,
                end: start + sectors,
            })
        });
        tables.into_iter().find(|place| (place.start..place.end).contains(&sector))
    }

    fn place_directory(&self, sector: u32) -> Option<Place> {
        self.layout.plan.hierarchies.iter().enumerate().find_map(|(number, hierarchy)| {
            let index = hierarchy.directory_at(sector)?;
            let directory = hierarchy.directories.get(index)?;
            Some(Place {
                region: Region::Directory { hierarchy: number, index },
                start: directory.start,
                end: directory.start + directory.sectors(),
            })
        })
    }
}

/// Reads a content from `offset` on, and zeros behind it.
fn read_content(
    layout: &Layout,
    reader: &mut Reader,
    index: usize,
    offset: u64,
    out: &mut [u8],
) -> Result<(), ImageError> {
    let placed = layout.plan.order.get(index);
    match placed.and_then(|placed| layout.stored(placed.content)) {
        Some(Stored::Bytes(bytes)) => copy_from(bytes, offset, out),
        Some(Stored::Host { directory, name, stamp }) => {
            reader.read(&layout.tree, *directory, *name, *stamp, offset, out)?;
        }
        Some(Stored::Disc(_)) | None => out.fill(0),
    }
    Ok(())
}

const SECTOR_BYTES_32: u32 = 2048;

/// Copies what there is from `offset` on and fills the rest with zeros.
fn copy_from(bytes: &[u8], offset: u64, out: &mut [u8]) {
    let from = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
    let there = from.len().min(out.len());
    let (filled, rest) = out.split_at_mut(there);
    filled.copy_from_slice(from.get(..there).unwrap_or_default());
    rest.fill(0);
}
