//! The page "Test your burning software": its commands do what it says.

use std::process::{Command, Stdio};

use crate::rig::is_installed;

const PAGE: &str = include_str!("../../../../docs/test-your-burning-software.md");

#[test]
fn every_command_of_the_page_succeeds() {
    if !(is_installed("wodim") && is_installed("genisoimage")) {
        return;
    }
    let blocks = PAGE.split("```sh\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let script: Vec<_> = blocks.collect();
    assert!(script.len() >= 7, "the page has lost its commands");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("script"), script.join("\n")).unwrap();
    // As in a clean shell that finds the program.
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_discwright"));
    let path = format!("{}:/usr/bin:/bin:/usr/sbin:/sbin", program.parent().unwrap().display());
    let output = Command::new("timeout")
        .args(["--kill-after=5", "300", "sh", "-eux", "script"])
        .env_clear()
        .env("PATH", path)
        // wodim tests how fast the drive can transfer, which takes a while and says nothing here.
        .env("CDR_NODMATEST", "1")
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}\n{text}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn the_page_names_drives_that_there_are() {
    let rig = crate::rig::Rig::new("cd-r:80", &[]).unwrap();
    for name in ["modern", "first-rewriters", "usb-bridge"] {
        assert!(PAGE.contains(&format!("`{name}`")));
        rig.run_with(&["--personality", name], "true").success();
    }
}
