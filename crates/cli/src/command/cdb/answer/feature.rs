//! The answer to GET CONFIGURATION in words.

use discwright_mmc::feature::{Configuration, Feature, PhysicalInterface, Profile};

use super::{hex, named_set};

/// The current profile, and the features with what is set in them.
pub(super) fn words(it: &Configuration) -> String {
    let mut parts = vec![format!("current profile {}", profile(it.current_profile))];
    parts.extend(it.features.iter().map(|descriptor| {
        let (name, details) = feature(&descriptor.feature);
        let current = if descriptor.current { "" } else { " (not current)" };
        let code = descriptor.feature.code();
        match details.as_slice() {
            [] => format!("feature {code:04X}h {name}{current}"),
            details => format!("feature {code:04X}h {name}{current}: {}", details.join(", ")),
        }
    }));
    parts.join("; ")
}

fn profile(it: Profile) -> String {
    let name = match it {
        Profile::None => "none",
        Profile::NonRemovableDisk => "non-removable disk",
        Profile::RemovableDisk => "removable disk",
        Profile::MoErasable => "MO erasable",
        Profile::OpticalWriteOnce => "optical write once",
        Profile::AsMo => "AS-MO",
        Profile::CdRom => "CD-ROM",
        Profile::CdR => "CD-R",
        Profile::CdRw => "CD-RW",
        Profile::DvdRom => "DVD-ROM",
        Profile::DvdRSequential => "DVD-R sequential",
        Profile::DvdRam => "DVD-RAM",
        Profile::DvdRwOverwrite => "DVD-RW restricted overwrite",
        Profile::DvdRwSequential => "DVD-RW sequential",
        Profile::DvdRDlSequential => "DVD-R DL sequential",
        Profile::DvdRDlLayerJump => "DVD-R DL layer jump",
        Profile::DvdPlusRw => "DVD+RW",
        Profile::DvdPlusR => "DVD+R",
        Profile::DvdPlusRDl => "DVD+R DL",
        Profile::BdRom => "BD-ROM",
        Profile::BdRSequential => "BD-R sequential",
        Profile::BdRRandom => "BD-R random",
        Profile::BdRe => "BD-RE",
        Profile::Other(other) => return format!("{other:04X}h"),
    };
    name.to_owned()
}

fn feature(it: &Feature) -> (&'static str, Vec<String>) {
    match it {
        Feature::ProfileList(it) => ("profiles", {
            let current = |current: bool| if current { " (current)" } else { "" };
            let entries = it.profiles.iter();
            entries.map(|it| format!("{}{}", profile(it.profile), current(it.current))).collect()
        }),
        Feature::Core(it) => ("core", {
            let mut parts = vec![interface(it.interface())];
            let bits = [(it.inquiry_2, "INQUIRY by INQ2"), (it.device_busy_events, "device busy events")];
            parts.extend(named_set(&bits));
            parts
        }),
        Feature::Morphing(it) => (
            "morphing",
            named_set(&[
                (it.operational_change_event, "operational change events"),
                (it.asynchronous, "asynchronous events"),
            ]),
        ),
        Feature::RemovableMedium(it) => ("removable medium", {
            let mut parts = named_set(&[
                (it.load, "loads"),
                (it.eject, "ejects"),
                (it.lock, "locks"),
                (it.prevent_jumper, "prevent jumper"),
                (it.default_button, "eject button"),
            ]);
            parts.push(format!("loading mechanism {}", it.mechanism));
            parts
        }),
        Feature::WriteProtect(it) => (
            "write protect",
            named_set(&[
                (it.disc, "in the disc"),
                (it.write_inhibit_dcb, "by disc control block"),
                (it.persistent, "persistent"),
                (it.software, "until switched off (SSWPP)"),
            ]),
        ),
        Feature::RandomReadable(it) => {
            ("random readable", blocks(it.block_bytes, it.blocking, it.error_recovery_page))
        }
        Feature::MultiRead(_) => ("multi-read", Vec::new()),
        Feature::CdRead(it) => {
            ("CD read", named_set(&[(it.dap, "DAP"), (it.c2, "C2 pointers"), (it.cd_text, "CD-TEXT")]))
        }
        Feature::RandomWritable(it) => ("random writable", {
            let mut parts = vec![format!("last block {}", it.last)];
            parts.extend(blocks(it.block_bytes, it.blocking, it.error_recovery_page));
            parts
        }),
        Feature::IncrementalStreaming(it) => ("incremental streaming writable", {
            let mut parts = named_set(&[
                (it.track_resources, "track resources"),
                (it.address_mode_reservation, "reservation by address"),
                (it.buffer_underrun_free, "free of buffer underruns"),
            ]);
            parts.push(format!("data block types {:04X}h", it.data_block_types));
            let sizes: Vec<_> = it.link_sizes.iter().map(u8::to_string).collect();
            parts.push(format!("link sizes {}", sizes.join(" ")));
            parts
        }),
        Feature::Formattable(it) => (
            "formattable",
            named_set(&[
                (it.no_spare, "without spare areas"),
                (it.expand, "spare areas grow"),
                (it.quick_certify, "quick certification"),
                (it.certify, "certification"),
                (it.random_recording, "BD-R in random mode"),
            ]),
        ),
        Feature::DefectManagement(it) => {
            ("defect management", named_set(&[(it.supplementary_spare, "supplementary spare areas")]))
        }
        Feature::RestrictedOverwrite(_) => ("restricted overwrite", Vec::new()),
        Feature::Mrw(it) => (
            "Mount Rainier",
            named_set(&[
                (it.cd_write, "writes CD"),
                (it.dvd_plus_read, "reads DVD+"),
                (it.dvd_plus_write, "writes DVD+"),
            ]),
        ),
        Feature::CdTrackAtOnce(it) => ("CD track at once", {
            let mut parts = named_set(&[
                (it.buffer_underrun_free, "free of buffer underruns"),
                (it.rw_raw, "raw R to W"),
                (it.rw_packed, "packed R to W"),
                (it.rw_subcode, "R to W from the host"),
                (it.test_write, "test write"),
                (it.cd_rw, "CD-RW"),
            ]);
            parts.push(format!("data block types {:04X}h", it.data_block_types));
            parts
        }),
        Feature::CdMastering(it) => ("CD mastering", {
            let mut parts = named_set(&[
                (it.session_at_once, "session at once"),
                (it.raw, "raw"),
                (it.raw_multi_session, "raw multi-session"),
                (it.rw_subcode, "R to W from the host"),
                (it.buffer_underrun_free, "free of buffer underruns"),
                (it.test_write, "test write"),
                (it.cd_rw, "CD-RW"),
            ]);
            parts.push(format!("cue sheets of at most {} bytes", it.max_cue_sheet_bytes));
            parts
        }),
        Feature::CdRwMediaWrite(it) => ("CD-RW media write support", {
            let types = (0..8).filter(|bit| it.subtypes >> bit & 1 != 0);
            types.map(|subtype| format!("subtype {subtype}")).collect()
        }),
        Feature::PowerManagement(_) => ("power management", Vec::new()),
        Feature::Smart(it) => ("S.M.A.R.T.", named_set(&[(it.page, "page 1Ch present")])),
        Feature::CdAudioPlay(it) => ("CD audio play", {
            let mut parts = named_set(&[
                (it.scan, "SCAN"),
                (it.separate_mute, "a mute for each channel"),
                (it.separate_volume, "a volume for each channel"),
            ]);
            parts.push(format!("{} steps of volume", it.volume_levels));
            parts
        }),
        Feature::MicrocodeUpgrade(it) => ("microcode upgrade", named_set(&[(it.mode_5, "by mode 5")])),
        Feature::Timeout(it) => ("timeout", {
            let mut parts = named_set(&[(it.group_3, "group 3")]);
            if it.unit_blocks > 0 {
                parts.push(format!("units of {} blocks", it.unit_blocks));
            }
            parts
        }),
        Feature::RealTimeStreaming(it) => (
            "real-time streaming",
            named_set(&[
                (it.buffer_in_blocks, "buffer capacity in blocks"),
                (it.set_cd_speed, "SET CD SPEED"),
                (it.write_speeds_in_page_2a, "write speeds in page 2Ah"),
                (it.write_speed_performance, "write speeds by GET PERFORMANCE"),
                (it.stream_writing, "stream writing"),
            ]),
        ),
        Feature::SerialNumber(it) => ("serial number", vec![it.serial.escape_ascii().to_string()]),
        Feature::DiscControlBlocks(it) => {
            ("disc control blocks", it.identifiers.iter().map(|it| format!("{it:08X}h")).collect())
        }
        Feature::FirmwareDate(it) => ("firmware date", {
            let [year, month, day] = [&it.year[..], &it.month, &it.day].map(|part| part.escape_ascii());
            let [hour, minute, second] = [&it.hour, &it.minute, &it.second].map(|part| part.escape_ascii());
            vec![format!("{year}-{month}-{day} {hour}:{minute}:{second}")]
        }),
        Feature::Raw(it) => ("unknown", if it.data.is_empty() { Vec::new() } else { vec![hex(&it.data)] }),
    }
}

fn blocks(bytes: u32, blocking: u16, error_recovery_page: bool) -> Vec<String> {
    let mut parts = vec![format!("blocks of {bytes} bytes, {blocking} at a time")];
    parts.extend(named_set(&[(error_recovery_page, "page 01h present")]));
    parts
}

fn interface(it: PhysicalInterface) -> String {
    let name = match it {
        PhysicalInterface::Unspecified => "interface not told",
        PhysicalInterface::Scsi => "SCSI",
        PhysicalInterface::Atapi => "ATAPI",
        PhysicalInterface::Ieee1394 => "IEEE 1394-1995",
        PhysicalInterface::Ieee1394a => "IEEE 1394a",
        PhysicalInterface::FibreChannel => "Fibre Channel",
        PhysicalInterface::Ieee1394b => "IEEE 1394b",
        PhysicalInterface::SerialAtapi => "Serial ATAPI",
        PhysicalInterface::Usb => "USB",
        PhysicalInterface::Other(other) => return format!("interface {other:08X}h"),
    };
    name.to_owned()
}
