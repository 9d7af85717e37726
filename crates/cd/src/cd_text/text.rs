//! The texts of a disc, in up to eight languages.

use std::collections::BTreeMap;

use thiserror::Error;

use super::charset::Characters;
use super::pack::{PACK_BYTES, Pack, PackKind};
use crate::area::MAX_TRACKS;

/// Bytes of text in a pack.
const TEXT_BYTES: usize = 12;
/// Packs that close each block: its size information.
const SIZE_PACKS: usize = 3;
/// Packs of one block, at most: the sequence number is a byte.
const MAX_PACKS: usize = 256;
/// Blocks on a disc, at most.
const MAX_BLOCKS: usize = 8;

/// All texts of a disc: one block for each language, by block number 0 ..= 7 (MMC-3, annex J).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CdText {
    /// The blocks; players show block 0 when they do not know better.
    pub blocks: BTreeMap<u8, Block>,
}

/// The texts of a disc in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Character code of titles, names and messages. Codes, genre and disc identification are always ASCII.
    pub characters: Characters,
    /// Language code of EBU Tech 3264: 08h German, 09h English, 0Fh French, 69h Japanese.
    pub language: u8,
    /// Copy protection flags of the size information, as they stand.
    pub protection: u8,
    /// First track of the disc.
    pub first_track: u8,
    /// Last track of the disc.
    pub last_track: u8,
    /// Genre code and its supplement in words.
    pub genre: Option<(u16, String)>,
    /// What has no text: packs of kinds 88h to 8Ch. Their sequence and block numbers are given on encoding.
    pub binary: Vec<Pack>,
    texts: BTreeMap<(PackKind, u8), String>,
}

impl Block {
    /// English, ISO 8859-1.
    pub const ENGLISH: u8 = 0x09;

    /// A block without texts.
    #[must_use]
    pub const fn new(characters: Characters, language: u8, first_track: u8, last_track: u8) -> Self {
        Self {
            characters,
            language,
            protection: 0,
            first_track,
            last_track,
            genre: None,
            binary: Vec::new(),
            texts: BTreeMap::new(),
        }
    }

    /// The text of a kind for a track, or for the whole disc as track 0.
    #[must_use]
    pub fn get(&self, kind: PackKind, track: u8) -> Option<&str> {
        self.texts.get(&(kind, track)).map(String::as_str)
    }

    /// Sets the text of a kind for a track, or for the whole disc as track 0; an empty text removes it.
    ///
    /// # Errors
    /// [`CdTextError::NoSuchText`] when the kind has no text, when it has none for single tracks, or when the disc
    /// has no such track.
    pub fn set(&mut self, kind: PackKind, track: u8, text: impl Into<String>) -> Result<(), CdTextError> {
        let for_tracks = shape(kind).ok_or(CdTextError::NoSuchText { kind, track })?;
        let exists = track == 0 || for_tracks && (self.first_track..=self.last_track).contains(&track);
        if !exists {
            return Err(CdTextError::NoSuchText { kind, track });
        }
        let text = text.into();
        if text.is_empty() {
            self.texts.remove(&(kind, track));
        } else {
            self.texts.insert((kind, track), text);
        }
        Ok(())
    }

    /// All texts, by kind and track.
    pub fn texts(&self) -> impl Iterator<Item = (PackKind, u8, &str)> {
        self.texts.iter().map(|((kind, track), text)| (*kind, *track, text.as_str()))
    }

    /// Tracks to which a kind has a text, with 0 for the disc, in the order in which the texts stand.
    fn places(&self, kind: PackKind) -> impl Iterator<Item = u8> {
        let tracks = (self.first_track..=self.last_track).filter(move |_| shape(kind) == Some(true));
        core::iter::once(0).chain(tracks)
    }

    /// The texts' packs, without size information.
    fn packs(&self, block: u8) -> Result<Vec<Pack>, CdTextError> {
        let mut packs = Vec::new();
        let mut kinds: Vec<PackKind> = self.texts.keys().map(|(kind, _)| *kind).collect();
        kinds.extend(self.genre.iter().map(|_| PackKind::Genre));
        kinds.extend(self.binary.iter().map(|pack| pack.kind));
        kinds.sort_by_key(|kind| kind.code());
        kinds.dedup();
        for kind in kinds {
            if shape(kind).is_some() {
                self.lay_texts(block, kind, &mut packs)?;
            } else if kind == PackKind::Genre {
                self.lay_genre(block, &mut packs)?;
            } else {
                packs.extend(self.binary.iter().filter(|pack| pack.kind == kind).copied());
            }
        }
        Ok(packs)
    }

    fn lay_texts(&self, block: u8, kind: PackKind, packs: &mut Vec<Pack>) -> Result<(), CdTextError> {
        let characters = self.characters_of(kind);
        let mut writer = Writer::new(kind, characters);
        for track in self.places(kind) {
            let mut bytes = characters
                .encode(self.get(kind, track).unwrap_or_default())
                .map_err(|character| CdTextError::Unencodable { block, kind, track, character })?;
            bytes.resize(bytes.len() + characters.width(), 0);
            writer.put(track, &bytes, packs);
        }
        Ok(())
    }

    fn lay_genre(&self, block: u8, packs: &mut Vec<Pack>) -> Result<(), CdTextError> {
        let Some((code, words)) = &self.genre else { return Ok(()) };
        let kind = PackKind::Genre;
        let words = Characters::Ascii.encode(words).map_err(|character| CdTextError::Unencodable {
            block,
            kind,
            track: 0,
            character,
        })?;
        let bytes = [code.to_be_bytes().as_slice(), &words, &[0]].concat();
        Writer { head: code.to_be_bytes().len(), ..Writer::new(kind, Characters::Ascii) }
            .put(0, &bytes, packs);
        Ok(())
    }

    /// The character code of one kind of text.
    const fn characters_of(&self, kind: PackKind) -> Characters {
        match kind {
            PackKind::DiscId | PackKind::Genre | PackKind::Code => Characters::Ascii,
            PackKind::Closed => Characters::Latin1,
            _ => self.characters,
        }
    }
}

/// `Some(true)` for texts of disc and tracks, `Some(false)` for texts of the disc alone, `None` for what is no text.
pub(super) const fn shape(kind: PackKind) -> Option<bool> {
    match kind {
        PackKind::Title
        | PackKind::Performer
        | PackKind::Songwriter
        | PackKind::Composer
        | PackKind::Arranger
        | PackKind::Message
        | PackKind::Code => Some(true),
        PackKind::DiscId | PackKind::Closed => Some(false),
        PackKind::Genre | PackKind::Toc | PackKind::Toc2 | PackKind::SizeInfo | PackKind::Reserved(_) => None,
    }
}

/// Cuts the texts of one kind into packs.
struct Writer {
    kind: PackKind,
    characters: Characters,
    /// Bytes before the text that do not count as characters: the code of a genre.
    head: usize,
    /// Bytes of the last pack in use.
    used: usize,
}

impl Writer {
    const fn new(kind: PackKind, characters: Characters) -> Self {
        Self { kind, characters, head: 0, used: TEXT_BYTES }
    }

    fn put(&mut self, track: u8, bytes: &[u8], packs: &mut Vec<Pack>) {
        for (at, byte) in bytes.iter().enumerate() {
            if self.used == TEXT_BYTES {
                packs.push(self.pack(track, at.saturating_sub(self.head) / self.characters.width()));
                self.used = 0;
            }
            if let Some(place) = packs.last_mut().and_then(|pack| pack.text.get_mut(self.used)) {
                *place = *byte;
            }
            self.used += 1;
        }
    }

    fn pack(&self, track: u8, position: usize) -> Pack {
        Pack {
            kind: self.kind,
            track,
            sequence: 0,
            block: 0,
            double_byte: self.characters.width() == 2,
            position: u8::try_from(position).unwrap_or(u8::MAX).min(15),
            text: [0; TEXT_BYTES],
        }
    }
}

impl CdText {
    /// The packs of all blocks, size information included, as they go to the lead-in.
    ///
    /// A track without a text of a kind that others have gets an empty one.
    ///
    /// # Errors
    /// [`CdTextError::NotATrackRange`], [`CdTextError::NotABlock`], [`CdTextError::Unencodable`] when a character has
    /// no place in the block's character code, [`CdTextError::TooManyPacks`] when a block does not fit.
    pub fn encode(&self) -> Result<Vec<[u8; PACK_BYTES]>, CdTextError> {
        let mut blocks = Vec::new();
        for (number, block) in &self.blocks {
            if usize::from(*number) >= MAX_BLOCKS {
                return Err(CdTextError::NotABlock(*number));
            }
            if block.first_track == 0 || block.first_track > block.last_track || block.last_track > MAX_TRACKS
            {
                return Err(CdTextError::NotATrackRange { first: block.first_track, last: block.last_track });
            }
            let packs = block.packs(*number)?;
            if packs.len() + SIZE_PACKS > MAX_PACKS {
                return Err(CdTextError::TooManyPacks { block: *number, packs: packs.len() + SIZE_PACKS });
            }
            blocks.push((*number, block, packs));
        }
        let mut sizes = [[0; 2]; MAX_BLOCKS];
        for (number, block, packs) in &blocks {
            if let Some(size) = sizes.get_mut(usize::from(*number)) {
                *size = [u8::try_from(packs.len() + SIZE_PACKS - 1).unwrap_or(u8::MAX), block.language];
            }
        }
        Ok(blocks
            .into_iter()
            .flat_map(|(number, block, packs)| number_packs(number, block, packs, sizes))
            .collect())
    }
}

/// Adds the size information and numbers all packs of a block.
fn number_packs(
    number: u8,
    block: &Block,
    mut packs: Vec<Pack>,
    sizes: [[u8; 2]; MAX_BLOCKS],
) -> impl Iterator<Item = [u8; PACK_BYTES]> {
    let mut size = vec![block.characters.code(), block.first_track, block.last_track, block.protection];
    for code in 0x80..=0x8F_u8 {
        let count = packs.iter().filter(|pack| pack.kind.code() == code).count();
        let count = if code == PackKind::SizeInfo.code() { SIZE_PACKS } else { count };
        size.push(u8::try_from(count).unwrap_or(u8::MAX));
    }
    size.extend(sizes.map(|[last, _]| last));
    size.extend(sizes.map(|[_, language]| language));
    for (element, text) in (0..).zip(size.as_chunks::<TEXT_BYTES>().0) {
        packs.push(Pack {
            text: *text,
            ..Writer::new(PackKind::SizeInfo, Characters::Ascii).pack(element, 0)
        });
    }
    (0..=u8::MAX).zip(packs).map(move |(sequence, pack)| Pack { sequence, block: number, ..pack }.encode())
}

/// Why texts cannot be CD-TEXT.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CdTextError {
    /// The kind has no text there.
    #[error("CD-TEXT has no {kind:?} for track {track}, or the disc has no such track")]
    NoSuchText {
        /// What was to be set.
        kind: PackKind,
        /// For which track.
        track: u8,
    },
    /// A character has no place in the character code of its text.
    #[error(
        "{character:?} in {kind:?} of track {track}, block {block}, cannot be written in the block's character code"
    )]
    Unencodable {
        /// Block of the text.
        block: u8,
        /// Kind of the text.
        kind: PackKind,
        /// Track of the text, 0 for the disc.
        track: u8,
        /// The character.
        character: char,
    },
    /// The texts of a block need more than 256 packs.
    #[error("block {block} of CD-TEXT needs {packs} packs and may have 256; shorten its texts")]
    TooManyPacks {
        /// The block.
        block: u8,
        /// Packs that it needs.
        packs: usize,
    },
    /// The block number is above 7.
    #[error("{0} is not a block of CD-TEXT, 0 to 7")]
    NotABlock(u8),
    /// First and last track are no range of tracks.
    #[error("tracks {first} to {last} are not tracks of a disc")]
    NotATrackRange {
        /// First track.
        first: u8,
        /// Last track.
        last: u8,
    },
}
