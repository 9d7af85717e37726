//! A second session burned through faults, and what must hold whatever those were.

use core::time::Duration;

use discwright_burn::{BurnError, Cause, DiscCondition, close_session, record, survey, verify};
use discwright_cd::Lba;
use discwright_drive::{Disc, Recorder};
use discwright_plan::{DiscState, DiscStatus, Options};
use discwright_transport::{Fault, Rule, Transport};

use super::{Patterned, blank_cd_r, burn_plainly, check_on_disc, plan_for, tray_is_unlocked};

/// What is on the disc from the start.
pub const FIRST: Patterned = Patterned { tag: 1, sectors: 400 };
/// What is burned through the faults.
pub const SECOND: Patterned = Patterned { tag: 2, sectors: 500 };
/// What is burned afterwards.
pub const THIRD: Patterned = Patterned { tag: 3, sectors: 300 };
/// Where the second session starts.
pub const SECOND_START: Lba = Lba(402 + 11_400);

/// A disc with one session, in a drive.
pub fn prepared() -> Disc {
    let mut drive = blank_cd_r();
    burn_plainly(&mut drive, FIRST);
    drive.into_disc().unwrap()
}

/// Burns the second session through the faults, then looks at what is left without them.
pub fn tell(name: &str, disc: &Disc, options: Options, rules: Vec<Rule>) -> Result<(), BurnError> {
    let mut recorder = Recorder::with_disc(disc.copy_in_memory());
    let plan = plan_for(&mut recorder, SECOND.sectors, options).unwrap();
    let before = survey(&mut recorder).unwrap().disc.unwrap().state;
    let mut faulty = Fault::new(recorder, rules);
    let result = record(&mut faulty, &plan, &mut { SECOND }, None, &mut ()).map(|_| ());
    assert!(faulty.commands() < 100_000, "{name}: {} commands", faulty.commands());
    let mut recorder = faulty.into_inner();
    match &result {
        Ok(()) => {
            verify(&mut recorder, SECOND_START, &mut { SECOND }, &mut ())
                .unwrap_or_else(|error| panic!("{name}: success was reported, but {error}"));
            let state = settled(&mut recorder);
            assert_eq!(plan.predicted.differences(&state), [], "{name}");
        }
        Err(error) => after_failure(name, error, &mut recorder, &before),
    }
    check_on_disc(&mut recorder, Lba(0), FIRST);
    result
}

fn after_failure(name: &str, error: &BurnError, recorder: &mut Recorder, before: &DiscState) {
    let words = error.to_string();
    assert!(words.len() > 40 && words.contains(error.advice()), "{name}: {words}");
    if error.unlocked {
        assert!(tray_is_unlocked(recorder), "{name}: the tray is locked; {words}");
    } else if words.contains("the drive is gone") {
        // Plugged in again: what the laser had not yet written is lost, and so is the lock.
        recorder.power_cycle();
    } else {
        discwright_burn::unlock(recorder).unwrap();
    }
    let state = settled(recorder);
    assert_eq!(state.sessions[0], before.sessions[0], "{name}: {words}");
    if error.disc == DiscCondition::Untouched {
        assert_eq!(state, *before, "{name}: {words}");
    }
    check_on_disc(recorder, Lba(0), FIRST);
    if state.open.is_some()
        && let Err(closing) = close_session(recorder, true)
    {
        assert!(state.damaged, "{name}: {words}; then {closing}");
        assert_eq!(settled(recorder).sessions[0], before.sessions[0], "{name}");
        return;
    }
    if state.status == DiscStatus::Complete {
        // The drive swallowed the write parameters and hid it: found out when the disc was looked at.
        assert!(matches!(error.cause, Cause::Mismatch(_)), "{name}: {words}");
        return;
    }
    let third = burn_plainly(recorder, THIRD).survey.disc.unwrap().state;
    check_on_disc(recorder, third.last_session_start().unwrap(), THIRD);
}

/// The state of the disc once the drive has calmed down.
pub fn settled(recorder: &mut Recorder) -> DiscState {
    recorder.wait(Duration::from_secs(120));
    let found = discwright_burn::survey_for_reading(recorder).unwrap().disc.unwrap();
    assert!(found.disagreements.is_empty(), "{found:#?}");
    found.state
}
