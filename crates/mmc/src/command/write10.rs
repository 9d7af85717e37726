//! WRITE (10) (SBC-3, 5.39; MMC-6, 6.46).

use discwright_cd::Lba;

use super::{Command, DataPhase};
use crate::cdb::Cdb;
use crate::error::CdbError;

/// WRITE (10): lay `sectors` consecutive blocks down from `start`.
///
/// The block size is not in the CDB; it follows from the write parameters page, the cue sheet and the address.
/// A drive answers GOOD once the blocks are in its buffer, unless [`fua`](Self::fua) is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write10 {
    /// First block. Negative while writing a lead-in or pregap.
    pub start: Lba,
    /// Blocks to write; zero is legal and moves no data.
    pub sectors: u16,
    /// Force unit access: GOOD only once the blocks are on the medium.
    pub fua: bool,
}

impl Command for Write10 {
    const OPCODE: u8 = 0x2A;
    type Response = ();

    fn encode(&self) -> Cdb {
        let mut block = [0; 10];
        layout::OPCODE.put(&mut block, Self::OPCODE);
        layout::FUA.set(&mut block, self.fua);
        layout::START.put(&mut block, self.start.0);
        layout::SECTORS.put(&mut block, self.sectors);
        Cdb::new(block)
    }

    fn decode(cdb: &Cdb) -> Result<Self, CdbError> {
        let block = cdb.block::<10>()?;
        if layout::RELATIVE.is_set(&block) {
            return layout::RELATIVE.invalid();
        }
        Ok(Self {
            start: Lba(layout::START.get(&block)),
            sectors: layout::SECTORS.get(&block),
            fua: layout::FUA.is_set(&block),
        })
    }

    fn data_phase(&self) -> DataPhase {
        DataPhase::OutBlocks { blocks: u32::from(self.sectors) }
    }
}

mod layout {
    use crate::field::{Be16, BeI32, Bits};

    pub(super) const OPCODE: Bits<0, 0, 8> = Bits;
    pub(super) const FUA: Bits<1, 3, 1> = Bits;
    /// Obsolete RelAdr; drives reject it.
    pub(super) const RELATIVE: Bits<1, 0, 1> = Bits;
    pub(super) const START: BeI32<2> = BeI32;
    pub(super) const SECTORS: Be16<7> = Be16;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SBC-3, table of the WRITE (10) command.
    #[test]
    fn golden_cdb() {
        let write = Write10 { start: Lba(0x0001_0203), sectors: 0x20, fua: true };
        assert_eq!(write.encode().as_bytes(), [0x2A, 0x08, 0, 0x01, 0x02, 0x03, 0, 0, 0x20, 0]);
        assert_eq!(Write10::decode(&write.encode()), Ok(write));
    }
}
