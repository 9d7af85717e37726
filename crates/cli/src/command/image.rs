//! `discwright image`.

use core::ops::ControlFlow;
use std::fs::File;
use std::path::Path;

use discwright_iso9660::image::Image;
use discwright_iso9660::layout::layout;
use discwright_iso9660::names::joliet;
use discwright_iso9660::tree::Tree;
use discwright_iso9660::tree::scan::{ScanOptions, Skipped, scan};
use serde::Serialize;

use crate::args::{ImageArgs, OutputArgs};
use crate::environment;
use crate::exit::Failure;
use crate::output::print;

#[derive(Serialize)]
struct Written {
    file: String,
    volume_name: String,
    sectors: u32,
    bytes: u64,
    files: u32,
    folders: u32,
    skipped: Vec<Left>,
}

/// A path that was left out.
#[derive(Serialize)]
pub(crate) struct Left {
    path: String,
    reason: String,
}

impl core::fmt::Display for Left {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} ({})", self.path, self.reason)
    }
}

impl From<&Skipped> for Left {
    fn from(skipped: &Skipped) -> Self {
        Self { path: skipped.path.display().to_string(), reason: skipped.reason.to_string() }
    }
}

/// Lays the paths out and writes the image to a file.
pub(crate) fn run(args: ImageArgs, output: OutputArgs) -> Result<(), Failure> {
    let options = ScanOptions { overwrite: args.overwrite, ..ScanOptions::default() };
    let staged = scan(&args.paths, options, &mut |_| ControlFlow::Continue(())).map_err(Failure::refused)?;
    check_names(&staged.tree, args.adapt_names)?;
    let counts = staged.tree.counts();
    let now = environment::now();
    let options =
        discwright_imapi::image_options(args.volume_name.as_deref(), now).map_err(Failure::usage)?;
    let layout = layout(staged.tree, &options).map_err(Failure::refused)?;
    for changed in layout.changed_names().filter(|changed| changed.in_joliet) {
        tracing::warn!("{} becomes {:?}: {}", changed.path, changed.new_name, changed.change);
    }
    let mut image = Image::new(layout);
    write(&mut image, &args.output)?;

    let written = Written {
        file: args.output.display().to_string(),
        volume_name: options.volume.name.clone(),
        sectors: image.sectors(),
        bytes: u64::from(image.sectors()) * 2048,
        files: counts.files,
        folders: counts.directories,
        skipped: staged.skipped.iter().map(Left::from).collect(),
    };
    for left in &written.skipped {
        tracing::warn!("{left} is left out");
    }
    print(output, &written, |out| {
        let Written { file, sectors, bytes, files, folders, .. } = &written;
        writeln!(out, "{file}: {files} files in {folders} folders, {sectors} sectors, {bytes} bytes")
    })
}

fn check_names(tree: &Tree, adapt: bool) -> Result<(), Failure> {
    if adapt {
        return Ok(());
    }
    for entry in tree.walk(Tree::ROOT) {
        joliet::check(entry.name(), joliet::UNITS).map_err(|error| {
            Failure::refused(format!("{}: {error}", entry.path()))
                .advise("rename it, or let --adapt-names change it")
        })?;
    }
    Ok(())
}

/// Writes beside the target and renames, so that a failed image never takes the place of a good one.
fn write(image: &mut Image, target: &Path) -> Result<(), Failure> {
    let refuse = |error: &dyn core::fmt::Display| Failure::refused(format!("{}: {error}", target.display()));
    let mut name =
        target.file_name().ok_or_else(|| Failure::usage("the image needs a file name"))?.to_owned();
    name.push(".part");
    let part = target.with_file_name(name);
    let written = File::create(&part).map_err(|error| refuse(&error)).and_then(|file| {
        image.write_to(&file).map_err(|error| refuse(&error))?;
        std::fs::rename(&part, target).map_err(|error| refuse(&error))
    });
    if written.is_err() {
        // Nothing is lost if this fails too: the error that matters is the first.
        let _ = std::fs::remove_file(&part);
    }
    written
}
