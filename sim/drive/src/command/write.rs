//! WRITE, SYNCHRONIZE CACHE, SEND CUE SHEET, SEND OPC INFORMATION.

use discwright_cd::Lba;
use discwright_mmc::Sense;
use discwright_mmc::command::{ReserveTrack, SendCueSheet, SendOpc, Verify10, WriteAndVerify10};
use discwright_mmc::cue_sheet::CueSheet;
use discwright_mmc::mode::{DataBlockType, WriteParameters, WriteType};
use discwright_transport::Instant;

use super::{Reply, deck};
use crate::derive::Track;
use crate::drive::{Drive, Operation};
use crate::medium::Subchannel;
use crate::recording::{HostBlock, Recording, Rewriting, Settings, TrackPlan};
use crate::sense;

pub(super) fn write(
    drive: &mut Drive,
    now: Instant,
    start: Lba,
    sectors: u32,
    data: &[u8],
) -> Result<Reply, Sense> {
    if sectors == 0 {
        return Ok(Reply::done());
    }
    let settings = drive.settings();
    if let Some(track) = deck(drive)?.overwritable(start) {
        return overwrite(drive, now, &settings, &track, (start, sectors, data));
    }
    if deck(drive)?.is_behind_formatted(start) {
        return Err(sense::OUT_OF_RANGE);
    }
    let page = &drive.pages.write;
    let (write_type, plan) = (page.write_type, track_plan(page));
    let subchannel = raw_subchannel(page.data_block_type);
    let packet_blocks = packet_blocks(page);
    let waits = drive.personality.waits_for_room;
    let deck = deck(drive)?;
    let now = if deck.has_room(&settings, data.len()) || !waits {
        now
    } else {
        let room = deck.laser().room_by(settings.buffer_bytes, data.len()).max(now);
        deck.advance(room).map_err(|_| sense::WRITE_ERROR)?;
        room
    };
    if !deck.has_room(&settings, data.len()) {
        return Err(sense::LONG_WRITE_IN_PROGRESS);
    }
    let idle = matches!(deck.recording(), Recording::Idle);
    if idle {
        // Says first what is wrong with the disc, if anything is.
        deck.check_writable(&settings)?;
    }
    let block_bytes = match (deck.recording(), write_type) {
        (Recording::Track(track), _) => track.plan.host.bytes(),
        (Recording::Raw(raw), _) => raw.block_bytes(),
        // The sheet says, block by block.
        (Recording::Session(_), _) => 0,
        (Recording::Idle, WriteType::TrackAtOnce | WriteType::Packet) => {
            plan.ok_or(sense::WRONG_SECTOR_MODE)?.host.bytes()
        }
        (Recording::Idle, WriteType::Raw) => {
            HostBlock::RAW.with(subchannel.ok_or(sense::WRONG_SECTOR_MODE)?).bytes()
        }
        (Recording::Idle, _) => return Err(sense::SEQUENCE),
    };
    let by_sheet = matches!(deck.recording(), Recording::Session(_));
    if !by_sheet && bytes_of(sectors).checked_mul(block_bytes) != Some(data.len()) {
        return Err(sense::WRONG_SECTOR_MODE);
    }
    match (idle, write_type, plan, subchannel) {
        (true, WriteType::TrackAtOnce, Some(plan), _) => {
            deck.begin_track(now, &settings, plan, start, sectors)?
        }
        (true, WriteType::Packet, Some(plan), _) => {
            deck.begin_packet(now, &settings, plan, packet_blocks, start, sectors)?
        }
        (true, WriteType::Raw, _, Some(subchannel)) => deck.begin_raw(now, &settings, subchannel, start)?,
        _ => {}
    }
    deck.write(now, &settings, start, sectors, data)?;
    drive.pickup.put(start.saturating_add(sectors));
    drive.log.bytes_written += u64::try_from(data.len()).unwrap_or(0);
    Ok(Reply::done_at(now))
}

/// Writes over a formatted disc and reads it back; nowhere else can a block be read right behind the laser.
pub(super) fn write_and_verify(
    drive: &mut Drive,
    now: Instant,
    command: &WriteAndVerify10,
    sent: &[u8],
) -> Result<Reply, Sense> {
    deck(drive)?.check_format()?;
    if deck(drive)?.overwritable(command.start).is_none() {
        return Err(sense::INVALID_ADDRESS_FOR_WRITE);
    }
    let written = write(drive, now, command.start, u32::from(command.sectors), sent)?;
    let back = Verify10 {
        start: command.start,
        sectors: command.sectors,
        dpo: false,
        byte_check: command.byte_check,
    };
    super::read::verify(drive, written.at.unwrap_or(now), &back, sent)
}

/// Writes over packets of a formatted disc, if the write parameters page says how they are made.
fn overwrite(
    drive: &mut Drive,
    now: Instant,
    settings: &Settings,
    track: &Track,
    (start, sectors, data): (Lba, u32, &[u8]),
) -> Result<Reply, Sense> {
    let page = &drive.pages.write;
    let plan = track_plan(page).filter(|_| page.write_type == WriteType::Packet && page.fixed_packet);
    let plan = plan.filter(|plan| track.form == Some(plan.host.form())).ok_or(sense::WRONG_SECTOR_MODE)?;
    if track.packet != Some(page.packet_blocks) {
        return Err(sense::INVALID_PACKET_SIZE);
    }
    if bytes_of(sectors).checked_mul(plan.host.bytes()) != Some(data.len()) {
        return Err(sense::WRONG_SECTOR_MODE);
    }
    let parts = drive.personality.partial_packets;
    let rewriting = Rewriting { start, sectors, host: plan.host, data, parts };
    let taken = deck(drive)?.overwrite(now, settings, track, &rewriting)?;
    Ok(Reply::done_at(taken))
}

/// Blocks in each packet by the write parameters page; zero when packets are of any size.
pub(super) const fn packet_blocks(page: &WriteParameters) -> u32 {
    if page.fixed_packet { page.packet_blocks } else { 0 }
}

fn bytes_of(sectors: u32) -> usize {
    usize::try_from(sectors).unwrap_or(usize::MAX)
}

/// Subchannel bytes that come with raw blocks of a type; `None` for types that are not raw.
pub(super) const fn raw_subchannel(data_block_type: DataBlockType) -> Option<Subchannel> {
    match data_block_type {
        DataBlockType::RawPq => Some(Subchannel::Pq16),
        DataBlockType::RawPwPacked => Some(Subchannel::Packed96),
        DataBlockType::RawPwRaw => Some(Subchannel::Raw96),
        _ => None,
    }
}

/// What a track will be by the write parameters page; `None` when its parts contradict each other.
pub(super) fn track_plan(page: &WriteParameters) -> Option<TrackPlan> {
    let is_data = page.track_mode & 4 != 0;
    let host = match (page.data_block_type, is_data) {
        (DataBlockType::Raw, false) => HostBlock::AUDIO,
        (DataBlockType::Raw, true) => HostBlock::RAW,
        (DataBlockType::RawPq, false) => HostBlock::AUDIO.with(Subchannel::Pq16),
        (DataBlockType::RawPwPacked, false) => HostBlock::AUDIO.with(Subchannel::Packed96),
        (DataBlockType::RawPwRaw, false) => HostBlock::AUDIO.with(Subchannel::Raw96),
        (DataBlockType::Mode1, true) => HostBlock::MODE_1,
        (DataBlockType::Mode2, true) => HostBlock::MODE_2,
        (DataBlockType::Mode2Form1, true) => HostBlock::xa_form_1(page.subheader),
        (DataBlockType::Mode2Form1Subheader, true) => HostBlock::XA_FORM_1_SUBHEADER,
        (DataBlockType::Mode2Form2, true) => HostBlock::xa_form_2(page.subheader),
        (DataBlockType::Mode2Mixed, true) => HostBlock::XA_MIXED_SUBHEADER,
        _ => return None,
    };
    let (isrc, catalogue) = (page.isrc_code(), page.catalog_number());
    Some(TrackPlan { control: page.track_mode, host, isrc, catalogue })
}

pub(super) fn synchronize(drive: &mut Drive, now: Instant, immed: bool) -> Result<Reply, Sense> {
    let settings = drive.settings();
    deck(drive)?.synchronize(now, &settings)?;
    drive.carry_out(now, immed, Operation::Flushing)
}

pub(super) fn send_cue_sheet(drive: &mut Drive, command: &SendCueSheet, sent: &[u8]) -> Result<Reply, Sense> {
    let settings = drive.settings();
    let format = drive.pages.write.session_format.into();
    let write_type = drive.pages.write.write_type;
    let bytes = usize::try_from(command.sheet_bytes).unwrap_or(usize::MAX);
    let sheet = CueSheet::parse(sent.get(..bytes).ok_or(sense::PARAMETER_LIST_LENGTH)?)?;
    let deck = deck(drive)?;
    deck.check_writable(&settings)?;
    if write_type != WriteType::SessionAtOnce {
        return Err(sense::SEQUENCE);
    }
    deck.begin_session(&settings, &sheet, format)?;
    Ok(Reply::done())
}

pub(super) fn send_opc(drive: &mut Drive, now: Instant, command: &SendOpc) -> Result<Reply, Sense> {
    if !command.do_opc {
        // Values that the host brings are for drives that cannot measure.
        return Ok(Reply::done());
    }
    let settings = drive.settings();
    let time = drive.personality.times.calibration;
    let deck = deck(drive)?;
    deck.check_writable(&settings)?;
    deck.calibrate(now, &settings, time)?;
    drive.carry_out(now, false, Operation::Flushing)
}

/// Sets so many blocks apart for a track to be written in packets.
pub(super) fn reserve(drive: &mut Drive, now: Instant, command: &ReserveTrack) -> Result<Reply, Sense> {
    if command.by_address {
        return Err(sense::INVALID_FIELD);
    }
    let settings = drive.settings();
    let page = &drive.pages.write;
    let control = page.track_mode;
    let packet_blocks = if page.write_type == WriteType::Packet { packet_blocks(page) } else { 0 };
    deck(drive)?.reserve_track(now, &settings, control, packet_blocks, command.size)?;
    drive.carry_out(now, false, Operation::Flushing)
}
