//! Why a recording cannot be planned.

use thiserror::Error;

/// Why a recording cannot be planned; nothing has been sent to the drive.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A pressed disc.
    #[error("the disc is a pressed CD-ROM; put in a CD-R or CD-RW")]
    NotRecordable,
    /// The disc is closed for good.
    #[error("the disc is closed, no session can be added; {}", advice(*.erasable))]
    Complete {
        /// A CD-RW: erasing helps.
        erasable: bool,
    },
    /// The disc is broken.
    #[error("the disc is damaged (a session did not end as it should); {}", advice(*.erasable))]
    Damaged {
        /// A CD-RW: erasing helps.
        erasable: bool,
    },
    /// A session was begun and not closed.
    #[error("session {session} has {tracks} track(s) and is not closed; close it first")]
    SessionOpen {
        /// Its number.
        session: u16,
        /// Tracks in it.
        tracks: usize,
    },
    /// The drive names no address to write at.
    #[error("the drive names no next writable address on a disc that it calls recordable; reload the disc")]
    NoNextWritable,
    /// It does not fit.
    #[error("the disc is full: {needed} sectors are needed, {free} are free, {by} too many")]
    DiscFull {
        /// User sectors wanted, padding and the gaps between tracks included.
        needed: u64,
        /// User sectors that fit.
        free: u32,
        /// How many too many.
        by: u64,
    },
    /// Track numbers end at 99.
    #[error("the disc has {used} tracks and {wanted} more are wanted; 99 is the most")]
    TooManyTracks {
        /// Tracks on the disc.
        used: u8,
        /// Tracks wanted.
        wanted: usize,
    },
    /// Nothing to record.
    #[error("there is nothing to record: no track, or a track without sectors")]
    Nothing,
    /// Data and audio in one session.
    #[error("data and audio tracks in one session are not supported; record them as two sessions")]
    MixedTracks,
}

impl PlanError {
    pub(crate) fn disc_full(needed: u64, free: u32) -> Self {
        Self::DiscFull { needed, free, by: needed.saturating_sub(free.into()) }
    }
}

const fn advice(erasable: bool) -> &'static str {
    if erasable { "erase it, or put in another" } else { "put in another" }
}
