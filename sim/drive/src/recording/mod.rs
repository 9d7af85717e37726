//! Writing: what the drive does to the disc in it on behalf of a host.
//!
//! A [`Deck`] is a disc in the drive with the laser over it. It accepts host data, lays out what goes around it
//! (pregap, link and run-out blocks, lead-in, lead-out, PMA) and puts all of it into the laser's queue.

use core::time::Duration;

use bytes::Bytes;
use discwright_cd::{Lba, area};
use discwright_mmc::Sense;
use discwright_transport::Instant;

use crate::derive::{NextTrack, OpenSession, Track, TrackState, View};
use crate::disc::{BurnError, Disc};
use crate::laser::{Laser, Work};
use crate::medium::{Block, Content, Medium, Payload, QItem, TrackQ};
use crate::sense;

mod blank;
mod block;
mod close;
mod format;
mod overwrite;
mod packet;
mod raw;
mod session;
mod toc;
mod track;

pub(crate) use blank::Erasure;
pub(crate) use block::HostBlock;
pub(crate) use close::lead_in_start;
pub(crate) use format::{FormatPlan, FormatScope};
pub(crate) use overwrite::Rewriting;
pub(crate) use packet::next_in_track;

pub(crate) use toc::TocPlan;
pub(crate) use track::{LINK_BLOCKS, TrackPlan, TrackRecording};

/// A disc in the drive, and what is being done to it.
#[derive(Debug)]
pub(crate) struct Deck {
    disc: Disc,
    laser: Laser,
    recording: Recording,
    /// What was derived last, and from which revision of the medium.
    view: Option<(u64, View)>,
    /// The buffer ran empty in the middle of a track, and writing has not gone on yet.
    starved: bool,
    /// How often that happened to this disc in this drive.
    underruns: u32,
    /// Host data of a packet of fixed size that is not whole yet.
    partial: Vec<u8>,
    /// The formatted track that was overwritten last; formatting and erasing forget it.
    formatted: Option<Track>,
    /// Where the last overwritten packet ended.
    overwritten_to: Option<Lba>,
}

/// What the host is in the middle of writing.
#[derive(Debug, Default)]
pub(crate) enum Recording {
    /// Nothing.
    #[default]
    Idle,
    /// A track, track-at-once.
    Track(TrackRecording),
    /// A session, by its cue sheet.
    Session(session::SessionRecording),
    /// A session, sector by sector.
    Raw(raw::RawRecording),
}

/// How the drive writes at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Time of one sector.
    pub(crate) sector: Duration,
    /// Time to begin a stretch of writing.
    pub(crate) seek: Duration,
    /// Bytes of the buffer.
    pub(crate) buffer_bytes: usize,
    /// Sectors by which a lead-out may start late.
    pub(crate) overburn_sectors: u32,
    /// How it is refused to write past the end.
    pub(crate) beyond_capacity: Sense,
    /// How it is refused to write on a complete disc.
    pub(crate) disc_complete: Sense,
    /// The laser stays off.
    pub(crate) simulated: bool,
    /// What becomes of the disc when the session is closed.
    pub(crate) next_session: NextSession,
}

/// What a session's lead-in says about the next (write parameters page, multi-session field).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextSession {
    /// 00b: no pointer; the disc is complete.
    Absent,
    /// 01b: a pointer to nowhere; the disc is complete.
    Forbidden,
    /// 11b: a pointer; another session may follow.
    Allowed,
}

impl Deck {
    pub(crate) fn new(disc: Disc) -> Self {
        Self {
            disc,
            laser: Laser::default(),
            recording: Recording::Idle,
            view: None,
            starved: false,
            underruns: 0,
            partial: Vec::new(),
            formatted: None,
            overwritten_to: None,
        }
    }

    pub(crate) const fn disc(&self) -> &Disc {
        &self.disc
    }

    pub(crate) const fn disc_mut(&mut self) -> &mut Disc {
        &mut self.disc
    }

    pub(crate) const fn laser(&self) -> &Laser {
        &self.laser
    }

    pub(crate) const fn recording(&self) -> &Recording {
        &self.recording
    }

    /// What is told of the disc: what a scan finds, but for a session that is being written as a whole, which counts
    /// as not yet there, and a format that was cut off, which nothing can follow.
    pub(crate) fn told_view(&mut self) -> View {
        let mut view = self.view().clone();
        if self.cut_format().is_some()
            && let Some(open) = &mut view.open
        {
            // Nothing can follow it.
            open.next = None;
        }
        let (session, first) = match &self.recording {
            Recording::Idle | Recording::Track(_) => return view,
            Recording::Session(session) => session.place(),
            Recording::Raw(raw) => raw.place(),
        };
        view.sessions.retain(|it| it.number < session);
        view.tracks.retain(|it| it.session < session);
        let (program, first_track) = (first.start, first.number);
        view.open = Some(OpenSession { number: session, program, first_track, next: Some(first) });
        view
    }

    /// Lets the laser work until a moment. An error ends what was being recorded.
    pub(crate) fn advance(&mut self, now: Instant) -> Result<(), BurnError> {
        let done = self.laser.advance(now, &mut self.disc);
        if done.is_err() {
            self.abandon();
        }
        done
    }

    /// The power goes, or the disc: what the laser has done by then is done.
    pub(crate) fn stop(mut self, now: Instant) -> Disc {
        // An error has nobody to be told to any more.
        drop(self.laser.stop(now, &mut self.disc));
        self.disc
    }

    /// Forgets what was being recorded; the disc stays as the laser left it.
    pub(crate) fn abandon(&mut self) {
        self.laser.drop_all();
        self.partial.clear();
        self.recording = Recording::Idle;
    }

    /// Whether the buffer has just run empty while the host owes data. Told once for each time.
    pub(crate) fn runs_empty(&mut self, now: Instant) -> bool {
        let owes = match &self.recording {
            Recording::Idle => false,
            // A packet of fixed size is begun when all of it is there.
            Recording::Track(track) => track.fixed_packets().is_none() && track.next > track.start,
            Recording::Session(session) => session.is_begun() && !session.is_full(),
            Recording::Raw(raw) => raw.is_begun() && !raw.is_full(),
        };
        let empty = owes && self.laser.idle_since().is_some_and(|since| since < now);
        let news = empty && !self.starved;
        self.starved = empty;
        self.underruns += u32::from(news);
        news
    }

    /// How often the buffer ran empty in the middle of writing.
    pub(crate) const fn underruns(&self) -> u32 {
        self.underruns
    }

    /// What a scan of the disc tells now.
    pub(crate) fn view(&mut self) -> &View {
        let revision = self.disc.medium().revision();
        let fresh = self.view.take().filter(|(of, _)| *of == revision);
        let (_, view) = self.view.insert(fresh.unwrap_or_else(|| (revision, View::of(self.disc.medium()))));
        view
    }

    /// What a scan will tell once the laser has done all it has been told.
    fn view_to_come(&mut self) -> View {
        if self.laser.is_idle() {
            return self.view().clone();
        }
        View::of(&self.medium_to_come())
    }

    /// The medium as it will be once the laser has done all it has been told.
    fn medium_to_come(&self) -> Medium {
        let mut medium = self.disc.medium().clone();
        for work in self.laser.pending() {
            match work {
                Work::Burn { start, sectors, content } => medium.put(*start, *sectors, content.clone()),
                Work::Erase { start, sectors } => drop(medium.erase(*start, *sectors)),
                Work::Note(note) => medium.note(*note),
                Work::Dwell | Work::Flush => {}
            }
        }
        medium
    }

    /// The last address at which a lead-out may start.
    fn last_lead_out(&self, settings: &Settings) -> Lba {
        let kind = self.disc.kind();
        kind.last_lead_out().saturating_add(settings.overburn_sectors.min(kind.spec().beyond))
    }

    /// Refuses what cannot be written on at all.
    ///
    /// # Errors
    /// The drive's words for a disc that is complete, or not recordable.
    pub(crate) fn check_writable(&mut self, settings: &Settings) -> Result<(), Sense> {
        self.check_format()?;
        let rewritable = self.disc.kind().is_rewritable();
        let in_packets = |track: &Track| match track.packet {
            Some(blocks) => track.state != TrackState::Complete || (rewritable && blocks > 0),
            None => track.state == TrackState::Reserved,
        };
        let packets = self.view().tracks.iter().any(in_packets);
        if packets && matches!(self.recording, Recording::Idle) {
            Ok(())
        } else {
            self.next_track(settings).map(drop)
        }
    }

    /// The invisible track, if there is one to write.
    fn next_track(&mut self, settings: &Settings) -> Result<(u16, NextTrack), Sense> {
        self.check_format()?;
        let view = self.view_to_come();
        let open = view.open.as_ref().ok_or(settings.disc_complete)?;
        let next = open.next.ok_or(sense::INVALID_ADDRESS_FOR_WRITE)?;
        if next.number > area::MAX_TRACKS {
            return Err(sense::NO_MORE_TRACKS);
        }
        Ok((open.number, next))
    }

    /// Data from the host into the buffer, to be written when its turn comes.
    ///
    /// # Errors
    /// The sense that refuses the address, the amount or the state.
    pub(crate) fn write(
        &mut self,
        now: Instant,
        settings: &Settings,
        start: Lba,
        sectors: u32,
        data: &[u8],
    ) -> Result<(), Sense> {
        if sectors == 0 {
            return Ok(());
        }
        if !self.has_room(settings, data.len()) {
            return Err(sense::LONG_WRITE_IN_PROGRESS);
        }
        if core::mem::take(&mut self.starved) {
            // The laser finds the place where it stopped.
            self.push(now, Work::Dwell, settings.seek, settings.simulated);
        }
        match &mut self.recording {
            Recording::Idle => Err(sense::SEQUENCE),
            Recording::Track(_) => self.write_track(now, settings, start, sectors, data),
            Recording::Session(_) => self.write_session(now, settings, start, sectors, data),
            Recording::Raw(_) => self.write_raw(now, settings, start, sectors, data),
        }
    }

    /// Whether the buffer takes so many bytes; one command always fits an empty buffer.
    pub(crate) fn has_room(&self, settings: &Settings, bytes: usize) -> bool {
        let waiting = self.buffered_bytes();
        waiting == 0 || waiting.saturating_add(bytes) <= settings.buffer_bytes
    }

    /// Host data that waits, in bytes.
    pub(crate) const fn buffered_bytes(&self) -> usize {
        self.laser.buffered_bytes().saturating_add(self.partial.len())
    }

    /// Ends what can be ended: the track, or a session whose last block came. Otherwise just waits for the buffer.
    ///
    /// # Errors
    /// The sense of what went wrong.
    pub(crate) fn synchronize(&mut self, now: Instant, settings: &Settings) -> Result<(), Sense> {
        match &self.recording {
            Recording::Idle => {}
            Recording::Track(track) if track.packet.is_some() => self.end_packet(now, settings),
            Recording::Track(_) => self.end_track(now, settings)?,
            Recording::Session(session) if session.is_full() => self.end_session(now, settings),
            Recording::Raw(raw) if raw.is_full() => self.recording = Recording::Idle,
            Recording::Session(_) | Recording::Raw(_) => {}
        }
        self.push(now, Work::Flush, Duration::ZERO, false);
        Ok(())
    }

    fn push(&mut self, now: Instant, work: Work, pace: Duration, simulated: bool) {
        self.laser.push(now, work, pace, simulated);
    }

    fn burn(&mut self, now: Instant, settings: &Settings, start: Lba, sectors: u32, content: Content) {
        if sectors > 0 {
            let work = Work::Burn { start, sectors, content };
            self.push(now, work, settings.sector, settings.simulated);
        }
    }

    fn burn_data(
        &mut self,
        now: Instant,
        settings: &Settings,
        start: Lba,
        q: TrackQ,
        host: &HostBlock,
        data: &[u8],
    ) {
        let (form, subchannel) = (host.form(), host.subchannel());
        let payload: Bytes = host.stored(data);
        let stride = form.bytes() + subchannel.bytes();
        let sectors = u32::try_from(payload.len() / stride.max(1)).unwrap_or(0);
        let block = Block::Stored { form, subchannel, payload: Payload::memory(payload) };
        self.burn(now, settings, start, sectors, Content::Track(q, block));
    }

    /// Adds an item to the PMA.
    fn burn_pma(&mut self, now: Instant, settings: &Settings, item: QItem) -> Result<(), Sense> {
        let medium = self.medium_to_come();
        let Some((at, sectors)) = crate::derive::Layout::next_pma_item(&medium) else {
            return if settings.simulated { Ok(()) } else { Err(sense::PMA_FULL) };
        };
        self.push(now, Work::Dwell, settings.seek, settings.simulated);
        self.burn(now, settings, at, sectors, Content::Pma(item));
        Ok(())
    }

    /// Tries the laser's power out in the calibration area.
    ///
    /// # Errors
    /// 3/73/02 when the area is full.
    pub(crate) fn calibrate(
        &mut self,
        now: Instant,
        settings: &Settings,
        time: Duration,
    ) -> Result<(), Sense> {
        if self.disc.kind().is_rewritable() {
            // The partition is erased and used again.
            self.push(now, Work::Dwell, time, false);
            return Ok(());
        }
        let Some(areas) = crate::derive::Layout::next_calibration(self.disc.medium()) else {
            return Err(sense::CALIBRATION_AREA_FULL);
        };
        self.push(now, Work::Dwell, time, false);
        let real = Settings { simulated: false, ..*settings };
        for (start, sectors) in areas {
            self.burn(now, &real, start, sectors, Content::Calibration);
        }
        Ok(())
    }
}

/// An address as the three bytes of a TOC or PMA item.
fn time_bytes(at: Lba) -> [u8; 3] {
    at.to_msf().map_or([0xFF; 3], |time| [time.minute, time.second, time.frame])
}
