//! The drive as a thing: START STOP UNIT, PREVENT ALLOW MEDIUM REMOVAL, GET EVENT STATUS NOTIFICATION.

use discwright_mmc::Sense;
use discwright_mmc::command::{GetEventStatus, PowerCondition, PreventAllow, StartStopUnit};
use discwright_mmc::response::{Event, EventClass, EventNotification, MediaEvent};
use discwright_transport::Instant;

use super::Reply;
use crate::drive::Drive;
use crate::sense;

pub(super) fn start_stop(drive: &mut Drive, now: Instant, command: &StartStopUnit) -> Result<Reply, Sense> {
    if command.power != PowerCondition::None {
        drive.stopped = matches!(command.power, PowerCondition::Standby | PowerCondition::Sleep);
        return Ok(Reply::done());
    }
    match (command.load_eject, command.start) {
        (true, false) => eject(drive, now, command.immed),
        (true, true) => Ok(load(drive, now, command.immed)),
        (false, true) => Ok(start(drive, now, command.immed)),
        (false, false) => stop(drive),
    }
}

fn eject(drive: &mut Drive, now: Instant, immed: bool) -> Result<Reply, Sense> {
    if drive.is_locked() {
        return Err(sense::REMOVAL_PREVENTED);
    }
    if drive.is_busy() {
        return Err(sense::LONG_WRITE_IN_PROGRESS);
    }
    if drive.tray_open {
        return Ok(Reply::done());
    }
    // The buffer is emptied first; the disc stays in the open tray.
    let mut at = now;
    if let Some(deck) = &mut drive.deck {
        at = deck.laser().ends().max(now);
        deck.advance(at).map_err(|_| sense::WRITE_ERROR)?;
        deck.abandon();
        drive.events.push_back(MediaEvent::MediaRemoval);
    }
    drive.put_on_tray(at);
    Ok(after(immed, now, at.after(drive.personality.times.tray)))
}

fn load(drive: &mut Drive, now: Instant, immed: bool) -> Reply {
    if !drive.tray_open {
        return start(drive, now, immed);
    }
    let closed = now.after(drive.personality.times.tray);
    drive.take_from_tray(closed);
    let ready = if drive.deck.is_some() { drive.ready_at } else { closed };
    after(immed, now, ready)
}

fn start(drive: &mut Drive, now: Instant, immed: bool) -> Reply {
    if drive.deck.is_none() {
        return Reply::done();
    }
    if core::mem::take(&mut drive.stopped) {
        let ready = now.after(drive.personality.times.spin_up);
        return after(immed, now, ready);
    }
    after(immed, now, drive.ready_at.max(now))
}

fn stop(drive: &mut Drive) -> Result<Reply, Sense> {
    if drive.is_busy() {
        return Err(sense::LONG_WRITE_IN_PROGRESS);
    }
    drive.stopped = true;
    Ok(Reply::done())
}

const fn after(immed: bool, now: Instant, at: Instant) -> Reply {
    Reply { bytes: Vec::new(), sense: None, at: Some(if immed { now } else { at }) }
}

pub(super) fn prevent_allow(drive: &mut Drive, command: &PreventAllow) -> Reply {
    if command.persistent {
        drive.persistently_locked = command.prevent;
    } else {
        drive.locked = command.prevent;
    }
    Reply::done()
}

pub(super) fn get_event_status(drive: &mut Drive, command: &GetEventStatus) -> Result<Reply, Sense> {
    if !command.polled {
        return Err(sense::INVALID_FIELD);
    }
    let supported =
        EventClass::OperationalChange.mask() | EventClass::Media.mask() | EventClass::DeviceBusy.mask();
    let asked = command.classes & supported;
    let wants = |class: EventClass| asked & class.mask() != 0;
    let event = if wants(EventClass::OperationalChange) && !wants(EventClass::Media) {
        Some(Event::OperationalChange { event: 0, persistent_prevent: false, status: 0, change: 0 })
    } else if wants(EventClass::Media) {
        let event = drive.events.pop_front().unwrap_or(MediaEvent::NoChange);
        let (present, door_open) = (drive.deck.is_some(), drive.tray_open);
        Some(Event::Media { event, present, door_open, start_slot: 0, end_slot: 0 })
    } else if wants(EventClass::DeviceBusy) {
        Some(Event::DeviceBusy { event: 0, status: u8::from(drive.is_busy()), time_100ms: 0 })
    } else {
        None
    };
    Ok(Reply::of(&EventNotification { supported, event }))
}
