//! Commands that come from other times or other devices, and that hosts still send.

use discwright_mmc::Sense;
use discwright_mmc::command::{
    BufferMode, LoadUnload, MechanismStatus, ReadBuffer, ReportLuns, Response, WriteBuffer,
};
use discwright_mmc::response::{BufferDescriptor, LunList, MechanismActivity, MechanismState};

use super::Reply;
use crate::drive::Drive;
use crate::sense;

/// The part of the buffer that READ BUFFER and WRITE BUFFER reach.
const BUFFER_BYTES: u32 = 64_512;

pub(super) fn read_buffer(drive: &Drive, command: &ReadBuffer) -> Result<Reply, Sense> {
    let capacity = BufferDescriptor { offset_boundary: 0, capacity: BUFFER_BYTES };
    let contents = || -> Result<Vec<u8>, Sense> {
        let from = usize::try_from(command.offset).unwrap_or(usize::MAX);
        let kept = drive.test_buffer.get(from..).unwrap_or_default();
        let room = BUFFER_BYTES.checked_sub(command.offset).ok_or(sense::INVALID_FIELD)?;
        let length = usize::try_from(room.min(command.allocation_bytes)).unwrap_or(0);
        let mut bytes = kept.get(..length).unwrap_or(kept).to_vec();
        bytes.resize(length, 0);
        Ok(bytes)
    };
    let bytes = match command.mode {
        BufferMode::Descriptor => capacity.encode(),
        BufferMode::HeaderAndData => [capacity.encode(), contents()?].concat(),
        BufferMode::Data => contents()?,
        _ => return Err(sense::INVALID_FIELD),
    };
    Ok(Reply { bytes, ..Reply::default() })
}

pub(super) fn write_buffer(drive: &mut Drive, command: &WriteBuffer, sent: &[u8]) -> Result<Reply, Sense> {
    if command.mode != BufferMode::Data {
        return Err(sense::INVALID_FIELD);
    }
    let end = command.offset.checked_add(command.parameter_bytes).filter(|end| *end <= BUFFER_BYTES);
    let end = end.and_then(|end| usize::try_from(end).ok()).ok_or(sense::INVALID_FIELD)?;
    let from = usize::try_from(command.offset).unwrap_or(0);
    if drive.test_buffer.len() < end {
        drive.test_buffer.resize(end, 0);
    }
    if let Some(place) = drive.test_buffer.get_mut(from..end) {
        for (to, from) in place.iter_mut().zip(sent) {
            *to = *from;
        }
    }
    Ok(Reply::done())
}

pub(super) fn mechanism_status(drive: &Drive, _: &MechanismStatus) -> MechanismState {
    MechanismState {
        fault: false,
        changer: 0,
        slot: 0,
        activity: if drive.player.is_playing() {
            MechanismActivity::PlayingAudio
        } else {
            MechanismActivity::Idle
        },
        door_open: drive.tray_open,
        current_address: 0,
        slots: Vec::new(),
    }
}

pub(super) fn report_luns(command: &ReportLuns) -> Result<Reply, Sense> {
    match command.select {
        0 | 2 => Ok(Reply::of(&LunList { luns: vec![0] })),
        1 => Ok(Reply::of(&LunList { luns: Vec::new() })),
        _ => Err(sense::INVALID_FIELD),
    }
}

/// There is one slot, and it is the tray.
pub(super) fn load_unload(command: &LoadUnload) -> Result<Reply, Sense> {
    if command.slot == 0 { Ok(Reply::done()) } else { Err(sense::INVALID_FIELD) }
}
