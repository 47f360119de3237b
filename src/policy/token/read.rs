//! Reading a text into tokens, by Rhai's rules, in one pass and without recursion.

use super::{Bracket, Token, TokenKind, Tokens, Trivia, TriviaKind};

/// Operators and separators of more than one character, longest first. Some are only reserved by
/// Rhai; they are one token here so that a message can name them.
const OPERATORS: [&str; 39] = [
    "===", "!==", "...", "..=", "**=", "<<=", ">>=", "::<", "==", "!=", "<=", ">=", "&&", "||", "??", "?.",
    "..", "=>", "->", "::", "**", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "++", "--",
    "<-", "<|", "|>", ":=", ":;", "!.",
];

/// The table of `text`, each part between `starts` by itself.
pub(super) fn read(text: &str, starts: &[u32]) -> Tokens {
    let tokens = Tokens { lines: vec![0], ..Tokens::default() };
    let mut reader =
        Reader { text, at: 0, tokens, open: Vec::new(), level: Level::default(), outer: Vec::new() };
    for start in starts.iter().map(|start| *start as usize).chain([text.len()]) {
        if start > reader.at && text.is_char_boundary(start) {
            reader.text = text.get(..start).unwrap_or(text);
            reader.part();
        }
    }
    reader.tokens
}

/// How many round and square brackets are open inside the innermost pair of braces.
#[derive(Clone, Copy, Default)]
struct Level {
    round: u32,
    square: u32,
}

pub(super) struct Reader<'t> {
    /// The text up to the end of the part.
    text: &'t str,
    pub(super) at: usize,
    tokens: Tokens,
    /// Open brackets, as token indexes.
    open: Vec<usize>,
    level: Level,
    /// The levels outside the open braces.
    outer: Vec<Level>,
}

impl Reader<'_> {
    fn part(&mut self) {
        while let Some(character) = self.peek(0) {
            self.one(character);
        }
        self.open.clear();
        self.outer.clear();
        self.level = Level::default();
    }

    fn one(&mut self, character: char) {
        let next = self.peek_after(character);
        match character {
            '\u{feff}' if self.at == 0 => {
                self.at += character.len_utf8();
                self.trivia(TriviaKind::Space, 0, true);
            }
            _ if character.is_ascii_whitespace() => self.space(),
            '/' if next == Some('/') => self.line_comment(),
            '/' if next == Some('*') => self.block_comment(),
            '0'..='9' => self.number(),
            'a'..='z' | 'A'..='Z' | '_' => {
                let start = self.at;
                self.skip_while(continues_name);
                self.push(TokenKind::Identifier, start);
            }
            '"' => self.quoted('"', TokenKind::Text),
            '\'' => self.quoted('\'', TokenKind::Character),
            '`' => self.template(),
            '#' if matches!(next, Some('"' | '#')) => self.raw_text(),
            '#' if next == Some('{') => self.open(Bracket::Map, 2),
            '?' if next == Some('[') => self.open(Bracket::Square, 2),
            '(' => self.open(Bracket::Paren, 1),
            '[' => self.open(Bracket::Square, 1),
            '{' => self.open(Bracket::Brace, 1),
            ')' => self.close(Bracket::Paren),
            ']' => self.close(Bracket::Square),
            '}' => self.close(Bracket::Brace),
            _ => self.operator(character),
        }
    }

    fn space(&mut self) {
        let start = self.at;
        while let Some(character) = self.peek(0).filter(char::is_ascii_whitespace) {
            self.at += 1;
            if character == '\n' {
                self.line_break();
            }
        }
        self.trivia(TriviaKind::Space, start, true);
    }

    /// `//…`: ends at a line feed or, in Rhai, at any carriage return.
    fn line_comment(&mut self) {
        let start = self.at;
        self.skip_while(|character| character != '\n' && character != '\r');
        let comment = self.text.get(start..self.at).unwrap_or_default();
        let kind = if comment.starts_with("//!") {
            TriviaKind::FileDoc
        } else if comment.starts_with("///") && !comment.starts_with("////") {
            TriviaKind::Doc
        } else {
            TriviaKind::Comment
        };
        self.trivia(kind, start, true);
        if self.peek(0) == Some('\r') && self.peek(1) != Some('\n') {
            let start = self.at;
            self.at += 1;
            self.line_break();
            self.trivia(TriviaKind::Space, start, true);
        }
    }

    /// `/*…*/`, nested. The second star of `/**` is part of the opening, so `/**/` is not closed.
    fn block_comment(&mut self) {
        let start = self.at;
        self.at += 2;
        let mut kind = TriviaKind::Comment;
        if self.peek(0) == Some('*') {
            self.at += 1;
            if self.peek(0) != Some('*') {
                kind = TriviaKind::Doc;
            }
        }
        let mut level = 1_u32;
        while let Some(character) = self.peek(0).filter(|_| level > 0) {
            self.at += character.len_utf8();
            match (character, self.peek(0)) {
                ('/', Some('*')) => {
                    self.at += 1;
                    level += 1;
                }
                ('*', Some('/')) => {
                    self.at += 1;
                    level -= 1;
                }
                ('\n', _) => self.line_break(),
                _ => {}
            }
        }
        self.trivia(kind, start, level == 0);
    }

    fn template(&mut self) {
        self.open(Bracket::Template, 1);
        // A line break right after the back-tick is not part of the text, but counts.
        let start = self.at;
        match (self.peek(0), self.peek(1)) {
            (Some('\r'), Some('\n')) => self.at += 2,
            (Some('\r' | '\n'), _) => self.at += 1,
            _ => return self.template_text(start),
        }
        self.line_break();
        self.template_text(start);
    }

    /// Text up to the closing back-tick or the next `${`.
    fn template_text(&mut self, start: usize) {
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('`'), Some('`')) => self.at += 2,
                (Some('`'), _) => {
                    self.text_piece(start);
                    return self.close(Bracket::Template);
                }
                (Some('$'), Some('{')) => {
                    self.text_piece(start);
                    let dollar = self.at;
                    self.at += 1;
                    self.push(TokenKind::Dollar, dollar);
                    return self.open(Bracket::Interpolation, 1);
                }
                (Some('\\'), Some('$')) if self.peek_byte(self.at + 2) == Some(b'{') => {
                    self.tokens.uncounted.push(small(self.at + 1));
                    self.at += 3;
                }
                (Some('\n'), _) => {
                    self.at += 1;
                    self.line_break();
                }
                (Some(character), _) => self.at += character.len_utf8(),
                (None, _) => return self.text_piece(start),
            }
        }
    }

    fn text_piece(&mut self, start: usize) {
        if self.at > start {
            self.push(TokenKind::TemplateText, start);
        }
    }

    fn open(&mut self, bracket: Bracket, length: usize) {
        let start = self.at;
        self.at += length;
        self.open.push(self.tokens.all.len());
        match bracket {
            Bracket::Paren => self.level.round += 1,
            Bracket::Square => self.level.square += 1,
            _ => self.outer.push(std::mem::take(&mut self.level)),
        }
        self.push(TokenKind::Open(bracket), start);
    }

    /// Matches a closing bracket with the nearest opening one of its sort. A brace closes round and
    /// square brackets that were left open inside; these never reach beyond their braces.
    fn close(&mut self, bracket: Bracket) {
        let start = self.at;
        self.at += 1;
        let possible = match bracket {
            Bracket::Paren => self.level.round > 0,
            Bracket::Square => self.level.square > 0,
            _ => !self.outer.is_empty(),
        };
        let closing = self.tokens.all.len();
        self.push(TokenKind::Close(bracket), start);
        if !possible {
            return;
        }
        while let Some(opening) = self.open.pop() {
            let Some(TokenKind::Open(opened)) = self.tokens.all.get(opening).map(|token| token.kind) else {
                break;
            };
            match opened {
                Bracket::Paren => self.level.round -= 1,
                Bracket::Square => self.level.square -= 1,
                _ => self.level = self.outer.pop().unwrap_or_default(),
            }
            let is_brace = !matches!(opened, Bracket::Paren | Bracket::Square);
            if opened == bracket || (is_brace && bracket == Bracket::Brace) {
                self.marry(opening, closing, opened);
                if opened == Bracket::Interpolation {
                    self.template_text(self.at);
                }
                break;
            }
        }
    }

    fn marry(&mut self, opening: usize, closing: usize, bracket: Bracket) {
        if let Some(token) = self.tokens.all.get_mut(opening) {
            token.partner = small(closing);
        }
        if let Some(token) = self.tokens.all.get_mut(closing) {
            token.partner = small(opening);
            token.kind = TokenKind::Close(bracket);
        }
    }

    fn operator(&mut self, character: char) {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let not_in = rest.strip_prefix("!in").is_some_and(|after| !after.starts_with(continues_name));
        if not_in {
            self.at += 3;
        } else if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
            self.at += operator.len();
        } else {
            self.at += character.len_utf8();
            if !"+-*/%=<>!|&^~.,;:?@$".contains(character) {
                return self.push(TokenKind::Unknown, start);
            }
        }
        self.push(TokenKind::Operator, start);
    }

    pub(super) fn push(&mut self, kind: TokenKind, start: usize) {
        self.push_marked(kind, start, true);
    }

    pub(super) fn push_marked(&mut self, kind: TokenKind, start: usize, closed: bool) {
        let is_minus = self.text.get(start..self.at) == Some("-");
        self.tokens.all.push(Token {
            kind,
            start: small(start),
            end: small(self.at),
            closed,
            is_minus,
            partner: Token::ALONE,
        });
    }

    fn trivia(&mut self, kind: TriviaKind, start: usize, closed: bool) {
        if self.at > start {
            self.tokens.trivia.push(Trivia { kind, start: small(start), end: small(self.at), closed });
        }
    }

    pub(super) fn line_break(&mut self) {
        self.tokens.lines.push(small(self.at));
    }

    /// The character here or, after an ASCII character, one further.
    pub(super) fn peek(&self, further: usize) -> Option<char> {
        self.text.get(self.at + further..)?.chars().next()
    }

    fn peek_after(&self, character: char) -> Option<char> {
        self.peek(character.len_utf8())
    }

    pub(super) fn peek_byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        while let Some(character) = self.peek(0).filter(|character| wanted(*character)) {
            self.at += character.len_utf8();
        }
    }
}

fn continues_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Files are at most 64 KiB, so every offset fits.
fn small(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
