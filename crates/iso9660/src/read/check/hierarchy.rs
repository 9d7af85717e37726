//! What is kept of a directory hierarchy: its directories, and where the data of its files lies. No path is kept.

use core::ops::Range;

use crate::format::{DirectoryRecord, SECTOR_BYTES, text};
use crate::read::entry::Directory;
use crate::read::finding::Place;
use crate::read::source::ReadSectors;
use crate::read::volume::{View, Volume};

/// Levels that a path tells; what is deeper begins in the middle.
const MAX_LEVELS: usize = 64;

/// A hierarchy as it was come by, the root first and each directory behind its parent.
pub(super) struct Hierarchy {
    pub(super) view: View,
    pub(super) directories: Vec<Row>,
    names: Vec<u8>,
    /// Files with data, by where it begins.
    pub(super) files: Vec<FileRow>,
    /// All files, those without data too.
    pub(super) file_count: u64,
    /// Lowest interchange level that its identifiers and sections keep to; `None` for none.
    pub(super) level: Option<u8>,
}

/// A directory.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// Block at which it begins, its extended attribute record left out.
    pub(super) directory: Directory,
    /// Number of its parent's row.
    pub(super) parent: u32,
    name_start: u32,
    name_bytes: u8,
    /// Levels with the root as the first.
    pub(super) level: u16,
    /// Bytes of its path with what separates names, as they are recorded.
    pub(super) path_bytes: u32,
    /// Its record in its parent.
    pub(super) place: Place,
}

/// A file with data.
#[derive(Clone, Copy)]
pub(super) struct FileRow {
    /// Block at which its first section begins.
    pub(super) start: u32,
    /// Length of all sections.
    pub(super) bytes: u64,
    /// A hash of where the further sections lie and how long they are; zero without any.
    pub(super) further: u64,
    /// Its (first) record.
    pub(super) place: Place,
    /// Number of its directory's row.
    pub(super) directory: u32,
}

impl FileRow {
    /// Adds a section of `bytes` that begins at block `start`, interleaved as `units` says.
    pub(super) fn add_section(&mut self, start: u32, bytes: u32, units: [u8; 2]) {
        if self.bytes != 0 || units != [0; 2] {
            let [unit, gap] = units.map(u64::from);
            for number in [u64::from(start), u64::from(bytes), unit, gap] {
                // FNV-1a, by words: places are compared, and a match that is none hides one finding at worst.
                self.further = (self.further ^ number ^ 0xCBF2_9CE4_8422_2325).wrapping_mul(0x0100_0000_01B3);
            }
        }
        self.bytes += u64::from(bytes);
    }
}

impl Hierarchy {
    pub(super) fn new(view: View, root: Directory, place: Place) -> Self {
        let root =
            Row { directory: root, parent: 0, name_start: 0, name_bytes: 1, level: 1, path_bytes: 0, place };
        Self {
            view,
            directories: vec![root],
            names: vec![0],
            files: Vec::new(),
            file_count: 0,
            level: Some(1),
        }
    }

    /// Adds a directory; there can be fewer than 2³² because each takes a record of its own.
    pub(super) fn push(
        &mut self,
        directory: Directory,
        parent: u32,
        identifier: &[u8],
        place: Place,
    ) -> Option<&Row> {
        let above = *self.directories.get(usize::try_from(parent).ok()?)?;
        let name_bytes = u8::try_from(identifier.len()).ok()?;
        let row = Row {
            directory,
            parent,
            name_start: u32::try_from(self.names.len()).ok()?,
            name_bytes,
            level: above.level.saturating_add(1),
            path_bytes: above.path_bytes.saturating_add(u32::from(name_bytes) + 1),
            place,
        };
        self.names.extend_from_slice(identifier);
        self.directories.push(row);
        self.directories.last()
    }

    /// The identifier of a directory; `[0]` of the root.
    pub(super) fn identifier(&self, row: &Row) -> &[u8] {
        let start = usize::try_from(row.name_start).unwrap_or(usize::MAX);
        let range: Range<usize> = start..start.saturating_add(usize::from(row.name_bytes));
        self.names.get(range).unwrap_or_default()
    }

    /// The block at which the directory of row `number` begins.
    pub(super) fn block(&self, number: u32) -> Option<u32> {
        Some(self.directories.get(usize::try_from(number).ok()?)?.directory.block())
    }

    /// The path of the directory of row `number`, `/` for the root.
    pub(super) fn path(&self, number: u32) -> String {
        let mut names = Vec::new();
        let mut at = number;
        while at != 0 && names.len() < MAX_LEVELS {
            let Some(row) = usize::try_from(at).ok().and_then(|at| self.directories.get(at)) else { break };
            names.push(self.shown(self.identifier(row)));
            at = row.parent;
        }
        let front = if at == 0 { "" } else { "…" };
        names.reverse();
        format!("{front}/{}", names.join("/"))
    }

    /// The path of what the record with `identifier` in the directory of row `number` describes.
    pub(super) fn path_below(&self, number: u32, identifier: &[u8]) -> String {
        let path = self.path(number);
        match identifier {
            [0 | 1] => path,
            _ => format!("{}/{}", path.trim_end_matches('/'), self.shown(identifier)),
        }
    }

    /// The path of what the record at `place` describes, read once more.
    pub(super) fn path_of_record<S: ReadSectors>(
        &self,
        volume: &Volume<S>,
        number: u32,
        place: Place,
    ) -> String {
        let mut sector = [0; SECTOR_BYTES];
        let record = volume.source.read_sectors(place.lba, &mut sector).ok().and_then(|()| {
            let offset = usize::try_from(place.offset).ok()?;
            DirectoryRecord::parse(sector.get(offset..)?).ok()
        });
        match record {
            Some(record) => self.path_below(number, record.identifier),
            None => self.path(number),
        }
    }

    /// An identifier as text.
    pub(super) fn shown(&self, identifier: &[u8]) -> String {
        if self.view == View::Joliet {
            text::decode_ucs2(identifier).0
        } else {
            String::from_utf8_lossy(identifier).into_owned()
        }
    }
}
