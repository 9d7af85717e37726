//! Sector addresses and disc time.

use core::fmt;
use core::ops::{Add, AddAssign, Sub};

use thiserror::Error;

use crate::bcd;

/// Frames, that is sectors, in one second of single speed (ECMA-130, 22.3.3).
const FRAMES_PER_SECOND: i32 = 75;
/// Frames in one minute of single speed.
const FRAMES_PER_MINUTE: i32 = 60 * FRAMES_PER_SECOND;
/// Disc time of [`Lba`] zero, in frames.
const ZERO_IN_FRAMES: i32 = 150;
/// From this minute on, disc time denotes the lead-in before LBA −150 (MMC-6, table of LBA to MSF translation).
const LEAD_IN_MINUTE: u8 = 90;
/// A hundred minutes, where disc time wraps.
const WRAP: i32 = 100 * FRAMES_PER_MINUTE;

/// Logical block address: the number of a sector, zero being the first after the first track's pregap.
///
/// Negative in the pregap and the lead-in. Disc time can name −45150 ..= 404849.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lba(pub i32);

impl Lba {
    /// The lowest address that disc time can name (90:00:00).
    pub const MIN: Self = Self(-45_150);
    /// The highest address that disc time can name (89:59:74).
    pub const MAX: Self = Self(404_849);

    /// Sectors from `start` to `self`; `None` when `self` lies before it or the distance does not fit.
    #[must_use]
    pub fn sectors_since(self, start: Self) -> Option<u32> {
        u32::try_from(i64::from(self.0) - i64::from(start.0)).ok()
    }

    /// The address `sectors` further out, saturating at the ends of the number range.
    #[must_use]
    pub fn saturating_add(self, sectors: u32) -> Self {
        Self(self.0.saturating_add_unsigned(sectors))
    }

    /// The address as disc time.
    ///
    /// # Errors
    /// [`AddressError::BeyondDiscTime`] outside [`Lba::MIN`] ..= [`Lba::MAX`].
    pub fn to_msf(self) -> Result<Msf, AddressError> {
        if !(Self::MIN..=Self::MAX).contains(&self) {
            return Err(AddressError::BeyondDiscTime(self));
        }
        let frames = (self.0 + ZERO_IN_FRAMES).rem_euclid(WRAP);
        // Below 100 by the remainder above.
        let part = |value: i32| value.to_le_bytes()[0];
        Ok(Msf {
            minute: part(frames / FRAMES_PER_MINUTE),
            second: part(frames / FRAMES_PER_SECOND % 60),
            frame: part(frames % FRAMES_PER_SECOND),
        })
    }
}

impl Add<i32> for Lba {
    type Output = Self;
    fn add(self, sectors: i32) -> Self {
        Self(self.0 + sectors)
    }
}

impl AddAssign<i32> for Lba {
    fn add_assign(&mut self, sectors: i32) {
        self.0 += sectors;
    }
}

impl Sub<i32> for Lba {
    type Output = Self;
    fn sub(self, sectors: i32) -> Self {
        Self(self.0 - sectors)
    }
}

impl Sub for Lba {
    type Output = i32;
    fn sub(self, other: Self) -> i32 {
        self.0 - other.0
    }
}

impl fmt::Display for Lba {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Time on the disc at single speed: 75 frames to the second, binary, not BCD.
///
/// `00:02:00` is [`Lba`] zero: the first two seconds are the pregap. From minute 90 on it denotes the lead-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Msf {
    /// Minute, 0 ..= 99.
    pub minute: u8,
    /// Second, 0 ..= 59.
    pub second: u8,
    /// Frame, 0 ..= 74.
    pub frame: u8,
}

impl Msf {
    /// A time from its parts.
    ///
    /// # Errors
    /// [`AddressError::NotATime`] when a part is out of range.
    pub fn new(minute: u8, second: u8, frame: u8) -> Result<Self, AddressError> {
        if minute > 99 || second > 59 || i32::from(frame) >= FRAMES_PER_SECOND {
            return Err(AddressError::NotATime { minute, second, frame });
        }
        Ok(Self { minute, second, frame })
    }

    /// The time as three bytes of BCD; `None` when a part is above 99, which [`Msf::new`] never makes.
    #[must_use]
    pub fn to_bcd(self) -> Option<[u8; 3]> {
        Some([bcd::encode(self.minute)?, bcd::encode(self.second)?, bcd::encode(self.frame)?])
    }

    /// The time that three bytes of BCD stand for; `None` when they are not a disc time.
    #[must_use]
    pub fn from_bcd(digits: [u8; 3]) -> Option<Self> {
        let [minute, second, frame] = digits;
        Self::new(bcd::decode(minute)?, bcd::decode(second)?, bcd::decode(frame)?).ok()
    }

    /// The time as an address; minutes 90 to 99 lie before LBA −150.
    #[must_use]
    pub fn to_lba(self) -> Lba {
        let wrap = if self.minute >= LEAD_IN_MINUTE { WRAP } else { 0 };
        Lba(i32::from(self.minute) * FRAMES_PER_MINUTE
            + i32::from(self.second) * FRAMES_PER_SECOND
            + i32::from(self.frame)
            - ZERO_IN_FRAMES
            - wrap)
    }
}

impl fmt::Display for Msf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.minute, self.second, self.frame)
    }
}

/// Why something is not an address on a disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AddressError {
    /// The address has no disc time.
    #[error("LBA {0} is outside the range of disc time, -45150 to 404849")]
    BeyondDiscTime(Lba),
    /// A part of the time is out of range.
    #[error("{minute}:{second}:{frame} is not a disc time (minute 0-99, second 0-59, frame 0-74)")]
    NotATime {
        /// As given.
        minute: u8,
        /// As given.
        second: u8,
        /// As given.
        frame: u8,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MMC-6 translation table; the ATIP values are from real discs (`spec/drive.md` 2.2).
    #[test]
    fn golden_addresses() {
        for (lba, minute, second, frame) in [
            (0, 0, 2, 0),
            (-150, 0, 0, 0),
            (-151, 99, 59, 74),
            (-11_634, 97, 26, 66),
            (-45_150, 90, 0, 0),
            (359_849, 79, 59, 74),
            (404_849, 89, 59, 74),
        ] {
            let msf = Msf::new(minute, second, frame).unwrap();
            assert_eq!(Lba(lba).to_msf(), Ok(msf));
            assert_eq!(msf.to_lba(), Lba(lba));
        }
    }

    #[test]
    fn every_address_survives_disc_time() {
        for lba in (Lba::MIN.0..=Lba::MAX.0).map(Lba) {
            assert_eq!(lba.to_msf().unwrap().to_lba(), lba);
        }
        assert!(Lba(404_850).to_msf().is_err());
        assert!(Lba(-45_151).to_msf().is_err());
    }
}
