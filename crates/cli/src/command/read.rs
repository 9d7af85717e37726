//! `discwright read`.

use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use discwright_cd::{Lba, area};
use discwright_iso9660::read::ReadSectors;
use discwright_plan::{DiscState, Session, Track};
use serde::Serialize;

use crate::args::{OutputArgs, ReadArgs};
use crate::cancel;
use crate::drive;
use crate::exit::Failure;
use crate::output::{Destination, NewFile, print, refuse_disc_file};
use crate::progress::Progress;

/// Sectors read at a time.
const CHUNK_SECTORS: u32 = 512;

#[derive(Serialize)]
struct Copied {
    file: String,
    sectors: u32,
    sessions: Vec<Start>,
    /// Sectors that are zeros because they cannot be read: gaps between sessions, run-out blocks, audio.
    gaps: Vec<Gap>,
}

/// Where a session can be loaded from.
#[derive(Serialize)]
struct Start {
    session: u16,
    start: i32,
    sectors: u32,
}

/// A range of zeros.
#[derive(Serialize)]
struct Gap {
    start: i32,
    sectors: u32,
    what: &'static str,
}

/// Copies the disc's data; whatever lies between is a hole in the file, and reads as zeros.
pub(crate) fn run(args: ReadArgs, output: OutputArgs) -> Result<(), Failure> {
    let cancel = cancel::on_interrupt()?;
    refuse_disc_file(&args.output)?;
    let progress = Progress::new(output);
    progress.phase("reading the disc");
    let opened = drive::open_to_read(&args.drive.drive)?;
    let disc =
        opened.recorder.survey()?.disc.ok_or_else(|| {
            Failure::refused(format!("{}: there is no disc in the drive", args.drive.drive))
        })?;
    let end =
        disc.state.sessions.last().map(|session| session.lead_out).ok_or_else(|| {
            Failure::refused(format!("{}: there is no session on the disc", args.drive.drive))
        })?;
    let target = Target::create(&args.output, end)?;
    let sectors = opened.recorder.sectors()?;
    let mut copy = Copy { sectors: &sectors, target, gaps: Vec::new(), end };
    let result = copy.sessions(&disc.state, |at| {
        progress.sectors("reading", u64::try_from(at.0).unwrap_or(0), u64::try_from(end.0).unwrap_or(0));
        !cancel.is_cancelled()
    });
    progress.finish();
    let Copy { target, gaps, .. } = copy;
    // Half a copy looks like a whole one: a failure drops it.
    result?;
    target.keep()?;
    let copied = Copied {
        file: args.output.display().to_string(),
        sectors: u32::try_from(end.0).unwrap_or(0),
        sessions: disc.state.sessions.iter().map(start).collect(),
        gaps,
    };
    print(output, &copied, |out| tell(out, &copied))
}

fn start(session: &Session) -> Start {
    let start = session.tracks.first().map_or(session.lead_out, |track| track.start);
    let sectors = session.lead_out.sectors_since(start).unwrap_or(0);
    Start { session: session.number, start: start.0, sectors }
}

fn tell(out: &mut dyn io::Write, copied: &Copied) -> io::Result<()> {
    writeln!(out, "{}: {} sectors, {} session(s)", copied.file, copied.sectors, copied.sessions.len())?;
    for Start { session, start, sectors } in &copied.sessions {
        writeln!(out, "  session {session} starts at {start}, {sectors} sectors")?;
    }
    Ok(())
}

struct Copy<'a> {
    sectors: &'a dyn ReadSectors,
    target: Target,
    gaps: Vec<Gap>,
    end: Lba,
}

impl Copy<'_> {
    fn sessions(&mut self, state: &DiscState, mut go_on: impl FnMut(Lba) -> bool) -> Result<(), Failure> {
        let mut at = Lba(0);
        let last = |session: &Session| session.tracks.len().saturating_sub(1);
        let tracks = state.sessions.iter().flat_map(|session| {
            session.tracks.iter().enumerate().map(move |(index, track)| (track, index == last(session)))
        });
        for (track, is_last) in tracks {
            self.gap(at, track.start, "between tracks");
            if track.mode.is_data() {
                // A track written track-at-once ends with run-out blocks, and up to the next one's start with its
                // pregap: they count, and cannot be read.
                let tail = area::RUN_OUT + if is_last { 0 } else { area::PREGAP };
                self.track(track, tail, &mut go_on)?;
            } else {
                self.gap(track.start, track.end(), "audio");
            }
            at = track.end();
        }
        self.gap(at, self.end, "between tracks");
        Ok(())
    }

    /// Copies a track; of the last `tail` sectors those that can be read.
    fn track(
        &mut self,
        track: &Track,
        tail: u32,
        go_on: &mut impl FnMut(Lba) -> bool,
    ) -> Result<(), Failure> {
        let content = track.sectors.saturating_sub(tail);
        let mut chunk = vec![0; usize::try_from(CHUNK_SECTORS).unwrap_or(0) * area::USER_BYTES];
        let mut done = 0;
        while done < content {
            let at = track.start.saturating_add(done);
            if !go_on(at) {
                return Err(Failure::cancelled("cancelled; the disc is as it was"));
            }
            let now = CHUNK_SECTORS.min(content - done);
            let bytes = usize::try_from(now).unwrap_or(0) * area::USER_BYTES;
            let part = chunk.get_mut(..bytes).unwrap_or_default();
            self.sectors.read_sectors(at, part).map_err(|error| {
                Failure::refused(error).advise(
                    "clean the disc or try another drive; files elsewhere on it can be had with extract",
                )
            })?;
            self.target.write(at, part)?;
            done += now;
        }
        let last = track.start.saturating_add(content);
        for at in (last.0..track.end().0).map(Lba) {
            let sector = chunk.get_mut(..area::USER_BYTES).unwrap_or_default();
            match self.sectors.read_sectors(at, sector) {
                Ok(()) => self.target.write(at, sector)?,
                Err(_) => self.gap(at, at + 1, "end of track"),
            }
        }
        Ok(())
    }

    fn gap(&mut self, from: Lba, to: Lba, what: &'static str) {
        let Some(sectors) = to.sectors_since(from).filter(|&sectors| sectors > 0) else { return };
        match self.gaps.last_mut() {
            Some(last) if last.what == what && last.start.saturating_add_unsigned(last.sectors) == from.0 => {
                last.sectors += sectors;
            }
            _ => self.gaps.push(Gap { start: from.0, sectors, what }),
        }
    }
}

/// The file that is written, beside its place until it is whole; it begins as one hole of the right length.
struct Target {
    place: PathBuf,
    new: NewFile,
}

impl Target {
    fn create(path: &Path, end: Lba) -> Result<Self, Failure> {
        let bytes = u64::try_from(end.0).unwrap_or(0) * 2048;
        let refuse = |error: io::Error| Failure::refused(format!("{}: {error}", path.display()));
        let Destination::File(place) = Destination::of(path).map_err(refuse)? else {
            return Err(refuse(io::Error::other("it is no file; a disc is read into a file")));
        };
        let mut new = NewFile::create(&place).map_err(refuse)?;
        new.file().set_len(bytes).map_err(refuse)?;
        Ok(Self { place, new })
    }

    fn keep(self) -> Result<(), Failure> {
        let refuse = |error| Failure::refused(format!("{}: {error}", self.place.display()));
        self.new.keep().map_err(refuse)
    }

    fn write(&mut self, at: Lba, bytes: &[u8]) -> Result<(), Failure> {
        let offset = u64::try_from(at.0).unwrap_or(0) * 2048;
        let written = self.new.file().write_all_at(bytes, offset);
        written.map_err(|error| Failure::refused(format!("{}: {error}", self.place.display())))
    }
}
