//! `discwright image`.

mod args;
mod boot;
mod names;
mod pattern;
mod write;

use core::ops::ControlFlow;
use std::io;
use std::path::{Path, PathBuf};

use discwright_burn::CancelToken;
use discwright_cd::Lba;
use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{Joliet, Options, RockRidge, layout};
use discwright_iso9660::names::{Level, joliet};
use discwright_iso9660::read::{ReadSectors, View, Volume, import};
use discwright_iso9660::tree::scan::{ScanError, Skipped, scan};
use discwright_iso9660::tree::{Attributes, Entry, Sameness, Tree, Unchanged, UnchangedError};
use serde::Serialize;

pub(crate) use self::args::ImageArgs;
pub(crate) use self::names::Renamed;
use crate::args::OutputArgs;
use crate::cancel;
use crate::command::edit;
use crate::environment;
use crate::exit::Failure;
use crate::output::{Destination, print, refuse_disc_file};
use crate::volume::{self, Chosen, view_name};

/// New sessions begin at multiples of so many sectors where nothing else is asked for: 32 KiB, as disc images have them.
const START_MULTIPLE: i32 = 16;

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
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<BaseReport>,
}

/// What an earlier session gave.
#[derive(Serialize)]
struct BaseReport {
    file: String,
    session: usize,
    view: &'static str,
    /// Files whose contents lie in earlier sessions.
    imported_files: u32,
    /// Those of them that were given again, and found to be unchanged.
    unchanged_files: u32,
    unchanged_bytes: u64,
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

/// The image with the earlier sessions.
struct Base {
    file: PathBuf,
    chosen: Chosen,
    /// The sector behind it.
    end: Lba,
}

/// Lays the paths out and writes the image to a file.
pub(crate) fn run(args: ImageArgs, output: OutputArgs) -> Result<(), Failure> {
    let cancel = cancel::on_interrupt()?;
    if let Some(target) = &args.output {
        refuse_disc_file(target)?;
    }
    let base = open_base(&args)?;
    let mut options = options(&args, base.as_ref())?;
    let scanned = args.file_system.scan_options(options.rock_ridge.is_some(), args.overwrite)?;
    let mut staged = scan(&args.paths, scanned, &mut |_| step(&cancel)).map_err(|error| match error {
        ScanError::Cancelled => Failure::cancelled("cancelled; no image was written"),
        other => Failure::refused(other),
    })?;
    refuse_skipped(&args.paths, &staged.skipped)?;
    let excluded = pattern::exclude(&mut staged.tree, &args.exclude);
    let adapted = check_names(&args, &options, &mut staged.tree)?;
    let (mut tree, unchanged) = match &base {
        None => (staged.tree, Unchanged::default()),
        Some(base) => lay_over(&args, base, &options, staged.tree, &cancel)?,
    };
    chmod(&args, &options, &mut tree)?;
    if args.file_system.level.is_none() && tree.walk(Tree::ROOT).any(|entry| needs_level_three(&entry)) {
        options.level = Level::Three;
    }
    let layout = layout(tree, &options).map_err(Failure::refused)?;
    let changed_names = names::renamed(&adapted, &layout);
    names::tell(&changed_names, &layout, args.list_names);
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
        changed_names,
        excluded,
        skipped,
        base: base.as_ref().map(|base| report(base, image.layout().tree(), unchanged)),
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

fn open_base(args: &ImageArgs) -> Result<Option<Base>, Failure> {
    let selection = args.base.selection;
    let Some(file) = &args.base.base else {
        if selection.session.is_some() || selection.view.is_some() || !args.edit.is_empty() {
            return Err(Failure::usage(
                "--session, --view, --remove and --move are about an image given with --base",
            ));
        }
        return Ok(None);
    };
    let chosen = volume::open(Some(file), None, selection)?;
    let end = chosen.volume.source().end().unwrap_or(Lba(0));
    Ok(Some(Base { file: file.clone(), chosen, end }))
}

/// What is wished, on top of what the base has.
fn options(args: &ImageArgs, base: Option<&Base>) -> Result<Options, Failure> {
    let now = environment::now()?;
    let mut options =
        discwright_imapi::image_options(args.volume.volume_name.as_deref(), now).map_err(Failure::usage)?;
    if let Some(base) = base {
        let volume = &base.chosen.volume;
        options.start = start(args, base)?;
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

fn start(args: &ImageArgs, base: &Base) -> Result<Lba, Failure> {
    match args.base.start {
        Some(start) if start < base.end.0 && !args.base.session_only => {
            let problem =
                format!("--start {start} lies inside of {}, which ends at {}", base.file.display(), base.end);
            Err(Failure::usage(problem))
        }
        Some(start) if start < 0 => Err(Failure::usage("--start is a sector from 0 on")),
        Some(start) => Ok(Lba(start)),
        None => Ok(Lba(base.end.0.saturating_add(START_MULTIPLE - 1) / START_MULTIPLE * START_MULTIPLE)),
    }
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

/// The base's tree, edited, with the staged one over it.
fn lay_over(
    args: &ImageArgs,
    base: &Base,
    options: &Options,
    mut staged: Tree,
    cancel: &CancelToken,
) -> Result<(Tree, Unchanged), Failure> {
    let imported = import(&base.chosen.volume, base.chosen.view, args.file_system.case());
    if !imported.is_complete() {
        let worst = imported.findings.as_slice().iter().max_by_key(|finding| finding.level);
        let problem = worst.map_or_else(|| "entries cannot be taken over".to_owned(), ToString::to_string);
        return Err(Failure::refused(format!("{}: {problem}", base.file.display())).advise(
            "a session that leaves out what cannot be read would hide it; choose another --session or --view",
        ));
    }
    let mut tree = imported.tree;
    args.edit.apply(&mut tree, options.joliet.filter(|_| !args.adapt_names).map(Joliet::units))?;
    let by = if args.base.by_date { Sameness::Date } else { Sameness::Contents };
    let unchanged = tree
        .keep_unchanged(&mut staged, base.chosen.volume.source(), by, &mut |_| step(cancel))
        .map_err(|error| match error {
            UnchangedError::Cancelled => Failure::cancelled("cancelled; no image was written"),
            other => Failure::refused(other),
        })?;
    tree.merge(&staged, args.overwrite)
        .map_err(|error| Failure::refused(error).advise("--overwrite lets files replace files"))?;
    Ok((tree, unchanged))
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

fn report(base: &Base, tree: &Tree, unchanged: Unchanged) -> BaseReport {
    let imported = tree.walk(Tree::ROOT).filter(Entry::is_on_disc).count();
    BaseReport {
        file: Path::new(&base.file).display().to_string(),
        session: base.chosen.session,
        view: view_name(base.chosen.view),
        imported_files: u32::try_from(imported).unwrap_or(u32::MAX),
        unchanged_files: unchanged.files,
        unchanged_bytes: unchanged.bytes,
    }
}
