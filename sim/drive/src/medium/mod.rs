//! The physical disc: which sectors a laser has changed, by their address in the groove, and to what.
//!
//! Nothing here knows what a session or a next writable address is; that is derived by scanning
//! ([`crate::derive`]). The law of the material is kept here: dye takes a mark once.

use std::collections::BTreeMap;

use discwright_cd::Lba;
use thiserror::Error;

mod content;
mod kind;
mod packets;
mod payload;

pub use content::{Block, Content, Form, LeadIn, QItem, Subchannel, TrackQ};
pub use kind::{AtipSpec, Material, MediumKind, MediumSpec, RwClass, UnknownMedium};
pub use packets::FixedPackets;
pub(crate) use packets::LINK_LOSS;
pub use payload::Payload;
pub(crate) use payload::{Place, Stored};

/// A range of sectors that are all alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Its first sector.
    pub start: Lba,
    /// Sectors in it; at least one.
    pub sectors: u32,
    /// Erasures of the whole disc before it was written, so that what survived one can be told from what came after.
    pub generation: u32,
    /// What it holds.
    pub content: Content,
}

impl Extent {
    /// First address behind it.
    #[must_use]
    pub fn end(&self) -> Lba {
        self.start.saturating_add(self.sectors)
    }

    /// The part from `from` to before `to`, where they overlap.
    #[must_use]
    pub fn part(&self, from: Lba, to: Lba) -> Option<Self> {
        let start = self.start.max(from);
        let sectors = self.end().min(to).sectors_since(start).filter(|sectors| *sectors > 0)?;
        let skipped = start.sectors_since(self.start)?;
        Some(Self { start, sectors, generation: self.generation, content: self.content.skip(skipped) })
    }
}

/// Catalogue number or ISRC, carried by some frames of the Q channel of a range of the program area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QNote {
    /// Where it begins.
    pub start: Lba,
    /// Sectors among which it is repeated.
    pub sectors: u32,
    /// What it says.
    pub note: Note,
}

/// What the Q channel says besides the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// Media catalogue number, 13 digits in ASCII (ADR 2).
    Catalogue([u8; 13]),
    /// International standard recording code, 12 characters in ASCII (ADR 3).
    Isrc([u8; 12]),
}

/// Why the laser could not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MediumError {
    /// The dye has its mark already.
    #[error("sector {0} of a write-once disc is written already")]
    WrittenAlready(Lba),
    /// Only phase change media can be erased.
    #[error("a disc that is not rewritable cannot be erased")]
    NotErasable,
    /// A pressed disc takes no marks.
    #[error("a pressed disc cannot be written")]
    Pressed,
    /// There is no groove.
    #[error("sector {0} lies where the disc has no groove")]
    NoGroove(Lba),
}

/// The marks on a disc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Medium {
    kind: MediumKind,
    extents: BTreeMap<Lba, Extent>,
    notes: Vec<QNote>,
    erasures: u32,
    revision: u64,
}

impl Medium {
    /// A disc as it comes out of its box.
    #[must_use]
    pub const fn blank(kind: MediumKind) -> Self {
        Self { kind, extents: BTreeMap::new(), notes: Vec::new(), erasures: 0, revision: 0 }
    }

    /// What kind of disc it is.
    #[must_use]
    pub const fn kind(&self) -> MediumKind {
        self.kind
    }

    /// Counts every change, so that what was derived can be kept until the next.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// How often the disc was erased as a whole, that is, with its PMA.
    #[must_use]
    pub const fn erasures(&self) -> u32 {
        self.erasures
    }

    /// Everything written, by rising address.
    pub fn extents(&self) -> impl Iterator<Item = &Extent> {
        self.extents.values()
    }

    /// Everything written from `from` on, by rising address; the first may begin before it.
    pub fn extents_from(&self, from: Lba) -> impl Iterator<Item = &Extent> {
        let first = self.extent_at(from).map_or(from, |extent| extent.start);
        self.extents.range(first..).map(|(_, extent)| extent)
    }

    /// What the Q channel says besides positions.
    #[must_use]
    pub fn notes(&self) -> &[QNote] {
        &self.notes
    }

    /// The extent that a sector belongs to; `None` where nothing is written.
    #[must_use]
    pub fn extent_at(&self, at: Lba) -> Option<&Extent> {
        self.extents.range(..=at).next_back().map(|(_, extent)| extent).filter(|extent| extent.end() > at)
    }

    /// What a sector of a track is: its Q channel, and its block with packets resolved.
    #[must_use]
    pub fn block_at(&self, at: Lba) -> Option<(TrackQ, Block)> {
        let extent = self.extent_at(at)?;
        let Content::Track(q, block) = &extent.content else { return None };
        Some((*q, block.at(at.sectors_since(extent.start)?)))
    }

    /// The extent that a sector belongs to, if it was written in the disc's present life: since it was last erased as
    /// a whole.
    #[must_use]
    pub fn live_at(&self, at: Lba) -> Option<&Extent> {
        self.extent_at(at).filter(|extent| extent.generation == self.erasures)
    }

    /// First address behind the unbroken run of sectors written in the disc's present life that begins at `start`.
    #[must_use]
    pub fn live_until(&self, start: Lba) -> Lba {
        self.written_until(start, Some(self.erasures))
    }

    /// First address behind the unbroken run of written sectors that begins at `start`; all of one generation, when
    /// one is given.
    #[must_use]
    pub fn written_until(&self, start: Lba, generation: Option<u32>) -> Lba {
        let mut end = start;
        for extent in self.extents_from(start) {
            if extent.start > end || generation.is_some_and(|it| it != extent.generation) {
                break;
            }
            end = extent.end();
        }
        end
    }

    /// Whether the laser may write here.
    ///
    /// # Errors
    /// [`MediumError`] when the material forbids it.
    pub fn check(&self, start: Lba, sectors: u32) -> Result<(), MediumError> {
        let end = start.saturating_add(sectors);
        if end > self.kind.edge() {
            return Err(MediumError::NoGroove(start.max(self.kind.edge())));
        }
        match self.kind.spec().material {
            Material::Pressed => Err(MediumError::Pressed),
            Material::Rewritable(_) => Ok(()),
            Material::WriteOnce => match self.extents_from(start).next() {
                Some(extent) if extent.start < end => {
                    Err(MediumError::WrittenAlready(extent.start.max(start)))
                }
                _ => Ok(()),
            },
        }
    }

    /// Marks a range; on rewritable media over what was there.
    ///
    /// # Errors
    /// [`MediumError`] when the material forbids it; nothing is changed then.
    pub fn burn(&mut self, start: Lba, sectors: u32, content: Content) -> Result<(), MediumError> {
        self.check(start, sectors)?;
        self.put(start, sectors, content);
        Ok(())
    }

    /// Marks a range by the stamper of a pressed disc: any material takes it.
    pub(crate) fn put(&mut self, start: Lba, sectors: u32, content: Content) {
        if sectors == 0 {
            return;
        }
        self.revision += 1;
        self.clear(start, start.saturating_add(sectors));
        self.extents.insert(start, Extent { start, sectors, generation: self.erasures, content });
    }

    /// Adds a catalogue number or ISRC to the Q channel of a range.
    pub fn note(&mut self, note: QNote) {
        self.revision += 1;
        self.notes.push(note);
    }

    /// Takes the marks off a range of a rewritable disc.
    ///
    /// # Errors
    /// [`MediumError::NotErasable`] on any other disc.
    pub fn erase(&mut self, start: Lba, sectors: u32) -> Result<(), MediumError> {
        if !self.kind.is_rewritable() {
            return Err(MediumError::NotErasable);
        }
        let end = start.saturating_add(sectors);
        self.revision += 1;
        self.clear(start, end);
        self.notes.retain(|note| note.start < start || note.start >= end);
        let pma_end = self.kind.lead_in_start();
        if start < pma_end && pma_end <= end && self.pma_is_empty() {
            self.erasures += 1;
            // What the Q channel said belongs to the disc's former life, wherever it was.
            self.notes.clear();
        }
        Ok(())
    }

    fn pma_is_empty(&self) -> bool {
        let first = self.extents_from(crate::derive::Layout::pma(self.kind)).next();
        first.is_none_or(|extent| extent.start >= self.kind.lead_in_start())
    }

    fn clear(&mut self, from: Lba, to: Lba) {
        let touched: Vec<Lba> = self
            .extents_from(from)
            .take_while(|extent| extent.start < to)
            .map(|extent| extent.start)
            .collect();
        for start in touched {
            let Some(extent) = self.extents.remove(&start) else { continue };
            let before = extent.part(Lba(i32::MIN), from);
            let after = extent.part(to, Lba(i32::MAX));
            for part in [before, after].into_iter().flatten() {
                self.extents.insert(part.start, part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zeros(track: u8) -> Content {
        Content::Track(TrackQ { track, index: 1, control: 4, zero: Lba(0) }, Block::Zeros(Form::Mode1))
    }

    #[test]
    fn dye_takes_a_mark_once() {
        let mut medium = Medium::blank(MediumKind::CdR80);
        medium.burn(Lba(0), 100, zeros(1)).unwrap();
        for (start, sectors, at) in [(0, 1, 0), (-10, 11, 0), (99, 5, 99), (-10, 500, 0), (50, 1, 50)] {
            let before = medium.clone();
            assert_eq!(medium.burn(Lba(start), sectors, zeros(1)), Err(MediumError::WrittenAlready(Lba(at))));
            assert_eq!(medium, before, "a refused write leaves the disc alone");
        }
        assert_eq!(medium.erase(Lba(0), 1), Err(MediumError::NotErasable));
        medium.burn(Lba(100), 1, zeros(1)).unwrap();
        medium.burn(Lba(-1), 1, zeros(1)).unwrap();
        assert_eq!(medium.written_until(Lba(-1), None), Lba(101));
    }

    #[test]
    fn phase_change_is_overwritten_and_erased_in_parts() {
        let mut medium = Medium::blank(MediumKind::CdRw80);
        medium.burn(Lba(0), 100, zeros(1)).unwrap();
        medium.burn(Lba(40), 20, zeros(2)).unwrap();
        let found: Vec<_> = medium.extents().map(|it| (it.start.0, it.sectors)).collect();
        assert_eq!(found, [(0, 40), (40, 20), (60, 40)]);
        medium.erase(Lba(30), 20).unwrap();
        let found: Vec<_> = medium.extents().map(|it| (it.start.0, it.sectors)).collect();
        assert_eq!(found, [(0, 30), (50, 10), (60, 40)]);
        assert_eq!(medium.written_until(Lba(0), Some(0)), Lba(30));
    }

    /// The last item of a full PMA can be erased without the disc counting as erased.
    #[test]
    fn a_disc_is_erased_when_its_pma_is_empty() {
        let mut medium = Medium::blank(MediumKind::CdRw80);
        let end = MediumKind::CdRw80.lead_in_start();
        let item = QItem { control: 4, adr: 1, point: 1, time: [0; 3], zero: 0, point_time: [0; 3] };
        medium.burn(end - 20, 20, Content::Pma(item)).unwrap();
        medium.erase(end - 10, 10).unwrap();
        assert_eq!(medium.erasures(), 0);
        medium.erase(end - 1_000, 1_000).unwrap();
        assert_eq!(medium.erasures(), 1);
    }

    #[test]
    fn the_groove_ends() {
        let mut medium = Medium::blank(MediumKind::CdR80);
        let edge = MediumKind::CdR80.edge();
        medium.burn(edge - 1, 1, zeros(1)).unwrap();
        assert_eq!(medium.burn(edge, 1, zeros(1)), Err(MediumError::NoGroove(edge)));
    }

    #[test]
    fn a_pressed_disc_takes_nothing() {
        let mut medium = Medium::blank(MediumKind::CdRom);
        assert_eq!(medium.burn(Lba(0), 1, zeros(1)), Err(MediumError::Pressed));
    }
}
