//! INQUIRY (SPC-3, INQUIRY).

use super::{Command, DataPhase, Expecting};
use crate::field::{Be16, Bits, Flag};
use crate::response::{InquiryData, VitalProductData};

/// INQUIRY: who the drive is; always answered, whatever state the drive is in.
///
/// The usual answer is the standard data; [`vital_product_data`](Self::vital_product_data) asks for the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inquiry {
    /// Vital product data page instead of standard data.
    pub vital_product_data: bool,
    /// Page code; zero for standard data.
    pub page: u8,
    /// Allocation length in bytes; 36 holds all that recorders must say.
    pub allocation_bytes: u16,
}

impl Inquiry {
    /// Asks for standard data.
    #[must_use]
    pub const fn standard(allocation_bytes: u16) -> Self {
        Self { vital_product_data: false, page: 0, allocation_bytes }
    }

    /// Asks for a page of vital product data; page 0 lists the pages.
    #[must_use]
    pub fn vital_product_data(page: u8, allocation_bytes: u16) -> Expecting<Self, VitalProductData> {
        Self { vital_product_data: true, page, allocation_bytes }.expecting()
    }
}

command! {
    Inquiry = 0x12, "INQUIRY", [6] -> InquiryData;
    vital_product_data: Flag<1, 0>;
    page: Bits<2, 0, 8>;
    allocation_bytes: Be16<3>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
