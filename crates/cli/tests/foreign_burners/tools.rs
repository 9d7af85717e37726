//! readom, sg3-utils, growisofs, and what any system has.

use crate::files::noise;
use crate::rig::Rig;

#[test]
fn sg3_utils_see_a_cd_recorder() {
    let Some(rig) =
        Rig::new("cd-r:80", &["sg_inq", "sg_turs", "sg_modes", "sg_readcap", "sg_get_config", "sg_start"])
    else {
        return;
    };
    rig.run("sg_inq /dev/sr0").says("Peripheral device type: cd/dvd").says("CD-RW SIM");
    rig.run("sg_turs /dev/sr0").success();
    rig.run("sg_modes -a /dev/sr0").says("Write parameters").success();
    rig.run("sg_get_config /dev/sr0").says("CD-R").says("CD track-at-once feature").success();
    // A locked tray stays closed; one that is not opens, and closes again.
    rig.file("locked", b"sg_prevent --prevent=1 /dev/sr0 && ! sg_start --eject /dev/sr0 && sg_turs /dev/sr0");
    rig.run("sh locked").success();
    rig.file("open", b"sg_start --eject /dev/sr0 && ! sg_turs /dev/sr0 && sg_start --load /dev/sr0 && sg_turs -n 5 /dev/sr0");
    rig.run("sh open").success();
}

#[test]
fn capacity_is_what_was_written() {
    let Some(rig) = Rig::new("cd-rw:80", &["wodim", "sg_readcap", "readom"]) else { return };
    rig.file("image", &noise("capacity", 333 * 2048));
    rig.run("wodim dev=/dev/sr0 fs=1m -sao -data image").success();
    rig.run("sg_readcap /dev/sr0").says("Number of logical blocks=333").success();
    rig.run("blockdev --getsize64 --getss /dev/sr0").says(&(333 * 2048).to_string()).says("2048").success();
    rig.run("readom dev=/dev/sr0 f=back").success();
    assert!(rig.bytes("back") == rig.bytes("image"));
}

#[test]
fn growisofs_refuses_a_cd_and_unmounts_nothing() {
    for medium in ["cd-r:80", "cd-rw:80"] {
        let Some(rig) = Rig::new(medium, &["growisofs", "genisoimage"]) else { return };
        rig.file("tree/a", b"a");
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
        let run = rig.run("growisofs -Z /dev/sr0 -R -J tree");
        run.failure();
        run.says("media is not recognized as recordable DVD");
        assert_eq!(std::fs::read_to_string("/proc/self/mounts").unwrap(), mounts);
        assert_eq!(rig.disc()["state"], "blank", "{medium}");
    }
}
