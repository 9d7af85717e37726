//! Chores of the project, `cargo xtask CHORE`: whatever CI runs can be run here by the same name.

mod bench;
mod ci;
mod fuzz;
mod layers;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xshell::Shell;

/// Chores of the project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// All tests of the workspace, documentation examples included
    Test {
        /// Names to filter by; all tests without one
        filter: Vec<String>,
    },
    /// All checks but the tests: format, lints, layers, tidiness, docs, licences, fuzz targets
    Ci,
    /// Who depends on whom, against the architecture
    Layers,
    /// House style: file length, READMEs, words, fuzz corpora
    Tidy,
    /// Criterion benchmarks, or a race against other programs
    Bench(bench::BenchArgs),
    /// Build all fuzz targets, or run one
    Fuzz {
        /// The target to run
        target: Option<String>,
        /// How long to run it, in seconds
        #[arg(long, default_value_t = 60, requires = "target")]
        seconds: u64,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> Result<()> {
    let shell = Shell::new()?;
    shell.change_dir(workspace::root());
    match chore {
        Chore::Test { filter } => test::run(&shell, &filter),
        Chore::Ci => ci::run(&shell),
        Chore::Layers => layers::run(&shell),
        Chore::Tidy => tidy::run(&shell),
        Chore::Bench(args) => bench::run(&shell, &args),
        Chore::Fuzz { target: None, .. } => fuzz::build(&shell),
        Chore::Fuzz { target: Some(target), seconds } => fuzz::run(&shell, &target, seconds),
    }
}
