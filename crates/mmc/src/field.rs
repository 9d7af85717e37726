//! Fields of fixed blocks: an offset is named once, and both directions use it.
//!
//! `Be16<7>` is a big-endian `u16` at byte 7; `Bits<1, 3, 1>` is one bit at bit 3 of byte 1. A field outside its
//! block does not compile. A [`Place`] is a field with the type of its value; [`command!`](crate::macros) and
//! [`block_codec!`](crate::macros) make both directions of a block from a list of them.

use core::marker::PhantomData;

use discwright_cd::{Lba, Msf};

use crate::error::{CdbError, FieldPointer, ResponseError};

/// Where a value lies in a fixed block, and how.
pub(crate) trait Place {
    type Value;
    fn get<const N: usize>(block: &[u8; N]) -> Self::Value;
    fn put<const N: usize>(block: &mut [u8; N], value: Self::Value);
}

/// One bit at bit `BIT` of byte `BYTE`.
pub(crate) struct Flag<const BYTE: usize, const BIT: u32>;
/// A code of an open set in some bits of a byte.
pub(crate) struct Code<T, const BYTE: usize, const LOW: u32, const WIDTH: u32>(PhantomData<T>);
/// A code of an open set in two bytes.
pub(crate) struct Code16<T, const BYTE: usize>(PhantomData<T>);
/// A logical block address in four bytes.
pub(crate) struct LbaAt<const BYTE: usize>;
/// Minute, second and frame, as they came; nothing is checked.
pub(crate) struct MsfAt<const BYTE: usize>;
/// Bytes that are no number.
pub(crate) struct Bytes<const BYTE: usize, const LENGTH: usize>;

impl<const BYTE: usize, const BIT: u32> Place for Flag<BYTE, BIT> {
    type Value = bool;
    fn get<const N: usize>(block: &[u8; N]) -> bool {
        Bits::<BYTE, BIT, 1>::get(block) != 0
    }
    fn put<const N: usize>(block: &mut [u8; N], value: bool) {
        Bits::<BYTE, BIT, 1>::put(block, u8::from(value));
    }
}

impl<T, const BYTE: usize, const LOW: u32, const WIDTH: u32> Place for Code<T, BYTE, LOW, WIDTH>
where
    T: From<u8> + Into<u8>,
{
    type Value = T;
    fn get<const N: usize>(block: &[u8; N]) -> T {
        Bits::<BYTE, LOW, WIDTH>::get(block).into()
    }
    fn put<const N: usize>(block: &mut [u8; N], value: T) {
        Bits::<BYTE, LOW, WIDTH>::put(block, value.into());
    }
}

impl<T: From<u16> + Into<u16>, const BYTE: usize> Place for Code16<T, BYTE> {
    type Value = T;
    fn get<const N: usize>(block: &[u8; N]) -> T {
        Be16::<BYTE>::get(block).into()
    }
    fn put<const N: usize>(block: &mut [u8; N], value: T) {
        Be16::<BYTE>::put(block, value.into());
    }
}

impl<const BYTE: usize> Place for LbaAt<BYTE> {
    type Value = Lba;
    fn get<const N: usize>(block: &[u8; N]) -> Lba {
        Lba(BeI32::<BYTE>::get(block))
    }
    fn put<const N: usize>(block: &mut [u8; N], value: Lba) {
        BeI32::<BYTE>::put(block, value.0);
    }
}

impl<const BYTE: usize> Place for MsfAt<BYTE> {
    type Value = Msf;
    fn get<const N: usize>(block: &[u8; N]) -> Msf {
        let [minute, second, frame] = Bytes::<BYTE, 3>::get(block);
        Msf { minute, second, frame }
    }
    fn put<const N: usize>(block: &mut [u8; N], value: Msf) {
        Bytes::<BYTE, 3>::put(block, [value.minute, value.second, value.frame]);
    }
}

impl<const BYTE: usize, const LENGTH: usize> Place for Bytes<BYTE, LENGTH> {
    type Value = [u8; LENGTH];

    #[expect(clippy::indexing_slicing, reason = "checked at compile time")]
    fn get<const N: usize>(block: &[u8; N]) -> [u8; LENGTH] {
        const { assert!(BYTE + LENGTH <= N, "the field leaves its block") };
        core::array::from_fn(|index| block[BYTE + index])
    }

    fn put<const N: usize>(block: &mut [u8; N], value: [u8; LENGTH]) {
        const { assert!(BYTE + LENGTH <= N, "the field leaves its block") };
        block[BYTE..BYTE + LENGTH].copy_from_slice(&value);
    }
}

/// The first `N` bytes of an answer, zeros where it was cut; an error where fewer than `minimum` came.
pub(crate) fn padded<const N: usize>(
    what: &'static str,
    bytes: &[u8],
    minimum: usize,
) -> Result<[u8; N], ResponseError> {
    if bytes.len() < minimum {
        return Err(ResponseError::Short { what, expected: minimum, actual: bytes.len() });
    }
    let mut block = [0; N];
    for (to, from) in block.iter_mut().zip(bytes) {
        *to = *from;
    }
    Ok(block)
}

/// The bytes from `start` on that an answer claims (`claimed` bytes in all) and that really came.
pub(crate) fn body(bytes: &[u8], start: usize, claimed: usize) -> &[u8] {
    bytes.get(start..claimed.min(bytes.len())).unwrap_or(&[])
}

/// Bytes of a structure for a 16-bit length field; a structure that outgrows the field claims the most it can.
pub(crate) fn length16(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// As [`length16`], for an 8-bit field.
pub(crate) fn length8(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

/// `WIDTH` bits at bit `LOW` and up of byte `BYTE`.
pub(crate) struct Bits<const BYTE: usize, const LOW: u32, const WIDTH: u32>;

impl<const BYTE: usize, const LOW: u32, const WIDTH: u32> Bits<BYTE, LOW, WIDTH> {
    const MASK: u8 = {
        assert!(WIDTH >= 1 && LOW + WIDTH <= 8, "the field leaves its byte");
        (0xFF >> (8 - WIDTH)) << LOW
    };

    /// The error that names this field of a CDB; the pointer is to the leftmost (highest) bit, as SPC-3 4.5.2.4.2 has it.
    #[expect(clippy::cast_possible_truncation, reason = "CDBs have 16 bytes of 8 bits")]
    pub(crate) const fn invalid<T>() -> Result<T, CdbError> {
        const { assert!(BYTE < 16) };
        let pointer = FieldPointer { in_cdb: true, byte: BYTE as u16, bit: Some((LOW + WIDTH - 1) as u8) };
        Err(CdbError::InvalidField(pointer))
    }
}

impl<const BYTE: usize, const LOW: u32, const WIDTH: u32> Place for Bits<BYTE, LOW, WIDTH> {
    type Value = u8;

    #[expect(clippy::indexing_slicing, reason = "checked at compile time")]
    fn get<const N: usize>(block: &[u8; N]) -> u8 {
        const { assert!(BYTE < N, "the field leaves its block") };
        (block[BYTE] & Self::MASK) >> LOW
    }

    #[expect(clippy::indexing_slicing, reason = "checked at compile time")]
    fn put<const N: usize>(block: &mut [u8; N], value: u8) {
        const { assert!(BYTE < N, "the field leaves its block") };
        block[BYTE] = block[BYTE] & !Self::MASK | (value << LOW) & Self::MASK;
    }
}

macro_rules! big_endian {
    ($($name:ident: $type:ty, $bytes:literal;)*) => {$(
        #[doc = concat!("A big-endian `", stringify!($type), "` in ", stringify!($bytes), " bytes at byte `BYTE`.")]
        pub(crate) struct $name<const BYTE: usize>;

        impl<const BYTE: usize> Place for $name<BYTE> {
            type Value = $type;

            fn get<const N: usize>(block: &[u8; N]) -> $type {
                let bytes = Bytes::<BYTE, $bytes>::get(block);
                let mut whole = [0; size_of::<$type>()];
                for (to, from) in whole.iter_mut().rev().zip(bytes.into_iter().rev()) {
                    *to = from;
                }
                <$type>::from_be_bytes(whole)
            }

            fn put<const N: usize>(block: &mut [u8; N], value: $type) {
                let mut bytes = [0; $bytes];
                for (to, from) in bytes.iter_mut().rev().zip(value.to_be_bytes().into_iter().rev()) {
                    *to = from;
                }
                Bytes::<BYTE, $bytes>::put(block, bytes);
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
        Bits::<1, 2, 3>::put(&mut block, 0b010);
        assert_eq!(block, [0xFF, 0b1110_1011, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        assert_eq!(Bits::<1, 2, 3>::get(&block), 0b010);
        Be24::<2>::put(&mut block, 0x01_02_03);
        assert_eq!(block[2..6], [1, 2, 3, 0xFF]);
        assert_eq!(Be24::<2>::get(&block), 0x01_02_03);
        BeI32::<4>::put(&mut block, -150);
        assert_eq!(block[4..], [0xFF, 0xFF, 0xFF, 0x6A]);
        assert_eq!(BeI32::<4>::get(&block), -150);
    }
}
