//! Where in a track the writing is.

use discwright_cd::Lba;
use discwright_plan::WriteTrack;

/// The next piece of a track to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Zeroed sectors: a pregap, or padding.
    Zeros { sectors: u32 },
    /// Sectors of the content, counted over all tracks.
    Content { first: u32, sectors: u32 },
}

/// A track being written: sectors accepted so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    pub(super) track: WriteTrack,
    /// Number of this track's first content sector, counted over all tracks.
    content_base: u32,
    sent: u32,
    most: u32,
}

impl Cursor {
    /// The start of a track, in pieces of at most `most` sectors.
    pub(super) fn new(track: WriteTrack, content_base: u32, most: u32) -> Self {
        Self { track, content_base, sent: 0, most: most.max(1) }
    }

    /// The next address.
    pub(super) fn position(&self) -> Lba {
        self.track.first.saturating_add(self.sent)
    }

    /// The next piece; `None` at the end. Content pieces begin at multiples of `most`, as the reader's chunks do.
    pub(super) fn piece(&self) -> Option<Piece> {
        let WriteTrack { pregap, content, padding, .. } = self.track;
        if self.sent < pregap {
            return Some(Piece::Zeros { sectors: self.most.min(pregap - self.sent) });
        }
        let inside = self.sent - pregap;
        if inside < content {
            let sectors = self.most.min(content - inside);
            return Some(Piece::Content { first: self.content_base.saturating_add(inside), sectors });
        }
        let behind = inside - content;
        (behind < padding).then(|| Piece::Zeros { sectors: self.most.min(padding - behind) })
    }

    /// So many sectors were accepted.
    pub(super) const fn advance(&mut self, sectors: u32) {
        self.sent = self.sent.saturating_add(sectors);
    }

    /// Where the next track's content begins.
    pub(super) const fn content_end(&self) -> u32 {
        self.content_base.saturating_add(self.track.content)
    }
}

#[cfg(test)]
mod tests {
    use discwright_plan::TrackMode;

    use super::*;

    impl Piece {
        const fn sectors(self) -> u32 {
            match self {
                Self::Zeros { sectors } | Self::Content { sectors, .. } => sectors,
            }
        }
    }

    #[test]
    fn pieces_are_pregap_content_padding() {
        let track = WriteTrack {
            number: 2,
            mode: TrackMode::Mode1,
            first: Lba(-150),
            pregap: 150,
            content: 70,
            padding: 230,
        };
        let mut cursor = Cursor::new(track, 1000, 32);
        let mut pieces = Vec::new();
        while let Some(piece) = cursor.piece() {
            pieces.push((cursor.position().0, piece));
            cursor.advance(piece.sectors());
        }
        assert_eq!(pieces[0], (-150, Piece::Zeros { sectors: 32 }));
        assert_eq!(pieces[4], (-22, Piece::Zeros { sectors: 22 }));
        assert_eq!(pieces[5], (0, Piece::Content { first: 1000, sectors: 32 }));
        assert_eq!(pieces[7], (64, Piece::Content { first: 1064, sectors: 6 }));
        assert_eq!(pieces[8], (70, Piece::Zeros { sectors: 32 }));
        assert_eq!(cursor.position(), Lba(300));
        assert_eq!(cursor.content_end(), 1070);
    }
}
