//! cdparanoia, cd-paranoia, cd-info and cd-read on audio, data and mixed discs.

use crate::files::{noise, wave};
use crate::rig::Rig;

/// A disc of a data track of 400 sectors, and two tracks of sound with a pregap of silence before each.
struct Mixed {
    rig: Rig,
    image: Vec<u8>,
    sound: [Vec<u8>; 2],
}

fn mixed(programs: &[&str]) -> Option<Mixed> {
    let rig = Rig::new("cd-rom", programs)?;
    let image = noise("image", 400 * 2048);
    let (first, one) = wave("first", 350);
    let (second, two) = wave("second", 320);
    rig.file("image", &image);
    rig.file("1.wav", &first);
    rig.file("2.wav", &second);
    rig.file(
        "mixed.cue",
        b"CATALOG 1234567890123\nTITLE \"Mixed\"\nPERFORMER \"Band\"\n\
          FILE \"image\" BINARY\n TRACK 01 MODE1/2048\n  INDEX 01 00:00:00\n\
          FILE \"1.wav\" WAVE\n TRACK 02 AUDIO\n  TITLE \"Second\"\n  ISRC USRC17607839\n  PREGAP 00:02:00\n  INDEX 01 00:00:00\n\
          FILE \"2.wav\" WAVE\n TRACK 03 AUDIO\n  FLAGS DCP\n  PREGAP 00:02:00\n  INDEX 01 00:00:00\n",
    );
    rig.import("mixed.cue");
    Some(Mixed { rig, image, sound: [one, two] })
}

/// Samples of a WAVE file.
fn samples(file: &[u8]) -> &[u8] {
    let at = file.windows(4).position(|name| name == b"data").unwrap();
    &file[at + 8..]
}

#[test]
fn both_paranoias_rip_every_sample() {
    for program in ["cdparanoia", "cd-paranoia"] {
        let Some(Mixed { rig, sound: [one, two], .. }) = mixed(&[program]) else { return };
        rig.run(&format!("{program} -d /dev/sr0 -Q")).says("2.      500").says("3.      320").success();
        rig.run(&format!("{program} -d /dev/sr0 2 second.wav")).success();
        rig.run(&format!("{program} -d /dev/sr0 3 third.wav")).success();
        let second = rig.bytes("second.wav");
        // The pregap of the next track belongs to what is ripped.
        assert!(samples(&second)[..one.len()] == one, "{program}: other samples in track 2");
        assert!(
            samples(&second)[one.len()..].iter().all(|byte| *byte == 0),
            "{program}: no silence behind track 2"
        );
        assert_eq!(samples(&second).len(), 500 * 2352);
        assert!(samples(&rig.bytes("third.wav")) == two, "{program}: other samples in track 3");
        // A data track is no sound.
        rig.run(&format!("{program} -d /dev/sr0 1 first.wav")).failure();
    }
}

/// What both programs rip of a disc that wodim wrote is what went in, and behind it nothing but silence: the run-out and the
/// pregap of the next track, track-at-once.
fn rips_are_what_wodim_burned(mode: &str, silence: [usize; 2]) {
    let Some(rig) = Rig::new("cd-r:80", &["wodim", "cdparanoia", "cd-paranoia"]) else { return };
    let (first, one) = wave("first", 350);
    let (second, two) = wave("second", 320);
    rig.file("1.wav", &first);
    rig.file("2.wav", &second);
    rig.run(&format!("wodim dev=/dev/sr0 fs=1m {mode} -audio 1.wav 2.wav")).success();
    for program in ["cdparanoia", "cd-paranoia"] {
        rig.run(&format!("{program} -d /dev/sr0 -B")).success();
        for ((number, source), silence) in [(1, &one), (2, &two)].into_iter().zip(silence) {
            let name = format!("track{number:02}.cdda.wav");
            let ripped = rig.bytes(&name);
            let (sound, behind) = samples(&ripped).split_at(source.len());
            assert!(sound == source.as_slice(), "{program}, {mode}: other samples in track {number}");
            assert_eq!(behind.len(), silence * 2352, "{program}, {mode}: track {number}");
            assert!(behind.iter().all(|byte| *byte == 0), "{program}, {mode}: noise behind track {number}");
            std::fs::remove_file(rig.path(&name)).unwrap();
        }
        assert!(!rig.path("track03.cdda.wav").exists(), "{program}, {mode}");
    }
}

#[test]
fn a_disc_burned_track_at_once_is_ripped_bit_for_bit() {
    // Two run-out blocks behind each track, and 150 sectors of pregap between them.
    rips_are_what_wodim_burned("-tao", [2 + 150, 2]);
}

#[test]
fn a_disc_burned_session_at_once_is_ripped_bit_for_bit() {
    rips_are_what_wodim_burned("-sao", [0, 0]);
}

#[test]
fn cd_info_tells_tracks_codes_and_texts() {
    let Some(Mixed { rig, .. }) = mixed(&["cd-info"]) else { return };
    let told = rig.run("cd-info --no-cddb /dev/sr0").success();
    for words in [
        "1: 00:02:00  000000 data",
        "2: 00:09:25  000550 audio",
        "3: 00:16:00  001050 audio",
        "170: 00:20:20  001370 leadout",
        "Media Catalog Number (MCN): 1234567890123",
        "TRACK  2 ISRC: USRC17607839",
        "TITLE: Mixed",
        "TITLE: Second",
    ] {
        assert!(told.contains(words), "no {words:?} in\n{told}");
    }
}

#[test]
fn cd_read_reads_sound_and_whole_data_sectors() {
    let Some(Mixed { rig, image, sound: [one, _] }) = mixed(&["cd-read"]) else { return };
    rig.run("cd-read --mode=audio -s 560 -e 569 -o sound /dev/sr0").success();
    assert!(rig.bytes("sound") == one[10 * 2352..20 * 2352]);
    // Mode 1 alone fails with any drive: libcdio 2.1 takes the number of bytes read for an error.
    rig.run("cd-read --mode=any -s 16 -e 25 -o data /dev/sr0").success();
    // Without the 12 bytes of synchronisation: the header is the first that comes of a sector.
    let user: Vec<u8> =
        rig.bytes("data").chunks_exact(2352).flat_map(|sector| sector[4..2052].to_vec()).collect();
    assert!(user == image[16 * 2048..26 * 2048]);
}
