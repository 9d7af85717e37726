//! The macros that make both directions from one definition: of codes, blocks, commands, mode pages and features.

/// A set of numeric codes that may grow: one variant per code, `Other` for the rest, both conversions.
macro_rules! codes {
    ($(#[$meta:meta])* pub enum $name:ident: $int:ty { $($(#[$about:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$about])* $variant,)*
            /// Any other code, as it came.
            Other($int),
        }

        impl From<$int> for $name {
            fn from(code: $int) -> Self {
                match code {
                    $($code => Self::$variant,)*
                    other => Self::Other(other),
                }
            }
        }

        impl From<$name> for $int {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => $code,)*
                    $name::Other(other) => other,
                }
            }
        }

        impl Default for $name {
            /// The code zero.
            fn default() -> Self {
                Self::from(0)
            }
        }
    };
}

/// Both directions of a fixed block, from a list of fields and their [`Place`](crate::field::Place)s.
macro_rules! block_codec {
    ($type:ty, [$size:literal], $($field:ident: $place:ty),* $(,)?) => {
        impl $type {
            /// The fields in their places.
            fn encode_block(&self) -> [u8; $size] {
                #[allow(unused_mut, reason = "a block may have no fields")]
                let mut block = [0; $size];
                $(<$place as $crate::field::Place>::put(&mut block, self.$field);)*
                block
            }

            /// The fields from their places.
            #[allow(unused_variables, reason = "a block may have no fields")]
            fn from_block(block: &[u8; $size]) -> Self {
                Self { $($field: <$place as $crate::field::Place>::get(block),)* }
            }
        }
    };
}

/// A command from its operation code, name, CDB length, answer, refused fields, fields, and data phase.
macro_rules! command {
    (
        $type:ident = $opcode:literal, $name:literal, [$size:literal] -> $response:ty;
        $(#[refuse] $refused:ty;)*
        $($field:ident: $place:ty;)*
        => |$this:ident| $phase:expr
    ) => {
        block_codec!($type, [$size], $($field: $place),*);

        impl $crate::command::Command for $type {
            const OPCODE: u8 = $opcode;
            const NAME: &'static str = $name;
            type Response = $response;

            fn encode(&self) -> $crate::cdb::Cdb {
                let mut block = self.encode_block();
                <$crate::field::Bits<0, 0, 8> as $crate::field::Place>::put(&mut block, $opcode);
                $crate::cdb::Cdb::new(block)
            }

            fn decode(cdb: &$crate::cdb::Cdb) -> Result<Self, $crate::error::CdbError> {
                let block = cdb.block_of::<$size>($opcode)?;
                $(
                    if <$refused as $crate::field::Place>::get(&block) != 0 {
                        return <$refused>::invalid();
                    }
                )*
                Ok(Self::from_block(&block))
            }

            fn data_phase(&self) -> $crate::command::DataPhase {
                let $this = self;
                $phase
            }
        }
    };
}

/// A mode page: its code, its size with the two header bytes, its fields.
///
/// The type has besides them a field `rest`, a [`PageRest`](crate::mode::PageRest), which keeps every bit that has
/// no name, so that a page survives a round trip whole.
macro_rules! mode_page {
    ($type:ident = $code:literal, [$size:literal]; $($field:ident: $place:ty;)*) => {
        impl $type {
            /// Page code.
            pub const CODE: u8 = $code;
            /// Bytes of the page with its two header bytes, without what drives may append.
            pub const BYTES: usize = $size;

            /// The page with its two header bytes; the savable bit is clear.
            #[must_use]
            pub fn encode(&self) -> Vec<u8> {
                let mut block = self.rest.block();
                $(<$place as $crate::field::Place>::put(&mut block, self.$field);)*
                self.rest.page(Self::CODE, block)
            }

            /// The page from bytes that begin with its header and may be cut; what is missing reads as zero.
            ///
            /// # Errors
            /// [`ResponseError`](crate::ResponseError) when another page or no header came.
            pub fn parse(bytes: &[u8]) -> Result<Self, $crate::error::ResponseError> {
                let (mut block, mut rest) = $crate::mode::PageRest::<$size>::split(Self::CODE, bytes)?;
                let page = Self { $($field: <$place as $crate::field::Place>::get(&block),)* ..Self::default() };
                let blank = [0; $size];
                $(<$place as $crate::field::Place>::put(
                    &mut block,
                    <$place as $crate::field::Place>::get(&blank),
                );)*
                rest.keep(block);
                Ok(Self { rest, ..page })
            }
        }
    };
}

/// A feature: its code, the bytes of its data, its fields.
macro_rules! feature {
    ($type:ident = $code:literal, [$size:literal]; $($field:ident: $place:ty;)*) => {
        block_codec!($type, [$size], $($field: $place),*);

        impl $type {
            /// Feature code.
            pub const CODE: u16 = $code;

            pub(super) fn data(&self) -> Vec<u8> {
                self.encode_block().to_vec()
            }

            /// From data that may be shorter (earlier versions) or longer (later ones) than what is known.
            pub(super) fn from_data(data: &[u8]) -> Self {
                let mut block = [0; $size];
                for (to, from) in block.iter_mut().zip(data) {
                    *to = *from;
                }
                Self::from_block(&block)
            }
        }
    };
}
