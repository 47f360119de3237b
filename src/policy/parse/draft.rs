//! One file on its way into a syntax tree: what has been reported, what is left out, what is read as
//! it was meant.
//!
//! First the token table is looked through for what it shows by itself; then Rhai parses the rest,
//! the whole file if it can, else item by item. Every item gets at most one syntax error.

use std::ops::Range;

use rhai::{AST, Engine, ParseErrorType};

use super::super::source::{Source, Span};
use super::super::token::{Bracket, TokenKind, Tokens};
use super::habits;
use super::message::{Message, describe, duplicate_function, missing_semicolon, short, unclosed_text};
use super::outline::{self, Item};
use crate::diagnostic::{Code, Diagnostic};
use crate::sort;

/// How often a whole file is parsed again when errors are left that no item shows by itself.
const ROUNDS: usize = 32;

/// A stretch of bytes, and what to read in its place: none for blanks.
type Replacement = (Range<u32>, Option<String>);

/// A file on its way into a syntax tree.
pub(super) struct Draft<'s> {
    source: &'s Source,
    file: u16,
    tokens: &'s Tokens,
    items: Vec<Item>,
    /// Which items have a diagnostic that explains why they cannot be parsed.
    reported: Vec<bool>,
    /// Which items are left out.
    blanked: Vec<bool>,
    /// Stretches outside items that are left out.
    orphans: Vec<Range<u32>>,
    /// What to read in place of what stands there, as many characters.
    edits: Vec<(Range<u32>, String)>,
    diagnostics: Vec<Diagnostic>,
}

impl<'s> Draft<'s> {
    /// The file, of which nothing has been looked at yet.
    pub(super) fn new(source: &'s Source, file: u16, tokens: &'s Tokens) -> Self {
        let items = outline::items(source.text(), tokens);
        let count = items.len();
        Self {
            source,
            file,
            tokens,
            items,
            reported: vec![false; count],
            blanked: vec![false; count],
            orphans: Vec::new(),
            edits: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Reports everything that the token table shows.
    pub(super) fn look_through(&mut self) {
        self.byte_order_mark();
        self.habits();
        self.numbers();
        self.open_ends();
        self.duplicates();
    }

    /// What was reported, in no particular order.
    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    fn text(&self) -> &str {
        self.source.text()
    }

    fn report(&mut self, start: u32, end: u32, message: Message) {
        let place = self.source.place(Span { file: self.file, start, end });
        let mut diagnostic = Diagnostic::new(message.code, message.text, self.source.name(), place);
        diagnostic.help = message.help;
        self.diagnostics.push(diagnostic);
    }

    /// The item around a byte, else the one before it.
    fn item_at(&self, byte: u32) -> Option<usize> {
        self.items.partition_point(|item| item.start <= byte).checked_sub(1)
    }

    fn mark(&mut self, item: usize) {
        if let Some(reported) = self.reported.get_mut(item) {
            *reported = true;
        }
    }

    fn blank(&mut self, item: usize) {
        self.mark(item);
        if let Some(blanked) = self.blanked.get_mut(item) {
            *blanked = true;
        }
    }

    fn is_blanked(&self, item: usize) -> bool {
        self.blanked.get(item).copied().unwrap_or_default()
    }

    fn byte_order_mark(&mut self) {
        if self.text().starts_with('\u{feff}') {
            let message = Message::new(Code::PolicyByteOrderMark, "the file begins with a byte order mark")
                .help("save the file as UTF-8 without a byte order mark");
            self.report(0, 3, message);
            self.orphans.push(0..3);
        }
    }

    fn habits(&mut self) {
        for habit in habits::find(self.source.text(), self.tokens) {
            self.report(habit.start, habit.end, habit.message);
            let item = self
                .item_at(habit.start)
                .filter(|item| self.items.get(*item).is_some_and(|item| item.contains(habit.start)));
            match (habit.meant, item) {
                (Some(edits), _) => {
                    if let Some(item) = item {
                        self.mark(item);
                    }
                    self.edits.extend(edits);
                }
                (None, Some(item)) => self.blank(item),
                (None, None) => self.orphans.push(habit.start..habit.end),
            }
        }
        sort::by_key(&mut self.edits, |(range, _)| range.start);
    }

    /// Numbers that policies do not have: fractions, and whole ones out of range, which Rhai would
    /// silently turn into fractions.
    fn numbers(&mut self) {
        for (index, token) in self.tokens.all().iter().enumerate() {
            let written = token.text(self.source.text());
            match token.kind {
                TokenKind::Float if self.is_day_first(index) => {
                    let end = self.tokens.token(index + 2).map_or(token.end, |year| year.end);
                    let message = Message::new(Code::InvalidLiteral, "a date is not written like this")
                        .help("write year, month and day in quotes: date(\"2026-11-22\")");
                    self.report(token.start, end, message);
                    if let Some(item) = self.item_at(token.start) {
                        self.blank(item);
                    }
                }
                TokenKind::Float => {
                    let message = Message::new(Code::Float, "policies have no numbers with a fraction")
                        .help("use whole numbers");
                    self.report(token.start, token.end, message);
                }
                TokenKind::Integer if !written.starts_with("0x") => {
                    let digits: String = written.chars().filter(|digit| *digit != '_').collect();
                    let sign = index.checked_sub(1).and_then(|before| self.tokens.token(before));
                    let is_negative =
                        sign.is_some_and(|sign| sign.end == token.start && sign.text(self.text()) == "-");
                    let is_decimal = digits.bytes().all(|digit| digit.is_ascii_digit());
                    let lowest = is_negative && digits.trim_start_matches('0') == "9223372036854775808";
                    if is_decimal && !lowest && digits.parse::<i64>().is_err() {
                        let message = Message::new(Code::InvalidLiteral, "this number is too large")
                            .help("the largest whole number is 9223372036854775807");
                        self.report(token.start, token.end, message);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether `20.11` is the beginning of `20.11.2026`.
    fn is_day_first(&self, index: usize) -> bool {
        let [Some(day), Some(dot), Some(year)] = [0, 1, 2].map(|after| self.tokens.token(index + after))
        else {
            return false;
        };
        year.kind == TokenKind::Integer
            && dot.text(self.text()) == "."
            && day.end == dot.start
            && dot.end == year.start
    }

    /// Texts, comments and brackets that are left open, each at the item that lacks the end.
    fn open_ends(&mut self) {
        let comments: Vec<_> = self.tokens.trivia().iter().filter(|trivia| !trivia.closed).copied().collect();
        for comment in comments {
            let message = Message::new(Code::Syntax, "this comment is not closed").help("add `*/`");
            self.report(comment.start, comment.start + 2, message);
            self.orphans.push(comment.start..comment.end);
            if let Some(item) = self.item_at(comment.start) {
                self.blank_if_open(item);
            }
        }
        for index in 0..self.items.len() {
            if self.reported.get(index) == Some(&true) && self.is_blanked(index) {
                continue;
            }
            if let Some((start, end, message)) = self.open_end(index) {
                self.report(start, end, message);
                self.blank(index);
            }
        }
    }

    /// Blanks an item whose end was lost in a comment, without another diagnostic.
    fn blank_if_open(&mut self, item: usize) {
        if self.open_end(item).is_some() {
            self.blank(item);
        }
    }

    fn open_end(&self, item: usize) -> Option<(u32, u32, Message)> {
        let item = self.items.get(item)?;
        let tokens = self.tokens.all().get(item.tokens.clone())?;
        if let Some(token) = tokens.iter().find(|token| !token.closed) {
            let message = if token.kind == TokenKind::Character {
                Message::new(Code::Syntax, "this quote is not closed")
                    .help("write text in double quotes: \"…\"")
            } else {
                unclosed_text()
            };
            return Some((token.start, token.end, message));
        }
        // An open template swallows the brackets behind it, so it explains theirs.
        let mut alone = tokens.iter().filter(|token| token.is_lonely_bracket());
        let template = alone.clone().find(|token| token.kind == TokenKind::Open(Bracket::Template));
        let token = template.or_else(|| alone.next())?;
        let written = token.text(self.text());
        let message = match token.kind {
            TokenKind::Open(Bracket::Template) => unclosed_text(),
            TokenKind::Open(bracket) => {
                let closing = match bracket {
                    Bracket::Paren => ")",
                    Bracket::Square => "]",
                    _ => "}",
                };
                Message::new(Code::Syntax, format!("this `{written}` is never closed"))
                    .help(format!("add `{closing}`"))
            }
            _ => Message::new(Code::Syntax, format!("this `{written}` closes nothing"))
                .help("remove it, or open it"),
        };
        Some((token.start, token.end, message))
    }

    fn duplicates(&mut self) {
        let mut seen = std::collections::BTreeSet::new();
        let mut twice = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            let Some(name) = item.name.and_then(|name| self.tokens.token(name)) else { continue };
            if !seen.insert((name.text(self.source.text()), item.parameters)) {
                twice.push((index, name));
            }
        }
        for (index, name) in twice {
            self.report(name.start, name.end, duplicate_function(&short(name.text(self.source.text()))));
            self.blank(index);
        }
    }

    /// Parses every item by itself if the file has errors, then what is right all together.
    pub(super) fn compile(&mut self, engine: &Engine) -> AST {
        let length = u32::try_from(self.text().len()).unwrap_or(u32::MAX);
        let mut result = engine.compile(self.render_all());
        if result.is_err() {
            self.each_item(engine);
            result = engine.compile(self.render_all());
        }
        for _ in 0..ROUNDS {
            let error = match result {
                Ok(ast) => return ast,
                Err(error) => error,
            };
            let byte = self.tokens.byte_of_position(self.text(), error.position()).unwrap_or(length);
            let item =
                self.item_at(byte).and_then(|last| (0..=last).rev().find(|item| !self.is_blanked(*item)));
            let Some(item) = item else { break };
            self.syntax_error(item, byte, error.err_type());
            if matches!(error.err_type(), ParseErrorType::TooManyFunctions) {
                (item..self.items.len()).for_each(|item| self.blank(item));
            }
            result = engine.compile(self.render_all());
        }
        // Nothing is left of the file but the reasons.
        if self.diagnostics.is_empty() {
            self.report(0, 0, Message::new(Code::Syntax, "this file is not understood"));
        }
        (0..self.items.len()).for_each(|item| self.blank(item));
        AST::empty()
    }

    fn each_item(&mut self, engine: &Engine) {
        let edits = self.replacements();
        for index in 0..self.items.len() {
            let Some(item) = self.items.get(index).filter(|_| !self.is_blanked(index)) else { continue };
            let (start, end) = (item.start, item.end);
            let first = edits.partition_point(|(range, _)| range.start < start);
            let text = self.render(start, end, edits.get(first..).unwrap_or_default());
            if let Err(error) = engine.compile(text) {
                let position = error.position();
                let byte = position.line().map_or(end, |line| {
                    self.tokens.byte_from(self.text(), start, line, position.position().unwrap_or_default())
                });
                self.syntax_error(index, byte, error.err_type());
            } else if let Some((start, end)) = self.lacks_semicolon(index) {
                self.report(start, end, missing_semicolon());
                self.blank(index);
            }
        }
    }

    /// The last token of a statement that another item follows without `;`.
    fn lacks_semicolon(&self, index: usize) -> Option<(u32, u32)> {
        self.items.get(index + 1)?;
        let item = self.items.get(index).filter(|item| item.needs_semicolon)?;
        let last = self.tokens.token(item.tokens.end.checked_sub(1)?)?;
        (last.text(self.text()) != ";").then_some((last.start, last.end))
    }

    /// Reports an error in an item, unless the item has been explained, and leaves the item out.
    fn syntax_error(&mut self, index: usize, byte: u32, error: &ParseErrorType) {
        if self.reported.get(index) == Some(&false)
            && let Some(item) = self.items.get(index)
        {
            // Rhai places what is missing after the item's end at the next token or the file's end.
            let last = item.tokens.end.saturating_sub(1);
            let token = if byte < item.end { self.tokens.around(byte) } else { last };
            let (start, end) =
                self.tokens.token(token).map_or((byte, byte), |token| (token.start, token.end));
            let found = if byte < item.end { self.text().get(start as usize..end as usize) } else { None };
            let message = describe(error, found.unwrap_or_default());
            self.report(start, end, message);
        }
        self.blank(index);
    }

    /// The whole text for Rhai.
    fn render_all(&self) -> String {
        self.render(0, u32::try_from(self.text().len()).unwrap_or(u32::MAX), &self.replacements())
    }

    /// The text of a stretch for Rhai: what is left out is blank, what was meant stands in place.
    fn render(&self, start: u32, end: u32, replacements: &[Replacement]) -> String {
        let mut rendered = String::with_capacity((end.saturating_sub(start)) as usize);
        let mut at = start;
        for (range, meant) in replacements.iter().take_while(|(range, _)| range.start < end) {
            if range.start < at || range.end > end {
                continue;
            }
            rendered.push_str(self.text().get(at as usize..range.start as usize).unwrap_or_default());
            match meant {
                Some(meant) => rendered.push_str(meant),
                None => rendered.push_str(&self.tokens.blank(self.text(), range.start, range.end)),
            }
            at = range.end;
        }
        rendered.push_str(self.text().get(at as usize..end as usize).unwrap_or_default());
        rendered
    }

    /// What is left out (none) and what was meant, in order; of what overlaps, the larger first.
    fn replacements(&self) -> Vec<Replacement> {
        let blanked = self.items.iter().zip(&self.blanked).filter(|(_, blanked)| **blanked);
        let blanked = blanked.map(|(item, _)| (item.start..item.end, None));
        let orphans = self.orphans.iter().map(|range| (range.clone(), None));
        let edits = self.edits.iter().map(|(range, meant)| (range.clone(), Some(meant.clone())));
        let mut all: Vec<_> = blanked.chain(orphans).chain(edits).collect();
        sort::by_key(&mut all, |(range, _)| (range.start, u32::MAX - range.end));
        all
    }

    /// The stretches and the functions that are left out.
    pub(super) fn broken(&self) -> (Vec<Range<u32>>, Vec<String>) {
        let broken = self.items.iter().zip(&self.blanked).filter(|(_, blanked)| **blanked);
        let (mut ranges, mut functions) = (Vec::new(), Vec::new());
        for (item, _) in broken {
            ranges.push(item.start..item.end);
            let name = item.name.and_then(|name| self.tokens.token(name));
            functions.extend(name.map(|name| name.text(self.text()).to_owned()));
        }
        (ranges, functions)
    }
}
