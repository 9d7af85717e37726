//! What the drive does with each command: one handler each, typed in, typed out.

use discwright_mmc::Sense;
use discwright_mmc::command::{AnyCommand, Response};
use discwright_transport::{Data, Instant};

use crate::drive::Drive;
use crate::recording::Deck;
use crate::sense;

mod close;
mod configuration;
mod identify;
mod info;
mod mode;
mod read;
mod speed;
mod table;
mod unit;
mod write;

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
        C::GetConfiguration(it) => Ok(Reply::of(&configuration::get_configuration(drive, it))),
        C::GetEventStatus(it) => unit::get_event_status(drive, it),
        C::Inquiry(it) => identify::inquiry(drive, it),
        C::ModeSelect10(it) => mode::select(drive, it, sent),
        C::ModeSense10(it) => mode::sense(drive, it),
        C::PreventAllow(it) => Ok(unit::prevent_allow(drive, it)),
        C::Read10(it) => read::read(drive, now, it.start, u32::from(it.sectors)),
        C::Read12(it) => read::read(drive, now, it.start, it.sectors),
        C::ReadBufferCapacity(it) => Ok(Reply::of(&info::buffer_capacity(drive, it))),
        C::ReadCapacity10(it) => info::capacity(drive, it).map(|answer| Reply::of(&answer)),
        C::ReadCd(it) => read::read_cd(drive, now, it),
        C::ReadCdMsf(it) => read::read_cd_msf(drive, now, it),
        C::ReadDiscInformation(it) => info::disc_information(drive, it),
        C::ReadTocPmaAtip(it) => table::read_toc(drive, it),
        C::ReadTrackInformation(it) => info::track_information(drive, it).map(|answer| Reply::of(&answer)),
        C::RequestSense(_) => Ok(identify::request_sense(drive, now)),
        C::SendCueSheet(it) => write::send_cue_sheet(drive, it, sent),
        C::SendOpc(it) => write::send_opc(drive, now, it),
        C::SetCdSpeed(it) => Ok(speed::set_cd_speed(drive, it)),
        C::StartStopUnit(it) => unit::start_stop(drive, now, it),
        C::SynchronizeCache(it) => write::synchronize(drive, now, it.immed),
        C::TestUnitReady(_) => Ok(Reply::done()),
        C::Write10(it) => write::write(drive, now, it.start, u32::from(it.sectors), sent),
        C::Write12(it) => write::write(drive, now, it.start, it.sectors, sent),
        #[allow(unreachable_patterns, reason = "commands that this drive does not have")]
        _ => Err(sense::UNKNOWN_COMMAND),
    }
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
            | C::ModeSelect10(_)
            | C::ModeSense10(_)
            | C::PreventAllow(_)
            | C::ReadBufferCapacity(_)
            | C::SetCdSpeed(_)
            | C::StartStopUnit(_)
    )
}

/// The disc in the drive; [`permit`](Drive::execute) has seen to it that there is one.
fn deck(drive: &mut Drive) -> Result<&mut Deck, Sense> {
    drive.deck.as_mut().ok_or(sense::NO_MEDIUM_TRAY_CLOSED)
}
