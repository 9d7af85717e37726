//! REQUEST SENSE (SPC-3, REQUEST SENSE).

use super::DataPhase;
use crate::field::{Bits, Flag};
use crate::sense::Sense;

/// REQUEST SENSE: pending sense, or the progress of a long operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestSense {
    /// Descriptor form is wanted instead of fixed form.
    pub descriptor: bool,
    /// Allocation length in bytes; fixed form takes 18.
    pub allocation_bytes: u8,
}

command! {
    RequestSense = 0x03, "REQUEST SENSE", [6] -> Sense;
    descriptor: Flag<1, 0>;
    allocation_bytes: Bits<4, 0, 8>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}
