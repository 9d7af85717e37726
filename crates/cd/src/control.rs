//! The control field of subchannel Q: what kind of track this is.

use core::fmt;

/// Control nibble of subchannel Q, the TOC and cue sheets (ECMA-130, 22.3.1; MMC-6, Q sub-channel control field).
///
/// | bit | audio track | data track |
/// |---|---|---|
/// | 3 | four channels | zero |
/// | 2 | zero | one |
/// | 1 | digital copy permitted | digital copy permitted |
/// | 0 | pre-emphasis 50/15 µs | recorded incrementally, that is in packets |
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Control(u8);

impl Control {
    /// Two audio channels, no pre-emphasis, copying prohibited.
    pub const AUDIO: Self = Self(0);
    /// Data recorded uninterrupted, copying prohibited.
    pub const DATA: Self = Self(0b0100);
    /// Data recorded in packets, copying prohibited.
    pub const DATA_INCREMENTAL: Self = Self(0b0101);
    /// Bit 0 of an audio track: pre-emphasis of 50/15 µs.
    pub const PRE_EMPHASIS: Self = Self(0b0001);
    /// Bit 1: digital copy permitted.
    pub const COPY_PERMITTED: Self = Self(0b0010);
    /// Bit 3 of an audio track: four channels.
    pub const FOUR_CHANNELS: Self = Self(0b1000);

    /// The nibble of the given value; `None` above 15.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits > 0x0F { None } else { Some(Self(bits)) }
    }

    /// The control nibble of a byte that carries it in its upper half and ADR in its lower, as Q and cue sheets do.
    #[must_use]
    pub const fn from_upper_nibble(byte: u8) -> Self {
        Self(byte >> 4)
    }

    /// The control nibble of a byte that carries it in its lower half, as READ TOC entries do.
    #[must_use]
    pub const fn from_lower_nibble(byte: u8) -> Self {
        Self(byte & 0x0F)
    }

    /// The nibble as a number, 0 ..= 15.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether the track holds data, not audio.
    #[must_use]
    pub const fn is_data(self) -> bool {
        self.0 & 0b0100 != 0
    }

    /// Whether every bit set in `other` is set here.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The bits of this one that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Control({:#06b})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MMC-6, table "Q sub-channel control field".
    #[test]
    fn golden_bits() {
        assert_eq!(Control::from_upper_nibble(0x41), Control::DATA);
        assert_eq!(Control::from_lower_nibble(0x14), Control::DATA);
        assert!(Control::DATA_INCREMENTAL.is_data());
        assert!(!Control::FOUR_CHANNELS.with(Control::PRE_EMPHASIS).is_data());
        assert_eq!(Control::AUDIO.with(Control::COPY_PERMITTED).bits(), 2);
        assert_eq!(Control::DATA_INCREMENTAL.without(Control::PRE_EMPHASIS), Control::DATA);
        assert_eq!(Control::from_bits(16), None);
    }
}
