//! What people type by habit from other languages: single quotes for text, `and`, `=` for `==`.
//!
//! In goes the token table, so that texts and comments are never mistaken for code; out come the
//! habits with their places, advice and, where one can tell, what was meant. What was meant takes
//! the same number of characters, so that the rest of the function can still be checked in place.

mod assignment;

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::token::{Bracket, Token, TokenKind, Tokens, TriviaKind};
use super::message::{Message, is_foreign, not_in_language, short};
use super::outline::{FUNCTION_WORDS, MODIFIERS};
use crate::diagnostic::Code;
use crate::sort::Gather as _;

/// A habit: where it stands, what to say, and how to read it as it was meant.
pub(super) struct Habit {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) message: Message,
    /// Replacements of the same number of characters; none if it cannot be told what was meant.
    pub(super) meant: Option<Vec<(Range<u32>, String)>>,
}

/// All habits, in no particular order.
pub(super) fn find(text: &str, tokens: &Tokens) -> Vec<Habit> {
    let mut finder = Finder {
        text,
        tokens,
        habits: Vec::new(),
        heads: assignment::condition_heads(text, tokens),
        declared: declared(text, tokens),
        switches: assignment::switch_braces(text, tokens),
        inside: Vec::new(),
        opened: Vec::new(),
    };
    finder.doc_comments();
    let mut index = 0;
    while let Some(token) = tokens.token(index) {
        if let (TokenKind::Close(_), Some(_)) = (token.kind, token.partner()) {
            finder.inside.pop();
            finder.opened.pop();
        }
        let this = index;
        index = finder.token(index, token).max(index + 1);
        if let (TokenKind::Open(bracket), Some(_)) = (token.kind, token.partner()) {
            finder.inside.push(bracket);
            finder.opened.push(this);
        }
    }
    finder.habits
}

/// The names that the file declares itself.
fn declared<'t>(text: &'t str, tokens: &Tokens) -> BTreeSet<&'t str> {
    let pairs = tokens.all().iter().zip(tokens.all().iter().skip(1));
    pairs
        .filter(|(word, name)| {
            matches!(word.text(text), "let" | "const" | "fn" | "for") && name.kind == TokenKind::Identifier
        })
        .map(|(_, name)| name.text(text))
        .gather()
}

struct Finder<'t> {
    text: &'t str,
    tokens: &'t Tokens,
    habits: Vec<Habit>,
    /// Which tokens stand in the head of a condition, not inside its brackets.
    heads: Vec<bool>,
    /// The names that the file declares.
    declared: BTreeSet<&'t str>,
    /// The brackets around the current token.
    inside: Vec<Bracket>,
    /// The same as indexes of tokens.
    opened: Vec<usize>,
    /// The braces of `switch`es.
    switches: BTreeSet<usize>,
}

impl Finder<'_> {
    /// Looks at one token; the index of the next to look at.
    fn token(&mut self, index: usize, token: Token) -> usize {
        match token.kind {
            TokenKind::Character if token.closed => self.single_quotes(token),
            TokenKind::Identifier => return self.word(index, token),
            TokenKind::Operator => return self.operator(index, token),
            TokenKind::Unknown => return self.smart_quotes(index, token),
            _ => {}
        }
        index + 1
    }

    fn add(&mut self, start: u32, end: u32, message: Message, meant: Option<Vec<(Range<u32>, String)>>) {
        self.habits.push(Habit { start, end, message, meant });
    }

    /// Replaces a word by another of at most its length.
    fn replace(&mut self, token: Token, message: Message, meant: &str) {
        let width = (token.end - token.start) as usize;
        let meant = (meant.len() <= width).then(|| vec![(token.start..token.end, format!("{meant:width$}"))]);
        self.add(token.start, token.end, message, meant);
    }

    fn single_quotes(&mut self, token: Token) {
        let quoted = token.text(self.text);
        let content = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
        let message = Message::new(Code::SingleQuotes, "text stands in double quotes")
            .help(format!("write \"{}\"", short(&content.replace("\\'", "'").replace("''", "'"))));
        let is_plain = !content.contains(['"', '\'']);
        let meant = is_plain.then(|| vec![(token.start..token.end, format!("\"{content}\""))]);
        self.add(token.start, token.end, message, meant);
    }

    fn word(&mut self, index: usize, token: Token) -> usize {
        let word = token.text(self.text);
        if self.is_field(index) {
            // `f.call()` goes round the checks like `call(f)`.
            if matches!(word, "call" | "curry") && self.is_text(index + 1, "(") {
                self.add(token.start, token.end, not_in_language(word), None);
            }
            return index + 1;
        }
        if self.is_key(index) {
            return index + 1;
        }
        match word {
            "and" | "or" | "AND" | "OR" if self.ends_value(index) && self.begins_value(index + 1) => {
                let operator = if word.eq_ignore_ascii_case("and") { "&&" } else { "||" };
                self.replace(token, word_operator(word, operator), operator);
            }
            "xor" if self.ends_value(index) && self.begins_value(index + 1) => {
                self.replace(token, word_operator(word, "!="), "!=");
            }
            "is" if self.ends_value(index) && self.begins_value(index + 1) => {
                if let Some(not) = self.tokens.token(index + 1).filter(|next| next.text(self.text) == "not") {
                    return self.two_words(index, token, not, "!=");
                }
                self.replace(token, word_operator(word, "=="), "==");
            }
            "not" | "NOT" => return self.not(index, token),
            "None" | "null" | "nil" | "undefined" if self.is_value(index, word) => {
                let message =
                    Message::new(Code::NotInTheLanguage, format!("`{word}` is not in the policy language"))
                        .help("write `()` for an absent value");
                self.replace(token, message, "()");
            }
            "True" | "False" | "TRUE" | "FALSE" if self.is_value(index, word) => {
                let meant = word.to_ascii_lowercase();
                let message =
                    Message::new(Code::NotInTheLanguage, format!("`{word}` is not in the policy language"))
                        .help(format!("write `{meant}`"));
                self.replace(token, message, &meant);
            }
            "function" | "def" | "func" | "fun"
                if FUNCTION_WORDS.contains(&word) && self.is_named_function(index) =>
            {
                let message =
                    Message::new(Code::NotInTheLanguage, format!("`{word}` is not in the policy language"))
                        .help("write `fn`");
                self.replace(token, message, "fn");
            }
            "pub" | "public" if self.is_text(index + 1, "fn") => {
                let message =
                    Message::new(Code::NotInTheLanguage, format!("`{word}` is not in the policy language"))
                        .help("remove it: a function is a rule unless it is `private`");
                self.replace(token, message, "");
            }
            _ if is_foreign(word) && self.is_foreign_here(index, word) => {
                if word == "var" {
                    self.replace(token, not_in_language(word), "let");
                } else {
                    self.add(token.start, token.end, not_in_language(word), None);
                }
            }
            _ => {}
        }
        index + 1
    }

    /// `not x`, `not (x)` and `x not in y`.
    fn not(&mut self, index: usize, token: Token) -> usize {
        if self.ends_value(index) {
            return match self.tokens.token(index + 1).filter(|next| next.text(self.text) == "in") {
                Some(next) => self.two_words(index, token, next, "!in"),
                None => index + 1,
            };
        }
        let word = token.text(self.text);
        if self.begins_value(index + 1) && !self.declared.contains(word) {
            self.replace(token, word_operator(word, "!"), "!");
        }
        index + 1
    }

    fn two_words(&mut self, index: usize, first: Token, second: Token, operator: &str) -> usize {
        let words = format!("{} {}", first.text(self.text), second.text(self.text));
        let between = self.text.get(first.end as usize..second.start as usize).unwrap_or_default();
        let width = (second.end - first.start) as usize;
        let meant = between
            .bytes()
            .all(|byte| byte == b' ')
            .then(|| vec![(first.start..second.end, format!("{operator:width$}"))]);
        self.add(first.start, second.end, word_operator(&words, operator), meant);
        index + 2
    }

    /// “…” and its like. The words between a pair on one line are text, so they are not looked at.
    fn smart_quotes(&mut self, index: usize, token: Token) -> usize {
        const QUOTES: [&str; 11] = ["“", "”", "„", "‟", "‘", "’", "‚", "«", "»", "‹", "›"];
        let is_quote =
            |token: Token| token.kind == TokenKind::Unknown && QUOTES.contains(&token.text(self.text));
        if !is_quote(token) {
            return index + 1;
        }
        let message = Message::new(Code::Syntax, "these quotes are not those of the language")
            .help("write straight quotes: \"…\"");
        let line =
            self.text.get(token.end as usize..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let line_end = token.end + u32::try_from(line.len()).unwrap_or_default();
        let closing = self
            .tokens
            .all()
            .iter()
            .enumerate()
            .skip(index + 1)
            .take_while(|(_, next)| next.start < line_end);
        let Some((last, closing)) = closing.map(|(at, next)| (at, *next)).find(|(_, next)| is_quote(*next))
        else {
            self.add(token.start, token.end, message, None);
            return index + 1;
        };
        let content = self.text.get(token.end as usize..closing.start as usize).unwrap_or_default();
        let meant = (!content.contains(['"', '\\', '`', '/', '\'']))
            .then(|| [token, closing].map(|quote| (quote.start..quote.end, "\"".to_owned())).to_vec());
        self.add(token.start, closing.end, message, meant);
        self.skipped(index + 1..last);
        last + 1
    }

    /// Keeps the count of brackets right over tokens that are not looked at.
    fn skipped(&mut self, range: Range<usize>) {
        for (index, token) in range.clone().zip(self.tokens.all().get(range).unwrap_or_default()) {
            match (token.kind, token.partner()) {
                (TokenKind::Open(bracket), Some(_)) => {
                    self.inside.push(bracket);
                    self.opened.push(index);
                }
                (TokenKind::Close(_), Some(_)) => {
                    self.inside.pop();
                    self.opened.pop();
                }
                _ => {}
            }
        }
    }

    /// Doc comments before anything but a function; each run of them once.
    fn doc_comments(&mut self) {
        let mut run_at = usize::MAX;
        for trivia in
            self.tokens.trivia().iter().filter(|trivia| trivia.kind == TriviaKind::Doc && trivia.closed)
        {
            let next = self.tokens.around(trivia.start);
            let word = self.tokens.token(next).map_or("", |token| token.text(self.text));
            let is_head = FUNCTION_WORDS.contains(&word) && self.is_named_function(next);
            if is_head || word == "fn" || MODIFIERS.contains(&word) {
                continue;
            }
            // The third character makes it a doc comment, in `///` as in `/**`.
            let plain = (trivia.start + 2..trivia.start + 3, " ".to_owned());
            if run_at == next
                && let Some(habit) = self.habits.last_mut()
            {
                habit.meant.get_or_insert_default().push(plain);
                continue;
            }
            run_at = next;
            let message = Message::new(Code::MisplacedDocComment, "this doc comment documents no function")
                .help("doc comments stand before `fn`; begin other comments with `//`");
            let first_line = self.text.get(trivia.start as usize..trivia.end as usize).unwrap_or_default();
            let length = first_line.lines().next().unwrap_or_default().len();
            let end = trivia.start + u32::try_from(length).unwrap_or_default();
            self.add(trivia.start, end, message, Some(vec![plain]));
        }
    }

    /// Whether a foreign word is used as such, and is not the second word of a pair already named.
    fn is_foreign_here(&self, index: usize, word: &str) -> bool {
        let pair = |opener: &str| {
            let before = index.checked_sub(1).and_then(|at| self.tokens.token(at));
            let block = before.filter(|token| matches!(token.kind, TokenKind::Close(Bracket::Brace)));
            let head = block.and_then(|token| token.partner()).and_then(|open| open.checked_sub(1));
            head.and_then(|at| self.tokens.token(at)).is_some_and(|token| token.text(self.text) == opener)
        };
        match word {
            "while" | "until" => !pair("do"),
            "catch" => !pair("try"),
            "elif" | "elsif" | "elseif" => index > 0 && self.is_text(index - 1, "}"),
            "match" | "unless" | "when" | "case" => {
                !self.declared.contains(word)
                    && !self.ends_value(index)
                    && self.begins_value(index + 1)
                    && !self.is_text(index + 1, "(")
            }
            "then" => self.ends_value(index) && self.heads.get(index) == Some(&true),
            "default" => self.is_text(index + 1, "=>") || self.is_text(index + 1, ":"),
            "var" => self.tokens.token(index + 1).is_some_and(|next| next.kind == TokenKind::Identifier),
            _ => true,
        }
    }

    /// Whether the name stands where a value is read, and is not a name of the file's own.
    fn is_value(&self, index: usize, word: &str) -> bool {
        let declares = index.checked_sub(1).and_then(|at| self.tokens.token(at)).is_some_and(|before| {
            matches!(before.text(self.text), "let" | "const" | "fn" | "for")
                && before.kind == TokenKind::Identifier
        });
        !declares && !self.is_text(index + 1, "(") && !self.declared.contains(word)
    }

    fn is_named_function(&self, index: usize) -> bool {
        self.tokens.token(index + 1).is_some_and(|next| next.kind == TokenKind::Identifier)
            && self.is_text(index + 2, "(")
    }

    fn is_text(&self, index: usize, text: &str) -> bool {
        self.tokens.token(index).is_some_and(|token| token.text(self.text) == text)
    }

    /// Whether the name stands after a dot.
    fn is_field(&self, index: usize) -> bool {
        index > 0 && (self.is_text(index - 1, ".") || self.is_text(index - 1, "?."))
    }

    /// Whether the name is a key of a map.
    fn is_key(&self, index: usize) -> bool {
        self.inside.last() == Some(&Bracket::Map)
            && self.is_text(index + 1, ":")
            && index > 0
            && (self.is_text(index - 1, "#{") || self.is_text(index - 1, ","))
    }

    /// Whether the token before `index` ends a value.
    fn ends_value(&self, index: usize) -> bool {
        const NO_VALUES: [&str; 14] = [
            "if", "else", "return", "in", "let", "const", "switch", "for", "fn", "private", "while", "until",
            "and", "or",
        ];
        let Some(before) = index.checked_sub(1).and_then(|at| self.tokens.token(at)) else {
            return false;
        };
        match before.kind {
            TokenKind::Identifier => !NO_VALUES.contains(&before.text(self.text)) || self.is_field(index - 1),
            TokenKind::Open(_) | TokenKind::Operator | TokenKind::Dollar | TokenKind::TemplateText => false,
            TokenKind::Close(bracket) => bracket != Bracket::Brace,
            TokenKind::Integer
            | TokenKind::Float
            | TokenKind::Text
            | TokenKind::RawText
            | TokenKind::Character
            | TokenKind::Unknown => true,
        }
    }

    /// Whether a value begins at token `index`.
    fn begins_value(&self, index: usize) -> bool {
        let Some(token) = self.tokens.token(index) else {
            return false;
        };
        match token.kind {
            TokenKind::Identifier => !matches!(token.text(self.text), "in" | "else" | "and" | "or" | "is"),
            TokenKind::Operator => matches!(token.text(self.text), "!" | "-" | "+"),
            TokenKind::Open(bracket) => {
                matches!(bracket, Bracket::Paren | Bracket::Template | Bracket::Square)
            }
            TokenKind::Integer
            | TokenKind::Float
            | TokenKind::Text
            | TokenKind::RawText
            | TokenKind::Character
            | TokenKind::Unknown => true,
            TokenKind::Close(_) | TokenKind::Dollar | TokenKind::TemplateText => false,
        }
    }
}

fn word_operator(words: &str, operator: &str) -> Message {
    Message::new(Code::WordOperator, format!("`{words}` is no operator")).help(format!("write `{operator}`"))
}
