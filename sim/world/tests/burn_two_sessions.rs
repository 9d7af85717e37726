//! Sessions one after the other onto an emulated CD-R, through planner, engine and drive; and the first ways in which
//! that ends early.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod burning;

use burning::{
    Kinds, Patterned, blank_cd_r, burn, burn_plainly, check_on_disc, plan_for, state, tray_is_unlocked,
};
use discwright_burn::{
    CancelToken, Cause, DiscCondition, Event, Warning, Watch, close_session, survey, verify,
};
use discwright_cd::Lba;
use discwright_drive::medium::MediumKind;
use discwright_drive::{Disc, Recorder};
use discwright_mmc::{Sense, SenseKey};
use discwright_plan::{Closing, DiscStatus, Options, PlanError, WriteType};
use discwright_transport::{Effect, Fault, Rule, Status, When};

const fn content(tag: u32, sectors: u32) -> Patterned {
    Patterned { tag, sectors }
}

/// Lead-out + 11400 after the first session, + 6900 after later ones.
#[test]
fn sessions_begin_where_they_do_on_real_discs() {
    let mut drive = blank_cd_r();
    let contents = [content(1, 1000), content(2, 300), content(3, 17)];
    let mut starts = Vec::new();
    for content in contents {
        let recorded = burn_plainly(&mut drive, content);
        let unexpected: Vec<_> = recorded.finished.warnings.iter().collect();
        assert!(unexpected.is_empty(), "{unexpected:?}");
        let state = recorded.survey.disc.unwrap().state;
        starts.push(state.last_session_start().unwrap());
    }
    assert_eq!(starts, [Lba(0), Lba(1002 + 11_400), Lba(1002 + 11_400 + 302 + 6_900)]);
    for (start, content) in starts.into_iter().zip(contents) {
        check_on_disc(&mut drive, start, content);
    }
    let state = state(&mut drive);
    assert_eq!(state.status, DiscStatus::Appendable);
    assert_eq!(state.sessions.len(), 3);
    // 17 sectors of content are padded to the shortest track; 2 run-out blocks follow.
    assert_eq!(state.sessions[2].tracks[0].sectors, 302);
    assert!(tray_is_unlocked(&mut drive));
}

#[test]
fn events_come_in_order_and_the_disc_takes_the_time_it_takes() {
    let mut drive = blank_cd_r();
    let mut kinds = Kinds::default();
    let recorded = burn(&mut drive, content(1, 60_000), Options::default(), &mut kinds).unwrap();
    assert_eq!(kinds.0, "pwc.");
    let seconds = recorded.finished.writing_time.as_secs();
    // 800 seconds at single speed; the drive writes 4 to 52 times as fast.
    assert!((800 / 52..=800 / 4).contains(&seconds), "{seconds} s");
}

#[test]
fn a_disc_is_recognised_in_another_drive_and_as_the_same_disc() {
    let mut drive = blank_cd_r();
    let blank = survey(&mut drive).unwrap().disc.unwrap().identity;
    let recorded = burn_plainly(&mut drive, content(1, 500));
    let burned = recorded.survey.disc.unwrap();
    assert_ne!(burned.identity, blank);
    let mut other = Recorder::with_disc(drive.into_disc().unwrap());
    let disc = survey(&mut other).unwrap().disc.unwrap();
    assert_eq!(disc.identity, burned.identity);
    assert_eq!(disc.state, burned.state);
    assert_ne!(disc.identity.with(b"volume"), disc.identity);
}

#[test]
fn an_empty_drive_is_no_error() {
    let mut drive = Recorder::with_disc(Disc::blank(MediumKind::CdR80));
    drive.eject().unwrap();
    let survey = survey(&mut drive).unwrap();
    assert!(survey.disc.is_none());
    assert!(survey.capabilities.write_cd_r && survey.capabilities.test_write);
    assert!(survey.speeds.max_read_kb_s.is_some());
}

#[test]
fn session_at_once_ends_without_run_out_and_leaves_the_disc_open() {
    let mut drive = blank_cd_r();
    let options = Options { write_type: WriteType::SessionAtOnce, ..Options::default() };
    burn(&mut drive, content(1, 526), options, &mut ()).unwrap();
    burn(&mut drive, content(2, 400), options, &mut ()).unwrap();
    let state = state(&mut drive);
    assert_eq!(state.sessions[0].lead_out, Lba(526));
    assert_eq!(state.sessions[1].tracks[0].start, Lba(526 + 11_400));
    assert_eq!(state.next_writable, Some(Lba(526 + 11_400 + 400 + 6_900)));
    check_on_disc(&mut drive, Lba(0), content(1, 526));
    check_on_disc(&mut drive, Lba(526 + 11_400), content(2, 400));
}

#[test]
fn a_closed_disc_takes_no_more() {
    let mut drive = blank_cd_r();
    let options = Options { closing: Closing::CloseDisc, ..Options::default() };
    burn(&mut drive, content(1, 400), options, &mut ()).unwrap();
    assert_eq!(state(&mut drive).status, DiscStatus::Complete);
    assert!(matches!(
        plan_for(&mut drive, 300, Options::default()),
        Err(PlanError::Complete { erasable: false })
    ));
}

/// The last block fits, the disc is closed as no session could follow, and one block more is refused beforehand.
#[test]
fn a_full_disc_is_full_to_the_last_block() {
    let mut drive = blank_cd_r();
    burn_plainly(&mut drive, content(1, 300));
    let before = state(&mut drive);
    let room = before.capacity(WriteType::Auto);
    assert_eq!(room, 359_845 - 11_702 - 2, "{:?}", before.last_lead_out);
    assert!(matches!(
        plan_for(&mut drive, room + 1, Options::default()),
        Err(PlanError::DiscFull { by: 1, .. })
    ));
    burn_plainly(&mut drive, content(2, room));
    let after = state(&mut drive);
    assert_eq!(after.status, DiscStatus::Complete);
    assert_eq!(Some(after.sessions[1].lead_out), before.last_lead_out);
    check_on_disc(&mut drive, Lba(11_702), content(2, room));
    check_on_disc(&mut drive, Lba(0), content(1, 300));
}

#[test]
fn a_simulation_leaves_the_disc_as_it_was() {
    let mut drive = blank_cd_r();
    burn_plainly(&mut drive, content(1, 300));
    let before = state(&mut drive);
    let mut kinds = Kinds::default();
    let options = Options { simulate: true, ..Options::default() };
    burn(&mut drive, content(2, 5000), options, &mut kinds).unwrap();
    assert_eq!(kinds.0, "pwc.");
    assert_eq!(state(&mut drive), before);
    burn_plainly(&mut drive, content(3, 5000));
    check_on_disc(&mut drive, Lba(11_702), content(3, 5000));
}

/// Cancelled in the middle of the second session: the first is intact, the session can be closed, and a third follows.
#[test]
fn a_cancelled_session_can_be_closed_and_the_disc_used_on() {
    let mut drive = blank_cd_r();
    burn_plainly(&mut drive, content(1, 1000));
    let cancel = CancelToken::new();
    let trigger = cancel.clone();
    let mut watch = Watch::new(cancel, |event: &Event| {
        if matches!(event, Event::Progress(progress) if progress.written > 2000) {
            trigger.cancel();
        }
    });
    let error = burn(&mut drive, content(2, 9000), Options::default(), &mut watch).unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    let DiscCondition::NotClosed { last_accepted: Some(last) } = error.disc else { panic!("{error}") };
    assert!((12_402 + 2000..12_402 + 3000).contains(&last.0), "{last}");
    assert!(tray_is_unlocked(&mut drive));

    check_on_disc(&mut drive, Lba(0), content(1, 1000));
    let open = state(&mut drive);
    assert_eq!((open.sessions.len(), open.open.as_ref().map(|session| session.tracks.len())), (1, Some(1)));
    assert!(matches!(
        plan_for(&mut drive, 300, Options::default()),
        Err(PlanError::SessionOpen { session: 2, tracks: 1 })
    ));

    close_session(&mut drive, true).unwrap();
    let closed = state(&mut drive);
    assert_eq!((closed.sessions.len(), closed.status), (2, DiscStatus::Appendable));
    let third = burn_plainly(&mut drive, content(3, 400)).survey.disc.unwrap().state;
    check_on_disc(&mut drive, third.last_session_start().unwrap(), content(3, 400));
    check_on_disc(&mut drive, Lba(0), content(1, 1000));
    assert!(tray_is_unlocked(&mut drive));
}

const fn answer(key: SenseKey, asc: u8, ascq: u8) -> Effect {
    Effect::Answer(Status::CheckCondition(Sense::new(key, asc, ascq)))
}

/// The laser fails in the middle (3/0C/00): told where, earlier session intact, tray unlocked, session closable.
#[test]
fn a_write_error_stops_in_order() {
    let rule = Rule::once(
        When::Blocks { opcode: 0x2A, lba: 12_800..12_801 },
        answer(SenseKey::MediumError, 0x0C, 0),
    );
    let mut faulty = Fault::new(blank_cd_r(), vec![]);
    burn_plainly(&mut faulty, content(1, 1000));
    faulty.add(rule);
    let error = burn(&mut faulty, content(2, 1000), Options::default(), &mut ()).unwrap_err();
    assert!(matches!(error.cause, Cause::Drive(sense) if sense.code.asc == 0x0C), "{error}");
    let lba = error.lba.unwrap();
    assert!((12_800 - 31..=12_800).contains(&lba.0), "{error}");
    assert_eq!(error.disc, DiscCondition::NotClosed { last_accepted: Some(Lba(lba.0 - 1)) });
    assert!(error.unlocked);
    assert!(tray_is_unlocked(faulty.inner()));
    check_on_disc(&mut faulty, Lba(0), content(1, 1000));
    close_session(&mut faulty, true).unwrap();
    assert_eq!(state(&mut faulty).sessions.len(), 2);
    // All that the drive accepted is there.
    check_on_disc(&mut faulty, Lba(12_402), content(2, u32::try_from(lba.0 - 12_402).unwrap()));
}

/// Closing fails: "written, not closed", and closing again finishes it.
#[test]
fn a_failed_close_can_be_finished_and_nothing_is_lost() {
    let mut faulty = Fault::new(blank_cd_r(), vec![]);
    burn_plainly(&mut faulty, content(1, 1000));
    faulty.add(Rule::once(When::Opcode(0x5B), answer(SenseKey::MediumError, 0x72, 0x00)));
    let error = burn(&mut faulty, content(2, 700), Options::default(), &mut ()).unwrap_err();
    assert_eq!(error.disc, DiscCondition::NotClosed { last_accepted: Some(Lba(12_402 + 699)) });
    assert!(error.advice().contains("close the session"), "{error}");
    assert!(tray_is_unlocked(faulty.inner()));
    check_on_disc(&mut faulty, Lba(0), content(1, 1000));
    close_session(&mut faulty, true).unwrap();
    check_on_disc(&mut faulty, Lba(12_402), content(2, 700));
    let state = state(&mut faulty);
    assert_eq!(state.sessions[1].lead_out, Lba(12_402 + 702));
    assert_eq!(state.next_writable, Some(Lba(12_402 + 702 + 6_900)));
}

/// A drive that says GOOD to everything and writes nothing: found out by looking at the disc.
#[test]
fn silent_success_is_no_success() {
    for opcodes in [vec![0x2A], vec![0x2A, 0x35, 0x5B], vec![0x5B]] {
        let mut faulty = Fault::new(blank_cd_r(), vec![]);
        burn_plainly(&mut faulty, content(1, 1000));
        faulty.add(Rule::always(When::OneOf(opcodes.clone()), Effect::SilentSuccess));
        let mut kinds = Kinds::default();
        let result = burn(&mut faulty, content(2, 1000), Options::default(), &mut kinds);
        let error = result.err().unwrap_or_else(|| panic!("{opcodes:x?} was reported as success"));
        assert!(!kinds.0.ends_with('.'), "{}", kinds.0);
        assert!(!error.to_string().is_empty());
        check_on_disc(&mut faulty, Lba(0), content(1, 1000));
        assert!(tray_is_unlocked(faulty.inner()));
    }
}

/// One WRITE of many is swallowed: the addresses no longer fit, and the drive itself refuses to go on.
#[test]
fn one_swallowed_write_is_found() {
    let mut faulty = Fault::new(blank_cd_r(), vec![]);
    faulty.add(Rule::once(When::Opcode(0x2A), Effect::SilentSuccess).after(5));
    let error = burn(&mut faulty, content(1, 1000), Options::default(), &mut ()).unwrap_err();
    assert!(matches!(error.cause, Cause::Drive(_) | Cause::Mismatch(_)), "{error}");
    assert!(tray_is_unlocked(faulty.inner()));
}

/// What is on the disc and what should be: one flipped bit of the content is named by its sector.
#[test]
fn verify_names_the_first_wrong_sector() {
    let mut drive = blank_cd_r();
    burn_plainly(&mut drive, content(1, 1000));
    let error = verify(&mut drive, Lba(0), &mut content(2, 1000), &mut ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sector 0 of the disc differs from sector 0 of the content, first at byte 3"
    );
    // Behind the content lie run-out blocks: they are not read, so that this does not fail.
    verify(&mut drive, Lba(0), &mut content(1, 1000), &mut ()).unwrap();
    let beyond = verify(&mut drive, Lba(0), &mut content(1, 1001), &mut ()).unwrap_err();
    assert!(beyond.to_string().contains("sector 1000"), "{beyond}");
}

#[test]
fn warnings_are_rare() {
    let mut drive = blank_cd_r();
    let mut warnings: Vec<Warning> = Vec::new();
    let mut watch = Watch::new(CancelToken::new(), |event: &Event| {
        if let Event::Warning(warning) = event {
            warnings.push(warning.clone());
        }
    });
    burn(&mut drive, content(1, 20_000), Options::default(), &mut watch).unwrap();
    assert_eq!(warnings, []);
}
