//! The bits of a mode page that have no name.

use crate::error::ResponseError;
use crate::field::length8;

/// The bits of a page that have no name, its true length, and what a drive appended: kept, so that a host which
/// reads a page, changes it and writes it back disturbs nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRest<const N: usize> {
    unnamed: [u8; N],
    /// Bytes of the page with its header, where it is shorter than the standard's.
    length: usize,
    tail: Vec<u8>,
}

impl<const N: usize> Default for PageRest<N> {
    fn default() -> Self {
        Self { unnamed: [0; N], length: N, tail: Vec::new() }
    }
}

impl<const N: usize> PageRest<N> {
    /// Bytes of the whole page with its header.
    #[must_use]
    pub fn page_bytes(&self) -> usize {
        self.length + self.tail.len()
    }

    /// What follows the fields of the standard.
    #[must_use]
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// The same with another tail; it is cut where the page's length field ends.
    pub(crate) fn set_tail(&mut self, mut tail: Vec<u8>) {
        tail.truncate(257_usize.saturating_sub(N));
        if !tail.is_empty() {
            self.length = N;
        }
        self.tail = tail;
    }

    /// A block with the unnamed bits in it.
    pub(crate) const fn block(&self) -> [u8; N] {
        self.unnamed
    }

    /// The whole page from its block.
    pub(crate) fn page(&self, code: u8, block: [u8; N]) -> Vec<u8> {
        let mut bytes: Vec<u8> =
            block.into_iter().take(self.length).chain(self.tail.iter().copied()).collect();
        let length = length8(bytes.len().saturating_sub(2));
        for (to, from) in bytes.iter_mut().zip([code, length]) {
            *to = from;
        }
        bytes
    }

    /// A page's block, padded with zeros, and its length and tail.
    pub(crate) fn split(code: u8, bytes: &[u8]) -> Result<([u8; N], Self), ResponseError> {
        let what = "mode page";
        let Some(&[first, claimed]) = bytes.first_chunk::<2>() else {
            return Err(ResponseError::Short { what, expected: 2, actual: bytes.len() });
        };
        if first & 0x7F != code {
            return Err(ResponseError::Invalid { what, byte: 0, problem: "another page than asked for" });
        }
        let claimed = usize::from(claimed) + 2;
        let mut whole = bytes.get(..claimed.min(bytes.len())).unwrap_or(bytes).to_vec();
        whole.resize(claimed, 0);
        let mut block = [0; N];
        for (to, from) in block.iter_mut().zip(&whole).skip(2) {
            *to = *from;
        }
        let tail = whole.get(N..).unwrap_or(&[]).to_vec();
        Ok((block, Self { unnamed: [0; N], length: claimed.min(N), tail }))
    }

    /// Keeps the bits of a block that no field has taken.
    pub(crate) const fn keep(&mut self, unnamed: [u8; N]) {
        self.unnamed = unnamed;
    }
}
