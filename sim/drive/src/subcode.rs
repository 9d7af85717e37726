//! Subchannels of a sector as they are read.

use discwright_cd::subchannel::{Content as QContent, Isrc, Mcn, Position, Q, Subchannels, Track};
use discwright_cd::{Control, Lba, Msf};
use discwright_mmc::command::SubchannelSelection;

use crate::disc::Disc;
use crate::medium::{Content, Medium, Note, TrackQ};
use crate::sector::Sector;

/// The catalogue number and the recording codes take every hundredth frame each.
const NOTE_EVERY: i32 = 100;

/// What is wrong with channel Q as a drive delivers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct QFaults {
    /// Its check does not hold.
    pub(crate) bad_check: bool,
    /// Track, index and times are binary, where they should be BCD; the check is that of BCD.
    pub(crate) binary: bool,
}

impl QFaults {
    fn apply(self, q: &mut [u8; 12]) {
        if self.bad_check {
            q[11] ^= 0x5A;
        }
        let [first, rest @ ..] = q;
        if self.binary && *first & 0xF == 1 {
            let [numbers @ .., _, _] = rest;
            for byte in numbers.iter_mut().filter(|byte| **byte >> 4 < 10 && **byte & 0xF < 10) {
                *byte = (*byte >> 4) * 10 + (*byte & 0xF);
            }
        }
    }
}

/// Adds what is asked for behind a sector's main channel.
pub(crate) fn put(
    disc: &Disc,
    at: Lba,
    sector: &Sector,
    wanted: SubchannelSelection,
    faults: QFaults,
    out: &mut Vec<u8>,
) {
    let mut channels = channels(disc.medium(), at, sector);
    let [_, q, ..] = &mut channels.0;
    faults.apply(q);
    match wanted {
        SubchannelSelection::None | SubchannelSelection::Other(_) => {}
        SubchannelSelection::Raw => out.extend(channels.interleave()),
        SubchannelSelection::Q => {
            out.extend(channels.q());
            out.extend([0, 0, 0, if channels.pause() { 0x80 } else { 0 }]);
        }
        SubchannelSelection::CorrectedRw => {
            let [_, _, rw @ ..] = channels.0;
            let none = [0; 12];
            let [r, s, t, u, v, w] = rw;
            out.extend(Subchannels([none, none, r, s, t, u, v, w]).interleave());
        }
    }
}

/// All eight channels of a sector.
pub(crate) fn channels(medium: &Medium, at: Lba, sector: &Sector) -> Subchannels {
    let made = Subchannels::new(sector.q.is_some_and(|q| q.index == 0), q_of(medium, at));
    let Some(sent) = sector.subchannel.first_chunk::<96>() else { return made };
    let sent = Subchannels::deinterleave(sent);
    // A host that sends R to W alone leaves P and Q to the drive.
    if sent.q() == [0; 12] {
        let ([p, q, ..], [_, _, rw @ ..]) = (made.0, sent.0);
        let [r, s, t, u, v, w] = rw;
        return Subchannels([p, q, r, s, t, u, v, w]);
    }
    sent
}

/// Channel Q of a sector, as the drive writes it.
pub(crate) fn q_of(medium: &Medium, at: Lba) -> [u8; 12] {
    let Some(extent) = medium.extent_at(at) else { return [0; 12] };
    let absolute = at.to_msf().unwrap_or_default();
    let (control, content) = match &extent.content {
        Content::Track(q, _) => {
            (q.control, note_at(medium, at, absolute).unwrap_or_else(|| in_track(q, at, absolute)))
        }
        Content::LeadOut { control } => {
            let relative = frames(at.sectors_since(extent.start).unwrap_or(0));
            (*control, QContent::Position(Position { track: Track::LeadOut, index: 1, relative, absolute }))
        }
        _ => return [0; 12],
    };
    let control = Control::from_bits(control & 0xF).unwrap_or_else(|| Control::from_lower_nibble(control));
    Q { control, content }.encode().unwrap_or_default()
}

fn in_track(q: &TrackQ, at: Lba, absolute: Msf) -> QContent {
    let distance = (at - q.zero).unsigned_abs();
    let relative = frames(distance);
    QContent::Position(Position { track: Track::Number(q.track), index: q.index, relative, absolute })
}

/// What an ADR 2 or 3 frame says here, if this is one.
fn note_at(medium: &Medium, at: Lba, absolute: Msf) -> Option<QContent> {
    let due = |slot: i32| at.0.rem_euclid(NOTE_EVERY) == slot;
    let covers = |start: Lba, sectors: u32| at.sectors_since(start).is_some_and(|offset| offset < sectors);
    medium.notes().iter().filter(|note| covers(note.start, note.sectors)).find_map(|note| match note.note {
        Note::Catalogue(digits) if due(NOTE_EVERY / 2) => {
            Some(QContent::Mcn { mcn: Mcn::new(digits).ok()?, frame: absolute.frame })
        }
        Note::Isrc(code) if due(NOTE_EVERY * 3 / 4) => {
            Some(QContent::Isrc { isrc: Isrc::new(code).ok()?, frame: absolute.frame })
        }
        Note::Catalogue(_) | Note::Isrc(_) => None,
    })
}

/// So many sectors as time.
fn frames(sectors: u32) -> Msf {
    let part = |value: u32| u8::try_from(value).unwrap_or(99);
    Msf { minute: part(sectors / 4_500 % 100), second: part(sectors / 75 % 60), frame: part(sectors % 75) }
}
