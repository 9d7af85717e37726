//! REPORT LUNS (SPC-3).

use super::DataPhase;
use crate::field::{Be32, Bits};
use crate::response::LunList;

/// REPORT LUNS: which logical units there are; answered in any state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportLuns {
    /// Which units: 0 ordinary, 1 well-known, 2 all.
    pub select: u8,
    /// Allocation length in bytes; at least 16.
    pub allocation_bytes: u32,
}

command! {
    ReportLuns = 0xA0, "REPORT LUNS", [12] -> LunList;
    select: Bits<2, 0, 8>;
    allocation_bytes: Be32<6>;
    => |it| DataPhase::In { bytes: it.allocation_bytes }
}
