//! Raw writing: the host gives every sector of a session, subchannels and lead-in included.
//!
//! The drive writes what comes. What becomes of it is found out like everything else: from the Q channel as it was
//! written.

use std::sync::Arc;

use discwright_cd::area::{RAW_BYTES, SUBCHANNEL_BYTES};
use discwright_cd::subchannel::{Content as QContent, Position, Q, Subchannels, Track, crc16};
use discwright_cd::{Lba, cd_text, sector};
use discwright_mmc::Sense;
use discwright_transport::Instant;

use super::close::lead_in_start;
use super::session::PackCollector;
use super::{Deck, HostBlock, Recording, Settings};
use crate::derive::NextTrack;
use crate::laser::Work;
use crate::medium::{Content, LeadIn, Note, QItem, QNote, Subchannel, TrackQ};
use crate::sense;

/// A raw session being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawRecording {
    session: u16,
    first: NextTrack,
    host: HostBlock,
    lead_in: Lba,
    /// Where the first pregap begins.
    program: Lba,
    /// Where the host's next block goes.
    next: Lba,
    items: Vec<QItem>,
    packs: PackCollector,
    /// What the last block with a readable position was.
    place: Option<Place>,
    /// Where the lead-out began.
    lead_out: Option<Lba>,
    /// Numbers heard in the Q channel, and how many of them the disc has been told of.
    heard: Vec<QNote>,
    told: usize,
}

/// What a sector is by its Q channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Track(TrackQ),
    LeadOut { control: u8 },
}

impl RawRecording {
    /// Session, and its first track with where that starts.
    pub(crate) const fn place(&self) -> (u16, NextTrack) {
        (self.session, self.first)
    }

    /// Where the host's next block goes.
    pub(crate) const fn next(&self) -> Lba {
        self.next
    }

    /// Whether the laser has been switched on for it.
    pub(crate) fn is_begun(&self) -> bool {
        self.next >= self.program
    }

    /// Whether the lead-out has been reached, so that a flush ends the session.
    pub(crate) const fn is_full(&self) -> bool {
        self.lead_out.is_some()
    }

    pub(crate) const fn block_bytes(&self) -> usize {
        self.host.bytes()
    }
}

impl Deck {
    /// Begins a raw session at its lead-in.
    ///
    /// # Errors
    /// The sense that refuses the address or the state.
    pub(crate) fn begin_raw(
        &mut self,
        now: Instant,
        settings: &Settings,
        subchannel: Subchannel,
        start: Lba,
    ) -> Result<(), Sense> {
        let (session, next) = self.next_track(settings)?;
        if self.view().open.is_none_or(|open| open.first_track != next.number) {
            return Err(sense::SEQUENCE);
        }
        let lead_in = lead_in_start(self.disc.kind().lead_in_start(), session, next.start);
        if start != lead_in {
            return Err(sense::INVALID_ADDRESS_FOR_WRITE);
        }
        self.push(now, Work::Dwell, settings.seek, settings.simulated);
        self.recording = Recording::Raw(RawRecording {
            session,
            first: next,
            host: HostBlock::RAW.with(subchannel),
            lead_in,
            program: next.start - 150,
            next: lead_in,
            items: Vec::new(),
            packs: PackCollector::default(),
            place: None,
            lead_out: None,
            heard: Vec::new(),
            told: 0,
        });
        Ok(())
    }

    pub(super) fn write_raw(
        &mut self,
        now: Instant,
        settings: &Settings,
        start: Lba,
        sectors: u32,
        data: &[u8],
    ) -> Result<(), Sense> {
        let Recording::Raw(raw) = &self.recording else { return Err(sense::SEQUENCE) };
        let end = start.saturating_add(sectors);
        if start != raw.next {
            return Err(sense::INVALID_ADDRESS_FOR_WRITE);
        }
        let beyond = raw.lead_out.is_none() && end > self.last_lead_out(settings).saturating_add(sectors);
        if beyond || end > self.disc.kind().edge() {
            return Err(settings.beyond_capacity);
        }
        let Recording::Raw(mut raw) = core::mem::take(&mut self.recording) else { return Ok(()) };
        let mut run = Run { start: raw.next.max(raw.program), place: None, bytes: Vec::new() };
        for block in data.chunks_exact(raw.host.bytes().max(1)) {
            let at = raw.next;
            raw.next = at + 1;
            let (main, sent) = block.split_at(RAW_BYTES.min(block.len()));
            let q = channel_q(sent, raw.host.subchannel());
            if at < raw.program {
                raw.listen(q.as_ref(), sent);
                if raw.next == raw.program {
                    self.burn_lead_in(now, settings, &raw);
                }
                continue;
            }
            let place = raw.place_of(q.as_ref(), at);
            if run.place != place {
                self.burn_run(now, settings, &raw, &mut run);
                run = Run { start: at, place, bytes: Vec::new() };
            }
            run.push(main, sent);
        }
        self.burn_run(now, settings, &raw, &mut run);
        for note in raw.notes() {
            self.push(now, Work::Note(note), core::time::Duration::ZERO, settings.simulated);
        }
        self.recording = Recording::Raw(raw);
        Ok(())
    }

    fn burn_lead_in(&mut self, now: Instant, settings: &Settings, raw: &RawRecording) {
        let contents = LeadIn { toc: raw.items.clone(), packs: raw.packs.packs().to_vec() };
        let sectors = raw.program.sectors_since(raw.lead_in).unwrap_or(0);
        self.burn(now, settings, raw.lead_in, sectors, Content::LeadIn(Arc::new(contents)));
    }

    fn burn_run(&mut self, now: Instant, settings: &Settings, raw: &RawRecording, run: &mut Run) {
        let bytes = core::mem::take(&mut run.bytes);
        let sectors = u32::try_from(bytes.len() / raw.host.bytes().max(1)).unwrap_or(0);
        match run.place {
            Some(Place::Track(q)) => self.burn_data(now, settings, run.start, q, &raw.host, &bytes),
            Some(Place::LeadOut { control }) => {
                self.burn(now, settings, run.start, sectors, Content::LeadOut { control });
            }
            // A position nobody can read: marks that say nothing.
            None => {
                let q = TrackQ { track: 0, index: 0, control: 0, zero: run.start };
                self.burn_data(now, settings, run.start, q, &raw.host, &bytes);
            }
        }
    }
}

/// Blocks in a row that are alike.
struct Run {
    start: Lba,
    place: Option<Place>,
    bytes: Vec<u8>,
}

impl Run {
    /// Adds a block; data sectors come scrambled, as they lie on the disc, and are kept unscrambled.
    fn push(&mut self, main: &[u8], sent: &[u8]) {
        let mut whole = [0; RAW_BYTES];
        for (to, from) in whole.iter_mut().zip(main) {
            *to = *from;
        }
        let is_data = matches!(self.place, Some(Place::Track(q)) if q.control & 4 != 0);
        if is_data && whole.starts_with(&sector::SYNC) {
            sector::scramble(&mut whole);
        }
        self.bytes.extend_from_slice(&whole);
        self.bytes.extend_from_slice(sent);
    }
}

/// The Q channel of a block as the host sent it.
fn channel_q(sent: &[u8], subchannel: Subchannel) -> Option<Q> {
    let bytes = match subchannel {
        Subchannel::None => return None,
        // The drive makes this form's checksum itself: cdrdao's is not inverted, others send zeros.
        Subchannel::Pq16 => {
            let [a, b, c, d, e, f, g, h, i, j] = *sent.first_chunk::<10>()?;
            let [high, low] = crc16(&[a, b, c, d, e, f, g, h, i, j]).to_be_bytes();
            [a, b, c, d, e, f, g, h, i, j, high, low]
        }
        Subchannel::Packed96 | Subchannel::Raw96 => {
            Subchannels::deinterleave(sent.first_chunk::<SUBCHANNEL_BYTES>()?).q()
        }
    };
    Q::parse(&bytes).ok()
}

impl RawRecording {
    /// Takes a lead-in block in: an item of the TOC, and CD-TEXT packs.
    fn listen(&mut self, q: Option<&Q>, sent: &[u8]) {
        if let Some(Q { control, content: QContent::Entry(entry) }) = q {
            let item = QItem {
                control: control.bits(),
                adr: entry.adr,
                point: entry.point,
                time: if entry.adr == 1 { [0; 3] } else { entry.time },
                zero: entry.zero,
                point_time: entry.value,
            };
            if !self.items.contains(&item) && self.items.len() < MOST_ITEMS {
                self.items.push(item);
            }
        }
        if let Some(wire) = sent.first_chunk::<SUBCHANNEL_BYTES>() {
            self.packs.collect(cd_text::collapse(wire));
        }
    }

    /// What a block of the program area is; one whose Q says something else, or nothing, goes on as the last.
    fn place_of(&mut self, q: Option<&Q>, at: Lba) -> Option<Place> {
        match q {
            Some(Q { control, content: QContent::Position(position) }) => {
                let place = place(control.bits(), position, at);
                if matches!(place, Place::LeadOut { .. }) && self.lead_out.is_none() {
                    self.lead_out = Some(at);
                }
                self.place = Some(place);
            }
            Some(Q { content: QContent::Mcn { mcn, .. }, .. }) => self.note(Note::Catalogue(*mcn.as_bytes())),
            Some(Q { content: QContent::Isrc { isrc, .. }, .. }) => self.note(Note::Isrc(*isrc.as_bytes())),
            _ => {}
        }
        self.place
    }

    /// A number belongs to the track it is first heard in.
    fn note(&mut self, note: Note) {
        let Some(Place::Track(q)) = self.place else { return };
        if self.heard.iter().all(|it| it.note != note) && self.heard.len() < MOST_ITEMS {
            self.heard.push(QNote { start: q.zero, sectors: 1, note });
        }
    }

    /// The numbers not yet passed on.
    fn notes(&mut self) -> Vec<QNote> {
        let told = core::mem::replace(&mut self.told, self.heard.len());
        self.heard.iter().skip(told).copied().collect()
    }
}

/// More than any TOC has, so that a hostile lead-in does not fill the memory.
const MOST_ITEMS: usize = 512;

fn place(control: u8, position: &Position, at: Lba) -> Place {
    match position.track {
        Track::LeadOut => Place::LeadOut { control },
        Track::Number(track) => {
            let relative = position.relative.to_lba() - Lba(-150);
            let zero = if position.index == 0 { at + relative } else { at - relative };
            Place::Track(TrackQ { track, index: position.index, control, zero })
        }
    }
}
