//! What is to be recorded.

use crate::state::TrackMode;

/// The tracks of one session, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// At least one; all data or all audio.
    pub tracks: Vec<TrackContent>,
}

impl Content {
    /// One data track of this many Mode 1 sectors: what IMAPI burns per session.
    #[must_use]
    pub fn data(sectors: u32) -> Self {
        Self { tracks: vec![TrackContent::Mode1 { sectors }] }
    }

    /// Sectors that the caller supplies, all tracks together; padding is not among them.
    #[must_use]
    pub fn sectors(&self) -> u64 {
        self.tracks.iter().map(|track| u64::from(track.sectors())).sum()
    }
}

/// The content of one track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackContent {
    /// Mode 1 data: 2048 bytes to the sector.
    Mode1 {
        /// Sectors supplied.
        sectors: u32,
    },
    /// Audio: 2352 bytes, 588 stereo samples of 16 bits, to the sector.
    Audio {
        /// Sectors supplied.
        sectors: u32,
    },
}

impl TrackContent {
    /// Sectors supplied.
    #[must_use]
    pub const fn sectors(&self) -> u32 {
        match self {
            Self::Mode1 { sectors } | Self::Audio { sectors } => *sectors,
        }
    }

    /// How the track is recorded.
    #[must_use]
    pub const fn mode(&self) -> TrackMode {
        match self {
            Self::Mode1 { .. } => TrackMode::Mode1,
            Self::Audio { .. } => TrackMode::Audio,
        }
    }
}
