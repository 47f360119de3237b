//! Draws diagnostics for people: the line they speak of, carets under what is meant, and the help.
//!
//! Goes in: diagnostics, and the text of the policy files among them. Comes out: text. A diagnostic
//! of a file whose text is not given, such as a file of personnel data, is drawn without its line,
//! because that line may hold personal data. Very long lines are cut around what is meant.

use std::fmt::Write as _;

use annotate_snippets::renderer::{DEFAULT_TERM_WIDTH, DecorStyle};
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::visible::{visible, visible_lines};
use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::Source;

/// How many characters of a line are shown on either side of what is meant.
const SURROUNDINGS: usize = 120;

/// How a tab is shown. Columns count characters, so a tab is one of them.
const TAB: &str = "    ";

/// How diagnostics are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// With colours (ANSI sequences).
    pub coloured: bool,
    /// Columns there are.
    pub width: usize,
}

impl Drawing {
    /// Without colours, for files and pipes.
    pub const PLAIN: Self = Self { coloured: false, width: DEFAULT_TERM_WIDTH };
    /// With colours, for terminals.
    pub const COLOURED: Self = Self { coloured: true, width: DEFAULT_TERM_WIDTH };
}

/// Draws `diagnostics` in the order given, each followed by an empty line. `sources` are the files
/// whose lines may be shown.
///
/// ```
/// use leaver::diagnostic::{Code, Diagnostic, Place};
/// use leaver::policy::Source;
/// use leaver::report::{Drawing, draw};
///
/// let source = Source::new("acme.rhai", "fn gone(user) { user.employmet }");
/// let unknown = Diagnostic::new(Code::UnknownField, "unknown field `employmet`", "acme.rhai", Place::new(1, 22, 9))
///     .help("did you mean `employment`?");
/// let drawn = draw(&[unknown], &[source], Drawing::PLAIN);
/// assert!(drawn.contains("^^^^^^^^^"));
/// ```
pub fn draw(diagnostics: &[Diagnostic], sources: &[Source], drawing: Drawing) -> String {
    let renderer = if drawing.coloured { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(drawing.width);
    let mut drawn = String::new();
    for diagnostic in diagnostics {
        let source = sources.iter().find(|source| source.name() == diagnostic.file);
        drawn.push_str(&draw_one(diagnostic, source, &renderer));
        drawn.push_str("\n\n");
    }
    drawn
}

/// How many errors and warnings there are, in how many files: `2 errors, 1 warning in 3 files`.
pub fn tally(diagnostics: &[Diagnostic], files: usize) -> String {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let mut line = match errors {
        0 => "no errors".to_owned(),
        _ => counted(errors, "error"),
    };
    if warnings > 0 {
        let _ = write!(line, ", {}", counted(warnings, "warning"));
    }
    let _ = write!(line, " in {}", counted(files, "file"));
    line
}

/// `1 file`, `2 files`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn draw_one(diagnostic: &Diagnostic, source: Option<&Source>, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let message = visible_lines(&diagnostic.message);
    let path = visible(&diagnostic.file);
    let title = level.primary_title(message.as_str()).id(diagnostic.code.as_str());
    let help = diagnostic.help.as_deref().map(|help| Level::HELP.message(visible_lines(help)));
    let line = source.and_then(|source| source.line(diagnostic.line));

    if let (Some(line), 1..) = (line, diagnostic.column) {
        let excerpt = Excerpt::of(line, diagnostic.column, diagnostic.length);
        let shown = format!("{path}:{}:{}", diagnostic.line, excerpt.column());
        let meant = format!("{path}:{}:{}", diagnostic.line, diagnostic.column);
        let snippet = Snippet::source(excerpt.text)
            .path(path)
            .line_start(diagnostic.line)
            .annotation(AnnotationKind::Primary.span(excerpt.start..excerpt.end));
        let drawn = renderer.render(&[title.element(snippet).elements(help)]);
        // The renderer counts columns in the excerpt; the place is that in the file.
        match drawn.get(message.len()..).and_then(|rest| rest.find(&shown)) {
            Some(at) => {
                let (before, after) = drawn.split_at(message.len() + at);
                format!("{before}{meant}{}", &after[shown.len()..])
            }
            None => drawn,
        }
    } else {
        let mut origin = Origin::path(path);
        if diagnostic.line > 0 {
            origin = origin.line(diagnostic.line);
            if diagnostic.column > 0 {
                origin = origin.char_column(diagnostic.column);
            }
        }
        renderer.render(&[title.element(origin).elements(help)])
    }
}

/// A line made fit to be shown, and the bytes of it that are meant.
#[derive(Debug, PartialEq, Eq)]
struct Excerpt {
    text: String,
    start: usize,
    end: usize,
}

impl Excerpt {
    /// The column of the excerpt at which the meant part begins, from 1.
    fn column(&self) -> usize {
        self.text.get(..self.start).map_or(0, |before| before.chars().count()) + 1
    }

    /// The part of `line` around the `length` characters from `column` (from 1).
    fn of(line: &str, column: usize, length: usize) -> Self {
        let first = column.saturating_sub(1).min(line.chars().count());
        let begin = first.saturating_sub(SURROUNDINGS);
        // A mark of a whole long line is cut too: its beginning is what the eye looks for.
        let last = first.saturating_add(length.clamp(1, 2 * SURROUNDINGS));
        let stop = last.saturating_add(SURROUNDINGS);

        let mut text = String::new();
        if begin > 0 {
            text.push('…');
        }
        let (mut start, mut end) = (None, None);
        let mut cut = false;
        for (index, character) in line.chars().enumerate().skip(begin) {
            if index == first {
                start = Some(text.len());
            }
            if index == last {
                end = Some(text.len());
            }
            if index >= stop {
                cut = true;
                break;
            }
            match character {
                '\t' => text.push_str(TAB),
                _ => text.push_str(&visible(character.encode_utf8(&mut [0; 4]))),
            }
        }
        let end = end.unwrap_or(text.len());
        let start = start.unwrap_or(text.len());
        if cut {
            text.push('…');
        }
        Self { text, start, end: end.max(start) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Place};

    const POLICY: &str = "//! How Acme offboards.\n\n/// Staff.\nfn staff_leave(user) {\n    \
                          if user.employmet == \"staff\" { revoke() }\n}\n";

    fn source() -> Source {
        Source::new("acme.rhai", POLICY)
    }

    fn unknown_field() -> Diagnostic {
        Diagnostic::new(Code::UnknownField, "unknown field `employmet`", "acme.rhai", Place::new(5, 13, 9))
            .help("did you mean `employment`?")
    }

    fn plain(diagnostic: Diagnostic, line: &str) -> String {
        draw(&[diagnostic], &[Source::new("acme.rhai", line)], Drawing { width: 80, ..Drawing::PLAIN })
    }

    fn syntax(column: usize, length: usize) -> Diagnostic {
        Diagnostic::new(Code::Syntax, "a syntax error", "acme.rhai", Place::new(1, column, length))
    }

    #[test]
    fn the_line_the_carets_and_the_help_are_drawn() {
        insta::assert_snapshot!(draw(&[unknown_field()], &[source()], Drawing::PLAIN));
    }

    #[test]
    fn a_warning_and_a_whole_file() {
        let found = [
            Diagnostic::new(
                Code::NoRationale,
                "`staff_leave` has no doc comment",
                "acme.rhai",
                Place::new(4, 4, 11),
            ),
            Diagnostic::new(Code::NoRules, "the policy has no rules", "acme.rhai", Place::FILE)
                .help("write a public function of one parameter"),
        ];
        insta::assert_snapshot!(draw(&found, &[source()], Drawing::PLAIN));
    }

    #[test]
    fn colours_are_ansi_sequences_and_plain_has_none() {
        let coloured = draw(&[unknown_field()], &[source()], Drawing::COLOURED);
        assert!(coloured.contains("\u{1b}["));
        assert!(!draw(&[unknown_field()], &[source()], Drawing::PLAIN).contains('\u{1b}'));
        assert_eq!(anstream_free(&coloured), draw(&[unknown_field()], &[source()], Drawing::PLAIN));
    }

    /// `text` without its ANSI colour sequences.
    fn anstream_free(text: &str) -> String {
        let mut plain = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("\u{1b}[") {
            plain.push_str(before);
            rest = after.split_once('m').map_or("", |(_, rest)| rest);
        }
        plain + rest
    }

    #[test]
    fn lines_of_files_that_are_not_policies_are_never_shown() {
        let bad = Diagnostic::new(
            Code::TestFormat,
            "`employment` is missing",
            "acme.test.json",
            Place::new(5, 13, 9),
        );
        let drawn = draw(&[bad], &[source()], Drawing::PLAIN);
        insta::assert_snapshot!(drawn);
        assert!(!drawn.contains("employmet"));
    }

    #[test]
    fn a_hostile_line_is_made_visible_and_the_carets_stay_in_place() {
        let line = "let a = \"\u{1b}[2J\u{202e}x\"; oops(\u{7})";
        insta::assert_snapshot!(plain(syntax(19, 4), line));
    }

    #[test]
    fn hostile_messages_files_and_helps_are_made_visible() {
        let bad = Diagnostic::new(
            Code::UnknownName,
            "unknown name `\u{1b}[31m`",
            "a\u{1b}b.rhai",
            Place::new(1, 1, 1),
        )
        .help("first line\nsecond \u{9b} line");
        let drawn = draw(&[bad], &[], Drawing::PLAIN);
        insta::assert_snapshot!(drawn);
        assert!(drawn.chars().all(|character| character == '\n' || !character.is_control()));
    }

    #[test]
    fn tabs_count_as_one_column() {
        insta::assert_snapshot!(plain(syntax(3, 4), "\t\toops(\tuser)"));
    }

    #[test]
    fn wide_characters_take_two_cells() {
        insta::assert_snapshot!(plain(syntax(8, 4), "\"日本語\"; oops(user)"));
    }

    #[test]
    fn a_very_long_line_is_cut_around_what_is_meant() {
        let line = format!("{}oops{}", "a ".repeat(20_000), " b".repeat(20_000));
        let drawn = plain(syntax(40_001, 4), &line);
        insta::assert_snapshot!(drawn);
        assert!(drawn.lines().all(|line| line.chars().count() <= 80 + 10));
    }

    #[test]
    fn places_past_the_end_are_drawn_at_the_end() {
        insta::assert_snapshot!(plain(syntax(500, 9), "fn rule(user) {"));
        let everything = plain(syntax(1, usize::MAX), "fn rule(user) {");
        assert!(everything.contains("^^^^^^^^^^^^^^^"), "{everything}");
        let nowhere = Diagnostic::new(Code::Syntax, "a syntax error", "acme.rhai", Place::new(99, 1, 1));
        assert!(plain(nowhere, "x").contains("acme.rhai:99:1"));
    }

    #[test]
    fn every_place_of_every_line_can_be_drawn() {
        for line in ["", "\t", "日\u{301}\u{1b}", "abc"] {
            for column in 1..8 {
                for length in 0..8 {
                    assert!(!plain(syntax(column, length), line).is_empty());
                }
            }
        }
    }

    #[test]
    fn the_tally_counts_in_words() {
        let warning = Diagnostic::new(Code::NoRationale, "x", "a", Place::FILE);
        assert_eq!(tally(&[], 1), "no errors in 1 file");
        assert_eq!(tally(std::slice::from_ref(&warning), 2), "no errors, 1 warning in 2 files");
        assert_eq!(tally(&[unknown_field(), unknown_field(), warning], 3), "2 errors, 1 warning in 3 files");
    }
}
