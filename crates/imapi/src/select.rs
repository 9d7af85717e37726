//! Selecting a recorder: what disc is in it, and whether it can take another session.

use std::sync::Arc;

use discwright_burn::{Disc, DiscIdentity};
use discwright_cd::{Lba, area};
use discwright_iso9660::layout::{RockRidge, planned_sectors};
use discwright_iso9660::names::joliet;
use discwright_iso9660::read::{Imported, ReadSectors, View, Volume, import_keeping_names};
use discwright_iso9660::tree::{Timestamp, Tree};
use discwright_plan::{DiscState, DiscStatus, WriteType};
use tracing::debug;

use crate::error::ImapiError;
use crate::joliet::{JolietProperties, options_for};
use crate::master::SessionMode;
use crate::recorder::DiscRecorder;
use crate::sectors::DiscSectors;

/// Sectors of the descriptors that tell a session from others.
const DESCRIPTOR_SECTORS: usize = 16;

/// The disc of a recorder as it was when that was selected.
#[derive(Clone, Debug)]
pub(crate) struct Selected {
    pub(crate) mode: SessionMode,
    pub(crate) disc: DiscState,
    pub(crate) identity: DiscIdentity,
    /// Whether the last session has names that only long Joliet names can keep.
    pub(crate) long_names: bool,
    /// Whether the last session has Rock Ridge, which the next one keeps: else links, special files, permissions and what is
    /// compressed would be lost.
    pub(crate) rock_ridge: bool,
    /// What importing the last session told; its tree is in the stage.
    pub(crate) imported: Option<Arc<Imported>>,
    /// Where the boot catalogue of the last session lies.
    pub(crate) catalogue: Option<Lba>,
}

impl Selected {
    /// Where the session will start.
    pub(crate) fn start(&self) -> Lba {
        match self.mode {
            SessionMode::Single => Lba(0),
            SessionMode::Multi { .. } => self.disc.next_writable.unwrap_or(Lba(0)),
        }
    }

    /// Sectors that the session may take: on this disc in multi-session mode, on a blank one like it in
    /// single-session mode, where this one need not be what is in the drive at the burn.
    pub(crate) fn capacity(&self) -> u32 {
        match self.mode {
            SessionMode::Multi { .. } => self.disc.capacity(WriteType::Auto),
            SessionMode::Single if self.disc.status == DiscStatus::Blank => {
                self.disc.capacity(WriteType::Auto)
            }
            SessionMode::Single => {
                let blank = |last_lead_out| DiscState::blank(self.disc.kind, last_lead_out);
                self.disc.last_lead_out.map_or(0, |limit| blank(limit).capacity(WriteType::Auto))
            }
        }
    }
}

/// Reads the disc in a recorder; the tree of its last session in multi-session mode, else an empty one.
pub(crate) fn select(recorder: &DiscRecorder) -> Result<(Selected, Tree), ImapiError> {
    let claim = recorder.claim()?;
    let survey = claim.survey()?;
    recorder.refresh_speed(&survey);
    let disc = survey.disc.ok_or_else(|| recorder.no_medium())?;
    let identity = identity(recorder, &disc);
    let mode = SessionMode::Single;
    let mut selected = Selected {
        mode,
        disc: disc.state,
        identity,
        long_names: false,
        rock_ridge: false,
        imported: None,
        catalogue: None,
    };
    let Some(volume) = joliet_volume(recorder, &selected.disc) else { return Ok((selected, Tree::new())) };

    selected.rock_ridge = volume.views().any(|view| view == View::RockRidge);
    let view = if selected.rock_ridge { View::RockRidge } else { View::Joliet };
    let mut imported = import_tree(recorder, &volume, view)?;
    let tree = core::mem::take(&mut imported.tree);
    selected.imported = Some(Arc::new(imported));
    selected.long_names =
        volume.walk(View::Joliet).any(|visited| joliet::units(&visited.entry.name) > joliet::UNITS);
    let boots = volume.boot_record().filter(|record| record.is_el_torito());
    selected.catalogue = boots.and_then(|record| i32::try_from(record.catalogue).ok()).map(Lba);
    selected.mode = SessionMode::Multi {
        sessions: u16::try_from(selected.disc.sessions.len()).unwrap_or(u16::MAX),
        imported_files: tree.counts().files,
    };
    check_room(&selected, &tree)?;
    Ok((selected, tree))
}

/// The volume of the last session, if the disc can take another one and the volume has a Joliet tree.
fn joliet_volume(recorder: &DiscRecorder, disc: &DiscState) -> Option<Volume<DiscSectors>> {
    if disc.status != DiscStatus::Appendable || disc.recordable().is_err() {
        return None;
    }
    let start = disc.last_session_start()?;
    match Volume::open(recorder.sectors_of(disc), start) {
        Ok(volume) => volume.joliet().is_some().then_some(volume),
        Err(error) => {
            debug!(%start, %error, "the last session holds no volume that could be continued");
            None
        }
    }
}

fn import_tree(
    recorder: &DiscRecorder,
    volume: &Volume<DiscSectors>,
    view: View,
) -> Result<Imported, ImapiError> {
    let failed = |problem| ImapiError::Import { drive: recorder.path().to_owned(), problem };
    let imported = import_keeping_names(volume, view);
    // A session that leaves out what could not be read would hide it for good.
    if imported.is_complete() {
        return Ok(imported);
    }
    let worst = imported.findings.as_slice().iter().max_by_key(|finding| finding.level);
    let first = worst.map_or_else(|| "entries cannot be taken over".to_owned(), ToString::to_string);
    Err(failed(first))
}

/// Room for a minimum track and for the structures that the imported tree needs by itself.
fn check_room(selected: &Selected, tree: &Tree) -> Result<(), ImapiError> {
    let mut options = options_for(&JolietProperties::default(), Timestamp::EPOCH);
    options.start = selected.start();
    options.replayed_catalogue = selected.catalogue;
    options.rock_ridge = selected.rock_ridge.then(RockRidge::default);
    let structures = planned_sectors(tree, &options).map_err(ImapiError::Layout)?;
    selected
        .disc
        .room_for_session(structures.max(area::MIN_TRACK))
        .map(drop)
        .map_err(|error| ImapiError::from_plan("the disc", error))
}

/// Digest of ATIP, table of contents and next writable address, and of the last session's first descriptors, which carry
/// the random identifier of a session that this library burned.
pub(crate) fn identity(recorder: &DiscRecorder, disc: &Disc) -> DiscIdentity {
    let mut descriptors = vec![0; DESCRIPTOR_SECTORS * area::USER_BYTES];
    let Some(start) = disc.state.last_session_start() else { return disc.identity };
    let read = recorder.sectors_of(&disc.state).read_sectors(start + 16, &mut descriptors);
    match read {
        Ok(()) => disc.identity.with(&descriptors),
        // Audio, or a volume too short for sixteen sectors: table of contents and address tell it.
        Err(_) => disc.identity,
    }
}
