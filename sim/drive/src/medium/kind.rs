//! The kinds of disc that can be put in the drive, each with what its maker pressed into the groove.

use core::fmt;
use core::str::FromStr;

use discwright_cd::{Lba, Msf};
use thiserror::Error;

/// A kind of disc: size, material and maker. Its name, as in `cd-r:80`, is what [`Display`](fmt::Display) writes
/// and [`FromStr`] reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MediumKind {
    /// A CD-R of 63 minutes.
    CdR63,
    /// A CD-R of 74 minutes.
    CdR74,
    /// A CD-R of 80 minutes, what every shop sells.
    CdR80,
    /// A CD-R of 90 minutes, beyond the standard.
    CdR90,
    /// A CD-R of 99 minutes: its groove says 80 minutes, and the rest is reached by writing beyond.
    CdR99,
    /// A CD-RW of 74 minutes for 1 to 4 times the speed.
    CdRw74,
    /// A CD-RW of 80 minutes for 1 to 4 times the speed.
    CdRw80,
    /// A high speed CD-RW of 80 minutes, 4 to 10 times.
    CdRw80HighSpeed,
    /// An ultra speed CD-RW of 80 minutes, 8 to 24 times.
    CdRw80UltraSpeed,
    /// An ultra speed plus CD-RW of 80 minutes, 8 to 32 times.
    CdRw80UltraSpeedPlus,
    /// A pressed disc; its content comes by import.
    CdRom,
}

/// What is fixed about a kind of disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediumSpec {
    /// The kind's name, as in `cd-r:80`.
    pub name: &'static str,
    /// How a laser changes it.
    pub material: Material,
    /// Where the ATIP says the lead-in starts (special information 2); the low digits name the maker.
    pub lead_in: Msf,
    /// The last time at which the ATIP lets a lead-out start (special information 3).
    pub last_lead_out: Msf,
    /// Sectors that a lead-out may start later than the ATIP allows before the groove ends.
    pub beyond: u32,
    /// Slowest speed at which it can be written, as a multiple of 75 sectors per second.
    pub slowest_x: u8,
    /// Fastest such speed.
    pub fastest_x: u8,
    /// Who made it, by the lead-in time.
    pub manufacturer: &'static str,
}

/// How a laser changes a disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Material {
    /// Not at all.
    Pressed,
    /// Once: dye (CD-R).
    WriteOnce,
    /// Often: phase change (CD-RW).
    Rewritable(RwClass),
}

/// Speed class of a CD-RW: the ATIP's disc subtype. A drive refuses media above its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RwClass {
    /// Multi-speed, 1 to 4 times; subtype 0.
    Multi,
    /// High speed, 4 to 10 or 12 times; subtype 1.
    High,
    /// Ultra speed, 8 to 24 times; subtype 2.
    Ultra,
    /// Ultra speed plus, to 32 times; subtype 3.
    UltraPlus,
}

impl RwClass {
    /// All, slowest first.
    pub const ALL: [Self; 4] = [Self::Multi, Self::High, Self::Ultra, Self::UltraPlus];

    /// Its number in the ATIP.
    #[must_use]
    pub const fn subtype(self) -> u8 {
        match self {
            Self::Multi => 0,
            Self::High => 1,
            Self::Ultra => 2,
            Self::UltraPlus => 3,
        }
    }
}

/// What the ATIP of a recordable disc says besides its times (ECMA-394 and ECMA-395, special information 1 and
/// additional information 1 and 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AtipSpec {
    /// Indicative target writing power, 3 bits.
    pub writing_power: u8,
    /// Reference speed, 3 bits.
    pub reference_speed: u8,
    /// For no special application.
    pub unrestricted_use: bool,
    /// Additional information 1: test speeds and power factors.
    pub a1: Option<[u8; 3]>,
    /// Additional information 2: the same for another write strategy.
    pub a2: Option<[u8; 3]>,
}

/// The name is no kind of disc.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no medium; there are: {names}", names = names())]
pub struct UnknownMedium(String);

impl MediumKind {
    /// Every kind there is.
    pub const ALL: [Self; 11] = [
        Self::CdR63,
        Self::CdR74,
        Self::CdR80,
        Self::CdR90,
        Self::CdR99,
        Self::CdRw74,
        Self::CdRw80,
        Self::CdRw80HighSpeed,
        Self::CdRw80UltraSpeed,
        Self::CdRw80UltraSpeedPlus,
        Self::CdRom,
    ];

    /// The facts about this kind.
    ///
    /// Times of the 80 minute disc: `spec/drive.md` 2.2 and burners' captures; of the 74 minute disc: as cdrecord
    /// prints them for discs of that maker; of the rarer sizes: the nominal size.
    #[must_use]
    pub const fn spec(self) -> MediumSpec {
        use Material::{Pressed, Rewritable, WriteOnce};
        const CMC: (Msf, &str) = (msf(97, 26, 66), "CMC Magnetics");
        const TAIYO_YUDEN: (Msf, &str) = (msf(97, 24, 1), "Taiyo Yuden");
        const RITEK: (Msf, &str) = (msf(97, 15, 17), "Ritek");
        const MITSUBISHI: (Msf, &str) = (msf(97, 34, 23), "Mitsubishi Chemical");
        let (name, material, maker, last_lead_out, beyond, slowest_x, fastest_x) = match self {
            Self::CdR63 => ("cd-r:63", WriteOnce, TAIYO_YUDEN, msf(63, 5, 0), 900, 1, 16),
            Self::CdR74 => ("cd-r:74", WriteOnce, TAIYO_YUDEN, msf(74, 43, 0), 900, 1, 32),
            Self::CdR80 => ("cd-r:80", WriteOnce, CMC, msf(79, 59, 70), 1_800, 1, 52),
            Self::CdR90 => ("cd-r:90", WriteOnce, RITEK, msf(88, 10, 0), 900, 4, 24),
            Self::CdR99 => ("cd-r:99", WriteOnce, RITEK, msf(79, 59, 70), 38_000, 4, 16),
            Self::CdRw74 => ("cd-rw:74", Rewritable(RwClass::Multi), MITSUBISHI, msf(74, 43, 0), 900, 1, 4),
            Self::CdRw80 => ("cd-rw:80", Rewritable(RwClass::Multi), MITSUBISHI, msf(79, 59, 70), 900, 1, 4),
            Self::CdRw80HighSpeed => {
                ("cd-rw-hs:80", Rewritable(RwClass::High), MITSUBISHI, msf(79, 59, 70), 900, 4, 10)
            }
            Self::CdRw80UltraSpeed => {
                ("cd-rw-us:80", Rewritable(RwClass::Ultra), MITSUBISHI, msf(79, 59, 70), 900, 8, 24)
            }
            Self::CdRw80UltraSpeedPlus => {
                ("cd-rw-us+:80", Rewritable(RwClass::UltraPlus), MITSUBISHI, msf(79, 59, 74), 900, 8, 32)
            }
            Self::CdRom => ("cd-rom", Pressed, (msf(97, 26, 66), "pressed"), msf(79, 59, 74), 0, 1, 1),
        };
        let (lead_in, manufacturer) = maker;
        MediumSpec { name, material, lead_in, last_lead_out, beyond, slowest_x, fastest_x, manufacturer }
    }

    /// What its ATIP says besides the times.
    ///
    /// High speed: a disc that an ASUS BW-16D1HT read (saramibreak/DiscImageCreator issue 43). Ultra speed: powers and
    /// speeds of a Memorex disc as cdrecord 2.01 printed them (freebsd-questions, 4 January 2005); it did not print the
    /// bytes, and those of the power factors are the high speed disc's. Multi-speed: A1 as cdrecord prints it for such
    /// discs.
    #[must_use]
    pub const fn atip(self) -> AtipSpec {
        match self.spec().material {
            Material::Pressed => atip(0, 0, true, None, None),
            Material::WriteOnce => atip(5, 0, true, None, None),
            Material::Rewritable(RwClass::Multi) => atip(5, 1, true, Some([0x02, 0x4A, 0xB0]), None),
            Material::Rewritable(RwClass::High) => {
                atip(2, 3, false, Some([0x24, 0x1A, 0xD8]), Some([0x26, 0xB2, 0x48]))
            }
            Material::Rewritable(RwClass::Ultra) => {
                atip(6, 0, false, Some([0x66, 0x1A, 0xD8]), Some([0x38, 0xB2, 0x48]))
            }
            Material::Rewritable(RwClass::UltraPlus) => {
                atip(6, 0, false, Some([0x66, 0x1A, 0xD8]), Some([0x39, 0xB2, 0x48]))
            }
        }
    }

    /// A number for disc files; never reused.
    pub(crate) const fn code(self) -> u16 {
        match self {
            Self::CdR63 => 1,
            Self::CdR74 => 2,
            Self::CdR80 => 3,
            Self::CdR90 => 4,
            Self::CdR99 => 5,
            Self::CdRw74 => 6,
            Self::CdRw80 => 7,
            Self::CdRw80HighSpeed => 8,
            Self::CdRw80UltraSpeed => 9,
            Self::CdRom => 10,
            Self::CdRw80UltraSpeedPlus => 11,
        }
    }

    /// The kind with a number.
    pub(crate) fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether a laser can change it more than once.
    #[must_use]
    pub const fn is_rewritable(self) -> bool {
        matches!(self.spec().material, Material::Rewritable(_))
    }

    /// Where the first lead-in starts.
    #[must_use]
    pub fn lead_in_start(self) -> Lba {
        self.spec().lead_in.to_lba()
    }

    /// First address that has no groove any more.
    #[must_use]
    pub fn edge(self) -> Lba {
        self.last_lead_out().saturating_add(self.spec().beyond).saturating_add(LAST_LEAD_OUT_ROOM)
    }

    /// The last address at which the ATIP lets a lead-out start.
    #[must_use]
    pub fn last_lead_out(self) -> Lba {
        self.spec().last_lead_out.to_lba()
    }
}

const fn atip(
    writing_power: u8,
    reference_speed: u8,
    unrestricted_use: bool,
    a1: Option<[u8; 3]>,
    a2: Option<[u8; 3]>,
) -> AtipSpec {
    AtipSpec { writing_power, reference_speed, unrestricted_use, a1, a2 }
}

/// Behind the last possible start of a lead-out the groove goes on for the lead-out itself.
const LAST_LEAD_OUT_ROOM: u32 = 6_750;

const fn msf(minute: u8, second: u8, frame: u8) -> Msf {
    Msf { minute, second, frame }
}

impl fmt::Display for MediumKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spec().name)
    }
}

impl FromStr for MediumKind {
    type Err = UnknownMedium;

    fn from_str(name: &str) -> Result<Self, UnknownMedium> {
        let lower = name.to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|kind| kind.spec().name == lower)
            .ok_or_else(|| UnknownMedium(name.to_owned()))
    }
}

fn names() -> String {
    let names: Vec<_> = MediumKind::ALL.iter().map(|kind| kind.spec().name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `spec/burners.md` 2.11, "Numbers the emulator needs".
    #[test]
    fn golden_atip_of_the_80_minute_disc() {
        assert_eq!(MediumKind::CdR80.lead_in_start(), Lba(-11_634));
        assert_eq!(MediumKind::CdR80.last_lead_out(), Lba(359_845));
    }

    #[test]
    fn names_are_read_back() {
        for kind in MediumKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(MediumKind::from_code(kind.code()), Some(kind));
        }
        let error = "cd-r:81".parse::<MediumKind>().unwrap_err();
        assert!(error.to_string().contains("cd-r:80"), "{error}");
    }

    #[test]
    fn every_medium_has_a_groove_where_disc_time_ends() {
        for kind in MediumKind::ALL {
            assert!(kind.lead_in_start() < Lba(-10_000), "{kind}");
            assert!(kind.edge() > kind.last_lead_out(), "{kind}");
            assert!(kind.edge() <= Lba(Lba::MAX.0 + 1), "{kind} {}", kind.edge());
        }
    }
}
