//! Any command, and the names of operation codes.

use super::*;

macro_rules! any_command {
    ($($command:ident,)*) => {
        /// Any command this codec knows, decoded: what an emulated drive matches on, and what a trace prints.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AnyCommand {
            $(#[doc = concat!("[`", stringify!($command), "`].")] $command($command),)*
        }

        impl AnyCommand {
            /// What a CDB says.
            ///
            /// # Errors
            /// [`CdbError`]: an operation code that is not known, or the field a drive must refuse.
            pub fn decode(cdb: &Cdb) -> Result<Self, CdbError> {
                match cdb.opcode() {
                    $(<$command as Command>::OPCODE => $command::decode(cdb).map(Self::$command),)*
                    opcode => Err(CdbError::UnknownOpcode(opcode)),
                }
            }

            /// The CDB that says this.
            #[must_use]
            pub fn encode(&self) -> Cdb {
                match self {
                    $(Self::$command(command) => command.encode(),)*
                }
            }

            /// First byte of the CDB.
            #[must_use]
            pub const fn opcode(&self) -> u8 {
                match self {
                    $(Self::$command(_) => <$command as Command>::OPCODE,)*
                }
            }

            /// The command's name as the standards write it.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$command(_) => <$command as Command>::NAME,)*
                }
            }

            /// What moves besides the CDB.
            #[must_use]
            pub fn data_phase(&self) -> DataPhase {
                match self {
                    $(Self::$command(command) => command.data_phase(),)*
                }
            }

            /// Operation codes of all commands known, in the order of their names here.
            pub const OPCODES: &'static [u8] = &[$(<$command as Command>::OPCODE,)*];
        }

        $(impl From<$command> for AnyCommand {
            fn from(command: $command) -> Self {
                Self::$command(command)
            }
        })*

        /// Name of a command this codec knows.
        const fn known_name(opcode: u8) -> Option<&'static str> {
            match opcode {
                $(<$command as Command>::OPCODE => Some(<$command as Command>::NAME),)*
                _ => None,
            }
        }
    };
}

any_command! {
    Blank,
    CloseTrackSession,
    FormatUnit,
    GetConfiguration,
    GetEventStatus,
    GetPerformance,
    Inquiry,
    LoadUnload,
    LogSelect,
    LogSense,
    MechanismStatus,
    ModeSelect10,
    ModeSelect6,
    ModeSense10,
    ModeSense6,
    PauseResume,
    PlayAudio10,
    PlayAudio12,
    PlayAudioMsf,
    PlayAudioTrackIndex,
    PreventAllow,
    Read10,
    Read12,
    ReadBuffer,
    ReadBufferCapacity,
    ReadCapacity10,
    ReadCd,
    ReadCdMsf,
    ReadCdda,
    ReadDiscInformation,
    ReadDiscStructure,
    ReadElementStatus,
    ReadFormatCapacities,
    ReadHeader,
    ReadMasterCue,
    ReadSubchannel,
    ReadTocPmaAtip,
    ReadTrackInformation,
    Release10,
    Release6,
    RepairTrack,
    ReportKey,
    ReportLuns,
    RequestSense,
    Reserve10,
    Reserve6,
    ReserveTrack,
    RezeroUnit,
    Scan,
    Seek10,
    Seek6,
    SendCueSheet,
    SendDiscStructure,
    SendKey,
    SendOpc,
    SetCdSpeed,
    SetReadAhead,
    SetStreaming,
    StartStopUnit,
    StopPlayScan,
    SynchronizeCache,
    TestUnitReady,
    Verify10,
    Write10,
    Write12,
    WriteAndVerify10,
    WriteBuffer,
}

/// Name of an operation code as the standards write it; also of codes that only other kinds of device know.
#[must_use]
pub const fn name(opcode: u8) -> &'static str {
    if let Some(name) = known_name(opcode) {
        return name;
    }
    match opcode {
        0x1C => "RECEIVE DIAGNOSTIC RESULTS",
        0x1D => "SEND DIAGNOSTIC",
        0xA2 => "SECURITY PROTOCOL IN",
        0xB5 => "SECURITY PROTOCOL OUT",
        0xC0..=0xFF | 0x02 | 0x06 | 0x09 | 0x0C..=0x0E | 0x20..=0x22 | 0x26 => "vendor-specific command",
        _ => "unknown command",
    }
}
