//! The two forms in which ECMA-119 records a date and time, and the value both denote.

use ::time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};
use thiserror::Error;

/// Offsets from Greenwich that can be recorded, in quarters of an hour (ECMA-119, 8.4.26.1 and 9.1.5).
const QUARTERS: core::ops::RangeInclusive<i8> = -48..=52;
/// Seconds in a quarter of an hour.
const QUARTER_SECONDS: i32 = 900;

/// A moment, with the zone of the clock that told it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZonedTime {
    /// Seconds since 1970-01-01 00:00:00 Greenwich, leap seconds not counted; negative before.
    pub unix_seconds: i64,
    /// Nanoseconds into that second, below 10⁹. Records keep none, volume dates and long Rock Ridge dates hundredths.
    pub nanoseconds: u32,
    /// Local time minus Greenwich time, in quarters of an hour, −48 ..= 52.
    pub offset_quarters: i8,
}

impl ZonedTime {
    /// A whole second, told in Greenwich time.
    #[must_use]
    pub const fn from_unix(unix_seconds: i64) -> Self {
        Self { unix_seconds, nanoseconds: 0, offset_quarters: 0 }
    }

    /// The calendar at the recorded offset; `None` outside the years −9999 ..= 9999 or beyond the offset's range.
    fn local(self) -> Option<OffsetDateTime> {
        if !QUARTERS.contains(&self.offset_quarters) {
            return None;
        }
        let seconds = i32::from(self.offset_quarters) * QUARTER_SECONDS;
        let offset = UtcOffset::from_whole_seconds(seconds).ok()?;
        OffsetDateTime::from_unix_timestamp(self.unix_seconds).ok()?.checked_to_offset(offset)
    }

    fn from_local(local: PrimitiveDateTime, offset_quarters: i8) -> Self {
        let offset_seconds = i64::from(offset_quarters) * i64::from(QUARTER_SECONDS);
        Self {
            unix_seconds: local.assume_utc().unix_timestamp() - offset_seconds,
            nanoseconds: local.nanosecond(),
            offset_quarters,
        }
    }
}

/// The seven bytes of a directory record's Recording Date and Time (ECMA-119, 9.1.5), also used by Rock Ridge TF.
///
/// Year − 1900, month, day, hour, minute, second, offset from Greenwich in quarters of an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RecordTime(pub [u8; 7]);

impl RecordTime {
    /// "Not specified": seven zeros.
    pub const UNSPECIFIED: Self = Self([0; 7]);

    /// The bytes for `at`; [`UNSPECIFIED`](Self::UNSPECIFIED) where the form cannot say it: outside the years 1900 ..= 2155,
    /// or an offset outside −48 ..= 52 quarters.
    #[must_use]
    pub fn from_timestamp(at: ZonedTime) -> Self {
        let Some(local) = at.local() else { return Self::UNSPECIFIED };
        let Ok(year) = u8::try_from(local.year() - 1900) else { return Self::UNSPECIFIED };
        let [zone] = at.offset_quarters.to_le_bytes();
        Self([year, u8::from(local.month()), local.day(), local.hour(), local.minute(), local.second(), zone])
    }

    /// The moment; `Ok(None)` when all bytes are zero.
    ///
    /// # Errors
    /// [`TimeError`] when a part is out of range.
    pub fn timestamp(self) -> Result<Option<ZonedTime>, TimeError> {
        if self == Self::UNSPECIFIED {
            return Ok(None);
        }
        let [year, month, day, hour, minute, second, zone] = self.0;
        let date = calendar_date(1900 + i32::from(year), month, day)?;
        let time =
            Time::from_hms(hour, minute, second).map_err(|_| TimeError::Clock { hour, minute, second })?;
        Ok(Some(ZonedTime::from_local(PrimitiveDateTime::new(date, time), quarters(zone)?)))
    }
}

/// The seventeen bytes of a volume descriptor's date and time (ECMA-119, 8.4.26.1), also used by Rock Ridge TF in long form.
///
/// Sixteen digits `YYYYMMDDhhmmsscc`, `cc` hundredths of a second, then the offset from Greenwich in quarters of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VolumeTime(pub [u8; 17]);

impl Default for VolumeTime {
    fn default() -> Self {
        Self::UNSPECIFIED
    }
}

impl VolumeTime {
    /// "Not specified": sixteen digits zero and a byte zero.
    pub const UNSPECIFIED: Self = Self(*b"0000000000000000\0");

    /// The bytes for `at`; [`UNSPECIFIED`](Self::UNSPECIFIED) where the form cannot say it: outside the years 1 ..= 9999,
    /// or an offset outside −48 ..= 52 quarters. Hundredths of a second are kept.
    #[must_use]
    pub fn from_timestamp(at: ZonedTime) -> Self {
        let Some(local) = at.local() else { return Self::UNSPECIFIED };
        if local.year() < 1 {
            return Self::UNSPECIFIED;
        }
        let hundredths = at.nanoseconds / 10_000_000 % 100;
        let mut bytes = Self::UNSPECIFIED.0;
        let mut rest = bytes.iter_mut();
        let parts = [
            (local.year().unsigned_abs(), 1000),
            (u32::from(u8::from(local.month())), 10),
            (u32::from(local.day()), 10),
            (u32::from(local.hour()), 10),
            (u32::from(local.minute()), 10),
            (u32::from(local.second()), 10),
            (hundredths, 10),
        ];
        for (value, first_place) in parts {
            let mut place = first_place;
            while place > 0 {
                if let Some(digit) = rest.next() {
                    *digit = b"0123456789".get(value as usize / place % 10).copied().unwrap_or(b'0');
                }
                place /= 10;
            }
        }
        if let Some(zone) = rest.next() {
            [*zone] = at.offset_quarters.to_le_bytes();
        }
        Self(bytes)
    }

    /// The moment; `Ok(None)` when all digits are `0`, or all bytes zero as many writers leave it.
    ///
    /// # Errors
    /// [`TimeError`] when a digit is none or a part is out of range.
    pub fn timestamp(self) -> Result<Option<ZonedTime>, TimeError> {
        let [digits @ .., zone] = self.0;
        if digits == [b'0'; 16] || digits == [0; 16] {
            return Ok(None);
        }
        let mut parts = digits.chunks_exact(2).map(|pair| match pair {
            [tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit() => {
                Ok((tens - b'0') * 10 + (ones - b'0'))
            }
            _ => Err(TimeError::Digits),
        });
        let mut part = || parts.next().unwrap_or(Err(TimeError::Digits));
        let year = i32::from(part()?) * 100 + i32::from(part()?);
        let (month, day) = (part()?, part()?);
        let (hour, minute, second, hundredths) = (part()?, part()?, part()?, part()?);
        let date = calendar_date(year, month, day)?;
        let time = Time::from_hms_milli(hour, minute, second, u16::from(hundredths) * 10)
            .map_err(|_| TimeError::Clock { hour, minute, second })?;
        Ok(Some(ZonedTime::from_local(PrimitiveDateTime::new(date, time), quarters(zone)?)))
    }
}

fn calendar_date(year: i32, month: u8, day: u8) -> Result<Date, TimeError> {
    let error = TimeError::Calendar { year, month, day };
    let month = Month::try_from(month).map_err(|_| error)?;
    Date::from_calendar_date(year, month, day).map_err(|_| error)
}

fn quarters(zone: u8) -> Result<i8, TimeError> {
    let offset = i8::from_le_bytes([zone]);
    if QUARTERS.contains(&offset) { Ok(offset) } else { Err(TimeError::Zone(offset)) }
}

/// Why recorded bytes are not a date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TimeError {
    /// A place that takes a digit holds something else.
    #[error("a date holds a byte that is not a digit")]
    Digits,
    /// There is no such day.
    #[error("{year:04}-{month:02}-{day:02} is not a date")]
    Calendar {
        /// As recorded, in full.
        year: i32,
        /// As recorded.
        month: u8,
        /// As recorded.
        day: u8,
    },
    /// There is no such time of day.
    #[error("{hour:02}:{minute:02}:{second:02} is not a time of day")]
    Clock {
        /// As recorded.
        hour: u8,
        /// As recorded.
        minute: u8,
        /// As recorded.
        second: u8,
    },
    /// The offset from Greenwich is out of range.
    #[error("an offset of {0} quarters of an hour from Greenwich is outside -48 to 52")]
    Zone(i8),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `genisoimage` 1.1.11 with TZ=Asia/Kathmandu (+5:45, 23 quarters) over a file of 2009-02-13 23:31:30 Greenwich.
    #[test]
    fn golden_record_time() {
        let at = ZonedTime { unix_seconds: 1_234_567_890, nanoseconds: 0, offset_quarters: 23 };
        let bytes = RecordTime([109, 2, 14, 5, 16, 30, 23]);
        assert_eq!(RecordTime::from_timestamp(at), bytes);
        assert_eq!(bytes.timestamp(), Ok(Some(at)));
    }

    #[test]
    fn golden_volume_time() {
        let at = ZonedTime { unix_seconds: 1_234_567_890, nanoseconds: 120_000_000, offset_quarters: -20 };
        let bytes = VolumeTime(*b"2009021318313012\xEC");
        assert_eq!(VolumeTime::from_timestamp(at), bytes);
        assert_eq!(bytes.timestamp(), Ok(Some(at)));
    }

    #[test]
    fn what_cannot_be_recorded_is_unspecified() {
        let year_2156 = ZonedTime::from_unix(5_869_584_000);
        assert_eq!(RecordTime::from_timestamp(year_2156), RecordTime::UNSPECIFIED);
        assert_eq!(&VolumeTime::from_timestamp(year_2156).0[..4], b"2156");
        assert_eq!(RecordTime::from_timestamp(ZonedTime::from_unix(-2_208_988_801)), RecordTime::UNSPECIFIED);
        assert_eq!(RecordTime::from_timestamp(ZonedTime::from_unix(-2_208_988_800)).0, [0, 1, 1, 0, 0, 0, 0]);
        assert_eq!(RecordTime::from_timestamp(ZonedTime::from_unix(i64::MAX)), RecordTime::UNSPECIFIED);
    }

    #[test]
    fn impossible_dates_are_refused() {
        assert!(RecordTime([100, 2, 30, 0, 0, 0, 0]).timestamp().is_err());
        assert!(RecordTime([100, 13, 1, 0, 0, 0, 0]).timestamp().is_err());
        assert!(RecordTime([100, 1, 1, 24, 0, 0, 0]).timestamp().is_err());
        assert_eq!(RecordTime([100, 1, 1, 0, 0, 0, 53]).timestamp(), Err(TimeError::Zone(53)));
        assert_eq!(VolumeTime(*b"20x0010100000000\0").timestamp(), Err(TimeError::Digits));
        assert_eq!(VolumeTime([0; 17]).timestamp(), Ok(None));
    }
}
