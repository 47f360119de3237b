//! The token table of a policy file: what stands where, byte by byte.
//!
//! In goes any text; out comes a table of tokens with exact byte ranges and matched brackets, and
//! beside it the trivia (white space and comments). Rhai's own parser stays the authority on what
//! is valid; it keeps one position per expression and stops at its first error, so spans, recovery
//! and habits are found here. Reading never fails: what nobody knows becomes an `Unknown` token,
//! what is left open is marked. Tokens and trivia together are the text.

mod literal;
mod read;
#[cfg(test)]
mod tests;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name or a keyword.
    Identifier,
    /// A whole number in any base.
    Integer,
    /// A number with a fraction or an exponent.
    Float,
    /// `"…"`.
    Text,
    /// `#"…"#`.
    RawText,
    /// `'…'`, whatever is between the quotes.
    Character,
    /// A stretch of text between the back-ticks of a template.
    TemplateText,
    /// The `$` of `${`.
    Dollar,
    /// An operator or a separator.
    Operator,
    /// An opening bracket.
    Open(Bracket),
    /// A closing bracket. Without a partner its kind is that of its character.
    Close(Bracket),
    /// A character that begins no token.
    Unknown,
}

/// Which pair of brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bracket {
    /// `( )`.
    Paren,
    /// `[ ]` and `?[ ]`.
    Square,
    /// `{ }`.
    Brace,
    /// `#{ }`.
    Map,
    /// The `{ }` of `${ }`.
    Interpolation,
    /// The back-ticks of a template.
    Template,
}

/// One token. A minus sign is a token of its own, though Rhai reads `-5` as one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: TokenKind,
    /// First byte.
    pub(crate) start: u32,
    /// Byte after the last.
    pub(crate) end: u32,
    /// Whether it is closed, for what has a closing quote.
    pub(crate) closed: bool,
    is_minus: bool,
    partner: u32,
}

impl Token {
    const ALONE: u32 = u32::MAX;

    /// The index of the matching bracket.
    pub(crate) fn partner(&self) -> Option<usize> {
        (self.partner != Self::ALONE).then_some(self.partner as usize)
    }

    /// Its text.
    pub(crate) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Whether it is a bracket whose partner is missing.
    pub(crate) fn is_lonely_bracket(&self) -> bool {
        matches!(self.kind, TokenKind::Open(_) | TokenKind::Close(_)) && self.partner == Self::ALONE
    }
}

/// What a piece of trivia is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TriviaKind {
    /// Blanks, line breaks and a byte order mark.
    Space,
    /// `//` and `/* */`.
    Comment,
    /// `///` and `/** */`: the rationale of the function that follows.
    Doc,
    /// `//!`: about the file.
    FileDoc,
}

/// White space or a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trivia {
    /// What it is.
    pub(crate) kind: TriviaKind,
    /// First byte.
    pub(crate) start: u32,
    /// Byte after the last; a line comment ends before its line break.
    pub(crate) end: u32,
    /// Whether a block comment is closed.
    pub(crate) closed: bool,
}

/// The tokens and trivia of one file, each in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    all: Vec<Token>,
    trivia: Vec<Trivia>,
    /// Where each line begins in Rhai's count, which is not always that of line feeds.
    lines: Vec<u32>,
    /// Characters that Rhai leaves out when it counts columns.
    uncounted: Vec<u32>,
    /// How many counted characters begin before each stretch of [`STRETCH`] bytes, so that a place
    /// far along a line is found without going along it.
    counted: Vec<u32>,
}

const STRETCH: usize = 64;

/// The first byte from `at` on where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

fn counted(text: &str, uncounted: &[u32]) -> Vec<u32> {
    let mut counts = Vec::with_capacity(text.len() / STRETCH + 1);
    let mut skipped = uncounted.iter().peekable();
    let mut count = 0;
    for (at, _) in text.char_indices() {
        while counts.len() * STRETCH <= at {
            counts.push(count);
        }
        if skipped.next_if(|byte| **byte as usize == at).is_none() {
            count += 1;
        }
    }
    counts
}

impl Tokens {
    /// The table of `text`.
    pub(crate) fn read(text: &str) -> Self {
        Self::read_parts(text, &[])
    }

    /// The table of `text`, with nothing left open across the bytes of `starts`: the parts between
    /// them are read each by itself.
    pub(crate) fn read_parts(text: &str, starts: &[u32]) -> Self {
        let tokens = read::read(text, starts);
        Self { counted: counted(text, &tokens.uncounted), ..tokens }
    }

    /// All tokens.
    pub(crate) fn all(&self) -> &[Token] {
        &self.all
    }

    /// White space and comments.
    pub(crate) fn trivia(&self) -> &[Trivia] {
        &self.trivia
    }

    /// Token `index`.
    pub(crate) fn token(&self, index: usize) -> Option<Token> {
        self.all.get(index).copied()
    }

    /// The token that starts at a byte.
    pub(crate) fn at_byte(&self, start: u32) -> Option<usize> {
        self.all.binary_search_by_key(&start, |token| token.start).ok()
    }

    /// The first token that ends after a byte: the one around it, or the next.
    pub(crate) fn around(&self, byte: u32) -> usize {
        self.all.partition_point(|token| token.end <= byte)
    }

    /// The tokens that start in a stretch of bytes.
    pub(crate) fn within(&self, start: u32, end: u32) -> std::ops::Range<usize> {
        let first = self.all.partition_point(|token| token.start < start);
        let last = self.all.partition_point(|token| token.start < end);
        first..last.max(first)
    }

    /// Widens a stretch of bytes to whole tokens, until every bracket in it has its partner in it.
    ///
    /// An empty stretch stands for the token at its byte. A sign at the end takes its number along,
    /// for Rhai places `-5` at the sign.
    pub(crate) fn cover(&self, start: u32, end: u32) -> (u32, u32) {
        let end = end.max(start.saturating_add(1));
        let mut first = self.around(start);
        let mut last = self.all.partition_point(|token| token.start < end);
        if first >= last {
            return (start, end);
        }
        let (mut low, mut high) = (first, first);
        // `first..last` is wanted, `low..high` has been looked at.
        while low > first || high < last {
            let looked_at = if high < last {
                high += 1;
                high - 1
            } else {
                low -= 1;
                low
            };
            if let Some(partner) = self.all[looked_at].partner() {
                first = first.min(partner);
                last = last.max(partner + 1);
            }
            if looked_at + 1 == last && self.is_sign_of_number(looked_at) {
                last += 1;
            }
        }
        (start.min(self.all[first].start), self.all[last - 1].end.max(end))
    }

    /// The end of a call: of the `)` that belongs to the `(` after the name that starts at a byte.
    /// Without one it is the end of the name.
    pub(crate) fn call_end(&self, name_start: u32) -> u32 {
        let Some(name) = self.at_byte(name_start) else {
            return name_start;
        };
        let bracket = self.token(name + 1).filter(|next| next.kind == TokenKind::Open(Bracket::Paren));
        bracket
            .and_then(|open| open.partner())
            .and_then(|close| self.token(close))
            .map_or(self.all[name].end, |close| close.end)
    }

    /// The byte of a place as Rhai counts lines and columns, from 1. Column 0 is the line's start;
    /// what lies past a line is its end. `text` is the text that was read.
    ///
    /// Rhai counts a lone carriage return after a line comment as a line break, forgets line breaks
    /// that follow a quote in raw text, and does not count the `$` of an escaped `\${`.
    pub(crate) fn byte_of(&self, text: &str, line: usize, column: usize) -> u32 {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let Some(&start) = line.checked_sub(1).and_then(|index| self.lines.get(index)) else {
            return length;
        };
        self.walk(text, start, column)
    }

    /// The byte of a place in a stretch that begins at `start` and was parsed by itself.
    pub(crate) fn byte_from(&self, text: &str, start: u32, line: usize, column: usize) -> u32 {
        if line <= 1 {
            self.walk(text, start, column)
        } else {
            self.byte_of(text, self.line_of(start) + line - 1, column)
        }
    }

    /// The byte of a column, counted from `start`, of the line around `start`.
    fn walk(&self, text: &str, start: u32, column: usize) -> u32 {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let end = self.lines.get(self.line_of(start)).map_or(length, |next| next - 1);
        let wanted = self.counted_before(text, start) + column.saturating_sub(1);
        let stretch = self.counted.partition_point(|count| *count as usize <= wanted).saturating_sub(1);
        let from = boundary(text, (stretch * STRETCH).max(start as usize));
        let mut count = self.counted_before(text, u32::try_from(from).unwrap_or(length));
        for (at, _) in text.get(from..end as usize).unwrap_or_default().char_indices() {
            let byte = u32::try_from(from + at).unwrap_or(length);
            if self.uncounted.binary_search(&byte).is_ok() {
                continue;
            }
            if count == wanted {
                return byte;
            }
            count += 1;
        }
        end
    }

    /// How many characters that Rhai counts begin before a byte.
    fn counted_before(&self, text: &str, byte: u32) -> usize {
        let stretch = (byte as usize / STRETCH).min(self.counted.len().saturating_sub(1));
        let from = boundary(text, stretch * STRETCH);
        let between = text.get(from..byte as usize).unwrap_or_default().char_indices();
        let counted = between.filter(|(at, _)| {
            u32::try_from(from + at).is_ok_and(|at| self.uncounted.binary_search(&at).is_err())
        });
        self.counted.get(stretch).map_or(0, |count| *count as usize) + counted.count()
    }

    /// The byte of one of Rhai's positions; none for no position.
    pub(crate) fn byte_of_position(&self, text: &str, position: rhai::Position) -> Option<u32> {
        let line = position.line()?;
        Some(self.byte_of(text, line, position.position().unwrap_or_default()))
    }

    /// The line of a byte in Rhai's count, from 1.
    fn line_of(&self, byte: u32) -> usize {
        self.lines.partition_point(|start| *start <= byte)
    }

    /// A stretch of the text as nothing but blanks, so that all that follows keeps its place in
    /// Rhai's count.
    pub(crate) fn blank(&self, text: &str, start: u32, end: u32) -> String {
        let stretch = text.get(start as usize..end as usize).unwrap_or_default();
        let mut blank = String::with_capacity(stretch.len());
        for (at, character) in stretch.char_indices() {
            let byte = start + u32::try_from(at).unwrap_or(u32::MAX);
            let next = byte + u32::try_from(character.len_utf8()).unwrap_or(1);
            if self.lines.binary_search(&next).is_ok() {
                blank.push('\n');
            } else if self.uncounted.binary_search(&byte).is_err() {
                blank.push(' ');
            }
        }
        blank
    }

    fn is_sign_of_number(&self, index: usize) -> bool {
        let (Some(sign), Some(number)) = (self.token(index), self.token(index + 1)) else {
            return false;
        };
        sign.kind == TokenKind::Operator
            && sign.end == number.start
            && sign.is_minus
            && matches!(number.kind, TokenKind::Integer | TokenKind::Float)
    }
}
