//! What a master asks the world for besides its drives.

use discwright_iso9660::tree::Timestamp;

/// The time and a fresh identifier for each session; fixed ones make an image reproducible.
pub trait Environment: Send {
    /// Now, for volume and directory dates and the default volume name.
    fn now(&mut self) -> Timestamp;

    /// 128 bits for the next session's application-use area, so that two copies of a disc differ.
    fn session_id(&mut self) -> [u8; 16];
}

/// The system's clock and random numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where a master looks at the clock; tests fix it"
    )]
    fn now(&mut self) -> Timestamp {
        std::time::SystemTime::now().into()
    }

    fn session_id(&mut self) -> [u8; 16] {
        let mut id = [0; 16];
        let mut filled = 0;
        while let Some(rest) = id.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match rustix::rand::getrandom(rest, rustix::rand::GetRandomFlags::empty()) {
                Ok(count) => filled += count,
                Err(rustix::io::Errno::INTR) => {}
                // Without a random source the session stays anonymous; its disc is still told by TOC and descriptors.
                Err(_) => return [0; 16],
            }
        }
        id
    }
}

/// The same time and identifier each time.
#[derive(Clone, Copy, Debug)]
pub struct FixedEnvironment {
    /// The time.
    pub now: Timestamp,
    /// The identifier.
    pub session_id: [u8; 16],
}

impl Environment for FixedEnvironment {
    fn now(&mut self) -> Timestamp {
        self.now
    }

    fn session_id(&mut self) -> [u8; 16] {
        self.session_id
    }
}
