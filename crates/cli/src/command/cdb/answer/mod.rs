//! What a drive's answer says, in words.

use core::fmt::Write as _;

use discwright_mmc::command::{
    AnyCommand, DiscInformationType, GetPerformance, PerformanceType, Response as _,
};
use discwright_mmc::feature::Configuration;
use discwright_mmc::mode::{ModeData6, ModeData10};
use discwright_mmc::response::{
    BackgroundFormat, BufferCapacity, Capacity, CapacityState, DiscState, EventNotification,
    FormatCapacities, FormatType, InquiryData, LogPage, LunList, MechanismState, Performance,
    PerformanceDescriptors, PowResources, SectorHeader, SessionState, StandardDiscInformation, Subchannel,
    TrackInformation, TrackResources, VitalProductData, WriteSpeeds,
};
use discwright_mmc::{ResponseError, Sense};

mod feature;
mod mode;
mod table;
mod unit;

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
        C::Inquiry(it) if it.vital_product_data => unit::vital_product_data(&VitalProductData::parse(data)?),
        C::Inquiry(_) => inquiry(&InquiryData::parse(data)?),
        C::GetConfiguration(_) => feature::words(&Configuration::parse(data)?),
        C::ModeSense10(it) => mode::words(it.control, &ModeData10::parse(data)?),
        C::ModeSense6(it) => mode::words(it.control, &ModeData6::parse(data)?.0),
        C::ReadDiscInformation(it) => match it.data_type {
            DiscInformationType::TrackResources => track_resources(&TrackResources::parse(data)?),
            DiscInformationType::PowResources => pow_resources(&PowResources::parse(data)?),
            _ => disc(&StandardDiscInformation::parse(data)?),
        },
        C::ReadTrackInformation(_) => track(&TrackInformation::parse(data)?),
        C::ReadTocPmaAtip(it) => table::words(it, data)?,
        C::ReadCapacity10(_) => {
            let Capacity { last, block_bytes } = Capacity::parse(data)?;
            format!("last block {last}, blocks of {block_bytes} bytes")
        }
        C::ReadBufferCapacity(_) => match BufferCapacity::parse(data)? {
            BufferCapacity::Bytes { total, free } => format!("buffer of {total} bytes, {free} free"),
            BufferCapacity::Blocks { free } => format!("buffer with {free} blocks free"),
        },
        C::RequestSense(_) => Sense::parse(data)?.to_string(),
        C::GetEventStatus(_) => unit::event(&EventNotification::parse(data)?),
        C::ReadFormatCapacities(_) => formats(&FormatCapacities::parse(data)?),
        C::GetPerformance(it) => performance(it, data)?,
        C::MechanismStatus(_) => unit::mechanism(&MechanismState::parse(data)?),
        C::ReadSubchannel(it) => table::subchannel(it, &Subchannel::parse(data)?),
        C::ReadHeader(it) => {
            let header = SectorHeader::parse(data)?;
            format!("sector of mode {} at {}", header.mode, table::address(it.msf, header.address))
        }
        C::LogSense(_) => unit::log(&LogPage::parse(data)?),
        C::ReportLuns(_) => format!("{} logical unit(s)", LunList::parse(data)?.luns.len()),
        _ => format!("{} bytes", data.len()),
    })
}

fn inquiry(it: &InquiryData) -> String {
    let kind = if it.device_type == 5 { "CD/DVD device" } else { "device of another type" };
    let removable = if it.removable { ", removable medium" } else { "" };
    format!("{kind} {} {} {}{removable}", it.vendor_text(), it.product_text(), it.revision_text())
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
        let state = match it.background_format {
            BackgroundFormat::None => "not begun".to_owned(),
            BackgroundFormat::Stopped => "stopped".to_owned(),
            BackgroundFormat::Running => "running".to_owned(),
            BackgroundFormat::Complete => "complete".to_owned(),
            BackgroundFormat::Other(other) => format!("in state {other}"),
        };
        let _ = write!(words, ", background format {state}");
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

fn formats(it: &FormatCapacities) -> String {
    let state = match it.state {
        CapacityState::Unformatted => "unformatted",
        CapacityState::Formatted => "formatted",
        CapacityState::NoMedium => "no medium, or an incomplete session",
        CapacityState::Other(_) => "in an unknown state",
    };
    let mut words = format!("{state}: {} blocks of {} bytes", it.blocks, it.block_bytes);
    for format in &it.formats {
        // Writing to a string cannot fail.
        let _ = write!(words, "; format {}: {} blocks", format_type(format.format_type), format.blocks);
        if format.parameter > 0 {
            let _ = write!(words, ", parameter {}", format.parameter);
        }
    }
    words
}

fn format_type(it: FormatType) -> String {
    let name = match it {
        FormatType::Full => "full",
        FormatType::SpareAreaExpansion => "spare areas",
        FormatType::ZoneReformat => "zone again",
        FormatType::ZoneFormat => "zone",
        FormatType::CdRwFull => "CD-RW full",
        FormatType::CdRwGrow => "CD-RW grown",
        FormatType::CdRwAdd => "CD-RW session added",
        FormatType::DvdRwQuickGrow => "DVD-RW quickly grown",
        FormatType::DvdRwQuickAdd => "DVD-RW session quickly added",
        FormatType::DvdRwQuick => "DVD-RW quick",
        FormatType::FullWithSparing => "full with sparing",
        FormatType::Mrw => "Mount Rainier",
        FormatType::DvdPlusRw => "DVD+RW",
        FormatType::Other(_) => "unknown",
    };
    format!("{:02X}h {name}", u8::from(it))
}

fn track_resources(it: &TrackResources) -> String {
    format!(
        "{} tracks of at most {}, {} appendable of at most {}",
        it.tracks, it.tracks_limit, it.appendable, it.appendable_limit
    )
}

fn pow_resources(it: &PowResources) -> String {
    format!("{} replacements, {} map entries, {} updates left", it.replacements, it.map_entries, it.updates)
}

fn performance(it: &GetPerformance, data: &[u8]) -> Result<String, ResponseError> {
    let parts: Vec<_> = match it.performance_type {
        PerformanceType::Performance => match Performance::parse(data)?.descriptors {
            PerformanceDescriptors::Nominal(parts) => parts
                .iter()
                .map(|it| format!("{} to {}: {} to {} kB/s", it.start, it.end, it.start_kb_s, it.end_kb_s))
                .collect(),
            PerformanceDescriptors::Exceptions(parts) => parts
                .iter()
                .map(|it| format!("{} takes {} ms longer", it.address, u32::from(it.time_10ms) * 10))
                .collect(),
        },
        PerformanceType::WriteSpeed => WriteSpeeds::parse(data)?
            .speeds
            .iter()
            .map(|it| {
                format!(
                    "writes {} kB/s {}, reads {} kB/s",
                    it.write_kb_s,
                    mode::rotation(it.rotation),
                    it.read_kb_s
                )
            })
            .collect(),
        _ => vec![format!("{} bytes", data.len())],
    };
    Ok(if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") })
}

/// The names of what is set.
fn named_set(flags: &[(bool, &str)]) -> Vec<String> {
    flags.iter().filter(|(set, _)| *set).map(|(_, name)| (*name).to_owned()).collect()
}

fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]
mod tests {
    use discwright_mmc::Cdb;

    use super::*;

    /// Bytes that say nothing in particular, differ from seed to seed, and spell no sign that is looked for.
    fn noise(seed: u8, length: u8) -> Vec<u8> {
        let byte = |at: u8| at.wrapping_mul(151).wrapping_add(seed.wrapping_mul(89)) ^ seed.rotate_left(3);
        (0..length).map(byte).map(|byte| if matches!(byte, b'{' | b':') { 0 } else { byte }).collect()
    }

    fn of(cdb: &[u8], data: &[u8]) -> String {
        let text = words(&AnyCommand::decode(&Cdb::from_wire(cdb).unwrap()).unwrap(), data);
        // What the derived form of a Rust value would look like.
        for sign in ["{", "Other(", "Some(", "None", "Raw(", "::"] {
            assert!(!text.contains(sign), "{cdb:02X?} {data:02X?}: {text}");
        }
        text
    }

    /// No answer, whatever is in it, is told as a value of this program's own language.
    #[test]
    fn every_answer_is_told_in_words() {
        let mode_sense = [0x5A, 0, 0x3F, 0, 0, 0, 0, 4, 0, 0];
        for seed in 0..=255 {
            for code in 0..0x40 {
                let page = [&[0, 60, 0, 0, 0, 0, 0, 0, code, 52], noise(seed, 52).as_slice()].concat();
                assert!(of(&mode_sense, &page).starts_with(&format!("page {code:02X}h ")));
            }
            for code in (0..0x40).chain(0x100..0x110) {
                let [high, low] = u16::to_be_bytes(code);
                let feature =
                    [&[0, 0, 0, 24, 0, 0, 0, 10, high, low, 1, 16], noise(seed, 16).as_slice()].concat();
                assert!(
                    of(&[0x46, 2, 0, 0, 0, 0, 0, 4, 0, 0], &feature)
                        .contains(&format!("feature {code:04X}h "))
                );
            }
            for class in 0..8 {
                let event = [&[0, 6, class, 0x7E], noise(seed, 4).as_slice()].concat();
                assert!(of(&[0x4A, 1, 0, 0, 0xFF, 0, 0, 0, 8, 0], &event).contains("event: "));
            }
            for code in 0..0x40 {
                let parameter = [&[code, 0, 0, 12, 0, seed, 0, 8], noise(seed, 8).as_slice()].concat();
                assert!(of(&[0x4D, 0, 0x40, 0, 0, 0, 0, 0, 64, 0], &parameter).starts_with("log page "));
            }
            for page in [0, 0x80, 0x83, seed] {
                let data = [&[5, page, 0, 20, 2, 1, 0, 16], noise(seed, 16).as_slice()].concat();
                assert!(of(&[0x12, 1, page, 0, 64, 0], &data).starts_with("vital product data page "));
            }
            for (cdb, bytes) in [
                (vec![0x42, 2, 0x40, 1, 0, 0, 0, 0, 16, 0], vec![0, seed, 0, 12, 1 + seed % 3, 0x14, 1, 1]),
                (vec![0xBD, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0], vec![seed, seed]),
                (vec![0x23, 0, 0, 0, 0, 0, 0, 0, 252, 0], vec![0, 0, 0, 16, 0, 0, 1, 0, seed, 0, 8, 0]),
                (vec![0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], vec![0, 32, seed & 0x1F, 1, 1, 1, 1, seed]),
                (vec![0xAC, 4, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0], vec![0, 0, 0, 10, 1, 0, 0, 0]),
                (vec![0x43, 0, 4, 0, 0, 0, 0, 0, 28, 0], vec![0, 26, 0, 0, seed, seed]),
                (vec![0x12, 0, 0, 0, 36, 0], vec![seed, seed]),
            ] {
                let data = [bytes, noise(seed, 32)].concat();
                assert!(!of(&cdb, &data).is_empty());
            }
        }
    }

    #[test]
    fn changeable_bits_are_no_values() {
        let page = [0, 16, 0, 0, 0, 0, 0, 0, 8, 10, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let of_control = |control: u8| of(&[0x5A, 0, control << 6 | 8, 0, 0, 0, 0, 0, 64, 0], &page);
        assert_eq!(of_control(0), "page 08h caching: write cache (WCE), read cache");
        assert_eq!(
            of_control(1),
            "page 08h caching, bits that can be changed: 04 00 00 00 00 00 00 00 00 00"
        );
        assert_eq!(of_control(2), "page 08h caching, default values: write cache (WCE), read cache");
    }
}
