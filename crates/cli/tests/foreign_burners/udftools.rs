//! cdrwtool, which formats CD-RWs in packets and writes UDF on them, and what udfinfo and blkid find there.

use crate::rig::Rig;

const CDRWTOOL: &str = "cdrwtool -d /dev/sr0";

/// Bytes of the sector with the anchor volume descriptor pointer, by tag identifier and location (ECMA-167, 3/7.2 and
/// 3/10.2).
fn is_anchor(sector: &[u8], at: u32) -> bool {
    sector[..2] == 2_u16.to_le_bytes() && sector[12..16] == at.to_le_bytes()
}

/// Blanking, formatting and UDF in one go, on a blank disc, on one written track-at-once, and over itself.
#[test]
fn cdrwtool_formats_a_cd_rw_and_writes_udf() {
    let Some(rig) = Rig::new("cd-rw:80", &["cdrwtool", "udfinfo", "blkid", "wodim"]) else { return };
    rig.file("image", &crate::files::noise("before", 320 * 2048));
    for before in ["true", "wodim dev=/dev/sr0 fs=1m -tao -data image", "true"] {
        rig.run(before);
        rig.run(&format!("{CDRWTOOL} -q")).says("Quick setup complete!").success();
        // The most that an 80-minute disc has room for in packets of 32 blocks: 9226 of 39 sectors before 79:59:70.
        rig.run(&format!("{CDRWTOOL} -i"))
            .says("packet = 1")
            .says("fp = 1")
            .says("packet_size = 32")
            .says("track_size = 295232 ")
            .says("damage = 0")
            .success();
        let told = rig.run("udfinfo /dev/sr0");
        for words in
            ["blocks=295232", "udfrev=1.50", "integrity=closed", "appid=*Linux cdrwtool", "numdirs=1"]
        {
            told.says(words);
        }
        told.success();
        rig.run("blkid -p /dev/sr0").says("TYPE=\"udf\"").says("LABEL=\"LinuxUDF\"").success();
        // By our own drive: the volume recognition sequence, and the anchors at both ends.
        assert_eq!(&rig.data(17, 1)[1..6], b"NSR02");
        for at in [256, 295_231] {
            assert!(is_anchor(&rig.data(i32::try_from(at).unwrap(), 1), at), "{at}");
        }
        assert_eq!(rig.disc()["state"], "complete");
        assert_eq!(rig.tracks().len(), 1);
    }
}

/// Step by step: blanked in a hurry, and formatted for fewer blocks than there is room for.
#[test]
fn cdrwtool_blanks_and_formats_a_part() {
    let Some(rig) = Rig::new("cd-rw:80", &["cdrwtool", "wodim"]) else { return };
    rig.file("image", &crate::files::noise("before", 320 * 2048));
    rig.run("wodim dev=/dev/sr0 fs=1m -tao -data image").success();
    rig.run(&format!("{CDRWTOOL} -b fast")).success();
    assert_eq!(rig.disc()["state"], "blank");
    rig.run(&format!("{CDRWTOOL} -m 6400")).success();
    rig.run(&format!("{CDRWTOOL} -i")).says("fp = 1").says("track_size = 6400 ").success();
    assert_eq!(rig.data(6_399, 1), [0; 2048]);
    // A disc that cannot be written over is refused.
    rig.fresh("cd-r:80");
    rig.run(&format!("{CDRWTOOL} -b fast")).failure();
    rig.run(&format!("{CDRWTOOL} -q")).failure();
    assert_eq!(rig.disc()["state"], "blank");
}
