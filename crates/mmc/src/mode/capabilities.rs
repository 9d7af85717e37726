//! Mode page 2Ah: capabilities and mechanical status (MMC-3, the last full description; MMC-6, annex on legacy pages).

use super::PageRest;
use crate::command::RotationControl;
use crate::field::{Be16, Bits, Code, Flag, length16};

/// What the drive can do: 32 bytes, and 4 for each write speed. Drives of the first generations give 20 to 28.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Reads CD-R.
    pub read_cd_r: bool,
    /// Reads CD-RW.
    pub read_cd_rw: bool,
    /// Reads discs written in fixed packets with addressing method 2.
    pub read_method_2: bool,
    /// Reads DVD-ROM.
    pub read_dvd_rom: bool,
    /// Reads DVD-R.
    pub read_dvd_r: bool,
    /// Reads DVD-RAM.
    pub read_dvd_ram: bool,
    /// Writes CD-R.
    pub write_cd_r: bool,
    /// Writes CD-RW.
    pub write_cd_rw: bool,
    /// Can write with the laser off.
    pub test_write: bool,
    /// Writes DVD-R.
    pub write_dvd_r: bool,
    /// Writes DVD-RAM.
    pub write_dvd_ram: bool,
    /// Plays audio.
    pub audio_play: bool,
    /// Composite audio and video.
    pub composite: bool,
    /// Digital output on port 1.
    pub digital_port_1: bool,
    /// Digital output on port 2.
    pub digital_port_2: bool,
    /// Reads mode 2 form 1.
    pub mode_2_form_1: bool,
    /// Reads mode 2 form 2.
    pub mode_2_form_2: bool,
    /// Reads multi-session discs.
    pub multi_session: bool,
    /// Records free of buffer underruns.
    pub buffer_underrun_free: bool,
    /// READ CD delivers audio.
    pub cdda: bool,
    /// And goes on after a pause without losing its place.
    pub cdda_accurate: bool,
    /// Reads R to W.
    pub rw_supported: bool,
    /// Returns R to W de-interleaved and corrected.
    pub rw_corrected: bool,
    /// Returns C2 pointers.
    pub c2_pointers: bool,
    /// Reads ISRC.
    pub isrc: bool,
    /// Reads the media catalogue number.
    pub upc: bool,
    /// Reads the bar code.
    pub bar_code: bool,
    /// The tray can be locked.
    pub lock: bool,
    /// The tray is locked.
    pub lock_state: bool,
    /// The prevent jumper is set.
    pub prevent_jumper: bool,
    /// START STOP UNIT ejects.
    pub eject: bool,
    /// Loading mechanism: 0 caddy, 1 tray, 2 pop-up, 4 and 5 changers.
    pub loading_mechanism: u8,
    /// Volume of each channel can be set by itself.
    pub separate_volume: bool,
    /// Each channel can be muted by itself.
    pub separate_mute: bool,
    /// A changer that knows which slots hold discs.
    pub changer_disc_present: bool,
    /// Slots are chosen by software.
    pub software_slot_selection: bool,
    /// Can turn discs over.
    pub side_change: bool,
    /// Reads P to W in the lead-in.
    pub pw_in_lead_in: bool,
    /// Highest read speed in kB/s.
    pub max_read_kb_s: u16,
    /// Steps of volume.
    pub volume_levels: u16,
    /// Buffer in KiB.
    pub buffer_kib: u16,
    /// Read speed in force, in kB/s.
    pub current_read_kb_s: u16,
    /// Digital output format (length, LSBF, RCK, BCKF), bits 5 to 1 of byte 17.
    pub digital_output: u8,
    /// Highest write speed in kB/s.
    pub max_write_kb_s: u16,
    /// Write speed in force in kB/s, where drives before MMC-3 say it (byte 20).
    pub old_current_write_kb_s: u16,
    /// Copy management revision.
    pub copy_management: u16,
    /// Rotation control in force.
    pub rotation: RotationControl,
    /// Write speed in force in kB/s (byte 28).
    pub current_write_kb_s: u16,
    /// Number of write speed descriptors claimed; [`set_write_speeds`](Self::set_write_speeds) keeps it right.
    pub write_speed_count: u16,
    /// What has no name; the write speed descriptors are its tail.
    pub rest: PageRest<32>,
}

mode_page! {
    Capabilities = 0x2A, [32];
    read_cd_r: Flag<2, 0>;
    read_cd_rw: Flag<2, 1>;
    read_method_2: Flag<2, 2>;
    read_dvd_rom: Flag<2, 3>;
    read_dvd_r: Flag<2, 4>;
    read_dvd_ram: Flag<2, 5>;
    write_cd_r: Flag<3, 0>;
    write_cd_rw: Flag<3, 1>;
    test_write: Flag<3, 2>;
    write_dvd_r: Flag<3, 4>;
    write_dvd_ram: Flag<3, 5>;
    audio_play: Flag<4, 0>;
    composite: Flag<4, 1>;
    digital_port_1: Flag<4, 2>;
    digital_port_2: Flag<4, 3>;
    mode_2_form_1: Flag<4, 4>;
    mode_2_form_2: Flag<4, 5>;
    multi_session: Flag<4, 6>;
    buffer_underrun_free: Flag<4, 7>;
    cdda: Flag<5, 0>;
    cdda_accurate: Flag<5, 1>;
    rw_supported: Flag<5, 2>;
    rw_corrected: Flag<5, 3>;
    c2_pointers: Flag<5, 4>;
    isrc: Flag<5, 5>;
    upc: Flag<5, 6>;
    bar_code: Flag<5, 7>;
    lock: Flag<6, 0>;
    lock_state: Flag<6, 1>;
    prevent_jumper: Flag<6, 2>;
    eject: Flag<6, 3>;
    loading_mechanism: Bits<6, 5, 3>;
    separate_volume: Flag<7, 0>;
    separate_mute: Flag<7, 1>;
    changer_disc_present: Flag<7, 2>;
    software_slot_selection: Flag<7, 3>;
    side_change: Flag<7, 4>;
    pw_in_lead_in: Flag<7, 5>;
    max_read_kb_s: Be16<8>;
    volume_levels: Be16<10>;
    buffer_kib: Be16<12>;
    current_read_kb_s: Be16<14>;
    digital_output: Bits<17, 1, 5>;
    max_write_kb_s: Be16<18>;
    old_current_write_kb_s: Be16<20>;
    copy_management: Be16<22>;
    rotation: Code<RotationControl, 27, 0, 2>;
    current_write_kb_s: Be16<28>;
    write_speed_count: Be16<30>;
}

/// A speed the drive can write the medium now in it with, four bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteSpeed {
    /// How the spindle keeps its speed.
    pub rotation: RotationControl,
    /// kB/s.
    pub kb_s: u16,
}

block_codec!(WriteSpeed, [4], rotation: Code<RotationControl, 1, 0, 3>, kb_s: Be16<2>);

impl Capabilities {
    /// Write speeds for the medium now in the drive, fastest first; as many as are claimed and came.
    pub fn write_speeds(&self) -> impl Iterator<Item = WriteSpeed> {
        let (descriptors, _) = self.rest.tail().as_chunks::<4>();
        descriptors.iter().take(usize::from(self.write_speed_count)).map(WriteSpeed::from_block)
    }

    /// Replaces the write speeds; a page has room for 56.
    pub fn set_write_speeds(&mut self, speeds: &[WriteSpeed]) {
        let room = speeds.iter().take(56);
        self.rest.set_tail(room.clone().flat_map(WriteSpeed::encode_block).collect());
        self.write_speed_count = length16(room.len());
    }
}
