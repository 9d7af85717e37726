//! Profiles, and feature 0000h that lists them.

use crate::field::{Code16, Flag};

codes! {
    /// What kind of drive the medium now in it makes it (MMC-6, table of profiles).
    pub enum Profile: u16 {
        /// 0000h: no medium, or none that is known.
        None = 0x0000,
        /// 0001h: non-removable disk.
        NonRemovableDisk = 0x0001,
        /// 0002h: removable disk.
        RemovableDisk = 0x0002,
        /// 0003h: magneto-optical erasable.
        MoErasable = 0x0003,
        /// 0004h: optical write once.
        OpticalWriteOnce = 0x0004,
        /// 0005h: advanced storage, magneto-optical.
        AsMo = 0x0005,
        /// 0008h: CD-ROM, and finalised CD-R and CD-RW in readers.
        CdRom = 0x0008,
        /// 0009h: CD-R.
        CdR = 0x0009,
        /// 000Ah: CD-RW.
        CdRw = 0x000A,
        /// 0010h: DVD-ROM.
        DvdRom = 0x0010,
        /// 0011h: DVD-R, sequential.
        DvdRSequential = 0x0011,
        /// 0012h: DVD-RAM.
        DvdRam = 0x0012,
        /// 0013h: DVD-RW, restricted overwrite.
        DvdRwOverwrite = 0x0013,
        /// 0014h: DVD-RW, sequential.
        DvdRwSequential = 0x0014,
        /// 0015h: DVD-R DL, sequential.
        DvdRDlSequential = 0x0015,
        /// 0016h: DVD-R DL, layer jump.
        DvdRDlLayerJump = 0x0016,
        /// 001Ah: DVD+RW.
        DvdPlusRw = 0x001A,
        /// 001Bh: DVD+R.
        DvdPlusR = 0x001B,
        /// 002Bh: DVD+R DL.
        DvdPlusRDl = 0x002B,
        /// 0040h: BD-ROM.
        BdRom = 0x0040,
        /// 0041h: BD-R, sequential.
        BdRSequential = 0x0041,
        /// 0042h: BD-R, random.
        BdRRandom = 0x0042,
        /// 0043h: BD-RE.
        BdRe = 0x0043,
    }
}

/// Feature 0000h: the profiles the drive knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileList {
    /// The profiles, in the drive's order.
    pub profiles: Vec<ProfileEntry>,
}

/// One profile of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProfileEntry {
    /// The profile.
    pub profile: Profile,
    /// The medium now in the drive allows it.
    pub current: bool,
}

block_codec!(ProfileEntry, [4], profile: Code16<Profile, 0>, current: Flag<2, 0>);

impl ProfileList {
    /// Feature code.
    pub const CODE: u16 = 0x0000;

    pub(super) fn data(&self) -> Vec<u8> {
        self.profiles.iter().flat_map(ProfileEntry::encode_block).collect()
    }

    pub(super) fn from_data(data: &[u8]) -> Self {
        Self { profiles: data.as_chunks::<4>().0.iter().map(ProfileEntry::from_block).collect() }
    }
}
