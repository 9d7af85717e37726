//! Incremental writing: a track grows by packets, with link and run-in blocks before each and run-out behind it.
//!
//! Packets of any size end with a flush, and their links count as addresses. Packets of one size end when they are
//! full, and their links have no address ([`FixedPackets`]); what is missing of the last one at a flush is zeros.

use discwright_cd::{Lba, area};
use discwright_mmc::Sense;
use discwright_transport::Instant;

use super::{Deck, Recording, Settings, TrackPlan, TrackRecording};
use crate::derive::{Track, TrackState};
use crate::laser::Work;
use crate::medium::{Block, Content, FixedPackets, Medium};
use crate::recording::track::LINK_BLOCKS;
use crate::sense;

impl Deck {
    /// Begins a packet: in a track that is open or reserved, or in a new one.
    ///
    /// # Errors
    /// The sense that refuses the address, the size of the packets, or the state.
    pub(crate) fn begin_packet(
        &mut self,
        now: Instant,
        settings: &Settings,
        plan: TrackPlan,
        packet_blocks: u32,
        start: Lba,
        sectors: u32,
    ) -> Result<(), Sense> {
        if packet_blocks > 0 && plan.host.form().is_audio() {
            return Err(sense::WRONG_SECTOR_MODE);
        }
        let open = self.open_for_packets(start);
        if let Some((open, _)) = &open {
            check_kind(open, &plan, packet_blocks)?;
        }
        let track = self.recording_in(settings, open, plan, Some(packet_blocks))?;
        if start != track.next && start != Lba(-1) {
            return Err(sense::INVALID_ADDRESS_FOR_WRITE);
        }
        track.check_room(settings, sectors)?;
        self.push(now, Work::Dwell, settings.seek, settings.simulated);
        match open {
            Some((open, _)) if open.written > open.start => {
                if track.fixed_packets().is_none() {
                    self.burn_link(now, settings, &track, open.written);
                }
            }
            Some((open, _)) if open.packet.is_some() => {}
            _ => self.burn_pregap(now, settings, &track),
        }
        self.recording = Recording::Track(track);
        Ok(())
    }

    /// The track in which a packet at this address goes on, and its next writable address; `None` when it would begin
    /// the invisible track.
    fn open_for_packets(&mut self, start: Lba) -> Option<(Track, Lba)> {
        let view = self.view_to_come();
        let medium = self.medium_to_come();
        let open = view.tracks.iter().filter_map(|track| Some((*track, next_in_track(&medium, track)?)));
        let mut open: Vec<_> = open.collect();
        let place = if start == Lba(-1) {
            open.iter().position(|(track, _)| track.state == TrackState::Unfinished)
        } else {
            open.iter().position(|(_, next)| *next == start)
        };
        place.map(|index| open.swap_remove(index))
    }

    fn burn_link(&mut self, now: Instant, settings: &Settings, track: &TrackRecording, at: Lba) {
        let q = track.q(1);
        self.burn(now, settings, at, 1, Content::Track(q, Block::Link));
        self.burn(now, settings, at + 1, LINK_BLOCKS - 1, Content::Track(q, Block::RunIn));
    }

    /// Host data into a track of packets of one size: what makes whole packets goes to the laser.
    pub(super) fn write_packets(
        &mut self,
        now: Instant,
        settings: &Settings,
        track: &TrackRecording,
        packets: FixedPackets,
        data: &[u8],
    ) {
        let block_bytes = track.plan.host.bytes().max(1);
        let packet_bytes =
            usize::try_from(packets.blocks.get()).unwrap_or(usize::MAX).saturating_mul(block_bytes);
        self.partial.extend_from_slice(data);
        // Blocks that have come, and of these the ones that wait.
        let come = track.next.sectors_since(track.start).unwrap_or(0);
        let waiting = u32::try_from(self.partial.len() / block_bytes).unwrap_or(u32::MAX);
        let mut packet = come.saturating_sub(waiting) / packets.blocks;
        while let Some((whole, rest)) = self.partial.split_at_checked(packet_bytes) {
            let (whole, rest) = (whole.to_vec(), rest.to_vec());
            self.partial = rest;
            self.burn_packet(now, settings, track, packets, packet, &whole);
            packet += 1;
        }
    }

    fn burn_packet(
        &mut self,
        now: Instant,
        settings: &Settings,
        track: &TrackRecording,
        packets: FixedPackets,
        packet: u32,
        data: &[u8],
    ) {
        let Some(at) = packets.physical(packets.packet_address(packet)) else { return };
        if packet > 0 {
            let link = at - i32::try_from(LINK_BLOCKS).unwrap_or(0);
            self.burn_link(now, settings, track, link);
        }
        self.burn_data(now, settings, at, track.q(1), &track.plan.host, data);
        let run_out = at.saturating_add(packets.blocks.get());
        self.burn(now, settings, run_out, area::RUN_OUT, Content::Track(track.q(1), Block::RunOut));
    }

    /// Ends a packet; the track stays open.
    pub(super) fn end_packet(&mut self, now: Instant, settings: &Settings) {
        let Recording::Track(mut track) = core::mem::take(&mut self.recording) else { return };
        let Some(packets) = track.fixed_packets() else {
            self.burn(now, settings, track.next, area::RUN_OUT, Content::Track(track.q(1), Block::RunOut));
            return;
        };
        let block_bytes = track.plan.host.bytes().max(1);
        let waiting = u32::try_from(self.partial.len() / block_bytes).unwrap_or(0);
        if waiting > 0 {
            let padding = packets.blocks.get().saturating_sub(waiting);
            track.next = track.next.saturating_add(padding);
            let zeros = vec![0; usize::try_from(padding).unwrap_or(0).saturating_mul(block_bytes)];
            self.write_packets(now, settings, &track, packets, &zeros);
        }
    }

    /// Lets the pickup go when a packet has just ended, so that it can read.
    pub(crate) fn pause_between_packets(&mut self) {
        let between = |track: &TrackRecording| track.fixed_packets().is_some() && self.partial.is_empty();
        if matches!(&self.recording, Recording::Track(track) if between(track)) {
            self.recording = Recording::Idle;
        }
    }
}

const RUN_OUT: i32 = 2;

impl TrackRecording {
    /// How its packets lie, when they are all of one size.
    pub(crate) fn fixed_packets(&self) -> Option<FixedPackets> {
        FixedPackets::new(self.start, self.packet?)
    }

    /// Blocks that still fit.
    pub(crate) fn free_blocks(&self) -> u32 {
        let end = self.fixed_packets().map_or(self.limit, |packets| {
            packets.start.saturating_add(packets.user_blocks_until(self.limit + RUN_OUT))
        });
        end.sectors_since(self.next).unwrap_or(0)
    }

    /// Whether so many blocks more fit.
    pub(super) fn check_room(&self, settings: &Settings, sectors: u32) -> Result<(), Sense> {
        let Some(packets) = self.fixed_packets() else {
            let fits = self.next.saturating_add(sectors) <= self.limit;
            return if fits { Ok(()) } else { Err(settings.beyond_capacity) };
        };
        let blocks = self.next.saturating_add(sectors).sectors_since(self.start).unwrap_or(u32::MAX);
        let end = self.start.saturating_add(packets.sectors(packets.packets_for(blocks)));
        if end <= self.limit + RUN_OUT { Ok(()) } else { Err(sense::PACKET_DOES_NOT_FIT) }
    }
}

/// A track goes on as it began: in packets of its size, with its control and its kind of sectors.
fn check_kind(open: &Track, plan: &TrackPlan, packet_blocks: u32) -> Result<(), Sense> {
    // A reserved track that is still empty becomes what is written into it.
    let Some(of_track) = open.packet else { return Ok(()) };
    match (of_track, packet_blocks) {
        (is, wanted) if is == wanted => {}
        (0, _) | (_, 0) => return Err(sense::WRONG_SECTOR_MODE),
        _ => return Err(sense::INVALID_PACKET_SIZE),
    }
    let form = open.form.is_none_or(|form| form == plan.host.form());
    if open.control == plan.control && form { Ok(()) } else { Err(sense::WRONG_SECTOR_MODE) }
}

/// The address at which a track that is reserved or unfinished takes data: its start when it is empty; behind its last
/// packet otherwise. `None` when its last packet never came to its end, or it is not written in packets.
pub(crate) fn next_in_track(medium: &Medium, track: &Track) -> Option<Lba> {
    if track.state == TrackState::Complete {
        return None;
    }
    if track.written <= track.start {
        let pregap = track.start - i32::try_from(area::PREGAP).unwrap_or(0);
        let led_into = || track.packet.is_some() && medium.live_until(pregap) >= track.start;
        return (medium.live_at(pregap).is_none() || led_into()).then_some(track.start);
    }
    let Some(packets) = track.fixed_packets() else {
        track.packet?;
        let (_, last) = medium.block_at(track.written - 1)?;
        return matches!(last, Block::RunOut).then(|| track.written.saturating_add(LINK_BLOCKS));
    };
    let whole = packets.packets_until(track.written);
    let torn = track.written > track.start.saturating_add(packets.sectors(whole));
    // Phase change takes the torn packet once more.
    (!torn || medium.kind().is_rewritable()).then(|| packets.packet_address(whole))
}
