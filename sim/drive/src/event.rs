//! What happened and no host has asked for yet (MMC-6, GET EVENT STATUS NOTIFICATION).

use std::collections::VecDeque;

use discwright_mmc::response::MediaEvent;

/// Events that are kept for each class, at most; the oldest go first.
const MOST: usize = 16;

/// Events by class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Events {
    media: VecDeque<MediaEvent>,
    /// The features changed with the medium.
    operational: bool,
    /// Whether the drive was busy when a host last asked.
    was_busy: bool,
}

impl Events {
    /// Something happened to the medium; when it came or went, so did features.
    pub(crate) fn media(&mut self, event: MediaEvent) {
        if self.media.len() == MOST {
            self.media.pop_front();
        }
        self.media.push_back(event);
        self.operational |= matches!(event, MediaEvent::NewMedia | MediaEvent::MediaRemoval);
    }

    pub(crate) fn take_media(&mut self) -> Option<MediaEvent> {
        self.media.pop_front()
    }

    pub(crate) fn has_media(&self) -> bool {
        !self.media.is_empty()
    }

    pub(crate) const fn has_operational(&self) -> bool {
        self.operational
    }

    pub(crate) const fn take_operational(&mut self) -> bool {
        core::mem::replace(&mut self.operational, false)
    }

    pub(crate) const fn busy_changed(&self, is_busy: bool) -> bool {
        self.was_busy != is_busy
    }

    pub(crate) const fn told_busy(&mut self, is_busy: bool) {
        self.was_busy = is_busy;
    }
}
