//! `discwright disc new`.

use discwright_drive::Disc;
use serde::Serialize;

use crate::args::{DiscNewArgs, OutputArgs};
use crate::exit::Failure;
use crate::output::print;

#[derive(Serialize)]
struct Made {
    file: String,
    medium: String,
}

/// Makes a blank disc in a file that must not exist.
pub(crate) fn new(args: DiscNewArgs, output: OutputArgs) -> Result<(), Failure> {
    let DiscNewArgs { file, medium } = args;
    Disc::create(&file, medium).map_err(Failure::refused)?;
    let made = Made { file: file.display().to_string(), medium: medium.to_string() };
    print(output, &made, |out| writeln!(out, "{}: a blank {}", made.file, made.medium))
}
