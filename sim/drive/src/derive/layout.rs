//! Where the fixed areas of a disc lie, and what is in them.

use discwright_cd::{Lba, area};

use super::is_lead_in;
use crate::medium::{Content, LeadIn, Medium, MediumKind, QItem};

/// Pregap of a track.
pub(crate) const PREGAP: i32 = 150;
/// Lead-in of every session but the first.
pub(crate) const LEAD_IN: i32 = 4_500;
/// The PMA ends where the lead-in starts, and is so long (ECMA-394 5.4).
pub(crate) const PMA: i32 = 1_000;
/// Each item of the PMA is written ten times.
pub(crate) const PMA_ITEM: u32 = 10;
/// Test area of the PCA: from 00:35:65 before the lead-in, 100 partitions of 15 frames (ECMA-394 5.3).
const TEST_AREA: i32 = 2_690;
const TEST_PARTITION: u32 = 15;
/// Count area of the PCA: from 00:15:05 before the lead-in, 100 frames.
const COUNT_AREA: i32 = 1_130;
/// Calibrations a disc has room for.
pub(crate) const CALIBRATIONS: u32 = 100;

/// Where the next item of a small area goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout;

impl Layout {
    /// First address of the PMA.
    #[must_use]
    pub fn pma(kind: MediumKind) -> Lba {
        kind.lead_in_start() - PMA
    }

    /// First address of the power calibration area.
    #[must_use]
    pub fn calibration(kind: MediumKind) -> Lba {
        kind.lead_in_start() - TEST_AREA
    }

    /// Where the next PMA item goes, and the sectors it takes: behind the last item, then where an erased one left room;
    /// `None` when the PMA is full.
    #[must_use]
    pub fn next_pma_item(medium: &Medium) -> Option<(Lba, u32)> {
        let (start, end) = (Self::pma(medium.kind()), medium.kind().lead_in_start());
        let mut room = Vec::new();
        let mut at = start;
        for extent in medium.extents_from(start).take_while(|extent| extent.start < end) {
            room.push((at, extent.start));
            at = extent.end();
        }
        room.insert(0, (at, end));
        // An erasure that was cut off may have left a part of an item, which still counts.
        let fits = |(from, to): &(Lba, Lba)| from.saturating_add(PMA_ITEM) <= *to;
        room.into_iter().find(fits).map(|(at, _)| (at, PMA_ITEM))
    }

    /// Test partition and count frame of the next calibration; `None` when the PCA is full.
    #[must_use]
    pub fn next_calibration(medium: &Medium) -> Option<[(Lba, u32); 2]> {
        let used = calibrations(medium);
        let start = medium.kind().lead_in_start();
        // Both areas fill from their outer end.
        let left = CALIBRATIONS.checked_sub(used + 1)?;
        let test = (start - TEST_AREA).saturating_add(left * TEST_PARTITION);
        Some([(test, TEST_PARTITION), ((start - COUNT_AREA).saturating_add(left), 1)])
    }

    /// Lead-out of a session: its first address and its sectors.
    #[must_use]
    pub const fn lead_out(session: u16, start: Lba) -> (Lba, u32) {
        (start, area::lead_out(session))
    }
}

/// Calibrations done so far.
pub(crate) fn calibrations(medium: &Medium) -> u32 {
    let first = medium.kind().lead_in_start() - COUNT_AREA;
    let end = first.saturating_add(CALIBRATIONS);
    let counted = medium.extents_from(first).take_while(|extent| extent.start < end);
    counted.filter(|extent| extent.content == Content::Calibration).map(|extent| extent.sectors).sum()
}

/// The items of the PMA in order.
pub(crate) fn pma_items(medium: &Medium) -> Vec<QItem> {
    let extents = medium.extents_from(Layout::pma(medium.kind()));
    let within = extents.take_while(|extent| extent.start < medium.kind().lead_in_start());
    let items = within.filter_map(|extent| match &extent.content {
        Content::Pma(item) => Some(*item),
        _ => None,
    });
    items.collect()
}

/// What the lead-in between two addresses carries; a part of it is enough, for it repeats.
pub(crate) fn lead_in_between(medium: &Medium, from: Lba, to: Lba) -> Option<&LeadIn> {
    let within = medium.extents_from(from).take_while(|extent| extent.start < to);
    // On a disc erased in a hurry the lead-ins of its former life are still there.
    let live = within.filter(|extent| extent.generation == medium.erasures());
    live.map(|extent| is_lead_in(&extent.content)).find_map(core::convert::identity)
}

/// Whether a whole lead-out is written.
pub(crate) fn has_lead_out(medium: &Medium, start: Lba, sectors: u32) -> bool {
    run_until(medium, start, is_lead_out) >= start.saturating_add(sectors)
}

pub(crate) const fn is_lead_out(content: &Content) -> bool {
    matches!(content, Content::LeadOut { .. })
}

/// First address behind the unbroken run of such content that begins at `start`. On a rewritable disc other things may lie
/// right behind it.
pub(crate) fn run_until(medium: &Medium, start: Lba, belongs: impl Fn(&Content) -> bool) -> Lba {
    let mut end = start;
    while let Some(extent) = medium.live_at(end).filter(|extent| belongs(&extent.content)) {
        end = extent.end();
    }
    end
}
