//! Formatting: the answer to READ FORMAT CAPACITIES and the parameter list of FORMAT UNIT (MMC-6).

use crate::command::Response;
use crate::error::{FieldPointer, ParameterError, ResponseError};
use crate::field::{Be16, Be24, Be32, Bits, Code, Flag, Place, body, length8, padded};

codes! {
    /// What the capacity of a medium means (descriptor type).
    pub enum CapacityState: u8 {
        /// 1: the medium is not formatted; this is the most it could have.
        Unformatted = 1,
        /// 2: formatted; this is what it has.
        Formatted = 2,
        /// 3: no medium; this is the most any could have.
        NoMedium = 3,
    }
}

codes! {
    /// How a medium can be formatted, six bits.
    pub enum FormatType: u8 {
        /// 00h: the whole medium.
        Full = 0x00,
        /// 01h: with spare areas.
        SpareAreaExpansion = 0x01,
        /// 04h: one zone reformatted.
        ZoneReformat = 0x04,
        /// 05h: one zone formatted.
        ZoneFormat = 0x05,
        /// 10h: CD-RW and DVD-RW, the whole medium in fixed packets.
        CdRwFull = 0x10,
        /// 11h: CD-RW and DVD-RW, the session made longer.
        CdRwGrow = 0x11,
        /// 12h: CD-RW and DVD-RW, a session added.
        CdRwAdd = 0x12,
        /// 13h: DVD-RW, grown quickly.
        DvdRwQuickGrow = 0x13,
        /// 14h: DVD-RW, a session added quickly.
        DvdRwQuickAdd = 0x14,
        /// 15h: DVD-RW, quickly.
        DvdRwQuick = 0x15,
        /// 20h: full, with sparing parameters.
        FullWithSparing = 0x20,
        /// 24h: Mount Rainier.
        Mrw = 0x24,
        /// 26h: DVD+RW.
        DvdPlusRw = 0x26,
    }
}

/// Capacity and type of one way to format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatDescriptor {
    /// Blocks.
    pub blocks: u32,
    /// Type of formatting.
    pub format_type: FormatType,
    /// Subtype, 2 bits.
    pub subtype: u8,
    /// Depends on the type, 24 bits: block size; packet size in blocks for CD-RW.
    pub parameter: u32,
}

block_codec!(FormatDescriptor, [8],
    blocks: Be32<0>,
    format_type: Code<FormatType, 4, 2, 6>,
    subtype: Bits<4, 0, 2>,
    parameter: Be24<5>,
);

/// What the same eight bytes say under format code 7, as the first CD-RW drives had it and later ones still know it
/// (MMC-4, legacy FORMAT UNIT; Pioneer's R8 and R11 manuals, table 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LegacyFormatDescriptor {
    /// A session is added (Sess).
    pub session: bool,
    /// The last session is to have so many blocks (Grow).
    pub grow: bool,
    /// Blocks of user data.
    pub blocks: u32,
}

block_codec!(LegacyFormatDescriptor, [8],
    session: Flag<0, 7>,
    grow: Flag<0, 6>,
    blocks: Be32<4>,
);

impl FormatDescriptor {
    /// The same bytes read as format code 7 has them.
    #[must_use]
    pub fn legacy(&self) -> LegacyFormatDescriptor {
        LegacyFormatDescriptor::from_block(&self.encode_block())
    }

    /// A descriptor of format code 7 in the place of one with a type.
    #[must_use]
    pub fn from_legacy(legacy: &LegacyFormatDescriptor) -> Self {
        Self::from_block(&legacy.encode_block())
    }
}

/// The medium's capacity and how it could be formatted: 12 bytes, and 8 for each way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormatCapacities {
    /// Blocks of the medium.
    pub blocks: u32,
    /// What `blocks` means.
    pub state: CapacityState,
    /// Bytes of a block, 24 bits.
    pub block_bytes: u32,
    /// Ways to format, at most 30.
    pub formats: Vec<FormatDescriptor>,
}

impl Response for FormatCapacities {
    fn encode(&self) -> Vec<u8> {
        let mut block = [0; 12];
        let formats = self.formats.iter().take(30);
        capacities::Length::put(&mut block, length8(8 + 8 * formats.len()));
        capacities::Blocks::put(&mut block, self.blocks);
        capacities::State::put(&mut block, self.state);
        capacities::BlockBytes::put(&mut block, self.block_bytes);
        block.into_iter().chain(formats.flat_map(FormatDescriptor::encode_block)).collect()
    }

    /// Accepts answers from 12 bytes up; descriptors that were cut are left out.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let block = padded::<12>("format capacities", bytes, 12)?;
        let claimed = usize::from(capacities::Length::get(&block)) + 4;
        let (formats, _) = body(bytes, 12, claimed).as_chunks::<8>();
        Ok(Self {
            blocks: capacities::Blocks::get(&block),
            state: capacities::State::get(&block),
            block_bytes: capacities::BlockBytes::get(&block),
            formats: formats.iter().take(30).map(FormatDescriptor::from_block).collect(),
        })
    }
}

mod capacities {
    use super::{Be24, Be32, Bits, CapacityState, Code};

    pub(super) type Length = Bits<3, 0, 8>;
    pub(super) type Blocks = Be32<4>;
    pub(super) type State = Code<CapacityState, 8, 0, 2>;
    pub(super) type BlockBytes = Be24<9>;
}

/// Parameter list of FORMAT UNIT, 12 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatParameters {
    /// Format options below are valid (FOV).
    pub options_valid: bool,
    /// Disable certification (DCRT).
    pub disable_certification: bool,
    /// Only try whether it could be done.
    pub try_out: bool,
    /// GOOD at once; the drive answers 2/04/04 with progress until it is done.
    pub immed: bool,
    /// Vendor-specific bit.
    pub vendor: bool,
    /// How to format.
    pub format: FormatDescriptor,
}

impl FormatParameters {
    /// The list's bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; 12] {
        let mut block = [0; 12];
        parameters::OptionsValid::put(&mut block, self.options_valid);
        parameters::DisableCertification::put(&mut block, self.disable_certification);
        parameters::TryOut::put(&mut block, self.try_out);
        parameters::Immed::put(&mut block, self.immed);
        parameters::Vendor::put(&mut block, self.vendor);
        parameters::DescriptorBytes::put(&mut block, 8);
        for (to, from) in block.iter_mut().skip(4).zip(self.format.encode_block()) {
            *to = from;
        }
        block
    }

    /// From a parameter list.
    ///
    /// # Errors
    /// [`ParameterError`]: shorter than 12 bytes, or not exactly one descriptor of 8 bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParameterError> {
        let Some(block) = bytes.first_chunk::<12>() else {
            return Err(ParameterError::Length { expected: 12, actual: bytes.len() });
        };
        if parameters::DescriptorBytes::get(block) != 8 {
            return Err(ParameterError::InvalidField(FieldPointer::in_parameters(2)));
        }
        let [_, _, _, _, descriptor @ ..] = block;
        Ok(Self {
            options_valid: parameters::OptionsValid::get(block),
            disable_certification: parameters::DisableCertification::get(block),
            try_out: parameters::TryOut::get(block),
            immed: parameters::Immed::get(block),
            vendor: parameters::Vendor::get(block),
            format: FormatDescriptor::from_block(descriptor),
        })
    }
}

mod parameters {
    use super::{Be16, Flag};

    pub(super) type OptionsValid = Flag<1, 7>;
    pub(super) type DisableCertification = Flag<1, 5>;
    pub(super) type TryOut = Flag<1, 2>;
    pub(super) type Immed = Flag<1, 1>;
    pub(super) type Vendor = Flag<1, 0>;
    pub(super) type DescriptorBytes = Be16<2>;
}
