//! `discwright burn`.

use core::time::Duration;
use std::io;

use discwright_burn::CancelToken;
use discwright_imapi::{
    DiscMaster, DiscRecorder, JolietDiscMaster, ProgressEvents, PropertySet, SessionMode, Value,
};
use serde::Serialize;

use crate::args::{BurnArgs, OutputArgs};
use crate::cancel;
use crate::command::image::Left;
use crate::drive::{self, Opened};
use crate::exit::Failure;
use crate::output::print;
use crate::progress::Progress;

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
    /// Of them, imported from earlier sessions.
    imported_files: u32,
    skipped: Vec<Left>,
    disc: After,
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
    print(output, &burned, |out| tell(out, &burned))
}

fn burn(args: &BurnArgs, cancel: &CancelToken, progress: &Progress) -> Result<Burned, Failure> {
    progress.phase("reading the disc");
    let Opened { master, joliet, recorder } = drive::open(&args.drive.drive)?;
    master.progress_advise(Watch { cancel: cancel.clone(), progress: progress.clone() })?;
    set_properties(args, &joliet)?;
    let mode = select(&master, &recorder, args.single_session)?;
    set_speed(args, &recorder)?;

    let skipped = joliet.add_paths(&args.paths, args.overwrite)?;
    for changed in joliet.changed_names()? {
        tracing::warn!("{} becomes {:?}: {}", changed.path, changed.new_name, changed.change);
    }
    let before = recorder.survey()?.disc.map(|disc| disc.state);
    let image_sectors = joliet.used_data_blocks()?;
    let counts = joliet.staged()?.counts();
    let volume_name = match joliet.joliet_properties()?.get("VolumeName") {
        Some(Value::Text(name)) => name.clone(),
        _ => String::new(),
    };
    master.record_disc(args.simulate, args.eject)?;

    let (mode, imported_files) = match mode {
        SessionMode::Single => ("single-session", 0),
        SessionMode::Multi { imported_files, .. } => ("multi-session", imported_files),
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
        imported_files,
        skipped: skipped.iter().map(Left::from).collect(),
        disc: after(&recorder)?,
    })
}

fn set_properties(args: &BurnArgs, joliet: &JolietDiscMaster) -> Result<(), Failure> {
    let mut set = PropertySet::new();
    set.set("AdaptNames", Value::Flag(args.adapt_names)).set("CloseDisc", Value::Flag(args.close_disc));
    if let Some(name) = &args.volume_name {
        set.set("VolumeName", Value::Text(name.clone()));
    }
    if joliet.set_joliet_properties(&set)?.is_empty() {
        return Ok(());
    }
    let name = args.volume_name.as_deref().unwrap_or_default();
    let error = discwright_imapi::VolumeNameError(name.to_owned());
    Err(Failure::usage(error))
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

fn after(recorder: &DiscRecorder) -> Result<After, Failure> {
    let state = recorder.survey()?.disc.map(|disc| disc.state);
    Ok(After {
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
    let After { state, lead_out, next_writable, free_sectors } = &burned.disc;
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
