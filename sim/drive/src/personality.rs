//! What kind of drive it is: data, so that another drive is another value and not other code.

use core::time::Duration;

use discwright_mmc::Sense;

use crate::medium::RwClass;
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
    /// Whether it survives an empty buffer (BURN-Free and its kin).
    pub buffer_underrun_free: bool,
    /// Whether it writes raw.
    pub raw: bool,
    /// The BLANK types it knows, as numbers.
    pub blank_types: Vec<u8>,
    /// Speed classes of CD-RW that it writes.
    pub rewrite_classes: Vec<RwClass>,
    /// Sizes of fixed packets that it writes, in blocks; none means any.
    pub packet_sizes: Vec<u32>,
    /// Whether it takes a part of a packet on a formatted disc, reads the rest and writes all of it again (feature
    /// 0020h). Most drives do not: pktcdvd, in the Linux kernel, gathers whole packets for them.
    pub partial_packets: bool,
    /// What it answers to CLOSE TRACK/SESSION before the work is done, if it does.
    pub early_close: Option<Sense>,
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
            buffer_underrun_free: true,
            raw: true,
            blank_types: vec![0, 1, 2, 3, 4, 5, 6],
            rewrite_classes: RwClass::ALL.to_vec(),
            packet_sizes: Vec::new(),
            partial_packets: false,
            early_close: None,
        }
    }

    /// A drive of the first CD-RW years: 4 times CD-R, 2 times CD-RW, a small buffer that must not run empty, no
    /// progress, and a CLOSE that comes back early with 6/2E/00, as Mitsumi's did (`spec/drive.md` 3.2 and 4.3, 12).
    #[must_use]
    pub fn first_rewriters() -> Self {
        Self {
            vendor: "DISCWRT".to_owned(),
            product: "CD-RW SIM 4X2X6".to_owned(),
            revision: "0.97".to_owned(),
            serial: "DW0000000097".to_owned(),
            write_speeds_x: vec![1, 2, 4],
            rewrite_speed_x: 2,
            read_speed_x: 6,
            buffer_bytes: 1 << 20,
            disc_complete: sense::WRONG_SECTOR_MODE,
            beyond_capacity: sense::OUT_OF_RANGE,
            unreadable_link: sense::UNREADABLE,
            unwritten: sense::UNREADABLE,
            reports_progress: false,
            buffer_underrun_free: false,
            raw: false,
            blank_types: vec![0, 1],
            rewrite_classes: vec![RwClass::Multi],
            packet_sizes: vec![32],
            early_close: Some(sense::EARLY_RETURN),
            times: Times {
                bus_bytes_per_us: 5,
                seek: Duration::from_millis(900),
                spin_up: Duration::from_secs(9),
                calibration: Duration::from_secs(15),
                ..Self::modern().times
            },
            ..Self::modern()
        }
    }

    /// A drive whose TEST UNIT READY says GOOD while a session is being closed, with a buffer of 131800h bytes, BLANK of
    /// the whole disc, minimal, and of a track's tail, and packets of 32 blocks alone, as Pioneer's manuals tell
    /// (`spec/drive.md` 3.2 and 3.3; R11 Series Command Reference Manual 1.00, tables 2 and 27).
    #[must_use]
    pub fn ready_while_closing() -> Self {
        Self {
            product: "CD-RW SIM 24X10".to_owned(),
            revision: "1.02".to_owned(),
            serial: "DW0000000102".to_owned(),
            write_speeds_x: vec![4, 8, 16, 24],
            rewrite_speed_x: 10,
            read_speed_x: 32,
            buffer_bytes: 0x13_1800,
            ready_while_closing: true,
            blank_types: vec![0, 1, 4],
            packet_sizes: vec![32],
            ..Self::modern()
        }
    }

    /// A modern drive behind a USB bridge: slower bus, and progress that does not get through.
    #[must_use]
    pub fn usb_bridge() -> Self {
        Self {
            product: "CD-RW SIM USB".to_owned(),
            revision: "2.00".to_owned(),
            serial: "DW0000000200".to_owned(),
            reports_progress: false,
            times: Times {
                command: Duration::from_micros(900),
                bus_bytes_per_us: 20,
                ..Self::modern().times
            },
            ..Self::modern()
        }
    }

    /// Whether it writes fixed packets of so many blocks.
    pub(crate) fn takes_packets(&self, blocks: u32) -> bool {
        let buffered = self.buffer_bytes / 2_352;
        if self.packet_sizes.is_empty() {
            (1..=buffered).contains(&blocks)
        } else {
            self.packet_sizes.contains(&blocks)
        }
    }

    /// All that there are, with their names.
    #[must_use]
    pub fn all() -> Vec<(&'static str, Self)> {
        vec![
            ("modern", Self::modern()),
            ("first-rewriters", Self::first_rewriters()),
            ("ready-while-closing", Self::ready_while_closing()),
            ("usb-bridge", Self::usb_bridge()),
        ]
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
