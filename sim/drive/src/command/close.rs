//! CLOSE TRACK/SESSION and BLANK.

use discwright_mmc::Sense;
use discwright_mmc::command::{Blank, BlankType, CloseFunction, CloseTrackSession, RepairTrack};
use discwright_transport::Instant;

use super::{Reply, deck};
use crate::drive::{Drive, Operation};
use crate::recording::{Erasure, NextSession, Settings};
use crate::sense;

pub(super) fn close(drive: &mut Drive, now: Instant, command: &CloseTrackSession) -> Result<Reply, Sense> {
    let settings = drive.settings();
    let format = drive.pages.write.session_format.into();
    match command.function {
        // Nothing formats in the background on these media.
        CloseFunction::StopBackgroundFormat => return Ok(Reply::done()),
        CloseFunction::Track => deck(drive)?.close_track(now, &settings, command.track)?,
        CloseFunction::Session => deck(drive)?.close_session(now, &settings, format)?,
        CloseFunction::SessionFinalize | CloseFunction::Finalize5 | CloseFunction::Finalize6 => {
            let settings = Settings { next_session: NextSession::Absent, ..settings };
            deck(drive)?.close_session(now, &settings, format)?;
        }
        CloseFunction::Other(_) => return Err(sense::INVALID_FIELD),
    }
    let Some(early) = drive.personality.early_close.filter(|_| !command.immed) else {
        return drive.carry_out(now, command.immed, Operation::Closing);
    };
    drive.carry_out(now, true, Operation::Closing)?;
    Err(early)
}

pub(super) fn blank(drive: &mut Drive, now: Instant, command: &Blank) -> Result<Reply, Sense> {
    let settings = drive.settings();
    if !drive.personality.blank_types.contains(&command.blank_type.into()) && drive.is_rewritable() {
        return Err(sense::INVALID_FIELD);
    }
    let erasure = match command.blank_type {
        BlankType::Disc => Erasure::Disc,
        BlankType::Minimal => Erasure::Minimal,
        BlankType::Track => Erasure::Track(track_number(command)?),
        BlankType::UnreserveTrack => Erasure::Reservation(track_number(command)?),
        BlankType::TrackTail => Erasure::TrackTail(command.address),
        BlankType::UncloseLastSession => Erasure::UncloseLastSession,
        BlankType::EraseSession => Erasure::LastSession,
        BlankType::Other(_) => return Err(sense::INVALID_FIELD),
    };
    deck(drive)?.blank(now, &settings, erasure)?;
    drive.carry_out(now, command.immed, Operation::Blanking)
}

/// The address field of BLANK as the number of a track.
fn track_number(command: &Blank) -> Result<u8, Sense> {
    u8::try_from(command.address.0).map_err(|_| sense::INVALID_FIELD)
}

/// Mends the track that an interruption left without an end.
pub(super) fn repair(drive: &mut Drive, now: Instant, command: &RepairTrack) -> Result<Reply, Sense> {
    let settings = drive.settings();
    let deck = deck(drive)?;
    let number = deck.view().unfinished().map(|track| u16::from(track.number));
    if number != Some(command.track) {
        return Err(sense::INVALID_FIELD);
    }
    deck.close_track(now, &settings, command.track)?;
    drive.carry_out(now, command.immed, Operation::Closing)
}
