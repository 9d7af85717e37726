//! What the stories about burning share: content that knows its place, and the way from a wish to a disc.

#![allow(
    dead_code,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "each story uses its part; a test that panics fails"
)]

pub mod promises;

use discwright_burn::{
    BurnError, Event, Observer, Recorded, SectorSource, SourceError, record, survey, verify,
};
use discwright_cd::Lba;
use discwright_drive::medium::MediumKind;
use discwright_drive::{Disc, Recorder};
use discwright_plan::{Content, DiscState, Options, Plan, PlanError, plan};
use discwright_transport::Transport;

/// Content in which every sector says which content it is of and which of its sectors: a misplaced one is seen.
#[derive(Clone, Copy, Debug)]
pub struct Patterned {
    /// Which content.
    pub tag: u32,
    /// How long.
    pub sectors: u32,
}

impl Patterned {
    /// A sector of it.
    pub fn sector(tag: u32, number: u32) -> Vec<u8> {
        let mut word = tag.to_be_bytes().to_vec();
        word.extend(number.to_be_bytes());
        word.repeat(256)
    }
}

impl SectorSource for Patterned {
    fn sectors(&self) -> u32 {
        self.sectors
    }

    fn fill(&mut self, first: u32, buffer: &mut [u8]) -> Result<(), SourceError> {
        for (number, sector) in (first..).zip(buffer.chunks_mut(2048)) {
            sector.copy_from_slice(&Self::sector(self.tag, number));
        }
        Ok(())
    }
}

/// A recorder with a blank 80-minute CD-R.
pub fn blank_cd_r() -> Recorder {
    Recorder::with_disc(Disc::blank(MediumKind::CdR80))
}

/// The state of the disc.
pub fn state(transport: &mut dyn Transport) -> DiscState {
    survey(transport).unwrap().disc.unwrap().state
}

/// The plan for this content on the disc in the drive.
pub fn plan_for(transport: &mut dyn Transport, sectors: u32, options: Options) -> Result<Plan, PlanError> {
    plan(&state(transport), &Content::data(sectors), &options)
}

/// Burns a session and reads it back.
pub fn burn(
    transport: &mut dyn Transport,
    content: Patterned,
    options: Options,
    observer: &mut dyn Observer,
) -> Result<Recorded, BurnError> {
    let plan = plan_for(transport, content.sectors, options).unwrap();
    record(transport, &plan, &mut { content }, Some(9173), observer)
}

/// Burns a session as it is usually done.
pub fn burn_plainly(transport: &mut dyn Transport, content: Patterned) -> Recorded {
    burn(transport, content, Options::default(), &mut ()).unwrap()
}

/// Every sector of this content is on the disc from there on.
pub fn check_on_disc(transport: &mut dyn Transport, start: Lba, mut content: Patterned) {
    verify(transport, start, &mut content, &mut ()).unwrap();
}

/// Whether an eject works once the drive is done with its work, which it does not while the tray is locked.
pub fn tray_is_unlocked(recorder: &mut Recorder) -> bool {
    let now = recorder.now();
    if let Some(until) = recorder.drive().busy_until(now) {
        recorder.wait(until.since(now));
    }
    match recorder.eject() {
        Some(disc) => {
            recorder.load(disc).unwrap();
            true
        }
        None => false,
    }
}

/// Collects the kinds of events in order, runs folded.
#[derive(Default)]
pub struct Kinds(pub String);

impl Observer for Kinds {
    fn event(&mut self, event: &Event) {
        let kind = match event {
            Event::Preparing { .. } => 'p',
            Event::Progress(_) => 'w',
            Event::Closing { .. } => 'c',
            Event::Complete => '.',
            Event::Warning(_) => '!',
            _ => '?',
        };
        if !self.0.ends_with(kind) {
            self.0.push(kind);
        }
    }
}
