//! Makes hostile text harmless before it reaches a terminal or a log.
//!
//! Names, notes and file contents come from anywhere. What a terminal would obey, what would turn
//! the reading direction about and what would not be seen at all is written out as `\u{…}`; all
//! other text stays as it is, in every script.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with control, direction and invisible characters written out as `\u{…}`.
///
/// ```
/// use leaver::report::visible;
///
/// assert_eq!(visible("Zoë Müller"), "Zoë Müller");
/// assert_eq!(visible("a\u{1b}[31mb"), "a\\u{1b}[31mb");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Controls, line and paragraph separators, zero-width and direction marks, the byte order mark and
/// tag characters.
const fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn ordinary_text_of_any_script_stays() {
        for text in ["", "plain", "Zoë Müller", "名前", "اسم", "🙂", "a\u{a0}b"] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn what_a_terminal_obeys_or_hides_is_written_out() {
        for (text, shown) in [
            ("\n", "\\u{a}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\u{7f}", "\\u{7f}"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("\u{2066}\u{2069}", "\\u{2066}\\u{2069}"),
            ("\u{200b}\u{200f}", "\\u{200b}\\u{200f}"),
            ("\u{feff}", "\\u{feff}"),
            ("\u{e0041}", "\\u{e0041}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }
}
