//! The descriptors of streams on the device: programs ask a stream for its descriptor and seek there.
//!
//! A stream lives in one process and does not survive exec, so what is remembered of it cannot either.

use core::ffi::c_int;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicI32, AtomicPtr, Ordering};

use crate::abi::File;

struct Slot {
    stream: AtomicPtr<File>,
    fd: AtomicI32,
}

/// More streams on one drive than any program has been seen to open; one more has no descriptor to be asked for.
static SLOTS: [Slot; 32] =
    [const { Slot { stream: AtomicPtr::new(null_mut()), fd: AtomicI32::new(-1) } }; 32];

/// Remembers a stream's descriptor.
pub(crate) fn remember(stream: *mut File, fd: c_int) {
    for slot in &SLOTS {
        let free = slot.stream.compare_exchange(null_mut(), stream, Ordering::AcqRel, Ordering::Relaxed);
        if free.is_ok() {
            slot.fd.store(fd, Ordering::Release);
            return;
        }
    }
}

/// Forgets the stream of a descriptor.
pub(crate) fn forget(fd: c_int) {
    for slot in &SLOTS {
        if slot.fd.compare_exchange(fd, -1, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            slot.stream.store(null_mut(), Ordering::Release);
        }
    }
}

/// The descriptor of a stream on the device; `None` for all other streams.
pub(crate) fn descriptor_of(stream: *mut File) -> Option<c_int> {
    let slot = SLOTS.iter().find(|slot| slot.stream.load(Ordering::Acquire) == stream)?;
    Some(slot.fd.load(Ordering::Acquire)).filter(|fd| *fd >= 0)
}
