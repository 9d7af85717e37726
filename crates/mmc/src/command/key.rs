//! SEND KEY and REPORT KEY (MMC-6, REPORT KEY): authentication and regions. CD recorders refuse them, hosts ask anyway.

use super::DataPhase;
use crate::field::{Be16, Be32, Bits};
use crate::response::KeyData;

/// REPORT KEY: the drive's part of an authentication, or its region state (key format 8, class 0).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportKey {
    /// Address, for title keys.
    pub address: u32,
    /// Blocks, for AACS binding nonces.
    pub blocks: u8,
    /// Key class: 0 DVD CSS and CPPM or CPRM.
    pub key_class: u8,
    /// Allocation length in bytes.
    pub allocation_bytes: u16,
    /// Authentication grant, 2 bits.
    pub agid: u8,
    /// Key format, 6 bits.
    pub key_format: u8,
}

command! {
    ReportKey = 0xA4, "REPORT KEY", [12] -> KeyData;
    address: Be32<2>;
    blocks: Bits<6, 0, 8>;
    key_class: Bits<7, 0, 8>;
    allocation_bytes: Be16<8>;
    agid: Bits<10, 6, 2>;
    key_format: Bits<10, 0, 6>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}

/// SEND KEY: the host's part of an authentication, or a new region (key format 6, class 0).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendKey {
    /// Key class: 0 DVD CSS and CPPM or CPRM.
    pub key_class: u8,
    /// Parameter list length in bytes.
    pub parameter_bytes: u16,
    /// Authentication grant, 2 bits.
    pub agid: u8,
    /// Key format, 6 bits.
    pub key_format: u8,
}

command! {
    SendKey = 0xA3, "SEND KEY", [12] -> ();
    key_class: Bits<7, 0, 8>;
    parameter_bytes: Be16<8>;
    agid: Bits<10, 6, 2>;
    key_format: Bits<10, 0, 6>;
    => |it| DataPhase::Out { bytes: u32::from(it.parameter_bytes) }
}
