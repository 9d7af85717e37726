//! Track-at-once: a track is written from its first block to a flush.

use core::time::Duration;

use discwright_cd::{Lba, area};
use discwright_mmc::Sense;
use discwright_transport::Instant;

use super::packet::next_in_track;
use super::{Deck, HostBlock, Recording, Settings, time_bytes};
use crate::derive::{Track, TrackState};
use crate::laser::Work;
use crate::medium::{Block, Content, FixedPackets, Form, Medium, Note, QItem, QNote, TrackQ};
use crate::sense;

/// Blocks at the end of a pregap where the laser is switched on: one link and four run-in blocks.
const LINK: u32 = 1;
const RUN_IN: u32 = 4;
/// Both together.
pub(crate) const LINK_BLOCKS: u32 = LINK + RUN_IN;

/// What a track is to be, from the write parameters page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrackPlan {
    /// Control nibble of its Q channel.
    pub(crate) control: u8,
    /// Blocks that the host sends.
    pub(crate) host: HostBlock,
    /// Its recording code.
    pub(crate) isrc: Option<[u8; 12]>,
    /// The disc's catalogue number.
    pub(crate) catalogue: Option<[u8; 13]>,
}

/// A track being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrackRecording {
    pub(crate) number: u8,
    pub(crate) session: u16,
    pub(crate) start: Lba,
    /// Where the host's next block goes.
    pub(crate) next: Lba,
    pub(crate) plan: TrackPlan,
    /// First address that user data may not take.
    pub(super) limit: Lba,
    /// Blocks in each packet, zero for any number; `None` when it is written at once.
    pub(crate) packet: Option<u32>,
    /// First address behind it, when it was reserved.
    pub(super) reserved_until: Option<Lba>,
}

impl TrackRecording {
    pub(super) const fn q(&self, index: u8) -> TrackQ {
        TrackQ { track: self.number, index, control: self.plan.control, zero: self.start }
    }
}

impl Deck {
    /// Begins the next track when none is open. `start` is where the host wants it: the next writable address.
    ///
    /// # Errors
    /// The sense that refuses the address or the state.
    pub(crate) fn begin_track(
        &mut self,
        now: Instant,
        settings: &Settings,
        plan: TrackPlan,
        start: Lba,
        sectors: u32,
    ) -> Result<(), Sense> {
        let reserved = self.reserved_at(start).map(|track| (track, track.start));
        let track = self.recording_in(settings, reserved, plan, None)?;
        if start != track.next && start != Lba(-1) {
            return Err(sense::INVALID_ADDRESS_FOR_WRITE);
        }
        if track.start.saturating_add(sectors.max(area::MIN_TRACK)) > track.limit {
            return Err(settings.beyond_capacity);
        }
        self.push(now, Work::Dwell, settings.seek, settings.simulated);
        self.burn_pregap(now, settings, &track);
        self.recording = Recording::Track(track);
        Ok(())
    }

    /// A track to be written: one that is on the disc already, from an address on, or the invisible one.
    ///
    /// # Errors
    /// The sense that says why none can be begun.
    pub(super) fn recording_in(
        &mut self,
        settings: &Settings,
        open: Option<(Track, Lba)>,
        plan: TrackPlan,
        packet: Option<u32>,
    ) -> Result<TrackRecording, Sense> {
        let (number, session, start, next, reserved_until) = match open {
            Some((track, next)) => {
                let reserved_until = (track.state == TrackState::Reserved).then_some(track.end);
                (track.number, track.session, track.start, next, reserved_until)
            }
            None => {
                let (session, next) = self.next_track(settings)?;
                (next.number, session, next.start, next.start, None)
            }
        };
        let run_out = i32::try_from(area::RUN_OUT).unwrap_or(0);
        let limit = reserved_until.unwrap_or_else(|| self.last_lead_out(settings)) - run_out;
        Ok(TrackRecording { number, session, start, next, plan, limit, packet, reserved_until })
    }

    /// The empty reserved track that starts at an address.
    fn reserved_at(&mut self, start: Lba) -> Option<Track> {
        let medium = self.medium_to_come();
        let empty = |track: &&Track| {
            track.state == TrackState::Reserved
                && track.packet.is_none()
                && next_in_track(&medium, track) == Some(track.start)
        };
        self.view_to_come().tracks.iter().filter(empty).find(|track| track.start == start).copied()
    }

    /// Fills a reserved track up to its end.
    ///
    /// # Errors
    /// 5/24/00 when the track is not a reserved one.
    pub(crate) fn fill_reserved(
        &mut self,
        now: Instant,
        settings: &Settings,
        number: u16,
    ) -> Result<(), Sense> {
        let view = self.view_to_come();
        let reserved =
            |track: &&Track| track.state == TrackState::Reserved && u16::from(track.number) == number;
        let track = *view.tracks.iter().find(reserved).ok_or(sense::INVALID_FIELD)?;
        self.finish(now, settings, &track);
        Ok(())
    }

    pub(super) fn burn_pregap(&mut self, now: Instant, settings: &Settings, track: &TrackRecording) {
        let q = track.q(0);
        let form = track.plan.host.form();
        let described = |packet_blocks| Block::TrackDescriptor { form, packet_blocks };
        let empty = track.packet.map_or(Block::Zeros(form), described);
        let mut at = track.start - i32::try_from(area::PREGAP).unwrap_or(0);
        for (sectors, block) in
            [(area::PREGAP - LINK_BLOCKS, empty), (LINK, Block::Link), (RUN_IN, Block::RunIn)]
        {
            self.burn(now, settings, at, sectors, Content::Track(q, block));
            at = at.saturating_add(sectors);
        }
    }

    pub(super) fn write_track(
        &mut self,
        now: Instant,
        settings: &Settings,
        start: Lba,
        sectors: u32,
        data: &[u8],
    ) -> Result<(), Sense> {
        let Recording::Track(track) = &mut self.recording else { return Err(sense::SEQUENCE) };
        if start != track.next && start != Lba(-1) {
            return Err(sense::INVALID_ADDRESS_FOR_WRITE);
        }
        track.check_room(settings, sectors)?;
        let end = track.next.saturating_add(sectors);
        let at = core::mem::replace(&mut track.next, end);
        let (q, host) = (track.q(1), track.plan.host);
        let track = *track;
        if let Some(packets) = track.fixed_packets() {
            self.write_packets(now, settings, &track, packets, data);
            return Ok(());
        }
        self.burn_data(now, settings, at, q, &host, data);
        Ok(())
    }

    /// Pads a short track, ends it with run-out, and enters it in the PMA.
    pub(super) fn end_track(&mut self, now: Instant, settings: &Settings) -> Result<(), Sense> {
        let Recording::Track(track) = core::mem::take(&mut self.recording) else { return Ok(()) };
        let form = track.plan.host.form();
        let written = track.next.sectors_since(track.start).unwrap_or(0);
        let reserved = track.reserved_until.and_then(|end| end.sectors_since(track.start));
        let least = reserved.map_or(area::MIN_TRACK, |sectors| sectors - area::RUN_OUT);
        let padding = least.saturating_sub(written);
        self.burn(now, settings, track.next, padding, Content::Track(track.q(1), Block::Zeros(form)));
        let run_out = track.next.saturating_add(padding);
        self.burn(now, settings, run_out, area::RUN_OUT, Content::Track(track.q(1), Block::RunOut));
        let end = run_out.saturating_add(area::RUN_OUT);
        self.note_track(now, settings, &track, end);
        if track.reserved_until.is_some() {
            return Ok(());
        }
        self.enter_in_pma(now, settings, track.number, track.plan.control, track.start, end)
    }

    fn note_track(&mut self, now: Instant, settings: &Settings, track: &TrackRecording, end: Lba) {
        let sectors = end.sectors_since(track.start).unwrap_or(0);
        let isrc = track.plan.isrc.map(Note::Isrc);
        let catalogue = track.plan.catalogue.map(Note::Catalogue);
        for note in [isrc, catalogue].into_iter().flatten() {
            let note = QNote { start: track.start, sectors, note };
            self.push(now, Work::Note(note), Duration::ZERO, settings.simulated);
        }
    }

    /// Sets blocks apart for a track: only its item in the PMA is written. With packets of one size, there is room for
    /// so many blocks of data and their links.
    ///
    /// # Errors
    /// The sense that refuses it.
    pub(crate) fn reserve_track(
        &mut self,
        now: Instant,
        settings: &Settings,
        control: u8,
        packet_blocks: u32,
        sectors: u32,
    ) -> Result<(), Sense> {
        if !matches!(self.recording, Recording::Idle) {
            return Err(sense::SEQUENCE);
        }
        let (_, next) = self.next_track(settings)?;
        let sectors = sectors.max(area::MIN_TRACK);
        let end = match FixedPackets::new(next.start, packet_blocks) {
            Some(packets) => next.start.saturating_add(packets.sectors(packets.packets_for(sectors))),
            None => next.start.saturating_add(sectors).saturating_add(area::RUN_OUT),
        };
        if end > self.last_lead_out(settings) {
            return Err(sense::OUT_OF_RANGE);
        }
        self.enter_in_pma(now, settings, next.number, control, next.start, end)
    }

    /// Writes a track's item into the PMA.
    pub(super) fn enter_in_pma(
        &mut self,
        now: Instant,
        settings: &Settings,
        number: u8,
        control: u8,
        start: Lba,
        end: Lba,
    ) -> Result<(), Sense> {
        let item = QItem {
            control,
            adr: 1,
            point: number,
            time: time_bytes(end),
            zero: 0,
            point_time: time_bytes(start),
        };
        self.burn_pma(now, settings, item)
    }

    /// Ends a track that stands open, or that an interruption left without an end, and enters it in the PMA.
    pub(super) fn mend_track(&mut self, now: Instant, settings: &Settings) -> Result<(), Sense> {
        let view = self.view_to_come();
        let Some(track) = view.unfinished().copied() else { return Ok(()) };
        let end = self.finish(now, settings, &track);
        self.enter_in_pma(now, settings, track.number, track.control, track.start, end)
    }

    /// Writes what is missing of a track, from its pregap to its run-out: to the end that its reservation says, or as
    /// far as the shortest track goes. Gives its end.
    fn finish(&mut self, now: Instant, settings: &Settings, track: &Track) -> Lba {
        self.push(now, Work::Dwell, settings.seek, settings.simulated);
        let q = TrackQ { track: track.number, index: 1, control: track.control, zero: track.start };
        let form = track.form.unwrap_or(if track.control & 4 == 0 { Form::Audio } else { Form::Mode1 });
        let medium = self.medium_to_come();
        // The cut may have come inside the pregap.
        let pregap = track.start - i32::try_from(area::PREGAP).unwrap_or(0);
        let reached = medium.live_until(pregap).clamp(pregap, track.start);
        let missing = track.start.sectors_since(reached).unwrap_or(0);
        let before = Content::Track(TrackQ { index: 0, ..q }, Block::Zeros(form));
        self.burn(now, settings, reached, missing, before);
        let least = match track.state {
            TrackState::Reserved => track.end,
            TrackState::Unfinished | TrackState::Complete => track.start.saturating_add(area::MIN_TRACK),
        };
        let (mut at, mut end) = (track.written, track.written);
        for (sectors, block) in missing_of(&medium, track, form, least) {
            end = at.saturating_add(sectors);
            self.burn(now, settings, at, sectors, Content::Track(q, block));
            at = end;
        }
        end
    }
}

/// The blocks that are missing behind what is written of a track, so that it is at least as long as `least` says and
/// ends as its kind of track does.
fn missing_of(medium: &Medium, track: &Track, form: Form, least: Lba) -> Vec<(u32, Block)> {
    if let Some(packets) = track.fixed_packets() {
        let written = track.written.sectors_since(track.start).unwrap_or(0);
        let wanted = least.sectors_since(track.start).unwrap_or(0);
        // In a reservation the last packet ends before its end; otherwise behind it.
        let most = if track.state == TrackState::Reserved { packets.packets_until(least) } else { u32::MAX };
        let behind = |sectors: u32| sectors.saturating_add(LINK_BLOCKS).div_ceil(packets.stride());
        let count = behind(written.max(wanted)).min(most).max(behind(written)).max(1);
        let (end, phase) = (packets.sectors(count), written % packets.stride());
        let block = Block::Packets { form, packet_blocks: packets.blocks.get(), phase };
        let left_over = if most == u32::MAX { 0 } else { wanted.saturating_sub(end) };
        return vec![(end.saturating_sub(written), block), (left_over, Block::RunOut)];
    }
    let run_out_there = (1..=area::RUN_OUT).take_while(|back| {
        let at = track.written - i32::try_from(*back).unwrap_or(0);
        at >= track.start && matches!(medium.block_at(at), Some((_, Block::RunOut)))
    });
    let run_out_there = u32::try_from(run_out_there.count()).unwrap_or(0);
    let open_packet = track.packet.is_some() && run_out_there == area::RUN_OUT;
    let room = least.sectors_since(track.written).unwrap_or(0);
    if run_out_there > 0 && !open_packet {
        // The cut came in the run-out.
        return vec![((area::RUN_OUT - run_out_there).max(room), Block::RunOut)];
    }
    let mut missing = Vec::new();
    if open_packet {
        if room <= LINK_BLOCKS + area::RUN_OUT {
            // No room for another packet, or no need.
            return vec![(room, Block::RunOut)];
        }
        missing.extend([(LINK, Block::Link), (RUN_IN, Block::RunIn)]);
    }
    // A track at once is that long without its run-out; one that was reserved ends with it.
    let reserved = track.state == TrackState::Reserved;
    let around = if open_packet {
        LINK_BLOCKS + area::RUN_OUT
    } else if reserved {
        area::RUN_OUT
    } else {
        0
    };
    missing.push((room.saturating_sub(around), Block::Zeros(form)));
    missing.push((area::RUN_OUT, Block::RunOut));
    missing
}
