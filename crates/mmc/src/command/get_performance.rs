//! GET PERFORMANCE (MMC-6, GET PERFORMANCE).

use discwright_cd::Lba;

use super::{Command, DataPhase, Expecting};
use crate::field::{Be16, Bits, Code, LbaAt};
use crate::response::{Performance, WriteSpeeds};

codes! {
    /// What GET PERFORMANCE is asked for.
    pub enum PerformanceType: u8 {
        /// 00h: nominal performance and exceptions from it.
        Performance = 0x00,
        /// 01h: unusable areas.
        UnusableArea = 0x01,
        /// 02h: defects.
        DefectStatus = 0x02,
        /// 03h: write speeds.
        WriteSpeed = 0x03,
        /// 04h: disc-based information.
        Dbi = 0x04,
        /// 05h: cache zones.
        DbiCacheZone = 0x05,
    }
}

/// GET PERFORMANCE: how fast the drive is with the medium now in it.
///
/// [`nominal`](Self::nominal) and [`write_speeds`](Self::write_speeds) ask in forms that know their answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GetPerformance {
    /// What is asked for.
    pub performance_type: PerformanceType,
    /// Five bits that depend on the type: for type 0 tolerance (10h, always set), write (04h), exceptions (03h).
    pub data_type: u8,
    /// First address of interest.
    pub start: Lba,
    /// Descriptors at most; zero asks for the header alone.
    pub max_descriptors: u16,
}

impl GetPerformance {
    /// Asks for nominal performance in reading or writing (10 % tolerance).
    #[must_use]
    pub fn nominal(write: bool, max_descriptors: u16) -> Expecting<Self, Performance> {
        let data_type = if write { 0x14 } else { 0x10 };
        Self { performance_type: PerformanceType::Performance, data_type, start: Lba(0), max_descriptors }
            .expecting()
    }

    /// Asks for the write speeds.
    #[must_use]
    pub fn write_speeds(max_descriptors: u16) -> Expecting<Self, WriteSpeeds> {
        Self { performance_type: PerformanceType::WriteSpeed, data_type: 0, start: Lba(0), max_descriptors }
            .expecting()
    }

    /// Bytes of one descriptor in the answer.
    #[must_use]
    pub fn descriptor_bytes(&self) -> u32 {
        match self.performance_type {
            PerformanceType::Performance if self.data_type & 0x03 != 0 => 6,
            PerformanceType::UnusableArea | PerformanceType::Dbi => 8,
            PerformanceType::DefectStatus => 2048,
            _ => 16,
        }
    }
}

command! {
    GetPerformance = 0xAC, "GET PERFORMANCE", [12] -> Vec<u8>;
    performance_type: Code<PerformanceType, 10, 0, 8>;
    data_type: Bits<1, 0, 5>;
    start: LbaAt<2>;
    max_descriptors: Be16<8>;
    => |it| DataPhase::In { bytes: 8 + u32::from(it.max_descriptors) * it.descriptor_bytes() }
}
