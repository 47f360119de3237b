//! Large policies, words in many places, and the short answer against the whole decision.

use std::fmt::Write as _;
use std::sync::Arc;

use time::macros::date;

use crate::model::{Fact, Field, Id, Schema, User, Value};
use crate::policy::unchecked::{moment, set, user};
use crate::policy::{Basis, Decision, Evaluator, HoldCode, Means, Outcome, Source, Verdict, check};

/// Evaluators by index and by interpreter.
fn both(text: &str) -> (Evaluator, Evaluator) {
    both_of_files(vec![Source::new("test.rhai", text)])
}

fn both_of_files(files: Vec<Source>) -> (Evaluator, Evaluator) {
    let checked = check(files, &Arc::new(Schema::default()), None);
    let policy = checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    let basis = Basis::new(moment(), true);
    let interpreter = Basis { means: Means::Interpreter, ..basis.clone() };
    (policy.evaluator(basis).unwrap(), policy.evaluator(interpreter).unwrap())
}

/// The decision, which is the same by index, by interpreter, and in short.
fn decide((index, interpreter): &(Evaluator, Evaluator), user: &User) -> Decision {
    let decision = index.decide(user).unwrap();
    assert_eq!(decision, interpreter.decide(user).unwrap());
    let prepared = index.prepare(user);
    assert_eq!(prepared.decide().unwrap(), decision);
    let position = |name: &str| {
        let found = index.policy().rules().iter().position(|rule| &*rule.name == name);
        found.and_then(|at| u32::try_from(at).ok())
    };
    assert_eq!(prepared.verdict().unwrap(), Verdict::of(&decision, position));
    assert_eq!(index.verdict(user).unwrap(), Verdict::of(&decision, position));
    decision
}

fn leaver() -> User {
    let mut user = user("ECHOECHO", &Schema::default());
    set(&mut user, Field::LastDay, Value::Date(date!(2026 - 11 - 20)));
    user
}

fn texts(texts: &[&str]) -> Value {
    Value::Texts(texts.iter().map(|text| Arc::from(*text)).collect())
}

#[test]
fn a_thousand_rules_take_several_blocks() {
    let mut files = vec![String::new(); 4];
    for rule in 0..1_000 {
        let text = &mut files[rule / 250];
        writeln!(
            text,
            "/// Why.\nfn rule_{rule}(user) {{ if user.department in [\"d{}\", \"x{rule}\"] && user.groups.len() >= {} {{ {} }} }}",
            rule % 300,
            rule % 7,
            ["withdraw()", "keep()", "review(\"why\")"][rule % 3]
        )
        .unwrap();
    }
    let files = files.into_iter().enumerate().map(|(at, text)| Source::new(format!("{at}.rhai"), text));
    let evaluators = both_of_files(files.collect());
    for (department, groups, rule) in [
        ("d299", 6, Some("rule_299")),
        ("d299", 4, Some("rule_599")),
        ("x999", 7, Some("rule_999")),
        ("d300", 7, None),
    ] {
        let mut user = leaver();
        set(&mut user, Field::Department, Value::Text(department.into()));
        let names: Vec<String> = (0..groups).map(|group| format!("g{group}")).collect();
        set(&mut user, Field::Groups, texts(&names.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!(decide(&evaluators, &user).rule.as_deref(), rule, "{department} {groups}");
    }
}

/// Columns are joined in groups, lists come on top, and the first of several rules wins across blocks.
#[test]
fn columns_and_lists_of_several_blocks() {
    let mut files = vec![String::new(); 8];
    for rule in 0..1_200 {
        let (department, country, answer) = (rule % 17, rule % 13, ["withdraw()", "keep()"][rule % 2]);
        let conditions = match rule % 3 {
            0 => format!("user.department in [\"d{department}\"] && !(user.country in [\"c{country}\"])"),
            1 => format!("user.country in [\"c{country}\"] && \"g{}\" in user.groups", rule % 7),
            _ => format!("user.department in [\"d{department}\"] && !(\"g{}\" in user.groups)", rule % 5),
        };
        writeln!(
            files[rule / 150],
            "/// Why.\nfn rule_{rule}(user) {{ if user.last_seen == () && {conditions} {{ {answer} }} }}"
        )
        .unwrap();
    }
    files[7] += "/// Why.\nfn late(user) { if user.country in [\"late\"] { withdraw() } }\n";
    let files = files.into_iter().enumerate().map(|(at, text)| Source::new(format!("{at}.rhai"), text));
    let evaluators = both_of_files(files.collect());
    let mut found = std::collections::BTreeSet::new();
    for number in 0..19 * 15 {
        let mut user = leaver();
        user.set(Field::LastSeen.slot(), Fact::Absent);
        set(&mut user, Field::Department, Value::Text(format!("d{}", number % 19).into()));
        set(&mut user, Field::Country, Value::Text(format!("c{}", number % 15).into()));
        let names: Vec<String> =
            (0..8).filter(|group| number >> group & 1 == 1).map(|group| format!("g{group}")).collect();
        set(&mut user, Field::Groups, texts(&names.iter().map(String::as_str).collect::<Vec<_>>()));
        found.insert(decide(&evaluators, &user).rule);
    }
    assert!(found.len() > 50, "{found:?}");
    // Some are decided by the last rules, some by none.
    let mut user = leaver();
    user.set(Field::LastSeen.slot(), Fact::Absent);
    set(&mut user, Field::Department, Value::Text("new".into()));
    for (country, rule) in [("late", Some("late")), ("other", None)] {
        set(&mut user, Field::Country, Value::Text(country.into()));
        assert!(evaluators.0.short_verdict(&user).is_some(), "no decision is made for it");
        assert_eq!(decide(&evaluators, &user).rule.as_deref(), rule);
    }
}

/// Five fields of which no two go together in one table.
#[test]
fn columns_that_are_too_many_to_be_joined() {
    let fields = [
        Field::JobTitle,
        Field::FirstName,
        Field::LastName,
        Field::Nickname,
        Field::Department,
        Field::Country,
    ];
    for most in 3..=fields.len() {
        let mut text = String::new();
        for (number, field) in fields[..most].iter().enumerate() {
            let words: Vec<String> = (0..40).map(|word| format!("\"w{word}\"")).collect();
            writeln!(
                text,
                "/// Why.\nfn rule_{number}(user) {{ if user.{} in [{}] {{ {} }} }}",
                field.name(),
                words.join(", "),
                ["withdraw()", "keep()"][number % 2]
            )
            .unwrap();
        }
        let evaluators = both(&text);
        for (number, field) in fields[..most].iter().enumerate() {
            let mut user = leaver();
            for field in fields {
                user.set(field.slot(), Fact::Absent);
            }
            set(&mut user, *field, Value::Text(format!("w{}", 7 * number).into()));
            assert_eq!(decide(&evaluators, &user).rule, Some(format!("rule_{number}").into()), "{most}");
            set(&mut user, *field, Value::Text("other".into()));
            assert_eq!(decide(&evaluators, &user).rule, None, "{most} {number}");
        }
    }
}

/// A rule from whose loop it answers stays with the interpreter, and has its place among the others.
#[test]
fn rules_that_stay_with_the_interpreter_speak_too() {
    let evaluators = both(
        "/// 1\nfn first(user) { if user.department in [\"a\"] { keep() } }\n\
         /// 2\nfn second(user) { for group in user.groups { if group == \"g\" { return withdraw(); } } }\n\
         /// 3\nfn third(user) { if user.has_left { detach() } }",
    );
    assert_eq!(evaluators.0.policy().unlowered().len(), 1);
    for (department, groups, rule, overruled) in [
        ("a", &["x"][..], "first", &["third"][..]),
        ("a", &["x", "g"], "first", &["second", "third"]),
        ("b", &["x", "g"], "second", &["third"]),
        ("b", &["x"], "third", &[]),
    ] {
        let mut user = leaver();
        set(&mut user, Field::Department, Value::Text(department.into()));
        set(&mut user, Field::Groups, texts(groups));
        let decision = decide(&evaluators, &user);
        assert_eq!(decision.rule.as_deref(), Some(rule));
        let names: Vec<&str> = decision.overruled.iter().map(|one| &*one.rule).collect();
        assert_eq!(names, overruled);
    }
}

#[test]
fn members_of_many_groups() {
    let evaluators = both(
        "/// 1\nfn both_of(user) { if \"a\" in user.groups && \"b\" in user.groups { withdraw() } }\n\
         /// 2\nfn one_of(user) { if \"a\" in user.groups && !(\"c\" in user.groups) { keep() } }\n\
         /// 3\nfn none_of(user) { if !(\"a\" in user.groups) { review(\"none\") } }",
    );
    for (groups, rule) in [
        (&["a", "b", "c"][..], Some("both_of")),
        (&["x", "a"], Some("one_of")),
        (&["a", "c"], None),
        (&["b"], Some("none_of")),
        (&[], Some("none_of")),
    ] {
        let mut user = leaver();
        set(&mut user, Field::Groups, texts(groups));
        assert_eq!(decide(&evaluators, &user).rule.as_deref(), rule, "{groups:?}");
    }
}

#[test]
fn more_words_of_one_list_than_fit_in_place() {
    for words in [255, 256, 257, 400] {
        let mut files = vec![String::new(); 2];
        for word in 0..words {
            writeln!(
                files[word / 250],
                "/// Why.\nfn rule_{word}(user) {{ if \"g{word}\" in user.groups {{ withdraw() }} }}"
            )
            .unwrap();
        }
        let files =
            files.into_iter().enumerate().map(|(at, text)| Source::new(format!("{at}.rhai"), text)).collect();
        let evaluators = both_of_files(files);
        for (groups, rule) in [
            (vec![], None),
            (vec!["other".to_owned()], None),
            (vec!["g0".to_owned()], Some("rule_0".to_owned())),
            (vec![format!("g{}", words - 1), "other".to_owned()], Some(format!("rule_{}", words - 1))),
            (vec![format!("g{words}")], None),
            (vec![format!("g{}", words - 1), "g254".to_owned()], Some("rule_254".to_owned())),
        ] {
            let mut user = leaver();
            set(&mut user, Field::Groups, texts(&groups.iter().map(String::as_str).collect::<Vec<_>>()));
            assert_eq!(decide(&evaluators, &user).rule.as_deref(), rule.as_deref(), "{words} {groups:?}");
        }
    }
}

/// The interpreter answers what the index does not understand, so that only the time would tell.
#[test]
fn the_index_understands_every_value_of_the_right_kind() {
    let (evaluator, _) = both(
        "/// Why.\nfn one(user) { if user.has_left && user.employment == \"staff\" && user.legal_hold { withdraw() } }
         /// Why.\nfn two(user) { if user.last_seen != () && days_since(user.last_seen) > 9 { withdraw() } }
         /// Why.\nfn three(user) { if user.groups.len() > 2 || \"g\" in user.lists || user.leaves_at != () { keep() } }
         /// Why.\nfn four(user) { if user.superseded_by != () && user.superseded_by == \"NEWNEWID\" { withdraw() } }",
    );
    let mut user = leaver();
    for (field, value) in [
        (Field::LegalHold, Value::Bool(true)),
        (Field::LastSeen, Value::Date(date!(2026 - 11 - 01))),
        (Field::Groups, texts(&["a", "b"])),
        (Field::Lists, texts(&["g"])),
        (Field::LeavesAt, Value::Instant(moment().instant())),
        (Field::SupersededBy, Value::Id("NEWNEWID".parse().unwrap())),
    ] {
        set(&mut user, field, value);
        let (user, _) = evaluator.with_leaving(&user);
        let index = evaluator.index().unwrap();
        assert!(!index.stand(evaluator.policy(), &user, &moment()).is_odd(), "{}", field.name());
    }
}

#[test]
fn the_short_answer_knows_vetoes_grounds_and_obligations() {
    let evaluators = both(
        "/// 1\nfn hold(user) { if user.legal_hold { forbid(\"revoke\") } }\n\
         /// 2\nfn leaves(user) { if user.country == () { revoke() } }\n\
         /// 3\nfn told(user) { if user.mdm_managed { also(restrict()) } }",
    );
    let decision = decide(&evaluators, &leaver());
    assert_eq!(decision.outcome, Outcome::Act);
    let mut held = leaver();
    set(&mut held, Field::LegalHold, Value::Bool(true));
    assert_eq!(decide(&evaluators, &held).hold.unwrap().code, HoldCode::Vetoed);
    let mut basic = leaver();
    set(&mut basic, Field::Edition, Value::Text("basic".into()));
    assert_eq!(decide(&evaluators, &basic).hold.unwrap().code, HoldCode::NotEntitled);
    let mut stays = leaver();
    stays.set(Field::LastDay.slot(), Fact::Absent);
    assert_eq!(decide(&evaluators, &stays).hold.unwrap().code, HoldCode::NoGround);
    set(&mut stays, Field::Country, Value::Text("CH".into()));
    assert_eq!(decide(&evaluators, &stays).outcome, Outcome::Keep);
    set(&mut stays, Field::MdmManaged, Value::Bool(true));
    assert_eq!(decide(&evaluators, &stays).outcome, Outcome::Act);
}

#[test]
fn the_short_answer_knows_system_ids_and_unmatched_users() {
    let evaluators = both("/// 1\nfn leaves(user) { if user.has_left { withdraw() } else { keep() } }");
    let mut system = user("*GATEWAY", &Schema::default());
    set(&mut system, Field::LastDay, Value::Date(date!(2026 - 11 - 20)));
    assert_eq!(decide(&evaluators, &system).hold.unwrap().code, HoldCode::SystemId);
    let mut unmatched = leaver();
    unmatched.set(Field::Person.slot(), Fact::Absent);
    assert_eq!(decide(&evaluators, &unmatched).hold.unwrap().code, HoldCode::Unmatched);
    let mut contradicting = leaver();
    set(&mut contradicting, Field::HasLeft, Value::Bool(false));
    assert_eq!(decide(&evaluators, &contradicting).hold.unwrap().code, HoldCode::Contradiction);
}

#[test]
fn what_is_not_known_holds_only_who_needs_it() {
    let evaluators = both(
        "/// 1\nfn first(user) { if user.legal_hold && user.country in [\"CH\"] { keep() } }\n\
         /// 2\nfn second(user) { if user.has_left { withdraw() } }",
    );
    let mut user = leaver();
    user.set(Field::Country.slot(), Fact::Unknown);
    assert_eq!(decide(&evaluators, &user).outcome, Outcome::Act);
    set(&mut user, Field::LegalHold, Value::Bool(true));
    let hold = decide(&evaluators, &user).hold.unwrap();
    assert_eq!((hold.code, hold.rule.as_deref()), (HoldCode::MissingFact, Some("first")));
}

#[test]
fn a_value_of_another_kind_goes_to_the_interpreter() {
    let evaluators =
        both("/// 1\nfn first(user) { if user.country in [\"CH\"] { keep() } else { withdraw() } }");
    let mut user = leaver();
    set(&mut user, Field::Country, Value::Int(7));
    let (index, interpreter) = &evaluators;
    assert_eq!(index.decide(&user), interpreter.decide(&user));
    assert_eq!(index.prepare(&user).decide(), interpreter.decide(&user));
}

#[test]
fn another_day_is_another_index() {
    let (index, _) = both(
        "/// 1\nfn unused(user) { if user.last_seen != () && days_since(user.last_seen) > 2 { review(\"unused\") } }",
    );
    let mut user = leaver();
    set(&mut user, Field::LastSeen, Value::Date(date!(2026 - 11 - 20)));
    assert_eq!(index.decide(&user).unwrap().outcome, Outcome::Keep);
    let next_day = moment().instant() + time::Duration::DAY;
    let next_day = crate::model::Moment::new(next_day, moment().zone().clone()).unwrap();
    let tomorrow = index.again(Basis::new(next_day, true)).unwrap();
    assert_eq!(tomorrow.decide(&user).unwrap().outcome, Outcome::Hold);
    assert_eq!(index.decide(&user).unwrap().outcome, Outcome::Keep);
}

#[test]
fn a_policy_without_conditions() {
    let evaluators = both("/// 1\nfn everybody(user) { keep() }");
    assert_eq!(decide(&evaluators, &leaver()).rule.as_deref(), Some("everybody"));
    let evaluators = both(
        "/// 1\nfn computed(user) { if user.groups.some(|x| x.len() > 1) { keep() } else { withdraw() } }",
    );
    assert_eq!(decide(&evaluators, &leaver()).outcome, Outcome::Act);
    let evaluators =
        both("/// 1\nfn groups(user) { if \"g\" in user.groups { keep() } else { withdraw() } }");
    assert_eq!(decide(&evaluators, &leaver()).outcome, Outcome::Act);
}

#[test]
fn a_successor_is_looked_up_for_the_short_answer_too() {
    let (index, _) = both("/// 1\nfn old(user) { if user.superseded_by != () { revoke() } }");
    let mut old = user("ECHOECHO", &Schema::default());
    set(&mut old, Field::SupersededBy, Value::Id("NEWNEWID".parse().unwrap()));
    let prepared = index.prepare(&old);
    assert_eq!(prepared.verdict().unwrap().outcome, Outcome::Act);
    let nobody = |_: Id| None;
    assert_eq!(prepared.verdict_in(&nobody).unwrap().hold, Some(HoldCode::NoGround));
    assert_eq!(prepared.decide_in(&nobody).unwrap(), index.decide_in(&nobody, &old).unwrap());
}

#[test]
fn a_policy_that_looks_at_very_many_fields() {
    let tests: Vec<String> = Field::ALL
        .iter()
        .filter(|field| field.info().optional && field.info().kind != crate::model::Kind::Instant)
        .map(|field| format!("user.{} == ()", field.name()))
        .chain(["legal_hold", "mdm_managed", "administrator"].map(|flag| format!("!user.{flag}")))
        .collect();
    assert!(tests.len() > 14, "more than are kept in place");
    // Two rules, because an expression has a depth.
    let (first, second) = tests.split_at(8);
    let evaluators = both(&format!(
        "/// 1\nfn first(user) {{ if !({}) {{ keep() }} }}\n/// 2\nfn second(user) {{ if !({}) {{ withdraw() }} }}",
        first.join(" && "),
        second.join(" && ")
    ));
    let mut stays = leaver();
    stays.set(Field::LastDay.slot(), Fact::Absent);
    assert_eq!(decide(&evaluators, &stays).rule, None);
    for field in [Field::JobTitle, Field::FirstName, Field::LastName, Field::Nickname, Field::Credential] {
        let mut other = stays.clone();
        set(&mut other, field, Value::Text("x".into()));
        assert!(decide(&evaluators, &other).rule.is_some(), "{}", field.name());
        other.set(field.slot(), Fact::Unknown);
        assert_eq!(decide(&evaluators, &other).hold.unwrap().code, HoldCode::MissingFact);
    }
}
