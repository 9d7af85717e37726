//! Time and identifiers: the system's, or fixed by `SOURCE_DATE_EPOCH` for reproducible images.

use discwright_imapi::{Environment as _, FixedEnvironment, SystemEnvironment};
use discwright_iso9660::tree::Timestamp;

/// `SOURCE_DATE_EPOCH`, seconds since 1970 (reproducible-builds.org), where it is set and a number.
pub(crate) fn fixed() -> Option<FixedEnvironment> {
    let seconds: i64 = std::env::var("SOURCE_DATE_EPOCH").ok()?.parse().ok()?;
    Some(FixedEnvironment { now: Timestamp::from_unix(seconds, 0), session_id: [0; 16] })
}

/// The time that an image carries.
pub(crate) fn now() -> Timestamp {
    fixed().map_or_else(|| SystemEnvironment.now(), |mut fixed| fixed.now())
}
