//! Answers to READ TOC/PMA/ATIP and READ SUB-CHANNEL in words.

use core::fmt::Write as _;

use discwright_cd::cd_text::{CdText, PackKind};
use discwright_mmc::ResponseError;
use discwright_mmc::command::{ReadSubchannel, ReadTocPmaAtip, Response as _, TocFormat};
use discwright_mmc::response::{AudioStatus, Subchannel, SubchannelData};
use discwright_mmc::toc::{AddressField, Atip, CdTextPacks, FullToc, Pma, SessionInfo, Toc};

/// The table asked for.
pub(super) fn words(it: &ReadTocPmaAtip, data: &[u8]) -> Result<String, ResponseError> {
    let start = |field: AddressField| address(it.msf, field);
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
            let place = if track == 0 { "disc".to_owned() } else { format!("track {track}") };
            // Writing to a string cannot fail.
            let _ = write!(words, "; block {number} {place} {}: {text:?}", text_name(kind));
        }
    }
    words
}

fn text_name(kind: PackKind) -> String {
    match kind {
        PackKind::Title => "title".to_owned(),
        PackKind::Performer => "performer".to_owned(),
        PackKind::Songwriter => "songwriter".to_owned(),
        PackKind::Composer => "composer".to_owned(),
        PackKind::Arranger => "arranger".to_owned(),
        PackKind::Message => "message".to_owned(),
        PackKind::DiscId => "disc identification".to_owned(),
        PackKind::Genre => "genre".to_owned(),
        other => format!("pack {:02X}h", other.code()),
    }
}

/// What plays, and where; or a number from the Q channel.
pub(super) fn subchannel(asked: &ReadSubchannel, it: &Subchannel) -> String {
    let audio = match it.audio {
        AudioStatus::NotValid => "audio status not supported".to_owned(),
        AudioStatus::Playing => "audio plays".to_owned(),
        AudioStatus::Paused => "audio paused".to_owned(),
        AudioStatus::Completed => "audio played to its end".to_owned(),
        AudioStatus::Failed => "audio stopped by an error".to_owned(),
        AudioStatus::None => "no audio status".to_owned(),
        AudioStatus::Other(other) => format!("audio status {other:02X}h"),
    };
    let data = match it.data {
        None => return audio,
        Some(SubchannelData::Position { adr, control, track, index, absolute, relative }) => format!(
            "track {track} index {index} at {}, {} in the track, ADR {adr} control {control}",
            address(asked.msf, absolute),
            address(asked.msf, relative)
        ),
        Some(SubchannelData::CatalogNumber { digits, .. }) => digits.map_or_else(
            || "no catalogue number".to_owned(),
            |digits| format!("catalogue number {}", digits.escape_ascii()),
        ),
        Some(SubchannelData::Isrc { track, characters, .. }) => characters.map_or_else(
            || format!("no ISRC of track {track}"),
            |characters| format!("ISRC of track {track} {}", characters.escape_ascii()),
        ),
    };
    format!("{audio}; {data}")
}

/// An address in the form it was asked for.
pub(super) fn address(msf: bool, field: AddressField) -> String {
    match (msf, field.msf()) {
        (true, Ok(time)) => time.to_string(),
        (true, Err(_)) => "no time".to_owned(),
        (false, _) => field.lba().to_string(),
    }
}
