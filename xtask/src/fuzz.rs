//! `cargo xtask fuzz`: the fuzz targets, a workspace of their own in `fuzz/`.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::workspace::{has_cargo_tool, in_ci};

/// Builds every target, with the fuzzing engine when there is one; without optimisation, which only a run needs.
pub(crate) fn build(shell: &Shell) -> Result<()> {
    if has_engine(shell) {
        cmd!(shell, "cargo +nightly fuzz build --dev").run()?;
    } else {
        ensure!(!in_ci(), "cargo-fuzz or the nightly toolchain is not installed");
        println!("without cargo-fuzz or the nightly toolchain the targets are only checked, not linked");
        cmd!(shell, "cargo check --manifest-path fuzz/Cargo.toml --bins").run()?;
    }
    println!("fuzz: {} targets build", targets(shell)?.len());
    Ok(())
}

/// Runs one target from its corpus; findings land in `fuzz/artifacts`.
pub(crate) fn run(shell: &Shell, target: &str, seconds: u64) -> Result<()> {
    let targets = targets(shell)?;
    ensure!(
        targets.contains(target),
        "no target {target}; there are: {}",
        Vec::from_iter(targets).join(", ")
    );
    ensure!(has_engine(shell), "fuzzing needs cargo-fuzz and the nightly toolchain");
    let time = format!("-max_total_time={seconds}");
    // New finds go to a folder that is not committed; the corpus in the tree stays as reviewed.
    shell.create_dir(format!("fuzz/target/corpus/{target}"))?;
    cmd!(
        shell,
        "cargo +nightly fuzz run {target} fuzz/target/corpus/{target} fuzz/corpus/{target} -- {time}"
    )
    .run()?;
    Ok(())
}

/// What is wrong with targets and corpora: each target is a file, a row in the manifest and a corpus that is not empty.
pub(crate) fn faults(shell: &Shell) -> Result<Vec<String>> {
    let manifest = shell.read_file("fuzz/Cargo.toml").context("fuzz/Cargo.toml")?;
    let mut faults = Vec::new();
    let targets = targets(shell)?;
    for target in &targets {
        if !manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")) {
            faults.push(format!("fuzz target {target}: not in fuzz/Cargo.toml"));
        }
        let corpus = format!("fuzz/corpus/{target}");
        if shell.read_dir(&corpus).is_ok_and(|files| !files.is_empty()) {
            continue;
        }
        faults.push(format!("fuzz target {target}: no corpus in {corpus}"));
    }
    for corpus in shell.read_dir("fuzz/corpus").unwrap_or_default() {
        let name = corpus.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        if !targets.contains(name) {
            faults.push(format!("fuzz corpus {name}: no such target"));
        }
    }
    Ok(faults)
}

fn targets(shell: &Shell) -> Result<BTreeSet<String>> {
    let files = shell.read_dir("fuzz/fuzz_targets").context("fuzz/fuzz_targets")?;
    Ok(files
        .iter()
        .filter(|it| it.extension().is_some_and(|it| it == "rs"))
        .filter_map(|it| it.file_stem()?.to_str().map(str::to_owned))
        .collect())
}

fn has_engine(shell: &Shell) -> bool {
    has_cargo_tool(shell, "fuzz")
        && cmd!(shell, "cargo +nightly --version").quiet().ignore_stderr().read().is_ok()
}
