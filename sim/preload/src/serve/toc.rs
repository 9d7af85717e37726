//! What the kernel finds out of the table of contents.

use discwright_mmc::command::{ReadSessionInfo, ReadToc};
use discwright_mmc::toc::{Toc, TocEntry};
use rustix::io::Errno;

use super::errno::{Error, Result};
use super::unit::Unit;

/// Room for the header and 100 entries.
const TOC_BYTES: u16 = 4 + 100 * 8;

/// Tracks by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tracks {
    pub(super) data: u32,
    pub(super) audio: u32,
}

impl Unit {
    /// First and last track (drivers/scsi/sr_ioctl.c, `sr_read_tochdr`).
    pub(super) fn toc_header(&mut self) -> Result<(u8, u8)> {
        let toc = self.ask(&ReadToc { allocation_bytes: 12, ..ReadToc::default() })?;
        Ok((toc.first_track, toc.last_track))
    }

    /// One track, or the lead-out as AAh (`sr_read_tocentry`).
    pub(super) fn toc_entry(&mut self, track: u8, msf: bool) -> Result<TocEntry> {
        let toc: Toc = self.ask(&ReadToc { msf, number: track, allocation_bytes: 12 })?;
        toc.entries.first().copied().ok_or(Error(Errno::INVAL))
    }

    /// Counts the tracks of a disc by kind (drivers/cdrom/cdrom.c, `cdrom_count_tracks`).
    pub(super) fn tracks(&mut self) -> Result<Tracks> {
        let toc = self.ask(&ReadToc { allocation_bytes: TOC_BYTES, ..ReadToc::default() })?;
        let tracks = toc.entries.iter().filter(|entry| entry.track != 0xAA);
        let mut counted = Tracks::default();
        for entry in tracks {
            *if entry.control & 4 == 0 { &mut counted.audio } else { &mut counted.data } += 1;
        }
        Ok(counted)
    }

    /// Where the last session begins; 0 for the first (drivers/scsi/sr_vendor.c, `sr_cd_check`).
    pub(super) fn last_session(&mut self) -> i32 {
        let info = self.ask(&ReadSessionInfo { allocation_bytes: 12, ..ReadSessionInfo::default() });
        match info {
            Ok(info) if info.last_session > 1 => info.first_track.map_or(0, |track| track.start.lba().0),
            _ => 0,
        }
    }
}
