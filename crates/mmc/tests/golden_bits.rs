//! Every flag by itself, in the byte and bit where the standards' tables have it.
//!
//! The vectors of whole structures set many flags at once; two of them exchanged would not be seen there.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

use discwright_cd::{Lba, Msf};
use discwright_mmc::command::*;
use discwright_mmc::feature::*;
use discwright_mmc::mode::*;
use discwright_mmc::response::*;
use discwright_mmc::toc::Atip;

/// Sets each flag alone and compares with the default and that one bit.
macro_rules! flags {
    ($value:expr, $bytes:expr; $($field:ident ($byte:literal, $bit:literal),)*) => {
        let bytes_of = $bytes;
        let plain: Vec<u8> = bytes_of(&$value);
        $(
            let mut one = $value.clone();
            one.$field = true;
            let mut expected = plain.clone();
            expected[$byte] ^= 1 << $bit;
            assert_eq!(bytes_of(&one), expected, concat!(stringify!($field), " is byte ", $byte, " bit ", $bit));
        )*
    };
}

fn cdb<C: Command>(command: &C) -> Vec<u8> {
    command.encode().as_bytes().to_vec()
}

/// The whole descriptor, four bytes of header included.
fn descriptor<F: Clone + Into<Feature>>(feature: &F) -> Vec<u8> {
    FeatureDescriptor::new(feature.clone(), 0, false, false).encode()
}

#[test]
fn commands() {
    flags!(Read10::default(), cdb; dpo (1, 4), fua (1, 3),);
    flags!(Read12::default(), cdb; dpo (1, 4), fua (1, 3), streaming (10, 7),);
    flags!(Write10::default(), cdb; fua (1, 3),);
    flags!(Write12::default(), cdb; fua (1, 3), streaming (10, 7),);
    flags!(Verify10::default(), cdb; dpo (1, 4), byte_check (1, 1),);
    flags!(ReadCd::default(), cdb; dap (1, 1), sync (9, 7), user_data (9, 4), edc_ecc (9, 3),);
    flags!(ReadCdMsf::default(), cdb; dap (1, 1), sync (9, 7), user_data (9, 4), edc_ecc (9, 3),);
    flags!(LogSelect::default(), cdb; reset (1, 1), save_parameters (1, 0),);
    flags!(LogSense::default(), cdb; changed_only (1, 1), save_parameters (1, 0),);
    flags!(LoadUnload::default(), cdb; immed (1, 0), load_unload (4, 1), start (4, 0),);
    flags!(StartStopUnit::default(), cdb;
        immed (1, 0), format_layer_selected (4, 2), load_eject (4, 1), start (4, 0),);
    flags!(FormatUnit::default(), cdb; format_data (1, 4), complete_list (1, 3),);
    flags!(ModeSelect10::default(), cdb; page_format (1, 4), save_pages (1, 0),);
    flags!(ReadSubchannel::default(), cdb; msf (1, 1), subq (2, 6),);
    flags!(PreventAllow::default(), cdb; persistent (4, 1), prevent (4, 0),);
    for (headers, bits) in [(HeaderSelection::Header, 0x20), (HeaderSelection::Subheader, 0x40)] {
        assert_eq!(cdb(&ReadCd { headers, ..ReadCd::default() })[9], bits, "MMC-6, header codes of READ CD");
    }
    for (expected, bits) in [(ExpectedSector::Audio, 0x04), (ExpectedSector::Mode2Form2, 0x14)] {
        assert_eq!(cdb(&ReadCd { expected, ..ReadCd::default() })[1], bits, "MMC-6, expected sector type");
    }
}

#[test]
fn mode_pages() {
    flags!(ErrorRecovery::default(), ErrorRecovery::encode;
        awre (2, 7), arre (2, 6), transfer_block (2, 5), read_continuous (2, 4), enable_early_recovery (2, 3),
        post_error (2, 2), disable_transfer_on_error (2, 1), disable_correction (2, 0),);
    flags!(WriteParameters::default(), WriteParameters::encode;
        buffer_underrun_free (2, 6), link_size_valid (2, 5), test_write (2, 4), fixed_packet (3, 5), copy (3, 4),);
    flags!(VerifyErrorRecovery::default(), VerifyErrorRecovery::encode;
        enable_early_recovery (2, 3), post_error (2, 2), disable_transfer_on_error (2, 1),
        disable_correction (2, 0),);
    flags!(Caching::default(), Caching::encode; write_cache (2, 2), read_cache_disabled (2, 0),);
    flags!(Control::default(), Control::encode;
        descriptor_sense (2, 2), log_save_disabled (2, 1), report_log_exception (2, 0),
        software_write_protect (4, 3), task_aborted_status (5, 6),);
    flags!(CdAudioControl::default(), CdAudioControl::encode; immed (2, 2), stop_on_track_crossing (2, 1),);
    flags!(PowerConditionPage::default(), PowerConditionPage::encode; idle (3, 1), standby (3, 0),);
    flags!(InformationalExceptions::default(), InformationalExceptions::encode;
        performance (2, 7), background_functions (2, 5), warnings (2, 4), disabled (2, 3), test (2, 2),
        log_errors (2, 0),);
    flags!(TimeoutProtect::default(), TimeoutProtect::encode;
        group_3 (4, 3), timeouts (4, 2), disable_until_power_cycle (4, 1), software_write_protect (4, 0),);
}

#[test]
fn capabilities_page() {
    flags!(Capabilities::default(), Capabilities::encode;
        read_cd_r (2, 0), read_cd_rw (2, 1), read_method_2 (2, 2), read_dvd_rom (2, 3), read_dvd_r (2, 4),
        read_dvd_ram (2, 5),
        write_cd_r (3, 0), write_cd_rw (3, 1), test_write (3, 2), write_dvd_r (3, 4), write_dvd_ram (3, 5),
        audio_play (4, 0), composite (4, 1), digital_port_1 (4, 2), digital_port_2 (4, 3), mode_2_form_1 (4, 4),
        mode_2_form_2 (4, 5), multi_session (4, 6), buffer_underrun_free (4, 7),
        cdda (5, 0), cdda_accurate (5, 1), rw_supported (5, 2), rw_corrected (5, 3), c2_pointers (5, 4),
        isrc (5, 5), upc (5, 6), bar_code (5, 7),
        lock (6, 0), lock_state (6, 1), prevent_jumper (6, 2), eject (6, 3),
        separate_volume (7, 0), separate_mute (7, 1), changer_disc_present (7, 2),
        software_slot_selection (7, 3), side_change (7, 4), pw_in_lead_in (7, 5),);
}

#[test]
fn features() {
    flags!(Core::default(), descriptor; inquiry_2 (8, 1), device_busy_events (8, 0),);
    flags!(Morphing::default(), descriptor; operational_change_event (4, 1), asynchronous (4, 0),);
    flags!(RemovableMedium::default(), descriptor;
        load (4, 4), eject (4, 3), prevent_jumper (4, 2), default_button (4, 1), lock (4, 0),);
    flags!(WriteProtect::default(), descriptor;
        disc (4, 3), write_inhibit_dcb (4, 2), persistent (4, 1), software (4, 0),);
    flags!(RandomReadable::default(), descriptor; error_recovery_page (10, 0),);
    flags!(CdRead::default(), descriptor; dap (4, 7), c2 (4, 1), cd_text (4, 0),);
    flags!(RandomWritable::default(), descriptor; error_recovery_page (14, 0),);
    flags!(IncrementalStreaming::default(), descriptor;
        track_resources (6, 2), address_mode_reservation (6, 1), buffer_underrun_free (6, 0),);
    flags!(Formattable::default(), descriptor;
        no_spare (4, 3), expand (4, 2), quick_certify (4, 1), certify (4, 0), random_recording (8, 0),);
    flags!(Mrw::default(), descriptor; dvd_plus_write (4, 2), dvd_plus_read (4, 1), cd_write (4, 0),);
    flags!(CdTrackAtOnce::default(), descriptor;
        buffer_underrun_free (4, 6), rw_raw (4, 4), rw_packed (4, 3), test_write (4, 2), cd_rw (4, 1),
        rw_subcode (4, 0),);
    flags!(CdMastering::default(), descriptor;
        buffer_underrun_free (4, 6), session_at_once (4, 5), raw_multi_session (4, 4), raw (4, 3),
        test_write (4, 2), cd_rw (4, 1), rw_subcode (4, 0),);
    flags!(CdAudioPlay::default(), descriptor; scan (4, 2), separate_mute (4, 1), separate_volume (4, 0),);
    flags!(RealTimeStreaming::default(), descriptor;
        buffer_in_blocks (4, 4), set_cd_speed (4, 3), write_speeds_in_page_2a (4, 2),
        write_speed_performance (4, 1), stream_writing (4, 0),);
    let plain = FeatureDescriptor::new(MultiRead {}, 0, false, false);
    assert_eq!(plain.encode(), [0x00, 0x1D, 0x00, 0x00]);
    assert_eq!(FeatureDescriptor { current: true, ..plain.clone() }.encode()[2], 0x01);
    assert_eq!(FeatureDescriptor { persistent: true, ..plain.clone() }.encode()[2], 0x02);
    assert_eq!(FeatureDescriptor { version: 0x0F, ..plain }.encode()[2], 0x3C);
}

#[test]
fn answers() {
    flags!(TrackInformation::default(), TrackInformation::encode;
        damage (5, 5), copy (5, 4), reserved (6, 7), blank (6, 6), packet (6, 5), fixed_packet (6, 4),);
    let track = TrackInformation::default();
    let written = TrackInformation { next_writable: Some(Lba(0)), ..track };
    assert_eq!(written.encode()[7], 0x01, "MMC-6, NWA_V");
    let recorded = TrackInformation { last_recorded: Some(Lba(0)), ..track };
    assert_eq!(recorded.encode()[7], 0x02, "MMC-6, LRA_V");

    flags!(StandardDiscInformation::default(), StandardDiscInformation::encode;
        erasable (2, 4), unrestricted_use (7, 5), dirty (7, 2),);
    let disc = StandardDiscInformation::default();
    let byte_7 = |disc: StandardDiscInformation| disc.encode()[7];
    assert_eq!(byte_7(StandardDiscInformation { disc_id: Some(0), ..disc.clone() }), 0x80, "MMC-6, DID_V");
    assert_eq!(
        byte_7(StandardDiscInformation { bar_code: Some([0; 8]), ..disc.clone() }),
        0x40,
        "MMC-6, DBC_V"
    );
    assert_eq!(byte_7(StandardDiscInformation { application_code: Some(0), ..disc }), 0x10, "MMC-6, DAC_V");

    flags!(FormatParameters::default(), |it: &FormatParameters| it.encode().to_vec();
        options_valid (1, 7), disable_certification (1, 5), try_out (1, 2), immed (1, 1), vendor (1, 0),);
    flags!(StreamingDescriptor::default(), |it: &StreamingDescriptor| it.encode().to_vec();
        restore_default (0, 2), exact (0, 1), random_access (0, 0),);
    let speeds = |it: &WriteSpeedDescriptor| WriteSpeeds { speeds: vec![*it] }.encode();
    flags!(WriteSpeedDescriptor::default(), speeds; restore_default (8, 2), exact (8, 1), mixed (8, 0),);
    flags!(MechanismState::default(), MechanismState::encode; fault (0, 7), door_open (1, 4),);
    let atip = Atip { lead_in_start: Msf::default(), ..Atip::default() };
    flags!(atip, Atip::encode; ddcd (4, 3), unrestricted_use (5, 6), rewritable (6, 6),);
    let designator = |it: &Designator| VitalProductData::Identification(vec![it.clone()]).encode();
    flags!(Designator::default(), designator; protocol_valid (5, 7),);
    let inquiry = InquiryData { removable: false, ..InquiryData::recorder("", "", "") };
    flags!(inquiry, InquiryData::encode; removable (1, 7),);
    for (open, present, byte) in [(true, false, 0x01), (false, true, 0x02)] {
        let event = Event::Media {
            event: MediaEvent::NoChange,
            present,
            door_open: open,
            start_slot: 0,
            end_slot: 0,
        };
        assert_eq!(
            EventNotification { supported: 0x10, event: Some(event) }.encode()[5],
            byte,
            "MMC-6, media status"
        );
    }
}
