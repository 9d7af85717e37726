//! Reading the El Torito boot catalogue.

use discwright_cd::Lba;

use super::finding::{Findings, Place};
use super::source::ReadSectors;
use super::volume::Volume;
use crate::format::SECTOR_BYTES;
use crate::format::el_torito::BootCatalogue;

/// Sectors of a catalogue that are read at most: two thousand entries. Real ones have one.
const MAX_SECTORS: i32 = 32;

impl<S: ReadSectors> Volume<S> {
    /// The boot catalogue that the boot record names, and what is wrong with it; `None` when the volume names none.
    ///
    /// A catalogue that cannot be read or is none is told by the findings alone. The file system does not depend on it.
    pub fn boot_catalogue(&self) -> Option<(Option<BootCatalogue>, Findings)> {
        let record = self.boot_record().filter(|record| record.is_el_torito())?;
        let mut findings = Findings::default();
        let lba = Lba(i32::try_from(record.catalogue).unwrap_or(i32::MAX));
        let place = Place::start_of(lba);
        let room = self.source.end().map_or(MAX_SECTORS, |end| end.0.saturating_sub(lba.0));
        // A source that cannot tell its end may end right behind a catalogue of one sector.
        let mut bytes = Vec::new();
        for sectors in [room.clamp(1, MAX_SECTORS), 1] {
            bytes.resize(usize::try_from(sectors).unwrap_or(1) * SECTOR_BYTES, 0);
            match self.source.read_sectors(lba, &mut bytes) {
                Ok(()) => break,
                Err(error) if sectors == 1 => {
                    findings.error(
                        place,
                        EL_TORITO,
                        format_args!("the boot catalogue cannot be read: {error}"),
                    );
                    return Some((None, findings));
                }
                Err(_) => {}
            }
        }
        match BootCatalogue::parse(&bytes) {
            Ok((catalogue, wrong)) => {
                for error in wrong {
                    findings.error(place, EL_TORITO, error);
                }
                Some((Some(catalogue), findings))
            }
            Err(error) => {
                findings.error(place, EL_TORITO, error);
                Some((None, findings))
            }
        }
    }
}

const EL_TORITO: &str = "El Torito 1.0, 2";
