//! READ TOC/PMA/ATIP (MMC-6, READ TOC/PMA/ATIP): one command as drives see it, and one asking form per format.

use super::{Command, DataPhase};
use crate::cdb::Cdb;
use crate::error::{CdbError, FieldPointer};
use crate::field::{Be16, Bits, Code, Flag};
use crate::toc::{Atip, CdTextPacks, FullToc, Pma, SessionInfo, Toc};

codes! {
    /// Which of the drive's tables is asked for.
    pub enum TocFormat: u8 {
        /// 0: the tracks of the complete sessions.
        Toc = 0,
        /// 1: where the last complete session begins.
        SessionInfo = 1,
        /// 2: the Q subchannel of all lead-ins.
        FullToc = 2,
        /// 3: the Q subchannel of the program memory area.
        Pma = 3,
        /// 4: the absolute time in pregroove of a recordable disc.
        Atip = 4,
        /// 5: the CD-TEXT packs of the lead-in.
        CdText = 5,
    }
}

/// READ TOC/PMA/ATIP as a drive sees it; the answer's type follows from [`format`](Self::format).
///
/// Hosts ask with [`ReadToc`], [`ReadSessionInfo`], [`ReadFullToc`], [`ReadPma`], [`ReadAtip`] or [`ReadCdText`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadTocPmaAtip {
    /// Which table.
    pub format: TocFormat,
    /// Addresses as disc time rather than LBA; formats 0 and 1 obey it, the others are always disc time.
    pub msf: bool,
    /// First track of interest (format 0; AAh for the lead-out), or first session of interest (format 2).
    pub number: u8,
    /// Allocation length in bytes.
    pub allocation_bytes: u16,
    /// Format as hosts before MMC put it, in the control byte (SFF-8020i); counts when `format` is zero.
    pub legacy_format: u8,
}

command! {
    ReadTocPmaAtip = 0x43, "READ TOC/PMA/ATIP", [10] -> Vec<u8>;
    format: Code<TocFormat, 2, 0, 4>;
    msf: Flag<1, 1>;
    number: Bits<6, 0, 8>;
    allocation_bytes: Be16<7>;
    legacy_format: Bits<9, 6, 2>;
    => |it| DataPhase::In { bytes: u32::from(it.allocation_bytes) }
}

impl ReadTocPmaAtip {
    /// The format meant, wherever the host put it.
    #[must_use]
    pub fn effective_format(&self) -> TocFormat {
        if self.format == TocFormat::Toc { TocFormat::from(self.legacy_format) } else { self.format }
    }
}

/// A form of READ TOC/PMA/ATIP that knows its answer.
macro_rules! asking_form {
    ($(#[$meta:meta])* $name:ident, $format:ident -> $response:ty) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            /// Addresses as disc time rather than LBA, where the format has a choice.
            pub msf: bool,
            /// First track or session of interest, where the format has one.
            pub number: u8,
            /// Allocation length in bytes.
            pub allocation_bytes: u16,
        }

        impl Command for $name {
            const OPCODE: u8 = ReadTocPmaAtip::OPCODE;
            const NAME: &'static str = ReadTocPmaAtip::NAME;
            type Response = $response;

            fn encode(&self) -> Cdb {
                ReadTocPmaAtip {
                    format: TocFormat::$format,
                    msf: self.msf,
                    number: self.number,
                    allocation_bytes: self.allocation_bytes,
                    legacy_format: 0,
                }
                .encode()
            }

            fn decode(cdb: &Cdb) -> Result<Self, CdbError> {
                let ReadTocPmaAtip { format, msf, number, allocation_bytes, .. } = ReadTocPmaAtip::decode(cdb)?;
                if format != TocFormat::$format {
                    return Err(CdbError::InvalidField(FieldPointer { in_cdb: true, byte: 2, bit: Some(3) }));
                }
                Ok(Self { msf, number, allocation_bytes })
            }

            fn data_phase(&self) -> DataPhase {
                DataPhase::In { bytes: u32::from(self.allocation_bytes) }
            }
        }
    };
}

asking_form! {
    /// READ TOC/PMA/ATIP, format 0: the tracks from number `number` on and the lead-out.
    ReadToc, Toc -> Toc
}
asking_form! {
    /// READ TOC/PMA/ATIP, format 1: the first track of the last complete session.
    ReadSessionInfo, SessionInfo -> SessionInfo
}
asking_form! {
    /// READ TOC/PMA/ATIP, format 2: the Q subchannel of the lead-ins from session `number` on.
    ReadFullToc, FullToc -> FullToc
}
asking_form! {
    /// READ TOC/PMA/ATIP, format 3: the Q subchannel of the program memory area.
    ReadPma, Pma -> Pma
}
asking_form! {
    /// READ TOC/PMA/ATIP, format 4: what the groove of a recordable disc says.
    ReadAtip, Atip -> Atip
}
asking_form! {
    /// READ TOC/PMA/ATIP, format 5: the CD-TEXT packs.
    ReadCdText, CdText -> CdTextPacks
}
