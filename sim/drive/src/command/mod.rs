//! What the drive does with each command: one handler each, typed in, typed out.

use discwright_mmc::Sense;
use discwright_mmc::command::{AnyCommand, PreventAllow, Response};
use discwright_transport::{Data, Instant};

use crate::drive::Drive;
use crate::recording::Deck;
use crate::sense;

mod audio;
mod close;
mod configuration;
mod format;
mod identify;
mod info;
mod legacy;
mod log;
mod mode;
mod performance;
mod read;
mod speed;
mod table;
mod unit;
mod write;

pub(crate) use audio::Player;

/// A drive's answer before it meets the host's buffer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    /// Data for the host; with sense, what came before the error.
    pub(crate) bytes: Vec<u8>,
    pub(crate) sense: Option<Sense>,
    /// When the work is done, if that is not at once.
    pub(crate) at: Option<Instant>,
}

impl Reply {
    pub(crate) fn done() -> Self {
        Self::default()
    }

    pub(crate) fn done_at(at: Instant) -> Self {
        Self { at: Some(at), ..Self::default() }
    }

    pub(crate) fn refused(sense: Sense) -> Self {
        Self { sense: Some(sense), ..Self::default() }
    }

    pub(crate) fn of(answer: &impl Response) -> Self {
        Self { bytes: answer.encode(), ..Self::default() }
    }
}

/// Hands a command to its handler.
pub(crate) fn dispatch(
    drive: &mut Drive,
    now: Instant,
    command: &AnyCommand,
    data: &Data<'_>,
) -> Result<Reply, Sense> {
    use AnyCommand as C;
    let sent = match data {
        Data::Out(bytes) => *bytes,
        Data::In(_) | Data::None => &[],
    };
    match command {
        C::Blank(it) => close::blank(drive, now, it),
        C::CloseTrackSession(it) => close::close(drive, now, it),
        C::FormatUnit(it) => format::format_unit(drive, now, it, sent),
        C::GetConfiguration(it) => Ok(Reply::of(&configuration::get_configuration(drive, it))),
        C::GetEventStatus(it) => unit::get_event_status(drive, now, it),
        C::GetPerformance(it) => performance::get_performance(drive, it),
        C::Inquiry(it) => identify::inquiry(drive, it),
        C::LoadUnload(it) => legacy::load_unload(it),
        C::MechanismStatus(it) => Ok(Reply::of(&legacy::mechanism_status(drive, it))),
        C::ModeSelect6(it) => mode::select6(drive, it, sent),
        C::ModeSelect10(it) => mode::select10(drive, it, sent),
        C::ModeSense6(it) => mode::sense6(drive, it),
        C::ModeSense10(it) => mode::sense10(drive, it),
        C::PauseResume(it) => audio::pause_resume(drive, now, it),
        C::PlayAudio10(it) => {
            audio::play(drive, now, it.start, it.start.saturating_add(u32::from(it.sectors)))
        }
        C::PlayAudio12(it) => audio::play(drive, now, it.start, it.start.saturating_add(it.sectors)),
        C::PlayAudioMsf(it) => audio::play_msf(drive, now, it),
        C::PlayAudioTrackIndex(it) => audio::play_tracks(drive, now, it),
        C::PreventAllow(it) => Ok(unit::prevent_allow(drive, it)),
        C::Read10(it) => read::read(drive, now, it.start, u32::from(it.sectors)),
        C::Read12(it) => read::read(drive, now, it.start, it.sectors),
        C::ReadBuffer(it) => legacy::read_buffer(drive, it),
        C::ReadBufferCapacity(it) => Ok(Reply::of(&info::buffer_capacity(drive, it))),
        C::ReadCapacity10(it) => info::capacity(drive, it).map(|answer| Reply::of(&answer)),
        C::ReadCd(it) => read::read_cd(drive, now, it),
        C::ReadCdMsf(it) => read::read_cd_msf(drive, now, it),
        C::ReadDiscInformation(it) => info::disc_information(drive, it),
        C::ReadFormatCapacities(it) => Ok(Reply::of(&format::read_format_capacities(drive, it))),
        C::ReadHeader(it) => read::read_header(drive, it).map(|answer| Reply::of(&answer)),
        C::ReadSubchannel(it) => audio::read_subchannel(drive, now, it).map(|answer| Reply::of(&answer)),
        C::ReadTocPmaAtip(it) => table::read_toc(drive, it),
        C::ReadTrackInformation(it) => info::track_information(drive, it).map(|answer| Reply::of(&answer)),
        C::RepairTrack(it) => close::repair(drive, now, it),
        C::ReportLuns(it) => legacy::report_luns(it),
        C::RequestSense(it) => Ok(identify::request_sense(drive, now, it)),
        C::ReserveTrack(it) => write::reserve(drive, now, it),
        C::TestUnitReady(_) | C::RezeroUnit(_) | C::Seek6(_) | C::Scan(_) => Ok(Reply::done()),
        C::Seek10(it) => read::seek(drive, now, it.address),
        C::SendCueSheet(it) => write::send_cue_sheet(drive, it, sent),
        C::SendOpc(it) => write::send_opc(drive, now, it),
        C::SetCdSpeed(it) => Ok(speed::set_cd_speed(drive, it)),
        C::SetStreaming(it) => performance::set_streaming(drive, it, sent),
        C::StartStopUnit(it) => unit::start_stop(drive, now, it),
        C::StopPlayScan(_) => Ok(audio::stop(drive)),
        C::SynchronizeCache(it) => write::synchronize(drive, now, it.immed),
        C::Verify10(it) => read::verify(drive, now, it, sent),
        C::Write10(it) => write::write(drive, now, it.start, u32::from(it.sectors), sent),
        C::Write12(it) => write::write(drive, now, it.start, it.sectors, sent),
        C::WriteBuffer(it) => legacy::write_buffer(drive, it, sent),
        C::Reserve6(_) | C::Reserve10(_) => {
            drive.nexuses.reserve();
            Ok(Reply::done())
        }
        C::Release6(_) | C::Release10(_) => {
            drive.nexuses.release();
            Ok(Reply::done())
        }
        C::LogSelect(it) => log::select(drive, it),
        C::LogSense(it) => log::sense(drive, it).map(|answer| Reply::of(&answer)),
        C::ReadCdda(it) => read::read_cdda(drive, now, it),
        C::WriteAndVerify10(it) => write::write_and_verify(drive, now, it, sent),
        // The drive reads ahead by itself, from wherever it was last.
        C::SetReadAhead(_) => Ok(Reply::done()),
        // For DVD, for changers, for masters.
        C::ReadDiscStructure(_)
        | C::ReadElementStatus(_)
        | C::ReportKey(_)
        | C::SendKey(_)
        | C::ReadMasterCue(_)
        | C::SendDiscStructure(_) => Err(sense::UNKNOWN_COMMAND),
    }
}

/// Whether a command is answered though another host has reserved the drive (SPC-2, 5.5.1, table of reservations).
pub(crate) const fn despite_reservation(command: &AnyCommand) -> bool {
    use AnyCommand as C;
    matches!(
        command,
        C::Inquiry(_)
            | C::RequestSense(_)
            | C::GetEventStatus(_)
            | C::GetConfiguration(_)
            | C::Release6(_)
            | C::Release10(_)
            | C::ReportLuns(_)
            | C::PreventAllow(PreventAllow { prevent: false, .. })
    )
}

/// Whether the disc must turn for a command.
pub(crate) const fn touches_disc(command: &AnyCommand) -> bool {
    use AnyCommand as C;
    writes(command)
        || matches!(
            command,
            C::PlayAudio10(_)
                | C::PlayAudio12(_)
                | C::PlayAudioMsf(_)
                | C::PlayAudioTrackIndex(_)
                | C::Read10(_)
                | C::Read12(_)
                | C::ReadCd(_)
                | C::ReadCdMsf(_)
                | C::ReadCdda(_)
                | C::ReadHeader(_)
                | C::Scan(_)
                | C::Seek6(_)
                | C::Seek10(_)
                | C::Verify10(_)
        )
}

/// Whether a command is refused without a disc that is ready.
pub(crate) const fn needs_medium(command: &AnyCommand) -> bool {
    use AnyCommand as C;
    !matches!(
        command,
        C::Inquiry(_)
            | C::RequestSense(_)
            | C::GetEventStatus(_)
            | C::GetConfiguration(_)
            | C::GetPerformance(_)
            | C::LoadUnload(_)
            | C::MechanismStatus(_)
            | C::ModeSelect6(_)
            | C::ModeSelect10(_)
            | C::ModeSense6(_)
            | C::ModeSense10(_)
            | C::PreventAllow(_)
            | C::ReadBuffer(_)
            | C::ReadBufferCapacity(_)
            | C::ReadFormatCapacities(_)
            | C::Release6(_)
            | C::Release10(_)
            | C::ReportLuns(_)
            | C::Reserve6(_)
            | C::Reserve10(_)
            | C::RezeroUnit(_)
            | C::SetCdSpeed(_)
            | C::SetReadAhead(_)
            | C::SetStreaming(_)
            | C::StartStopUnit(_)
            | C::StopPlayScan(_)
            | C::WriteBuffer(_)
            | C::LogSelect(_)
            | C::LogSense(_)
            // Not there at all, disc or no disc.
            | C::ReadDiscStructure(_)
            | C::ReadElementStatus(_)
            | C::ReportKey(_)
            | C::SendKey(_)
            | C::ReadMasterCue(_)
            | C::SendDiscStructure(_)
    )
}

/// Whether a command changes the disc.
pub(crate) const fn writes(command: &AnyCommand) -> bool {
    use AnyCommand as C;
    matches!(
        command,
        C::Blank(_)
            | C::CloseTrackSession(_)
            | C::FormatUnit(_)
            | C::RepairTrack(_)
            | C::ReserveTrack(_)
            | C::SendCueSheet(_)
            | C::SendOpc(_)
            | C::Write10(_)
            | C::Write12(_)
            | C::WriteAndVerify10(_)
    )
}

/// The disc in the drive; [`permit`](Drive::execute) has seen to it that there is one.
fn deck(drive: &mut Drive) -> Result<&mut Deck, Sense> {
    drive.deck.as_mut().ok_or(sense::NO_MEDIUM_TRAY_CLOSED)
}
