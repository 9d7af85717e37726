//! Putting an image, or a session behind others, into a file, a device or a pipe.

use core::ops::ControlFlow;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom};
use std::os::fd::AsFd as _;
use std::path::Path;

use discwright_burn::CancelToken;
use discwright_iso9660::format::SECTOR_BYTES;
use discwright_iso9660::image::{Image, ImageError, Progress};

use crate::exit::Failure;
use crate::output::{Destination, NewFile};

/// Where the image goes, behind all symbolic links.
pub(crate) fn destination(target: &Path) -> Result<Destination, Failure> {
    Destination::of(target).map_err(|error| Failure::refused(format!("{}: {error}", target.display())))
}

/// Writes beside a file and renames, so that a failed image never takes the place of a good one; a device or a pipe
/// is written to as it is. With a base, its bytes come first and zeros up to the session's start.
pub(crate) fn write(
    image: &mut Image,
    base: Option<&Path>,
    destination: &Destination,
    cancel: &CancelToken,
) -> Result<(), Failure> {
    let stop =
        |_: u32| if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let written = match destination {
        Destination::File(place) => replace(image, base, place, &stop),
        Destination::Stdout => {
            let out = io::stdout().as_fd().try_clone_to_owned().map_err(ImageError::Write);
            out.and_then(|out| stream(image, base, &out.into(), &stop))
        }
        Destination::InPlace(path) => {
            // An end of what was there before would belong to no image.
            let out = OpenOptions::new().write(true).truncate(true).open(path).map_err(ImageError::Write);
            out.and_then(|out| stream(image, base, &out, &stop))
        }
    };
    written.map_err(|error| match error {
        ImageError::Cancelled => Failure::cancelled("cancelled; the image was not kept"),
        ImageError::Write(error) => Failure::refused(format!("{destination}: {error}")),
        other => Failure::refused(other),
    })
}

fn replace(
    image: &mut Image,
    base: Option<&Path>,
    place: &Path,
    stop: Progress<'_>,
) -> Result<(), ImageError> {
    let mut new = NewFile::create(place).map_err(ImageError::Write)?;
    let file = new.file();
    match base {
        None => image.write_to_with(&*file, stop)?,
        Some(base) => {
            let start = image.layout().start().0;
            let bytes = u64::try_from(start).unwrap_or(0) * SECTOR_BYTES as u64;
            copy_file(base, file, bytes).map_err(ImageError::Write)?;
            image.stream_to_with(&*file, stop)?;
        }
    }
    new.keep().map_err(ImageError::Write)
}

fn stream(image: &mut Image, base: Option<&Path>, out: &File, stop: Progress<'_>) -> Result<(), ImageError> {
    if let Some(base) = base {
        let start = image.layout().start().0;
        copy(base, out, start).map_err(ImageError::Write)?;
    }
    image.stream_to_with(out, stop)
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
