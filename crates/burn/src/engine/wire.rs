//! The plan's steps in the drive's language.

use discwright_cd::AddressError;
use discwright_mmc::cue_sheet::{CueEntry, CuePosition, CueSheet as WireCueSheet, DataForm, LEAD_OUT_TRACK};
use discwright_mmc::mode::{
    DataBlockType, MultiSession, SessionFormat, WriteParameters as Page, WriteType as WireWriteType,
};
use discwright_plan::{CueSheet, TrackMode, WriteParameters, WriteType};

/// Control nibble of a data track that is not a copy.
const DATA: u8 = 4;

/// The write parameters page: `page` as the drive has it, with what the plan decides.
///
/// Session at once leaves track mode and block type zero, as the cue sheet names them for each track.
pub(super) fn write_parameters(mut page: Page, wanted: &WriteParameters) -> Page {
    let data = wanted.track_mode.is_data();
    let at_once = wanted.write_type == WriteType::SessionAtOnce;
    page.buffer_underrun_free = wanted.underrun_protection;
    page.link_size_valid = false;
    page.test_write = wanted.simulate;
    page.write_type = if at_once { WireWriteType::SessionAtOnce } else { WireWriteType::TrackAtOnce };
    page.multi_session = if wanted.another_session { MultiSession::Open } else { MultiSession::Closed };
    page.fixed_packet = false;
    page.copy = false;
    page.track_mode = if data && !at_once { DATA } else { 0 };
    page.data_block_type = if data && !at_once { DataBlockType::Mode1 } else { DataBlockType::Raw };
    page.session_format = SessionFormat::CdDaOrCdRom;
    page.packet_blocks = 0;
    page.audio_pause_sectors = 150;
    page.set_catalog_number(None);
    page.set_isrc_code(None);
    page.subheader = [0; 4];
    page
}

/// What a drive that accepted `sent` does not have in `found`; `None` when it took everything that matters.
pub(super) fn ignored(sent: &Page, found: &Page) -> Option<&'static str> {
    if sent.test_write != found.test_write {
        return Some("simulation flag");
    }
    if sent.write_type != found.write_type {
        return Some("write type");
    }
    if sent.multi_session != found.multi_session {
        return Some("wish for another session");
    }
    None
}

/// The cue sheet: lead-in, the indices of every track, lead-out.
pub(super) fn cue_sheet(sheet: &CueSheet) -> Result<WireCueSheet, AddressError> {
    let lead_in_mode = sheet.tracks.first().map_or(TrackMode::Mode1, |track| track.mode);
    let lead_out_mode = sheet.tracks.last().map_or(lead_in_mode, |track| track.mode);
    let mut entries = vec![edge(lead_in_mode, 0, 0)];
    for track in &sheet.tracks {
        let (control, form) =
            if track.mode.is_data() { (DATA, DataForm::MODE_1) } else { (0, DataForm::AUDIO) };
        let position = CuePosition { control, track: track.number, form, ..CuePosition::default() };
        if track.pregap != track.start {
            entries.push(CuePosition { index: 0, time: track.pregap.to_msf()?, ..position });
        }
        entries.push(CuePosition { index: 1, time: track.start.to_msf()?, ..position });
    }
    entries.push(CuePosition { time: sheet.lead_out.to_msf()?, ..edge(lead_out_mode, LEAD_OUT_TRACK, 1) });
    Ok(WireCueSheet { entries: entries.into_iter().map(CueEntry::Position).collect() })
}

/// A lead-in or lead-out, which the drive makes by itself.
fn edge(mode: TrackMode, track: u8, index: u8) -> CuePosition {
    let (control, form) =
        if mode.is_data() { (DATA, DataForm::MODE_1_GENERATED) } else { (0, DataForm::AUDIO_GENERATED) };
    CuePosition { control, track, index, form, ..CuePosition::default() }
}

#[cfg(test)]
mod tests {
    use discwright_cd::Lba;
    use discwright_plan::CueTrack;
    use hex_literal::hex;

    use super::*;

    fn data(pregap: i32, number: u8, lead_out: i32) -> Vec<u8> {
        let track =
            CueTrack { number, mode: TrackMode::Mode1, pregap: Lba(pregap), start: Lba(pregap + 150) };
        cue_sheet(&CueSheet { tracks: vec![track], lead_out: Lba(lead_out) }).unwrap().encode()
    }

    /// Captured from xorriso (`x_w1`): a data session on a blank disc.
    #[test]
    fn golden_cue_of_a_first_session() {
        assert_eq!(
            data(-150, 1, 526),
            hex!("41000014 00000000 41010010 00000000 41010110 00000200 41aa0114 00000901")
        );
    }

    /// Captured from cdrdao (`c_append`): a data session behind others.
    #[test]
    fn golden_cue_of_a_later_session() {
        assert_eq!(
            data(12_150, 3, 12_824),
            hex!("41000014 00000000 41030010 00022c00 41030110 00022e00 41aa0114 0002344a")
        );
    }

    fn wanted(write_type: WriteType, another_session: bool) -> Page {
        let wanted = WriteParameters {
            write_type,
            track_mode: TrackMode::Mode1,
            another_session,
            simulate: false,
            underrun_protection: true,
        };
        write_parameters(Page::default(), &wanted)
    }

    /// Bytes 2 to 4 as xorriso sends them: `41 c4 08` for track at once, `42 c0 00` for session at once.
    #[test]
    fn golden_write_parameters() {
        let bytes = |page: Page| page.encode()[2..5].to_vec();
        assert_eq!(bytes(wanted(WriteType::TrackAtOnce, true)), hex!("41c408"));
        assert_eq!(bytes(wanted(WriteType::TrackAtOnce, false)), hex!("410408"));
        assert_eq!(bytes(wanted(WriteType::SessionAtOnce, true)), hex!("42c000"));
    }

    #[test]
    fn a_drive_that_ignores_the_simulation_flag_is_caught() {
        let sent = Page { test_write: true, ..wanted(WriteType::TrackAtOnce, true) };
        assert_eq!(ignored(&sent, &sent), None);
        let found = Page { test_write: false, ..sent.clone() };
        assert_eq!(ignored(&sent, &found), Some("simulation flag"));
    }
}
