//! What closing a session costs, to the sector.

use discwright_cd::area;

/// Megabytes that Microsoft's documentation of IMAPI names for closing the first session. For information only: the
/// exact sum is 11400 sectors, 22.3 MiB.
pub const DOCUMENTED_FIRST_SESSION_MB: u32 = 21;
/// Megabytes that the same documentation names for each later one. For information only: the exact sum is 6900
/// sectors, 13.5 MiB.
pub const DOCUMENTED_LATER_SESSION_MB: u32 = 11;

/// The sectors between the end of a session's data and the first user sector of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosingCost {
    /// The session that is closed, counted from 1.
    pub session: u16,
    /// Run-out blocks behind its last track: 2 after track-at-once, else none.
    pub run_out: u32,
    /// Its lead-out.
    pub lead_out: u32,
    /// The next session's lead-in.
    pub lead_in: u32,
    /// The pregap of the next session's first track.
    pub pregap: u32,
}

impl ClosingCost {
    /// The cost of closing session `session` so that another follows.
    #[must_use]
    pub const fn of(session: u16, track_at_once: bool) -> Self {
        Self {
            session,
            run_out: if track_at_once { area::RUN_OUT } else { 0 },
            lead_out: area::lead_out(session),
            lead_in: area::LEAD_IN,
            pregap: area::PREGAP,
        }
    }

    /// Sectors from the start of the lead-out to the next session's first user sector: 11400 or 6900.
    #[must_use]
    pub const fn gap(&self) -> u32 {
        self.lead_out + self.lead_in + self.pregap
    }

    /// Sectors from the end of the user data to the next session's first user sector.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.run_out + self.gap()
    }

    /// What the drive writes by itself while it closes: this session's lead-in, as long as any lead-in is, and
    /// its lead-out. The measure of how long closing takes.
    #[must_use]
    pub const fn written_while_closing(&self) -> u32 {
        area::LEAD_IN + self.lead_out
    }

    /// The documented figure for the same, in megabytes of unstated size.
    #[must_use]
    pub const fn documented_mb(&self) -> u32 {
        if self.session <= 1 { DOCUMENTED_FIRST_SESSION_MB } else { DOCUMENTED_LATER_SESSION_MB }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Measured discs: a 300-sector track-at-once session is followed by one at 11702.
    #[test]
    fn golden_costs() {
        let first = ClosingCost::of(1, true);
        assert_eq!((first.gap(), first.total(), first.documented_mb()), (11_400, 11_402, 21));
        assert_eq!(300 + first.total(), 11_702);
        let later = ClosingCost::of(7, false);
        assert_eq!((later.gap(), later.total(), later.documented_mb()), (6_900, 6_900, 11));
    }

    /// The documented megabytes would admit sessions that do not fit: they must not be used as a check.
    #[test]
    fn the_documented_figures_are_too_small() {
        for cost in [ClosingCost::of(1, false), ClosingCost::of(2, false)] {
            assert!(cost.documented_mb() * 1_048_576 / 2048 < cost.gap());
        }
    }
}
