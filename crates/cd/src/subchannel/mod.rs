//! Subchannels: eight bit streams P to W beside the main channel, 96 bits of each to a sector (ECMA-130, clause 22).
//!
//! On the wire the 96 bytes of a sector are interleaved: each byte holds one bit of every channel, P in bit 7, W in
//! bit 0. [`Subchannels`] holds them apart. [`Q`] is what channel Q says, [`RwPack`] what R to W carry.

mod crc;
mod ids;
mod packs;
mod q;

pub use crc::crc16;
pub use ids::{IdError, Isrc, Mcn};

pub use packs::{
    Deinterleaver, Interleaver, PACK_SYMBOLS, RwPack, RwReport, SECTOR_PACKS, put_rw_packs, rw_packs,
};
pub use q::{Content, Position, Q, QError, Track};

use crate::area::SUBCHANNEL_BYTES;

/// Bytes of one channel in one sector.
pub const CHANNEL_BYTES: usize = 12;
/// Index of channel P in [`Subchannels`].
pub const P: usize = 0;
/// Index of channel Q in [`Subchannels`].
pub const CHANNEL_Q: usize = 1;

/// The eight channels of one sector, apart: P, Q, R to W, twelve bytes each, first bit in bit 7 of the first byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subchannels(pub [[u8; CHANNEL_BYTES]; 8]);

impl Subchannels {
    /// Channel P all ones or all zeros, channel Q with its CRC, R to W empty.
    ///
    /// P is set for the sectors of a pause and the start of a track, and flashes in the lead-out (ECMA-130, 22.2).
    #[must_use]
    pub const fn new(pause: bool, q: [u8; CHANNEL_BYTES]) -> Self {
        let p = if pause { [0xFF; CHANNEL_BYTES] } else { [0; CHANNEL_BYTES] };
        let none = [0; CHANNEL_BYTES];
        Self([p, q, none, none, none, none, none, none])
    }

    /// Parts the interleaved bytes of a sector.
    #[must_use]
    pub fn deinterleave(wire: &[u8; SUBCHANNEL_BYTES]) -> Self {
        let mut channels = [[0; CHANNEL_BYTES]; 8];
        for (at, symbols) in wire.as_chunks::<8>().0.iter().enumerate() {
            for (channel, byte) in channels.iter_mut().zip(transpose(*symbols)) {
                if let Some(place) = channel.get_mut(at) {
                    *place = byte;
                }
            }
        }
        Self(channels)
    }

    /// The interleaved bytes as they stand on the wire.
    #[must_use]
    pub fn interleave(&self) -> [u8; SUBCHANNEL_BYTES] {
        let mut wire = [0; SUBCHANNEL_BYTES];
        for (at, symbols) in wire.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            *symbols = transpose(self.0.map(|channel| channel.get(at).copied().unwrap_or_default()));
        }
        wire
    }

    /// The twelve bytes of channel Q.
    #[must_use]
    pub const fn q(&self) -> [u8; CHANNEL_BYTES] {
        self.0[CHANNEL_Q]
    }

    /// Whether channel P says pause, by majority of its bits.
    #[must_use]
    pub fn pause(&self) -> bool {
        self.0[P].iter().map(|byte| byte.count_ones()).sum::<u32>() > 48
    }
}

/// Exchanges rows and columns of an 8 × 8 matrix of bits; row 0 is the first byte, column 0 bit 7.
fn transpose(rows: [u8; 8]) -> [u8; 8] {
    let swap = |bits: u64, by: u32, mask: u64| {
        let differ = (bits ^ (bits >> by)) & mask;
        bits ^ differ ^ (differ << by)
    };
    let bits = u64::from_be_bytes(rows);
    let bits = swap(bits, 7, 0x00AA_00AA_00AA_00AA);
    let bits = swap(bits, 14, 0x0000_CCCC_0000_CCCC);
    swap(bits, 28, 0x0000_0000_F0F0_F0F0).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ECMA-130, 22.1 and MMC-6, "raw P-W": bit 7 is P, bit 6 Q, the first byte comes first.
    #[test]
    fn golden_interleave() {
        let mut apart = Subchannels::default();
        apart.0[P] = [0xFF; 12];
        apart.0[CHANNEL_Q][0] = 0x41;
        apart.0[7][11] = 0x01;
        let mut wire = [0x80; 96];
        wire[1] |= 0x40;
        wire[7] |= 0x40;
        wire[95] |= 0x01;
        assert_eq!(apart.interleave(), wire);
        assert_eq!(Subchannels::deinterleave(&wire), apart);
        assert!(apart.pause());
        assert!(!Subchannels::default().pause());
    }

    #[test]
    fn transposing_moves_every_bit_to_its_place() {
        for row in 0..8 {
            for column in 0..8 {
                let mut rows = [0; 8];
                rows[row] = 0x80 >> column;
                let mut columns = [0; 8];
                columns[column] = 0x80 >> row;
                assert_eq!(transpose(rows), columns);
            }
        }
    }
}
