//! Makes characters visible that a terminal would obey or that a reader would not see.
//!
//! Names and free text are hostile: an escape sequence can rewrite the screen, a bidirectional
//! override can make `detach` read as something else. Goes in: any text. Comes out: the same text
//! with every such character written as `\u{…}`. Ordinary text passes unchanged.

use std::borrow::Cow;

/// `text` on one line, with control, bidirectional and invisible characters written as `\u{…}`.
///
/// ```
/// use leaver::report::visible;
///
/// assert_eq!(visible("Zoë\u{1b}[2J"), r"Zoë\u{1b}[2J");
/// assert_eq!(visible("a\u{202e}b"), r"a\u{202e}b");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// The same for text of several lines: line breaks stay.
pub fn visible_lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            shown.push('\n');
        }
        shown.push_str(&visible(line));
    }
    shown
}

/// Whether a terminal obeys the character, or shows nothing, or changes the direction of others.
pub(crate) const fn is_hidden(character: char) -> bool {
    matches!(character,
        // C0 and C1 controls, delete
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        // soft hyphen, combining grapheme joiner, Arabic letter mark, Hangul fillers, Mongolian vowel separator
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}'
        // zero-width characters and directional marks
        | '\u{200b}'..='\u{200f}'
        // line and paragraph separator, embeddings and overrides
        | '\u{2028}'..='\u{202e}'
        // word joiner, invisible operators, isolates
        | '\u{2060}'..='\u{206f}'
        // byte order mark, interlinear annotation, tags
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_unchanged() {
        for text in ["", "Müller & Söhne", "日本語", "e\u{301}", "a b"] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn what_a_terminal_obeys_is_written_out() {
        assert_eq!(visible("\u{1b}]0;x\u{7}"), r"\u{1b}]0;x\u{7}");
        assert_eq!(visible("\u{9b}31m"), r"\u{9b}31m", "C1 controls too");
        assert_eq!(visible("a\u{2067}b\u{200d}c\u{feff}"), r"a\u{2067}b\u{200d}c\u{feff}");
        assert_eq!(visible("two\nlines\tand\r"), r"two\u{a}lines\u{9}and\u{d}");
    }

    #[test]
    fn line_breaks_of_a_longer_text_stay() {
        assert_eq!(visible_lines("a\nb\u{7}\n"), "a\nb\\u{7}\n");
    }
}
