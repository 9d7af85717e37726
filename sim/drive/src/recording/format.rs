//! Formatting a rewritable disc: a track of packets of fixed size from end to end, closed, that takes data in any order.

use core::time::Duration;

use discwright_cd::{Lba, area};
use discwright_mmc::Sense;
use discwright_transport::Instant;

use super::toc::TocPlan;
use super::{Deck, Recording, Settings, lead_in_start};
use crate::derive::{Damage, Layout, Track, View};
use crate::laser::Work;
use crate::medium::{Block, Content, FixedPackets, Form, LeadIn, Medium, TrackQ};
use crate::sense;

/// What is formatted (MMC-6, FORMAT UNIT, format types 10h, 11h and 12h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormatScope {
    /// The disc, whatever is on it.
    Disc,
    /// The last session grows.
    Grow,
    /// A session is added.
    AddSession,
}

/// How to format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FormatPlan {
    pub(crate) scope: FormatScope,
    /// Blocks in each packet.
    pub(crate) packet_blocks: u32,
    /// Control nibble of the track.
    pub(crate) control: u8,
    /// Layout of its sectors.
    pub(crate) form: Form,
    /// Session format of the write parameters page.
    pub(crate) session_format: u8,
}

/// The track that formatting makes or lengthens.
struct Target {
    session: u16,
    number: u8,
    packets: FixedPackets,
    /// Packets that there are already.
    present: u32,
    /// Where the session's program area starts.
    program: Lba,
    /// Tracks before it in its session.
    before: Vec<(u8, u8, Lba)>,
}

impl Deck {
    /// The most blocks of user data that formatting can make, or add; `None` when it cannot be done.
    ///
    /// # Errors
    /// The sense that refuses it.
    pub(crate) fn formattable_blocks(
        &mut self,
        scope: FormatScope,
        packet_blocks: u32,
    ) -> Result<u32, Sense> {
        let target = Target::of(self.view(), scope, packet_blocks)?;
        let packets = target.packets.packets_until(self.disc.kind().last_lead_out());
        let more = packets.checked_sub(target.present).filter(|more| *more > 0);
        more.map(|more| more.saturating_mul(packet_blocks)).ok_or(sense::INVALID_PARAMETER)
    }

    /// Blocks of user data in the formatted track that ends the last session; zero when there is none.
    pub(crate) fn formatted_blocks(&mut self) -> u32 {
        let view = self.view();
        let last = view.sessions.last().and_then(|session| view.tracks_of(session.number).last());
        last.filter(|track| track.fixed_packets().is_some()).map_or(0, Track::blocks)
    }

    /// Formats; the session is closed in the end.
    ///
    /// # Errors
    /// The sense that refuses it.
    pub(crate) fn format(
        &mut self,
        now: Instant,
        settings: &Settings,
        plan: &FormatPlan,
        blocks: u32,
    ) -> Result<(), Sense> {
        if !matches!(self.recording, Recording::Idle) {
            return Err(sense::SEQUENCE);
        }
        let view = self.view().clone();
        let target = Target::of(&view, plan.scope, plan.packet_blocks)?;
        self.formatted = None;
        let shortest = area::MIN_TRACK.saturating_add(super::LINK_BLOCKS).div_ceil(target.packets.stride());
        let packets = (target.present + target.packets.packets_for(blocks)).max(shortest);
        let end = target.packets.start.saturating_add(target.packets.sectors(packets));
        if end > self.disc.kind().last_lead_out() {
            return Err(sense::INVALID_PARAMETER);
        }
        if plan.scope == FormatScope::AddSession && Layout::next_pma_item(self.disc.medium()).is_none() {
            return Err(sense::PMA_FULL);
        }
        self.push(now, Work::Dwell, settings.seek, false);
        let lead_in = lead_in_start(self.disc.kind().lead_in_start(), target.session, target.program);
        match plan.scope {
            FormatScope::Disc => self.forget_disc(now),
            FormatScope::Grow => {
                // The disc knows its tracks from the PMA until the lead-in is there again.
                self.list_in_pma(now, settings, &view, target.session)?;
                self.enter_in_pma(now, settings, target.number, plan.control, target.packets.start, end)?;
                let sectors = (target.program - PREGAP).sectors_since(lead_in).unwrap_or(0);
                self.push(now, Work::Erase { start: lead_in, sectors }, Duration::ZERO, false);
            }
            FormatScope::AddSession => {}
        }
        self.burn_packets(now, settings, plan, &target, packets);
        let mut tracks = target.before;
        tracks.push((target.number, plan.control, target.packets.start));
        let toc = TocPlan {
            session: target.session,
            tracks,
            lead_out: end,
            format: plan.session_format,
            next: settings.next_session,
        };
        let contents = LeadIn { toc: toc.items(self.disc.kind()), packs: Vec::new() };
        self.surround(now, settings, target.session, contents.into(), lead_in, end);
        if plan.scope == FormatScope::Grow {
            return Ok(());
        }
        // Last of all: by what is missing of it a format that was cut off is known.
        self.enter_in_pma(now, settings, target.number, plan.control, target.packets.start, end)?;
        self.push(now, Work::Flush, Duration::ZERO, false);
        Ok(())
    }

    /// The PMA and the first lead-in go: what else is on the disc is of its former life, and will be written over.
    fn forget_disc(&mut self, now: Instant) {
        let start = Layout::pma(self.disc.kind());
        let sectors = Lba(0).sectors_since(start).unwrap_or(0);
        self.push(now, Work::Erase { start, sectors }, Duration::ZERO, false);
    }

    fn burn_packets(
        &mut self,
        now: Instant,
        settings: &Settings,
        plan: &FormatPlan,
        target: &Target,
        packets: u32,
    ) {
        let start = target.packets.start;
        let q = TrackQ { track: target.number, index: 1, control: plan.control, zero: start };
        let (form, packet_blocks) = (plan.form, plan.packet_blocks);
        if target.present == 0 {
            let link = super::LINK_BLOCKS;
            let described = area::PREGAP - link;
            let parts = [
                (described, Block::TrackDescriptor { form, packet_blocks }),
                (1, Block::Link),
                (link - 1, Block::RunIn),
            ];
            let mut at = start - PREGAP;
            for (sectors, block) in parts {
                self.burn(now, settings, at, sectors, Content::Track(TrackQ { index: 0, ..q }, block));
                at = at.saturating_add(sectors);
            }
        }
        let written = if target.present == 0 { 0 } else { target.packets.sectors(target.present) };
        let sectors = target.packets.sectors(packets).saturating_sub(written);
        let phase = written % target.packets.stride();
        let block = Block::Packets { form, packet_blocks, phase };
        self.burn(now, settings, start.saturating_add(written), sectors, Content::Track(q, block));
    }
}

const PREGAP: i32 = 150;

impl Deck {
    /// The track that a FORMAT UNIT left which was cut off.
    pub(crate) fn cut_format(&mut self) -> Option<Track> {
        self.view();
        let (_, view) = self.view.as_ref()?;
        cut_format(view, self.disc.medium())
    }

    /// Refuses to write while the disc is formatted in part only.
    ///
    /// # Errors
    /// 3/31/00 (SPC-3, medium format corrupted).
    pub(crate) fn check_format(&mut self) -> Result<(), Sense> {
        let idle = matches!(self.recording, Recording::Idle);
        if idle && self.cut_format().is_some() { Err(sense::FORMAT_CORRUPTED) } else { Ok(()) }
    }
}

/// The last track, when formatting left it that was cut off: the session is not closed, the track is not in the PMA, and it
/// begins with empty packets, or ends in its pregap, which tells of packets of one size.
fn cut_format(view: &View, medium: &Medium) -> Option<Track> {
    let track = *view.tracks.last().filter(|_| medium.kind().is_rewritable())?;
    let session = view.sessions.iter().find(|session| session.number == track.session);
    let is_closed = session.is_some_and(|session| session.damage == Damage::None);
    let is_listed = view.pma.iter().any(|item| item.adr == 1 && item.point == track.number);
    let block_at = |at| match medium.live_at(at).map(|extent| &extent.content) {
        Some(Content::Track(_, block)) => Some(block),
        _ => None,
    };
    let pregap = track.start - PREGAP;
    let is_empty = match (block_at(pregap), block_at(track.start)) {
        (_, Some(Block::Packets { .. })) => true,
        (Some(Block::TrackDescriptor { packet_blocks, .. }), None) => {
            *packet_blocks > 0 && medium.live_until(pregap) < track.start
        }
        _ => false,
    };
    (is_empty && !is_closed && !is_listed).then_some(track)
}

impl Target {
    fn of(view: &View, scope: FormatScope, packet_blocks: u32) -> Result<Self, Sense> {
        let packets_at = |start| FixedPackets::new(start, packet_blocks).ok_or(sense::INVALID_PARAMETER);
        match scope {
            FormatScope::Disc => Ok(Self {
                session: 1,
                number: 1,
                packets: packets_at(Lba(0))?,
                present: 0,
                program: Lba(0),
                before: Vec::new(),
            }),
            FormatScope::AddSession => {
                let open = view.open.filter(|open| view.tracks_of(open.number).next().is_none());
                let open = open.ok_or(sense::NOT_FIXATED_FOR_APPEND)?;
                let next = open.next.filter(|next| next.number <= area::MAX_TRACKS);
                let next = next.ok_or(sense::NO_MORE_TRACKS)?;
                Ok(Self {
                    session: open.number,
                    number: next.number,
                    packets: packets_at(next.start)?,
                    present: 0,
                    program: next.start,
                    before: Vec::new(),
                })
            }
            FormatScope::Grow => Self::grown(view, packet_blocks),
        }
    }

    /// The last session, if it ends with a track of packets of this size and nothing follows it.
    fn grown(view: &View, packet_blocks: u32) -> Result<Self, Sense> {
        let followed = view.open.is_some_and(|open| view.tracks_of(open.number).next().is_some());
        let session = view.sessions.last().filter(|session| !followed && session.damage == Damage::None);
        let session = session.ok_or(sense::NOT_FIXATED_FOR_APPEND)?;
        let tracks: Vec<&Track> = view.tracks_of(session.number).collect();
        let fits = |track: &&&Track| track.packet == Some(packet_blocks);
        let last = tracks.last().filter(fits).ok_or(sense::WRONG_SECTOR_MODE)?;
        let packets = last.fixed_packets().ok_or(sense::WRONG_SECTOR_MODE)?;
        let before = tracks.iter().filter(|track| track.number < last.number);
        Ok(Self {
            session: session.number,
            number: last.number,
            packets,
            present: packets.packets_until(last.end),
            program: tracks.first().map_or(last.start, |track| track.start),
            before: before.map(|track| (track.number, track.control, track.start)).collect(),
        })
    }
}
