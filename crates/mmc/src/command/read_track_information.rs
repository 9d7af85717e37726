//! READ TRACK INFORMATION (MMC-6, READ TRACK INFORMATION).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Be16, Be32, Code, Flag};
use crate::response::TrackInformation;

codes! {
    /// How READ TRACK INFORMATION names the track.
    pub enum TrackAddressType: u8 {
        /// By an address inside it.
        Lba = 0,
        /// By its number: 0 is the lead-in, FFh the invisible or incomplete track.
        Track = 1,
        /// By the number of the session whose first track it is.
        Session = 2,
    }
}

/// READ TRACK INFORMATION: one track, and where the next block would go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadTrackInformation {
    /// Only a track that is open counts (MMC-5 and later).
    pub open: bool,
    /// What `address` means.
    pub address_type: TrackAddressType,
    /// Address, track number, or session number.
    pub address: u32,
    /// Allocation length in bytes; 36 on CD, 48 in all.
    pub allocation_bytes: u16,
}

impl ReadTrackInformation {
    /// Number of the invisible or incomplete track: where the next write goes.
    pub const INVISIBLE: u32 = 0xFF;
    /// Bytes of the longest answer.
    pub const FULL_BYTES: u16 = 48;

    /// Asks for a track by its number; 0 is the lead-in.
    #[must_use]
    pub const fn track(number: u32) -> Self {
        Self {
            open: false,
            address_type: TrackAddressType::Track,
            address: number,
            allocation_bytes: Self::FULL_BYTES,
        }
    }

    /// Asks for the track where the next write goes.
    #[must_use]
    pub const fn invisible() -> Self {
        Self::track(Self::INVISIBLE)
    }

    /// Asks for the track that holds an address.
    #[must_use]
    pub const fn holding(address: Lba) -> Self {
        Self {
            open: false,
            address_type: TrackAddressType::Lba,
            address: u32::from_be_bytes(address.0.to_be_bytes()),
            allocation_bytes: Self::FULL_BYTES,
        }
    }

    /// Asks for the first track of a session.
    #[must_use]
    pub const fn first_of_session(number: u32) -> Self {
        Self {
            open: false,
            address_type: TrackAddressType::Session,
            address: number,
            allocation_bytes: Self::FULL_BYTES,
        }
    }

    /// [`address`](Self::address) as a block address.
    #[must_use]
    pub const fn lba(&self) -> Lba {
        Lba(i32::from_be_bytes(self.address.to_be_bytes()))
    }
}

command! {
    ReadTrackInformation = 0x52, "READ TRACK INFORMATION", [10] -> TrackInformation;
    open: Flag<1, 2>;
    address_type: Code<TrackAddressType, 1, 0, 2>;
    address: Be32<2>;
    allocation_bytes: Be16<7>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
