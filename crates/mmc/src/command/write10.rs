//! WRITE (10) (SBC-3, WRITE (10); MMC-6, WRITE (10)).

use discwright_cd::Lba;

use super::DataPhase;
use crate::field::{Be16, Bits, Flag, LbaAt};

/// WRITE (10): lay `sectors` consecutive blocks down from `start`.
///
/// The block size is not in the CDB; it follows from the write parameters page, the cue sheet and the address.
/// A drive answers GOOD once the blocks are in its buffer, unless [`fua`](Self::fua) is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Write10 {
    /// First block. Negative while writing a lead-in or pregap.
    pub start: Lba,
    /// Blocks to write; zero is legal and moves no data.
    pub sectors: u16,
    /// Force unit access: GOOD only once the blocks are on the medium.
    pub fua: bool,
}

// Drives reject the obsolete RelAdr bit.
command! {
    Write10 = 0x2A, "WRITE (10)", [10] -> ();
    #[refuse] Bits<1, 0, 1>;
    start: LbaAt<2>;
    sectors: Be16<7>;
    fua: Flag<1, 3>;
    => |it| DataPhase::OutBlocks { blocks: u32::from(it.sectors) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;
    use crate::{Cdb, CdbError};

    /// SBC-3, table of the WRITE (10) command.
    #[test]
    fn golden_cdb() {
        let write = Write10 { start: Lba(0x0001_0203), sectors: 0x20, fua: true };
        assert_eq!(write.encode().as_bytes(), [0x2A, 0x08, 0, 0x01, 0x02, 0x03, 0, 0, 0x20, 0]);
        assert_eq!(Write10::decode(&write.encode()), Ok(write));
    }

    #[test]
    fn relative_addressing_is_refused_with_its_bit() {
        let Err(CdbError::InvalidField(pointer)) =
            Write10::decode(&Cdb::new([0x2A, 1, 0, 0, 0, 0, 0, 0, 1, 0]))
        else {
            panic!("accepted");
        };
        assert_eq!((pointer.in_cdb, pointer.byte, pointer.bit), (true, 1, Some(0)));
    }
}
