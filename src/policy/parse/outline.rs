//! The top-level items of a policy file, so that an error in one does not hide those in the others.
//!
//! In go the text and its token table, out come the stretches of functions and statements with
//! their names. Where brackets do not balance, items begin at lines that look like a new item, so
//! that what one function leaves open does not swallow the next.

use std::ops::Range;

use super::super::token::{Bracket, Token, TokenKind, Tokens, TriviaKind};

/// One top-level function or statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// First byte, doc comments included.
    pub(super) start: u32,
    /// Byte after the last.
    pub(super) end: u32,
    /// Its tokens.
    pub(super) tokens: Range<usize>,
    /// The name of a function: its token.
    pub(super) name: Option<usize>,
    /// How many parameters the function has.
    pub(super) parameters: usize,
    /// Whether it is a statement that ends with `;`, unlike functions and blocks.
    pub(super) needs_semicolon: bool,
}

impl Item {
    /// Whether a byte is in it.
    pub(super) fn contains(&self, byte: u32) -> bool {
        (self.start..self.end).contains(&byte)
    }
}

/// Words that begin a function: the right one and those of other languages.
pub(super) const FUNCTION_WORDS: [&str; 5] = ["fn", "function", "def", "func", "fun"];

/// Words before `fn`: the right one and those of other languages.
pub(super) const MODIFIERS: [&str; 3] = ["private", "pub", "public"];

/// Words that begin a statement which ends with its block.
const BLOCK_WORDS: [&str; 8] = ["if", "for", "while", "loop", "do", "switch", "try", "{"];

/// The token table of a text, read item by item where its brackets do not balance.
pub(super) fn read(text: &str) -> Tokens {
    let tokens = Tokens::read(text);
    if is_sound(text, &tokens) { tokens } else { Tokens::read_parts(text, &item_lines(text, &tokens)) }
}

/// Whether everything is closed and every function stands outside the others.
fn is_sound(text: &str, tokens: &Tokens) -> bool {
    let mut depth = 0_u32;
    tokens.trivia().iter().all(|trivia| trivia.closed)
        && tokens.all().iter().enumerate().all(|(index, token)| {
            match token.kind {
                TokenKind::Open(_) => depth += 1,
                TokenKind::Close(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            let swallowed = depth > 0 && is_function(text, tokens, index) && is_at_margin(text, token.start);
            token.closed && !token.is_lonely_bracket() && !swallowed
        })
}

/// Whether nothing but `private` stands before a byte on its line, not even blanks.
fn is_at_margin(text: &str, byte: u32) -> bool {
    let before = text.get(..byte as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.is_empty() || MODIFIERS.contains(&line.trim_end())
}

/// Whether a function with a name begins at a token; `fn` itself, not a word of another language.
pub(super) fn is_function(text: &str, tokens: &Tokens, index: usize) -> bool {
    tokens.token(index).is_some_and(|token| is_word(text, &token, "fn")) && has_name(tokens, index)
}

fn has_name(tokens: &Tokens, index: usize) -> bool {
    tokens.token(index + 1).is_some_and(|name| name.kind == TokenKind::Identifier)
        && tokens.token(index + 2).is_some_and(|open| open.kind == TokenKind::Open(Bracket::Paren))
}

fn is_word(text: &str, token: &Token, word: &str) -> bool {
    token.kind == TokenKind::Identifier && token.text(text) == word
}

/// Where lines begin that look like a new item: `fn` or `private fn` with a name, at the left
/// margin also `const` and `let`; with the doc comments above them.
fn item_lines(text: &str, tokens: &Tokens) -> Vec<u32> {
    let mut starts = Vec::new();
    let (mut at, mut documented_from) = (0, None);
    for line in text.split_inclusive('\n') {
        let start = u32::try_from(at).unwrap_or(u32::MAX);
        at += line.len();
        let content = line.trim();
        let in_comment = || {
            let before = tokens.trivia().partition_point(|trivia| trivia.start < start);
            let comment = before.checked_sub(1).and_then(|index| tokens.trivia().get(index));
            comment
                .is_some_and(|trivia| trivia.closed && trivia.end > start && trivia.kind != TriviaKind::Space)
        };
        if content.starts_with("///") {
            documented_from.get_or_insert(start);
        } else {
            if begins_item(line, content) && !in_comment() {
                starts.push(documented_from.unwrap_or(start));
            }
            documented_from = None;
        }
    }
    starts
}

fn begins_item(line: &str, content: &str) -> bool {
    if line.starts_with("const ") || line.starts_with("let ") {
        return true;
    }
    let modifier = MODIFIERS.iter().find_map(|modifier| content.strip_prefix(modifier)?.strip_prefix(' '));
    let Some(head) = modifier.map_or(content, str::trim_start).strip_prefix("fn ") else {
        return false;
    };
    let head = head.trim_start();
    let name = head.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    name.is_some_and(|length| {
        length > 0 && head.get(length..).is_some_and(|rest| rest.trim_start().starts_with('('))
    })
}

/// The top-level items in order. They cover every token.
pub(super) fn items(text: &str, tokens: &Tokens) -> Vec<Item> {
    let mut items = Vec::new();
    let (mut index, mut end_before) = (0, 0);
    while let Some(first) = tokens.token(index) {
        let (last, name, parameters) = match function_head(text, tokens, index) {
            Some(word) => function(text, tokens, word),
            None => (statement(text, tokens, index), None, 0),
        };
        let is_function = function_head(text, tokens, index).is_some();
        let needs_semicolon = !is_function && !BLOCK_WORDS.contains(&first.text(text));
        let end = tokens.token(last).map_or(first.end, |token| token.end);
        let docs = tokens.trivia().partition_point(|trivia| trivia.start < end_before);
        let documentation = tokens.trivia().get(docs..).unwrap_or_default().iter();
        let start = documentation
            .take_while(|trivia| trivia.start < first.start)
            .find(|trivia| trivia.kind == TriviaKind::Doc)
            .map_or(first.start, |trivia| trivia.start);
        items.push(Item { start, end, tokens: index..last + 1, name, parameters, needs_semicolon });
        (index, end_before) = (last + 1, end);
    }
    items
}

/// The token `fn` (or a word of another language for it) of a function that begins at `index`.
fn function_head(text: &str, tokens: &Tokens, index: usize) -> Option<usize> {
    let first = tokens.token(index)?;
    let is_modified = MODIFIERS.contains(&first.text(text)) && first.kind == TokenKind::Identifier;
    let word = if is_modified { index + 1 } else { index };
    let head = tokens.token(word).filter(|token| token.kind == TokenKind::Identifier)?.text(text);
    let is_head = head == "fn" || (FUNCTION_WORDS.contains(&head) && has_name(tokens, word));
    is_head.then_some(word)
}

/// The last token of the function whose `fn` is at `word`, its name and its number of parameters.
fn function(text: &str, tokens: &Tokens, word: usize) -> (usize, Option<usize>, usize) {
    let name = tokens.token(word + 1).filter(|token| token.kind == TokenKind::Identifier).map(|_| word + 1);
    let (mut last, mut index, mut parameters) = (word, word + 1, 0);
    while let Some(token) = tokens.token(index) {
        if begins_another(text, tokens, index) {
            break;
        }
        last = index;
        match (token.kind, token.partner()) {
            (TokenKind::Open(Bracket::Brace), Some(close)) => return (close, name, parameters),
            (TokenKind::Open(Bracket::Paren), Some(close)) if index == word + 2 => {
                parameters = count_parameters(text, tokens, index + 1..close);
                index = close;
            }
            (TokenKind::Open(_), Some(close)) => index = close,
            (TokenKind::Operator, _) if token.text(text) == ";" => break,
            _ => {}
        }
        last = last.max(index);
        index += 1;
    }
    (last, name, parameters)
}

fn count_parameters(text: &str, tokens: &Tokens, between: Range<usize>) -> usize {
    let names = tokens.all().get(between).unwrap_or_default();
    names.split(|token| token.text(text) == ",").filter(|parameter| !parameter.is_empty()).count()
}

/// The last token of the statement that begins at `index`.
fn statement(text: &str, tokens: &Tokens, index: usize) -> usize {
    let first = tokens.token(index).map_or("", |token| token.text(text));
    let is_block = BLOCK_WORDS.contains(&first);
    let (mut last, mut at) = (index, index);
    while let Some(token) = tokens.token(at) {
        if at > index && begins_another(text, tokens, at) {
            break;
        }
        if let (TokenKind::Open(_), Some(close)) = (token.kind, token.partner()) {
            at = close;
        }
        last = at;
        let next = tokens.token(at + 1).map_or("", |next| next.text(text));
        let goes_on = matches!(next, "else" | "while" | "until" | "catch");
        let ends_block = is_block && matches!(token.kind, TokenKind::Open(Bracket::Brace)) && !goes_on;
        if (token.kind == TokenKind::Operator && token.text(text) == ";") || ends_block {
            break;
        }
        at += 1;
    }
    last
}

/// Whether another item begins at a token: a function, or a declaration at the left margin.
fn begins_another(text: &str, tokens: &Tokens, index: usize) -> bool {
    let Some(token) = tokens.token(index).filter(|token| token.kind == TokenKind::Identifier) else {
        return false;
    };
    match token.text(text) {
        word if MODIFIERS.contains(&word) => is_function(text, tokens, index + 1),
        "fn" => has_name(tokens, index),
        "const" | "let" => is_at_margin(text, token.start),
        _ => false,
    }
}
