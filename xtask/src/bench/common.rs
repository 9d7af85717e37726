//! What the races have in common: options, and the programs that are built for them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Deserialize;
use xshell::{Shell, cmd};

use super::authors::Programs;
use super::race::{Racer, Role};

#[derive(Args)]
pub(crate) struct Common {
    /// How often each program runs on each tree
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Folder for trees and images; some GB, best in memory
    #[arg(long, default_value = "/dev/shm/discwright-bench")]
    pub(crate) folder: PathBuf,
    /// Leave trees and images there for the next time
    #[arg(long)]
    pub(crate) keep: bool,
    /// Peers to race against, by the names in the table; all without it
    #[arg(long, value_delimiter = ',')]
    peers: Option<Vec<String>>,
    /// The program to measure, when it is built already
    #[arg(long, value_name = "PROGRAM")]
    discwright: Option<PathBuf>,
}

impl Common {
    /// Leaves out the peers that were not asked for.
    pub(crate) fn chosen(&self, mut racers: Vec<Racer>) -> Vec<Racer> {
        let is_chosen = |name: &str| self.peers.as_ref().is_none_or(|it| it.iter().any(|it| it == name));
        racers.retain(|racer| racer.role != Role::Peer || is_chosen(racer.name));
        racers
    }

    pub(crate) fn forget(&self, path: &Path) -> Result<()> {
        if self.keep {
            return Ok(());
        }
        let gone = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        gone.with_context(|| format!("removing {}", path.display()))
    }

    /// Only when nothing of somebody else is left in it.
    pub(crate) fn forget_folder(&self) {
        if !self.keep {
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// Paths of what was built.
pub(crate) struct Built {
    xtask: String,
    discwright: String,
    target: PathBuf,
}

/// Builds the program, and this one as well: its floors must be optimised.
pub(crate) fn build(shell: &Shell, args: &Common) -> Result<Built> {
    ensure!(args.rounds > 0, "no rounds, no medians");
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let json = cmd!(shell, "cargo metadata --no-deps --format-version 1").quiet().read()?;
    let target = serde_json::from_str::<Metadata>(&json)?.target_directory;
    cmd!(shell, "cargo build --release --package xtask --quiet").quiet().run()?;
    let discwright = if let Some(program) = &args.discwright {
        program.clone()
    } else {
        cmd!(shell, "cargo build --release --package discwright --quiet").quiet().run()?;
        target.join("release/discwright")
    };
    fs::create_dir_all(&args.folder).with_context(|| format!("making {}", args.folder.display()))?;
    Ok(Built {
        xtask: target.join("release/xtask").to_string_lossy().into_owned(),
        discwright: discwright.to_string_lossy().into_owned(),
        target,
    })
}

impl Built {
    pub(crate) fn programs(&self) -> Programs<'_> {
        Programs { xtask: &self.xtask, discwright: &self.discwright, target: &self.target }
    }
}
