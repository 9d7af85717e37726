//! The boot catalogue and the boot info tables.

use super::{BootImage, Emulation, Layout, Platform, UNPLACED};
use crate::format::el_torito::{BootCatalogue, BootEntry, BootInfoTable, Section};
use crate::format::{BootRecord, FormatError, SECTOR_BYTES};
use crate::tree::{ContentId, Stored};

impl Layout {
    /// The boot record that points to the catalogue, if the disc boots.
    pub(crate) fn boot_record(&self) -> Option<BootRecord> {
        let catalogue = match (&self.extras.boot, self.options.replayed_catalogue) {
            (Some(boot), _) => self.content_location(boot.catalogue),
            (None, Some(catalogue)) => u32::try_from(catalogue.0).unwrap_or(0),
            (None, None) => return None,
        };
        Some(BootRecord { boot_system_identifier: BootRecord::EL_TORITO, catalogue })
    }

    pub(crate) fn is_catalogue(&self, content: ContentId) -> bool {
        self.extras.boot.as_ref().is_some_and(|boot| boot.catalogue == content)
    }

    pub(crate) fn is_patched(&self, content: ContentId) -> bool {
        self.extras.boot.as_ref().is_some_and(|boot| boot.patched.contains(&content))
    }

    pub(crate) fn encode_catalogue(&self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        out.clear();
        let (Some(plan), Some(boot)) = (&self.extras.boot, &self.options.boot) else { return Ok(()) };
        let mut entries =
            boot.images.iter().zip(plan.images.iter().zip(&plan.system_types)).map(
                |(image, (content, system))| (image.platform, self.boot_entry(image, *content, *system)),
            );
        let Some((platform, default)) = entries.next() else { return Ok(()) };
        let mut sections: Vec<Section> = Vec::new();
        for (platform, entry) in entries {
            match sections.last_mut().filter(|section| section.platform == platform) {
                Some(section) => section.entries.push(entry),
                None => sections.push(Section { platform, identifier: [0; 28], entries: vec![entry] }),
            }
        }
        let mut identifier = [0; 24];
        identifier.iter_mut().zip(boot.manufacturer.bytes()).for_each(|(place, byte)| *place = byte);
        BootCatalogue { platform, identifier, default, sections }.append_to(out)?;
        out.resize(out.len().next_multiple_of(SECTOR_BYTES), 0);
        Ok(())
    }

    fn boot_entry(&self, image: &BootImage, content: ContentId, system_type: u8) -> BootEntry {
        let bytes = self.stored(content).map_or(0, Stored::bytes);
        let whole = || u16::try_from(bytes.div_ceil(512)).unwrap_or(0);
        let usual = match (image.emulation, image.platform) {
            (Emulation::None, Platform::X86) => 4,
            (Emulation::None, _) => whole(),
            _ => 1,
        };
        BootEntry {
            bootable: image.bootable,
            emulation: image.emulation,
            load_segment: image.load_segment,
            system_type,
            load_sectors: image.load_sectors.unwrap_or(usual),
            image: self.content_location(content),
            selection_criteria: [0; 20],
        }
    }

    /// Puts the boot info table into an image, given whole.
    pub(crate) fn patch(&self, content: ContentId, image: &mut [u8]) {
        let table = BootInfoTable {
            primary_descriptor: self.on_disc(self.plan.descriptors),
            image: self.content_location(content),
            image_bytes: u32::try_from(image.len()).unwrap_or(u32::MAX),
            checksum: checksum(image),
        };
        let bytes = table.encode();
        if let Some(place) = image.get_mut(BootInfoTable::OFFSET..BootInfoTable::OFFSET + bytes.len()) {
            place.copy_from_slice(&bytes);
        }
    }

    /// Where on the disc a content begins.
    fn content_location(&self, content: ContentId) -> u32 {
        if let Some(Stored::Disc(extents)) = self.stored(content) {
            return extents.first().and_then(|extent| u32::try_from(extent.start.0).ok()).unwrap_or(0);
        }
        let start = self.plan.starts.get(content.slot()).copied().filter(|start| *start != UNPLACED);
        start.map_or(0, |start| self.on_disc(start))
    }
}

/// Sum of all 32-bit words from byte 64 on, the last filled up with zeros.
fn checksum(image: &[u8]) -> u32 {
    let rest = image.get(BootInfoTable::OFFSET + BootInfoTable::BYTES..).unwrap_or_default();
    rest.chunks(4).fold(0, |sum: u32, chunk| {
        let mut word = [0; 4];
        word.iter_mut().zip(chunk).for_each(|(place, byte)| *place = *byte);
        sum.wrapping_add(u32::from_le_bytes(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_begins_behind_the_table() {
        let mut image = vec![0xFF; 64];
        image.extend([1, 0, 0, 0, 2, 0, 0, 0, 3]);
        assert_eq!(checksum(&image), 6);
    }
}
