//! A volume: its descriptors, and the views they offer.

use std::io;

use discwright_cd::Lba;
use thiserror::Error;

use super::directory::{ListError, Listing};
use super::entry::{Directory, Entry};
use super::finding::{Findings, Place};
use super::source::ReadSectors;
use super::system_use;
use super::walk::{Limits, Walk};
use crate::format::{
    BootRecord, DescriptorKind, DirectoryRecord, FileFlags, FormatError, SECTOR_BYTES, SYSTEM_AREA_SECTORS,
    VolumeDescriptor, descriptor_type,
};

/// Sectors that are searched for volume descriptors; a sound volume has three to six.
const MAX_DESCRIPTORS: u32 = 100;

/// One of the directory hierarchies of a volume, or one way to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// The primary hierarchy by its identifiers alone.
    Plain,
    /// The primary hierarchy with Rock Ridge names and attributes.
    RockRidge,
    /// The supplementary hierarchy in UCS-2.
    Joliet,
    /// The enhanced hierarchy of ISO 9660:1999.
    Enhanced,
}

/// An ISO 9660 volume on a source of sectors; nothing is read before it is asked for, but the descriptors.
#[derive(Debug)]
pub struct Volume<S> {
    pub(super) source: S,
    start: Lba,
    primary: VolumeDescriptor,
    joliet: Option<VolumeDescriptor>,
    enhanced: Option<VolumeDescriptor>,
    boot: Option<BootRecord>,
    /// Bytes to skip in system use fields; `None` when Rock Ridge is not in use.
    rock_ridge: Option<u8>,
    limits: Limits,
    findings: Findings,
}

impl<S: ReadSectors> Volume<S> {
    /// The volume of the session whose first sector is `session_start`; its descriptors begin 16 sectors further.
    ///
    /// # Errors
    /// [`OpenError`] when there is no primary volume descriptor that can be made sense of.
    pub fn open(source: S, session_start: Lba) -> Result<Self, OpenError> {
        let mut found = Descriptors::scan(&source, session_start)?;
        let primary = found.primary.ok_or(OpenError::NoPrimary { start: session_start })?;
        if !matches!(primary.block_bytes, 512 | 1024 | 2048) {
            return Err(OpenError::BlockSize { start: session_start, block_bytes: primary.block_bytes });
        }
        let same_blocks = |it: &VolumeDescriptor| it.block_bytes == primary.block_bytes;
        let mut volume = Self {
            source,
            start: session_start,
            joliet: found.joliet.filter(same_blocks),
            enhanced: found.enhanced.filter(same_blocks),
            primary,
            boot: found.boot,
            rock_ridge: None,
            limits: Limits::default(),
            findings: core::mem::take(&mut found.findings),
        };
        volume.rock_ridge = system_use::detect(&volume);
        Ok(volume)
    }

    /// The same volume with other bounds on what walking it may take.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The bounds on what walking the volume may take.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// First sector of the session.
    #[must_use]
    pub const fn session_start(&self) -> Lba {
        self.start
    }

    /// The primary volume descriptor: volume and application identifiers, the application's own 512 bytes, and more.
    #[must_use]
    pub const fn primary(&self) -> &VolumeDescriptor {
        &self.primary
    }

    /// The Joliet descriptor, if there is one.
    #[must_use]
    pub const fn joliet(&self) -> Option<&VolumeDescriptor> {
        self.joliet.as_ref()
    }

    /// The enhanced descriptor of ISO 9660:1999, if there is one.
    #[must_use]
    pub const fn enhanced(&self) -> Option<&VolumeDescriptor> {
        self.enhanced.as_ref()
    }

    /// The first boot record, if there is one; El Torito's names its catalogue.
    #[must_use]
    pub const fn boot_record(&self) -> Option<&BootRecord> {
        self.boot.as_ref()
    }

    /// What was odd about the descriptors.
    #[must_use]
    pub const fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The source of the volume's sectors.
    #[must_use]
    pub const fn source(&self) -> &S {
        &self.source
    }

    /// The views that this volume offers; [`View::Plain`] is always one.
    pub fn views(&self) -> impl Iterator<Item = View> {
        [
            self.rock_ridge.map(|_| View::RockRidge),
            self.joliet.as_ref().map(|_| View::Joliet),
            self.enhanced.as_ref().map(|_| View::Enhanced),
            Some(View::Plain),
        ]
        .into_iter()
        .flatten()
    }

    /// The view that loses least: Rock Ridge, else Joliet, else the enhanced one, else the plain one.
    #[must_use]
    pub fn best_view(&self) -> View {
        self.views().next().unwrap_or(View::Plain)
    }

    /// The root directory of `view`; `None` when the volume does not offer it.
    #[must_use]
    pub fn root(&self, view: View) -> Option<Directory> {
        let root = &self.descriptor(view)?.root;
        Some(Directory {
            block: root.extent,
            bytes: Some(root.data_bytes),
            extended_attribute_blocks: root.extended_attribute_blocks,
        })
    }

    /// What `directory` holds, in recorded order, with the sections of each file joined.
    ///
    /// # Errors
    /// [`ListError`] when the directory cannot be read. What is wrong with single entries is among the findings.
    pub fn list(&self, view: View, directory: Directory) -> Result<Listing, ListError> {
        Listing::read(self, view, directory)
    }

    /// Every entry of `view` below its root, each directory before what it holds.
    ///
    /// Ends on any input: see [`Limits`]. Nothing is walked when the volume does not offer the view.
    pub fn walk(&self, view: View) -> Walk<'_, S> {
        Walk::new(self, view, self.root(view))
    }

    /// The entry at `path`, names joined by `/`; without regard to case where no name matches exactly.
    ///
    /// `Ok(None)` when there is none; the root has no entry either.
    ///
    /// # Errors
    /// [`ListError`] when a directory on the way cannot be read.
    pub fn find(&self, view: View, path: &str) -> Result<Option<Entry>, ListError> {
        let mut names = path.split('/').filter(|name| !name.is_empty()).peekable();
        let Some(mut directory) = self.root(view) else { return Ok(None) };
        while let Some(name) = names.next() {
            let Some(entry) = self.list(view, directory)?.take(name) else { return Ok(None) };
            if names.peek().is_none() {
                return Ok(Some(entry));
            }
            let super::EntryKind::Directory(next) = entry.kind else { return Ok(None) };
            directory = next;
        }
        Ok(None)
    }

    pub(super) const fn descriptor(&self, view: View) -> Option<&VolumeDescriptor> {
        match view {
            View::Plain => Some(&self.primary),
            View::RockRidge if self.rock_ridge.is_some() => Some(&self.primary),
            View::RockRidge => None,
            View::Joliet => self.joliet.as_ref(),
            View::Enhanced => self.enhanced.as_ref(),
        }
    }

    pub(super) const fn rock_ridge_skip(&self) -> Option<u8> {
        self.rock_ridge
    }

    pub(super) fn block_bytes(&self) -> u64 {
        u64::from(self.primary.block_bytes)
    }

    /// Byte after the last one that the source can give.
    pub(super) fn end_bytes(&self) -> u64 {
        let sectors = self.source.end().map_or(i32::MAX, |end| end.0);
        u64::try_from(sectors).unwrap_or(0) * SECTOR_BYTES as u64
    }
}

/// What the scan for volume descriptors finds.
#[derive(Default)]
struct Descriptors {
    primary: Option<VolumeDescriptor>,
    joliet: Option<VolumeDescriptor>,
    enhanced: Option<VolumeDescriptor>,
    boot: Option<BootRecord>,
    findings: Findings,
}

impl Descriptors {
    fn scan<S: ReadSectors>(source: &S, session_start: Lba) -> Result<Self, OpenError> {
        let mut found = Self::default();
        let first = session_start.saturating_add(SYSTEM_AREA_SECTORS);
        let mut sector = [0; SECTOR_BYTES];
        for index in 0..MAX_DESCRIPTORS {
            let lba = first.saturating_add(index);
            if let Err(source) = source.read_sectors(lba, &mut sector) {
                if found.primary.is_none() {
                    return Err(OpenError::Io { lba, source });
                }
                found.findings.error(
                    Place::start_of(lba),
                    NO_TERMINATOR,
                    format_args!("cannot be read: {source}"),
                );
                return Ok(found);
            }
            match descriptor_type(&sector) {
                None if index == 0 => return Err(OpenError::NotIso { lba }),
                None => {
                    let message =
                        "no volume descriptor here, and no set terminator before; the set was taken to end";
                    found.findings.warn(Place::start_of(lba), NO_TERMINATOR, message);
                    return Ok(found);
                }
                Some(255) => return Ok(found),
                Some(_) => found.take(lba, &sector),
            }
        }
        let place = Place::start_of(first.saturating_add(MAX_DESCRIPTORS));
        found.findings.warn(
            place,
            NO_TERMINATOR,
            "no set terminator in a hundred sectors; the rest was not looked at",
        );
        Ok(found)
    }

    fn take(&mut self, lba: Lba, sector: &[u8; SECTOR_BYTES]) {
        let place = Place::start_of(lba);
        if let Ok(boot) = BootRecord::parse(sector) {
            self.boot.get_or_insert(boot);
            return;
        }
        // Partition descriptors and types to come are not an error.
        let Ok(descriptor) = VolumeDescriptor::parse(sector) else { return };
        let slot = match descriptor.kind {
            DescriptorKind::Primary => &mut self.primary,
            DescriptorKind::Enhanced => &mut self.enhanced,
            DescriptorKind::Supplementary if descriptor.joliet_level().is_some() => &mut self.joliet,
            DescriptorKind::Supplementary => {
                self.findings.note(
                    place,
                    "ECMA-119, 8.5",
                    "a supplementary descriptor that is not Joliet was not looked into",
                );
                return;
            }
        };
        if slot.is_some() {
            self.findings.note(place, "ECMA-119, 6.7", "a further descriptor of the same kind was ignored");
            return;
        }
        for it in VolumeDescriptor::disagreements(sector) {
            self.findings.disagreement(super::Level::Warning, place, it);
        }
        if !descriptor.root.flags.contains(FileFlags::DIRECTORY) {
            self.findings.warn(
                place.plus(181),
                "ECMA-119, 8.4.18",
                "the root's record has no directory flag; read as one",
            );
        }
        *slot = Some(descriptor);
    }
}

const NO_TERMINATOR: &str = "ECMA-119, 8.3";

impl<S: ReadSectors> Volume<S> {
    /// Calls `inspect` with the first record of `view`'s root, if it can be read.
    pub(super) fn with_root_record<T>(
        &self,
        view: View,
        inspect: impl FnOnce(&DirectoryRecord<'_>, Place) -> T,
    ) -> Option<T> {
        let root = self.root(view)?;
        let address = u64::from(root.block()) * self.block_bytes();
        let lba = Lba(i32::try_from(address / SECTOR_BYTES as u64).ok()?);
        let mut sector = [0; SECTOR_BYTES];
        self.source.read_sectors(lba, &mut sector).ok()?;
        let skip = usize::try_from(address % SECTOR_BYTES as u64).ok()?;
        let record: Result<_, FormatError> = DirectoryRecord::parse(sector.get(skip..)?);
        Some(inspect(&record.ok()?, Place::start_of(lba).plus(skip)))
    }
}

/// Why a volume cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A sector that should hold a descriptor cannot be read.
    #[error("LBA {lba}, where a volume descriptor should be, cannot be read; the image may be cut off")]
    Io {
        /// The sector.
        lba: Lba,
        /// Why not.
        source: io::Error,
    },
    /// There is no volume descriptor.
    #[error(
        "no ISO 9660 file system: LBA {lba} holds no volume descriptor (CD001); check the session's start"
    )]
    NotIso {
        /// Where the first descriptor should be.
        lba: Lba,
    },
    /// There are descriptors, but no primary one.
    #[error("the session at LBA {start} has volume descriptors but no primary one")]
    NoPrimary {
        /// First sector of the session.
        start: Lba,
    },
    /// The logical block size makes no sense.
    #[error(
        "the session at LBA {start} says a logical block has {block_bytes} bytes; 512, 1024 and 2048 are possible"
    )]
    BlockSize {
        /// First sector of the session.
        start: Lba,
        /// As recorded.
        block_bytes: u16,
    },
}
