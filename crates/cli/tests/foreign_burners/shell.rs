//! `discwright run` itself: what programs see of the device, statuses, signals, faults, traces, real time.

use crate::files::noise;
use crate::rig::Rig;

fn rig() -> Rig {
    Rig::new("cd-r:80", &[]).unwrap()
}

/// A disc with one track of noise, and the noise.
fn burned(sectors: usize) -> Option<(Rig, Vec<u8>)> {
    let rig = Rig::new("cd-r:80", &["wodim"])?;
    let image = noise("burned", sectors * 2048);
    rig.file("image", &image);
    rig.run("wodim dev=/dev/sr0 fs=1m -sao -data image").success();
    Some((rig, image))
}

#[test]
fn the_device_looks_like_one() {
    let rig = rig();
    assert_eq!(rig.run("stat --format=%F:%t:%T:%s /dev/sr0").success(), "block special file:b:0:0\n");
    assert_eq!(rig.run("stat --format=%F:%N /dev/cdrom").success(), "symbolic link:'/dev/cdrom' -> 'sr0'\n");
    assert_eq!(rig.run("realpath /dev/cdrom").success(), "/dev/sr0\n");
    assert_eq!(rig.run("readlink /dev/cdrom").success(), "sr0\n");
    assert_eq!(rig.run("test -b /dev/../dev//sr0 -a -r /dev/sr0 -a -w /dev/sr0").success(), "");
    rig.run("test -x /dev/sr0").failure();
    rig.run("cat /proc/sys/dev/cdrom/info").says("drive name:\t\tsr0").says("Can write CD-RW:\t1").success();
    assert!(!rig.run("ls -l /dev/sr0").text().contains("No such file"));
    let other = rig.run_with(&["--as", "/dev/sr7"], "stat --format=%t:%T /dev/sr7");
    assert_eq!(other.success(), "b:7\n");
}

#[test]
fn a_blank_or_absent_disc_is_not_opened_for_its_data() {
    rig().run("cat /dev/sr0").says("Wrong medium type").failure();
}

#[test]
fn descriptors_outlive_exec_and_are_shared() {
    let Some((rig, image)) = burned(350) else { return };
    // The shell opens, dd and cat inherit: one position for both.
    rig.file("share", b"exec 7</dev/sr0; dd bs=2048 count=10 of=head status=none <&7; (cat <&7) > tail");
    rig.run("sh share").success();
    assert!(rig.bytes("head") == image[..10 * 2048]);
    assert!(rig.bytes("tail") == image[10 * 2048..]);
    // A descriptor that was inherited is still the device.
    rig.file("look", b"stat --dereference --format=%F:%t:%T - <&8");
    rig.file("inherit", b"exec 8</dev/sr0; exec sh look");
    assert_eq!(rig.run("sh inherit").success(), "block special file:b:0\n");
}

#[test]
fn streams_copies_and_links_reach_the_disc() {
    let Some((rig, image)) = burned(350) else { return };
    std::os::unix::fs::symlink("/dev/cdrom", rig.path("my drive")).unwrap();
    rig.file(
        "copies",
        b"cp 'my drive' one; tail -c +4097 /dev/sr0 > two; dd if=/dev/sr0 of=three bs=64k status=none",
    );
    rig.run("sh copies").success();
    assert!(rig.bytes("one") == image && rig.bytes("three") == image);
    assert!(rig.bytes("two") == image[4096..]);
    // Standard I/O, which reads without calling read().
    rig.run("cksum /dev/sr0").success();
    assert_eq!(
        rig.run("cksum /dev/sr0").success().split(' ').next(),
        rig.plain("cksum image").success().split(' ').next()
    );
    rig.run("dd if=image of=/dev/sr0 conv=notrunc").failure();
}

#[test]
fn exclusive_opens_exclude_each_other() {
    let rig = rig();
    let Some(_) = Rig::new("cd-r:80", &["python3"]) else { return };
    rig.file(
        "exclusive.py",
        b"import os\n\
          flags = os.O_RDWR | os.O_NONBLOCK\n\
          first = os.open('/dev/sr0', flags | os.O_EXCL)\n\
          os.close(os.open('/dev/sr0', flags))\n\
          try:\n    os.open('/dev/sr0', flags | os.O_EXCL)\n\
          except OSError as error:\n    print(error.strerror)\n\
          copy = os.dup(first)\nos.close(first)\n\
          try:\n    os.open('/dev/cdrom', flags | os.O_EXCL)\n\
          except OSError as error:\n    print(error.strerror)\n\
          os.close(copy)\nos.close(os.open('/dev/sr0', flags | os.O_EXCL))\nprint('free')\n",
    );
    let said = rig.run("python3 exclusive.py").success();
    assert_eq!(said, "Device or resource busy\nDevice or resource busy\nfree\n");
}

#[test]
fn threads_and_processes_share_a_descriptor() {
    let Some((rig, _)) = burned(350) else { return };
    if !crate::rig::is_installed("python3") {
        return;
    }
    rig.file(
        "share.py",
        b"import os, threading\n\
          image = open('image', 'rb').read()\n\
          fd = os.open('/dev/sr0', os.O_RDONLY)\n\
          wrong = []\n\
          def look(seed):\n\
          \x20   for turn in range(200):\n\
          \x20       at = (seed * 7919 + turn * 104729) % (len(image) - 5000)\n\
          \x20       if os.pread(fd, 5000, at) != image[at:at + 5000]: wrong.append(at)\n\
          children = []\n\
          for number in range(3):\n\
          \x20   pid = os.fork()\n\
          \x20   if pid == 0:\n\
          \x20       look(number); os._exit(len(wrong) > 0)\n\
          \x20   children.append(pid)\n\
          threads = [threading.Thread(target=look, args=(10 + number,)) for number in range(4)]\n\
          [thread.start() for thread in threads]\n\
          [thread.join() for thread in threads]\n\
          status = [os.waitpid(pid, 0)[1] for pid in children]\n\
          print(wrong, status)\n",
    );
    assert_eq!(rig.run("python3 share.py").success(), "[] [0, 0, 0]\n");
}

#[test]
fn the_status_is_the_programs() {
    let rig = rig();
    for status in [0, 1, 7, 42] {
        rig.file("status", format!("exit {status}").as_bytes());
        let run = rig.ours(&["run", "sim:disc", "--", "sh", "status"]);
        assert_eq!(run.code(), status);
    }
    rig.file("killed", b"kill -TERM $$");
    assert_eq!(rig.ours(&["run", "sim:disc", "--", "sh", "killed"]).code(), 128 + 15);
    assert_eq!(rig.ours(&["run", "sim:disc", "--", "no-such-program"]).code(), 3);
}

#[test]
fn a_program_that_is_killed_leaves_a_disc_that_can_be_read() {
    let Some((rig, image)) = burned(350) else { return };
    rig.file("killed", b"exec 7</dev/sr0; dd bs=2048 count=1 of=/dev/null status=none <&7; kill -KILL $$");
    assert_eq!(rig.ours(&["run", "sim:disc", "--", "sh", "killed"]).code(), 128 + 9);
    assert!(rig.data(0, 350) == image);
}

#[test]
fn faults_strike_foreign_programs() {
    let Some(rig) = Rig::new("cd-r:80", &["wodim"]) else { return };
    rig.file("image", &noise("fault", 320 * 2048));
    // The fifth WRITE (10) fails with a write error.
    rig.file(
        "faults.json",
        br#"{"faults": [{"when": [{"opcode": 42}, {"nth": 5}], "what": {"refuse": {"key": 3, "asc": 12, "ascq": 0}}, "times": 1}]}"#,
    );
    let run = rig.run_with(&["--faults", "faults.json"], "wodim -v dev=/dev/sr0 fs=1m -tao -data image");
    run.failure();
    run.says("Sense Key: 0x3 Medium Error").says("write error");
    rig.file("faults.json", b"{}");
    rig.run_with(&["--faults", "faults.json"], "true").says("faults.json is no plan of faults").failure();
}

#[test]
fn a_trace_tells_every_command() {
    let rig = rig();
    if !crate::rig::is_installed("sg_inq") {
        return;
    }
    rig.run_with(&["--trace", "log"], "sg_inq /dev/sr0").success();
    let log = String::from_utf8(rig.bytes("log")).unwrap();
    assert!(log.starts_with("discwright-transport-log 1 "), "{log}");
    assert!(log.contains("> 12 00 00 00 24 00 in 36\n< good 36 "), "{log}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the time it takes is what is tested")]
fn real_time_takes_time() {
    let Some((rig, image)) = burned(2000) else { return };
    // 2000 sectors at 48 times the single speed are more than half a second; in virtual time they come at once.
    let begun = std::time::Instant::now();
    rig.run_with(&["--real-time"], "dd if=/dev/sr0 of=back bs=64k status=none").success();
    assert!(begun.elapsed().as_millis() >= 400, "{:?}", begun.elapsed());
    assert!(rig.bytes("back") == image);
}

#[test]
fn a_drive_may_have_another_character() {
    let Some(rig) = Rig::new("cd-r:80", &["sg_inq"]) else { return };
    let modern = rig.run("sg_inq /dev/sr0").success();
    let old = rig.run_with(&["--personality", "first-rewriters"], "sg_inq /dev/sr0").success();
    assert_ne!(modern, old);
    rig.run_with(&["--personality", "unheard-of"], "true").says("there is no such drive").failure();
}

/// All that is in the table of what programs call, and what the kernel answers with this disc in this drive.
///
/// Each track has 330 blocks and two of run-out; the second session begins 11400 behind the first one's end, at 11732, and
/// its lead-out at 12064, which is 02:42:64. The last block written is 12061; where a drive says no more of the last track
/// with data, the kernel adds seven. Byte 0 of sector 16 is that of the noise, 79h.
#[test]
fn every_question_is_answered_as_the_kernel_does() {
    const ANSWERS: &str = include_str!("probe.txt");
    let Some(rig) = Rig::new("cd-r:80", &["cc", "wodim"]) else { return };
    rig.file("probe.c", include_bytes!("probe.c"));
    rig.plain("cc -O1 -w -o probe probe.c -ldl -lpthread").success();
    for seed in ["first", "second"] {
        rig.file("image", &noise(seed, 330 * 2048));
        rig.run("wodim dev=/dev/sr0 fs=1m -tao -multi -data image").success();
    }
    assert_eq!(rig.run(rig.path("probe").to_str().unwrap()).success(), ANSWERS);
}

/// A signal to `discwright run` alone reaches the program, which ends in its own way.
#[test]
#[expect(clippy::disallowed_methods, reason = "another process is waited for")]
fn signals_are_passed_on() {
    use rustix::process::{Pid, Signal, kill_process};
    let rig = rig();
    rig.file("patient", b"trap 'exit 9' TERM; touch ready; while :; do sleep 0.05; done");
    let mut child = rig.start(&["run", "sim:disc", "--", "sh", "patient"]);
    for _ in 0..1000 {
        if rig.path("ready").exists() {
            break;
        }
        std::thread::sleep(core::time::Duration::from_millis(20));
    }
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(9));
    rig.ours(&["info", "--drive", "sim:disc"]).success();
}
