//! Operators of other languages, and `=` where `==` was meant.

use std::collections::BTreeSet;

use super::super::super::token::{Bracket, Token, TokenKind, Tokens};
use super::super::message::{Message, short};
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

/// The braces that may hold the cases of a `switch`: all that follow the word in its statement, for
/// what a `switch` looks at may have braces of its own.
pub(super) fn switch_braces(text: &str, tokens: &Tokens) -> BTreeSet<usize> {
    let mut braces = BTreeSet::new();
    for (index, token) in tokens.all().iter().enumerate() {
        if token.kind != TokenKind::Identifier || token.text(text) != "switch" {
            continue;
        }
        let mut at = index + 1;
        while let Some(next) = tokens.token(at) {
            match (next.kind, next.partner()) {
                (TokenKind::Open(bracket), Some(close)) => {
                    if bracket == Bracket::Brace {
                        braces.insert(at);
                    }
                    at = close;
                }
                (TokenKind::Close(_), _) => break,
                _ if matches!(next.text(text), "switch" | ";") => break,
                _ => {}
            }
            at += 1;
        }
    }
    braces
}

impl Finder<'_> {
    /// Whether a token stands among the cases of a `switch`, where `=>` belongs.
    fn is_in_switch(&self) -> bool {
        self.opened.last().is_some_and(|open| self.switches.contains(open))
    }

    /// Looks at an operator; the index of the next token to look at.
    pub(super) fn operator(&mut self, index: usize, token: Token) -> usize {
        let next = self.tokens.token(index + 1).filter(|next| next.start == token.end);
        let pair = next.map_or("", |next| next.text(self.text));
        let in_head = self.heads.get(index).copied().unwrap_or_default();
        match (token.text(self.text), pair) {
            (written @ ("===" | "!=="), _) => {
                let meant = written.get(..2).unwrap_or_default();
                self.replace(token, foreign_operator(written, meant), meant);
            }
            ("<", ">") => return self.two_operators(index, token, "!="),
            ("=", "<") => return self.two_operators(index, token, "<="),
            ("=>", _) if in_head && !self.is_in_switch() => {
                self.replace(token, foreign_operator("=>", ">="), ">=");
            }
            ("=", _) if self.is_named_argument(index) => self.named_argument(index, token),
            ("=", _) => self.assignment(index, token),
            ("%", _) if self.is_percentage(index, token) => {
                let message =
                    Message::new(Code::InvalidLiteral, "a number has no `%`").help("write the number alone");
                self.replace(token, message, "");
            }
            _ => {}
        }
        index + 1
    }

    /// Whether `%` stands close to a number and nothing follows that it could divide by.
    fn is_percentage(&self, index: usize, token: Token) -> bool {
        let before = index.checked_sub(1).and_then(|at| self.tokens.token(at));
        before.is_some_and(|number| number.kind == TokenKind::Integer && number.end == token.start)
            && !self.begins_value(index + 1)
    }

    /// Two operators side by side that are one elsewhere.
    fn two_operators(&mut self, index: usize, first: Token, meant: &str) -> usize {
        let written = self.text.get(first.start as usize..first.end as usize + 1).unwrap_or_default();
        let edit = vec![(first.start..first.end + 1, meant.to_owned())];
        self.add(first.start, first.end + 1, foreign_operator(written, meant), Some(edit));
        index + 2
    }

    /// Whether `=` stands after the first name of an argument: `review(why = "…")`.
    fn is_named_argument(&self, index: usize) -> bool {
        let Some(open) = index.checked_sub(2).filter(|_| self.inside.last() == Some(&Bracket::Paren)) else {
            return false;
        };
        let is_name = self.tokens.token(index - 1).is_some_and(|name| name.kind == TokenKind::Identifier);
        let word = open.checked_sub(1).and_then(|at| self.tokens.token(at));
        let is_call = word.is_some_and(|word| {
            word.kind == TokenKind::Identifier
                && word.end == self.tokens.token(open).map_or(0, |open| open.start)
                && !matches!(word.text(self.text), "if" | "while" | "switch" | "in" | "return")
        });
        is_name && is_call && self.is_text(open, "(")
    }

    fn named_argument(&mut self, index: usize, token: Token) {
        let Some(name) = index.checked_sub(1).and_then(|at| self.tokens.token(at)) else { return };
        let message = Message::new(Code::NotInTheLanguage, "arguments have no names")
            .help(format!("leave out `{} =`", short(name.text(self.text))));
        let width = self.text.get(name.start as usize..token.end as usize).unwrap_or_default();
        let meant =
            (!width.contains('\n')).then(|| vec![(name.start..token.end, " ".repeat(width.chars().count()))]);
        self.add(name.start, token.end, message, meant);
    }

    /// `=` where only a comparison makes sense: in the head of a condition, in round or square
    /// brackets, or beside `&&` and `||`. Elsewhere it is an assignment, which the checker judges.
    pub(super) fn assignment(&mut self, index: usize, token: Token) {
        let in_brackets = matches!(self.inside.last(), Some(Bracket::Paren | Bracket::Square));
        let in_head = self.heads.get(index).copied().unwrap_or_default();
        let declares =
            index.checked_sub(2).is_some_and(|word| self.is_text(word, "let") || self.is_text(word, "var"));
        if declares || (!in_brackets && !in_head && !self.is_beside_condition(index)) {
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

fn foreign_operator(written: &str, meant: &str) -> Message {
    Message::new(Code::NotInTheLanguage, format!("`{written}` is not in the policy language"))
        .help(format!("write `{meant}`"))
}
