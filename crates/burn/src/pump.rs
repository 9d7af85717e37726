//! The loop that joins engine, transport and source; and recording as a whole.

use core::time::Duration;

use discwright_plan::{Plan, WriteType};
use discwright_transport::{Data, Request, Transport};

use crate::engine::{Action, Completion, Engine, Exchange, Finished, Payload};
use crate::error::{BurnError, Cause, DiscCondition, Phase};
use crate::maintain::leave_session_at_once;
use crate::observe::{Event, Observer, Warning};
use crate::ring::{Popped, Ring, chunks};
use crate::source::{SectorSource, SourceError};
use crate::survey::{Survey, survey};
use crate::verify::verify_sector;

/// Between two questions whether to stop, while waiting.
const SLICE: Duration = Duration::from_millis(100);
/// How long a source may take for one chunk.
const SOURCE_PATIENCE: Duration = Duration::from_secs(600);

/// A recording that was carried out and whose result was examined.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What the engine counted.
    pub finished: Finished,
    /// Drive and disc afterwards; the disc is as the plan predicted.
    pub survey: Survey,
}

/// Carries out a plan, examines the disc, and compares it with the prediction.
///
/// `speed_kb_s` is what the drive is expected to write at, for estimates of time alone. The order of events is that of
/// [`Event`]; after [`Event::Complete`] comes nothing.
///
/// # Errors
/// [`BurnError`]; also when the drive reported success and the disc is not as planned.
#[tracing::instrument(level = "info", skip_all, fields(session = plan.session, sectors = plan.sectors, simulate = plan.simulate))]
pub fn record(
    transport: &mut dyn Transport,
    plan: &Plan,
    source: &mut dyn SectorSource,
    speed_kb_s: Option<u16>,
    observer: &mut dyn Observer,
) -> Result<Recorded, BurnError> {
    let mut engine = Engine::new(plan, transport.max_transfer(), speed_kb_s);
    pump(&mut engine, transport, plan, source, observer);
    let finished = engine.finish()?;
    let unlocked = !finished.warnings.iter().any(|warning| matches!(warning, Warning::StillLocked { .. }));
    let survey = check(transport, plan, source).map_err(|error| {
        if plan.write_type == WriteType::SessionAtOnce {
            leave_session_at_once(transport);
        }
        BurnError { unlocked, ..error }
    })?;
    observer.event(&Event::Complete);
    Ok(Recorded { finished, survey })
}

/// The disc must be as predicted, and hold the content where that is looked at.
fn check(
    transport: &mut dyn Transport,
    plan: &Plan,
    source: &mut dyn SectorSource,
) -> Result<Survey, BurnError> {
    examine(transport, plan, source).map_err(|cause| BurnError {
        cause,
        phase: Phase::Checking,
        command: None,
        lba: None,
        disc: if plan.simulate { DiscCondition::Untouched } else { DiscCondition::Closed },
        unlocked: true,
        also: Vec::new(),
    })
}

fn examine(
    transport: &mut dyn Transport,
    plan: &Plan,
    source: &mut dyn SectorSource,
) -> Result<Survey, Cause> {
    let survey = survey(transport).map_err(Box::new)?;
    let differences = match &survey.disc {
        Some(disc) => plan.predicted.differences(&disc.state),
        None => return Err(Cause::DiscGone),
    };
    if !differences.is_empty() {
        return Err(Cause::Mismatch(differences));
    }
    if !plan.simulate {
        sample(transport, plan, source)?;
    }
    Ok(survey)
}

/// Reads the first, the middle and the last sector of every data track back.
fn sample(transport: &mut dyn Transport, plan: &Plan, source: &mut dyn SectorSource) -> Result<(), Cause> {
    let mut base = 0;
    for track in &plan.tracks {
        if track.mode.is_data() {
            for offset in [0, track.content / 2, track.content.saturating_sub(1)] {
                verify_sector(transport, track.start().saturating_add(offset), base + offset, source)
                    .map_err(Box::new)?;
            }
        }
        base += track.content;
    }
    Ok(())
}

/// Drives an engine to its end: the only loop there is.
///
/// A thread of its own reads the content into a ring of chunks; the ring is full before the first sector is written.
/// `observer` is asked whether to stop before every command and every 100 ms of waiting, never while closing.
pub fn pump(
    engine: &mut Engine,
    transport: &mut dyn Transport,
    plan: &Plan,
    source: &mut dyn SectorSource,
    observer: &mut dyn Observer,
) {
    let mode = plan.tracks.first().map_or(discwright_plan::TrackMode::Mode1, |track| track.mode);
    let most = engine.sectors_per_write(mode);
    if source.sector_bytes() != crate::engine::sector_bytes(mode)
        || u64::from(source.sectors()) != plan.content_sectors()
    {
        engine.source_failed(SourceError::new(0, "the source is not the one that the plan was made for"));
    }
    let ring = Ring::new(usize::try_from(most).unwrap_or(1) * source.sector_bytes());
    let lengths: Vec<u32> = plan.tracks.iter().map(|track| track.content).collect();
    std::thread::scope(|scope| {
        let _stop = StopOnDrop(&ring);
        scope.spawn(|| ring.fill(source, chunks(lengths.into_iter(), most)));
        run(engine, transport, &ring, observer);
    });
}

/// The reader ends when the writer does, whatever the reason.
struct StopOnDrop<'a>(&'a Ring);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn run(engine: &mut Engine, transport: &mut dyn Transport, ring: &Ring, observer: &mut dyn Observer) {
    let mut filled = false;
    loop {
        tell(engine, observer);
        if matches!(engine.phase(), Phase::Preparing | Phase::Writing) && observer.cancelled() {
            engine.cancel();
        }
        match engine.poll(transport.now()) {
            Action::Send(exchange) => send(engine, transport, &exchange),
            Action::Fill { .. } if !filled => filled = fill_ring(engine, ring, observer),
            Action::Fill { .. } => fill(engine, ring, observer),
            Action::Wait(time) => transport.wait(time.min(SLICE)),
            Action::Done => break,
        }
        if let Some(chunk) = engine.take_spent() {
            ring.recycle(chunk);
        }
    }
    tell(engine, observer);
}

fn tell(engine: &mut Engine, observer: &mut dyn Observer) {
    while let Some(event) = engine.take_event() {
        observer.event(&event);
    }
}

fn send(engine: &mut Engine, transport: &mut dyn Transport, exchange: &Exchange) {
    let mut buffer = match exchange.payload {
        Payload::In(bytes) => vec![0; bytes.min(transport.max_transfer())],
        _ => Vec::new(),
    };
    let data = match &exchange.payload {
        Payload::None => Data::None,
        Payload::In(_) => Data::In(&mut buffer),
        Payload::Out(bytes) => Data::Out(bytes),
    };
    let request = Request { cdb: &exchange.cdb, data, timeout: exchange.timeout };
    let (result, transferred) = match transport.execute(request) {
        Ok(outcome) => (Ok(outcome.status), outcome.transferred),
        Err(error) => (Err(error), 0),
    };
    buffer.truncate(transferred);
    engine.handle(transport.now(), Completion { result, transferred, data: buffer });
}

/// Whether the ring is full; waits a little for it.
fn fill_ring(engine: &mut Engine, ring: &Ring, observer: &mut dyn Observer) -> bool {
    let mut waited = Duration::ZERO;
    while waited < SOURCE_PATIENCE {
        if ring.full(SLICE) {
            return true;
        }
        // An observer may say it only once.
        if observer.cancelled() {
            engine.cancel();
            return false;
        }
        waited += SLICE;
    }
    // A source that slow is still asked for each chunk, within the same bound.
    true
}

fn fill(engine: &mut Engine, ring: &Ring, observer: &mut dyn Observer) {
    let mut waited = Duration::ZERO;
    loop {
        match ring.pop(SLICE) {
            Popped::Chunk(chunk) => {
                engine.set_ring_level(ring.level());
                return engine.fill(chunk);
            }
            Popped::Failed(error) => return engine.source_failed(error),
            Popped::Over => return engine.source_failed(SourceError::new(0, "the content ended early")),
            Popped::Late => waited += SLICE,
        }
        if waited >= SOURCE_PATIENCE {
            let problem = "the source gave nothing for ten minutes";
            return engine.source_failed(SourceError::new(0, problem));
        }
        if observer.cancelled() {
            return engine.cancel();
        }
    }
}
