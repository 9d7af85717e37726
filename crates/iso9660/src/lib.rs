//! ISO 9660, Joliet and Rock Ridge: from files to sectors and back.

pub mod format;
pub mod image;
pub mod layout;
pub mod names;
pub mod read;
pub mod tree;
