//! `discwright image`.

mod args;
mod base;
mod boot;
mod names;
mod pattern;
mod write;

use core::ops::ControlFlow;
use std::io;
use std::path::PathBuf;

use discwright_burn::CancelToken;
use discwright_cd::Lba;
use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{Joliet, Layout, LongTarget, Options, RockRidge, layout};
use discwright_iso9660::names::{Level, joliet};
use discwright_iso9660::read::{ReadSectors, View, Volume};
use discwright_iso9660::tree::scan::{HostNames, ScanError, Skipped, scan};
use discwright_iso9660::tree::{Attributes, Entry, Tree};
use serde::Serialize;

pub(crate) use self::args::ImageArgs;
pub(crate) use self::base::import_warnings;
use self::base::{Base, BaseReport, Laid};
pub(crate) use self::names::Renamed;
use crate::args::OutputArgs;
use crate::cancel;
use crate::command::edit;
use crate::environment;
use crate::exit::Failure;
use crate::output::{Destination, print, refuse_disc_file};
use crate::volume::view_name;

#[derive(Serialize)]
struct Written {
    /// Absent with `--dry-run`.
    file: Option<String>,
    volume_name: String,
    /// First sector of the session, and its length.
    start: i32,
    sectors: u32,
    bytes: u64,
    files: u32,
    folders: u32,
    level: String,
    hierarchies: Vec<&'static str>,
    changed_names: Vec<Renamed>,
    /// Paths that patterns left out.
    excluded: Vec<String>,
    skipped: Vec<Left>,
    /// What else people should know, in sentences.
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<BaseReport>,
}

/// A path that was left out.
#[derive(Serialize)]
pub(crate) struct Left {
    path: String,
    reason: String,
}

impl core::fmt::Display for Left {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} ({})", self.path, self.reason)
    }
}

impl From<&Skipped> for Left {
    fn from(skipped: &Skipped) -> Self {
        Self { path: skipped.path.display().to_string(), reason: skipped.reason.to_string() }
    }
}

/// Lays the paths out and writes the image to a file.
pub(crate) fn run(args: ImageArgs, output: OutputArgs) -> Result<(), Failure> {
    let target = args.output.as_deref().filter(|_| !args.dry_run);
    let stdout_is_taken =
        target.is_some_and(|target| write::destination(target).is_ok_and(|it| it == Destination::Stdout));
    make(args, output).map_err(|failure| Failure { stdout_is_taken, ..failure })
}

fn make(args: ImageArgs, output: OutputArgs) -> Result<(), Failure> {
    let cancel = cancel::on_interrupt()?;
    if let Some(target) = &args.output {
        refuse_disc_file(target)?;
    }
    let base = Base::open(&args)?;
    let mut options = options(&args, base.as_ref())?;
    let mut scanned = args.file_system.scan_options(options.rock_ridge.is_some(), args.overwrite)?;
    scanned.names = if args.escape_names { HostNames::Escape } else { HostNames::Refuse };
    scanned.case = base.as_ref().map_or(scanned.case, |base| base.case(scanned.case));
    let mut staged = scan(&args.paths, scanned, &mut |_| step(&cancel)).map_err(|error| match error {
        ScanError::Cancelled => Failure::cancelled("cancelled; no image was written"),
        other => Failure { advice: scan_advice(&other), ..Failure::refused(other) },
    })?;
    refuse_skipped(&args.paths, &staged.skipped)?;
    let idle = pattern::idle(&staged.tree, &args.exclude);
    let excluded = pattern::exclude(&mut staged.tree, &args.exclude);
    let adapted = check_names(&args, &options, &mut staged.tree)?;
    let laid = match &base {
        None => Laid::alone(staged.tree),
        Some(base) => base.lay_over(&args, &options, staged.tree, &cancel)?,
    };
    let Laid { mut tree, mut renamed, mut warnings, outcome } = laid;
    chmod(&args, &options, &mut tree)?;
    if args.file_system.level.is_none() && tree.walk(Tree::ROOT).any(|entry| needs_level_three(&entry)) {
        options.level = Level::Three;
    }
    let layout = layout(tree, &options).map_err(Failure::refused)?;
    renamed.extend(staged.escaped.iter().map(Renamed::from));
    renamed.extend(names::renamed(&adapted, &layout, output.json || args.list_names));
    names::tell(&renamed, &layout, args.list_names);
    warnings.extend(idle.into_iter().map(|pattern| format!("--exclude {pattern}: nothing matches")));
    warnings.extend(long_targets(&layout));
    warnings.extend(names::texts(&layout, args.volume.volume_name.is_some()));
    warnings.extend(names::times(&layout));
    for warning in &warnings {
        tracing::warn!("{warning}");
    }
    let mut skipped: Vec<Left> = staged.skipped.iter().map(Left::from).collect();
    let reason = "only Rock Ridge can record it".to_owned();
    skipped.extend(layout.omitted().map(|it| Left { path: it.path, reason: reason.clone() }));
    for left in &skipped {
        tracing::warn!("{left} is left out");
    }

    let mut image = Image::new(layout);
    let target = args.output.as_deref().filter(|_| !args.dry_run);
    let destination = target.map(write::destination).transpose()?;
    if !matches!(destination, Some(Destination::File(_))) {
        // What went into a pipe cannot be taken back, as a file can.
        image.recheck_sources().map_err(Failure::refused)?;
    }
    if let Some(destination) = &destination {
        let before = base.as_ref().map(|base| base.file.as_path()).filter(|_| !args.base.session_only);
        write::write(&mut image, before, destination, &cancel)?;
    }
    let counts = image.layout().tree().counts();
    let written = Written {
        file: target.map(|target| target.display().to_string()),
        volume_name: options.volume.name.clone(),
        start: options.start.0,
        sectors: image.sectors(),
        bytes: u64::from(image.sectors()) * 2048,
        files: counts.files,
        folders: counts.directories,
        level: options.level.to_string(),
        hierarchies: hierarchies(&options),
        changed_names: renamed,
        excluded,
        skipped,
        warnings,
        base: base.as_ref().map(|base| base.report(image.layout().tree(), &outcome)),
    };
    if destination == Some(Destination::Stdout) {
        // The image is there.
        return Ok(());
    }
    print(output, &written, |out| tell(out, &written))
}

fn tell(out: &mut dyn io::Write, written: &Written) -> io::Result<()> {
    let Written { file, sectors, bytes, files, folders, start, .. } = written;
    let name = file.as_deref().unwrap_or("not written");
    writeln!(out, "{name}: {files} files in {folders} folders, {sectors} sectors, {bytes} bytes")?;
    let Some(base) = &written.base else { return Ok(()) };
    let BaseReport { imported_files, unchanged_files, session, .. } = base;
    writeln!(
        out,
        "  behind session {session} from sector {start} on; {imported_files} files lie in earlier sessions"
    )?;
    writeln!(out, "  {unchanged_files} of them were given again and are unchanged")
}

/// Nobody would guess why a reader refuses an image.
fn long_targets(layout: &Layout) -> impl Iterator<Item = String> {
    layout.long_targets().map(|LongTarget { path, bytes }| {
        let longest = LongTarget::LONGEST_READ;
        format!("{path} points to a path of {bytes} bytes: xorriso refuses an image with one of more than {longest}")
    })
}

fn step(cancel: &CancelToken) -> ControlFlow<()> {
    if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

fn hierarchies(options: &Options) -> Vec<&'static str> {
    let all = [
        (true, view_name(View::Plain)),
        (options.rock_ridge.is_some(), view_name(View::RockRidge)),
        (options.joliet.is_some(), view_name(View::Joliet)),
        (options.enhanced, view_name(View::Enhanced)),
    ];
    all.into_iter().filter_map(|(is_there, name)| is_there.then_some(name)).collect()
}

/// Below level 3 a file is one section of less than 4 GiB, and so is one of an earlier session.
fn needs_level_three(entry: &Entry<'_>) -> bool {
    use discwright_iso9660::tree::Content;
    match entry.content() {
        Some(Content::Disc(extents)) => extents.len() > 1,
        _ => entry.bytes() > u64::from(u32::MAX),
    }
}

/// What is wished, on top of what the base has.
fn options(args: &ImageArgs, base: Option<&Base>) -> Result<Options, Failure> {
    let now = environment::now()?;
    let mut options =
        discwright_imapi::image_options(args.volume.volume_name.as_deref(), now).map_err(Failure::usage)?;
    if let Some(base) = base {
        let volume = &base.chosen.volume;
        options.start = base.start(args)?;
        // Another program may have given long names to files; they keep them.
        let long_names = has_long_names(volume);
        options.joliet = volume.joliet().map(|_| Joliet { long_names, strict: false });
        let posix = volume.views().any(|view| view == View::RockRidge);
        options.rock_ridge = posix.then(RockRidge::default);
        options.enhanced = volume.enhanced().is_some();
        let record = volume.boot_record().filter(|record| record.is_el_torito() && !args.boot.no_boot);
        options.replayed_catalogue = record.and_then(|record| i32::try_from(record.catalogue).ok()).map(Lba);
        if args.volume.volume_name.is_none() {
            options.volume.name = volume.joliet().unwrap_or_else(|| volume.primary()).volume_name();
        }
    }
    args.file_system.apply(&mut options);
    args.volume.apply(&mut options)?;
    options.boot = args.boot.boot()?;
    Ok(options)
}

fn has_long_names(volume: &Volume<Box<dyn ReadSectors>>) -> bool {
    volume.walk(View::Joliet).any(|visited| joliet::units(&visited.entry.name) > joliet::UNITS)
}

/// What to do about paths that cannot be staged, where an option helps.
pub(crate) fn scan_advice(error: &ScanError) -> Option<String> {
    let advice = match error {
        ScanError::NotUtf8 { .. } => "rename it, or let --escape-names change it",
        ScanError::TargetNotUtf8 { .. } => {
            "let --links follow or skip links, or --escape-names change the target"
        }
        _ => return None,
    };
    Some(advice.to_owned())
}

/// What was named itself cannot be left out: nobody would look for it in a warning.
pub(crate) fn refuse_skipped(paths: &[PathBuf], skipped: &[Skipped]) -> Result<(), Failure> {
    match skipped.iter().find(|skipped| paths.contains(&skipped.path)) {
        None => Ok(()),
        Some(named) => Err(Failure::refused(format!("{}: {}", named.path.display(), named.reason))),
    }
}

/// Refuses names that Joliet does not allow, or changes them where that was asked for. Where Joliet names are all that a later
/// session will know of an entry, they change before the trees are merged, so that it is recognised again.
fn check_names(
    args: &ImageArgs,
    options: &Options,
    tree: &mut Tree,
) -> Result<Vec<joliet::Adapted>, Failure> {
    let Some(limit) = options.joliet.map(Joliet::units) else { return Ok(Vec::new()) };
    if args.adapt_names {
        let is_all = options.rock_ridge.is_none() && !options.enhanced;
        return Ok(if is_all { joliet::adapt(tree, limit) } else { Vec::new() });
    }
    for entry in tree.walk(Tree::ROOT) {
        joliet::check(entry.name(), limit).map_err(|error| {
            Failure::refused(format!("{}: {error}", entry.path()))
                .advise("rename it, or let --adapt-names change it")
        })?;
    }
    Ok(Vec::new())
}

fn chmod(args: &ImageArgs, options: &Options, tree: &mut Tree) -> Result<(), Failure> {
    if !args.chmod.is_empty() && options.rock_ridge.is_none() {
        let problem = "--chmod: only Rock Ridge records permissions";
        return Err(Failure::usage(problem).advise("add --rock-ridge posix"));
    }
    for pair in args.chmod.chunks(2) {
        let [mode, path] = pair else { continue };
        let bits = u32::from_str_radix(mode, 8).ok().filter(|bits| *bits <= 0o7777);
        let bits = bits
            .ok_or_else(|| Failure::usage(format!("--chmod {mode}: give permissions in octal, as 0644")))?;
        let id = edit::find(tree, "--chmod", path)?;
        let attributes = tree.entry(id).attributes();
        tree.set_attributes(id, Attributes { mode: bits, ..attributes });
    }
    Ok(())
}
