//! Volumes to look at: of a session of a drive, or in an image file.

use std::path::Path;

use discwright_cd::Lba;
use discwright_iso9660::read::{FileSource, ReadSectors, View, Volume, find_sessions};

use crate::args::{Selection, ViewName};
use crate::drive::{self, DriveName};
use crate::exit::Failure;

/// A volume, one of its views, and which session it is of.
pub(crate) struct Chosen {
    pub(crate) volume: Volume<Box<dyn ReadSectors>>,
    pub(crate) view: View,
    pub(crate) session: usize,
}

/// Opens the session that was chosen, the last one by default, on a drive or in an image file.
pub(crate) fn open(
    file: Option<&Path>,
    drive: Option<&DriveName>,
    selection: Selection,
) -> Result<Chosen, Failure> {
    let (source, starts, name) = source(file, drive)?;
    let count = starts.len();
    let session = selection.session.map_or(count, usize::from);
    let start = match session.checked_sub(1).and_then(|index| starts.get(index)) {
        Some(start) => *start,
        // Not even a first volume: opening says what is missing.
        None if count == 0 && selection.session.is_none() && file.is_some() => Lba(0),
        None if count == 0 => {
            return Err(Failure::refused(format!("{name}: there is no session on the disc")));
        }
        None => {
            return Err(Failure::refused(format!(
                "{name}: there is no session {session}, there are {count}"
            )));
        }
    };
    let volume = Volume::open(source, start).map_err(|error| Failure::refused(format!("{name}: {error}")))?;
    let view = choose_view(&volume, selection.view).ok_or_else(|| {
        let views: Vec<&str> = volume.views().map(view_name).collect();
        Failure::refused(format!("{name}: the volume has no such tree; it has {}", views.join(", ")))
    })?;
    Ok(Chosen { volume, view, session })
}

/// The sectors of an image file or of a drive's disc, the first sectors of its sessions, and what to call it.
pub(crate) fn source(file: Option<&Path>, drive: Option<&DriveName>) -> Result<Sessions, Failure> {
    match (file, drive) {
        (_, Some(name)) => {
            let opened = drive::open_to_read(name)?;
            let survey = opened.recorder.survey()?;
            let state = survey.disc.map(|disc| disc.state);
            let starts: Vec<Lba> = state
                .iter()
                .flat_map(|state| &state.sessions)
                .map(|session| session.tracks.first().map_or(session.lead_out, |track| track.start))
                .collect();
            Ok((Box::new(opened.recorder.sectors()?), starts, name.to_string()))
        }
        (Some(file), None) => {
            let refuse = |error| Failure::refused(format!("{}: {error}", file.display()));
            let source = FileSource::open(file).map_err(refuse)?;
            let starts = find_sessions(&source).map_err(refuse)?;
            Ok((Box::new(source), starts, file.display().to_string()))
        }
        (None, None) => Err(Failure::usage("name an image file or a drive")),
    }
}

/// Sectors, where sessions begin in them, and a name for words to the user.
type Sessions = (Box<dyn ReadSectors>, Vec<Lba>, String);

fn choose_view<S: ReadSectors>(volume: &Volume<S>, name: Option<ViewName>) -> Option<View> {
    let wanted = match name {
        None => return Some(volume.best_view()),
        Some(ViewName::Joliet) => View::Joliet,
        Some(ViewName::Iso) => View::Plain,
        Some(ViewName::RockRidge) => View::RockRidge,
    };
    volume.views().find(|view| *view == wanted)
}

/// The word for a view on the command line and in documents.
pub(crate) fn view_name(view: View) -> &'static str {
    match view {
        View::Plain => "iso",
        View::RockRidge => "rock-ridge",
        View::Joliet => "joliet",
        View::Enhanced => "iso-1999",
    }
}
