//! READ TOC/PMA/ATIP.

use discwright_cd::{Lba, Msf};
use discwright_mmc::Sense;
use discwright_mmc::command::{ReadTocPmaAtip, TocFormat};
use discwright_mmc::toc::{
    AddressField, Atip, CdTextPacks, FullToc, Pma, PmaEntry, SessionInfo, Toc, TocEntry, TocPoint,
};

use super::{Reply, deck};
use crate::derive::{Damage, Session, View};
use crate::drive::Drive;
use crate::medium::{Material, MediumKind, QItem};
use crate::sense;

/// Track number of the lead-out in a TOC.
const LEAD_OUT: u8 = 0xAA;

pub(super) fn read_toc(drive: &mut Drive, command: &ReadTocPmaAtip) -> Result<Reply, Sense> {
    let deck = deck(drive)?;
    let kind = deck.disc().kind();
    let view = deck.view();
    match command.effective_format() {
        TocFormat::Toc => toc(view, command.number, command.msf).map(|it| Reply::of(&it)),
        TocFormat::SessionInfo => session_info(view, command.msf).map(|it| Reply::of(&it)),
        TocFormat::FullToc => full_toc(view, command.number).map(|it| Reply::of(&it)),
        TocFormat::Pma => pma(view, kind).map(|it| Reply::of(&it)),
        TocFormat::Atip => atip(kind).map(|it| Reply::of(&it)),
        TocFormat::CdText => cd_text(view).map(|it| Reply::of(&it)),
        TocFormat::Other(_) => Err(sense::INVALID_FIELD),
    }
}

/// The sessions whose TOC counts.
fn closed(view: &View) -> impl Iterator<Item = &Session> {
    view.sessions.iter().filter(|session| session.damage != Damage::Truncated)
}

fn entry(track: u8, control: u8, start: Lba, msf: bool) -> Result<TocEntry, Sense> {
    let start = AddressField::new(start, msf).map_err(|_| sense::INVALID_FIELD)?;
    Ok(TocEntry { adr: 1, control, track, start })
}

fn toc(view: &View, first: u8, msf: bool) -> Result<Toc, Sense> {
    let last_session = closed(view).last().ok_or(sense::INVALID_FIELD)?;
    let tracks: Vec<_> =
        view.tracks.iter().filter(|track| track.session <= last_session.number).copied().collect();
    let (Some(head), Some(tail)) = (tracks.first(), tracks.last()) else { return Err(sense::INVALID_FIELD) };
    if first > tail.number && first != LEAD_OUT {
        return Err(sense::INVALID_FIELD);
    }
    let wanted = tracks.iter().filter(|track| track.number >= first.max(1));
    let entries: Result<Vec<_>, _> =
        wanted.map(|track| entry(track.number, track.control, track.start, msf)).collect();
    let mut entries = entries?;
    entries.push(entry(LEAD_OUT, tail.control, last_session.lead_out, msf)?);
    Ok(Toc { first_track: head.number, last_track: tail.number, entries })
}

fn session_info(view: &View, msf: bool) -> Result<SessionInfo, Sense> {
    let last = closed(view).last().ok_or(sense::INVALID_FIELD)?;
    let track = view.tracks_of(last.number).next().ok_or(sense::INVALID_FIELD)?;
    Ok(SessionInfo {
        first_session: 1,
        last_session: session_byte(last.number),
        first_track: Some(entry(track.number, track.control, track.start, msf)?),
    })
}

fn full_toc(view: &View, first: u8) -> Result<FullToc, Sense> {
    let last = closed(view).last().ok_or(sense::INVALID_FIELD)?;
    if u16::from(first) > last.number {
        return Err(sense::INVALID_FIELD);
    }
    let wanted = closed(view).filter(|session| session.number >= u16::from(first));
    let entries = wanted.flat_map(|session| {
        session.contents.toc.iter().map(|item| TocPoint {
            session: session_byte(session.number),
            adr: item.adr,
            control: item.control,
            tno: 0,
            point: item.point,
            time: time(item.time),
            zero: item.zero,
            p_time: time(item.point_time),
        })
    });
    Ok(FullToc { first_session: 1, last_session: session_byte(last.number), entries: entries.collect() })
}

fn pma(view: &View, kind: MediumKind) -> Result<Pma, Sense> {
    if kind.spec().material == Material::Pressed {
        return Err(sense::INVALID_FIELD);
    }
    let entry = |item: &QItem| PmaEntry {
        adr: item.adr,
        control: item.control,
        tno: 0,
        point: item.point,
        time: time(item.time),
        zero: item.zero,
        p_time: time(item.point_time),
    };
    Ok(Pma { entries: view.pma.iter().map(entry).collect() })
}

fn atip(kind: MediumKind) -> Result<Atip, Sense> {
    let spec = kind.spec();
    let (rewritable, subtype) = match spec.material {
        Material::Pressed => return Err(sense::INVALID_FIELD),
        Material::WriteOnce => (false, 0),
        Material::Rewritable(class) => (true, class.subtype()),
    };
    let told = kind.atip();
    Ok(Atip {
        writing_power: told.writing_power,
        reference_speed: told.reference_speed,
        unrestricted_use: told.unrestricted_use,
        rewritable,
        subtype,
        lead_in_start: spec.lead_in,
        last_lead_out: spec.last_lead_out,
        additional: [told.a1, told.a2, None],
        ..Atip::default()
    })
}

fn cd_text(view: &View) -> Result<CdTextPacks, Sense> {
    let packs = view.sessions.first().map(|session| session.contents.packs.clone()).unwrap_or_default();
    if packs.is_empty() {
        return Err(sense::INVALID_FIELD);
    }
    Ok(CdTextPacks { packs })
}

fn session_byte(number: u16) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

const fn time([minute, second, frame]: [u8; 3]) -> Msf {
    Msf { minute, second, frame }
}
