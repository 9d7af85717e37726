//! Mode pages of CD readers of old: 0Dh CD parameters, 0Eh CD audio control (MMC-1, MMC-3; SFF-8020i).

use super::PageRest;
use crate::field::{Be16, Bits, Flag};

/// Mode page 0Dh: CD parameters, 8 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CdParameters {
    /// Inactivity timer multiplier, 4 bits.
    pub inactivity_timer: u8,
    /// Seconds in a minute; 60.
    pub seconds_per_minute: u16,
    /// Frames in a second; 75.
    pub frames_per_second: u16,
    /// What has no name.
    pub rest: PageRest<8>,
}

mode_page! {
    CdParameters = 0x0D, [8];
    inactivity_timer: Bits<3, 0, 4>;
    seconds_per_minute: Be16<4>;
    frames_per_second: Be16<6>;
}

/// Mode page 0Eh: CD audio control, 16 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CdAudioControl {
    /// PLAY AUDIO answers at once; always so on recorders.
    pub immed: bool,
    /// Playing ends where a track ends (SOTC).
    pub stop_on_track_crossing: bool,
    /// Channels on port 0, 4 bits: 1 left, 2 right.
    pub port_0_channels: u8,
    /// Volume of port 0.
    pub port_0_volume: u8,
    /// Channels on port 1.
    pub port_1_channels: u8,
    /// Volume of port 1.
    pub port_1_volume: u8,
    /// Channels on port 2.
    pub port_2_channels: u8,
    /// Volume of port 2.
    pub port_2_volume: u8,
    /// Channels on port 3.
    pub port_3_channels: u8,
    /// Volume of port 3.
    pub port_3_volume: u8,
    /// What has no name.
    pub rest: PageRest<16>,
}

mode_page! {
    CdAudioControl = 0x0E, [16];
    immed: Flag<2, 2>;
    stop_on_track_crossing: Flag<2, 1>;
    port_0_channels: Bits<8, 0, 4>;
    port_0_volume: Bits<9, 0, 8>;
    port_1_channels: Bits<10, 0, 4>;
    port_1_volume: Bits<11, 0, 8>;
    port_2_channels: Bits<12, 0, 4>;
    port_2_volume: Bits<13, 0, 8>;
    port_3_channels: Bits<14, 0, 4>;
    port_3_volume: Bits<15, 0, 8>;
}
