//! Verdicts of long batches, and of users of whom columns alone cannot tell whether they have left: those
//! of the whole decisions.

use std::sync::Arc;

use arrow_array::types::{Int8Type, UInt16Type};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Int64Array, RecordBatch, StringArray,
    TimestampSecondArray,
};

use super::laws::Seeded;
use super::{bound, evaluator, reading};
use crate::columns::ColumnDecider;

const POLICY: &str = "
/// Legal.
fn legal(user) { if user.legal_hold { review(\"legal\") } }
/// Staff.
fn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }
/// Others.
fn others(user) { if user.has_left && user.groups.len() < 2 { withdraw() } }
/// Unseen.
fn unseen(user) {
    if user.last_seen != () && days_since(user.last_seen) > 30 && user.department in [\"sales\"] { detach() }
}
/// Members.
fn members(user) { if \"g1\" in user.groups { also(notify(\"more\")) } }
";

/// 2026-11-22 in days from 1970-01-01.
const TODAY: i32 = 20_779;

/// The verdicts of a batch, which must be those of its decisions.
fn verdicts(batch: &RecordBatch) -> Vec<[serde_json::Value; 3]> {
    let evaluator = evaluator(POLICY);
    let binding = bound(&evaluator, batch);
    let decider = ColumnDecider::new(&evaluator, &binding).unwrap();
    let decisions = reading::decisions(&decider.decide(batch).unwrap());
    let verdicts = decider.verdicts(batch).unwrap();
    let row = |row: usize| [0, 1, 2].map(|at| reading::value(verdicts.column(at), row));
    let found: Vec<_> = (0..batch.num_rows()).map(row).collect();
    for (row, (found, decision)) in found.iter().zip(&decisions).enumerate() {
        let expected = ["outcome", "disposition", "access"].map(|key| decision[key].clone());
        assert_eq!(*found, expected, "row {row}: {decision}");
    }
    found
}

#[test]
fn long_batches_are_decided_to_their_end() {
    let mut seeded = Seeded(1);
    let rows = 2_600;
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values((0..rows).map(|at| format!("U{at:07}"))));
    let mut dates = |most: usize| -> Date32Array {
        let mut day =
            || (seeded.below(4) > 0).then(|| TODAY - i32::try_from(seeded.below(most)).unwrap() + 9);
        (0..rows).map(|_| day()).collect()
    };
    let (last_day, last_seen) = (dates(30), dates(90));
    let mut one_of = |words: [Option<&'static str>; 5]| -> Vec<Option<&'static str>> {
        (0..rows).map(|_| words[seeded.below(5)]).collect()
    };
    let employment = one_of([Some("staff"), Some("partner"), Some("staff"), Some("service"), None]);
    let mut department = one_of([Some("sales"), None, Some("legal"), Some("sales"), Some("more")]);
    // So that it is the word under the key that stands under nulls.
    department[0] = Some("sales");
    let groups = one_of([Some("g1"), Some("g1;g2"), Some("g3"), None, Some("g2;g3;g4")]);
    let hold = one_of([Some("yes"), None, Some("no"), Some("no"), Some("no")]);
    let hold: BooleanArray = hold.into_iter().map(|hold| hold.map(|hold| hold == "yes")).collect();
    let employment: DictionaryArray<Int8Type> = employment.into_iter().collect();
    let department: DictionaryArray<UInt16Type> = department.into_iter().collect();
    let batch = RecordBatch::try_from_iter([
        ("id", ids.clone()),
        ("person", ids),
        ("employment", Arc::new(employment) as ArrayRef),
        ("department", Arc::new(department)),
        ("last_day", Arc::new(last_day)),
        ("last_seen", Arc::new(last_seen)),
        ("legal_hold", Arc::new(hold)),
        ("groups", Arc::new(StringArray::from(groups))),
    ])
    .unwrap();
    let whole = verdicts(&batch);
    assert_eq!(verdicts(&batch.slice(1_000, 1_111)), whole[1_000..2_111]);
    for outcome in ["keep", "act", "hold"] {
        assert!(whole.iter().filter(|found| found[0] == outcome).count() > rows / 10, "{outcome}");
    }
}

#[test]
fn whether_somebody_left_may_hang_on_more_than_the_last_day() {
    let instant = i64::from(TODAY) * 86_400;
    let words = |word: &str| -> ArrayRef { Arc::new(StringArray::from(vec![word; 6])) };
    let ids = ["U0000000", "U0000001", "U0000002", "U0000003", "U0000004", "U0000005"].to_vec();
    let days = |days: [Option<i32>; 6]| -> ArrayRef {
        Arc::new(days.into_iter().map(|day| day.map(|day| TODAY + day)).collect::<Date32Array>())
    };
    let leaves_at =
        TimestampSecondArray::from(vec![None, None, None, Some(instant), None, Some(instant * 2)]);
    let left = BooleanArray::from(vec![None, None, None, None, Some(false), None]);
    let batch = RecordBatch::try_from_iter([
        ("id", Arc::new(StringArray::from(ids)) as ArrayRef),
        ("person", words("E1")),
        ("employment", words("partner")),
        ("last_day", days([Some(-5), Some(-5), Some(-5), None, Some(-5), Some(-5)])),
        ("first_day", days([None, Some(-2), Some(-9), None, None, None])),
        ("leaves_at", Arc::new(leaves_at.with_timezone("UTC"))),
        ("has_left", Arc::new(left)),
        ("groups", words("g3")),
        ("last_seen", days([Some(0); 6])),
        ("department", words("sales")),
        ("legal_hold", Arc::new(BooleanArray::from(vec![false; 6]))),
    ])
    .unwrap();
    let found = verdicts(&batch);
    let access: Vec<&str> = found.iter().map(|found| found[2].as_str().unwrap()).collect();
    assert_eq!(access, ["withdraw", "keep", "withdraw", "withdraw", "hold", "keep"]);
}

#[test]
fn numbers_are_found_by_their_cuts() {
    let floor = crate::model::FieldType::from_text("integer?").expect("a type");
    let schema = crate::model::Schema::new([("floor".to_owned(), floor)].into()).unwrap();
    let text = "/// High.\nfn high(user) { if user.floor != () && user.floor > 3 { review(\"high\") } }";
    let sources = vec![crate::policy::Source::new("test.rhai", text)];
    let policy = crate::policy::check(sources, &Arc::new(schema), None).policy.unwrap();
    let evaluator = policy.evaluator(crate::policy::Basis::new(super::moment(), true)).unwrap();
    let words = |word: &str| -> ArrayRef { Arc::new(StringArray::from(vec![word; 4])) };
    let batch = RecordBatch::try_from_iter([
        ("id", words("ECHOECHO")),
        ("person", words("E1")),
        ("employment", words("staff")),
        ("floor", Arc::new(Int64Array::from(vec![Some(3), Some(4), None, Some(i64::MIN)]))),
    ])
    .unwrap();
    let binding = bound(&evaluator, &batch);
    let decider = ColumnDecider::new(&evaluator, &binding).unwrap();
    assert_eq!(decider.told_by_columns(&batch), 4);
    let verdicts = decider.verdicts(&batch).unwrap();
    let outcomes: Vec<_> = (0..4).map(|row| reading::value(verdicts.column(0), row)).collect();
    assert_eq!(outcomes, ["keep", "hold", "keep", "keep"]);
}
