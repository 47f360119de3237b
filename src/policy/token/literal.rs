//! Reading numbers and texts, with the corners that Rhai's own tokenizer has.

use super::TokenKind;
use super::read::Reader;

impl Reader<'_> {
    pub(super) fn number(&mut self) {
        let start = self.at;
        self.at += 1;
        if self.peek_byte(start) == Some(b'0') {
            // Rhai lets separators stand before the letter of the base.
            let zero = self.at;
            self.skip_while(|character| character == '_');
            let base: Option<fn(char) -> bool> = match self.peek(0) {
                Some('x' | 'X') => Some(|character| character.is_ascii_hexdigit()),
                Some('o' | 'O') => Some(|character| matches!(character, '0'..='7')),
                Some('b' | 'B') => Some(|character| matches!(character, '0' | '1')),
                _ => None,
            };
            if let Some(is_digit) = base {
                self.at += 1;
                self.skip_while(|character| character == '_' || is_digit(character));
                return self.push(TokenKind::Integer, start);
            }
            self.at = zero;
        }
        let (mut fraction, mut exponent) = (false, false);
        loop {
            self.skip_while(|character| character == '_' || character.is_ascii_digit());
            match (self.peek(0), self.peek(1)) {
                // `1..5` is a range and `1.days()` a method.
                (Some('.'), Some(next))
                    if !fraction && next != '_' && next != '.' && !next.is_ascii_alphabetic() =>
                {
                    self.at += 1;
                    fraction = true;
                }
                (Some('e' | 'E'), Some('0'..='9' | '+' | '-')) if !exponent => {
                    self.at += 2;
                    (fraction, exponent) = (true, true);
                }
                _ => break,
            }
        }
        self.push(if fraction { TokenKind::Float } else { TokenKind::Integer }, start);
    }

    /// `"…"` and `'…'`: a doubled quote is a quote; the line's end ends it, except text after `\`.
    pub(super) fn quoted(&mut self, quote: char, kind: TokenKind) {
        let start = self.at;
        self.at += 1;
        if quote == '\'' && self.peek(0) == Some(quote) {
            self.at += 1;
            return self.push(kind, start);
        }
        let mut closed = false;
        while let Some(character) = self.peek(0) {
            match character {
                '\n' => break,
                '\r' if self.peek(1) == Some('\n') => break,
                '\\' => {
                    self.at += 1;
                    if kind == TokenKind::Text && self.peek(0) == Some('\r') && self.peek(1) == Some('\n') {
                        self.at += 1;
                    }
                    match self.peek(0) {
                        Some('\n') if kind == TokenKind::Text => {
                            self.at += 1;
                            self.line_break();
                        }
                        Some('\n') | None => {}
                        Some(escaped) => self.at += escaped.len_utf8(),
                    }
                }
                _ if character == quote => {
                    self.at += 1;
                    if self.peek(0) != Some(quote) {
                        closed = true;
                        break;
                    }
                    self.at += 1;
                }
                _ => self.at += character.len_utf8(),
            }
        }
        self.push_marked(kind, start, closed);
    }

    /// `#"…"#` with any number of `#`.
    pub(super) fn raw_text(&mut self) {
        let start = self.at;
        self.skip_while(|character| character == '#');
        let marks = self.at - start;
        if self.peek(0) != Some('"') {
            return self.push(TokenKind::Unknown, start);
        }
        self.at += 1;
        // The marks seen since the last quote; a line break after a quote is not one to Rhai.
        let mut seen = None;
        while let Some(character) = self.peek(0) {
            self.at += character.len_utf8();
            seen = match (character, seen) {
                ('"', _) => Some(0),
                ('#', Some(count)) if count + 1 == marks => return self.push(TokenKind::RawText, start),
                ('#', Some(count)) => Some(count + 1),
                ('\n', None) => {
                    self.line_break();
                    None
                }
                _ => None,
            };
        }
        self.push_marked(TokenKind::RawText, start, false);
    }
}
