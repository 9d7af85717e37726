//! Mode pages, features, cue sheets and sense data against bytes that this crate did not make: the tables of the
//! standards, what foreign programs were seen to send, and what real drives were seen to say.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

use discwright_cd::{Lba, Msf};
use discwright_mmc::command::{Response, RotationControl};
use discwright_mmc::cue_sheet::{CueEntry, CuePosition, CueSheet, DataForm};
use discwright_mmc::feature::*;
use discwright_mmc::mode::*;
use discwright_mmc::{FieldPointer, ParameterError, Sense, SenseKey, SenseSpecific};
use hex_literal::hex;

/// A page means the bytes behind any header, and makes them.
fn check(source: &str, bytes: &[u8], page: impl Into<ModePage>) {
    let page = page.into();
    let (entry, rest) = PageEntry::parse(bytes).unwrap();
    assert_eq!((&entry.page, rest.len()), (&page, 0), "parsing ({source})");
    assert_eq!(page.encode(), bytes, "encoding ({source})");
    assert_eq!(page.code(), bytes[0]);
}

/// What cdrdao sends to append a session (appendix A and B of the burner study): session at once, open, BURN-Free.
#[test]
fn write_parameters_as_cdrdao_sends_them() {
    let list = hex!(
        "00 00 70 00 00 00 00 00"
        "05 32 42 C4 03 00 00 00 00 00 00 00 00 00 00 96"
        "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
        "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
        "00 00 00 00"
    );
    let parsed = ModeData10::parse_parameters(&list).unwrap();
    let expected = WriteParameters {
        buffer_underrun_free: true,
        write_type: WriteType::SessionAtOnce,
        multi_session: MultiSession::Open,
        track_mode: 4,
        data_block_type: DataBlockType::RawPwRaw,
        audio_pause_sectors: 150,
        ..WriteParameters::default()
    };
    assert_eq!(parsed.medium_type, 0x70);
    assert_eq!(parsed.write_parameters(), Some(&expected));
    assert_eq!(parsed.encode_parameters(), list);
}

#[test]
fn write_parameters_by_the_table() {
    let bytes = hex!(
        "05 32 71 75 0A 07 00 3F 20 00 00 00 00 20 00 96"
        "80 31 32 33 34 35 36 37 38 39 30 31 32 33 00 00"
        "80 55 53 52 43 31 37 36 30 37 38 33 39 00 00 00"
        "01 02 03 04"
    );
    let mut page = WriteParameters {
        buffer_underrun_free: true,
        link_size_valid: true,
        test_write: true,
        write_type: WriteType::TrackAtOnce,
        multi_session: MultiSession::ClosedWithPointer,
        fixed_packet: true,
        copy: true,
        track_mode: 5,
        data_block_type: DataBlockType::Mode2Form1,
        link_size: 7,
        application_code: 0x3F,
        session_format: SessionFormat::CdRomXa,
        packet_blocks: 32,
        audio_pause_sectors: 150,
        subheader: [1, 2, 3, 4],
        ..WriteParameters::default()
    };
    page.set_catalog_number(Some(*b"1234567890123"));
    page.set_isrc_code(Some(*b"USRC17607839"));
    check("MMC-6, write parameters page", &bytes, page.clone());
    assert_eq!(page.catalog_number(), Some(*b"1234567890123"));
    assert_eq!(page.isrc_code(), Some(*b"USRC17607839"));
    page.set_isrc_code(None);
    assert_eq!((page.isrc_code(), page.isrc), (None, [0; 16]));
}

/// A host that reads, changes one bit and writes back must not disturb the rest.
#[test]
fn a_page_keeps_every_bit_it_has_no_name_for() {
    for fill in [0x00_u8, 0xFF, 0xA5] {
        for length in [0x32_usize, 0x36] {
            let mut bytes = vec![fill; length + 2];
            bytes[0] = 0x05;
            bytes[1] = u8::try_from(length).unwrap();
            assert_eq!(WriteParameters::parse(&bytes).unwrap().encode(), bytes);
        }
        // Error recovery of the first recorders has six bytes, capabilities of readers twenty.
        let short = [0x01, 0x06, fill, fill, fill, fill, fill, fill];
        assert_eq!(ErrorRecovery::parse(&short).unwrap().encode(), short);
        let mut long = vec![fill; 0x3A + 2];
        long[0] = 0x2A;
        long[1] = 0x3A;
        assert_eq!(Capabilities::parse(&long).unwrap().encode(), long);
    }
}

#[test]
fn error_recovery() {
    let page = ErrorRecovery {
        awre: true,
        transfer_block: true,
        disable_transfer_on_error: true,
        read_retries: 5,
        emcdr: 2,
        write_retries: 3,
        reporting_window_blocks: 0x01_02_03,
        ..ErrorRecovery::default()
    };
    check("MMC-6, read/write error recovery page", &hex!("01 0A A2 05 00 00 00 02 03 01 02 03"), page);
    let others = ErrorRecovery {
        arre: true,
        read_continuous: true,
        enable_early_recovery: true,
        post_error: true,
        disable_correction: true,
        ..ErrorRecovery::default()
    };
    check("MMC-6, read/write error recovery page", &hex!("01 0A 5D 00 00 00 00 00 00 00 00 00"), others);
}

#[test]
fn capabilities() {
    let bytes = hex!(
        "2A 22 3F 07 F1 73 29 03 0D C8 01 00 07 D0 0D C8 00 0A 0D C8 0D C8 00 01 00 00 00 01"
        "0D C8 00 01 00 00 0D C8"
    );
    let mut page = Capabilities {
        read_cd_r: true,
        read_cd_rw: true,
        read_method_2: true,
        read_dvd_rom: true,
        read_dvd_r: true,
        read_dvd_ram: true,
        write_cd_r: true,
        write_cd_rw: true,
        test_write: true,
        audio_play: true,
        mode_2_form_1: true,
        mode_2_form_2: true,
        multi_session: true,
        buffer_underrun_free: true,
        cdda: true,
        cdda_accurate: true,
        c2_pointers: true,
        isrc: true,
        upc: true,
        lock: true,
        eject: true,
        loading_mechanism: 1,
        separate_volume: true,
        separate_mute: true,
        max_read_kb_s: 3528,
        volume_levels: 256,
        buffer_kib: 2000,
        current_read_kb_s: 3528,
        digital_output: 5,
        max_write_kb_s: 3528,
        old_current_write_kb_s: 3528,
        copy_management: 1,
        rotation: RotationControl::Cav,
        current_write_kb_s: 3528,
        ..Capabilities::default()
    };
    page.set_write_speeds(&[WriteSpeed { rotation: RotationControl::Clv, kb_s: 3528 }]);
    check("MMC-3, capabilities and mechanical status page", &bytes, page.clone());
    assert_eq!(
        page.write_speeds().collect::<Vec<_>>(),
        [WriteSpeed { rotation: RotationControl::Clv, kb_s: 3528 }]
    );
    // libburn asks for 30 bytes with the header: what is missing reads as zero, what came is right.
    let mut list = ModeData10::of(page).encode();
    list.truncate(30);
    let cut = ModeData10::parse(&list).unwrap();
    let cut = cut.capabilities().unwrap();
    assert_eq!((cut.max_write_kb_s, cut.old_current_write_kb_s, cut.write_speeds().count()), (3528, 3528, 0));
    // The other flags, one byte of them at a time.
    let others = Capabilities {
        write_dvd_r: true,
        write_dvd_ram: true,
        composite: true,
        digital_port_1: true,
        digital_port_2: true,
        rw_supported: true,
        rw_corrected: true,
        bar_code: true,
        lock_state: true,
        prevent_jumper: true,
        changer_disc_present: true,
        software_slot_selection: true,
        side_change: true,
        pw_in_lead_in: true,
        ..Capabilities::default()
    };
    assert_eq!(others.encode()[2..8], hex!("00 30 0E 8C 06 3C"));
}

#[test]
fn other_pages() {
    check(
        "MMC-6, MRW page",
        &hex!("03 06 00 01 00 00 00 00"),
        MrwPage { general_application_area: true, ..Default::default() },
    );
    check(
        "SBC-3, verify error recovery page",
        &hex!("07 0A 0A 05 00 00 00 00 00 00 01 02"),
        VerifyErrorRecovery {
            enable_early_recovery: true,
            disable_transfer_on_error: true,
            retries: 5,
            time_limit_ms: 0x0102,
            ..Default::default()
        },
    );
    check(
        "SBC-3, caching page",
        &hex!("08 0A 05 00 00 01 00 02 00 03 00 04"),
        Caching {
            write_cache: true,
            read_cache_disabled: true,
            disable_prefetch_blocks: 1,
            minimum_prefetch_blocks: 2,
            maximum_prefetch_blocks: 3,
            prefetch_ceiling_blocks: 4,
            ..Default::default()
        },
    );
    check(
        "SPC-3, control page",
        &hex!("0A 0A 24 12 28 43 00 00 01 02 03 04"),
        Control {
            task_set_type: 1,
            descriptor_sense: true,
            queue_algorithm: 1,
            queue_error_management: 1,
            unit_attention_interlocks: 2,
            software_write_protect: true,
            task_aborted_status: true,
            autoload_mode: 3,
            busy_timeout_100ms: 0x0102,
            self_test_s: 0x0304,
            ..Default::default()
        },
    );
    check(
        "MMC-1, CD device parameters page",
        &hex!("0D 06 00 0D 00 3C 00 4B"),
        CdParameters {
            inactivity_timer: 13,
            seconds_per_minute: 60,
            frames_per_second: 75,
            ..Default::default()
        },
    );
    check(
        "MMC-3, CD audio control page",
        &hex!("0E 0E 06 00 00 00 00 00 01 FF 02 FE 04 01 08 02"),
        CdAudioControl {
            immed: true,
            stop_on_track_crossing: true,
            port_0_channels: 1,
            port_0_volume: 255,
            port_1_channels: 2,
            port_1_volume: 254,
            port_2_channels: 4,
            port_2_volume: 1,
            port_3_channels: 8,
            port_3_volume: 2,
            ..Default::default()
        },
    );
    check(
        "SPC-3, power condition page",
        &hex!("1A 0A 00 03 00 00 01 02 00 00 03 04"),
        PowerConditionPage {
            idle: true,
            standby: true,
            idle_timer_100ms: 0x0102,
            standby_timer_100ms: 0x0304,
            ..Default::default()
        },
    );
    check(
        "a BW-16D1HT and others (DiscImageCreator, issues 47 and 128): method 4, once a minute",
        &hex!("1C 0A 00 04 00 00 02 58 00 00 00 00"),
        InformationalExceptions { method: 4, interval_100ms: 600, ..Default::default() },
    );
    check(
        "SPC-3, informational exceptions page",
        &hex!("1C 0A BD 00 00 00 00 00 00 00 00 01"),
        InformationalExceptions {
            performance: true,
            background_functions: true,
            warnings: true,
            disabled: true,
            test: true,
            log_errors: true,
            report_count: 1,
            ..Default::default()
        },
    );
    check(
        "MMC-6, timeout and protect page; the times of a BW-16D1HT (DiscImageCreator, issue 128)",
        &hex!("1D 0A 00 00 0D 00 00 09 2A 30 00 01"),
        TimeoutProtect {
            group_3: true,
            timeouts: true,
            software_write_protect: true,
            group_1_s: 9,
            group_2_s: 10_800,
            group_3_timeout: 1,
            ..Default::default()
        },
    );
    check(
        "an unknown page",
        &hex!("30 02 AB CD"),
        ModePage::Raw(RawPage { code: 0x30, subpage: None, data: vec![0xAB, 0xCD] }),
    );
}

#[test]
fn an_unknown_page_with_subpage_survives() {
    let bytes = hex!("D9 03 00 02 AB CD");
    let (entry, rest) = PageEntry::parse(&bytes).unwrap();
    assert_eq!(rest, []);
    assert!(entry.savable);
    assert_eq!(entry.page, ModePage::Raw(RawPage { code: 0x19, subpage: Some(3), data: vec![0xAB, 0xCD] }));
    assert_eq!(entry.encode(), bytes);
}

#[test]
fn mode_data_with_a_block_descriptor() {
    let descriptor = BlockDescriptor { density: 1, blocks: 0x02_03_04, reserved: 5, block_bytes: 2048 };
    let bytes = hex!("00 16 70 80 00 00 00 08 01 02 03 04 05 00 08 00 8D 06 00 0D 00 3C 00 4B");
    let data = ModeData10::parse(&bytes).unwrap();
    assert_eq!(data.block_descriptors, [descriptor], "SPC-3, mode parameter header (10)");
    assert_eq!((data.medium_type, data.device_specific, data.pages[0].savable), (0x70, 0x80, true));
    assert_eq!(data.encode(), bytes);
    let short = hex!("13 70 80 08 01 02 03 04 05 00 08 00 8D 06 00 0D 00 3C 00 4B");
    assert_eq!(ModeData6::parse(&short), Ok(ModeData6(data.clone())), "SPC-3, mode parameter header (6)");
    assert_eq!(ModeData6(data).encode(), short);
}

#[test]
fn lists_that_lie_are_refused_with_their_place() {
    let parse = ModeData10::parse_parameters;
    let invalid = |byte| Err(ParameterError::InvalidField(FieldPointer::in_parameters(byte)));
    assert_eq!(parse(&hex!("00 00 00 00 00 00 00 07 00 00 00 00 00 00 00")), invalid(6));
    let length = |expected, actual| Err(ParameterError::Length { expected, actual });
    assert_eq!(parse(&[0; 7]), length(8, 7));
    assert_eq!(parse(&hex!("00 00 00 00 00 00 00 08 00")), length(16, 9));
    assert_eq!(parse(&hex!("00 00 00 00 00 00 00 00 05 32 42")), length(60, 11));
    assert_eq!(parse(&hex!("00 00 00 00 00 00 00 00 05")), length(10, 9));
    let short = ModeData6::parse_parameters;
    assert!(matches!(short(&hex!("00 00 00 03")), Err(ParameterError::InvalidField(it)) if it.byte == 3));
    assert!(matches!(
        short(&hex!("00 00 00 00 05 32")),
        Err(ParameterError::Length { expected: 56, actual: 6 })
    ));
}

#[test]
fn features() {
    let check = |bytes: &[u8], feature: Feature| {
        let descriptor = FeatureDescriptor::new(feature, 1, true, false);
        let mut list = hex!("00 00 00 00 00 00 00 0A").to_vec();
        list[3] = u8::try_from(4 + bytes.len()).unwrap();
        list.extend_from_slice(bytes);
        let configuration = Configuration { current_profile: Profile::CdRw, features: vec![descriptor] };
        assert_eq!(Configuration::parse(&list).as_ref(), Ok(&configuration));
        assert_eq!(configuration.encode(), list);
    };
    // MMC-6, clause 5, feature descriptors; bits as Microsoft's documentation of <ntddmmc.h> names them.
    let entry = |profile, current| ProfileEntry { profile, current };
    let profiles =
        vec![entry(Profile::CdRw, true), entry(Profile::CdR, false), entry(Profile::Other(0xBEEF), false)];
    check(&hex!("00 00 06 0C 00 0A 01 00 00 09 00 00 BE EF 00 00"), ProfileList { profiles }.into());
    check(
        &hex!("00 01 06 08 00 00 00 07 03 00 00 00"),
        Core { physical_interface: 7, inquiry_2: true, device_busy_events: true }.into(),
    );
    check(
        &hex!("00 02 06 04 02 00 00 00"),
        Morphing { operational_change_event: true, asynchronous: false }.into(),
    );
    check(
        &hex!("00 03 06 04 3B 00 00 00"),
        RemovableMedium {
            mechanism: 1,
            load: true,
            eject: true,
            prevent_jumper: false,
            default_button: true,
            lock: true,
        }
        .into(),
    );
    check(
        &hex!("00 04 06 04 09 00 00 00"),
        WriteProtect { disc: true, write_inhibit_dcb: false, persistent: false, software: true }.into(),
    );
    check(
        &hex!("00 10 06 08 00 00 08 00 00 10 01 00"),
        RandomReadable { block_bytes: 2048, blocking: 16, error_recovery_page: true }.into(),
    );
    check(&hex!("00 1D 06 00"), MultiRead {}.into());
    check(&hex!("00 1E 06 04 81 00 00 00"), CdRead { dap: true, c2: false, cd_text: true }.into());
    check(
        &hex!("00 20 06 0C 00 04 81 5F 00 00 08 00 00 20 01 00"),
        RandomWritable { last: Lba(0x0004_815F), block_bytes: 2048, blocking: 32, error_recovery_page: true }
            .into(),
    );
    check(
        &hex!("00 21 06 08 01 0F 03 01 07 00 00 00"),
        IncrementalStreaming {
            data_block_types: 0x010F,
            track_resources: false,
            address_mode_reservation: true,
            buffer_underrun_free: true,
            link_sizes: vec![7],
        }
        .into(),
    );
    check(
        &hex!("00 23 06 08 05 00 00 00 01 00 00 00"),
        Formattable { expand: true, certify: true, random_recording: true, ..Formattable::default() }.into(),
    );
    check(&hex!("00 24 06 04 80 00 00 00"), DefectManagement { supplementary_spare: true }.into());
    check(&hex!("00 26 06 00"), RestrictedOverwrite {}.into());
    check(
        &hex!("00 28 06 04 03 00 00 00"),
        Mrw { dvd_plus_write: false, dvd_plus_read: true, cd_write: true }.into(),
    );
    check(
        &hex!("00 2D 06 04 46 00 3D 1F"),
        CdTrackAtOnce {
            buffer_underrun_free: true,
            test_write: true,
            cd_rw: true,
            data_block_types: 0x3D1F,
            ..CdTrackAtOnce::default()
        }
        .into(),
    );
    check(
        &hex!("00 2E 06 04 6B 00 0C 80"),
        CdMastering {
            buffer_underrun_free: true,
            session_at_once: true,
            raw: true,
            cd_rw: true,
            rw_subcode: true,
            max_cue_sheet_bytes: 3200,
            ..CdMastering::default()
        }
        .into(),
    );
    check(&hex!("00 37 06 04 00 05 00 00"), CdRwMediaWrite { subtypes: 5 }.into());
    check(&hex!("01 00 06 00"), PowerManagement {}.into());
    check(&hex!("01 01 06 04 01 00 00 00"), Smart { page: true }.into());
    check(
        &hex!("01 03 06 04 03 00 01 00"),
        CdAudioPlay { scan: false, separate_mute: true, separate_volume: true, volume_levels: 256 }.into(),
    );
    check(&hex!("01 04 06 04 01 00 00 00"), MicrocodeUpgrade { mode_5: true }.into());
    check(&hex!("01 05 06 04 01 00 00 20"), Timeout { group_3: true, unit_blocks: 32 }.into());
    check(
        &hex!("01 07 06 04 0E 00 00 00"),
        RealTimeStreaming {
            set_cd_speed: true,
            write_speeds_in_page_2a: true,
            write_speed_performance: true,
            ..RealTimeStreaming::default()
        }
        .into(),
    );
    check(&hex!("01 08 06 04 31 32 33 34"), SerialNumber { serial: b"1234".to_vec() }.into());
    check(&hex!("01 0A 06 04 46 44 43 00"), DiscControlBlocks { identifiers: vec![0x4644_4300] }.into());
    check(
        &hex!("01 0C 06 10 32 30 32 31 31 32 33 31 32 33 35 39 35 38 00 00"),
        FirmwareDate {
            year: *b"2021",
            month: *b"12",
            day: *b"31",
            hour: *b"23",
            minute: *b"59",
            second: *b"58",
        }
        .into(),
    );
    check(&hex!("FF 00 06 04 01 02 03 04"), RawFeature { code: 0xFF00, data: vec![1, 2, 3, 4] }.into());
}

/// Appendix B of the burner study: cdrskin's sheet of two audio tracks with catalogue number and ISRC.
#[test]
fn a_cue_sheet_of_cdrskin() {
    let bytes = hex!(
        "02 31 32 33 34 35 36 37" "02 38 39 30 31 32 33 00"
        "01 00 00 41 00 00 00 00"
        "03 01 55 53 52 43 31 37" "03 01 36 30 37 38 33 39"
        "01 01 00 00 00 00 00 00" "01 01 01 00 00 00 02 00" "01 01 02 00 00 00 04 00"
        "01 02 00 00 00 00 07 00" "01 02 01 00 00 00 09 00"
        "01 AA 01 01 00 00 0F 19"
    );
    let at = |track, index, form, second, frame| {
        CueEntry::Position(CuePosition {
            track,
            index,
            form,
            time: Msf { minute: 0, second, frame },
            ..CuePosition::default()
        })
    };
    let mut entries = CueSheet::catalog_number(b"1234567890123").to_vec();
    entries.push(at(0, 0, DataForm::CD_TEXT_LEAD_IN, 0, 0));
    entries.extend(CueSheet::isrc(0, 1, b"USRC17607839"));
    for (track, index, second) in [(1, 0, 0), (1, 1, 2), (1, 2, 4), (2, 0, 7), (2, 1, 9)] {
        entries.push(at(track, index, DataForm::AUDIO, second, 0));
    }
    entries.push(at(0xAA, 1, DataForm::AUDIO_GENERATED, 15, 25));
    let sheet = CueSheet { entries };
    assert_eq!(CueSheet::parse(&bytes).as_ref(), Ok(&sheet));
    assert_eq!(sheet.encode(), bytes);
    assert!(CueSheet::parse(&bytes[..9]).is_err());
    let odd = hex!("15 01 02 03 04 05 06 07");
    assert_eq!(CueSheet::parse(&odd).unwrap().encode(), odd);
}

/// MMC-6, data forms of the cue sheet.
#[test]
fn data_forms() {
    for (form, main, all) in [
        (0x00, 2352, 2352),
        (0x01, 0, 0),
        (0x10, 2048, 2048),
        (0x11, 2352, 2352),
        (0x14, 0, 0),
        (0x20, 2336, 2336),
        (0x21, 2352, 2352),
        (0x30, 2336, 2336),
        (0x34, 0, 0),
        (0x40, 2352, 2448),
        (0x41, 0, 96),
        (0xC0, 2352, 2448),
    ] {
        let form = DataForm(form);
        assert_eq!((form.main_bytes(), form.block_bytes()), (Some(main), Some(all)), "{form:02X?}");
    }
    assert_eq!(DataForm(0x3F).block_bytes(), None);
}

#[test]
fn sense_in_fixed_form() {
    let check = |bytes: [u8; 18], sense: Sense| {
        assert_eq!(Sense::parse(&bytes), Ok(sense));
        assert_eq!(sense.encode_fixed(), bytes);
    };
    let spc = "SPC-3, fixed format sense data";
    println!("{spc}");
    check(
        hex!("F0 00 03 00 00 01 2C 0A 00 00 00 00 0C 00 00 00 00 00"),
        Sense::new(SenseKey::MediumError, 0x0C, 0x00).at(300),
    );
    // A mode page refused at the top bits of byte 11, bits 7 and down (SKSV, parameter list, BPV).
    let pointer = FieldPointer { in_cdb: false, byte: 11, bit: Some(7) };
    check(
        hex!("70 00 05 00 00 00 00 0A 00 00 00 00 26 00 00 8F 00 0B"),
        Sense::new(SenseKey::IllegalRequest, 0x26, 0x00).with(SenseSpecific::Field(pointer)),
    );
    let pointer = FieldPointer { in_cdb: true, byte: 0x0102, bit: None };
    check(
        hex!("70 00 05 00 00 00 00 0A 00 00 00 00 24 00 00 C0 01 02"),
        Sense::new(SenseKey::IllegalRequest, 0x24, 0x00).with(SenseSpecific::Field(pointer)),
    );
    check(
        hex!("70 00 02 00 00 00 00 0A 00 00 00 00 04 07 00 80 80 00"),
        Sense::new(SenseKey::NotReady, 0x04, 0x07).with(SenseSpecific::Progress(0x8000)),
    );
    let mut deferred = Sense::new(SenseKey::MediumError, 0x0C, 0x00).with(SenseSpecific::Retries(5));
    deferred.deferred = true;
    check(hex!("71 00 03 00 00 00 00 0A 00 00 00 00 0C 00 00 80 00 05"), deferred);
    // The three bits of byte 2, command-specific information and the unit to exchange, each alone.
    let plain = Sense::new(SenseKey::MediumError, 0x11, 0x00);
    check(hex!("70 00 83 00 00 00 00 0A 00 00 00 00 11 00 00 00 00 00"), Sense { filemark: true, ..plain });
    check(
        hex!("70 00 43 00 00 00 00 0A 00 00 00 00 11 00 00 00 00 00"),
        Sense { end_of_medium: true, ..plain },
    );
    check(
        hex!("70 00 23 00 00 00 00 0A 00 00 00 00 11 00 00 00 00 00"),
        Sense { incorrect_length: true, ..plain },
    );
    check(
        hex!("70 00 03 00 00 00 00 0A 01 02 03 04 11 00 00 00 00 00"),
        Sense { command_information: 0x0102_0304, ..plain },
    );
    check(
        hex!("70 00 03 00 00 00 00 0A 00 00 00 00 11 00 09 00 00 00"),
        Sense { replaceable_unit: 9, ..plain },
    );
    // Key-specific bytes of a key that gives them no meaning here: the overflow bit of unit attention (SPC-4).
    check(
        hex!("70 00 06 00 00 00 00 0A 00 00 00 00 29 00 00 81 00 00"),
        Sense::new(SenseKey::UnitAttention, 0x29, 0x00).with(SenseSpecific::Other([1, 0, 0])),
    );
}

#[test]
fn sense_in_descriptor_form() {
    let mut sense =
        Sense::new(SenseKey::MediumError, 0x11, 0x05).at(0x0102_0304).with(SenseSpecific::Retries(0x0607));
    let bytes = hex!(
        "72 03 11 05 00 00 00 14"
        "00 0A 80 00 00 00 00 00 01 02 03 04"
        "02 06 00 00 80 06 07 00"
    );
    assert_eq!(Sense::parse(&bytes), Ok(sense), "SPC-3, descriptor format sense data");
    assert_eq!(sense.encode_descriptor(), bytes);
    let marked = Sense {
        end_of_medium: true,
        incorrect_length: true,
        command_information: 5,
        replaceable_unit: 6,
        ..Sense::new(SenseKey::BlankCheck, 0, 0)
    };
    let bytes = hex!("72 08 00 00 00 00 00 14 01 0A 00 00 00 00 00 00 00 00 00 05 03 02 00 06 04 02 00 60");
    assert_eq!(marked.encode_descriptor(), bytes, "SPC-3, sense data descriptors 01h, 03h and 04h");
    assert_eq!(Sense::parse(&bytes), Ok(marked));
    let block = Sense::parse(&hex!("72 03 11 00 00 00 00 04 05 02 00 20")).unwrap();
    assert!(block.incorrect_length, "SPC-3, block commands sense data descriptor 05h");
    sense.deferred = true;
    assert_eq!(sense.encode_descriptor()[0], 0x73);
    assert_eq!(Sense::parse(&sense.encode_descriptor()), Ok(sense));
}

/// wodim keeps 16 bytes, cdrdao asks for 14 at least, old drives send 8, bridges leave the length out.
#[test]
fn sense_that_was_cut_or_lies() {
    let whole = hex!("F0 00 03 00 00 01 2C 0A 00 00 00 00 0C 00 00 80 00 05");
    let sense = Sense::parse(&whole).unwrap();
    assert_eq!(Sense::parse(&whole[..16]).unwrap().code, sense.code);
    assert_eq!(Sense::parse(&whole[..14]).unwrap().code, sense.code);
    let old = Sense::parse(&whole[..8]).unwrap();
    assert_eq!((old.key, old.information, old.code.asc), (SenseKey::MediumError, Some(300), 0));
    let mut bridge = whole;
    bridge[7] = 0;
    assert_eq!(Sense::parse(&bridge), Ok(sense));
    assert!(
        Sense::parse(&[]).is_err() && Sense::parse(&[0x70, 0]).is_err() && Sense::parse(&[0; 18]).is_err()
    );
}

#[test]
fn sense_in_words() {
    let at_300 = Sense::new(SenseKey::MediumError, 0x0C, 0x00).at(300);
    assert_eq!(at_300.to_string(), "medium error: write error (3/0C/00) at LBA 300");
    assert_eq!(
        Sense::new(SenseKey::MediumError, 0x0C, 0x00).at(u32::MAX - 149).to_string(),
        "medium error: write error (3/0C/00) at LBA -150"
    );
    let busy = Sense::new(SenseKey::NotReady, 0x04, 0x07).with(SenseSpecific::Progress(0x8000));
    assert_eq!(
        busy.to_string(),
        "not ready: logical unit not ready, operation in progress (2/04/07), 50 % done"
    );
    let pointer = FieldPointer { in_cdb: true, byte: 9, bit: Some(4) };
    let refused = Sense::new(SenseKey::IllegalRequest, 0x24, 0x00).with(SenseSpecific::Field(pointer));
    assert_eq!(
        refused.to_string(),
        "illegal request: invalid field in CDB (5/24/00), byte 9 bit 4 of the CDB"
    );
    let unknown = Sense { deferred: true, ..Sense::new(SenseKey::Other(0xC), 0x99, 0x01) };
    assert_eq!(unknown.to_string(), "deferred reserved sense key: vendor-specific condition (C/99/01)");
}
