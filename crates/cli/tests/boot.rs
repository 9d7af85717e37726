//! Boot images of `image`, and what later sessions boot, judged by foreign readers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod common;

use std::fs;

use common::{Desk, desk, run, tool};
use serde_json::{Value, json};

#[test]
fn boot_images_are_recorded_and_booted_by_later_sessions_too() {
    let desk = desk();
    desk.file("one/boot/bios.img", &[0x90; 4000]);
    desk.file("efi.img", &[0xEF; 70_000]);
    desk.file("mac.img", &[0x3A; 5000]);
    desk.file("floppy.img", &vec![0; 1_474_560]);
    let arguments = [
        "image",
        "one",
        "-o",
        "1.iso",
        "--boot",
        "boot/bios.img,info-table,load=4",
        "--boot",
        "host:efi.img,platform=efi",
        "--boot",
        "host:mac.img,platform=mac",
        "--boot",
        "host:mac.img,platform=ppc,not-bootable",
        "--boot",
        "host:floppy.img,emulation=1.44",
        "--boot-catalogue",
        "boot/boot.cat",
        "--boot-id",
        "TEST",
    ];
    desk.json(&arguments);
    let report = |start: i64| {
        let mut xorriso = tool("xorriso")?;
        let xorriso =
            xorriso.args(["-load", "sbsector", &start.to_string(), "-indev"]).arg(desk.path("2.iso"));
        let seen = run(xorriso.args(["-report_el_torito", "plain"]));
        Some(seen.lines().filter(|line| line.starts_with("El Torito")).map(str::to_owned).collect::<Vec<_>>())
    };
    let written = desk.json(&[
        "image",
        "two",
        "--base",
        "1.iso",
        "--overwrite",
        "--move",
        "boot",
        "start",
        "-o",
        "2.iso",
    ]);
    let start = written["start"].as_i64().unwrap();
    if let (Some(first), Some(second)) = (report(0), report(start)) {
        let images = |lines: &[String]| {
            lines.iter().filter(|line| line.contains("boot img :")).cloned().collect::<Vec<_>>()
        };
        assert_eq!(images(&first).len(), 5, "{first:?}");
        for part in [
            "1  BIOS  y   none",
            "2  UEFI  y   none",
            "3   Mac  y   none",
            "4   PPC  n   none",
            "5  BIOS  y  fd1.4",
        ] {
            assert!(first.iter().any(|line| line.contains(part)), "{part} is not in {first:?}");
        }
        assert_eq!(images(&first), images(&second), "the same images at the same sectors");
        assert!(
            second.iter().any(|line| line.contains("El Torito cat path : /start/boot.cat")),
            "{second:?}"
        );
    }
    let arguments = ["image", "two", "--base", "1.iso", "--overwrite", "-o", "2.iso", "--no-boot"];
    let start = desk.json(&arguments)["start"].as_i64().unwrap();
    assert!(report(start).is_none_or(|lines| lines.is_empty()));
    let refused = desk.refused(3, &["image", "one", "-o", "x.iso", "--boot", "boot/nothing.img"]);
    assert!(refused["message"].as_str().unwrap().contains("boot/nothing.img"), "{refused}");
    desk.refused(2, &["image", "one", "-o", "x.iso", "--boot", "boot/bios.img,platform=arm"]);
}

/// Images that no BIOS could boot as they are told to be.
#[test]
fn hard_disks_have_one_partition_and_nothing_is_loaded_beyond_an_image() {
    let desk = desk();
    let mut disk = vec![0; 20_000];
    disk[446 + 4] = 0x0E;
    disk[510..512].copy_from_slice(&[0x55, 0xAA]);
    desk.file("one/hd.img", &disk);
    let mut two = disk.clone();
    two[446 + 16 + 4] = 0x83;
    desk.file("two.img", &two);
    desk.file("tiny.img", b"hd");
    for boot in ["hd.img,emulation=hd", "host:one/hd.img,emulation=hd,type=14,load=1", "hd.img,load=40"] {
        desk.json(&["image", "one", "-o", "1.iso", "--boot", boot]);
        let bytes = fs::read(desk.path("1.iso")).unwrap();
        // The catalogue's sector is in the boot record; its first entry comes behind 32 bytes (El Torito 1.0, 2.0 to 2.2).
        let sector = u32::from_le_bytes(bytes[17 * 2048 + 0x47..][..4].try_into().unwrap());
        let entry = &bytes[sector as usize * 2048 + 32..][..32];
        let expected = if boot.contains("emulation=hd") { [0x88, 4, 0, 0, 0x0E] } else { [0x88, 0, 0, 0, 0] };
        assert_eq!(entry[..5], expected, "{boot}");
    }
    for boot in [
        "host:tiny.img,emulation=hd",
        "host:two.img,emulation=hd",
        "hd.img,emulation=hd,type=6",
        "hd.img,load=65535",
        "hd.img,load=41",
    ] {
        desk.refused(3, &["image", "one", "-o", "1.iso", "--boot", boot]);
    }
}

/// A boot image as xorriso reports it: `Pltf B Emul Ld_seg Hdpt Ldsiz LBA`, without its number.
fn boot_images(desk: &Desk, image: &str, start: i64) -> Option<Vec<String>> {
    let mut xorriso = tool("xorriso")?;
    let xorriso = xorriso.args(["-load", "sbsector", &start.to_string(), "-indev"]).arg(desk.path(image));
    let seen = run(xorriso.args(["-report_el_torito", "plain"]));
    let images = seen.lines().filter_map(|line| line.strip_prefix("El Torito boot img :"));
    Some(images.map(str::to_owned).collect())
}

/// The session of `copy` that begins at `start` by itself, for readers that know no sessions: its descriptors are put in
/// the place of the first one's, as a drive's driver does.
fn last_session_in_front(desk: &Desk, copy: &str, start: i64) -> std::path::PathBuf {
    let mut bytes = fs::read(desk.path(copy)).unwrap();
    let front = usize::try_from(start).unwrap() * 2048;
    let descriptors = bytes[front..front + 32 * 2048].to_vec();
    bytes[16 * 2048..32 * 2048].copy_from_slice(&descriptors[16 * 2048..]);
    desk.file("front.iso", &bytes)
}

#[test]
fn a_burned_disc_boots_from_each_later_session_what_it_booted() {
    let desk = bootable();
    let arguments = ["disc", "import", "1.iso", "--to", "a.disc", "--medium", "cd-r:80", "--appendable"];
    desk.json(&arguments);
    later_sessions_boot(&desk);
}

#[test]
fn a_disc_that_wodim_burned_boots_from_each_later_session_what_it_booted() {
    if tool("wodim").is_none() {
        return;
    }
    let desk = bootable();
    desk.json(&["disc", "new", "a.disc", "--medium", "cd-r:80"]);
    let wodim = ["-s", "dev=/dev/sr0", "fs=1m", "gracetime=2", "-tao", "-multi", "-data", "1.iso"];
    let drive = ["run", "sim:a.disc", "--shorten-waits", "50", "--", "timeout", "120", "wodim"];
    run(&mut desk.command(&[&drive[..], &wodim].concat()));
    later_sessions_boot(&desk);
}

/// The image `1.iso`, which boots two images, a listed one and a hidden one.
fn bootable() -> Desk {
    let desk = desk();
    desk.file("one/boot/bios.img", &[0x90; 4000]);
    desk.file("efi.img", &[0xEF; 70_000]);
    let arguments = ["image", "one", "-o", "1.iso", "--boot", "boot/bios.img,info-table,load=4"];
    desk.json(&[&arguments[..], &["--boot", "host:efi.img,platform=efi", "--boot-id", "TEST"]].concat());
    desk
}

/// Burns two sessions behind the one on `a.disc`, and has others say what each boots.
fn later_sessions_boot(desk: &Desk) {
    let drive = ["--drive", "sim:a.disc"];
    let second = desk.json(&[&["burn", "two", "--overwrite"], &drive[..]].concat());
    assert_eq!((&second["session"], &second["imported_files"]), (&json!(2), &json!(6)), "{second}");
    // The boot image's file is removed, its bytes are not: what boots does not depend on what is listed.
    let arguments = ["burn", "--remove", "boot", "--remove", "new.txt"];
    let third = desk.json(&[&arguments[..], &drive].concat());
    assert_eq!(third["session"], json!(3), "{third}");

    desk.json(&[&["read", "-o", "copy.iso"], &drive[..]].concat());
    let start = |burned: &Value| burned["start"].as_i64().unwrap();
    let starts = [0, start(&second), start(&third)];
    let Some(booted) = boot_images(desk, "1.iso", 0) else { return };
    assert_eq!(booted.len(), 2, "{booted:?}");
    for start in starts {
        let again = boot_images(desk, "copy.iso", start).unwrap();
        assert_eq!(again, booted, "the images of session 1 at their sectors, from {start}");
    }
    // What is loaded is still there: the info table takes bytes 8 to 64 of the first.
    let copy = fs::read(desk.path("copy.iso")).unwrap();
    for (image, (byte, length)) in booted.iter().zip([(0x90, 4000), (0xEF, 70_000)]) {
        let sector: usize = image.split_whitespace().last().unwrap().parse().unwrap();
        let bytes = &copy[sector * 2048..][..length];
        assert!(bytes[64..].iter().all(|it| *it == byte), "{image}");
    }
    let checked = desk.json(&["check", "copy.iso"]);
    let sessions = checked["sessions"].as_array().unwrap();
    let found: Vec<_> = sessions.iter().map(|it| (&it["start"], &it["bootable"])).collect();
    assert_eq!(
        found,
        starts.map(|start| (json!(start), json!(true))).iter().map(|it| (&it.0, &it.1)).collect::<Vec<_>>()
    );
    assert_eq!(checked["errors"], json!(0), "{checked}");
    let Some(mut isoinfo) = tool("isoinfo") else { return };
    let front = last_session_in_front(desk, "copy.iso", start(&third));
    let seen = run(isoinfo.args(["-d", "-i"]).arg(front));
    for part in
        ["El Torito VD version 1 found", "Arch 0 (x86)", "Boot media 0 (No Emulation Boot)", "Nsect 4"]
    {
        assert!(seen.contains(part), "{part} is not in {seen}");
    }
}
