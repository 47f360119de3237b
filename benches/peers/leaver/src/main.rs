//! leaver: the verdict about a prepared user, the verdict from facts, the whole decision. And the rules by
//! hand over owned texts.
//!
//! `peers-leaver growth` says how the cost grows with rules and with users.

#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "shared with `benches/decide.rs`, which needs the rest"
)]
#[path = "../../../workload/mod.rs"]
mod case;
mod growth;

use case::{Case, Conjunction};
use leaver::policy::{Decision, Verdict};
use work::rounds::{MANY, Row, asked, by_hand_on_texts, few, serve};
use work::users::{Answer, Texts, Typed};

fn answer(disposition: &str, access: &str) -> Answer {
    match (disposition, access) {
        ("keep", "keep") => Answer::Keep,
        ("hold", "hold") => Answer::Review,
        ("revoke", "withdraw") => Answer::Revoke,
        ("detach", "withdraw") => Answer::Detach,
        ("keep", "withdraw") => Answer::Withdraw,
        other => panic!("{other:?} is none of the five answers"),
    }
}

fn of_verdict(verdict: Verdict) -> Answer {
    answer(verdict.disposition.word(), verdict.access.word())
}

fn of_decision(decision: &Decision) -> Answer {
    answer(decision.disposition.word(), decision.access.word())
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("growth") {
        return growth::main();
    }
    let policy = asked();
    let conjunctions = Conjunction::seeded(policy.rules.len() - 5);
    let case = Case::new(policy.name, conjunctions, MANY);
    let prepared = case.prepare_all();
    let users = Typed::users(MANY);
    let texts: Vec<_> = users.iter().map(Texts::of).collect();
    let (evaluator, some) = (&case.evaluator, &case.users[..few(&policy)]);
    let rows = vec![
        by_hand_on_texts(&policy, &texts),
        Row::new(
            "leaver, verdict of a prepared user",
            &prepared,
            |user| user.verdict().expect("no deadline"),
            of_verdict,
        ),
        Row::new(
            "leaver, verdict from a user's facts",
            &case.users,
            |user| evaluator.verdict(user).expect("no deadline"),
            of_verdict,
        ),
        Row::new(
            "leaver, verdict from texts",
            &case.texts,
            |user| evaluator.verdict(user).expect("no deadline"),
            of_verdict,
        ),
        Row::whole(
            "leaver, whole decision, in a batch",
            some.len(),
            |hand_on| {
                evaluator.batch(|evaluator| {
                    for user in some {
                        hand_on(evaluator.decide(user).expect("no deadline"));
                    }
                });
            },
            |decision| of_decision(&decision),
        ),
        Row::new(
            "leaver, whole decision, alone",
            some,
            |user| evaluator.decide(user).expect("no deadline"),
            |decision| of_decision(&decision),
        ),
    ];
    serve(&policy, rows);
}
