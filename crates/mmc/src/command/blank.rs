//! BLANK (MMC-6, BLANK).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Code, Flag, LbaAt};

codes! {
    /// What BLANK erases.
    pub enum BlankType: u8 {
        /// 0: the whole disc.
        Disc = 0,
        /// 1: PMA, first lead-in and first pregap; the disc then counts as blank.
        Minimal = 1,
        /// 2: the track at the given address.
        Track = 2,
        /// 3: the reservation of a track.
        UnreserveTrack = 3,
        /// 4: the end of a track, from the given address on.
        TrackTail = 4,
        /// 5: lead-in and lead-out of the last session, which becomes incomplete.
        UncloseLastSession = 5,
        /// 6: the last session.
        EraseSession = 6,
    }
}

/// BLANK: erases rewritable media.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blank {
    /// GOOD at once; the drive answers 2/04/07 with progress until it is done.
    pub immed: bool,
    /// What is erased.
    pub blank_type: BlankType,
    /// Start address or track number, for the types that have one.
    pub address: Lba,
}

command! {
    Blank = 0xA1, "BLANK", [12] -> ();
    immed: Flag<1, 4>;
    blank_type: Code<BlankType, 1, 0, 3>;
    address: LbaAt<2>;
    => |_it| DataPhase::None
}
