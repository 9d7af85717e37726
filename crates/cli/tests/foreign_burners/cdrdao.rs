//! cdrdao.

use crate::files::{noise, wave};
use crate::rig::Rig;

const WRITE: &str = "cdrdao write -n --device /dev/sr0";
/// Option 10h: the driver writes and reads CD-TEXT.
const CD_TEXT: &str = "--driver generic-mmc:0x10";

fn rig(medium: &str) -> Option<Rig> {
    Rig::new(medium, &["cdrdao"])
}

/// Two tracks, the second with a pregap of one second and an index 2, and all that a TOC file can say of them.
const ALBUM: &str = r#"CD_DA
CATALOG "1234567890123"
CD_TEXT {
  LANGUAGE_MAP { 0 : EN }
  LANGUAGE 0 { TITLE "Album" PERFORMER "Band" DISC_ID "XY12345" UPC_EAN "" }
}
TRACK AUDIO
COPY
ISRC "USRC17607839"
CD_TEXT { LANGUAGE 0 { TITLE "One" PERFORMER "Band" ISRC "US-RC1-76-07839" } }
FILE "1.wav" 0
TRACK AUDIO
NO COPY
CD_TEXT { LANGUAGE 0 { TITLE "Two \"quoted\"" PERFORMER "Band" ISRC "" } }
SILENCE 0:1:0
FILE "2.wav" 0
START 0:1:0
INDEX 0:2:0
"#;

/// The album's files; its sectors from address 0 to the lead-out.
fn album(rig: &Rig) -> Vec<u8> {
    let (first, mut samples) = wave("first", 400);
    let (second, more) = wave("second", 350);
    rig.file("1.wav", &first);
    rig.file("2.wav", &second);
    rig.file("album.toc", ALBUM.as_bytes());
    samples.extend([0; 75 * 2352]);
    samples.extend(more);
    samples
}

fn swapped(samples: &[u8]) -> Vec<u8> {
    samples.chunks_exact(2).flat_map(|sample| [sample[1], sample[0]]).collect()
}

#[test]
fn an_album_with_everything_is_written_and_read_back() {
    for medium in ["cd-r:80", "cd-rw:80"] {
        let Some(rig) = rig(medium) else { return };
        let samples = album(&rig);
        rig.run(&format!("{WRITE} {CD_TEXT} album.toc")).says("Writing finished successfully").success();
        // By the TOC, a pregap belongs to the track before it.
        assert_eq!(rig.tracks(), [(0, 475), (475, 350)]);
        assert!(rig.raw(0, 825) == samples, "our drive reads something else");
        // The table with pregaps, indices, codes and texts.
        rig.run(&format!("cdrdao read-toc {CD_TEXT} --device /dev/sr0 table.toc")).success();
        let table = String::from_utf8(rig.bytes("table.toc")).unwrap();
        for words in [
            "CATALOG \"1234567890123\"",
            "ISRC \"USRC17607839\"",
            "TITLE \"Two \\\"quoted\\\"\"",
            "DISC_ID \"XY12345\"",
            "00:05:25 00:05:50\nSTART 00:01:00\nINDEX 00:02:00",
            "// Track 1\nTRACK AUDIO\nCOPY\n",
        ] {
            assert!(table.contains(words), "{medium}: no {words:?} in\n{table}");
        }
        // Every sample. Where read-cd puts the pregap depends on the size of its reads, with real drives too.
        rig.run("cdrdao read-cd --device /dev/sr0 --datafile back.bin back.toc").success();
        assert!(rig.bytes("back.bin") == swapped(&samples), "{medium}: cdrdao reads something else");
        // What cdrdao wrote of the disc makes the same disc.
        rig.ours(&["disc", "import", "back.toc", "--to", "copy"]).success();
        let copy = rig.raw_of("copy", 0, 825);
        assert!(copy == samples, "{medium}: the import of what cdrdao read is something else");
    }
}

#[test]
fn a_simulated_burn_leaves_no_mark() {
    let Some(rig) = rig("cd-rw:80") else { return };
    album(&rig);
    rig.run("cdrdao simulate -n --device /dev/sr0 album.toc")
        .says("Simulation finished successfully")
        .success();
    assert_eq!(rig.disc()["state"], "blank");
}

#[test]
fn a_disc_is_blanked_and_written_again() {
    let Some(rig) = rig("cd-rw:80") else { return };
    let samples = album(&rig);
    for mode in ["minimal", "full"] {
        rig.run(&format!("{WRITE} album.toc")).success();
        assert!(rig.raw(0, 825) == samples);
        rig.run(&format!("cdrdao blank --blank-mode {mode} --device /dev/sr0")).success();
        assert_eq!(rig.disc()["state"], "blank", "{mode}");
    }
    rig.run("cdrdao disk-info --device /dev/sr0")
        .says("CD-RW                : yes")
        .says("CD-R empty           : yes");
}

impl Rig {
    /// Writes with the raw driver, which gives up on a drive whose full buffer refuses a write instead of holding the bus.
    fn raw_run(&self, sheet: &str) {
        let line = format!("{WRITE} --driver generic-mmc-raw {sheet}");
        self.run_with(&["--personality", "usb-bridge"], &line).success();
    }
}

#[test]
fn raw_writing() {
    let Some(rig) = rig("cd-r:80") else { return };
    let samples = album(&rig);
    rig.raw_run("album.toc");
    assert_eq!(rig.tracks(), [(0, 475), (475, 350)]);
    assert!(rig.raw(0, 825) == samples, "our drive reads something else");
    rig.run("cdrdao read-toc --device /dev/sr0 table.toc").success();
    let table = String::from_utf8(rig.bytes("table.toc")).unwrap();
    assert!(table.contains("START 00:01:00\nINDEX 00:02:00"), "{table}");
}

#[test]
fn a_mixed_disc() {
    let Some(rig) = rig("cd-r:80") else { return };
    let image = noise("data", 500 * 2048);
    let (sound, samples) = wave("sound", 350);
    rig.file("image", &image);
    rig.file("1.wav", &sound);
    let sheet = "CD_ROM\nTRACK MODE1\nDATAFILE \"image\"\nTRACK AUDIO\nPREGAP 0:2:0\nFILE \"1.wav\" 0\n";
    rig.file("mixed.toc", sheet.as_bytes());
    for driver in ["generic-mmc", "generic-mmc-raw"] {
        rig.fresh("cd-r:80");
        match driver {
            "generic-mmc-raw" => rig.raw_run("mixed.toc"),
            _ => drop(rig.run(&format!("{WRITE} mixed.toc")).success()),
        }
        assert_eq!(rig.tracks(), [(0, 650), (650, 350)], "{driver}");
        assert!(rig.data(0, 500) == image, "{driver}: our drive reads other data");
        assert!(rig.raw(650, 350) == samples, "{driver}: our drive reads other sound");
        for (raw, name) in [("", "user"), ("--read-raw", "whole")] {
            rig.run(&format!(
                "cdrdao read-cd {raw} --device /dev/sr0 --datafile {driver}-{name}.bin {driver}-{name}.toc"
            ))
            .success();
            let back = rig.bytes(&format!("{driver}-{name}.bin"));
            let data = if name == "user" { 500 * 2048 } else { 500 * 2352 };
            assert!(back[data..] == swapped(&samples), "{driver}: cdrdao reads other sound");
            if name == "user" {
                assert!(back[..data] == image, "{driver}: cdrdao reads other data");
            } else {
                assert!(back[..data] == rig.raw(0, 500), "{driver}: cdrdao reads other sectors");
            }
        }
    }
}

#[test]
fn sessions_are_appended() {
    let Some(rig) = rig("cd-r:80") else { return };
    for (number, name) in (1..).zip(["one", "two", "three"]) {
        rig.file(name, &noise(name, 320 * 2048));
        rig.file(
            &format!("{name}.toc"),
            format!("CD_ROM_XA\nTRACK MODE2_FORM1\nDATAFILE \"{name}\"\n").as_bytes(),
        );
        rig.run(&format!("{WRITE} --multi {name}.toc")).success();
        let disc = rig.disc();
        assert_eq!(disc["sessions"].as_array().unwrap().len(), number);
        let next = disc["next_writable"].as_i64().unwrap();
        let (start, _) = *rig.tracks().last().unwrap();
        let msinfo = rig.run("cdrdao msinfo --device /dev/sr0").success();
        assert!(msinfo.lines().any(|line| line == format!("{start},{next}")), "{msinfo}");
    }
    for ((start, sectors), name) in rig.tracks().into_iter().zip(["one", "two", "three"]) {
        assert_eq!(sectors, 320);
        assert!(rig.data(i32::try_from(start).unwrap(), 320) == rig.bytes(name), "{name}");
    }
    rig.run("cdrdao read-cd --session 2 --device /dev/sr0 --datafile second.bin second.toc").success();
    // Sectors of mode 2 come with their subheaders, EDC and ECC.
    let user: Vec<u8> =
        rig.bytes("second.bin").chunks_exact(2336).flat_map(|sector| sector[8..2056].to_vec()).collect();
    assert!(user == rig.bytes("two"));
}
