//! RecordDisc: the checks in their order, then the burn.

use std::sync::Arc;

use discwright_burn::{self as burn, Event, Observer, SectorSource, SourceError};
use discwright_iso9660::image::{Image, ImageError};
use discwright_iso9660::layout::{self, Layout};
use discwright_plan::{Closing, Content, DiscState, DiscStatus, MediumKind, Options, Plan, plan};
use tracing::{info, info_span, warn};

use crate::error::ImapiError;
use crate::events::Sinks;
use crate::master::{SessionMode, Shared, Stage, State};
use crate::recorder::{self, Claim, DiscRecorder};
use crate::select::{Selected, identity};

/// How a stage is to be burned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    pub(crate) simulate: bool,
    pub(crate) eject: bool,
}

/// Checks everything that can be checked, then burns.
pub(crate) fn record(
    shared: &Shared,
    state: &mut State,
    recorder: &DiscRecorder,
    wish: Wish,
) -> Result<(), ImapiError> {
    let span = info_span!("record", drive = recorder.path(), simulate = wish.simulate);
    let _entered = span.enter();
    if !state.stage.filled {
        return Err(ImapiError::InvalidImage);
    }
    // A burn that failed half-way kept the stage, and the disc has changed since it was read.
    let selected = state.stage.selected.clone().ok_or(ImapiError::NoActiveRecorder)?;
    let claim = recorder.claim()?;
    let disc = check_disc(recorder, &claim, &selected)?;

    let (now, id) = (state.environment.now(), state.environment.session_id());
    let layout = layout::layout(Arc::clone(&state.stage.tree), &state.stage.options(now, Some(id)))
        .map_err(ImapiError::Layout)?;
    let plan = make_plan(recorder, &state.stage, &disc, &layout, wish)?;
    let mut source = ImageSource { image: Image::new(layout) };
    source.image.recheck_sources().map_err(ImapiError::Source)?;

    let mut observer = Relay::new(&shared.sinks);
    let speed = recorder.settings().write_kb_s();
    let result = {
        let mut transport = claim.transport();
        burn::record(&mut **transport, &plan, &mut source, speed, &mut observer)
    };
    let announced = observer.announced;
    let result = result.map(drop).map_err(|error| ImapiError::Burn(Box::new(error)));
    settle(state, &result, wish);
    // The burn's own result stands whatever becomes of the tray.
    if result.is_ok()
        && wish.eject
        && let Err(error) = burn::eject(&mut **claim.transport())
    {
        warn!(%error, "the disc was not ejected");
    }
    drop(claim);
    if announced {
        shared.sinks().each(|sink| sink.notify_burn_complete(result.as_ref().copied()));
    }
    result
}

/// The state of the disc in the drive, if it is one that the mode accepts.
fn check_disc(
    recorder: &DiscRecorder,
    claim: &Claim<'_>,
    selected: &Selected,
) -> Result<DiscState, ImapiError> {
    let drive = || recorder.path().to_owned();
    let wrong = |found| ImapiError::WrongDisc { drive: drive(), found };
    let disc = claim.survey()?.disc;
    match (selected.mode, disc) {
        (SessionMode::Multi { .. }, None) => Err(wrong("the drive is empty")),
        (SessionMode::Multi { .. }, Some(disc)) if identity(recorder, &disc) != selected.identity => {
            Err(wrong("another disc is in the drive, or the disc was written to"))
        }
        (SessionMode::Multi { .. }, Some(disc)) => Ok(disc.state),
        (SessionMode::Single, None) => Err(recorder.no_medium()),
        (SessionMode::Single, Some(disc)) if disc.state.status == DiscStatus::Blank => Ok(disc.state),
        (SessionMode::Single, Some(disc)) => {
            Err(ImapiError::CannotWriteToMedia { drive: drive(), problem: not_blank(&disc.state) })
        }
    }
}

/// What is wrong with a disc that should be blank, and what would help.
fn not_blank(disc: &DiscState) -> String {
    if let (DiscStatus::Appendable, Err(reason)) = (disc.status, disc.recordable()) {
        return reason.to_string();
    }
    let help = match (disc.kind, disc.recordable()) {
        (MediumKind::CdRw, Ok(_)) => "erase it, or select the recorder again to continue its sessions",
        (MediumKind::CdRw, Err(_)) => "erase it",
        (_, Ok(_)) => {
            "if its last session has a Joliet tree, select the recorder again to continue it; else put in a blank disc"
        }
        (_, Err(_)) => "put in a blank disc",
    };
    format!("a single session needs a blank disc, and this one is {}; {help}", disc.status)
}

fn make_plan(
    recorder: &DiscRecorder,
    stage: &Stage,
    disc: &DiscState,
    layout: &Layout,
    wish: Wish,
) -> Result<Plan, ImapiError> {
    let closing = if stage.properties.close_disc { Closing::CloseDisc } else { Closing::Auto };
    let options = Options {
        closing,
        simulate: wish.simulate,
        speed_kb_s: recorder.settings().write_kb_s(),
        underrun_protection: recorder.settings().underrun_protection(),
        // Whoever adds a session must at least repeat the structures of this tree.
        next_session_sectors: layout.sectors().saturating_sub(layout.content_sectors()),
        ..Options::default()
    };
    let plan = plan(disc, &Content::data(layout.sectors()), &options)
        .map_err(|error| ImapiError::from_plan(recorder.path(), error))?;
    info!(session = plan.session, start = %plan.start(), sectors = plan.sectors, "planned");
    Ok(plan)
}

/// What a burn leaves of the stage: a simulated one and one that failed before the first block everything, a real
/// success nothing, a later failure the tree, for which the recorder must be selected again as the disc has changed.
fn settle(state: &mut State, result: &Result<(), ImapiError>, wish: Wish) {
    let touched = match result {
        Ok(()) => !wish.simulate,
        Err(error) => !error.is_disc_untouched(),
    };
    if !touched {
        return;
    }
    let properties = state.stage.properties.clone();
    if result.is_ok() {
        state.stage = Stage { properties, ..Stage::default() };
    } else {
        state.stage.selected = None;
    }
}

/// The image as the burn engine reads it.
struct ImageSource {
    image: Image,
}

impl SectorSource for ImageSource {
    fn sectors(&self) -> u32 {
        self.image.sectors()
    }

    fn fill(&mut self, first: u32, buffer: &mut [u8]) -> Result<(), SourceError> {
        self.image.fill(first, buffer).map_err(|error: ImageError| SourceError::new(first, error))
    }
}

/// Tells the engine's events to the sinks, in IMAPI's terms.
struct Relay<'s> {
    sinks: &'s std::sync::Mutex<Sinks>,
    /// Whether `notify_preparing_burn` went out.
    announced: bool,
}

impl<'s> Relay<'s> {
    fn new(sinks: &'s std::sync::Mutex<Sinks>) -> Self {
        Self { sinks, announced: false }
    }

    fn each(&self, tell: impl FnMut(&mut dyn crate::events::ProgressEvents)) {
        recorder::lock_sinks(self.sinks).each(tell);
    }
}

impl Observer for Relay<'_> {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Preparing { estimate } => {
                self.announced = true;
                self.each(|sink| sink.notify_preparing_burn(*estimate));
            }
            Event::Progress(progress) => {
                self.each(|sink| sink.notify_block_progress(progress.written, progress.total));
            }
            Event::Closing { estimate } => self.each(|sink| sink.notify_closing_disc(*estimate)),
            Event::Warning(warning) => {
                self.each(|sink| sink.notify_warning(&warning.to_string()));
            }
            _ => {}
        }
    }

    fn cancelled(&mut self) -> bool {
        recorder::lock_sinks(self.sinks).query_cancel()
    }
}
