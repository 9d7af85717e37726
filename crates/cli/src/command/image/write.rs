//! Putting an image, or a session behind others, into a file, a device or a pipe.

use core::ops::ControlFlow;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom};
use std::os::fd::AsFd as _;
use std::path::Path;

use discwright_burn::CancelToken;
use discwright_iso9660::format::SECTOR_BYTES;
use discwright_iso9660::image::{Image, ImageError};

use crate::exit::Failure;
use crate::output::NewFile;

/// Writes beside the target and renames, so that a failed image never takes the place of a good one; a device or a pipe
/// is written to as it is. With a base, its bytes come first and zeros up to the session's start.
pub(crate) fn write(
    image: &mut Image,
    base: Option<&Path>,
    target: &Path,
    cancel: &CancelToken,
) -> Result<(), Failure> {
    let refuse = |error: &dyn core::fmt::Display| Failure::refused(format!("{}: {error}", target.display()));
    let stop =
        |_: u32| if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let failed = |error: ImageError| match error {
        ImageError::Cancelled => Failure::cancelled("cancelled; the image was not kept"),
        other => refuse(&other),
    };
    if is_stream(target) {
        let out = open_stream(target).map_err(|error| refuse(&error))?;
        if let Some(base) = base {
            let start = image.layout().start().0;
            copy(base, &out, start).map_err(|error| refuse(&error))?;
        }
        return image.stream_to_with(&out, &stop).map_err(failed);
    }
    let mut new = NewFile::create(target).map_err(|error| refuse(&error))?;
    let file = new.file();
    match base {
        None => image.write_to_with(&*file, &stop).map_err(failed)?,
        Some(base) => {
            let start = image.layout().start().0;
            let bytes = u64::try_from(start).unwrap_or(0) * SECTOR_BYTES as u64;
            copy_file(base, file, bytes).map_err(|error| refuse(&error))?;
            image.stream_to_with(&*file, &stop).map_err(failed)?;
        }
    }
    new.keep().map_err(|error| refuse(&error))
}

/// Whether standard output gets the image.
pub(crate) fn is_stdout(target: &Path) -> bool {
    target == Path::new("-")
}

/// Whether the target is no file, but standard output, a device or a pipe.
pub(crate) fn is_stream(target: &Path) -> bool {
    is_stdout(target) || std::fs::metadata(target).is_ok_and(|it| !it.is_file())
}

fn open_stream(target: &Path) -> io::Result<File> {
    if is_stdout(target) {
        return Ok(io::stdout().as_fd().try_clone_to_owned()?.into());
    }
    OpenOptions::new().write(true).open(target)
}

/// Copies the base into a file and leaves the file at the session's start.
fn copy_file(base: &Path, file: &mut File, start_bytes: u64) -> io::Result<()> {
    // The kernel copies by itself where it can.
    io::copy(&mut File::open(base)?, file)?;
    file.set_len(start_bytes)?;
    file.seek(SeekFrom::Start(start_bytes))?;
    Ok(())
}

/// Copies the base into what cannot be positioned, with zeros up to the session's start.
fn copy(base: &Path, mut out: &File, start: i32) -> io::Result<()> {
    use std::io::{Read as _, Write as _};
    let bytes = u64::try_from(start).unwrap_or(0) * SECTOR_BYTES as u64;
    let copied = io::copy(&mut File::open(base)?.take(bytes), &mut out)?;
    io::copy(&mut io::repeat(0).take(bytes - copied), &mut out)?;
    out.flush()
}
