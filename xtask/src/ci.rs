//! `cargo xtask ci`: every check but the tests. All of them run; a failure does not hide the next.

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::workspace::{has_cargo_tool, in_ci};
use crate::{fuzz, layers, tidy};

type Check = fn(&Shell) -> Result<()>;

const CHECKS: &[(&str, Check)] = &[
    ("format", format),
    ("layers", layers::run),
    ("tidy", tidy::run),
    ("lints", lints),
    ("docs", docs),
    ("deny", deny),
    ("fuzz targets", fuzz::build),
];

pub(crate) fn run(shell: &Shell) -> Result<()> {
    let mut failures = Vec::new();
    for (name, check) in CHECKS {
        println!("\n== {name}");
        if let Err(error) = check(shell) {
            eprintln!("{name}: {error:#}");
            failures.push(*name);
        }
    }
    ensure!(failures.is_empty(), "failed: {}", failures.join(", "));
    println!("\nxtask ci: passed; {} checks", CHECKS.len());
    Ok(())
}

fn format(shell: &Shell) -> Result<()> {
    cmd!(shell, "cargo fmt --all --check").run()?;
    // The fuzz targets are a workspace of their own.
    Ok(cmd!(shell, "cargo fmt --manifest-path fuzz/Cargo.toml --check").run()?)
}

fn lints(shell: &Shell) -> Result<()> {
    Ok(cmd!(shell, "cargo clippy --workspace --all-targets --quiet -- -D warnings").run()?)
}

fn docs(shell: &Shell) -> Result<()> {
    let _flags = shell.push_env("RUSTDOCFLAGS", "-D warnings");
    Ok(cmd!(shell, "cargo doc --workspace --no-deps --quiet").run()?)
}

/// Licences, sources and duplicates; not advisories, whose database is fetched and changes by itself.
fn deny(shell: &Shell) -> Result<()> {
    if !has_cargo_tool(shell, "deny") {
        ensure!(!in_ci(), "cargo-deny is not installed");
        println!("skipped: cargo-deny is not installed (cargo install --locked cargo-deny)");
        return Ok(());
    }
    Ok(cmd!(shell, "cargo deny check --hide-inclusion-graph licenses bans sources").run()?)
}
