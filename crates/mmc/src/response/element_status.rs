//! Answer to READ ELEMENT STATUS (SMC-2, READ ELEMENT STATUS).

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Be24, Bits, Flag, Place, body, padded};

/// Elements of a changer: 8 bytes of header, and a page for each type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ElementStatus {
    /// First element reported.
    pub first: u16,
    /// Elements reported.
    pub elements: u16,
    /// The pages.
    pub pages: Vec<ElementPage>,
}

/// Elements of one type: 8 bytes of header, and a descriptor each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ElementPage {
    /// Element type: 1 transport, 2 storage, 3 import and export, 4 data transfer.
    pub element_type: u8,
    /// Primary volume tags are in the descriptors.
    pub primary_tags: bool,
    /// Alternate volume tags are in the descriptors.
    pub alternate_tags: bool,
    /// Bytes of each descriptor.
    pub descriptor_bytes: u16,
    /// The descriptors in a row; the element's address leads each.
    pub descriptors: Vec<u8>,
}

impl ElementPage {
    /// Each element: its address, and what is said of it.
    pub fn elements(&self) -> impl Iterator<Item = (u16, &[u8])> {
        let length = usize::from(self.descriptor_bytes).max(2);
        self.descriptors.chunks_exact(length).filter_map(|descriptor| {
            let (address, rest) = descriptor.split_first_chunk::<2>()?;
            Some((u16::from_be_bytes(*address), rest))
        })
    }
}

impl Response for ElementStatus {
    fn encode(&self) -> Vec<u8> {
        let mut pages = Vec::new();
        for page in &self.pages {
            let mut header = [0; 8];
            page::Type::put(&mut header, page.element_type);
            page::PrimaryTags::put(&mut header, page.primary_tags);
            page::AlternateTags::put(&mut header, page.alternate_tags);
            page::DescriptorBytes::put(&mut header, page.descriptor_bytes);
            page::Bytes::put(&mut header, length24(page.descriptors.len()));
            pages.extend(header);
            pages.extend_from_slice(&page.descriptors);
        }
        let mut header = [0; 8];
        Be16::<0>::put(&mut header, self.first);
        Be16::<2>::put(&mut header, self.elements);
        Be24::<5>::put(&mut header, length24(pages.len()));
        [&header, pages.as_slice()].concat()
    }

    /// Accepts answers from 8 bytes up; a page that was cut reads as far as it came.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let header = padded::<8>("element status", bytes, 8)?;
        let claimed = usize::try_from(Be24::<5>::get(&header)).unwrap_or(usize::MAX).saturating_add(8);
        let mut row = body(bytes, 8, claimed);
        let mut pages = Vec::new();
        while let Some((header, rest)) = row.split_first_chunk::<8>() {
            let length = usize::try_from(page::Bytes::get(header)).unwrap_or(usize::MAX);
            let (descriptors, next) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            pages.push(ElementPage {
                element_type: page::Type::get(header),
                primary_tags: page::PrimaryTags::get(header),
                alternate_tags: page::AlternateTags::get(header),
                descriptor_bytes: page::DescriptorBytes::get(header),
                descriptors: descriptors.to_vec(),
            });
            row = next;
        }
        Ok(Self { first: Be16::<0>::get(&header), elements: Be16::<2>::get(&header), pages })
    }
}

mod page {
    use super::{Be16, Be24, Bits, Flag};

    pub(super) type Type = Bits<0, 0, 8>;
    pub(super) type PrimaryTags = Flag<1, 7>;
    pub(super) type AlternateTags = Flag<1, 6>;
    pub(super) type DescriptorBytes = Be16<2>;
    pub(super) type Bytes = Be24<5>;
}

/// A length for a 24-bit field; a structure that outgrows it claims the most it can.
fn length24(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX).min(0xFF_FFFF)
}
