//! Why bytes are not a command, a parameter list, or an answer.

use core::fmt;

use thiserror::Error;

/// Where a drive found the field it refuses (SPC-3, 4.5.2.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FieldPointer {
    /// In the CDB, else in the parameter list that came with it.
    pub in_cdb: bool,
    /// Byte of the field's first, most significant, byte.
    pub byte: u16,
    /// Its most significant bit, where the field is not whole bytes.
    pub bit: Option<u8>,
}

impl FieldPointer {
    /// A pointer to a whole byte of a parameter list.
    #[must_use]
    pub const fn in_parameters(byte: u16) -> Self {
        Self { in_cdb: false, byte, bit: None }
    }
}

impl fmt::Display for FieldPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}", self.byte)?;
        if let Some(bit) = self.bit {
            write!(f, " bit {bit}")?;
        }
        f.write_str(if self.in_cdb { " of the CDB" } else { " of the parameter list" })
    }
}

/// Why a drive cannot accept a CDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CdbError {
    /// The operation code is not one this codec knows; becomes 5/20/00.
    #[error("unknown operation code {0:#04x}")]
    UnknownOpcode(u8),
    /// A field holds a value the standard reserves; becomes 5/24/00 with this pointer.
    #[error("invalid field in CDB at {0}")]
    InvalidField(FieldPointer),
    /// The CDB is shorter than its operation code demands.
    #[error("a CDB of {actual} bytes, where operation code {opcode:#04x} takes {expected}")]
    Length {
        /// First byte of the CDB.
        opcode: u8,
        /// Bytes the operation code demands.
        expected: usize,
        /// Bytes that came.
        actual: usize,
    },
}

/// Why a drive cannot accept a parameter list (data sent to it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// A field holds a value that is not allowed; becomes 5/26/00 with this pointer.
    #[error("invalid field in parameter list at {0}")]
    InvalidField(FieldPointer),
    /// The list ends inside a field; becomes 5/1A/00.
    #[error("the parameter list ends after {actual} bytes, inside a structure of {expected}")]
    Length {
        /// Bytes the structure takes.
        expected: usize,
        /// Bytes that came.
        actual: usize,
    },
}

/// Why a drive's answer cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// The answer ends before a field that must be there.
    #[error("{what}: the answer has {actual} bytes, at least {expected} are needed")]
    Short {
        /// The structure, by its name in the standard.
        what: &'static str,
        /// Bytes needed.
        expected: usize,
        /// Bytes that came.
        actual: usize,
    },
    /// A field holds a value that cannot be.
    #[error("{what}: {problem} at byte {byte}")]
    Invalid {
        /// The structure, by its name in the standard.
        what: &'static str,
        /// Offset of the field.
        byte: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
}
