//! FORMAT UNIT (MMC-6, FORMAT UNIT); its parameter list is [`FormatParameters`](crate::response::FormatParameters).

use super::DataPhase;
use crate::field::{Bits, Flag};

/// FORMAT UNIT: lay down what a rewritable medium needs before it can be overwritten.
///
/// The parameter list has 12 bytes and its length is not in the CDB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatUnit {
    /// A parameter list follows; recorders insist on it.
    pub format_data: bool,
    /// The list replaces what the drive knows of defects.
    pub complete_list: bool,
    /// Format code: 1, or 7 for the descriptor of the first CD-RW drives
    /// ([`LegacyFormatDescriptor`](crate::response::LegacyFormatDescriptor)).
    pub format_code: u8,
}

command! {
    FormatUnit = 0x04, "FORMAT UNIT", [6] -> ();
    format_data: Flag<1, 4>;
    complete_list: Flag<1, 3>;
    format_code: Bits<1, 0, 3>;
    => |it| if it.format_data { DataPhase::Out { bytes: 12 } } else { DataPhase::None }
}
