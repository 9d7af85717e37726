//! Answers to INQUIRY for vital product data (SPC-3, Vital product data parameters).

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Bits, Flag, Place, body, length8, length16, padded};

/// A page of vital product data: 4 bytes of header and the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VitalProductData {
    /// 00h: codes of the pages there are.
    SupportedPages(Vec<u8>),
    /// 80h: serial number, ASCII.
    SerialNumber(Vec<u8>),
    /// 83h: names of the unit.
    Identification(Vec<Designator>),
    /// Any other, as it came.
    Raw(RawVitalProductData),
}

/// A page of vital product data that is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawVitalProductData {
    /// Page code.
    pub page: u8,
    /// What follows the header.
    pub data: Vec<u8>,
}

/// A name of a unit: 4 bytes and the name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Designator {
    /// Protocol, 4 bits; counts with `protocol_valid`.
    pub protocol: u8,
    /// Code set: 1 binary, 2 ASCII, 3 UTF-8.
    pub code_set: u8,
    /// `protocol` counts.
    pub protocol_valid: bool,
    /// What is named: 0 the unit, 1 its port, 2 the device.
    pub association: u8,
    /// Kind of name, 4 bits: 1 by vendor in T10's list, 2 EUI-64, 3 NAA ...
    pub designator_type: u8,
    /// The name, at most 255 bytes.
    pub name: Vec<u8>,
}

/// Device type in the header: CD and DVD devices.
const DEVICE_TYPE: u8 = 5;

impl VitalProductData {
    /// Page code.
    #[must_use]
    pub const fn page(&self) -> u8 {
        match self {
            Self::SupportedPages(_) => 0x00,
            Self::SerialNumber(_) => 0x80,
            Self::Identification(_) => 0x83,
            Self::Raw(raw) => raw.page,
        }
    }
}

impl Response for VitalProductData {
    fn encode(&self) -> Vec<u8> {
        let data = match self {
            Self::SupportedPages(data) | Self::SerialNumber(data) => data.clone(),
            Self::Identification(designators) => designators.iter().flat_map(Designator::encode).collect(),
            Self::Raw(raw) => raw.data.clone(),
        };
        let mut header = [0; 4];
        layout::DeviceType::put(&mut header, DEVICE_TYPE);
        layout::Page::put(&mut header, self.page());
        layout::Length::put(&mut header, length16(data.len()));
        [&header, data.as_slice()].concat()
    }

    /// Accepts answers from 4 bytes up; names that were cut are left out.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let header = padded::<4>("vital product data", bytes, 4)?;
        let claimed = usize::from(layout::Length::get(&header)) + 4;
        let data = body(bytes, 4, claimed);
        Ok(match layout::Page::get(&header) {
            0x00 => Self::SupportedPages(data.to_vec()),
            0x80 => Self::SerialNumber(data.to_vec()),
            0x83 => Self::Identification(designators(data)),
            page => Self::Raw(RawVitalProductData { page, data: data.to_vec() }),
        })
    }
}

impl Designator {
    fn encode(&self) -> Vec<u8> {
        let name = self.name.get(..255).unwrap_or(&self.name);
        let mut header = [0; 4];
        layout::Protocol::put(&mut header, self.protocol);
        layout::CodeSet::put(&mut header, self.code_set);
        layout::ProtocolValid::put(&mut header, self.protocol_valid);
        layout::Association::put(&mut header, self.association);
        layout::DesignatorType::put(&mut header, self.designator_type);
        layout::NameBytes::put(&mut header, length8(name.len()));
        [&header, name].concat()
    }
}

fn designators(mut row: &[u8]) -> Vec<Designator> {
    let mut designators = Vec::new();
    while let Some((header, rest)) = row.split_first_chunk::<4>() {
        let Some((name, next)) = rest.split_at_checked(usize::from(layout::NameBytes::get(header))) else {
            break;
        };
        designators.push(Designator {
            protocol: layout::Protocol::get(header),
            code_set: layout::CodeSet::get(header),
            protocol_valid: layout::ProtocolValid::get(header),
            association: layout::Association::get(header),
            designator_type: layout::DesignatorType::get(header),
            name: name.to_vec(),
        });
        row = next;
    }
    designators
}

mod layout {
    use super::{Be16, Bits, Flag};

    pub(super) type DeviceType = Bits<0, 0, 5>;
    pub(super) type Page = Bits<1, 0, 8>;
    pub(super) type Length = Be16<2>;

    pub(super) type Protocol = Bits<0, 4, 4>;
    pub(super) type CodeSet = Bits<0, 0, 4>;
    pub(super) type ProtocolValid = Flag<1, 7>;
    pub(super) type Association = Bits<1, 4, 2>;
    pub(super) type DesignatorType = Bits<1, 0, 4>;
    pub(super) type NameBytes = Bits<3, 0, 8>;
}
