//! `discwright check`.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use discwright_cd::Lba;
use discwright_iso9660::read::check::{self, Report};
use discwright_iso9660::read::{self, escaped};
use serde::Serialize;

use crate::args::OutputArgs;
use crate::drive::DriveName;
use crate::exit::Failure;
use crate::output::print;
use crate::volume;

/// Check the volumes of an image file or a disc against the standards, with the clause of each breach.
///
/// Of an image every session that can be found is checked, of a disc the last one. Contents of files are not read.
/// Of one rule a hundred findings are listed at most, of a session a thousand; how many more there are is told.
///
/// Exit status: 0 nothing worse than warnings; 1 errors; 2 usage; 3 cannot be read at all.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// An image file.
    #[arg(value_name = "FILE.iso", required_unless_present = "drive", conflicts_with = "drive")]
    file: Option<PathBuf>,
    /// The drive: `sim:FILE`.
    #[arg(long, value_name = "DRIVE")]
    drive: Option<DriveName>,
    /// Only this session, counted from 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    session: Option<u16>,
    /// The least level of findings to list; all are counted.
    #[arg(long, value_enum, default_value_t = Level::Note)]
    level: Level,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    /// Unusual, allowed, and harmless to most readers.
    Note,
    /// Against a standard; readers cope.
    Warning,
    /// Something cannot be read, or is read differently by different readers.
    Error,
}

impl From<read::Level> for Level {
    fn from(level: read::Level) -> Self {
        match level {
            read::Level::Note => Self::Note,
            read::Level::Warning => Self::Warning,
            read::Level::Error => Self::Error,
        }
    }
}

#[derive(Serialize)]
struct Document {
    source: String,
    errors: u64,
    warnings: u64,
    notes: u64,
    sessions: Vec<Session>,
    findings: Vec<Finding>,
    /// Findings that are counted and not listed, because there were too many of their rule or in all.
    unlisted: u64,
}

#[derive(Serialize)]
struct Session {
    session: usize,
    start: i32,
    volume_name: String,
    interchange_level: Option<u8>,
    joliet: bool,
    rock_ridge: bool,
    iso_1999: bool,
    bootable: bool,
    directories: u64,
    files: u64,
    errors: u64,
    warnings: u64,
    notes: u64,
    unlisted: u64,
}

#[derive(Serialize)]
struct Finding {
    session: usize,
    level: Level,
    rule: &'static str,
    clause: &'static str,
    place: Place,
    text: String,
    #[serde(skip)]
    words: String,
}

#[derive(Serialize)]
struct Place {
    lba: i32,
    offset: u32,
    path: String,
}

/// Checks one session after another.
pub(crate) fn run(args: CheckArgs, output: OutputArgs) -> Result<(), Failure> {
    let (source, starts, name) = volume::source(args.file.as_deref(), args.drive.as_ref())?;
    let mut document = Document {
        source: name,
        errors: 0,
        warnings: 0,
        notes: 0,
        sessions: Vec::new(),
        findings: Vec::new(),
        unlisted: 0,
    };
    for (session, start) in choose(&args, &starts, &document.source)? {
        document.add(session, start, &check::check(&*source, start), args.level);
    }
    print(output, &document, |out| tell(out, &document))?;
    match document.errors {
        0 => Ok(()),
        errors => Err(Failure::found_errors(format!("{}: {errors} error(s)", document.source))),
    }
}

/// The sessions to check, by number and start.
fn choose(args: &CheckArgs, starts: &[Lba], name: &str) -> Result<Vec<(usize, Lba)>, Failure> {
    let all = || (1..).zip(starts.iter().copied());
    let count = starts.len();
    match args.session.map(usize::from) {
        Some(number) => {
            let chosen: Vec<_> = all().filter(|(session, _)| *session == number).collect();
            let missing =
                || Failure::refused(format!("{name}: there is no session {number}, there are {count}"));
            (!chosen.is_empty()).then_some(chosen).ok_or_else(missing)
        }
        None if args.drive.is_some() => {
            let missing = || Failure::refused(format!("{name}: there is no session on the disc"));
            Ok(vec![all().last().ok_or_else(missing)?])
        }
        // Not even a first volume: checking says what is missing.
        None if count == 0 => Ok(vec![(1, Lba(0))]),
        None => Ok(all().collect()),
    }
}

impl Document {
    fn add(&mut self, session: usize, start: Lba, report: &Report, least: Level) {
        let [notes, warnings, errors] =
            [read::Level::Note, read::Level::Warning, read::Level::Error].map(|level| report.count(level));
        self.errors += errors;
        self.warnings += warnings;
        self.notes += notes;
        self.unlisted += report.dropped();
        let check::Summary { volume_name, interchange_level, joliet, rock_ridge, .. } =
            report.summary.clone();
        self.sessions.push(Session {
            session,
            start: start.0,
            volume_name,
            interchange_level,
            joliet,
            rock_ridge,
            iso_1999: report.summary.enhanced,
            bootable: report.summary.bootable,
            directories: report.summary.directories,
            files: report.summary.files,
            errors,
            warnings,
            notes,
            unlisted: report.dropped(),
        });
        self.findings.extend(report.into_iter().filter(|it| Level::from(it.level()) >= least).map(|it| {
            Finding {
                session,
                level: it.level().into(),
                rule: it.rule.id,
                clause: it.rule.clause,
                place: Place { lba: it.place.lba.0, offset: it.place.offset, path: it.path.clone() },
                text: it.message.clone(),
                words: it.to_string(),
            }
        }));
    }
}

fn tell(out: &mut dyn io::Write, document: &Document) -> io::Result<()> {
    for it in &document.sessions {
        let level = it
            .interchange_level
            .map_or_else(|| "no interchange level".to_owned(), |level| format!("level {level}"));
        let extras: String = [
            (it.joliet, ", Joliet"),
            (it.rock_ridge, ", Rock Ridge"),
            (it.iso_1999, ", ISO 9660:1999"),
            (it.bootable, ", El Torito"),
        ]
        .into_iter()
        .filter_map(|(there, word)| there.then_some(word))
        .collect();
        let Session { session, start, directories, files, .. } = it;
        let name = escaped(&it.volume_name);
        writeln!(
            out,
            "session {session} at LBA {start}: {name:?}, {level}{extras}; {directories} directories, {files} files"
        )?;
        for finding in document.findings.iter().filter(|finding| finding.session == *session) {
            writeln!(out, "  {}", finding.words)?;
        }
        let Session { errors, warnings, notes, unlisted, .. } = it;
        let more = if *unlisted > 0 { format!(", {unlisted} of them not listed") } else { String::new() };
        writeln!(out, "  {errors} error(s), {warnings} warning(s), {notes} note(s){more}")?;
    }
    Ok(())
}
