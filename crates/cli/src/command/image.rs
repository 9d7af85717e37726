//! `discwright image`.

use core::ops::ControlFlow;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use discwright_burn::CancelToken;
use discwright_cd::area;
use discwright_iso9660::image::Image;
use discwright_iso9660::layout::layout;
use discwright_iso9660::names::joliet;
use discwright_iso9660::tree::Tree;
use discwright_iso9660::tree::scan::{ScanError, ScanOptions, Skipped, scan};
use serde::Serialize;

use crate::args::{ImageArgs, OutputArgs};
use crate::cancel;
use crate::environment;
use crate::exit::Failure;
use crate::output::{part_of, print, refuse_disc_file};

/// Sectors that go into a device or a pipe at a time.
const STREAM_SECTORS: u32 = 512;

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
    let cancel = cancel::on_interrupt()?;
    refuse_disc_file(&args.output)?;
    let options = ScanOptions { overwrite: args.overwrite, ..ScanOptions::default() };
    let staged = scan(&args.paths, options, &mut |_| match cancel.is_cancelled() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    })
    .map_err(|error| match error {
        ScanError::Cancelled => Failure::cancelled("cancelled; no image was written"),
        other => Failure::refused(other),
    })?;
    refuse_skipped(&args.paths, &staged.skipped)?;
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
    write(&mut image, &args.output, &cancel)?;

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

/// What was named itself cannot be left out: nobody would look for it in a warning.
pub(crate) fn refuse_skipped(paths: &[PathBuf], skipped: &[Skipped]) -> Result<(), Failure> {
    match skipped.iter().find(|skipped| paths.contains(&skipped.path)) {
        None => Ok(()),
        Some(named) => Err(Failure::refused(format!("{}: {}", named.path.display(), named.reason))),
    }
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

/// Writes beside the target and renames, so that a failed image never takes the place of a good one; a device or a pipe
/// is written to as it is.
fn write(image: &mut Image, target: &Path, cancel: &CancelToken) -> Result<(), Failure> {
    let refuse = |error: &dyn core::fmt::Display| Failure::refused(format!("{}: {error}", target.display()));
    if std::fs::metadata(target).is_ok_and(|it| !it.is_file()) {
        let mut out = OpenOptions::new().write(true).open(target).map_err(|error| refuse(&error))?;
        return stream(image, &mut out).map_err(|error| refuse(&error));
    }
    let part = part_of(target)?;
    let written = File::create(&part).map_err(|error| refuse(&error)).and_then(|file| {
        image.write_to(&file).map_err(|error| refuse(&error))?;
        if cancel.is_cancelled() {
            return Err(Failure::cancelled("cancelled; the image was not kept"));
        }
        std::fs::rename(&part, target).map_err(|error| refuse(&error))
    });
    if written.is_err() {
        // Nothing is lost if this fails too: the error that matters is the first.
        let _ = std::fs::remove_file(&part);
    }
    written
}

fn stream(image: &mut Image, out: &mut impl io::Write) -> io::Result<()> {
    let mut chunk = vec![0; usize::try_from(STREAM_SECTORS).unwrap_or(16) * area::USER_BYTES];
    let sectors = image.sectors();
    let mut at = 0;
    while at < sectors {
        let now = STREAM_SECTORS.min(sectors - at);
        let part = chunk.get_mut(..usize::try_from(now).unwrap_or(0) * area::USER_BYTES).unwrap_or_default();
        image.fill(at, part).map_err(io::Error::other)?;
        out.write_all(part)?;
        at += now;
    }
    out.flush()
}
