//! A host program in miniature: what the tests say to the drive.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

use core::time::Duration;

use discwright_cd::Lba;
use discwright_drive::{Disc, MediumKind, Recorder};
use discwright_mmc::command::*;
use discwright_mmc::cue_sheet::{CueEntry, CuePosition, CueSheet, DataForm, LEAD_OUT_TRACK};
use discwright_mmc::mode::{DataBlockType, ModeData10, MultiSession, WriteParameters, WriteType};
use discwright_mmc::response::{
    FormatDescriptor, FormatParameters, FormatType, StandardDiscInformation, TrackInformation,
};
use discwright_mmc::{Cdb, Sense, SenseKey};
use discwright_transport::{CommandError, Data, Request, Status, Transport, TransportExt};

/// A recorder whose power-on attention is out of the way.
pub(crate) fn recorder(kind: MediumKind) -> Recorder {
    with(Disc::blank(kind))
}

pub(crate) fn with(disc: Disc) -> Recorder {
    let mut recorder = Recorder::with_disc(disc);
    assert_eq!(codes(recorder.ask(&TestUnitReady {}).unwrap_err()), (6, 0x29, 0));
    recorder.ask(&TestUnitReady {}).unwrap();
    recorder
}

/// The sense of a refusal as numbers.
pub(crate) fn codes(error: CommandError) -> (u8, u8, u8) {
    match error {
        CommandError::Drive { sense, .. } => sense_codes(&sense),
        other => panic!("the drive gave no sense: {other}"),
    }
}

pub(crate) fn sense_codes(sense: &Sense) -> (u8, u8, u8) {
    let key = match sense.key {
        SenseKey::NoSense => 0,
        SenseKey::RecoveredError => 1,
        SenseKey::NotReady => 2,
        SenseKey::MediumError => 3,
        SenseKey::HardwareError => 4,
        SenseKey::IllegalRequest => 5,
        SenseKey::UnitAttention => 6,
        SenseKey::DataProtect => 7,
        SenseKey::BlankCheck => 8,
        SenseKey::AbortedCommand => 0xB,
        _ => 0xFF,
    };
    (key, sense.code.asc, sense.code.ascq)
}

/// One command as bytes.
pub(crate) fn raw(recorder: &mut Recorder, cdb: &[u8], data: Data<'_>) -> (Status, usize) {
    let cdb = Cdb::from_wire(cdb).unwrap();
    let outcome =
        recorder.execute(Request { cdb: &cdb, data, timeout: Duration::from_secs(36_000) }).unwrap();
    (outcome.status, outcome.transferred)
}

/// One command as bytes that must be refused.
pub(crate) fn refused(recorder: &mut Recorder, cdb: &[u8], data: Data<'_>) -> (u8, u8, u8) {
    match raw(recorder, cdb, data).0 {
        Status::CheckCondition(sense) => sense_codes(&sense),
        other => panic!("answered {other:?}"),
    }
}

/// One command as bytes that must be answered with data.
pub(crate) fn answer(recorder: &mut Recorder, cdb: &[u8], bytes: usize) -> Vec<u8> {
    let mut buffer = vec![0; bytes];
    let (status, moved) = raw(recorder, cdb, Data::In(&mut buffer));
    assert_eq!(status, Status::Good, "{cdb:02X?}");
    buffer.truncate(moved);
    buffer
}

pub(crate) fn track_page(data: bool) -> WriteParameters {
    WriteParameters {
        buffer_underrun_free: true,
        write_type: WriteType::TrackAtOnce,
        multi_session: MultiSession::Open,
        track_mode: if data { 4 } else { 0 },
        data_block_type: if data { DataBlockType::Mode1 } else { DataBlockType::Raw },
        audio_pause_sectors: 150,
        ..WriteParameters::default()
    }
}

pub(crate) fn session_page(multi_session: MultiSession) -> WriteParameters {
    WriteParameters { write_type: WriteType::SessionAtOnce, multi_session, ..track_page(true) }
}

pub(crate) fn select(recorder: &mut Recorder, page: WriteParameters) {
    try_select(recorder, page).unwrap();
}

pub(crate) fn try_select(recorder: &mut Recorder, page: WriteParameters) -> Result<(), CommandError> {
    let list = ModeData10::of(page).encode_parameters();
    recorder.send(&ModeSelect10::of(u16::try_from(list.len()).unwrap()), &list)
}

/// Packets of one size; the page as cdrwtool and pktcdvd set it: mode 2 form 1 or mode 1, control 7 or 5, link size 7.
pub(crate) fn packet_page(blocks: u32) -> WriteParameters {
    WriteParameters {
        write_type: WriteType::Packet,
        fixed_packet: true,
        packet_blocks: blocks,
        track_mode: 5,
        link_size_valid: true,
        link_size: 7,
        multi_session: MultiSession::Closed,
        ..track_page(true)
    }
}

/// A parameter list of FORMAT UNIT with IMMED.
pub(crate) fn list(format_type: FormatType, blocks: u32) -> FormatParameters {
    let format = FormatDescriptor { blocks, format_type, subtype: 0, parameter: 32 };
    FormatParameters { options_valid: true, immed: true, format, ..FormatParameters::default() }
}

/// FORMAT UNIT to its end.
pub(crate) fn try_format(
    recorder: &mut Recorder,
    code: u8,
    list: &FormatParameters,
) -> Result<(), CommandError> {
    let cdb = FormatUnit { format_data: true, complete_list: false, format_code: code }.encode();
    // Without IMMED it takes longer than hosts wait for most commands.
    if let (Status::CheckCondition(sense), _) = raw(recorder, cdb.as_bytes(), Data::Out(&list.encode())) {
        return Err(CommandError::Drive { sense, cdb });
    }
    patiently(recorder, |recorder| recorder.ask(&TestUnitReady {}))
}

/// A block that says where it belongs.
pub(crate) fn block(at: Lba, bytes: usize) -> Vec<u8> {
    let mut block = vec![0; bytes];
    for (index, chunk) in block.chunks_mut(8).enumerate() {
        let index = u32::try_from(index).unwrap();
        let word = [at.0.to_be_bytes(), index.to_be_bytes()].concat();
        chunk.copy_from_slice(&word[..chunk.len()]);
    }
    block
}

/// Writes blocks, waiting while the buffer is full; counts are bounded so that nothing hangs.
pub(crate) fn write(
    recorder: &mut Recorder,
    start: Lba,
    sectors: u32,
    bytes: usize,
) -> Result<(), CommandError> {
    let per_command = u32::try_from(65_536 / bytes).unwrap();
    let mut at = start;
    let end = start.saturating_add(sectors);
    while at < end {
        let count = end.sectors_since(at).unwrap().min(per_command);
        let data: Vec<u8> = (0..count).flat_map(|i| block(at.saturating_add(i), bytes)).collect();
        let command = Write10 { start: at, sectors: u16::try_from(count).unwrap(), fua: false };
        patiently(recorder, |recorder| recorder.send(&command, &data))?;
        at = at.saturating_add(count);
    }
    Ok(())
}

/// Repeats a command while the drive says that it is busy.
pub(crate) fn patiently<T>(
    recorder: &mut Recorder,
    mut command: impl FnMut(&mut Recorder) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    for _ in 0..100_000 {
        match command(recorder) {
            Err(CommandError::Drive { sense, .. }) if sense_codes(&sense).0 == 2 && sense.code.asc == 4 => {
                recorder.wait(Duration::from_millis(20));
            }
            other => return other,
        }
    }
    panic!("the drive is busy for ever");
}

pub(crate) fn sync(recorder: &mut Recorder) {
    recorder.ask(&SynchronizeCache::default()).unwrap();
}

/// One data track, track-at-once, from the next writable address.
pub(crate) fn burn_track(recorder: &mut Recorder, sectors: u32) -> Lba {
    select(recorder, track_page(true));
    let start = track_information(recorder).next_writable.unwrap();
    write(recorder, start, sectors, 2048).unwrap();
    sync(recorder);
    start
}

pub(crate) fn close_session(recorder: &mut Recorder, multi_session: MultiSession) {
    select(recorder, WriteParameters { multi_session, ..track_page(true) });
    patient_close(recorder).unwrap();
}

pub(crate) fn patient_close(recorder: &mut Recorder) -> Result<(), CommandError> {
    let close = CloseTrackSession { immed: true, function: CloseFunction::Session, track: 0 };
    recorder.ask(&close)?;
    patiently(recorder, |recorder| recorder.ask(&TestUnitReady {}))
}

pub(crate) fn disc_information(recorder: &mut Recorder) -> StandardDiscInformation {
    recorder.ask(&ReadDiscInformation::standard(34)).unwrap()
}

/// Track FFh.
pub(crate) fn track_information(recorder: &mut Recorder) -> TrackInformation {
    recorder.ask(&ReadTrackInformation::invisible()).unwrap()
}

/// A cue sheet of one data track.
pub(crate) fn data_sheet(program: Lba, track: u8, lead_out: Lba) -> CueSheet {
    let time = |at: Lba| at.to_msf().unwrap();
    let entry = |track, index, form, at: Lba| {
        CueEntry::Position(CuePosition { control: 4, track, index, form, scms: 0, time: time(at) })
    };
    CueSheet {
        entries: vec![
            entry(0, 0, DataForm::MODE_1_GENERATED, Lba(-150)),
            entry(track, 0, DataForm::MODE_1, program - 150),
            entry(track, 1, DataForm::MODE_1, program),
            entry(LEAD_OUT_TRACK, 1, DataForm::MODE_1_GENERATED, lead_out),
        ],
    }
}

pub(crate) fn send_sheet(recorder: &mut Recorder, sheet: &CueSheet) -> Result<(), CommandError> {
    let bytes = sheet.encode();
    recorder.send(&SendCueSheet { sheet_bytes: u32::try_from(bytes.len()).unwrap() }, &bytes)
}

pub(crate) fn read(recorder: &mut Recorder, start: Lba, sectors: u16) -> Result<Vec<u8>, CommandError> {
    let mut buffer = vec![0; usize::from(sectors) * 2048];
    let cdb = Read10 { start, sectors, dpo: false, fua: false }.encode();
    let request = Request { cdb: &cdb, data: Data::In(&mut buffer), timeout: Duration::from_secs(600) };
    match recorder.execute(request)?.status {
        Status::Good => Ok(buffer),
        Status::CheckCondition(sense) => Err(CommandError::Drive { sense, cdb }),
        other => panic!("{other:?}"),
    }
}
