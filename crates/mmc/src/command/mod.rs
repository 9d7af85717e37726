//! One type per command; [`AnyCommand`] is any of them.
//!
//! All operation codes known, in hexadecimal; the last column names the standard that describes the command:
//!
//! | code | command | type | described in |
//! |---|---|---|---|
//! | 00 | TEST UNIT READY | [`TestUnitReady`] | SPC-3 |
//! | 01 | REZERO UNIT | [`RezeroUnit`] | SCSI-2 |
//! | 03 | REQUEST SENSE | [`RequestSense`] | SPC-3 |
//! | 04 | FORMAT UNIT | [`FormatUnit`] | MMC-6 |
//! | 0B | SEEK (6) | [`Seek6`] | SCSI-2 |
//! | 12 | INQUIRY | [`Inquiry`] | SPC-3 |
//! | 15 | MODE SELECT (6) | [`ModeSelect6`] | SPC-3 |
//! | 16 | RESERVE (6) | [`Reserve6`] | SPC-2 |
//! | 17 | RELEASE (6) | [`Release6`] | SPC-2 |
//! | 1A | MODE SENSE (6) | [`ModeSense6`] | SPC-3 |
//! | 1B | START STOP UNIT | [`StartStopUnit`] | MMC-6 |
//! | 1E | PREVENT ALLOW MEDIUM REMOVAL | [`PreventAllow`] | MMC-6 |
//! | 23 | READ FORMAT CAPACITIES | [`ReadFormatCapacities`] | MMC-6 |
//! | 25 | READ CAPACITY (10) | [`ReadCapacity10`] | SBC-3, MMC-6 |
//! | 28 | READ (10) | [`Read10`] | SBC-3, MMC-6 |
//! | 2A | WRITE (10) | [`Write10`] | SBC-3, MMC-6 |
//! | 2B | SEEK (10) | [`Seek10`] | SCSI-2, MMC-6 |
//! | 2E | WRITE AND VERIFY (10) | [`WriteAndVerify10`] | SBC-3 |
//! | 2F | VERIFY (10) | [`Verify10`] | SBC-3, MMC-6 |
//! | 35 | SYNCHRONIZE CACHE (10) | [`SynchronizeCache`] | SBC-3, MMC-6 |
//! | 3B | WRITE BUFFER | [`WriteBuffer`] | SPC-3 |
//! | 3C | READ BUFFER | [`ReadBuffer`] | SPC-3 |
//! | 42 | READ SUB-CHANNEL | [`ReadSubchannel`] | MMC-6 |
//! | 43 | READ TOC/PMA/ATIP | [`ReadTocPmaAtip`] | MMC-6 |
//! | 44 | READ HEADER | [`ReadHeader`] | MMC-2 |
//! | 45 | PLAY AUDIO (10) | [`PlayAudio10`] | MMC-3 |
//! | 46 | GET CONFIGURATION | [`GetConfiguration`] | MMC-6 |
//! | 47 | PLAY AUDIO MSF | [`PlayAudioMsf`] | MMC-3 |
//! | 48 | PLAY AUDIO TRACK/INDEX | [`PlayAudioTrackIndex`] | SFF-8020i |
//! | 4A | GET EVENT STATUS NOTIFICATION | [`GetEventStatus`] | MMC-6 |
//! | 4B | PAUSE/RESUME | [`PauseResume`] | MMC-3 |
//! | 4C | LOG SELECT | [`LogSelect`] | SPC-3 |
//! | 4D | LOG SENSE | [`LogSense`] | SPC-3 |
//! | 4E | STOP PLAY/SCAN | [`StopPlayScan`] | MMC-3 |
//! | 51 | READ DISC INFORMATION | [`ReadDiscInformation`] | MMC-6 |
//! | 52 | READ TRACK INFORMATION | [`ReadTrackInformation`] | MMC-6 |
//! | 53 | RESERVE TRACK | [`ReserveTrack`] | MMC-6 |
//! | 54 | SEND OPC INFORMATION | [`SendOpc`] | MMC-6 |
//! | 55 | MODE SELECT (10) | [`ModeSelect10`] | SPC-3 |
//! | 56 | RESERVE (10) | [`Reserve10`] | SPC-2 |
//! | 57 | RELEASE (10) | [`Release10`] | SPC-2 |
//! | 58 | REPAIR TRACK | [`RepairTrack`] | MMC-6 |
//! | 59 | READ MASTER CUE | [`ReadMasterCue`] | MMC-1 |
//! | 5A | MODE SENSE (10) | [`ModeSense10`] | SPC-3 |
//! | 5B | CLOSE TRACK/SESSION | [`CloseTrackSession`] | MMC-6 |
//! | 5C | READ BUFFER CAPACITY | [`ReadBufferCapacity`] | MMC-6 |
//! | 5D | SEND CUE SHEET | [`SendCueSheet`] | MMC-6 |
//! | A0 | REPORT LUNS | [`ReportLuns`] | SPC-3 |
//! | A1 | BLANK | [`Blank`] | MMC-6 |
//! | A3 | SEND KEY | [`SendKey`] | MMC-6 |
//! | A4 | REPORT KEY | [`ReportKey`] | MMC-6 |
//! | A5 | PLAY AUDIO (12) | [`PlayAudio12`] | MMC-3 |
//! | A6 | LOAD/UNLOAD MEDIUM | [`LoadUnload`] | MMC-6 |
//! | A7 | SET READ AHEAD | [`SetReadAhead`] | MMC-3 |
//! | A8 | READ (12) | [`Read12`] | SBC-3, MMC-6 |
//! | AA | WRITE (12) | [`Write12`] | SBC-3, MMC-6 |
//! | AC | GET PERFORMANCE | [`GetPerformance`] | MMC-6 |
//! | AD | READ DISC STRUCTURE | [`ReadDiscStructure`] | MMC-6 |
//! | B6 | SET STREAMING | [`SetStreaming`] | MMC-6 |
//! | B8 | READ ELEMENT STATUS | [`ReadElementStatus`] | SMC-2 |
//! | B9 | READ CD MSF | [`ReadCdMsf`] | MMC-6 |
//! | BA | SCAN | [`Scan`] | MMC-3 |
//! | BB | SET CD SPEED | [`SetCdSpeed`] | MMC-6 |
//! | BD | MECHANISM STATUS | [`MechanismStatus`] | MMC-6 |
//! | BE | READ CD | [`ReadCd`] | MMC-6 |
//! | BF | SEND DISC STRUCTURE | [`SendDiscStructure`] | MMC-6 |
//! | D8 | READ CD-DA | [`ReadCdda`] | vendor (Plextor) |

use crate::cdb::Cdb;
use crate::error::{CdbError, ResponseError};

mod any;
mod blank;
mod buffer;
mod close_track_session;
mod disc_structure;
mod expecting;
mod format_unit;
mod get_configuration;
mod get_event_status;
mod get_performance;
mod inquiry;
mod key;
mod load_unload;
mod log;
mod mechanism_status;
mod mode_select10;
mod mode_select6;
mod mode_sense10;
mod mode_sense6;
mod play_audio;
mod prevent_allow;
mod read10;
mod read12;
mod read_buffer_capacity;
mod read_capacity10;
mod read_cd;
mod read_cdda;
mod read_disc_information;
mod read_element_status;
mod read_format_capacities;
mod read_header;
mod read_master_cue;
mod read_subchannel;
mod read_toc;
mod read_track_information;
mod repair_track;
mod report_luns;
mod request_sense;
mod reserve_release;
mod reserve_track;
mod rezero_unit;
mod seek;
mod send_cue_sheet;
mod send_opc;
mod set_cd_speed;
mod set_read_ahead;
mod set_streaming;
mod start_stop_unit;
mod synchronize_cache;
mod test_unit_ready;
mod verify10;
mod write10;
mod write12;

pub use any::{AnyCommand, name};
pub use blank::{Blank, BlankType};
pub use buffer::{BufferMode, ReadBuffer, WriteBuffer};
pub use close_track_session::{CloseFunction, CloseTrackSession};
pub use disc_structure::{ReadDiscStructure, SendDiscStructure};
pub use expecting::Expecting;
pub use format_unit::FormatUnit;
pub use get_configuration::{GetConfiguration, RequestedFeatures};
pub use get_event_status::GetEventStatus;
pub use get_performance::{GetPerformance, PerformanceType};
pub use inquiry::Inquiry;
pub use key::{ReportKey, SendKey};
pub use load_unload::LoadUnload;
pub use log::{LogSelect, LogSense};
pub use mechanism_status::MechanismStatus;
pub use mode_select6::ModeSelect6;
pub use mode_select10::ModeSelect10;
pub use mode_sense6::ModeSense6;
pub use mode_sense10::{ALL_PAGES, ModeSense10, PageControl};
pub use play_audio::{
    PauseResume, PlayAudio10, PlayAudio12, PlayAudioMsf, PlayAudioTrackIndex, Scan, ScanAddressType,
    StopPlayScan,
};
pub use prevent_allow::PreventAllow;
pub use read_buffer_capacity::ReadBufferCapacity;
pub use read_capacity10::ReadCapacity10;
pub use read_cd::{C2Selection, ExpectedSector, HeaderSelection, ReadCd, ReadCdMsf, SubchannelSelection};
pub use read_cdda::ReadCdda;
pub use read_disc_information::{DiscInformationType, ReadDiscInformation};
pub use read_element_status::ReadElementStatus;
pub use read_format_capacities::ReadFormatCapacities;
pub use read_header::ReadHeader;
pub use read_master_cue::ReadMasterCue;
pub use read_subchannel::{ReadSubchannel, SubchannelFormat};
pub use read_toc::{
    ReadAtip, ReadCdText, ReadFullToc, ReadPma, ReadSessionInfo, ReadToc, ReadTocPmaAtip, TocFormat,
};
pub use read_track_information::{ReadTrackInformation, TrackAddressType};
pub use read10::Read10;
pub use read12::Read12;
pub use repair_track::RepairTrack;
pub use report_luns::ReportLuns;
pub use request_sense::RequestSense;
pub use reserve_release::{Release6, Release10, Reserve6, Reserve10};
pub use reserve_track::ReserveTrack;
pub use rezero_unit::RezeroUnit;
pub use seek::{Seek6, Seek10};
pub use send_cue_sheet::SendCueSheet;
pub use send_opc::SendOpc;
pub use set_cd_speed::{RotationControl, SetCdSpeed};
pub use set_read_ahead::SetReadAhead;
pub use set_streaming::SetStreaming;
pub use start_stop_unit::{PowerCondition, StartStopUnit};
pub use synchronize_cache::SynchronizeCache;
pub use test_unit_ready::TestUnitReady;
pub use verify10::{Verify10, WriteAndVerify10};
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

    /// The same command, whose fields select another answer than its usual one.
    fn expecting<R: Response>(self) -> Expecting<Self, R> {
        Expecting::new(self)
    }
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
