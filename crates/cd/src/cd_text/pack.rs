//! One pack: 18 bytes under a CRC.

use thiserror::Error;

use crate::area::SUBCHANNEL_BYTES;
use crate::subchannel::crc16;

/// A pack, in bytes.
pub const PACK_BYTES: usize = 18;
/// Packs in the subchannels of one sector.
const PACKS_IN_SECTOR: usize = SUBCHANNEL_BYTES * 6 / 8 / PACK_BYTES;

/// A pack of CD-TEXT (MMC-3, annex J): 12 bytes of text and where they belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pack {
    /// What the text is.
    pub kind: PackKind,
    /// Track to which the first character belongs, 0 for the whole disc; for [`PackKind::SizeInfo`] the element.
    pub track: u8,
    /// Number of the pack within its block, 0 ..= 255.
    pub sequence: u8,
    /// Block, that is language, 0 ..= 7.
    pub block: u8,
    /// Whether characters are of two bytes.
    pub double_byte: bool,
    /// Characters of the text that stand in earlier packs, 15 meaning 15 or more.
    pub position: u8,
    /// The text.
    pub text: [u8; 12],
}

/// What a pack tells: its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackKind {
    /// 80h: title of the album or the track.
    Title,
    /// 81h: performers.
    Performer,
    /// 82h: songwriters.
    Songwriter,
    /// 83h: composers.
    Composer,
    /// 84h: arrangers.
    Arranger,
    /// 85h: message from the publisher or the artist.
    Message,
    /// 86h: identification of the disc.
    DiscId,
    /// 87h: genre, a code and a text.
    Genre,
    /// 88h: table of contents.
    Toc,
    /// 89h: second table of contents, with the intervals.
    Toc2,
    /// 8Dh: for the publisher's own use.
    Closed,
    /// 8Eh: UPC/EAN of the album, ISRC of the tracks.
    Code,
    /// 8Fh: size of the block.
    SizeInfo,
    /// Another code, reserved by the standard.
    Reserved(u8),
}

impl PackKind {
    /// The first byte of a pack.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Title => 0x80,
            Self::Performer => 0x81,
            Self::Songwriter => 0x82,
            Self::Composer => 0x83,
            Self::Arranger => 0x84,
            Self::Message => 0x85,
            Self::DiscId => 0x86,
            Self::Genre => 0x87,
            Self::Toc => 0x88,
            Self::Toc2 => 0x89,
            Self::Closed => 0x8D,
            Self::Code => 0x8E,
            Self::SizeInfo => 0x8F,
            Self::Reserved(code) => code,
        }
    }

    /// The kind that a first byte stands for.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            0x80 => Self::Title,
            0x81 => Self::Performer,
            0x82 => Self::Songwriter,
            0x83 => Self::Composer,
            0x84 => Self::Arranger,
            0x85 => Self::Message,
            0x86 => Self::DiscId,
            0x87 => Self::Genre,
            0x88 => Self::Toc,
            0x89 => Self::Toc2,
            0x8D => Self::Closed,
            0x8E => Self::Code,
            0x8F => Self::SizeInfo,
            code => Self::Reserved(code),
        }
    }
}

impl Pack {
    /// The 18 bytes, CRC included. Bits of a field that has too many are dropped.
    #[must_use]
    pub fn encode(&self) -> [u8; PACK_BYTES] {
        let place = u8::from(self.double_byte) << 7 | (self.block & 0x07) << 4 | (self.position & 0x0F);
        let mut bytes = [0; PACK_BYTES];
        let fields = [self.kind.code(), self.track & 0x7F, self.sequence, place];
        for (byte, field) in bytes.iter_mut().zip(fields.iter().chain(&self.text)) {
            *byte = *field;
        }
        let crc = crc16(&bytes[..16]);
        bytes[16..].copy_from_slice(&crc.to_be_bytes());
        bytes
    }

    /// Reads a pack back.
    ///
    /// # Errors
    /// [`PackError::Crc`] when the CRC does not hold.
    pub fn parse(bytes: &[u8; PACK_BYTES]) -> Result<Self, PackError> {
        let [kind, track, sequence, place, text @ .., high, low] = *bytes;
        let (stored, computed) = (u16::from_be_bytes([high, low]), crc16(&bytes[..16]));
        if stored != computed {
            return Err(PackError::Crc { sequence, stored, computed });
        }
        Ok(Self {
            kind: PackKind::from_code(kind),
            track: track & 0x7F,
            sequence,
            block: place >> 4 & 0x07,
            double_byte: place & 0x80 != 0,
            position: place & 0x0F,
            text,
        })
    }
}

/// Four packs as the subchannel bytes of a sector: six bits to the byte, in bits 5 to 0 where R to W are.
///
/// This is the block of 96 bytes in which a host writes CD-TEXT to the lead-in. P and Q are zero.
#[must_use]
pub fn expand(packs: &[[u8; PACK_BYTES]; PACKS_IN_SECTOR]) -> [u8; SUBCHANNEL_BYTES] {
    let mut wire = [0; SUBCHANNEL_BYTES];
    for (symbols, bytes) in
        wire.as_chunks_mut::<4>().0.iter_mut().zip(packs.as_flattened().as_chunks::<3>().0)
    {
        let [a, b, c] = *bytes;
        *symbols = [a >> 2, (a << 4 | b >> 4) & 0x3F, (b << 2 | c >> 6) & 0x3F, c & 0x3F];
    }
    wire
}

/// The subchannel bytes of `sectors` sectors of the lead-in, in which the packs come again and again.
///
/// Without packs there is nothing to write, and the iterator is empty.
pub fn lead_in(packs: &[[u8; PACK_BYTES]], sectors: usize) -> impl Iterator<Item = [u8; SUBCHANNEL_BYTES]> {
    let mut endless = packs.iter().cycle();
    let sectors = if packs.is_empty() { 0 } else { sectors };
    (0..sectors)
        .map(move |_| expand(&core::array::from_fn(|_| endless.next().copied().unwrap_or([0; PACK_BYTES]))))
}

/// The four packs in the subchannel bytes of a sector; P and Q are ignored.
#[must_use]
pub fn collapse(wire: &[u8; SUBCHANNEL_BYTES]) -> [[u8; PACK_BYTES]; PACKS_IN_SECTOR] {
    let mut packs = [[0; PACK_BYTES]; PACKS_IN_SECTOR];
    for (bytes, symbols) in
        packs.as_flattened_mut().as_chunks_mut::<3>().0.iter_mut().zip(wire.as_chunks::<4>().0)
    {
        let [a, b, c, d] = symbols.map(|symbol| symbol & 0x3F);
        *bytes = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    }
    packs
}

/// Why 18 bytes are not a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PackError {
    /// The CRC does not hold.
    #[error("CRC of CD-TEXT pack {sequence} is {stored:#06x}, its bytes give {computed:#06x}")]
    Crc {
        /// Sequence number as it stands.
        sequence: u8,
        /// What stands in the pack.
        stored: u16,
        /// What it should be.
        computed: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expansion_keeps_every_bit() {
        let packs: [[u8; PACK_BYTES]; 4] = core::array::from_fn(|pack| {
            core::array::from_fn(|at| u8::try_from(pack * 18 + at).unwrap().wrapping_mul(37))
        });
        let wire = expand(&packs);
        assert!(wire.iter().all(|symbol| symbol & 0xC0 == 0));
        assert_eq!(collapse(&wire.map(|symbol| symbol | 0xC0)), packs);
        assert_eq!(
            expand(&[[0xFF; 18], [0; 18], [0; 18], [0; 18]])[..25],
            [[0x3F; 24].as_slice(), &[0]].concat()
        );
    }

    #[test]
    fn a_wrong_crc_is_told() {
        let pack = Pack {
            kind: PackKind::Reserved(0x8A),
            track: 3,
            sequence: 9,
            block: 7,
            double_byte: true,
            position: 15,
            text: *b"ABCDEFGHIJKL",
        };
        let mut bytes = pack.encode();
        assert_eq!(Pack::parse(&bytes), Ok(pack));
        bytes[17] ^= 1;
        assert!(matches!(Pack::parse(&bytes), Err(PackError::Crc { sequence: 9, .. })));
    }
}
