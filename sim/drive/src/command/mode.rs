//! MODE SENSE and MODE SELECT.

use discwright_mmc::command::{ModeSelect6, ModeSelect10, ModeSense6, ModeSense10, PageControl};
use discwright_mmc::mode::{
    Capabilities, DataBlockType, ErrorRecovery, ModeData6, ModeData10, ModePage, PageEntry, WriteParameters,
    WriteSpeed, WriteType,
};
use discwright_mmc::{FieldPointer, ParameterError, Sense, SenseSpecific};

use super::Reply;
use super::write::raw_subchannel;
use crate::drive::{Drive, Pages};
use crate::personality::{Personality, kb_s};
use crate::recording::Recording;
use crate::sense;

/// All pages.
const ALL_PAGES: u8 = 0x3F;

pub(super) fn sense10(drive: &Drive, command: &ModeSense10) -> Result<Reply, Sense> {
    let data = mode_data(drive, command.control, command.page, command.subpage)?;
    Ok(Reply::of(&data))
}

pub(super) fn sense6(drive: &Drive, command: &ModeSense6) -> Result<Reply, Sense> {
    let data = mode_data(drive, command.control, command.page, command.subpage)?;
    Ok(Reply::of(&ModeData6(data)))
}

fn mode_data(drive: &Drive, control: PageControl, page: u8, subpage: u8) -> Result<ModeData10, Sense> {
    if subpage != 0 && subpage != 0xFF {
        return Err(sense::invalid_field(3, 7));
    }
    let pages: Vec<ModePage> = match control {
        PageControl::Current => all(drive, drive.pages.clone()),
        PageControl::Default => all(drive, Pages::of(&drive.personality)),
        PageControl::Changeable => changeable(&drive.personality),
        // Nothing outlives the power.
        PageControl::Saved | PageControl::Other(_) => return Err(sense::SAVING_NOT_SUPPORTED),
    };
    let wanted = |it: &ModePage| page == ALL_PAGES || it.code() == page;
    let pages: Vec<PageEntry> = pages.into_iter().filter(wanted).map(PageEntry::of).collect();
    if pages.is_empty() {
        return Err(sense::invalid_field(2, 5));
    }
    Ok(ModeData10 { pages, ..ModeData10::default() })
}

/// The pages by rising code.
fn all(drive: &Drive, pages: Pages) -> Vec<ModePage> {
    let Pages { recovery, write, kept } = pages;
    let mut all: Vec<ModePage> = vec![recovery.into(), write.into(), capabilities(drive).into()];
    all.extend(kept);
    all.sort_by_key(ModePage::code);
    all
}

/// Which bits a host can change: those it may set are ones.
fn changeable(personality: &Personality) -> Vec<ModePage> {
    let ones = |page: &ModePage| {
        let mut bytes = page.encode();
        for byte in bytes.iter_mut().skip(2) {
            *byte = 0xFF;
        }
        PageEntry::parse(&bytes).map(|(entry, _)| entry.page)
    };
    let Pages { recovery, write, kept } = Pages::of(personality);
    let mut pages: Vec<ModePage> = vec![recovery.into(), write.into()];
    pages.extend(kept);
    let mut pages: Vec<ModePage> = pages.iter().map(ones).filter_map(Result::ok).collect();
    pages.push(Capabilities::default().into());
    pages.sort_by_key(ModePage::code);
    pages
}

fn capabilities(drive: &Drive) -> Capabilities {
    let it = &drive.personality;
    let speeds = drive.write_speeds_kb_s();
    let write_kb_s = drive.write_kb_s();
    let mut page = Capabilities {
        read_cd_r: true,
        read_cd_rw: true,
        read_method_2: true,
        write_cd_r: true,
        write_cd_rw: true,
        test_write: true,
        mode_2_form_1: true,
        mode_2_form_2: true,
        multi_session: true,
        buffer_underrun_free: it.buffer_underrun_free,
        cdda: true,
        cdda_accurate: true,
        c2_pointers: true,
        rw_supported: true,
        audio_play: true,
        isrc: true,
        upc: true,
        lock: true,
        lock_state: drive.is_locked(),
        eject: true,
        loading_mechanism: 1,
        max_read_kb_s: kb_s(it.read_speed_x),
        buffer_kib: u16::try_from(it.buffer_bytes / 1024).unwrap_or(u16::MAX),
        current_read_kb_s: drive.speeds.read_kb_s,
        max_write_kb_s: speeds.last().copied().unwrap_or(0),
        old_current_write_kb_s: write_kb_s,
        copy_management: 1,
        rotation: drive.speeds.rotation,
        current_write_kb_s: write_kb_s,
        ..Capabilities::default()
    };
    let descriptors: Vec<_> = speeds
        .iter()
        .rev()
        .map(|kb_s| WriteSpeed { rotation: drive.rotation_of(*kb_s), kb_s: *kb_s })
        .collect();
    page.set_write_speeds(&descriptors);
    page
}

pub(super) fn select10(drive: &mut Drive, command: &ModeSelect10, sent: &[u8]) -> Result<Reply, Sense> {
    let list = parameters(command.save_pages, usize::from(command.parameter_bytes), sent)?;
    select(drive, list, 8, ModeData10::parse_parameters)
}

pub(super) fn select6(drive: &mut Drive, command: &ModeSelect6, sent: &[u8]) -> Result<Reply, Sense> {
    let list = parameters(command.save_pages, usize::from(command.parameter_bytes), sent)?;
    select(drive, list, 4, |bytes| ModeData6::parse_parameters(bytes).map(|ModeData6(data)| data))
}

fn parameters(save: bool, bytes: usize, sent: &[u8]) -> Result<&[u8], Sense> {
    if save {
        return Err(sense::SAVING_NOT_SUPPORTED);
    }
    sent.get(..bytes).ok_or(sense::PARAMETER_LIST_LENGTH)
}

fn select(
    drive: &mut Drive,
    bytes: &[u8],
    header_bytes: usize,
    parse: impl Fn(&[u8]) -> Result<ModeData10, ParameterError>,
) -> Result<Reply, Sense> {
    if bytes.is_empty() {
        return Ok(Reply::done());
    }
    let list = parse(bytes)?;
    // All pages are looked at before any is taken over.
    let mut pages = drive.pages.clone();
    let mut at = header_bytes + 8 * list.block_descriptors.len();
    for PageEntry { page, .. } in &list.pages {
        match page {
            ModePage::ErrorRecovery(page) => pages.recovery = recovery(page, at)?,
            ModePage::WriteParameters(page) => pages.write = write_parameters(&drive.personality, page, at)?,
            // Nothing in it can be changed; hosts that write back what they read are right.
            ModePage::Capabilities(_) => {}
            // Nothing is ever predicted, not even as a test.
            ModePage::InformationalExceptions(page) if page.test => return Err(refused(at, field::TEST)),
            page => {
                let length = page.encode().len();
                let known =
                    pages.kept.iter_mut().find(|it| it.code() == page.code() && it.encode().len() == length);
                *known.ok_or_else(|| refused(at, field::CODE))? = page.clone();
            }
        }
        at += page.encode().len();
    }
    adopt(drive, pages)?;
    Ok(Reply::done())
}

/// Takes the pages over, unless a track is being written by them.
fn adopt(drive: &mut Drive, pages: Pages) -> Result<(), Sense> {
    if pages.write != drive.pages.write
        && let Some(deck) = &mut drive.deck
    {
        match deck.recording() {
            Recording::Idle => {}
            Recording::Track(_) => return Err(sense::SEQUENCE),
            // The sheet was made for other parameters: the session is given up.
            Recording::Session(_) | Recording::Raw(_) => deck.abandon(),
        }
    }
    if pages != drive.pages {
        // Hosts that did not ask for it are told (SPC-3, 6.7).
        drive.nexuses.tell_others(sense::PARAMETERS_CHANGED);
    }
    drive.pages = pages;
    Ok(())
}

fn recovery(page: &ErrorRecovery, at: usize) -> Result<ErrorRecovery, Sense> {
    if page.rest.page_bytes() > 12 {
        return Err(refused(at, field::LENGTH));
    }
    Ok(page.clone())
}

/// The fields that can be refused: their byte in the page, and their most significant bit where they are no whole
/// bytes.
mod field {
    pub(super) type Field = (usize, Option<u8>);

    pub(super) const CODE: Field = (0, Some(5));
    pub(super) const LENGTH: Field = (1, None);
    pub(super) const TEST: Field = (2, Some(2));
    pub(super) const WRITE_TYPE: Field = (2, Some(3));
    pub(super) const MULTI_SESSION: Field = (3, Some(7));
    pub(super) const DATA_BLOCK_TYPE: Field = (4, Some(3));
    pub(super) const PACKET_SIZE: Field = (10, None);
}

fn write_parameters(
    personality: &Personality,
    page: &WriteParameters,
    at: usize,
) -> Result<WriteParameters, Sense> {
    if page.rest.page_bytes() != 52 {
        return Err(refused(at, field::LENGTH));
    }
    match page.write_type {
        WriteType::Packet if page.fixed_packet && !personality.takes_packets(page.packet_blocks) => {
            return Err(refused(at, field::PACKET_SIZE));
        }
        WriteType::Raw if !personality.raw => return Err(refused(at, field::WRITE_TYPE)),
        WriteType::Raw if raw_subchannel(page.data_block_type).is_none() => {
            return Err(refused(at, field::DATA_BLOCK_TYPE));
        }
        WriteType::Packet | WriteType::TrackAtOnce | WriteType::SessionAtOnce | WriteType::Raw => {}
        WriteType::LayerJump | WriteType::Other(_) => return Err(refused(at, field::WRITE_TYPE)),
    }
    if matches!(page.data_block_type, DataBlockType::Other(_)) {
        return Err(refused(at, field::DATA_BLOCK_TYPE));
    }
    if matches!(page.multi_session, discwright_mmc::mode::MultiSession::Other(_)) {
        return Err(refused(at, field::MULTI_SESSION));
    }
    Ok(page.clone())
}

/// 5/26/00 with a pointer to a field of a page.
fn refused(page_at: usize, (byte, bit): field::Field) -> Sense {
    let byte = u16::try_from(page_at + byte).unwrap_or(u16::MAX);
    sense::INVALID_PARAMETER.with(SenseSpecific::Field(FieldPointer { in_cdb: false, byte, bit }))
}
