//! READ SUB-CHANNEL (MMC-6, READ SUB-CHANNEL).

use super::DataPhase;
use crate::field::{Be16, Bits, Code, Flag};
use crate::response::Subchannel;

codes! {
    /// What READ SUB-CHANNEL is asked for.
    pub enum SubchannelFormat: u8 {
        /// 0: reserved; nothing but the header.
        None = 0,
        /// 1: where the pickup is.
        Position = 1,
        /// 2: the media catalogue number.
        CatalogNumber = 2,
        /// 3: a track's ISRC.
        Isrc = 3,
    }
}

/// READ SUB-CHANNEL: what plays and where, catalogue number, ISRC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadSubchannel {
    /// Addresses as disc time rather than LBA.
    pub msf: bool,
    /// Subchannel data is wanted, not the header alone.
    pub subq: bool,
    /// Which data.
    pub format: SubchannelFormat,
    /// Track whose ISRC is wanted.
    pub track: u8,
    /// Allocation length in bytes.
    pub allocation_bytes: u16,
}

command! {
    ReadSubchannel = 0x42, "READ SUB-CHANNEL", [10] -> Subchannel;
    msf: Flag<1, 1>;
    subq: Flag<2, 6>;
    format: Code<SubchannelFormat, 3, 0, 8>;
    track: Bits<6, 0, 8>;
    allocation_bytes: Be16<7>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
