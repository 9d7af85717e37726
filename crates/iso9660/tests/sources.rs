//! Sources that vanish, change, shrink or are replaced after they were staged: an error that names them, never zeros.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics says where")]

use core::ops::ControlFlow;
use core::time::Duration;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use discwright_iso9660::image::{Change, Image, ImageError, SourceError};
use discwright_iso9660::layout::{Options, layout};
use discwright_iso9660::names::Level;
use discwright_iso9660::tree::{Timestamp, scan};

const BYTES: usize = 3 << 20;

fn image(folder: &Path, level: Level) -> Image {
    let mut quiet = |_| ControlFlow::Continue(());
    let tree = scan::scan(&[folder], scan::ScanOptions::default(), &mut quiet).unwrap().tree;
    let options = Options { level, ..Options::new("SOURCES", Timestamp::EPOCH) };
    Image::new(layout(tree, &options).unwrap())
}

/// A folder with a file of so many bytes, its image, and the first half of it read.
fn half_read(name: &str) -> (tempfile::TempDir, PathBuf, Image, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, vec![0x11; BYTES]).unwrap();
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(UNIX_EPOCH + Duration::from_secs(1))
        .unwrap();
    let mut image = image(dir.path(), Level::One);
    let mut buffer = vec![0; usize::try_from(image.sectors()).unwrap() * 2048];
    let half = buffer.len() / 4096 * 2048;
    image.fill(0, &mut buffer[..half]).unwrap();
    (dir, path, image, buffer)
}

fn rest(image: &mut Image, buffer: &mut [u8]) -> Result<(), ImageError> {
    let half = buffer.len() / 4096 * 2048;
    image.fill(u32::try_from(half / 2048).unwrap(), &mut buffer[half..])
}

fn refused(result: Result<(), ImageError>, path: &Path) -> Change {
    match result {
        Err(ImageError::Source(SourceError::Changed { path: it, change })) if it == path => change,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_that_stays_is_read() {
    let (_dir, _, mut image, mut buffer) = half_read("stays");
    rest(&mut image, &mut buffer).unwrap();
    assert!(buffer.ends_with(&[0x11; BYTES]));
}

#[test]
fn one_that_is_overwritten_while_it_is_read_is_noticed() {
    let (_dir, path, mut image, mut buffer) = half_read("overwritten");
    File::options().write(true).open(&path).unwrap().write_all_at(b"other", 100).unwrap();
    assert_eq!(refused(rest(&mut image, &mut buffer), &path), Change::Modified);
    assert!(matches!(image.recheck_sources(), Err(SourceError::Changed { .. })));
}

#[test]
fn one_that_shrinks_while_it_is_read_is_noticed() {
    let (_dir, path, mut image, mut buffer) = half_read("shrinks");
    File::options().write(true).open(&path).unwrap().set_len(2 << 20).unwrap();
    let change = refused(rest(&mut image, &mut buffer), &path);
    assert_eq!(change, Change::Length { staged: BYTES as u64, now: 2 << 20 });
}

#[test]
fn one_that_is_replaced_is_noticed_though_length_and_time_are_the_same() {
    let (dir, path, image, _) = half_read("replaced");
    let other = dir.path().join("other");
    fs::write(&other, vec![0x22; BYTES]).unwrap();
    File::options()
        .write(true)
        .open(&other)
        .unwrap()
        .set_modified(UNIX_EPOCH + Duration::from_secs(1))
        .unwrap();
    fs::rename(&other, &path).unwrap();
    let mut fresh = image.clone();
    match fresh.recheck_sources() {
        Err(SourceError::Changed { change: Change::Replaced, path: it }) => assert_eq!(it, path),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_that_vanishes_is_named() {
    let (dir, path, image, _) = half_read("vanishes");
    fs::remove_file(&path).unwrap();
    let mut fresh = image.clone();
    match fresh.recheck_sources() {
        Err(SourceError::Unreadable { path: it, .. }) => assert_eq!(it, path),
        other => panic!("{other:?}"),
    }
    drop(dir);
    let mut sector = vec![0; 2048];
    let error = fresh.fill(fresh.sectors() - 1, &mut sector).unwrap_err();
    assert!(error.to_string().contains("vanishes"), "{error}");
}

/// Holes come out as zeros, data between them as it is, beyond 4 GiB too.
#[test]
fn a_sparse_file_of_several_extents_is_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sparse");
    let bytes = (4_u64 << 30) + 5_000_000;
    let file = File::create(&path).unwrap();
    file.set_len(bytes).unwrap();
    let marks = [0, 123_456_789, 0xFFFF_F800 - 3, 4 << 30, bytes - 6];
    for mark in marks {
        file.write_all_at(b"mark!!", mark).unwrap();
    }
    let mut image = image(dir.path(), Level::Three);
    let first = u64::from(image.sectors()) - bytes.div_ceil(2048);
    let mut buffer = vec![0; 8192];
    for mark in marks {
        let sector = (first + mark / 2048).min(u64::from(image.sectors()) - 4);
        image.fill(u32::try_from(sector).unwrap(), &mut buffer).unwrap();
        let at = usize::try_from(mark - (sector - first) * 2048).unwrap();
        assert_eq!(buffer[at..at + 6], *b"mark!!", "{mark}");
        // Two of them lie within one reading.
        let marked = buffer.iter().filter(|byte| **byte != 0).count();
        assert!(marked == 6 || marked == 12, "{mark}: {marked}");
    }
}
