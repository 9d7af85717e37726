//! The state of a disc, as far as recording is concerned.

use core::fmt;

use discwright_cd::{Lba, area};

use crate::cost::ClosingCost;
use crate::error::PlanError;
use crate::options::WriteType;

/// A disc: what is on it and where recording would go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscState {
    /// What kind of disc.
    pub kind: MediumKind,
    /// How far it is recorded.
    pub status: DiscStatus,
    /// The closed sessions, in order; the first has number 1.
    pub sessions: Vec<Session>,
    /// A session that has tracks but is not closed.
    pub open: Option<OpenSession>,
    /// Where the next track-at-once write goes: the first user sector, not the pregap. `None` on a complete disc.
    pub next_writable: Option<Lba>,
    /// Last address at which a lead-out may start (from the ATIP); `None` where nobody says.
    pub last_lead_out: Option<Lba>,
    /// User sectors that one more track-at-once track can have, as the drive counts them.
    pub free_blocks: u32,
    /// Something on the disc is broken: a session without its lead-in, a track that did not end.
    pub damaged: bool,
}

impl DiscState {
    /// A blank CD-R or CD-RW of so many sectors up to the last possible lead-out start.
    #[must_use]
    pub fn blank(kind: MediumKind, last_lead_out: Lba) -> Self {
        let free_blocks = last_lead_out.sectors_since(Lba(0)).unwrap_or(0).saturating_sub(area::RUN_OUT);
        Self {
            kind,
            status: DiscStatus::Blank,
            sessions: Vec::new(),
            open: None,
            next_writable: Some(Lba(0)),
            last_lead_out: Some(last_lead_out),
            free_blocks,
            damaged: false,
        }
    }

    /// The number of the session that would be recorded next.
    #[must_use]
    pub fn next_session(&self) -> u16 {
        self.sessions.last().map_or(0, |session| session.number).saturating_add(1)
    }

    /// The number of the track that would be recorded next; above 99 when the disc has no number left.
    #[must_use]
    pub fn next_track(&self) -> u8 {
        let open = self.open.iter().flat_map(|session| &session.tracks);
        let closed = self.sessions.iter().flat_map(|session| &session.tracks);
        closed.chain(open).map(|track| track.number).max().unwrap_or(0).saturating_add(1)
    }

    /// Start of the last closed session's first track: where a file system of the disc is looked for.
    #[must_use]
    pub fn last_session_start(&self) -> Option<Lba> {
        self.sessions.last()?.tracks.first().map(|track| track.start)
    }

    /// The longest single track that one more session can hold, in user sectors; zero when nothing can be recorded.
    #[must_use]
    pub fn capacity(&self, write_type: WriteType) -> u32 {
        let Some(start) = self.next_writable else { return 0 };
        let run_out = if write_type == WriteType::SessionAtOnce { 0 } else { area::RUN_OUT };
        // The drive counts for track at once; session at once saves the run-out.
        let reported = self.free_blocks.saturating_add(area::RUN_OUT - run_out);
        match self.last_lead_out {
            Some(limit) => limit.sectors_since(start).unwrap_or(0).saturating_sub(run_out).min(reported),
            None => self.free_blocks,
        }
    }

    /// What closing the next session will cost.
    #[must_use]
    pub fn next_closing_cost(&self, write_type: WriteType) -> ClosingCost {
        ClosingCost::of(self.next_session(), write_type != WriteType::SessionAtOnce)
    }

    /// Whether one more session fits that holds at least `sectors`; the shortest track is the least in any case.
    /// Returns the room, in user sectors.
    ///
    /// # Errors
    /// [`PlanError`] as [`plan`](crate::plan) would give for such a session.
    pub fn room_for_session(&self, sectors: u32) -> Result<u32, PlanError> {
        self.recordable()?;
        let needed = sectors.max(area::MIN_TRACK);
        let free = self.capacity(WriteType::Auto);
        if needed > free {
            return Err(PlanError::disc_full(needed.into(), free));
        }
        Ok(free)
    }

    /// Whether a session can be recorded at all, room aside.
    ///
    /// # Errors
    /// [`PlanError`] that says why not and what would help.
    pub fn recordable(&self) -> Result<Lba, PlanError> {
        if self.kind == MediumKind::Pressed {
            return Err(PlanError::NotRecordable);
        }
        let erasable = self.kind == MediumKind::CdRw;
        if self.damaged {
            return Err(PlanError::Damaged { erasable });
        }
        if let Some(open) = &self.open {
            return Err(PlanError::SessionOpen { session: open.number, tracks: open.tracks.len() });
        }
        match (self.status, self.next_writable) {
            (DiscStatus::Complete, _) => Err(PlanError::Complete { erasable }),
            (DiscStatus::Blank | DiscStatus::Appendable, Some(next)) => Ok(next),
            (DiscStatus::Blank | DiscStatus::Appendable, None) => Err(PlanError::NoNextWritable),
        }
    }
}

/// A kind of compact disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediumKind {
    /// Recordable once.
    CdR,
    /// Rewritable.
    CdRw,
    /// Made by a press.
    Pressed,
}

impl fmt::Display for MediumKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CdR => "CD-R",
            Self::CdRw => "CD-RW",
            Self::Pressed => "CD-ROM",
        })
    }
}

/// How far a disc is recorded (MMC-6, READ DISC INFORMATION, disc status).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiscStatus {
    /// Nothing is on it.
    Blank,
    /// Something is on it, and more can follow.
    Appendable,
    /// Nothing more can follow.
    Complete,
}

impl fmt::Display for DiscStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blank => "blank",
            Self::Appendable => "appendable",
            Self::Complete => "complete",
        })
    }
}

/// A closed session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// From 1.
    pub number: u16,
    /// Its tracks, in order.
    pub tracks: Vec<Track>,
    /// Where its lead-out starts.
    pub lead_out: Lba,
}

/// A session that has tracks but neither lead-in nor lead-out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// From 1.
    pub number: u16,
    /// Its tracks so far.
    pub tracks: Vec<Track>,
}

/// A track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Track {
    /// On the disc, from 1.
    pub number: u8,
    /// First user sector (index 1).
    pub start: Lba,
    /// Sectors up to the start of the next track or of the lead-out: what the table of contents tells. Run-out blocks
    /// and the next track's pregap are among them, as it has no word for those.
    pub sectors: u32,
    /// Kind of sectors.
    pub mode: TrackMode,
}

impl Track {
    /// The address behind the last sector.
    #[must_use]
    pub fn end(&self) -> Lba {
        self.start.saturating_add(self.sectors)
    }
}

/// Kind of sectors in a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TrackMode {
    /// 2352 bytes of samples.
    Audio,
    /// 2048 bytes with error correction.
    Mode1,
    /// CD-ROM XA and other uses of mode 2.
    Mode2,
    /// Data; nobody says which mode.
    Data,
}

impl TrackMode {
    /// Everything but audio.
    #[must_use]
    pub const fn is_data(self) -> bool {
        !matches!(self, Self::Audio)
    }

    /// Whether two descriptions can be of one track: unknown data agrees with any data.
    #[must_use]
    pub fn agrees(self, other: Self) -> bool {
        self == other || self == Self::Data && other.is_data() || other == Self::Data && self.is_data()
    }
}

impl fmt::Display for TrackMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Audio => "audio",
            Self::Mode1 => "data, mode 1",
            Self::Mode2 => "data, mode 2",
            Self::Data => "data",
        })
    }
}
