//! Power states: ACTIVE, IDLE, STANDBY, SLEEP, and the timers that lead from one to the next (MMC-6, 4.3.1, Power
//! management; SPC-3, Power Condition mode page).

use core::time::Duration;

use discwright_mmc::mode::PowerConditionPage;
use discwright_transport::Instant;

/// A power state, from the most awake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PowerState {
    /// Ready at once.
    #[default]
    Active,
    /// Ready at once, a little slower; the spindle turns.
    Idle,
    /// The spindle stands.
    Standby,
    /// Everything stands.
    Sleep,
}

impl PowerState {
    /// The disc must be spun up before anything can be read or written.
    pub(crate) const fn stands(self) -> bool {
        matches!(self, Self::Standby | Self::Sleep)
    }

    /// Its number in GET EVENT STATUS NOTIFICATION.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Active => 1,
            Self::Idle => 2,
            Self::Standby => 3,
            Self::Sleep => 4,
        }
    }
}

/// The state, and since when nobody has asked for anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Power {
    state: PowerState,
    untouched_since: Instant,
    /// A change that no host has been told of.
    news: bool,
}

impl Power {
    pub(crate) const fn state(&self) -> PowerState {
        self.state
    }

    /// The state that the timers have led to.
    pub(crate) fn settle(&mut self, now: Instant, page: &PowerConditionPage, is_busy: bool) {
        if is_busy {
            self.untouched_since = self.untouched_since.max(now);
        }
        let rest = now.since(self.untouched_since);
        let passed = |timer: u32| rest >= Duration::from_millis(100).saturating_mul(timer);
        if page.standby && passed(page.standby_timer_100ms) && self.state < PowerState::Standby {
            self.enter(PowerState::Standby);
        } else if page.idle && passed(page.idle_timer_100ms) && self.state < PowerState::Idle {
            self.enter(PowerState::Idle);
        }
    }

    /// A command came that starts the timers again.
    pub(crate) fn touch(&mut self, at: Instant) {
        self.untouched_since = self.untouched_since.max(at);
        if self.state == PowerState::Idle {
            self.enter(PowerState::Active);
        }
    }

    pub(crate) fn enter(&mut self, state: PowerState) {
        self.news |= self.state != state;
        self.state = state;
    }

    /// Whether the state has changed since a host was last told.
    pub(crate) const fn has_news(&self) -> bool {
        self.news
    }

    /// Whether the state has changed since this was last asked.
    pub(crate) const fn take_news(&mut self) -> bool {
        core::mem::replace(&mut self.news, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: u64) -> Instant {
        Instant(Duration::from_secs(s))
    }

    #[test]
    fn the_timers_lead_to_idle_and_standby_and_commands_back() {
        let page = PowerConditionPage {
            idle: true,
            standby: true,
            idle_timer_100ms: 100,
            standby_timer_100ms: 600,
            ..PowerConditionPage::default()
        };
        let mut power = Power::default();
        power.settle(at(9), &page, false);
        assert_eq!((power.state(), power.take_news()), (PowerState::Active, false));
        power.settle(at(10), &page, false);
        assert_eq!((power.state(), power.take_news(), power.take_news()), (PowerState::Idle, true, false));
        power.touch(at(30));
        assert_eq!(power.state(), PowerState::Active);
        power.settle(at(80), &page, true);
        power.settle(at(130), &page, false);
        assert_eq!(power.state(), PowerState::Idle, "what is busy does not rest");
        power.settle(at(140), &page, false);
        assert_eq!(power.state(), PowerState::Standby);
        let mut untimed = Power::default();
        untimed.settle(
            at(1_000_000),
            &PowerConditionPage { standby_timer_100ms: 1, ..Default::default() },
            false,
        );
        assert_eq!(untimed.state(), PowerState::Active, "a timer that is not enabled does not run");
    }
}
