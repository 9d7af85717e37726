//! SEND CUE SHEET (MMC-6, SEND CUE SHEET); the sheet itself is [`CueSheet`](crate::cue_sheet::CueSheet).

use super::DataPhase;
use crate::field::Be24;

/// SEND CUE SHEET: the layout of the session that is to be written in one go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendCueSheet {
    /// Bytes of the cue sheet, 24 bits; eight for each entry.
    pub sheet_bytes: u32,
}

command! {
    SendCueSheet = 0x5D, "SEND CUE SHEET", [10] -> ();
    sheet_bytes: Be24<6>;
    => |it| DataPhase::Out { bytes: it.sheet_bytes }
}
