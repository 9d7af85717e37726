//! The lists of MODE SENSE (6) and MODE SELECT (6): the same in a short header.

use super::{ModeData10, PageEntry};
use crate::command::Response;
use crate::error::{FieldPointer, ParameterError, ResponseError};
use crate::field::{Bits, Place, body, length8, padded};

/// Mode data with the four-byte header; what it holds is what [`ModeData10`] holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModeData6(pub ModeData10);

impl ModeData6 {
    /// As a parameter list: the mode data length is reserved there and left zero.
    #[must_use]
    pub fn encode_parameters(&self) -> Vec<u8> {
        let mut header = [0; 4];
        layout::MediumType::put(&mut header, self.0.medium_type);
        layout::DeviceSpecific::put(&mut header, self.0.device_specific);
        layout::DescriptorBytes::put(&mut header, length8(8 * self.0.block_descriptors.len()));
        let mut bytes = header.to_vec();
        bytes.extend(self.0.block_descriptors.iter().flat_map(super::BlockDescriptor::encode));
        bytes.extend(self.0.pages.iter().flat_map(PageEntry::encode));
        bytes
    }

    /// From a parameter list. The mode data length, which is reserved, does not count; no page may be cut.
    ///
    /// # Errors
    /// [`ParameterError`]: the list ends inside a structure, or the descriptor length is no multiple of eight.
    pub fn parse_parameters(bytes: &[u8]) -> Result<Self, ParameterError> {
        let header =
            bytes.first_chunk::<4>().ok_or(ParameterError::Length { expected: 4, actual: bytes.len() })?;
        let descriptor_bytes = usize::from(layout::DescriptorBytes::get(header));
        if !descriptor_bytes.is_multiple_of(8) {
            return Err(ParameterError::InvalidField(FieldPointer::in_parameters(3)));
        }
        ModeData10::parse_parameter_body(bytes, 4, descriptor_bytes)
            .map(|body| Self(with_header(header, body)))
    }
}

impl Response for ModeData6 {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.encode_parameters();
        let length = length8(bytes.len() - 1);
        if let Some(first) = bytes.first_mut() {
            *first = length;
        }
        bytes
    }

    /// Accepts answers from 4 bytes up; the last page reads as far as it came.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let header = padded::<4>("mode parameter header", bytes, 4)?;
        let claimed = usize::from(layout::Length::get(&header)) + 1;
        let descriptor_bytes = usize::from(layout::DescriptorBytes::get(&header));
        Ok(Self(with_header(&header, ModeData10::parse_body(body(bytes, 4, claimed), descriptor_bytes))))
    }
}

fn with_header(header: &[u8; 4], data: ModeData10) -> ModeData10 {
    ModeData10 {
        medium_type: layout::MediumType::get(header),
        device_specific: layout::DeviceSpecific::get(header),
        ..data
    }
}

mod layout {
    use super::Bits;

    pub(super) type Length = Bits<0, 0, 8>;
    pub(super) type MediumType = Bits<1, 0, 8>;
    pub(super) type DeviceSpecific = Bits<2, 0, 8>;
    pub(super) type DescriptorBytes = Bits<3, 0, 8>;
}
