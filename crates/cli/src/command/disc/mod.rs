//! `discwright disc`.

use clap::Subcommand;

use crate::args::OutputArgs;
use crate::exit::Failure;

mod export;
mod import;
mod new;
mod show;

#[derive(Debug, Subcommand)]
pub(crate) enum DiscCommand {
    /// Make a fresh emulated disc; an existing file is never replaced.
    New(new::DiscNewArgs),
    Import(import::DiscImportArgs),
    Export(export::DiscExportArgs),
    /// Show the physical map of an emulated disc: every area with its address range.
    Show(show::DiscShowArgs),
}

pub(crate) fn run(command: DiscCommand, output: OutputArgs) -> Result<(), Failure> {
    match command {
        DiscCommand::New(args) => new::new(args, output),
        DiscCommand::Import(args) => import::import(args, output),
        DiscCommand::Export(args) => export::export(args, output),
        DiscCommand::Show(args) => show::show(args, output),
    }
}
