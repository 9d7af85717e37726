//! `discwright disc import`.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use discwright_drive::derive::View;
use discwright_drive::image::{
    ImageError, LastSession, import_ccd, import_cue, import_iso, import_toc, sheet_text,
};
use discwright_drive::{Disc, MediumKind};
use serde::Serialize;

use crate::args::OutputArgs;
use crate::exit::Failure;
use crate::output::print;

/// Make an emulated disc from an image: ISO, CUE with BIN or WAVE files, CCD with IMG and SUB, cdrdao's TOC.
///
/// Files that a sheet names are looked for beside it; when there is none of that name, one whose name differs in capital
/// letters alone is taken, and of the paths of other systems the last part. A sheet that makes no sense is refused with its line, and no disc is made.
#[derive(Debug, Args)]
pub(crate) struct DiscImportArgs {
    /// The image, or the sheet that describes it.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The disc file to make; an existing file is never replaced.
    #[arg(long, value_name = "DISC")]
    to: PathBuf,
    /// What the file is; by its suffix when not given.
    #[arg(long, value_enum)]
    format: Option<ImageFormat>,
    /// The medium, as in `disc new`.
    #[arg(long, value_name = "MEDIUM", default_value = "cd-rom")]
    medium: MediumKind,
    /// Leave the disc open for another session, where the medium is recordable.
    #[arg(long)]
    appendable: bool,
}

/// A format of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImageFormat {
    /// Sectors of 2048 bytes.
    Iso,
    /// CUE sheet with BIN or WAVE files.
    Cue,
    /// CCD sheet with IMG and SUB files.
    Ccd,
    /// TOC file of cdrdao.
    Toc,
}

impl ImageFormat {
    /// The format that a file's suffix names.
    pub(super) fn of(file: &Path) -> Option<Self> {
        let suffix = file.extension()?.to_str()?.to_ascii_lowercase();
        Self::from_str(&suffix, true).ok()
    }
}

#[derive(Serialize)]
struct Imported {
    file: String,
    medium: String,
    sessions: usize,
    tracks: usize,
    lead_out: Option<i32>,
}

/// Longest sheet: hundreds of tracks with texts in eight languages are far below.
const LONGEST_SHEET: u64 = 4 << 20;

pub(super) fn import(args: DiscImportArgs, output: OutputArgs) -> Result<(), Failure> {
    let unknown = || Failure::usage("the suffix names no format").advise("say which with --format");
    let format = args.format.or_else(|| ImageFormat::of(&args.file)).ok_or_else(unknown)?;
    let source = Source::open(&args.file, format).map_err(|error| named(&args.file, &error))?;
    let mut disc = Disc::create(&args.to, args.medium).map_err(Failure::refused)?;
    let last = if args.appendable { LastSession::Open } else { LastSession::Final };
    if let Err(error) = source.press(&mut disc, last) {
        drop(disc);
        let failure = named(&args.file, &error);
        // The file is this command's own, and holds no disc.
        return Err(match fs::remove_file(&args.to) {
            Ok(()) => failure,
            Err(error) => failure.advise(format!("remove {} by hand: {error}", args.to.display())),
        });
    }
    let view = View::of(disc.medium());
    let imported = Imported {
        file: args.to.display().to_string(),
        medium: args.medium.to_string(),
        sessions: view.sessions.len(),
        tracks: view.tracks.len(),
        lead_out: view.sessions.last().map(|session| session.lead_out.0),
    };
    print(output, &imported, |out| {
        let Imported { file, medium, sessions, tracks, .. } = &imported;
        writeln!(out, "{file}: a {medium} with {tracks} track(s) in {sessions} session(s)")
    })
}

fn named(file: &Path, error: &dyn core::fmt::Display) -> Failure {
    Failure::refused(format!("{}: {error}", file.display()))
}

/// An image that is open, or the text of its sheet.
enum Source<'a> {
    Iso(File),
    Sheet { format: ImageFormat, text: String, file: &'a Path },
}

impl<'a> Source<'a> {
    fn open(file: &'a Path, format: ImageFormat) -> io::Result<Self> {
        let mut open = regular(file)?;
        if format == ImageFormat::Iso {
            return Ok(Self::Iso(open));
        }
        let mut bytes = Vec::new();
        let read = open.by_ref().take(LONGEST_SHEET + 1).read_to_end(&mut bytes)?;
        if u64::try_from(read).is_ok_and(|read| read > LONGEST_SHEET) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "longer than any sheet"));
        }
        Ok(Self::Sheet { format, text: sheet_text(&bytes).into_owned(), file })
    }

    fn press(self, disc: &mut Disc, last: LastSession) -> Result<(), ImageError> {
        let (format, text, sheet) = match self {
            Self::Iso(mut image) => return import_iso(&mut image, disc, last),
            Self::Sheet { format, text, file } => (format, text, file),
        };
        let folder = sheet.parent().unwrap_or_else(|| Path::new(""));
        let files = |name: &str| beside(folder, name);
        match format {
            ImageFormat::Ccd => {
                let stem = sheet.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
                import_ccd(&text, &stem, files, disc, last)
            }
            ImageFormat::Toc => import_toc(&text, files, disc, last),
            ImageFormat::Cue | ImageFormat::Iso => import_cue(&text, files, disc, last),
        }
    }
}

/// The file of a name, by exact name or by one that differs in capitals; of a Windows path the last part alone counts.
fn beside(folder: &Path, name: &str) -> io::Result<File> {
    let error = match regular(&folder.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => error,
        other => return other,
    };
    let name = name.rsplit('\\').next().unwrap_or(name);
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut entries: Vec<_> =
        fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
    entries.sort();
    let similar = entries.iter().find(|entry| entry.to_str().is_some_and(|it| it.eq_ignore_ascii_case(name)));
    similar.map_or(Err(error), |entry| regular(&folder.join(entry)))
}

/// Opens a file; pipes and devices are refused before they can block.
fn regular(file: &Path) -> io::Result<File> {
    if fs::metadata(file)?.is_file() {
        File::open(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
    }
}
