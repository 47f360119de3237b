//! Reads the small TOML files that stand beside a plan: guards, approvers, and settings of connectors.
//!
//! In goes text, out come values, and for everything that is wrong a diagnostic with its place; all are
//! reported at once. What a key means is for those who ask.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic, Place, suggest};
use crate::directory::{TomlFault, parse_toml};
use crate::policy::Source;
use crate::sort;

/// Largest file of guards, approvers or settings of a connector, in bytes.
pub const MOST_SETTINGS_BYTES: u64 = 64 * 1024;

/// The codes of the mistakes in a kind of file.
#[derive(Clone, Copy)]
pub(crate) struct SettingsCodes {
    pub(crate) unreadable: Code,
    pub(crate) syntax: Code,
    pub(crate) unknown: Code,
    pub(crate) wrong: Code,
}

/// Those of guards and approvers.
const OF_PLANS: SettingsCodes = SettingsCodes {
    unreadable: Code::SettingsUnreadable,
    syntax: Code::SettingsSyntax,
    unknown: Code::UnknownSetting,
    wrong: Code::WrongSetting,
};

/// A settings file that is being read, and what was found wrong so far.
pub(crate) struct Settings {
    source: Source,
    codes: SettingsCodes,
    diagnostics: Vec<Diagnostic>,
}

/// A key and its value, each with its place.
pub(crate) type Entry<'t> = (Spanned<std::borrow::Cow<'t, str>>, Spanned<DeValue<'t>>);

impl Settings {
    /// Nothing wrong so far.
    pub(super) fn new(name: &str, text: &str) -> Self {
        Self::with_codes(name, text, OF_PLANS)
    }

    /// The same for another kind of file.
    pub(crate) fn with_codes(name: &str, text: &str, codes: SettingsCodes) -> Self {
        Self { source: Source::new(name, text), codes, diagnostics: Vec::new() }
    }

    /// The entries of the whole file; empty after a report.
    pub(crate) fn entries<'t>(&mut self, text: &'t str) -> Vec<Entry<'t>> {
        if u64::try_from(text.len()).is_ok_and(|length| length > MOST_SETTINGS_BYTES) {
            let message = format!("the file has {} bytes; the most is {MOST_SETTINGS_BYTES}", text.len());
            self.report_file(self.codes.unreadable, message, "such files are short; is this the right one?");
            return Vec::new();
        }
        if text.starts_with('\u{feff}') {
            let message = "the file begins with a byte order mark".to_owned();
            self.report_file(self.codes.syntax, message, "save it as UTF-8 without a byte order mark");
            return Vec::new();
        }
        match parse_toml(text) {
            Ok(table) => Self::of_table(table),
            Err(TomlFault::Dots { at }) => {
                let message = "a line of too many dots".to_owned();
                self.report(at..at + 1, self.codes.syntax, message, "no key has more than two");
                Vec::new()
            }
            Err(TomlFault::Syntax(mut errors)) => {
                sort::by_key(&mut errors, |(range, _)| range.start);
                // What follows on the same line mostly follows from the first mistake.
                let mut last = None;
                for (range, message) in errors {
                    let line = self.source.position(range.start).0;
                    if last.replace(line) == Some(line) {
                        continue;
                    }
                    let message = format!("this is not TOML: {message}");
                    self.report(
                        range,
                        self.codes.syntax,
                        message,
                        "`key = value`, with tables in square brackets",
                    );
                }
                Vec::new()
            }
        }
    }

    /// The entries of a table, in the order of the file; empty after a report.
    pub(crate) fn table<'t>(&mut self, value: Spanned<DeValue<'t>>, what: &str) -> Vec<Entry<'t>> {
        let range = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Self::of_table(table),
            _ => {
                self.report(
                    range,
                    self.codes.wrong,
                    format!("`{what}` must be a table"),
                    "write `[table]` and keys below it",
                );
                Vec::new()
            }
        }
    }

    fn of_table(table: DeTable<'_>) -> Vec<Entry<'_>> {
        let mut entries: Vec<Entry<'_>> = table.into_iter().collect();
        sort::by_key(&mut entries, |(key, _)| key.span().start);
        entries
    }

    /// A whole number from 0 to `most`.
    pub(crate) fn number(&mut self, value: &Spanned<DeValue<'_>>, what: &str, most: u32) -> Option<u32> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let found = number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= most);
        if found.is_none() {
            let message = format!("`{what}` must be a whole number from 0 to {most}");
            self.report(value.span(), self.codes.wrong, message, "write digits, without quotes");
        }
        found
    }

    /// True or false.
    pub(crate) fn flag(&mut self, value: &Spanned<DeValue<'_>>, what: &str) -> Option<bool> {
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        self.report(
            value.span(),
            self.codes.wrong,
            format!("`{what}` must be true or false"),
            "write it without quotes",
        );
        None
    }

    /// A text that is not empty.
    pub(crate) fn text(&mut self, value: &Spanned<DeValue<'_>>, what: &str) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) if !text.is_empty() => Some(text.to_string()),
            found => {
                let (must, help) = match found {
                    DeValue::String(_) => ("must not be empty", "write what is meant, or leave the line out"),
                    _ => ("must be a text", "write it in double quotes"),
                };
                self.report(value.span(), self.codes.wrong, format!("`{what}` {must}"), help);
                None
            }
        }
    }

    /// A list of texts, each with its place.
    pub(crate) fn texts(
        &mut self,
        value: Spanned<DeValue<'_>>,
        what: &str,
    ) -> Vec<(String, std::ops::Range<usize>)> {
        let range = value.span();
        let DeValue::Array(items) = value.into_inner() else {
            self.report(
                range,
                self.codes.wrong,
                format!("`{what}` must be a list"),
                "write texts in square brackets",
            );
            return Vec::new();
        };
        let what = format!("each entry of {what}");
        items.iter().filter_map(|item| Some((self.text(item, &what)?, item.span()))).collect()
    }

    /// Reports a key that means nothing here.
    pub(crate) fn unknown(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) {
        let shown: String = key.get_ref().chars().take(40).flat_map(char::escape_debug).collect();
        let help = match suggest(key.get_ref(), known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here are: {}", known.join(", ")),
        };
        self.report(key.span(), self.codes.unknown, format!("unknown setting `{shown}`"), help);
    }

    /// Reports a mistake.
    pub(crate) fn report(
        &mut self,
        range: std::ops::Range<usize>,
        code: Code,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = crate::policy::Span { file: 0, start: byte(range.start), end: byte(range.end) };
        let place = self.source.place(span);
        self.diagnostics.push(Diagnostic::new(code, message, self.source.name(), place).help(help));
    }

    /// Whether nothing was wrong so far.
    #[cfg(feature = "threema")]
    pub(crate) const fn is_clean(&self) -> bool {
        self.diagnostics.is_empty()
    }

    fn report_file(&mut self, code: Code, message: String, help: &str) {
        self.diagnostics.push(Diagnostic::new(code, message, self.source.name(), Place::FILE).help(help));
    }

    /// `value` if nothing was wrong, else everything that was, in reading order.
    pub(crate) fn finish<T>(mut self, value: T) -> Result<T, Vec<Diagnostic>> {
        if self.diagnostics.is_empty() {
            return Ok(value);
        }
        crate::diagnostic::sort(&mut self.diagnostics);
        Err(self.diagnostics)
    }
}
