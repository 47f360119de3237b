//! The work of the benchmarks: seeded users, the policies P5 and P100, and the same rules by hand.

#[allow(unreachable_pub, reason = "`benches/peers` has the same file in a library")]
pub(crate) mod users;

use std::hint::black_box;
use std::sync::Arc;

use leaver::model::{Fact, Facts, Field, Id, Moment, Schema, Slot, User, Value, View, parse_instant};
use leaver::policy::{Basis, Evaluator, Means, Prepared, Source, check};
use time::{Date, Duration};

pub(crate) use users::{Answer, Conjunction, Texts, Typed, by_hand};

/// Nanoseconds that this thread has had of a processor: on a machine with other work the only time
/// that compares.
pub(crate) fn processor_time() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let duration = std::time::Duration::try_from(time).expect("time does not run backwards");
    duration.as_secs_f64() * 1e9
}

/// A user as a host holds it: texts, and what the engine wants to know besides: who it is, and days as days.
pub(crate) struct Host {
    pub(crate) texts: Texts,
    id: Id,
    person: String,
    last_day: Option<Date>,
    last_seen: Date,
    group_names: Vec<&'static str>,
}

impl Host {
    fn of(index: usize, user: &Typed, moment: &Moment) -> Self {
        Self {
            texts: Texts::of(user),
            id: format!("U{index:07}").parse().expect("an ID"),
            person: format!("E{index}"),
            last_day: user.has_left.then(|| moment.today() - Duration::days(3)),
            last_seen: moment.today() - Duration::days(user.last_seen_days),
            group_names: GROUPS.iter().take(user.groups).copied().collect(),
        }
    }
}

const GROUPS: [&str; 8] = ["g0", "g1", "g2", "g3", "g4", "g5", "g6", "g7"];

/// A host's own structure, asked where it is.
impl Facts for Host {
    fn id(&self) -> Id {
        self.id
    }

    #[inline]
    fn view(&self, slot: Slot) -> View<'_> {
        match Field::ALL.get(slot.index()) {
            Some(Field::Person) => View::Text(&self.person),
            Some(Field::Employment) => View::Text(&self.texts.employment),
            Some(Field::Department) => View::Text(&self.texts.department),
            Some(Field::Country) => View::Text(&self.texts.country),
            Some(Field::Edition) => View::Text(&self.texts.edition),
            Some(Field::LastDay) => self.last_day.map_or(View::Absent, View::Date),
            Some(Field::LegalHold) => View::Bool(self.texts.legal_hold),
            Some(Field::LastSeen) => View::Date(self.last_seen),
            Some(Field::Groups) => View::Texts(leaver::model::Texts::Borrowed(&self.group_names)),
            _ => View::Unknown,
        }
    }

    fn to_user(&self) -> User {
        let schema = Schema::default();
        let mut user = User::new(self.id, &schema);
        for slot in schema.slots() {
            user.set(slot, self.view(slot).to_fact());
        }
        user
    }
}

/// One policy with its users in both forms.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) conjunctions: Vec<Conjunction>,
    pub(crate) users: Vec<User>,
    pub(crate) typed: Vec<Typed>,
    pub(crate) texts: Vec<Host>,
    /// By the index.
    pub(crate) evaluator: Evaluator,
    /// By the interpreter.
    pub(crate) reference: Evaluator,
}

impl Case {
    pub(crate) fn new(name: &'static str, conjunctions: Vec<Conjunction>, count: usize) -> Self {
        let schema = Arc::new(Schema::default());
        let instant = parse_instant("2026-11-22T09:00:00Z").expect("an instant");
        let moment = Moment::new(instant, "Europe/Zurich".parse().expect("a zone")).expect("in range");
        let typed = Typed::users(count);
        let users =
            typed.iter().enumerate().map(|(index, user)| to_user(user, index, &schema, &moment)).collect();
        let texts = typed.iter().enumerate().map(|(index, user)| Host::of(index, user, &moment)).collect();
        // A thousand rules do not fit one file.
        let sources = policy(&conjunctions)
            .chunks(250)
            .enumerate()
            .map(|(at, rules)| Source::new(format!("{at}.rhai"), rules.concat()))
            .collect();
        let checked = check(sources, &schema, None);
        let policy = checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
        assert_eq!(policy.unlowered(), [], "every rule of the benchmark is lowered");
        let basis = Basis::new(moment, true);
        let evaluator = policy.evaluator(basis.clone()).expect("the sandbox holds");
        let basis = Basis { means: Means::Interpreter, ..basis };
        let reference = policy.evaluator(basis).expect("the sandbox holds");
        Self { name, conjunctions, users, typed, texts, evaluator, reference }
    }

    /// A policy of so many rules: the legal hold, and seeded conjunctions.
    pub(crate) fn growing(rules: usize, count: usize) -> Self {
        let mut case = Self::new("growth", Conjunction::seeded(rules.saturating_sub(5)), count);
        if rules < 5 {
            let schema = case.evaluator.policy().schema().clone();
            let first = policy(&[]).swap_remove(0);
            let checked = check(vec![Source::new("one.rhai", first)], &schema, None);
            let one = checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
            case.evaluator = one.evaluator(case.evaluator.basis().clone()).expect("the sandbox holds");
        }
        case
    }

    pub(crate) fn prepare_all(&self) -> Vec<Prepared<'_>> {
        self.users.iter().map(|user| self.evaluator.prepare(user)).collect()
    }

    /// The hand-written rules over all users.
    pub(crate) fn match_all(&self) {
        for user in &self.typed {
            black_box(by_hand(user, &self.conjunctions));
        }
    }

    /// The same, from users that hold texts.
    pub(crate) fn match_all_texts(&self) {
        for user in &self.texts {
            black_box(user.texts.typed().map(|user| by_hand(&user, &self.conjunctions)));
        }
    }

    /// Verdicts about all users from texts.
    pub(crate) fn verdict_all_texts(&self) {
        for user in &self.texts {
            black_box(self.evaluator.verdict(user).expect("no deadline"));
        }
    }

    /// Decisions about all users from texts, as lines of JSON.
    pub(crate) fn write_all(&self) {
        let mut json = Vec::with_capacity(1 << 20);
        for user in &self.texts {
            if json.len() > 1 << 19 {
                black_box(&json);
                json.clear();
            }
            self.evaluator.decided(user, None).expect("no deadline").write_json(&mut json);
        }
        black_box(&json);
    }

    /// Explanations of the first users, on one stack.
    pub(crate) fn explain_all(&self, count: usize) {
        self.evaluator.batch(|evaluator| {
            for user in self.users.iter().take(count) {
                black_box(evaluator.explain(None, user).expect("no deadline"));
            }
        });
    }

    /// From the text of a policy to a decision, as a program that is started for one user.
    pub(crate) fn first_decision(&self) {
        let schema = Arc::new(Schema::default());
        let checked =
            check(vec![Source::new("acme.rhai", policy(&self.conjunctions).concat())], &schema, None);
        let policy = checked.policy.expect("no errors");
        let evaluator = policy.evaluator(self.evaluator.basis().clone()).expect("the sandbox holds");
        black_box(evaluator.decide(&self.users[0]).expect("no deadline"));
    }

    /// Whole decisions about the first users, on one stack.
    pub(crate) fn decide_all(&self, evaluator: &Evaluator, count: usize) {
        evaluator.batch(|evaluator| {
            for user in self.users.iter().take(count) {
                black_box(evaluator.decide(user).expect("no deadline"));
            }
        });
    }

    /// Every answer, by every way, is that of the hand-written rules.
    pub(crate) fn compare(&self) {
        for (at, ((user, typed), texts)) in self.users.iter().zip(&self.typed).zip(&self.texts).enumerate() {
            let decision = self.evaluator.decide(user).expect("no deadline");
            // The interpreter is slow: every fortieth user is enough beside the proof in the tests.
            if at % 40 == 0 {
                assert_eq!(decision, self.reference.decide(user).expect("no deadline"));
            }
            assert_eq!(
                self.evaluator.verdict(user).expect("no deadline").rule,
                self.evaluator.prepare(user).verdict().expect("no deadline").rule
            );
            let verdict = self.evaluator.prepare(user).verdict().expect("no deadline");
            assert_eq!((verdict.disposition, verdict.access), (decision.disposition, decision.access));
            assert_eq!(self.evaluator.verdict(texts).expect("no deadline"), verdict);
            let again = texts.texts.typed().map(|user| by_hand(&user, &self.conjunctions));
            assert_eq!(again, Some(by_hand(typed, &self.conjunctions)));
            let words = (decision.disposition.word(), decision.access.word());
            let expected = match by_hand(typed, &self.conjunctions) {
                Answer::Keep => ("keep", "keep"),
                Answer::Review => ("hold", "hold"),
                Answer::Revoke => ("revoke", "withdraw"),
                Answer::Detach => ("detach", "withdraw"),
                Answer::Withdraw => ("keep", "withdraw"),
            };
            assert_eq!(words, expected, "{}: {decision:?}", self.name);
        }
        println!("{}: {} decisions equal the hand-written ones", self.name, self.users.len());
    }
}

/// The same user with facts as a directory holds them.
pub(crate) fn to_user(typed: &Typed, index: usize, schema: &Schema, moment: &Moment) -> User {
    let mut user = User::new(format!("U{index:07}").parse().expect("an ID"), schema);
    let text = |text: String| Fact::Known(Value::Text(text.into()));
    let days_ago = |days: i64| Fact::Known(Value::Date(moment.today() - Duration::days(days)));
    let groups = (0..typed.groups).map(|group| format!("g{group}").into()).collect();
    for (field, fact) in [
        (Field::Person, text(format!("E{index}"))),
        (Field::Employment, text(typed.employment.word().to_owned())),
        (Field::Department, text(format!("d{}", typed.department))),
        (Field::Country, text(format!("c{}", typed.country))),
        (Field::Edition, text(typed.edition.word().to_owned())),
        (Field::LastDay, if typed.has_left { days_ago(3) } else { Fact::Absent }),
        (Field::LegalHold, Fact::Known(Value::Bool(typed.legal_hold))),
        (Field::LastSeen, days_ago(typed.last_seen_days)),
        (Field::Groups, Fact::Known(Value::Texts(groups))),
    ] {
        user.set(field.slot(), fact);
    }
    user
}

/// The rules as text.
pub(crate) fn policy(conjunctions: &[Conjunction]) -> Vec<String> {
    let mut rules =
        vec!["/// 1\nfn legal_hold(user) { if user.legal_hold { review(\"legal hold\") } }\n".to_owned()];
    for (index, rule) in conjunctions.iter().enumerate() {
        let answer = match rule.answer {
            Answer::Withdraw => "withdraw()",
            Answer::Keep => "keep()",
            _ => "review(\"seeded\")",
        };
        rules.push(format!(
            "/// seeded\nfn seeded_{index}(user) {{ if user.department in [\"d{}\"] && user.country in [\"c{}\"] && \
             user.last_seen != () && days_since(user.last_seen) > {} && user.employment == \"{}\" && user.groups.len() >= {} {{ {answer} }} }}\n",
            rule.department,
            rule.country,
            rule.unseen,
            rule.employment.word(),
            rule.groups,
        ));
    }
    rules.extend(LAST_RULES.map(str::to_owned));
    rules
}

const LAST_RULES: [&str; 4] = [
    "/// 2\nfn staff(user) { if user.has_left && user.employment == \"staff\" && user.edition == \"enterprise\" { revoke() } }\n",
    "/// 3\nfn externals(user) { if user.has_left && user.employment in [\"contractor\", \"partner\"] { detach() } }\n",
    "/// 4\nfn others(user) { if user.has_left { withdraw() } }\n",
    "/// 5\nfn unused(user) { if !user.has_left && user.employment == \"service\" && user.last_seen != () && days_since(user.last_seen) > 90 { review(\"unused\") } }\n",
];
