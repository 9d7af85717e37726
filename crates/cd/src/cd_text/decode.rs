//! Reading texts from packs, as far as the packs are whole.

use std::collections::BTreeMap;

use super::charset::Characters;
use super::pack::{PACK_BYTES, Pack, PackKind};
use super::text::{Block, CdText, shape};
use crate::area::MAX_TRACKS;

/// Texts that could be read, and what could not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The texts.
    pub text: CdText,
    /// What was wrong, in the order of the packs.
    pub faults: Vec<Fault>,
}

/// What is wrong with packs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The CRC of the pack at this place in the input does not hold; the pack was left out.
    Crc {
        /// Place in the input, counted from zero.
        index: usize,
    },
    /// The input ends within a pack.
    Cut {
        /// Bytes behind the last whole pack.
        bytes: usize,
    },
    /// Packs are missing or out of order in a block; texts that they cut are left out.
    Gap {
        /// The block.
        block: u8,
        /// Sequence number behind the gap.
        sequence: u8,
    },
    /// A block has no size information; ISO 8859-1 and all tracks were assumed.
    NoSizeInfo {
        /// The block.
        block: u8,
    },
    /// A text has bytes without a meaning in its character code; they were replaced.
    Characters {
        /// The block.
        block: u8,
        /// Kind of the text.
        kind: PackKind,
        /// Track of the text, 0 for the disc.
        track: u8,
    },
}

impl CdText {
    /// Reads packs, 18 bytes each, as READ TOC format 5 answers them behind its header of four bytes.
    ///
    /// Never fails: damaged packs and the texts they cut are left out and told in [`Decoded::faults`]. Packs that stand
    /// there twice, as the lead-in repeats them, are read once. A text that is a lone tabulator means "as the track before"
    /// and is given as that.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Decoded {
        let mut faults = Vec::new();
        let (packs, rest) = bytes.as_chunks::<PACK_BYTES>();
        let mut blocks: BTreeMap<u8, BTreeMap<u8, Pack>> = BTreeMap::new();
        for (index, pack) in packs.iter().enumerate() {
            match Pack::parse(pack) {
                Ok(pack) => {
                    blocks.entry(pack.block).or_default().entry(pack.sequence).or_insert(pack);
                }
                // An array is often padded with zeros.
                Err(_) if pack == &[0; PACK_BYTES] => {}
                Err(_) => faults.push(Fault::Crc { index }),
            }
        }
        if rest.iter().any(|byte| *byte != 0) {
            faults.push(Fault::Cut { bytes: rest.len() });
        }
        let mut text = Self::default();
        for (number, packs) in blocks {
            let packs: Vec<Pack> = packs.into_values().collect();
            text.blocks.insert(number, decode_block(number, &packs, &mut faults));
        }
        Decoded { text, faults }
    }
}

fn decode_block(number: u8, packs: &[Pack], faults: &mut Vec<Fault>) -> Block {
    let mut next = 0_u16;
    for pack in packs {
        if u16::from(pack.sequence) != next {
            faults.push(Fault::Gap { block: number, sequence: pack.sequence });
        }
        next = u16::from(pack.sequence) + 1;
    }
    let mut block = empty_block(number, packs, faults);
    let mut kinds: Vec<PackKind> = packs.iter().map(|pack| pack.kind).collect();
    kinds.sort_by_key(|kind| kind.code());
    kinds.dedup();
    for kind in kinds {
        let packs = packs.iter().filter(|pack| pack.kind == kind);
        match kind {
            PackKind::SizeInfo => {}
            PackKind::Genre => block.genre = decode_genre(&packs.copied().collect::<Vec<_>>()),
            _ if shape(kind).is_some() => decode_texts(number, &mut block, kind, packs, faults),
            _ => block.binary.extend(packs.map(|pack| Pack { sequence: 0, block: 0, ..*pack })),
        }
    }
    block
}

/// A block with what its size information tells, without texts.
fn empty_block(number: u8, packs: &[Pack], faults: &mut Vec<Fault>) -> Block {
    let size = |element| packs.iter().find(|pack| pack.kind == PackKind::SizeInfo && pack.track == element);
    let Some(Pack { text: [code, first, last, protection, ..], .. }) = size(0) else {
        faults.push(Fault::NoSizeInfo { block: number });
        return Block::new(Characters::Latin1, 0, 1, MAX_TRACKS);
    };
    let mut block = Block::new(Characters::from_code(*code), 0, (*first).max(1), (*last).min(MAX_TRACKS));
    block.protection = *protection;
    if let Some(Pack { text: [_, _, _, _, languages @ ..], .. }) = size(2) {
        block.language = languages.get(usize::from(number)).copied().unwrap_or_default();
    }
    block
}

/// The code and the words of the genre.
fn decode_genre(packs: &[Pack]) -> Option<(u16, String)> {
    let bytes: Vec<u8> = packs.iter().flat_map(|pack| pack.text).collect();
    let (code, words) = bytes.split_first_chunk::<2>()?;
    let words = words.split(|byte| *byte == 0).next().unwrap_or_default();
    Some((u16::from_be_bytes(*code), Characters::Latin1.decode(words).0))
}

/// Cuts the bytes of one kind into texts again and sets them.
fn decode_texts<'a>(
    number: u8,
    block: &mut Block,
    kind: PackKind,
    packs: impl Iterator<Item = &'a Pack>,
    faults: &mut Vec<Fault>,
) {
    let mut previous: Option<(u8, String)> = None;
    for (track, double_byte, bytes) in cut(block.first_track, packs) {
        let characters = match kind {
            PackKind::DiscId | PackKind::Code | PackKind::Closed => Characters::Latin1,
            // The packs are right about themselves, whatever the size information says.
            _ if double_byte => Characters::MsJis,
            _ if block.characters == Characters::MsJis => Characters::Latin1,
            _ => block.characters,
        };
        let (mut text, whole) = characters.decode(&bytes);
        if !whole {
            faults.push(Fault::Characters { block: number, kind, track });
        }
        let same = matches!(text.as_str(), "\t" | "\t\t");
        if let Some((before, earlier)) = previous.as_ref().filter(|_| same)
            && *before + 1 == track
        {
            text.clone_from(earlier);
        }
        previous = Some((track, text.clone()));
        // Padding behind the last track, and texts for tracks that the disc has not, are dropped here.
        let _ = block.set(kind, track, text);
    }
}

/// The texts of one kind: track, whether double-byte, bytes. Texts that a gap cut are left out.
fn cut<'a>(first_track: u8, packs: impl Iterator<Item = &'a Pack>) -> Vec<(u8, bool, Vec<u8>)> {
    let mut texts = Vec::new();
    let mut expected: Option<u8> = None;
    let mut track = 0_u8;
    // `None` while the rest of a text, whose beginning is lost, goes by.
    let mut current: Option<Vec<u8>> = Some(Vec::new());
    for pack in packs {
        if expected != Some(pack.sequence) {
            track = pack.track;
            current = (pack.position == 0).then(Vec::new);
        }
        expected = pack.sequence.checked_add(1);
        let width = if pack.double_byte { 2 } else { 1 };
        for character in pack.text.chunks_exact(width) {
            if character.iter().any(|byte| *byte != 0) {
                if let Some(text) = &mut current {
                    text.extend_from_slice(character);
                }
                continue;
            }
            if let Some(text) = current.replace(Vec::new()) {
                texts.push((track, pack.double_byte, text));
            }
            track = if track == 0 { first_track } else { track.saturating_add(1) };
        }
    }
    texts
}
