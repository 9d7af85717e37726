//! Where the bytes of a file come from: never copied into the tree.

use core::fmt;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use discwright_cd::Lba;

use super::node::Span;
use super::time::Timestamp;

/// Where the bytes of a file come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Bytes in memory.
    Bytes(Arc<[u8]>),
    /// A file of the host, read when the image is.
    Host(HostFile),
    /// Data that already lies on the disc, in an earlier session; referenced, not copied.
    Disc(Vec<Extent>),
}

impl Content {
    /// A file without a byte.
    #[must_use]
    pub fn empty() -> Self {
        Self::Bytes(Arc::from([]))
    }

    /// A regular file of the host with the size and times it has now.
    ///
    /// # Errors
    /// The system's, or [`io::ErrorKind::InvalidInput`] when `path` is no regular file, or one that states 0 bytes and holds
    /// more.
    pub fn host(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        #[cfg(unix)]
        if metadata.len() == 0 && super::empty::holds_something(path)? {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it states 0 bytes and holds more"));
        }
        Ok(Self::Host(HostFile { path: path.to_owned(), stamp: Stamp::from(&metadata) }))
    }

    /// Length in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::Host(file) => file.stamp.bytes,
            Self::Disc(extents) => extents.iter().map(|extent| u64::from(extent.bytes)).sum(),
        }
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

/// A run of sectors that holds a file, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// First sector, counted from the start of the disc.
    pub start: Lba,
    /// Length of the data in bytes; the last sector may be partly used.
    pub bytes: u32,
}

/// A file of the host as it was when it was staged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it looked like.
    pub stamp: Stamp,
}

/// What tells whether a host file is still the one that was staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Length in bytes.
    pub bytes: u64,
    /// Time of last modification.
    pub modified: Timestamp,
    /// Inode number; 0 where the host has none.
    pub inode: u64,
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let (inode, modified) = {
            use std::os::unix::fs::MetadataExt as _;
            let nanoseconds = u32::try_from(metadata.mtime_nsec()).unwrap_or(0);
            (metadata.ino(), Timestamp::from_unix(metadata.mtime(), nanoseconds))
        };
        #[cfg(not(unix))]
        let (inode, modified) = (0, metadata.modified().map_or(Timestamp::EPOCH, Timestamp::from));
        Self { bytes: metadata.len(), modified, inode }
    }
}

/// Contents of a tree, by number; several entries may share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId(pub(crate) u32);

impl ContentId {
    pub(crate) fn slot(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// How the arena keeps a [`Content`].
#[derive(Clone)]
pub(crate) enum Stored {
    Bytes(Arc<[u8]>),
    Host { directory: u32, name: Span, stamp: Stamp },
    Disc(Box<[Extent]>),
}

impl Stored {
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::Host { stamp, .. } => stamp.bytes,
            Self::Disc(extents) => extents.iter().map(|extent| u64::from(extent.bytes)).sum(),
        }
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes())
    }
}
