//! One entry of the arena, and what it points to.

use crate::format::rock_ridge::DeviceNumber;

use super::time::Timestamp;

/// An entry of a [`Tree`](super::Tree).
///
/// Valid for the tree that gave it out, until that entry is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) const NONE: Self = Self(u32::MAX);

    pub(crate) fn slot(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    pub(crate) fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

/// What kind of entry a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A folder.
    Directory,
    /// A file with contents, which may be empty.
    File,
    /// A symbolic link; only Rock Ridge can record one.
    Symlink,
    /// A device, pipe or socket; only Rock Ridge can record one.
    Special,
}

impl Kind {
    /// Whether only Rock Ridge can record it.
    #[must_use]
    pub const fn is_posix(self) -> bool {
        matches!(self, Self::Symlink | Self::Special)
    }
}

/// A device, pipe or socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A device of characters.
    Characters(DeviceNumber),
    /// A device of blocks.
    Blocks(DeviceNumber),
}

impl Special {
    /// What a mode's type bits (`st_mode & S_IFMT`) and a device number say; `None` for any other type, and for a
    /// device without a number.
    #[must_use]
    pub fn from_type(file_type: u32, device: Option<DeviceNumber>) -> Option<Self> {
        match file_type {
            0o010_000 => Some(Self::Pipe),
            0o140_000 => Some(Self::Socket),
            0o020_000 => device.map(Self::Characters),
            0o060_000 => device.map(Self::Blocks),
            _ => None,
        }
    }

    /// The type bits of its mode, as in `st_mode & S_IFMT`.
    #[must_use]
    pub const fn file_type(self) -> u32 {
        match self {
            Self::Pipe => 0o010_000,
            Self::Socket => 0o140_000,
            Self::Characters(_) => 0o020_000,
            Self::Blocks(_) => 0o060_000,
        }
    }

    /// The number of a device.
    #[must_use]
    pub const fn device(self) -> Option<DeviceNumber> {
        match self {
            Self::Pipe | Self::Socket => None,
            Self::Characters(device) | Self::Blocks(device) => Some(device),
        }
    }
}

/// What is recorded about an entry besides its name and contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// Time of last modification.
    pub modified: Timestamp,
    /// Permission bits as in POSIX, without the file type; recorded by Rock Ridge only.
    pub mode: u32,
    /// Owner; recorded by Rock Ridge only.
    pub uid: u32,
    /// Group; recorded by Rock Ridge only.
    pub gid: u32,
    /// The existence bit of the directory record (ECMA-119, 9.1.6): readers need not show the entry.
    pub hidden: bool,
}

impl Attributes {
    /// A folder's usual attributes: everybody may list it, only the owner may change it.
    #[must_use]
    pub fn directory(modified: Timestamp) -> Self {
        Self { modified, mode: 0o755, uid: 0, gid: 0, hidden: false }
    }

    /// A file's usual attributes: everybody may read it, only the owner may write it.
    #[must_use]
    pub fn file(modified: Timestamp) -> Self {
        Self { mode: 0o644, ..Self::directory(modified) }
    }
}

/// A piece of the text arena.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) at: u32,
    pub(crate) len: u16,
}

/// Attributes that many entries share, without the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Permissions {
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) hidden: bool,
}

/// Forty bytes per entry, siblings chained both ways so that adding and removing cost the same in any folder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) modified: Timestamp,
    pub(crate) name: Span,
    pub(crate) kind: Kind,
    /// Index into the table of [`Permissions`].
    pub(crate) permissions: u32,
    pub(crate) parent: NodeId,
    pub(crate) next: NodeId,
    pub(crate) previous: NodeId,
    /// First child of a directory, content of a file, target of a symbolic link, number of a special file.
    pub(crate) body: u32,
}
