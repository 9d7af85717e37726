//! What the drive knows about the disc: READ DISC INFORMATION, READ TRACK INFORMATION, capacities.

use discwright_cd::{Lba, Msf, area};
use discwright_mmc::Sense;
use discwright_mmc::command::{
    DiscInformationType, ReadBufferCapacity, ReadCapacity10, ReadDiscInformation, ReadTrackInformation,
    TrackAddressType,
};
use discwright_mmc::mode::WriteType;
use discwright_mmc::response::{
    BufferCapacity, Capacity, DiscState as Disc, DiscType, SessionState as Last, StandardDiscInformation,
    TrackInformation, TrackResources,
};

use super::write::packet_blocks;
use super::{Reply, deck};
use crate::derive::{DiscState, NextTrack, SessionState, Track, TrackState, View};
use crate::drive::Drive;
use crate::fault::Effect;
use crate::medium::{Block, FixedPackets, Form, Material, Medium, MediumKind};
use crate::recording::{Recording, TrackRecording, next_in_track};
use crate::sense;

pub(super) fn disc_information(drive: &mut Drive, command: &ReadDiscInformation) -> Result<Reply, Sense> {
    let deck = deck(drive)?;
    match command.data_type {
        DiscInformationType::Standard => {}
        DiscInformationType::TrackResources => return Ok(Reply::of(&track_resources(deck.view()))),
        _ => return Err(sense::INVALID_FIELD),
    }
    let being_written = match deck.recording() {
        Recording::Track(track) => Some(track.number),
        Recording::Session(session) if session.is_begun() => Some(session.place().1.number),
        Recording::Raw(raw) if raw.is_begun() => Some(raw.place().1.number),
        Recording::Session(_) | Recording::Raw(_) | Recording::Idle => None,
    };
    let kind = deck.disc().kind();
    Ok(Reply::of(&standard_information(&deck.told_view(), kind, being_written)))
}

fn standard_information(view: &View, kind: MediumKind, being_written: Option<u8>) -> StandardDiscInformation {
    let (first, last) = tracks_in_last_session(view, being_written);
    let sessions =
        view.open.map_or_else(|| view.sessions.last().map_or(1, |it| it.number), |open| open.number);
    let (disc, last_session) = match being_written {
        Some(_) => (Disc::Incomplete, Last::Incomplete),
        None => (disc_state(view.disc_state()), session_state(view.session_state())),
    };
    let complete = view.open.is_none();
    let lead_in = view.open.map(|open| {
        let gap = i32::try_from(area::LEAD_IN + area::PREGAP).unwrap_or(0);
        if open.number == 1 { kind.lead_in_start() } else { open.program - gap }
    });
    StandardDiscInformation {
        erasable: kind.is_rewritable(),
        disc,
        last_session,
        first_track: 1,
        sessions,
        first_track_in_last_session: u16::from(first),
        last_track_in_last_session: u16::from(last),
        unrestricted_use: true,
        disc_type: disc_type(view),
        last_session_lead_in: lead_in.and_then(time),
        last_possible_lead_out: if complete { None } else { time(kind.last_lead_out()) },
        ..StandardDiscInformation::default()
    }
}

/// First and last track of the last session, the invisible one included.
fn tracks_in_last_session(view: &View, being_written: Option<u8>) -> (u8, u8) {
    let Some(open) = view.open else {
        return view.sessions.last().map_or((1, 1), |session| (session.first_track, session.last_track));
    };
    let last = view.tracks_of(open.number).last().map_or(open.first_track, |track| track.number);
    let last = open.next.map_or(last, |next| next.number.min(area::MAX_TRACKS));
    (open.first_track, being_written.unwrap_or(last))
}

fn disc_type(view: &View) -> DiscType {
    let format = |session: &crate::derive::Session| {
        session.contents.toc.iter().find(|item| item.point == 0xA0).map(|item| item.point_time[1])
    };
    view.sessions.first().and_then(format).map_or(DiscType::Undefined, DiscType::from)
}

const fn disc_state(state: DiscState) -> Disc {
    match state {
        DiscState::Blank => Disc::Empty,
        DiscState::Appendable => Disc::Incomplete,
        DiscState::Complete => Disc::Complete,
    }
}

const fn session_state(state: SessionState) -> Last {
    match state {
        SessionState::Empty => Last::Empty,
        SessionState::Incomplete => Last::Incomplete,
        SessionState::Damaged => Last::Damaged,
        SessionState::Complete => Last::Complete,
    }
}

fn time(at: Lba) -> Option<Msf> {
    at.to_msf().ok()
}

fn track_resources(view: &View) -> TrackResources {
    let tracks = u16::try_from(view.tracks.len()).unwrap_or(u16::MAX);
    let open = view.open.is_some_and(|open| open.next.is_some());
    let limit = u16::from(area::MAX_TRACKS);
    TrackResources { tracks_limit: limit, tracks, appendable_limit: 1, appendable: u16::from(open) }
}

pub(super) fn track_information(
    drive: &mut Drive,
    command: &ReadTrackInformation,
) -> Result<TrackInformation, Sense> {
    let target = Target::of(drive);
    let deck = deck(drive)?;
    let writing = match deck.recording() {
        Recording::Track(track) => Some(*track),
        Recording::Session(_) | Recording::Raw(_) | Recording::Idle => None,
    };
    let session_next = match deck.recording() {
        Recording::Session(session) => Some(session.next()),
        Recording::Raw(raw) => Some(raw.next()),
        Recording::Track(_) | Recording::Idle => None,
    };
    let cut_format = deck.cut_format().map(|track| track.number);
    let view = deck.told_view();
    let found = find(&view, writing.as_ref(), &target, command)?;
    let medium = deck.disc().medium();
    let told = match found {
        Found::Track(track) if Some(track.number) == cut_format => TrackInformation {
            damage: true,
            next_writable: None,
            free_blocks: 0,
            ..of_track(&track, medium, &target)
        },
        Found::Track(track) => of_track(&track, medium, &target),
        Found::Writing(track) => target.of_open_track(&track),
        Found::Invisible(session, next) => {
            let begun = view.open.is_some_and(|open| open.first_track != next.number);
            target.of_invisible(session, next, session_next, begun)
        }
    };
    Ok(lied_about(told, drive.lie))
}

/// What a fault makes of the truth.
fn lied_about(told: TrackInformation, lie: Option<Effect>) -> TrackInformation {
    match lie {
        Some(Effect::NextWritable { lba }) => TrackInformation { next_writable: lba.map(Lba), ..told },
        Some(Effect::Damage) => TrackInformation { damage: true, ..told },
        Some(Effect::FewerFreeBlocks { blocks }) => {
            TrackInformation { free_blocks: told.free_blocks.saturating_sub(blocks), ..told }
        }
        _ => told,
    }
}

/// What a question about a track leads to.
enum Found {
    Track(Track),
    Writing(TrackRecording),
    Invisible(u16, NextTrack),
}

fn find(
    view: &View,
    writing: Option<&TrackRecording>,
    target: &Target,
    command: &ReadTrackInformation,
) -> Result<Found, Sense> {
    let tracks = || view.tracks.iter().filter(|track| writing.is_none_or(|open| open.number != track.number));
    let open = view.open.and_then(|open| Some((open.number, open.next?)));
    // What is written now, or could be written next.
    let last = || match (writing, open) {
        (Some(track), _) => Some(Found::Writing(*track)),
        (None, Some((session, next))) => Some(Found::Invisible(session, next)),
        (None, None) => view.unfinished().map(|track| Found::Track(*track)),
    };
    match command.address_type {
        TrackAddressType::Track if command.address == ReadTrackInformation::INVISIBLE => last(),
        TrackAddressType::Track => {
            let known = tracks().find(|track| u32::from(track.number) == command.address);
            known
                .map(|track| Found::Track(*track))
                .or_else(|| last().filter(|it| it.is_number(command.address)))
        }
        TrackAddressType::Session => {
            let known = tracks().find(|track| u32::from(track.session) == command.address);
            known
                .map(|track| Found::Track(*track))
                .or_else(|| last().filter(|it| it.is_session(command.address)))
        }
        TrackAddressType::Lba => {
            let at = command.lba();
            let known = tracks().find(|track| (track.start..track.address_end()).contains(&at));
            let known = known.map(|track| Found::Track(*track));
            // The next track ends where the last lead-out must start.
            let holds = |it: &Found| at == it.start() || (it.start()..=target.last_lead_out).contains(&at);
            return known.or_else(|| last().filter(holds)).ok_or(sense::OUT_OF_RANGE);
        }
        TrackAddressType::Other(_) => None,
    }
    .ok_or(sense::INVALID_FIELD)
}

impl Found {
    fn is_number(&self, number: u32) -> bool {
        number
            == match self {
                Self::Track(track) => u32::from(track.number),
                Self::Writing(track) => u32::from(track.number),
                Self::Invisible(_, next) => u32::from(next.number),
            }
    }

    fn is_session(&self, number: u32) -> bool {
        number
            == match self {
                Self::Track(track) => u32::from(track.session),
                Self::Writing(track) => u32::from(track.session),
                Self::Invisible(session, _) => u32::from(*session),
            }
    }

    const fn start(&self) -> Lba {
        match self {
            Self::Track(track) => track.start,
            Self::Writing(track) => track.start,
            Self::Invisible(_, next) => next.start,
        }
    }
}

fn of_track(track: &Track, medium: &Medium, target: &Target) -> TrackInformation {
    let recordable = medium.kind().spec().material != Material::Pressed;
    let empty = track.state == TrackState::Reserved && track.written <= track.start;
    let unfinished = track.state == TrackState::Unfinished;
    let next = next_in_track(medium, track);
    let reserved = track.state == TrackState::Reserved;
    let limit = if reserved { track.end } else { target.last_lead_out };
    // How a reservation will be written is not on the disc before its first block: the write parameters page says.
    let to_come = FixedPackets::new(track.start, target.packet_blocks);
    let to_come = to_come.filter(|_| empty && track.packet.is_none());
    let packets = track.fixed_packets().or(to_come);
    let free = next.map_or(0, |next| match packets {
        Some(packets) => {
            let all = packets.start.saturating_add(packets.user_blocks_until(limit));
            all.sectors_since(next).unwrap_or(0)
        }
        // The last two of a reservation will be run-out.
        None if reserved => (track.end - 2).sectors_since(next).unwrap_or(0),
        None => target.free_from(next),
    });
    // A drive was seen to tell no last block of a formatted disc (pali/udftools pull request 44).
    let last = match (track.fixed_packets(), track.state) {
        (Some(_), TrackState::Complete) => None,
        (Some(packets), _) => {
            let blocks = packets.user_blocks_until(track.written);
            (blocks > 0).then(|| track.start.saturating_add(blocks) - 1)
        }
        (None, _) => last_recorded(track, medium),
    };
    TrackInformation {
        track: u16::from(track.number),
        session: track.session,
        damage: track.state != TrackState::Complete && next.is_none(),
        copy: false,
        track_mode: track.control,
        reserved: recordable && !unfinished,
        // An erasure that was cut off may have left something.
        blank: empty && next.is_some(),
        packet: track.packet.is_some(),
        fixed_packet: track.packet.is_some_and(|blocks| blocks > 0),
        data_mode: data_mode(track.form),
        start: track.start,
        next_writable: next,
        free_blocks: free,
        packet_blocks: track.packet.unwrap_or(0),
        size: to_come.map_or_else(|| track.blocks(), |packets| packets.user_blocks_until(track.end)),
        last_recorded: last,
        ..TrackInformation::default()
    }
}

/// The last sector with data in it: run-out does not count.
fn last_recorded(track: &Track, medium: &Medium) -> Option<Lba> {
    let mut end = track.written;
    while end > track.start && matches!(medium.block_at(end - 1), Some((_, Block::RunOut))) {
        end = end - 1;
    }
    (end > track.start).then_some(end - 1)
}

/// 1 and 2 are the modes of the sectors, Fh is said of sound and of what is not there yet.
const fn data_mode(form: Option<Form>) -> u8 {
    match form {
        Some(Form::Mode1) => 1,
        Some(Form::Mode2 | Form::Xa) => 2,
        Some(Form::Audio | Form::Raw) | None => 0xF,
    }
}

/// What the write parameters page makes of a track not yet written.
struct Target {
    write_type: WriteType,
    track_mode: u8,
    first_lead_in: Lba,
    /// First address that a lead-out may not start behind.
    last_lead_out: Lba,
    /// Blocks in each packet; zero when they are of any size, or not packets.
    packet_blocks: u32,
}

impl Target {
    fn of(drive: &Drive) -> Self {
        let kind = drive.disc().map_or(MediumKind::CdR80, crate::disc::Disc::kind);
        let overburn = drive.personality.overburn_sectors.min(kind.spec().beyond);
        let page = &drive.pages.write;
        let packets = page.write_type == WriteType::Packet;
        Self {
            packet_blocks: if packets { packet_blocks(page) } else { 0 },
            write_type: drive.pages.write.write_type,
            track_mode: drive.pages.write.track_mode,
            first_lead_in: kind.lead_in_start(),
            last_lead_out: kind.last_lead_out().saturating_add(overburn),
        }
    }

    /// Blocks for user data from an address on. Written track-at-once, two of them will be run-out.
    fn free_from(&self, at: Lba) -> u32 {
        let run_out = match self.write_type {
            WriteType::SessionAtOnce | WriteType::Raw => 0,
            _ => i32::try_from(area::RUN_OUT).unwrap_or(0),
        };
        (self.last_lead_out - run_out).sectors_since(at).unwrap_or(0)
    }

    /// The next writable address depends on how writing will begin: with user data, with the pregap, or with the
    /// lead-in. A session that has a track already goes on with user data, whatever the page says. `next` overrides it
    /// in a session that is being written as a whole.
    fn of_invisible(
        &self,
        session: u16,
        track: NextTrack,
        next: Option<Lba>,
        begun: bool,
    ) -> TrackInformation {
        let pregap = i32::try_from(area::PREGAP).unwrap_or(0);
        let lead_in = i32::try_from(area::LEAD_IN).unwrap_or(0);
        let begins = match self.write_type {
            _ if begun => track.start,
            WriteType::SessionAtOnce => track.start - pregap,
            WriteType::Raw if session == 1 => self.first_lead_in,
            WriteType::Raw => track.start - pregap - lead_in,
            _ => track.start,
        };
        let next_writable = next.unwrap_or(begins);
        let packets = FixedPackets::new(track.start, self.packet_blocks);
        let free = packets.map_or_else(
            || self.free_from(track.start.max(next_writable)),
            |packets| packets.user_blocks_until(self.last_lead_out),
        );
        TrackInformation {
            track: u16::from(track.number),
            session,
            track_mode: self.track_mode,
            blank: true,
            data_mode: 0xF,
            start: track.start,
            next_writable: (track.number <= area::MAX_TRACKS && track.start <= self.last_lead_out)
                .then_some(next_writable),
            free_blocks: free,
            size: free,
            ..TrackInformation::default()
        }
    }

    fn of_open_track(&self, track: &TrackRecording) -> TrackInformation {
        let free = track.free_blocks();
        TrackInformation {
            track: u16::from(track.number),
            session: track.session,
            track_mode: track.plan.control,
            packet: track.packet.is_some(),
            fixed_packet: track.fixed_packets().is_some(),
            packet_blocks: track.packet.unwrap_or(0),
            data_mode: data_mode(Some(track.plan.host.form())),
            start: track.start,
            next_writable: Some(track.next),
            free_blocks: free,
            size: track.next.sectors_since(track.start).unwrap_or(0).saturating_add(free),
            last_recorded: (track.next > track.start).then_some(track.next - 1),
            ..TrackInformation::default()
        }
    }
}

/// The last address before the lead-out of the last complete session, run-out included unless the drive leaves it out;
/// zero without a session.
pub(super) fn capacity(drive: &mut Drive, command: &ReadCapacity10) -> Result<Capacity, Sense> {
    if !command.pmi && command.address != Lba(0) {
        return Err(sense::INVALID_FIELD);
    }
    let without_run_out = drive.personality.capacity_without_run_out;
    let view = deck(drive)?.view();
    let last_track = view.last_complete().and_then(|session| view.track(session.last_track)).copied();
    let last = view.last_address().unwrap_or(Lba(0));
    let medium = deck(drive)?.disc().medium();
    let last = match last_track.filter(|track| without_run_out && track.packet.is_none()) {
        Some(track) => last_recorded(&track, medium).unwrap_or(last),
        None => last,
    };
    Ok(Capacity { last, block_bytes: 2048 })
}

pub(super) fn buffer_capacity(drive: &Drive, command: &ReadBufferCapacity) -> BufferCapacity {
    let total = drive.personality.buffer_bytes;
    let waiting = drive.deck.as_ref().map_or(0, crate::recording::Deck::buffered_bytes);
    let free = total.saturating_sub(u32::try_from(waiting).unwrap_or(u32::MAX));
    if command.blocks {
        BufferCapacity::Blocks { free: free / 2048 }
    } else {
        BufferCapacity::Bytes { total, free }
    }
}
