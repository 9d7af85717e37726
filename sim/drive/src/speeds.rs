//! Which speeds are in force, and how the drive writes by them.

use discwright_cd::Lba;
use discwright_mmc::command::RotationControl;
use discwright_mmc::mode::MultiSession;

use crate::disc::Disc;
use crate::drive::Drive;
use crate::medium::{Material, MediumKind};
use crate::motion::Curve;
use crate::personality::kb_s;
use crate::recording::{NextSession, Recording, Settings};

impl Drive {
    /// How the drive writes now, where it writes.
    pub(crate) fn settings(&self) -> Settings {
        let write = &self.pages.write;
        let pace = self.write_curve(self.write_kb_s()).sector(self.writing_at());
        Settings {
            sector: match self.conditions.laser_percent {
                Some(percent) => pace.saturating_mul(100) / u32::from(percent.max(1)),
                None => pace,
            },
            seek: self.personality.times.seek,
            buffer_bytes: usize::try_from(self.personality.buffer_bytes).unwrap_or(usize::MAX),
            overburn_sectors: self.personality.overburn_sectors,
            beyond_capacity: self.personality.beyond_capacity,
            disc_complete: self.personality.disc_complete,
            simulated: write.test_write || self.laser_off,
            next_session: match write.multi_session {
                MultiSession::Open => NextSession::Allowed,
                MultiSession::ClosedWithPointer => NextSession::Forbidden,
                MultiSession::Closed | MultiSession::Other(_) => NextSession::Absent,
            },
        }
    }

    /// Where the next block from the host goes; with nothing being written, where the pickup is.
    fn writing_at(&self) -> Lba {
        match self.deck.as_ref().map(crate::recording::Deck::recording) {
            Some(Recording::Track(track)) => track.next,
            Some(Recording::Session(session)) => session.next(),
            Some(Recording::Raw(raw)) => raw.next(),
            Some(Recording::Idle) | None => self.pickup.at,
        }
    }

    fn kind(&self) -> MediumKind {
        self.disc().map_or(MediumKind::CdR80, Disc::kind)
    }

    /// Speeds at which the disc in the drive can be written, rising, in kilobytes per second; those of a CD-R
    /// without a disc.
    pub(crate) fn write_speeds_kb_s(&self) -> Vec<u16> {
        let spec = self.kind().spec();
        let fastest = match spec.material {
            Material::Rewritable(_) => spec.fastest_x.min(self.personality.rewrite_speed_x),
            _ => spec.fastest_x,
        };
        let fits = |x: &u8| (spec.slowest_x..=fastest).contains(x);
        let speeds: Vec<u16> =
            self.personality.write_speeds_x.iter().copied().filter(fits).map(kb_s).collect();
        if speeds.is_empty() { vec![kb_s(spec.slowest_x)] } else { speeds }
    }

    /// The write speed in force: the fastest that is reached on the disc.
    pub(crate) fn write_kb_s(&self) -> u16 {
        let speeds = self.write_speeds_kb_s();
        // Hosts count 176 or 177 kB/s to the single speed; drives know what is meant.
        let wanted = u32::from(self.speeds.write_kb_s) * 102 / 100;
        let below = speeds.iter().copied().filter(|speed| u32::from(*speed) <= wanted).max();
        below.or_else(|| speeds.first().copied()).unwrap_or_else(|| kb_s(1))
    }

    /// How fast is written over the disc when this speed is asked for.
    pub(crate) fn write_curve(&self, top_kb_s: u16) -> Curve<'_> {
        let zones =
            if self.personality.zoned_writing { self.personality.write_speeds_x.as_slice() } else { &[] };
        Curve {
            top_kb_s,
            spindle_kb_s: kb_s(self.personality.write_spindle_x),
            rotation: self.speeds.rotation,
            zones_x: zones,
            rim: self.kind().last_lead_out(),
        }
    }

    /// How fast is read over the disc.
    pub(crate) fn read_curve(&self) -> Curve<'static> {
        Curve {
            top_kb_s: self.speeds.read_kb_s,
            spindle_kb_s: kb_s(self.personality.read_spindle_x),
            rotation: self.speeds.rotation,
            zones_x: &[],
            rim: self.kind().last_lead_out(),
        }
    }

    /// What GET PERFORMANCE and page 2Ah call the rotation of a write speed: CAV when the spindle never turns slower.
    pub(crate) fn rotation_of(&self, kb_s_asked: u16) -> RotationControl {
        let pure = kb_s_asked >= kb_s(self.personality.write_spindle_x) && !self.personality.zoned_writing;
        if pure { RotationControl::Cav } else { self.speeds.rotation }
    }
}
