//! How it is to be recorded.

/// Wishes about a recording. The default is an ordinary session at full speed that another can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How the laser proceeds.
    pub write_type: WriteType,
    /// What becomes of the disc.
    pub closing: Closing,
    /// Laser at reading power: everything happens but the writing.
    pub simulate: bool,
    /// Writing speed in kB/s of user data at 2352 bytes to the sector (176 is single speed); `None` is the fastest.
    pub speed_kb_s: Option<u16>,
    /// Let the drive bridge an empty buffer with a link instead of spoiling the disc.
    pub underrun_protection: bool,
    /// Sectors that the next session's file system takes at least, the imported tree included; what "room for
    /// another session" means beyond the shortest track.
    pub next_session_sectors: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            write_type: WriteType::Auto,
            closing: Closing::Auto,
            simulate: false,
            speed_kb_s: None,
            underrun_protection: true,
            next_session_sectors: 0,
        }
    }
}

/// How a session is written (MMC-6, write parameters page, write type).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WriteType {
    /// Track at once, as IMAPI does.
    #[default]
    Auto,
    /// Each track by itself; two run-out blocks end it, and the session is closed by a command.
    TrackAtOnce,
    /// The whole session in one go by a cue sheet; no run-out, no close command.
    SessionAtOnce,
}

/// What becomes of the disc after the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Closing {
    /// Another session can follow, unless there would be no room for one: then the disc is closed.
    #[default]
    Auto,
    /// Another session can follow as far as the disc is concerned, room or not.
    LeaveOpen,
    /// No session can follow.
    CloseDisc,
}
