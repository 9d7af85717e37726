//! Answer to GET EVENT STATUS NOTIFICATION (MMC-6, GET EVENT STATUS NOTIFICATION).

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Bits, Code, Flag, Place, padded};

codes! {
    /// Class of events; bit `1 << class` in a mask of classes.
    pub enum EventClass: u8 {
        /// 0: reserved; no class.
        None = 0,
        /// 1: the drive's abilities changed.
        OperationalChange = 1,
        /// 2: the power state changed.
        PowerManagement = 2,
        /// 3: a button was pressed.
        ExternalRequest = 3,
        /// 4: the medium came, went or was asked for.
        Media = 4,
        /// 5: another host wants the drive.
        MultiHost = 5,
        /// 6: the drive is busy.
        DeviceBusy = 6,
    }
}

impl EventClass {
    /// The class's bit in a mask of classes.
    #[must_use]
    pub fn mask(self) -> u8 {
        1_u8.checked_shl(u32::from(u8::from(self))).unwrap_or(0)
    }
}

codes! {
    /// What happened to the medium.
    pub enum MediaEvent: u8 {
        /// 0: nothing.
        NoChange = 0,
        /// 1: the user asked for it, by the eject button.
        EjectRequest = 1,
        /// 2: a medium came and is ready.
        NewMedia = 2,
        /// 3: the medium went.
        MediaRemoval = 3,
        /// 4: the user asks for a change to another medium.
        MediaChanged = 4,
        /// 5: background formatting is done.
        BackgroundFormatCompleted = 5,
        /// 6: background formatting was resumed.
        BackgroundFormatRestarted = 6,
    }
}

/// One event with its status, four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The medium.
    Media {
        /// What happened.
        event: MediaEvent,
        /// A medium is in the drive.
        present: bool,
        /// The tray or door is open.
        door_open: bool,
        /// First slot concerned, on changers.
        start_slot: u8,
        /// Last slot concerned, on changers.
        end_slot: u8,
    },
    /// The drive's abilities.
    OperationalChange {
        /// Event code: 0 none, 1 change requested, 2 changed.
        event: u8,
        /// The tray is locked persistently.
        persistent_prevent: bool,
        /// Operational status, 4 bits.
        status: u8,
        /// What changed.
        change: u16,
    },
    /// The power state.
    PowerManagement {
        /// Event code: 0 none, 1 succeeded, 2 failed.
        event: u8,
        /// 1 active, 2 idle, 3 standby, 4 sleep.
        status: u8,
    },
    /// A button.
    ExternalRequest {
        /// Event code.
        event: u8,
        /// The tray is locked persistently.
        persistent_prevent: bool,
        /// External request status, 4 bits: 0 ready, 1 another host is in charge.
        status: u8,
        /// Which button.
        request: u16,
    },
    /// Another host.
    MultiHost {
        /// Event code.
        event: u8,
        /// The tray is locked persistently.
        persistent_prevent: bool,
        /// Multiple host status, 4 bits.
        status: u8,
        /// Priority of the request.
        priority: u16,
    },
    /// Long work.
    DeviceBusy {
        /// Event code: 0 none, 1 busy changed.
        event: u8,
        /// 0 not busy, 1 busy with an immediate command, 2 with a deferred one, 3 power.
        status: u8,
        /// Time until done, in 100 ms.
        time_100ms: u16,
    },
    /// An event of a class that is not known.
    Other {
        /// Class.
        class: u8,
        /// As it came.
        bytes: [u8; 4],
    },
}

impl Event {
    /// The event's class.
    #[must_use]
    pub fn class(&self) -> EventClass {
        match *self {
            Self::Media { .. } => EventClass::Media,
            Self::OperationalChange { .. } => EventClass::OperationalChange,
            Self::PowerManagement { .. } => EventClass::PowerManagement,
            Self::ExternalRequest { .. } => EventClass::ExternalRequest,
            Self::MultiHost { .. } => EventClass::MultiHost,
            Self::DeviceBusy { .. } => EventClass::DeviceBusy,
            Self::Other { class, .. } => EventClass::from(class),
        }
    }

    fn encode_block(self) -> [u8; 4] {
        let mut block = [0; 4];
        match self {
            Self::Media { event, present, door_open, start_slot, end_slot } => {
                layout::Media::put(&mut block, event);
                layout::Present::put(&mut block, present);
                layout::DoorOpen::put(&mut block, door_open);
                layout::StartSlot::put(&mut block, start_slot);
                layout::EndSlot::put(&mut block, end_slot);
            }
            Self::OperationalChange { event, persistent_prevent, status, change: value }
            | Self::ExternalRequest { event, persistent_prevent, status, request: value }
            | Self::MultiHost { event, persistent_prevent, status, priority: value } => {
                layout::EventCode::put(&mut block, event);
                layout::PersistentPrevent::put(&mut block, persistent_prevent);
                layout::Status::put(&mut block, status);
                layout::Value::put(&mut block, value);
            }
            Self::PowerManagement { event, status } => {
                layout::EventCode::put(&mut block, event);
                layout::WholeStatus::put(&mut block, status);
            }
            Self::DeviceBusy { event, status, time_100ms } => {
                layout::EventCode::put(&mut block, event);
                layout::WholeStatus::put(&mut block, status);
                layout::Value::put(&mut block, time_100ms);
            }
            Self::Other { bytes, .. } => block = bytes,
        }
        block
    }

    fn from_block(class: u8, block: &[u8; 4]) -> Self {
        let event = layout::EventCode::get(block);
        let persistent_prevent = layout::PersistentPrevent::get(block);
        let status = layout::Status::get(block);
        let value = layout::Value::get(block);
        match EventClass::from(class) {
            EventClass::Media => Self::Media {
                event: layout::Media::get(block),
                present: layout::Present::get(block),
                door_open: layout::DoorOpen::get(block),
                start_slot: layout::StartSlot::get(block),
                end_slot: layout::EndSlot::get(block),
            },
            EventClass::OperationalChange => {
                Self::OperationalChange { event, persistent_prevent, status, change: value }
            }
            EventClass::PowerManagement => {
                Self::PowerManagement { event, status: layout::WholeStatus::get(block) }
            }
            EventClass::ExternalRequest => {
                Self::ExternalRequest { event, persistent_prevent, status, request: value }
            }
            EventClass::MultiHost => Self::MultiHost { event, persistent_prevent, status, priority: value },
            EventClass::DeviceBusy => {
                Self::DeviceBusy { event, status: layout::WholeStatus::get(block), time_100ms: value }
            }
            EventClass::None | EventClass::Other(_) => Self::Other { class, bytes: *block },
        }
    }
}

/// At most one event, and the classes the drive knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventNotification {
    /// Mask of the classes the drive reports; see [`EventClass::mask`].
    pub supported: u8,
    /// The event; `None` when no class asked for is known (NEA), or when the answer was cut after its header.
    pub event: Option<Event>,
}

impl Response for EventNotification {
    fn encode(&self) -> Vec<u8> {
        let mut header = [0; 4];
        layout::Supported::put(&mut header, self.supported);
        let Some(event) = self.event else {
            layout::Length::put(&mut header, 2);
            layout::NoEvent::put(&mut header, true);
            return header.to_vec();
        };
        layout::Length::put(&mut header, 6);
        layout::Class::put(&mut header, event.class().into());
        [header, event.encode_block()].concat()
    }

    /// Accepts answers from 4 bytes up.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let header = padded::<4>("event header", bytes, 4)?;
        let event = bytes
            .get(4..)
            .and_then(|rest| rest.first_chunk::<4>())
            .filter(|_| !layout::NoEvent::get(&header) && layout::Length::get(&header) >= 6)
            .map(|block| Event::from_block(layout::Class::get(&header), block));
        Ok(Self { supported: layout::Supported::get(&header), event })
    }
}

mod layout {
    use super::{Be16, Bits, Code, Flag, MediaEvent};

    pub(super) type Length = Be16<0>;
    pub(super) type NoEvent = Flag<2, 7>;
    pub(super) type Class = Bits<2, 0, 3>;
    pub(super) type Supported = Bits<3, 0, 8>;

    pub(super) type EventCode = Bits<0, 0, 4>;
    pub(super) type Media = Code<MediaEvent, 0, 0, 4>;
    pub(super) type Present = Flag<1, 1>;
    pub(super) type DoorOpen = Flag<1, 0>;
    pub(super) type StartSlot = Bits<2, 0, 8>;
    pub(super) type EndSlot = Bits<3, 0, 8>;
    pub(super) type PersistentPrevent = Flag<1, 7>;
    pub(super) type Status = Bits<1, 0, 4>;
    pub(super) type WholeStatus = Bits<1, 0, 8>;
    pub(super) type Value = Be16<2>;
}
