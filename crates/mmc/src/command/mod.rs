//! One type per command; [`AnyCommand`] is any of them.

use crate::cdb::Cdb;
use crate::error::{CdbError, ResponseError};

mod any;
mod blank;
mod close_track_session;
mod get_configuration;
mod get_event_status;
mod inquiry;
mod mode_select10;
mod mode_sense10;
mod prevent_allow;
mod read10;
mod read12;
mod read_buffer_capacity;
mod read_capacity10;
mod read_cd;
mod read_disc_information;
mod read_toc;
mod read_track_information;
mod request_sense;
mod send_cue_sheet;
mod send_opc;
mod set_cd_speed;
mod start_stop_unit;
mod synchronize_cache;
mod test_unit_ready;
mod write10;
mod write12;

pub use any::{AnyCommand, name};
pub use blank::{Blank, BlankType};
pub use close_track_session::{CloseFunction, CloseTrackSession};
pub use get_configuration::{GetConfiguration, RequestedFeatures};
pub use get_event_status::GetEventStatus;
pub use inquiry::Inquiry;
pub use mode_select10::ModeSelect10;
pub use mode_sense10::{ALL_PAGES, ModeSense10, PageControl};
pub use prevent_allow::PreventAllow;
pub use read_buffer_capacity::ReadBufferCapacity;
pub use read_capacity10::ReadCapacity10;
pub use read_cd::{C2Selection, ExpectedSector, HeaderSelection, ReadCd, ReadCdMsf, SubchannelSelection};
pub use read_disc_information::{DiscInformationType, ReadDiscInformation};
pub use read_toc::{
    ReadAtip, ReadCdText, ReadFullToc, ReadPma, ReadSessionInfo, ReadToc, ReadTocPmaAtip, TocFormat,
};
pub use read_track_information::{ReadTrackInformation, TrackAddressType};
pub use read10::Read10;
pub use read12::Read12;
pub use request_sense::RequestSense;
pub use send_cue_sheet::SendCueSheet;
pub use send_opc::SendOpc;
pub use set_cd_speed::{RotationControl, SetCdSpeed};
pub use start_stop_unit::{PowerCondition, StartStopUnit};
pub use synchronize_cache::SynchronizeCache;
pub use test_unit_ready::TestUnitReady;
pub use write10::Write10;
pub use write12::Write12;

/// A command, encoded by the host and decoded by the drive with the same code.
pub trait Command: Sized {
    /// First byte of the CDB.
    const OPCODE: u8;
    /// The command's name as the standards write it.
    const NAME: &'static str;
    /// What comes back with GOOD status.
    type Response: Response;

    /// The CDB that says this.
    fn encode(&self) -> Cdb;

    /// What a CDB says. Bits that drives ignore in practice (link, control, reserved) are dropped.
    ///
    /// # Errors
    /// [`CdbError`] that names the field a drive must refuse.
    fn decode(cdb: &Cdb) -> Result<Self, CdbError>;

    /// What moves besides the CDB.
    fn data_phase(&self) -> DataPhase;
}

/// Data of a command: direction and amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataPhase {
    /// Nothing moves.
    None,
    /// From the drive, at most so many bytes (the allocation length).
    In {
        /// Allocation length in bytes.
        bytes: u32,
    },
    /// From the drive, so many blocks; the block size is not in the CDB.
    InBlocks {
        /// Blocks asked for.
        blocks: u32,
    },
    /// To the drive, so many bytes (the parameter list length).
    Out {
        /// Parameter list length in bytes.
        bytes: u32,
    },
    /// To the drive, so many blocks; the block size is not in the CDB.
    OutBlocks {
        /// Blocks sent.
        blocks: u32,
    },
}

/// An answer of a drive, encoded by the drive and parsed by the host with the same code.
pub trait Response: Sized {
    /// The whole answer; a drive cuts it at the allocation length.
    fn encode(&self) -> Vec<u8>;

    /// The answer from bytes that may have been cut at the allocation length, and may be hostile.
    ///
    /// # Errors
    /// [`ResponseError`] that names the place.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError>;
}

/// The answer of a command that only says GOOD.
impl Response for () {
    fn encode(&self) -> Vec<u8> {
        Vec::new()
    }

    fn parse(_: &[u8]) -> Result<Self, ResponseError> {
        Ok(())
    }
}

/// The answer of a command that returns blocks: the bytes themselves.
impl Response for Vec<u8> {
    fn encode(&self) -> Vec<u8> {
        self.clone()
    }

    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        Ok(bytes.to_vec())
    }
}
