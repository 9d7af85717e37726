//! Faults that nobody thought of: random scripts between host and drive, and the same promises.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod burning;

use core::time::Duration;
use std::sync::LazyLock;

use burning::promises::{SECOND_START, prepared, tell};
use discwright_drive::Disc;
use discwright_mmc::{Sense, SenseKey};
use discwright_plan::{Options, WriteType};
use discwright_transport::{Effect, Rule, Status, When};
use proptest::collection::vec;
use proptest::prelude::*;

/// Commands of a recording, writes more often.
const OPCODES: [u8; 19] = [
    0x00, 0x1E, 0xBB, 0x5A, 0x55, 0x54, 0x52, 0x5D, 0x2A, 0x2A, 0x2A, 0x2A, 0x35, 0x5B, 0x51, 0x43, 0x28,
    0x12, 0x46,
];

fn sense() -> impl Strategy<Value = Sense> {
    use SenseKey::{
        AbortedCommand, BlankCheck, DataProtect, HardwareError, IllegalRequest, MediumError, NotReady,
        RecoveredError, UnitAttention,
    };
    let known = prop::sample::select(vec![
        Sense::new(NotReady, 0x04, 0x00),
        Sense::new(NotReady, 0x04, 0x01),
        Sense::new(NotReady, 0x04, 0x02),
        Sense::new(NotReady, 0x04, 0x07),
        Sense::new(NotReady, 0x04, 0x08),
        Sense::new(NotReady, 0x30, 0x00),
        Sense::new(NotReady, 0x3A, 0x00),
        Sense::new(UnitAttention, 0x28, 0x00),
        Sense::new(UnitAttention, 0x29, 0x00),
        Sense::new(UnitAttention, 0x2A, 0x01),
        Sense::new(UnitAttention, 0x5A, 0x01),
        Sense::new(UnitAttention, 0x2E, 0x00),
        Sense::new(MediumError, 0x0C, 0x00),
        Sense::new(MediumError, 0x73, 0x03),
        Sense::new(MediumError, 0x72, 0x00),
        Sense::new(MediumError, 0x11, 0x05),
        Sense::new(HardwareError, 0x09, 0x01),
        Sense::new(HardwareError, 0x44, 0x00),
        Sense::new(IllegalRequest, 0x20, 0x00),
        Sense::new(IllegalRequest, 0x24, 0x00),
        Sense::new(IllegalRequest, 0x26, 0x00),
        Sense::new(IllegalRequest, 0x21, 0x02),
        Sense::new(IllegalRequest, 0x72, 0x03),
        Sense::new(DataProtect, 0x27, 0x00),
        Sense::new(BlankCheck, 0x00, 0x00),
        Sense::new(AbortedCommand, 0x47, 0x00),
        Sense::new(RecoveredError, 0x0C, 0x01),
    ]);
    (known, prop::bool::weighted(0.1)).prop_map(|(sense, deferred)| Sense { deferred, ..sense })
}

/// What a drive says that has done a thing and found it wanting.
fn late_sense() -> impl Strategy<Value = Sense> {
    prop::sample::select(vec![
        Sense::new(SenseKey::MediumError, 0x0C, 0x00),
        Sense::new(SenseKey::HardwareError, 0x09, 0x01),
        Sense::new(SenseKey::RecoveredError, 0x0C, 0x01),
        Sense::new(SenseKey::AbortedCommand, 0x47, 0x00),
    ])
}

fn rule() -> impl Strategy<Value = Rule> {
    let when = prop_oneof![
        6 => prop::sample::select(OPCODES.to_vec()).prop_map(When::Opcode),
        3 => (0_u64..90).prop_map(When::Command),
        1 => (-200_i32..600).prop_map(|at| {
            let lba = SECOND_START.0 + at;
            When::Blocks { opcode: 0x2A, lba: lba..lba + 1 }
        }),
    ];
    let answer = |sense| Effect::Answer(Status::CheckCondition(sense));
    let effect = prop_oneof![
        8 => sense().prop_map(answer),
        2 => late_sense().prop_map(|sense| Effect::AnswerAfter(Status::CheckCondition(sense))),
        2 => Just(Effect::SilentSuccess),
        1 => Just(Effect::Answer(Status::Busy)),
        1 => Just(Effect::Answer(Status::ReservationConflict)),
        1 => Just(Effect::Lost),
        1 => Just(Effect::AnswerLost),
        1 => Just(Effect::Unplugged),
        1 => (0_usize..40).prop_map(Effect::Cut),
        2 => (0_usize..40, 1_u8..=255).prop_map(|(byte, mask)| Effect::Corrupt { byte, mask }),
        1 => (0_u64..90).prop_map(|seconds| Effect::Delay(Duration::from_secs(seconds))),
    ];
    (when, effect, 0_u32..20, prop::option::weighted(0.85, 1_u32..40)).prop_map(
        |(when, effect, skip, times)| {
            // An unlocking that is swallowed cannot be noticed by a host.
            let may_swallow_unlocking = matches!(when, When::Opcode(0x1E) | When::Command(_));
            let when = if effect == Effect::SilentSuccess && may_swallow_unlocking {
                When::Opcode(0x2A)
            } else {
                when
            };
            let rule = Rule::always(when, effect).after(skip % 5 * (skip % 4));
            times.map_or_else(|| rule.clone(), |times| rule.clone().times(times))
        },
    )
}

/// Whole recordings take their time: few by default, `PROPTEST_CASES` for a night.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(96)
}

static DISC: LazyLock<Disc> = LazyLock::new(prepared);

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_promises_hold_through_any_faults(rules in vec(rule(), 1..4), at_once: bool) {
        let write_type = if at_once { WriteType::SessionAtOnce } else { WriteType::TrackAtOnce };
        let options = Options { write_type, ..Options::default() };
        let _ = tell(&format!("{rules:?}"), &DISC, options, rules.clone());
    }
}
