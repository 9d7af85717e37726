//! READ CD and READ CD MSF (MMC-6, READ CD and READ CD MSF).

use discwright_cd::{Lba, Msf};

use super::DataPhase;
use crate::field::{Be24, Bits, Code, Flag, LbaAt, MsfAt};

codes! {
    /// Sector type that READ CD insists on.
    pub enum ExpectedSector: u8 {
        /// Any.
        Any = 0,
        /// CD-DA.
        Audio = 1,
        /// CD-ROM mode 1.
        Mode1 = 2,
        /// CD-ROM mode 2, formless.
        Mode2Formless = 3,
        /// CD-ROM mode 2 form 1.
        Mode2Form1 = 4,
        /// CD-ROM mode 2 form 2.
        Mode2Form2 = 5,
    }
}

codes! {
    /// Headers that READ CD returns (the header codes field).
    pub enum HeaderSelection: u8 {
        /// None.
        None = 0,
        /// The four-byte sector header.
        Header = 1,
        /// The eight-byte sub-header of mode 2 sectors.
        Subheader = 2,
        /// Both.
        Both = 3,
    }
}

codes! {
    /// C2 error information that READ CD returns.
    pub enum C2Selection: u8 {
        /// None.
        None = 0,
        /// 294 bytes, a bit per byte of the sector.
        Bits = 1,
        /// 296 bytes: the block error byte, a pad byte, and the bits.
        BitsAndBlockByte = 2,
    }
}

codes! {
    /// Subchannel data that READ CD returns.
    pub enum SubchannelSelection: u8 {
        /// None.
        None = 0,
        /// P to W, raw, 96 bytes.
        Raw = 1,
        /// Q, formatted, 16 bytes.
        Q = 2,
        /// R to W, de-interleaved and corrected, 96 bytes.
        CorrectedRw = 4,
    }
}

/// READ CD: chosen parts of sectors of any kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadCd {
    /// First sector; may be negative.
    pub start: Lba,
    /// Sectors, 24 bits.
    pub sectors: u32,
    /// Type insisted on.
    pub expected: ExpectedSector,
    /// Digital audio play: conceal errors in audio by interpolation.
    pub dap: bool,
    /// The 12 bytes of synchronisation.
    pub sync: bool,
    /// Headers.
    pub headers: HeaderSelection,
    /// User data.
    pub user_data: bool,
    /// EDC, intermediate field and ECC.
    pub edc_ecc: bool,
    /// C2 error information.
    pub c2: C2Selection,
    /// Subchannel data.
    pub subchannel: SubchannelSelection,
}

// Drives reject the obsolete RelAdr bit.
command! {
    ReadCd = 0xBE, "READ CD", [12] -> Vec<u8>;
    #[refuse] Bits<1, 0, 1>;
    start: LbaAt<2>;
    sectors: Be24<6>;
    expected: Code<ExpectedSector, 1, 2, 3>;
    dap: Flag<1, 1>;
    sync: Flag<9, 7>;
    headers: Code<HeaderSelection, 9, 5, 2>;
    user_data: Flag<9, 4>;
    edc_ecc: Flag<9, 3>;
    c2: Code<C2Selection, 9, 1, 2>;
    subchannel: Code<SubchannelSelection, 10, 0, 3>;
    => |it| DataPhase::InBlocks { blocks: it.sectors }
}

impl ReadCd {
    /// Whole sectors of 2352 bytes, of any type.
    #[must_use]
    pub const fn raw(start: Lba, sectors: u32) -> Self {
        Self {
            start,
            sectors,
            expected: ExpectedSector::Any,
            dap: false,
            sync: true,
            headers: HeaderSelection::Both,
            user_data: true,
            edc_ecc: true,
            c2: C2Selection::None,
            subchannel: SubchannelSelection::None,
        }
    }
}

/// READ CD MSF: as [`ReadCd`], addressed by disc time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadCdMsf {
    /// First sector.
    pub start: Msf,
    /// The sector after the last.
    pub end: Msf,
    /// Type insisted on.
    pub expected: ExpectedSector,
    /// Digital audio play: conceal errors in audio by interpolation.
    pub dap: bool,
    /// The 12 bytes of synchronisation.
    pub sync: bool,
    /// Headers.
    pub headers: HeaderSelection,
    /// User data.
    pub user_data: bool,
    /// EDC, intermediate field and ECC.
    pub edc_ecc: bool,
    /// C2 error information.
    pub c2: C2Selection,
    /// Subchannel data.
    pub subchannel: SubchannelSelection,
}

command! {
    ReadCdMsf = 0xB9, "READ CD MSF", [12] -> Vec<u8>;
    #[refuse] Bits<1, 0, 1>;
    start: MsfAt<3>;
    end: MsfAt<6>;
    expected: Code<ExpectedSector, 1, 2, 3>;
    dap: Flag<1, 1>;
    sync: Flag<9, 7>;
    headers: Code<HeaderSelection, 9, 5, 2>;
    user_data: Flag<9, 4>;
    edc_ecc: Flag<9, 3>;
    c2: Code<C2Selection, 9, 1, 2>;
    subchannel: Code<SubchannelSelection, 10, 0, 3>;
    => |it| DataPhase::InBlocks { blocks: it.sectors() }
}

impl ReadCdMsf {
    /// Sectors from start to end; zero when the end lies before the start or either is no disc time.
    #[must_use]
    pub fn sectors(&self) -> u32 {
        let address = |time: Msf| Msf::new(time.minute, time.second, time.frame).ok().map(Msf::to_lba);
        address(self.start)
            .zip(address(self.end))
            .and_then(|(start, end)| end.sectors_since(start))
            .unwrap_or(0)
    }

    /// The same command by address; `None` when start or end is no disc time, or the end lies before the start.
    #[must_use]
    pub fn by_address(&self) -> Option<ReadCd> {
        let start = Msf::new(self.start.minute, self.start.second, self.start.frame).ok()?.to_lba();
        let end = Msf::new(self.end.minute, self.end.second, self.end.frame).ok()?.to_lba();
        Some(ReadCd {
            start,
            sectors: end.sectors_since(start)?,
            expected: self.expected,
            dap: self.dap,
            sync: self.sync,
            headers: self.headers,
            user_data: self.user_data,
            edc_ecc: self.edc_ecc,
            c2: self.c2,
            subchannel: self.subchannel,
        })
    }
}
