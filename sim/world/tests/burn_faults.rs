//! Everything that can go wrong between host and drive while a second session is burned, and what must hold then:
//!
//! * success is reported only when every sector of the content is on the disc and the session is closed;
//! * the first session is intact whatever happened;
//! * the tray is unlocked, unless the drive is gone;
//! * "untouched" is said only of a disc that is as it was;
//! * the disc can be used on: the session is closed, and another one follows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod burning;

use burning::promises::{FIRST, SECOND, SECOND_START, THIRD, prepared, settled, tell};
use burning::{burn_plainly, check_on_disc, plan_for};
use discwright_burn::{Cause, DiscCondition, close_session, record};
use discwright_cd::Lba;
use discwright_drive::Recorder;
use discwright_mmc::SenseKey::{
    AbortedCommand, DataProtect, HardwareError, IllegalRequest, MediumError, NotReady, RecoveredError,
    UnitAttention,
};
use discwright_mmc::{Sense, SenseKey};
use discwright_plan::{Options, WriteType};
use discwright_transport::{Effect, Fault, Rule, Status, When};

const TUR: u8 = 0x00;
const LOCK: u8 = 0x1E;
const WRITE: u8 = 0x2A;
const SYNC: u8 = 0x35;
const DISC_INFORMATION: u8 = 0x51;
const TRACK_INFORMATION: u8 = 0x52;
const CALIBRATE: u8 = 0x54;
const MODE_SELECT: u8 = 0x55;
const MODE_SENSE: u8 = 0x5A;
const CLOSE: u8 = 0x5B;
const CUE: u8 = 0x5D;
const SPEED: u8 = 0xBB;
const TOC: u8 = 0x43;

/// What is expected of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// The drive is lived with.
    Success,
    /// The recording fails.
    Failure,
    /// It fails before anything is written.
    Refusal,
    /// Either, as long as the promises hold.
    Either,
}

fn check(key: SenseKey, asc: u8, ascq: u8) -> Effect {
    Effect::Answer(Status::CheckCondition(Sense::new(key, asc, ascq)))
}

fn deferred(key: SenseKey, asc: u8, ascq: u8) -> Effect {
    Effect::Answer(Status::CheckCondition(Sense { deferred: true, ..Sense::new(key, asc, ascq) }))
}

fn story(name: &str, expect: Expect, rules: Vec<Rule>) {
    let disc = prepared();
    for write_type in [WriteType::TrackAtOnce, WriteType::SessionAtOnce] {
        let options = Options { write_type, ..Options::default() };
        let result = tell(&format!("{name} ({write_type:?})"), &disc, options, rules.clone());
        match (expect, &result) {
            (Expect::Success, Err(error)) => panic!("{name} ({write_type:?}) failed: {error}"),
            (Expect::Failure | Expect::Refusal, Ok(())) => {
                panic!("{name} ({write_type:?}) was called a success")
            }
            (Expect::Refusal, Err(error)) => {
                assert!(error.is_disc_untouched(), "{name} ({write_type:?}): {error}");
            }
            _ => {}
        }
    }
}

/// One story for each of these sense codes at an operation.
fn stories(opcode: u8, skip: u32, expect: Expect, codes: &[(SenseKey, u8, u8)]) {
    for (key, asc, ascq) in codes.iter().copied() {
        let rule = Rule::once(When::Opcode(opcode), check(key, asc, ascq)).after(skip);
        story(&format!("{opcode:#04x} answers {key:?} {asc:02x}/{ascq:02x}"), expect, vec![rule]);
    }
}

/// Class 1 to 3: loading.
#[test]
fn the_disc_is_gone_changed_or_not_to_the_drives_taste() {
    stories(
        TUR,
        0,
        Expect::Refusal,
        &[
            (NotReady, 0x3A, 0x00),
            (NotReady, 0x3A, 0x02),
            (UnitAttention, 0x28, 0x00),
            (NotReady, 0x30, 0x00),
            (NotReady, 0x30, 0x02),
            (MediumError, 0x57, 0x00),
        ],
    );
    stories(
        TUR,
        0,
        Expect::Success,
        &[
            (NotReady, 0x04, 0x01),
            (NotReady, 0x04, 0x00),
            (UnitAttention, 0x29, 0x00),
            (UnitAttention, 0x2A, 0x01),
        ],
    );
}

/// Class 4 and 5: power calibration.
#[test]
fn calibration_fails_or_runs_out_of_room() {
    stories(CALIBRATE, 0, Expect::Refusal, &[(MediumError, 0x73, 0x03), (MediumError, 0x73, 0x02)]);
    stories(
        CALIBRATE,
        0,
        Expect::Success,
        &[
            (IllegalRequest, 0x20, 0x00),
            (MediumError, 0x73, 0x01),
            (RecoveredError, 0x73, 0x01),
            (UnitAttention, 0x5A, 0x03),
        ],
    );
}

/// Class 6: write parameters and speed.
#[test]
fn write_parameters_are_refused_or_ignored() {
    let always = |effect| vec![Rule::always(When::Opcode(MODE_SELECT), effect)];
    story("page 05 refused", Expect::Refusal, always(check(IllegalRequest, 0x26, 0x00)));
    story("page 05 ignored", Expect::Either, always(Effect::SilentSuccess));
    story(
        "page 05 cannot be read",
        Expect::Success,
        vec![Rule::always(When::Opcode(MODE_SENSE), check(IllegalRequest, 0x24, 0x00))],
    );
    stories(SPEED, 0, Expect::Success, &[(IllegalRequest, 0x24, 0x00), (IllegalRequest, 0x20, 0x00)]);
}

/// Class 7 and 8: writing.
#[test]
fn the_laser_the_servo_or_the_buffer_fails() {
    stories(
        WRITE,
        7,
        Expect::Failure,
        &[
            (MediumError, 0x0C, 0x00),
            (MediumError, 0x0C, 0x07),
            (MediumError, 0x0C, 0x09),
            (MediumError, 0x02, 0x00),
            (MediumError, 0x73, 0x04),
            (MediumError, 0x73, 0x05),
            (HardwareError, 0x09, 0x00),
            (HardwareError, 0x09, 0x04),
            (HardwareError, 0x44, 0x00),
            (HardwareError, 0x3E, 0x01),
            (IllegalRequest, 0x21, 0x02),
            (IllegalRequest, 0x0C, 0x09),
        ],
    );
    for busy in [0x00, 0x01, 0x04, 0x07, 0x08] {
        let rule = Rule::once(When::Opcode(WRITE), check(NotReady, 0x04, busy)).after(3).times(25);
        story("busy", Expect::Success, vec![rule]);
    }
    let recovered = Effect::AnswerAfter(Status::CheckCondition(Sense::new(RecoveredError, 0x0C, 0x01)));
    story("recovered", Expect::Success, vec![Rule::once(When::Opcode(WRITE), recovered).after(4)]);
}

/// Class 9: the error comes with another command.
#[test]
fn errors_come_late() {
    for (opcode, skip) in [(WRITE, 9), (SYNC, 0), (CLOSE, 0), (DISC_INFORMATION, 0)] {
        for (asc, ascq) in [(0x0C, 0x00), (0x0C, 0x09), (0x72, 0x00)] {
            let rule = Rule::once(When::Opcode(opcode), deferred(MediumError, asc, ascq)).after(skip);
            // Session at once is never closed by command.
            let expect = if opcode == CLOSE { Expect::Either } else { Expect::Failure };
            story(&format!("{opcode:#04x} late {asc:02x}/{ascq:02x}"), expect, vec![rule]);
        }
    }
}

/// Class 10: addresses, sequence, modes, capacity, session.
#[test]
fn the_drive_takes_the_host_for_confused() {
    stories(
        WRITE,
        0,
        Expect::Refusal,
        &[
            (IllegalRequest, 0x21, 0x00),
            (IllegalRequest, 0x21, 0x02),
            (IllegalRequest, 0x2C, 0x00),
            (IllegalRequest, 0x64, 0x00),
            (IllegalRequest, 0x63, 0x00),
            (IllegalRequest, 0x72, 0x04),
            (DataProtect, 0x27, 0x00),
        ],
    );
    let refused = vec![Rule::always(When::Opcode(CUE), check(IllegalRequest, 0x26, 0x00))];
    story("cue sheet refused", Expect::Either, refused);
}

/// Class 11: unplugged, reset, host gone.
#[test]
fn the_wire_is_cut_at_any_command() {
    let disc = prepared();
    for at in (0..60).step_by(3) {
        let rules = vec![Rule::once(When::Command(at), Effect::Unplugged)];
        let result = tell(&format!("unplugged before command {at}"), &disc, Options::default(), rules);
        assert!(result.is_err() || at > 40, "unplugged before command {at} was called a success");
    }
    stories(WRITE, 5, Expect::Failure, &[(UnitAttention, 0x29, 0x00), (UnitAttention, 0x28, 0x00)]);
    stories(WRITE, 5, Expect::Success, &[(UnitAttention, 0x5A, 0x01)]);
}

/// The power fails in the middle: what was not on the disc is lost, and what was closed is not.
#[test]
fn the_power_fails_while_writing() {
    for (write_type, written) in
        [(WriteType::TrackAtOnce, 3), (WriteType::SessionAtOnce, 9), (WriteType::TrackAtOnce, 14)]
    {
        let mut recorder = Recorder::with_disc(prepared());
        let options = Options { write_type, ..Options::default() };
        let plan = plan_for(&mut recorder, SECOND.sectors, options).unwrap();
        let mut faulty =
            Fault::new(recorder, vec![Rule::once(When::Opcode(WRITE), Effect::Unplugged).after(written)]);
        let error = record(&mut faulty, &plan, &mut { SECOND }, None, &mut ()).unwrap_err();
        assert!(matches!(error.disc, DiscCondition::NotClosed { .. }), "{error}");
        let mut recorder = faulty.into_inner();
        recorder.power_cycle();
        let state = settled(&mut recorder);
        assert_eq!(state.sessions.len(), 1, "{write_type:?} {written}");
        check_on_disc(&mut recorder, Lba(0), FIRST);
        if state.open.is_some() && !state.damaged {
            close_session(&mut recorder, true).unwrap();
            let third = burn_plainly(&mut recorder, THIRD).survey.disc.unwrap().state;
            check_on_disc(&mut recorder, third.last_session_start().unwrap(), THIRD);
        }
    }
}

/// Class 12: closing.
#[test]
fn closing_fails_or_drags() {
    for (key, asc, ascq) in [
        (IllegalRequest, 0x72, 0x03),
        (MediumError, 0x72, 0x00),
        (MediumError, 0x0C, 0x00),
        (HardwareError, 0x09, 0x00),
    ] {
        for opcode in [SYNC, CLOSE] {
            let rule = Rule::once(When::Opcode(opcode), check(key, asc, ascq));
            let expect = if opcode == SYNC { Expect::Failure } else { Expect::Either };
            story(&format!("{opcode:#04x} {asc:02x}/{ascq:02x}"), expect, vec![rule]);
        }
    }
    // Mitsumi and Sony come back early; others cannot close in the background.
    stories(
        CLOSE,
        0,
        Expect::Success,
        &[(UnitAttention, 0x2E, 0x00), (NotReady, 0x04, 0x08), (IllegalRequest, 0x24, 0x00)],
    );
    story(
        "sync drags",
        Expect::Success,
        vec![Rule::once(When::Opcode(SYNC), check(NotReady, 0x04, 0x08)).times(50)],
    );
}

/// Class 17 and 18: locks, and somebody else.
#[test]
fn the_lock_fails_and_others_meddle() {
    stories(LOCK, 0, Expect::Success, &[(IllegalRequest, 0x20, 0x00)]);
    stories(LOCK, 0, Expect::Refusal, &[(HardwareError, 0x53, 0x00)]);
    stories(WRITE, 2, Expect::Failure, &[(UnitAttention, 0x2A, 0x01), (UnitAttention, 0x3F, 0x01)]);
    let reserved = Effect::Answer(Status::ReservationConflict);
    story("reserved", Expect::Refusal, vec![Rule::once(When::Opcode(TUR), reserved)]);
    story(
        "status busy",
        Expect::Success,
        vec![Rule::once(When::Opcode(WRITE), Effect::Answer(Status::Busy)).times(7)],
    );
}

/// Class 19: the transport.
#[test]
fn commands_and_answers_are_lost_cut_and_garbled() {
    let disc = prepared();
    for effect in [Effect::Lost, Effect::AnswerLost] {
        for at in (0..56).step_by(5) {
            let rules = vec![Rule::once(When::Command(at), effect.clone())];
            // The promises decide.
            let _ = tell(&format!("{effect:?} at command {at}"), &disc, Options::default(), rules);
        }
    }
    stories(WRITE, 4, Expect::Failure, &[(AbortedCommand, 0x47, 0x00), (AbortedCommand, 0x4E, 0x00)]);
    stories(DISC_INFORMATION, 0, Expect::Either, &[(AbortedCommand, 0x47, 0x00)]);
    for opcode in [TRACK_INFORMATION, DISC_INFORMATION, MODE_SENSE, TOC] {
        for length in [0, 3, 12] {
            let rule = Rule::always(When::Opcode(opcode), Effect::Cut(length));
            story(&format!("{opcode:#04x} cut to {length}"), Expect::Either, vec![rule]);
        }
    }
}

/// Class 20: the drive lies.
#[test]
fn the_drive_lies() {
    for opcodes in [vec![WRITE], vec![WRITE, SYNC, CLOSE], vec![WRITE, SYNC, CLOSE, CUE, MODE_SELECT]] {
        let name = format!("{opcodes:x?} swallowed");
        story(&name, Expect::Failure, vec![Rule::always(When::OneOf(opcodes), Effect::SilentSuccess)]);
    }
    story("close swallowed", Expect::Either, vec![Rule::always(When::Opcode(CLOSE), Effect::SilentSuccess)]);
    story("sync swallowed", Expect::Either, vec![Rule::always(When::Opcode(SYNC), Effect::SilentSuccess)]);
    story(
        "one write swallowed",
        Expect::Failure,
        vec![Rule::once(When::Opcode(WRITE), Effect::SilentSuccess).after(3)],
    );
    // The last WRITE: nothing after it shows the gap but the disc.
    story(
        "the last write swallowed",
        Expect::Failure,
        vec![Rule::once(
            When::Blocks { opcode: WRITE, lba: SECOND_START.0 + 499..SECOND_START.0 + 500 },
            Effect::SilentSuccess,
        )],
    );
    for byte in [13, 14, 15, 17, 18] {
        let bent = Effect::Corrupt { byte, mask: 0x40 };
        story(
            "track information bent",
            Expect::Either,
            vec![Rule::always(When::Opcode(TRACK_INFORMATION), bent)],
        );
    }
    for byte in [2, 4, 6, 9, 21, 22] {
        let bent = Effect::Corrupt { byte, mask: 0x01 };
        story(
            "disc information bent",
            Expect::Either,
            vec![Rule::always(When::Opcode(DISC_INFORMATION), bent)],
        );
    }
}

/// Class 21: the drive is never done.
#[test]
fn the_drive_is_never_done() {
    for (opcode, ascq) in
        [(TUR, 0x01), (WRITE, 0x08), (SYNC, 0x08), (SYNC, 0x07), (CALIBRATE, 0x07), (LOCK, 0x01)]
    {
        let rule = Rule::always(When::Opcode(opcode), check(NotReady, 0x04, ascq));
        let expect = if opcode == LOCK { Expect::Either } else { Expect::Failure };
        story(&format!("{opcode:#04x} for ever 04/{ascq:02x}"), expect, vec![rule]);
    }
    for opcode in [CLOSE, DISC_INFORMATION] {
        let rule = Rule::always(When::Opcode(opcode), check(NotReady, 0x04, 0x07));
        story(&format!("{opcode:#04x} for ever"), Expect::Either, vec![rule]);
    }
}

/// Content that arrives as zeros though the drive says GOOD: the addresses fit, only reading back tells.
#[test]
fn swallowed_content_is_read_back() {
    /// Gives zeros while burning, the content afterwards.
    struct Changing(bool);

    impl discwright_burn::SectorSource for Changing {
        fn sectors(&self) -> u32 {
            SECOND.sectors
        }

        fn fill(&mut self, first: u32, buffer: &mut [u8]) -> Result<(), discwright_burn::SourceError> {
            if buffer.len() == 2048 && self.0 {
                return { SECOND }.fill(first, buffer);
            }
            self.0 = true;
            buffer.fill(0);
            Ok(())
        }
    }

    let mut recorder = Recorder::with_disc(prepared());
    let plan = plan_for(&mut recorder, SECOND.sectors, Options::default()).unwrap();
    let error = record(&mut recorder, &plan, &mut Changing(false), None, &mut ()).unwrap_err();
    assert!(matches!(error.cause, Cause::ReadBack(_)), "{error}");
    assert_eq!(error.disc, DiscCondition::Closed);
}
