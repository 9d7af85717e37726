//! A session begun by one program and appended by another: the last tree holds every file.
//!
//! wodim, cdrskin and cdrdao burn what genisoimage makes, which reads the earlier session from the drive itself; xorriso
//! and our own program do both.

use std::collections::BTreeMap;

use crate::files::noise;
use crate::rig::Rig;

const BURNERS: [&str; 5] = ["wodim", "xorriso", "cdrskin", "cdrdao", "discwright"];

/// Burns a tree as the next session of the disc.
fn burn(rig: &Rig, program: &str, tree: &str, first: bool) {
    match program {
        "xorriso" => {
            drop(rig.run(&format!("xorriso -dev /dev/sr0 -joliet on -map {tree} / -commit")).success())
        }
        "discwright" => drop(rig.ours(&["burn", "--drive", "sim:disc", tree]).success()),
        _ => {
            let image = format!("{tree}.iso");
            if first {
                rig.plain(&format!("genisoimage -quiet -J -R -o {image} {tree}")).success();
            } else {
                let msinfo = rig.run("wodim dev=/dev/sr0 -msinfo").success();
                let msinfo = msinfo.trim();
                rig.run(&format!("genisoimage -quiet -J -R -C {msinfo} -M /dev/sr0 -o {image} {tree}"))
                    .success();
            }
            match program {
                "wodim" => {
                    rig.run(&format!("wodim -s dev=/dev/sr0 fs=1m gracetime=2 -tao -multi -data {image}"))
                }
                "cdrskin" => rig.run(&format!("cdrskin dev=/dev/sr0 -tao -multi -data {image}")),
                _ => {
                    let sheet = format!("CD_ROM_XA\nTRACK MODE2_FORM1\nDATAFILE \"{image}\"\n");
                    rig.file(&format!("{tree}.toc"), sheet.as_bytes());
                    rig.run(&format!("cdrdao write -n --multi --device /dev/sr0 {tree}.toc"))
                }
            }
            .success();
        }
    }
}

/// Appends by every program to what this one began.
fn begun_by(first: &str) {
    for second in BURNERS {
        let Some(rig) =
            Rig::new("cd-r:80", &["genisoimage", "wodim", "xorriso", "cdrskin", "cdrdao", "isoinfo"])
        else {
            return;
        };
        // Tracks have four seconds at least, which cdrdao insists on.
        rig.file("one/first.bin", &noise("first", 650_000));
        rig.file("one/folder/inner.txt", b"inside");
        rig.file("two/second.bin", &noise("second", 660_000));
        burn(&rig, first, "one", true);
        burn(&rig, second, "two", false);
        check(&rig, first, second);
    }
}

fn check(rig: &Rig, first: &str, second: &str) {
    let pair = format!("{first}, then {second}");
    assert_eq!(rig.disc()["sessions"].as_array().unwrap().len(), 2, "{pair}");
    // Of our sessions, which have no Rock Ridge, genisoimage takes the plain names over: `FIRST.BIN`.
    let mangles = first == "discwright" && !["xorriso", "discwright"].contains(&second);
    let name = |name: &str| if mangles { name.to_uppercase() } else { name.to_owned() };
    let expected = BTreeMap::from([
        (name("first.bin"), rig.bytes("one/first.bin")),
        (name("folder/inner.txt"), b"inside".to_vec()),
        ("second.bin".to_owned(), rig.bytes("two/second.bin")),
    ]);
    assert!(rig.extracted() == expected, "{pair}: our program finds {:?}", rig.extracted().keys());
    rig.run("xorriso -osirrox on -indev /dev/sr0 -extract / by-xorriso").success();
    let found = crate::rig::files_below(&rig.path("by-xorriso"));
    assert!(found == expected, "{pair}: xorriso finds {:?}", found.keys());
    let (start, _) = *rig.tracks().last().unwrap();
    let listed = rig.run(&format!("isoinfo -J -f -i /dev/sr0 -T {start}")).success();
    let listed: Vec<String> =
        listed.lines().map(|line| line.trim_start_matches('/').trim_end_matches(";1").to_owned()).collect();
    for path in expected.keys() {
        assert!(listed.contains(path), "{pair}: isoinfo finds {listed:?}");
    }
}

#[test]
fn begun_by_wodim() {
    begun_by("wodim");
}

#[test]
fn begun_by_xorriso() {
    begun_by("xorriso");
}

#[test]
fn begun_by_cdrskin() {
    begun_by("cdrskin");
}

#[test]
fn begun_by_cdrdao() {
    begun_by("cdrdao");
}

#[test]
fn begun_by_our_own_program() {
    begun_by("discwright");
}
