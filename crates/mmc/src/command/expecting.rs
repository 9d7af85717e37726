//! A command with another answer than its usual one.

use core::fmt;
use core::marker::PhantomData;

use super::{Command, DataPhase, Response};
use crate::cdb::Cdb;
use crate::error::CdbError;

/// A command whose fields select another answer than its usual one; made by [`Command::expecting`].
pub struct Expecting<C, R> {
    /// The command.
    pub command: C,
    answer: PhantomData<fn() -> R>,
}

impl<C, R> Expecting<C, R> {
    /// The command with this answer.
    pub const fn new(command: C) -> Self {
        Self { command, answer: PhantomData }
    }
}

impl<C: Clone, R> Clone for Expecting<C, R> {
    fn clone(&self) -> Self {
        Self::new(self.command.clone())
    }
}

impl<C: Copy, R> Copy for Expecting<C, R> {}

impl<C: fmt::Debug, R> fmt::Debug for Expecting<C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.command.fmt(f)
    }
}

impl<C: PartialEq, R> PartialEq for Expecting<C, R> {
    fn eq(&self, other: &Self) -> bool {
        self.command == other.command
    }
}

impl<C: Eq, R> Eq for Expecting<C, R> {}

impl<C: Command, R: Response> Command for Expecting<C, R> {
    const OPCODE: u8 = C::OPCODE;
    const NAME: &'static str = C::NAME;
    type Response = R;

    fn encode(&self) -> Cdb {
        self.command.encode()
    }

    fn decode(cdb: &Cdb) -> Result<Self, CdbError> {
        C::decode(cdb).map(Self::new)
    }

    fn data_phase(&self) -> DataPhase {
        self.command.data_phase()
    }
}
