//! The words of cdrdao's TOC files.

use super::sheet::{LineProblem, SheetProblem};
use super::words::brief;

/// A word and the line it stands on, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) line: usize,
    pub(super) kind: TokenKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word(String),
    /// Text in quotation marks.
    Text(String),
    Open,
    Close,
}

/// Most words of a TOC file: far more than 99 tracks with texts in eight languages.
const MOST_TOKENS: usize = 200_000;

/// The words of a TOC file; commas part words and mean nothing else, `//` begins a comment.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, LineProblem> {
    let mut tokens = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            if rest.starts_with("//") {
                break;
            }
            let (kind, tail) = match first {
                '{' => (Some(TokenKind::Open), rest.split_at(1).1),
                '}' => (Some(TokenKind::Close), rest.split_at(1).1),
                ',' => (None, rest.split_at(1).1),
                '"' => {
                    let (text, tail) = quoted(rest.split_at(1).1).ok_or((line, SheetProblem::Quotes))?;
                    (Some(TokenKind::Text(text)), tail)
                }
                _ => {
                    let ends = |it: char| it.is_whitespace() || "{},\"".contains(it);
                    let by_comment = rest.find("//").unwrap_or(rest.len());
                    let end = rest.find(ends).unwrap_or(rest.len()).min(by_comment);
                    let (word, tail) = rest.split_at(end);
                    (Some(TokenKind::Word(word.to_owned())), tail)
                }
            };
            tokens.extend(kind.map(|kind| Token { line, kind }));
            if tokens.len() > MOST_TOKENS {
                return Err((line, SheetProblem::TooMany("words")));
            }
            rest = tail.trim_start();
        }
    }
    Ok(tokens)
}

/// Text up to its closing quotation mark, and what follows. `\"`, `\\` and three octal digits stand for one character.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text;
    loop {
        let at = rest.find(['"', '\\'])?;
        let (before, marked) = rest.split_at(at);
        out.push_str(before);
        let after = marked.get(1..)?;
        if marked.starts_with('"') {
            return Some((out, after));
        }
        if let Some(mark @ ('"' | '\\')) = after.chars().next() {
            out.push(mark);
            rest = after.get(1..)?;
        } else {
            let octal = after.get(..3)?;
            let code = octal.bytes().all(|digit| (b'0'..b'8').contains(&digit)).then_some(octal)?;
            out.push(char::from(u8::from_str_radix(code, 8).ok()?));
            rest = after.get(3..)?;
        }
    }
}

/// A place among tokens.
pub(super) struct Cursor<'a> {
    tokens: &'a [Token],
    /// Line of the last token taken.
    pub(super) line: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(tokens: &'a [Token]) -> Self {
        Self { tokens, line: 1 }
    }

    pub(super) fn next(&mut self) -> Option<&'a TokenKind> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        self.line = first.line;
        Some(&first.kind)
    }

    pub(super) fn peek(&self) -> Option<&'a TokenKind> {
        self.tokens.first().map(|token| &token.kind)
    }

    /// The next word, if it is one and begins so.
    pub(super) fn word_if(&mut self, fits: impl FnOnce(&str) -> bool) -> Option<&'a str> {
        match self.peek() {
            Some(TokenKind::Word(word)) if fits(word) => {
                self.next();
                Some(word)
            }
            _ => None,
        }
    }

    /// The next word if it begins with a digit.
    pub(super) fn number_word(&mut self) -> Option<&'a str> {
        self.word_if(|word| word.starts_with(|first: char| first.is_ascii_digit()))
    }

    pub(super) fn word(&mut self) -> Result<&'a str, SheetProblem> {
        match self.next() {
            Some(TokenKind::Word(word)) => Ok(word),
            _ => Err(SheetProblem::Incomplete),
        }
    }

    pub(super) fn text(&mut self) -> Result<&'a str, SheetProblem> {
        match self.next() {
            Some(TokenKind::Text(text)) => Ok(text),
            _ => Err(SheetProblem::Incomplete),
        }
    }

    pub(super) fn open(&mut self) -> Result<(), SheetProblem> {
        if self.next() == Some(&TokenKind::Open) { Ok(()) } else { Err(SheetProblem::Braces) }
    }

    /// The next token inside braces; `None` at the closing one.
    pub(super) fn inside(&mut self) -> Result<Option<&'a TokenKind>, SheetProblem> {
        match self.next() {
            None => Err(SheetProblem::Braces),
            Some(TokenKind::Close) => Ok(None),
            token => Ok(token),
        }
    }

    /// The problem of a token that does not belong here.
    pub(super) fn stray(token: &TokenKind) -> SheetProblem {
        match token {
            TokenKind::Word(word) => SheetProblem::UnknownCommand(brief(word)),
            TokenKind::Text(text) => SheetProblem::UnknownCommand(brief(text)),
            TokenKind::Open | TokenKind::Close => SheetProblem::Braces,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_words_and_comments() {
        let found = tokens("A \"b \\\"c\\\\ \\374\"// no \"end\n{1:2,3}//\nFILE\"x\"").unwrap();
        let word = |text: &str| TokenKind::Word(text.to_owned());
        let text = |text: &str| TokenKind::Text(text.to_owned());
        let expected = [
            (1, word("A")),
            (1, text("b \"c\\ ü")),
            (2, TokenKind::Open),
            (2, word("1:2")),
            (2, word("3")),
            (2, TokenKind::Close),
            (3, word("FILE")),
            (3, text("x")),
        ];
        let expected: Vec<_> = expected.into_iter().map(|(line, kind)| Token { line, kind }).collect();
        assert_eq!(found, expected);
        for bad in ["\"a", "\"\\9\"", "\"\\", "\"\\37", "\"\\é\""] {
            assert_eq!(tokens(bad), Err((1, SheetProblem::Quotes)), "{bad}");
        }
    }
}
