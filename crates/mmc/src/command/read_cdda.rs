//! READ CD-DA (vendor-specific: Plextor, and others after it; observed in the sources of ripping programs).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Be32, Bits, LbaAt};

/// READ CD-DA: raw sectors without error concealment, on Plextor drives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadCdda {
    /// First sector.
    pub start: Lba,
    /// Sectors.
    pub sectors: u32,
    /// Subchannel: 0 none, 1 Q (16 bytes), 2 P to W (96 bytes), 3 P to W alone, 8 C2.
    pub subchannel: u8,
}

command! {
    ReadCdda = 0xD8, "READ CD-DA", [12] -> Vec<u8>;
    start: LbaAt<2>;
    sectors: Be32<6>;
    subchannel: Bits<10, 0, 8>;
    => |it| DataPhase::InBlocks { blocks: it.sectors }
}
