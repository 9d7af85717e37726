//! One type per command; [`AnyCommand`] is any of them.

use crate::cdb::Cdb;
use crate::error::{CdbError, ResponseError};

mod write10;

pub use write10::Write10;

/// A command, encoded by the host and decoded by the drive with the same code.
pub trait Command: Sized {
    /// First byte of the CDB.
    const OPCODE: u8;
    /// What comes back with GOOD status.
    type Response: Response;

    /// The CDB that says this.
    fn encode(&self) -> Cdb;

    /// What a CDB says. Bits that drives ignore in practice (link, control, reserved) are dropped.
    ///
    /// # Errors
    /// [`CdbError`] that names the field a drive must refuse.
    fn decode(cdb: &Cdb) -> Result<Self, CdbError>;

    /// What moves besides the CDB.
    fn data_phase(&self) -> DataPhase;
}

/// Data of a command: direction and amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataPhase {
    /// Nothing moves.
    None,
    /// From the drive, at most so many bytes (the allocation length).
    In {
        /// Allocation length in bytes.
        bytes: u32,
    },
    /// From the drive, so many blocks; the block size is not in the CDB.
    InBlocks {
        /// Blocks asked for.
        blocks: u32,
    },
    /// To the drive, so many bytes (the parameter list length).
    Out {
        /// Parameter list length in bytes.
        bytes: u32,
    },
    /// To the drive, so many blocks; the block size is not in the CDB.
    OutBlocks {
        /// Blocks sent.
        blocks: u32,
    },
}

/// An answer of a drive, encoded by the drive and parsed by the host with the same code.
pub trait Response: Sized {
    /// The whole answer; a drive cuts it at the allocation length.
    fn encode(&self) -> Vec<u8>;

    /// The answer from bytes that may have been cut at the allocation length, and may be hostile.
    ///
    /// # Errors
    /// [`ResponseError`] that names the place.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError>;
}

/// The answer of a command that only says GOOD.
impl Response for () {
    fn encode(&self) -> Vec<u8> {
        Vec::new()
    }

    fn parse(_: &[u8]) -> Result<Self, ResponseError> {
        Ok(())
    }
}

/// The answer of a command that returns blocks: the bytes themselves.
impl Response for Vec<u8> {
    fn encode(&self) -> Vec<u8> {
        self.clone()
    }

    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        Ok(bytes.to_vec())
    }
}
