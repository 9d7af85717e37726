//! `cargo xtask bench`: the criterion benchmarks of all crates, and races against other programs.

mod authors;
mod common;
mod floor;
mod iso;
mod joliet;
mod measure;
mod peers;
mod race;
mod read;
mod tree;
mod workload;

use anyhow::{Result, ensure};
use clap::{Args, Subcommand};
use xshell::{Shell, cmd};

use common::Common;

use crate::workspace::Workspace;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct BenchArgs {
    #[command(subcommand)]
    race: Option<Race>,
    /// Criterion benchmarks whose name contains this; all without it
    filter: Option<String>,
}

#[derive(Subcommand)]
enum Race {
    /// Authoring images: the program beside those that are installed, on the same trees
    Iso(iso::IsoArgs),
    /// Listing and extracting images that genisoimage made of the same trees
    IsoRead(read::ReadArgs),
    /// What the races are measured by: programs that only move the bytes
    #[command(hide = true, subcommand)]
    Floor(floor::Floor),
}

pub(crate) fn run(shell: &Shell, args: &BenchArgs) -> Result<()> {
    match &args.race {
        None => criterion(shell, args.filter.as_deref()),
        Some(Race::Iso(args)) => iso::run(shell, args),
        Some(Race::IsoRead(args)) => read::run(shell, args),
        Some(Race::Floor(floor)) => floor::run(floor),
    }
}

fn criterion(shell: &Shell, filter: Option<&str>) -> Result<()> {
    let workspace = Workspace::load(shell)?;
    let benches: Vec<(&str, &str)> = workspace
        .packages
        .iter()
        .flat_map(|package| package.targets.iter().map(|target| (package.name.as_str(), target)))
        .filter(|(_, target)| target.kind.iter().any(|kind| kind == "bench"))
        .map(|(package, target)| (package, target.name.as_str()))
        .collect();
    ensure!(!benches.is_empty(), "no crate has benchmarks");
    for (package, bench) in benches {
        cmd!(shell, "cargo bench --package {package} --bench {bench} -- {filter...}").run()?;
    }
    Ok(())
}
