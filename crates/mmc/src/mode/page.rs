//! Any mode page.

use super::{
    Caching, Capabilities, CdAudioControl, CdParameters, Control, ErrorRecovery, InformationalExceptions,
    MrwPage, PowerConditionPage, TimeoutProtect, VerifyErrorRecovery, WriteParameters,
};
use crate::error::ResponseError;
use crate::field::length8;

/// A mode page as a list carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageEntry {
    /// The drive can save it (PS); reserved, and to be tolerated, when a host sends it.
    pub savable: bool,
    /// The page.
    pub page: ModePage,
}

/// A page with the subpage format bit, or with a code that is not known, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawPage {
    /// Page code, 6 bits.
    pub code: u8,
    /// Subpage code, where the page has one (SPF).
    pub subpage: Option<u8>,
    /// What follows the header.
    pub data: Vec<u8>,
}

macro_rules! pages {
    ($($(#[$meta:meta])* $name:ident,)*) => {
        /// Any mode page.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum ModePage {
            $($(#[$meta])* $name($name),)*
            /// A page that is not known.
            Raw(RawPage),
        }

        impl ModePage {
            /// Page code, 6 bits.
            #[must_use]
            pub const fn code(&self) -> u8 {
                match self {
                    $(Self::$name(_) => $name::CODE,)*
                    Self::Raw(page) => page.code,
                }
            }

            /// The page with its header; the savable bit is clear.
            #[must_use]
            pub fn encode(&self) -> Vec<u8> {
                match self {
                    $(Self::$name(page) => page.encode(),)*
                    Self::Raw(page) => page.encode(),
                }
            }

            /// A page without subpage, from its header on; it may be cut.
            fn parse_plain(code: u8, bytes: &[u8]) -> Result<Self, ResponseError> {
                match code {
                    $($name::CODE => $name::parse(bytes).map(Self::$name),)*
                    _ => Ok(Self::Raw(RawPage {
                        code,
                        subpage: None,
                        data: bytes.get(2..).unwrap_or(&[]).to_vec(),
                    })),
                }
            }
        }

        $(impl From<$name> for ModePage {
            fn from(page: $name) -> Self {
                Self::$name(page)
            }
        })*
    };
}

pages! {
    /// 01h: read/write error recovery.
    ErrorRecovery,
    /// 03h: Mount Rainier.
    MrwPage,
    /// 05h: write parameters.
    WriteParameters,
    /// 07h: verify error recovery.
    VerifyErrorRecovery,
    /// 08h: caching.
    Caching,
    /// 0Ah: control.
    Control,
    /// 0Dh: CD parameters.
    CdParameters,
    /// 0Eh: CD audio control.
    CdAudioControl,
    /// 1Ah: power condition.
    PowerConditionPage,
    /// 1Ch: informational exceptions.
    InformationalExceptions,
    /// 1Dh: timeout and protect.
    TimeoutProtect,
    /// 2Ah: capabilities and mechanical status.
    Capabilities,
}

impl RawPage {
    fn encode(&self) -> Vec<u8> {
        let code = self.code & 0x3F;
        let mut bytes = match self.subpage {
            None => vec![code, length8(self.data.len())],
            Some(subpage) => {
                let [high, low] = crate::field::length16(self.data.len()).to_be_bytes();
                vec![code | 0x40, subpage, high, low]
            }
        };
        bytes.extend_from_slice(&self.data);
        bytes
    }
}

impl PageEntry {
    /// A page that is not savable.
    #[must_use]
    pub fn of(page: impl Into<ModePage>) -> Self {
        Self { savable: false, page: page.into() }
    }

    /// The page with its header and savable bit.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.page.encode();
        if let Some(first) = bytes.first_mut() {
            *first = *first & 0x7F | u8::from(self.savable) << 7;
        }
        bytes
    }

    /// The first page in a row, and what follows it. A page that was cut reads as far as it came.
    ///
    /// # Errors
    /// [`ResponseError::Short`] when not even a header came.
    pub fn parse(bytes: &[u8]) -> Result<(Self, &[u8]), ResponseError> {
        let short = || ResponseError::Short { what: "mode page header", expected: 2, actual: bytes.len() };
        let &[first, second] = bytes.first_chunk::<2>().ok_or_else(short)?;
        let (savable, code) = (first & 0x80 != 0, first & 0x3F);
        if first & 0x40 == 0 {
            let (page, rest) = split(bytes, usize::from(second) + 2);
            return Ok((Self { savable, page: ModePage::parse_plain(code, page)? }, rest));
        }
        let &[_, subpage, high, low] = bytes.first_chunk::<4>().ok_or_else(short)?;
        let (page, rest) = split(bytes, usize::from(u16::from_be_bytes([high, low])) + 4);
        let data = page.get(4..).unwrap_or(&[]).to_vec();
        Ok((Self { savable, page: ModePage::Raw(RawPage { code, subpage: Some(subpage), data }) }, rest))
    }

    /// Bytes that the page at the head of a row claims, with its header; `None` when no header came.
    pub(crate) fn claimed(bytes: &[u8]) -> Option<usize> {
        let &[first, second] = bytes.first_chunk::<2>()?;
        if first & 0x40 == 0 {
            return Some(usize::from(second) + 2);
        }
        let &[_, _, high, low] = bytes.first_chunk::<4>()?;
        Some(usize::from(u16::from_be_bytes([high, low])) + 4)
    }
}

/// As `split_at`, with an end that may be a lie.
fn split(bytes: &[u8], at: usize) -> (&[u8], &[u8]) {
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}
