//! TEST UNIT READY (SPC-3, TEST UNIT READY).

use super::DataPhase;

/// TEST UNIT READY: GOOD when the medium can be accessed, sense that says why not otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestUnitReady;

command! {
    TestUnitReady = 0x00, "TEST UNIT READY", [6] -> ();
    => |_it| DataPhase::None
}
