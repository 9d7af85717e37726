//! MODE SENSE and MODE SELECT.

use discwright_mmc::command::{ModeSelect10, ModeSense10, PageControl};
use discwright_mmc::mode::{
    Capabilities, DataBlockType, ErrorRecovery, ModeData10, ModePage, PageEntry, WriteParameters, WriteSpeed,
    WriteType,
};
use discwright_mmc::{FieldPointer, Sense, SenseSpecific};

use super::Reply;
use crate::drive::{Drive, Pages};
use crate::personality::kb_s;
use crate::recording::Recording;
use crate::sense;

/// All pages.
const ALL_PAGES: u8 = 0x3F;

pub(super) fn sense(drive: &Drive, command: &ModeSense10) -> Result<Reply, Sense> {
    if command.subpage != 0 && command.subpage != 0xFF {
        return Err(sense::INVALID_FIELD);
    }
    let pages: Vec<ModePage> = match command.control {
        PageControl::Current => current(drive),
        PageControl::Default => defaults(drive),
        PageControl::Changeable => changeable(),
        // Nothing outlives the power.
        PageControl::Saved | PageControl::Other(_) => return Err(sense::SAVING_NOT_SUPPORTED),
    };
    let wanted = |page: &ModePage| command.page == ALL_PAGES || page.code() == command.page;
    let pages: Vec<PageEntry> = pages.into_iter().filter(wanted).map(PageEntry::of).collect();
    if pages.is_empty() {
        return Err(sense::INVALID_FIELD);
    }
    Ok(Reply::of(&ModeData10 { pages, ..ModeData10::default() }))
}

fn current(drive: &Drive) -> Vec<ModePage> {
    let Pages { recovery, write } = drive.pages.clone();
    vec![recovery.into(), write.into(), capabilities(drive).into()]
}

fn defaults(drive: &Drive) -> Vec<ModePage> {
    let Pages { recovery, write } = Pages::default();
    vec![recovery.into(), write.into(), capabilities(drive).into()]
}

/// Which bits a host can change: those it may set are ones.
fn changeable() -> Vec<ModePage> {
    let ones = |code: u8, bytes: usize| {
        let mut page = vec![0xFF; bytes];
        for (to, from) in page.iter_mut().zip([code, u8::try_from(bytes - 2).unwrap_or(0)]) {
            *to = from;
        }
        PageEntry::parse(&page).map(|(entry, _)| entry.page)
    };
    let zeros: ModePage = Capabilities::default().into();
    [ones(0x01, 12), ones(0x05, 52), Ok(zeros)].into_iter().flatten().collect()
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
        buffer_underrun_free: true,
        cdda: true,
        cdda_accurate: true,
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
    let descriptors: Vec<_> =
        speeds.iter().rev().map(|kb_s| WriteSpeed { rotation: drive.speeds.rotation, kb_s: *kb_s }).collect();
    page.set_write_speeds(&descriptors);
    page
}

pub(super) fn select(drive: &mut Drive, command: &ModeSelect10, sent: &[u8]) -> Result<Reply, Sense> {
    if command.save_pages {
        return Err(sense::SAVING_NOT_SUPPORTED);
    }
    let bytes = sent.get(..usize::from(command.parameter_bytes)).ok_or(sense::PARAMETER_LIST_LENGTH)?;
    if bytes.is_empty() {
        return Ok(Reply::done());
    }
    let list = ModeData10::parse_parameters(bytes)?;
    // All pages are looked at before any is taken over.
    let mut pages = drive.pages.clone();
    let mut at = 8 + 8 * list.block_descriptors.len();
    for PageEntry { page, .. } in &list.pages {
        match page {
            ModePage::ErrorRecovery(page) => pages.recovery = recovery(page, at)?,
            ModePage::WriteParameters(page) => pages.write = write_parameters(page, at)?,
            // Nothing in it can be changed; hosts that write back what they read are right.
            ModePage::Capabilities(_) => {}
            ModePage::Raw(_) => return Err(refused(at, 0)),
            #[allow(unreachable_patterns, reason = "pages that this drive does not have yet")]
            _ => return Err(refused(at, 0)),
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
            Recording::Session(_) => deck.abandon(),
        }
    }
    drive.pages = pages;
    Ok(())
}

fn recovery(page: &ErrorRecovery, at: usize) -> Result<ErrorRecovery, Sense> {
    if page.rest.page_bytes() > 12 {
        return Err(refused(at, 1));
    }
    Ok(page.clone())
}

/// Offsets of the fields that can be refused, in the page.
mod byte {
    pub(super) const LENGTH: usize = 1;
    pub(super) const WRITE_TYPE: usize = 2;
    pub(super) const MULTI_SESSION: usize = 3;
    pub(super) const DATA_BLOCK_TYPE: usize = 4;
}

fn write_parameters(page: &WriteParameters, at: usize) -> Result<WriteParameters, Sense> {
    if page.rest.page_bytes() != 52 {
        return Err(refused(at, byte::LENGTH));
    }
    match page.write_type {
        WriteType::TrackAtOnce | WriteType::SessionAtOnce => {}
        WriteType::Packet | WriteType::Raw | WriteType::LayerJump | WriteType::Other(_) => {
            return Err(refused(at, byte::WRITE_TYPE));
        }
    }
    if matches!(page.data_block_type, DataBlockType::Other(_)) {
        return Err(refused(at, byte::DATA_BLOCK_TYPE));
    }
    if matches!(page.multi_session, discwright_mmc::mode::MultiSession::Other(_)) {
        return Err(refused(at, byte::MULTI_SESSION));
    }
    Ok(page.clone())
}

/// 5/26/00 with a pointer to a byte of a page.
fn refused(page_at: usize, byte: usize) -> Sense {
    let byte = u16::try_from(page_at + byte).unwrap_or(u16::MAX);
    sense::INVALID_PARAMETER.with(SenseSpecific::Field(FieldPointer::in_parameters(byte)))
}
