//! Plans against numbers from elsewhere: measured discs, drives' logs, captures of other recording programs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

use discwright_cd::{Lba, area};
use discwright_plan::{
    Closing, Content, DiscState, DiscStatus, MediumKind, Options, PlanError, Step, TrackContent, TrackMode,
    WriteType, plan,
};

/// An 80-minute CD-R whose ATIP ends at 79:59:70.
fn blank() -> DiscState {
    DiscState::blank(MediumKind::CdR, Lba(359_845))
}

fn burn(state: &DiscState, sectors: u32) -> DiscState {
    plan(state, &Content::data(sectors), &Options::default()).unwrap().predicted
}

/// A 300-sector track is followed by a session at 11702 (two-session disc makers); then 6900 more than the lead-out.
#[test]
fn sessions_start_where_they_do_on_real_discs() {
    let one = burn(&blank(), 300);
    assert_eq!((one.sessions[0].lead_out, one.next_writable), (Lba(302), Some(Lba(11_702))));
    // A track whose data ends at 608 has two run-out blocks, and the next session starts at 12010.
    let other = burn(&blank(), 608);
    assert_eq!((other.sessions[0].lead_out, other.next_writable), (Lba(610), Some(Lba(12_010))));
    // The same disc's second session: lead-out at 17900, third session at 24800.
    let two = burn(&other, 17_898 - 12_010);
    assert_eq!(two.sessions[1].lead_out, Lba(17_900));
    assert_eq!(two.next_writable, Some(Lba(24_800)));
    assert_eq!(two.sessions[1].tracks[0].number, 2);
    assert_eq!(two.status, DiscStatus::Appendable);
}

/// A GSA-H42N with 750 sectors in an open session names 902 as the next address and 358941 free blocks.
#[test]
fn free_blocks_are_counted_as_a_drive_counts_them() {
    assert_eq!(blank().free_blocks, 359_845 - 2);
    let mut open = blank();
    open.next_writable = Some(Lba(750 + 2 + 150));
    open.free_blocks = 358_941;
    assert_eq!(open.capacity(WriteType::TrackAtOnce), 358_941);
}

/// xorriso's capture of a session-at-once session: 676 sectors from −150 on, lead-out at 00:09:01.
#[test]
fn session_at_once_as_another_program_does_it() {
    let options = Options { write_type: WriteType::SessionAtOnce, ..Options::default() };
    let planned = plan(&blank(), &Content::data(526), &options).unwrap();
    let write = planned.tracks[0];
    assert_eq!((write.first, write.pregap, write.sectors()), (Lba(-150), 150, 676));
    let cue = planned
        .steps
        .iter()
        .find_map(|step| if let Step::CueSheet(cue) = step { Some(cue) } else { None })
        .unwrap();
    assert_eq!(cue.lead_out.to_msf().unwrap().to_string(), "00:09:01");
    assert_eq!((cue.tracks[0].pregap, cue.tracks[0].start), (Lba(-150), Lba(0)));
    assert!(!planned.steps.contains(&Step::CloseSession));
    assert_eq!(planned.predicted.next_writable, Some(Lba(526 + 11_400)));
}

/// cdrdao's capture of an appended session: writes from 12150, index 1 at 02:46:00, lead-out at 02:52:74.
#[test]
fn session_at_once_behind_another_session() {
    let mut state = blank();
    state.status = DiscStatus::Appendable;
    state.sessions = burn(&blank(), 898).sessions;
    state.next_writable = Some(Lba(12_300));
    let options =
        Options { write_type: WriteType::SessionAtOnce, closing: Closing::CloseDisc, ..Options::default() };
    let planned = plan(&state, &Content::data(524), &options).unwrap();
    assert_eq!(planned.tracks[0].first, Lba(12_150));
    assert_eq!(planned.start().to_msf().unwrap().to_string(), "02:46:00");
    assert_eq!(planned.predicted.sessions[1].lead_out.to_msf().unwrap().to_string(), "02:52:74");
    assert_eq!(planned.predicted.status, DiscStatus::Complete);
    assert_eq!(planned.predicted.next_writable, None);
}

/// cdrskin's capture of two audio tracks, track at once: 375 sectors from 0, the next from 527.
#[test]
fn audio_tracks_at_once_are_152_sectors_apart() {
    let content = Content { tracks: vec![TrackContent::Audio { sectors: 375 }; 2] };
    let planned = plan(&blank(), &content, &Options::default()).unwrap();
    let starts: Vec<_> = planned.tracks.iter().map(|track| track.start().0).collect();
    assert_eq!(starts, [0, 527]);
    // By the table of contents the first track reaches to the second.
    assert_eq!(planned.predicted.sessions[0].tracks[0].sectors, 527);
    assert_eq!(planned.predicted.sessions[0].tracks[1].sectors, 377);
    assert_eq!(planned.predicted.sessions[0].lead_out, Lba(527 + 377));
    assert_eq!(planned.predicted.next_track(), 3);
}

#[test]
fn the_last_block_fits_and_one_more_does_not() {
    for write_type in [WriteType::TrackAtOnce, WriteType::SessionAtOnce] {
        let options = Options { write_type, ..Options::default() };
        let first = plan(&blank(), &Content::data(300_000), &options).unwrap().predicted;
        for state in [blank(), first] {
            let capacity = state.capacity(write_type);
            let planned = plan(&state, &Content::data(capacity), &options).unwrap();
            assert_eq!(planned.predicted.sessions.last().unwrap().lead_out, Lba(359_845));
            assert!(!planned.leaves_open, "no room for another session: the disc is closed");
            assert_eq!(
                plan(&state, &Content::data(capacity + 1), &options),
                Err(PlanError::DiscFull { needed: u64::from(capacity) + 1, free: capacity, by: 1 })
            );
        }
    }
}

#[test]
fn the_disc_stays_open_as_long_as_another_session_fits() {
    // Room for exactly the shortest track behind this one.
    let sectors = 359_845 - 2 - (2 + 11_400 + 300);
    let planned = plan(&blank(), &Content::data(sectors), &Options::default()).unwrap();
    assert!(planned.leaves_open);
    assert_eq!(planned.room_after, area::MIN_TRACK);
    assert_eq!(planned.predicted.room_for_session(0), Ok(300));
    assert!(planned.predicted.room_for_session(301).is_err());
    let one_more = plan(&blank(), &Content::data(sectors + 1), &Options::default()).unwrap();
    assert!(!one_more.leaves_open);
    let forced = Options { closing: Closing::LeaveOpen, ..Options::default() };
    assert!(plan(&blank(), &Content::data(sectors + 1), &forced).unwrap().leaves_open);
    // A file system that needs more than the shortest track counts.
    let tree = Options { next_session_sectors: 301, ..Options::default() };
    assert!(!plan(&blank(), &Content::data(sectors), &tree).unwrap().leaves_open);
}

#[test]
fn a_short_track_is_padded_to_four_seconds() {
    let planned = plan(&blank(), &Content::data(24), &Options::default()).unwrap();
    assert_eq!((planned.tracks[0].content, planned.tracks[0].padding), (24, 276));
    assert_eq!(planned.predicted.sessions[0].tracks[0].sectors, 302);
}

#[test]
fn a_simulation_predicts_no_change() {
    let options = Options { simulate: true, ..Options::default() };
    let planned = plan(&blank(), &Content::data(1000), &options).unwrap();
    assert_eq!(planned.predicted, planned.before);
}

#[test]
fn what_cannot_be_recorded_is_refused_with_advice() {
    let mut state = burn(&blank(), 300);
    state.status = DiscStatus::Complete;
    let refused = |state: &DiscState| plan(state, &Content::data(300), &Options::default()).unwrap_err();
    assert_eq!(refused(&state), PlanError::Complete { erasable: false });
    state.kind = MediumKind::CdRw;
    assert!(refused(&state).to_string().contains("erase it"));
    state.kind = MediumKind::Pressed;
    assert_eq!(refused(&state), PlanError::NotRecordable);
    let mut damaged = blank();
    damaged.damaged = true;
    assert_eq!(refused(&damaged), PlanError::Damaged { erasable: false });
    let nothing = plan(&blank(), &Content { tracks: vec![] }, &Options::default());
    assert_eq!(nothing, Err(PlanError::Nothing));
    let mixed =
        Content { tracks: vec![TrackContent::Mode1 { sectors: 1 }, TrackContent::Audio { sectors: 1 }] };
    assert_eq!(plan(&blank(), &mixed, &Options::default()), Err(PlanError::MixedTracks));
    let many = Content { tracks: vec![TrackContent::Audio { sectors: 300 }; 100] };
    assert_eq!(
        plan(&blank(), &many, &Options::default()),
        Err(PlanError::TooManyTracks { used: 0, wanted: 100 })
    );
    assert!(matches!(
        plan(&blank(), &Content::data(u32::MAX), &Options::default()),
        Err(PlanError::DiscFull { .. })
    ));
}

/// About 45 sessions fill a 74-minute disc, about 50 an 80-minute one.
#[test]
fn as_many_sessions_fit_as_people_count() {
    for (last_lead_out, about) in [(333_000, 45..=48), (359_845, 49..=52)] {
        let mut state = DiscState::blank(MediumKind::CdR, Lba(last_lead_out));
        let mut sessions = 0;
        while let Ok(planned) = plan(&state, &Content::data(300), &Options::default()) {
            state = planned.predicted;
            sessions += 1;
        }
        assert!(about.contains(&sessions), "{sessions} sessions up to {last_lead_out}");
        assert_eq!(state.status, DiscStatus::Complete);
    }
}

#[test]
fn differences_name_what_is_wrong() {
    let predicted = burn(&blank(), 1000);
    assert_eq!(predicted.differences(&predicted), []);
    let found = predicted.differences(&blank());
    let words: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "the disc should be appendable and is blank",
            "the disc should have 1 closed session(s) and has 0",
            "the next writable address should be 12402 and is 0",
        ]
    );
    let mut short = predicted.clone();
    short.sessions[0].tracks[0].sectors -= 2;
    short.sessions[0].tracks[0].mode = TrackMode::Data;
    assert_eq!(predicted.differences(&short).len(), 1);
}
