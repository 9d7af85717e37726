//! Finding the images that others made, and what independent readers say of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

/// The unpacked corpus, or `None` with a visible line when this machine has none.
///
/// Looked for in `$DISCWRIGHT_SHARED/corpus`, then in `../shared/corpus` beside the workspace. In CI it must be there.
pub(crate) fn corpus() -> Option<&'static Path> {
    static UNPACKED: OnceLock<Option<PathBuf>> = OnceLock::new();
    UNPACKED.get_or_init(unpack).as_deref()
}

fn unpack() -> Option<PathBuf> {
    let named = std::env::var_os("DISCWRIGHT_SHARED").map(PathBuf::from);
    let demanded = named.is_some() || std::env::var_os("CI").is_some_and(|it| it == "true");
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let archive = named.unwrap_or(beside).join("corpus/images.tar.xz");
    let Ok(metadata) = archive.metadata() else {
        assert!(!demanded, "{} is missing", archive.display());
        println!("skipped: no corpus at {}", archive.display());
        return None;
    };
    let seconds = metadata.modified().unwrap().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let room = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let target = room.join(format!("corpus-{}-{seconds}", metadata.len()));
    if target.exists() {
        return Some(target);
    }
    // Each test may be a process of its own: who is first puts it in place as a whole.
    std::fs::create_dir_all(room).unwrap();
    let unpacked = tempfile::tempdir_in(room).unwrap();
    let status =
        Command::new("tar").arg("xJf").arg(&archive).arg("-C").arg(unpacked.path()).status().unwrap();
    assert!(status.success(), "tar cannot unpack {}", archive.display());
    let moved = std::fs::rename(unpacked.path(), &target);
    assert!(moved.is_ok() || target.exists(), "{}: {moved:?}", target.display());
    Some(target)
}

/// Every image with a description, in order of their names.
pub(crate) fn images(corpus: &Path) -> Vec<(PathBuf, serde_json::Value)> {
    let mut images = Vec::new();
    for folder in std::fs::read_dir(corpus).unwrap().map(Result::unwrap).filter(|it| it.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
            let name = file.file_name().into_string().unwrap();
            let Some(image) = name.strip_suffix(".expected.json") else { continue };
            let description = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
            images.push((folder.path().join(image), description));
        }
    }
    images.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(images.len() > 100, "{} images only", images.len());
    images
}
