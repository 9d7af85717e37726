//! One module per command.

pub(crate) mod burn;
pub(crate) mod cdb;
pub(crate) mod check;
pub(crate) mod disc;
pub(crate) mod edit;
pub(crate) mod extract;
pub(crate) mod image;
pub(crate) mod info;
pub(crate) mod ls;
pub(crate) mod read;
pub(crate) mod run;
