//! REZERO UNIT (SCSI-2; withdrawn, and still sent by burners).

use super::DataPhase;

/// REZERO UNIT: bring the pickup to a known place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RezeroUnit;

command! {
    RezeroUnit = 0x01, "REZERO UNIT", [6] -> ();
    => |_it| DataPhase::None
}
