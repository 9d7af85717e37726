//! Numbers recorded twice, least significant byte first and then most significant byte first.

/// A number as recorded in both byte orders (ECMA-119, 7.2.3 and 7.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BothEndian<T> {
    /// The first half, least significant byte first; what this crate believes.
    pub little: T,
    /// The second half, most significant byte first.
    pub big: T,
}

impl<T: Copy + PartialEq> BothEndian<T> {
    /// The number, if both halves agree.
    #[must_use]
    pub fn agreed(self) -> Option<T> {
        (self.little == self.big).then_some(self.little)
    }
}

macro_rules! both_endian {
    ($type:ty, $bytes:literal, $whole:literal, $clause:literal) => {
        impl BothEndian<$type> {
            #[doc = concat!("`value` in both byte orders (ECMA-119, ", $clause, ").")]
            #[must_use]
            #[expect(clippy::indexing_slicing, reason = "constant indices below the array's length")]
            pub const fn encode(value: $type) -> [u8; $whole] {
                let (little, big) = (value.to_le_bytes(), value.to_be_bytes());
                let mut whole = [0; $whole];
                let mut index = 0;
                while index < $bytes {
                    whole[index] = little[index];
                    whole[$bytes + index] = big[index];
                    index += 1;
                }
                whole
            }

            /// Both halves of a recorded number, which may disagree.
            #[must_use]
            #[expect(clippy::indexing_slicing, reason = "constant indices below the array's length")]
            pub const fn decode(whole: [u8; $whole]) -> Self {
                let (mut little, mut big) = ([0; $bytes], [0; $bytes]);
                let mut index = 0;
                while index < $bytes {
                    little[index] = whole[index];
                    big[index] = whole[$bytes + index];
                    index += 1;
                }
                Self { little: <$type>::from_le_bytes(little), big: <$type>::from_be_bytes(big) }
            }
        }
    };
}

both_endian!(u16, 2, 4, "7.2.3");
both_endian!(u32, 4, 8, "7.3.3");

/// A number whose two recorded halves differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Name of the field, as the standard has it.
    pub field: &'static str,
    /// Where the field begins in its structure, in bytes from zero.
    pub offset: usize,
    /// The least-significant-first half.
    pub little: u32,
    /// The most-significant-first half.
    pub big: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ECMA-119, 7.2.3 and 7.3.3: the standard's own examples.
    #[test]
    fn golden_orders() {
        assert_eq!(BothEndian::<u16>::encode(0x1234), [0x34, 0x12, 0x12, 0x34]);
        assert_eq!(BothEndian::<u32>::encode(0x1234_5678), [0x78, 0x56, 0x34, 0x12, 0x12, 0x34, 0x56, 0x78]);
    }

    #[test]
    fn halves_are_kept_apart() {
        let both = BothEndian::<u32>::decode([1, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(both, BothEndian { little: 1, big: 2 });
        assert_eq!(both.agreed(), None);
        assert_eq!(BothEndian::<u16>::decode(BothEndian::<u16>::encode(7)).agreed(), Some(7));
    }
}
