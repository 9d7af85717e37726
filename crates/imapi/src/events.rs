//! Progress events of the application (IDiscMasterProgressEvents).

use core::time::Duration;

use crate::error::ImapiError;

/// What an application may want to hear while its calls run. Every method has a default that does nothing.
///
/// Sinks are called in order of registration, on the thread that made the call. They must not call back into the
/// master: a call made from inside an event is refused with [`Code::Generic`](crate::Code::Generic).
pub trait ProgressEvents: Send {
    /// Whether the running operation is to be cancelled. Asked at least every 100 ms or 32 WRITE commands while
    /// staging, preparing and writing, never while closing.
    fn query_cancel(&mut self) -> bool {
        false
    }

    /// The list of recorders changed: enumerate again; if the active one is gone, choose another.
    fn notify_pnp_activity(&mut self) {}

    /// Steps of staging: the first, the last (`done == total`), and some between.
    fn notify_add_progress(&mut self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// Blocks written, of the disc for data and of the track for audio: the first, the last, and some between.
    fn notify_block_progress(&mut self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// Audio tracks completed; data burns never send it.
    fn notify_track_progress(&mut self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// Writing will begin in about so long; silence until then.
    fn notify_preparing_burn(&mut self, estimate: Duration) {
        let _ = estimate;
    }

    /// Writing is over, closing takes about so long; silence until then.
    fn notify_closing_disc(&mut self, estimate: Duration) {
        let _ = estimate;
    }

    /// Something is not as it should be, and the burn goes on. IMAPI has no such event.
    fn notify_warning(&mut self, warning: &str) {
        let _ = warning;
    }

    /// What `record_disc` is about to return. Follows only where [`notify_preparing_burn`](Self::notify_preparing_burn) came.
    fn notify_burn_complete(&mut self, result: Result<(), &ImapiError>) {
        let _ = result;
    }

    /// What `erase` is about to return.
    fn notify_erase_complete(&mut self, result: Result<(), &ImapiError>) {
        let _ = result;
    }
}

/// Names a registration of a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cookie(pub(crate) u64);

/// The registered sinks, in order.
#[derive(Default)]
pub(crate) struct Sinks {
    next: u64,
    sinks: Vec<(Cookie, Box<dyn ProgressEvents>)>,
}

impl Sinks {
    pub(crate) fn advise(&mut self, sink: Box<dyn ProgressEvents>) -> Cookie {
        self.next += 1;
        let cookie = Cookie(self.next);
        self.sinks.push((cookie, sink));
        cookie
    }

    /// The sink back, if the cookie names one.
    pub(crate) fn unadvise(&mut self, cookie: Cookie) -> Option<Box<dyn ProgressEvents>> {
        let index = self.sinks.iter().position(|(it, _)| *it == cookie)?;
        Some(self.sinks.remove(index).1)
    }

    pub(crate) fn clear(&mut self) {
        self.sinks.clear();
    }

    pub(crate) fn each(&mut self, mut tell: impl FnMut(&mut dyn ProgressEvents)) {
        for (_, sink) in &mut self.sinks {
            tell(sink.as_mut());
        }
    }

    /// The first yes cancels; later sinks are not asked.
    pub(crate) fn query_cancel(&mut self) -> bool {
        self.sinks.iter_mut().any(|(_, sink)| sink.query_cancel())
    }
}

impl core::fmt::Debug for Sinks {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sinks").field("registered", &self.sinks.len()).finish_non_exhaustive()
    }
}
