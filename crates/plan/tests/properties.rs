//! What holds for every chain of sessions on every disc.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

use discwright_cd::{Lba, area};
use discwright_plan::{
    Closing, Content, DiscState, MediumKind, Options, Plan, PlanError, Step, TrackContent, WriteType, plan,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn content() -> impl Strategy<Value = Content> {
    let sectors = prop_oneof![1_u32..1000, 1_u32..400_000, Just(u32::MAX)];
    prop_oneof![
        3 => sectors.prop_map(Content::data),
        1 => vec(1_u32..20_000, 1..8).prop_map(|tracks| Content {
            tracks: tracks.into_iter().map(|sectors| TrackContent::Audio { sectors }).collect(),
        }),
    ]
}

fn options() -> impl Strategy<Value = Options> {
    let write_type =
        prop_oneof![Just(WriteType::Auto), Just(WriteType::TrackAtOnce), Just(WriteType::SessionAtOnce)];
    let closing =
        prop_oneof![8 => Just(Closing::Auto), 2 => Just(Closing::LeaveOpen), 1 => Just(Closing::CloseDisc)];
    (write_type, closing, any::<bool>(), 0_u32..5000).prop_map(|(write_type, closing, simulate, next)| {
        Options { write_type, closing, simulate, next_session_sectors: next, ..Options::default() }
    })
}

/// The promises of one plan.
fn check(state: &DiscState, wanted: &Content, options: &Options, planned: &Plan) {
    let limit = state.last_lead_out.unwrap();
    assert_eq!(Some(planned.start()), state.next_writable);
    assert_eq!(planned.content_sectors(), wanted.sectors());
    assert_eq!(planned.steps.contains(&Step::CloseSession), planned.write_type == WriteType::TrackAtOnce);
    assert_eq!(planned.steps.last(), Some(&Step::Unlock));
    for pair in planned.tracks.windows(2) {
        assert!(pair[0].first.saturating_add(pair[0].sectors()) <= pair[1].first);
    }
    for track in &planned.tracks {
        assert!(track.content + track.padding >= area::MIN_TRACK);
    }
    if options.simulate {
        assert_eq!(&planned.predicted, state);
        return;
    }
    let session = planned.predicted.sessions.last().unwrap();
    assert!(session.lead_out <= limit, "{} beyond {limit}", session.lead_out);
    assert_eq!(planned.predicted.sessions.len(), state.sessions.len() + 1);
    assert_eq!(session.tracks.last().unwrap().end(), session.lead_out);
    if let Some(next) = planned.predicted.next_writable {
        assert_eq!(next - session.lead_out, if session.number == 1 { 11_400 } else { 6_900 });
        assert_eq!(planned.room_after, planned.predicted.capacity(WriteType::Auto));
    }
    if planned.leaves_open && options.closing == Closing::Auto {
        assert!(planned.predicted.room_for_session(options.next_session_sectors).is_ok());
    }
}

proptest! {
    #[test]
    fn chains_of_sessions_keep_the_promises(
        last_lead_out in 20_000_i32..404_849,
        wishes in vec((content(), options()), 1..12),
    ) {
        let mut state = DiscState::blank(MediumKind::CdR, Lba(last_lead_out));
        for (wanted, options) in wishes {
            match plan(&state, &wanted, &options) {
                Ok(planned) => {
                    check(&state, &wanted, &options, &planned);
                    state = planned.predicted;
                }
                Err(PlanError::DiscFull { needed, free, by }) => {
                    prop_assert_eq!(needed, u64::from(free) + by);
                    prop_assert!(by > 0);
                }
                Err(PlanError::Complete { .. }) => break,
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            }
        }
    }

    /// The largest track that fits is exactly what is said.
    #[test]
    fn capacity_is_exact(last_lead_out in 400_i32..404_849, first in 300_u32..100_000, options in options()) {
        let blank = DiscState::blank(MediumKind::CdR, Lba(last_lead_out));
        let mut states = vec![blank.clone()];
        let open = Options { closing: Closing::LeaveOpen, ..Options::default() };
        states.extend(plan(&blank, &Content::data(first), &open).map(|planned| planned.predicted));
        for state in states {
            let capacity = state.capacity(options.write_type);
            if capacity >= area::MIN_TRACK {
                prop_assert!(plan(&state, &Content::data(capacity), &options).is_ok());
            }
            let over = plan(&state, &Content::data(capacity + 1), &options);
            prop_assert!(matches!(over, Err(PlanError::DiscFull { .. })), "{:?}", over);
        }
    }

    /// A state from a lying drive makes an error or a plan, never a panic.
    #[test]
    fn absurd_states_do_not_panic(
        next in proptest::option::of(any::<i32>()),
        limit in proptest::option::of(any::<i32>()),
        free_blocks: u32,
        wanted in content(),
        options in options(),
    ) {
        let state = DiscState {
            next_writable: next.map(Lba),
            last_lead_out: limit.map(Lba),
            free_blocks,
            ..DiscState::blank(MediumKind::CdRw, Lba(359_845))
        };
        let _ = plan(&state, &wanted, &options);
    }
}
