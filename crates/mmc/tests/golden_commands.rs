//! Each command against bytes that this crate did not make: the CDB tables of the standards, and what foreign
//! programs were seen to send (command transcripts of libburn, wodim and cdrdao, marked "observed").
//!
//! The fields are set so that a wrong offset or bit cannot go unseen: neighbours differ, and flags are set one by one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

use discwright_cd::{Lba, Msf};
use discwright_mmc::Cdb;
use discwright_mmc::command::*;

/// Hexadecimal text as a CDB.
fn cdb(hex: &str) -> Cdb {
    let bytes: Vec<u8> =
        hex.split_ascii_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
    Cdb::from_wire(&bytes).unwrap()
}

/// The bytes mean the command, and the command makes the bytes.
fn check(source: &str, hex: &str, command: impl Into<AnyCommand>) {
    let command = command.into();
    assert_eq!(AnyCommand::decode(&cdb(hex)), Ok(command), "decoding {hex} ({source})");
    assert_eq!(command.encode(), cdb(hex), "encoding {command:?} ({source})");
    assert_eq!(command.opcode(), command.encode().opcode());
}

const fn msf(minute: u8, second: u8, frame: u8) -> Msf {
    Msf { minute, second, frame }
}

#[test]
fn primary_commands() {
    let spc = "SPC-3, CDB tables";
    check("observed, wodim", "00 00 00 00 00 00", TestUnitReady);
    check("observed, cdrdao", "01 00 00 00 00 00", RezeroUnit);
    check("observed, libburn", "03 00 00 00 12 00", RequestSense { descriptor: false, allocation_bytes: 18 });
    check(spc, "03 01 00 00 FC 00", RequestSense { descriptor: true, allocation_bytes: 252 });
    check("observed, libburn", "12 00 00 00 24 00", Inquiry::standard(36));
    check("observed, cdrdao", "12 00 00 00 2C 00", Inquiry::standard(44));
    check(spc, "12 01 83 01 02 00", Inquiry::vital_product_data(0x83, 0x0102).command);
    check(
        spc,
        "15 10 00 00 3C 00",
        ModeSelect6 { page_format: true, save_pages: false, parameter_bytes: 60 },
    );
    check(
        spc,
        "15 01 00 00 18 00",
        ModeSelect6 { page_format: false, save_pages: true, parameter_bytes: 24 },
    );
    check(spc, "16 00 00 00 00 00", Reserve6);
    check(spc, "17 00 00 00 00 00", Release6);
    check(
        spc,
        "1A 08 AA 01 FF 00",
        ModeSense6 {
            disable_block_descriptors: true,
            control: PageControl::Default,
            page: 0x2A,
            subpage: 1,
            allocation_bytes: 255,
        },
    );
    check("SPC-2, CDB tables", "56 00 00 00 00 00 00 00 00 00", Reserve10);
    check("SPC-2, CDB tables", "57 00 00 00 00 00 00 00 00 00", Release10);
    check("observed, libburn", "55 10 00 00 00 00 00 00 3C 00", ModeSelect10::of(60));
    check(
        spc,
        "55 01 00 00 00 00 00 01 02 00",
        ModeSelect10 { page_format: false, save_pages: true, parameter_bytes: 0x0102 },
    );
    check(spc, "5A 08 05 00 00 00 00 00 3C 00", ModeSense10::current(5, 60));
    check(
        "observed, wodim",
        "5A 00 BF 00 00 00 00 00 10 00",
        ModeSense10 {
            disable_block_descriptors: false,
            control: PageControl::Default,
            page: ALL_PAGES,
            subpage: 0,
            allocation_bytes: 16,
        },
    );
    check(
        spc,
        "5A 00 41 02 00 00 00 01 02 00",
        ModeSense10 {
            disable_block_descriptors: false,
            control: PageControl::Changeable,
            page: 1,
            subpage: 2,
            allocation_bytes: 0x0102,
        },
    );
    check(spc, "A0 00 02 00 00 00 00 00 01 02 00 00", ReportLuns { select: 2, allocation_bytes: 0x0102 });
}

#[test]
fn buffer_and_log_commands() {
    let spc = "SPC-3, CDB tables";
    check(
        "observed, wodim",
        "3C 00 00 00 00 00 00 FC 00 00",
        ReadBuffer { mode: BufferMode::HeaderAndData, buffer: 0, offset: 0, allocation_bytes: 64_512 },
    );
    check(
        spc,
        "3C 03 01 02 03 04 05 06 07 00",
        ReadBuffer {
            mode: BufferMode::Descriptor,
            buffer: 1,
            offset: 0x02_03_04,
            allocation_bytes: 0x05_06_07,
        },
    );
    check(
        spc,
        "3B 07 01 02 03 04 05 06 07 00",
        WriteBuffer {
            mode: BufferMode::DownloadMicrocodeAtOffsetAndSave,
            buffer: 1,
            offset: 0x02_03_04,
            parameter_bytes: 0x05_06_07,
        },
    );
    check(
        spc,
        "4C 03 40 00 00 00 00 01 02 00",
        LogSelect {
            reset: true,
            save_parameters: true,
            control: PageControl::Changeable,
            parameter_bytes: 0x0102,
        },
    );
    check(
        spc,
        "4D 02 6F 01 00 02 03 04 05 00",
        LogSense {
            changed_only: true,
            save_parameters: false,
            control: PageControl::Changeable,
            page: 0x2F,
            subpage: 1,
            parameter_pointer: 0x0203,
            allocation_bytes: 0x0405,
        },
    );
}

#[test]
fn reading_commands() {
    let sbc = "SBC-3, CDB tables";
    let mmc = "MMC-6, CDB tables";
    check("observed, wodim", "25 00 00 00 00 00 00 00 00 00", ReadCapacity10::default());
    check(sbc, "25 00 01 02 03 04 00 00 01 00", ReadCapacity10 { address: Lba(0x01_02_03_04), pmi: true });
    check(
        sbc,
        "28 18 00 01 02 03 00 04 05 00",
        Read10 { start: Lba(0x01_02_03), sectors: 0x0405, dpo: true, fua: true },
    );
    check(
        sbc,
        "A8 08 00 01 02 03 04 05 06 07 80 00",
        Read12 { start: Lba(0x01_02_03), sectors: 0x04_05_06_07, dpo: false, fua: true, streaming: true },
    );
    check(
        "observed, cdrdao",
        "BE 00 00 00 00 BD 00 00 01 F8 02 00",
        ReadCd { subchannel: SubchannelSelection::Q, ..ReadCd::raw(Lba(0xBD), 1) },
    );
    check(
        mmc,
        "BE 06 FF FF FF 6A 01 02 03 12 04 00",
        ReadCd {
            start: Lba(-150),
            sectors: 0x01_02_03,
            expected: ExpectedSector::Audio,
            dap: true,
            sync: false,
            headers: HeaderSelection::None,
            user_data: true,
            edc_ecc: false,
            c2: C2Selection::Bits,
            subchannel: SubchannelSelection::CorrectedRw,
        },
    );
    check(
        mmc,
        "B9 08 00 00 02 10 4F 3B 4A CC 01 00",
        ReadCdMsf {
            start: msf(0, 2, 16),
            end: msf(79, 59, 74),
            expected: ExpectedSector::Mode1,
            dap: false,
            sync: true,
            headers: HeaderSelection::Subheader,
            user_data: false,
            edc_ecc: true,
            c2: C2Selection::BitsAndBlockByte,
            subchannel: SubchannelSelection::Raw,
        },
    );
    check(
        mmc,
        "42 02 40 03 00 00 07 00 18 00",
        ReadSubchannel {
            msf: true,
            subq: true,
            format: SubchannelFormat::Isrc,
            track: 7,
            allocation_bytes: 24,
        },
    );
    check(
        "MMC-2, READ HEADER",
        "44 02 00 01 02 03 00 00 08 00",
        ReadHeader { msf: true, address: Lba(0x01_02_03), allocation_bytes: 8 },
    );
    check(
        "observed, ripping programs for Plextor drives",
        "D8 00 00 01 02 03 00 00 00 1A 02 00",
        ReadCdda { start: Lba(0x01_02_03), sectors: 26, subchannel: 2 },
    );
    check(mmc, "2B 00 00 01 02 03 00 00 00 00", Seek10 { address: Lba(0x01_02_03) });
    check("SCSI-2, SEEK (6)", "0B 01 02 03 00 00", Seek6 { address: 0x01_02_03 });
    check(
        mmc,
        "A7 00 00 01 02 03 00 04 05 06 00 00",
        SetReadAhead { trigger: Lba(0x01_02_03), read_ahead: Lba(0x04_05_06) },
    );
    check(
        sbc,
        "2F 12 00 01 02 03 00 04 05 00",
        Verify10 { start: Lba(0x01_02_03), sectors: 0x0405, dpo: true, byte_check: true },
    );
}

#[test]
fn what_the_disc_and_the_drive_say() {
    let mmc = "MMC-6, CDB tables";
    check("observed, libburn", "51 00 00 00 00 00 00 00 22 00", ReadDiscInformation::standard(34));
    check(mmc, "51 01 00 00 00 00 00 00 0C 00", ReadDiscInformation::track_resources().command);
    check(mmc, "51 02 00 00 00 00 00 00 10 00", ReadDiscInformation::pow_resources().command);
    check(
        "observed, libburn",
        "52 01 00 00 00 FF 00 00 14 00",
        ReadTrackInformation { allocation_bytes: 20, ..ReadTrackInformation::invisible() },
    );
    check(mmc, "52 00 00 01 02 03 00 00 30 00", ReadTrackInformation::holding(Lba(0x01_02_03)));
    check(mmc, "52 02 00 00 00 02 00 00 30 00", ReadTrackInformation::first_of_session(2));
    check(
        mmc,
        "52 05 00 00 00 01 00 00 30 00",
        ReadTrackInformation { open: true, ..ReadTrackInformation::track(1) },
    );
    let toc = |format, msf, number, allocation_bytes| ReadTocPmaAtip {
        format,
        msf,
        number,
        allocation_bytes,
        legacy_format: 0,
    };
    check("observed, wodim", "43 00 00 00 00 00 AA 00 0C 00", toc(TocFormat::Toc, false, 0xAA, 12));
    check("observed, cdrdao", "43 00 01 00 00 00 00 00 0C 00", toc(TocFormat::SessionInfo, false, 0, 12));
    check("observed, libburn", "43 02 02 00 00 00 00 00 7D 00", toc(TocFormat::FullToc, true, 0, 125));
    check(mmc, "43 02 03 00 00 00 00 01 02 00", toc(TocFormat::Pma, true, 0, 0x0102));
    check("observed, cdrdao", "43 00 04 00 00 00 00 00 1C 00", toc(TocFormat::Atip, false, 0, 28));
    check(mmc, "43 00 05 00 00 00 00 FF FF 00", toc(TocFormat::CdText, false, 0, 0xFFFF));
    check(
        "SFF-8020i, READ TOC",
        "43 00 00 00 00 00 00 00 0C 40",
        ReadTocPmaAtip { legacy_format: 1, ..toc(TocFormat::Toc, false, 0, 12) },
    );
    check(
        "observed, wodim",
        "46 02 00 37 00 00 00 00 10 00",
        GetConfiguration { requested: RequestedFeatures::One, starting_feature: 0x37, allocation_bytes: 16 },
    );
    check(
        mmc,
        "46 01 01 07 00 00 00 01 02 00",
        GetConfiguration {
            requested: RequestedFeatures::Current,
            starting_feature: 0x0107,
            allocation_bytes: 0x0102,
        },
    );
    check(
        "<linux/cdrom.h> and the Linux kernel's poll",
        "4A 01 00 00 10 00 00 00 08 00",
        GetEventStatus::MEDIA,
    );
    check(
        "observed, libburn",
        "AC 00 00 00 00 00 00 00 00 04 03 00",
        GetPerformance::write_speeds(4).command,
    );
    check(
        "observed, libburn",
        "AC 10 00 00 00 00 00 00 00 01 00 00",
        GetPerformance::nominal(false, 1).command,
    );
    check(
        mmc,
        "AC 14 00 01 02 03 00 00 04 05 00 00",
        GetPerformance { start: Lba(0x01_02_03), ..GetPerformance::nominal(true, 0x0405).command },
    );
    check(
        mmc,
        "AD 01 00 01 02 03 04 0F 05 06 C0 00",
        ReadDiscStructure {
            media_type: 1,
            address: 0x01_02_03,
            layer: 4,
            format: 0x0F,
            allocation_bytes: 0x0506,
            agid: 3,
        },
    );
    check(
        mmc,
        "BF 01 00 00 00 00 00 0F 01 02 00 00",
        SendDiscStructure { media_type: 1, format: 0x0F, parameter_bytes: 0x0102 },
    );
    check(mmc, "BD 00 00 00 00 00 00 00 00 08 00 00", MechanismStatus { allocation_bytes: 8 });
    check("observed, xorriso", "23 00 00 00 00 00 00 00 04 00", ReadFormatCapacities { allocation_bytes: 4 });
    check(mmc, "5C 01 00 00 00 00 00 00 0C 00", ReadBufferCapacity { blocks: true, allocation_bytes: 12 });
    check("MMC-1", "59 00 00 00 02 00 01 02 03 00", ReadMasterCue { sheet: 2, allocation_bytes: 0x01_02_03 });
}

#[test]
fn writing_commands() {
    let mmc = "MMC-6, CDB tables";
    check(
        "SBC-3, CDB tables",
        "2A 08 00 01 02 03 00 00 20 00",
        Write10 { start: Lba(0x01_02_03), sectors: 32, fua: true },
    );
    check(
        "observed, cdrdao: the lead-in of CD-TEXT",
        "2A 00 FF FF D2 8E 00 05 55 00",
        Write10 { start: Lba(-11_634), sectors: 1365, fua: false },
    );
    check(
        mmc,
        "AA 08 00 01 02 03 04 05 06 07 80 00",
        Write12 { start: Lba(0x01_02_03), sectors: 0x04_05_06_07, fua: true, streaming: true },
    );
    check(
        "SBC-3, CDB tables",
        "2E 02 00 01 02 03 00 04 05 00",
        WriteAndVerify10 { start: Lba(0x01_02_03), sectors: 0x0405, byte_check: true },
    );
    check("observed, wodim", "35 00 00 00 00 00 00 00 00 00", SynchronizeCache::default());
    check(
        "SBC-3, CDB tables",
        "35 02 00 01 02 03 00 04 05 00",
        SynchronizeCache { immed: true, start: Lba(0x01_02_03), sectors: 0x0405 },
    );
    check(
        "observed, libburn",
        "5B 01 02 00 00 00 00 00 00 00",
        CloseTrackSession { immed: true, function: CloseFunction::Session, track: 0 },
    );
    check(
        mmc,
        "5B 00 01 00 01 02 00 00 00 00",
        CloseTrackSession { immed: false, function: CloseFunction::Track, track: 0x0102 },
    );
    check("observed, libburn", "5D 00 00 00 00 00 00 00 58 00", SendCueSheet { sheet_bytes: 88 });
    check(mmc, "5D 00 00 00 00 00 01 02 03 00", SendCueSheet { sheet_bytes: 0x01_02_03 });
    check(
        "observed, libburn and cdrdao",
        "A1 11 00 00 00 00 00 00 00 00 00 00",
        Blank { immed: true, blank_type: BlankType::Minimal, address: Lba(0) },
    );
    check(
        mmc,
        "A1 04 00 01 02 03 00 00 00 00 00 00",
        Blank { immed: false, blank_type: BlankType::TrackTail, address: Lba(0x01_02_03) },
    );
    check("observed, wodim", "54 01 00 00 00 00 00 00 00 00", SendOpc { do_opc: true, parameter_bytes: 0 });
    check(mmc, "54 00 00 00 00 00 00 00 08 00", SendOpc { do_opc: false, parameter_bytes: 8 });
    check(mmc, "53 00 00 00 00 01 02 03 04 00", ReserveTrack { by_address: false, size: 0x01_02_03_04 });
    check(mmc, "58 01 00 00 01 02 00 00 00 00", RepairTrack { immed: true, track: 0x0102 });
    check(mmc, "04 11 00 00 00 00", FormatUnit { format_data: true, complete_list: false, format_code: 1 });
    check(mmc, "04 09 00 00 00 00", FormatUnit { format_data: false, complete_list: true, format_code: 1 });
}

#[test]
fn mechanics_and_speed() {
    let mmc = "MMC-6, CDB tables";
    check("observed, libburn", "1B 00 00 00 03 00", StartStopUnit::LOAD);
    check("observed, wodim", "1B 00 00 00 02 00", StartStopUnit::EJECT);
    check("observed, libburn", "1B 01 00 00 00 00", StartStopUnit { immed: true, ..StartStopUnit::STOP });
    check("observed, wodim", "1B 00 00 00 01 00", StartStopUnit::START);
    check(
        mmc,
        "1B 00 00 01 34 00",
        StartStopUnit {
            immed: false,
            format_layer: 1,
            power: PowerCondition::Standby,
            format_layer_selected: true,
            load_eject: false,
            start: false,
        },
    );
    check("observed, cdrdao", "1E 00 00 00 01 00", PreventAllow::PREVENT);
    check("observed, cdrdao", "1E 00 00 00 00 00", PreventAllow::ALLOW);
    check(mmc, "1E 00 00 00 02 00", PreventAllow { persistent: true, prevent: false });
    check(
        "observed, wodim",
        "BB 00 21 00 21 30 00 00 00 00 00 00",
        SetCdSpeed { rotation: RotationControl::Clv, read_kb_s: 8448, write_kb_s: 8496 },
    );
    check(
        mmc,
        "BB 01 FF FF 02 C1 00 00 00 00 00 00",
        SetCdSpeed { rotation: RotationControl::Cav, read_kb_s: SetCdSpeed::FASTEST, write_kb_s: 705 },
    );
    check(mmc, "B6 00 00 00 00 00 00 00 00 00 1C 00", SetStreaming { list_type: 0, parameter_bytes: 28 });
    check(
        mmc,
        "A6 01 00 00 03 00 00 00 05 00 00 00",
        LoadUnload { immed: true, load_unload: true, start: true, slot: 5 },
    );
    check(
        "SMC-2, READ ELEMENT STATUS",
        "B8 14 01 02 03 04 02 05 06 07 00 00",
        ReadElementStatus {
            volume_tags: true,
            element_type: 4,
            start: 0x0102,
            elements: 0x0304,
            current_data: true,
            device_ids: false,
            allocation_bytes: 0x05_0607,
        },
    );
    check(
        "SMC-2, READ ELEMENT STATUS",
        "B8 00 00 00 00 00 01 00 00 08 00 00",
        ReadElementStatus { device_ids: true, allocation_bytes: 8, ..Default::default() },
    );
    // The region state, as kernels and players ask for it (Linux, DVD_LU_SEND_RPC_STATE).
    check(
        "observed, Linux cdrom driver",
        "A4 00 00 00 00 00 00 00 00 08 08 00",
        ReportKey { allocation_bytes: 8, key_format: 8, ..ReportKey::default() },
    );
    check(
        mmc,
        "A4 00 01 02 03 04 05 06 07 08 C4 00",
        ReportKey {
            address: 0x0102_0304,
            blocks: 5,
            key_class: 6,
            allocation_bytes: 0x0708,
            agid: 3,
            key_format: 4,
        },
    );
    check(
        mmc,
        "A3 00 00 00 00 00 00 02 00 0C 43 00",
        SendKey { key_class: 2, parameter_bytes: 12, agid: 1, key_format: 3 },
    );
}

#[test]
fn audio_commands() {
    let mmc = "MMC-3, CDB tables";
    check(mmc, "45 00 00 01 02 03 00 04 05 00", PlayAudio10 { start: Lba(0x01_02_03), sectors: 0x0405 });
    check(mmc, "A5 00 FF FF FF FF 01 02 03 04 00 00", PlayAudio12 { start: Lba(-1), sectors: 0x01_02_03_04 });
    check(mmc, "47 00 00 00 02 10 4F 3B 4A 00", PlayAudioMsf { start: msf(0, 2, 16), end: msf(79, 59, 74) });
    check(
        "SCSI-2, PLAY AUDIO TRACK/INDEX",
        "48 00 00 00 01 02 00 03 04 00",
        PlayAudioTrackIndex { start_track: 1, start_index: 2, end_track: 3, end_index: 4 },
    );
    check(mmc, "4B 00 00 00 00 00 00 00 01 00", PauseResume { resume: true });
    check(mmc, "4E 00 00 00 00 00 00 00 00 00", StopPlayScan);
    check(
        mmc,
        "BA 10 00 01 02 03 00 00 00 40 00 00",
        Scan { backwards: true, address: [0, 1, 2, 3], address_type: ScanAddressType::Msf },
    );
}

/// A command without a vector above would be a command whose layout nobody has checked.
#[test]
fn every_command_has_a_vector() {
    let here = include_str!("golden_commands.rs");
    let shown: std::collections::BTreeSet<u8> = here
        .split('"')
        .filter(|text| {
            let mut bytes = text.split(' ');
            bytes.clone().count() >= 6 && bytes.all(|it| it.len() == 2 && u8::from_str_radix(it, 16).is_ok())
        })
        .map(|text| cdb(text).opcode())
        .collect();
    let missing: Vec<String> = AnyCommand::OPCODES
        .iter()
        .filter(|opcode| !shown.contains(opcode))
        .map(|opcode| format!("{opcode:02X} {}", name(*opcode)))
        .collect();
    assert!(missing.is_empty(), "no golden vector for {missing:?}");
}

/// The table in the documentation of module `command` has each command, by its number and name, once.
#[test]
fn the_table_of_operation_codes_is_whole() {
    let rows: Vec<(u8, &str)> = include_str!("../src/command/mod.rs")
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("//! | ")?.split(" | ");
            let opcode = u8::from_str_radix(cells.next()?, 16).ok()?;
            Some((opcode, cells.next()?))
        })
        .collect();
    let mut known: Vec<(u8, &str)> = AnyCommand::OPCODES.iter().map(|it| (*it, name(*it))).collect();
    known.sort_unstable();
    assert_eq!(rows, known);
}

#[test]
fn names_of_commands_that_only_others_know() {
    assert_eq!(name(0x2A), "WRITE (10)");
    assert_eq!(name(0xA2), "SECURITY PROTOCOL IN");
    assert_eq!(name(0xED), "vendor-specific command");
    assert_eq!(name(0x7F), "unknown command");
}
