//! Laws: for random policies and random users, columns decide as single records do, whatever types the
//! columns have, however they are sliced and divided.

use serde_json::{Map, Value as Json, json};

use super::table::{Datum, Style, Table, is_required};
use super::{reading, simple};
use crate::columns::{Binding, ColumnDecider, Defaults};
use crate::directory::{BadRecord, Stream, SubscriptionHeader};
use crate::model::{Field, Kind, Slot, User};
use crate::policy::{Basis, Decision, Evaluator, Means, Policy, random};

/// A small seeded generator (splitmix64).
pub(super) struct Seeded(pub(super) u64);

impl Seeded {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }
}

/// What no record may have.
fn spoil(seeded: &mut Seeded, table: &mut Table) {
    for row in 0..table.rows.len() {
        if seeded.below(100) >= 12 {
            continue;
        }
        let slot = table.slots[seeded.below(table.slots.len())];
        let text = |text: &str| Datum::Text(text.to_owned());
        let bad = match &table.schema.field_type(slot).kind {
            Kind::Id => [text("echoecho"), text("ECHOECH"), text("ECHOЕCHO"), text("*SUPPORT"), Datum::Null]
                [seeded.below(5)]
            .clone(),
            Kind::OneOf(_) => [text("stuff"), text(""), text(" staff"), text("a\0")][seeded.below(4)].clone(),
            Kind::Text => {
                [text("a\0b"), Datum::Text("ä".repeat(4_097)), Datum::Text("ä".repeat(4_096)), text("")]
                    [seeded.below(4)]
                .clone()
            }
            Kind::Texts => {
                let entry = [None, Some(String::new()), Some("a\0".to_owned()), Some("x".repeat(4_097))]
                    [seeded.below(4)]
                .clone();
                Datum::List(vec![Some("g1".to_owned()), entry, Some("g2".to_owned())])
            }
            _ => Datum::Null,
        };
        table.set(row, slot, bad);
    }
}

/// What a stream of the table says before its records: the attributes, and what holds where no column
/// speaks.
fn head(table: &Table) -> Json {
    let attribute = |slot| {
        let ty = table.schema.field_type(slot);
        let ty = match &ty.kind {
            Kind::OneOf(set) => json!({"one_of": set.words, "optional": ty.optional}),
            _ => json!(ty.to_string()),
        };
        (table.schema.name(slot).to_owned(), ty)
    };
    let assumes = !table.slots.contains(&Field::LegalHold.slot());
    json!({
        "subscription": {"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"},
        "taken_at": "2026-11-22T08:00:00Z",
        "assume": if assumes { json!({"legal_hold": true}) } else { json!({}) },
        "attributes": table.schema.attributes().map(attribute).collect::<Map<_, _>>(),
    })
}

/// The decisions about the records of a stream.
fn expected(evaluator: &Evaluator, table: &Table) -> Vec<Decision> {
    let mut lines = json!({"directory": head(table)}).to_string();
    for row in 0..table.rows.len() {
        lines.push('\n');
        lines += &table.record(row);
    }
    let stream = Stream::ndjson(lines.as_bytes(), "columns").unwrap_or_else(|found| panic!("{found:#?}"));
    let decide = |record: Result<User, BadRecord>| match record {
        Ok(user) => evaluator.decide(&user).unwrap(),
        Err(bad) => {
            let told = bad.diagnostics.iter().map(|found| format!("[{}] {}", found.code, found.message));
            Decision::invalid_record(bad.id, told.collect::<Vec<_>>().join("; "))
        }
    };
    stream.map(decide).collect()
}

/// With the mistakes of a bad record in one order.
fn sorted(mut decision: Json) -> Json {
    if decision["hold"]["code"] == "invalid_record" {
        let message = decision["hold"]["message"].as_str().unwrap().to_owned();
        let mut parts: Vec<String> = message
            .split("; [")
            .map(|part| if part.starts_with('[') { part.to_owned() } else { format!("[{part}") })
            .collect();
        parts.sort();
        parts.dedup();
        decision["hold"]["message"] = parts.join("; ").into();
    }
    decision
}

/// As in most companies: hardly anybody leaves at an instant, or returns, or is given as having left.
fn be_ordinary(seeded: &mut Seeded, table: &mut Table) {
    for field in [Field::LeavesAt, Field::FirstDay, Field::HasLeft] {
        if seeded.below(5) == 0 {
            continue;
        }
        for row in 0..table.rows.len() {
            if seeded.below(20) > 0 {
                table.set(row, field.slot(), Datum::Null);
            }
        }
    }
}

/// What the law has been tried on.
#[derive(Default)]
struct Seen {
    policies: usize,
    rows: usize,
    bad: usize,
    act: usize,
    verdicts: usize,
    /// Verdicts for which no row was looked at alone.
    told: usize,
}

fn hold_law(policy: &Policy, basis: &Basis, table: &Table, seen: &mut Seen, about: &str) {
    let evaluator = policy.evaluator(basis.clone()).unwrap();
    let reference = policy.evaluator(Basis { means: Means::Interpreter, ..basis.clone() }).unwrap();
    let header = SubscriptionHeader::from_json("columns", &head(table).to_string()).unwrap();
    let decided = expected(&reference, table);
    assert_eq!(decided.len(), table.rows.len());
    if decided.iter().any(|d| d.hold.as_ref().is_some_and(|hold| hold.code == crate::policy::HoldCode::Limit))
    {
        // The interpreter counts its steps otherwise.
        return;
    }
    let expected: Vec<Json> =
        decided.iter().map(|decision| sorted(serde_json::to_value(decision).unwrap())).collect();
    seen.policies += 1;
    seen.rows += expected.len();
    seen.bad += expected.iter().filter(|decision| decision["hold"]["code"] == "invalid_record").count();
    seen.act += expected.iter().filter(|decision| decision["outcome"] == "act").count();
    for style in Style::ALL {
        let whole = table.batch(style);
        for batch in [&whole, &whole.slice(5, table.rows.len() - 5), &table.slice(style)] {
            let expected = if batch.num_rows() == expected.len() { &expected[..] } else { &expected[5..] };
            let first = table.rows.len() - expected.len();
            let binding = Binding::new(policy.schema(), &batch.schema(), &Defaults::of(&header)).unwrap();
            let decider = ColumnDecider::new(&evaluator, &binding).unwrap();
            let found = reading::decisions(&decider.decide(batch).unwrap());
            seen.verdicts += found.len();
            seen.told += decider.told_by_columns(batch);
            let short = decider.verdicts(batch).unwrap();
            for (row, decision) in found.iter().enumerate() {
                for (name, column) in ["outcome", "disposition", "access"].iter().zip(short.columns()) {
                    assert_eq!(reading::value(column, row), decision[*name], "{about}, {style:?}, row {row}");
                }
                assert_eq!(reading::value(short.column(4), row), decision["hold"]["code"]);
                let rule = [&decision["rule"], &decision["hold"]["rule"]];
                let rule = rule.into_iter().find(|rule| !rule.is_null()).unwrap_or(&Json::Null);
                assert_eq!(reading::value(short.column(3), row), *rule);
            }
            for (row, (found, expected)) in found.into_iter().zip(expected).enumerate() {
                let row = row + first;
                let found = sorted(found);
                if style == Style::AllText && is_separated(table, row) {
                    continue;
                }
                assert_eq!(found, *expected, "{about}, {style:?}, row {row}: {}", table.record(row));
            }
        }
    }
}

/// Whether a row means something else as text: an empty list is none, and an entry that is not there
/// cannot be told from an empty one.
fn is_separated(table: &Table, row: usize) -> bool {
    table.rows[row].iter().any(|datum| match datum {
        Datum::List(entries) => {
            entries.is_empty()
                || entries
                    .iter()
                    .any(|entry| entry.as_ref().is_none_or(|entry| entry.is_empty() || entry.len() > 4_000))
                || entries.len() > 300
        }
        _ => false,
    })
}

#[test]
fn columns_decide_as_records_do() {
    let count = std::env::var("LEAVER_POLICIES").ok().and_then(|count| count.parse().ok()).unwrap_or(40);
    let mut seen = Seen::default();
    for seed in 0..count {
        let Some((policy, basis, users)) = random(seed, 40) else { continue };
        let mut seeded = Seeded(seed);
        // Now and then nobody speaks for a field. Whether somebody has left is rarely given.
        let schema = policy.schema();
        let mut speaks = |slot: &Slot| match *slot {
            slot if slot == Field::HasLeft.slot() => seeded.below(100) < 15,
            slot => is_required(schema, slot) || seeded.below(100) < 95,
        };
        let slots = schema.slots().filter(&mut speaks).collect();
        let mut table = Table::of(&users, schema, slots);
        for row in 0..table.rows.len() {
            let given =
                [Datum::Null, Datum::Null, Datum::Bool(false), Datum::Bool(true)][seeded.below(4)].clone();
            table.set(row, Field::HasLeft.slot(), given);
        }
        be_ordinary(&mut seeded, &mut table);
        spoil(&mut seeded, &mut table);
        hold_law(&policy, &basis, &table, &mut seen, &format!("seed {seed}"));
        let simple = simple::policy(&mut seeded, schema);
        hold_law(&simple, &basis, &table, &mut seen, &format!("seed {seed}, simple"));
    }
    let Seen { policies, rows, bad, act, verdicts, told } = seen;
    println!(
        "columns = records: {policies} policies, {rows} rows in 18 forms, {bad} bad, {act} act, 0 differences; \
         {told} of {verdicts} verdicts by columns"
    );
    assert!(rows / 50 < bad && bad < rows / 4 && act > rows / 20, "the users cover too little");
    assert!(told > verdicts / 10, "columns tell too little");
}
