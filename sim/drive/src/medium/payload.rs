//! Where the bytes of a written range are.

use bytes::Bytes;

/// Bytes of consecutive sectors, in memory or in a disc file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    place: Place,
    /// Bytes of the record that come before this part of it.
    skipped: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Memory(Bytes),
    File(Stored),
}

/// A payload in a disc file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Offset in the file.
    pub(crate) offset: u64,
    /// Length in bytes.
    pub(crate) bytes: usize,
    /// CRC-32C of it.
    pub(crate) checksum: u32,
}

impl Payload {
    /// A payload in memory.
    #[must_use]
    pub const fn memory(bytes: Bytes) -> Self {
        Self { place: Place::Memory(bytes), skipped: 0 }
    }

    pub(crate) const fn stored(stored: Stored) -> Self {
        Self { place: Place::File(stored), skipped: 0 }
    }

    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) const fn skipped(&self) -> usize {
        self.skipped
    }

    pub(crate) fn skip(&mut self, bytes: usize) {
        self.skipped = self.skipped.saturating_add(bytes);
    }
}

impl Payload {
    /// The bytes, when they are in memory; nothing when they are in a file.
    pub(crate) fn in_memory(&self) -> Bytes {
        match &self.place {
            Place::Memory(bytes) => bytes.slice(self.skipped.min(bytes.len())..),
            Place::File(_) => Bytes::new(),
        }
    }

    /// How many bytes of it are in memory.
    pub(crate) fn bytes_in_memory(&self) -> usize {
        match &self.place {
            Place::Memory(bytes) => bytes.len().saturating_sub(self.skipped),
            Place::File(_) => 0,
        }
    }

    /// Cuts a payload in memory to its first bytes.
    pub(crate) fn truncate(&mut self, bytes: usize) {
        if let Place::Memory(whole) = &mut self.place {
            whole.truncate(self.skipped.saturating_add(bytes));
        }
    }
}
