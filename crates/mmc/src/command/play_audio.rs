//! The audio commands: PLAY AUDIO in its forms, PAUSE/RESUME, STOP PLAY/SCAN, SCAN (MMC-3; MMC-6, annex).

use discwright_cd::{Lba, Msf};

use super::DataPhase;
use crate::field::{Be16, Be32, Bits, Bytes, Code, Flag, LbaAt, MsfAt};

/// PLAY AUDIO (10): play so many sectors from an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlayAudio10 {
    /// First sector; −1 for where the pickup is.
    pub start: Lba,
    /// Sectors; zero plays nothing.
    pub sectors: u16,
}

command! {
    PlayAudio10 = 0x45, "PLAY AUDIO (10)", [10] -> ();
    #[refuse] Bits<1, 0, 1>;
    start: LbaAt<2>;
    sectors: Be16<7>;
    => |_it| DataPhase::None
}

/// PLAY AUDIO (12): as [`PlayAudio10`], with a longer count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlayAudio12 {
    /// First sector; −1 for where the pickup is.
    pub start: Lba,
    /// Sectors; zero plays nothing.
    pub sectors: u32,
}

command! {
    PlayAudio12 = 0xA5, "PLAY AUDIO (12)", [12] -> ();
    #[refuse] Bits<1, 0, 1>;
    start: LbaAt<2>;
    sectors: Be32<6>;
    => |_it| DataPhase::None
}

/// PLAY AUDIO MSF: play from one disc time to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlayAudioMsf {
    /// First sector; FF:FF:FF for where the pickup is.
    pub start: Msf,
    /// The sector after the last.
    pub end: Msf,
}

command! {
    PlayAudioMsf = 0x47, "PLAY AUDIO MSF", [10] -> ();
    start: MsfAt<3>;
    end: MsfAt<6>;
    => |_it| DataPhase::None
}

/// PLAY AUDIO TRACK/INDEX: play from one track and index to another (SCSI-2; withdrawn).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlayAudioTrackIndex {
    /// First track.
    pub start_track: u8,
    /// Index in it.
    pub start_index: u8,
    /// Last track.
    pub end_track: u8,
    /// Index in it.
    pub end_index: u8,
}

command! {
    PlayAudioTrackIndex = 0x48, "PLAY AUDIO TRACK/INDEX", [10] -> ();
    start_track: Bits<4, 0, 8>;
    start_index: Bits<5, 0, 8>;
    end_track: Bits<7, 0, 8>;
    end_index: Bits<8, 0, 8>;
    => |_it| DataPhase::None
}

/// PAUSE/RESUME: halts playing, or goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PauseResume {
    /// Go on; otherwise halt.
    pub resume: bool,
}

command! {
    PauseResume = 0x4B, "PAUSE/RESUME", [10] -> ();
    resume: Flag<8, 0>;
    => |_it| DataPhase::None
}

/// STOP PLAY/SCAN: ends playing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StopPlayScan;

command! {
    StopPlayScan = 0x4E, "STOP PLAY/SCAN", [10] -> ();
    => |_it| DataPhase::None
}

codes! {
    /// What the address of SCAN is.
    pub enum ScanAddressType: u8 {
        /// A block address.
        Lba = 0,
        /// A disc time, in the last three bytes.
        Msf = 1,
        /// A track number, in the last byte.
        Track = 2,
    }
}

/// SCAN: plays fast, forwards or backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Backwards.
    pub backwards: bool,
    /// Where to begin; see `address_type`.
    pub address: [u8; 4],
    /// What `address` is.
    pub address_type: ScanAddressType,
}

command! {
    Scan = 0xBA, "SCAN", [12] -> ();
    #[refuse] Bits<1, 0, 1>;
    backwards: Flag<1, 4>;
    address: Bytes<2, 4>;
    address_type: Code<ScanAddressType, 9, 6, 2>;
    => |_it| DataPhase::None
}
