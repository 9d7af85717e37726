//! Mode pages in words.

use discwright_mmc::command::{PageControl, RotationControl};
use discwright_mmc::mode::{
    Caching, Capabilities, CdAudioControl, CdParameters, Control, DataBlockType, ErrorRecovery,
    InformationalExceptions, ModeData10, ModePage, MultiSession, PowerConditionPage, RawPage, SessionFormat,
    TimeoutProtect, VerifyErrorRecovery, WriteParameters, WriteType,
};

use super::{hex, named_set};

/// What mode data say, page by page: the values asked for, or which bits a host can change.
pub(super) fn words(control: PageControl, it: &ModeData10) -> String {
    let blocks = it.block_descriptors.iter().map(|block| format!("blocks of {} bytes", block.block_bytes));
    let pages = it.pages.iter().map(|entry| page(control, &entry.page));
    let parts: Vec<_> = blocks.chain(pages).collect();
    if parts.is_empty() { "no pages".to_owned() } else { parts.join("; ") }
}

fn page(control: PageControl, page: &ModePage) -> String {
    let (name, parts) = match page {
        ModePage::ErrorRecovery(it) => ("read/write error recovery", error_recovery(it)),
        ModePage::MrwPage(it) => {
            let area = if it.general_application_area { "general application" } else { "defect-managed" };
            ("Mount Rainier", vec![format!("addresses of the {area} area")])
        }
        ModePage::WriteParameters(it) => ("write parameters", write_parameters(it)),
        ModePage::VerifyErrorRecovery(it) => ("verify error recovery", verify_error_recovery(it)),
        ModePage::Caching(it) => ("caching", caching(it)),
        ModePage::Control(it) => ("control", control_page(it)),
        ModePage::CdParameters(it) => ("CD parameters", cd_parameters(it)),
        ModePage::CdAudioControl(it) => ("CD audio control", audio_control(it)),
        ModePage::PowerConditionPage(it) => ("power condition", power_condition(it)),
        ModePage::InformationalExceptions(it) => ("informational exceptions", exceptions(it)),
        ModePage::TimeoutProtect(it) => ("timeout and protect", timeouts(it)),
        ModePage::Capabilities(it) => ("capabilities and mechanical status", capabilities(it)),
        ModePage::Raw(RawPage { subpage, data, .. }) => {
            let subpage = subpage.map(|subpage| format!("subpage {subpage:02X}h"));
            ("unknown page", subpage.into_iter().chain([hex(data)]).collect())
        }
    };
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let (values, parts) = match control {
        PageControl::Current | PageControl::Other(_) => ("", parts.join(", ")),
        PageControl::Changeable => (", bits that can be changed", hex(page.encode().get(2..).unwrap_or(&[]))),
        PageControl::Default => (", default values", parts.join(", ")),
        PageControl::Saved => (", saved values", parts.join(", ")),
    };
    format!("page {:02X}h {name}{values}: {parts}", page.code())
}

fn error_recovery(it: &ErrorRecovery) -> Vec<String> {
    let mut parts = named_set(&[
        (it.awre, "reallocates on write errors (AWRE)"),
        (it.arre, "reallocates on read errors (ARRE)"),
        (it.transfer_block, "transfers blocks it could not read (TB)"),
        (it.read_continuous, "reads without delay, errors and all (RC)"),
        (it.enable_early_recovery, "early recovery (EER)"),
        (it.post_error, "reports recovered errors (PER)"),
        (it.disable_transfer_on_error, "stops at recovered errors (DTE)"),
        (it.disable_correction, "no layered error correction (DCR)"),
    ]);
    parts.push(format!("{} read retries, {} write retries", it.read_retries, it.write_retries));
    if it.emcdr > 0 {
        parts.push(format!("EMCDR {}", it.emcdr));
    }
    if it.reporting_window_blocks > 0 {
        parts.push(format!("write errors counted over {} blocks", it.reporting_window_blocks));
    }
    parts
}

fn write_parameters(it: &WriteParameters) -> Vec<String> {
    let mut parts = vec![match it.write_type {
        WriteType::Packet => "packets".to_owned(),
        WriteType::TrackAtOnce => "track at once".to_owned(),
        WriteType::SessionAtOnce => "session at once".to_owned(),
        WriteType::Raw => "raw".to_owned(),
        WriteType::LayerJump => "layer jump".to_owned(),
        WriteType::Other(other) => format!("write type {other}"),
    }];
    if it.fixed_packet {
        parts.push(format!("of one size, {} blocks", it.packet_blocks));
    }
    parts.extend(named_set(&[
        (it.test_write, "test write"),
        (it.buffer_underrun_free, "free of buffer underruns (BUFE)"),
        (it.copy, "a copy (SCMS)"),
    ]));
    parts.push(data_block(it.data_block_type));
    parts.push(format!("track mode {}", it.track_mode));
    parts.push(match it.multi_session {
        MultiSession::Closed => "no session follows".to_owned(),
        MultiSession::ClosedWithPointer => "no session follows (pointer FF:FF:FF)".to_owned(),
        MultiSession::Open => "another session may follow".to_owned(),
        MultiSession::Other(other) => format!("multi-session {other}"),
    });
    parts.push(match it.session_format {
        SessionFormat::CdDaOrCdRom => "CD-DA or CD-ROM".to_owned(),
        SessionFormat::CdI => "CD-I".to_owned(),
        SessionFormat::CdRomXa => "CD-ROM XA".to_owned(),
        SessionFormat::Other(other) => format!("session format {other:02X}h"),
    });
    if it.link_size_valid {
        parts.push(format!("{} blocks lost at a link", it.link_size));
    }
    if it.application_code > 0 {
        parts.push(format!("application code {}", it.application_code));
    }
    parts.push(format!("audio pause of {} sectors", it.audio_pause_sectors));
    if let Some(number) = it.catalog_number() {
        parts.push(format!("catalogue number {}", number.escape_ascii()));
    }
    if let Some(code) = it.isrc_code() {
        parts.push(format!("ISRC {}", code.escape_ascii()));
    }
    if it.subheader != [0; 4] {
        parts.push(format!("subheader {}", hex(&it.subheader)));
    }
    parts
}

fn data_block(it: DataBlockType) -> String {
    let name = match it {
        DataBlockType::Raw => "audio or raw",
        DataBlockType::RawPq => "raw with P and Q",
        DataBlockType::RawPwPacked => "raw with packed P to W",
        DataBlockType::RawPwRaw => "raw with raw P to W",
        DataBlockType::Mode1 => "mode 1",
        DataBlockType::Mode2 => "mode 2",
        DataBlockType::Mode2Form1 => "mode 2 form 1",
        DataBlockType::Mode2Form1Subheader => "mode 2 form 1 with subheader",
        DataBlockType::Mode2Form2 => "mode 2 form 2",
        DataBlockType::Mode2Mixed => "mode 2 form 1 or 2 with subheader",
        DataBlockType::Other(other) => return format!("data block type {other}"),
    };
    let bytes = it.block_bytes().unwrap_or(0);
    format!("blocks of {name}, {bytes} bytes")
}

fn verify_error_recovery(it: &VerifyErrorRecovery) -> Vec<String> {
    let mut parts = named_set(&[
        (it.enable_early_recovery, "early recovery (EER)"),
        (it.post_error, "reports recovered errors (PER)"),
        (it.disable_transfer_on_error, "stops at recovered errors (DTE)"),
        (it.disable_correction, "no layered error correction (DCR)"),
    ]);
    parts.push(format!("{} retries", it.retries));
    if it.time_limit_ms > 0 {
        parts.push(format!("at most {} ms", it.time_limit_ms));
    }
    parts
}

fn caching(it: &Caching) -> Vec<String> {
    let mut parts = vec![
        (if it.write_cache { "write cache (WCE)" } else { "no write cache" }).to_owned(),
        (if it.read_cache_disabled { "no read cache (RCD)" } else { "read cache" }).to_owned(),
    ];
    for (blocks, name) in [
        (it.disable_prefetch_blocks, "no prefetch for transfers above"),
        (it.minimum_prefetch_blocks, "prefetch of at least"),
        (it.maximum_prefetch_blocks, "prefetch of at most"),
        (it.prefetch_ceiling_blocks, "prefetch ceiling of"),
    ] {
        if blocks > 0 {
            parts.push(format!("{name} {blocks} blocks"));
        }
    }
    parts
}

fn control_page(it: &Control) -> Vec<String> {
    let form = if it.descriptor_sense { "descriptor (D_SENSE)" } else { "fixed" };
    let mut parts = vec![format!("sense in {form} form")];
    parts.extend(named_set(&[
        (it.log_save_disabled, "logs not saved (GLTSD)"),
        (it.report_log_exception, "reports log exceptions (RLEC)"),
        (it.software_write_protect, "write protected (SWP)"),
        (it.task_aborted_status, "task aborted status (TAS)"),
    ]));
    for (code, name) in [
        (it.task_set_type, "task set type"),
        (it.queue_algorithm, "queue algorithm modifier"),
        (it.queue_error_management, "queue error management"),
        (it.unit_attention_interlocks, "unit attention interlocks"),
        (it.autoload_mode, "autoload mode"),
    ] {
        if code > 0 {
            parts.push(format!("{name} {code}"));
        }
    }
    if it.busy_timeout_100ms > 0 {
        parts.push(format!("busy for at most {} ms", u32::from(it.busy_timeout_100ms) * 100));
    }
    if it.self_test_s > 0 {
        parts.push(format!("extended self-test takes {} s", it.self_test_s));
    }
    parts
}

fn cd_parameters(it: &CdParameters) -> Vec<String> {
    vec![
        format!("{} seconds in a minute", it.seconds_per_minute),
        format!("{} frames in a second", it.frames_per_second),
        format!("inactivity timer {}", it.inactivity_timer),
    ]
}

fn audio_control(it: &CdAudioControl) -> Vec<String> {
    let mut parts = named_set(&[
        (it.immed, "PLAY AUDIO returns at once (IMMED)"),
        (it.stop_on_track_crossing, "stops at the end of a track (SOTC)"),
    ]);
    for (port, channels, volume) in [
        (0, it.port_0_channels, it.port_0_volume),
        (1, it.port_1_channels, it.port_1_volume),
        (2, it.port_2_channels, it.port_2_volume),
        (3, it.port_3_channels, it.port_3_volume),
    ] {
        let source = match channels {
            0 => continue,
            1 => "left".to_owned(),
            2 => "right".to_owned(),
            3 => "left and right".to_owned(),
            other => format!("channels {other:X}h"),
        };
        parts.push(format!("port {port} {source} at volume {volume}"));
    }
    if parts.is_empty() { vec!["all ports mute".to_owned()] } else { parts }
}

fn power_condition(it: &PowerConditionPage) -> Vec<String> {
    let timer = |runs: bool, name: &str, time_100ms: u32| {
        let state = if runs { "" } else { " (not running)" };
        format!("{name} after {}.{} s{state}", time_100ms / 10, time_100ms % 10)
    };
    vec![timer(it.idle, "idle", it.idle_timer_100ms), timer(it.standby, "standby", it.standby_timer_100ms)]
}

fn exceptions(it: &InformationalExceptions) -> Vec<String> {
    let method = match it.method {
        0 => "not reported".to_owned(),
        1 => "asynchronous events".to_owned(),
        2 => "as unit attention".to_owned(),
        3 => "as recovered error, where those are reported".to_owned(),
        4 => "as recovered error".to_owned(),
        5 => "as no sense".to_owned(),
        6 => "on request".to_owned(),
        other => format!("reported by method {other}"),
    };
    let mut parts = vec![method];
    parts.extend(named_set(&[
        (it.disabled, "disabled (DEXCPT)"),
        (it.performance, "no delay for it (PERF)"),
        (it.background_functions, "background functions (EBF)"),
        (it.warnings, "warnings (EWASC)"),
        (it.test, "test report (TEST)"),
        (it.log_errors, "logged (LOGERR)"),
    ]));
    if it.interval_100ms > 0 {
        parts.push(format!("every {}.{} s", it.interval_100ms / 10, it.interval_100ms % 10));
    }
    if it.report_count > 0 {
        parts.push(format!("{} times at most", it.report_count));
    }
    parts
}

fn timeouts(it: &TimeoutProtect) -> Vec<String> {
    let mut parts = vec![
        (if it.timeouts { "timeouts in force (TMOE)" } else { "timeouts not in force" }).to_owned(),
        format!("group 1 {} s", it.group_1_s),
        format!("group 2 {} s", it.group_2_s),
    ];
    if it.group_3 {
        parts.push(format!("group 3 {} per block unit", it.group_3_timeout));
    }
    parts.extend(named_set(&[
        (it.disable_until_power_cycle, "unavailable until switched off (DISP)"),
        (it.software_write_protect, "write protected until switched off (SWPP)"),
    ]));
    parts
}

fn capabilities(it: &Capabilities) -> Vec<String> {
    let all = |verb: &str, names: Vec<String>| match names.as_slice() {
        [] => String::new(),
        names => format!("{verb} {}", names.join(" ")),
    };
    let reads = named_set(&[
        (it.read_cd_r, "CD-R"),
        (it.read_cd_rw, "CD-RW"),
        (it.read_dvd_rom, "DVD-ROM"),
        (it.read_dvd_r, "DVD-R"),
        (it.read_dvd_ram, "DVD-RAM"),
    ]);
    let writes = named_set(&[
        (it.write_cd_r, "CD-R"),
        (it.write_cd_rw, "CD-RW"),
        (it.write_dvd_r, "DVD-R"),
        (it.write_dvd_ram, "DVD-RAM"),
    ]);
    let mut parts = vec![all("reads", reads), all("writes", writes)];
    parts.extend(named_set(&[
        (it.test_write, "test write"),
        (it.buffer_underrun_free, "free of buffer underruns (BUF)"),
        (it.read_method_2, "fixed packets by method 2"),
        (it.mode_2_form_1, "mode 2 form 1"),
        (it.mode_2_form_2, "mode 2 form 2"),
        (it.multi_session, "multi-session"),
        (it.audio_play, "plays audio"),
        (it.composite, "composite audio and video"),
        (it.digital_port_1, "digital output 1"),
        (it.digital_port_2, "digital output 2"),
        (it.cdda, "digital audio extraction"),
        (it.cdda_accurate, "accurate stream"),
        (it.rw_supported, "R to W"),
        (it.rw_corrected, "R to W corrected"),
        (it.pw_in_lead_in, "P to W in the lead-in"),
        (it.c2_pointers, "C2 pointers"),
        (it.isrc, "ISRC"),
        (it.upc, "catalogue number"),
        (it.bar_code, "bar code"),
        (it.eject, "ejects"),
        (it.lock, "locks"),
        (it.lock_state, "locked now"),
        (it.prevent_jumper, "prevent jumper"),
        (it.separate_volume, "a volume for each channel"),
        (it.separate_mute, "a mute for each channel"),
        (it.changer_disc_present, "knows which slots hold discs"),
        (it.software_slot_selection, "slots chosen by software"),
        (it.side_change, "turns discs"),
    ]));
    parts.push(match it.loading_mechanism {
        0 => "caddy".to_owned(),
        1 => "tray".to_owned(),
        2 => "pop-up".to_owned(),
        4 => "changer of single discs".to_owned(),
        5 => "changer of magazines".to_owned(),
        other => format!("loading mechanism {other}"),
    });
    parts.push(format!("reads at {} of at most {} kB/s", it.current_read_kb_s, it.max_read_kb_s));
    let now = it.current_write_kb_s.max(it.old_current_write_kb_s);
    parts.push(format!("writes at {now} of at most {} kB/s", it.max_write_kb_s));
    let speeds: Vec<_> =
        it.write_speeds().map(|it| format!("{} kB/s {}", it.kb_s, rotation(it.rotation))).collect();
    if !speeds.is_empty() {
        parts.push(format!("write speeds on this disc: {}", speeds.join(", ")));
    }
    parts.push(format!("buffer of {} KiB", it.buffer_kib));
    parts.push(format!("{} steps of volume", it.volume_levels));
    parts
}

/// How the spindle keeps its speed.
pub(super) fn rotation(it: RotationControl) -> String {
    match it {
        RotationControl::Clv => "CLV".to_owned(),
        RotationControl::Cav => "CAV".to_owned(),
        RotationControl::Other(other) => format!("rotation control {other}"),
    }
}
