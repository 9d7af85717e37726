//! Disc formats (IEnumDiscMasterFormats).

use core::fmt;

/// What a master makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One data track with ISO 9660 and Joliet (IID_IJolietDiscMaster).
    Joliet,
    /// Audio tracks (IID_IRedbookDiscMaster).
    Redbook,
}

impl Format {
    /// The interface's identifier in the public header, as text.
    #[must_use]
    pub const fn iid(self) -> &'static str {
        match self {
            Self::Joliet => "E3BC42CE-4E5C-11D3-9144-00104BA11C5E",
            Self::Redbook => "E3BC42CD-4E5C-11D3-9144-00104BA11C5E",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Joliet => "Joliet",
            Self::Redbook => "Red Book audio",
        })
    }
}
