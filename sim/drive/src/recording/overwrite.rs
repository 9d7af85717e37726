//! Restricted overwrite: packets of fixed size on a rewritable disc are written again, in any order.

use discwright_cd::{Lba, area};
use discwright_mmc::Sense;
use discwright_transport::Instant;

use super::{Deck, HostBlock, Recording, Settings, next_in_track};
use crate::derive::{Track, TrackState};
use crate::laser::Work;
use crate::medium::TrackQ;
use crate::sense;

/// What a host wants to write over a formatted track.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rewriting<'a> {
    pub(crate) start: Lba,
    pub(crate) sectors: u32,
    pub(crate) host: HostBlock,
    pub(crate) data: &'a [u8],
    /// Packets may be written in part: the drive reads the rest and writes it again.
    pub(crate) parts: bool,
}

impl Deck {
    /// The track with written packets of fixed size at an address, on a disc that can be written over.
    pub(crate) fn overwritable(&mut self, start: Lba) -> Option<Track> {
        if !self.disc.kind().is_rewritable() || !matches!(self.recording, Recording::Idle) {
            return None;
        }
        let holds = |track: &Track| (track.start..track.address_end()).contains(&start);
        if let Some(track) = self.formatted.filter(holds) {
            return Some(track);
        }
        if self.cut_format().is_some() {
            return None;
        }
        let fixed = |track: &&Track| track.fixed_packets().is_some() && holds(track);
        let track = self.view_to_come().tracks.iter().find(fixed).copied()?;
        if track.state == TrackState::Complete {
            self.formatted = Some(track);
        } else {
            // Behind its last packet a track that is not complete is appended to.
            let next = next_in_track(&self.medium_to_come(), &track)?;
            (start < next).then_some(())?;
        }
        Some(track)
    }

    /// Whether packets wait to be written over others.
    pub(crate) fn is_rewriting(&self) -> bool {
        self.overwritten_to.is_some() && !self.laser.is_idle()
    }

    /// Whether a formatted disc is in the drive.
    pub(crate) fn is_formatted(&mut self) -> bool {
        let rewritable = self.disc.kind().is_rewritable();
        let formatted =
            |track: &Track| track.state == TrackState::Complete && track.fixed_packets().is_some();
        rewritable && self.view().tracks.iter().any(formatted)
    }

    /// Whether an address lies behind all blocks of a disc that is formatted to its end.
    pub(crate) fn is_behind_formatted(&mut self, address: Lba) -> bool {
        if !matches!(self.recording, Recording::Idle) || !self.is_formatted() || self.cut_format().is_some() {
            return false;
        }
        let view = self.view();
        view.open.is_none() && view.tracks.last().is_some_and(|track| address >= track.address_end())
    }

    /// Writes packets over those that are there. Gives when the buffer has taken the data: these discs make the host
    /// wait instead of refusing it (`spec/drive.md` 3.2).
    ///
    /// # Errors
    /// 5/21/02 between packets, 5/64/01 for a part of one, 5/63/01 past the end.
    pub(crate) fn overwrite(
        &mut self,
        now: Instant,
        settings: &Settings,
        track: &Track,
        rewriting: &Rewriting<'_>,
    ) -> Result<Instant, Sense> {
        let Rewriting { start, sectors, host, data, parts } = *rewriting;
        let packets = track.fixed_packets().ok_or(sense::WRONG_SECTOR_MODE)?;
        if !parts && !packets.is_boundary(start) {
            return Err(sense::INVALID_ADDRESS_FOR_WRITE);
        }
        if !parts && !sectors.is_multiple_of(packets.blocks.get()) {
            return Err(sense::INVALID_PACKET_SIZE);
        }
        if start.saturating_add(sectors) > track.address_end() {
            return Err(sense::PACKET_DOES_NOT_FIT);
        }
        if self.laser.is_idle() {
            self.overwritten_to = None;
        }
        let now = self.laser.room_by(settings.buffer_bytes, data.len()).max(now);
        self.advance(now).map_err(|_| sense::WRITE_ERROR)?;
        let q = TrackQ { track: track.number, index: 1, control: track.control, zero: track.start };
        let mut at = start;
        let mut rest = data;
        while !rest.is_empty() {
            let into = at.sectors_since(track.start).map_or(0, |block| block % packets.blocks);
            let room = usize::try_from(packets.blocks.get() - into).unwrap_or(0).saturating_mul(host.bytes());
            let (part, more) = rest.split_at(room.min(rest.len()));
            let physical = packets.physical(at).ok_or(sense::OUT_OF_RANGE)?;
            let from = physical - i32::try_from(into + super::LINK_BLOCKS).unwrap_or(0);
            if self.overwritten_to != Some(from) {
                self.push(now, Work::Dwell, settings.seek, settings.simulated);
            }
            // Link and run-in are written over with the same; so is the rest of a packet that is written in part.
            let blocks = u32::try_from(part.len() / host.bytes().max(1)).unwrap_or(0);
            let again = packets.stride() - area::RUN_OUT - blocks;
            self.push(now, Work::Dwell, settings.sector.saturating_mul(again), settings.simulated);
            self.burn_data(now, settings, physical, q, &host, part);
            self.push(now, Work::Dwell, settings.sector.saturating_mul(area::RUN_OUT), settings.simulated);
            self.overwritten_to = Some(from.saturating_add(packets.stride()));
            at = at.saturating_add(blocks);
            rest = more;
        }
        Ok(now)
    }
}
