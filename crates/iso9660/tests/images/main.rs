//! Images that others made, judged by what independent readers agree on.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

mod checking;
mod extraction;
mod hostile;
mod listings;
#[path = "../scratch/mod.rs"]
mod scratch;
mod sessions;
mod shared;
mod strict;
