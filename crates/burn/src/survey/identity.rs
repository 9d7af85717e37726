//! What tells one disc from another.

use core::fmt;

use discwright_mmc::command::Response;
use discwright_plan::DiscState;
use sha2::{Digest, Sha256};

use super::derive::Answers;

/// A digest of what a drive reads of a disc by itself: ATIP, full table of contents, next writable address, and the
/// number in the program memory area. Two blank discs of one make are alike; a caller that has read more of a disc
/// adds it with [`with`](Self::with).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DiscIdentity([u8; 32]);

impl DiscIdentity {
    pub(super) fn of(answers: &Answers, state: &DiscState) -> Self {
        let mut digest = Sha256::new();
        let mut part = |name: &[u8], bytes: &[u8]| {
            digest.update(name);
            digest.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(bytes);
        };
        part(b"atip", &answers.atip.as_ref().map(Response::encode).unwrap_or_default());
        part(b"toc", &answers.full_toc.as_ref().map(Response::encode).unwrap_or_default());
        part(b"nwa", &state.next_writable.map(|lba| lba.0.to_be_bytes()).unwrap_or_default());
        part(b"id", &answers.information.disc_id.map(u32::to_be_bytes).unwrap_or_default());
        Self(digest.finalize().into())
    }

    /// The identity with something else that was read of the disc, such as its last volume descriptors.
    #[must_use]
    pub fn with(self, more: &[u8]) -> Self {
        let mut digest = Sha256::new();
        digest.update(self.0);
        digest.update(more);
        Self(digest.finalize().into())
    }

    /// The digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for DiscIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DiscIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DiscIdentity({self})")
    }
}
