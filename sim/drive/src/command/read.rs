//! Reading sectors: READ, READ CD, READ CD MSF.

use discwright_cd::Lba;
use discwright_cd::area::RAW_BYTES;
use discwright_cd::sector::Format;
use discwright_mmc::Sense;
use discwright_mmc::command::{
    C2Selection, ExpectedSector, HeaderSelection, ReadCd, ReadCdMsf, ReadCdda, ReadHeader,
    SubchannelSelection, Verify10,
};
use discwright_mmc::response::SectorHeader;
use discwright_mmc::toc::AddressField;
use discwright_transport::Instant;

use super::{Reply, deck};
use crate::derive::{Track, View};
use crate::drive::Drive;
use crate::fault::Conditions;
use crate::medium::{Block, Content};
use crate::personality::Personality;
use crate::recording::Recording;
use crate::sector::{self, Sector, Unreadable};
use crate::{correction, sense, subcode};

/// The most that one command is answered with, in sectors: more than any transport carries.
const MOST_SECTORS: u32 = 65_536;

/// User data of mode 1 and form 1 sectors.
pub(super) fn read(drive: &mut Drive, now: Instant, start: Lba, sectors: u32) -> Result<Reply, Sense> {
    check_range(drive, start, sectors, Lba(0))?;
    let now = settled(drive, now)?;
    let view = deck(drive)?.view().clone();
    let mut reading = Reading::default();
    for at in addresses(start, sectors) {
        let fetched = fetch(drive, now, &view, at, true).and_then(|fetched| {
            let data = fetched.sector.data().ok_or_else(|| sense::WRONG_SECTOR_MODE.at(information(at)))?;
            reading.bytes.extend_from_slice(data);
            Ok(fetched)
        });
        match fetched {
            Ok(fetched) => {
                let bytes = reading.bytes.len();
                if reading.judge(drive, at, &fetched, bytes - 2048) {
                    break;
                }
            }
            Err(sense) => {
                reading.sense = Some(sense);
                break;
            }
        }
    }
    Ok(reading.reply(drive, now, start, sectors))
}

/// Chosen parts of sectors of any kind.
pub(super) fn read_cd(drive: &mut Drive, now: Instant, command: &ReadCd) -> Result<Reply, Sense> {
    if command.sectors == 0 {
        return Ok(Reply::done());
    }
    let parts = Parts::of(command)?;
    check_range(drive, command.start, command.sectors, Lba(drive.personality.quirks.first_readable))?;
    let now = settled(drive, now)?;
    let view = deck(drive)?.view().clone();
    // Who looks at C2 wants the bytes as they come; so does who forbids correction.
    let raw = command.c2 != C2Selection::None;
    let mut reading = Reading::default();
    for at in addresses(command.start, command.sectors) {
        let fetched = fetch(drive, now, &view, at, false).and_then(|fetched| {
            if parts.accepts(fetched.sector.format) {
                Ok(fetched)
            } else {
                Err(sense::WRONG_SECTOR_MODE.at(information(at)))
            }
        });
        let fetched = match fetched {
            Ok(fetched) => fetched,
            Err(sense) => {
                reading.sense = Some(sense);
                break;
            }
        };
        let before = reading.bytes.len();
        parts.put(drive, &fetched, &mut reading.bytes)?;
        let is_data = fetched.sector.format != Format::Audio;
        if is_data && !raw && reading.judge(drive, at, &fetched, before) {
            break;
        }
    }
    Ok(reading.reply(drive, now, command.start, command.sectors))
}

/// Sound as Plextor's READ CD-DA gives it: the sectors, and the subchannel asked for.
pub(super) fn read_cdda(drive: &mut Drive, now: Instant, command: &ReadCdda) -> Result<Reply, Sense> {
    if !drive.personality.quirks.reads_cdda {
        return Err(sense::UNKNOWN_COMMAND);
    }
    let (user_data, subchannel, c2) = match command.subchannel {
        0 => (true, SubchannelSelection::None, C2Selection::None),
        1 => (true, SubchannelSelection::Q, C2Selection::None),
        2 => (true, SubchannelSelection::Raw, C2Selection::None),
        3 => (false, SubchannelSelection::Raw, C2Selection::None),
        8 => (true, SubchannelSelection::None, C2Selection::Bits),
        _ => return Err(sense::invalid_field(10, 7)),
    };
    let headers = if user_data { HeaderSelection::Both } else { HeaderSelection::None };
    let command = ReadCd {
        start: command.start,
        sectors: command.sectors,
        expected: ExpectedSector::Any,
        sync: user_data,
        headers,
        user_data,
        edc_ecc: user_data,
        c2,
        subchannel,
        ..ReadCd::default()
    };
    read_cd(drive, now, &command)
}

/// A sector as the pickup delivers it.
struct Fetched {
    sector: Sector,
    place: Lba,
    /// Bytes that C2 calls doubtful.
    doubtful: Vec<usize>,
    /// What became of them.
    quality: Quality,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quality {
    /// As it was written.
    Good,
    /// Mended by the layered error correction.
    Mended,
    /// Not as it was written.
    Wrong,
}

fn fetch(drive: &mut Drive, now: Instant, view: &View, at: Lba, user_data: bool) -> Result<Fetched, Sense> {
    let asked = Lba(at.0.saturating_add(drive.conditions.sector_offset));
    let place = view
        .physical(asked)
        .or_else(|| view.physical(at))
        .ok_or_else(|| sense::OUT_OF_RANGE.at(information(at)))?;
    let disc = deck(drive)?.disc_mut();
    let in_gap = disc.medium().extent_at(place).is_some_and(|extent| {
        matches!(&extent.content, Content::LeadOut { .. })
            || matches!(&extent.content, Content::Track(q, Block::Zeros(_) | Block::TrackDescriptor { .. }) if q.index == 0)
    });
    let sector = if in_gap && user_data { Err(Unreadable::NoData) } else { sector::read(disc, place) };
    let mut sector = sector.map_err(|why| wording(&drive.personality, why, at))?;
    let mut quality = Quality::Good;
    if sector.is_foreign
        && sector.format != Format::Audio
        && !discwright_cd::sector::check(&sector.raw).is_intact()
    {
        quality = Quality::Wrong;
    }
    shift_sound(drive, place, &mut sector);
    let mut doubtful = Vec::new();
    if drive.faults.rots() {
        let rot = drive.faults.rot(now, place);
        doubtful = rot.iter().map(|(at, _)| *at).collect();
        let corrects = !drive.pages.recovery.disable_correction;
        if !rot.is_empty() && corrects && correction::can_mend(sector.format, &doubtful) {
            quality = Quality::Mended;
        } else if !rot.is_empty() {
            quality = Quality::Wrong;
            for (at, bits) in rot {
                if let Some(byte) = sector.raw.get_mut(at) {
                    *byte ^= bits;
                }
            }
        }
    }
    Ok(Fetched { sector, place, doubtful, quality })
}

/// Sound comes early or late by the drive's read offset; beyond what can be read there is silence.
fn shift_sound(drive: &mut Drive, place: Lba, sector: &mut Sector) {
    let bytes = i32::from(drive.personality.quirks.read_offset_samples) * BYTES_PER_SAMPLE;
    if bytes == 0 || sector.format != Format::Audio {
        return;
    }
    let Some(deck) = &mut drive.deck else { return };
    let first = bytes.div_euclid(SECTOR_BYTES);
    let skip = usize::try_from(bytes.rem_euclid(SECTOR_BYTES)).unwrap_or(0);
    let mut sound = |at: Lba| match sector::read(deck.disc_mut(), at) {
        Ok(sector) if sector.format == Format::Audio => sector.raw,
        _ => [0; RAW_BYTES],
    };
    // What is read late was there before: a positive offset takes from the sectors ahead.
    let (head, tail) =
        (sound(Lba(place.0.saturating_add(first))), sound(Lba(place.0.saturating_add(first + 1))));
    let shifted = head.iter().skip(skip).chain(tail.iter().take(skip));
    for (to, from) in sector.raw.iter_mut().zip(shifted) {
        *to = *from;
    }
}

const BYTES_PER_SAMPLE: i32 = 4;
const SECTOR_BYTES: i32 = 2352;

/// A read under way.
#[derive(Default)]
struct Reading {
    bytes: Vec<u8>,
    sense: Option<Sense>,
    /// Sectors that were tried again.
    retried: u32,
}

impl Reading {
    /// What the error recovery page makes of a sector that was not simply good (MMC-6, Read/Write Error Recovery mode
    /// page). Whether the read ends with it.
    fn judge(&mut self, drive: &mut Drive, at: Lba, fetched: &Fetched, before: usize) -> bool {
        let page = &drive.pages.recovery;
        match fetched.quality {
            Quality::Good => false,
            Quality::Mended => {
                drive.log.read_corrected += 1;
                if page.post_error {
                    self.sense = Some(sense::RECOVERED_BY_ECC.at(information(at)));
                }
                page.post_error && page.disable_transfer_on_error
            }
            // Rather wrong data than a delay.
            Quality::Wrong if page.read_continuous => false,
            Quality::Wrong => {
                drive.log.read_errors += 1;
                self.retried += 1;
                if !page.transfer_block {
                    self.bytes.truncate(before);
                }
                self.sense = Some(sense::UNREADABLE.at(information(at)));
                true
            }
        }
    }

    fn reply(self, drive: &mut Drive, now: Instant, start: Lba, sectors: u32) -> Reply {
        drive.log.bytes_read += u64::try_from(self.bytes.len()).unwrap_or(0);
        let curve = drive.read_curve();
        // Each retry waits for the sector to come round again.
        let turn = curve.sector(start).saturating_mul(SECTORS_PER_TURN);
        let retries = u32::from(drive.pages.recovery.read_retries).saturating_mul(self.retried);
        let (jump, room) = (drive.personality.times.jump, drive.personality.buffer_bytes / 2_352);
        let done = drive.pickup.read(now, start, sectors, &jump, &curve, room);
        Reply { bytes: self.bytes, sense: self.sense, at: Some(done.after(turn.saturating_mul(retries))) }
    }
}

/// Sectors that pass in one turn, about the middle of the disc.
const SECTORS_PER_TURN: u32 = 16;

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

/// Moves the pickup; it is there when the command ends.
pub(super) fn seek(drive: &mut Drive, now: Instant, at: Lba) -> Result<Reply, Sense> {
    check_range(drive, at, 1, Lba(0))?;
    drive.player.stop();
    let time = drive.personality.times.jump.time(drive.pickup.at, at, &drive.read_curve());
    drive.pickup.put(at);
    Ok(Reply::done_at(now.after(time)))
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
    let end = start.saturating_add(sectors);
    if let Some(track) = deck.cut_format().filter(|track| sectors > 0 && end > track.start) {
        return Err(sense::FORMAT_CORRUPTED.at(information(start.max(track.start))));
    }
    let limit = readable_until(deck.view());
    if start < first || end > limit || sectors > MOST_SECTORS {
        // The first address that cannot be read: the start, or where the readable ends.
        let refused = if start < first { start } else { start.max(limit) };
        return Err(sense::OUT_OF_RANGE.at(information(refused)));
    }
    Ok(())
}

/// First address that the drive knows nothing readable at or behind.
fn readable_until(view: &View) -> Lba {
    let sessions = view.sessions.iter().map(|session| view.address_end(session));
    let tracks = view.tracks.iter().map(Track::address_end);
    sessions.chain(tracks).max().unwrap_or(Lba(0))
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
        if matches!(it.expected, ExpectedSector::Other(_)) {
            return Err(sense::invalid_field(1, 4));
        }
        if invalid {
            return Err(sense::invalid_field(9, 7));
        }
        if matches!(it.c2, C2Selection::Other(_)) {
            return Err(sense::invalid_field(9, 2));
        }
        if matches!(it.subchannel, SubchannelSelection::Other(_)) {
            return Err(sense::invalid_field(10, 2));
        }
        Ok(Self { command: it })
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

    fn put(&self, drive: &mut Drive, fetched: &Fetched, out: &mut Vec<u8>) -> Result<(), Sense> {
        let (it, sector) = (&self.command, &fetched.sector);
        let (conditions, quirks) = (drive.conditions, drive.personality.quirks);
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
        let disc = deck(drive)?.disc();
        let binary = conditions.q_binary || quirks.q_in_binary;
        let q = subcode::QFaults { bad_check: conditions.q_check, binary };
        if quirks.subchannel_before_c2 {
            subcode::put(disc, fetched.place, sector, it.subchannel, q, out);
            put_c2(it.c2, &pointers(conditions, &fetched.doubtful), out);
        } else {
            put_c2(it.c2, &pointers(conditions, &fetched.doubtful), out);
            subcode::put(disc, fetched.place, sector, it.subchannel, q, out);
        }
        Ok(())
    }
}

/// A bit for each doubtful byte, the first byte's first.
fn pointers(conditions: Conditions, doubtful: &[usize]) -> [u8; 294] {
    let mut pointers = [0; 294];
    let mut mark = |at: usize| {
        if let Some(byte) = pointers.get_mut(at / 8) {
            *byte |= 0x80 >> (at % 8);
        }
    };
    if !conditions.c2_silent {
        doubtful.iter().for_each(|at| mark(*at));
    }
    if conditions.c2_false {
        (0..2352).step_by(97).for_each(mark);
    }
    pointers
}

/// The pointers; the block error byte, which is all of them at once, comes first and is padded (MMC-3, READ CD).
fn put_c2(wanted: C2Selection, pointers: &[u8; 294], out: &mut Vec<u8>) {
    match wanted {
        C2Selection::None | C2Selection::Other(_) => {}
        C2Selection::Bits => out.extend(pointers),
        C2Selection::BitsAndBlockByte => {
            out.extend([pointers.iter().fold(0, |all, byte| all | byte), 0]);
            out.extend(pointers);
        }
    }
}
