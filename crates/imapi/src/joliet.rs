//! Staging data (IJolietDiscMaster).

use core::ops::ControlFlow;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use discwright_cd::{Lba, area};
use discwright_iso9660::layout::{self, ChangedName, HierarchyKind, Joliet, Options, RockRidge, Volume};
use discwright_iso9660::names::joliet::{self, Adapted};
use discwright_iso9660::read::Imported;
use discwright_iso9660::tree::scan::{Escaped, HostNames, ScanOptions, Skipped, scan};
use discwright_iso9660::tree::{Merged, Sameness, Timestamp, Tree, UnchangedError};
use thiserror::Error;
use time::OffsetDateTime;

use crate::error::ImapiError;
use crate::events::Sinks;
use crate::master::{SessionMode, Shared, Stage, State};
use crate::properties::{Ignored, PropertySet, Value, apply};
use crate::select::Selected;

/// The Joliet side of a [`DiscMaster`](crate::DiscMaster): one data track with ISO 9660 and Joliet.
///
/// Handles are cheap to clone and stay valid; a call while another format is active is refused.
#[derive(Clone, Debug)]
pub struct JolietDiscMaster {
    pub(crate) shared: Arc<Shared>,
}

/// Joliet properties, by IMAPI's names.
#[derive(Clone, Debug, Default)]
pub(crate) struct JolietProperties {
    /// `None`: today's date.
    pub(crate) volume_name: Option<String>,
    /// Names that Joliet does not allow are changed instead of refused.
    pub(crate) adapt_names: bool,
    /// Host names that are not UTF-8 are escaped instead of refused.
    pub(crate) escape_names: bool,
    /// The disc takes no further session after the burn.
    pub(crate) close_disc: bool,
    /// A file that replaces one of the same length and date is taken as unchanged; else their contents are compared.
    pub(crate) trust_dates: bool,
}

impl JolietDiscMaster {
    /// Stages a tree: its items go into the root of the image, trees of several calls merge.
    ///
    /// Names that differ only in case are the same, but for discs whose last session has Rock Ridge or such names in one folder. With `overwrite` a file replaces a file, an imported one too;
    /// nothing ever replaces a folder, or a file by a folder. Contents are read at the burn. All or nothing: after an
    /// error the stage is as it was.
    ///
    /// A file that replaces an imported one with the same contents is not burned again: the session refers to the old extents.
    /// For that, files of the same length are read from the disc here, unless the `TrustDates` property is set.
    ///
    /// # Errors
    /// [`ImapiError::NoActiveRecorder`] before a recorder is selected for this image, [`ImapiError::FileExists`],
    /// [`ImapiError::BadJolietName`], [`ImapiError::DiscFull`], [`ImapiError::Layout`], [`ImapiError::Cancelled`].
    pub fn add_data(&self, data: &Tree, overwrite: bool) -> Result<Merged, ImapiError> {
        let mut state = self.shared.joliet()?;
        self.add(&mut state, data.clone(), overwrite)
    }

    /// Puts another tree in the place of the stage, imported files included: one made of [`staged`](Self::staged) by removing,
    /// renaming and moving. Later sessions then show it as it is here; what lies in earlier ones stays on the disc.
    ///
    /// # Errors
    /// [`ImapiError::NoActiveRecorder`] before a recorder is selected for this image, [`ImapiError::BadJolietName`],
    /// [`ImapiError::DiscFull`], [`ImapiError::Layout`].
    pub fn restage(&self, tree: Tree) -> Result<(), ImapiError> {
        let mut state = self.shared.joliet()?;
        let now = state.environment.now();
        let stage = &mut state.stage;
        let selected = stage.selected.as_ref().ok_or(ImapiError::NoActiveRecorder)?;
        if !stage.properties.adapt_names {
            let long_names = selected.long_names;
            // What is staged already keeps its names; in Rock Ridge they may be of any kind.
            let staged: HashSet<&str> = stage.tree.walk(Tree::ROOT).map(|entry| entry.name()).collect();
            check_names(&tree, Joliet { long_names, strict: false }.units(), &staged)?;
        }
        stage.set(tree, now)?;
        stage.filled = true;
        Ok(())
    }

    fn add(&self, state: &mut State, mut data: Tree, overwrite: bool) -> Result<Merged, ImapiError> {
        let now = state.environment.now();
        let State { stage, active, .. } = state;
        let mode = stage.selected.as_ref().ok_or(ImapiError::NoActiveRecorder)?.mode;
        let adapted = stage.adapt(&mut data)?;
        if let (true, SessionMode::Multi { .. }, Some(recorder)) = (overwrite, mode, &*active) {
            let by = if stage.properties.trust_dates { Sameness::Date } else { Sameness::Contents };
            let disc = stage.selected.as_ref().map(|selected| recorder.sectors_of(&selected.disc));
            let mut asking = |_| step(&mut self.shared.sinks());
            if let Some(disc) = disc {
                let kept = stage.tree.keep_unchanged(&mut data, &disc, by, &mut asking);
                kept.map_err(|error| match error {
                    UnchangedError::Cancelled => ImapiError::Cancelled,
                    other => ImapiError::Compare(other),
                })?;
            }
        }
        let merged = stage.add(&data, overwrite, now)?;
        stage.adapted.extend(adapted);
        Ok(merged)
    }

    /// Stages paths of the host: what a folder holds goes into the root, a file goes in by its name; symbolic links are
    /// followed. Gives what had to be left out (devices, pipes, sockets, dangling links).
    ///
    /// # Errors
    /// As [`add_data`](Self::add_data), and [`ImapiError::Scan`] when a path cannot be staged.
    pub fn add_paths<P: AsRef<Path>>(
        &self,
        paths: &[P],
        overwrite: bool,
    ) -> Result<Vec<Skipped>, ImapiError> {
        let mut state = self.shared.joliet()?;
        if state.stage.selected.is_none() {
            return Err(ImapiError::NoActiveRecorder);
        }
        let escape = state.stage.properties.escape_names;
        let names = if escape { HostNames::Escape } else { HostNames::Refuse };
        let options = ScanOptions { overwrite, names, ..ScanOptions::default() };
        // The total is known only at the end, so the steps count up to it.
        self.shared.sinks().each(|sink| sink.notify_add_progress(0, 1));
        let mut staging = |found: u64| {
            let mut sinks = self.shared.sinks();
            sinks.each(|sink| sink.notify_add_progress(found, found + 1));
            step(&mut sinks)
        };
        let staged = scan(paths, options, &mut staging).map_err(ImapiError::Scan)?;
        let found = u64::from(staged.tree.counts().files) + u64::from(staged.tree.counts().directories);
        self.add(&mut state, staged.tree, overwrite)?;
        state.stage.escaped.extend(staged.escaped);
        self.shared.sinks().each(|sink| sink.notify_add_progress(found, found));
        Ok(staged.skipped)
    }

    /// Blocks that a stage may take on the selected disc in the present mode, file-system structures included.
    ///
    /// # Errors
    /// [`ImapiError::NoActiveRecorder`] before a recorder is selected for this image.
    pub fn total_data_blocks(&self) -> Result<u32, ImapiError> {
        let state = self.shared.joliet()?;
        state.stage.capacity().ok_or(ImapiError::NoActiveRecorder)
    }

    /// Blocks that the stage takes, file-system structures included, the files of earlier sessions not.
    ///
    /// # Errors
    /// [`ImapiError::NoActiveRecorder`] before a recorder is selected for this image.
    pub fn used_data_blocks(&self) -> Result<u32, ImapiError> {
        let mut state = self.shared.joliet()?;
        let now = state.environment.now();
        let stage = &mut state.stage;
        if stage.selected.is_none() {
            return Err(ImapiError::NoActiveRecorder);
        }
        // Known since the last staging; neither the volume's name nor the time changes it.
        if let Some(used) = stage.used {
            return Ok(used);
        }
        let used = stage.planned(&stage.tree, now)?;
        stage.used = Some(used);
        Ok(used)
    }

    /// Bytes in a block: 2048.
    #[must_use]
    pub const fn data_block_size(&self) -> usize {
        area::USER_BYTES
    }

    /// The staged tree, the imported one under it; a snapshot.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`] and the like.
    pub fn staged(&self) -> Result<Arc<Tree>, ImapiError> {
        Ok(Arc::clone(&self.shared.joliet()?.stage.tree))
    }

    /// What importing the last session told: findings, names that cannot be kept, associated files that are left out. Its tree
    /// is empty here, being [`staged`](Self::staged). `None` in single-session mode.
    ///
    /// # Errors
    /// [`ImapiError::NoActiveRecorder`] before a recorder is selected for this image.
    pub fn imported(&self) -> Result<Option<Arc<Imported>>, ImapiError> {
        let state = self.shared.joliet()?;
        let selected = state.stage.selected.as_ref().ok_or(ImapiError::NoActiveRecorder)?;
        let is_multi = matches!(selected.mode, SessionMode::Multi { .. });
        Ok(selected.imported.clone().filter(|_| is_multi))
    }

    /// Entries that will have another name in the Joliet tree than they were staged with, which happens only with the
    /// `AdaptNames` property, and what they will be called.
    ///
    /// # Errors
    /// [`ImapiError::NoActiveRecorder`] before a recorder is selected for this image, [`ImapiError::Layout`].
    pub fn changed_names(&self) -> Result<Vec<ChangedName>, ImapiError> {
        let mut state = self.shared.joliet()?;
        let now = state.environment.now();
        let stage = &state.stage;
        if stage.selected.is_none() {
            return Err(ImapiError::NoActiveRecorder);
        }
        let layout =
            layout::layout(Arc::clone(&stage.tree), &stage.options(now, None)).map_err(ImapiError::Layout)?;
        let told = stage.adapted.iter().map(|adapted| ChangedName {
            path: adapted.path.clone(),
            hierarchy: HierarchyKind::Joliet,
            in_joliet: true,
            new_name: adapted.new_name.clone(),
            change: adapted.change,
        });
        Ok(told.chain(layout.changed_names().filter(|changed| changed.in_joliet)).collect())
    }

    /// Host names that were not UTF-8 when they were staged, and what they became, which happens only with the `EscapeNames`
    /// property.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`] and the like.
    pub fn escaped_names(&self) -> Result<Vec<Escaped>, ImapiError> {
        Ok(self.shared.joliet()?.stage.escaped.clone())
    }

    /// The properties: `VolumeName`, and four that IMAPI does not have: `AdaptNames`, whether names that Joliet does not
    /// allow are changed instead of refused; `EscapeNames`, whether in host names that are not UTF-8 the bytes that are none
    /// become `%` and two digits, instead of the names being refused; `CloseDisc`, whether the burn closes the disc for good; `TrustDates`, whether a file
    /// of the same length and date is taken as unchanged without being compared.
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`], [`ImapiError::NoActiveFormat`], [`ImapiError::WrongFormat`].
    pub fn joliet_properties(&self) -> Result<PropertySet, ImapiError> {
        let mut state = self.shared.joliet()?;
        let now = state.environment.now();
        let name = state.stage.properties.volume_name(now);
        let mut set = PropertySet::new();
        set.set("VolumeName", Value::Text(name));
        set.set("AdaptNames", Value::Flag(state.stage.properties.adapt_names));
        set.set("EscapeNames", Value::Flag(state.stage.properties.escape_names));
        set.set("CloseDisc", Value::Flag(state.stage.properties.close_disc));
        set.set("TrustDates", Value::Flag(state.stage.properties.trust_dates));
        Ok(set)
    }

    /// Sets properties; gives the names of those that were ignored, being unknown, of another type, or too long (a
    /// `VolumeName` has at most 16 UTF-16 units in the Joliet descriptor).
    ///
    /// # Errors
    /// [`ImapiError::NotOpened`], [`ImapiError::NoActiveFormat`], [`ImapiError::WrongFormat`].
    pub fn set_joliet_properties(&self, set: &PropertySet) -> Result<Ignored, ImapiError> {
        let mut state = self.shared.joliet()?;
        let properties = &mut state.stage.properties;
        Ok(apply(set, |name, value| match (name, value) {
            ("volumename", Value::Text(text)) if is_volume_name(text) => {
                properties.volume_name = (!text.is_empty()).then(|| text.clone());
                true
            }
            ("adaptnames", Value::Flag(adapt)) => {
                properties.adapt_names = *adapt;
                true
            }
            ("escapenames", Value::Flag(escape)) => {
                properties.escape_names = *escape;
                true
            }
            ("closedisc", Value::Flag(close)) => {
                properties.close_disc = *close;
                true
            }
            ("trustdates", Value::Flag(trust)) => {
                properties.trust_dates = *trust;
                true
            }
            _ => false,
        }))
    }
}

/// Units a volume name may have in the Joliet descriptor (32 bytes of UCS-2).
pub(crate) const VOLUME_NAME_UNITS: usize = 16;

fn is_volume_name(text: &str) -> bool {
    joliet::units(text) <= VOLUME_NAME_UNITS && !text.chars().any(char::is_control)
}

/// Refuses names that Joliet does not allow, but for those that are `known`.
fn check_names(tree: &Tree, limit: usize, known: &HashSet<&str>) -> Result<(), ImapiError> {
    for entry in tree.walk(Tree::ROOT).filter(|entry| !known.contains(entry.name())) {
        joliet::check(entry.name(), limit)
            .map_err(|source| ImapiError::BadJolietName { path: entry.path(), source })?;
    }
    Ok(())
}

fn step(sinks: &mut Sinks) -> ControlFlow<()> {
    if sinks.query_cancel() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

impl JolietProperties {
    /// The name to record: the one that was set, else the date of `now` in UTC.
    pub(crate) fn volume_name(&self, now: Timestamp) -> String {
        self.volume_name.clone().unwrap_or_else(|| {
            let date = OffsetDateTime::from_unix_timestamp(now.unix_seconds())
                .unwrap_or(OffsetDateTime::UNIX_EPOCH)
                .date();
            format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
        })
    }
}

impl Stage {
    /// Names that Joliet does not allow are changed before trees are merged, so that a file whose name changed in an earlier
    /// session is known again; or they are refused.
    fn adapt(&self, data: &mut Tree) -> Result<Vec<Adapted>, ImapiError> {
        if self.properties.adapt_names {
            return Ok(joliet::adapt(data, joliet::UNITS));
        }
        check_names(data, joliet::UNITS, &HashSet::new()).map(|()| Vec::new())
    }

    fn add(&mut self, data: &Tree, overwrite: bool, now: Timestamp) -> Result<Merged, ImapiError> {
        let mut tree = Tree::clone(&self.tree);
        let merged = tree.merge(data, overwrite).map_err(ImapiError::FileExists)?;
        self.set(tree, now)?;
        self.filled |= merged.added + merged.replaced > 0;
        Ok(merged)
    }

    /// Stages a tree if it fits onto the disc.
    fn set(&mut self, tree: Tree, now: Timestamp) -> Result<(), ImapiError> {
        let free = self.capacity().ok_or(ImapiError::NoActiveRecorder)?;
        let used = self.planned(&tree, now)?;
        if used > free {
            return Err(ImapiError::DiscFull { needed: used.into(), free: free.into() });
        }
        self.tree = Arc::new(tree);
        self.used = Some(used);
        Ok(())
    }

    /// Sectors that a session may take on the selected disc in the present mode.
    pub(crate) fn capacity(&self) -> Option<u32> {
        self.selected.as_ref().map(Selected::capacity)
    }

    /// Sectors that a session with `tree` takes.
    fn planned(&self, tree: &Tree, now: Timestamp) -> Result<u32, ImapiError> {
        layout::planned_sectors(tree, &self.options(now, None)).map_err(ImapiError::Layout)
    }

    /// How the session is to be laid out.
    pub(crate) fn options(&self, now: Timestamp, session_id: Option<[u8; 16]>) -> Options {
        let mut options = options_for(&self.properties, now);
        options.start = self.selected.as_ref().map_or(Lba(0), Selected::start);
        options.session_id = session_id;
        // Another program may have given long names to files that are on the disc; they keep them.
        let long_names = self.selected.as_ref().is_some_and(|selected| selected.long_names);
        options.joliet = Some(Joliet { long_names, strict: false });
        // Else the disc would not boot any more: a BIOS looks at the last session.
        let multi = |selected: &&Selected| matches!(selected.mode, SessionMode::Multi { .. });
        let continued = self.selected.as_ref().filter(multi);
        options.replayed_catalogue = continued.and_then(|selected| selected.catalogue);
        options.rock_ridge = continued.filter(|selected| selected.rock_ridge).map(|_| RockRidge::default());
        options
    }
}

/// How the facade lays out an image for a blank disc: ISO 9660 level 1 with Joliet, called `volume_name` or by the date of
/// `now` in UTC.
///
/// # Errors
/// [`VolumeNameError`] when the Joliet descriptor cannot hold the name.
pub fn image_options(volume_name: Option<&str>, now: Timestamp) -> Result<Options, VolumeNameError> {
    let volume_name = volume_name.map(str::to_owned);
    match &volume_name {
        Some(name) if !is_volume_name(name) => Err(VolumeNameError(name.clone())),
        _ => Ok(options_for(&JolietProperties { volume_name, ..JolietProperties::default() }, now)),
    }
}

/// A name that no Joliet volume can have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no volume name: 16 UTF-16 units at most, and no control characters")]
pub struct VolumeNameError(pub String);

pub(crate) fn options_for(properties: &JolietProperties, now: Timestamp) -> Options {
    let mut options = Options::new(properties.volume_name(now), now);
    options.volume = Volume { application: APPLICATION.to_owned(), ..options.volume };
    options
}

/// Application identifier of the sessions that the facade records.
pub(crate) const APPLICATION: &str = "DISCWRIGHT";
