//! Standard INQUIRY data (SPC-3, Standard INQUIRY data).

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Bits, Bytes, Flag, Place, body, length8, padded};

/// Who the drive is: 36 bytes, and more where the drive says more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InquiryData {
    /// Peripheral device type; 5 for CD and DVD devices.
    pub device_type: u8,
    /// Peripheral qualifier; 0 when a device is connected.
    pub qualifier: u8,
    /// The medium can be taken out.
    pub removable: bool,
    /// Version of SPC claimed; 0 on many ATAPI drives.
    pub version: u8,
    /// Response data format; 2 for SPC.
    pub response_format: u8,
    /// High half of byte 3: AERC, NormACA, HiSup bits (bits 7 to 4).
    pub format_flags: u8,
    /// Bytes 5 to 7: capability flags that matter to SCSI transports.
    pub flags: [u8; 3],
    /// Vendor, ASCII padded with blanks.
    pub vendor: [u8; 8],
    /// Product, ASCII padded with blanks.
    pub product: [u8; 16],
    /// Firmware revision, ASCII padded with blanks.
    pub revision: [u8; 4],
    /// What follows byte 36: vendor-specific text, version descriptors.
    pub more: Vec<u8>,
}

impl InquiryData {
    /// A CD recorder of this name; texts are cut and padded with blanks to 8, 16 and 4 ASCII characters.
    #[must_use]
    pub fn recorder(vendor: &str, product: &str, revision: &str) -> Self {
        Self {
            device_type: 5,
            qualifier: 0,
            removable: true,
            version: 0,
            response_format: 2,
            format_flags: 0,
            flags: [0; 3],
            vendor: blank_padded(vendor),
            product: blank_padded(product),
            revision: blank_padded(revision),
            more: Vec::new(),
        }
    }

    /// Vendor as text, without padding; bytes that are not ASCII are replaced.
    #[must_use]
    pub fn vendor_text(&self) -> String {
        text(&self.vendor)
    }

    /// Product as text, without padding; bytes that are not ASCII are replaced.
    #[must_use]
    pub fn product_text(&self) -> String {
        text(&self.product)
    }

    /// Revision as text, without padding; bytes that are not ASCII are replaced.
    #[must_use]
    pub fn revision_text(&self) -> String {
        text(&self.revision)
    }
}

impl Response for InquiryData {
    fn encode(&self) -> Vec<u8> {
        let mut block = Head::from(self).encode_block();
        Bits::<4, 0, 8>::put(&mut block, length8(31 + self.more.len()));
        let mut bytes = block.to_vec();
        bytes.extend_from_slice(&self.more);
        bytes
    }

    /// Accepts answers from 8 bytes up; texts that were cut read as blanks.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let mut block = padded::<36>("INQUIRY data", bytes, 8)?;
        for byte in block.iter_mut().skip(bytes.len().max(8)) {
            *byte = b' ';
        }
        let claimed = 5 + usize::from(Bits::<4, 0, 8>::get(&block));
        let Head {
            device_type,
            qualifier,
            removable,
            version,
            response_format,
            format_flags,
            flags,
            vendor,
            product,
            revision,
        } = Head::from_block(&block);
        Ok(Self {
            device_type,
            qualifier,
            removable,
            version,
            response_format,
            format_flags,
            flags,
            vendor,
            product,
            revision,
            more: body(bytes, 36, claimed).to_vec(),
        })
    }
}

/// The fixed part.
struct Head {
    device_type: u8,
    qualifier: u8,
    removable: bool,
    version: u8,
    response_format: u8,
    format_flags: u8,
    flags: [u8; 3],
    vendor: [u8; 8],
    product: [u8; 16],
    revision: [u8; 4],
}

impl From<&InquiryData> for Head {
    fn from(data: &InquiryData) -> Self {
        Self {
            device_type: data.device_type,
            qualifier: data.qualifier,
            removable: data.removable,
            version: data.version,
            response_format: data.response_format,
            format_flags: data.format_flags,
            flags: data.flags,
            vendor: data.vendor,
            product: data.product,
            revision: data.revision,
        }
    }
}

block_codec!(Head, [36],
    device_type: Bits<0, 0, 5>,
    qualifier: Bits<0, 5, 3>,
    removable: Flag<1, 7>,
    version: Bits<2, 0, 8>,
    response_format: Bits<3, 0, 4>,
    format_flags: Bits<3, 4, 4>,
    flags: Bytes<5, 3>,
    vendor: Bytes<8, 8>,
    product: Bytes<16, 16>,
    revision: Bytes<32, 4>,
);

/// ASCII, cut and padded with blanks; what is not printable ASCII becomes `?`.
fn blank_padded<const N: usize>(text: &str) -> [u8; N] {
    let printable = |it: char| if matches!(it, ' '..='~') { u8::try_from(it).unwrap_or(b'?') } else { b'?' };
    let mut characters = text.chars().map(printable);
    core::array::from_fn(|_| characters.next().unwrap_or(b' '))
}

/// Text without its padding.
fn text(bytes: &[u8]) -> String {
    let printable =
        |byte: &u8| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '\u{FFFD}' };
    let end = bytes.iter().rposition(|byte| !matches!(byte, 0 | b' ')).map_or(0, |last| last + 1);
    bytes.iter().take(end).map(printable).collect::<String>().trim_start().to_owned()
}
