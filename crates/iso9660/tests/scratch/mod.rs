//! Where tests put the thousands of files that they take out of images.

use std::path::Path;

use tempfile::TempDir;

/// Free bytes at which memory is roomy.
const ROOM: u64 = 1 << 30;

/// A folder in memory where there is room for it, else where temporary files go: a disc takes seconds for what memory does at once.
pub(crate) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let roomy = rustix::fs::statvfs(memory).is_ok_and(|it| it.f_bavail.saturating_mul(it.f_frsize) > ROOM);
    let in_memory = roomy.then(|| tempfile::tempdir_in(memory).ok()).flatten();
    in_memory.unwrap_or_else(|| tempfile::tempdir().unwrap())
}
