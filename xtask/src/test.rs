//! `cargo xtask test`.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::workspace::has_cargo_tool;

pub(crate) fn run(shell: &Shell, filter: &[String]) -> Result<()> {
    let nextest = has_cargo_tool(shell, "nextest");
    if nextest {
        cmd!(shell, "cargo nextest run --workspace --no-fail-fast {filter...}")
            .run()
            .context("tests failed")?;
    } else {
        let filter = filter.first();
        cmd!(shell, "cargo test --workspace --lib --bins --tests --examples --no-fail-fast {filter...}")
            .run()
            .context("tests failed")?;
    }
    if filter.is_empty() {
        // cargo-nextest does not run the examples in documentation.
        cmd!(shell, "cargo test --workspace --doc --quiet")
            .run()
            .context("examples in documentation failed")?;
    }
    let runner = if nextest { "cargo-nextest" } else { "cargo test" };
    let what = if filter.is_empty() {
        "all tests of the workspace and all examples in documentation".to_owned()
    } else {
        format!("tests matching {}", filter.join(", "))
    };
    println!("\nxtask test: passed; {what}, by {runner}");
    Ok(())
}
