//! Drives that say anything at all: nothing panics, nothing goes on for ever.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

use core::time::Duration;

use discwright_burn::{
    Blanking, Engine, SectorSource, blank, close_session, pump, record, survey, survey_for_reading, verify,
};
use discwright_cd::Lba;
use discwright_mmc::Sense;
use discwright_plan::{Content, DiscState, MediumKind, Options, WriteType, plan};
use discwright_transport::{Data, Instant, Outcome, Request, Status, Transport, TransportError};
use proptest::collection::vec;
use proptest::prelude::*;

/// Answers from a script of bytes, over and over: status, sense, data.
#[derive(Debug)]
struct Babble {
    script: Vec<Word>,
    next: usize,
    commands: u64,
    clock: Duration,
}

/// One answer.
#[derive(Clone, Debug)]
enum Word {
    Good(Vec<u8>),
    /// As many bytes as asked for, whatever came.
    Claims(Vec<u8>),
    Sense([u8; 18]),
    Busy,
    Other(u8),
    Lost,
    Gone,
}

fn word() -> impl Strategy<Value = Word> {
    let sense = (
        0x70_u8..0x72,
        0_u8..16,
        prop_oneof![Just(0x04_u8), Just(0x28), Just(0x29), Just(0x3A), any::<u8>()],
        any::<u8>(),
    )
        .prop_map(|(code, key, asc, ascq)| {
            let mut bytes = [0; 18];
            (bytes[0], bytes[2], bytes[7], bytes[12], bytes[13]) = (code, key, 10, asc, ascq);
            Word::Sense(bytes)
        });
    // Answers that look like disc, track and mode information now and then.
    let plausible =
        (0_u8..4, 0_u8..4, 0_u8..5, any::<bool>()).prop_map(|(disc, session, count, erasable)| {
            let mut bytes = vec![0; 34];
            bytes[1] = 32;
            bytes[2] = disc | session << 2 | u8::from(erasable) << 4;
            (bytes[3], bytes[4], bytes[5], bytes[6]) = (1, count, count, count);
            bytes[7] = 1;
            bytes[19] = 200;
            Word::Good(bytes)
        });
    prop_oneof![
        8 => vec(any::<u8>(), 0..64).prop_map(Word::Good),
        8 => plausible,
        2 => vec(any::<u8>(), 0..8).prop_map(Word::Claims),
        6 => sense,
        1 => Just(Word::Busy),
        1 => any::<u8>().prop_map(Word::Other),
        1 => Just(Word::Lost),
        1 => Just(Word::Gone),
    ]
}

impl Transport for Babble {
    fn execute(&mut self, request: Request<'_>) -> Result<Outcome, TransportError> {
        self.commands += 1;
        assert!(self.commands < 500_000, "it goes on for ever");
        self.clock += Duration::from_micros(500);
        let word = self.script[self.next % self.script.len()].clone();
        self.next += 1;
        let asked = match &request.data {
            Data::None => 0,
            Data::In(buffer) => buffer.len(),
            Data::Out(bytes) => bytes.len(),
        };
        let good = |transferred| Ok(Outcome { status: Status::Good, transferred });
        match word {
            Word::Good(bytes) | Word::Claims(bytes) if matches!(request.data, Data::In(_)) => {
                let Data::In(buffer) = request.data else { unreachable!() };
                for (to, from) in buffer.iter_mut().zip(&bytes) {
                    *to = *from;
                }
                // A transport may claim more than there was room for.
                good(if bytes.len() % 7 == 6 { asked + 5 } else { bytes.len().min(asked) })
            }
            Word::Good(_) | Word::Claims(_) => good(asked),
            Word::Sense(bytes) => {
                let status = Sense::parse(&bytes).map_or(Status::Busy, Status::CheckCondition);
                Ok(Outcome { status, transferred: 0 })
            }
            Word::Busy => Ok(Outcome { status: Status::Busy, transferred: 0 }),
            Word::Other(byte) => Ok(Outcome { status: Status::Other(byte), transferred: 0 }),
            Word::Lost => Err(TransportError::Timeout(request.timeout)),
            Word::Gone => Err(TransportError::Gone("babbling".to_owned())),
        }
    }

    fn now(&mut self) -> Instant {
        Instant(self.clock)
    }

    fn wait(&mut self, pause: Duration) {
        self.clock += pause;
    }

    fn max_transfer(&self) -> usize {
        65_536
    }
}

fn babble(script: Vec<Word>) -> Babble {
    Babble { script, next: 0, commands: 0, clock: Duration::ZERO }
}

proptest! {
    #[test]
    fn a_survey_of_nonsense_ends(script in vec(word(), 1..40)) {
        if let Ok(survey) = survey_for_reading(&mut babble(script.clone()))
            && let Some(disc) = survey.disc
        {
            // Whatever it is, it can be planned for or refused.
            let _ = plan(&disc.state, &Content::data(1000), &Options::default());
            let _ = disc.state.room_for_session(0);
        }
        let _ = survey(&mut babble(script));
    }

    #[test]
    fn recording_through_nonsense_ends_and_is_told_apart_from_success(
        script in vec(word(), 1..40),
        at_once: bool,
        simulate: bool,
    ) {
        let blank = DiscState::blank(MediumKind::CdR, Lba(359_845));
        let write_type = if at_once { WriteType::SessionAtOnce } else { WriteType::TrackAtOnce };
        let options = Options { write_type, simulate, ..Options::default() };
        let planned = plan(&blank, &Content::data(500), &options).unwrap();
        let mut source = vec![7_u8; 500 * 2048];
        prop_assert_eq!(SectorSource::sectors(&source), 500);
        let mut engine = Engine::new(&planned, 65_536, None);
        pump(&mut engine, &mut babble(script.clone()), &planned, &mut source, &mut ());
        match engine.finish() {
            Ok(finished) => prop_assert_eq!(finished.sectors, planned.sectors),
            Err(error) => {
                prop_assert!(!error.to_string().is_empty());
                prop_assert!(!simulate || error.is_disc_untouched());
            }
        }
        let _ = record(&mut babble(script), &planned, &mut source, None, &mut ());
    }

    #[test]
    fn everything_else_ends_as_well(script in vec(word(), 1..40)) {
        let _ = blank(&mut babble(script.clone()), Blanking::Minimal, |_| {});
        let _ = close_session(&mut babble(script.clone()), true);
        let _ = verify(&mut babble(script), Lba(0), &mut vec![0_u8; 100 * 2048], &mut ());
    }
}
