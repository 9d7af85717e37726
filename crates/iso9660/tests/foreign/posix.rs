//! Rock Ridge, El Torito and the enhanced descriptor, judged by others.

use core::ops::ControlFlow;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{
    Boot, BootImage, BootSource, Deep, Emulation, Options, Platform, RockRidge, layout,
};
use discwright_iso9660::names::Level;
use discwright_iso9660::tree::{Case, Content, Timestamp, Tree, scan};
use tempfile::TempDir;

use crate::judge::{PYCDLIB, missing, run, text, tool};
use crate::pycdlib;
use crate::scratch::scratch;

/// A host folder that needs all of Rock Ridge, of so many levels.
fn folder(levels: usize) -> TempDir {
    let dir = scratch();
    let at = |path: &str| dir.path().join(path);
    let write = |path: &str, content: &str| {
        fs::create_dir_all(at(path).parent().unwrap()).unwrap();
        fs::write(at(path), content).unwrap();
    };
    write("plain.txt", "plain");
    write("Case", "upper");
    write("case", "lower");
    write("executable", "#!/bin/sh\n");
    write("empty", "");
    write(&"n".repeat(255), "255 bytes");
    write(&format!("{}日本語", "x".repeat(240)), "long and not Latin");
    for number in 0..60 {
        write(&format!("many/{number:02}{}", "é".repeat(number * 2)), "one of many");
    }
    let deep: Vec<_> = (1..=levels).map(|level| format!("level {level}")).collect();
    write(&format!("{}/deep.txt", deep.join("/")), "deep");
    write(&format!("other/{}/deep.txt", deep.join("/")), "deep, elsewhere");
    fs::hard_link(at("plain.txt"), at("hard link")).unwrap();
    symlink("plain.txt", at("link")).unwrap();
    symlink("/absolute/../with/./dots", at("link2")).unwrap();
    symlink(["component"; 90].join("/"), at("long link")).unwrap();
    symlink("t".repeat(250), at("long name link")).unwrap();
    fs::set_permissions(at("executable"), fs::Permissions::from_mode(0o4751)).unwrap();
    fs::set_permissions(at("plain.txt"), fs::Permissions::from_mode(0o600)).unwrap();
    let old = fs::File::options().write(true).open(at("Case")).unwrap();
    old.set_modified(std::time::UNIX_EPOCH - core::time::Duration::from_secs(1_000_000_000)).unwrap();
    let new = fs::File::options().write(true).open(at("case")).unwrap();
    // 2128, or 2160 which needs the long form and which bsdtar takes for a month later.
    let far = if levels > 20 { 6_000_000_000 } else { 5_000_000_000 };
    new.set_modified(std::time::UNIX_EPOCH + core::time::Duration::from_secs(far)).unwrap();
    dir
}

fn staged(folder: &Path) -> Tree {
    let wishes =
        scan::ScanOptions { case: Case::Exact, symlinks: scan::Symlinks::Keep, ..Default::default() };
    scan::scan(&[folder], wishes, &mut |_| ControlFlow::Continue(())).unwrap().tree
}

fn written(tree: Tree, options: &Options) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("image.iso");
    let file = fs::File::create(&path).unwrap();
    Image::new(layout(tree, options).unwrap()).write_to(&file).unwrap();
    (dir, path)
}

fn options(deep: Deep) -> Options {
    let rock_ridge = Some(RockRidge { deep, ..RockRidge::default() });
    Options { rock_ridge, ..Options::new("POSIX", Timestamp::from_unix(1_700_000_000, 0)) }
}

/// Everything about a folder that Rock Ridge records: type, mode, time, links, target or contents.
fn description(folder: &Path, links: bool) -> BTreeMap<PathBuf, String> {
    let mut described = BTreeMap::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(at) = pending.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let name = path.strip_prefix(folder).unwrap().to_owned();
            let about = if metadata.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else if metadata.is_dir() {
                pending.push(path);
                format!("{:o}", metadata.mode())
            } else {
                let links = if links { metadata.nlink() } else { 0 };
                let content = fs::read_to_string(&path).unwrap();
                format!("{:o} {} {links} {content}", metadata.mode(), metadata.mtime())
            };
            described.insert(name, about);
        }
    }
    described
}

fn compare(reader: &str, seen: &BTreeMap<PathBuf, String>, expected: &BTreeMap<PathBuf, String>) {
    let differs = |(path, about): &(&PathBuf, &String)| seen.get(*path) != Some(about);
    let wrong: Vec<_> =
        expected.iter().filter(differs).map(|(path, about)| (about, seen.get(path))).collect();
    assert!(wrong.is_empty(), "{reader}: {wrong:?}");
    let extra: Vec<_> = seen.keys().filter(|path| !expected.contains_key(*path)).collect();
    assert!(extra.is_empty() || extra == [Path::new("rr_moved")], "{reader}: {extra:?}");
}

fn xorriso(image: &Path, folder: &Path) {
    let Some(mut xorriso) = tool("xorriso") else { return };
    let to = scratch();
    let xorriso = xorriso.args(["-abort_on", "SORRY", "-osirrox", "on", "-read_fs", "any", "-indev"]);
    run(xorriso.arg(image).args(["-extract", "/"]).arg(to.path().join("all")));
    compare("xorriso", &description(&to.path().join("all"), false), &description(folder, false));
}

fn bsdtar(image: &Path, folder: &Path) {
    let Some(mut bsdtar) = tool("bsdtar") else { return };
    let to = scratch();
    run(bsdtar.args(["--options", "iso9660:rockridge", "-xpf"]).arg(image).arg("-C").arg(to.path()));
    compare("bsdtar", &description(to.path(), true), &description(folder, true));
}

fn isoinfo(image: &Path, folder: &Path) {
    let Some(mut isoinfo) = tool("isoinfo") else { return };
    let output = run(isoinfo.args(["-R", "-f", "-i"]).arg(image));
    // It shows relocated folders where they are recorded, so only those above count.
    let seen = String::from_utf8_lossy(&output.stdout).into_owned();
    for path in description(folder, false).keys().filter(|path| path.components().count() < 8) {
        let line = format!("/{}", path.display());
        assert!(seen.lines().any(|it| it == line), "isoinfo -R: {line} is missing in {seen}");
    }
}

fn isovfy(image: &Path) {
    let Some(mut isovfy) = tool("isovfy") else { return };
    let output = run(isovfy.arg(image));
    assert!(text(&output).contains("No errors found"), "{}", text(&output));
}

/// pycdlib follows no relocation, but parses every entry strictly.
fn pycdlib(image: &Path) {
    if !pycdlib::read(image, None) {
        missing(PYCDLIB);
    }
}

#[test]
fn rock_ridge_with_relocated_folders() {
    let folder = folder(11);
    let (_dir, image) = written(staged(folder.path()), &options(Deep::Relocate));
    isovfy(&image);
    xorriso(&image, folder.path());
    bsdtar(&image, folder.path());
    isoinfo(&image, folder.path());
    pycdlib(&image);
}

#[test]
fn rock_ridge_relocated_several_times() {
    let folder = folder(24);
    let (_dir, image) = written(staged(folder.path()), &options(Deep::Relocate));
    isovfy(&image);
    xorriso(&image, folder.path());
}

#[test]
fn rock_ridge_left_deep_without_serials() {
    let folder = folder(20);
    let mut options = options(Deep::Leave);
    if let Some(rock_ridge) = &mut options.rock_ridge {
        rock_ridge.without_serials = true;
    }
    options.joliet = None;
    options.level = Level::Three;
    let (_dir, image) = written(staged(folder.path()), &options);
    xorriso(&image, folder.path());
    bsdtar(&image, folder.path());
    isoinfo(&image, folder.path());
}

#[test]
fn every_hierarchy_at_once() {
    let folder = folder(11);
    let options = Options { enhanced: true, level: Level::Two, ..options(Deep::Relocate) };
    let (_dir, image) = written(staged(folder.path()), &options);
    xorriso(&image, folder.path());
    bsdtar(&image, folder.path());
    pycdlib(&image);
    let Some(mut isoinfo) = tool("isoinfo") else { return };
    let seen = text(&run(isoinfo.args(["-d", "-i"]).arg(&image)));
    assert!(
        seen.contains("ISO 9660:1999") && seen.contains("Joliet") && seen.contains("Rock Ridge"),
        "{seen}"
    );
}

fn boot_image(source: BootSource, platform: Platform, info_table: bool) -> BootImage {
    BootImage { platform, info_table, ..BootImage::new(source) }
}

#[test]
fn several_boot_images() {
    let dir = scratch();
    fs::create_dir(dir.path().join("boot")).unwrap();
    let bios: Vec<u8> = (0..5000_u32).map(|number| u8::try_from(number % 253).unwrap()).collect();
    fs::write(dir.path().join("boot/bios.img"), &bios).unwrap();
    let floppy = Content::from(vec![0x55; 1_474_560]);
    let efi = Content::from(vec![0xEF; 100_000]);
    let images = vec![
        boot_image(BootSource::Path("boot/bios.img".into()), Platform::X86, true),
        boot_image(BootSource::Hidden(efi), Platform::Efi, false),
        BootImage {
            emulation: Emulation::Floppy1440,
            ..boot_image(BootSource::Hidden(floppy), Platform::X86, false)
        },
    ];
    let boot = Boot { images, manufacturer: "DISCWRIGHT".into(), catalogue: Some("boot/boot.cat".into()) };
    let options = Options { boot: Some(boot), ..options(Deep::Relocate) };
    let (_dir, image) = written(staged(dir.path()), &options);
    isovfy(&image);
    pycdlib(&image);
    if let Some(mut xorriso) = tool("xorriso") {
        let seen = text(&run(xorriso.arg("-indev").arg(&image).args(["-report_el_torito", "plain"])));
        for line in [
            "El Torito cat path : /boot/boot.cat",
            "El Torito boot img :   1  BIOS  y   none  0x0000  0x00      4",
            "El Torito boot img :   2  UEFI  y   none  0x0000  0x00    196",
            "El Torito boot img :   3  BIOS  y  fd1.4  0x0000  0x00      1",
            "El Torito img path :   1  /boot/bios.img",
            "El Torito img opts :   1  boot-info-table",
        ] {
            assert!(seen.contains(line), "{line} is not in {seen}");
        }
    }
    same_table_as_genisoimage(dir.path(), &image, &bios);
}

/// Puts our boot info table beside the one that genisoimage makes of the same image.
fn same_table_as_genisoimage(folder: &Path, image: &Path, bios: &[u8]) {
    let Some(mut genisoimage) = tool("genisoimage") else { return };
    let theirs = folder.join("theirs.iso");
    let arguments =
        ["-quiet", "-R", "-b", "boot/bios.img", "-no-emul-boot", "-boot-info-table", "-c", "boot/cat", "-o"];
    run(genisoimage.args(arguments).arg(&theirs).arg(folder));
    let [ours, theirs] = [image, &theirs].map(|path| {
        let disc = fs::read(path).unwrap();
        // Only the image itself has these bytes behind its table.
        let at =
            (0..disc.len()).step_by(2048).find(|at| disc[at + 64..].starts_with(&bios[64..600])).unwrap();
        (u32::try_from(at / 2048).unwrap(), disc[at..at + bios.len()].to_vec())
    });
    for (sector, bytes) in [&ours, &theirs] {
        assert_eq!(bytes[8..12], 16_u32.to_le_bytes());
        assert_eq!(bytes[12..16], sector.to_le_bytes());
        assert_eq!(bytes[64..], bios[64..]);
    }
    assert_eq!(ours.1[16..64], theirs.1[16..64], "length, checksum and reserved bytes");
}
