//! GET EVENT STATUS NOTIFICATION (MMC-6, GET EVENT STATUS NOTIFICATION).

use super::DataPhase;
use crate::field::{Be16, Bits, Flag};
use crate::response::EventNotification;

/// GET EVENT STATUS NOTIFICATION: what happened to drive and medium; answered in any state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GetEventStatus {
    /// Answer now. Recorders refuse the other, asynchronous, form.
    pub polled: bool,
    /// One bit per class of interest, bit 4 for media; see [`EventClass`](crate::response::EventClass).
    pub classes: u8,
    /// Allocation length in bytes; 8 holds one event, 4 the header alone.
    pub allocation_bytes: u16,
}

impl GetEventStatus {
    /// Polls for media events.
    pub const MEDIA: Self = Self { polled: true, classes: 1 << 4, allocation_bytes: 8 };
}

command! {
    GetEventStatus = 0x4A, "GET EVENT STATUS NOTIFICATION", [10] -> EventNotification;
    polled: Flag<1, 0>;
    classes: Bits<4, 0, 8>;
    allocation_bytes: Be16<7>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
