//! The program's own waits, which can be made shorter: burning programs sleep between questions to a drive that, in
//! virtual time, has been ready all the while.

use core::ffi::{c_int, c_uint, c_void};
use core::ptr::null_mut;

use crate::abi::{self, TimeSpec, TimeVal};
use crate::config::config;
use crate::next::hooks;

/// By what waits are divided.
fn divisor() -> i64 {
    config().map_or(1, |config| i64::from(config.shorten))
}

const NANOSECONDS: i64 = 1_000_000_000;

/// The time that is left of a wait when it is shortened; what is no time stays none.
fn shortened(wait: TimeSpec, divisor: i64) -> TimeSpec {
    if wait.seconds < 0 || !(0..NANOSECONDS).contains(&wait.nanoseconds) {
        return wait;
    }
    let left = wait.seconds.saturating_mul(NANOSECONDS).saturating_add(wait.nanoseconds) / divisor;
    TimeSpec { seconds: left / NANOSECONDS, nanoseconds: left % NANOSECONDS }
}

hooks! {
    fn nanosleep(wait: *const TimeSpec, left: *mut TimeSpec) -> c_int
    [-1, next: unsafe extern "C" fn(*const TimeSpec, *mut TimeSpec) -> c_int] {
        let divisor = divisor();
        // SAFETY: the caller's arguments, as for nanosleep(2); the shortened wait lives until the call returns.
        unsafe {
            if divisor == 1 || wait.is_null() {
                return next(wait, left);
            }
            let short = shortened(*wait, divisor);
            next(&raw const short, left)
        }
    }
    fn clock_nanosleep(clock: c_int, flags: c_int, wait: *const TimeSpec, left: *mut TimeSpec) -> c_int
    [abi::ENOSYS, next: unsafe extern "C" fn(c_int, c_int, *const TimeSpec, *mut TimeSpec) -> c_int] {
        let divisor = divisor();
        // SAFETY: the caller's arguments, as for clock_nanosleep(2); with a flag, the time is a moment, not a wait.
        unsafe {
            if divisor == 1 || wait.is_null() || flags != 0 {
                return next(clock, flags, wait, left);
            }
            let short = shortened(*wait, divisor);
            next(clock, flags, &raw const short, left)
        }
    }
    fn usleep(microseconds: c_uint) -> c_int
    [-1, next: unsafe extern "C" fn(c_uint) -> c_int] {
        let short = i64::from(microseconds) / divisor();
        // SAFETY: no memory is involved.
        unsafe { next(c_uint::try_from(short).unwrap_or(microseconds)) }
    }
    fn sleep(seconds: c_uint) -> c_uint
    [seconds, next: unsafe extern "C" fn(c_uint) -> c_uint] {
        let divisor = divisor();
        let wait = TimeSpec { seconds: i64::from(seconds), nanoseconds: 0 };
        // SAFETY: the wait lives until the call returns; nobody asks what is left.
        unsafe {
            if divisor == 1 {
                return next(seconds);
            }
            let short = shortened(wait, divisor);
            // A signal has ended the wait: all of it is left, as far as a whole number of seconds can say.
            if nanosleep_next(&raw const short) == 0 { 0 } else { seconds }
        }
    }
    fn select(count: c_int, read: *mut c_void, write: *mut c_void, other: *mut c_void, wait: *mut TimeVal) -> c_int
    [-1, next: unsafe extern "C" fn(c_int, *mut c_void, *mut c_void, *mut c_void, *mut TimeVal) -> c_int] {
        let divisor = divisor();
        let waits_only = read.is_null() && write.is_null() && other.is_null();
        // SAFETY: the caller's arguments, as for select(2). Linux leaves in the wait what remains of it, here nothing.
        unsafe {
            if divisor > 1 && waits_only && !wait.is_null() {
                let whole = TimeSpec { seconds: (*wait).seconds, nanoseconds: (*wait).microseconds.saturating_mul(1000) };
                let short = shortened(whole, divisor);
                (*wait).seconds = short.seconds;
                (*wait).microseconds = short.nanoseconds / 1000;
            }
            next(count, read, write, other, wait)
        }
    }
}

/// The C library's nanosleep; 0 when all of the wait is over.
///
/// # Safety
/// `wait` points to a time.
unsafe fn nanosleep_next(wait: *const TimeSpec) -> c_int {
    const CLOCK_REALTIME: c_int = 0;
    // SAFETY: by this function's own condition. The clock's own function is called, past this library's.
    unsafe {
        match NEXT_CLOCK_NANOSLEEP.find() {
            Some(address) => {
                type ClockNanosleep =
                    unsafe extern "C" fn(c_int, c_int, *const TimeSpec, *mut TimeSpec) -> c_int;
                let next = core::mem::transmute::<core::ptr::NonNull<c_void>, ClockNanosleep>(address);
                next(CLOCK_REALTIME, 0, wait, null_mut())
            }
            None => abi::ENOSYS,
        }
    }
}

static NEXT_CLOCK_NANOSLEEP: crate::next::Symbol = crate::next::Symbol::new("clock_nanosleep\0");
