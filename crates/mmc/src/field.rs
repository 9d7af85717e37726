//! Fields of fixed blocks: an offset is named once, and both directions use it.
//!
//! `Be16<7>` is a big-endian `u16` at byte 7; `Bits<1, 3, 1>` is one bit at bit 3 of byte 1. A field outside its
//! block does not compile.

use crate::error::{CdbError, FieldPointer};

/// `WIDTH` bits at bit `LOW` and up of byte `BYTE`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits<const BYTE: usize, const LOW: u32, const WIDTH: u32>;

impl<const BYTE: usize, const LOW: u32, const WIDTH: u32> Bits<BYTE, LOW, WIDTH> {
    const MASK: u8 = {
        assert!(WIDTH >= 1 && LOW + WIDTH <= 8, "the field leaves its byte");
        (0xFF >> (8 - WIDTH)) << LOW
    };

    #[expect(clippy::indexing_slicing, reason = "checked at compile time")]
    pub(crate) const fn get<const N: usize>(self, block: &[u8; N]) -> u8 {
        const { assert!(BYTE < N, "the field leaves its block") };
        (block[BYTE] & Self::MASK) >> LOW
    }

    pub(crate) const fn is_set<const N: usize>(self, block: &[u8; N]) -> bool {
        self.get(block) != 0
    }

    #[expect(clippy::indexing_slicing, reason = "checked at compile time")]
    pub(crate) const fn put<const N: usize>(self, block: &mut [u8; N], value: u8) {
        const { assert!(BYTE < N, "the field leaves its block") };
        block[BYTE] = block[BYTE] & !Self::MASK | (value << LOW) & Self::MASK;
    }

    pub(crate) const fn set<const N: usize>(self, block: &mut [u8; N], value: bool) {
        self.put(block, if value { 0xFF >> (8 - WIDTH) } else { 0 });
    }

    /// The error that names this field of a CDB; the pointer is to the leftmost (highest) bit, as SPC-3 4.5.2.4.2 has it.
    pub(crate) fn invalid<T>(self) -> Result<T, CdbError> {
        Err(CdbError::InvalidField(self.pointer()))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "CDBs and parameter lists are below 64 KiB, bits below 8"
    )]
    pub(crate) const fn pointer(self) -> FieldPointer {
        FieldPointer { in_cdb: true, byte: BYTE as u16, bit: Some((LOW + WIDTH - 1) as u8) }
    }
}

macro_rules! big_endian {
    ($($name:ident: $type:ty, $bytes:literal;)*) => {$(
        #[doc = concat!("A big-endian `", stringify!($type), "` in ", stringify!($bytes), " bytes at byte `BYTE`.")]
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name<const BYTE: usize>;

        #[allow(dead_code, reason = "both directions exist for each width; not every width needs both")]
        impl<const BYTE: usize> $name<BYTE> {
            #[expect(clippy::indexing_slicing, reason = "checked at compile time")]
            pub(crate) const fn get<const N: usize>(self, block: &[u8; N]) -> $type {
                const { assert!(BYTE + $bytes <= N, "the field leaves its block") };
                let mut whole = [0; size_of::<$type>()];
                let mut index = 0;
                while index < $bytes {
                    whole[size_of::<$type>() - $bytes + index] = block[BYTE + index];
                    index += 1;
                }
                <$type>::from_be_bytes(whole)
            }

            #[expect(clippy::indexing_slicing, reason = "checked at compile time")]
            pub(crate) const fn put<const N: usize>(self, block: &mut [u8; N], value: $type) {
                const { assert!(BYTE + $bytes <= N, "the field leaves its block") };
                let whole = value.to_be_bytes();
                let mut index = 0;
                while index < $bytes {
                    block[BYTE + index] = whole[size_of::<$type>() - $bytes + index];
                    index += 1;
                }
            }

            /// The error that names this field of a CDB.
            pub(crate) fn invalid<T>(self) -> Result<T, CdbError> {
                Err(CdbError::InvalidField(self.pointer()))
            }

            #[expect(clippy::cast_possible_truncation, reason = "CDBs and parameter lists are below 64 KiB")]
            pub(crate) const fn pointer(self) -> FieldPointer {
                FieldPointer { in_cdb: true, byte: BYTE as u16, bit: None }
            }
        }
    )*};
}

big_endian! {
    Be16: u16, 2;
    Be24: u32, 3;
    Be32: u32, 4;
    BeI32: i32, 4;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_read_what_they_wrote_and_leave_the_rest() {
        let mut block = [0xFF; 8];
        Bits::<1, 2, 3>.put(&mut block, 0b010);
        assert_eq!(block, [0xFF, 0b1110_1011, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        assert_eq!(Bits::<1, 2, 3>.get(&block), 0b010);
        Be24::<2>.put(&mut block, 0x01_02_03);
        assert_eq!(block[2..6], [1, 2, 3, 0xFF]);
        assert_eq!(Be24::<2>.get(&block), 0x01_02_03);
        BeI32::<4>.put(&mut block, -150);
        assert_eq!(block[4..], [0xFF, 0xFF, 0xFF, 0x6A]);
        assert_eq!(BeI32::<4>.get(&block), -150);
    }
}
