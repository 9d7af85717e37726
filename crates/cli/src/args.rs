//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use discwright_iso9660::read::Links;

use crate::command::burn::BurnArgs;
use crate::command::cdb::CdbArgs;
use crate::command::check::CheckArgs;
use crate::command::disc::DiscCommand;
use crate::command::image::ImageArgs;
use crate::command::run::RunArgs;
use crate::drive::DriveName;

/// Burns, appends, reads and checks CDs; multi-session first.
///
/// Drives are named `sim:FILE`: an emulated recorder whose disc lives in FILE. What writes makes FILE as a blank 80-minute
/// CD-R when it does not exist.
///
/// Exit status: 0 done; 1 `check` found errors, or `ls` such that it may not have seen all; 2 usage; 3 refused or failed
/// before anything was written; 4 failed after writing began, or `extract` left something out; 130 cancelled.
#[derive(Debug, Parser)]
#[command(name = "discwright", version, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How to talk.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct OutputArgs {
    /// Print one JSON document on standard output, with stable keys.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print nothing but errors.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Trace what happens on standard error; twice for every command sent to the drive, three times for all.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Burn(Box<BurnArgs>),
    /// Show the disc: state, sessions, tracks, free space, and what one more session costs.
    Info(DriveArgs),
    /// List the tree of a session or of an image file.
    Ls(LsArgs),
    /// Copy files out of a session or of an image file.
    Extract(ExtractArgs),
    Check(CheckArgs),
    Image(Box<ImageArgs>),
    /// Copy the disc's data, LBA 0 to the end of the last session, into a file; gaps become zeros.
    Read(ReadArgs),
    /// Emulated discs.
    #[command(subcommand)]
    Disc(DiscCommand),
    Run(Box<RunArgs>),
    Cdb(CdbArgs),
}

/// Which drive.
#[derive(Clone, Debug, Args)]
pub(crate) struct DriveArgs {
    /// The drive: `sim:FILE`.
    #[arg(long, value_name = "DRIVE")]
    pub(crate) drive: DriveName,
}

/// Which tree of which session.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Selection {
    /// Session, counted from 1; the last one when not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) session: Option<u16>,
    /// Which of the volume's trees; the richest when not given.
    #[arg(long, value_enum)]
    pub(crate) view: Option<ViewName>,
}

/// A tree of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ViewName {
    /// Joliet names.
    Joliet,
    /// Plain ISO 9660 names.
    Iso,
    /// POSIX names and attributes.
    RockRidge,
}

#[derive(Debug, Args)]
pub(crate) struct LsArgs {
    /// An image file.
    #[arg(value_name = "FILE.iso", required_unless_present = "drive", conflicts_with = "drive")]
    pub(crate) file: Option<PathBuf>,
    /// The drive: `sim:FILE`.
    #[arg(long, value_name = "DRIVE")]
    pub(crate) drive: Option<DriveName>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Also print size, time and first sector.
    #[arg(short, long)]
    pub(crate) long: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExtractArgs {
    /// An image file, when no drive is given; then paths inside the volume to choose (all when none).
    #[arg(value_name = "FILE.iso | PATH")]
    pub(crate) operands: Vec<String>,
    /// The drive: `sim:FILE`.
    #[arg(long, value_name = "DRIVE")]
    pub(crate) drive: Option<DriveName>,
    /// Where to copy to; made when missing.
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Which symbolic links to make: those that lead to a place inside the target, all, or none.
    #[arg(long, value_enum, default_value_t = LinksArg::Inside)]
    pub(crate) links: LinksArg,
    #[command(flatten)]
    pub(crate) selection: Selection,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LinksArg {
    Inside,
    All,
    None,
}

impl From<LinksArg> for Links {
    fn from(links: LinksArg) -> Self {
        match links {
            LinksArg::Inside => Self::Inside,
            LinksArg::All => Self::All,
            LinksArg::None => Self::None,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    #[command(flatten)]
    pub(crate) drive: DriveArgs,
    /// The file to write; replaced when it exists.
    #[arg(short, long, value_name = "FILE.iso")]
    pub(crate) output: PathBuf,
}
