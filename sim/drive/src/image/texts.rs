//! CD-TEXT as sheets give it, text by text.

use std::collections::BTreeMap;

use discwright_cd::cd_text::{Block, CdText, Characters, Pack, PackKind};

use super::sheet::{LineProblem, SheetProblem};

/// The texts of a sheet, by block.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts(BTreeMap<u8, TextBlock>);

/// The texts of one language.
#[derive(Clone, Debug, Default)]
struct TextBlock {
    line: usize,
    language: u8,
    characters: Characters,
    items: Vec<Item>,
    genre: Option<(u16, String)>,
    binary: Vec<Pack>,
}

#[derive(Clone, Debug)]
struct Item {
    line: usize,
    kind: PackKind,
    track: u8,
    text: String,
}

/// Most texts that any disc has: every kind for every track in eight languages.
const MOST_TEXTS: usize = 8 * 8 * 100;
/// Text bytes of a pack.
const PACK_TEXT: usize = 12;

impl Texts {
    pub(super) fn language(&mut self, line: usize, block: u8, language: u8) {
        let new = || TextBlock { line, ..TextBlock::default() };
        self.0.entry(block).or_insert_with(new).language = language;
    }

    pub(super) fn is_known(&self, block: u8) -> bool {
        self.0.contains_key(&block)
    }

    pub(super) fn characters(&mut self, block: u8, characters: Characters) {
        if let Some(block) = self.0.get_mut(&block) {
            block.characters = characters;
        }
    }

    /// Adds a text; of the disc when `track` is zero.
    pub(super) fn add(
        &mut self,
        line: usize,
        block: u8,
        kind: PackKind,
        track: u8,
        text: String,
    ) -> Result<(), SheetProblem> {
        let Some(block) = self.0.get_mut(&block) else { return Ok(()) };
        if block.items.len() >= MOST_TEXTS {
            return Err(SheetProblem::TooMany("texts"));
        }
        block.items.push(Item { line, kind, track, text });
        Ok(())
    }

    /// Sets the genre: its code, and words.
    pub(super) fn genre(&mut self, block: u8, code: u16, words: String) {
        if let Some(block) = self.0.get_mut(&block) {
            block.genre = Some((code, words));
        }
    }

    /// Adds packs whose content is no text.
    pub(super) fn binary(&mut self, block: u8, kind: PackKind, bytes: &[u8]) {
        let Some(known) = self.0.get_mut(&block) else { return };
        for part in bytes.chunks(PACK_TEXT) {
            let mut text = [0; PACK_TEXT];
            text.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            let pack = Pack { kind, track: 0, sequence: 0, block, double_byte: false, position: 0, text };
            known.binary.push(pack);
        }
    }

    /// The packs of a disc with these tracks; none when there are no texts.
    pub(super) fn packs(&self, first: u8, last: u8) -> Result<Vec<[u8; 18]>, LineProblem> {
        let mut whole = CdText::default();
        for (number, texts) in &self.0 {
            let mut block = Block::new(texts.characters, texts.language, first, last);
            block.genre.clone_from(&texts.genre);
            block.binary.clone_from(&texts.binary);
            for Item { line, kind, track, text } in &texts.items {
                let set = block.set(*kind, *track, text.as_str());
                set.map_err(|error| (*line, SheetProblem::Text(error.to_string())))?;
            }
            let empty = block.texts().next().is_none() && block.genre.is_none() && block.binary.is_empty();
            if !empty {
                whole.blocks.insert(*number, block);
            }
        }
        let line = self.0.values().next().map_or(1, |block| block.line);
        whole.encode().map_err(|error| (line, SheetProblem::Text(error.to_string())))
    }
}
