//! CLOSE TRACK/SESSION (MMC-6, CLOSE TRACK/SESSION).

use super::DataPhase;
use crate::field::{Be16, Code, Flag};

codes! {
    /// What CLOSE TRACK/SESSION closes.
    pub enum CloseFunction: u8 {
        /// 0: stops background formatting of DVD+RW and MRW media.
        StopBackgroundFormat = 0,
        /// 1: the track of the given number.
        Track = 1,
        /// 2: the last session; on CD the write parameters say whether another may follow.
        Session = 2,
        /// 3: as 2, and finalises (MMC-4 and later, media other than CD).
        SessionFinalize = 3,
        /// 5: the last session, so that the disc is finalised (DVD+R and others).
        Finalize5 = 5,
        /// 6: finalises the disc.
        Finalize6 = 6,
    }
}

/// CLOSE TRACK/SESSION: pads and ends a track, or writes lead-in and lead-out of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CloseTrackSession {
    /// GOOD at once; the drive answers 2/04/07 or 2/04/08 until it is done.
    pub immed: bool,
    /// What is closed.
    pub function: CloseFunction,
    /// Track number, for [`CloseFunction::Track`]; FFh names the open one.
    pub track: u16,
}

command! {
    CloseTrackSession = 0x5B, "CLOSE TRACK/SESSION", [10] -> ();
    immed: Flag<1, 0>;
    function: Code<CloseFunction, 2, 0, 3>;
    track: Be16<4>;
    => |_it| DataPhase::None
}
