//! Drives by name.

use core::str::FromStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use discwright_drive::{Disc, DiscFileError, MediumKind, Recorder};
use discwright_imapi::{DiscMaster, DiscRecorder, DriveProvider, Format, JolietDiscMaster};
use discwright_transport::{Trace, Transport, TransportError};

use crate::environment;
use crate::exit::Failure;

/// The name of a drive as the command line takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DriveName {
    /// `sim:FILE`: an emulated recorder whose disc lives in a file.
    Emulated(PathBuf),
}

impl FromStr for DriveName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name.split_once(':') {
            Some(("sim", "")) => Err("sim: needs the file the disc lives in, as in sim:demo.disc".into()),
            Some(("sim", file)) => Ok(Self::Emulated(file.into())),
            _ if name.starts_with('/') => {
                Err(format!("{name}: real drives are not supported yet; use sim:FILE for an emulated one"))
            }
            _ => Err(format!("{name:?} is not a drive; use sim:FILE")),
        }
    }
}

impl fmt::Display for DriveName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Emulated(file) => write!(f, "sim:{}", file.display()),
        }
    }
}

/// The one drive that the command line names.
struct OneDrive(DriveName);

impl DriveProvider for OneDrive {
    fn paths(&mut self) -> Vec<String> {
        vec![self.0.to_string()]
    }

    fn open(&mut self, _: &str) -> Result<Box<dyn Transport + Send>, TransportError> {
        let DriveName::Emulated(file) = &self.0;
        let disc = open_or_make(file).map_err(|error| {
            let kind = match error {
                DiscFileError::InUse { .. } => io::ErrorKind::ResourceBusy,
                _ => io::ErrorKind::Other,
            };
            io::Error::new(kind, error.to_string())
        })?;
        Ok(Box::new(Trace::new(Recorder::with_disc(disc))))
    }
}

/// The disc in `file`; a blank 80-minute CD-R when there is no such file.
pub(crate) fn open_or_make(file: &Path) -> Result<Disc, DiscFileError> {
    if file.try_exists().unwrap_or(true) { Disc::open(file) } else { Disc::create(file, MediumKind::CdR80) }
}

/// A master with the Joliet format active, and the recorder that the command line names.
pub(crate) struct Opened {
    pub(crate) master: DiscMaster,
    pub(crate) joliet: JolietDiscMaster,
    pub(crate) recorder: DiscRecorder,
}

/// Opens the drive to read what is there: a name with a slip in it makes no disc.
pub(crate) fn open_to_read(name: &DriveName) -> Result<Opened, Failure> {
    let DriveName::Emulated(file) = name;
    if !file.try_exists().unwrap_or(true) {
        let problem = format!("{}: there is no such disc", file.display());
        return Err(Failure::refused(problem).advise("burn makes a blank disc, and so does disc new"));
    }
    open(name)
}

/// Opens the drive as an IMAPI program does.
pub(crate) fn open(name: &DriveName) -> Result<Opened, Failure> {
    // A date that no session can carry is refused before the drive moves.
    environment::now()?;
    let provider = OneDrive(name.clone());
    let master = match environment::fixed() {
        Some(fixed) => DiscMaster::with_environment(provider, fixed),
        None => DiscMaster::new(provider),
    };
    master.open()?;
    let joliet = master.set_active_disc_master_format(Format::Joliet)?;
    let recorder = master.enum_disc_recorders()?.into_iter().next();
    let recorder = recorder.ok_or_else(|| Failure::refused(format!("{name}: there is no such drive")))?;
    Ok(Opened { master, joliet, recorder })
}
