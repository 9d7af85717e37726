//! Time and identifiers: the system's, or fixed by `SOURCE_DATE_EPOCH` for reproducible images.

use discwright_imapi::{Environment as _, FixedEnvironment, SystemEnvironment};
use discwright_iso9660::format::VolumeTime;
use discwright_iso9660::tree::Timestamp;

use crate::exit::Failure;

/// `SOURCE_DATE_EPOCH`, seconds since 1970 (reproducible-builds.org), where it is set and a number.
pub(crate) fn fixed() -> Option<FixedEnvironment> {
    let seconds: i64 = std::env::var("SOURCE_DATE_EPOCH").ok()?.parse().ok()?;
    Some(FixedEnvironment { now: Timestamp::from_unix(seconds, 0), session_id: [0; 16] })
}

/// The time that an image carries.
///
/// # Errors
/// A `SOURCE_DATE_EPOCH` that is no number: whoever sets it wants reproducible bytes, and would not get them. One that no
/// disc can say.
pub(crate) fn now() -> Result<Timestamp, Failure> {
    match (std::env::var_os("SOURCE_DATE_EPOCH"), fixed()) {
        (Some(text), Some(fixed))
            if VolumeTime::from_timestamp(fixed.now.zoned(0)) == VolumeTime::UNSPECIFIED =>
        {
            let text = text.to_string_lossy();
            Err(Failure::usage(format!("SOURCE_DATE_EPOCH is {text}, beyond the years 1 to 9999 of a disc")))
        }
        (_, Some(fixed)) => Ok(fixed.now),
        (Some(text), None) if !text.is_empty() => Err(Failure::usage(format!(
            "SOURCE_DATE_EPOCH is {:?}, which is not a number of seconds",
            text.to_string_lossy()
        ))),
        _ => Ok(SystemEnvironment.now()),
    }
}
