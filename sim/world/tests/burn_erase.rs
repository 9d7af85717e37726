//! CD-RW: burned, erased, burned again.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod burning;

use burning::{Patterned, burn_plainly, check_on_disc, state, tray_is_unlocked};
use discwright_burn::{
    Blanking, MaintainError, blank, eject, load, lock, read_speed_kb_s, set_read_speed, survey,
};
use discwright_cd::Lba;
use discwright_drive::medium::MediumKind;
use discwright_drive::{Disc, Recorder};
use discwright_mmc::{Sense, SenseKey};
use discwright_plan::DiscStatus;
use discwright_transport::{Effect, Fault, Instant, Rule, Status, Transport, When};

const CONTENT: Patterned = Patterned { tag: 1, sectors: 700 };
const OTHER: Patterned = Patterned { tag: 2, sectors: 400 };

fn burned_cd_rw() -> Recorder {
    let mut drive = Recorder::with_disc(Disc::blank(MediumKind::CdRw80));
    burn_plainly(&mut drive, CONTENT);
    drive
}

fn erase_and_burn_again(what: Blanking) {
    let mut drive = burned_cd_rw();
    assert_eq!(state(&mut drive).kind, discwright_plan::MediumKind::CdRw);
    let mut told = Vec::new();
    let Instant(begun) = drive.now();
    blank(&mut drive, what, |part| told.push(part)).unwrap();
    let took = drive.now().0 - begun;
    assert!(took.as_secs() > 2, "{what:?} took {took:?}");
    assert!(told.is_sorted() && !told.is_empty(), "{told:?}");
    assert_eq!(state(&mut drive).status, DiscStatus::Blank);
    assert!(tray_is_unlocked(&mut drive));
    burn_plainly(&mut drive, OTHER);
    check_on_disc(&mut drive, Lba(0), OTHER);
}

#[test]
fn a_wholly_erased_disc_is_blank_and_takes_the_next_session_from_zero() {
    erase_and_burn_again(Blanking::Full);
}

/// What the first recording left behind lies under the second one's lead-out.
#[test]
fn a_minimally_erased_disc_is_blank_and_takes_the_next_session_from_zero() {
    erase_and_burn_again(Blanking::Minimal);
}

#[test]
fn a_cd_r_is_not_erased() {
    let mut drive = burning::blank_cd_r();
    burn_plainly(&mut drive, CONTENT);
    let error = blank(&mut drive, Blanking::Full, |_| {}).unwrap_err();
    assert!(matches!(error, MaintainError::NotErasable));
    check_on_disc(&mut drive, Lba(0), CONTENT);
}

#[test]
fn a_blank_that_fails_or_only_says_so_is_no_success() {
    let worn = Status::CheckCondition(Sense::new(SenseKey::MediumError, 0x51, 0x00));
    for (opcode, effect) in
        [(0xA1, Effect::Answer(worn)), (0xA1, Effect::SilentSuccess), (0x51, Effect::Answer(worn))]
    {
        let mut faulty = Fault::new(burned_cd_rw(), vec![Rule::once(When::Opcode(opcode), effect)]);
        blank(&mut faulty, Blanking::Minimal, |_| {}).unwrap_err();
        assert!(tray_is_unlocked(faulty.inner()));
    }
    let busy = Status::CheckCondition(Sense::new(SenseKey::NotReady, 0x04, 0x07));
    let mut faulty = Fault::new(burned_cd_rw(), vec![]);
    faulty.add(Rule::always(When::Opcode(0x00), Effect::Answer(busy)));
    let error = blank(&mut faulty, Blanking::Minimal, |_| {}).unwrap_err();
    assert!(matches!(error, MaintainError::Patience { .. }), "{error}");
    assert!(tray_is_unlocked(faulty.inner()));
}

#[test]
fn a_drive_that_cannot_erase_in_the_background_is_waited_for() {
    let refused = Status::CheckCondition(Sense::new(SenseKey::IllegalRequest, 0x24, 0x00));
    let mut faulty =
        Fault::new(burned_cd_rw(), vec![Rule::once(When::Opcode(0xA1), Effect::Answer(refused))]);
    blank(&mut faulty, Blanking::Minimal, |_| {}).unwrap();
    assert_eq!(state(&mut faulty).status, DiscStatus::Blank);
}

#[test]
fn the_tray_moves_and_the_lock_holds() {
    let mut drive = burned_cd_rw();
    lock(&mut drive).unwrap();
    assert!(drive.eject().is_none(), "the button of a locked drive does nothing");
    eject(&mut drive).unwrap();
    assert!(survey(&mut drive).unwrap().disc.is_none());
    load(&mut drive).unwrap();
    assert_eq!(state(&mut drive).sessions.len(), 1);
}

#[test]
fn the_reading_speed_is_obeyed() {
    let mut drive = burned_cd_rw();
    set_read_speed(&mut drive, Some(1411)).unwrap();
    let slow = read_speed_kb_s(&mut drive).unwrap().unwrap();
    set_read_speed(&mut drive, None).unwrap();
    let fast = read_speed_kb_s(&mut drive).unwrap().unwrap();
    assert!(slow < fast, "{slow} {fast}");
}
