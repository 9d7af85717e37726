//! `--base`: the image with the earlier sessions, and what becomes of its tree.

use std::path::PathBuf;

use discwright_burn::CancelToken;
use discwright_cd::Lba;
use discwright_iso9660::format::SECTOR_BYTES;
use discwright_iso9660::layout::{Joliet, Options};
use discwright_iso9660::read::{Imported, Level, View, import, import_keeping_names, stated_end};
use discwright_iso9660::tree::{Case, Entry, Sameness, Tree, Unchanged, UnchangedError};
use serde::Serialize;

use super::{ImageArgs, Renamed, step};
use crate::exit::Failure;
use crate::volume::{self, Chosen, view_name};

/// New sessions begin at multiples of so many sectors where nothing else is asked for: 32 KiB, as disc images have them.
const START_MULTIPLE: i32 = 16;
/// The most sectors that a base may lack of the length it states, 128 MiB: padding was cut off, else it is damaged.
const MOST_MISSING: u32 = 65_536;
/// Findings that are told one by one.
const FINDINGS_TOLD: usize = 20;

/// What an earlier session gave.
#[derive(Serialize)]
pub(super) struct BaseReport {
    file: String,
    pub(super) session: usize,
    view: &'static str,
    /// Files whose contents lie in earlier sessions.
    pub(super) imported_files: u32,
    /// Those of them that were given again, and found to be unchanged.
    pub(super) unchanged_files: u32,
    unchanged_bytes: u64,
    /// Associated files (resource forks) that the new session does not have.
    associated_files_left_out: u64,
    /// Sectors that the image lacks of the length that its first volume states; zeros take their place.
    missing_sectors: u32,
}

/// The image with the earlier sessions.
pub(super) struct Base {
    pub(super) file: PathBuf,
    pub(super) chosen: Chosen,
    /// The sector behind the file, a part of one at its end counted.
    file_end: Lba,
    /// The sector behind it and behind what its first volume states: readers look for a later session no nearer.
    end: Lba,
}

/// The base's tree with what was added to it.
pub(super) struct Laid {
    pub(super) tree: Tree,
    /// Entries of the base that get other names.
    pub(super) renamed: Vec<Renamed>,
    /// What the new session does not have as the base has it, or what is wrong with that, in sentences.
    pub(super) warnings: Vec<String>,
    pub(super) outcome: Outcome,
}

/// What is told of the base when the tree is in the image.
#[derive(Default)]
pub(super) struct Outcome {
    unchanged: Unchanged,
    associated_files: u64,
}

impl Laid {
    /// What was staged, without a base.
    pub(super) fn alone(tree: Tree) -> Self {
        Self { tree, renamed: Vec::new(), warnings: Vec::new(), outcome: Outcome::default() }
    }
}

impl Base {
    /// Opens what `--base` names.
    pub(super) fn open(args: &ImageArgs) -> Result<Option<Self>, Failure> {
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
        let refuse = |error| Failure::refused(format!("{}: {error}", file.display()));
        let bytes = file.metadata().map_err(refuse)?.len();
        let file_end = Lba(i32::try_from(bytes.div_ceil(SECTOR_BYTES as u64)).unwrap_or(i32::MAX));
        let end = file_end.max(stated_end(chosen.volume.source()).map_err(refuse)?);
        let base = Self { file: file.clone(), chosen, file_end, end };
        if base.missing_sectors() > MOST_MISSING {
            let problem = format!(
                "{} ends at sector {file_end}, but its first volume says that it ends at {end}: it is cut or damaged",
                file.display()
            );
            return Err(Failure::refused(problem).advise("get the image whole"));
        }
        Ok(Some(base))
    }

    /// Sectors of zeros between the file and the new session's front that the file should have, if any.
    pub(super) fn missing_sectors(&self) -> u32 {
        self.end.sectors_since(self.file_end).unwrap_or(0)
    }

    /// How names are compared: names that differ only in case are different in Rock Ridge, as on the systems that write it.
    pub(super) fn case(&self, wished: Case) -> Case {
        if self.chosen.view == View::RockRidge { Case::Exact } else { wished }
    }

    /// First sector of the new session.
    pub(super) fn start(&self, args: &ImageArgs) -> Result<Lba, Failure> {
        match args.base.start {
            Some(start) if start < self.end.0 && !args.base.session_only => {
                let (file, end) = (self.file.display(), self.end);
                let problem = format!(
                    "--start {start} lies inside of {file}, whose first volume and bytes end at {end}"
                );
                Err(Failure::usage(problem))
            }
            Some(start) if start < 0 => Err(Failure::usage("--start is a sector from 0 on")),
            Some(start) => Ok(Lba(start)),
            None => Ok(Lba(self.end.0.saturating_add(START_MULTIPLE - 1) / START_MULTIPLE * START_MULTIPLE)),
        }
    }

    /// The base's tree, edited, with the staged one over it.
    pub(super) fn lay_over(
        &self,
        args: &ImageArgs,
        options: &Options,
        mut staged: Tree,
        cancel: &CancelToken,
    ) -> Result<Laid, Failure> {
        let Chosen { volume, view, .. } = &self.chosen;
        let imported = match args.file_system.case() {
            Case::Exact => import(volume, *view, Case::Exact),
            Case::Fold => import_keeping_names(volume, *view),
        };
        self.refuse_incomplete(args, &imported)?;
        let mut warnings = import_warnings(&imported);
        if self.missing_sectors() > 0 && !args.base.session_only {
            let (file, missing, end) = (self.file.display(), self.missing_sectors(), self.end);
            warnings.push(format!(
                "{file} ends {missing} sectors before sector {end}, where its first volume says that it ends; zeros take their place"
            ));
        }
        let renamed = imported.renamed.iter().map(Renamed::from).collect();
        let mut tree = imported.tree;
        args.edit.apply(&mut tree, options.joliet.filter(|_| !args.adapt_names).map(Joliet::units))?;
        let by = if args.base.by_date { Sameness::Date } else { Sameness::Contents };
        let unchanged = tree
            .keep_unchanged(&mut staged, volume.source(), by, &mut |_| step(cancel))
            .map_err(|error| match error {
                UnchangedError::Cancelled => Failure::cancelled("cancelled; no image was written"),
                other => Failure::refused(other),
            })?;
        tree.merge(&staged, args.overwrite)
            .map_err(|error| Failure::refused(error).advise("--overwrite lets files replace files"))?;
        let outcome = Outcome { unchanged, associated_files: imported.associated };
        Ok(Laid { tree, renamed, warnings, outcome })
    }

    fn refuse_incomplete(&self, args: &ImageArgs, imported: &Imported) -> Result<(), Failure> {
        let file = self.file.display();
        if !imported.is_complete() {
            let worst = imported.findings.as_slice().iter().max_by_key(|finding| finding.level);
            let problem =
                worst.map_or_else(|| "entries cannot be taken over".to_owned(), ToString::to_string);
            return Err(Failure::refused(format!("{file}: {problem}")).advise(
                "a session that leaves out what cannot be read would hide it; choose another --session or --view",
            ));
        }
        match imported.renamed.first() {
            Some(entry) if args.file_system.strict_names => {
                Err(Failure::refused(format!("{file}: {entry}; --strict-names allows no change")))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn report(&self, tree: &Tree, outcome: &Outcome) -> BaseReport {
        let imported = tree.walk(Tree::ROOT).filter(Entry::is_on_disc).count();
        BaseReport {
            file: self.file.display().to_string(),
            session: self.chosen.session,
            view: view_name(self.chosen.view),
            imported_files: u32::try_from(imported).unwrap_or(u32::MAX),
            unchanged_files: outcome.unchanged.files,
            unchanged_bytes: outcome.unchanged.bytes,
            associated_files_left_out: outcome.associated_files,
            missing_sectors: self.missing_sectors(),
        }
    }
}

/// What people must know of an import that is complete. Notes are left to `discwright check`.
pub(crate) fn import_warnings(imported: &Imported) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(first) = &imported.first_associated {
        let files = imported.associated;
        warnings.push(format!(
            "{files} associated files (resource forks) of the earlier session are left out, the first of them {first:?}"
        ));
    }
    let findings = imported.findings.as_slice().iter().filter(|finding| finding.level > Level::Note);
    warnings.extend(
        findings.clone().take(FINDINGS_TOLD).map(|finding| format!("the earlier session: {finding}")),
    );
    let more = findings.count().saturating_sub(FINDINGS_TOLD) as u64 + imported.findings.dropped();
    if more > 0 {
        warnings.push(format!("the earlier session: {more} findings more; `discwright check` tells them"));
    }
    warnings
}
