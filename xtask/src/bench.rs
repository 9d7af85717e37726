//! `cargo xtask bench`: the criterion benchmarks of all crates.

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::workspace::Workspace;

pub(crate) fn run(shell: &Shell, filter: Option<&str>) -> Result<()> {
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
