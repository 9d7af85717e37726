//! Features of the drive and of media in general.

use crate::field::{Be16, Be32, Bits, Bytes, Flag, LbaAt};
use discwright_cd::Lba;

codes! {
    /// Wire that the drive hangs on (feature 0001h).
    pub enum PhysicalInterface: u32 {
        /// 0: unspecified.
        Unspecified = 0,
        /// 1: SCSI family.
        Scsi = 1,
        /// 2: ATAPI.
        Atapi = 2,
        /// 3: IEEE 1394, 1995.
        Ieee1394 = 3,
        /// 4: IEEE 1394a.
        Ieee1394a = 4,
        /// 5: fibre channel.
        FibreChannel = 5,
        /// 6: IEEE 1394b.
        Ieee1394b = 6,
        /// 7: serial ATAPI.
        SerialAtapi = 7,
        /// 8: USB.
        Usb = 8,
    }
}

/// Feature 0001h: commands that every drive knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Core {
    /// Wire that the drive hangs on, a [`PhysicalInterface`].
    pub physical_interface: u32,
    /// Vital product data and more of INQUIRY are as SPC-3 has them.
    pub inquiry_2: bool,
    /// The drive reports events of device-busy class.
    pub device_busy_events: bool,
}

feature! {
    Core = 0x0001, [8];
    physical_interface: Be32<0>;
    inquiry_2: Flag<4, 1>;
    device_busy_events: Flag<4, 0>;
}

impl Core {
    /// Wire that the drive hangs on.
    #[must_use]
    pub fn interface(&self) -> PhysicalInterface {
        self.physical_interface.into()
    }
}

/// Feature 0002h: tells when its abilities change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Morphing {
    /// Events of operational-change class.
    pub operational_change_event: bool,
    /// GET EVENT STATUS NOTIFICATION need not be polled.
    pub asynchronous: bool,
}

feature! {
    Morphing = 0x0002, [4];
    operational_change_event: Flag<0, 1>;
    asynchronous: Flag<0, 0>;
}

/// Feature 0003h: the medium can be taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemovableMedium {
    /// Loading mechanism: 0 caddy, 1 tray, 2 pop-up, 4 and 5 changers.
    pub mechanism: u8,
    /// START STOP UNIT loads.
    pub load: bool,
    /// START STOP UNIT ejects.
    pub eject: bool,
    /// The prevent jumper is set (inverted in the standard's words: there is no lock by default).
    pub prevent_jumper: bool,
    /// The drive defines a default behaviour of the button (DBML).
    pub default_button: bool,
    /// PREVENT ALLOW MEDIUM REMOVAL locks.
    pub lock: bool,
}

feature! {
    RemovableMedium = 0x0003, [4];
    mechanism: Bits<0, 5, 3>;
    load: Flag<0, 4>;
    eject: Flag<0, 3>;
    prevent_jumper: Flag<0, 2>;
    default_button: Flag<0, 1>;
    lock: Flag<0, 0>;
}

/// Feature 0004h: ways to protect the medium from writing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteProtect {
    /// By the disc write protect of DVD+RW.
    pub disc: bool,
    /// By a write inhibit control block.
    pub write_inhibit_dcb: bool,
    /// Persistently.
    pub persistent: bool,
    /// By the SWPP bit of mode page 1Dh.
    pub software: bool,
}

feature! {
    WriteProtect = 0x0004, [4];
    disc: Flag<0, 3>;
    write_inhibit_dcb: Flag<0, 2>;
    persistent: Flag<0, 1>;
    software: Flag<0, 0>;
}

/// Feature 0010h: any block can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RandomReadable {
    /// Bytes of a block.
    pub block_bytes: u32,
    /// Blocks read at a time by the drive itself.
    pub blocking: u16,
    /// Mode page 01h is there.
    pub error_recovery_page: bool,
}

feature! {
    RandomReadable = 0x0010, [8];
    block_bytes: Be32<0>;
    blocking: Be16<4>;
    error_recovery_page: Flag<6, 0>;
}

/// Feature 001Dh: reads all kinds of CD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MultiRead {}

feature! { MultiRead = 0x001D, [0]; }

/// Feature 0020h: any block can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RandomWritable {
    /// Last block.
    pub last: Lba,
    /// Bytes of a block.
    pub block_bytes: u32,
    /// Blocks written at a time by the drive itself.
    pub blocking: u16,
    /// Mode page 01h is there.
    pub error_recovery_page: bool,
}

feature! {
    RandomWritable = 0x0020, [12];
    last: LbaAt<0>;
    block_bytes: Be32<4>;
    blocking: Be16<8>;
    error_recovery_page: Flag<10, 0>;
}

/// Feature 0023h: FORMAT UNIT works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Formattable {
    /// BD-RE without spare areas.
    pub no_spare: bool,
    /// Spare areas can be expanded.
    pub expand: bool,
    /// Quick certification.
    pub quick_certify: bool,
    /// Full certification.
    pub certify: bool,
    /// BD-R with random recording.
    pub random_recording: bool,
}

feature! {
    Formattable = 0x0023, [8];
    no_spare: Flag<0, 3>;
    expand: Flag<0, 2>;
    quick_certify: Flag<0, 1>;
    certify: Flag<0, 0>;
    random_recording: Flag<4, 0>;
}

/// Feature 0024h: the drive hides defects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DefectManagement {
    /// Spare areas are reported (SSA).
    pub supplementary_spare: bool,
}

feature! {
    DefectManagement = 0x0024, [4];
    supplementary_spare: Flag<0, 7>;
}

/// Feature 0026h: overwriting, but only from the beginning of a border or packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestrictedOverwrite {}

feature! { RestrictedOverwrite = 0x0026, [0]; }

/// Feature 0028h: Mount Rainier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mrw {
    /// Writes DVD+MRW.
    pub dvd_plus_write: bool,
    /// Reads DVD+MRW.
    pub dvd_plus_read: bool,
    /// Writes CD-MRW; reading goes without saying.
    pub cd_write: bool,
}

feature! {
    Mrw = 0x0028, [4];
    dvd_plus_write: Flag<0, 2>;
    dvd_plus_read: Flag<0, 1>;
    cd_write: Flag<0, 0>;
}

/// Feature 0100h: power states; mode page 1Ah.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PowerManagement {}

feature! { PowerManagement = 0x0100, [0]; }

/// Feature 0101h: self-monitoring; mode page 1Ch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Smart {
    /// The informational exceptions page is there.
    pub page: bool,
}

feature! {
    Smart = 0x0101, [4];
    page: Flag<0, 0>;
}

/// Feature 0103h: plays audio to its own output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CdAudioPlay {
    /// SCAN works.
    pub scan: bool,
    /// Each channel can be muted by itself.
    pub separate_mute: bool,
    /// Volume of each channel can be set by itself.
    pub separate_volume: bool,
    /// Steps of volume.
    pub volume_levels: u16,
}

feature! {
    CdAudioPlay = 0x0103, [4];
    scan: Flag<0, 2>;
    separate_mute: Flag<0, 1>;
    separate_volume: Flag<0, 0>;
    volume_levels: Be16<2>;
}

/// Feature 0104h: new firmware by WRITE BUFFER.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MicrocodeUpgrade {
    /// READ BUFFER and WRITE BUFFER by mode 5 (M5).
    pub mode_5: bool,
}

feature! {
    MicrocodeUpgrade = 0x0104, [4];
    mode_5: Flag<0, 0>;
}

/// Feature 0105h: commands have time limits; mode page 1Dh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeout {
    /// Group 3 timeouts.
    pub group_3: bool,
    /// Unit of group 3, in blocks.
    pub unit_blocks: u16,
}

feature! {
    Timeout = 0x0105, [4];
    group_3: Flag<0, 0>;
    unit_blocks: Be16<2>;
}

/// Feature 0107h: speeds can be asked for and set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RealTimeStreaming {
    /// READ BUFFER CAPACITY in blocks.
    pub buffer_in_blocks: bool,
    /// SET CD SPEED works.
    pub set_cd_speed: bool,
    /// Mode page 2Ah has write speed descriptors.
    pub write_speeds_in_page_2a: bool,
    /// GET PERFORMANCE gives write speeds.
    pub write_speed_performance: bool,
    /// Stream writing (SW).
    pub stream_writing: bool,
}

feature! {
    RealTimeStreaming = 0x0107, [4];
    buffer_in_blocks: Flag<0, 4>;
    set_cd_speed: Flag<0, 3>;
    write_speeds_in_page_2a: Flag<0, 2>;
    write_speed_performance: Flag<0, 1>;
    stream_writing: Flag<0, 0>;
}

/// Feature 0108h: the drive's serial number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SerialNumber {
    /// ASCII; on the wire padded with blanks to a multiple of four.
    pub serial: Vec<u8>,
}

impl SerialNumber {
    /// Feature code.
    pub const CODE: u16 = 0x0108;

    pub(super) fn data(&self) -> Vec<u8> {
        let mut data = self.serial.clone();
        data.resize(data.len().next_multiple_of(4), b' ');
        data
    }

    pub(super) fn from_data(data: &[u8]) -> Self {
        let end = data.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
        Self { serial: data.iter().take(end).copied().collect() }
    }
}

/// Feature 010Ah: disc control blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscControlBlocks {
    /// Identifiers of the blocks that can be read and written.
    pub identifiers: Vec<u32>,
}

impl DiscControlBlocks {
    /// Feature code.
    pub const CODE: u16 = 0x010A;

    pub(super) fn data(&self) -> Vec<u8> {
        self.identifiers.iter().flat_map(|identifier| identifier.to_be_bytes()).collect()
    }

    pub(super) fn from_data(data: &[u8]) -> Self {
        Self { identifiers: data.as_chunks::<4>().0.iter().map(|it| u32::from_be_bytes(*it)).collect() }
    }
}

/// Feature 010Ch: when the firmware was made; ASCII digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirmwareDate {
    /// Century and year.
    pub year: [u8; 4],
    /// Month.
    pub month: [u8; 2],
    /// Day.
    pub day: [u8; 2],
    /// Hour.
    pub hour: [u8; 2],
    /// Minute.
    pub minute: [u8; 2],
    /// Second.
    pub second: [u8; 2],
}

feature! {
    FirmwareDate = 0x010C, [16];
    year: Bytes<0, 4>;
    month: Bytes<4, 2>;
    day: Bytes<6, 2>;
    hour: Bytes<8, 2>;
    minute: Bytes<10, 2>;
    second: Bytes<12, 2>;
}
