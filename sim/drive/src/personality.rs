//! What kind of drive it is: data, so that another drive is another value and not other code.
//!
//! A personality is serialisable; what a document leaves out is as in [`Personality::modern`]:
//!
//! ```
//! use discwright_drive::Personality;
//!
//! let drive: Personality = serde_json::from_str(
//!     r#"{ "product": "MY OLD DRIVE", "write-speeds-x": [1, 2], "buffer-underrun-free": false,
//!          "refused-opcodes": [70], "busy": { "closing": { "key": 2, "asc": 4, "ascq": 8 } } }"#,
//! )?;
//! assert_eq!((drive.product.as_str(), drive.read_speed_x), ("MY OLD DRIVE", 48));
//! # Ok::<(), serde_json::Error>(())
//! ```

use core::time::Duration;

use discwright_mmc::Sense;
use serde::{Deserialize, Serialize};

use crate::medium::RwClass;
use crate::motion::Seek;
use crate::sense;

/// A drive's character: its name, its speeds, its buffer, and how it words what it refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
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
    /// What the spindle's fastest turning is worth at the rim when writing, as a multiple of single speed: slower
    /// writing is CLV as far out as the spindle keeps up.
    pub write_spindle_x: u8,
    /// The same for reading.
    pub read_spindle_x: u8,
    /// It writes in zones, each at one of its speeds (Z-CLV), rather than evenly faster towards the rim (P-CAV, CAV).
    pub zoned_writing: bool,
    /// Bytes of the buffer.
    pub buffer_bytes: u32,
    /// Sectors by which a lead-out may start later than the disc's ATIP allows.
    pub overburn_sectors: u32,
    /// How it refuses to write past the end of the disc.
    #[serde(with = "as_code")]
    pub beyond_capacity: Sense,
    /// How it refuses to write on a complete disc.
    #[serde(with = "as_code")]
    pub disc_complete: Sense,
    /// How it answers a read of a run-out, link or other block without data.
    #[serde(with = "as_code")]
    pub unreadable_link: Sense,
    /// How it answers a read of a sector that was never written.
    #[serde(with = "as_code")]
    pub unwritten: Sense,
    /// How it says that it is busy, operation by operation.
    pub busy: BusyWords,
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
    /// Whether a write that finds the buffer full waits for room on the bus, rather than being refused with 2/04/08.
    pub waits_for_room: bool,
    /// Whether READ CAPACITY leaves the run-out of a track written at once out (`spec/burners.md` 2.11, E16).
    pub capacity_without_run_out: bool,
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
    #[serde(with = "as_code::option")]
    pub early_close: Option<Sense>,
    /// Operation codes that it does not know, though other recorders do.
    pub refused_opcodes: Vec<u8>,
    /// Mode pages that it has besides 01h, 05h and 2Ah, out of 07h, 08h, 0Dh, 0Eh, 1Ah, 1Ch and 1Dh. Feature 0101h comes
    /// with 1Ch. No CD recorder is known to have the control page, 0Ah; page 03h comes with Mount Rainier.
    pub mode_pages: Vec<u8>,
    /// What it does otherwise than others when it reads.
    pub quirks: Quirks,
}

/// How a drive says that it is busy: one spelling for each operation that goes on in the background, and for a full
/// buffer. Drives in the field use 2/04/01, 04, 07 and 08 for each of these (`spec/drive.md` 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct BusyWords {
    /// The disc is spinning up.
    #[serde(with = "as_code")]
    pub loading: Sense,
    /// WRITE finds the buffer full.
    #[serde(with = "as_code")]
    pub buffer_full: Sense,
    /// The buffer is being emptied.
    #[serde(with = "as_code")]
    pub flushing: Sense,
    /// A track or session is being closed.
    #[serde(with = "as_code")]
    pub closing: Sense,
    /// A disc is being blanked.
    #[serde(with = "as_code")]
    pub blanking: Sense,
    /// A disc is being formatted.
    #[serde(with = "as_code")]
    pub formatting: Sense,
}

impl Default for BusyWords {
    /// The standard's words (MMC-6, annex on sense codes).
    fn default() -> Self {
        Self {
            loading: sense::BECOMING_READY,
            buffer_full: sense::LONG_WRITE_IN_PROGRESS,
            flushing: sense::LONG_WRITE_IN_PROGRESS,
            closing: sense::OPERATION_IN_PROGRESS,
            blanking: sense::OPERATION_IN_PROGRESS,
            formatting: sense::FORMAT_IN_PROGRESS,
        }
    }
}

impl BusyWords {
    /// One spelling for everything, as simple firmware has it.
    #[must_use]
    pub const fn all(sense: Sense) -> Self {
        Self {
            loading: sense,
            buffer_full: sense,
            flushing: sense,
            closing: sense,
            blanking: sense,
            formatting: sense,
        }
    }
}

/// What drives do differently when they read; from the drive databases of ripping programs (`spec/drive.md` 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct Quirks {
    /// Samples by which sound read by READ CD comes late (positive) or early.
    pub read_offset_samples: i16,
    /// First address that READ CD reads: 0, -75, -135 or -150.
    pub first_readable: i32,
    /// It knows READ CD-DA (D8h), as Plextor's drives do.
    pub reads_cdda: bool,
    /// The subchannel comes before the C2 pointers.
    pub subchannel_before_c2: bool,
    /// Channel Q has its times in binary rather than in BCD.
    pub q_in_binary: bool,
    /// It reports events when it is polled; otherwise nothing ever happens.
    pub events: bool,
}

impl Default for Quirks {
    /// None.
    fn default() -> Self {
        Self {
            read_offset_samples: 0,
            first_readable: -150,
            reads_cdda: false,
            subchannel_before_c2: false,
            q_in_binary: false,
            events: true,
        }
    }
}

/// Sense as its three numbers.
mod as_code {
    use discwright_mmc::Sense;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::fault::SenseCode;

    pub(super) fn serialize<S: Serializer>(sense: &Sense, to: S) -> Result<S::Ok, S::Error> {
        SenseCode::of(sense).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Sense, D::Error> {
        SenseCode::deserialize(from).map(Sense::from)
    }

    pub(super) mod option {
        use super::{Deserialize, Deserializer, Sense, SenseCode, Serialize, Serializer};

        #[expect(clippy::ref_option, reason = "serde calls it so")]
        pub(in super::super) fn serialize<S: Serializer>(
            sense: &Option<Sense>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            sense.as_ref().map(SenseCode::of).serialize(to)
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Sense>, D::Error> {
            Ok(Option::<SenseCode>::deserialize(from)?.map(Sense::from))
        }
    }
}

/// How long operations take that do not follow from the speed alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct Times {
    /// Any command, besides what follows.
    pub command: Duration,
    /// Bytes per microsecond that the bus moves.
    pub bus_bytes_per_us: u32,
    /// Seeking and synchronising before a stretch of writing.
    pub seek: Duration,
    /// Moving the pickup to read.
    pub jump: Seek,
    /// From tray or stop to a turning disc whose lead-in is read.
    pub spin_up: Duration,
    /// Moving the tray.
    pub tray: Duration,
    /// A power calibration.
    pub calibration: Duration,
}

impl Default for Times {
    /// Those of [`Personality::modern`].
    fn default() -> Self {
        Personality::modern().times
    }
}

impl Personality {
    /// A modern drive with 52 times CD-R and 24 times CD-RW writing, which answers as the standard says (MMC-6). CLV
    /// up to 16 times, P-CAV and CAV above, 22 to 52 times over the disc, a third of a stroke in some 110 ms, 2 MiB of
    /// buffer: makers' data sheets of 2003 and after. Its mode pages are those that HDAT2 listed of an HL-DT-ST GSA-4040B,
    /// and 07h for VERIFY.
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
            write_spindle_x: 52,
            read_spindle_x: 48,
            zoned_writing: false,
            buffer_bytes: 2 << 20,
            overburn_sectors: 0,
            beyond_capacity: sense::END_OF_USER_AREA,
            disc_complete: sense::INCOMPATIBLE_MEDIUM,
            unreadable_link: sense::WRONG_SECTOR_MODE,
            unwritten: sense::NOT_WRITTEN,
            busy: BusyWords::default(),
            times: Times {
                command: Duration::from_micros(200),
                bus_bytes_per_us: 33,
                seek: Duration::from_millis(250),
                jump: Seek::new(Duration::from_millis(30), Duration::from_millis(130)),
                spin_up: Duration::from_secs(4),
                tray: Duration::from_millis(1_500),
                calibration: Duration::from_secs(5),
            },
            ready_while_closing: false,
            reports_progress: true,
            buffer_underrun_free: true,
            raw: true,
            waits_for_room: false,
            capacity_without_run_out: false,
            blank_types: vec![0, 1, 2, 3, 4, 5, 6],
            rewrite_classes: RwClass::ALL.to_vec(),
            packet_sizes: Vec::new(),
            partial_packets: false,
            early_close: None,
            refused_opcodes: Vec::new(),
            mode_pages: vec![0x07, 0x08, 0x0D, 0x0E, 0x1A, 0x1C, 0x1D],
            quirks: Quirks::default(),
        }
    }

    /// A drive of the first CD-RW years: 4 times CD-R, 2 times CD-RW, CLV throughout, a small buffer that must not run
    /// empty, no progress, and a CLOSE that comes back early with 6/2E/00, as Mitsumi's did (`spec/drive.md` 3.2 and
    /// 4.3, 12). One word for every kind of being busy, 2/04/08, as Sony's (`spec/drive.md` 3.2). GET PERFORMANCE and
    /// SET STREAMING came with MMC-3, so that it knows neither; pregaps cannot be read (`spec/drive.md` 3.5).
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
            write_spindle_x: 16,
            read_spindle_x: 16,
            buffer_bytes: 1 << 20,
            busy: BusyWords {
                loading: sense::BECOMING_READY,
                ..BusyWords::all(sense::LONG_WRITE_IN_PROGRESS)
            },
            refused_opcodes: vec![0xAC, 0xB6],
            mode_pages: vec![0x07, 0x08, 0x0D, 0x0E, 0x1A, 0x1D],
            quirks: Quirks { first_readable: 0, ..Quirks::default() },
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
                jump: Seek::new(Duration::from_millis(110), Duration::from_millis(330)),
                spin_up: Duration::from_secs(9),
                calibration: Duration::from_secs(15),
                ..Self::modern().times
            },
            ..Self::modern()
        }
    }

    /// A drive whose TEST UNIT READY says GOOD while a session is being closed, with a buffer of 131800h bytes, BLANK of
    /// the whole disc, minimal, and of a track's tail, and packets of 32 blocks alone, as Pioneer's manuals tell
    /// (`spec/drive.md` 3.2 and 3.3; R11 Series Command Reference Manual 1.00, tables 2 and 27; mode pages: R8 Series 0.90,
    /// table 23). It
    /// writes in zones, 16 times inside and 24 outside, as drives of 24 times did (makers' data sheets of 2001).
    #[must_use]
    pub fn ready_while_closing() -> Self {
        Self {
            product: "CD-RW SIM 24X10".to_owned(),
            revision: "1.02".to_owned(),
            serial: "DW0000000102".to_owned(),
            write_speeds_x: vec![4, 8, 16, 24],
            rewrite_speed_x: 10,
            read_speed_x: 32,
            write_spindle_x: 40,
            read_spindle_x: 32,
            zoned_writing: true,
            buffer_bytes: 0x13_1800,
            ready_while_closing: true,
            blank_types: vec![0, 1, 4],
            mode_pages: vec![0x08, 0x0E, 0x1A, 0x1D],
            packet_sizes: vec![32],
            ..Self::modern()
        }
    }

    /// A modern drive behind a USB bridge: slower bus, a full buffer that holds the bus (cdrdao's raw driver gives up on
    /// any other, observed), progress that does not get through, and events that nobody
    /// sees, as hosts have it with bridges (`spec/drive.md` 4.3, 20: GESN never reports; `spec/burners.md` 3.3: transfers
    /// of 64 KiB at most, which is the recorder's limit anyway). That such a bridge may say GOOD to a whole burn and write
    /// nothing is a fault, [`LaserOff`](crate::fault::Effect::LaserOff), and not in its character.
    #[must_use]
    pub fn usb_bridge() -> Self {
        Self {
            product: "CD-RW SIM USB".to_owned(),
            revision: "2.00".to_owned(),
            serial: "DW0000000200".to_owned(),
            reports_progress: false,
            waits_for_room: true,
            quirks: Quirks { events: false, ..Quirks::default() },
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

    #[test]
    fn every_personality_survives_its_text() {
        for (name, personality) in Personality::all() {
            let text = serde_json::to_string(&personality).unwrap();
            assert_eq!(serde_json::from_str::<Personality>(&text).unwrap(), personality, "{name}: {text}");
        }
        assert_eq!(serde_json::from_str::<Personality>("{}").unwrap(), Personality::modern());
        let error = serde_json::from_str::<Personality>(r#"{ "speed": 3 }"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `speed`"), "{error}");
    }

    /// Speeds as drives list them: 4 times is 706 kB/s, 48 times 8467.
    #[test]
    fn golden_speeds() {
        assert_eq!([1, 4, 8, 16, 24, 48, 52].map(kb_s), [176, 706, 1411, 2822, 4234, 8467, 9173]);
        // 75 sectors take a second at single speed.
        let second = sector_time(kb_s(1)) * 75;
        assert!(second.abs_diff(Duration::from_secs(1)) < Duration::from_millis(3), "{second:?}");
    }
}
