//! SEND OPC INFORMATION (MMC-6, SEND OPC INFORMATION).

use super::DataPhase;
use crate::field::{Be16, Flag};

/// SEND OPC INFORMATION: calibrate the laser's power on this medium, or be given known values.
///
/// The parameter list is a row of [`OpcEntry`](crate::response::OpcEntry).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendOpc {
    /// Calibrate now. Costs one of about a hundred test areas of a CD-R.
    pub do_opc: bool,
    /// Parameter list length in bytes; zero when calibrating.
    pub parameter_bytes: u16,
}

command! {
    SendOpc = 0x54, "SEND OPC INFORMATION", [10] -> ();
    do_opc: Flag<1, 0>;
    parameter_bytes: Be16<7>;
    => |it| if it.parameter_bytes == 0 { DataPhase::None } else { DataPhase::Out { bytes: u32::from(it.parameter_bytes) } }
}
