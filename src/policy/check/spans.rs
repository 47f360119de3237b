//! From Rhai's positions to stretches of source text.

use std::rc::Rc;

use rhai::Position;

use crate::policy::parse::Parsed;
use crate::policy::source::{Source, Span};
use crate::policy::token::{Bracket, Token, TokenKind};

/// The token table of one file, asked by position.
pub(super) struct Spans<'a> {
    file: u16,
    source: &'a Source,
    parsed: Rc<Parsed>,
}

impl<'a> Spans<'a> {
    pub(super) fn new(file: usize, source: &'a Source, parsed: Rc<Parsed>) -> Self {
        Self { file: u16::try_from(file).unwrap_or(u16::MAX), source, parsed }
    }

    fn byte(&self, position: Position) -> u32 {
        self.parsed.tokens.byte_of_position(self.source.text(), position).unwrap_or(0)
    }

    fn span(&self, start: u32, end: u32) -> Span {
        Span { file: self.file, start, end: end.max(start) }
    }

    fn token_at(&self, start: u32) -> Option<Token> {
        let tokens = &self.parsed.tokens;
        tokens.at_byte(start).and_then(|index| tokens.token(index))
    }

    /// The token at a position.
    pub(super) fn token(&self, position: Position) -> Span {
        let start = self.byte(position);
        self.span(start, self.token_at(start).map_or(start, |token| token.end))
    }

    /// A bracketed stretch that begins at a position: array, block, parentheses, template; the token
    /// alone if there is no bracket.
    pub(super) fn bracket(&self, position: Position) -> Span {
        let start = self.byte(position);
        let partner = self
            .token_at(start)
            .and_then(|token| token.partner())
            .and_then(|partner| self.parsed.tokens.token(partner));
        match partner {
            Some(partner) => self.span(start, partner.end),
            None => self.token(position),
        }
    }

    /// A call whose name stands at a position, with its arguments.
    pub(super) fn call(&self, name: Position) -> Span {
        let start = self.byte(name);
        self.span(start, self.parsed.tokens.call_end(start))
    }

    /// The name of the function whose body is at `body`; the body's brace if it cannot be found.
    pub(super) fn function_name(&self, name: &str, body: Span) -> Span {
        let (tokens, text) = (self.parsed.tokens.all(), self.source.text());
        let end = tokens.partition_point(|token| token.start < body.start);
        let is_name = |index: &usize| {
            tokens[*index].text(text) == name
                && tokens.get(index + 1).is_some_and(|next| next.kind == TokenKind::Open(Bracket::Paren))
        };
        let found = (0..end).rev().find(is_name).map(|index| tokens[index]);
        found.map_or(Span { end: body.start + 1, ..body }, |token| self.span(token.start, token.end))
    }

    /// The parameter `name` of a function or closure whose parameters stand between a byte and its body.
    pub(super) fn parameter(&self, name: &str, after: u32, body: Span) -> Option<Span> {
        let (tokens, text) = (&self.parsed.tokens, self.source.text());
        let parameters = tokens.all().get(tokens.within(after, body.start))?;
        let found = parameters.iter().find(|token| token.text(text) == name)?;
        Some(self.span(found.start, found.end))
    }

    /// The patterns of the `switch` that begins at a byte, one stretch for each arm in source order.
    /// An arm ends at a comma, or where a block of its own ends.
    pub(super) fn arms(&self, switch: u32) -> Vec<Span> {
        let (tokens, text) = (&self.parsed.tokens, self.source.text());
        let all = tokens.all();
        let mut arms = Vec::new();
        let Some(mut index) = tokens.at_byte(switch) else { return arms };
        // The braces of the switch are the last ones before the first arrow at their level.
        while index < all.len() && all[index].kind != TokenKind::Open(Bracket::Brace) {
            index = after(all, index);
        }
        let Some(end) = all.get(index).and_then(Token::partner) else { return arms };
        index += 1;
        while index < end {
            let start = index;
            let mut pattern_end = index;
            while index < end && all[index].text(text) != "=>" {
                if all[index].text(text) == "if" && pattern_end == start {
                    pattern_end = index;
                }
                index = after(all, index);
            }
            let last = if pattern_end == start { index } else { pattern_end };
            if index >= end || last == start {
                break;
            }
            arms.push(self.span(all[start].start, all[last - 1].end));
            index += 1;
            let block = all.get(index).is_some_and(|token| token.kind == TokenKind::Open(Bracket::Brace));
            if block {
                index = after(all, index);
            } else {
                while index < end && all[index].text(text) != "," {
                    index = after(all, index);
                }
            }
            if index < end && all[index].text(text) == "," {
                index += 1;
            }
        }
        arms
    }

    /// Widens a stretch until the brackets in it are balanced.
    pub(super) fn cover(&self, span: Span) -> Span {
        let (start, end) = self.parsed.tokens.cover(span.start, span.end);
        Span { start, end, ..span }
    }
}

/// The token after this one, or after its closing bracket.
fn after(tokens: &[Token], index: usize) -> usize {
    match tokens[index] {
        token if matches!(token.kind, TokenKind::Open(_)) => {
            token.partner().map_or(tokens.len(), |partner| partner + 1)
        }
        _ => index + 1,
    }
}
