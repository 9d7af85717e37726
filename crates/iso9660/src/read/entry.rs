//! What a directory says about one of its entries.

use discwright_cd::Lba;

use super::finding::Place;
use crate::format::rock_ridge::{DeviceNumber, PosixAttributes, SparseFile, TimeStamps, Zisofs};
use crate::format::{FileFlags, RecordTime, SECTOR_BYTES, ZonedTime};
use crate::tree::Extent;

/// An entry of a directory, as a view shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Name in the view, made fit to be one component of a path: never empty, `.` or `..`, no `/`, no NUL.
    ///
    /// It may still hold control characters or what another system forbids; escape it before printing.
    pub name: String,
    /// The identifier as recorded, version number and all.
    pub identifier: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Length of the data in bytes as recorded, all sections together; for a file compressed with zisofs, compressed.
    pub bytes: u64,
    /// Where the data lies; empty for a file without data.
    pub sections: Sections,
    /// Recording date of the (first) directory record.
    pub recorded: RecordTime,
    /// File flags of the directory record.
    pub flags: FileFlags,
    /// What Rock Ridge says; only in that view, and only where it says something.
    pub posix: Option<Box<Posix>>,
    /// Where the (first) directory record lies.
    pub place: Place,
}

impl Entry {
    /// An entry that says nothing yet.
    pub(super) fn blank(place: Place) -> Self {
        Self {
            name: String::new(),
            identifier: Vec::new(),
            kind: EntryKind::File,
            bytes: 0,
            sections: Sections::default(),
            recorded: RecordTime::default(),
            flags: FileFlags::default(),
            posix: None,
            place,
        }
    }

    /// When the contents were last modified: by Rock Ridge, else the recording date; `None` when neither is known.
    #[must_use]
    pub fn modified(&self) -> Option<ZonedTime> {
        let posix = self.posix.as_ref().and_then(|posix| posix.times.modified);
        posix.or_else(|| self.recorded.timestamp().ok().flatten())
    }

    /// POSIX attributes, where Rock Ridge tells them.
    #[must_use]
    pub fn attributes(&self) -> Option<PosixAttributes> {
        self.posix.as_ref().and_then(|posix| posix.attributes)
    }

    /// How the file is compressed; its data are then those of the compressed form.
    #[must_use]
    pub fn compression(&self) -> Option<Zisofs> {
        self.posix.as_ref().and_then(|posix| posix.zisofs)
    }

    /// Whether it is a directory.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        matches!(self.kind, EntryKind::Directory(_))
    }
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A directory, and where to read it.
    Directory(Directory),
    /// A file with data.
    File,
    /// A symbolic link and its target, as recorded.
    Symlink(Vec<u8>),
    /// A device, pipe or socket, by the type bits of its mode.
    Special {
        /// As in `st_mode & S_IFMT`.
        file_type: u32,
        /// For devices.
        device: Option<DeviceNumber>,
    },
}

/// Where a directory lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Directory {
    /// Logical block where its extent begins.
    pub(super) block: u32,
    /// Its length in bytes as recorded; `None` when only the directory itself can tell (Rock Ridge CL).
    pub(super) bytes: Option<u32>,
    /// Logical blocks of its extended attribute record.
    pub(super) extended_attribute_blocks: u8,
}

impl Directory {
    /// Logical block at which the directory begins, its extended attribute record left out.
    #[must_use]
    pub const fn block(&self) -> u32 {
        self.block.saturating_add(self.extended_attribute_blocks as u32)
    }
}

/// What Rock Ridge says about an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posix {
    /// PX.
    pub attributes: Option<PosixAttributes>,
    /// TF.
    pub times: TimeStamps,
    /// ZF: the data are compressed.
    pub zisofs: Option<Zisofs>,
    /// SF: the data are a sparse file's table and blocks.
    pub sparse: Option<SparseFile>,
    /// The name as NM has it, if that is not valid UTF-8 or had to be changed.
    pub raw_name: Option<Vec<u8>>,
}

/// A run of data: one file section, perhaps interleaved (ECMA-119, 6.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Sector in which the data begins.
    pub start: Lba,
    /// Bytes into that sector; not zero only where logical blocks are smaller than sectors.
    pub skip_bytes: u16,
    /// Length of the data in bytes.
    pub bytes: u32,
    /// Bytes of a file unit; zero when not interleaved.
    pub unit_bytes: u32,
    /// Bytes between file units.
    pub gap_bytes: u32,
}

impl Section {
    /// The section as a run of whole sectors; `None` when interleaved, or not at the start of a sector.
    #[must_use]
    pub fn extent(&self) -> Option<Extent> {
        let plain = self.skip_bytes == 0 && self.unit_bytes == 0;
        plain.then_some(Extent { start: self.start, bytes: self.bytes })
    }

    /// Byte address on the disc of byte `position` of the section, and how many bytes follow in one run.
    pub(super) fn locate(&self, position: u32) -> (u64, u32) {
        let start =
            u64::try_from(self.start.0).unwrap_or(0) * SECTOR_BYTES as u64 + u64::from(self.skip_bytes);
        let left = self.bytes.saturating_sub(position);
        let Some(unit) = position.checked_div(self.unit_bytes) else {
            return (start + u64::from(position), left);
        };
        let within = position - unit * self.unit_bytes;
        let pitch = u64::from(self.unit_bytes) + u64::from(self.gap_bytes);
        (start + u64::from(unit) * pitch + u64::from(within), left.min(self.unit_bytes - within))
    }

    /// Address after the last sector that the data touches.
    #[must_use]
    pub fn end(&self) -> Lba {
        let Some(last) = self.bytes.checked_sub(1) else { return self.start };
        let (address, _) = self.locate(last);
        let sector = i32::try_from(address / SECTOR_BYTES as u64).unwrap_or(i32::MAX);
        Lba(sector.saturating_add(1))
    }
}

/// The sections of a file, in order; most have one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sections {
    first: Option<Section>,
    rest: Vec<Section>,
}

impl Sections {
    pub(super) fn clear(&mut self) {
        self.first = None;
        self.rest.clear();
    }

    pub(super) fn push(&mut self, section: Section) {
        if self.first.is_none() {
            self.first = Some(section);
        } else {
            self.rest.push(section);
        }
    }

    /// The sections in order.
    pub fn iter(&self) -> impl Iterator<Item = &Section> + Clone {
        self.first.iter().chain(&self.rest)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    /// Whether the file has no data.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.first.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interleaved_data_is_located_unit_by_unit() {
        let section =
            Section { start: Lba(100), skip_bytes: 0, bytes: 5000, unit_bytes: 2048, gap_bytes: 4096 };
        let at = |sector: u64| sector * 2048;
        assert_eq!(section.locate(0), (at(100), 2048));
        assert_eq!(section.locate(2047), (at(100) + 2047, 1));
        assert_eq!(section.locate(2048), (at(103), 2048));
        assert_eq!(section.locate(4096), (at(106), 904));
        assert_eq!(section.end(), Lba(107));
        assert_eq!(section.extent(), None);
    }

    #[test]
    fn plain_data_is_one_run() {
        let section = Section { start: Lba(100), skip_bytes: 512, bytes: 5000, unit_bytes: 0, gap_bytes: 0 };
        assert_eq!(section.locate(10), (100 * 2048 + 522, 4990));
        assert_eq!(section.end(), Lba(103));
        assert_eq!(section.extent(), None);
    }
}
