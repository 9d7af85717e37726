//! What is done to the drive, in order, without its language.

use discwright_cd::Lba;

use crate::options::WriteType;
use crate::state::TrackMode;

/// One step of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Wait until the medium is ready.
    AwaitReady,
    /// Keep the tray shut.
    Lock,
    /// Choose the writing speed; the drive may round.
    SetSpeed {
        /// In kB/s (176 is single speed); `None` is the fastest.
        write_kb_s: Option<u16>,
    },
    /// Tell the drive how the next track or session is written.
    WriteParameters(WriteParameters),
    /// Let the drive find its laser power.
    Calibrate,
    /// Make sure that the next writable address and the room are still what the plan was made for.
    ConfirmStart {
        /// The first user sector about to be written.
        next_writable: Lba,
        /// User sectors that must fit.
        sectors: u32,
    },
    /// Describe the session (session at once only).
    CueSheet(CueSheet),
    /// Write one track.
    WriteTrack(WriteTrack),
    /// Get everything out of the drive's buffer; ends a track written at once.
    Synchronize,
    /// Write lead-in and lead-out of the session (track at once only).
    CloseSession,
    /// Let the tray open again.
    Unlock,
}

/// What the write parameters page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteParameters {
    /// Track at once or session at once; never [`WriteType::Auto`] in a plan.
    pub write_type: WriteType,
    /// Kind of the tracks that follow.
    pub track_mode: TrackMode,
    /// Another session can follow this one.
    pub another_session: bool,
    /// Laser at reading power.
    pub simulate: bool,
    /// Bridge an empty buffer.
    pub underrun_protection: bool,
}

/// One track's worth of writing: pregap, content, padding, back to back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteTrack {
    /// Number on the disc, from 1.
    pub number: u8,
    /// Kind of sectors.
    pub mode: TrackMode,
    /// First address sent: the track's start, or its pregap where the host supplies that.
    pub first: Lba,
    /// Zeroed sectors before the content (session at once: 150; else the drive makes the pregap).
    pub pregap: u32,
    /// Sectors of content, from the source.
    pub content: u32,
    /// Zeroed sectors after the content, up to the shortest track.
    pub padding: u32,
}

impl WriteTrack {
    /// First user sector.
    #[must_use]
    pub fn start(&self) -> Lba {
        self.first.saturating_add(self.pregap)
    }

    /// Sectors sent to the drive.
    #[must_use]
    pub const fn sectors(&self) -> u32 {
        self.pregap + self.content + self.padding
    }
}

/// A session described before it is written (MMC-6, SEND CUE SHEET).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueSheet {
    /// Its tracks.
    pub tracks: Vec<CueTrack>,
    /// Where the lead-out begins.
    pub lead_out: Lba,
}

/// One track of a cue sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CueTrack {
    /// Number on the disc, from 1.
    pub number: u8,
    /// Kind of sectors.
    pub mode: TrackMode,
    /// Index 0; equal to `start` where the track has no pregap.
    pub pregap: Lba,
    /// Index 1.
    pub start: Lba,
}
