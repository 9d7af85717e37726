//! The drive as a thing: START STOP UNIT, PREVENT ALLOW MEDIUM REMOVAL, GET EVENT STATUS NOTIFICATION.

use discwright_mmc::Sense;
use discwright_mmc::command::{GetEventStatus, PowerCondition, PreventAllow, StartStopUnit};
use discwright_mmc::response::{Event, EventClass, EventNotification, MediaEvent};
use discwright_transport::Instant;

use super::Reply;
use crate::drive::Drive;
use crate::power::PowerState;
use crate::sense;

pub(super) fn start_stop(drive: &mut Drive, now: Instant, command: &StartStopUnit) -> Result<Reply, Sense> {
    let state = match command.power {
        PowerCondition::None => None,
        PowerCondition::Idle => Some(PowerState::Idle),
        PowerCondition::Standby => Some(PowerState::Standby),
        PowerCondition::Sleep => Some(PowerState::Sleep),
        PowerCondition::Other(_) => return Err(sense::invalid_field(4, 7)),
    };
    if let Some(state) = state {
        if drive.is_busy() {
            return Err(sense::LONG_WRITE_IN_PROGRESS);
        }
        drive.power.enter(state);
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
        drive.events.media(MediaEvent::MediaRemoval);
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

/// The disc turns: at once if it did, after its time if it stood.
fn start(drive: &mut Drive, now: Instant, immed: bool) -> Reply {
    if drive.deck.is_none() {
        return Reply::done();
    }
    if drive.power.state().stands() {
        drive.spin_up(now);
    }
    drive.power.enter(PowerState::Active);
    after(immed, now, drive.ready_at.max(now))
}

fn stop(drive: &mut Drive) -> Result<Reply, Sense> {
    if drive.is_busy() {
        return Err(sense::LONG_WRITE_IN_PROGRESS);
    }
    drive.power.enter(PowerState::Standby);
    Ok(Reply::done())
}

const fn after(immed: bool, now: Instant, at: Instant) -> Reply {
    Reply { bytes: Vec::new(), sense: None, at: Some(if immed { now } else { at }) }
}

/// Each host has its own lock; the tray stays in while any of them is closed.
pub(super) fn prevent_allow(drive: &mut Drive, command: &PreventAllow) -> Reply {
    let nexus = &mut drive.nexuses.now;
    if command.persistent {
        nexus.persistently_locked = command.prevent;
    } else {
        nexus.locked = command.prevent;
    }
    Reply::done()
}

/// Classes that have events, by falling priority.
const CLASSES: [EventClass; 6] = [
    EventClass::OperationalChange,
    EventClass::PowerManagement,
    EventClass::ExternalRequest,
    EventClass::Media,
    EventClass::MultiHost,
    EventClass::DeviceBusy,
];

pub(super) fn get_event_status(
    drive: &mut Drive,
    now: Instant,
    command: &GetEventStatus,
) -> Result<Reply, Sense> {
    if !command.polled {
        return Err(sense::invalid_field(1, 0));
    }
    let supported = CLASSES.iter().fold(0, |mask, class| mask | class.mask());
    let asked = CLASSES.into_iter().filter(|class| command.classes & class.mask() != 0);
    let class = asked.clone().find(|class| has_news(drive, *class)).or_else(|| asked.clone().next());
    // A host that gives room for the header alone takes no event away.
    let class = class.filter(|_| command.allocation_bytes > 4);
    let event = class.map(|class| event_of(drive, now, class));
    Ok(Reply::of(&EventNotification { supported, event }))
}

fn is_silent(drive: &Drive) -> bool {
    drive.conditions.no_events || !drive.personality.quirks.events
}

fn has_news(drive: &Drive, class: EventClass) -> bool {
    let news = match class {
        EventClass::OperationalChange => drive.events.has_operational(),
        EventClass::PowerManagement => drive.power.has_news(),
        EventClass::Media => drive.events.has_media(),
        EventClass::DeviceBusy => drive.events.busy_changed(drive.is_busy()),
        _ => false,
    };
    news && !is_silent(drive)
}

/// The oldest event of a class, which is told once.
fn event_of(drive: &mut Drive, now: Instant, class: EventClass) -> Event {
    let news = has_news(drive, class);
    let persistent_prevent = drive.nexuses.is_persistently_locked();
    let reserved = u8::from(drive.nexuses.conflicts());
    match class {
        EventClass::OperationalChange => {
            let changed = news && drive.events.take_operational();
            // 2: changed; 1: the features did.
            let (event, change) = if changed { (2, 1) } else { (0, 0) };
            Event::OperationalChange { event, persistent_prevent, status: reserved, change }
        }
        EventClass::PowerManagement => {
            let event = u8::from(news && drive.power.take_news());
            Event::PowerManagement { event, status: drive.power.state().number() }
        }
        EventClass::ExternalRequest => {
            Event::ExternalRequest { event: 0, persistent_prevent, status: reserved, request: 0 }
        }
        EventClass::MultiHost => {
            Event::MultiHost { event: 0, persistent_prevent, status: reserved, priority: 0 }
        }
        EventClass::DeviceBusy => {
            let is_busy = drive.is_busy();
            drive.events.told_busy(is_busy);
            let left = drive.busy.map_or(0, |busy| busy.until.since(now).as_millis() / 100);
            let time_100ms = u16::try_from(left).unwrap_or(u16::MAX);
            Event::DeviceBusy { event: u8::from(news), status: u8::from(is_busy), time_100ms }
        }
        _ => {
            let event = if news { drive.events.take_media() } else { None };
            let (present, door_open) = (drive.deck.is_some(), drive.tray_open);
            let event = event.unwrap_or(MediaEvent::NoChange);
            Event::Media { event, present, door_open, start_slot: 0, end_slot: 0 }
        }
    }
}
