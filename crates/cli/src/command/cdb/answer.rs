//! What a drive's answer says, in words.

use core::fmt::Write as _;

use discwright_cd::cd_text::CdText;
use discwright_mmc::command::{
    AnyCommand, DiscInformationType, GetPerformance, PerformanceType, ReadTocPmaAtip, TocFormat,
};
use discwright_mmc::feature::{Configuration, Feature};
use discwright_mmc::mode::{ModeData6, ModeData10};
use discwright_mmc::response::{
    BackgroundFormat, BufferCapacity, Capacity, DiscState, EventNotification, FormatCapacities, InquiryData,
    LogPage, LunList, MechanismState, Performance, PerformanceDescriptors, PowResources, SectorHeader,
    SessionState, StandardDiscInformation, Subchannel, TrackInformation, TrackResources, VitalProductData,
    WriteSpeeds,
};
use discwright_mmc::toc::{Atip, CdTextPacks, FullToc, Pma, SessionInfo, Toc};
use discwright_mmc::{ResponseError, Sense};

use discwright_mmc::command::Response;

/// The data of an answer in words; empty when there are none.
pub(super) fn words(command: &AnyCommand, data: &[u8]) -> String {
    if data.is_empty() {
        return String::new();
    }
    told(command, data).unwrap_or_else(|error| format!("the answer cannot be understood: {error}"))
}

fn told(command: &AnyCommand, data: &[u8]) -> Result<String, ResponseError> {
    use AnyCommand as C;
    Ok(match command {
        C::Inquiry(it) if it.vital_product_data => debug(&VitalProductData::parse(data)?),
        C::Inquiry(_) => inquiry(&InquiryData::parse(data)?),
        C::GetConfiguration(_) => configuration(&Configuration::parse(data)?),
        C::ModeSense10(_) => mode_data(&ModeData10::parse(data)?),
        C::ModeSense6(_) => mode_data(&ModeData6::parse(data)?.0),
        C::ReadDiscInformation(it) => match it.data_type {
            DiscInformationType::TrackResources => debug(&TrackResources::parse(data)?),
            DiscInformationType::PowResources => debug(&PowResources::parse(data)?),
            _ => disc(&StandardDiscInformation::parse(data)?),
        },
        C::ReadTrackInformation(_) => track(&TrackInformation::parse(data)?),
        C::ReadTocPmaAtip(it) => table(it, data)?,
        C::ReadCapacity10(_) => {
            let Capacity { last, block_bytes } = Capacity::parse(data)?;
            format!("last block {last}, blocks of {block_bytes} bytes")
        }
        C::ReadBufferCapacity(_) => match BufferCapacity::parse(data)? {
            BufferCapacity::Bytes { total, free } => format!("buffer of {total} bytes, {free} free"),
            BufferCapacity::Blocks { free } => format!("buffer with {free} blocks free"),
        },
        C::RequestSense(_) => Sense::parse(data)?.to_string(),
        C::GetEventStatus(_) => event(&EventNotification::parse(data)?),
        C::ReadFormatCapacities(_) => formats(&FormatCapacities::parse(data)?),
        C::GetPerformance(it) => performance(it, data)?,
        C::MechanismStatus(_) => mechanism(&MechanismState::parse(data)?),
        C::ReadSubchannel(_) => debug(&Subchannel::parse(data)?),
        C::ReadHeader(_) => {
            let header = SectorHeader::parse(data)?;
            format!("sector of mode {} at {}", header.mode, header.address.lba())
        }
        C::LogSense(_) => debug(&LogPage::parse(data)?),
        C::ReportLuns(_) => format!("{} logical unit(s)", LunList::parse(data)?.luns.len()),
        _ => format!("{} bytes", data.len()),
    })
}

/// An answer that is seldom asked for, as its fields.
fn debug(answer: &impl core::fmt::Debug) -> String {
    format!("{answer:?}")
}

fn inquiry(it: &InquiryData) -> String {
    let kind = if it.device_type == 5 { "CD/DVD device" } else { "device of another type" };
    let removable = if it.removable { ", removable medium" } else { "" };
    format!("{kind} {} {} {}{removable}", it.vendor_text(), it.product_text(), it.revision_text())
}

fn configuration(it: &Configuration) -> String {
    let mut words = format!("profile {:?}", it.current_profile);
    for descriptor in &it.features {
        let current = if descriptor.current { "" } else { " (not current)" };
        let name = match &descriptor.feature {
            Feature::ProfileList(list) => {
                let profiles: Vec<_> = list.profiles.iter().map(|it| format!("{:?}", it.profile)).collect();
                format!("profiles {}", profiles.join(" "))
            }
            feature => named(feature),
        };
        // Writing to a string cannot fail.
        let _ = write!(words, "; {:04X}h {name}{current}", descriptor.feature.code());
    }
    words
}

/// The name of a feature or page: the front of its fields' listing.
fn named(it: &impl core::fmt::Debug) -> String {
    let all = format!("{it:?}");
    all.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

fn mode_data(it: &ModeData10) -> String {
    let pages: Vec<_> =
        it.pages.iter().map(|entry| format!("page {:02X}h {:?}", entry.page.code(), entry.page)).collect();
    if pages.is_empty() { "no pages".to_owned() } else { pages.join("; ") }
}

fn disc(it: &StandardDiscInformation) -> String {
    let state = match it.disc {
        DiscState::Empty => "blank disc".to_owned(),
        DiscState::Incomplete => "appendable disc".to_owned(),
        DiscState::Complete => "complete disc".to_owned(),
        DiscState::Other(other) => format!("disc in state {other}"),
    };
    let last = match it.last_session {
        SessionState::Empty => "empty".to_owned(),
        SessionState::Incomplete => "incomplete".to_owned(),
        SessionState::Damaged => "damaged".to_owned(),
        SessionState::Complete => "complete".to_owned(),
        SessionState::Other(other) => format!("in state {other}"),
    };
    let erasable = if it.erasable { ", erasable" } else { "" };
    let mut words = format!(
        "{state}{erasable}, {} session(s), the last {last} with tracks {} to {}",
        it.sessions, it.first_track_in_last_session, it.last_track_in_last_session
    );
    for (name, time) in
        [("last lead-in", it.last_session_lead_in), ("last possible lead-out", it.last_possible_lead_out)]
    {
        if let Some(time) = time {
            let _ = write!(words, ", {name} {time}");
        }
    }
    if it.background_format != BackgroundFormat::None {
        let _ = write!(words, ", background format {:?}", it.background_format);
    }
    words
}

fn track(it: &TrackInformation) -> String {
    let mut words =
        format!("track {} in session {}, start {}, {} blocks", it.track, it.session, it.start, it.size);
    for (set, name) in [
        (it.damage, "damaged"),
        (it.copy, "copy"),
        (it.reserved, "RT"),
        (it.blank, "blank"),
        (it.packet, "packet"),
        (it.fixed_packet, "fixed packets"),
    ] {
        if set {
            let _ = write!(words, ", {name}");
        }
    }
    let _ = write!(words, ", track mode {}, data mode {}", it.track_mode, it.data_mode);
    if let Some(next) = it.next_writable {
        let _ = write!(words, ", next writable {next}");
    }
    if let Some(last) = it.last_recorded {
        let _ = write!(words, ", last recorded {last}");
    }
    let _ = write!(words, ", {} blocks free", it.free_blocks);
    if it.packet_blocks > 0 {
        let _ = write!(words, ", packets of {} blocks", it.packet_blocks);
    }
    words
}

fn table(it: &ReadTocPmaAtip, data: &[u8]) -> Result<String, ResponseError> {
    let start = |field: discwright_mmc::toc::AddressField| match (it.msf, field.msf()) {
        (true, Ok(time)) => time.to_string(),
        (true, Err(_)) => "no time".to_owned(),
        (false, _) => field.lba().to_string(),
    };
    let kind = |control: u8| if control & 4 == 0 { "audio" } else { "data" };
    Ok(match it.effective_format() {
        TocFormat::Toc => {
            let toc = Toc::parse(data)?;
            let entries: Vec<_> = toc
                .entries
                .iter()
                .map(|entry| match entry.track {
                    0xAA => format!("lead-out at {}", start(entry.start)),
                    track => format!("track {track} {} at {}", kind(entry.control), start(entry.start)),
                })
                .collect();
            format!("tracks {} to {}: {}", toc.first_track, toc.last_track, entries.join(", "))
        }
        TocFormat::SessionInfo => {
            let info = SessionInfo::parse(data)?;
            let first = info.first_track.map_or_else(String::new, |entry| {
                format!(", the last begins with track {} at {}", entry.track, start(entry.start))
            });
            format!("sessions {} to {}{first}", info.first_session, info.last_session)
        }
        TocFormat::FullToc => {
            let toc = FullToc::parse(data)?;
            let points: Vec<_> = toc
                .entries
                .iter()
                .map(|it| {
                    format!(
                        "session {} ADR {} control {} point {:02X}h {} {} {}",
                        it.session, it.adr, it.control, it.point, it.time, it.zero, it.p_time
                    )
                })
                .collect();
            format!("sessions {} to {}: {}", toc.first_session, toc.last_session, points.join("; "))
        }
        TocFormat::Pma => {
            let pma = Pma::parse(data)?;
            let entries: Vec<_> = pma
                .entries
                .iter()
                .map(|it| {
                    format!(
                        "ADR {} control {} point {:02X}h {} to {}",
                        it.adr, it.control, it.point, it.p_time, it.time
                    )
                })
                .collect();
            if entries.is_empty() { "empty PMA".to_owned() } else { entries.join("; ") }
        }
        TocFormat::Atip => atip(&Atip::parse(data)?),
        TocFormat::CdText => cd_text(&CdTextPacks::parse(data)?),
        TocFormat::Other(_) => format!("{} bytes", data.len()),
    })
}

fn atip(it: &Atip) -> String {
    let kind = if it.rewritable { format!("CD-RW of subtype {}", it.subtype) } else { "CD-R".to_owned() };
    format!("{kind}, lead-in starts {}, last possible lead-out {}", it.lead_in_start, it.last_lead_out)
}

fn cd_text(it: &CdTextPacks) -> String {
    let mut words = format!("{} packs", it.packs.len());
    let decoded = CdText::decode(it.packs.as_flattened());
    for (number, block) in &decoded.text.blocks {
        for (kind, track, text) in block.texts() {
            let _ = write!(words, "; block {number} track {track} {kind:?} {text:?}");
        }
    }
    words
}

fn event(it: &EventNotification) -> String {
    it.event.as_ref().map_or_else(|| format!("no event; classes {:02X}h", it.supported), debug)
}

fn formats(it: &FormatCapacities) -> String {
    let mut words = format!("{:?}: {} blocks of {} bytes", it.state, it.blocks, it.block_bytes);
    for format in &it.formats {
        let _ = write!(words, "; format {:?} {} blocks", format.format_type, format.blocks);
    }
    words
}

fn performance(it: &GetPerformance, data: &[u8]) -> Result<String, ResponseError> {
    let parts: Vec<_> = match it.performance_type {
        PerformanceType::Performance => match Performance::parse(data)?.descriptors {
            PerformanceDescriptors::Nominal(parts) => parts
                .iter()
                .map(|it| format!("{} to {}: {} to {} kB/s", it.start, it.end, it.start_kb_s, it.end_kb_s))
                .collect(),
            PerformanceDescriptors::Exceptions(parts) => parts.iter().map(debug).collect(),
        },
        PerformanceType::WriteSpeed => WriteSpeeds::parse(data)?
            .speeds
            .iter()
            .map(|it| format!("writes {} kB/s, reads {} kB/s", it.write_kb_s, it.read_kb_s))
            .collect(),
        _ => vec![format!("{} bytes", data.len())],
    };
    Ok(if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") })
}

fn mechanism(it: &MechanismState) -> String {
    let door = if it.door_open { "open" } else { "closed" };
    format!("door {door}, {:?}, {} slot(s)", it.activity, it.slots.len())
}
