//! `discwright disc new`.

use std::path::PathBuf;

use clap::Args;
use discwright_drive::{Disc, MediumKind};
use serde::Serialize;

use crate::args::OutputArgs;
use crate::exit::Failure;
use crate::output::print;

#[derive(Debug, Args)]
pub(crate) struct DiscNewArgs {
    /// The disc file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The medium: `cd-r:63`, `cd-r:74`, `cd-r:80`, `cd-r:90`, `cd-r:99`; `cd-rw:74` and `cd-rw:80` (1 to 4 times),
    /// `cd-rw-hs:80` (high speed), `cd-rw-us:80` (ultra speed); `cd-rom`, which is pressed and nothing without
    /// `disc import`.
    #[arg(long, value_name = "MEDIUM", default_value = "cd-r:80")]
    medium: MediumKind,
}

#[derive(Serialize)]
struct Made {
    file: String,
    medium: String,
}

/// Makes a blank disc.
pub(super) fn new(args: DiscNewArgs, output: OutputArgs) -> Result<(), Failure> {
    let DiscNewArgs { file, medium } = args;
    Disc::create(&file, medium).map_err(Failure::refused)?;
    let made = Made { file: file.display().to_string(), medium: medium.to_string() };
    print(output, &made, |out| writeln!(out, "{}: a blank {}", made.file, made.medium))
}
