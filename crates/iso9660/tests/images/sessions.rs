//! Every session of multi-session images shows what xorriso shows of it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use discwright_cd::Lba;
use discwright_iso9660::read::{EntryKind, FileSource, Volume, find_sessions};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::shared;

#[test]
fn each_session_has_its_own_tree() {
    let Some(corpus) = shared::corpus() else { return };
    let mut files = 0;
    for image in [
        "made/gen-ms3-rr-joliet.iso",
        "made/xor-ms3-grow.iso",
        "util-linux/iso-multi-0-174-348-genisoimage.img",
    ] {
        let path = corpus.join(image);
        let told = std::fs::read(corpus.join(format!("{image}.sessions-expected.json"))).unwrap();
        let told: Value = serde_json::from_slice(&told).unwrap();
        let starts: Vec<i64> =
            told["session_starts"].as_array().unwrap().iter().map(|it| it.as_i64().unwrap()).collect();
        let found = find_sessions(&FileSource::open(&path).unwrap()).unwrap();
        assert_eq!(found.iter().map(|start| i64::from(start.0)).collect::<Vec<_>>(), starts, "{image}");
        for session in told["sessions"].as_array().unwrap() {
            let start = Lba(i32::try_from(session["lba"].as_i64().unwrap()).unwrap());
            let expected = expected(session);
            let (name, mine) = listing(&path, start);
            assert_eq!(name, session["volid"].as_str().unwrap(), "{image} {start}");
            assert_eq!(mine, expected, "{image} {start}");
            files += mine.len();
        }
    }
    assert!(files > 20, "{files}");
}

fn expected(session: &Value) -> BTreeMap<String, (u64, String)> {
    let files = session["files"].as_array().unwrap().iter();
    files
        .map(|file| {
            let text = |key: &str| file[key].as_str().unwrap().to_owned();
            (text("path"), (file["size"].as_u64().unwrap(), text("sha256")))
        })
        .collect()
}

fn listing(image: &Path, start: Lba) -> (String, BTreeMap<String, (u64, String)>) {
    let volume = Volume::open(FileSource::open(image).unwrap(), start).unwrap();
    let mut files = BTreeMap::new();
    for visited in volume.walk(volume.best_view()).filter(|it| it.entry.kind == EntryKind::File) {
        let mut contents = Vec::new();
        volume.open_file(&visited.entry).read_to_end(&mut contents).unwrap();
        let hash = Sha256::digest(&contents).iter().map(|byte| format!("{byte:02x}")).collect();
        files.insert(visited.path(), (visited.entry.bytes, hash));
    }
    (volume.primary().volume_name(), files)
}

#[test]
fn every_image_of_one_session_has_one() {
    let Some(corpus) = shared::corpus() else { return };
    let mut counted = 0;
    for (image, description) in shared::images(corpus) {
        let name = image.display().to_string();
        let several = ["-multi-", "-ms3-"].iter().any(|it| name.contains(it));
        let iso = Volume::open(FileSource::open(&image).unwrap(), Lba(0)).is_ok();
        if several || !iso || description["class"] != "valid" {
            continue;
        }
        let found = find_sessions(&FileSource::open(&image).unwrap()).unwrap();
        // xorriso emulates a table of contents: the only session begins at 32, with a copy of its descriptors in front.
        let emulated = ["emul_toc", "iso_xorriso.iso"].iter().any(|it| name.contains(it));
        let expected = if emulated { Lba(32) } else { Lba(0) };
        assert_eq!(found, [expected], "{name}");
        counted += 1;
    }
    assert!(counted > 70, "{counted}");
}
