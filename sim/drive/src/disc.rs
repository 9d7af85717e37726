//! A disc: the medium, and the file it persists in, if any.

use std::path::Path;

use bytes::Bytes;
use discwright_cd::Lba;
use thiserror::Error;

use crate::journal::{DiscFileError, Journal, Record};
use crate::medium::{Content, Medium, MediumError, MediumKind, Payload, Place, QNote};

/// A disc that can be put into a drive.
///
/// In memory it is gone with the program; a disc with a file outlives it, at any moment in the state that the laser
/// had brought it to.
#[derive(Debug)]
pub struct Disc {
    medium: Medium,
    seed: u64,
    journal: Option<Box<Journal>>,
}

/// Why the laser's work did not get onto the disc.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BurnError {
    /// The material refused.
    #[error(transparent)]
    Medium(#[from] MediumError),
    /// The file refused.
    #[error(transparent)]
    File(#[from] DiscFileError),
}

impl Disc {
    /// A blank disc in memory.
    #[must_use]
    pub const fn blank(kind: MediumKind) -> Self {
        Self { medium: Medium::blank(kind), seed: 0, journal: None }
    }

    /// A blank disc in a new file.
    ///
    /// # Errors
    /// [`DiscFileError`] when the file cannot be made, or exists.
    pub fn create(path: impl AsRef<Path>, kind: MediumKind) -> Result<Self, DiscFileError> {
        let path = path.as_ref();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let seed = seed_from(&name);
        let journal = Journal::create(path, kind, seed)?;
        Ok(Self { medium: Medium::blank(kind), seed, journal: Some(Box::new(journal)) })
    }

    /// The disc in a file, as far as it got. The file is locked for as long as the disc is open.
    ///
    /// # Errors
    /// [`DiscFileError`] when it cannot be read, is no disc, is damaged, or is open already.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DiscFileError> {
        let (journal, medium, seed) = Journal::open(path.as_ref())?;
        Ok(Self { medium, seed, journal: Some(Box::new(journal)) })
    }

    /// What is on it.
    #[must_use]
    pub const fn medium(&self) -> &Medium {
        &self.medium
    }

    /// What kind of disc it is.
    #[must_use]
    pub const fn kind(&self) -> MediumKind {
        self.medium.kind()
    }

    /// The number that tells this disc from others of its kind.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The file it persists in.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.journal.as_ref().map(|journal| journal.path())
    }

    /// A copy in memory of a disc in memory; sector data of a disc file stays behind in the file and reads as
    /// unreadable sectors.
    #[must_use]
    pub fn copy_in_memory(&self) -> Self {
        Self { medium: self.medium.clone(), seed: self.seed, journal: None }
    }

    /// The laser marks a range.
    ///
    /// # Errors
    /// [`BurnError`]; nothing is changed then.
    pub fn burn(&mut self, start: Lba, sectors: u32, content: Content) -> Result<(), BurnError> {
        self.medium.check(start, sectors)?;
        self.stamp(start, sectors, content)
    }

    /// The stamper marks a range, whatever the material; for pressed discs and imports.
    pub(crate) fn stamp(&mut self, start: Lba, sectors: u32, content: Content) -> Result<(), BurnError> {
        match self.record(Record::Burn { start, sectors, content })? {
            Record::Burn { start, sectors, content } => self.medium.put(start, sectors, content),
            Record::Erase { .. } | Record::Note(_) | Record::Flushed => {}
        }
        Ok(())
    }

    /// The laser takes the marks off a range.
    ///
    /// # Errors
    /// [`BurnError`]; nothing is changed then.
    pub fn erase(&mut self, start: Lba, sectors: u32) -> Result<(), BurnError> {
        if !self.kind().is_rewritable() {
            return Err(MediumError::NotErasable.into());
        }
        self.record(Record::Erase { start, sectors })?;
        self.medium.erase(start, sectors)?;
        Ok(())
    }

    /// Adds to what the Q channel says.
    ///
    /// # Errors
    /// [`BurnError`] of the file.
    pub fn note(&mut self, note: QNote) -> Result<(), BurnError> {
        self.record(Record::Note(note))?;
        self.medium.note(note);
        Ok(())
    }

    /// Makes everything so far safe in the file.
    ///
    /// # Errors
    /// [`DiscFileError`] when the system cannot promise it.
    pub fn flush(&mut self) -> Result<(), DiscFileError> {
        self.journal.as_mut().map_or(Ok(()), |journal| journal.flush())
    }

    /// Bytes kept of one sector, form and subchannel as its content says; `None` where they cannot be read.
    pub(crate) fn sector_bytes(&mut self, at: Lba) -> Option<Bytes> {
        let extent = self.medium.extent_at(at)?;
        let stride = extent.content.stored_bytes();
        let Content::Track(_, crate::medium::Block::Stored { payload, .. }) = &extent.content else {
            return None;
        };
        let index = usize::try_from(at.sectors_since(extent.start)?).ok()?;
        let payload: Payload = payload.clone();
        let whole = match payload.place() {
            Place::Memory(bytes) => bytes.clone(),
            Place::File(stored) => self.journal.as_mut()?.read(stored).ok()??,
        };
        let from = payload.skipped().checked_add(index.checked_mul(stride)?)?;
        let to = from.checked_add(stride)?;
        (to <= whole.len()).then(|| whole.slice(from..to))
    }

    fn record(&mut self, record: Record) -> Result<Record, DiscFileError> {
        match &mut self.journal {
            Some(journal) => journal.write(record),
            None => Ok(record),
        }
    }
}

/// A number from a name, so that discs made under different names differ, and one made again does not (FNV-1a).
fn seed_from(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
