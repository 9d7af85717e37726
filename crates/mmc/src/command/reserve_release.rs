//! RESERVE and RELEASE of the whole drive (SPC-2; withdrawn later).

use super::DataPhase;

/// RESERVE (6): the drive for this host alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reserve6;

command! {
    Reserve6 = 0x16, "RESERVE (6)", [6] -> ();
    => |_it| DataPhase::None
}

/// RELEASE (6): the drive for all hosts again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Release6;

command! {
    Release6 = 0x17, "RELEASE (6)", [6] -> ();
    => |_it| DataPhase::None
}

/// RESERVE (10): the drive for this host alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reserve10;

command! {
    Reserve10 = 0x56, "RESERVE (10)", [10] -> ();
    => |_it| DataPhase::None
}

/// RELEASE (10): the drive for all hosts again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Release10;

command! {
    Release10 = 0x57, "RELEASE (10)", [10] -> ();
    => |_it| DataPhase::None
}
