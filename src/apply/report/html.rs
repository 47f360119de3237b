//! The only way to write a page: constants of the program as markup, everything else as text.
//!
//! Markup must be `'static`, so that no data can become markup by mistake. Text is escaped for element content and
//! for quoted attributes alike, and control, bidirectional and invisible characters are written out.

use std::fmt::Write as _;

use time::OffsetDateTime;

use super::words;
use crate::model::format_instant;
use crate::report::visible;

/// A page that is being written.
#[derive(Debug, Default)]
pub(super) struct Html {
    text: String,
}

impl Html {
    pub(super) fn new() -> Self {
        Self { text: String::with_capacity(1 << 16) }
    }

    /// Markup.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.text.push_str(markup);
        self
    }

    /// Text from anywhere.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for character in visible(text).chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\'' => self.text.push_str("&#39;"),
                _ => self.text.push(character),
            }
        }
        self
    }

    /// A whole number.
    pub(super) fn count(&mut self, number: usize) -> &mut Self {
        let digits = number.to_string();
        for (index, digit) in digits.chars().enumerate() {
            // Groups of three from five digits on, as in 10,000.
            if index > 0 && digits.len() > 4 && (digits.len() - index).is_multiple_of(3) {
                self.text.push(',');
            }
            self.text.push(digit);
        }
        self
    }

    /// A number with its noun.
    pub(super) fn counted(&mut self, number: usize, one: &'static str, many: &'static str) -> &mut Self {
        self.count(number).raw(" ").raw(if number == 1 { one } else { many })
    }

    /// A length in the picture, to a tenth.
    pub(super) fn length(&mut self, length: f64) -> &mut Self {
        let _ = write!(self.text, "{length:.1}");
        self
    }

    /// An instant, for people and for programs.
    pub(super) fn instant(&mut self, instant: OffsetDateTime) -> &mut Self {
        self.raw("<time datetime=\"").text(&format_instant(instant)).raw("\">");
        self.text(&words::clock(instant)).raw("</time>")
    }

    /// An instant without its year, where that is the same as of another.
    pub(super) fn instant_near(&mut self, instant: OffsetDateTime, other: OffsetDateTime) -> &mut Self {
        if instant.year() != other.year() {
            return self.instant(instant);
        }
        self.raw("<time datetime=\"").text(&format_instant(instant)).raw("\">");
        self.text(&words::short_clock(instant)).raw("</time>")
    }

    /// What names something: an ID, a digest, a code.
    pub(super) fn code(&mut self, name: &str) -> &mut Self {
        self.raw("<code>").text(name).raw("</code>")
    }

    /// A sentence of a plan: names between backticks are set as code, references to the platform facts left out.
    pub(super) fn prose(&mut self, sentence: &str) -> &mut Self {
        let sentence = words::plain(sentence);
        let parts: Vec<&str> = sentence.split('`').collect();
        if parts.len().is_multiple_of(2) {
            return self.text(&sentence);
        }
        for (index, part) in parts.into_iter().enumerate() {
            if index.is_multiple_of(2) {
                self.text(part)
            } else {
                self.code(part)
            };
        }
        self
    }

    /// What leads into a section: its heading, and a sentence that says what one sees.
    pub(super) fn section(&mut self, id: &'static str, title: &'static str, lead: &'static str) -> &mut Self {
        self.raw("<section aria-labelledby=\"").raw(id).raw("\">\n<h2 id=\"").raw(id).raw("\">").raw(title);
        self.raw("</h2>\n<p class=\"lead\">").raw(lead).raw("</p>\n")
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_markup() {
        let mut page = Html::new();
        page.raw("<p title=\"").text("\" onload='x' <b>&\0\u{202e}").raw("\">");
        assert_eq!(page.finish(), "<p title=\"&quot; onload=&#39;x&#39; &lt;b&gt;&amp;\\u{0}\\u{202e}\">");
    }

    #[test]
    fn names_in_sentences_are_set_as_code() {
        let mut page = Html::new();
        page.prose("use `a<b` (PLATFORM 3), not `c`").prose(" or ` alone");
        assert_eq!(page.finish(), "use <code>a&lt;b</code>, not <code>c</code> or ` alone");
    }

    #[test]
    fn large_numbers_are_grouped() {
        for (number, shown) in [(0, "0"), (9_999, "9999"), (10_000, "10,000"), (1_234_567, "1,234,567")] {
            let mut page = Html::new();
            page.count(number);
            assert_eq!(page.finish(), shown);
        }
    }
}
