//! The floors: programs that move the same bytes as those that race, and do nothing else.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Subcommand;
use nix::fcntl::{FcntlArg, OFlag, SpliceFFlags, fcntl, openat, splice};
use nix::sys::stat::{Mode, mkdirat};

use super::joliet::{Extent, Image, entries};

/// How much is moved by one call.
const PIECE_BYTES: usize = 1 << 20;

#[derive(Subcommand)]
pub(crate) enum Floor {
    /// Copies the bytes of all files of a folder, in walk order, into one file, inside the kernel
    Copy { source: PathBuf, target: PathBuf },
    /// The same, by reading and writing
    Cat { source: PathBuf, target: PathBuf },
    /// The same, to standard output, which is a pipe; it is made 1 MiB large
    Splice { source: PathBuf },
    /// Prints the paths of a Joliet hierarchy
    List { image: PathBuf },
    /// Copies the files of a Joliet hierarchy into a folder that exists
    Extract { image: PathBuf, target: PathBuf },
}

pub(crate) fn run(floor: &Floor) -> Result<()> {
    match floor {
        Floor::Copy { source, target } => {
            let mut target = File::create(target)?;
            each_file(source, &mut |mut file| {
                std::io::copy(&mut file, &mut target)?;
                Ok(())
            })
        }
        Floor::Cat { source, target } => cat(source, &File::create(target)?),
        Floor::Splice { source } => splice_all(source),
        Floor::List { image } => list(&Image::open(image)?),
        Floor::Extract { image, target } => extract(&Image::open(image)?, target),
    }
}

fn each_file(folder: &Path, each: &mut impl FnMut(File) -> Result<()>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            each_file(&entry.path(), each)?;
        } else if kind.is_file() {
            each(File::open(entry.path())?)?;
        }
    }
    Ok(())
}

/// Small files are gathered, so that there is one call to read each and few to write.
fn cat(source: &Path, mut target: &File) -> Result<()> {
    use std::io::Read;

    let mut buffer = vec![0; PIECE_BYTES];
    let mut filled = 0;
    each_file(source, &mut |mut file| {
        loop {
            if filled == buffer.len() {
                target.write_all(&buffer)?;
                filled = 0;
            }
            let room = buffer.get_mut(filled..).unwrap_or_default();
            let size = room.len();
            let read = file.read(room)?;
            filled += read;
            // A file that leaves room has ended; asking again would only tell so.
            if read < size {
                return Ok(());
            }
        }
    })?;
    Ok(target.write_all(buffer.get(..filled).unwrap_or_default())?)
}

fn splice_all(source: &Path) -> Result<()> {
    let out = std::io::stdout();
    let pipe = out.as_fd();
    fcntl(pipe, FcntlArg::F_SETPIPE_SZ(i32::try_from(PIECE_BYTES)?)).context("standard output is no pipe")?;
    each_file(source, &mut |file| {
        while splice(&file, None, pipe, None, PIECE_BYTES, SpliceFFlags::SPLICE_F_MOVE)? > 0 {}
        Ok(())
    })
}

fn list(image: &Image) -> Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout());
    list_below(image, image.root, &mut String::new(), &mut out)?;
    Ok(out.flush()?)
}

fn list_below(image: &Image, directory: Extent, path: &mut String, out: &mut impl Write) -> Result<()> {
    let bytes = image.directory(directory)?;
    for entry in entries(&bytes) {
        let length = path.len();
        path.push('/');
        entry.name_into(path);
        out.write_all(path.as_bytes())?;
        out.write_all(b"\n")?;
        if entry.is_directory {
            list_below(image, entry.extent, path, out)?;
        }
        path.truncate(length);
    }
    Ok(())
}

fn extract(image: &Image, target: &Path) -> Result<()> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY;
    let target = nix::fcntl::open(target, flags, Mode::empty())?;
    extract_below(image, image.root, &target, &mut vec![0; PIECE_BYTES])
}

fn extract_below(image: &Image, directory: Extent, folder: &OwnedFd, buffer: &mut [u8]) -> Result<()> {
    let bytes = image.directory(directory)?;
    let mut name = String::new();
    for entry in entries(&bytes) {
        name.clear();
        entry.name_into(&mut name);
        if entry.is_directory {
            mkdirat(folder, name.as_str(), Mode::from_bits_truncate(0o777))?;
            let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW;
            let below = openat(folder, name.as_str(), flags, Mode::empty())?;
            extract_below(image, entry.extent, &below, buffer)?;
        } else {
            let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL;
            let mut file = File::from(openat(folder, name.as_str(), flags, Mode::from_bits_truncate(0o666))?);
            image.contents(entry.extent, buffer, |piece| Ok(file.write_all(piece)?))?;
        }
    }
    Ok(())
}
