//! CSV with places: a header row of field names, then one record a row, as [`Node`]s.
//!
//! Fields are separated by commas and may stand in double quotes, a quote within them doubled
//! (RFC 4180). Unlike lenient readers this one accepts no quote that is not closed and none in the
//! middle of a field: half a table read as one text must not pass for a small directory.

use std::borrow::Cow;

use super::excerpt::Span;
use super::judgement::Judgement;
use super::node::{Data, Entry, Node, Object, quoted};
use super::reading::Reading;
use crate::diagnostic::Code;

/// A column that the header row names.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) span: Span,
    /// Whether its cells are read: it is known and occurs once.
    pub(super) is_read: bool,
}

/// One field of a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cell<'t> {
    pub(super) span: Span,
    pub(super) text: Cow<'t, str>,
}

/// The cells of one record, which begins at byte `offset` of its excerpt. The error is where a quote
/// is out of place.
pub(super) fn cells(record: &str, offset: usize) -> Result<Vec<Cell<'_>>, Span> {
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let rest = record.get(at..).unwrap_or_default();
        let (length, text) = if let Some(quoted) = rest.strip_prefix('"') {
            let (inside, text) = unquote(quoted).ok_or(Span::at(offset + at, 1))?;
            (inside + 2, text)
        } else {
            let text = rest.split(',').next().unwrap_or_default();
            if let Some(quote) = text.find('"') {
                return Err(Span::at(offset + at + quote, 1));
            }
            (text.len(), Cow::Borrowed(text))
        };
        cells.push(Cell { span: Span::at(offset + at, length), text });
        at += length;
        match record.as_bytes().get(at) {
            None => return Ok(cells),
            Some(b',') => at += 1,
            Some(_) => return Err(Span::at(offset + at - 1, 1)),
        }
    }
}

/// The text up to the closing quote, and how many bytes it takes.
fn unquote(text: &str) -> Option<(usize, Cow<'_, str>)> {
    let mut from = 0;
    loop {
        let quote = from + text.get(from..)?.find('"')?;
        if text.as_bytes().get(quote + 1) != Some(&b'"') {
            let inside = text.get(..quote)?;
            let text =
                if from == 0 { Cow::Borrowed(inside) } else { Cow::Owned(inside.replace("\"\"", "\"")) };
            return Some((quote, text));
        }
        from = quote + 2;
    }
}

/// Reads the header row.
pub(super) fn columns(
    reading: &mut Reading<'_, '_>,
    record: &str,
    offset: usize,
    judge: &mut dyn FnMut(&str) -> Judgement,
) -> Option<Vec<Column>> {
    let cells = cells(record, offset).map_err(|span| report_quote(reading, span)).ok()?;
    if let [cell] = cells.as_slice()
        && let Some(separator) = foreign_separator(&cell.text)
    {
        reading.report(
            cell.span,
            Code::UnknownKey,
            format!("the columns are separated by {separator}, not by commas"),
            "export the table with commas; some spreadsheets take the separator from the settings of the \
             system"
                .to_owned(),
        );
        return None;
    }
    let mut columns: Vec<Column> = Vec::with_capacity(cells.len());
    for Cell { span, text } in cells {
        let repeated = columns.iter().any(|column| column.name == text);
        if repeated {
            reading.report(
                span,
                Code::DuplicateColumn,
                format!("the column {} is given twice", quoted(&text)),
                "keep one of them".to_owned(),
            );
        }
        let is_read = !repeated && {
            let judgement = judge(&text);
            reading.heed(span, judgement)
        };
        columns.push(Column { name: text.into_owned(), span, is_read });
    }
    Some(columns)
}

/// What separates the fields of a header row in which commas do not.
fn foreign_separator(only: &str) -> Option<&'static str> {
    [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")]
        .into_iter()
        .find_map(|(separator, words)| only.contains(separator).then_some(words))
}

/// Reads a row: an object with an entry for each column that is read. `None` after a report.
pub(super) fn row<'t>(
    reading: &mut Reading<'_, 't>,
    record: &'t str,
    offset: usize,
    columns: &'t [Column],
) -> Option<Object<'t>> {
    let cells = cells(record, offset).map_err(|span| report_quote(reading, span)).ok()?;
    if cells.len() != columns.len() {
        // The first cell too many, or the end of a row that stops early.
        let span = cells.get(columns.len()).map_or(Span::at(offset + record.len(), 1), |cell| cell.span);
        reading.report(
            span,
            Code::RaggedRow,
            format!("the row has {} fields, the header row {}", cells.len(), columns.len()),
            "a comma within a text needs double quotes around the text".to_owned(),
        );
        return None;
    }
    let read = cells.into_iter().zip(columns).filter(|(_, column)| column.is_read);
    Some(
        read.map(|(cell, column)| {
            let data = if cell.text.is_empty() { Data::Nothing } else { Data::Cell(cell.text) };
            Entry {
                key: Cow::Borrowed(column.name.as_str()),
                key_span: cell.span,
                value: Node::new(cell.span, data),
            }
        })
        .collect(),
    )
}

/// Reports a quote that is out of place or never closed.
pub(super) fn report_quote(reading: &mut Reading<'_, '_>, span: Span) {
    reading.report(
        span,
        Code::CsvQuote,
        "a double quote that is not closed or out of place",
        "put quotes around the whole field, and double each quote within it: \"5\"\" screen\"".to_owned(),
    );
}

/// Where the unclosed quote of a line stands: the last one that opens a field.
pub(super) fn unclosed_quote(line: &str, offset: usize) -> Span {
    match cells(line, offset) {
        Err(span) => span,
        Ok(_) => Span::at(offset, 1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(record: &str) -> Result<Vec<String>, Span> {
        cells(record, 0).map(|cells| cells.into_iter().map(|cell| cell.text.into_owned()).collect())
    }

    #[test]
    fn cells_have_places_and_unquoted_texts() {
        let found = cells("a,\"b \"\"c\"\"\",,\"d,e\"", 10).unwrap();
        let expected = [(10, 1, "a"), (12, 9, "b \"c\""), (22, 0, ""), (23, 5, "d,e")];
        let found: Vec<_> = found
            .iter()
            .map(|cell| (cell.span.start, cell.span.end - cell.span.start, &*cell.text))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn quotes_out_of_place_are_refused_where_they_stand() {
        assert_eq!(cells("a,5\" screen", 0), Err(Span::at(3, 1)));
        assert_eq!(cells("a,\"b\"c,d", 0), Err(Span::at(4, 1)));
        assert_eq!(cells("a,\"b", 0), Err(Span::at(2, 1)));
    }

    proptest! {
        /// An independent reader gives the same cells for every well-formed record.
        #[test]
        fn agrees_with_the_csv_crate(record in proptest::collection::vec("[a\",\n;ä ]{0,6}", 1..6)) {
            let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
            writer.write_record(&record).unwrap();
            let written = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            prop_assert_eq!(texts(written.strip_suffix('\n').unwrap()).unwrap(), record);
        }

        #[test]
        fn never_panics(record in "[a\",\n\rä]{0,30}") {
            let _ = texts(&record);
        }
    }
}
