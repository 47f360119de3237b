//! Times of rounds, and the table of their medians.

use std::fmt;

use crate::program::Program;

/// One line of the table.
#[derive(Default)]
struct Line {
    name: String,
    /// Of P5 and P100.
    sides: [Side; 2],
}

#[derive(Default)]
struct Side {
    records: usize,
    nanoseconds: Vec<f64>,
    ratios: Vec<f64>,
}

/// Lines in the order in which they came.
#[derive(Default)]
pub(crate) struct Table {
    lines: Vec<Line>,
    python: String,
}

impl Table {
    /// Takes in one round of one program. `by_hand` are nanoseconds of the rules by hand in that round.
    pub(crate) fn add(&mut self, policy: &str, program: &Program, times: &[f64], by_hand: f64) {
        let side = usize::from(policy != "P5");
        for (row, time) in program.rows.iter().zip(times) {
            // Of the many rows of rules by hand, leaver's program's is shown; the others are for the ratios.
            if row.name == "hand-written match" && !program.is_leaver() {
                continue;
            }
            let found = self.lines.iter().position(|line| line.name == row.name);
            let at = found.unwrap_or_else(|| {
                self.lines.push(Line { name: row.name.clone(), ..Line::default() });
                self.lines.len() - 1
            });
            let side = &mut self.lines[at].sides[side];
            side.records = row.records;
            side.nanoseconds.push(*time);
            side.ratios.push(time / by_hand);
        }
    }

    /// Remembers what Python's programs said of themselves.
    pub(crate) fn versions(&mut self, programs: &[Program]) {
        if let Some(found) = programs.iter().find(|program| !program.versions.is_empty()) {
            self.python.clone_from(&found.versions);
        }
    }

    pub(crate) fn python_versions(&self) -> &str {
        &self.python
    }
}

/// The middle of some values; of none, not a number.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A number with as many digits as say something, and commas between thousands.
fn short(value: f64) -> String {
    if value.is_nan() {
        return "–".to_owned();
    }
    if value < 10.0 {
        return format!("{value:.2}");
    }
    if value < 100.0 {
        return format!("{value:.1}");
    }
    thousands(&format!("{value:.0}"))
}

fn thousands(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | users, P5 / P100 | P5, ns | P5, × by hand | P100, ns | P100, × by hand |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for Line { name, sides: [five, hundred] } in &self.lines {
            let records = if five.records == hundred.records {
                thousands(&five.records.to_string())
            } else {
                format!(
                    "{} / {}",
                    thousands(&five.records.to_string()),
                    thousands(&hundred.records.to_string())
                )
            };
            let numbers = [&five.nanoseconds, &five.ratios, &hundred.nanoseconds, &hundred.ratios];
            let numbers = numbers.map(|values| short(median(values))).join(" | ");
            writeln!(f, "| {name} | {records} | {numbers} |")?;
        }
        Ok(())
    }
}
