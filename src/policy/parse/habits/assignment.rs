//! `=` where `==` was meant.

use super::super::super::token::{Bracket, Token, TokenKind, Tokens};
use super::super::message::Message;
use super::Finder;
use crate::diagnostic::Code;

/// The stretches of tokens between `if`, `while` or `switch` and the block that follows.
pub(super) fn condition_heads(text: &str, tokens: &Tokens) -> Vec<bool> {
    let mut in_head = vec![false; tokens.all().len()];
    for (index, token) in tokens.all().iter().enumerate() {
        if token.kind != TokenKind::Identifier || !matches!(token.text(text), "if" | "while" | "switch") {
            continue;
        }
        let mut at = index + 1;
        while let Some(next) = tokens.token(at) {
            match (next.kind, next.partner()) {
                (TokenKind::Open(Bracket::Brace) | TokenKind::Close(_), _) => break,
                (TokenKind::Identifier, _) if matches!(next.text(text), "if" | "while" | "switch") => break,
                (TokenKind::Operator, _) if next.text(text) == ";" => break,
                (TokenKind::Open(_), Some(close)) => at = close,
                _ => {}
            }
            if let Some(mark) = in_head.get_mut(at) {
                *mark = true;
            }
            at += 1;
        }
    }
    in_head
}

impl Finder<'_> {
    /// `=` where only a comparison makes sense: in the head of a condition, in round or square
    /// brackets, or beside `&&` and `||`. Elsewhere it is an assignment, which the checker judges.
    pub(super) fn assignment(&mut self, index: usize, token: Token) {
        let in_brackets = matches!(self.inside.last(), Some(Bracket::Paren | Bracket::Square));
        let in_head = self.heads.get(index).copied().unwrap_or_default();
        if !in_brackets && !in_head && !self.is_beside_condition(index) {
            return;
        }
        let message =
            Message::new(Code::AssignmentAsComparison, "`=` assigns; it does not compare").help("write `==`");
        let blank_at = |byte: u32| self.text.as_bytes().get(byte as usize) == Some(&b' ');
        let meant = if blank_at(token.end) {
            Some(token.start..token.end + 1)
        } else {
            token.start.checked_sub(1).filter(|before| blank_at(*before)).map(|before| before..token.end)
        };
        self.add(token.start, token.end, message, meant.map(|range| vec![(range, "==".to_owned())]));
    }

    /// Whether `&&` or `||` stands before the `=` in its statement, or after it while the left side
    /// is a field, which no rule may assign.
    fn is_beside_condition(&self, index: usize) -> bool {
        let mut has_field = false;
        let mut at = index;
        while let Some((before, token)) = at.checked_sub(1).and_then(|at| Some((at, self.tokens.token(at)?)))
        {
            at = before;
            match (token.kind, token.partner(), token.text(self.text)) {
                (TokenKind::Operator, _, "&&" | "||") => return true,
                (TokenKind::Operator, _, "." | "?.") => has_field = true,
                (TokenKind::Operator, _, ";" | "," | "=>" | "=" | "|")
                | (TokenKind::Identifier, _, "let" | "const")
                | (TokenKind::Open(_) | TokenKind::Close(Bracket::Brace), ..) => break,
                (TokenKind::Close(_), Some(open), _) => at = open,
                _ => {}
            }
        }
        let mut at = index + 1;
        while let Some(token) = self.tokens.token(at).filter(|_| has_field) {
            match (token.kind, token.partner(), token.text(self.text)) {
                (TokenKind::Operator, _, "&&" | "||") => return true,
                (TokenKind::Operator, _, ";" | "," | "=") | (TokenKind::Close(_), ..) => break,
                (TokenKind::Open(_), Some(close), _) => at = close,
                _ => {}
            }
            at += 1;
        }
        false
    }
}
