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
/// On media that can be overwritten, growisofs and xorriso put a copy of the newest session's descriptors in front of
/// the first session's or in their place. Where the descriptor at sector 16 has the root of a later session, the sessions are
/// those behind it, and sector zero begins none of its own.
///
/// # Errors
/// The source's, [`io::ErrorKind::UnexpectedEof`] excepted, which ends the search.
pub fn find_sessions(source: &impl ReadSectors) -> io::Result<Vec<Lba>> {
    let first = primary_at(source, Lba(SYSTEM_AREA))?;
    let Some(end) = source.end() else { return Ok(first.iter().map(|_| Lba(0)).collect()) };
    let behind = end_of_first(source, first, end)?;
    let later = search(source, FRONT.max(behind.unwrap_or(FRONT)), end)?;
    Ok(behind.map(|_| Lba(0)).into_iter().chain(later.into_iter().map(|session| session.start)).collect())
}

/// Where the first volume of `source` ends, as its descriptor states it: from there on [`find_sessions`] looks for later ones,
/// so that a session is not found that begins in front of it, as one put behind a file that was cut short would. Sector zero
/// where that is no bound.
///
/// # Errors
/// The source's, [`io::ErrorKind::UnexpectedEof`] excepted.
pub fn stated_end(source: &impl ReadSectors) -> io::Result<Lba> {
    let first = primary_at(source, Lba(SYSTEM_AREA))?;
    let Some(end) = source.end() else { return Ok(Lba(0)) };
    Ok(end_of_first(source, first, end)?.unwrap_or(Lba(0)))
}

/// Where a later session is looked for at first: behind the descriptor that the first may have.
const FRONT: Lba = Lba(SYSTEM_AREA + 1);

/// The end that the first volume states; `None` where the descriptor at sector 16 is none or a later session's.
fn end_of_first(
    source: &impl ReadSectors,
    first: Option<VolumeDescriptor>,
    end: Lba,
) -> io::Result<Option<Lba>> {
    let Some(first) = first else { return Ok(None) };
    let root = Lba(i32::try_from(first.root.extent).unwrap_or(i32::MAX));
    // In front of an ordinary root there are few sectors, so this costs nothing.
    let is_copy = search(source, FRONT, root.min(end))?.iter().any(|session| session.root == root);
    Ok((!is_copy).then(|| Lba(i32::try_from(first.volume_blocks).unwrap_or(i32::MAX))))
}

/// The system area in front of a session's descriptors, in sectors.
#[expect(clippy::cast_possible_wrap, reason = "sixteen")]
const SYSTEM_AREA: i32 = SYSTEM_AREA_SECTORS as i32;

/// A session behind the first.
struct Session {
    start: Lba,
    root: Lba,
}

/// The sessions whose descriptors lie from `at` to before `end`.
fn search(source: &impl ReadSectors, mut at: Lba, end: Lba) -> io::Result<Vec<Session>> {
    let mut sessions = Vec::new();
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
            if sector.get(..6) == Some(b"\x01CD001")
                && let Some(root) = root_of_session(source, Lba(lba))?
            {
                sessions.push(Session { start: Lba(lba - SYSTEM_AREA), root });
            }
        }
        at = at.saturating_add(now);
    }
    Ok(sessions)
}

/// The root directory that the descriptor at `lba` names, if it lies behind it and names itself.
fn root_of_session(source: &impl ReadSectors, lba: Lba) -> io::Result<Option<Lba>> {
    let Some(descriptor) = primary_at(source, lba)? else { return Ok(None) };
    let Ok(root) = i32::try_from(descriptor.root.extent).map(Lba) else { return Ok(None) };
    if root <= lba {
        return Ok(None);
    }
    let mut sector = [0; SECTOR_BYTES];
    match source.read_sectors(root, &mut sector) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let itself = DirectoryRecord::parse(&sector);
    let names_itself = itself.is_ok_and(|record| {
        record.extent == descriptor.root.extent && record.identifier == DirectoryRecord::SELF_IDENTIFIER
    });
    Ok(names_itself.then_some(root))
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
