//! READ DISC INFORMATION (MMC-6, READ DISC INFORMATION).

use super::{Command, DataPhase, Expecting};
use crate::field::{Be16, Code};
use crate::response::{PowResources, StandardDiscInformation, TrackResources};

codes! {
    /// What READ DISC INFORMATION is asked for.
    pub enum DiscInformationType: u8 {
        /// The state of the disc, its last session and its tracks.
        Standard = 0,
        /// How many tracks the medium can hold.
        TrackResources = 1,
        /// Pseudo-overwrite resources; not for CD.
        PowResources = 2,
    }
}

/// READ DISC INFORMATION: the state of the disc and of its last session.
///
/// The usual answer is the standard information; [`track_resources`](Self::track_resources) and
/// [`pow_resources`](Self::pow_resources) ask for the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadDiscInformation {
    /// What is asked for.
    pub data_type: DiscInformationType,
    /// Allocation length in bytes; 34 without the OPC table.
    pub allocation_bytes: u16,
}

impl ReadDiscInformation {
    /// Asks for standard information with room for so many bytes.
    #[must_use]
    pub const fn standard(allocation_bytes: u16) -> Self {
        Self { data_type: DiscInformationType::Standard, allocation_bytes }
    }

    /// Asks how many tracks the medium can hold.
    #[must_use]
    pub fn track_resources() -> Expecting<Self, TrackResources> {
        Self { data_type: DiscInformationType::TrackResources, allocation_bytes: 12 }.expecting()
    }

    /// Asks for pseudo-overwrite resources; not for CD.
    #[must_use]
    pub fn pow_resources() -> Expecting<Self, PowResources> {
        Self { data_type: DiscInformationType::PowResources, allocation_bytes: 16 }.expecting()
    }
}

command! {
    ReadDiscInformation = 0x51, "READ DISC INFORMATION", [10] -> StandardDiscInformation;
    data_type: Code<DiscInformationType, 1, 0, 3>;
    allocation_bytes: Be16<7>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
