//! xorriso and cdrskin.

use crate::files::noise;
use crate::rig::Rig;

/// xorriso in the manner of cdrecord, and cdrskin, which is that program.
const BURNERS: [(&str, &str); 2] =
    [("xorriso", "xorriso -as cdrecord -v dev=/dev/sr0"), ("cdrskin", "cdrskin -v dev=/dev/sr0")];

const MEDIA: [&str; 2] = ["cd-r:80", "cd-rw:80"];

fn burn(mode: &str) {
    for (program, line) in BURNERS {
        for medium in MEDIA {
            let Some(rig) = Rig::new(medium, &[program]) else { return };
            let image = noise(mode, 400 * 2048);
            rig.file("image", &image);
            rig.run(&format!("{line} {mode} -data image")).success();
            assert!(rig.data(0, 400) == image, "{program} {mode} on {medium}");
        }
    }
}

#[test]
fn session_at_once() {
    burn("-sao");
}

#[test]
fn track_at_once() {
    burn("-tao");
}

#[test]
fn dummy_writes_nothing() {
    for (program, line) in BURNERS {
        let Some(rig) = Rig::new("cd-rw:80", &[program]) else { return };
        rig.file("image", &noise("dummy", 320 * 2048));
        rig.run(&format!("{line} -dummy -tao -data image")).success();
        assert_eq!(rig.disc()["state"], "blank", "{program}");
    }
}

#[test]
fn tracks_are_appended_and_blanked() {
    for (program, line) in BURNERS {
        let Some(rig) = Rig::new("cd-rw:80", &[program]) else { return };
        for number in 0..3 {
            rig.file("image", &noise(&number.to_string(), 310 * 2048));
            rig.run(&format!("{line} -tao -multi -data image")).success();
        }
        let tracks = rig.tracks();
        assert_eq!(tracks.len(), 3, "{program}");
        for (number, (start, _)) in tracks.iter().enumerate() {
            let found = rig.data(i32::try_from(*start).unwrap(), 310);
            assert!(found == noise(&number.to_string(), 310 * 2048), "{program}: track {number}");
        }
        let next = rig.disc()["next_writable"].as_i64().unwrap();
        // cdrskin asks with session-at-once set, and then the next session begins with the pregap.
        let next = if program == "cdrskin" { next - 150 } else { next };
        let msinfo = rig.run(&format!("{line} -msinfo")).success();
        let expected = format!("{},{next}", tracks[2].0);
        assert!(msinfo.lines().any(|it| it.trim() == expected), "{program}: {msinfo} instead of {expected}");
        for blank in ["fast", "all"] {
            rig.run(&format!("{line} blank={blank}")).success();
            assert_eq!(rig.disc()["state"], "blank", "{program} {blank}");
            rig.run(&format!("{line} -tao -data image")).success();
            assert!(rig.data(0, 310) == rig.bytes("image"), "{program} {blank}");
        }
    }
}

#[test]
fn blanking_a_cd_r_is_refused() {
    for (program, line) in BURNERS {
        let Some(rig) = Rig::new("cd-r:80", &[program]) else { return };
        rig.file("image", &noise("kept", 320 * 2048));
        rig.run(&format!("{line} -tao -multi -data image")).success();
        rig.run(&format!("{line} blank=fast")).failure();
        assert!(rig.data(0, 320) == rig.bytes("image"), "{program}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    for (program, line) in BURNERS {
        let Some(rig) = Rig::new("cd-r:80", &[program]) else { return };
        std::fs::File::create(rig.path("image")).unwrap().set_len(360_500 * 2048).unwrap();
        rig.run(&format!("{line} -sao -data image")).failure();
        assert_eq!(rig.disc()["state"], "blank", "{program}");
    }
}

fn grow_over_three_sessions(medium: &str) {
    let Some(rig) = Rig::new(medium, &["xorriso"]) else { return };
    for name in ["one", "two", "three"] {
        rig.file(&format!("{name}.bin"), &noise(name, 200_000));
        rig.run(&format!("xorriso -dev /dev/sr0 -map {name}.bin /{name}.bin -commit")).success();
    }
    let files = rig.extracted();
    assert_eq!(files.len(), 3);
    for name in ["one.bin", "two.bin", "three.bin"] {
        assert!(files[name] == rig.bytes(name), "our program reads something else in {name}");
    }
    rig.run("xorriso -osirrox on -indev /dev/sr0 -extract / out").success();
    for name in ["one.bin", "two.bin", "three.bin"] {
        assert!(
            rig.bytes(&format!("out/{name}")) == rig.bytes(name),
            "xorriso reads something else in {name}"
        );
    }
    let toc = rig.run("xorriso -indev /dev/sr0 -toc");
    toc.success();
    toc.says("3 sessions").says("is appendable");
    let checked = rig.run("xorriso -indev /dev/sr0 -check_media use=indev what=tracks --");
    checked.success();
    checked.says("+ good");
    // A changed and a removed file are seen as such.
    rig.file("one.bin", &noise("new", 1000));
    rig.run("xorriso -dev /dev/sr0 -overwrite on -map one.bin /one.bin -rm two.bin -- -commit").success();
    let files = rig.extracted();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["one.bin", "three.bin"]);
    assert!(files["one.bin"] == rig.bytes("one.bin"));
}

#[test]
fn xorriso_grows_a_cd_r_over_three_sessions() {
    grow_over_three_sessions("cd-r:80");
}

#[test]
fn xorriso_grows_a_cd_rw_over_three_sessions() {
    grow_over_three_sessions("cd-rw:80");
}

#[test]
fn cdrskin_grows_with_genisoimage_over_three_sessions() {
    for medium in MEDIA {
        let Some(rig) = Rig::new(medium, &["cdrskin", "genisoimage"]) else { return };
        let mut growing = String::new();
        for name in ["one", "two", "three"] {
            rig.file(&format!("{name}/{name}.bin"), &noise(name, 150_000));
            rig.run(&format!("genisoimage -quiet -R -J {growing} -o image {name}")).success();
            rig.run("cdrskin dev=/dev/sr0 -tao -multi padsize=300k -data image").success();
            let (start, _) = *rig.tracks().last().unwrap();
            growing = format!("-C {start},{} -M /dev/sr0", rig.disc()["next_writable"]);
        }
        let files = rig.extracted();
        assert_eq!(files.keys().collect::<Vec<_>>(), ["one.bin", "three.bin", "two.bin"], "{medium}");
        for name in ["one", "two", "three"] {
            assert!(
                files[&format!("{name}.bin")] == rig.bytes(&format!("{name}/{name}.bin")),
                "{medium} {name}"
            );
        }
    }
}
