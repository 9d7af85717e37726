//! SET STREAMING (MMC-6, SET STREAMING); its list is a
//! [`StreamingDescriptor`](crate::response::StreamingDescriptor).

use super::DataPhase;
use crate::field::{Be16, Bits};

/// SET STREAMING: the speeds a stream needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetStreaming {
    /// Type of the list; zero for a performance descriptor.
    pub list_type: u8,
    /// Parameter list length in bytes; 28.
    pub parameter_bytes: u16,
}

command! {
    SetStreaming = 0xB6, "SET STREAMING", [12] -> ();
    list_type: Bits<8, 0, 8>;
    parameter_bytes: Be16<9>;
    => |it| DataPhase::Out { bytes: u32::from(it.parameter_bytes) }
}
