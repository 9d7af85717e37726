//! Points in time, small enough to keep a million of them.

use time::OffsetDateTime;

use crate::format::ZonedTime;

/// Steps in which times are kept.
const TICKS_PER_SECOND: i64 = 10_000_000;
const TICK_NANOSECONDS: u32 = 100;

/// A point in time, in steps of 100 nanoseconds: 29,000 years before and after 1970, more than any form on a disc can say.
///
/// Always passed in, never asked of a clock: the same input gives the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01 00:00 UTC.
    pub const EPOCH: Self = Self(0);

    /// A time from whole seconds since 1970 and nanoseconds, rounded down to a step; saturates at the ends of the range.
    #[must_use]
    pub fn from_unix(seconds: i64, nanoseconds: u32) -> Self {
        let ticks = i64::from(nanoseconds / TICK_NANOSECONDS);
        Self(seconds.saturating_mul(TICKS_PER_SECOND).saturating_add(ticks))
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.div_euclid(TICKS_PER_SECOND)
    }

    /// Nanoseconds since the last whole second.
    #[must_use]
    pub fn nanoseconds(self) -> u32 {
        u32::try_from(self.0.rem_euclid(TICKS_PER_SECOND)).unwrap_or(0) * TICK_NANOSECONDS
    }

    /// The same moment as it is recorded, told in a zone of so many quarters of an hour east of Greenwich.
    #[must_use]
    pub fn zoned(self, offset_quarters: i8) -> ZonedTime {
        let (unix_seconds, nanoseconds) = (self.unix_seconds(), self.nanoseconds());
        ZonedTime { unix_seconds, nanoseconds, offset_quarters }
    }
}

impl From<ZonedTime> for Timestamp {
    /// Saturates at the ends of the range.
    fn from(time: ZonedTime) -> Self {
        Self::from_unix(time.unix_seconds, time.nanoseconds)
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(date: OffsetDateTime) -> Self {
        Self::from_unix(date.unix_timestamp(), date.nanosecond())
    }
}

impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        OffsetDateTime::from(time).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::VolumeTime;

    #[test]
    fn before_1970_rounds_down() {
        let time = Timestamp::from_unix(-2, 500_000_000);
        assert_eq!((time.unix_seconds(), time.nanoseconds()), (-2, 500_000_000));
        assert_eq!(Timestamp::from(time.zoned(8)), time);
        let date = OffsetDateTime::from_unix_timestamp(-2).unwrap();
        assert_eq!(Timestamp::from(date), Timestamp::from_unix(-2, 0));
    }

    /// All that a volume descriptor can say (ECMA-119, 8.4.26.1).
    #[test]
    fn every_year_of_a_volume_date_survives() {
        for (seconds, digits) in [
            (-62_135_596_800, b"0001010100000012"),
            (9_223_372_037, b"2262041123471712"),
            (99_999_999_999, b"5138111609463912"),
            (253_402_300_799, b"9999123123595912"),
        ] {
            let time = Timestamp::from_unix(seconds, 120_000_000);
            assert_eq!((time.unix_seconds(), time.nanoseconds()), (seconds, 120_000_000));
            assert_eq!(&VolumeTime::from_timestamp(time.zoned(0)).0[..16], digits);
        }
    }

    #[test]
    fn farther_times_saturate_and_are_recorded_as_none() {
        for (seconds, end) in [(i64::MAX, i64::MAX), (i64::MIN, i64::MIN)] {
            let time = Timestamp::from_unix(seconds, 0);
            assert_eq!(time, Timestamp(end));
            assert_eq!(VolumeTime::from_timestamp(time.zoned(0)), VolumeTime::UNSPECIFIED);
        }
    }
}
