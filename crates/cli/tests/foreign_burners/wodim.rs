//! wodim.

use crate::files::{noise, wave};
use crate::rig::Rig;

const WODIM: &str = "wodim -v dev=/dev/sr0 fs=1m gracetime=2";

fn rig(medium: &str) -> Option<Rig> {
    Rig::new(medium, &["wodim", "readom"])
}

/// Burns noise, and finds it by readom and by our own drive.
fn data_burn(medium: &str, mode: &str) {
    let Some(rig) = rig(medium) else { return };
    let image = noise(mode, 400 * 2048);
    rig.file("image", &image);
    rig.run(&format!("{WODIM} {mode} -data image")).success();
    assert!(rig.data(0, 400) == image, "{mode}: our drive reads something else");
    rig.run("readom dev=/dev/sr0 f=back sectors=0-400").success();
    assert!(rig.bytes("back") == image, "{mode}: readom reads something else");
}

#[test]
fn track_at_once_on_cd_r() {
    data_burn("cd-r:80", "-tao");
}

#[test]
fn track_at_once_on_cd_rw() {
    data_burn("cd-rw:80", "-tao");
}

#[test]
fn session_at_once_on_cd_r() {
    data_burn("cd-r:80", "-sao");
}

#[test]
fn session_at_once_on_cd_rw() {
    data_burn("cd-rw:80", "-sao");
}

#[test]
fn raw_data_on_cd_r() {
    data_burn("cd-r:80", "-raw96r");
}

/// Burns two tracks of audio and finds them by our own drive.
fn audio_burn(medium: &str, mode: &str) -> Option<Rig> {
    let rig = rig(medium)?;
    let (first, samples) = wave("first", 350);
    let (second, more) = wave("second", 320);
    rig.file("1.wav", &first);
    rig.file("2.wav", &second);
    rig.run(&format!("{WODIM} {mode} -audio 1.wav 2.wav")).success();
    let tracks = rig.tracks();
    assert_eq!(tracks.len(), 2, "{mode}");
    for ((start, _), samples) in tracks.iter().zip([&samples, &more]) {
        let sectors = u32::try_from(samples.len() / 2352).unwrap();
        let found = rig.raw(i32::try_from(*start).unwrap(), sectors);
        assert!(found == *samples, "{mode}: our drive reads something else in the track at {start}");
    }
    // For want of READ HEADER on audio it asks by a vendor's command of ten bytes, which drives do not know.
    let toc = rig.run("wodim dev=/dev/sr0 -toc");
    toc.success();
    toc.says("first: 1 last 2");
    Some(rig)
}

#[test]
fn audio_track_at_once() {
    let Some(rig) = audio_burn("cd-r:80", "-tao") else { return };
    // Two run-out blocks and the pregap of 150 between the tracks.
    let starts: Vec<_> = rig.tracks().into_iter().map(|(start, _)| start).collect();
    assert_eq!(starts, [0, 350 + 2 + 150]);
    assert_eq!(rig.disc()["sessions"][0]["lead_out"], 350 + 2 + 150 + 320 + 2);
}

#[test]
fn audio_session_at_once() {
    let Some(rig) = audio_burn("cd-rw:80", "-sao") else { return };
    assert_eq!(rig.tracks(), [(0, 350), (350, 320)]);
}

#[test]
fn audio_raw_with_all_subchannels() {
    audio_burn("cd-r:80", "-raw96r");
}

#[test]
fn audio_raw_with_packed_subchannels() {
    audio_burn("cd-r:80", "-raw96p");
}

#[test]
fn audio_raw_with_16_bytes_of_q() {
    audio_burn("cd-rw:80", "-raw16");
}

#[test]
fn cd_text_is_found_again() {
    let Some(rig) = Rig::new("cd-r:80", &["wodim", "cd-info"]) else { return };
    for (number, title) in [(1, "First Song"), (2, "Second Song")] {
        let (file, _) = wave(title, 320);
        rig.file(&format!("{number}.wav"), &file);
        rig.file(
            &format!("{number}.inf"),
            format!(
                "Albumperformer=\t'The Testers'\nPerformer=\t'The Testers'\nAlbumtitle=\t'Emulated'\n\
                 Tracktitle=\t'{title}'\nTracknumber=\t{number}\nTrackstart=\t{}\nTracklength=\t320, 0\n\
                 Pre-emphasis=\tno\nChannels=\t2\nCopy_permitted=\tyes\nEndianess=\tlittle\nPregap=\t0\n\
                 Index=\t\t0\nIndex0=\t\t-1\nMCN=\t\t\nISRC=\t\t\n",
                (number - 1) * 320
            )
            .as_bytes(),
        );
    }
    rig.run(&format!("{WODIM} -sao -text -useinfo -audio 1.wav 2.wav")).success();
    let seen = rig.run("cd-info --no-cddb --no-device-info /dev/sr0");
    seen.success();
    for title in ["Emulated", "The Testers", "First Song", "Second Song"] {
        seen.says(title);
    }
}

#[test]
fn dummy_writes_nothing() {
    for mode in ["-tao", "-sao", "-raw96r"] {
        let Some(rig) = rig("cd-r:80") else { return };
        rig.file("image", &noise("dummy", 320 * 2048));
        rig.run(&format!("{WODIM} -dummy {mode} -data image")).success();
        assert_eq!(rig.disc()["state"], "blank", "{mode}");
    }
}

fn two_sessions(medium: &str) {
    let Some(rig) = Rig::new(medium, &["wodim", "genisoimage", "isoinfo"]) else { return };
    rig.file("first/one.bin", &noise("one", 700_000));
    rig.file("second/two.bin", &noise("two", 90_000));
    rig.plain("genisoimage -quiet -R -J -o first.iso first").success();
    rig.run(&format!("{WODIM} -tao -multi -data first.iso")).success();
    let msinfo = rig.run("wodim dev=/dev/sr0 -msinfo").success();
    let (start, next) = msinfo.trim().split_once(',').unwrap();
    assert_eq!(start, "0");
    assert_eq!(next, rig.disc()["next_writable"].to_string());
    // genisoimage itself reads the first session from the drive.
    rig.run(&format!("genisoimage -quiet -R -J -C 0,{next} -M /dev/sr0 -o second.iso second")).success();
    rig.run(&format!("{WODIM} -tao -multi -data second.iso")).success();
    let files = rig.extracted();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["one.bin", "two.bin"]);
    assert!(files["one.bin"] == rig.bytes("first/one.bin"));
    assert!(files["two.bin"] == rig.bytes("second/two.bin"));
    let toc = rig.run("wodim dev=/dev/sr0 -toc");
    toc.success();
    toc.says("first: 1 last 2").says(&format!("track:   2 lba: {next:>9}"));
    rig.run(&format!("isoinfo -R -f -T {next} dev=/dev/sr0")).says("/one.bin").says("/two.bin");
}

#[test]
fn two_sessions_on_cd_r() {
    two_sessions("cd-r:80");
}

#[test]
fn two_sessions_on_cd_rw() {
    two_sessions("cd-rw:80");
}

#[test]
fn atip_is_told() {
    for (medium, erasable) in [("cd-r:80", "Is not erasable"), ("cd-rw:80", "Is erasable")] {
        let Some(rig) = rig(medium) else { return };
        let atip = rig.run("wodim dev=/dev/sr0 -atip");
        atip.success();
        atip.says(erasable).says("ATIP start of lead out: 359845 (79:59/70)");
    }
}

#[test]
fn blanks_fast_and_in_full() {
    for blank in ["fast", "all"] {
        let Some(rig) = rig("cd-rw:80") else { return };
        rig.file("image", &noise("before", 320 * 2048));
        rig.run(&format!("{WODIM} -tao -data image")).success();
        assert_eq!(rig.disc()["state"], "complete");
        rig.run(&format!("{WODIM} blank={blank}")).success();
        assert_eq!(rig.disc()["state"], "blank", "{blank}");
        let after = noise("after", 330 * 2048);
        rig.file("image", &after);
        rig.run(&format!("{WODIM} -sao -data image")).success();
        assert!(rig.data(0, 330) == after, "{blank}");
    }
}

#[test]
fn blanking_a_cd_r_is_refused() {
    let Some(rig) = rig("cd-r:80") else { return };
    rig.file("image", &noise("kept", 320 * 2048));
    rig.run(&format!("{WODIM} -tao -data image")).success();
    rig.run(&format!("{WODIM} blank=fast")).failure();
    assert!(rig.data(0, 320) == rig.bytes("image"));
}

#[test]
fn overburning_is_refused_by_program_and_drive() {
    let Some(rig) = rig("cd-r:80") else { return };
    // A sparse file a little longer than the disc.
    let image = std::fs::File::create(rig.path("image")).unwrap();
    image.set_len(360_500 * 2048).unwrap();
    rig.run(&format!("{WODIM} -sao -data image")).says("Data may not fit on current disk").failure();
    assert_eq!(rig.disc()["state"], "blank");
    // Told to try, it is the drive that refuses, before anything is written: the cue sheet is too long.
    rig.run(&format!("{WODIM} -sao -overburn -data image")).failure();
    assert_eq!(rig.disc()["state"], "blank");
}
