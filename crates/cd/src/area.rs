//! Lengths of the fixed areas of a disc, in sectors (ECMA-394 and the Multisession Compact Disc specification).

/// User data in a Mode 1 or Mode 2 Form 1 sector, in bytes.
pub const USER_BYTES: usize = 2048;
/// A whole sector without subchannels, in bytes; also an audio block.
pub const RAW_BYTES: usize = 2352;
/// The interleaved subchannels P to W of one sector, in bytes.
pub const SUBCHANNEL_BYTES: usize = 96;
/// Sectors in one second at single speed.
pub const SECTORS_PER_SECOND: u32 = 75;
/// Pregap of a track, second part: two seconds.
pub const PREGAP: u32 = 150;
/// Run-out blocks that end a track written track-at-once; part of the track, unreadable.
pub const RUN_OUT: u32 = 2;
/// The shortest track: four seconds.
pub const MIN_TRACK: u32 = 300;
/// Lead-out of the first session: one minute and a half.
pub const LEAD_OUT_FIRST: u32 = 6750;
/// Lead-out of every later session: half a minute.
pub const LEAD_OUT_LATER: u32 = 2250;
/// Lead-in of every session after the first: one minute.
pub const LEAD_IN: u32 = 4500;
/// Tracks on one disc, at most.
pub const MAX_TRACKS: u8 = 99;

/// Sectors of the lead-out of session `number`, counted from 1.
#[must_use]
pub const fn lead_out(number: u16) -> u32 {
    if number <= 1 { LEAD_OUT_FIRST } else { LEAD_OUT_LATER }
}

/// Sectors from the lead-out start of session `number` to the first user sector of the next:
/// 11400 after the first session, 6900 after a later one.
#[must_use]
pub const fn session_gap(number: u16) -> u32 {
    lead_out(number) + LEAD_IN + PREGAP
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three independent measurements on real discs (`spec/drive.md` 2.2).
    #[test]
    fn golden_gaps() {
        assert_eq!(session_gap(1), 11_400);
        assert_eq!(session_gap(2), 6_900);
        assert_eq!(608 + RUN_OUT + session_gap(1), 12_010);
        assert_eq!(17_898 + RUN_OUT + session_gap(2), 24_800);
    }
}
