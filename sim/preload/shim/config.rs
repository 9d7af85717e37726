//! What the environment says: where the drive is served, and which name it has here.

use core::ffi::CStr;
use std::sync::OnceLock;

use crate::abi::{self, SocketAddress};
use crate::wire;

/// Where the drive is, and its name.
pub(crate) struct Config {
    pub(crate) socket: SocketAddress,
    device: [u8; 128],
    device_length: usize,
    pub(crate) minor: u32,
    /// By what the program's own waits are divided; 1 leaves them as they are.
    pub(crate) shorten: u32,
}

impl Config {
    /// The path of the device file.
    pub(crate) fn device(&self) -> &[u8] {
        self.device.get(..self.device_length).unwrap_or(&[])
    }

    /// The last component of that path.
    pub(crate) fn device_name(&self) -> &[u8] {
        self.device().rsplit(|byte| *byte == b'/').next().unwrap_or(&[])
    }
}

static CONFIG: OnceLock<Option<Config>> = OnceLock::new();

/// What the environment said when the program started; `None` when it says nothing, and then the library does nothing.
pub(crate) fn config() -> Option<&'static Config> {
    CONFIG.get_or_init(read).as_ref()
}

/// Read before main runs: programs change their environment, and other threads may be doing so later.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = at_start;

extern "C" fn at_start() {
    config();
}

fn read() -> Option<Config> {
    let mut socket = SocketAddress { family: abi::AF_UNIX, path: [0; 108] };
    copy(variable(wire::SOCKET_VARIABLE)?, &mut socket.path)?;
    let mut device = [0; 128];
    let device_length = copy(variable(wire::DEVICE_VARIABLE).unwrap_or(b"/dev/sr0"), &mut device)?;
    let minor = number(device.get(..device_length)?) & 0xFF;
    let shorten = variable(wire::SHORTEN_VARIABLE).map_or(1, number).clamp(1, 1000);
    Some(Config { socket, device, device_length, minor, shorten })
}

/// The number that the text ends with.
fn number(text: &[u8]) -> u32 {
    let digits = text.rsplit(|byte| !byte.is_ascii_digit()).next().unwrap_or(&[]);
    digits.iter().fold(0, |sum: u32, digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit - b'0')))
}

fn variable(name: &str) -> Option<&'static [u8]> {
    let mut with_zero = [0_u8; 64];
    copy(name.as_bytes(), &mut with_zero)?;
    // SAFETY: the name ends with a zero. The value is copied before main runs, so nobody changes it meanwhile.
    unsafe {
        let value = abi::getenv(with_zero.as_ptr().cast());
        if value.is_null() { None } else { Some(CStr::from_ptr(value).to_bytes()) }
    }
}

/// Copies all of `from`, leaving at least one zero behind it; its length, or `None` when it does not fit.
fn copy(from: &[u8], to: &mut [u8]) -> Option<usize> {
    if from.len() >= to.len() {
        return None;
    }
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
    Some(from.len())
}
