//! `discwright burn`.

use core::time::Duration;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use clap::Args;
use discwright_burn::CancelToken;
use discwright_imapi::{
    Code, DiscMaster, DiscRecorder, ImapiError, JolietDiscMaster, ProgressEvents, PropertySet, SessionMode,
    Value,
};
use discwright_iso9660::names::joliet;
use discwright_iso9660::tree::{Content, Entry, Timestamp, Tree};
use serde::Serialize;

use crate::args::{DriveArgs, OutputArgs};
use crate::cancel;
use crate::command::edit::EditArgs;
use crate::command::image::{Left, Renamed, import_warnings, refuse_skipped, scan_advice};
use crate::drive::{self, DriveName, Opened};
use crate::exit::{Class, Failure};
use crate::output::print;
use crate::progress::Progress;

/// Burns paths as the next session of the disc, and leaves it open for another.
///
/// The session is what IMAPI's data discs are: ISO 9660 level 1 with Joliet names of 64 units, with the tree of the last session
/// by reference, and what that session booted. Where the last session has Rock Ridge, the new one keeps it, with the links and
/// permissions that are there, and names that differ only in case are different. Else there is none, and no --chmod, no links of
/// the host, no enhanced hierarchy, no boot image and no other volume field than the name, as IMAPI has none of them;
/// `discwright image` makes images with all of these.
///
/// Order: removals, then moves in the order given, then PATHs are laid over.
#[derive(Debug, Args)]
pub(crate) struct BurnArgs {
    /// What to burn: a folder's items go into the root, a file goes in by its name.
    #[arg(required_unless_present_any = ["remove", "moves"], value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) drive: DriveArgs,
    /// Volume name; today's date when not given.
    #[arg(long, value_name = "NAME")]
    pub(crate) volume_name: Option<String>,
    /// Let files replace files of the same name, earlier sessions' included.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Close the disc for good: no further session.
    #[arg(long)]
    pub(crate) close_disc: bool,
    /// Do everything with the laser off.
    #[arg(long)]
    pub(crate) simulate: bool,
    /// Eject the disc after a successful burn.
    #[arg(long)]
    pub(crate) eject: bool,
    /// Do not continue earlier sessions: demand a blank disc.
    #[arg(long)]
    pub(crate) single_session: bool,
    /// Change names that Joliet does not allow, and say so, instead of refusing them.
    #[arg(long)]
    pub(crate) adapt_names: bool,
    /// Put in names that are not UTF-8, each byte that is none as `%` and two digits, and say so, instead of refusing them.
    #[arg(long)]
    pub(crate) escape_names: bool,
    /// Write speed as a multiple of single speed; the fastest when not given.
    #[arg(long, value_name = "X", value_parser = clap::value_parser!(u16).range(1..=72))]
    pub(crate) speed: Option<u16>,
    /// With --overwrite, take a file as unchanged by its length and date. Else contents decide: files of the same length are
    /// read from the disc and compared.
    #[arg(long)]
    pub(crate) by_date: bool,
    #[command(flatten)]
    pub(crate) edit: EditArgs,
}

#[derive(Serialize)]
struct Burned {
    drive: String,
    simulated: bool,
    mode: &'static str,
    session: u16,
    start: i32,
    image_sectors: u32,
    volume_name: String,
    /// Of the new session's tree, earlier sessions' included.
    files: u32,
    folders: u32,
    /// Files whose contents lie in earlier sessions.
    imported_files: u32,
    /// Names that Joliet does not allow, or that an earlier session's entries cannot keep, and what became of them.
    changed_names: Vec<Renamed>,
    skipped: Vec<Left>,
    /// What people should know of the earlier session, in sentences.
    warnings: Vec<String>,
    /// Absent when the drive would not say; the burn itself was checked before.
    disc: Option<After>,
}

/// The disc after the burn.
#[derive(Serialize)]
struct After {
    state: String,
    lead_out: Option<i32>,
    next_writable: Option<i32>,
    free_sectors: u32,
}

/// Stages the paths and burns them as the next session.
pub(crate) fn run(args: BurnArgs, output: OutputArgs) -> Result<(), Failure> {
    let cancel = cancel::on_interrupt()?;
    let progress = Progress::new(output);
    let result = burn(&args, &cancel, &progress);
    progress.finish();
    let burned = result?;
    for left in &burned.skipped {
        tracing::warn!("{left} is left out");
    }
    print(output, &burned, |out| tell(out, &burned)).map_err(|failure| {
        // Whoever hears "refused" would burn it again.
        let disc = "the session is on the disc; only this report failed".to_owned();
        if burned.simulated {
            failure
        } else {
            Failure { class: Class::AfterWriting, disc: Some(disc), ..failure }
        }
    })
}

fn burn(args: &BurnArgs, cancel: &CancelToken, progress: &Progress) -> Result<Burned, Failure> {
    check_volume_name(args)?;
    if args.single_session && !args.edit.is_empty() {
        return Err(Failure::usage(
            "--single-session has no earlier session of which something could be removed or moved",
        ));
    }
    progress.phase("reading the disc");
    let Opened { master, joliet, recorder } = drive::open(&args.drive.drive)?;
    master.progress_advise(Watch { cancel: cancel.clone(), progress: progress.clone() })?;
    set_properties(args, &joliet)?;
    let mode = select(&master, &recorder, args.single_session)?;
    set_speed(args, &recorder)?;

    if !args.edit.is_empty() {
        let mut tree = Tree::clone(&*joliet.staged()?);
        let units = if args.adapt_names { None } else { Some(joliet::UNITS) };
        args.edit.apply(&mut tree, units)?;
        joliet.restage(tree)?;
    }
    let skipped = joliet.add_paths(&args.paths, args.overwrite).map_err(|error| {
        let advice = if let ImapiError::Scan(problem) = &error { scan_advice(problem) } else { None };
        let failure = Failure::from(error);
        Failure { advice: advice.or(failure.advice), ..failure }
    })?;
    refuse_skipped(&args.paths, &skipped)?;
    refuse_own_disc(&args.drive.drive, &joliet)?;
    let imported_session = joliet.imported()?;
    let kept = imported_session.iter().flat_map(|it| &it.renamed).map(Renamed::from);
    let escaped = joliet.escaped_names()?;
    let changed = joliet.changed_names()?;
    let changed_names: Vec<Renamed> =
        escaped.iter().map(Renamed::from).chain(kept).chain(changed.iter().map(Renamed::from)).collect();
    for renamed in &changed_names {
        tracing::warn!("{renamed}");
    }
    let warnings = imported_session.as_deref().map(import_warnings).unwrap_or_default();
    for warning in &warnings {
        tracing::warn!("{warning}");
    }
    let before = recorder.survey()?.disc.map(|disc| disc.state);
    let image_sectors = joliet.used_data_blocks()?;
    let staged = joliet.staged()?;
    let counts = staged.counts();
    let imported = staged.walk(Tree::ROOT).filter(Entry::is_on_disc).count();
    let volume_name = match joliet.joliet_properties()?.get("VolumeName") {
        Some(Value::Text(name)) => name.clone(),
        _ => String::new(),
    };
    master.record_disc(args.simulate, args.eject).map_err(|error| {
        let single = args.single_session && error.code() == Code::CannotWriteToMedia;
        let failure = Failure::from(error);
        if single {
            failure.advise("leave out --single-session to add to the disc, if it can take more")
        } else {
            failure
        }
    })?;

    let mode = match mode {
        SessionMode::Single => "single-session",
        SessionMode::Multi { .. } => "multi-session",
    };
    Ok(Burned {
        drive: args.drive.drive.to_string(),
        simulated: args.simulate,
        mode,
        session: before.as_ref().map_or(1, discwright_plan::DiscState::next_session),
        start: before.as_ref().and_then(|state| state.next_writable).map_or(0, |lba| lba.0),
        image_sectors,
        volume_name,
        files: counts.files,
        folders: counts.directories,
        imported_files: u32::try_from(imported).unwrap_or(u32::MAX),
        changed_names,
        skipped: skipped.iter().map(Left::from).collect(),
        warnings,
        disc: after(&recorder),
    })
}

/// A name that no volume can have is a matter of usage, found before any drive is touched.
fn check_volume_name(args: &BurnArgs) -> Result<(), Failure> {
    let name = args.volume_name.as_deref();
    discwright_imapi::image_options(name, Timestamp::EPOCH).map(drop).map_err(Failure::usage)
}

/// A disc cannot hold the file that it lives in: that changes while it is read.
fn refuse_own_disc(drive: &DriveName, joliet: &JolietDiscMaster) -> Result<(), Failure> {
    let DriveName::Emulated(file) = drive;
    let Ok(own) = std::fs::metadata(file) else { return Ok(()) };
    let staged = joliet.staged()?;
    let mut hosts = staged.walk(Tree::ROOT).filter_map(|entry| match entry.content() {
        Some(Content::Host(host)) if host.stamp.inode == own.ino() => Some(host.path),
        _ => None,
    });
    let same = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|it| it.dev() == own.dev());
    match hosts.find(same) {
        None => Ok(()),
        Some(path) => {
            let problem = format!("{} is the disc that is to be burned", path.display());
            Err(Failure::refused(problem).advise("keep the disc file out of what is burned onto it"))
        }
    }
}

fn set_properties(args: &BurnArgs, joliet: &JolietDiscMaster) -> Result<(), Failure> {
    let mut set = PropertySet::new();
    set.set("AdaptNames", Value::Flag(args.adapt_names))
        .set("EscapeNames", Value::Flag(args.escape_names))
        .set("CloseDisc", Value::Flag(args.close_disc))
        .set("TrustDates", Value::Flag(args.by_date));
    if let Some(name) = &args.volume_name {
        set.set("VolumeName", Value::Text(name.clone()));
    }
    let ignored = joliet.set_joliet_properties(&set)?;
    if ignored.is_empty() {
        Ok(())
    } else {
        Err(Failure::usage(format!("not possible: {}", ignored.0.join(", "))))
    }
}

fn select(master: &DiscMaster, recorder: &DiscRecorder, single: bool) -> Result<SessionMode, Failure> {
    let mode = master.set_active_disc_recorder(recorder)?;
    if !single {
        return Ok(mode);
    }
    master.clear_format_content()?;
    Ok(master.session_mode()?)
}

fn set_speed(args: &BurnArgs, recorder: &DiscRecorder) -> Result<(), Failure> {
    let Some(speed) = args.speed else { return Ok(()) };
    let mut set = PropertySet::new();
    set.set("WriteSpeed", Value::Integer(speed.into()));
    if recorder.set_properties(&set).is_empty() {
        return Ok(());
    }
    let fastest = match recorder.properties().get("MaxWriteSpeed") {
        Some(Value::Integer(fastest)) => *fastest,
        _ => 0,
    };
    let problem = format!("{speed}x is faster than this drive writes this disc, which is {fastest}x");
    Err(Failure::refused(problem).advise(format!("give --speed {fastest} or less, or leave it out")))
}

fn after(recorder: &DiscRecorder) -> Option<After> {
    let survey =
        recorder.survey().inspect_err(|error| tracing::warn!("the disc was burned; {error}")).ok()?;
    let state = survey.disc.map(|disc| disc.state);
    Some(After {
        state: state.as_ref().map_or_else(|| "ejected".to_owned(), |state| state.status.to_string()),
        lead_out: state.as_ref().and_then(|state| state.sessions.last()).map(|session| session.lead_out.0),
        next_writable: state.as_ref().and_then(|state| state.next_writable).map(|lba| lba.0),
        free_sectors: state.map_or(0, |state| state.capacity(discwright_plan::WriteType::Auto)),
    })
}

fn tell(out: &mut dyn io::Write, burned: &Burned) -> io::Result<()> {
    let Burned { session, start, image_sectors, files, folders, imported_files, volume_name, .. } = burned;
    let verb = if burned.simulated { "simulated" } else { "burned" };
    writeln!(out, "session {session} {verb} at {start}: {image_sectors} sectors, volume {volume_name:?}")?;
    writeln!(out, "  {files} files in {folders} folders, {imported_files} of them from earlier sessions")?;
    let Some(After { state, lead_out, next_writable, free_sectors }) = &burned.disc else { return Ok(()) };
    write!(out, "  disc: {state}")?;
    if let Some(lead_out) = lead_out {
        write!(out, ", lead-out at {lead_out}")?;
    }
    match next_writable {
        Some(next) => writeln!(out, ", next session at {next}, {free_sectors} sectors free"),
        None => writeln!(out),
    }
}

/// Shows progress, and passes Ctrl-C on.
struct Watch {
    cancel: CancelToken,
    progress: Progress,
}

impl ProgressEvents for Watch {
    fn query_cancel(&mut self) -> bool {
        self.cancel.is_cancelled()
    }

    fn notify_add_progress(&mut self, _: u64, _: u64) {
        self.progress.phase("staging");
    }

    fn notify_preparing_burn(&mut self, estimate: Duration) {
        self.progress.estimate("preparing", estimate);
    }

    fn notify_block_progress(&mut self, done: u64, total: u64) {
        self.progress.sectors("writing", done, total);
    }

    fn notify_closing_disc(&mut self, estimate: Duration) {
        self.progress.estimate("closing", estimate);
    }
}
