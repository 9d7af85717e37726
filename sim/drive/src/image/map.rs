//! The map of a disc: what lies where, from the calibration area to the edge.

use core::fmt;

use discwright_cd::Lba;

use crate::derive::View;
use crate::disc::Disc;
use crate::medium::{Block, Content, Extent, Material, Medium};

/// A range of sectors that serve one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// What it is.
    pub kind: AreaKind,
    /// Session it belongs to, from 1.
    pub session: Option<u16>,
    /// Track it belongs to.
    pub track: Option<u8>,
    /// First sector.
    pub start: Lba,
    /// Sectors; at least one.
    pub sectors: u32,
    /// Written before the disc was last erased, and out of sight of a drive since.
    pub stale: bool,
}

/// What a range of sectors is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AreaKind {
    /// Power calibration area, written: test partitions and count frames.
    Calibration,
    /// Program memory area, written.
    Pma,
    /// Lead-in.
    LeadIn,
    /// Pregap of a track: index 0.
    Pregap,
    /// A track from an index on.
    Track {
        /// The index, from 1.
        index: u8,
    },
    /// Link block.
    Link,
    /// Run-in blocks.
    RunIn,
    /// Run-out blocks.
    RunOut,
    /// Lead-out.
    LeadOut,
    /// Power calibration area, not written.
    FreeCalibration,
    /// Program memory area, not written.
    FreePma,
    /// Anything else that is not written.
    Free,
}

impl fmt::Display for AreaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Calibration => "PCA",
            Self::Pma => "PMA",
            Self::LeadIn => "lead-in",
            Self::Pregap => "pregap",
            Self::Track { .. } => "track",
            Self::Link => "link",
            Self::RunIn => "run-in",
            Self::RunOut => "run-out",
            Self::LeadOut => "lead-out",
            Self::FreeCalibration => "PCA free",
            Self::FreePma => "PMA free",
            Self::Free => "free",
        })
    }
}

impl Area {
    /// First address behind it.
    #[must_use]
    pub fn end(&self) -> Lba {
        self.start.saturating_add(self.sectors)
    }
}

/// Sectors before the lead-in at which the PCA begins, and the PMA (ECMA-394 5.3 and 5.4).
const CALIBRATION: i32 = 2_690;
const PMA: i32 = 1_000;

/// Every area of a disc by rising address, without gaps, up to where the groove ends.
#[must_use]
pub fn map(disc: &Disc) -> Vec<Area> {
    let medium = disc.medium();
    let view = View::of(medium);
    let lead_in = medium.kind().lead_in_start();
    let pressed = medium.kind().spec().material == Material::Pressed;
    let mut at = if pressed { lead_in } else { lead_in - CALIBRATION };
    let mut areas: Vec<Area> = Vec::new();
    for extent in medium.extents_from(at) {
        add_free(&mut areas, medium, at, extent.start);
        add(&mut areas, area(medium, &view, extent));
        at = extent.end();
    }
    let edge = medium.kind().edge();
    if !pressed {
        add_free(&mut areas, medium, at, edge);
    }
    areas
}

/// Adds an area, to the one before when it goes on with it.
fn add(areas: &mut Vec<Area>, area: Area) {
    match areas.last_mut() {
        Some(last)
            if last.end() == area.start
                && Area { start: area.start, sectors: area.sectors, ..*last } == area =>
        {
            last.sectors = last.sectors.saturating_add(area.sectors);
        }
        _ => areas.push(area),
    }
}

/// Adds what is not written from one address to another, parted where the fixed areas end.
fn add_free(areas: &mut Vec<Area>, medium: &Medium, from: Lba, to: Lba) {
    let lead_in = medium.kind().lead_in_start();
    let mut start = from;
    for (end, kind) in
        [(lead_in - PMA, AreaKind::FreeCalibration), (lead_in, AreaKind::FreePma), (to, AreaKind::Free)]
    {
        if let Some(sectors) = end.min(to).sectors_since(start).filter(|sectors| *sectors > 0) {
            add(areas, Area { kind, session: None, track: None, start, sectors, stale: false });
            start = end.min(to);
        }
    }
}

fn area(medium: &Medium, view: &View, extent: &Extent) -> Area {
    let session = || {
        let open = view.open.as_ref().filter(|open| extent.start >= open.program - 150);
        let closed = view.sessions.iter().rev().find(|session| extent.start >= session.lead_in);
        open.map(|open| open.number).or_else(|| closed.map(|session| session.number))
    };
    let stale = extent.generation != medium.erasures();
    let (kind, track) = match &extent.content {
        Content::Calibration => (AreaKind::Calibration, None),
        Content::Pma(_) => (AreaKind::Pma, None),
        Content::LeadIn(_) => (AreaKind::LeadIn, None),
        Content::LeadOut { .. } => (AreaKind::LeadOut, None),
        Content::Track(q, block) => {
            let kind = match block {
                Block::Link => AreaKind::Link,
                Block::RunIn => AreaKind::RunIn,
                Block::RunOut => AreaKind::RunOut,
                _ if q.index == 0 => AreaKind::Pregap,
                _ => AreaKind::Track { index: q.index },
            };
            (kind, Some(q.track))
        }
    };
    let belongs = !matches!(kind, AreaKind::Calibration | AreaKind::Pma) && !stale;
    let session = if belongs { session() } else { None };
    Area { kind, session, track, start: extent.start, sectors: extent.sectors, stale }
}
