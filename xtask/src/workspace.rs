//! What the chores need to know of the workspace and the machine.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use xshell::{Shell, cmd};

/// The packages of the workspace, by `cargo metadata`.
#[derive(Deserialize)]
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) license: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) manifest_path: PathBuf,
    /// `None` when it may be published anywhere; empty when nowhere.
    pub(crate) publish: Option<Vec<String>>,
    /// Normal, build and development dependencies, all direct.
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for a normal one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
}

impl Workspace {
    pub(crate) fn load(shell: &Shell) -> Result<Self> {
        let json = cmd!(shell, "cargo metadata --no-deps --format-version 1").quiet().read()?;
        serde_json::from_str(&json).context("reading the answer of cargo metadata")
    }
}

impl Package {
    /// The package's folder relative to the root of the workspace.
    pub(crate) fn folder(&self) -> &Path {
        let folder = self.manifest_path.parent().unwrap_or(&self.manifest_path);
        folder.strip_prefix(root()).unwrap_or(folder)
    }

    pub(crate) fn is_published(&self) -> bool {
        self.publish.as_ref().is_none_or(|registries| !registries.is_empty())
    }
}

/// The folder with the workspace's Cargo.toml.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// Whether this runs where a missing tool is a failure and not an inconvenience.
pub(crate) fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// Whether `cargo NAME` exists.
pub(crate) fn has_cargo_tool(shell: &Shell, name: &str) -> bool {
    cmd!(shell, "cargo {name} --version").quiet().ignore_stderr().read().is_ok()
}
