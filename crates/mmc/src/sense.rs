//! Sense data: what went wrong, in the drive's words (SPC-3, 4.5).

use core::fmt;

use crate::error::{CdbError, FieldPointer, ParameterError, ResponseError};

/// Why a command did not end with GOOD, or what a drive says about its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sense {
    /// The error belongs to an earlier command that had already been answered with GOOD.
    pub deferred: bool,
    /// The class of the condition.
    pub key: SenseKey,
    /// The condition.
    pub code: AdditionalSense,
    /// The block concerned, where the drive says so.
    pub information: Option<u32>,
    /// What the key-specific bytes say.
    pub specific: Option<SenseSpecific>,
}

impl Sense {
    /// Current sense of this key and code, with nothing else said.
    #[must_use]
    pub const fn new(key: SenseKey, asc: u8, ascq: u8) -> Self {
        Self { deferred: false, key, code: AdditionalSense { asc, ascq }, information: None, specific: None }
    }

    /// The same with a block address in the information field.
    #[must_use]
    pub const fn at(mut self, information: u32) -> Self {
        self.information = Some(information);
        self
    }

    /// The same with key-specific bytes.
    #[must_use]
    pub const fn with(mut self, specific: SenseSpecific) -> Self {
        self.specific = Some(specific);
        self
    }
}

/// Additional sense code and its qualifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AdditionalSense {
    /// Additional sense code.
    pub asc: u8,
    /// Additional sense code qualifier.
    pub ascq: u8,
}

/// Sense key (SPC-3, table 27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SenseKey {
    /// 0: nothing to report.
    NoSense,
    /// 1: done, with help.
    RecoveredError,
    /// 2: not ready, now or ever.
    NotReady,
    /// 3: the medium failed.
    MediumError,
    /// 4: the drive failed.
    HardwareError,
    /// 5: the host asked for something that cannot be.
    IllegalRequest,
    /// 6: something changed behind the host's back.
    UnitAttention,
    /// 7: the medium is protected.
    DataProtect,
    /// 8: blank where data was expected, or the reverse.
    BlankCheck,
    /// 0Bh: the drive gave the command up.
    AbortedCommand,
    /// Any other, as it came; four bits.
    Other(u8),
}

/// The key-specific bytes of sense data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SenseSpecific {
    /// The field that was refused (with key 5).
    Field(FieldPointer),
    /// Progress of a long operation, in 65536ths (with keys 0 and 2).
    Progress(u16),
}

/// How a drive words a CDB it cannot accept. Total.
impl From<CdbError> for Sense {
    fn from(error: CdbError) -> Self {
        match error {
            CdbError::UnknownOpcode(_) => Self::new(SenseKey::IllegalRequest, 0x20, 0x00),
            CdbError::InvalidField(pointer) => {
                Self::new(SenseKey::IllegalRequest, 0x24, 0x00).with(SenseSpecific::Field(pointer))
            }
            CdbError::Length { .. } => Self::new(SenseKey::IllegalRequest, 0x24, 0x00),
        }
    }
}

/// How a drive words a parameter list it cannot accept. Total.
impl From<ParameterError> for Sense {
    fn from(error: ParameterError) -> Self {
        match error {
            ParameterError::InvalidField(pointer) => {
                Self::new(SenseKey::IllegalRequest, 0x26, 0x00).with(SenseSpecific::Field(pointer))
            }
            ParameterError::Length { .. } => Self::new(SenseKey::IllegalRequest, 0x1A, 0x00),
        }
    }
}

impl fmt::Display for Sense {
    /// Words and codes, `medium error: write error (3/0C/00) at LBA 300`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = f;
        Ok(())
    }
}

impl Sense {
    /// Sense data in fixed form, 18 bytes (SPC-3, 4.5.3).
    #[must_use]
    pub fn encode_fixed(&self) -> [u8; 18] {
        [0; 18]
    }

    /// Sense data of either form, as far as it came.
    ///
    /// # Errors
    /// [`ResponseError`] when the bytes are not sense data.
    pub fn parse(_bytes: &[u8]) -> Result<Self, ResponseError> {
        Err(ResponseError::Short { what: "sense data", expected: 8, actual: 0 })
    }
}
