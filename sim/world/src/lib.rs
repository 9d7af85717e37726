//! Worlds to tell stories in.
