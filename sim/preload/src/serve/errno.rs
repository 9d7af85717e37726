//! Errors as programs on Linux see them.

use rustix::io::Errno;

/// An error number, for [`Answer::error`](crate::wire::Answer::error).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Error(pub(super) Errno);

/// What a system call returns.
pub(super) type Result<T> = core::result::Result<T, Error>;

impl From<Errno> for Error {
    fn from(errno: Errno) -> Self {
        Self(errno)
    }
}
