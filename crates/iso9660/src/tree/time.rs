//! Points in time, small enough to keep a million of them.

use time::OffsetDateTime;

use crate::format::ZonedTime;

/// A point in time: nanoseconds since 1970-01-01 00:00 UTC, so 1677 to 2262.
///
/// Always passed in, never asked of a clock: the same input gives the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01 00:00 UTC.
    pub const EPOCH: Self = Self(0);

    /// A time from whole seconds since 1970 and nanoseconds; saturates at the ends of the range.
    #[must_use]
    pub fn from_unix(seconds: i64, nanoseconds: u32) -> Self {
        Self(seconds.saturating_mul(1_000_000_000).saturating_add(i64::from(nanoseconds)))
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// Nanoseconds since the last whole second.
    #[must_use]
    pub fn nanoseconds(self) -> u32 {
        u32::try_from(self.0.rem_euclid(1_000_000_000)).unwrap_or(0)
    }

    /// Nanoseconds since 1970.
    #[must_use]
    pub fn unix_nanoseconds(self) -> i64 {
        self.0
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
    /// Saturates at the ends of the range.
    fn from(date: OffsetDateTime) -> Self {
        let nanoseconds = date.unix_timestamp_nanos();
        Self(i64::try_from(nanoseconds).unwrap_or(if nanoseconds < 0 { i64::MIN } else { i64::MAX }))
    }
}

impl From<std::time::SystemTime> for Timestamp {
    /// Saturates at the ends of the range.
    fn from(time: std::time::SystemTime) -> Self {
        OffsetDateTime::from(time).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_1970_rounds_down() {
        let time = Timestamp::from_unix(-2, 500_000_000);
        assert_eq!((time.unix_seconds(), time.nanoseconds()), (-2, 500_000_000));
        assert_eq!(Timestamp::from(time.zoned(8)), time);
        let date = OffsetDateTime::from_unix_timestamp(-2).unwrap();
        assert_eq!(Timestamp::from(date), Timestamp::from_unix(-2, 0));
    }

    #[test]
    fn far_times_saturate() {
        assert_eq!(Timestamp::from_unix(i64::MAX, 0).unix_nanoseconds(), i64::MAX);
        assert_eq!(Timestamp::from_unix(i64::MIN, 0).unix_nanoseconds(), i64::MIN);
        let _ = Timestamp(i64::MIN).zoned(0);
    }
}
