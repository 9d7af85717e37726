//! Finding the sessions of a disc in a copy of its sectors, which has no table of contents any more.

use std::io;

use discwright_cd::Lba;

use super::source::ReadSectors;
use crate::format::{DescriptorKind, DirectoryRecord, SECTOR_BYTES, SYSTEM_AREA_SECTORS, VolumeDescriptor};

/// Sectors that are searched at a time.
const CHUNK_SECTORS: u32 = 512;

/// First sectors of the volumes in `source` that can be sessions of one disc, in order.
///
/// The first is at sector zero. Behind the end that its descriptor states, a later one is told by a primary volume
/// descriptor whose root directory lies behind the descriptor and begins with a record of itself: so an image that is a
/// file inside another one, whose locations are its own, is no session. Looking for them reads every sector behind
/// the first volume; a source without a known end is not searched.
///
/// # Errors
/// The source's, [`io::ErrorKind::UnexpectedEof`] excepted, which ends the search.
pub fn find_sessions(source: &impl ReadSectors) -> io::Result<Vec<Lba>> {
    let system_area = i32::try_from(SYSTEM_AREA_SECTORS).unwrap_or(16);
    let mut sessions = Vec::new();
    let mut at = Lba(0);
    if let Some(descriptor) = primary_at(source, Lba(system_area))? {
        sessions.push(Lba(0));
        at = Lba(i32::try_from(descriptor.volume_blocks).unwrap_or(i32::MAX));
    }
    let Some(end) = source.end() else { return Ok(sessions) };
    at = at.max(Lba(system_area + 1));
    let mut chunk = vec![0; usize::try_from(CHUNK_SECTORS).unwrap_or(0) * SECTOR_BYTES];
    while let Some(left) = end.sectors_since(at).filter(|&left| left > 0) {
        let now = left.min(CHUNK_SECTORS);
        let bytes = usize::try_from(now).unwrap_or(0) * SECTOR_BYTES;
        let part = chunk.get_mut(..bytes).unwrap_or_default();
        match source.read_sectors(at, part) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            other => other?,
        }
        for (sector, lba) in part.chunks_exact(SECTOR_BYTES).zip(at.0..) {
            if sector.get(..6) == Some(b"\x01CD001") && begins_session(source, Lba(lba))? {
                sessions.push(Lba(lba - system_area));
            }
        }
        at = at.saturating_add(now);
    }
    Ok(sessions)
}

/// Whether the descriptor at `lba` names a root directory that lies behind it and names itself.
fn begins_session(source: &impl ReadSectors, lba: Lba) -> io::Result<bool> {
    let Some(descriptor) = primary_at(source, lba)? else { return Ok(false) };
    let Ok(root) = i32::try_from(descriptor.root.extent) else { return Ok(false) };
    if root <= lba.0 {
        return Ok(false);
    }
    let mut sector = [0; SECTOR_BYTES];
    match source.read_sectors(Lba(root), &mut sector) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        other => other?,
    }
    let itself = DirectoryRecord::parse(&sector);
    Ok(itself.is_ok_and(|record| {
        record.extent == descriptor.root.extent && record.identifier == DirectoryRecord::SELF_IDENTIFIER
    }))
}

fn primary_at(source: &impl ReadSectors, lba: Lba) -> io::Result<Option<VolumeDescriptor>> {
    let mut sector = [0; SECTOR_BYTES];
    match source.read_sectors(lba, &mut sector) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let descriptor = VolumeDescriptor::parse(&sector).ok();
    Ok(descriptor.filter(|it| it.kind == DescriptorKind::Primary && it.block_bytes == 2048))
}
