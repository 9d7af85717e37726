//! `discwright disc export`.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use discwright_drive::Disc;
use discwright_drive::image::{
    CueExport, ImageError, export_ccd, export_cue, export_iso, export_session_iso, export_toc,
};
use serde::Serialize;

use super::import::ImageFormat;
use crate::args::OutputArgs;
use crate::exit::Failure;
use crate::output::print;

/// Write the complete sessions of an emulated disc as an image: ISO, CUE with BIN, CCD with IMG and SUB, cdrdao's TOC.
///
/// Beside a CUE sheet come its BIN file and, with CD-TEXT, a CDT file; beside a CCD sheet IMG and SUB; beside a TOC file
/// its BIN. None of them may exist. A TOC file has room for one session. An ISO image of the whole disc has every sector at
/// its address; with --session it begins with that session's first track.
#[derive(Debug, Args)]
pub(crate) struct DiscExportArgs {
    /// The disc file.
    #[arg(value_name = "DISC")]
    disc: PathBuf,
    /// The image or sheet to write.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// What to write; by the suffix when not given.
    #[arg(long, value_enum)]
    format: Option<ImageFormat>,
    /// One session alone (ISO and TOC).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    session: Option<u16>,
}

#[derive(Serialize)]
struct Exported {
    files: Vec<String>,
    /// Address of the first sector, for the image of one session.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<i32>,
}

pub(super) fn export(args: DiscExportArgs, output: OutputArgs) -> Result<(), Failure> {
    let unknown = || Failure::usage("the suffix names no format").advise("say which with --format");
    let format = args.format.or_else(|| ImageFormat::of(&args.to)).ok_or_else(unknown)?;
    if args.session.is_some() && matches!(format, ImageFormat::Cue | ImageFormat::Ccd) {
        return Err(Failure::usage("--session is for ISO images and TOC files"));
    }
    let mut disc = Disc::open(&args.disc).map_err(Failure::refused)?;
    let mut files = NewFiles::default();
    let exported =
        write(&mut disc, format, &args, &mut files).and_then(|first| files.finish().map(|()| first));
    let first = exported.inspect_err(|_| files.remove())?;
    let names = files.0.iter().map(|(name, _)| name.display().to_string()).collect();
    let exported = Exported { files: names, first };
    print(output, &exported, |out| exported.files.iter().try_for_each(|file| writeln!(out, "{file}")))
}

fn write(
    disc: &mut Disc,
    format: ImageFormat,
    args: &DiscExportArgs,
    files: &mut NewFiles,
) -> Result<Option<i32>, Failure> {
    let to = &args.to;
    let wrong = |error: ImageError| Failure::refused(format!("{}: {error}", args.disc.display()));
    let beside = |suffix: &str| to.with_extension(suffix);
    let name = |file: &Path| file.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let sheet = match format {
        ImageFormat::Iso => {
            let image = files.create(to)?;
            return match args.session {
                None => export_iso(disc, image).map(|()| None).map_err(wrong),
                Some(session) => {
                    export_session_iso(disc, session, image).map(|lba| Some(lba.0)).map_err(wrong)
                }
            };
        }
        ImageFormat::Toc => {
            files.create(to)?;
            let bin = beside("bin");
            export_toc(disc, args.session, files.create(&bin)?, &name(&bin)).map_err(wrong)?
        }
        ImageFormat::Ccd => {
            files.create(to)?;
            files.create(&beside("img"))?;
            files.create(&beside("sub"))?;
            let [_, (_, image), (_, subchannels)] = files.0.as_mut_slice() else { return Ok(None) };
            export_ccd(disc, image, subchannels).map_err(wrong)?
        }
        ImageFormat::Cue => {
            files.create(to)?;
            let stem = to.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let CueExport { sheet, cd_text } =
                export_cue(disc, files.create(&beside("bin"))?, &stem).map_err(wrong)?;
            if !cd_text.is_empty() {
                let file = beside("cdt");
                files.create(&file)?.write_all(&cd_text).map_err(|error| failed(&file, &error))?;
            }
            sheet
        }
    };
    match files.0.first_mut() {
        Some((file, out)) => out.write_all(sheet.as_bytes()).map_err(|error| failed(file, &error))?,
        None => return Ok(None),
    }
    Ok(None)
}

fn failed(file: &Path, error: &io::Error) -> Failure {
    Failure::refused(format!("{}: {error}", file.display()))
}

/// Files that this command made.
#[derive(Default)]
struct NewFiles(Vec<(PathBuf, io::BufWriter<File>)>);

impl NewFiles {
    /// Makes a file that does not exist.
    fn create(&mut self, file: &Path) -> Result<&mut io::BufWriter<File>, Failure> {
        let open = File::create_new(file).map_err(|error| failed(file, &error))?;
        self.0.push((file.to_owned(), io::BufWriter::with_capacity(1 << 20, open)));
        let (_, out) = self.0.last_mut().ok_or_else(|| Failure::refused("no file"))?;
        Ok(out)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.0.iter_mut().try_for_each(|(file, out)| out.flush().map_err(|error| failed(file, &error)))
    }

    /// Takes the files away again; they hold no whole image.
    fn remove(&mut self) {
        for (file, out) in self.0.drain(..) {
            drop(out.into_parts());
            // What cannot be removed stays, and the failure that led here is told.
            let _ = fs::remove_file(file);
        }
    }
}
