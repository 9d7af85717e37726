//! Fields of fixed blocks: an offset is named once, and both directions use it.
//!
//! Offsets count from zero; ECMA-119 counts byte positions from one. A field outside its block does not compile.

use super::{BothEndian, Disagreement};

/// One byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Byte<const AT: usize>;

impl<const AT: usize> Byte<AT> {
    #[expect(clippy::indexing_slicing, reason = "checked at compile time")]
    pub(super) const fn get<const N: usize>(self, block: &[u8; N]) -> u8 {
        const { assert!(AT < N, "the field leaves its block") };
        block[AT]
    }

    #[expect(clippy::indexing_slicing, reason = "checked at compile time")]
    pub(super) const fn put<const N: usize>(self, block: &mut [u8; N], value: u8) {
        const { assert!(AT < N, "the field leaves its block") };
        block[AT] = value;
    }
}

/// `LEN` bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<const AT: usize, const LEN: usize>;

impl<const AT: usize, const LEN: usize> Bytes<AT, LEN> {
    #[expect(clippy::indexing_slicing, reason = "checked at compile time")]
    pub(super) const fn get<const N: usize>(self, block: &[u8; N]) -> [u8; LEN] {
        const { assert!(AT + LEN <= N, "the field leaves its block") };
        let mut value = [0; LEN];
        let mut index = 0;
        while index < LEN {
            value[index] = block[AT + index];
            index += 1;
        }
        value
    }

    #[expect(clippy::indexing_slicing, reason = "checked at compile time")]
    pub(super) const fn put<const N: usize>(self, block: &mut [u8; N], value: &[u8; LEN]) {
        const { assert!(AT + LEN <= N, "the field leaves its block") };
        let mut index = 0;
        while index < LEN {
            block[AT + index] = value[index];
            index += 1;
        }
    }
}

macro_rules! numbers {
    ($($name:ident: $type:ty, $from:ident, $to:ident;)*) => {$(
        #[derive(Clone, Copy, Debug)]
        pub(super) struct $name<const AT: usize>;

        impl<const AT: usize> $name<AT> {
            pub(super) const fn get<const N: usize>(self, block: &[u8; N]) -> $type {
                <$type>::$from(Bytes::<AT, { size_of::<$type>() }>.get(block))
            }

            pub(super) const fn put<const N: usize>(self, block: &mut [u8; N], value: $type) {
                Bytes::<AT, { size_of::<$type>() }>.put(block, &value.$to());
            }
        }
    )*};
}

numbers! {
    Le16: u16, from_le_bytes, to_le_bytes;
    Le32: u32, from_le_bytes, to_le_bytes;
    Be32: u32, from_be_bytes, to_be_bytes;
}

macro_rules! both_endian {
    ($($name:ident: $type:ty;)*) => {$(
        #[derive(Clone, Copy, Debug)]
        pub(super) struct $name<const AT: usize>;

        impl<const AT: usize> $name<AT> {
            pub(super) const fn get<const N: usize>(self, block: &[u8; N]) -> BothEndian<$type> {
                BothEndian::<$type>::decode(Bytes::<AT, { 2 * size_of::<$type>() }>.get(block))
            }

            pub(super) const fn put<const N: usize>(self, block: &mut [u8; N], value: $type) {
                Bytes::<AT, { 2 * size_of::<$type>() }>.put(block, &BothEndian::<$type>::encode(value));
            }

            /// How the two halves differ, if they do.
            pub(super) fn disagreement<const N: usize>(
                self,
                block: &[u8; N],
                field: &'static str,
            ) -> Option<Disagreement> {
                let both = self.get(block);
                (both.little != both.big).then(|| Disagreement {
                    field,
                    offset: AT,
                    little: u32::from(both.little),
                    big: u32::from(both.big),
                })
            }
        }
    )*};
}

both_endian! {
    Both16: u16;
    Both32: u32;
}
