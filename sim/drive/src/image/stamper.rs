//! Stamping a disc: sectors, lead-ins and lead-outs without a drive.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use discwright_cd::{Lba, area};

use super::ImageError;
use crate::disc::{BurnError, Disc};
use crate::medium::{Block, Content, Form, LeadIn, Note, Payload, QNote, Subchannel, TrackQ};
use crate::recording::{NextSession, TocPlan, lead_in_start};

/// Sectors moved at a time.
pub(super) const CHUNK_SECTORS: usize = 32;

/// Stamps a disc, session after session.
pub(super) struct Stamper<'a> {
    disc: &'a mut Disc,
    session: u16,
    /// Where the session's first pregap ends.
    program: Lba,
    at: Lba,
    q: TrackQ,
    tracks: Vec<(u8, u8, Lba)>,
}

impl<'a> Stamper<'a> {
    pub(super) fn new(disc: &'a mut Disc) -> Result<Self, ImageError> {
        if disc.medium().extents().next().is_some() {
            return Err(ImageError::NotBlank);
        }
        let q = TrackQ { track: 1, index: 0, control: 0, zero: Lba(0) };
        Ok(Self { disc, session: 1, program: Lba(0), at: Lba(-150), q, tracks: Vec::new() })
    }

    /// Begins a track whose index 1 is `pregap` sectors further on; before the first of a session there are 150 more,
    /// which are stamped here.
    pub(super) fn begin(
        &mut self,
        number: u8,
        control: u8,
        pregap: u32,
        form: Form,
    ) -> Result<(), ImageError> {
        let first = self.tracks.is_empty();
        let from = if first { self.program } else { self.at };
        let zero = from.saturating_add(pregap);
        self.q = TrackQ { track: number, index: 0, control, zero };
        self.tracks.push((number, control, zero));
        if first { self.zeros(area::PREGAP, form) } else { Ok(()) }
    }

    /// What follows belongs to this index.
    pub(super) const fn index(&mut self, index: u8) {
        self.q.index = index;
    }

    pub(super) fn zeros(&mut self, sectors: u32, form: Form) -> Result<(), ImageError> {
        self.put(sectors, Block::Zeros(form))
    }

    /// Stamps whole sectors as they are kept.
    pub(super) fn stored(
        &mut self,
        form: Form,
        subchannel: Subchannel,
        sectors: u32,
        kept: Vec<u8>,
    ) -> Result<(), ImageError> {
        self.put(sectors, Block::Stored { form, subchannel, payload: Payload::memory(Bytes::from(kept)) })
    }

    /// Stamps mode 1 sectors from an image until it ends.
    pub(super) fn mode_1(&mut self, image: &mut impl io::Read) -> Result<(), ImageError> {
        let stride = Form::Mode1.bytes();
        loop {
            let mut chunk = vec![0; CHUNK_SECTORS * stride];
            let got = fill(image, &mut chunk)?;
            chunk.truncate(got);
            if !got.is_multiple_of(stride) {
                return Err(ImageError::PartOfSector(got % stride));
            }
            if got == 0 {
                return Ok(());
            }
            self.stored(Form::Mode1, Subchannel::None, u32::try_from(got / stride).unwrap_or(0), chunk)?;
        }
    }

    /// Gives the track's index 1 to the end of it a recording code.
    pub(super) fn isrc(&mut self, code: [u8; 12]) -> Result<(), ImageError> {
        let sectors = self.at.sectors_since(self.q.zero).unwrap_or(0);
        self.disc.note(QNote { start: self.q.zero, sectors, note: Note::Isrc(code) })?;
        Ok(())
    }

    /// Gives the session so far a catalogue number.
    pub(super) fn catalogue(&mut self, digits: [u8; 13]) -> Result<(), ImageError> {
        let sectors = self.at.sectors_since(self.program).unwrap_or(0);
        self.disc.note(QNote { start: self.program, sectors, note: Note::Catalogue(digits) })?;
        Ok(())
    }

    /// Stamps lead-in and lead-out of the session.
    pub(super) fn end_session(
        &mut self,
        format: u8,
        packs: Vec<[u8; 18]>,
        next: NextSession,
    ) -> Result<(), ImageError> {
        if self.at <= self.program {
            return Err(ImageError::Empty);
        }
        let kind = self.disc.kind();
        let lead_in = lead_in_start(kind.lead_in_start(), self.session, self.program);
        let (session, lead_out) = (self.session, self.at);
        let control = self.q.control;
        let plan = TocPlan { session, tracks: core::mem::take(&mut self.tracks), lead_out, format, next };
        let contents = LeadIn { toc: plan.items(kind), packs };
        let pregap = i32::try_from(area::PREGAP).unwrap_or(0);
        let sectors = (self.program - pregap).sectors_since(lead_in).unwrap_or(0);
        self.disc.stamp(lead_in, sectors, Content::LeadIn(Arc::new(contents)))?;
        self.disc.stamp(lead_out, area::lead_out(session), Content::LeadOut { control })?;
        self.program = lead_out.saturating_add(area::session_gap(session));
        self.at = self.program - pregap;
        self.session += 1;
        self.disc.flush().map_err(BurnError::from)?;
        Ok(())
    }

    fn put(&mut self, sectors: u32, block: Block) -> Result<(), ImageError> {
        if sectors == 0 {
            return Ok(());
        }
        let end = i64::from(self.at.0) + i64::from(sectors);
        if end > i64::from(Lba::MAX.0) {
            return Err(ImageError::TooLong(end));
        }
        self.disc.stamp(self.at, sectors, Content::Track(self.q, block))?;
        self.at = self.at.saturating_add(sectors);
        Ok(())
    }
}

/// Reads until the buffer is full or the image ends.
fn fill(image: &mut impl io::Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while let Some(rest) = buffer.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match image.read(rest) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}
