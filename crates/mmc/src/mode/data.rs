//! The lists of MODE SENSE and MODE SELECT: header, block descriptors, pages.

use super::{Capabilities, ErrorRecovery, ModePage, PageEntry, WriteParameters};
use crate::command::Response;
use crate::error::{FieldPointer, ParameterError, ResponseError};
use crate::field::{Be16, Be24, Bits, Flag, Place, body, length16, padded};

/// A block descriptor, eight bytes (SPC-3, Mode parameter block descriptor formats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockDescriptor {
    /// Density code.
    pub density: u8,
    /// Blocks it concerns, 24 bits; zero for all.
    pub blocks: u32,
    /// Reserved byte, as it came.
    pub reserved: u8,
    /// Bytes of a block, 24 bits.
    pub block_bytes: u32,
}

block_codec!(BlockDescriptor, [8],
    density: Bits<0, 0, 8>,
    blocks: Be24<1>,
    reserved: Bits<4, 0, 8>,
    block_bytes: Be24<5>,
);

impl BlockDescriptor {
    /// The descriptor's bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; 8] {
        self.encode_block()
    }
}

/// Mode data with the eight-byte header: the answer to MODE SENSE (10), the parameter list of MODE SELECT (10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModeData10 {
    /// Medium type; 70h and others on old drives, tolerated in parameter lists.
    pub medium_type: u8,
    /// Device-specific parameter; zero on recorders.
    pub device_specific: u8,
    /// Block descriptors; recorders rarely give any, hosts may send one alone.
    pub block_descriptors: Vec<BlockDescriptor>,
    /// The pages in the order they came.
    pub pages: Vec<PageEntry>,
}

impl ModeData10 {
    /// A list of one page.
    #[must_use]
    pub fn of(page: impl Into<ModePage>) -> Self {
        Self { pages: vec![PageEntry::of(page)], ..Self::default() }
    }

    /// The first page of this code.
    #[must_use]
    pub fn page(&self, code: u8) -> Option<&ModePage> {
        self.pages.iter().map(|entry| &entry.page).find(|page| page.code() == code)
    }

    /// The error recovery page, if it is there.
    #[must_use]
    pub fn error_recovery(&self) -> Option<&ErrorRecovery> {
        self.pages.iter().find_map(|entry| match &entry.page {
            ModePage::ErrorRecovery(page) => Some(page),
            _ => None,
        })
    }

    /// The write parameters page, if it is there.
    #[must_use]
    pub fn write_parameters(&self) -> Option<&WriteParameters> {
        self.pages.iter().find_map(|entry| match &entry.page {
            ModePage::WriteParameters(page) => Some(page),
            _ => None,
        })
    }

    /// The capabilities page, if it is there.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.pages.iter().find_map(|entry| match &entry.page {
            ModePage::Capabilities(page) => Some(page),
            _ => None,
        })
    }

    /// As a parameter list: the mode data length is reserved there and left zero.
    #[must_use]
    pub fn encode_parameters(&self) -> Vec<u8> {
        let mut header = [0; 8];
        layout::MediumType::put(&mut header, self.medium_type);
        layout::DeviceSpecific::put(&mut header, self.device_specific);
        layout::DescriptorBytes::put(&mut header, length16(8 * self.block_descriptors.len()));
        let mut bytes = header.to_vec();
        bytes.extend(self.block_descriptors.iter().flat_map(BlockDescriptor::encode));
        bytes.extend(self.pages.iter().flat_map(PageEntry::encode));
        bytes
    }

    /// From a parameter list. The mode data length, which is reserved, does not count; no page may be cut.
    ///
    /// # Errors
    /// [`ParameterError`]: the list ends inside a structure, or the descriptor length is no multiple of eight.
    pub fn parse_parameters(bytes: &[u8]) -> Result<Self, ParameterError> {
        let end_inside = |expected| ParameterError::Length { expected, actual: bytes.len() };
        let header = bytes.first_chunk::<8>().ok_or_else(|| end_inside(8))?;
        let descriptor_bytes = usize::from(layout::DescriptorBytes::get(header));
        if !descriptor_bytes.is_multiple_of(8) {
            return Err(ParameterError::InvalidField(FieldPointer::in_parameters(6)));
        }
        let body = Self::parse_parameter_body(bytes, 8, descriptor_bytes)?;
        Ok(Self {
            medium_type: layout::MediumType::get(header),
            device_specific: layout::DeviceSpecific::get(header),
            ..body
        })
    }

    /// Descriptors and pages of a parameter list, from offset `at` on.
    pub(super) fn parse_parameter_body(
        bytes: &[u8],
        at: usize,
        descriptor_bytes: usize,
    ) -> Result<Self, ParameterError> {
        let end_inside = |expected| ParameterError::Length { expected, actual: bytes.len() };
        let pages_at = at + descriptor_bytes;
        let descriptors = bytes.get(at..pages_at).ok_or_else(|| end_inside(pages_at))?;
        let mut row = bytes.get(pages_at..).unwrap_or(&[]);
        let mut pages = Vec::new();
        while !row.is_empty() {
            let before = bytes.len() - row.len();
            let claimed = PageEntry::claimed(row).ok_or_else(|| end_inside(before + 2))?;
            if claimed > row.len() {
                return Err(end_inside(before + claimed));
            }
            let (entry, rest) = PageEntry::parse(row).map_err(|_| end_inside(before + claimed))?;
            pages.push(entry);
            row = rest;
        }
        Ok(Self { block_descriptors: block_descriptors(descriptors), pages, ..Self::default() })
    }

    /// Descriptors and pages of an answer, as far as they came.
    pub(super) fn parse_body(body: &[u8], descriptor_bytes: usize) -> Self {
        let (descriptors, mut row) = body.split_at_checked(descriptor_bytes).unwrap_or((body, &[]));
        let mut pages = Vec::new();
        while let Ok((entry, rest)) = PageEntry::parse(row) {
            pages.push(entry);
            row = rest;
        }
        Self { block_descriptors: block_descriptors(descriptors), pages, ..Self::default() }
    }
}

impl Response for ModeData10 {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.encode_parameters();
        let length = length16(bytes.len() - 2).to_be_bytes();
        for (to, from) in bytes.iter_mut().zip(length) {
            *to = from;
        }
        bytes
    }

    /// Accepts answers from 8 bytes up; the last page reads as far as it came.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let header = padded::<8>("mode parameter header", bytes, 8)?;
        let claimed = usize::from(layout::Length::get(&header)) + 2;
        let descriptor_bytes = usize::from(layout::DescriptorBytes::get(&header));
        let mut data = Self::parse_body(body(bytes, 8, claimed), descriptor_bytes);
        if layout::LongLba::get(&header) {
            data.block_descriptors.clear();
        }
        Ok(Self {
            medium_type: layout::MediumType::get(&header),
            device_specific: layout::DeviceSpecific::get(&header),
            ..data
        })
    }
}

fn block_descriptors(bytes: &[u8]) -> Vec<BlockDescriptor> {
    bytes.as_chunks::<8>().0.iter().map(BlockDescriptor::from_block).collect()
}

mod layout {
    use super::{Be16, Bits, Flag};

    pub(super) type Length = Be16<0>;
    pub(super) type MediumType = Bits<2, 0, 8>;
    pub(super) type DeviceSpecific = Bits<3, 0, 8>;
    /// Descriptors of 16 bytes; not on recorders, read as none.
    pub(super) type LongLba = Flag<4, 0>;
    pub(super) type DescriptorBytes = Be16<6>;
}
