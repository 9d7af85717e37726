//! Spindle and pickup: where a sector lies, how fast it passes, how long it takes to get there.
//!
//! The spiral runs from 25 mm to 58 mm (ECMA-394, 5.3), with as much area to each sector; so the radius of a sector
//! follows from its number alone. A speed is the lesser of what was asked for and what the spindle's fastest turning
//! allows at that radius: constant linear velocity as long as the spindle keeps up (CLV), constant angular velocity
//! further in (P-CAV), over the whole disc when the speed asked for is reached at the rim alone (CAV). A zoned curve
//! goes in the steps of the drive's speeds (Z-CLV). All in integers, so that every machine has the same time.

use core::time::Duration;

use discwright_cd::Lba;
use discwright_mmc::command::RotationControl;
use discwright_transport::Instant;

use crate::personality::{kb_s, sector_time};

/// Radius of the program area's first sector, in micrometres.
const INNER_UM: u64 = 25_000;
/// Radius at which the groove's last sector lies at the most, in micrometres.
const OUTER_UM: u64 = 58_000;

/// Speed over the radius of a disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Curve<'a> {
    /// Speed asked for, in kilobytes per second.
    pub(crate) top_kb_s: u16,
    /// Speed at the rim when the spindle turns as fast as it can.
    pub(crate) spindle_kb_s: u16,
    /// Constant angular velocity was asked for: the speed asked for is that at the rim.
    pub(crate) rotation: RotationControl,
    /// The steps of a zoned curve as multiples of single speed, rising; none for a smooth one.
    pub(crate) zones_x: &'a [u8],
    /// Last address of the disc, which lies at the rim.
    pub(crate) rim: Lba,
}

/// A stretch over which a speed rises evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) start: Lba,
    pub(crate) start_kb_s: u16,
    pub(crate) end: Lba,
    pub(crate) end_kb_s: u16,
}

impl Curve<'_> {
    /// Kilobytes per second at an address.
    pub(crate) fn at(&self, at: Lba) -> u16 {
        let radius = radius_um(at, self.rim);
        let spindle = scale(self.spindle_kb_s, radius);
        if self.rotation == RotationControl::Cav {
            return scale(self.top_kb_s, radius).min(spindle).max(1);
        }
        let smooth = self.top_kb_s.min(spindle).max(1);
        let fits = self.zones_x.iter().map(|x| kb_s(*x)).filter(|speed| *speed <= smooth);
        let lowest = || self.zones_x.first().map(|x| kb_s(*x).min(self.top_kb_s));
        fits.max().or_else(lowest).unwrap_or(smooth)
    }

    /// Time of one sector at an address.
    pub(crate) fn sector(&self, at: Lba) -> Duration {
        sector_time(self.at(at))
    }

    /// The curve in so many stretches at most, as GET PERFORMANCE tells it; the fewer, the coarser.
    pub(crate) fn stretches(&self, most: u16) -> Vec<Stretch> {
        let end = self.rim.max(Lba(0));
        let parts = i32::from(most.clamp(1, PARTS));
        let mut stretches: Vec<Stretch> = Vec::new();
        for part in 0..parts {
            let at = |part: i32| {
                Lba(i32::try_from(i64::from(end.0) * i64::from(part) / i64::from(parts)).unwrap_or(0))
            };
            let (start, end) = (at(part), at(part + 1));
            let (start_kb_s, end_kb_s) = (self.at(start), self.at(Lba((end.0 - 1).max(start.0))));
            let (start_kb_s, end_kb_s) =
                if self.zones_x.is_empty() { (start_kb_s, self.at(end)) } else { (start_kb_s, end_kb_s) };
            match stretches.last_mut() {
                Some(last)
                    if last.start_kb_s == last.end_kb_s
                        && start_kb_s == end_kb_s
                        && end_kb_s == last.end_kb_s =>
                {
                    last.end = end;
                }
                _ => stretches.push(Stretch { start, start_kb_s, end, end_kb_s }),
            }
        }
        stretches
    }
}

/// Parts into which a disc is cut to tell its curve: fine enough for a percent.
pub(crate) const PARTS: u16 = 16;

/// Radius of a sector in micrometres; that of the rim for what lies further out.
fn radius_um(at: Lba, rim: Lba) -> u64 {
    let area = OUTER_UM * OUTER_UM - INNER_UM * INNER_UM;
    let whole = u64::try_from(rim.0).unwrap_or(0).max(1);
    // The lead-in lies further in than this model has it; nobody is there for long.
    let part = u64::try_from(at.0).unwrap_or(0).min(whole);
    (INNER_UM * INNER_UM + area * part / whole).isqrt()
}

fn scale(rim_kb_s: u16, radius: u64) -> u16 {
    u16::try_from(u64::from(rim_kb_s) * radius / OUTER_UM).unwrap_or(u16::MAX)
}

/// How the pickup moves (part of a drive's character).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Seek {
    /// Any jump: starting, stopping, finding the track.
    pub settle: Duration,
    /// Added for a jump over the whole disc; for less, by the square root of the way, as of a sled that speeds up and
    /// slows down.
    pub full_stroke: Duration,
}

impl Seek {
    /// What jumps cost.
    #[must_use]
    pub const fn new(settle: Duration, full_stroke: Duration) -> Self {
        Self { settle, full_stroke }
    }

    /// Time of a jump, half a turn of the disc included.
    pub(crate) fn time(&self, from: Lba, to: Lba, curve: &Curve<'_>) -> Duration {
        let (start, end) = (radius_um(from, curve.rim), radius_um(to, curve.rim));
        let way = start.abs_diff(end) * 1_000_000 / (OUTER_UM - INNER_UM);
        let share = way.isqrt();
        let travel = self.full_stroke.as_nanos() * u128::from(share) / 1_000;
        // Half a turn: pi times the radius, at 1.2 m/s times the speed.
        let turn_us = end * 3_142 / 1_200 * u64::from(kb_s(1)) / u64::from(curve.at(to).max(1));
        self.settle
            + Duration::from_nanos(u64::try_from(travel).unwrap_or(u64::MAX))
            + Duration::from_micros(turn_us)
    }
}

/// The pickup while nothing is written: after a read it reads on, until the buffer is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pickup {
    /// First address that no host has had yet.
    pub(crate) at: Lba,
    /// Since when it reads ahead from there; `None` when it does not.
    ahead_since: Option<Instant>,
}

impl Pickup {
    /// When sectors asked for now are in the host's hands.
    pub(crate) fn read(
        &mut self,
        now: Instant,
        start: Lba,
        sectors: u32,
        seek: &Seek,
        curve: &Curve<'_>,
        room: u32,
    ) -> Instant {
        let pace = curve.sector(start);
        let ahead = self.ahead(now, pace, room);
        let skipped = start.sectors_since(self.at);
        let (begins, ready) = match skipped.filter(|skipped| *skipped <= ahead) {
            // Already there, or just coming under the pickup.
            Some(skipped) => (now, ahead - skipped),
            None => (now.after(seek.time(self.at, start, curve)), 0),
        };
        let missing = sectors.saturating_sub(ready);
        let done = begins.after(pace.saturating_mul(missing));
        let left = ready.saturating_sub(sectors);
        self.at = start.saturating_add(sectors);
        self.ahead_since = Some(Instant(done.0.saturating_sub(pace.saturating_mul(left))));
        done
    }

    /// The pickup is somewhere else, and reads no more.
    pub(crate) const fn put(&mut self, at: Lba) {
        self.at = at;
        self.ahead_since = None;
    }

    /// Sectors that were read ahead.
    fn ahead(&self, now: Instant, pace: Duration, room: u32) -> u32 {
        let Some(since) = self.ahead_since else { return 0 };
        let sectors = now.since(since).as_nanos().checked_div(pace.as_nanos()).unwrap_or(0);
        u32::try_from(sectors).unwrap_or(u32::MAX).min(room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIM: Lba = Lba(359_845);

    fn curve(x: u8, spindle_x: u8) -> Curve<'static> {
        Curve {
            top_kb_s: kb_s(x),
            spindle_kb_s: kb_s(spindle_x),
            rotation: RotationControl::Clv,
            zones_x: &[],
            rim: RIM,
        }
    }

    /// Drives of 52 times are sold as 22 to 52 times, CAV; of 48, as 21 to 48 (makers' data sheets).
    #[test]
    fn golden_inner_speeds_of_cav_drives() {
        let x = |curve: &Curve<'_>, at| curve.at(at) / kb_s(1);
        assert_eq!((x(&curve(52, 52), Lba(0)), x(&curve(52, 52), RIM)), (22, 52));
        assert_eq!((x(&curve(48, 48), Lba(0)), x(&curve(48, 48), RIM)), (20, 48));
        assert_eq!((x(&curve(16, 52), Lba(0)), x(&curve(16, 52), RIM)), (16, 16), "CLV");
        let partial = curve(32, 52);
        assert_eq!((x(&partial, Lba(0)), x(&partial, Lba(200_000)), x(&partial, RIM)), (22, 32, 32), "P-CAV");
    }

    #[test]
    fn a_zoned_curve_goes_in_steps() {
        let zoned = Curve { zones_x: &[16, 20, 24], ..curve(24, 40) };
        let mut speeds: Vec<u16> = (0..36).map(|part| zoned.at(Lba(part * 10_000)) / kb_s(1)).collect();
        speeds.dedup();
        assert_eq!(speeds, [16, 20, 24]);
        assert!(zoned.stretches(PARTS).iter().all(|it| it.start_kb_s <= it.end_kb_s));
    }

    #[test]
    fn what_is_told_is_what_is_done() {
        for curve in [
            curve(52, 52),
            curve(32, 52),
            curve(8, 52),
            Curve { rotation: RotationControl::Cav, ..curve(24, 52) },
        ] {
            let told: u64 = curve
                .stretches(PARTS)
                .iter()
                .map(|it| {
                    let mean = (u64::from(it.start_kb_s) + u64::from(it.end_kb_s)) / 2;
                    u64::try_from(it.end - it.start).unwrap() * 2_352_000 / mean
                })
                .sum();
            let done: u64 = (0..RIM.0)
                .step_by(100)
                .map(|at| u64::try_from((curve.sector(Lba(at)) * 100).as_micros()).unwrap())
                .sum();
            assert!(told.abs_diff(done) * 100 < done * 2, "{curve:?}: told {told} us, done {done} us");
        }
        let coarse = curve(52, 52).stretches(1);
        let whole =
            Stretch { start: Lba(0), start_kb_s: curve(52, 52).at(Lba(0)), end: RIM, end_kb_s: kb_s(52) };
        assert_eq!(coarse, [whole]);
    }

    #[test]
    fn jumps_take_longer_the_further_they_go_and_none_when_reading_on() {
        let seek = Seek::new(Duration::from_millis(30), Duration::from_millis(120));
        let curve = curve(48, 48);
        let time = |to| seek.time(Lba(0), Lba(to), &curve).as_millis();
        assert!(
            time(100) < time(10_000) && time(10_000) < time(300_000),
            "{} {} {}",
            time(100),
            time(10_000),
            time(300_000)
        );
        assert!(
            (90..170).contains(&time(120_000)),
            "a third of the disc, as data sheets give it: {}",
            time(120_000)
        );
        let mut pickup = Pickup::default();
        let first = pickup.read(Instant::default(), Lba(1_000), 16, &seek, &curve, 800);
        let second = pickup.read(first, Lba(1_016), 16, &seek, &curve, 800);
        assert_eq!(second.since(first), curve.sector(Lba(1_016)) * 16);
        let pause = second.after(Duration::from_secs(1));
        assert_eq!(pickup.read(pause, Lba(1_032), 700, &seek, &curve, 800), pause, "read ahead");
        assert!(pickup.read(pause, Lba(0), 1, &seek, &curve, 800) > pause.after(seek.settle));
    }
}
