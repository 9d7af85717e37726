//! One long run of bytes that holds every name once.

use super::node::Span;

/// Names, back to back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text(Vec<u8>);

impl Text {
    /// Appends a piece; `None` when it is longer than 65535 bytes or the arena longer than 4 GiB.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Option<Span> {
        let span = Span { at: u32::try_from(self.0.len()).ok()?, len: u16::try_from(piece.len()).ok()? };
        self.0.extend_from_slice(piece);
        Some(span)
    }

    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        let at = usize::try_from(span.at).unwrap_or(usize::MAX);
        self.0.get(at..).and_then(|rest| rest.get(..usize::from(span.len))).unwrap_or_default()
    }

    /// A piece that is known to be UTF-8.
    pub(crate) fn str(&self, span: Span) -> &str {
        str::from_utf8(self.bytes(span)).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.0.reserve(bytes);
    }
}
