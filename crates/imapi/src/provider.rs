//! Where recorders come from.

use discwright_transport::{Transport, TransportError};

/// Knows the drives of a system and opens them: real ones, emulated ones, or those of a test.
///
/// The facade opens a drive once and keeps it while any [`DiscRecorder`](crate::DiscRecorder) of it lives.
pub trait DriveProvider: Send {
    /// The paths of the drives there are now, each as [`open`](Self::open) takes it.
    fn paths(&mut self) -> Vec<String>;

    /// Opens a drive.
    ///
    /// # Errors
    /// [`TransportError`] when it is gone or may not be opened.
    fn open(&mut self, path: &str) -> Result<Box<dyn Transport + Send>, TransportError>;
}
