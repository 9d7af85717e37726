//! Playing sound, and what READ SUB-CHANNEL says while it plays or not.

use discwright_cd::{Lba, Msf};
use discwright_mmc::Sense;
use discwright_mmc::command::{
    PauseResume, PlayAudioMsf, PlayAudioTrackIndex, ReadSubchannel, SubchannelFormat,
};
use discwright_mmc::response::{AudioStatus, Subchannel, SubchannelData};
use discwright_mmc::toc::AddressField;
use discwright_transport::Instant;

use super::{Reply, deck};
use crate::drive::Drive;
use crate::medium::Note;
use crate::personality::{kb_s, sector_time};
use crate::sense;

/// What the drive plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Player {
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Silent,
    Playing {
        from: Lba,
        since: Instant,
        end: Lba,
    },
    Paused {
        at: Lba,
        end: Lba,
    },
    /// Played to the end, which is told once.
    Over {
        at: Lba,
    },
}

impl Player {
    pub(crate) const fn is_playing(&self) -> bool {
        matches!(self.state, State::Playing { .. })
    }

    /// Where the pickup is.
    fn position(&self, now: Instant) -> Option<Lba> {
        match self.state {
            State::Silent => None,
            State::Playing { from, since, end } => {
                let sectors = now.since(since).as_nanos() / sector_time(kb_s(1)).as_nanos().max(1);
                Some(from.saturating_add(u32::try_from(sectors).unwrap_or(u32::MAX)).min(end))
            }
            State::Paused { at, .. } | State::Over { at } => Some(at),
        }
    }

    fn settle(&mut self, now: Instant) {
        if let State::Playing { end, .. } = self.state
            && self.position(now) == Some(end)
        {
            self.state = State::Over { at: end };
        }
    }

    /// What is told of the state; that playing is over is told once.
    fn tell(&mut self, now: Instant) -> AudioStatus {
        self.settle(now);
        match self.state {
            State::Silent => AudioStatus::None,
            State::Playing { .. } => AudioStatus::Playing,
            State::Paused { .. } => AudioStatus::Paused,
            State::Over { .. } => {
                self.state = State::Silent;
                AudioStatus::Completed
            }
        }
    }

    pub(crate) const fn stop(&mut self) {
        self.state = State::Silent;
    }
}

pub(super) fn play(drive: &mut Drive, now: Instant, start: Lba, end: Lba) -> Result<Reply, Sense> {
    let view = deck(drive)?.view();
    let limit = view.last_complete().map_or(Lba(0), |session| session.lead_out);
    if start >= end {
        drive.player.stop();
        return if start == end { Ok(Reply::done()) } else { Err(sense::INVALID_FIELD) };
    }
    if start < Lba(0) || end > limit {
        return Err(sense::OUT_OF_RANGE);
    }
    let is_audio = view.tracks.iter().any(|it| (it.start..it.end).contains(&start) && it.control & 4 == 0);
    if !is_audio {
        return Err(sense::WRONG_SECTOR_MODE);
    }
    drive.player.state = State::Playing { from: start, since: now, end };
    Ok(Reply::done())
}

pub(super) fn play_msf(drive: &mut Drive, now: Instant, command: &PlayAudioMsf) -> Result<Reply, Sense> {
    let address = |time: Msf| Msf::new(time.minute, time.second, time.frame).map(Msf::to_lba);
    let (Ok(start), Ok(end)) = (address(command.start), address(command.end)) else {
        return Err(sense::INVALID_FIELD);
    };
    play(drive, now, start, end)
}

pub(super) fn play_tracks(
    drive: &mut Drive,
    now: Instant,
    command: &PlayAudioTrackIndex,
) -> Result<Reply, Sense> {
    let view = deck(drive)?.view();
    let (first, last) = (view.track(command.start_track), view.track(command.end_track));
    let (Some(first), Some(last)) = (first, last) else { return Err(sense::INVALID_FIELD) };
    let (start, end) = (first.start, last.end);
    play(drive, now, start, end)
}

pub(super) fn pause_resume(drive: &mut Drive, now: Instant, command: &PauseResume) -> Result<Reply, Sense> {
    drive.player.settle(now);
    let at = drive.player.position(now);
    drive.player.state = match (drive.player.state, command.resume, at) {
        (State::Playing { end, .. }, false, Some(at)) => State::Paused { at, end },
        (State::Paused { at, end }, true, _) => State::Playing { from: at, since: now, end },
        (state @ (State::Paused { .. } | State::Playing { .. }), ..) => state,
        (State::Silent | State::Over { .. }, ..) => return Err(sense::SEQUENCE),
    };
    Ok(Reply::done())
}

pub(super) const fn stop(drive: &mut Drive) -> Reply {
    drive.player.stop();
    Reply { bytes: Vec::new(), sense: None, at: None }
}

pub(super) fn read_subchannel(
    drive: &mut Drive,
    now: Instant,
    command: &ReadSubchannel,
) -> Result<Subchannel, Sense> {
    let at = drive.player.position(now).unwrap_or(Lba(0));
    let audio = drive.player.tell(now);
    if !command.subq || command.format == SubchannelFormat::None {
        return Ok(Subchannel { audio, data: None });
    }
    let data = match command.format {
        SubchannelFormat::Position => position(drive, at, command.msf)?,
        SubchannelFormat::CatalogNumber => catalogue(drive)?,
        SubchannelFormat::Isrc => isrc(drive, command.track)?,
        SubchannelFormat::None | SubchannelFormat::Other(_) => return Err(sense::INVALID_FIELD),
    };
    Ok(Subchannel { audio, data: Some(data) })
}

fn position(drive: &mut Drive, at: Lba, msf: bool) -> Result<SubchannelData, Sense> {
    let medium = deck(drive)?.disc().medium();
    let q = medium.extent_at(at).and_then(|extent| extent.content.track()).ok_or(sense::NOT_WRITTEN)?;
    let field = |at: Lba| AddressField::new(at, msf).map_err(|_| sense::INVALID_FIELD);
    // Disc time counts from 00:00:00 in a track: that is the address -150.
    let relative = if msf { field(Lba(at - q.zero) - 150)? } else { field(Lba(at - q.zero))? };
    Ok(SubchannelData::Position {
        adr: 1,
        control: q.control,
        track: q.track,
        index: q.index,
        absolute: field(at)?,
        relative,
    })
}

fn catalogue(drive: &mut Drive) -> Result<SubchannelData, Sense> {
    let notes = deck(drive)?.disc().medium().notes();
    let digits = notes.iter().find_map(|note| match note.note {
        Note::Catalogue(digits) => Some(digits),
        Note::Isrc(_) => None,
    });
    Ok(SubchannelData::CatalogNumber { digits, frame: 0 })
}

fn isrc(drive: &mut Drive, track: u8) -> Result<SubchannelData, Sense> {
    let deck = deck(drive)?;
    let found = *deck.view().track(track).ok_or(sense::INVALID_FIELD)?;
    let within = |start: Lba| (found.start..found.end).contains(&start);
    let characters = deck.disc().medium().notes().iter().find_map(|note| match note.note {
        Note::Isrc(code) if within(note.start) => Some(code),
        _ => None,
    });
    Ok(SubchannelData::Isrc { adr: 3, control: found.control, track, characters, frame: 0 })
}
