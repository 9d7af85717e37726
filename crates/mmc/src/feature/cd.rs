//! Features of reading and writing CDs.

use crate::field::{Be16, Be24, Bits, Flag, Place, length8};

/// Feature 001Eh: what READ CD can return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CdRead {
    /// The DAP bit of READ CD is obeyed.
    pub dap: bool,
    /// C2 pointers can be returned.
    pub c2: bool,
    /// CD-TEXT can be read.
    pub cd_text: bool,
}

feature! {
    CdRead = 0x001E, [4];
    dap: Flag<0, 7>;
    c2: Flag<0, 1>;
    cd_text: Flag<0, 0>;
}

/// Feature 0021h: packets and track at once, on CD; 4 bytes and the link sizes, padded to a multiple of four.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IncrementalStreaming {
    /// Data block types that can be written, bit `1 << type`.
    pub data_block_types: u16,
    /// Reports what the tracks of a disc can be used for (TRIO).
    pub track_resources: bool,
    /// RESERVE TRACK by address.
    pub address_mode_reservation: bool,
    /// Records free of buffer underruns.
    pub buffer_underrun_free: bool,
    /// Blocks lost at a link, for each way of linking; 7 on CD.
    pub link_sizes: Vec<u8>,
}

impl IncrementalStreaming {
    /// Feature code.
    pub const CODE: u16 = 0x0021;

    pub(super) fn data(&self) -> Vec<u8> {
        let mut head = [0; 4];
        streaming::DataBlockTypes::put(&mut head, self.data_block_types);
        streaming::TrackResources::put(&mut head, self.track_resources);
        streaming::AddressModeReservation::put(&mut head, self.address_mode_reservation);
        streaming::BufferUnderrunFree::put(&mut head, self.buffer_underrun_free);
        streaming::LinkSizes::put(&mut head, length8(self.link_sizes.len()));
        let mut data = [&head, self.link_sizes.as_slice()].concat();
        data.resize(data.len().next_multiple_of(4), 0);
        data
    }

    pub(super) fn from_data(data: &[u8]) -> Self {
        let mut head = [0; 4];
        for (to, from) in head.iter_mut().zip(data) {
            *to = *from;
        }
        let sizes = usize::from(streaming::LinkSizes::get(&head));
        Self {
            data_block_types: streaming::DataBlockTypes::get(&head),
            track_resources: streaming::TrackResources::get(&head),
            address_mode_reservation: streaming::AddressModeReservation::get(&head),
            buffer_underrun_free: streaming::BufferUnderrunFree::get(&head),
            link_sizes: data.iter().skip(4).take(sizes).copied().collect(),
        }
    }
}

mod streaming {
    use super::{Be16, Bits, Flag};

    pub(super) type DataBlockTypes = Be16<0>;
    pub(super) type TrackResources = Flag<2, 2>;
    pub(super) type AddressModeReservation = Flag<2, 1>;
    pub(super) type BufferUnderrunFree = Flag<2, 0>;
    pub(super) type LinkSizes = Bits<3, 0, 8>;
}

/// Feature 002Dh: track at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CdTrackAtOnce {
    /// Records free of buffer underruns.
    pub buffer_underrun_free: bool,
    /// R to W as the host gives them, raw.
    pub rw_raw: bool,
    /// R to W as the host gives them, packed.
    pub rw_packed: bool,
    /// Test write.
    pub test_write: bool,
    /// CD-RW too.
    pub cd_rw: bool,
    /// R to W subcode can be written at all.
    pub rw_subcode: bool,
    /// Data block types that can be written, bit `1 << type`.
    pub data_block_types: u16,
}

feature! {
    CdTrackAtOnce = 0x002D, [4];
    buffer_underrun_free: Flag<0, 6>;
    rw_raw: Flag<0, 4>;
    rw_packed: Flag<0, 3>;
    test_write: Flag<0, 2>;
    cd_rw: Flag<0, 1>;
    rw_subcode: Flag<0, 0>;
    data_block_types: Be16<2>;
}

/// Feature 002Eh: session at once and raw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CdMastering {
    /// Records free of buffer underruns.
    pub buffer_underrun_free: bool,
    /// Session at once.
    pub session_at_once: bool,
    /// Raw, multi-session.
    pub raw_multi_session: bool,
    /// Raw.
    pub raw: bool,
    /// Test write.
    pub test_write: bool,
    /// CD-RW too.
    pub cd_rw: bool,
    /// R to W: CD-TEXT and CD+G can be written.
    pub rw_subcode: bool,
    /// Longest cue sheet in bytes, 24 bits.
    pub max_cue_sheet_bytes: u32,
}

feature! {
    CdMastering = 0x002E, [4];
    buffer_underrun_free: Flag<0, 6>;
    session_at_once: Flag<0, 5>;
    raw_multi_session: Flag<0, 4>;
    raw: Flag<0, 3>;
    test_write: Flag<0, 2>;
    cd_rw: Flag<0, 1>;
    rw_subcode: Flag<0, 0>;
    max_cue_sheet_bytes: Be24<1>;
}

/// Feature 0037h: which CD-RW can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CdRwMediaWrite {
    /// Bit `1 << subtype` of the ATIP: 0 standard (1 to 4 times), 1 high speed, 2 ultra speed, 3 ultra speed plus.
    pub subtypes: u8,
}

feature! {
    CdRwMediaWrite = 0x0037, [4];
    subtypes: Bits<1, 0, 8>;
}
