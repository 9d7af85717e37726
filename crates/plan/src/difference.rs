//! Where a disc is not what was predicted.

use discwright_cd::{Lba, area};
use thiserror::Error;

use crate::state::{DiscState, DiscStatus, Session, Track};

/// One way in which a disc differs from the prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Difference {
    /// Blank, appendable or complete.
    #[error("the disc should be {predicted} and is {actual}")]
    Status {
        /// As planned.
        predicted: DiscStatus,
        /// As found.
        actual: DiscStatus,
    },
    /// Number of closed sessions.
    #[error("the disc should have {predicted} closed session(s) and has {actual}")]
    Sessions {
        /// As planned.
        predicted: usize,
        /// As found.
        actual: usize,
    },
    /// Number of tracks of a session.
    #[error("session {session} should have {predicted} track(s) and has {actual}")]
    Tracks {
        /// Which.
        session: u16,
        /// As planned.
        predicted: usize,
        /// As found.
        actual: usize,
    },
    /// A track.
    #[error(
        "track {} should be {} from {} over {} sectors, and track {} is {} from {} over {}",
        predicted.number, predicted.mode, predicted.start, predicted.sectors,
        actual.number, actual.mode, actual.start, actual.sectors
    )]
    Track {
        /// As planned.
        predicted: Track,
        /// As found.
        actual: Track,
    },
    /// Where a lead-out starts.
    #[error("the lead-out of session {session} should start at {predicted} and starts at {actual}")]
    LeadOut {
        /// Which.
        session: u16,
        /// As planned.
        predicted: Lba,
        /// As found.
        actual: Lba,
    },
    /// A session that should have been closed is open, or the reverse.
    #[error("unclosed sessions: {} expected, {} found", presence(*.predicted), presence(*.actual))]
    OpenSession {
        /// As planned.
        predicted: bool,
        /// As found.
        actual: bool,
    },
    /// Where writing goes on.
    #[error("the next writable address should be {} and is {}", address(*.predicted), address(*.actual))]
    NextWritable {
        /// As planned.
        predicted: Option<Lba>,
        /// As found.
        actual: Option<Lba>,
    },
    /// Something broke.
    #[error("the disc is damaged")]
    Damaged,
}

impl DiscState {
    /// Every way in which `actual` differs from this prediction; empty when the disc is as planned.
    ///
    /// The number of free blocks is not compared, as drives count it in their own ways, nor is the next writable
    /// address of a disc that has no room for the shortest track.
    #[must_use]
    pub fn differences(&self, actual: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        if self.status != actual.status {
            found.push(Difference::Status { predicted: self.status, actual: actual.status });
        }
        if self.sessions.len() != actual.sessions.len() {
            found
                .push(Difference::Sessions { predicted: self.sessions.len(), actual: actual.sessions.len() });
        }
        for (predicted, actual) in self.sessions.iter().zip(&actual.sessions) {
            session_differences(predicted, actual, &mut found);
        }
        if self.open.is_some() != actual.open.is_some() {
            found.push(Difference::OpenSession {
                predicted: self.open.is_some(),
                actual: actual.open.is_some(),
            });
        }
        if self.next_writable != actual.next_writable && self.free_blocks >= area::MIN_TRACK {
            found.push(Difference::NextWritable {
                predicted: self.next_writable,
                actual: actual.next_writable,
            });
        }
        if actual.damaged && !self.damaged {
            found.push(Difference::Damaged);
        }
        found
    }
}

fn session_differences(predicted: &Session, actual: &Session, found: &mut Vec<Difference>) {
    let session = predicted.number;
    if predicted.tracks.len() != actual.tracks.len() {
        found.push(Difference::Tracks {
            session,
            predicted: predicted.tracks.len(),
            actual: actual.tracks.len(),
        });
    }
    for (predicted, actual) in predicted.tracks.iter().zip(&actual.tracks) {
        let same = predicted.number == actual.number
            && predicted.start == actual.start
            && predicted.sectors == actual.sectors
            && predicted.mode.agrees(actual.mode);
        if !same {
            found.push(Difference::Track { predicted: *predicted, actual: *actual });
        }
    }
    if predicted.lead_out != actual.lead_out {
        found.push(Difference::LeadOut { session, predicted: predicted.lead_out, actual: actual.lead_out });
    }
}

const fn presence(there: bool) -> &'static str {
    if there { "one" } else { "none" }
}

fn address(at: Option<Lba>) -> String {
    at.map_or_else(|| "none".to_owned(), |at| at.to_string())
}
