//! GET CONFIGURATION (MMC-6, GET CONFIGURATION).

use super::DataPhase;
use crate::feature::Configuration;
use crate::field::{Be16, Code};

codes! {
    /// Which features GET CONFIGURATION is to list (the RT field).
    pub enum RequestedFeatures: u8 {
        /// All from the starting one on.
        All = 0,
        /// All current ones from the starting one on.
        Current = 1,
        /// The starting one alone.
        One = 2,
    }
}

/// GET CONFIGURATION: what the drive can do, and what of it the medium now in it allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GetConfiguration {
    /// Which features.
    pub requested: RequestedFeatures,
    /// First feature code of interest.
    pub starting_feature: u16,
    /// Allocation length in bytes.
    pub allocation_bytes: u16,
}

command! {
    GetConfiguration = 0x46, "GET CONFIGURATION", [10] -> Configuration;
    requested: Code<RequestedFeatures, 1, 0, 2>;
    starting_feature: Be16<2>;
    allocation_bytes: Be16<7>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
