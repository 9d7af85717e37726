//! What kind of drive it is: data, so that another drive is another value and not other code.

use core::time::Duration;

use discwright_mmc::Sense;

use crate::sense;

/// A drive's character: its name, its speeds, its buffer, and how it words what it refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Personality {
    /// Vendor as INQUIRY gives it, up to 8 characters.
    pub vendor: String,
    /// Product as INQUIRY gives it, up to 16 characters.
    pub product: String,
    /// Firmware revision as INQUIRY gives it, up to 4 characters.
    pub revision: String,
    /// Serial number (feature 0108h).
    pub serial: String,
    /// Speeds at which it writes CD-R, rising, as multiples of 75 sectors per second.
    pub write_speeds_x: Vec<u8>,
    /// Fastest speed at which it writes CD-RW.
    pub rewrite_speed_x: u8,
    /// Fastest speed at which it reads.
    pub read_speed_x: u8,
    /// Bytes of the buffer.
    pub buffer_bytes: u32,
    /// Sectors by which a lead-out may start later than the disc's ATIP allows.
    pub overburn_sectors: u32,
    /// How it refuses to write past the end of the disc.
    pub beyond_capacity: Sense,
    /// How it refuses to write on a complete disc.
    pub disc_complete: Sense,
    /// How it answers a read of a run-out, link or other block without data.
    pub unreadable_link: Sense,
    /// How it answers a read of a sector that was never written.
    pub unwritten: Sense,
    /// How long its operations take.
    pub times: Times,
    /// Whether TEST UNIT READY says GOOD while a session is being closed in the background.
    pub ready_while_closing: bool,
    /// Whether a drive that is busy in the background says how far it is.
    pub reports_progress: bool,
}

/// How long operations take that do not follow from the speed alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// Any command, besides what follows.
    pub command: Duration,
    /// Bytes per microsecond that the bus moves.
    pub bus_bytes_per_us: u32,
    /// Seeking and synchronising before a stretch of writing.
    pub seek: Duration,
    /// From tray or stop to a turning disc whose lead-in is read.
    pub spin_up: Duration,
    /// Moving the tray.
    pub tray: Duration,
    /// A power calibration.
    pub calibration: Duration,
}

impl Personality {
    /// A modern drive with 52 times CD-R and 24 times CD-RW writing, which answers as the standard says.
    #[must_use]
    pub fn modern() -> Self {
        Self {
            vendor: "DISCWRT".to_owned(),
            product: "CD-RW SIM 52X24".to_owned(),
            revision: "1.00".to_owned(),
            serial: "DW0000000001".to_owned(),
            write_speeds_x: vec![4, 8, 10, 12, 16, 24, 32, 40, 48, 52],
            rewrite_speed_x: 24,
            read_speed_x: 48,
            buffer_bytes: 2 << 20,
            overburn_sectors: 0,
            beyond_capacity: sense::END_OF_USER_AREA,
            disc_complete: sense::INCOMPATIBLE_MEDIUM,
            unreadable_link: sense::WRONG_SECTOR_MODE,
            unwritten: sense::NOT_WRITTEN,
            times: Times {
                command: Duration::from_micros(200),
                bus_bytes_per_us: 33,
                seek: Duration::from_millis(250),
                spin_up: Duration::from_secs(4),
                tray: Duration::from_millis(1_500),
                calibration: Duration::from_secs(5),
            },
            ready_while_closing: false,
            reports_progress: true,
        }
    }
}

impl Default for Personality {
    fn default() -> Self {
        Self::modern()
    }
}

/// Kilobytes per second of a multiple of single speed: 176.4 each (MMC-6, SET CD SPEED).
#[must_use]
pub(crate) fn kb_s(x: u8) -> u16 {
    u16::try_from((u32::from(x) * 1_764 + 5) / 10).unwrap_or(u16::MAX)
}

/// Time of one sector at a speed in kilobytes per second.
#[must_use]
pub(crate) fn sector_time(kb_s: u16) -> Duration {
    Duration::from_nanos(2_352_000_000 / u64::from(kb_s.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Speeds as drives list them: 4 times is 706 kB/s, 48 times 8467.
    #[test]
    fn golden_speeds() {
        assert_eq!([1, 4, 8, 16, 24, 48, 52].map(kb_s), [176, 706, 1411, 2822, 4234, 8467, 9173]);
        // 75 sectors take a second at single speed.
        let second = sector_time(kb_s(1)) * 75;
        assert!(second.abs_diff(Duration::from_secs(1)) < Duration::from_millis(3), "{second:?}");
    }
}
