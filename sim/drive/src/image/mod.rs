//! Images in and out: ISO, CUE with BIN, CCD with IMG and SUB, cdrdao's TOC with BIN; and the map of a disc.
//!
//! An import is a pressing: it makes the whole disc at once, lead-ins and all, without a drive. A sheet is read and all
//! of its files are measured before the first sector is made, so that a sheet that is refused leaves the disc blank.

use std::io::{self, Read as _};

use thiserror::Error;

use crate::disc::{BurnError, Disc};
use crate::medium::{Form, MediumKind};
use crate::recording::NextSession;

mod ccd;
mod cue;
mod export;
mod map;
mod press;
mod sheet;
mod stamper;
mod texts;
mod toc;
mod tokens;
mod wave;
mod words;

pub use export::{CueExport, export_ccd, export_cue, export_iso, export_session_iso, export_toc};
pub use map::{Area, AreaKind, map};
pub use sheet::{SheetFiles, SheetProblem};
pub use words::sheet_text;

use self::stamper::Stamper;

/// Why an image does not become a disc, or a disc not an image.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The image could not be read, or not be written.
    #[error("image: {0}")]
    Io(#[from] io::Error),
    /// The disc took no more.
    #[error(transparent)]
    Disc(#[from] BurnError),
    /// The image ends inside a sector.
    #[error("the image ends inside a sector: {0} bytes are left")]
    PartOfSector(usize),
    /// There is nothing in it.
    #[error("the image is empty")]
    Empty,
    /// More than any disc holds.
    #[error("the image would end at sector {0}; disc time ends at sector 404849")]
    TooLong(i64),
    /// More than this disc holds.
    #[error("the lead-out would start at sector {end}; on {kind} it must start by sector {latest}")]
    DoesNotFit {
        /// Where the lead-out would start.
        end: i64,
        /// The disc's kind.
        kind: MediumKind,
        /// The last address at which it may.
        latest: discwright_cd::Lba,
    },
    /// Something is on the disc already.
    #[error("the disc to import into is not blank")]
    NotBlank,
    /// A line of the sheet makes no sense.
    #[error(transparent)]
    Sheet(Refused),
    /// The disc has no complete session.
    #[error("the disc has no complete session to export")]
    NothingToExport,
    /// There is no such session, or none that is complete.
    #[error("the disc has no complete session {0}")]
    NoSuchSession(u16),
    /// No track of what is exported holds data, and the format has room for nothing else.
    #[error(
        "there is no data track to export, and an ISO image holds data alone: choose a sheet (CUE, CCD or TOC)"
    )]
    NoDataTrack,
    /// A sector was written and cannot be read, so that the image would not be the disc.
    #[error("sector {0} is written and cannot be read: no image is made without it")]
    Unreadable(discwright_cd::Lba),
    /// The format has room for one session.
    #[error("the disc has {0} complete sessions, and the format has room for one: choose one")]
    SeveralSessions(usize),
}

/// A sheet that was refused for one of its lines.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line} of the {dialect}: {problem}")]
pub struct Refused {
    /// What kind of sheet it is.
    pub dialect: SheetDialect,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: SheetProblem,
}

/// A kind of sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SheetDialect {
    /// A CUE sheet.
    Cue,
    /// A TOC file of cdrdao.
    Toc,
    /// A CCD sheet.
    Ccd,
}

impl core::fmt::Display for SheetDialect {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Cue => "CUE sheet",
            Self::Toc => "TOC file",
            Self::Ccd => "CCD sheet",
        })
    }
}

/// What becomes of an imported disc's last session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LastSession {
    /// Nothing can follow it.
    #[default]
    Final,
    /// Another session can be appended, where the medium is recordable.
    Open,
}

impl From<LastSession> for NextSession {
    fn from(last: LastSession) -> Self {
        match last {
            LastSession::Final => Self::Absent,
            LastSession::Open => Self::Allowed,
        }
    }
}

/// Makes a disc of one data track from an ISO image.
///
/// # Errors
/// [`ImageError`] when the image is no whole number of 2048-byte sectors, or does not fit a disc.
pub fn import_iso(image: &mut impl io::Read, disc: &mut Disc, last: LastSession) -> Result<(), ImageError> {
    let mut stamper = Stamper::new(disc)?;
    stamper.begin(1, 4, 0, Form::Mode1)?;
    stamper.index(1);
    stamper.mode_1(image)?;
    stamper.end_session(0, Vec::new(), last.into())
}

/// Makes a disc from a CUE sheet and the files that it names.
///
/// # Errors
/// [`ImageError`]; [`ImageError::Sheet`] names the line.
pub fn import_cue(
    sheet: &str,
    mut files: impl SheetFiles,
    disc: &mut Disc,
    last: LastSession,
) -> Result<(), ImageError> {
    let dialect = SheetDialect::Cue;
    let refused = |(line, problem)| ImageError::Sheet(Refused { dialect, line, problem });
    let mut cue = cue::parse(sheet).map_err(refused)?;
    if let Some((line, name)) = &cue.cd_text_file {
        let packs = read_packs(&mut files, name).map_err(|problem| refused((*line, problem)))?;
        if let Some(session) = cue.sheet.sessions.first_mut() {
            session.packs = packs;
        }
    }
    press::press(dialect, &cue.sheet, &mut files, disc, last.into())
}

/// Makes a disc of one session from a TOC file of cdrdao and the files that it names.
///
/// # Errors
/// As [`import_cue`].
pub fn import_toc(
    sheet: &str,
    mut files: impl SheetFiles,
    disc: &mut Disc,
    last: LastSession,
) -> Result<(), ImageError> {
    let dialect = SheetDialect::Toc;
    let refused = |(line, problem)| ImageError::Sheet(Refused { dialect, line, problem });
    let sheet = toc::parse(sheet).map_err(refused)?;
    press::press(dialect, &sheet, &mut files, disc, last.into())
}

/// Makes a disc from a CCD sheet, `STEM.img` and, if it can be opened, `STEM.sub`.
///
/// # Errors
/// As [`import_cue`].
pub fn import_ccd(
    sheet: &str,
    stem: &str,
    mut files: impl SheetFiles,
    disc: &mut Disc,
    last: LastSession,
) -> Result<(), ImageError> {
    let dialect = SheetDialect::Ccd;
    let refused = |(line, problem)| ImageError::Sheet(Refused { dialect, line, problem });
    let subchannels = format!("{stem}.sub");
    let subchannels = files.open(&subchannels).is_ok().then_some(subchannels);
    let names = ccd::Names { image: format!("{stem}.img"), subchannels };
    let sheet = ccd::parse(sheet, &names).map_err(refused)?;
    press::press(dialect, &sheet, &mut files, disc, last.into())
}

/// The packs of a CDTEXTFILE: 18 bytes each, with the header of READ TOC before them or a zero behind them in some
/// writers' files.
fn read_packs(files: &mut impl SheetFiles, name: &str) -> Result<Vec<[u8; 18]>, SheetProblem> {
    const MOST_BYTES: u64 = 2_048 * 18 + 4;
    let failed = |error: io::Error| SheetProblem::Open(format!("{name}: {error}"));
    let mut bytes = Vec::new();
    let file = files.open(name).map_err(failed)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    let packs = if bytes.len() % 18 == 4 { bytes.get(4..).unwrap_or_default() } else { &bytes };
    let (packs, rest) = packs.as_chunks::<18>();
    let are_packs = packs.iter().all(|pack| pack.first().is_some_and(|kind| kind & 0xF0 == 0x80));
    if packs.is_empty() || !are_packs || !matches!(rest, [] | [0]) || packs.len() > 2_048 {
        return Err(SheetProblem::Text(format!("{name} holds no packs of 18 bytes")));
    }
    Ok(packs.to_vec())
}
