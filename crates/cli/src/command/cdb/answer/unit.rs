//! Answers about the unit rather than the disc in words: events, logs, vital product data, the mechanism.

use discwright_mmc::response::{
    Designator, Event, EventClass, EventNotification, LogPage, MechanismActivity, MechanismState, MediaEvent,
    VitalProductData,
};

use super::hex;

/// The event, or that there is none.
pub(super) fn event(it: &EventNotification) -> String {
    let Some(event) = &it.event else {
        let classes =
            (0..8).filter(|bit| it.supported >> bit & 1 != 0).map(|bit| class(EventClass::from(bit)));
        let classes: Vec<_> = classes.collect();
        return format!("no event; classes there are: {}", classes.join(", "));
    };
    let prevent = |prevent: bool| if prevent { ", persistent prevent" } else { "" };
    let what = match *event {
        Event::Media { event, present, door_open, start_slot, end_slot } => {
            let medium = if present { "medium present" } else { "no medium" };
            let door = if door_open { "tray open" } else { "tray closed" };
            let slots = if (start_slot, end_slot) == (0, 0) {
                String::new()
            } else {
                format!(", slots {start_slot} to {end_slot}")
            };
            format!("{}, {medium}, {door}{slots}", media(event))
        }
        Event::OperationalChange { event, persistent_prevent, status, change } => {
            let event = named(event, &["no change", "change requested", "change occurred"]);
            let changes = ["", "features", "features added", "unit reset", "firmware", "INQUIRY data"];
            let change = if change == 0 { String::new() } else { format!(", {}", named(change, &changes)) };
            format!("{event}{change}, {}{}", availability(status), prevent(persistent_prevent))
        }
        Event::PowerManagement { event, status } => {
            let event = named(event, &["no change", "power state changed", "power state could not change"]);
            let state = named(status, &["state 0", "active", "idle", "standby", "sleep"]);
            format!("{event}, {state}")
        }
        Event::ExternalRequest { event, persistent_prevent, status, request } => {
            let event = named(event, &["no request", "key down", "key up", "request"]);
            let request = if request == 0 { String::new() } else { format!(" {request:04X}h") };
            format!("{event}{request}, {}{}", availability(status), prevent(persistent_prevent))
        }
        Event::MultiHost { event, persistent_prevent, status, priority } => {
            let event =
                named(event, &["no request", "control requested", "control granted", "control released"]);
            let priority =
                named(priority, &["no priority", "low priority", "medium priority", "high priority"]);
            format!("{event}, {priority}, {}{}", availability(status), prevent(persistent_prevent))
        }
        Event::DeviceBusy { event, status, time_100ms } => {
            let event = named(event, &["no change", "changed"]);
            let state = named(status, &["not busy", "busy"]);
            format!("{event}, {state}, {}.{} s left", time_100ms / 10, time_100ms % 10)
        }
        Event::Other { class: _, bytes } => hex(&bytes),
    };
    format!("{} event: {what}", class(event.class()))
}

fn class(it: EventClass) -> String {
    match it {
        EventClass::None => "no class".to_owned(),
        EventClass::OperationalChange => "operational change".to_owned(),
        EventClass::PowerManagement => "power management".to_owned(),
        EventClass::ExternalRequest => "external request".to_owned(),
        EventClass::Media => "media".to_owned(),
        EventClass::MultiHost => "multi-host".to_owned(),
        EventClass::DeviceBusy => "device busy".to_owned(),
        EventClass::Other(other) => format!("class {other}"),
    }
}

fn media(it: MediaEvent) -> String {
    match it {
        MediaEvent::NoChange => "no change".to_owned(),
        MediaEvent::EjectRequest => "eject requested".to_owned(),
        MediaEvent::NewMedia => "new medium".to_owned(),
        MediaEvent::MediaRemoval => "medium removed".to_owned(),
        MediaEvent::MediaChanged => "medium changed".to_owned(),
        MediaEvent::BackgroundFormatCompleted => "background format completed".to_owned(),
        MediaEvent::BackgroundFormatRestarted => "background format restarted".to_owned(),
        MediaEvent::Other(other) => format!("event {other}"),
    }
}

/// Status of the unit to this host (MMC-6, operational change, external request and multi-host classes).
fn availability(status: u8) -> String {
    named(status, &["unit ready", "unit unavailable for a while", "unit reserved"])
}

/// A code by its name, or as a number.
fn named(code: impl Into<u32>, names: &[&str]) -> String {
    let code = code.into();
    let name = usize::try_from(code).ok().and_then(|code| names.get(code));
    name.map_or_else(|| format!("code {code}"), |name| (*name).to_owned())
}

/// The parameters of a log page by their names.
pub(super) fn log(it: &LogPage) -> String {
    let name = log_page(it.code);
    let subpage = it.subpage.map_or_else(String::new, |subpage| format!(" subpage {subpage:02X}h"));
    let head = format!("log page {:02X}h{subpage}", it.code);
    if it.code == 0 {
        let pages = it.supported_pages().iter();
        let pages: Vec<_> = pages.map(|code| format!("{code:02X}h {}", log_page(*code))).collect();
        return format!("{head}: pages there are: {}", pages.join(", "));
    }
    let counts = matches!(it.code, 0x02..=0x05);
    let parameters: Vec<_> = it
        .parameters()
        .iter()
        .map(|parameter| {
            let name = counts.then(|| ERROR_COUNTERS.get(usize::from(parameter.code))).flatten();
            let name =
                name.map_or_else(|| format!("parameter {:04X}h", parameter.code), |it| (*it).to_owned());
            format!("{name} {}", number(&parameter.value))
        })
        .collect();
    format!(
        "{head} {name}: {}",
        if parameters.is_empty() { "nothing".to_owned() } else { parameters.join(", ") }
    )
}

/// Names of log pages (SPC-3, log page codes).
const fn log_page(code: u8) -> &'static str {
    match code {
        0x00 => "supported pages",
        0x01 => "buffer overruns and underruns",
        0x02 => "write errors",
        0x03 => "read errors",
        0x04 => "read reverse errors",
        0x05 => "verify errors",
        0x06 => "non-medium errors",
        0x07 => "last error events",
        0x0D => "temperature",
        0x0E => "start-stop cycles",
        0x10 => "self-test results",
        0x2F => "informational exceptions",
        0x30..=0x3E => "of the vendor",
        _ => "unknown",
    }
}

/// Parameters of the error counter pages (SPC-3, parameter codes for error counter log pages).
const ERROR_COUNTERS: [&str; 7] = [
    "corrected without delay",
    "corrected with delay",
    "tried again",
    "corrected in all",
    "times the correction ran",
    "bytes processed",
    "not corrected",
];

/// A value as a number, if it is short enough to be one.
fn number(value: &[u8]) -> String {
    match value.len() {
        1..=8 => value.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)).to_string(),
        _ => hex(value),
    }
}

/// Vital product data, page by page.
pub(super) fn vital_product_data(it: &VitalProductData) -> String {
    let words = match it {
        VitalProductData::SupportedPages(pages) => {
            let pages: Vec<_> = pages.iter().map(|page| format!("{page:02X}h")).collect();
            format!("pages there are: {}", pages.join(", "))
        }
        VitalProductData::SerialNumber(number) => format!("serial number {}", number.escape_ascii()),
        VitalProductData::Identification(designators) => {
            let designators: Vec<_> = designators.iter().map(designator).collect();
            format!("identification {}", designators.join(", "))
        }
        VitalProductData::Raw(raw) => hex(&raw.data),
    };
    format!("vital product data page {:02X}h: {words}", it.page())
}

fn designator(it: &Designator) -> String {
    let kind = named(
        it.designator_type,
        &[
            "of the vendor",
            "by T10 vendor",
            "EUI-64",
            "NAA",
            "relative port",
            "port group",
            "unit group",
            "MD5",
            "name",
        ],
    );
    // Code set 1 is binary, 2 ASCII, 3 UTF-8 (SPC-3, 7.6.3.1).
    let name = if it.code_set == 1 { hex(&it.name) } else { it.name.escape_ascii().to_string() };
    format!("{kind} {name}")
}

/// What the mechanism does.
pub(super) fn mechanism(it: &MechanismState) -> String {
    let door = if it.door_open { "tray open" } else { "tray closed" };
    let activity = match it.activity {
        MechanismActivity::Idle => "idle".to_owned(),
        MechanismActivity::PlayingAudio => "playing audio".to_owned(),
        MechanismActivity::ScanningAudio => "scanning audio".to_owned(),
        MechanismActivity::OtherHost => "working for another host".to_owned(),
        MechanismActivity::Unknown => "in an unknown state".to_owned(),
        MechanismActivity::Other(other) => format!("in state {other}"),
    };
    let fault = if it.fault { ", fault" } else { "" };
    let slots = match it.slots.len() {
        0 => "no changer".to_owned(),
        slots => format!("changer with {slots} slots, slot {} chosen", it.slot),
    };
    format!("{door}, {activity}{fault}, address {}, {slots}", it.current_address)
}
