//! Ctrl-C: an orderly stop. A second one changes nothing; the drive is never left in the middle of a command.

use discwright_burn::CancelToken;

use crate::exit::Failure;

/// A token that Ctrl-C and SIGTERM set.
pub(crate) fn on_interrupt() -> Result<CancelToken, Failure> {
    let token = CancelToken::new();
    let handler = token.clone();
    ctrlc::set_handler(move || handler.cancel())
        .map_err(|error| Failure::refused(format!("cannot watch for Ctrl-C: {error}")))?;
    Ok(token)
}
