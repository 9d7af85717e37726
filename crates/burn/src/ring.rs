//! A bounded ring of chunks between the thread that reads content and the one that writes it.
//!
//! A chunk is filled once and lent to the transport as it is; spent chunks are filled again. The drive's speed decides
//! how fast the reader runs, and the ring bridges the reader's stalls.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};

use crate::source::{SectorSource, SourceError};

/// Bytes that wait between reader and writer, at most.
pub(crate) const RING_BYTES: usize = 16 << 20;

/// One chunk's place in the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// First sector.
    pub(crate) first: u32,
    /// Sectors.
    pub(crate) sectors: u32,
}

/// The chunks of a content whose tracks have these lengths; no chunk spans two tracks.
pub(crate) fn chunks(tracks: impl Iterator<Item = u32>, most: u32) -> impl Iterator<Item = Chunk> {
    let most = most.max(1);
    let mut base = 0_u32;
    tracks.flat_map(move |length| {
        let start = base;
        base = base.saturating_add(length);
        (0..length.div_ceil(most)).map(move |index| Chunk {
            first: start.saturating_add(index * most),
            sectors: most.min(length - index * most),
        })
    })
}

/// The ring.
#[derive(Debug)]
pub(crate) struct Ring {
    state: Mutex<State>,
    changed: Condvar,
    capacity: usize,
}

#[derive(Debug, Default)]
struct State {
    ready: VecDeque<Bytes>,
    spare: Vec<BytesMut>,
    ended: Option<Result<(), SourceError>>,
    stopped: bool,
}

/// What came out of the ring.
#[derive(Debug)]
pub(crate) enum Popped {
    /// The next chunk.
    Chunk(Bytes),
    /// Nothing in the time given.
    Late,
    /// The reader failed.
    Failed(SourceError),
    /// The content is over.
    Over,
}

impl Ring {
    /// A ring for chunks of so many bytes.
    pub(crate) fn new(chunk_bytes: usize) -> Self {
        let capacity = (RING_BYTES / chunk_bytes.max(1)).max(2);
        Self { state: Mutex::default(), changed: Condvar::new(), capacity }
    }

    /// Fills chunk after chunk until the content is over, the source fails, or the ring is stopped.
    pub(crate) fn fill(&self, source: &mut dyn SectorSource, chunks: impl Iterator<Item = Chunk>) {
        // A source that panics must not leave the writer waiting.
        let ending = Ending(self);
        let sector_bytes = source.sector_bytes();
        for chunk in chunks {
            let Some(mut buffer) = self.room() else { return };
            let bytes = usize::try_from(chunk.sectors).unwrap_or(usize::MAX).saturating_mul(sector_bytes);
            buffer.resize(bytes, 0);
            if let Err(error) = source.fill(chunk.first, &mut buffer) {
                self.end(Err(error));
                return;
            }
            self.lock().ready.push_back(buffer.freeze());
            self.changed.notify_all();
        }
        self.end(Ok(()));
        drop(ending);
    }

    /// Waits for room; `None` once stopped.
    fn room(&self) -> Option<BytesMut> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            if state.ready.len() < self.capacity {
                return Some(state.spare.pop().unwrap_or_default());
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn end(&self, how: Result<(), SourceError>) {
        self.lock().ended.get_or_insert(how);
        self.changed.notify_all();
    }

    /// The next chunk, waiting at most so long.
    pub(crate) fn pop(&self, patience: Duration) -> Popped {
        let mut state = self.lock();
        if state.ready.is_empty() && state.ended.is_none() {
            state = self.changed.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner).0;
        }
        if let Some(chunk) = state.ready.pop_front() {
            drop(state);
            self.changed.notify_all();
            return Popped::Chunk(chunk);
        }
        match state.ended.take() {
            None => Popped::Late,
            Some(Ok(())) => {
                state.ended = Some(Ok(()));
                Popped::Over
            }
            Some(Err(error)) => Popped::Failed(error),
        }
    }

    /// Whether the ring is full or the content is all in it; waits at most so long for that.
    pub(crate) fn full(&self, patience: Duration) -> bool {
        let full = |state: &State| state.ready.len() >= self.capacity || state.ended.is_some();
        let mut state = self.lock();
        if !full(&state) {
            state = self.changed.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner).0;
        }
        full(&state)
    }

    /// How full it is, in percent; full as well when all the content has been read.
    pub(crate) fn level(&self) -> u8 {
        let state = self.lock();
        if state.ended.is_some() {
            return 100;
        }
        // The chunk that was just taken counts.
        let percent = ((state.ready.len() + 1) * 100).checked_div(self.capacity).unwrap_or(100);
        u8::try_from(percent.min(100)).unwrap_or(100)
    }

    /// Takes a spent chunk back to be filled again.
    pub(crate) fn recycle(&self, chunk: Bytes) {
        if let Ok(buffer) = chunk.try_into_mut() {
            self.lock().spare.push(buffer);
        }
    }

    /// Ends the reader.
    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Ending<'a>(&'a Ring);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.end(Err(SourceError::new(0, "the reader stopped")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte of a sector is its number; fails at one of them if told so.
    struct Numbers {
        sectors: u32,
        bad: Option<u32>,
    }

    impl SectorSource for Numbers {
        fn sectors(&self) -> u32 {
            self.sectors
        }

        fn fill(&mut self, first: u32, buffer: &mut [u8]) -> Result<(), SourceError> {
            for (number, sector) in (first..).zip(buffer.chunks_mut(2048)) {
                if self.bad == Some(number) {
                    return Err(SourceError::new(number, "scratched"));
                }
                sector.fill(u8::try_from(number % 251).unwrap());
            }
            Ok(())
        }
    }

    fn drain(ring: &Ring) -> (Vec<u8>, Option<SourceError>) {
        let mut sectors = Vec::new();
        loop {
            match ring.pop(Duration::from_secs(5)) {
                Popped::Chunk(chunk) => {
                    sectors.extend(chunk.chunks(2048).map(|sector| sector[2047]));
                    ring.recycle(chunk);
                }
                Popped::Late => panic!("the reader is late"),
                Popped::Failed(error) => return (sectors, Some(error)),
                Popped::Over => return (sectors, None),
            }
        }
    }

    #[test]
    fn chunks_cover_the_content_and_respect_tracks() {
        let all: Vec<_> = chunks([70, 32, 1].into_iter(), 32).collect();
        let spans: Vec<_> = all.iter().map(|chunk| (chunk.first, chunk.sectors)).collect();
        assert_eq!(spans, [(0, 32), (32, 32), (64, 6), (70, 32), (102, 1)]);
        assert_eq!(chunks([0].into_iter(), 32).count(), 0);
    }

    #[test]
    fn everything_comes_out_in_order_and_little_is_allocated() {
        let ring = Ring::new(65_536);
        let mut source = Numbers { sectors: 20_000, bad: None };
        let (sectors, error) = std::thread::scope(|scope| {
            scope.spawn(|| ring.fill(&mut source, chunks([20_000].into_iter(), 32)));
            drain(&ring)
        });
        assert!(error.is_none());
        assert!(sectors.iter().zip(0_u32..).all(|(byte, number)| u32::from(*byte) == number % 251));
        assert_eq!(sectors.len(), 20_000);
        assert!(ring.lock().spare.len() <= ring.capacity + 1, "spent chunks are filled again");
    }

    #[test]
    fn the_ring_fills_before_anything_is_taken_and_no_further() {
        let ring = Ring::new(65_536);
        let mut source = Numbers { sectors: 20_000, bad: None };
        std::thread::scope(|scope| {
            scope.spawn(|| ring.fill(&mut source, chunks([20_000].into_iter(), 32)));
            while !ring.full(Duration::from_millis(10)) {}
            assert_eq!(ring.level(), 100);
            assert_eq!(ring.lock().ready.len(), RING_BYTES / 65_536);
            ring.stop();
        });
    }

    #[test]
    fn what_was_read_before_an_error_still_comes() {
        let ring = Ring::new(65_536);
        let mut source = Numbers { sectors: 100, bad: Some(70) };
        let (sectors, error) = std::thread::scope(|scope| {
            scope.spawn(|| ring.fill(&mut source, chunks([100].into_iter(), 32)));
            drain(&ring)
        });
        assert_eq!((sectors.len(), error.unwrap().sector), (64, 70));
    }

    #[test]
    fn a_reader_that_panics_ends_the_content_with_an_error() {
        struct Bad;
        impl SectorSource for Bad {
            fn sectors(&self) -> u32 {
                1
            }
            fn fill(&mut self, _: u32, _: &mut [u8]) -> Result<(), SourceError> {
                panic!("on purpose");
            }
        }
        let ring = Ring::new(2048);
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| ring.fill(&mut Bad, chunks([1].into_iter(), 1)));
            assert!(reader.join().is_err());
        });
        assert!(matches!(ring.pop(Duration::ZERO), Popped::Failed(_)));
    }
}
