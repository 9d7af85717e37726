//! What a sector on a disc can be.

use std::sync::Arc;

use discwright_cd::Lba;

use crate::medium::Payload;
use crate::medium::packets::{FixedPackets, LINK_LOSS, PacketSector};

/// An item of the Q channel outside the program area: a TOC entry in a lead-in, or an entry of the PMA
/// (ECMA-130 22.3.4, ECMA-394 5.6). Numbers are binary, not BCD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QItem {
    /// Control nibble: 4 data, 1 pre-emphasis, 2 copy permitted.
    pub control: u8,
    /// What the item is: 1 track, 2 disc identification or catalogue number, 5 multi-session.
    pub adr: u8,
    /// Track number, or A0h, A1h, A2h, B0h, C0h.
    pub point: u8,
    /// Minute, second, frame. In the PMA, where the track stops.
    pub time: [u8; 3],
    /// Byte between the times; with B0h the number of mode 5 items.
    pub zero: u8,
    /// Minute, second, frame with the item's meaning; where a track starts.
    pub point_time: [u8; 3],
}

/// What a lead-in carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadIn {
    /// The items of its Q channel, once each; on the disc they repeat.
    pub toc: Vec<QItem>,
    /// CD-TEXT packs of 18 bytes from its R to W channels, once each.
    pub packs: Vec<[u8; 18]>,
}

/// What a range of sectors holds, all of it alike.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// A used partition of the power calibration area, or a frame of its count area.
    Calibration,
    /// An item of the program memory area.
    Pma(QItem),
    /// A lead-in.
    LeadIn(Arc<LeadIn>),
    /// A part of a track, with its pregap.
    Track(TrackQ, Block),
    /// A lead-out.
    LeadOut {
        /// Control nibble of its Q channel.
        control: u8,
    },
}

/// What the Q channel says in a part of a track (ECMA-130 22.3.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TrackQ {
    /// Track number, 1 to 99.
    pub track: u8,
    /// Index; 0 in the pregap.
    pub index: u8,
    /// Control nibble.
    pub control: u8,
    /// Where the track's own time is zero: its index 1.
    pub zero: Lba,
}

/// The main channel of a part of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Block {
    /// Sectors of this form with nothing but zeros in them.
    Zeros(Form),
    /// Sectors of zeros in a pregap that say how the track is written in packets.
    TrackDescriptor {
        /// Layout of the track's sectors.
        form: Form,
        /// Blocks in each packet; zero when packets are of any size.
        packet_blocks: u32,
    },
    /// A link block: where the laser was switched on.
    Link,
    /// Run-in blocks.
    RunIn,
    /// Run-out blocks: where the laser was switched off. Unreadable.
    RunOut,
    /// Packets of one size with nothing but zeros in them, links and all, as formatting leaves them.
    Packets {
        /// Layout of the user sectors.
        form: Form,
        /// Blocks of user data in each packet.
        packet_blocks: u32,
        /// Where in a packet this begins, counted from its first block of user data.
        phase: u32,
    },
    /// What the host sent.
    Stored {
        /// How it is laid out in the sector.
        form: Form,
        /// What it sent for the subchannels.
        subchannel: Subchannel,
        /// The bytes.
        payload: Payload,
    },
}

/// Layout of a sector's main channel, and with it the bytes that are kept of it.
///
/// What follows from the rest (sync, header, EDC, ECC) is not kept but made again on reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// CD-DA: 2352 bytes.
    Audio,
    /// Mode 1: 2048 bytes of user data.
    Mode1,
    /// Mode 2 without form: 2336 bytes.
    Mode2,
    /// Mode 2 form 1 or 2: 8 bytes of subheader and 2328 of data, EDC and ECC; the form is in the subheader.
    Xa,
    /// Raw: 2352 bytes with sync and header, as sent.
    Raw,
}

impl Form {
    /// Bytes kept of each sector.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Audio | Self::Raw => 2352,
            Self::Mode1 => 2048,
            Self::Mode2 | Self::Xa => 2336,
        }
    }

    /// Whether it is sound.
    #[must_use]
    pub const fn is_audio(self) -> bool {
        matches!(self, Self::Audio)
    }
}

/// Subchannel bytes that the host sent with each sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subchannel {
    /// None; P and Q are made by the drive.
    None,
    /// 16 bytes: Q alone, and P in the last bit.
    Pq16,
    /// 96 bytes: packed R to W; P and Q in the top bits.
    Packed96,
    /// 96 bytes: raw, interleaved P to W.
    Raw96,
}

impl Subchannel {
    /// Bytes with each sector.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::None => 0,
            Self::Pq16 => 16,
            Self::Packed96 | Self::Raw96 => 96,
        }
    }
}

impl Block {
    /// Layout of the sectors, where they are sectors.
    #[must_use]
    pub const fn form(&self) -> Option<Form> {
        match self {
            Self::Zeros(form)
            | Self::TrackDescriptor { form, .. }
            | Self::Packets { form, .. }
            | Self::Stored { form, .. } => Some(*form),
            Self::Link | Self::RunIn | Self::RunOut => None,
        }
    }

    /// The same for one sector, so many behind the first: what it is, where it lies among packets.
    #[must_use]
    pub fn at(&self, offset: u32) -> Self {
        let Self::Packets { form, packet_blocks, phase } = self else { return self.clone() };
        match FixedPackets::sector(*packet_blocks, packet_phase(*packet_blocks, *phase, offset)) {
            PacketSector::User => Self::Zeros(*form),
            PacketSector::RunOut => Self::RunOut,
            PacketSector::Link => Self::Link,
            PacketSector::RunIn => Self::RunIn,
        }
    }
}

/// Where in its packet a sector lies that is so many behind one at `phase`.
fn packet_phase(packet_blocks: u32, phase: u32, sectors: u32) -> u32 {
    let stride = u64::from(packet_blocks) + u64::from(LINK_LOSS);
    u32::try_from((u64::from(phase) + u64::from(sectors)) % stride).unwrap_or(0)
}

impl Content {
    /// The Q channel, when this is a part of a track.
    #[must_use]
    pub const fn track(&self) -> Option<TrackQ> {
        match self {
            Self::Track(q, _) => Some(*q),
            _ => None,
        }
    }

    /// Bytes kept of each sector.
    #[must_use]
    pub const fn stored_bytes(&self) -> usize {
        match self {
            Self::Track(_, Block::Stored { form, subchannel, .. }) => form.bytes() + subchannel.bytes(),
            _ => 0,
        }
    }

    /// The same content without its first `sectors`.
    #[must_use]
    pub(crate) fn skip(&self, sectors: u32) -> Self {
        let mut rest = self.clone();
        let stride = self.stored_bytes();
        if let Self::Track(_, Block::Packets { packet_blocks, phase, .. }) = &mut rest {
            *phase = packet_phase(*packet_blocks, *phase, sectors);
        }
        if let Self::Track(_, Block::Stored { payload, .. }) = &mut rest {
            payload.skip(stride.saturating_mul(usize::try_from(sectors).unwrap_or(usize::MAX)));
        }
        rest
    }

    /// Cuts the content to its first `sectors`.
    pub(crate) fn truncate(&mut self, sectors: u32) {
        let stride = self.stored_bytes();
        if let Self::Track(_, Block::Stored { payload, .. }) = self {
            payload.truncate(stride.saturating_mul(usize::try_from(sectors).unwrap_or(usize::MAX)));
        }
    }
}
