//! TOC files of cdrdao, by its manual, and as its `read-cd` and `read-toc` write them.

use discwright_cd::area;
use discwright_cd::cd_text::{Characters, PackKind};

use super::sheet::{
    FileKind, Layout, LineProblem, Part, Sheet, SheetProblem, SheetSession, SheetTrack, Source, Start,
};
use super::texts::Texts;
use super::tokens::{Cursor, TokenKind, tokens};
use super::words::{brief, catalogue, isrc, number, sectors};
use crate::medium::{Form, Subchannel};

/// What a sheet says; the disc has one session.
pub(super) fn parse(text: &str) -> Result<Sheet, LineProblem> {
    let tokens = tokens(text)?;
    let mut reader = Reader {
        cursor: Cursor::new(&tokens),
        sheet: Sheet::default(),
        session: SheetSession::default(),
        texts: Texts::default(),
    };
    reader.read().map_err(|problem| (reader.cursor.line, problem))?;
    let numbers = reader.session.tracks.iter().map(|track| track.number);
    let (Some(first), Some(last)) = (numbers.clone().min(), numbers.max()) else {
        return Err((reader.cursor.line, SheetProblem::NoData));
    };
    reader.session.packs = reader.texts.packs(first, last)?;
    reader.sheet.sessions.push(reader.session);
    Ok(reader.sheet)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    sheet: Sheet,
    session: SheetSession,
    texts: Texts,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), SheetProblem> {
        while let Some(token) = self.cursor.next() {
            let TokenKind::Word(word) = token else { return Err(Cursor::stray(token)) };
            if self.session.tracks.is_empty() && self.header(word)? || self.track_line(word)? {
                continue;
            }
            return Err(SheetProblem::UnknownCommand(brief(word)));
        }
        Ok(())
    }

    /// A command before the first track; whether it is one.
    fn header(&mut self, word: &str) -> Result<bool, SheetProblem> {
        match word {
            "CD_DA" | "CD_ROM" => self.session.format = 0,
            "CD_ROM_XA" => self.session.format = 0x20,
            "CD_I" => self.session.format = 0x10,
            "CATALOG" if self.sheet.catalogue.is_some() => return Err(SheetProblem::OutOfPlace),
            "CATALOG" => self.sheet.catalogue = Some(catalogue(self.cursor.text()?)?),
            "CD_TEXT" => self.cd_text(0)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A track, or a command about the last; whether it is one.
    fn track_line(&mut self, word: &str) -> Result<bool, SheetProblem> {
        if word == "TRACK" {
            self.track()?;
            return Ok(true);
        }
        let known = matches!(
            word,
            "NO" | "COPY"
                | "PRE_EMPHASIS"
                | "TWO_CHANNEL_AUDIO"
                | "FOUR_CHANNEL_AUDIO"
                | "ISRC"
                | "CD_TEXT"
                | "SILENCE"
                | "ZERO"
                | "FILE"
                | "AUDIOFILE"
                | "DATAFILE"
                | "FIFO"
                | "START"
                | "PREGAP"
                | "INDEX"
        );
        if !known {
            return Ok(false);
        }
        let number = self.session.tracks.last().ok_or(SheetProblem::OutOfPlace)?.number;
        match word {
            "NO" => match self.cursor.word()? {
                "COPY" => self.control(0, 2)?,
                "PRE_EMPHASIS" => self.control(0, 1)?,
                other => return Err(SheetProblem::UnknownCommand(brief(other))),
            },
            "COPY" => self.control(2, 2)?,
            "PRE_EMPHASIS" => self.control(1, 1)?,
            "TWO_CHANNEL_AUDIO" => self.control(0, 8)?,
            "FOUR_CHANNEL_AUDIO" => self.control(8, 8)?,
            "ISRC" => {
                let code = isrc(self.cursor.text()?)?;
                self.last()?.isrc = Some(code);
            }
            "CD_TEXT" => self.cd_text(number)?,
            "SILENCE" | "ZERO" => self.zeros(word)?,
            "FILE" if !self.last()?.layout.form.is_audio() => self.data_piece()?,
            "FILE" | "AUDIOFILE" => self.audio_file()?,
            "DATAFILE" => self.data_file()?,
            "FIFO" => return Err(SheetProblem::Unsupported("data from a FIFO cannot be imported")),
            "START" => {
                let at = self.cursor.number_word().map(sectors).transpose()?;
                self.start(at)?;
            }
            "PREGAP" => {
                let length = sectors(self.cursor.word()?)?;
                if !self.last()?.parts.is_empty() {
                    return Err(SheetProblem::OutOfPlace);
                }
                let bytes = u64::from(length) * self.sector_bytes()?;
                self.part(Source::Zeros, Some(bytes))?;
                self.start(None)?;
            }
            _ => {
                let offset = sectors(self.cursor.word()?)?;
                let line = self.cursor.line;
                let indices = &mut self.last()?.indices;
                let index = indices.last().map_or(2, |(_, index, _)| index + 1);
                if index > 99 {
                    return Err(SheetProblem::Index);
                }
                indices.push((line, index, offset));
            }
        }
        Ok(true)
    }

    fn track(&mut self) -> Result<(), SheetProblem> {
        let mode = self.cursor.word()?;
        let (control, layout) = mode_of(mode).ok_or_else(|| SheetProblem::Mode(brief(mode)))?;
        let subchannel = match self.cursor.word_if(|word| matches!(word, "RW" | "RW_RAW")) {
            Some("RW") => Subchannel::Packed96,
            Some(_) => Subchannel::Raw96,
            None => Subchannel::None,
        };
        let number = self.session.tracks.last().map_or(1, |track| track.number + 1);
        if number > area::MAX_TRACKS {
            return Err(SheetProblem::TrackNumber(number));
        }
        self.session.tracks.push(SheetTrack {
            line: self.cursor.line,
            number,
            control,
            layout: layout.with(subchannel),
            isrc: None,
            parts: Vec::new(),
            start: Start::Sectors(0),
            indices: Vec::new(),
            pads: true,
        });
        Ok(())
    }

    fn last(&mut self) -> Result<&mut SheetTrack, SheetProblem> {
        self.session.tracks.last_mut().ok_or(SheetProblem::OutOfPlace)
    }

    fn control(&mut self, set: u8, of: u8) -> Result<(), SheetProblem> {
        let track = self.last()?;
        track.control = track.control & !of | set;
        Ok(())
    }

    fn sector_bytes(&mut self) -> Result<u64, SheetProblem> {
        Ok(u64::try_from(self.last()?.layout.bytes()).unwrap_or(0))
    }

    /// A length or position: times are sectors; numbers are samples of four bytes in sound, and bytes in data.
    fn bytes(&mut self, word: &str) -> Result<u64, SheetProblem> {
        if word.contains(':') {
            return Ok(u64::from(sectors(word)?) * self.sector_bytes()?);
        }
        let unit = if self.last()?.layout.form.is_audio() { 4 } else { 1 };
        Ok(u64::from(number::<u32>(word)?) * unit)
    }

    fn part(&mut self, source: Source, bytes: Option<u64>) -> Result<(), SheetProblem> {
        let line = self.cursor.line;
        self.last()?.parts.push(Part { line, source, bytes });
        Ok(())
    }

    fn zeros(&mut self, command: &str) -> Result<(), SheetProblem> {
        let is_audio = self.last()?.layout.form.is_audio();
        if command == "SILENCE" && !is_audio {
            return Err(SheetProblem::OutOfPlace);
        }
        // Mode and subchannel may be given again; they are the track's.
        while self.cursor.word_if(|word| mode_of(word).is_some() || matches!(word, "RW" | "RW_RAW")).is_some()
        {
        }
        let length = self.cursor.word()?;
        let bytes = self.bytes(length)?;
        self.part(Source::Zeros, Some(bytes))
    }

    fn audio_file(&mut self) -> Result<(), SheetProblem> {
        if !self.last()?.layout.form.is_audio() {
            return Err(SheetProblem::OutOfPlace);
        }
        let name = self.cursor.text()?;
        let swap = self.cursor.word_if(|word| word == "SWAP").is_some();
        let is_wave = name.to_ascii_lowercase().ends_with(".wav");
        let kind = match (is_wave, swap) {
            (true, false) => FileKind::Wave,
            (true, true) => {
                return Err(SheetProblem::Unsupported("a WAVE file with swapped samples is not read"));
            }
            (false, false) => FileKind::BigEndian,
            (false, true) => FileKind::Plain,
        };
        let skipped = self.skipped()?;
        let start = self.cursor.word()?;
        let start = self.bytes(start)?;
        self.file_part(name, kind, skipped.saturating_add(start))
    }

    fn data_file(&mut self) -> Result<(), SheetProblem> {
        if self.last()?.layout.form.is_audio() {
            return Err(SheetProblem::OutOfPlace);
        }
        let name = self.cursor.text()?;
        let skipped = self.skipped()?;
        self.file_part(name, FileKind::Plain, skipped)
    }

    /// A FILE in a data track: a part of a file as it is.
    fn data_piece(&mut self) -> Result<(), SheetProblem> {
        let name = self.cursor.text()?;
        let skipped = self.skipped()?;
        let start = self.cursor.word()?;
        let start = self.bytes(start)?;
        self.file_part(name, FileKind::Plain, skipped.saturating_add(start))
    }

    /// `#` and the bytes of a file that are passed over.
    fn skipped(&mut self) -> Result<u64, SheetProblem> {
        let word = self.cursor.word_if(|word| word.starts_with('#'));
        word.map_or(Ok(0), |word| number::<u64>(word.trim_start_matches('#')))
    }

    fn file_part(&mut self, name: &str, kind: FileKind, offset: u64) -> Result<(), SheetProblem> {
        if name == "-" {
            return Err(SheetProblem::Unsupported("data from standard input cannot be imported"));
        }
        let line = self.cursor.line;
        let length = match self.cursor.number_word() {
            Some(word) => Some(self.bytes(word)?).filter(|bytes| *bytes > 0),
            None => None,
        };
        let file = self.sheet.file(line, name, kind)?;
        self.part(Source::File { file, offset }, length)
    }

    fn start(&mut self, at: Option<u32>) -> Result<(), SheetProblem> {
        let track = self.last()?;
        if track.start != Start::Sectors(0) {
            return Err(SheetProblem::OutOfPlace);
        }
        track.start = at.map_or(Start::Parts(track.parts.len()), Start::Sectors);
        Ok(())
    }

    fn cd_text(&mut self, track: u8) -> Result<(), SheetProblem> {
        self.cursor.open()?;
        while let Some(token) = self.cursor.inside()? {
            match token {
                TokenKind::Word(word) if word == "LANGUAGE_MAP" && track == 0 => self.language_map()?,
                TokenKind::Word(word) if word == "LANGUAGE" => {
                    let block = number(self.cursor.word()?)?;
                    self.language(block, track)?;
                }
                other => return Err(Cursor::stray(other)),
            }
        }
        Ok(())
    }

    /// Pairs of a block and its language, with colons anywhere between.
    fn language_map(&mut self) -> Result<(), SheetProblem> {
        self.cursor.open()?;
        let mut words = Vec::new();
        while let Some(token) = self.cursor.inside()? {
            let TokenKind::Word(word) = token else { return Err(Cursor::stray(token)) };
            words.extend(word.split(':').filter(|part| !part.is_empty()));
        }
        let (pairs, rest) = words.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(SheetProblem::Incomplete);
        }
        for [block, language] in pairs {
            let code = if *language == "EN" { 9 } else { number(language)? };
            let block = number::<u8>(block)?;
            if block > 7 {
                return Err(SheetProblem::Number(block.to_string()));
            }
            self.texts.language(self.cursor.line, block, code);
        }
        Ok(())
    }

    fn language(&mut self, block: u8, track: u8) -> Result<(), SheetProblem> {
        self.cursor.open()?;
        while let Some(token) = self.cursor.inside()? {
            let TokenKind::Word(word) = token else { return Err(Cursor::stray(token)) };
            let line = self.cursor.line;
            match word.as_str() {
                "ENCODING_ISO_8859_1" => self.texts.characters(block, Characters::Latin1),
                "ENCODING_ASCII" => self.texts.characters(block, Characters::Ascii),
                "ENCODING_MS_JIS" => self.texts.characters(block, Characters::MsJis),
                word => {
                    let kind = kind_of(word).ok_or_else(|| SheetProblem::UnknownCommand(brief(word)))?;
                    match self.cursor.next() {
                        // cdrdao writes empty texts where CD-TEXT has none.
                        Some(TokenKind::Text(text)) if text.is_empty() => {}
                        // A language that is not in the map has no block, and its texts are left out.
                        Some(TokenKind::Text(text)) if is_text(kind) => {
                            self.texts.add(line, block, kind, track, text.clone())?;
                        }
                        Some(TokenKind::Text(text)) if kind == PackKind::Genre && !text.is_empty() => {
                            self.texts.genre(block, 0, text.clone());
                        }
                        Some(TokenKind::Text(_)) => {}
                        Some(TokenKind::Open) => self.binary(block, kind)?,
                        _ => return Err(SheetProblem::Incomplete),
                    }
                }
            }
        }
        Ok(())
    }

    /// Numbers in braces, the first brace taken already.
    fn binary(&mut self, block: u8, kind: PackKind) -> Result<(), SheetProblem> {
        let mut bytes: Vec<u8> = Vec::new();
        while let Some(token) = self.cursor.inside()? {
            match token {
                TokenKind::Word(word) => bytes.push(number(word)?),
                TokenKind::Text(text) => bytes.extend(text.bytes()),
                TokenKind::Open | TokenKind::Close => return Err(SheetProblem::Braces),
            }
        }
        // The packs of a block are 256 at most.
        if bytes.len() > 256 * 12 {
            return Err(SheetProblem::TooMany("bytes of CD-TEXT"));
        }
        match kind {
            PackKind::Genre => {
                let [high, low, words @ ..] = bytes.as_slice() else { return Err(SheetProblem::Incomplete) };
                let words = words
                    .iter()
                    .take_while(|byte| byte.is_ascii() && **byte != 0)
                    .map(|byte| char::from(*byte));
                if self.texts.is_known(block) {
                    self.texts.genre(block, u16::from_be_bytes([*high, *low]), words.collect());
                }
            }
            PackKind::Toc | PackKind::Toc2 => self.texts.binary(block, kind, &bytes),
            // Sizes are counted again; a text in numbers is a text.
            PackKind::SizeInfo => {}
            _ => return Err(SheetProblem::Incomplete),
        }
        Ok(())
    }
}

const fn is_text(kind: PackKind) -> bool {
    !matches!(kind, PackKind::Genre | PackKind::Toc | PackKind::Toc2 | PackKind::SizeInfo)
}

fn kind_of(word: &str) -> Option<PackKind> {
    Some(match word {
        "TITLE" => PackKind::Title,
        "PERFORMER" => PackKind::Performer,
        "SONGWRITER" => PackKind::Songwriter,
        "COMPOSER" => PackKind::Composer,
        "ARRANGER" => PackKind::Arranger,
        "MESSAGE" => PackKind::Message,
        "DISC_ID" => PackKind::DiscId,
        "GENRE" => PackKind::Genre,
        "TOC_INFO1" => PackKind::Toc,
        "TOC_INFO2" => PackKind::Toc2,
        "CLOSED" => PackKind::Closed,
        "UPC_EAN" => PackKind::Code,
        "ISRC" => PackKind::Code,
        "SIZE_INFO" => PackKind::SizeInfo,
        _ => return None,
    })
}

/// Control nibble and sector layout of a track mode.
fn mode_of(mode: &str) -> Option<(u8, Layout)> {
    Some(match mode {
        "AUDIO" => (0, Layout::plain(Form::Audio)),
        "MODE1" => (4, Layout::plain(Form::Mode1)),
        "MODE1_RAW" => (4, Layout::plain(Form::Raw)),
        "MODE2" => (4, Layout::plain(Form::Mode2)),
        "MODE2_RAW" => (4, Layout::raw_mode_2()),
        "MODE2_FORM1" => (4, Layout::form_1()),
        "MODE2_FORM2" => (4, Layout::form_2()),
        "MODE2_FORM_MIX" => (4, Layout::plain(Form::Xa)),
        _ => return None,
    })
}
