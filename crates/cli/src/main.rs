//! The program `discwright`: burns, appends, reads and lists CDs, and makes emulated ones.

mod args;
mod cancel;
mod command;
mod drive;
mod environment;
mod exit;
mod output;
mod progress;
mod volume;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use crate::args::{Cli, Command, OutputArgs};
use crate::exit::Failure;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") => {
            return Failure::usage(error.to_string().trim_end()).report(true);
        }
        Err(error) => error.exit(),
    };
    let output = cli.output;
    start_tracing(output);
    let result = match cli.command {
        Command::Run(args) => match command::run::run(*args, output) {
            Ok(status) => return status,
            Err(failure) => Err(failure),
        },
        Command::Burn(args) => command::burn::run(*args, output),
        Command::Info(args) => command::info::run(args, output),
        Command::Ls(args) => command::ls::run(args, output),
        Command::Extract(args) => command::extract::run(args, output),
        Command::Image(args) => command::image::run(*args, output),
        Command::Read(args) => command::read::run(args, output),
        Command::Disc(disc) => command::disc::run(disc, output),
        Command::Check(args) => command::check::run(args, output),
        Command::Cdb(args) => command::cdb::run(args, output),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(output.json),
    }
}

/// `RUST_LOG` decides where it is set; else `-q`, or as many `-v` as were given.
fn start_tracing(output: OutputArgs) {
    let levels = ["warn", "info", "debug", "trace"];
    let level =
        if output.quiet { &"error" } else { levels.get(usize::from(output.verbose)).unwrap_or(&"trace") };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let ansi = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        .without_time()
        .with_target(output.verbose > 0)
        .init();
}
