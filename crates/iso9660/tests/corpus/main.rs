//! Images that others made, judged by what independent readers agree on.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod extraction;
mod listings;
mod shared;
