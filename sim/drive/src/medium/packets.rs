//! How packets of one size lie on a disc.

use core::num::NonZeroU32;

use discwright_cd::{Lba, area};

/// Blocks lost at each link: one link, four run-in, two run-out.
pub(crate) const LINK_LOSS: u32 = LINK_AND_RUN_IN + area::RUN_OUT;
/// Blocks before a packet's data: one link, four run-in.
const LINK_AND_RUN_IN: u32 = 5;

/// The geometry of a track written in packets of one size.
///
/// The host's addresses do not count the link, run-in and run-out blocks (addressing method 2, MMC-6 and ECMA-394 as
/// `spec/drive.md` 2.2 gives them): block `n` of the track lies `n / size` links further out. The link and run-in of
/// the first packet are the end of the pregap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FixedPackets {
    /// First block of user data.
    pub start: Lba,
    /// Blocks of user data in each packet.
    pub blocks: NonZeroU32,
}

/// What a sector of such a track is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PacketSector {
    User,
    RunOut,
    Link,
    RunIn,
}

impl FixedPackets {
    /// Packets of `blocks` blocks from `start` on; `None` for packets of no size.
    #[must_use]
    pub fn new(start: Lba, blocks: u32) -> Option<Self> {
        NonZeroU32::new(blocks).map(|blocks| Self { start, blocks })
    }

    /// Sectors from one packet to the next.
    #[must_use]
    pub const fn stride(&self) -> u32 {
        self.blocks.get().saturating_add(LINK_LOSS)
    }

    /// Sectors of a track of so many packets, its pregap left out.
    #[must_use]
    pub const fn sectors(&self, packets: u32) -> u32 {
        packets.saturating_mul(self.stride()).saturating_sub(LINK_AND_RUN_IN)
    }

    /// Whole packets that fit before an address.
    #[must_use]
    pub fn packets_until(&self, end: Lba) -> u32 {
        end.sectors_since(self.start)
            .map_or(0, |sectors| sectors.saturating_add(LINK_AND_RUN_IN) / self.stride())
    }

    /// Blocks of user data in the whole packets that fit before an address.
    #[must_use]
    pub fn user_blocks_until(&self, end: Lba) -> u32 {
        self.packets_until(end).saturating_mul(self.blocks.get())
    }

    /// Packets that hold so many blocks, the last perhaps in part.
    #[must_use]
    pub const fn packets_for(&self, blocks: u32) -> u32 {
        blocks.div_ceil(self.blocks.get())
    }

    /// Where on the disc the track's block with this address is; `None` before the track.
    #[must_use]
    pub fn physical(&self, logical: Lba) -> Option<Lba> {
        let block = logical.sectors_since(self.start)?;
        let packet = (block / self.blocks.get()).checked_mul(self.stride())?;
        Some(self.start.saturating_add(packet.checked_add(block % self.blocks.get())?))
    }

    /// The address of the first block of packet number `packet`, counted from zero.
    #[must_use]
    pub fn packet_address(&self, packet: u32) -> Lba {
        self.start.saturating_add(packet.saturating_mul(self.blocks.get()))
    }

    /// Whether an address is that of a packet's first block.
    #[must_use]
    pub fn is_boundary(&self, logical: Lba) -> bool {
        logical.sectors_since(self.start).is_some_and(|block| block.is_multiple_of(self.blocks.get()))
    }

    /// What the sector so many sectors into a packet is, counted from its first block of user data.
    pub(crate) const fn sector(blocks: u32, phase: u32) -> PacketSector {
        let Some(behind) = phase.checked_sub(blocks) else { return PacketSector::User };
        match behind {
            0 | 1 => PacketSector::RunOut,
            2 => PacketSector::Link,
            _ => PacketSector::RunIn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets(start: i32, blocks: u32) -> FixedPackets {
        FixedPackets::new(Lba(start), blocks).unwrap()
    }

    /// A real drive tells of a formatted 80 minute CD-RW, whose ATIP ends at 79:59:74: packets of 32 blocks, 295264
    /// blocks in all (READ TRACK INFORMATION in pali/udftools pull request 44: `00 00 00 20 00 04 81 60`). cdrwtool
    /// (udftools, quick_setup) computes the same: (last lead-out - 2 + 7) / (32 + 7) * 32.
    #[test]
    fn golden_blocks_of_a_formatted_disc() {
        for (last_lead_out, blocks) in [(359_849, 295_264), (359_845, 295_232)] {
            let track = packets(0, 32);
            assert_eq!(track.user_blocks_until(Lba(last_lead_out)), blocks);
            let formula = (u32::try_from(last_lead_out).unwrap() - 2 + 7) / (32 + 7) * 32;
            assert_eq!(blocks, formula);
        }
        // `spec/drive.md` 2.2: 32 user blocks are 39 on the disc.
        assert_eq!(packets(0, 32).stride(), 39);
    }

    #[test]
    fn addresses_skip_the_links() {
        let track = packets(1_000, 16);
        let mut user = 0;
        for sector in 0..track.sectors(50) {
            if FixedPackets::sector(16, sector % track.stride()) == PacketSector::User {
                let logical = track.start.saturating_add(user);
                assert_eq!(track.physical(logical), Some(track.start.saturating_add(sector)));
                assert_eq!(track.is_boundary(logical), user % 16 == 0);
                user += 1;
            }
        }
        assert_eq!(user, 50 * 16);
        assert_eq!(track.packets_until(track.start.saturating_add(track.sectors(50))), 50);
        assert_eq!(track.packets_until(track.start.saturating_add(track.sectors(50) - 1)), 49);
        assert_eq!(track.physical(Lba(999)), None);
        assert_eq!(track.packet_address(2), Lba(1_032));
    }

    #[test]
    fn a_packet_ends_with_two_run_outs_and_leads_into_the_next() {
        use PacketSector::{Link, RunIn, RunOut, User};
        let seen: Vec<_> = (0..9).map(|phase| FixedPackets::sector(2, phase)).collect();
        assert_eq!(seen, [User, User, RunOut, RunOut, Link, RunIn, RunIn, RunIn, RunIn]);
    }
}
