//! Discs from images and back: ISO, and CUE sheets with their BIN files.
//!
//! An imported disc is a pressed one, complete, with lead-ins, pregaps and lead-outs as a stamper makes them. What an
//! image cannot say (a session still open, the PMA, power calibrations) is lost in an export.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use discwright_cd::{Lba, area};
use thiserror::Error;

use crate::disc::{BurnError, Disc};
use crate::medium::{Block, Content, Form, LeadIn, Payload, Subchannel, TrackQ};
use crate::recording::{NextSession, TocPlan, lead_in_start};

mod cue;
mod export;

pub use cue::{CueProblem, import_cue};
pub use export::{export_cue, export_iso};

/// Why an image does not become a disc, or a disc not an image.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The image could not be read, or not be written.
    #[error("image: {0}")]
    Io(#[from] io::Error),
    /// The disc took no more.
    #[error(transparent)]
    Disc(#[from] BurnError),
    /// The image ends inside a sector.
    #[error("the image ends inside a sector: {0} bytes are left")]
    PartOfSector(usize),
    /// There is nothing in it.
    #[error("the image is empty")]
    Empty,
    /// More than a disc holds.
    #[error("the image would end at sector {0}; disc time ends at sector 404849")]
    TooLong(i64),
    /// Something is on the disc already.
    #[error("the disc to import into is not blank")]
    NotBlank,
    /// A line of the sheet makes no sense.
    #[error("line {line} of the CUE sheet: {problem}")]
    Sheet {
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: CueProblem,
    },
    /// The disc has no complete session.
    #[error("the disc has no complete session to export")]
    NothingToExport,
}

/// Sectors moved at a time.
const CHUNK_SECTORS: usize = 32;

/// Makes a disc of one data track from an ISO image.
///
/// # Errors
/// [`ImageError`] when the image is no whole number of 2048-byte sectors, or does not fit a disc.
pub fn import_iso(image: &mut impl io::Read, disc: &mut Disc) -> Result<(), ImageError> {
    let mut stamper = Stamper::new(disc)?;
    stamper.begin(TrackPlan { number: 1, control: 4, start: Lba(0), form: Form::Mode1 })?;
    stamper.data(image, Form::Mode1, usize::MAX, 0)?;
    stamper.end_session(NextSession::Absent)
}

/// A track about to be stamped.
#[derive(Clone, Copy, Debug)]
struct TrackPlan {
    number: u8,
    control: u8,
    start: Lba,
    form: Form,
}

/// Stamps a disc, session after session.
struct Stamper<'a> {
    disc: &'a mut Disc,
    session: u16,
    /// Where the session's first pregap ends.
    program: Lba,
    at: Lba,
    q: TrackQ,
    tracks: Vec<(u8, u8, Lba)>,
}

impl<'a> Stamper<'a> {
    fn new(disc: &'a mut Disc) -> Result<Self, ImageError> {
        if disc.medium().extents().next().is_some() {
            return Err(ImageError::NotBlank);
        }
        let q = TrackQ { track: 1, index: 0, control: 0, zero: Lba(0) };
        Ok(Self { disc, session: 1, program: Lba(0), at: Lba(-150), q, tracks: Vec::new() })
    }

    /// Begins a track: fills up to its start with a pregap.
    fn begin(&mut self, plan: TrackPlan) -> Result<(), ImageError> {
        self.q = TrackQ { track: plan.number, index: 0, control: plan.control, zero: plan.start };
        let gap = plan.start.sectors_since(self.at).unwrap_or(0);
        self.zeros(gap, plan.form)?;
        self.q.index = 1;
        self.tracks.push((plan.number, plan.control, plan.start));
        Ok(())
    }

    fn zeros(&mut self, sectors: u32, form: Form) -> Result<(), ImageError> {
        if sectors > 0 {
            self.disc.stamp(self.at, sectors, Content::Track(self.q, Block::Zeros(form)))?;
            self.at = self.at.saturating_add(sectors);
        }
        Ok(())
    }

    /// Stamps sectors from an image until it ends or there are enough; sectors stamped. In the image each has
    /// `skipped` bytes before what is kept of it.
    fn data(
        &mut self,
        image: &mut impl io::Read,
        form: Form,
        sectors: usize,
        skipped: usize,
    ) -> Result<usize, ImageError> {
        let stride = form.bytes() + skipped;
        let mut done = 0;
        while done < sectors {
            let wanted = (sectors - done).min(CHUNK_SECTORS);
            let mut chunk = vec![0; wanted * stride];
            let got = fill(image, &mut chunk)?;
            chunk.truncate(got);
            if !got.is_multiple_of(stride) {
                return Err(ImageError::PartOfSector(got % stride));
            }
            let count = got / stride;
            if count == 0 {
                break;
            }
            let kept: Vec<u8> = if skipped == 0 {
                chunk
            } else {
                chunk
                    .chunks_exact(stride)
                    .filter_map(|sector| sector.get(skipped..))
                    .flatten()
                    .copied()
                    .collect()
            };
            self.stored(form, count, kept.into())?;
            done += count;
        }
        Ok(done)
    }

    fn stored(&mut self, form: Form, count: usize, bytes: Bytes) -> Result<(), ImageError> {
        let sectors = u32::try_from(count).unwrap_or(u32::MAX);
        let end = i64::from(self.at.0) + i64::from(sectors);
        if end > i64::from(Lba::MAX.0) {
            return Err(ImageError::TooLong(end));
        }
        let payload = Payload::memory(bytes);
        let block = Block::Stored { form, subchannel: Subchannel::None, payload };
        self.disc.stamp(self.at, sectors, Content::Track(self.q, block))?;
        self.at = self.at.saturating_add(sectors);
        Ok(())
    }

    /// Stamps lead-in and lead-out of the session.
    fn end_session(&mut self, next: NextSession) -> Result<(), ImageError> {
        if self.at <= self.program {
            return Err(ImageError::Empty);
        }
        let kind = self.disc.kind();
        let lead_in = lead_in_start(kind.lead_in_start(), self.session, self.program);
        let (session, lead_out) = (self.session, self.at);
        let control = self.q.control;
        let plan = TocPlan { session, tracks: core::mem::take(&mut self.tracks), lead_out, format: 0, next };
        let contents = LeadIn { toc: plan.items(kind), packs: Vec::new() };
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
