//! Reading sectors: READ, READ CD, READ CD MSF.

use discwright_cd::Lba;
use discwright_cd::sector::Format;
use discwright_mmc::Sense;
use discwright_mmc::command::{
    C2Selection, ExpectedSector, HeaderSelection, ReadCd, ReadCdMsf, ReadHeader, SubchannelSelection,
    Verify10,
};
use discwright_mmc::response::SectorHeader;
use discwright_mmc::toc::AddressField;
use discwright_transport::Instant;

use super::{Reply, deck};
use crate::derive::{Track, View};
use crate::drive::Drive;
use crate::medium::{Block, Content};
use crate::personality::{Personality, sector_time};
use crate::recording::Recording;
use crate::sector::{self, Sector, Unreadable};
use crate::{sense, subcode};

/// The most that one command is answered with, in sectors: more than any transport carries.
const MOST_SECTORS: u32 = 65_536;

/// User data of mode 1 and form 1 sectors.
pub(super) fn read(drive: &mut Drive, now: Instant, start: Lba, sectors: u32) -> Result<Reply, Sense> {
    let personality = drive.personality.clone();
    check_range(drive, start, sectors, Lba(0))?;
    let now = settled(drive, now)?;
    let deck = deck(drive)?;
    let view = deck.view().clone();
    let disc = deck.disc_mut();
    let mut bytes = Vec::new();
    let mut refused = None;
    for at in addresses(start, sectors) {
        let Some(place) = view.physical(at) else {
            refused = Some(sense::OUT_OF_RANGE.at(information(at)));
            break;
        };
        let in_gap = disc.medium().extent_at(place).is_some_and(|extent| {
            matches!(&extent.content, Content::LeadOut { .. })
                || matches!(&extent.content, Content::Track(q, Block::Zeros(_) | Block::TrackDescriptor { .. }) if q.index == 0)
        });
        let sector = if in_gap { Err(Unreadable::NoData) } else { sector::read(disc, place) };
        let data = sector.map_err(|why| wording(&personality, why, at)).and_then(|sector| {
            let data = sector.data().ok_or_else(|| sense::WRONG_SECTOR_MODE.at(information(at)))?;
            bytes.extend_from_slice(data);
            Ok(())
        });
        if let Err(sense) = data {
            refused = Some(sense);
            break;
        }
    }
    Ok(Reply { bytes, sense: refused, at: Some(reading_ends(drive, now, sectors)) })
}

/// Chosen parts of sectors of any kind.
pub(super) fn read_cd(drive: &mut Drive, now: Instant, command: &ReadCd) -> Result<Reply, Sense> {
    let personality = drive.personality.clone();
    if command.sectors == 0 {
        return Ok(Reply::done());
    }
    let parts = Parts::of(command)?;
    check_range(drive, command.start, command.sectors, Lba(-150))?;
    let now = settled(drive, now)?;
    let deck = deck(drive)?;
    let view = deck.view().clone();
    let disc = deck.disc_mut();
    let mut bytes = Vec::new();
    let mut refused = None;
    for at in addresses(command.start, command.sectors) {
        let Some(place) = view.physical(at) else {
            refused = Some(sense::OUT_OF_RANGE.at(information(at)));
            break;
        };
        let sector = sector::read(disc, place).map_err(|why| wording(&personality, why, at));
        let sector = sector.and_then(|sector| {
            if parts.accepts(sector.format) {
                Ok(sector)
            } else {
                Err(sense::WRONG_SECTOR_MODE.at(information(at)))
            }
        });
        match sector {
            Ok(sector) => {
                parts.put(&sector, &mut bytes);
                subcode::put(disc, place, &sector, command.subchannel, &mut bytes);
            }
            Err(sense) => {
                refused = Some(sense);
                break;
            }
        }
    }
    Ok(Reply { bytes, sense: refused, at: Some(reading_ends(drive, now, command.sectors)) })
}

/// As [`read_cd`], by disc time.
pub(super) fn read_cd_msf(drive: &mut Drive, now: Instant, command: &ReadCdMsf) -> Result<Reply, Sense> {
    let command = command.by_address().ok_or(sense::INVALID_FIELD)?;
    read_cd(drive, now, &command)
}

/// Whether sectors can be read; with data, whether they hold just these.
pub(super) fn verify(
    drive: &mut Drive,
    now: Instant,
    command: &Verify10,
    sent: &[u8],
) -> Result<Reply, Sense> {
    let reply = read(drive, now, command.start, u32::from(command.sectors))?;
    let differs = command.byte_check && reply.sense.is_none() && reply.bytes != sent;
    let sense = if differs { Some(sense::MISCOMPARE) } else { reply.sense };
    Ok(Reply { bytes: Vec::new(), sense, at: reply.at })
}

/// Mode and address of a sector, as its header says.
pub(super) fn read_header(drive: &mut Drive, command: &ReadHeader) -> Result<SectorHeader, Sense> {
    let personality = drive.personality.clone();
    check_range(drive, command.address, 1, Lba(0))?;
    let deck = deck(drive)?;
    let place = deck.view().physical(command.address).ok_or(sense::OUT_OF_RANGE)?;
    let disc = deck.disc_mut();
    let sector = sector::read(disc, place).map_err(|why| wording(&personality, why, command.address))?;
    let mode = match sector.format {
        Format::Audio => return Err(sense::WRONG_SECTOR_MODE.at(information(command.address))),
        Format::Mode0 => 0,
        Format::Mode1 => 1,
        Format::Mode2 | Format::Mode2Form1 | Format::Mode2Form2 => 2,
    };
    let address = AddressField::new(command.address, command.msf).map_err(|_| sense::OUT_OF_RANGE)?;
    Ok(SectorHeader { mode, address })
}

pub(super) fn seek(drive: &mut Drive, at: Lba) -> Result<Reply, Sense> {
    check_range(drive, at, 1, Lba(0))?;
    drive.player.stop();
    Ok(Reply::done())
}

/// When the pickup is free: what was written over a formatted disc reaches it before it is read.
fn settled(drive: &mut Drive, now: Instant) -> Result<Instant, Sense> {
    let deck = deck(drive)?;
    if !deck.is_rewriting() {
        return Ok(now);
    }
    let free = deck.laser().ends().max(now);
    deck.advance(free).map_err(|_| sense::WRITE_ERROR)?;
    Ok(free)
}

fn addresses(start: Lba, sectors: u32) -> impl Iterator<Item = Lba> {
    (start.0..start.saturating_add(sectors).0).map(Lba)
}

fn check_range(drive: &mut Drive, start: Lba, sectors: u32, first: Lba) -> Result<(), Sense> {
    let deck = deck(drive)?;
    deck.pause_between_packets();
    if !matches!(deck.recording(), Recording::Idle) {
        // The pickup is writing.
        return Err(sense::SEQUENCE);
    }
    let limit = readable_until(deck.view());
    let end = start.saturating_add(sectors);
    if start < first || end > limit || sectors > MOST_SECTORS {
        return Err(sense::OUT_OF_RANGE.at(information(start.max(limit))));
    }
    Ok(())
}

/// First address that the drive knows nothing readable at or behind.
fn readable_until(view: &View) -> Lba {
    let sessions = view.sessions.iter().map(|session| session.lead_out);
    let tracks = view.tracks.iter().map(Track::address_end);
    let end = sessions.chain(tracks).max().unwrap_or(Lba(0));
    // On a disc that ends with packets of one size, their links have no addresses.
    view.last_address().filter(|_| view.open.is_none()).map_or(end, |last| last + 1)
}

const fn information(at: Lba) -> u32 {
    at.0.cast_unsigned()
}

fn wording(personality: &Personality, why: Unreadable, at: Lba) -> Sense {
    let sense = match why {
        Unreadable::Blank => personality.unwritten,
        Unreadable::Link | Unreadable::NoData => personality.unreadable_link,
        Unreadable::Damaged => sense::UNREADABLE,
    };
    sense.at(information(at))
}

fn reading_ends(drive: &Drive, now: Instant, sectors: u32) -> Instant {
    now.after(sector_time(drive.speeds.read_kb_s).saturating_mul(sectors))
}

/// Which parts of a sector are asked for.
struct Parts {
    command: ReadCd,
}

impl Parts {
    /// Refuses parts that do not lie together (MMC-6, READ CD, table of valid main channel selections).
    fn of(command: &ReadCd) -> Result<Self, Sense> {
        let it = *command;
        let header = matches!(it.headers, HeaderSelection::Header | HeaderSelection::Both);
        let subheader = matches!(it.headers, HeaderSelection::Subheader | HeaderSelection::Both);
        let row = [it.sync, header, subheader, it.user_data, it.edc_ecc];
        // Sectors without subheader skip it; in any other place a gap is an error.
        let without_subheader = [it.sync, header, it.user_data, it.edc_ecc];
        let gaps = |row: &[bool]| {
            let first = row.iter().position(|part| *part);
            let last = row.iter().rposition(|part| *part);
            first
                .zip(last)
                .is_some_and(|(first, last)| row.get(first..last).is_some_and(|row| row.contains(&false)))
        };
        let xa = matches!(it.expected, ExpectedSector::Mode2Form1 | ExpectedSector::Mode2Form2);
        let plain = matches!(it.expected, ExpectedSector::Mode1 | ExpectedSector::Mode2Formless);
        let invalid = match (xa, plain) {
            (true, _) => gaps(&row),
            (_, true) => gaps(&without_subheader),
            _ => gaps(&row) && gaps(&without_subheader),
        };
        let unknown = matches!(it.expected, ExpectedSector::Other(_))
            || matches!(it.c2, C2Selection::Other(_))
            || matches!(it.subchannel, SubchannelSelection::Other(_));
        if invalid || unknown { Err(sense::INVALID_FIELD) } else { Ok(Self { command: it }) }
    }

    const fn accepts(&self, format: Format) -> bool {
        matches!(
            (self.command.expected, format),
            (ExpectedSector::Any, _)
                | (ExpectedSector::Audio, Format::Audio)
                | (ExpectedSector::Mode1, Format::Mode1)
                | (ExpectedSector::Mode2Formless, Format::Mode2)
                | (ExpectedSector::Mode2Form1, Format::Mode2Form1)
                | (ExpectedSector::Mode2Form2, Format::Mode2Form2)
        )
    }

    fn put(&self, sector: &Sector, out: &mut Vec<u8>) {
        let it = &self.command;
        let mut take = |wanted: bool, range: core::ops::Range<usize>| {
            if wanted {
                out.extend_from_slice(sector.raw.get(range).unwrap_or_default());
            }
        };
        let header = matches!(it.headers, HeaderSelection::Header | HeaderSelection::Both);
        let subheader = matches!(it.headers, HeaderSelection::Subheader | HeaderSelection::Both);
        match sector.format {
            // Sound has no parts: it comes whole when user data, or everything, is asked for.
            Format::Audio => take(it.user_data, 0..2352),
            format => {
                let user = format.user_range();
                let xa = matches!(format, Format::Mode2Form1 | Format::Mode2Form2);
                take(it.sync, 0..12);
                take(header, 12..16);
                take(subheader && xa, 16..24);
                take(it.user_data, user.clone());
                take(it.edc_ecc, user.end..2352);
            }
        }
        // The emulated pickup reads without C2 errors.
        let c2 = match it.c2 {
            C2Selection::None | C2Selection::Other(_) => 0,
            C2Selection::Bits => 294,
            C2Selection::BitsAndBlockByte => 296,
        };
        out.resize(out.len() + c2, 0);
    }
}
