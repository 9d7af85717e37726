//! The corpora of fuzz targets `iso_reader`, `iso_check`, `iso_import` and `susp`, run by the ordinary tests.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics says where")]

use std::path::{Path, PathBuf};

#[path = "../../../fuzz/inputs/iso_check.rs"]
mod iso_check;
#[path = "../../../fuzz/inputs/iso_import.rs"]
mod iso_import;
#[path = "../../../fuzz/inputs/iso_reader.rs"]
mod iso_reader;
#[path = "../../../fuzz/inputs/susp.rs"]
mod susp;

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target)
}

fn run_all(target: &str, run: fn(&[u8]), at_least: usize) {
    let files = corpus(target).read_dir().unwrap();
    let inputs = files.map(|file| run(&std::fs::read(file.unwrap().path()).unwrap())).count();
    assert!(inputs >= at_least, "the corpus of {target} has shrunk to {inputs} inputs");
}

#[test]
fn every_volume_of_the_corpus_is_answered() {
    run_all("iso_reader", iso_reader::run, 6);
}

#[test]
fn every_volume_of_the_corpus_is_checked() {
    run_all("iso_check", iso_check::run, 8);
}

#[test]
fn every_volume_of_the_corpus_is_imported_and_written_again() {
    run_all("iso_import", iso_import::run, 8);
}

#[test]
fn every_system_use_field_of_the_corpus_is_answered() {
    run_all("susp", susp::run, 12);
}

/// How the seeds were made; run it by name to make them again.
mod seeds {
    use discwright_iso9660::format::rock_ridge::{
        self, DeviceNumber, LinkWriter, NamePiece, PosixAttributes, TimeStamps, Zisofs,
    };
    use discwright_iso9660::format::susp::{Continuation, Entry};
    use discwright_iso9660::format::{DirectoryRecord, FileFlags, SECTOR_BYTES, ZonedTime};
    use discwright_iso9660::image::Image;
    use discwright_iso9660::layout::{Boot, BootImage, BootSource, Options, Platform, RockRidge, layout};
    use discwright_iso9660::tree::{Attributes, Case, Content, Timestamp, Tree};

    /// Puts the images of other authors beside what the fuzzing engine found, where nothing is committed.
    #[test]
    #[ignore = "writes into fuzz/target"]
    fn write_foreign() {
        let beside = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let archive =
            std::env::var_os("DISCWRIGHT_SHARED").map_or(beside, Into::into).join("corpus/images.tar.xz");
        let unpacked = tempfile::tempdir().unwrap();
        let tar =
            std::process::Command::new("tar").arg("xJf").arg(archive).arg("-C").arg(unpacked.path()).status();
        assert!(tar.unwrap().success());
        for folder in unpacked.path().read_dir().unwrap().map(Result::unwrap) {
            for file in folder.path().read_dir().into_iter().flatten().map(Result::unwrap) {
                let name = file.file_name().into_string().unwrap();
                let bytes = std::fs::read(file.path()).unwrap();
                let (true, Some(input)) =
                    (name.ends_with(".iso") || name.ends_with(".img"), bytes.get(16 * SECTOR_BYTES..))
                else {
                    continue;
                };
                // Most are large by zeros at the end.
                let used = input.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
                let Some(input) = input
                    .get(..used.next_multiple_of(SECTOR_BYTES).min(input.len()))
                    .filter(|it| it.len() <= 256 << 10)
                else {
                    continue;
                };
                for target in ["iso_reader", "iso_check", "iso_import"] {
                    let corpus = super::corpus(target).join("../../target/corpus").join(target);
                    std::fs::create_dir_all(&corpus).unwrap();
                    std::fs::write(corpus.join(format!("{}-{name}", folder.file_name().display())), input)
                        .unwrap();
                }
            }
        }
    }

    #[test]
    #[ignore = "writes into the source tree"]
    fn write() {
        for (name, bytes) in volumes() {
            for target in ["iso_reader", "iso_check", "iso_import"] {
                std::fs::write(super::corpus(target).join(name), &bytes).unwrap();
            }
        }
        for (name, bytes) in fields() {
            std::fs::write(super::corpus("susp").join(name), bytes).unwrap();
        }
    }

    fn volumes() -> Vec<(&'static str, Vec<u8>)> {
        let mut tree = Tree::new();
        let (directory, file) = (Attributes::directory(Timestamp::EPOCH), Attributes::file(Timestamp::EPOCH));
        let folder = tree.add_directory(Tree::ROOT, "Größe", directory).unwrap();
        tree.add_file(folder, "deep file.txt", Content::from(vec![b'x'; 10]), file).unwrap();
        tree.add_file(Tree::ROOT, "empty", Content::empty(), file).unwrap();
        let mut plain = Options::new("SEED", Timestamp::EPOCH);
        plain.joliet = None;
        let joliet = Options::new("SEED", Timestamp::EPOCH);
        let mut both = joliet.clone();
        both.rock_ridge = Some(RockRidge::default());
        let encode = |options: &Options| {
            let mut image = Image::new(layout(tree.clone(), options).unwrap());
            let mut bytes = vec![0; usize::try_from(image.sectors()).unwrap() * SECTOR_BYTES];
            image.fill(0, &mut bytes).unwrap();
            bytes.split_off(16 * SECTOR_BYTES)
        };
        let (plain, joliet, both) = (encode(&plain), encode(&joliet), encode(&both));
        let mut loops = plain.clone();
        let root = u32::from_le_bytes(plain[158..162].try_into().unwrap());
        let mut at = (usize::try_from(root).unwrap() - 16) * SECTOR_BYTES + 68;
        while DirectoryRecord::parse(&plain[at..]).unwrap().flags != FileFlags::DIRECTORY {
            at += usize::from(plain[at]);
        }
        loops[at + 2..at + 6].copy_from_slice(&root.to_le_bytes());
        let cut = joliet[..3 * SECTOR_BYTES].to_vec();
        let mut huge = plain.clone();
        huge[166..170].copy_from_slice(&[0xFF; 4]);
        vec![
            ("everything", everything()),
            ("deep-without-joliet", deep()),
            ("plain", plain),
            ("joliet", joliet),
            ("rock-ridge-and-joliet", both),
            ("directory-loop", loops),
            ("cut-behind-the-descriptors", cut),
            ("huge-root", huge),
        ]
    }

    fn from_descriptors(tree: Tree, options: &Options) -> Vec<u8> {
        let mut image = Image::new(layout(tree, options).unwrap());
        let mut bytes = vec![0; usize::try_from(image.sectors()).unwrap() * SECTOR_BYTES];
        image.fill(0, &mut bytes).unwrap();
        bytes.split_off(16 * SECTOR_BYTES)
    }

    /// Joliet, Rock Ridge, an enhanced hierarchy, two boot images, a hard link, a symbolic link.
    fn everything() -> Vec<u8> {
        let mut tree = Tree::with_case(Case::Exact);
        let (directory, file) = (Attributes::directory(Timestamp::EPOCH), Attributes::file(Timestamp::EPOCH));
        let one = tree.add_file(Tree::ROOT, "one", Content::from(vec![1; 3000]), file).unwrap();
        let content = tree.entry(one).content_id().unwrap();
        let folder = tree.add_directory(Tree::ROOT, "folder", directory).unwrap();
        tree.add_hard_link(folder, "one again", content, file).unwrap();
        tree.add_symlink(folder, "link", "/somewhere/../else/./", file).unwrap();
        let long = "a long name that does not fit into one record ".repeat(5);
        tree.add_file(folder, &long, Content::from(b"long".to_vec()), file).unwrap();
        let mut options = Options::new("EVERYTHING", Timestamp::EPOCH);
        options.rock_ridge = Some(RockRidge::default());
        options.enhanced = true;
        let mut second = BootImage::new(BootSource::Hidden(Content::from(vec![0xEE; 2048])));
        second.platform = Platform::Efi;
        options.boot = Some(Boot {
            images: vec![BootImage::new(BootSource::Hidden(Content::from(vec![0xEB; 2048]))), second],
            catalogue: Some("boot.cat".to_owned()),
            ..Boot::default()
        });
        from_descriptors(tree, &options)
    }

    /// Relocated directories.
    fn deep() -> Vec<u8> {
        let mut tree = Tree::with_case(Case::Exact);
        let (directory, file) = (Attributes::directory(Timestamp::EPOCH), Attributes::file(Timestamp::EPOCH));
        let folder = tree.add_directories("a/b/c/d/e/f/g/h/i/j", directory).unwrap();
        tree.add_file(folder, "deep", Content::from(b"deep".to_vec()), file).unwrap();
        let mut options = Options::new("DEEP", Timestamp::EPOCH);
        options.rock_ridge = Some(RockRidge::default());
        options.joliet = None;
        from_descriptors(tree, &options)
    }

    /// One input: a field, and the sectors from 24 on.
    fn input(field: &[u8], areas: &[u8]) -> Vec<u8> {
        [&[u8::try_from(field.len()).unwrap()], field, areas].concat()
    }

    fn made(make: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut bytes = Vec::new();
        make(&mut bytes);
        bytes
    }

    fn name(flags: u8, name: &[u8]) -> Vec<u8> {
        made(|out| NamePiece { flags, name }.append_to(out).unwrap())
    }

    fn continuation(block: u32, offset: u32, bytes: u32) -> Vec<u8> {
        made(|out| Continuation { block, offset, bytes }.append_to(out))
    }

    fn fields() -> Vec<(&'static str, Vec<u8>)> {
        let posix = made(|out| {
            PosixAttributes { mode: 0o120_777, links: 1, user: 1, group: 2, serial: Some(3) }.append_to(out);
        });
        let link = made(|out| {
            LinkWriter::new(b"/usr/../lib/./x").append_entry(255, out);
        });
        let mut split = LinkWriter::new(b"a/long/target/in/pieces");
        let split = made(|out| while split.append_entry(12, out) {});
        let times = made(|out| {
            let at = Some(ZonedTime::from_unix(1_000_000_000));
            TimeStamps { created: at, modified: at, ..TimeStamps::default() }.append_to(true, out);
        });
        let zisofs = made(|out| {
            Zisofs { algorithm: *b"pz", header_quads: 4, block_log2: 15, inflated_bytes: 100_000 }
                .append_to(out);
        });
        let device = made(|out| DeviceNumber { high: 1, low: 3 }.append_to(out));
        let child = made(|out| rock_ridge::append_link(rock_ridge::CHILD_LINK, 20, out));
        let ring = [continuation(24, 64, 28), vec![0; 36], continuation(24, 0, 28)].concat();
        let unknown = made(|out| {
            Entry { signature: *b"AA", version: 1, data: b"\x02\x06TEXTttxt\0\0" }.append_to(out).unwrap()
        });
        vec![
            ("name", input(&name(0, b"name"), &[])),
            ("name-in-pieces", input(&[name(1, b"na"), name(0, b"me")].concat(), &[])),
            ("name-never-closed", input(&name(1, b"na"), &[])),
            ("name-climbing", input(&name(0, b"../../x"), &[])),
            ("name-is-parent", input(&name(4, b""), &[])),
            ("link", input(&[posix.clone(), link].concat(), &[])),
            ("link-in-pieces", input(&[posix, split].concat(), &[])),
            ("times-long", input(&times, &[])),
            ("times-short-of-one", input(&times[..30], &[])),
            ("zisofs", input(&zisofs, &[])),
            ("device", input(&device, &[])),
            ("child-link-to-root", input(&child, &[])),
            ("continuation", input(&continuation(24, 0, 9), &name(0, b"name"))),
            ("continuation-of-itself", input(&continuation(24, 0, 28), &continuation(24, 0, 28))),
            ("continuation-ring", input(&continuation(24, 0, 28), &ring)),
            ("continuation-past-the-end", input(&continuation(u32::MAX, u32::MAX, u32::MAX), &[])),
            ("continuation-in-own-record", input(&continuation(20, 80, 200), &[])),
            ("entry-of-length-zero", input(b"NM\0\x01\0xyz", &[])),
            ("entry-too-long", input(b"NM\xff\x01\0xyz", &[])),
            ("apple", input(&unknown, &[])),
        ]
    }
}
