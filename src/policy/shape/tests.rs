use std::sync::Arc;

use time::macros::{date, datetime};

use super::super::unchecked::{moment, set, user};
use super::*;
use crate::model::{Schema, Value};
use crate::policy::{Basis, Means, Source, check};

const POLICY: &str = r#"
    /// Held by law.
    fn legal_hold(user) { if user.legal_hold { forbid("revoke") } }
    /// Told first.
    fn duplicate(user) { if user.superseded_by != () && !user.has_left { revoke().keep_access().replace_with(user.superseded_by).after(days(7)) } }
    /// After a grace.
    fn staff(user) { if user.has_left && user.employment == "staff" { revoke().after(days(30)).within(days(40)) } }
    /// At once.
    fn others(user) { if user.has_left && user.employment != "staff" { detach() } }
    /// A day is in it.
    fn told(user) { if "sales" in user.categories { also(notify(`Day ${days_since(date("2026-01-01"))}`)) } }
    /// Unused.
    fn unused(user) { if user.employment == "service" && user.last_seen != () && days_since(user.last_seen) > 90 { review("unused") } }
"#;

fn evaluator(means: Means) -> Evaluator {
    let checked = check(vec![Source::new("test.rhai", POLICY)], &Arc::new(Schema::default()), None);
    let policy = checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    policy.evaluator(Basis { means, ..Basis::new(moment(), true) }).unwrap()
}

/// Every user there is by a few facts.
fn users() -> Vec<User> {
    let schema = Schema::default();
    let mut users = Vec::new();
    let text = |text: &str| Value::Text(text.into());
    for employment in ["staff", "contractor", "service"] {
        for last_day in
            [None, Some(date!(2026 - 11 - 01)), Some(date!(2026 - 11 - 20)), Some(date!(2026 - 12 - 24))]
        {
            for variation in 0..8 {
                let id = ["ECHOECHO", "MIAMIA01", "*SYSTEM1"][variation % 3];
                let mut user = user(id, &schema);
                set(&mut user, Field::Person, text(&format!("E\"{}\u{1}ä", users.len())));
                set(&mut user, Field::Employment, text(employment));
                if let Some(day) = last_day {
                    set(&mut user, Field::LastDay, Value::Date(day));
                }
                match variation {
                    1 => set(&mut user, Field::LegalHold, Value::Bool(true)),
                    2 => set(&mut user, Field::SupersededBy, Value::Id("NEWNEWID".parse().unwrap())),
                    3 => set(&mut user, Field::Categories, Value::Texts([Arc::from("sales")].into())),
                    4 => set(&mut user, Field::LastSeen, Value::Date(date!(2026 - 09 - 01))),
                    5 => set(&mut user, Field::FirstDay, Value::Date(date!(2026 - 12 - 30))),
                    6 => set(&mut user, Field::LeavesAt, Value::Instant(datetime!(2026-11-22 08:00 UTC))),
                    7 => user.set(Field::Person.slot(), crate::model::Fact::Absent),
                    _ => {}
                }
                users.push(user);
            }
        }
    }
    users
}

#[test]
fn a_decision_from_a_shape_is_the_decision_made_for_the_user() {
    let (kept, reference) = (evaluator(Means::Index), evaluator(Means::Interpreter));
    let mut shaped = 0;
    // The second time every shape is there already.
    for user in users().iter().chain(&users()) {
        let expected = reference.decide(user).unwrap();
        assert_eq!(kept.decide(user).unwrap(), expected, "{user:?}");
        if let Some((shape, individual)) = kept.shaped(user) {
            shaped += 1;
            assert_eq!(shape.decision(&individual), expected);
            let mut json = Vec::new();
            kept.decided(user, None).unwrap().write_json(&mut json);
            assert_eq!(String::from_utf8(json).unwrap(), serde_json::to_string(&expected).unwrap());
        }
    }
    assert!(shaped > users().len(), "{shaped} of {}", 2 * users().len());
}

#[test]
fn users_of_one_kind_share_a_shape_and_times_are_their_own() {
    let evaluator = evaluator(Means::Index);
    let staff = |last_day| {
        let mut user = user("ECHOECHO", &Schema::default());
        set(&mut user, Field::LastDay, Value::Date(last_day));
        user
    };
    let (first, same, other) =
        (staff(date!(2026 - 11 - 01)), staff(date!(2026 - 11 - 01)), staff(date!(2026 - 11 - 02)));
    let shape = |user| evaluator.shaped(user).unwrap().0;
    assert!(Arc::ptr_eq(&shape(&first), &shape(&same)));
    assert_ne!(shape(&first).common().after, shape(&other).common().after);
    assert_eq!(shape(&first).common().rule, shape(&other).common().rule);
}

#[test]
fn what_has_something_of_the_user_in_it_has_no_shape() {
    let evaluator = evaluator(Means::Index);
    let schema = Schema::default();
    let mut superseded = user("ECHOECHO", &schema);
    set(&mut superseded, Field::SupersededBy, Value::Id("NEWNEWID".parse().unwrap()));
    let mut returning = user("ECHOECHO", &schema);
    set(&mut returning, Field::LastDay, Value::Date(date!(2026 - 11 - 01)));
    set(&mut returning, Field::FirstDay, Value::Date(date!(2026 - 12 - 30)));
    for user in [superseded, returning, user("*SYSTEM1", &schema)] {
        assert!(evaluator.shaped(&user).is_none(), "{user:?}");
    }
}
