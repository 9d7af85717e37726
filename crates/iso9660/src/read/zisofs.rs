//! Inflating files that were compressed block by block (zisofs, version 1).
//!
//! Such a file begins with a header of its own and a table that says where each block begins; a block of no bytes is one
//! of zeros.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::{Decompress, FlushDecompress, Status};

use super::content::{FileReader, sought};
use super::entry::Entry;
use super::source::ReadSectors;
use super::volume::Volume;
use crate::format::rock_ridge::Zisofs;

/// First bytes of a compressed file.
const MAGIC: [u8; 8] = [0x37, 0xE4, 0x53, 0x96, 0xC9, 0xDB, 0xD6, 0x07];

impl<S: ReadSectors> Volume<S> {
    /// The contents of a file that Rock Ridge says is compressed with zisofs, inflated.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] when `entry` is not compressed or in a way that is not known;
    /// [`io::ErrorKind::InvalidData`] when the file does not begin as its entry says; the source's errors.
    pub fn open_inflated<'v>(&'v self, entry: &Entry) -> io::Result<InflatedReader<'v, S>> {
        let zisofs = entry.compression().filter(Zisofs::is_known).ok_or_else(|| {
            io::Error::new(io::ErrorKind::Unsupported, "not compressed with zisofs version 1")
        })?;
        InflatedReader::new(self.open_file(entry), zisofs)
    }
}

/// Reads a compressed file inflated, with random access; holds one block and the table of blocks.
#[derive(Debug)]
pub struct InflatedReader<'v, S> {
    file: FileReader<'v, S>,
    bytes: u64,
    block_bytes: u32,
    /// Where each block begins in the file, and where the last one ends.
    table: Vec<u32>,
    /// The block that is held, by number.
    held: Option<usize>,
    block: Vec<u8>,
    position: u64,
}

impl<'v, S: ReadSectors> InflatedReader<'v, S> {
    fn new(mut file: FileReader<'v, S>, zisofs: Zisofs) -> io::Result<Self> {
        let mut header = [0; 16];
        file.read_exact(&mut header)?;
        let [magic @ .., s0, s1, s2, s3, quads, log2, _, _] = header;
        let header_bytes = u64::from(quads) * 4;
        let bytes = u64::from(u32::from_le_bytes([s0, s1, s2, s3]));
        if magic != MAGIC
            || log2 != zisofs.block_log2
            || quads != zisofs.header_quads
            || bytes != zisofs.inflated_bytes
        {
            return Err(invalid("the file does not begin with the header that its ZF entry promises"));
        }
        let blocks = bytes.div_ceil(1 << log2);
        let table_bytes = (blocks + 1) * 4;
        // The table lies in the file, so what is allocated for it is on the disc.
        if header_bytes + table_bytes > file.size_bytes() {
            return Err(invalid("the table of blocks is longer than the file"));
        }
        file.seek(SeekFrom::Start(header_bytes))?;
        let mut raw =
            vec![0; usize::try_from(table_bytes).map_err(|_| invalid("the table of blocks is too long"))?];
        file.read_exact(&mut raw)?;
        let (entries, _) = raw.as_chunks::<4>();
        let table = entries.iter().map(|entry| u32::from_le_bytes(*entry)).collect();
        Ok(Self { file, bytes, block_bytes: 1 << log2, table, held: None, block: Vec::new(), position: 0 })
    }

    /// Length of the inflated contents in bytes.
    #[must_use]
    pub const fn size_bytes(&self) -> u64 {
        self.bytes
    }

    fn load(&mut self, number: usize) -> io::Result<()> {
        if self.held == Some(number) {
            return Ok(());
        }
        self.held = None;
        let (Some(start), Some(end)) = (self.table.get(number), self.table.get(number + 1)) else {
            return Err(invalid("a block beyond the table"));
        };
        let compressed =
            end.checked_sub(*start).ok_or_else(|| invalid("a block that ends before it begins"))?;
        let first = u64::try_from(number).unwrap_or(u64::MAX) * u64::from(self.block_bytes);
        let length = (self.bytes - first).min(u64::from(self.block_bytes));
        self.block.clear();
        self.block.resize(usize::try_from(length).unwrap_or(0), 0);
        if compressed == 0 {
            self.held = Some(number);
            return Ok(());
        }
        // Deflate never makes a block twice as long.
        if compressed > self.block_bytes * 2 {
            return Err(invalid("a compressed block is longer than twice its contents"));
        }
        let mut raw = vec![0; usize::try_from(compressed).unwrap_or(0)];
        self.file.seek(SeekFrom::Start(u64::from(*start)))?;
        self.file.read_exact(&mut raw)?;
        let mut inflate = Decompress::new(true);
        let status =
            inflate.decompress(&raw, &mut self.block, FlushDecompress::Finish).map_err(|_| BROKEN())?;
        if status != Status::StreamEnd || inflate.total_out() != length {
            return Err(BROKEN());
        }
        self.held = Some(number);
        Ok(())
    }
}

const BROKEN: fn() -> io::Error = || invalid("a block does not inflate to what it should");

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("zisofs: {what}"))
}

impl<S: ReadSectors> Read for InflatedReader<'_, S> {
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] when a block does not inflate, and the source's.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.position >= self.bytes {
            return Ok(0);
        }
        let number = usize::try_from(self.position / u64::from(self.block_bytes)).unwrap_or(usize::MAX);
        self.load(number)?;
        let skip = usize::try_from(self.position % u64::from(self.block_bytes)).unwrap_or(usize::MAX);
        let there = self.block.get(skip..).unwrap_or_default();
        let count = there.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), there.get(..count)) {
            to.copy_from_slice(from);
        }
        self.position += u64::try_from(count).unwrap_or(0);
        Ok(count)
    }
}

impl<S: ReadSectors> Seek for InflatedReader<'_, S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = sought(to, self.position, self.bytes)?;
        Ok(self.position)
    }
}
