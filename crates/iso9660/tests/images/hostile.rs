//! Any image, any truncation of it and any mutated byte: bounded time and memory, no panic, and the rest still readable.

use core::ops::ControlFlow;
use core::time::Duration;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;

use discwright_cd::Lba;
use discwright_iso9660::format::SECTOR_BYTES;
use discwright_iso9660::read::{
    EntryKind, ExtractOptions, FileSource, ReadSectors, View, Volume, check, extract, import,
};
use discwright_iso9660::tree::Case;

use super::scratch::scratch;
use super::shared;

const TIME_MAX: Duration = Duration::from_secs(2);
const RESIDENT_MAX_KIB: u64 = 256 * 1024;

/// Does with an image all that a user might, and returns how many entries it showed.
fn exercise(source: &impl ReadSectors) -> usize {
    _ = check(source, Lba(0));
    let Ok(volume) = Volume::open(source, Lba(0)) else { return 0 };
    let mut entries = 0;
    let mut buffer = [0; 4096];
    for view in [View::Plain, View::RockRidge, View::Joliet, View::Enhanced] {
        let mut walk = volume.walk(view);
        for visited in walk.by_ref() {
            entries += 1;
            assert!(visited.depth <= 512);
            let name = &visited.entry.name;
            assert!(!name.contains(['/', '\0']) && !["", ".", ".."].contains(&name.as_str()), "{name:?}");
            if visited.entry.kind == EntryKind::File {
                _ = volume.open_file(&visited.entry).read(&mut buffer);
                if let Ok(mut inflated) = volume.open_inflated(&visited.entry) {
                    _ = inflated.read(&mut buffer);
                }
            }
        }
        _ = import(&volume, view, Case::Fold);
    }
    entries
}

/// Processor time of this thread: how long others made it wait does not count.
fn processor_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let before = processor_time();
    let result = run();
    let took = processor_time() - before;
    assert!(took < TIME_MAX, "{what} took {took:?}");
    result
}

/// The most memory this process has had, in KiB.
fn resident_max_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn assert_modest() {
    let resident = resident_max_kib();
    assert!(resident < RESIDENT_MAX_KIB, "{resident} KiB");
}

/// Numbers without a pattern, the same in every run (Knuth's MMIX generator, its high bits).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

#[test]
fn every_image_is_answered_in_bounded_time_and_memory() {
    let Some(corpus) = shared::corpus() else { return };
    for (image, _) in shared::images(corpus) {
        let source = FileSource::open(&image).unwrap();
        timed(&image.display().to_string(), || exercise(&source));
    }
    assert_modest();
}

/// Bytes of an image worth cutting and changing: the part that holds descriptors and directories of small images.
fn small_images(corpus: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let images = shared::images(corpus).into_iter();
    let small = images.filter(|(image, _)| image.metadata().unwrap().len() < 1_300_000);
    small.map(|(image, _)| (image.display().to_string(), fs::read(image).unwrap())).collect()
}

/// The last sector that is not all zeros.
fn used_sectors(image: &[u8]) -> usize {
    image.iter().rposition(|byte| *byte != 0).map_or(0, |last| last / SECTOR_BYTES + 1)
}

fn cut(name: &str, image: &[u8], bytes: usize) {
    let cut = image[..bytes].to_vec();
    timed(&format!("{name} cut to {bytes} bytes"), || exercise(&cut));
}

fn change(name: &str, image: &mut [u8], at: usize, numbers: &mut Numbers) {
    let before = image[at];
    // The values at the edges find more than any others.
    let value = [0, 1, 0x7F, 0x80, 0xFF, u8::try_from(numbers.below(256)).unwrap()][numbers.below(6)];
    image[at] = value;
    timed(&format!("{name} with byte {at} changed to {value}"), || exercise(&&*image.to_vec()));
    image[at] = before;
}

/// Where a change can matter: descriptors and what follows them, file contents being rarer at the front.
fn changeable(image: &[u8]) -> core::ops::Range<usize> {
    let start = (16 * SECTOR_BYTES).min(image.len().saturating_sub(1));
    start
        ..(used_sectors(image) * SECTOR_BYTES)
            .clamp(start + 1, (start + 64 * SECTOR_BYTES).min(image.len()).max(start + 1))
}

#[test]
fn samples_of_cut_images_are_answered() {
    let Some(corpus) = shared::corpus() else { return };
    let mut numbers = Numbers(9660);
    for (name, image) in small_images(corpus) {
        for _ in 0..4 {
            let sector = numbers.below(used_sectors(&image).min(64) + 1);
            cut(&name, &image, (sector * SECTOR_BYTES).min(image.len()));
            cut(&name, &image, (sector * SECTOR_BYTES + numbers.below(SECTOR_BYTES)).min(image.len()));
        }
    }
    assert_modest();
}

#[test]
fn samples_of_changed_images_are_answered() {
    let Some(corpus) = shared::corpus() else { return };
    let mut numbers = Numbers(119);
    for (name, mut image) in small_images(corpus).into_iter().filter(|(_, image)| image.len() < 400_000) {
        let range = changeable(&image);
        for _ in 0..10 {
            let at = range.start + numbers.below(range.len());
            if at < image.len() {
                change(&name, &mut image, at, &mut numbers);
            }
        }
    }
    assert_modest();
}

/// Takes up at the image named by `DISCWRIGHT_SWEEP_FROM`, as `libcdio/cdda.iso`, where it was stopped before.
#[test]
#[ignore = "takes a quarter of an hour; run it before a release"]
fn every_sector_boundary_and_many_bytes() {
    let Some(corpus) = shared::corpus() else { return };
    let from = corpus.join(std::env::var_os("DISCWRIGHT_SWEEP_FROM").unwrap_or_default());
    let from = from.display().to_string();
    for (name, mut image) in small_images(corpus).into_iter().filter(|(name, _)| *name >= from) {
        let mut numbers = Numbers(1);
        let sectors = used_sectors(&image);
        for sector in 0..=sectors {
            cut(&name, &image, (sector * SECTOR_BYTES).min(image.len()));
        }
        let range = changeable(&image);
        let mut changes = 0;
        for at in range.start..range.end.min(image.len()) {
            if image[at] != 0 || numbers.below(16) == 0 {
                change(&name, &mut image, at, &mut numbers);
                changes += 1;
            }
        }
        println!("{name}: cut at {sectors} sectors, {changes} bytes changed, {} KiB", resident_max_kib());
    }
    assert_modest();
}

/// A listing with the front of each file's data, and whether a directory was come by twice.
fn listing(image: &Vec<u8>, view: View) -> (BTreeMap<String, Option<Vec<u8>>>, bool) {
    let volume = Volume::open(image, Lba(0)).unwrap();
    let mut listing = BTreeMap::new();
    let mut walk = volume.walk(view);
    for visited in walk.by_ref() {
        let mut data = vec![0; 512];
        let read = volume.open_file(&visited.entry).read(&mut data);
        let data = (visited.entry.kind == EntryKind::File).then(|| data[..read.unwrap_or(0)].to_vec());
        listing.insert(visited.path(), data);
    }
    (listing, walk.findings().into_iter().any(|it| it.message.contains("entered before")))
}

#[test]
fn a_broken_directory_leaves_the_rest_readable() {
    let Some(corpus) = shared::corpus() else { return };
    let image = fs::read(corpus.join("isoparser-py/test.iso")).unwrap();
    let mut numbers = Numbers(17);
    let mut compared = 0;
    for view in [View::Plain, View::RockRidge, View::Joliet] {
        let (whole, _) = listing(&image, view);
        let volume = Volume::open(&image, Lba(0)).unwrap();
        let blocks = volume.walk(view).filter_map(|it| match it.entry.kind {
            EntryKind::Directory(directory) => Some((it.path(), directory.block())),
            _ => None,
        });
        for (path, block) in blocks.collect::<Vec<_>>() {
            let below = format!("{path}/");
            let outside = |mut it: BTreeMap<String, Option<Vec<u8>>>| {
                it.retain(|path, _| !path.starts_with(&below));
                it
            };
            let expected = outside(whole.clone());
            for _ in 0..200 {
                let mut broken = image.clone();
                let at = usize::try_from(block).unwrap() * SECTOR_BYTES + numbers.below(600);
                broken[at] = u8::try_from(numbers.below(256)).unwrap();
                let (told, entered_twice) = listing(&broken, view);
                // Where the broken directory claims another one for its own, that one is shown there.
                if !entered_twice {
                    assert_eq!(outside(told), expected, "{path} byte {at}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn broken_images_are_extracted_inside_the_target() {
    let Some(corpus) = shared::corpus() else { return };
    let mut numbers = Numbers(92);
    let image = fs::read(corpus.join("libarchive/test_read_format_iso_joliet_rockridge.iso")).unwrap();
    for _ in 0..150 {
        let mut broken = image.clone();
        let range = changeable(&image);
        for _ in 0..3 {
            let at = range.start + numbers.below(range.len());
            broken[at] = [b'/', b'.', 0, 0xFF, 0x80][numbers.below(5)];
        }
        let Ok(volume) = Volume::open(&broken, Lba(0)) else { continue };
        let outside = scratch();
        let target = outside.path().join("target");
        for view in volume.views() {
            let mut bytes_left = 10_000_000_u64;
            // A length that was made huge fails at the end of the image; what fits is bounded here.
            let done = extract(&volume, view, &ExtractOptions::default(), &target, &mut |progress| {
                bytes_left = 10_000_000_u64.saturating_sub(progress.bytes);
                if bytes_left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            done.unwrap();
        }
        let around: Vec<_> =
            fs::read_dir(outside.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(around, ["target"]);
    }
}
