//! SET CD SPEED.

use discwright_mmc::command::SetCdSpeed;

use super::Reply;
use crate::drive::{Drive, Speeds};
use crate::personality::kb_s;

/// Keeps what the host wants; what comes of it depends on the disc ([`Drive::write_kb_s`]).
pub(super) fn set_cd_speed(drive: &mut Drive, command: &SetCdSpeed) -> Reply {
    let fastest = kb_s(drive.personality.read_speed_x);
    let read_kb_s = command.read_kb_s.clamp(kb_s(1), fastest);
    drive.speeds = Speeds { read_kb_s, write_kb_s: command.write_kb_s.max(1), rotation: command.rotation };
    Reply::done()
}
