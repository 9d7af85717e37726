//! The functions that those of this library stand before, and errno.

use core::ffi::{CStr, c_int, c_void};
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::abi;

/// A function of the next library that has one by this name.
pub(crate) struct Symbol {
    name: &'static CStr,
    address: AtomicPtr<c_void>,
}

impl Symbol {
    pub(crate) const fn new(name_with_zero: &'static str) -> Self {
        let name = match CStr::from_bytes_with_nul(name_with_zero.as_bytes()) {
            Ok(name) => name,
            Err(_) => c"",
        };
        Self { name, address: AtomicPtr::new(null_mut()) }
    }

    /// Its address; `None` where the C library has no such function, so that no program can have called it there.
    pub(crate) fn find(&self) -> Option<NonNull<c_void>> {
        let known = self.address.load(Ordering::Relaxed);
        if let Some(known) = NonNull::new(known) {
            return Some(known);
        }
        // SAFETY: the name ends with a zero, and the handle is one that dlsym knows.
        let found = unsafe { abi::dlsym(abi::RTLD_NEXT, self.name.as_ptr()) };
        self.address.store(found, Ordering::Relaxed);
        NonNull::new(found)
    }
}

/// Defines functions that stand before those of the C library. In the body, `$next` is the function that follows.
///
/// Functions with a variable argument list (open, ioctl, fcntl) are defined with the one argument that may follow:
/// on all supported targets an integer or pointer that is passed in a variable list arrives in the same register as
/// a named one, and where the caller has passed none, the value is handed on to a function that does not look at it.
/// A panic in any of them would end the process rather than unwind into C; none of their code panics.
macro_rules! hooks {
    ($($(#[$meta:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty
        [$failed:expr, $next:ident: $signature:ty] $body:block)*) => {$(
        $(#[$meta])*
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name($($argument: $type),*) -> $result {
            static NEXT: $crate::next::Symbol = $crate::next::Symbol::new(concat!(stringify!($name), "\0"));
            let Some(address) = NEXT.find() else {
                $crate::next::set_errno($crate::abi::ENOSYS);
                return $failed;
            };
            // SAFETY: the C library's function of this name has this signature.
            let $next = unsafe {
                core::mem::transmute::<core::ptr::NonNull<core::ffi::c_void>, $signature>(address)
            };
            $body
        }
    )*};
}
pub(crate) use hooks;

pub(crate) fn errno() -> c_int {
    // SAFETY: the C library gives each thread an errno that lives as long as the thread.
    unsafe { *abi::__errno_location() }
}

pub(crate) fn set_errno(error: c_int) {
    // SAFETY: as in `errno`.
    unsafe { *abi::__errno_location() = error };
}

/// Makes a result what functions of C return.
pub(crate) fn or_errno<T>(result: Result<T, c_int>, failed: T) -> T {
    result.unwrap_or_else(|error| {
        set_errno(error);
        failed
    })
}

/// Leaves errno as it was: looking at a descriptor must not be noticed.
pub(crate) fn keeping_errno<T>(look: impl FnOnce() -> T) -> T {
    let before = errno();
    let result = look();
    set_errno(before);
    result
}
