//! Answer to READ TRACK INFORMATION (MMC-6, READ TRACK INFORMATION).

use discwright_cd::Lba;

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Be32, Bits, Flag, LbaAt, Place, padded};

/// A track, and where the next block would go: 36 bytes on CD, 48 in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrackInformation {
    /// Track number.
    pub track: u16,
    /// Session number.
    pub session: u16,
    /// The track was not closed properly and cannot be written any more.
    pub damage: bool,
    /// The track is a second or later copy (with track mode, audio).
    pub copy: bool,
    /// Control nibble of the Q subchannel; bit 2 set for data.
    pub track_mode: u8,
    /// Layer jump recording status; not for CD.
    pub layer_jump: u8,
    /// The track is reserved, or complete on recordable media (RT).
    pub reserved: bool,
    /// Nothing is recorded in it. With `reserved` clear: the invisible track.
    pub blank: bool,
    /// It is written in packets.
    pub packet: bool,
    /// The packets are of one size (FP).
    pub fixed_packet: bool,
    /// Data mode: 1 or 2; Fh when unknown or nothing is recorded.
    pub data_mode: u8,
    /// First block of user data.
    pub start: Lba,
    /// Where the next block goes; `None` when the track cannot be written.
    pub next_writable: Option<Lba>,
    /// Blocks that can still be written into the track.
    pub free_blocks: u32,
    /// Blocks in a packet; FFFFFFFFh or zero where not fixed. Zero when the answer was cut before it.
    pub packet_blocks: u32,
    /// Blocks of the track. Zero when the answer was cut before it.
    pub size: u32,
    /// Last block recorded; `None` when unknown, or when the answer was cut before it.
    pub last_recorded: Option<Lba>,
    /// Read compatibility address (DVD-R DL). Zero when the answer was cut before it.
    pub read_compatibility: u32,
    /// Next layer jump address (DVD-R DL). Zero when the answer was cut before it.
    pub next_layer_jump: u32,
    /// Last layer jump address (DVD-R DL). Zero when the answer was cut before it.
    pub last_layer_jump: u32,
}

impl TrackInformation {
    /// Nothing is recorded and nothing is reserved: the track that the next write would begin.
    #[must_use]
    pub const fn is_invisible(&self) -> bool {
        self.blank && !self.reserved
    }

    /// The track holds data, not audio.
    #[must_use]
    pub const fn is_data(&self) -> bool {
        self.track_mode & 4 != 0
    }
}

impl Response for TrackInformation {
    fn encode(&self) -> Vec<u8> {
        let mut block = [0; 48];
        let [track_high, track_low] = self.track.to_be_bytes();
        let [session_high, session_low] = self.session.to_be_bytes();
        layout::Length::put(&mut block, 46);
        layout::TrackLow::put(&mut block, track_low);
        layout::SessionLow::put(&mut block, session_low);
        layout::LayerJump::put(&mut block, self.layer_jump);
        layout::Damage::put(&mut block, self.damage);
        layout::Copy::put(&mut block, self.copy);
        layout::TrackMode::put(&mut block, self.track_mode);
        layout::Reserved::put(&mut block, self.reserved);
        layout::Blank::put(&mut block, self.blank);
        layout::Packet::put(&mut block, self.packet);
        layout::FixedPacket::put(&mut block, self.fixed_packet);
        layout::DataMode::put(&mut block, self.data_mode);
        layout::LastRecordedValid::put(&mut block, self.last_recorded.is_some());
        layout::NextWritableValid::put(&mut block, self.next_writable.is_some());
        layout::Start::put(&mut block, self.start);
        layout::NextWritable::put(&mut block, self.next_writable.unwrap_or_default());
        layout::FreeBlocks::put(&mut block, self.free_blocks);
        layout::PacketBlocks::put(&mut block, self.packet_blocks);
        layout::Size::put(&mut block, self.size);
        layout::LastRecorded::put(&mut block, self.last_recorded.unwrap_or_default());
        layout::TrackHigh::put(&mut block, track_high);
        layout::SessionHigh::put(&mut block, session_high);
        layout::ReadCompatibility::put(&mut block, self.read_compatibility);
        layout::NextLayerJump::put(&mut block, self.next_layer_jump);
        layout::LastLayerJump::put(&mut block, self.last_layer_jump);
        block.to_vec()
    }

    /// Accepts answers from 20 bytes up: hosts in use ask for 20, 28, 36 and 48.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let block = padded::<48>("track information", bytes, 20)?;
        let last_recorded_came = bytes.len() >= 32;
        Ok(Self {
            track: u16::from_be_bytes([layout::TrackHigh::get(&block), layout::TrackLow::get(&block)]),
            session: u16::from_be_bytes([layout::SessionHigh::get(&block), layout::SessionLow::get(&block)]),
            damage: layout::Damage::get(&block),
            copy: layout::Copy::get(&block),
            track_mode: layout::TrackMode::get(&block),
            layer_jump: layout::LayerJump::get(&block),
            reserved: layout::Reserved::get(&block),
            blank: layout::Blank::get(&block),
            packet: layout::Packet::get(&block),
            fixed_packet: layout::FixedPacket::get(&block),
            data_mode: layout::DataMode::get(&block),
            start: layout::Start::get(&block),
            next_writable: layout::NextWritableValid::get(&block).then(|| layout::NextWritable::get(&block)),
            free_blocks: layout::FreeBlocks::get(&block),
            packet_blocks: layout::PacketBlocks::get(&block),
            size: layout::Size::get(&block),
            last_recorded: (layout::LastRecordedValid::get(&block) && last_recorded_came)
                .then(|| layout::LastRecorded::get(&block)),
            read_compatibility: layout::ReadCompatibility::get(&block),
            next_layer_jump: layout::NextLayerJump::get(&block),
            last_layer_jump: layout::LastLayerJump::get(&block),
        })
    }
}

mod layout {
    use super::{Be16, Be32, Bits, Flag, LbaAt};

    pub(super) type Length = Be16<0>;
    pub(super) type TrackLow = Bits<2, 0, 8>;
    pub(super) type SessionLow = Bits<3, 0, 8>;
    pub(super) type LayerJump = Bits<5, 6, 2>;
    pub(super) type Damage = Flag<5, 5>;
    pub(super) type Copy = Flag<5, 4>;
    pub(super) type TrackMode = Bits<5, 0, 4>;
    pub(super) type Reserved = Flag<6, 7>;
    pub(super) type Blank = Flag<6, 6>;
    pub(super) type Packet = Flag<6, 5>;
    pub(super) type FixedPacket = Flag<6, 4>;
    pub(super) type DataMode = Bits<6, 0, 4>;
    pub(super) type LastRecordedValid = Flag<7, 1>;
    pub(super) type NextWritableValid = Flag<7, 0>;
    pub(super) type Start = LbaAt<8>;
    pub(super) type NextWritable = LbaAt<12>;
    pub(super) type FreeBlocks = Be32<16>;
    pub(super) type PacketBlocks = Be32<20>;
    pub(super) type Size = Be32<24>;
    pub(super) type LastRecorded = LbaAt<28>;
    pub(super) type TrackHigh = Bits<32, 0, 8>;
    pub(super) type SessionHigh = Bits<33, 0, 8>;
    pub(super) type ReadCompatibility = Be32<36>;
    pub(super) type NextLayerJump = Be32<40>;
    pub(super) type LastLayerJump = Be32<44>;
}
