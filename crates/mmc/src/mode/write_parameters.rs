//! Mode page 05h: write parameters (MMC-6, Write Parameters mode page).

use super::PageRest;
use crate::field::{Be16, Be32, Bits, Bytes, Code, Flag};

codes! {
    /// How blocks are laid down (write type).
    pub enum WriteType: u8 {
        /// 0: packets, also called incremental.
        Packet = 0,
        /// 1: track at once.
        TrackAtOnce = 1,
        /// 2: session at once, also called disc at once.
        SessionAtOnce = 2,
        /// 3: raw: the host gives every sector, lead-in included.
        Raw = 3,
        /// 4: layer jump (DVD-R DL).
        LayerJump = 4,
    }
}

codes! {
    /// Whether another session may follow.
    pub enum MultiSession: u8 {
        /// 0: no, and the lead-in has no pointer to a next session (no B0).
        Closed = 0,
        /// 1: no, and the pointer says so (B0 = FF:FF:FF).
        ClosedWithPointer = 1,
        /// 3: yes (B0 names the next program area).
        Open = 3,
    }
}

codes! {
    /// What a block from the host holds (data block type).
    pub enum DataBlockType: u8 {
        /// 0: 2352 bytes, audio or raw.
        Raw = 0,
        /// 1: 2368 bytes, raw with P and Q.
        RawPq = 1,
        /// 2: 2448 bytes, raw with packed P to W.
        RawPwPacked = 2,
        /// 3: 2448 bytes, raw with raw P to W.
        RawPwRaw = 3,
        /// 8: 2048 bytes, mode 1.
        Mode1 = 8,
        /// 9: 2336 bytes, mode 2.
        Mode2 = 9,
        /// 10: 2048 bytes, mode 2 form 1; the sub-header comes from the page.
        Mode2Form1 = 10,
        /// 11: 2056 bytes, mode 2 form 1 with sub-header.
        Mode2Form1Subheader = 11,
        /// 12: 2324 bytes, mode 2 form 2; the sub-header comes from the page.
        Mode2Form2 = 12,
        /// 13: 2332 bytes, mode 2 form 1 or 2, or mixed, with sub-header.
        Mode2Mixed = 13,
    }
}

impl DataBlockType {
    /// Bytes of a block from the host; `None` for types that are not known.
    #[must_use]
    pub const fn block_bytes(self) -> Option<u16> {
        Some(match self {
            Self::Raw => 2352,
            Self::RawPq => 2368,
            Self::RawPwPacked | Self::RawPwRaw => 2448,
            Self::Mode1 | Self::Mode2Form1 => 2048,
            Self::Mode2 => 2336,
            Self::Mode2Form1Subheader => 2056,
            Self::Mode2Form2 => 2324,
            Self::Mode2Mixed => 2332,
            Self::Other(_) => return None,
        })
    }
}

codes! {
    /// Kind of disc that the first session's lead-in will name (session format).
    pub enum SessionFormat: u8 {
        /// 00h: CD-DA or CD-ROM.
        CdDaOrCdRom = 0x00,
        /// 10h: CD-I.
        CdI = 0x10,
        /// 20h: CD-ROM XA.
        CdRomXa = 0x20,
    }
}

/// How the next blocks are written: 52 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteParameters {
    /// Buffer underrun free recording enabled (BUFE).
    pub buffer_underrun_free: bool,
    /// [`link_size`](Self::link_size) counts (LS_V).
    pub link_size_valid: bool,
    /// All is done but the writing itself.
    pub test_write: bool,
    /// How blocks are laid down.
    pub write_type: WriteType,
    /// Whether another session may follow.
    pub multi_session: MultiSession,
    /// Packets are of one size (FP).
    pub fixed_packet: bool,
    /// The track's audio is a copy (SCMS).
    pub copy: bool,
    /// Control nibble of the Q subchannel; 4 for data, 5 for data in packets.
    pub track_mode: u8,
    /// What a block from the host holds.
    pub data_block_type: DataBlockType,
    /// Blocks lost at a link, seven on CD.
    pub link_size: u8,
    /// Host application code, 6 bits.
    pub application_code: u8,
    /// Kind of disc.
    pub session_format: SessionFormat,
    /// Blocks in a fixed packet.
    pub packet_blocks: u32,
    /// Pause between audio tracks in sectors; 150.
    pub audio_pause_sectors: u16,
    /// Media catalogue number: flag byte, 13 ASCII digits, zero, frame; see [`catalog_number`](Self::catalog_number).
    pub mcn: [u8; 16],
    /// ISRC: flag byte, 12 ASCII characters, zero, frame, reserved; see [`isrc_code`](Self::isrc_code).
    pub isrc: [u8; 16],
    /// Sub-header of mode 2 blocks that come without one.
    pub subheader: [u8; 4],
    /// What has no name.
    pub rest: PageRest<52>,
}

mode_page! {
    WriteParameters = 0x05, [52];
    buffer_underrun_free: Flag<2, 6>;
    link_size_valid: Flag<2, 5>;
    test_write: Flag<2, 4>;
    write_type: Code<WriteType, 2, 0, 4>;
    multi_session: Code<MultiSession, 3, 6, 2>;
    fixed_packet: Flag<3, 5>;
    copy: Flag<3, 4>;
    track_mode: Bits<3, 0, 4>;
    data_block_type: Code<DataBlockType, 4, 0, 4>;
    link_size: Bits<5, 0, 8>;
    application_code: Bits<7, 0, 6>;
    session_format: Code<SessionFormat, 8, 0, 8>;
    packet_blocks: Be32<10>;
    audio_pause_sectors: Be16<14>;
    mcn: Bytes<16, 16>;
    isrc: Bytes<32, 16>;
    subheader: Bytes<48, 4>;
}

impl WriteParameters {
    /// Media catalogue number, 13 ASCII digits; `None` unless its flag (MCVAL) is set.
    #[must_use]
    pub fn catalog_number(&self) -> Option<[u8; 13]> {
        numbered(&self.mcn)
    }

    /// Sets or clears the media catalogue number, 13 ASCII digits.
    pub fn set_catalog_number(&mut self, digits: Option<[u8; 13]>) {
        self.mcn = with_number(digits);
    }

    /// ISRC, 12 ASCII characters; `None` unless its flag (TCVAL) is set.
    #[must_use]
    pub fn isrc_code(&self) -> Option<[u8; 12]> {
        numbered(&self.isrc)
    }

    /// Sets or clears the ISRC, 12 ASCII characters.
    pub fn set_isrc_code(&mut self, characters: Option<[u8; 12]>) {
        self.isrc = with_number(characters);
    }
}

/// The number behind a flag byte whose top bit says that it counts.
fn numbered<const N: usize>(field: &[u8; 16]) -> Option<[u8; N]> {
    let (flags, rest) = field.split_first()?;
    (flags & 0x80 != 0).then(|| rest.first_chunk::<N>().copied()).flatten()
}

/// The other direction of [`numbered`].
fn with_number<const N: usize>(number: Option<[u8; N]>) -> [u8; 16] {
    let mut field = [0; 16];
    if let Some(number) = number {
        for (to, from) in field.iter_mut().zip([0x80].into_iter().chain(number)) {
            *to = from;
        }
    }
    field
}
