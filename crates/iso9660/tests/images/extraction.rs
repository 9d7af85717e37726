//! Extraction gives the files that the listings show, and writes nothing outside its target.

use core::ops::ControlFlow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use discwright_cd::Lba;
use discwright_iso9660::read::import;
use discwright_iso9660::read::{EntryKind, ExtractOptions, FileSource, Links, Reason, Volume, extract};
use discwright_iso9660::tree::Case;

use super::scratch::scratch;
use super::shared;

/// Every path below `root`, with what it is and how long.
fn snapshot(root: &Path) -> BTreeMap<String, (char, u64)> {
    let mut found = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let metadata = entry.metadata().unwrap();
            let kind = if metadata.is_dir() {
                pending.push(entry.path());
                'd'
            } else if metadata.is_symlink() {
                'l'
            } else {
                'f'
            };
            let path = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.insert(path, (kind, if kind == 'f' { metadata.len() } else { 0 }));
        }
    }
    found
}

#[test]
fn what_is_listed_is_extracted_or_reported_and_nothing_lands_outside() {
    let Some(corpus) = shared::corpus() else { return };
    let mut extracted_files = 0;
    for (image, _) in shared::images(corpus) {
        let name = image.strip_prefix(corpus).unwrap().display().to_string();
        let Ok(volume) = Volume::open(FileSource::open(&image).unwrap(), Lba(0)) else { continue };
        // The large ones are large by file contents, which every view shares.
        let views = if image.metadata().unwrap().len() > 2_000_000 { 1 } else { 4 };
        for view in volume.views().take(views) {
            let outside = scratch();
            fs::write(outside.path().join("sentinel"), "untouched").unwrap();
            let target = outside.path().join("a/b/target");
            let options = ExtractOptions { links: Links::All, ..ExtractOptions::default() };
            let done = extract(&volume, view, &options, &target, &mut |_| ControlFlow::Continue(())).unwrap();
            let around = snapshot(outside.path());
            assert!(
                around.keys().all(|path| path.starts_with("a/b/target/")
                    || ["a", "a/b", "a/b/target", "sentinel"].contains(&path.as_str())),
                "{name}: something landed outside"
            );
            assert_eq!(fs::read(outside.path().join("sentinel")).unwrap(), b"untouched", "{name}");
            let there = snapshot(&target);
            let problems: BTreeMap<_, _> =
                done.problems.iter().map(|it| (it.path.as_str(), &it.reason)).collect();
            let mut walk = volume.walk(view);
            for visited in walk.by_ref() {
                let path = visited.path();
                if problems.contains_key(path.as_str()) {
                    continue;
                }
                let bytes = visited
                    .entry
                    .compression()
                    .filter(|it| it.is_known())
                    .map_or(visited.entry.bytes, |it| it.inflated_bytes);
                let expected = match visited.entry.kind {
                    EntryKind::Directory(_) => ('d', 0),
                    EntryKind::Symlink(_) => ('l', 0),
                    _ => ('f', bytes),
                };
                assert_eq!(there.get(&path), Some(&expected), "{name} {view:?}: {path:?}");
            }
            extracted_files += done.files;
        }
    }
    println!("{extracted_files} files extracted");
    assert!(extracted_files > 4000);
}

#[test]
fn links_that_lead_outside_are_not_made_unless_asked_for() {
    let Some(corpus) = shared::corpus() else { return };
    let image = corpus.join("libarchive/test_read_format_iso_rockridge.iso");
    let volume = Volume::open(FileSource::open(image).unwrap(), Lba(0)).unwrap();
    let target = scratch();
    let options = ExtractOptions::default();
    let done =
        extract(&volume, volume.best_view(), &options, target.path(), &mut |_| ControlFlow::Continue(()))
            .unwrap();
    let refused = done.problems.iter().filter(|it| matches!(it.reason, Reason::LinkOutside(_))).count();
    assert_eq!((done.symlinks, refused), (2, 4), "{:?}", done.problems);
    let modified = fs::metadata(target.path().join("file")).unwrap().modified().unwrap();
    let expected = volume.find(volume.best_view(), "file").unwrap().unwrap().modified().unwrap();
    let seconds = modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert_eq!(i64::try_from(seconds).unwrap(), expected.unix_seconds);
}

#[test]
fn nothing_there_is_overwritten_and_selections_are_obeyed() {
    let Some(corpus) = shared::corpus() else { return };
    let image = corpus.join("made/gen-ms3-rr-joliet.iso");
    let volume = Volume::open(FileSource::open(image).unwrap(), Lba(18_672)).unwrap();
    let target = scratch();
    fs::create_dir(target.path().join("dir")).unwrap();
    fs::write(target.path().join("dir/a.txt"), "mine").unwrap();
    let options = ExtractOptions { paths: vec!["dir".into(), "nowhere".into()], ..ExtractOptions::default() };
    let done =
        extract(&volume, volume.best_view(), &options, target.path(), &mut |_| ControlFlow::Continue(()))
            .unwrap();
    assert_eq!(fs::read(target.path().join("dir/a.txt")).unwrap(), b"mine");
    assert_eq!(fs::read(target.path().join("dir/b.txt")).unwrap(), b"b\n");
    assert!(!target.path().join("keep.txt").exists());
    let problems: Vec<_> = done.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "dir/a.txt: something of that name is there already; not overwritten",
            "nowhere: no such file or folder in this view of the volume"
        ]
    );
}

#[test]
fn a_link_in_the_target_is_not_followed() {
    let Some(corpus) = shared::corpus() else { return };
    let image = corpus.join("made/gen-ms3-rr-joliet.iso");
    let volume = Volume::open(FileSource::open(image).unwrap(), Lba(0)).unwrap();
    let (target, elsewhere) = (scratch(), scratch());
    std::os::unix::fs::symlink(elsewhere.path(), target.path().join("dir")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("stolen"), target.path().join("keep.txt")).unwrap();
    let options = ExtractOptions::default();
    let done =
        extract(&volume, volume.best_view(), &options, target.path(), &mut |_| ControlFlow::Continue(()))
            .unwrap();
    assert!(snapshot(elsewhere.path()).is_empty());
    assert!(done.problems.iter().any(|it| it.path == "dir" && matches!(it.reason, Reason::Exists)));
    assert!(done.problems.iter().any(|it| it.path == "keep.txt" && matches!(it.reason, Reason::Exists)));
}

#[test]
fn every_image_is_imported_whole_or_says_what_is_missing() {
    let Some(corpus) = shared::corpus() else { return };
    for (image, description) in shared::images(corpus) {
        let name = image.strip_prefix(corpus).unwrap().display().to_string();
        let Ok(volume) = Volume::open(FileSource::open(&image).unwrap(), Lba(0)) else { continue };
        for view in volume.views() {
            let imported = import(&volume, view, Case::Fold);
            let entries = imported.tree.walk(discwright_iso9660::tree::Tree::ROOT).count() as u64;
            let seen = volume.walk(view).count() as u64;
            assert_eq!(entries + imported.left_out, seen, "{name} {view:?}");
            let bytes: u64 = volume.walk(view).map(|it| it.entry.bytes).sum();
            let kept: u64 =
                imported.tree.walk(discwright_iso9660::tree::Tree::ROOT).map(|it| it.bytes()).sum();
            if imported.left_out == 0 {
                assert_eq!(kept, bytes, "{name} {view:?}");
            }
            if description["class"] == "valid" {
                assert_eq!(imported.left_out, 0, "{name} {view:?}");
            }
        }
    }
}
