//! Peers that no distribution packages: built once, beside the workspace's own programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::race::is_installed;

/// A program on crates.io.
pub(crate) struct Crate {
    name: &'static str,
    version: &'static str,
    program: &'static str,
}

pub(crate) const HADRIS_3: Crate = Crate { name: "hadris-cli", version: "=3.0.0-rc.2", program: "hadris" };
pub(crate) const HADRIS_2: Crate = Crate { name: "hadris-iso-cli", version: "=2.5.0", program: "hadris-iso" };

impl Crate {
    /// Where the program is: in PATH, or where it was built, now if need be.
    pub(crate) fn program(&self, target: &Path) -> Result<PathBuf> {
        if is_installed(self.program) {
            return Ok(self.program.into());
        }
        let root = target.join("bench-peers");
        let path = root.join("bin").join(self.program);
        if !path.exists() {
            self.install(&root)?;
        }
        ensure!(path.exists(), "{} has no program {}", self.name, self.program);
        Ok(path)
    }

    fn install(&self, root: &Path) -> Result<()> {
        println!("building {} {} (once, into {})", self.name, self.version, root.display());
        let mut cargo = Command::new("cargo");
        cargo.args(["install", "--quiet", "--version", self.version, "--root"]).arg(root).arg(self.name);
        // As our own program is built.
        cargo.env("CARGO_PROFILE_RELEASE_LTO", "thin").env("CARGO_TARGET_DIR", root.join("build"));
        let status = cargo.status().context("starting cargo")?;
        ensure!(status.success(), "cargo install {}: {status}", self.name);
        Ok(())
    }
}
